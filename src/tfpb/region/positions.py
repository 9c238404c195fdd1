"""Position of a bailleur: beside the region without it and the others, and what chance alone would leave.

Everything is read from protected rows: a bailleur's own, the region's, the others' quartiles. Never a rank.
"""

from __future__ import annotations

import hashlib
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, SHOWN, TOTAL, Ajustement, Groupe
from tfpb.model.survey import pick
from tfpb.region.cuts import GAP_AND_LEVEL, gaps_of_bailleurs
from tfpb.survey.estimation.intervals import wilson_dispersion, z_quantile
from tfpb.survey.verdicts import CONFIDENCE, differ
from tfpb.text import letters_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.arrays import Floats
    from tfpb.model.record import Source
    from tfpb.model.survey import Published

FEWEST_OTHERS: Final = 5
"""With fewer others, a quartile is one of them."""
FEWEST_FOR_MIDDLE: Final = 8
"""With fewer other bailleurs, the middle half of them is three at most: it is not shown."""
POSITION_COLUMNS: Final = (
    "vague", "item", "groupe", "estimation", "ic95_bas", "ic95_haut", "region", "region_bas",
    "region_haut", "quartile1", "mediane", "quartile3", "autres", "lecture",
)  # fmt: skip


UNREAD: Final = "a_confirmer"
"""Reading of a figure under an open question."""
ALERT: Final = 0.95
ALARM: Final = 0.998
INTERVIEWS: Final = (300, 600, 1200, 2400)
_WAYS: Final = (Ajustement.COMPARABLE.value, Ajustement.BRUT.value)
"""Like with like first."""
_SIDES: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value)
_GAP: Final = Groupe.ECART.value
FUNNEL_COLUMNS: Final = (
    "item", "ajustement", "publication", "n", "ecart", "region", "erreur", "bas95", "haut95",
    "bas998", "haut998", "quartile1", "mediane", "quartile3", "lecture",
)  # fmt: skip


def quartiles(
    whole: Published,
    name: str,
    *,
    way: str = Ajustement.BRUT.value,
    fewest: int = FEWEST_OTHERS,
) -> pd.DataFrame:
    """Return the quartiles of the other bailleurs than `name`, item by item, rounded to the point.

    Items that fewer than `fewest` others may show are not there; `whole` is protected. Rounded because a
    quartile of few values is, or nearly, one bailleur's own figure: to the point, it is met in several.
    `vague, item, groupe, quartile1, mediane, quartile3, autres`.
    """
    rows = gaps_of_bailleurs(whole, GAP_AND_LEVEL, way=way)
    rows = rows[rows["bailleur"] != name]
    keys = ["vague", "item", "groupe"]
    values: dict[tuple[str, ...], list[float]] = {}
    cells = (rows[c].to_numpy(dtype=object) for c in (*keys, "estimation"))
    for *key, value in zip(*cells, strict=True):
        values.setdefault(tuple(key), []).append(value)
    enough = {key: some for key, some in values.items() if len(some) >= fewest}
    cuts: dict[tuple[str, ...], list[float]] = {}
    for count in {
        len(some) for some in enough.values()
    }:  # as many values: all their quartiles at once
        alike = [key for key, some in enough.items() if len(some) == count]
        ends = np.quantile([enough[key] for key in alike], (0.25, 0.5, 0.75), axis=1).T.tolist()
        cuts |= zip(alike, ends, strict=True)
    out = [
        (*key, *(round(v, 2) + 0.0 for v in cuts[key]), len(some)) for key, some in enough.items()
    ]
    return pd.DataFrame(out, columns=[*keys, "quartile1", "mediane", "quartile3", "autres"])


def position(whole: Published, own: Published, name: str) -> pd.DataFrame:
    """Compare a bailleur's figures with the region without it and the quartiles of the others.

    `lecture` is `au_dessus`, `en_dessous` (the whole 95 % interval on one side of the others' median) or
    `non_tranche`, empty without median. Never a rank.
    """
    mine = gaps_of_bailleurs(own, GAP_AND_LEVEL)
    mine = mine[mine["bailleur"] == name].drop(columns="bailleur")
    keys = ["vague", "item", "groupe"]
    marks = own.benchmark[own.benchmark["repere"] == "region_sans_soi"]
    marks = marks[[*keys, "valeur", "ic95_bas", "ic95_haut"]].rename(
        columns={"valeur": "region", "ic95_bas": "region_bas", "ic95_haut": "region_haut"}
    )
    out = mine.merge(marks, on=keys, how="left", validate="one_to_one")
    out = out.merge(quartiles(whole, name), on=keys, how="left", validate="one_to_one")
    middle, low, high = (out[c].to_numpy(dtype=float) for c in ("mediane", "ic95_bas", "ic95_haut"))
    with np.errstate(invalid="ignore"):
        reading = np.where(
            low > middle, "au_dessus", np.where(high < middle, "en_dessous", "non_tranche")
        )
    out["lecture"] = np.where(np.isnan(middle), "", reading)
    return out[list(POSITION_COLUMNS)]


def under_letters(whole: Published, wave: str, *, key: str) -> pd.DataFrame:
    """List the bailleurs' gaps under letters, drawn question by question, rounded to the point (0.01).

    Neither n, interval nor verdict: each would disclose the size, and the size the name (only the largest
    is « équivalent » at a gap of 2 points). Rows come in the order of the letters, which is drawn: never by
    value. `spread` gives their precision, over all of them. Questions that fewer than `FEWEST_OTHERS` + 1
    bailleurs may show are not there.
    """
    rows = gaps_of_bailleurs(whole, ("ecart",))
    rows = rows[rows["vague"] == wave]
    out = []
    for item, part in rows.groupby("item", sort=False):
        if len(part) <= FEWEST_OTHERS:
            continue
        drawn = draw(part["bailleur"], key=key, output=f"{wave}|{item}")
        lines = [
            (str(item), drawn[b], round(float(v), 2) + 0.0)
            for b, v in zip(part["bailleur"], part["estimation"], strict=True)
        ]
        out += sorted(lines, key=lambda line: (len(line[1]), line[1]))
    return pd.DataFrame(out, columns=["item", "lettre", "ecart"])


def spread(whole: Published, wave: str) -> pd.DataFrame:
    """Return the quartiles over all bailleurs of one wave, and how far chance alone spreads them.

    As `quartiles`, then `incertitude_points` (median half-width of the 95 % intervals, rounded: of no
    bailleur in particular) and, on gaps, `difference`: `demontree` when the gaps differ more than their
    printed intervals explain, else `non_demontree`.
    """
    rows = quartiles(whole, "")
    rows = rows[rows["vague"] == wave].reset_index(drop=True)
    every = gaps_of_bailleurs(whole, GAP_AND_LEVEL)
    every = every[every["vague"] == wave]
    half = (every["ic95_haut"] - every["ic95_bas"]) / 2
    typical = half.groupby([every["item"], every["groupe"]]).median()
    keys = list(zip(rows["item"], rows["groupe"], strict=True))
    gaps = every[every["groupe"] == "ecart"]
    shown = [str(i) for i, g in keys if g == "ecart"]
    apart = differ(
        [
            (part["estimation"].to_numpy(dtype=float), printed_error(part))
            for part in (gaps[gaps["item"] == item] for item in shown)
        ]
    )
    verdicts = {i: "demontree" if d else "non_demontree" for i, d in zip(shown, apart, strict=True)}
    return rows.assign(
        incertitude_points=[round(100 * float(typical[k])) for k in keys],
        difference=[verdicts[str(i)] if g == "ecart" else "" for i, g in keys],
    )


def printed_error(rows: pd.DataFrame) -> Floats:
    """Return the standard error that an interval at 95 % stands for: that of few résidences has none."""
    width = (rows["ic95_haut"] - rows["ic95_bas"]).to_numpy(dtype=float)
    error: Floats = width / (2 * z_quantile(CONFIDENCE))
    return error


def benchmark_table(
    own: Published, names: dict[str, str], libelles: dict[str, str]
) -> pd.DataFrame:
    """Return the file a bailleur's own dossier reads back as `repere`: the region without it.

    `own` is the bailleur's own cut; `names` gives the region's items in its plan, the wording (`libelles`)
    where one lacks.
    """
    rows = own.benchmark[own.benchmark["repere"] == "region_sans_soi"]
    items = [names.get(str(i), libelles.get(str(i), str(i))) for i in rows["item"]]
    out = rows.assign(item=items)[
        ["item", "vague", "groupe", "repere", "valeur", "ic95_bas", "ic95_haut", "n"]
    ]
    return out.reset_index(drop=True)


def drawing_key(seed: int, sources: Iterable[Source]) -> str:
    """Return the key of the letters of a run: its seed, and what no single bailleur can know.

    The hashes of every bailleur's files are part of it: names and seed are not enough to draw again.
    """
    content = "|".join(["pseudonymes", str(seed), *(s.sha256 for s in sources)])
    return hashlib.sha256(content.encode()).hexdigest()


def draw(names: Iterable[str], *, key: str, output: str) -> dict[str, str]:
    """Draw a letter for each name, for one table (`output`): the same letter in two tables means nothing.

    The key is kept by the regional body: who has it can draw again, so that no output may contain it.
    """
    order = sorted(set(names))
    chosen = [letters_of(k + 1) for k in range(len(order))]
    Random(f"{key}|{output}").shuffle(chosen)  # noqa: S311 - a draw to be drawn again, not a key
    return dict(zip(order, chosen, strict=True))


def own_funnel(whole: Published, own: Published, name: str, wave: str) -> pd.DataFrame:
    """Set a bailleur's gaps within the limits that its own numbers of interviews allow.

    `whole`, every bailleur's rows, is read for the quartiles of the others alone; `own` has its rows and
    the region's. `FUNNEL_COLUMNS`, one row a question of which both gaps are published, the comparable ones
    where both are so; `erreur` is the error that chance gives a bailleur of these numbers that is as the
    region is; `lecture`: `dedans`, or `dessus` or `dessous` with the limit passed (95, 998).
    """
    mine, region = (_figures(own, owner, wave) for owner in (name, ENSEMBLE))
    both = mine.join(region.add_suffix("_region"), how="inner")
    error = _error(both, both, of="_region")
    out = both.assign(erreur=error, ecart=both[_GAP], region=both[f"{_GAP}_region"])
    return _completed(out, whole, name, wave)


def unread(rows: pd.DataFrame, column: str = "lecture") -> pd.DataFrame:
    """Leave every reading of some rows to be confirmed: a question on the deliveries is open."""
    return rows.assign(**{column: rows[column].mask(rows[column] != "", UNREAD)})


def region_funnel(whole: Published, wave: str) -> pd.DataFrame:
    """Return the limits about the region's gaps, by number of interviews: no bailleur is on it.

    `FUNNEL_COLUMNS`: `ecart` and `lecture` are empty; `erreur` is that of `n` interviews shared between
    both sides as the region's are.
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
    rows = pick(
        published.comparison, niveau=TOTAL, bailleur=owner, vague=wave, ajustement=list(_WAYS),
        publication=SHOWN,
    ).dropna(subset=["estimation"])  # fmt: skip
    share, low, high = (
        rows[c].to_numpy(dtype=float) for c in ("estimation", "ic95_bas", "ic95_haut")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = rows.assign(d=wilson_dispersion(share, low, high, z_quantile(CONFIDENCE)))
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
            quartiles(whole, name, way=way, fewest=FEWEST_FOR_MIDDLE).assign(ajustement=way)
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
