"""Droit commun: what the bailleur does everywhere, per dwelling, in the quarters and elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, stop_on_faults
from tfpb.law.values import Law, Reader, load
from tfpb.model.arrays import divided
from tfpb.model.money import DroitCommun
from tfpb.model.results import DROIT_COMMUN_COLUMNS
from tfpb.tax.plain_values import CENT, Record, cents, doubt, grouped, records, repeats, total
from tfpb.text import fold
from tfpb.words.money.accounts import LEFT_ASIDE, OTHER_HABITAT
from tfpb.words.numbers import amount, number

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from tfpb.model.arrays import Floats


DRAWS: Final = 2000
_FEWEST: Final = 2
_VALUES: Final = ("quantite", "cout_eur")
_NO_MARGIN: Final[dict[str, Any]] = {
    "marge": "non_calculable",
    "surcout_ic95_bas_eur": None,
    "surcout_ic95_haut_eur": None,
}
_FEWEST_COSTS: Final = 4
"""Rows of an indicator from which their middle says what a unit costs."""
_FAR: Final = 100
"""Times the usual cost of a unit, or its fraction, from which a cost is in another unit."""
_SIDES_APART: Final = 6
"""Times the cost of a dwelling elsewhere, for every indicator, from which one side is of another period."""
_NEAR_YEARS: Final = Decimal("0.7")
"""Part of a cost that the same one of another year hardly goes under."""
_MOST_HOMES: Final = Decimal("0.8")
_AT_FLOOR: Final = 0.05
"""Above the floor by less than this many gardiens for 100 dwellings counts as at the floor."""


@dataclass(frozen=True, slots=True)
class _Home:
    """A résidence: its dwellings on each side, and what makes it comparable."""

    inside: int
    outside: int
    doubt: int
    kind: str

    @property
    def dwellings(self) -> int:
        return self.inside + self.outside + self.doubt


def droit_commun(
    table: pd.DataFrame,
    residences: pd.DataFrame,
    *,
    seed: int,
    law: Law | None = None,
    floor_applies: bool | None = None,
    comparable: bool = True,
) -> DroitCommun:
    """Compare droit commun per dwelling, QPV against hors QPV, with its uncertainty.

    Costs and quantities of a résidence cut by the limit go to each side by its dwellings. The gap per
    dwelling × the dwellings in the quarters is the surcoût; its 95 % interval is the percentile
    bootstrap over résidences, drawn within QPV and hors QPV apart.

    Parameters
    ----------
    table : DataFrame
        Typed by `tables.DROIT_COMMUN`: one row a résidence, or totals by `perimetre` with `logements`
        (margin then « non calculable »).
    residences : DataFrame
        `RESIDENCE_COLUMNS`.
    seed : int
        Same seed, same interval.
    law : Law, optional
        For the floor of gardiens; the packaged values by default.
    floor_applies : bool, optional
        Whether the communes are under the floor (CSI R. 271-1); None when unknown: applied, with a doubt.
    comparable : bool
        Keep, hors QPV, only résidences of the types of habitat found in QPV.

    Returns
    -------
    DroitCommun
        `DROIT_COMMUN_COLUMNS`, one row an indicator and year, in order of appearance.

    Raises
    ------
    TfpbError
        Those of `check_droit_commun`.

    References
    ----------
    CSI R. 271-1 and décret 2001-1361 (floor of gardiens).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "indicateur": ["nettoyage"] * 2, "perimetre": ["qpv", "hors_qpv"],
    ...     "logements": [40, 40], "cout_eur": [9000, 6400]})
    >>> made = droit_commun(table, pd.DataFrame(columns=["id_residence"]), seed=1)
    >>> made.table[["surcout_par_logement_eur", "surcout_eur", "marge"]]
      surcout_par_logement_eur surcout_eur           marge
    0                    65.00     2600.00  non_calculable
    """
    rows = records(table)
    stop_on_faults(check_droit_commun(table))
    homes = {r.text("id_residence"): _home(r) for r in records(residences)}
    groups: dict[Hashable, list[Record]] = {}
    names: dict[Hashable, tuple[str, int | None]] = {}
    notices: list[Fault] = []
    for row in rows:
        key = _indicator(row)
        names.setdefault(key, (row.text("indicateur"), row.whole("annee")))
        group = groups.setdefault(key, [])
        if row.money("quantite") is None and row.money("cout_eur") is None:
            notices.append(doubt("droit_commun_vide", row.place()))
        else:
            group.append(row)
    reader = (law or load()).on(dt.date(2025, 1, 1))
    out = []
    for order, (key, group) in enumerate(groups.items()):
        name, year = names[key]
        single = [r for r in group if r.text("id_residence")]
        sums = [r for r in group if not r.text("id_residence")]
        if single and sums:
            notices.append(doubt("droit_commun_totaux_ignores", sums[0].place(), name))
        floor = "sans_objet"
        if single:
            notices += [*_copies(single), *_odd_costs(single), *_stacked(name, year, single)]
            single = _summed(single)
            data, found = _shares(name, single, homes, comparable=comparable)
            notices += found
            figures = _ratios(data) | _margin(data, np.random.default_rng([seed, order]))
            floor = _floor(name, single, homes, reader, applies=floor_applies)
        else:
            figures = _ratios(_totals(sums)) | {"n_residences_qpv": 0, "n_residences_hors": 0}
        if floor != "sans_objet" and floor_applies is None:
            notices.append(doubt("plancher_a_confirmer", Place(), name))
        named = {"indicateur": name, "annee": year, "unite": _unit(name) if group else ""}
        out.append(_NO_MARGIN | named | figures | {"plancher": floor})
    notices += _sides_apart(out)
    frame = pd.DataFrame(out, columns=list(DROIT_COMMUN_COLUMNS))
    frame["annee"] = frame["annee"].astype("Int64")
    return DroitCommun(frame, tuple(notices), reader.used())


def check_droit_commun(table: pd.DataFrame) -> list[Fault]:
    """List the faults of a table of droit commun that need no other file. Typed `DROIT_COMMUN`."""
    rows = records(table)
    faults = [
        Fault("droit_commun_total_en_double", here, row.text("indicateur"), {"autre": first})
        for row, here, first in _totals_twice(rows)
    ]
    for row in rows:
        if not row.text("id_residence"):
            if not row.text("perimetre"):
                faults.append(Fault("droit_commun_sans_perimetre", row.place("perimetre")))
            elif not row.whole("logements"):
                got = row.text("indicateur")
                here = row.place("logements")
                faults.append(Fault("droit_commun_total_sans_logements", here, got))
        for column in _VALUES:
            amount = row.money(column)
            if amount is not None and amount < 0:
                faults.append(Fault("montant_negatif", row.place(column), f"{amount:f}"))
    return faults


def _indicator(row: Record) -> Hashable:
    """Return what an indicator and its year are known by, however its name is typed."""
    name = row.text("indicateur")
    return fold(name), _unit(name).lower(), row.whole("annee")


def _unit(name: str) -> str:
    """Return the unit that a name ends with, between parentheses."""
    return name[name.rfind("(") + 1 : name.rfind(")")] if "(" in name and ")" in name else ""


def _totals_twice(rows: list[Record]) -> Iterator[tuple[Record, Place, int]]:
    """Return each second total of a side: whether both are of the same dwellings, nothing says."""
    single = {_indicator(r) for r in rows if r.text("id_residence")}
    sums = (
        r
        for r in rows
        if r.text("perimetre") and r.whole("logements") and not r.text("id_residence")
        if _indicator(r) not in single and any(r.money(c) is not None for c in _VALUES)
    )
    return repeats(sums, lambda r: (_indicator(r), r.text("perimetre")), "perimetre")


def _home(row: Record) -> _Home:
    inside, outside, unsure = (
        row.whole(f"logements_{side}") or 0 for side in ("dans", "hors", "a_verifier")
    )
    return _Home(inside, outside, unsure, fold(row.text("type_habitat")))


def _added(rows: Iterable[Record], column: str) -> Decimal | None:
    """Add a column; None when no row has a value."""
    given = [v for r in rows if (v := r.money(column)) is not None]
    return total(given) if given else None


def _summed(rows: list[Record]) -> list[Record]:
    """Add the rows of a résidence (two contracts, two agents): its dwellings count once."""
    groups = grouped(rows, lambda r: r.text("id_residence"))
    return [Record(g[0] | {c: _added(g, c) for c in _VALUES}) for g in groups.values()]


def _copies(rows: Iterable[Record]) -> list[Fault]:
    """Doubt a row that repeats another wholly: added twice, or written twice."""
    named = ("id_residence", *_VALUES)
    twice = repeats(rows, lambda r: tuple(r.text(c) for c in named), "id_residence")
    return [
        doubt("droit_commun_repete", here, row.text("id_residence"), autre=first)
        for row, here, first in twice
    ]


def _odd_costs(rows: Iterable[Record]) -> list[Fault]:
    """Doubt a cost by unit a hundred times that of the indicator's other rows, or the hundredth."""
    given = [(r, r.money("cout_eur"), r.money("quantite")) for r in rows]
    units = [(r, cost, cost / count) for r, cost, count in given if cost and count]
    if len(units) < _FEWEST_COSTS:
        return []
    usual = median(each for _, _, each in units)
    return [
        doubt(
            "droit_commun_cout_inhabituel",
            row.place("cout_eur"),
            amount(cost),
            unite=amount(cents(each)),
            milieu=amount(cents(usual)),
        )
        for row, cost, each in units
        if not usual / _FAR <= each <= usual * _FAR
    ]


def _stacked(name: str, year: int | None, rows: list[Record]) -> list[Fault]:
    """Doubt rows without year that come as often for nearly every résidence, of costs alike: years in one."""
    groups = grouped([r for r in rows if r.money("cout_eur")], lambda r: r.text("id_residence"))
    counts = [len(group) for group in groups.values()]
    often = max(counts, key=counts.count, default=1)
    if year is not None or often < 2 or len(groups) < _FEWEST_COSTS:  # noqa: PLR2004 - more than one
        return []
    same = [g for g in groups.values() if len(g) == often]
    costs = [[cost for r in g if (cost := r.money("cout_eur"))] for g in same]
    alike = sum(min(each) >= _NEAR_YEARS * max(each) for each in costs)
    if alike < _MOST_HOMES * len(groups):
        return []
    return [doubt("droit_commun_empile", rows[0].place("annee"), name, nombre=often)]


def _sides_apart(indicators: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """Doubt costs that are, for every indicator, six times those of the other side: a month for a year."""
    sides = ("cout_par_logement_qpv_eur", "cout_par_logement_hors_eur")
    costs = [
        (one[sides[0]], one[sides[1]]) for one in indicators if one[sides[0]] and one[sides[1]]
    ]
    ratios = sorted(inside / outside for inside, outside in costs)
    if len(ratios) < _FEWEST or not (ratios[0] >= _SIDES_APART or ratios[-1] * _SIDES_APART <= 1):
        return []
    middle = median(ratios)
    times = middle if middle > 1 else 1 / middle
    return [doubt("droit_commun_cotes_inegaux", Place(), "", fois=number(times), haut=middle > 1)]


def _shares(
    name: str, rows: list[Record], homes: dict[str, _Home], *, comparable: bool
) -> tuple[Floats, list[Fault]]:
    """Share each résidence between its sides; those that cannot be compared are left out, with a doubt.

    A float array of shape (n, 6): dwellings, quantity and cost (euros) in, then out; NaN where a value is
    not given. Dwellings in doubt are left out.
    """
    doubts = []
    known: list[tuple[Record, _Home]] = []
    for row in rows:
        key = row.text("id_residence")
        if key in homes:
            known.append((row, homes[key]))
        else:
            here = row.place("id_residence")
            doubts.append(doubt("droit_commun_hors_patrimoine", here, key))
    kept = [(r, h) for r, h in known if h.inside or h.outside]
    if len(kept) < len(known):
        left = LEFT_ASIDE.format(count=len(known) - len(kept))
        doubts.append(doubt("droit_commun_a_verifier", Place(), name, nombre=left))
    kinds = {h.kind for _, h in kept if h.inside and h.kind}
    if comparable and kinds:
        alike = [(r, h) for r, h in kept if h.inside or not h.kind or h.kind in kinds]
        if len(alike) < len(kept):
            left, why = LEFT_ASIDE.format(count=len(kept) - len(alike)), OTHER_HABITAT
            doubts.append(
                doubt("droit_commun_hors_comparaison", Place(), name, nombre=left, motif=why)
            )
        kept = alike
    data = np.full((len(kept), 6), np.nan)
    for line, (row, home) in zip(data, kept, strict=True):
        settled = home.inside + home.outside
        values = [np.nan if (v := row.money(c)) is None else float(v) for c in _VALUES]
        for first, side in ((0, home.inside), (3, home.outside)):
            part = side / settled * (settled / home.dwellings)
            line[first : first + 3] = (side, *(v * part for v in values))
    return data, doubts


def _totals(rows: list[Record]) -> Floats:
    """Return the total of each side as `_shares` returns résidences: one row in the quarters, one out."""
    data = np.full((2, 6), np.nan)
    data[:, [0, 3]] = 0
    for line, first, side in ((0, 0, "qpv"), (1, 3, "hors_qpv")):
        for row in (r for r in rows if r.text("perimetre") == side):
            data[line, first] = row.whole("logements") or 0
            for column, name in enumerate(_VALUES, start=1):
                amount = row.money(name)
                if amount is not None:
                    data[line, first + column] = float(amount)
    return data


def _ratios(data: Floats) -> dict[str, Any]:
    """Return the ratios per dwelling on each side, their gap and the surcoût."""
    inside, outside = data[data[:, 0] > 0], data[data[:, 3] > 0]
    cost_in, cost_out = _ratio(inside, 0, 2), _ratio(outside, 3, 5)
    dwellings = int(data[:, 0].sum())
    return {
        "n_residences_qpv": len(inside),
        "n_residences_hors": len(outside),
        "logements_qpv": dwellings,
        "logements_hors": int(data[:, 3].sum()),
        "quantite_par_100_logements_qpv": 100 * _ratio(inside, 0, 1),
        "quantite_par_100_logements_hors": 100 * _ratio(outside, 3, 4),
        "cout_par_logement_qpv_eur": _euros(cost_in),
        "cout_par_logement_hors_eur": _euros(cost_out),
        "surcout_par_logement_eur": _euros(cost_in - cost_out),
        "surcout_eur": _euros((cost_in - cost_out) * dwellings),
    }


def _margin(data: Floats, rng: np.random.Generator) -> dict[str, Any]:
    """Return the 95 % interval of the surcoût; nothing with too few résidences or a cost missing."""
    inside, outside = data[data[:, 0] > 0], data[data[:, 3] > 0]
    gap = _ratio(inside, 0, 2) - _ratio(outside, 3, 5)
    if min(len(inside), len(outside)) < _FEWEST or np.isnan(gap):
        return {}
    gaps = _bootstrap(data, rng) * int(data[:, 0].sum())
    low, high = np.percentile(gaps[~np.isnan(gaps)], [2.5, 97.5])
    return {
        "marge": "calculee",
        "surcout_ic95_bas_eur": _euros(float(low)),
        "surcout_ic95_haut_eur": _euros(float(high)),
    }


def _bootstrap(data: Floats, rng: np.random.Generator) -> Floats:
    """Draw résidences with replacement, within those in the quarters and the others apart.

    A résidence cut by the limit is drawn with those in the quarters, and weighs on both sides.
    """
    weights = np.zeros((DRAWS, len(data)))
    for members in (np.flatnonzero(data[:, 0] > 0), np.flatnonzero(data[:, 0] <= 0)):
        if len(members):
            drawn = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), DRAWS)
            weights[:, members] = drawn
    sides = []
    for homes, cost in ((0, 2), (3, 5)):
        given = ~np.isnan(data[:, cost])
        numerator = weights[:, given] @ data[given, cost]
        denominator = weights[:, given] @ data[given, homes]
        sides.append(divided(numerator, denominator, np.nan))
    gaps: Floats = sides[0] - sides[1]
    return gaps


def _ratio(data: Floats, homes: int, value: int) -> float:
    given = ~np.isnan(data[:, value])
    dwellings = float(data[given, homes].sum())
    return float(data[given, value].sum()) / dwellings if dwellings else float("nan")


def _euros(value: float) -> Decimal | None:
    return None if np.isnan(value) else Decimal(repr(value)).quantize(CENT)


def _floor(
    name: str, rows: list[Record], homes: dict[str, _Home], reader: Reader, *, applies: bool | None
) -> str:
    """Compare the gardiens of the quarters with the legal floor (CSI R. 271-1).

    The floor is one for 100 dwellings in ensembles of 100 dwellings and more; staff at the floor is no
    « renforcement ».
    """
    if "gardien" not in fold(name) or applies is False:
        return "sans_objet"
    rate = float(reader.decimal("gardien_pour_100_logements"))
    smallest = reader.whole("gardien_seuil_logements")
    reader.text("gardien_lieux")
    large = [
        (float(q), h)
        for r in rows
        if (h := homes.get(r.text("id_residence"))) is not None
        and h.inside
        and h.dwellings >= smallest
        and (q := r.money("quantite")) is not None
    ]
    dwellings = sum(h.dwellings for _, h in large)
    if not dwellings:
        return "sans_objet"
    present = 100 * sum(q for q, _ in large) / dwellings
    if present < rate - _AT_FLOOR:
        return "sous"
    return "au_plancher" if present <= rate + _AT_FLOOR else "au_dessus"
