"""True figures of a population, for any row that `comparer` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from surveys.population import Population

SIDES = {"qpv": 1, "hors_qpv": 0}


def rake(people: Population, side: int, landlord: str | None) -> np.ndarray:
    """Calibrate one side of the stock to both together, on type and period (and landlord, for all of them).

    Returns
    -------
    ndarray
        A factor a résidence, nil outside of the side, at most 8 times their mean.
    """
    homes = people.homes
    scope = (
        np.ones(len(homes), dtype=bool)
        if landlord is None
        else (homes["bailleur"] == landlord).to_numpy()
    )
    held = scope & (homes["qpv"] == side).to_numpy()
    size = homes["logements"].to_numpy(dtype=float)
    factor = held.astype(float)
    names = ["type_habitat", "periode_construction", *(["bailleur"] if landlord is None else [])]
    for _ in range(200):
        for name in names:
            column = homes[name].to_numpy()
            for value in np.unique(column):
                cell = column == value
                now = (factor * size)[cell].sum() / (factor * size).sum()
                if now > 0:
                    factor[cell] *= size[scope & cell].sum() / size[scope].sum() / now
        factor = np.minimum(factor, 8 * factor[held].mean())
    return factor


class Truths:
    """True shares, gaps and changes of a population, of any printed row."""

    def __init__(self, people: Population, target: str) -> None:
        self._people, self._target = people, target
        count = len(people.homes)
        self._sums = {}
        for wave, codes in people.answers.items():
            valid, content = np.zeros((count, codes.shape[1])), np.zeros((count, codes.shape[1]))
            np.add.at(valid, people.who, codes <= 4)
            np.add.at(content, people.who, codes <= 2)
            self._sums[wave] = (valid, content)
        self._factors: dict[tuple[int, str | None], np.ndarray] = {}

    def share(
        self,
        wave: str,
        item: int,
        side: int,
        landlord: str | None,
        quarter: str = "",
        *,
        adjusted: bool = False,
    ) -> float:
        """Share content of a side, 0 to 1; NaN where nobody has a view."""
        homes = self._people.homes
        if self._target == "service" and not adjusted and not quarter and landlord is None:
            return float(self._people.expected[side][item])
        weight = (homes["qpv"] == side).to_numpy(dtype=float)
        if adjusted:
            key = (side, landlord)
            if key not in self._factors:
                self._factors[key] = rake(self._people, side, landlord)
            weight = self._factors[key]
        elif landlord is not None:
            weight = weight * (homes["bailleur"] == landlord)
        if quarter:
            weight = weight * (homes["code_qpv"] == quarter)
        valid, content = (sums[:, item] for sums in self._sums[wave])
        total = (weight * valid).sum()
        return float((weight * content).sum() / total) if total else float("nan")

    def of(self, row: pd.Series) -> float:
        """Truth of a printed row; NaN where no truth is defined for it."""
        landlord = None if row["bailleur"] == "ensemble" else str(row["bailleur"])
        quarter = str(row["territoire"]) if row["niveau"] == "code_qpv" else ""
        adjusted = row["ajustement"] == "comparable"
        item = int(str(row["item"])[1:]) - 1

        def gap(wave: str) -> float:
            inside = self.share(wave, item, 1, landlord, quarter, adjusted=adjusted)
            return inside - self.share(wave, item, 0, landlord, adjusted=adjusted)

        group, waves = str(row["groupe"]), str(row["vague"]).split("-")
        if group in SIDES:
            side = SIDES[group]
            return self.share(
                waves[0], item, side, landlord, quarter if side else "", adjusted=adjusted
            )
        if group == "ecart":
            return gap(waves[0])
        if group == "evolution_ecart":
            return gap(waves[1]) - gap(waves[0])
        if group in ("evolution_qpv", "evolution_hors"):
            side = int(group == "evolution_qpv")
            where = quarter if side else ""
            first, last = (
                self.share(wave, item, side, landlord, where, adjusted=adjusted) for wave in waves
            )
            return last - first
        return float("nan")
