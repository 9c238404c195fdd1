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
    """How far the weights of one wave spread, before or after calibration."""

    cales: bool  # after calibration; otherwise as delivered
    quartile1: float  # no extremes: they are weights of some households
    mediane: float
    quartile3: float
    kish: float  # design effect of unequal weights, n Σw² / (Σw)²


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """The method sheet of one wave, as counted (answers) and as declared (the rest, empty when not given)."""

    vague: str
    n: int
    """Interviews kept; once protected, `HIDDEN_COUNT` of a small wave, whose weights are not shown either."""
    n_residences: int
    """Clusters (0 when the delivery has no résidence column), to ten once protected."""
    n_qpv: int
    """Interviews in QPV, after the single map was applied; `HIDDEN_COUNT` where small, like `n_hors`."""
    n_hors: int
    poids: str = ""  # name of the weight column, empty when none was delivered
    effet_plan_median: float = float("nan")  # Median design effect over the published items
    prestataire: str = ""
    mode: str = ""
    periode: str = ""
    population: str = ""
    quotas: str = ""
    contactes: int = 0
    """Households contacted, or questionnaires sent, as declared; 0 when not given."""
    contactes_partages: bool = False
    """Whether they may be those of several dossiers: no response rate comes of them."""
    ponderation: tuple[WeightSpread, ...] = ()
    """Weights as delivered, then as calibrated; none when no weight was delivered."""

    def response_ratio(self, contacted: Iterable[tuple[str, str, int]]) -> float:
        """Return the response in QPV over that elsewhere; NaN where either is not known.

        `contacted` is side, type of dwelling and households contacted, as declared (`contactes_par`).
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
    """Households interviewed in one wave, by bailleur, résidence, side and every level of territory."""

    vague: str
    items: tuple[str, ...]
    base: tuple[int, ...]
    """Base of each question, (items,): everybody, or those that a filter keeps."""
    places: pd.DataFrame
    """`bailleur, residence, groupe` (`qpv` or `hors_qpv`) and a column a level, text."""
    alike: tuple[str, ...]  # levels that comparable rows weigh by
    asked: Integers  # households of each base, shape (rows, bases)
    valid: Integers  # valid answers, shape (rows, items)
    unsure: Integers  # « ne sait pas », the same shape
    unconcerned: Integers  # « non concerné »


@dataclass(frozen=True, slots=True)
class Estimates:
    """All that was estimated, unprotected: never rendered, never written."""

    comparison: pd.DataFrame
    """`COMPARISON_COLUMNS` as they may be released once protected, and what counting in a sentence reads
    (`verdicts.CLAIMS`)."""
    levels: pd.DataFrame  # `LEVEL_COLUMNS`
    benchmark: pd.DataFrame  # `BENCHMARK_COLUMNS`
    items: pd.DataFrame
    """One row an item: `item, libelle, theme, nature, echelle, axes (tuple of int), ordre, tete_de_theme
    (bool)`."""
    waves: tuple[WaveFacts, ...] = ()
    notices: tuple[Fault, ...] = ()
    """Doubts and warnings (change of firm, mode, scale; common support; default design effect…)."""
    settings: dict[str, object] = field(default_factory=dict)
    """Margin, thresholds, map and so on, as used."""
    households: tuple[Households, ...] = ()  # one a wave: what the rule of secrecy counts
    design: pd.DataFrame | None = None
    """Rows of the whole and of bailleurs, exact, with R's Taylor errors: checked, never released."""
    fieldwork: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Sample against stock (`FIELD_COLUMNS`)."""
    variants: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Raw gaps of the whole read otherwise (`VARIANT_COLUMNS`)."""
    readings: tuple[Reading, ...] = ()
    """Interviews read, kept and left out, by file, bailleur and wave."""


def wave_pairs(waves: Sequence[T]) -> list[tuple[T, T]]:
    """Return the pairs of waves that changes are between: each and the next; of three, first and last too."""
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
    """What to do, in a run, about the waves that were released before."""

    release: bool = False  # whether it may be handed on; a draft shows today's figures
    replaced: dict[str, str] = field(default_factory=dict)
    """Wave → why its release is replaced by today's figures."""
    kept: tuple[str, ...] = ()
    """Waves whose released figures are kept though today's files contradict them."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A released wave that a release replaces, or whose figures it keeps knowingly."""

    vague: str
    date: str  # of the earlier release
    reason: str = ""  # why it is replaced; empty where its figures are kept
    runs: tuple[str, ...] = ()  # releases that are retired for this wave

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
