"""A survey planned over a stock: how sure each territory would be, and what could be said of it."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.facts.quarter import quarters_of
from tfpb.model.codes import ENSEMBLE, QpvStatut
from tfpb.survey.estimation.variance import side_correlations
from tfpb.survey.planning.allocation import HORS, Floor, Parc, allocate
from tfpb.survey.planning.precision import (
    Domain,
    half_width,
    loosened,
    power,
    unevenness,
    variance_factor,
)
from tfpb.survey.verdicts import PARC, Thresholds
from tfpb.words.survey.planning_words import NO_QUARTER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.model.plan import Planification


PER_BAILLEUR: Final = 1500
"""Interviews a bailleur when no budget is given: about what it has in a regional wave."""
PER_RESIDENCE: Final = 10
"""Interviews a résidence, where a number of résidences is worked out."""
_CENSUS: Final = 1e-9
"""D of a side all of whose households answer."""
_HALVINGS: Final = 26
_MOST_HOMES: Final = 10**7
UNEVEN: Final = 0.15
"""Relative variance of the interviews of a résidence around those planned."""
_TINY: Final = 1e-9
_STEPS: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)


class Level(StrEnum):
    """What a row of territories stands for."""

    TOTAL = "total"
    BAILLEUR = "bailleur"
    QUARTIER = "quartier"


class Outcome(StrEnum):
    """What may be said of a territory after the survey, known before it."""

    VERDICT = "verdict"
    INTERVALLE = "intervalle"
    BUDGET = "budget"
    LOGEMENTS = "peu_de_logements"
    RESIDENCES = "peu_de_residences"
    SANS_HORS = "sans_hors"
    SANS_QPV = "sans_qpv"


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A territory, and the résidences of both sides that its gap compares."""

    level: Level
    bailleur: str
    code: str
    name: str
    rows: Flags

    def names(self) -> dict[str, Any]:
        return {
            "niveau": str(self.level), "bailleur": self.bailleur, "code_qpv": self.code,
            "nom_qpv": self.name,
        }  # fmt: skip


class PlannedSurvey:
    """The résidences that may be surveyed, and the settings, asked again and again."""

    def __init__(self, rows: pd.DataFrame, settings: Planification) -> None:
        self.settings = settings
        self.parc_target = settings.cible == PARC
        self.numbers = Thresholds(cible=settings.cible)
        self.homes = self.numbers.least_homes
        bailleur, self.bailleurs = pd.factorize(rows["bailleur"], sort=True)
        inside = (rows["cote"] == QpvStatut.DANS).to_numpy()
        codes = rows["code_qpv"].where(inside).astype(object)
        quarter, self.codes = pd.factorize(codes, sort=True)  # -1 stands for none
        named = quarters_of(stock=[rows])
        self.names = [named[c].shown or NO_QUARTER for c in self.codes]
        homes = rows["nb_logements"].to_numpy(dtype=np.intp)
        reach = np.floor(homes * settings.taux_reponse + 1e-9).astype(np.intp)
        most = settings.entretiens_max_par_residence
        self.parc = Parc(bailleur.astype(np.intp), quarter.astype(np.intp), homes, reach, most)
        self.strata = (bailleur * (len(self.codes) + 1) + quarter + 1).astype(np.intp)
        self.qpv = quarter != HORS
        self.places = list(self._places())
        self.gaps = [gap / 100 for gap in settings.ecart_suppose_points]

    def _places(self) -> Iterator[_Place]:
        bailleur = self.parc.bailleur
        yield _Place(Level.TOTAL, ENSEMBLE, "", "", np.ones(len(bailleur), dtype=bool))
        for k, name in enumerate(self.bailleurs):
            yield _Place(Level.BAILLEUR, str(name), "", "", bailleur == k)
        for q, code in enumerate(self.codes):
            here = self.parc.quarter == q
            owners = np.unique(bailleur[here])
            groups = [(ENSEMBLE, owners)] if len(owners) > 1 else []
            groups += [(str(self.bailleurs[o]), np.array([o])) for o in owners]
            for name, who in groups:
                rows = np.isin(bailleur, who) & (here | ~self.qpv)
                yield _Place(Level.QUARTIER, name, str(code), self.names[q], rows)

    def budgets(self) -> dict[int, int]:
        """Return the interviews asked of each bailleur by rank, or of all together under -1."""
        given = self.settings.entretiens_par_bailleur
        if given:
            return {k: given.get(str(name), 0) for k, name in enumerate(self.bailleurs)}
        return {-1: self.settings.entretiens or PER_BAILLEUR * len(self.bailleurs)}

    def spread(self, budgets: dict[int, int], times: float = 1.0) -> Indices:
        """Return the interviews of each résidence, budgets taken so many times."""
        least = math.ceil(self.numbers.shown_n / self.settings.reponses_valides - _TINY)
        floor = Floor(least, self.homes)
        out = np.zeros(len(self.qpv), dtype=np.intp)
        for owner, budget in budgets.items():
            rows = self.parc.bailleur == owner if owner >= 0 else np.ones(len(out), dtype=bool)
            out[rows] = allocate(self.parc.of(rows), round(budget * times), floor)
        return out

    def factor(self, planned: Indices, rows: Flags) -> tuple[float, float]:
        """Return D of some résidences of one side: as it is, and as intervals will have it."""
        if not rows.any():
            return float("inf"), float("inf")
        answers = planned[rows].astype(np.float64) * self.settings.reponses_valides
        homes = self.parc.dwellings[rows].astype(np.float64)
        domain = Domain(answers, homes, self.strata[rows])
        # likeness is that of the side, over all bailleurs
        read = self.cautious(int((planned[self.qpv == self.qpv[rows][0]] > 0).sum()))
        true, shown = (
            max(variance_factor(domain, rho=rho, parc=self.parc_target, uneven=UNEVEN), _CENSUS)
            for rho in ((self.settings.correlation,) * 2, read)
        )
        return true, shown

    def cautious(self, homes: float) -> tuple[float, float]:
        """Return ρ⁺ and ρ⁻ that a side of some résidences surveyed will be read with."""
        own = np.full((1, 1), self.settings.correlation)
        high, low = side_correlations(own, np.full((1, 1), float(homes)))
        return float(high[0, 0]), float(low[0, 0])

    def counted(self, planned: Indices, rows: Flags) -> dict[str, Any]:
        """Return counts and D of the résidences of some rows, side by side."""
        out: dict[str, Any] = {}
        for name, side in (("qpv", rows & self.qpv), ("hors", rows & ~self.qpv)):
            out |= {
                f"logements_{name}": int(self.parc.dwellings[side].sum()),
                f"residences_{name}": int(side.sum()),
                f"possibles_{name}": int(self.parc.capacity[side].sum()),
                f"entretiens_{name}": int(planned[side].sum()),
                f"enquetees_{name}": int((planned[side] > 0).sum()),
            }
            out |= dict(zip((f"_{name}", f"_{name}_lu"), self.factor(planned, side), strict=True))
        return out

    def chances(self, rank: int, qpv: Any, hors: Any) -> Any:
        """Return the power at an assumed gap (1 for the first) for both factors of either side."""
        gap, level = self.gaps[rank - 1], self.settings.taux_satisfaction
        true, read = zip(qpv, hors, strict=True)
        return power(level, gap, true, read, margin=self.settings.marge_points / 100)

    def powers(self, table: pd.DataFrame) -> dict[str, Any]:
        """Return the power at each assumed gap of rows that hold both factors."""
        ranks = range(1, len(self.gaps) + 1)
        sides = [(table[f"_{side}"], table[f"_{side}_lu"]) for side in ("qpv", "hors")]
        return {f"puissance_{k}": self.chances(k, *sides) for k in ranks}

    def territories(self, planned: Indices) -> pd.DataFrame:
        """Measure the whole, each bailleur, each quarter and each bailleur in it."""
        table = pd.DataFrame(
            place.names() | self.counted(planned, place.rows) for place in self.places
        )
        level = self.settings.taux_satisfaction
        for name, column in (("demi_largeur", "_lu"), ("_prevue", "")):
            wide = half_width(level, table[f"_qpv{column}"], table[f"_hors{column}"])
            table[name] = np.where(np.isfinite(wide), wide, np.nan)
        table = table.assign(**self.powers(table))
        most = self.parc.capacity
        sides = (self.qpv, ~self.qpv)
        best = [[self.factor(most, place.rows & side) for side in sides] for place in self.places]
        table["au_mieux"] = self.chances(1, *np.transpose(best, (1, 2, 0)))
        table["issue"] = [str(self._outcome(row)) for row in table.to_dict("records")]
        table["besoin"] = self._needs(table)
        return table.drop(columns=[c for c in table if str(c).startswith("_")])

    def _outcome(self, row: dict[Any, Any]) -> Outcome:
        least, valid = self.numbers, self.settings.reponses_valides
        for name, none in (("qpv", Outcome.SANS_QPV), ("hors", Outcome.SANS_HORS)):
            if not row[f"logements_{name}"]:
                return none
        sides = ("qpv", "hors")
        if min(row[f"residences_{s}"] for s in sides) < self.homes:
            return Outcome.RESIDENCES
        if min(row[f"possibles_{s}"] for s in sides) * valid < least.shown_n - _TINY:
            return Outcome.LOGEMENTS
        answers = min(row[f"entretiens_{s}"] for s in sides) * valid + _TINY
        if answers < least.shown_n or min(row[f"enquetees_{s}"] for s in sides) < self.homes:
            return Outcome.BUDGET
        sure = answers >= least.few_n and row["_prevue"] <= least.few_half
        sure &= self.parc_target or row["niveau"] != Level.QUARTIER
        return Outcome.VERDICT if sure else Outcome.INTERVALLE

    def _needs(self, table: pd.DataFrame) -> Any:
        """Return the interviews of each quarter that the power asked would take (NaN: none is enough).

        The hors side stays as planned; the quarter is taken as surveyed in proportion to dwellings,
        hence ``D = (1−ρ)(1/n − 1/N) + ρuS``, S what answers as uneven as can be would add.
        """
        known = (table["niveau"] == Level.QUARTIER).to_numpy() & self.parc_target
        hors = table["_hors"].to_numpy(), table["_hors_lu"].to_numpy()
        whole = table["logements_qpv"].clip(lower=1).to_numpy(dtype=float)
        moved = []
        for place in self.places:
            at = np.flatnonzero(place.rows & self.qpv)
            share = self.parc.dwellings[at] / max(self.parc.dwellings[at].sum(), 1)
            moved.append(loosened(share, self.strata[at], np.ones(len(at))))
        read = self.cautious(float(table["enquetees_qpv"].iloc[0]))

        def enough(answers: Floats) -> Flags:
            loose = np.array(moved) * unevenness(UNEVEN, answers / whole)
            quarter = [
                np.maximum((1 - low) * (1 / answers - 1 / whole) + high * loose, _CENSUS)
                for high, low in ((self.settings.correlation,) * 2, read)
            ]
            return np.asarray(self.chances(1, quarter, hors) >= self.settings.puissance)

        low, high, possible = np.ones(len(table)), whole, enough(whole)
        for _ in range(_HALVINGS):
            middle = np.sqrt(low * high)
            shown = enough(middle)
            low, high = np.where(shown, low, middle), np.where(shown, middle, high)
        return np.where(known & possible, np.ceil(high / self.settings.reponses_valides), np.nan)

    def enough_residences(self) -> int:
        """Return the résidences a side, ten interviews each, that the power asked would take.

        ``D = (ρ(1 + u) + (1−ρ)/m)/k`` on either side, with m valid answers in each of k résidences,
        unevenly by u.
        """
        rho = self.settings.correlation
        valid = PER_RESIDENCE * self.settings.reponses_valides

        def enough(homes: int) -> int:
            side = [
                (a * (1 + UNEVEN) + (1 - b) / valid) / homes
                for a, b in ((rho, rho), self.cautious(homes))
            ]
            return int(self.chances(1, side, side) >= self.settings.puissance)

        return bisect_left(range(_MOST_HOMES), 1, lo=1, key=enough)

    def needed(self, budgets: dict[int, int]) -> tuple[int | None, float]:
        """Return the fewest interviews, budgets in proportion, that reach the power asked; the most power.

        The first is None when all that the stock can give does not reach it.
        """
        total = sum(budgets.values())

        def reached(interviews: int) -> float:
            planned = self.spread({k: round(interviews * b / total) for k, b in budgets.items()})
            return float(self.chances(1, *(self.factor(planned, s) for s in (self.qpv, ~self.qpv))))

        low, high = 0, max(int(self.parc.capacity.sum()), total)
        best = reached(high)
        if best < self.settings.puissance:
            return None, best
        while high - low > max(1, high // 200):
            middle = (low + high) // 2
            low, high = (
                (low, middle) if reached(middle) >= self.settings.puissance else (middle, high)
            )
        return high, best

    def curve(self, budgets: dict[int, int], territories: pd.DataFrame) -> pd.DataFrame:
        """Return the power of the whole, of the largest bailleur and quarter, as budgets grow."""
        shown = {str(Level.TOTAL): self.places[0].rows}
        for level in (
            (Level.BAILLEUR, Level.QUARTIER) if len(self.bailleurs) > 1 else (Level.QUARTIER,)
        ):
            at = largest(territories, level)
            if at is not None:
                shown[str(level)] = self.places[at].rows
        out: dict[str, Any] = {}
        plans = [self.spread(budgets, times) for times in _STEPS]
        out["entretiens"] = [int(planned.sum()) for planned in plans]
        for name, rows in shown.items():
            table = pd.DataFrame(self.counted(planned, rows) for planned in plans)
            outside = 0 if name == Level.QUARTIER else table["entretiens_hors"]
            out[f"entretiens_{name}"] = table["entretiens_qpv"] + outside
            out |= {k.replace("puissance", name): v for k, v in self.powers(table).items()}
        return pd.DataFrame(out).drop_duplicates("entretiens", ignore_index=True)


def largest(territories: pd.DataFrame, level: Level) -> int | None:
    """Return the row of the territory of a level with the most interviews in QPV, if one can compare."""
    able = (territories["niveau"] == level) & territories["demi_largeur"].notna()
    asked = territories["entretiens_qpv"].where(able, -1).to_numpy()
    return int(asked.argmax()) if able.any() else None
