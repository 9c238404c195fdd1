"""What chance alone would leave between bailleurs: control limits about the region's gap. Never a rank.

Everything is read from protected rows: a bailleur's own, the region's, and the others' quartiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe
from tfpb.model.survey import only
from tfpb.region.positions import quartiles
from tfpb.region.secrecy.cuts import SHOWN
from tfpb.survey.estimation.intervals import wilson_dispersion, z_quantile
from tfpb.survey.verdicts import CONFIDENCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tfpb.model.survey import Published

    Floats = NDArray[np.float64]

FEWEST_OTHERS: Final = 8
"""With fewer other bailleurs, the middle half of them is three at most: it is not shown."""
ALERT: Final = 0.95
ALARM: Final = 0.998
INTERVIEWS: Final = (300, 600, 1200, 2400)
_WAYS: Final = (Ajustement.STANDARDISE.value, Ajustement.BRUT.value)
"""Like with like first."""
_SIDES: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value)
_GAP: Final = Groupe.ECART.value
FUNNEL_COLUMNS: Final = (
    "item", "ajustement", "publication", "n", "ecart", "region", "erreur", "bas95", "haut95",
    "bas998", "haut998", "quartile1", "mediane", "quartile3", "lecture",
)  # fmt: skip


def own_funnel(whole: Published, own: Published, name: str, wave: str) -> pd.DataFrame:
    """Set a bailleur's gaps within the limits that its own numbers of interviews allow.

    Parameters
    ----------
    whole : Published
        Every bailleur's rows: read for the quartiles of the others alone.
    own : Published
        The bailleur's own cut: its rows and the region's.
    name, wave : str

    Returns
    -------
    DataFrame
        `FUNNEL_COLUMNS`, one row a question of which both gaps are published, like with like where
        both are so; `erreur` is the error that chance gives a bailleur of these numbers that is as
        the region is; `lecture`: `dedans`, or `dessus` or `dessous` with the limit passed (95, 998).
    """
    mine, region = (_figures(own, owner, wave) for owner in (name, ENSEMBLE))
    both = mine.join(region.add_suffix("_region"), how="inner")
    error = _error(both, both, of="_region")
    out = both.assign(erreur=error, ecart=both[_GAP], region=both[f"{_GAP}_region"])
    return _completed(out, whole, name, wave)


def region_funnel(whole: Published, wave: str) -> pd.DataFrame:
    """Return the limits about the region's gaps, by number of interviews: no bailleur is on it.

    Returns
    -------
    DataFrame
        `FUNNEL_COLUMNS`; `ecart` and `lecture` are empty, `erreur` is that of `n` interviews shared
        between both sides as the region's are.
    """
    region = _figures(whole, ENSEMBLE, wave)
    out = region.assign(erreur=_error(region, region), ecart=np.nan, region=region[_GAP])
    return _completed(out, whole, "", wave)


def half_width(error: Floats, n: Floats | float, at: Floats | float, level: float) -> Floats:
    """Half-width of the limits with `at` interviews, from the error of `n` of them."""
    out: Floats = z_quantile(level) * error * np.sqrt(np.asarray(n) / at)
    return out


def limits_by_interviews(rows: pd.DataFrame) -> dict[tuple[int, str], pd.Series[float]]:
    """Return the half-widths of the limits by numbers of interviews and level, one a row."""
    error, n = (rows[c].to_numpy(dtype=float) for c in ("erreur", "n"))
    return {
        (at, end): pd.Series(half_width(error, n, float(at), level), index=rows.index)
        for level, end in ((ALERT, "95"), (ALARM, "998"))
        for at in INTERVIEWS
    }


def _figures(published: Published, owner: str, wave: str) -> pd.DataFrame:
    """Lay out the published gaps of one owner with their sides: shares and D, by question and way."""
    rows = only(
        published.comparison, niveau=TOTAL, bailleur=owner, vague=wave, ajustement=list(_WAYS),
        publication=list(SHOWN),
    ).dropna(subset=["estimation"])  # fmt: skip
    share, low, high, size = (
        rows[c].to_numpy(dtype=float) for c in ("estimation", "ic95_bas", "ic95_haut", "n_effectif")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        printed = wilson_dispersion(share, low, high, z_quantile(CONFIDENCE))
        rows = rows.assign(d=np.where(size > 0, 1 / size, printed))
    keys = ["item", "ajustement"]
    wide = {g: rows[rows["groupe"] == g].set_index(keys) for g in (*_SIDES, _GAP)}
    columns = {g: part["estimation"] for g, part in wide.items()}
    columns |= {f"d_{g}": wide[g]["d"] for g in _SIDES} | {
        c: wide[_GAP][c] for c in ("n", "publication")
    }
    return pd.DataFrame(columns).dropna()


def _error(shares: pd.DataFrame, sizes: pd.DataFrame, of: str = "") -> Floats:
    """Error of a gap whose sides have these shares, on the effective sizes of others."""
    variance = np.zeros(len(shares))
    for side in _SIDES:
        p = shares[f"{side}{of}"].to_numpy(dtype=float)
        variance += p * (1 - p) * sizes[f"d_{side}"].to_numpy(dtype=float)
    return np.sqrt(variance)


def _completed(rows: pd.DataFrame, whole: Published, name: str, wave: str) -> pd.DataFrame:
    """Keep one way a question, and add limits, quartiles of the others and what is read."""
    out = rows.reset_index()
    order = out["ajustement"].map({way: k for k, way in enumerate(_WAYS)})
    out = out.iloc[np.argsort(order.to_numpy(), kind="stable")].drop_duplicates("item")
    centre, error = (out[c].to_numpy(dtype=float) for c in ("region", "erreur"))
    for level, end in ((ALERT, "95"), (ALARM, "998")):
        half = half_width(error, 1.0, 1.0, level)
        out[f"bas{end}"], out[f"haut{end}"] = centre - half, centre + half
    others = pd.concat(
        [
            quartiles(whole, name, way=way, fewest=FEWEST_OTHERS).assign(ajustement=way)
            for way in _WAYS
        ]
    )
    others = others[(others["vague"] == wave) & (others["groupe"] == _GAP)]
    out = out.merge(others.drop(columns=["vague", "groupe"]), on=["item", "ajustement"], how="left")
    gap = out["ecart"].to_numpy(dtype=float)
    out["lecture"] = np.select(
        [
            np.isnan(gap),
            gap < out["bas998"],
            gap > out["haut998"],
            gap < out["bas95"],
            gap > out["haut95"],
        ],
        ["", "dessous998", "dessus998", "dessous95", "dessus95"],
        "dedans",
    )
    return out[list(FUNNEL_COLUMNS)].reset_index(drop=True)
