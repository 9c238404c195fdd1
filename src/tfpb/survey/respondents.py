"""The survey as read: interviews and their answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tfpb.survey.reading.scales import ABSENT, Scale
from tfpb.survey.reading.surveyed_stock import PARC
from tfpb.words.survey.wave_dates import in_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tfpb.errors import Fault
    from tfpb.model.arrays import Floats, Indices
    from tfpb.model.record import Reading


@dataclass(frozen=True, slots=True)
class Survey:
    """Interviews with their answers as ranks."""

    respondents: pd.DataFrame
    """One row an interview: `vague, bailleur, residence, poids (float), qpv (0 or 1), strate`, the
    adjustment variables and the columns of the located résidences (text, "" when unknown), and the stamp of
    the source line."""
    answers: dict[str, NDArray[np.int16]]
    """By item, rank of the level (0 is best), or `ABSENT`, `NSP`, `NOT_CONCERNED` (negative)."""
    marks: dict[str, Floats]  # marks of the items on a scale of marks, NaN otherwise
    scales: dict[str, Scale]  # of each item
    stock: pd.DataFrame | None = None
    """Résidences whose dwellings are known (`reading.surveyed_stock`), those whose side is to be checked
    included: they may be of either population. `_parc` of the respondents is the row of their résidence, −1
    when it is not there."""
    faults: tuple[Fault, ...] = ()  # found while reading, faults and doubts
    readings: tuple[Reading, ...] = ()
    """Interviews read, kept and left out, by file, bailleur and wave."""
    periods: Mapping[str, str] = field(default_factory=dict)
    """Dates of each wave, as the plan declares them."""
    has_clusters: bool = True  # whether the deliveries name a résidence
    has_weights: bool = True  # whether the deliveries have a weight

    @property
    def items(self) -> tuple[str, ...]:
        """Identifiers of the items, in the order of the plan."""
        return tuple(self.answers)

    @property
    def waves(self) -> tuple[str, ...]:
        """Waves in the order of time (`in_time`)."""
        return tuple(in_time(map(str, self.respondents["vague"].unique()), self.periods))

    def kept(self, rows: Indices) -> Survey:
        """Keep some interviews."""
        return replace(
            self,
            respondents=self.respondents.iloc[rows].reset_index(drop=True),
            answers={k: v[rows] for k, v in self.answers.items()},
            marks={k: v[rows] for k, v in self.marks.items()},
        )

    def asked_once(self, pair: tuple[str, str]) -> dict[str, set[str]]:
        """Return the bailleurs that answered a question in one of two waves only, by question."""
        owner, names = pd.factorize(self.respondents["bailleur"])
        waves = [(self.respondents["vague"] == w).to_numpy() for w in pair]
        out = {}
        for item, ranks in self.answers.items():
            one, two = (
                np.bincount(owner[(ranks >= 0) & w], minlength=len(names)) > 0 for w in waves
            )
            out[item] = set(names[one ^ two])
        return out

    def on_panel(self, pair: tuple[str, str]) -> Survey:
        """Keep, question by question, the answers of the bailleurs that answered it in both waves.

        A question that a bailleur asked in one wave only would otherwise change the panel of its
        change. Answers of other waves are left as they are.
        """
        owner = self.respondents["bailleur"].to_numpy(dtype=object)
        here = self.respondents["vague"].isin(pair).to_numpy()
        answers, marks = dict(self.answers), dict(self.marks)
        for item, lone in self.asked_once(pair).items():
            if lone:
                ranks, out = answers[item], here & np.isin(owner, sorted(lone))
                answers[item] = np.where(out, ABSENT, ranks).astype(ranks.dtype)
                if item in marks:
                    marks[item] = np.where(out, np.nan, marks[item])
        return replace(self, answers=answers, marks=marks)


def joined_stock(surveys: Sequence[Survey]) -> tuple[pd.DataFrame | None, Indices]:
    """Stack the stocks of several surveys, and the rows of their interviews in the whole.

    A bailleur whose stock is not known brings none.
    """
    stocks, places, size = [], [], 0
    for survey in surveys:
        own = survey.respondents[PARC].to_numpy(dtype=np.intp)
        places.append(np.where(own >= 0, own + size, -1))
        if survey.stock is not None:
            owner = survey.respondents["bailleur"].iloc[:1]
            stocks.append(
                survey.stock.assign(bailleur=owner.item()) if len(owner) else survey.stock
            )
            size += len(survey.stock)
    whole = pd.concat(stocks, ignore_index=True).fillna("") if stocks else None
    return whole, np.concatenate([*places, np.zeros(0, dtype=np.intp)])
