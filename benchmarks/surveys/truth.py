"""True figures of a population, for any row that `comparer` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from surveys.population import Population

SIDES = {"qpv": 1, "hors_qpv": 0}


MARGINS = ("type_habitat", "periode_construction")
_SWEEPS = 200


def rake(size: np.ndarray, codes: np.ndarray, held: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Calibrate one side to the margins of another set of résidences.

    Parameters
    ----------
    size : float array, shape (résidences,)
        Dwellings.
    codes : int array, shape (margins, résidences)
    held, wanted : bool arrays, shape (résidences,)
        The side, and what it is calibrated to.

    Returns
    -------
    ndarray
        A factor a résidence, nil outside of the side, at most 8 times their mean over its dwellings.
    """
    factor = held.astype(float)
    whole = size[wanted].sum()
    target = [np.bincount(code, size * wanted) / whole for code in codes]
    for _ in range(_SWEEPS):
        before = factor.copy()
        for code, share in zip(codes, target, strict=True):
            now = np.bincount(code, factor * size, minlength=len(share))
            now /= now.sum()
            factor *= np.divide(share, now, out=np.zeros_like(share), where=now > 0)[code]
        factor = np.minimum(factor, 8 * (factor * size).sum() / (size * held).sum())
        if np.abs(factor - before).max() < 1e-9:
            break
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
        homes = people.homes
        names = (*MARGINS, "bailleur")
        self._codes = np.stack([np.unique(homes[n], return_inverse=True)[1] for n in names])
        self._factors: dict[tuple[object, ...], tuple[np.ndarray, np.ndarray]] = {}

    def _raked(
        self, wave: str, item: int, landlord: str | None, quarter: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the factors of both sides of a row, hors QPV first.

        Each side of a row is calibrated by itself to the dwellings that the question speaks of, of the
        landlord (of all, landlord by landlord), in categories that both sides have: a quarter too.
        """
        homes = self._people.homes
        concerned = self._sums[wave][0][:, item] > 0
        key = (landlord, quarter, concerned.tobytes())
        if key not in self._factors:
            size = homes["logements"].to_numpy(dtype=float)
            there = concerned.copy()
            codes = self._codes
            if landlord is not None:
                there &= (homes["bailleur"] == landlord).to_numpy()
                codes = codes[:-1]
            inside = there & (homes["qpv"] == 1).to_numpy()
            outside = there & ~inside
            if quarter:
                inside &= (homes["code_qpv"] == quarter).to_numpy()
            for code in codes:
                there &= np.isin(code, np.intersect1d(code[inside], code[outside]))
            sides = (outside & there, inside & there)
            self._factors[key] = (
                rake(size, codes, sides[0], there),
                rake(size, codes, sides[1], there),
            )
        return self._factors[key]

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
        if adjusted:
            weight = self._raked(wave, item, landlord, quarter)[side]
        else:
            weight = (homes["qpv"] == side).to_numpy(dtype=float)
            if landlord is not None:
                weight *= (homes["bailleur"] == landlord).to_numpy()
            if quarter and side:
                weight *= (homes["code_qpv"] == quarter).to_numpy()
        valid, content = (sums[:, item] for sums in self._sums[wave])
        total = (weight * valid).sum()
        return float((weight * content).sum() / total) if total else float("nan")

    def of(self, row: pd.Series) -> float:
        """Truth of a printed row; NaN where no truth is defined for it."""
        landlord = None if row["bailleur"] == "ensemble" else str(row["bailleur"])
        quarter = str(row["territoire"]) if row["niveau"] == "code_qpv" else ""
        adjusted = row["ajustement"] == "comparable"
        item = int(str(row["item"])[1:]) - 1

        def level(wave: str, side: int) -> float:
            return self.share(wave, item, side, landlord, quarter, adjusted=adjusted)

        def gap(wave: str) -> float:
            return level(wave, 1) - level(wave, 0)

        group, waves = str(row["groupe"]), str(row["vague"]).split("-")
        if group in SIDES:
            return level(waves[0], SIDES[group])
        if group == "ecart":
            return gap(waves[0])
        if group == "evolution_ecart":
            return gap(waves[1]) - gap(waves[0])
        if group in ("evolution_qpv", "evolution_hors"):
            side = int(group == "evolution_qpv")
            return level(waves[1], side) - level(waves[0], side)
        return float("nan")
