"""`plan_enquete.toml`: how a delivery of the survey is read (contract)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    model_serializer,
    model_validator,
)

from tfpb.model.codes import Nature, Theme
from tfpb.model.legal.map_table import VINTAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Code = str | int | float
if TYPE_CHECKING:
    Carte = int
else:  # the maps that the law knows: a message names them
    Carte = Literal[VINTAGES]


def _as_tuple(value: Any) -> Any:
    """Accept one name where a list is meant."""
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
"""One name, or the list of names the column bears in the deliveries."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_written(value: object) -> object:
    """Take a year or an amount with or without quotes (true is neither)."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Written = Annotated[str, BeforeValidator(_as_written)]


class Colonnes(_Model):
    """Columns of the deliveries.

    `segments`: variables by which satisfaction is also told, three at most, fixed before any result.
    """

    repondant: Names = ()
    vague: Names = ()
    vague_fixe: Written = ""
    bailleur: Names = ()
    bailleur_fixe: str = ""
    residence: Names = ()
    poids: Names = ()
    qpv: Names = ()
    strates: Names = ()
    ajustement: Names = ()
    standardisation: Names = ()
    segments: Annotated[Names, Field(max_length=3)] = ()

    @property
    def comparables(self) -> tuple[str, ...]:
        """Variables that both sides are made alike by: `standardisation` is read as the same."""
        return tuple(dict.fromkeys((*self.ajustement, *self.standardisation)))


class ReglagesEnquete(_Model):
    """Settings of the comparison, fixed before any result."""

    carte: Carte | None = None
    cible: Literal["parc", "service"] | None = None
    marge_points: float = Field(default=5.0, gt=0, le=50)
    marge_adoptee_par: str = ""
    marge_adoptee_le: dt.date | None = None
    masquage_n: int = Field(default=11, ge=11)
    publication_n: int = Field(default=30, ge=30)
    effet_plan_defaut: float = Field(default=1.6, ge=1)
    marges_calage: str = ""
    reference_standardisation: str = ""


class FichierEnquete(_Model):
    """What a delivery is, where its columns do not say it."""

    vague: Written = Field(default="", min_length=1)
    bailleur: str = ""

    @model_serializer(mode="wrap")
    def _recorded(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what nobody gave, as readings are."""
        return {key: value for key, value in plain(self).items() if value}


class Contactes(_Model):
    """Households contacted on one side, of one type of dwelling or of all, of one bailleur or of all."""

    cote: Literal["qpv", "hors_qpv"]
    bailleur: str = ""
    type_habitat: str = ""
    contactes: int = Field(ge=1, strict=True)


_CONTACTS = TypeAdapter(tuple[Contactes, ...])


class EnqueteFacts(_Model):
    """The method sheet, as declared; keys by wave are allowed (`[enquete."2023"]`).

    `fichiers`: file of a delivery → its wave, its bailleur; `contactes_par`: contacts by side and type.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    fichiers: dict[str, FichierEnquete] = {}

    prestataire: str = ""
    mode: str = ""
    dates: str = ""
    population: str = ""
    quotas: str = ""
    contactes: int | None = Field(default=None, ge=1, strict=True)
    contactes_par: tuple[Contactes, ...] = ()

    @model_validator(mode="after")
    def _sections(self) -> Self:
        """Read the contacts of each wave as those of all, or refuse them."""
        for section in (self.model_extra or {}).values():
            if isinstance(section, dict):
                _CONTACTS.validate_python(section.get("contactes_par", ()))
        return self

    def contacts_by(self, section: Mapping[str, object]) -> tuple[Contactes, ...]:
        """Return the contacts by side and type that the section of a wave declares, else the common ones."""
        own = _CONTACTS.validate_python(section.get("contactes_par", ()))
        return own or self.contactes_par


class Variable(_Model):
    """Names and categories of a variable in the deliveries."""

    colonnes: Names = ()
    libelle: str = ""
    categories: dict[str, tuple[Code, ...]] = {}


LEVELS: Final = ("satisfait", "insatisfait")
"""Sides of a scale that hold its levels."""
_OUT_OF: Final = 10.0
"""Highest mark of a scale that says none."""


class Echelle(_Model):
    """A scale: codes or labels of each answer; they are equal by value (« 1 », 1, 1.0).

    `sens`: a plan drafted from codes without labels leaves their direction to confirm, wave by wave; one
    written by hand gives it. `lectures`: wave → the end of the codes that means satisfied, as confirmed.
    """

    type: Literal["niveaux", "note"] = "niveaux"
    sens: Literal["donne", "a_confirmer"] = "donne"
    lectures: dict[str, Literal["premier", "dernier"]] = {}
    satisfait: tuple[Code, ...] = ()
    insatisfait: tuple[Code, ...] = ()
    non_concerne: tuple[Code, ...] = ()
    nsp: tuple[Code, ...] = ()
    satisfait_des: float | None = None
    minimum: float = 0
    maximum: float = _OUT_OF
    libelles: dict[str, str] = {}

    @model_serializer(mode="wrap")
    def _recorded(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the direction where the plan gives it: fingerprints of releases stay as they were."""
        usual: tuple[tuple[str, object], ...] = (("sens", "donne"), ("lectures", {}))
        return {key: value for key, value in plain(self).items() if (key, value) not in usual}

    @property
    def is_open(self) -> bool:
        """Whether codes without labels are asked about, wave by wave."""
        return self.sens == "a_confirmer"

    @property
    def cut(self) -> float:
        """Mark from which one is satisfied: 7 of a mark out of 10, of another the one that is written."""
        usual = 7.0 if self.maximum == _OUT_OF else float("nan")
        return usual if self.satisfait_des is None else self.satisfait_des

    @property
    def parts_answers(self) -> bool:
        """Whether it tells the satisfied from the others: some codes of each, or a mark within its bounds."""
        marked = self.minimum < self.cut <= self.maximum
        return marked if self.type == "note" else bool(self.satisfait and self.insatisfait)


class Filtre(_Model):
    """Only those concerned answer."""

    colonne: str
    valeurs: tuple[Code, ...]


class Item(_Model):
    """One question."""

    colonnes: Names = Field(min_length=1)
    libelle: str
    theme: Theme
    nature: Nature = Nature.SERVICE
    echelle: str
    axes: tuple[Annotated[int, Field(ge=1, le=8)], ...] = ()
    filtre: Filtre | None = None
    tete_de_theme: bool = False

    @property
    def identifiant(self) -> str:
        """Identifier in outputs: the first column name."""
        return self.colonnes[0]


class Plan(_Model):
    """The whole mapping file."""

    colonnes: Colonnes
    reglages: ReglagesEnquete = ReglagesEnquete()
    enquete: EnqueteFacts = EnqueteFacts()
    variables: dict[str, Variable] = {}
    echelles: dict[str, Echelle]
    items: tuple[Item, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Labels of variables and of their codes, as delivered."""

    labels: dict[str, str] = field(default_factory=dict)  # column → its question
    meanings: dict[str, dict[str, str]] = field(default_factory=dict)
    """Column → code (text, « 8 » not « 8.0 ») → its meaning."""

    def without(self, columns: Iterable[str]) -> Dictionary:
        """Return the dictionary of the other columns."""
        dropped = set(columns)
        return Dictionary(
            {k: v for k, v in self.labels.items() if k not in dropped},
            {k: v for k, v in self.meanings.items() if k not in dropped},
        )
