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
    """A legal value as used: what, since when, by which text, and how sure we are.

    Parameters
    ----------
    cle : str
        Key in `law/values.toml`.
    libelle : str
        What it is, in French.
    valeur : str
        The value, as text.
    debut, fin : str
        Validity, ISO dates (`fin` empty while in force).
    reference : str
        Article, instruction or source.
    verifie : bool
        False when it rests on memory or inference: marked « non vérifié » wherever it shows.
    origine : str
        `texte`, `reglage` (a choice of the tool) or `utilisateur` (with a reference of their own).
    """

    cle: str
    libelle: str
    valeur: str
    debut: str
    fin: str
    reference: str
    verifie: bool
    origine: str = "texte"


@dataclass(frozen=True, slots=True)
class States:
    """The money of some premises, told in states: euros that add up, and what no file gives.

    Parameters
    ----------
    acquired : Decimal
        On notices, and due.
    at_risk : Decimal
        On notices, and not due.
    estimated : Decimal
        Due, and on no notice that is there.
    unread : Decimal
        Due, on a notice that nothing explains: acquired, or to claim.
    doubtful : Decimal
        On notices, and hanging on a doubt or on a file that lacks.
    to_claim : Decimal
        Due, and refused by the notice.
    hanging : Decimal
        On no notice, and hanging on a convention, a declaration, a renewal or a doubt.
    lost : Decimal
        Due no more for this year: a condition was met too late.
    fees, claim_fees : Decimal
        Management fees saved with what is acquired, and with what is to claim.
    missing : int
        Dwellings of the quarters that no line of the tax sheet gives an amount for.
    """

    acquired: Decimal = _ZERO
    estimated: Decimal = _ZERO
    unread: Decimal = _ZERO
    at_risk: Decimal = _ZERO
    doubtful: Decimal = _ZERO
    to_claim: Decimal = _ZERO
    hanging: Decimal = _ZERO
    lost: Decimal = _ZERO
    fees: Decimal = _ZERO
    claim_fees: Decimal = _ZERO
    missing: int = 0

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
    """A legal value that a coming year is computed by, and the one before it.

    Parameters
    ----------
    year : int
        First tax year of the new value.
    """

    year: int
    before: LegalValue
    after: LegalValue


@dataclass(frozen=True, slots=True)
class Course:
    """The years ahead, as a sentence reads them.

    Parameters
    ----------
    years : tuple of (year, amount)
        In order; None where all of the year hangs on something.
    opened : int
        Résidences whose right opens after the first.
    waiting : Decimal
        What hangs on something in the last that is known.
    causes : tuple of str
        Codes of `Reserve` that it hangs on.
    growth : Decimal
        By which bases are raised each year.
    lacks : tuple of (year, sentence)
        Years that the law gives no value for: nothing of them is known.
    waiting_year : int, optional
        Year of `waiting`; None where no year is known.
    changes : tuple of LegalChange
        Values that move every amount, and that change in a coming year.
    part : Decimal
        Share of the base abated in the tax year.
    """

    years: tuple[tuple[int, Decimal | None], ...]
    opened: int
    waiting: Decimal
    causes: tuple[str, ...]
    growth: Decimal = _ZERO
    lacks: tuple[tuple[int, str], ...] = ()
    waiting_year: int | None = None
    changes: tuple[LegalChange, ...] = ()
    part: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class Abatement:
    """The abatement of one tax year.

    Parameters
    ----------
    rounding : str
        `centime` or `avis`.
    locaux : DataFrame
        A row a premises of the year's notices, in the order of the file: its columns, then all that is known
        of it (`tax.ledger.premises_known`); then what no notice of the year bears (`sur_avis` False).
    by_residence : DataFrame
        What the notices of each résidence come to (`tax.abatement.tallies.by_residence`).
    by_qpv : DataFrame
        `MONEY_QPV_COLUMNS`.
    forecast : DataFrame
        `FORECAST_COLUMNS`.
    values : tuple of LegalValue
        Legal values used.
    notices : tuple of Fault
        Doubts.
    by_collectivity : DataFrame
        A row a commune and line of its notices (`tax.abatement.tallies.by_collectivity`).
    by_year : DataFrame
        Forecast added by year: `annee, residences, logements, abattement_eur, en_attente_eur,
        nouvelles, nature`; counts are None where the amount is.
    course : Course or None
        The same, as a sentence reads it.
    year_by_year : DataFrame or None
        Forecast by résidence: `id_residence, nom, code_qpv`, a column `a<year>` each year (€), and
        `changement`: in which year and why the amount changes; of one that a map took out, the quarter
        that it left and what is due no more (`tax.ledger.leavers`).
    leavers : DataFrame
        What the ruling map took out: `annee, code_qpv` (of the one before), `residences, logements,
        abattement_a_risque_eur` (what notices still abate; None for years to come),
        `abattement_perdu_eur` (what is due no more).
    claim_until : date, optional
        Last day to claim the year (LPF R*196-2).
    calendar : DataFrame
        `CALENDAR_COLUMNS`: what changes, and when.
    by_premises : DataFrame or None
        `PREMISES_FACT_COLUMNS`: what each premises adds to the claims of money, in whole cents; None where
        the amounts are of several bailleurs.
    questions : tuple of Question
        What the file of notices leaves open as a whole; until an answer, what hangs on it is not read.
    last_year : Abatement or None
        Of the notices of the year before, where they are given.
    """

    year: int
    rounding: str
    locaux: pd.DataFrame
    by_residence: pd.DataFrame
    by_qpv: pd.DataFrame
    forecast: pd.DataFrame
    values: tuple[LegalValue, ...] = ()
    notices: tuple[Fault, ...] = ()
    by_collectivity: pd.DataFrame | None = None
    by_year: pd.DataFrame | None = None
    course: Course | None = None
    year_by_year: pd.DataFrame | None = None
    leavers: pd.DataFrame | None = None
    claim_until: dt.date | None = None
    calendar: pd.DataFrame | None = None
    by_premises: pd.DataFrame | None = None
    questions: tuple[Question, ...] = ()
    last_year: Abatement | None = None

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
    """The programme of actions and its balance.

    Parameters
    ----------
    actions : DataFrame
        Programme columns, `axe` an int 1..8 and `axe_lu` the spelling that was read; of the year's, what each
        brings: `justifie_eur, prouve_eur`, and `enjeu_eur` of its missing proof (None: not known).
    by_axis : DataFrame
        `AXIS_COLUMNS`.
    balance : DataFrame
        `BALANCE_COLUMNS`.
    diagnostics : DataFrame
        Columns of the diagnostics contract.
    notices : tuple of Fault
        Doubts.
    year : int
        Tax year: the balance, the axes and the claims are of its actions.
    before : DataFrame or None
        Actions of the year before as they were understood, each under the quarter that took its place.
    carried : mapping of str to Decimal
        By quarter, what the settings carry over from the year before, euros.
    new : frozenset of str
        Quarters that were none the year before: what was spent there then is nothing, not 0 €.
    both_years : DataFrame or None
        Last year's bilan beside this year's, by axis: `axe, actions, realise_eur, valorise_eur,
        actions_precedentes, realise_precedent_eur, valorise_precedent_eur, ecart_valorise_eur`.
    quarters_both_years : DataFrame or None
        The same by quarter, with what is carried over: `code_qpv, nom_qpv, codes_precedents,
        actions_precedentes, realise_precedent_eur, valorise_precedent_eur, actions, realise_eur,
        valorise_eur, ecart_valorise_eur, encore, nouveau, abattement_eur, report_eur, solde_eur,
        rattrapage_eur, argument`; `encore` is False where nothing is left this year, `nouveau` True where
        there was no quarter the year before: its euros of then are None.
    quarter_axes : DataFrame or None
        Both years by quarter and axis: `code_qpv, axe, preuves_completes`, and the columns of `both_years`.
    values : tuple of LegalValue
        Those that were read.
    pieces : DataFrame or None
        The « bordereau »: a row a file that an action cites, or a reference that its folder lacks
        (`tfpb.tax.programme.held_pieces.COLUMNS`); None where no folder is given.
    """

    actions: pd.DataFrame
    by_axis: pd.DataFrame = field(default_factory=pd.DataFrame)
    balance: pd.DataFrame = field(default_factory=pd.DataFrame)
    diagnostics: pd.DataFrame = field(default_factory=pd.DataFrame)
    notices: tuple[Fault, ...] = ()
    year: int = 0
    before: pd.DataFrame | None = None
    carried: Mapping[str, Decimal] = field(default_factory=dict)
    new: frozenset[str] = frozenset()
    both_years: pd.DataFrame | None = None
    quarters_both_years: pd.DataFrame | None = None
    quarter_axes: pd.DataFrame | None = None
    values: tuple[LegalValue, ...] = ()
    pieces: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class DroitCommun:
    """Droit commun, QPV beside hors QPV: `DROIT_COMMUN_COLUMNS`, and the legal values that were read."""

    table: pd.DataFrame
    notices: tuple[Fault, ...] = ()
    values: tuple[LegalValue, ...] = ()
