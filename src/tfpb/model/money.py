"""Money: abatement, programme, droit commun."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.codes import Statut

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from tfpb.errors import Fault
    from tfpb.model.question import Question

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class LegalValue:
    """A legal value as used: what, since when, by which text, and how sure we are."""

    cle: str  # key in `law/values.toml`
    libelle: str  # what it is, in French
    valeur: str  # the value, as text
    debut: str  # validity, ISO date
    fin: str  # ISO date, empty while in force
    reference: str  # article, instruction or source
    verifie: bool
    """False when it rests on memory or inference: marked « non vérifié » wherever it shows."""
    origine: str = "texte"
    """`texte`, `reglage` (a choice of the tool) or `utilisateur` (with their own reference)."""


@dataclass(frozen=True, slots=True)
class States:
    """The money of some premises in states: euros that add up, and what no file gives."""

    acquired: Decimal = _ZERO  # on notices, and due
    estimated: Decimal = _ZERO  # due, and on no notice that is there
    unread: Decimal = _ZERO  # due, on a notice that nothing explains: acquired, or to claim
    at_risk: Decimal = _ZERO  # on notices, and not due
    doubtful: Decimal = _ZERO  # on notices, and pending a doubt or a missing file
    to_claim: Decimal = _ZERO  # due, and refused by the notice
    hanging: Decimal = _ZERO
    """On no notice, and pending a convention, a declaration, a renewal or a doubt."""
    lost: Decimal = _ZERO  # due no more for this year: a condition was met too late
    fees: Decimal = _ZERO  # management fees saved with what is acquired
    claim_fees: Decimal = _ZERO  # management fees saved with what is to claim
    missing: int = 0  # dwellings of the quarters without an amount on any line of the tax sheet

    def __add__(self, other: States) -> States:
        """Add state by state."""
        return States(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def granted(self) -> Decimal:
        """What is due and counts: on notices, or estimated."""
        return self.acquired + self.estimated

    @property
    def reserved(self) -> Decimal:
        """What hangs on something, on notices or not."""
        return self.doubtful + self.hanging

    @property
    def borne(self) -> Decimal:
        """What notices bear: the first total."""
        return self.acquired + self.at_risk + self.doubtful

    @property
    def best(self) -> Decimal:
        """What may be due at best: the second total."""
        return self.claimed + self.reserved

    @property
    def claimed(self) -> Decimal:
        """What is due once claims have succeeded."""
        return self.granted + self.unread + self.to_claim

    @property
    def unknown(self) -> bool:
        """Whether part of the money is not known: nothing counted is then no proof that nothing is due."""
        return bool(self.reserved or self.unread or self.missing)


@dataclass(frozen=True, slots=True)
class LegalChange:
    """A legal value that a coming year is computed by, and the one before it."""

    year: int  # first tax year of the new value
    before: LegalValue
    after: LegalValue


@dataclass(frozen=True, slots=True)
class Course:
    """The years ahead, as a sentence reads them."""

    years: tuple[tuple[int, Decimal | None], ...]  # in order; None where all of the year is pending
    opened: int  # résidences whose right opens after the first
    waiting: Decimal  # what is pending in the last year that is known
    causes: tuple[str, ...]  # codes of `Reserve` that it depends on
    growth: Decimal = _ZERO  # by which bases are raised each year
    lacks: tuple[tuple[int, str], ...] = ()
    """Years without a legal value: nothing of them is known; with the sentence."""
    waiting_year: int | None = None  # year of `waiting`; None where no year is known
    changes: tuple[LegalChange, ...] = ()
    """Values that move every amount, and that change in a coming year."""
    part: Decimal = _ZERO  # share of the base abated in the tax year


@dataclass(frozen=True, slots=True)
class Abatement:
    """The abatement of one tax year."""

    year: int
    rounding: str  # `centime` or `avis`
    locaux: pd.DataFrame
    """A row a premises of the year's notices, in the order of the file: its columns, then all that is known
    of it (`tax.ledger.premises_known`); then what no notice of the year carries (`sur_avis` False)."""
    by_residence: pd.DataFrame
    """Money of each résidence's notices (`tax.abatement.tallies.by_residence`)."""
    by_qpv: pd.DataFrame  # `MONEY_QPV_COLUMNS`
    forecast: pd.DataFrame  # `FORECAST_COLUMNS`
    values: tuple[LegalValue, ...] = ()  # legal values used
    notices: tuple[Fault, ...] = ()  # doubts
    by_collectivity: pd.DataFrame | None = None
    """A row a commune and line of its notices (`tax.abatement.tallies.by_collectivity`)."""
    by_year: pd.DataFrame | None = None
    """Forecast added by year: `annee, residences, logements, abattement_eur, en_attente_eur, nouvelles,
    nature`; counts are None where the amount is."""
    course: Course | None = None  # the same, as a sentence reads it
    year_by_year: pd.DataFrame | None = None
    """Forecast by résidence: `id_residence, nom, code_qpv`, a column `a<year>` each year (€), and
    `changement`: in which year and why the amount changes; of one that a map took out, the quarter that it
    left and what is due no more (`tax.ledger.leavers`)."""
    leavers: pd.DataFrame | None = None
    """What the ruling map took out: `annee, code_qpv` (of the one before), `residences, logements,
    abattement_a_risque_eur` (what notices still abate; None for years to come), `abattement_perdu_eur`
    (what is due no more)."""
    claim_until: dt.date | None = None  # last day to claim the year (LPF R*196-2)
    calendar: pd.DataFrame | None = None  # `CALENDAR_COLUMNS`: what changes, and when
    by_premises: pd.DataFrame | None = None
    """`PREMISES_FACT_COLUMNS`: what each premises adds to the claims of money, in whole cents; None where
    the amounts are of several bailleurs."""
    questions: tuple[Question, ...] = ()
    """What the file of notices leaves open as a whole; what depends on it is not read before an answer."""
    last_year: Abatement | None = None  # of the notices of the year before, where given

    @property
    def premises(self) -> pd.DataFrame:
        """Rows of the year's notices: those that its amounts add up."""
        return self.locaux[self.locaux["sur_avis"]] if len(self.locaux) else self.locaux

    @property
    def towns(self) -> int:
        """How many communes its premises are in, out of the quarters left aside."""
        return 0 if self.by_collectivity is None else self.by_collectivity["code_insee"].nunique()

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Premises and dwellings by status, in the order of the contract."""
        found = self.premises.groupby("statut")["logements_retenus"].agg(["size", "sum"])
        return {
            str(s): (int(found["size"][s]), int(found["sum"][s]))
            for s in Statut
            if s in found.index
        }


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme of actions and its balance."""

    actions: pd.DataFrame
    """Programme columns, `axe` an int 1..8 and `axe_lu` the spelling that was read; of the year's, what
    each brings: `justifie_eur, prouve_eur`, and `enjeu_eur` of its missing proof (None: not known)."""
    by_axis: pd.DataFrame = field(default_factory=pd.DataFrame)  # `AXIS_COLUMNS`
    balance: pd.DataFrame = field(default_factory=pd.DataFrame)  # `BALANCE_COLUMNS`
    diagnostics: pd.DataFrame = field(default_factory=pd.DataFrame)  # columns of its contract
    notices: tuple[Fault, ...] = ()  # doubts
    year: int = 0  # tax year: the balance, the axes and the claims are of its actions
    before: pd.DataFrame | None = None
    """Actions of the year before as they were understood, each under the quarter that took its place."""
    carried: Mapping[str, Decimal] = field(default_factory=dict)
    """Carried over by quarter from the year before, euros."""
    new: frozenset[str] = frozenset()
    """Quarters that were none the year before: spent there then is nothing, not 0 €."""
    both_years: pd.DataFrame | None = None
    """Last year's bilan next to this year's, by axis: `axe, actions, realise_eur, valorise_eur,
    actions_precedentes, realise_precedent_eur, valorise_precedent_eur, ecart_valorise_eur`."""
    quarters_both_years: pd.DataFrame | None = None
    """The same by quarter, with what is carried over: `code_qpv, nom_qpv, codes_precedents,
    actions_precedentes, realise_precedent_eur, valorise_precedent_eur, actions, realise_eur, valorise_eur,
    ecart_valorise_eur, encore, nouveau, abattement_eur, report_eur, solde_eur, rattrapage_eur, argument`;
    `encore` is False where nothing is left this year, `nouveau` True where there was no quarter the year
    before: its euros of then are None."""
    quarter_axes: pd.DataFrame | None = None
    """Both years by quarter and axis: `code_qpv, axe, preuves_completes`, and the columns of `both_years`."""
    values: tuple[LegalValue, ...] = ()  # those that were read
    pieces: pd.DataFrame | None = None
    """The « bordereau »: a row a file that an action cites, or a reference that its folder lacks
    (`tfpb.tax.programme.held_pieces.COLUMNS`); None where no folder is given."""


@dataclass(frozen=True, slots=True)
class DroitCommun:
    """Droit commun, QPV beside hors QPV: `DROIT_COMMUN_COLUMNS`, and the legal values that were read."""

    table: pd.DataFrame
    notices: tuple[Fault, ...] = ()
    values: tuple[LegalValue, ...] = ()
