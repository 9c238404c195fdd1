"""Droit commun: what the bailleur does everywhere, per dwelling, in the quarters and elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity, stop_on_faults
from tfpb.law.values import load
from tfpb.model.money import DroitCommun
from tfpb.model.results import DROIT_COMMUN_COLUMNS
from tfpb.tax.plain_values import CENT, Record, money, place, records, text, total, whole
from tfpb.text import fold
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tfpb.law.values import Law, Reader

DRAWS: Final = 2000
_FEWEST: Final = 2
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
        Whether the communes are under the floor (CSI R. 271-1); None when unknown: applied, and said.
    comparable : bool
        Keep, hors QPV, only résidences of the types of habitat found in QPV.

    Returns
    -------
    DroitCommun
        `DROIT_COMMUN_COLUMNS`, one row an indicator and year, in order of appearance.

    Raises
    ------
    TfpbError
        `droit_commun_sans_perimetre`, `montant_negatif`, `droit_commun_total_sans_logements`.
    """
    rows = records(table)
    stop_on_faults(_check(rows))
    homes = {text(r["id_residence"]): _home(r) for r in records(residences)}
    groups: dict[tuple[str, int | None], list[Record]] = {}
    for row in rows:
        groups.setdefault((text(row["indicateur"]), whole(row.get("annee"))), []).append(row)
    reader = (law or load()).on(dt.date(2025, 1, 1))
    out: list[dict[str, Any]] = []
    notices: list[Fault] = [
        Fault("droit_commun_vide", place(r), "", {}, Severity.DOUTE) for r in rows if _empty(r)
    ]
    for order, ((name, year), group) in enumerate(groups.items()):
        kept = [r for r in group if not _empty(r)]
        single = [r for r in kept if text(r.get("id_residence"))]
        sums = [r for r in kept if not text(r.get("id_residence"))]
        if single and sums:
            notices.append(
                Fault("droit_commun_totaux_ignores", place(sums[0]), name, {}, Severity.DOUTE)
            )
        if single:
            notices += _copies(single)
            single = _summed(single)
            rng = np.random.default_rng([seed, order])
            row, found = _by_residence(name, single, homes, rng, comparable=comparable)
            notices += found
            told = _floor(name, single, homes, reader, applies=floor_applies)
        else:
            row, told = _by_totals(sums), "sans_objet"
        if told != "sans_objet" and floor_applies is None:
            notices.append(Fault("plancher_a_confirmer", got=name, severity=Severity.DOUTE))
        out.append(
            {"indicateur": name, "annee": year, "unite": _unit(kept), **row, "plancher": told}
        )
    frame = pd.DataFrame(out, columns=list(DROIT_COMMUN_COLUMNS))
    frame["annee"] = frame["annee"].astype("Int64")
    return DroitCommun(frame, tuple(notices), reader.used())


def check_droit_commun(table: pd.DataFrame) -> list[Fault]:
    """List the faults of a table of droit commun that need no other file."""
    return _check(records(table))


def _check(rows: Iterable[Record]) -> list[Fault]:
    faults = []
    for row in rows:
        if not text(row.get("id_residence")):
            if not text(row.get("perimetre")):
                faults.append(Fault("droit_commun_sans_perimetre", place(row, "perimetre")))
            elif not whole(row.get("logements")):
                got = text(row["indicateur"])
                here = place(row, "logements")
                faults.append(Fault("droit_commun_total_sans_logements", here, got))
        for column in ("quantite", "cout_eur"):
            amount = money(row.get(column))
            if amount is not None and amount < 0:
                faults.append(Fault("montant_negatif", place(row, column), f"{amount:f}"))
    return faults


def _home(row: Record) -> _Home:
    return _Home(
        inside=whole(row.get("logements_dans")) or 0,
        outside=whole(row.get("logements_hors")) or 0,
        doubt=whole(row.get("logements_a_verifier")) or 0,
        kind=fold(text(row.get("type_habitat"))),
    )


def _empty(row: Record) -> bool:
    return money(row.get("quantite")) is None and money(row.get("cout_eur")) is None


def _unit(rows: Iterable[Record]) -> str:
    """Name the unit of the quantities: what stands in brackets in the indicator, else nothing."""
    name = next((text(r["indicateur"]) for r in rows), "")
    return name[name.rfind("(") + 1 : name.rfind(")")] if "(" in name and ")" in name else ""


def _by_residence(
    name: str,
    rows: list[Record],
    homes: dict[str, _Home],
    rng: np.random.Generator,
    *,
    comparable: bool,
) -> tuple[dict[str, Any], list[Fault]]:
    """Compute the ratios over résidences and bootstrap their gap."""
    notices: list[Fault] = []
    known = [(r, homes[text(r["id_residence"])]) for r in rows if text(r["id_residence"]) in homes]
    unknown = [r for r in rows if text(r["id_residence"]) not in homes]
    notices += [
        Fault(
            "droit_commun_hors_patrimoine",
            place(r, "id_residence"),
            text(r["id_residence"]),
            {},
            Severity.DOUTE,
        )
        for r in unknown
    ]
    doubtful = [1 for _, h in known if not h.inside and not h.outside]
    if doubtful:
        fields = {"nombre": plural(len(doubtful), "résidence laissée", "résidences laissées")}
        notices.append(Fault("droit_commun_a_verifier", got=name, fields=fields,
                             severity=Severity.DOUTE))  # fmt: skip
    kept = [(r, h) for r, h in known if h.inside or h.outside]
    kinds = {h.kind for _, h in kept if h.inside and h.kind}
    if comparable and kinds:
        away = [1 for _, h in kept if not h.inside and h.kind and h.kind not in kinds]
        if away:
            said: dict[str, Any] = {
                "nombre": plural(len(away), "résidence laissée", "résidences laissées"),
                "motif": "autre type d’habitat",
            }
            notices.append(Fault("droit_commun_hors_comparaison", got=name, fields=said,
                                 severity=Severity.DOUTE))  # fmt: skip
        kept = [(r, h) for r, h in kept if h.inside or not h.kind or h.kind in kinds]
    data = np.array([_shares(r, h) for r, h in kept], dtype=float).reshape(-1, 6)
    return _ratios(data, rng), notices


def _summed(rows: list[Record]) -> list[Record]:
    """Add the rows of a résidence (two contracts, two agents): its dwellings count once."""
    groups: dict[str, list[Record]] = {}
    for row in rows:
        groups.setdefault(text(row["id_residence"]), []).append(row)
    out = []
    for group in groups.values():
        sums: dict[str, Decimal | None] = {}
        for column in ("quantite", "cout_eur"):
            given = [v for r in group if (v := money(r.get(column))) is not None]
            sums[column] = total(given) if given else None
        out.append({**group[0], **sums})
    return out


def _copies(rows: Iterable[Record]) -> list[Fault]:
    """Doubt a row that repeats another wholly: added twice, or written twice."""
    seen: dict[tuple[str, ...], int] = {}
    faults = []
    for row in rows:
        key = tuple(text(row.get(c)) for c in ("id_residence", "quantite", "cout_eur"))
        here = place(row, "id_residence")
        if key in seen:
            fields = {"autre": seen[key]}
            faults.append(Fault("droit_commun_repete", here, key[0], fields, Severity.DOUTE))
        seen.setdefault(key, here.row)
    return faults


def _shares(row: Record, home: _Home) -> list[float]:
    """Return dwellings, quantity and cost in, then out; dwellings in doubt are left aside."""
    settled = home.inside + home.outside
    cost, quantity = money(row.get("cout_eur")), money(row.get("quantite"))
    scale = settled / home.dwellings
    out: list[float] = []
    for side in (home.inside, home.outside):
        part = side / settled * scale
        out += [
            float(side),
            float("nan") if quantity is None else float(quantity) * part,
            float("nan") if cost is None else float(cost) * part,
        ]
    return out


def _ratios(data: NDArray[np.float64], rng: np.random.Generator) -> dict[str, Any]:
    inside, outside = data[data[:, 0] > 0], data[data[:, 3] > 0]
    cost_in, cost_out = _ratio(inside, 0, 2), _ratio(outside, 3, 5)
    dwellings = int(data[:, 0].sum())
    row: dict[str, Any] = {
        "n_residences_qpv": len(inside),
        "n_residences_hors": len(outside),
        "logements_qpv": dwellings,
        "logements_hors": int(data[:, 3].sum()),
        "quantite_par_100_logements_qpv": 100 * _ratio(inside, 0, 1),
        "quantite_par_100_logements_hors": 100 * _ratio(outside, 3, 4),
        **_costs(cost_in, cost_out, dwellings),
        "marge": "non_calculable",
        "surcout_ic95_bas_eur": None,
        "surcout_ic95_haut_eur": None,
    }
    enough = min(len(inside), len(outside)) >= _FEWEST and not np.isnan(cost_in - cost_out)
    if enough:
        gaps = _bootstrap(data, rng) * dwellings
        low, high = np.percentile(gaps[~np.isnan(gaps)], [2.5, 97.5])
        row |= {
            "surcout_ic95_bas_eur": _euros(float(low)),
            "surcout_ic95_haut_eur": _euros(float(high)),
            "marge": "calculee",
        }
    return row


def _bootstrap(data: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
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
        sides.append(
            np.divide(numerator, denominator, out=np.full(DRAWS, np.nan), where=denominator > 0)
        )
    gaps: NDArray[np.float64] = sides[0] - sides[1]
    return gaps


def _ratio(data: NDArray[np.float64], homes: int, value: int) -> float:
    given = ~np.isnan(data[:, value])
    dwellings = float(data[given, homes].sum())
    return float(data[given, value].sum()) / dwellings if dwellings else float("nan")


def _costs(cost_in: float, cost_out: float, dwellings: int) -> dict[str, Any]:
    gap = cost_in - cost_out
    return {
        "cout_par_logement_qpv_eur": _euros(cost_in),
        "cout_par_logement_hors_eur": _euros(cost_out),
        "surcout_par_logement_eur": _euros(gap),
        "surcout_eur": _euros(gap * dwellings),
    }


def _euros(value: float) -> Decimal | None:
    return None if np.isnan(value) else Decimal(repr(value)).quantize(CENT)


def _by_totals(rows: list[Record]) -> dict[str, Any]:
    """Compute the ratios of two totals; nothing says how sure they are."""
    sums = {"qpv": [0.0, float("nan"), float("nan")], "hors_qpv": [0.0, float("nan"), float("nan")]}
    for row in rows:
        side = sums[text(row["perimetre"])]
        side[0] += whole(row["logements"]) or 0
        for index, column in ((1, "quantite"), (2, "cout_eur")):
            amount = money(row.get(column))
            if amount is not None:
                side[index] = (0.0 if np.isnan(side[index]) else side[index]) + float(amount)
    (homes_in, quantity_in, cost_in), (homes_out, quantity_out, cost_out) = sums.values()

    def per(value: float, homes: float) -> float:
        return value / homes if homes else float("nan")

    return {
        "n_residences_qpv": 0,
        "n_residences_hors": 0,
        "logements_qpv": int(homes_in),
        "logements_hors": int(homes_out),
        "quantite_par_100_logements_qpv": 100 * per(quantity_in, homes_in),
        "quantite_par_100_logements_hors": 100 * per(quantity_out, homes_out),
        **_costs(per(cost_in, homes_in), per(cost_out, homes_out), int(homes_in)),
        "surcout_ic95_bas_eur": None,
        "surcout_ic95_haut_eur": None,
        "marge": "non_calculable",
    }


def _floor(
    name: str,
    rows: list[Record],
    homes: dict[str, _Home],
    reader: Reader,
    *,
    applies: bool | None,
) -> str:
    """Say whether gardiens in the quarters stand at the legal floor (CSI R. 271-1).

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
        if (h := homes.get(text(r["id_residence"]))) is not None
        and h.inside
        and h.dwellings >= smallest
        and (q := money(r.get("quantite"))) is not None
    ]
    dwellings = sum(h.dwellings for _, h in large)
    if not dwellings:
        return "sans_objet"
    present = 100 * sum(q for q, _ in large) / dwellings
    if present < rate - _AT_FLOOR:
        return "sous"
    return "au_plancher" if present <= rate + _AT_FLOOR else "au_dessus"
