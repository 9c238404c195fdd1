"""Survey results: `Published` is the only survey value that may leave `survey/`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, Ajustement, Groupe, Publication
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tfpb.errors import Fault
    from tfpb.model.arrays import Integers
    from tfpb.model.record import Reading


T = TypeVar("T")

HIDDEN_COUNT: Final = -1
"""Stands in `WaveFacts` for a count too small to be told, or that would tell one."""
OF_OTHERS: Final = "autrui"
"""Setting of results that name bailleurs and not the dossier's."""


@dataclass(frozen=True, slots=True)
class WeightSpread:
    """How far the weights of one wave spread, before or after calibration.

    Parameters
    ----------
    cales : bool
        After calibration; otherwise as delivered.
    quartile1, mediane, quartile3 : float
        No extremes: they are weights of some households.
    kish : float
        Design effect of unequal weights, n Σw² / (Σw)².
    """

    cales: bool
    quartile1: float
    mediane: float
    quartile3: float
    kish: float


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """The method sheet of one wave, as counted (answers) and as declared (the rest).

    Parameters
    ----------
    n : int
        Interviews kept; once protected, `HIDDEN_COUNT` of a small wave, whose weights are not told either.
    n_residences : int
        Clusters (0 when the delivery has no résidence column), to ten once protected.
    n_qpv, n_hors : int
        Interviews on each side, after the single map was applied; `HIDDEN_COUNT` where one is small.
    poids : str
        Name of the weight column, empty when none was delivered.
    effet_plan_median : float
        Median design effect over the published items.
    reglages_prestataire, mode, periode, population : str
        As declared in `[enquete]`, empty when not given.
    contactes : int
        Households contacted, or questionnaires sent, as declared; 0 when not given.
    contactes_partages : bool
        Whether they may be those of several dossiers: no response rate comes of them.
    ponderation : tuple of WeightSpread
        Weights as delivered, then as calibrated; none when no weight was delivered.
    """

    vague: str
    n: int
    n_residences: int
    n_qpv: int
    n_hors: int
    poids: str = ""
    effet_plan_median: float = float("nan")
    prestataire: str = ""
    mode: str = ""
    periode: str = ""
    population: str = ""
    quotas: str = ""
    contactes: int = 0
    contactes_partages: bool = False
    ponderation: tuple[WeightSpread, ...] = ()

    def response_ratio(self, contacted: Iterable[tuple[str, str, int]]) -> float:
        """Return the response in QPV over that elsewhere; NaN where either is not known.

        Parameters
        ----------
        contacted : iterable of (str, str, int)
            Side, type of dwelling and households contacted, as declared (`contactes_par`).
        """
        asked = {Groupe.QPV.value: 0, Groupe.HORS_QPV.value: 0}
        for side, _, count in contacted:
            asked[side] += count
        here, elsewhere = asked.values()
        if min(here, elsewhere, self.n_qpv, self.n_hors) <= 0:  # `HIDDEN_COUNT` is negative
            return math.nan
        return self.n_qpv / here / (self.n_hors / elsewhere)


@dataclass(frozen=True, slots=True)
class Households:
    """Households interviewed in one wave, by bailleur, résidence, side and every level of territory.

    Parameters
    ----------
    base : tuple of int, shape (items,)
        Which base each question is asked of: everybody, or those that a filter keeps.
    places : DataFrame
        `bailleur, residence, groupe` (`qpv` or `hors_qpv`) and a column a level, text.
    alike : tuple of str
        Levels that rows like with like weigh by.
    asked : int array, shape (rows, bases)
        Households of each base.
    valid : int array, shape (rows, items)
        Valid answers.
    """

    vague: str
    items: tuple[str, ...]
    base: tuple[int, ...]
    places: pd.DataFrame
    alike: tuple[str, ...]
    asked: Integers
    valid: Integers


@dataclass(frozen=True, slots=True)
class Estimates:
    """All that was estimated, unprotected: never rendered, never written.

    Parameters
    ----------
    comparison : DataFrame
        `COMPARISON_COLUMNS` as they may be released once protected, and what counting in a sentence
        reads (`verdicts.CLAIMS`).
    levels : DataFrame
        `LEVEL_COLUMNS`.
    benchmark : DataFrame
        `BENCHMARK_COLUMNS`.
    items : DataFrame
        One row an item: `item, libelle, theme, nature, echelle, axes (tuple of int), ordre,
        tete_de_theme (bool)`.
    notices : tuple of Fault
        Doubts and warnings (change of firm, mode, scale; common support; default design effect…).
    settings : mapping
        Margin, thresholds, map and so on, as used.
    households : tuple of Households
        One a wave: what the rule of secrecy counts.
    design : DataFrame, optional
        Rows of the whole and of bailleurs, exact, with R's Taylor errors: checked, never released.
    fieldwork : DataFrame
        Sample against stock (`FIELD_COLUMNS`).
    variants : DataFrame
        Raw gaps of the whole read otherwise (`VARIANT_COLUMNS`).
    readings : tuple of Reading
        Interviews read, kept and left out, by file, bailleur and wave.
    """

    comparison: pd.DataFrame
    levels: pd.DataFrame
    benchmark: pd.DataFrame
    items: pd.DataFrame
    waves: tuple[WaveFacts, ...] = ()
    notices: tuple[Fault, ...] = ()
    settings: dict[str, object] = field(default_factory=dict)
    households: tuple[Households, ...] = ()
    design: pd.DataFrame | None = None
    fieldwork: pd.DataFrame = field(default_factory=pd.DataFrame)
    variants: pd.DataFrame = field(default_factory=pd.DataFrame)
    readings: tuple[Reading, ...] = ()


def wave_pairs(waves: Sequence[T]) -> list[tuple[T, T]]:
    """Return the waves that changes are between: each and the next; of three, the first and the last too.

    Parameters
    ----------
    waves : sequence
        In the order of time.
    """
    whole = [(waves[0], waves[-1])] if len(waves) > 2 else []  # noqa: PLR2004 - a pair is there
    return [*pairwise(waves), *whole]


def pick(table: pd.DataFrame, **wanted: object) -> pd.DataFrame:
    """Keep the rows whose columns hold a value, or one of a set or list of values."""
    kept = np.ones(len(table), dtype=bool)
    for name, value in wanted.items():
        cells = table[name]
        found = cells.isin(value) if isinstance(value, frozenset | list) else cells == value
        kept &= found.to_numpy(dtype=bool, na_value=False)
    return table[kept]


def rows_of(table: pd.DataFrame, *columns: str) -> Iterator[dict[str, Any]]:
    """Give the rows as dictionaries of some columns, or all: each column is read at once, not by cell."""
    names = columns or tuple(table.columns)
    cells = [table[name].to_numpy(dtype=object).tolist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True))


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a run about the waves that were released before.

    Parameters
    ----------
    release : bool
        Whether it may be handed on; a draft shows today's figures.
    replaced : mapping of str to str
        Wave → why its release is replaced by today's figures.
    kept : tuple of str
        Waves whose released figures are kept though today's files contradict them.
    """

    release: bool = False
    replaced: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A released wave that a release replaces, or whose figures it keeps knowingly.

    Parameters
    ----------
    date : str
        Of the earlier release.
    reason : str
        Why it is replaced; empty where its figures are kept.
    runs : tuple of str
        Releases that are retired for this wave.
    """

    vague: str
    date: str
    reason: str = ""
    runs: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the released figures stand."""
        return not self.reason


_SEAL = object()


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """Protected survey tables: what renderers accept; equal to itself alone.

    Made by `tfpb.survey.protect` alone, which passes the seal; any other maker raises.
    Masked cells hold no number at all. Columns are those of `Estimates`; `asked` is the base of each
    question (`vague, item, base`), `corrections` what a release replaces or keeps of an earlier one.
    """

    comparison: pd.DataFrame
    levels: pd.DataFrame
    benchmark: pd.DataFrame
    items: pd.DataFrame
    waves: tuple[WaveFacts, ...]
    notices: tuple[Fault, ...]
    settings: dict[str, object]
    seal: object = field(repr=False, compare=False)
    fieldwork: pd.DataFrame = field(default_factory=pd.DataFrame)
    variants: pd.DataFrame = field(default_factory=pd.DataFrame)
    readings: tuple[Reading, ...] = ()
    asked: pd.DataFrame = field(default_factory=pd.DataFrame)
    corrections: tuple[Correction, ...] = ()

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise TypeError("Published is made by tfpb.survey.protect only")

    @property
    def labels(self) -> dict[str, str]:
        """Wording of each item."""
        return dict(zip(self.items["item"], self.items["libelle"], strict=True))

    @property
    def target(self) -> str:
        """What the survey speaks of (`cible`), empty when it does not say."""
        return str(self.settings.get("cible", ""))

    @property
    def last_wave(self) -> str:
        """Return the last wave, as the survey orders them."""
        return self.waves[-1].vague if self.waves else ""

    @property
    def last_period(self) -> str:
        """Return the dates of the last wave, as declared."""
        return self.waves[-1].periode if self.waves else ""

    @property
    def margin(self) -> float:
        """Return the margin of equivalence, in points."""
        return float(str(self.settings.get("marge_points", 5.0)))

    @property
    def masking_n(self) -> int:
        """Return the count of households below which nothing is told."""
        return int(str(self.settings.get("publication_n", 30)))

    @property
    def withheld_gaps(self) -> int:
        """Number of raw gaps that are masked, over every wave, territory and question."""
        table = self.comparison
        raw = (table["groupe"] == Groupe.ECART.value) & (
            table["ajustement"] == Ajustement.BRUT.value
        )
        return int((raw & (table["publication"] == Publication.MASQUE.value)).sum())

    @property
    def segments(self) -> dict[str, str]:
        """Return the levels that are no territory but a kind of households, and what each is called."""
        held: Any = self.settings.get("segments", {})
        return dict(held)

    @property
    def of_others(self) -> bool:
        """Whether the whole is told for want of the bailleur's name among those of the deliveries."""
        return bool(self.settings.get(OF_OTHERS, False))

    def name_of(self, bailleur: str) -> str:
        """Return the name under which a bailleur stands, whatever its case and accents; else `ensemble`."""
        wanted = fold(bailleur)
        names = sorted(set(self.comparison["bailleur"].dropna().unique()) - {ENSEMBLE})
        return next((n for n in names if fold(n) == wanted), ENSEMBLE)
