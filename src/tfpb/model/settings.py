"""Settings of a dossier: `dossier.toml` read into frozen values."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from tfpb.model.codes import Role
from tfpb.model.legal.map_table import FIRST_YEAR, LAST_YEAR
from tfpb.model.plan import FichierEnquete, Names, Written
from tfpb.model.question import Replies, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping


class Strict(BaseModel):
    """Settings of which no other key is known, and that do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entete(Strict):
    """`[dossier]`."""

    titre: str = Field(min_length=1)
    annee: int = Field(ge=1990, le=2100)
    date: dt.date
    bailleur: str = Field(min_length=1)
    convention: str = ""
    donnees_fictives: bool = False


class Fichiers(Strict):
    """`[fichiers]`: paths relative to the dossier's folder; all but the stock may be missing.

    `pieces` is a folder: the files that the programme cites. `a_faire` is a filled workbook of
    an earlier run.
    """

    patrimoine: str = Field(min_length=1)
    enquete: Names = ()
    plan: str = ""
    fiscalite: str = ""
    fiscalite_precedente: str = ""
    gmbi: str = ""
    programme: str = ""
    programme_precedent: str = ""
    droit_commun: str = ""
    conventions: str = ""
    declaration: str = ""
    reclamations: str = ""
    decisions: str = ""
    a_faire: str = ""
    diagnostics: str = ""
    alias_voies: str = ""
    repere: str = ""
    pieces: str = ""

    @model_serializer(mode="wrap")
    def _recorded(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what nobody gave, as readings are; and the filled workbook, which changes no figure."""
        record: dict[str, Any] = plain(self)
        if not self.pieces:
            record.pop("pieces", None)
        record.pop("a_faire", None)
        return record


class LoiUtilisateur(Strict):
    """A legal value overridden by the user, with a reference of their own, for all years or for one."""

    valeur: str | int | float | dt.date
    reference: str = Field(min_length=3)
    annee: int | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)


def _as_theme(value: Any) -> Any:
    """Take « theme = 3 » for a theme without a reference."""
    return value if isinstance(value, dict | Theme) else {"axe": value}


class Theme(Strict):
    """A theme of the user's own: the axis it stands for, and the text that fixes it."""

    axe: int = Field(ge=1, le=8)
    reference: str = ""


Themes = dict[str, Annotated[Theme, BeforeValidator(_as_theme)]]


class Alias(Strict):
    """`[alias]`: a name as a file writes it → the name (of a quarter: the code) that is meant."""

    bailleurs: dict[str, str] = {}
    agences: dict[str, str] = {}
    communes: dict[str, str] = {}
    quartiers: dict[str, str] = {}


class Enquete(Strict):
    """`[enquete]` of a dossier: the wave or the bailleur of a delivery whose columns do not say it."""

    fichiers: dict[str, FichierEnquete] = {}


class Habitants(Strict):
    """`[habitants]`: whom tenants may ask, as the landlord wants it printed on their page."""

    contact: str = Field(default="", max_length=120)


class Reponse(Strict):
    """An entry of `[reponses]`: what a role answered to a question of the files, and when."""

    reponse: str = Field(min_length=1)
    par: Role
    le: dt.date
    piece: str = ""
    sujet: str = ""


class ReplyFile(BaseModel):
    """A file that holds `[reponses]`, whatever else is in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reponses: dict[str, Reponse] = {}


def replies_of(reponses: Mapping[str, Reponse]) -> Replies:
    """Return the replies that settings hold, by key of their question."""
    return Replies({
        key: Reply(key, one.reponse, one.par, one.le, one.piece, one.sujet)
        for key, one in reponses.items()
    })  # fmt: skip


class Reglages(Strict):
    """`[reglages]`: every default is said in « Sources »."""

    geocodage: Literal["index", "api", "auto"] = "index"
    geodonnees: str = ""
    rayon_defaut_m: float = Field(default=30.0, ge=0, le=5000)
    arrondi: Literal["centime", "avis"] = "centime"
    report_eur: dict[str, Written] = {}
    recopier: Names = ()
    feuilles: dict[str, str] = {}
    colonnes: dict[str, str] = {}
    lectures: dict[str, str] = {}
    loi: dict[str, LoiUtilisateur] = {}
    territoires: Names = ("code_qpv",)
    enquete_residences_inconnues: Literal["refuser", "ecarter"] = "refuser"
    dpi: int = Field(default=200, ge=72, le=600)
    plan_en_ligne: bool = False
    agglomeration_plus_50000: bool | None = None

    @model_serializer(mode="wrap")
    def _recorded(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out readings that nobody gave: a dossier without them is the one it was, to the byte."""
        record: dict[str, Any] = plain(self)
        if not self.lectures:
            record.pop("lectures", None)
        return record


def of_role(keyed: Mapping[str, str], role: str) -> dict[str, str]:
    """Return what settings keyed `role.column` say of one role: column → value."""
    prefix = f"{role}."
    return {k.removeprefix(prefix): value for k, value in keyed.items() if k.startswith(prefix)}


class Placed(Strict):
    """Settings that name files."""

    folder: Path = Field(default=Path(), exclude=True, repr=False)
    """Folder of the file of settings; the paths in it are relative to it. Never printed nor hashed."""
    file: str = Field(default="dossier.toml", exclude=True, repr=False)  # its name

    def path(self, relative: str) -> Path:
        """Return the path of an input as the user wrote it."""
        return self.folder / relative.strip().replace("\\", "/")


class Settings(Placed):
    """A whole `dossier.toml`."""

    dossier: Entete
    fichiers: Fichiers
    reglages: Reglages = Reglages()
    themes: Themes = {}
    alias: Alias = Alias()
    enquete: Enquete = Enquete()
    habitants: Habitants = Habitants()
    roles: dict[Role, str] = {}
    reponses: dict[str, Reponse] = {}

    @model_serializer(mode="wrap")
    def _recorded(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a contact, roles and replies that nobody gave, as readings are."""
        record: dict[str, Any] = plain(self)
        for name in ("roles", "reponses"):
            if not getattr(self, name):
                record.pop(name, None)
        if not self.habitants.contact:
            record.pop("habitants", None)
        return record
