"""Sums of the rounded lines: by résidence, quarter, commune."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut, Reserve, Statut
from tfpb.model.legal.tax_lines import LINES, LOST
from tfpb.model.money import States
from tfpb.model.results import (
    MONEY_QPV_COLUMNS,
    RESERVE_COLUMNS,
    STATE_COLUMNS,
)
from tfpb.tax.abatement.formula import Terms
from tfpb.tax.abatement.line_scope import unlined
from tfpb.tax.abatement.premises import COUNTED, ESTIMATED, REAL, Premises, bears_homes, motive_of
from tfpb.tax.abatement.rights import TWO_QUARTERS, end_of_exemption, exempt, standing_units
from tfpb.tax.plain_values import ZERO, cents, grouped, total
from tfpb.text import fold
from tfpb.words.money import state_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.formula import Terms
    from tfpb.tax.abatement.holdings import Stock


AMOUNTS: Final[Mapping[str, str]] = {
    "abattement_eur": "abatement",
    "frais_gestion_eur": "fees",
    "total_eur": "total",
    "compensation_etat_eur": "compensation",
    "perte_collectivites_eur": "lost",
    "reporte_contribuables_eur": "spread",
}
"""Columns that add what is counted, and the field of `Amounts` each adds."""
SPLIT: Final = (
    "frais_gestion_eur", "total_eur", "compensation_etat_eur", "perte_collectivites_eur",
    "reporte_contribuables_eur",
)  # fmt: skip
"""Columns that hang on the rate of each line of a notice: not known of a sum of rates."""
WHOLE: Final = "global"
"""Line of a notice whose rates are not parted."""
RESERVED: Final = "sous_reserve"
LACKING: Final = "manquant"
"""Natures of an amount that is not known: it hangs on something, or no file gives it."""
ATTENTION: Final = (
    Statut.A_RISQUE, Statut.A_RECLAMER, Statut.A_VERIFIER, Statut.DROIT_INCONNU, Statut.NON_DECLARE,
    Statut.SANS_CONVENTION, Statut.NON_LU, Statut.ELIGIBLE, Statut.ABATTU, Statut.EXONERE,
    Statut.SANS_LOGEMENT, Statut.HORS_QPV,
)  # fmt: skip
"""Status of a résidence: that of its premises which most asks for a decision."""
_RESIDENCE: Final = (
    "id_residence", "nom", "code_qpv", "nature", "frais_gestion_eur", "total_eur", "abattement_eur",
    "abattement_a_reclamer_eur", "abattement_a_risque_eur", "abattement_sous_reserve_eur", "statut",
    "motif", "ouverture_abattement_annee",
)  # fmt: skip
_COLLECTIVITY: Final = (
    "commune", "code_insee", "ligne", "abattement_eur", "compensation_etat_eur", "perte_eur",
    "reporte_contribuables_eur", "logements", "nature",
)  # fmt: skip


def nature_of(items: Iterable[Premises], missing: int = 0) -> str:
    """Return the nature of a total: that of its weakest part.

    `reel` or `estime` for what is counted; `sous_reserve` or `manquant` when nothing is and part of the
    money is not known.
    """
    group = list(items)
    counted = [i for i in group if i.statut in COUNTED]
    states = states_of(group, missing)
    if not total(i.amounts.abatement for i in counted) and states.unknown:
        return RESERVED if states.reserved else LACKING
    return ESTIMATED if any(i.nature == ESTIMATED for i in counted or group) else REAL


def states_of(items: Iterable[Premises], missing: int = 0) -> States:
    """Add the states of premises; `missing` dwellings have no amount."""
    return sum((i.states for i in items), States(missing=missing))


def state_cells(states: States) -> dict[str, Decimal]:
    """Return the states as columns."""
    return {column: getattr(states, name) for column, name in STATE_COLUMNS.items()}


def reserves_of(items: Iterable[Premises]) -> dict[str, Decimal]:
    """Add what the reserve of premises hangs on, by reason."""
    group = list(items)
    found = {str(r): total(i.standing.reserves.get(r) for i in group) for r in Reserve}
    return {reason: amount for reason, amount in found.items() if amount}


def reserve_cells(items: Iterable[Premises]) -> dict[str, Decimal]:
    """Return what hangs on a side or on a table of conventions, as columns."""
    group = list(items)
    return {
        column: total(i.standing.reserves.get(reason) for i in group)
        for column, reason in RESERVE_COLUMNS.items()
    }


def statut_of(items: Iterable[Premises]) -> str:
    """Return the status that stands for several premises."""
    found = {i.statut for i in items}
    return next((str(s) for s in ATTENTION if s in found), "")


def sums(items: Iterable[Premises]) -> dict[str, Decimal | None]:
    """Add what is counted (`AMOUNTS`): None when nothing is and part of the money is not known."""
    group = list(items)
    counted = [i for i in group if i.statut in COUNTED]
    if not total(i.amounts.abatement for i in counted) and states_of(group).unknown:
        return dict.fromkeys(AMOUNTS)
    cells: dict[str, Decimal | None] = {
        c: total(getattr(i.amounts, name) for i in counted) for c, name in AMOUNTS.items()
    }
    return cells | dict.fromkeys(SPLIT) if any(i.unsplit for i in counted) else cells


def absent(items: Iterable[Premises], stock: Stock, reader: Reader) -> dict[str, int]:
    """Count by quarter the dwellings that no line of the tax sheet gives an amount for.

    Those in a quarter, standing and not exempt on 1 January, of résidences without any line, and of
    buildings without any where lines name others; of one in several quarters whose line does not say
    which, those of the quarters where its doubt is not told.
    """
    group = list(items)
    by_home = grouped(filter(bears_homes, group), lambda i: i.id_residence)
    unsure = {i.id_residence: i.right.code_qpv for i in group if i.right.motive == TWO_QUARTERS}
    out: dict[str, int] = {}
    for holding in stock.holdings:
        doubted = unsure.get(holding.id_residence, "")
        rows = [i.row for i in by_home.get(holding.id_residence, [])]
        units = holding.units if doubted or not rows else unlined(holding, rows, reader)
        for unit in standing_units(units, reader.day.year):
            free = not exempt(end_of_exemption(unit, reader), reader.day)
            if unit.side == QpvStatut.DANS and free and unit.code_qpv != doubted:
                out[unit.code_qpv] = out.get(unit.code_qpv, 0) + unit.dwellings
    return out


def by_residence(
    items: Iterable[Premises], stock: Stock, *, reader: Reader, on: dt.date | None
) -> pd.DataFrame:
    """Add by résidence, in the order of the stock; those it does not know come last.

    `id_residence, nom, code_qpv, nature, frais_gestion_eur, total_eur, abattement_eur,
    abattement_a_reclamer_eur, abattement_a_risque_eur, abattement_sous_reserve_eur, statut, motif,
    ouverture_abattement_annee`: `code_qpv` lists several quarters where there are; a nil that may be
    something else is None.
    """
    groups = grouped(items, lambda i: i.id_residence)
    order = [h.id_residence for h in stock.holdings if h.id_residence in groups]
    order += [key for key in groups if stock.residence(key) is None]
    rows = []
    for key in order:
        group, holding = groups[key], stock.residence(key)
        # a building out of every quarter has none; buildings may stand in two
        rights = sorted((i.right for i in group), key=lambda r: r.code_qpv)
        quarters = dict.fromkeys(r.code_qpv for r in rights if r.code_qpv)
        states = states_of(group)
        claim, risk = states.to_claim, states.at_risk
        unclaimed = not claim and (states.unread or states.estimated or states.hanging)
        unrisked = not risk and (states.unread or states.doubtful)
        rows.append(
            sums(group)
            | {
                "id_residence": key,
                "nom": holding.nom if holding else "",
                "code_qpv": ", ".join(quarters),
                "nature": nature_of(group),
                "abattement_a_reclamer_eur": None if unclaimed else claim,
                "abattement_a_risque_eur": None if unrisked else risk,
                "abattement_sous_reserve_eur": states.reserved,
                "statut": statut_of(group),
                "motif": _motive(group, reader, on),
                "ouverture_abattement_annee": min(
                    (i.right.opens for i in group if i.right.opens is not None), default=None
                ),
            }
        )
    frame = pd.DataFrame(rows, columns=list(_RESIDENCE))
    frame["ouverture_abattement_annee"] = frame["ouverture_abattement_annee"].astype("Int64")
    return frame


def _motive(group: list[Premises], reader: Reader, on: dt.date | None) -> str:
    """Write the motive of the status that stands for a résidence, with the sum of its premises."""
    statut = statut_of(group)
    alike = [i for i in group if i.statut == statut]
    motive = motive_of(
        alike[0],
        reader,
        on,
        amount=total(
            i.states.to_claim if statut == Statut.A_RECLAMER else i.amounts.abatement for i in alike
        ),
        risk=total(i.states.at_risk for i in alike),
    )
    if len(alike) == len(group):
        return motive
    part = state_words.SOME_PREMISES.format(part=len(alike), whole=len(group))
    return f"{part} {motive}"


def by_qpv(
    items: list[Premises], stock: Stock, missing: Mapping[str, int], reader: Reader
) -> pd.DataFrame:
    """Add by quarter, by code; one with dwellings and no premises (`missing`, by `absent`) has no amount.

    On the reader's 1 January: which dwellings are still exempt, or do not stand.
    """
    groups = grouped(items, lambda i: i.right.code_qpv)
    exempted: Counter[str] = Counter()
    codes = {*groups} - {""}
    for holding in stock.holdings:
        inside = [u for u in holding.units if u.code_qpv and u.side == QpvStatut.DANS]
        codes |= {u.code_qpv for u in inside}
        standing = set(standing_units(holding.units, reader.day.year))
        for unit in inside:
            if unit not in standing or exempt(end_of_exemption(unit, reader), reader.day):
                exempted[unit.code_qpv] += unit.dwellings
    rows = [
        (code, exempted[code], lacking, nature_of(groups.get(code, []), lacking))
        for code in sorted(codes)
        for lacking in [missing.get(code, 0)]
    ]
    frame = pd.DataFrame(rows, columns=list(MONEY_QPV_COLUMNS), dtype=object)
    return frame.astype(dict.fromkeys(("logements_exoneres", "logements_sans_montant"), "int64"))


def by_collectivity(items: list[Premises], terms: Terms) -> pd.DataFrame:
    """Add by commune and line of the notice: what is given up, returned, lost, or spread over payers.

    `commune, code_insee, ligne, abattement_eur, compensation_etat_eur, perte_eur,
    reporte_contribuables_eur, logements, nature`. Compensations of a commune add up to its total: the last
    line with an amount takes the cents of rounding. Its dwellings abated are on its first line; a commune
    where nothing counts has one line of none, whose amounts are not known or nil.
    """
    rows: list[tuple[Any, ...]] = []
    for (code, name), group in _communes(items):
        cells, kind, first = sums(group), nature_of(group), len(rows)
        whole = total(i.amounts.abatement for i in group if i.statut in COUNTED and i.unsplit)
        if whole:
            rows.append((name, code, WHOLE, whole, None, None, None, None, kind))
        counted = [i.amounts for i in group if i.statut in COUNTED and not i.unsplit]
        by_line = {n: total(c.lines[k] for c in counted) for k, n in enumerate(LINES)}
        back = {n: cents(by_line[n] * terms.compensation) for n in LOST if by_line[n]}
        if back:
            last = list(back)[-1]
            back[last] += total(c.compensation for c in counted) - total(back.values())
        for line, given in by_line.items():
            if given:
                returned = back.get(line, ZERO)
                lost, spread = (given - returned, ZERO) if line in LOST else (ZERO, given)
                rows.append((name, code, line, given, returned, lost, spread, None, kind))
        if len(rows) == first:
            nothing = [cells[c] for c in ("abattement_eur", *SPLIT[2:])]
            rows.append((name, code, "", *nothing, None, kind))
        if cells["abattement_eur"] is not None:
            homes = sum(i.abated_dwellings for i in group if i.statut in COUNTED)
            rows[first] = (*rows[first][:-2], homes, kind)
    return pd.DataFrame(rows, columns=list(_COLLECTIVITY), dtype=object)


def _communes(items: Iterable[Premises]) -> list[tuple[tuple[str, str], list[Premises]]]:
    """Group by commune, sorted: by its code when known (names are spelled many ways), else by its name.

    The name is the most frequent spelling. Premises out of the quarters are left out.
    """
    out: dict[tuple[str, str], list[Premises]] = {}
    known = [i for i in items if i.holding is not None and i.statut != Statut.HORS_QPV]
    for group in grouped(known, _commune_key).values():
        places = [i.holding for i in group if i.holding is not None]
        names = Counter(h.commune for h in places)
        out[places[0].code_insee, min(names, key=lambda n: (-names[n], n))] = group
    return sorted(out.items(), key=lambda pair: pair[0])


def _commune_key(item: Premises) -> str:
    holding = item.holding
    return "" if holding is None else holding.code_insee or fold(holding.commune)
