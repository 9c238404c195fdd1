"""Sums of the rounded lines: by résidence, quarter, commune, collectivity, and over all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut, Statut
from tfpb.model.results import MONEY_QPV_COLUMNS
from tfpb.tax.abatement.formula import LINES, LOST
from tfpb.tax.abatement.premises import COUNTED, ESTIMATED, motive_of
from tfpb.tax.plain_values import ZERO, cents, grouped, total
from tfpb.text import fold
from tfpb.words.money import status_reasons

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.formula import Terms
    from tfpb.tax.abatement.holdings import Stock
    from tfpb.tax.abatement.premises import Premises

AMOUNTS: Final[Mapping[str, str]] = {
    "abattement_eur": "abatement",
    "frais_gestion_eur": "fees",
    "total_eur": "total",
    "compensation_etat_eur": "compensation",
    "perte_collectivites_eur": "lost",
    "reporte_contribuables_eur": "spread",
}
"""Columns that add what is counted, and the field of `Amounts` each adds."""
PENDING: Final[Mapping[str, str]] = {
    "abattement_a_reclamer_eur": "claim",
    "abattement_a_risque_eur": "risk",
    "abattement_a_verifier_eur": "verify",
    "abattement_sans_convention_eur": "unsigned",
}
"""Columns that add what is not counted, and the field of `Premises` each adds."""
ATTENTION: Final = (
    Statut.A_RISQUE, Statut.A_RECLAMER, Statut.A_VERIFIER, Statut.NON_DECLARE,
    Statut.SANS_CONVENTION, Statut.ELIGIBLE, Statut.ABATTU, Statut.EXONERE, Statut.HORS_QPV,
)  # fmt: skip
"""Status of a résidence: that of its premises which most asks for a decision."""
_RESIDENCE: Final = (
    "id_residence", "nom", "code_qpv", "nb_logements", "abattement_eur", "frais_gestion_eur",
    "total_eur", "nature", "statut", "motif", "ouverture_abattement_annee", "commune",
    "logements_dans", "locaux", *PENDING, "evolution", "nom_qpv",
)  # fmt: skip
_QPV: Final = (
    *MONEY_QPV_COLUMNS, "abattement_a_verifier_eur", "abattement_sans_convention_eur",
)  # fmt: skip
_COMMUNE: Final = (
    "commune", "code_insee", "logements", "abattement_eur", "compensation_etat_eur",
    "perte_collectivites_eur", "nature",
)  # fmt: skip
_COLLECTIVITY: Final = (
    "commune", "code_insee", "ligne", "abattement_eur", "compensation_etat_eur", "perte_eur",
    "reporte_contribuables_eur",
)  # fmt: skip


def nature_of(items: Iterable[Premises]) -> str:
    """Return `reel`, `estime`, or `mixte` when both are added."""
    found = {i.nature for i in items}
    return "mixte" if len(found) > 1 else next(iter(found), ESTIMATED)


def statut_of(items: Iterable[Premises]) -> str:
    """Return the status that stands for several premises."""
    found = {i.statut for i in items}
    return next((str(s) for s in ATTENTION if s in found), "")


def sums(items: Iterable[Premises]) -> dict[str, Decimal]:
    """Add what is counted (`base_eur`, then `AMOUNTS`), then what is not (`PENDING`)."""
    group = list(items)
    counted = [i for i in group if i.statut in COUNTED]
    return {
        "base_eur": total(cents(i.base * i.share) for i in counted),
        **{c: total(getattr(i.amounts, name) for i in counted) for c, name in AMOUNTS.items()},
        **{c: total(getattr(i, name) for i in group) for c, name in PENDING.items()},
    }


def counts(items: Iterable[Premises]) -> dict[str, tuple[int, int]]:
    """Count premises and dwellings by status, in the order of the contract."""
    groups = grouped(items, lambda i: i.statut)
    return {
        str(s): (len(groups[s]), sum(i.dwellings for i in groups[s])) for s in Statut if s in groups
    }


def by_residence(
    items: Iterable[Premises],
    stock: Stock,
    *,
    terms: Terms,
    reader: Reader,
    on: dt.date | None,
) -> pd.DataFrame:
    """Add by résidence, in the order of the stock; those it does not know come last.

    Returns
    -------
    DataFrame
        `id_residence, nom, code_qpv, nb_logements, abattement_eur, frais_gestion_eur, total_eur,
        nature, statut, motif, ouverture_abattement_annee`, then `commune, logements_dans, locaux,
        abattement_a_reclamer_eur, abattement_a_risque_eur, abattement_a_verifier_eur,
        abattement_sans_convention_eur, evolution, nom_qpv`.
    """
    groups = grouped(items, lambda i: i.id_residence)
    order = [h.id_residence for h in stock.holdings if h.id_residence in groups]
    order += [key for key in groups if stock.residence(key) is None]
    rows = []
    for key in order:
        group, holding = groups[key], stock.residence(key)
        rows.append(
            sums(group)
            | {
                "id_residence": key,
                "nom": holding.nom if holding else "",
                "code_qpv": group[0].right.code_qpv,
                "nb_logements": (holding.dwellings if holding else sum(i.dwellings for i in group)),
                "nature": nature_of(group),
                "statut": statut_of(group),
                "motif": _motive(group, terms, reader, on),
                "ouverture_abattement_annee": min(
                    (i.right.opens for i in group if i.right.opens is not None), default=None
                ),
                "commune": holding.commune if holding else "",
                "logements_dans": holding.count(QpvStatut.DANS) if holding else 0,
                "locaux": len(group),
                "evolution": holding.evolution if holding else "",
                "nom_qpv": group[0].right.nom_qpv,
            }
        )
    frame = pd.DataFrame(rows, columns=list(_RESIDENCE))
    frame["ouverture_abattement_annee"] = frame["ouverture_abattement_annee"].astype("Int64")
    return frame


def _motive(group: list[Premises], terms: Terms, reader: Reader, on: dt.date | None) -> str:
    """Write the motive of the status that stands for a résidence, with the sum of its premises."""
    statut = statut_of(group)
    alike = [i for i in group if i.statut == statut]
    motive = motive_of(
        alike[0],
        reader,
        on,
        terms=terms,
        amount=total(i.amounts.abatement for i in alike),
        risk=total(i.risk for i in alike),
    )
    if len(alike) == len(group):
        return motive
    part = status_reasons.SOME_PREMISES.format(part=len(alike), whole=len(group))
    return f"{part} {motive}"


def by_qpv(items: list[Premises], stock: Stock) -> pd.DataFrame:
    """Add by quarter, by code; quarters with dwellings and no premises stand with zeros."""
    groups = grouped(items, lambda i: i.right.code_qpv)
    names: dict[str, str] = {}
    homes: Counter[str] = Counter()
    for holding in stock.holdings:
        for unit in holding.units:
            if unit.code_qpv and unit.side == QpvStatut.DANS:
                homes[unit.code_qpv] += unit.dwellings
                names.setdefault(unit.code_qpv, unit.nom_qpv)
    for code, group in groups.items():
        if code:
            names.setdefault(code, group[0].right.nom_qpv)
    rows: list[dict[str, Any]] = []
    for code in sorted(names):
        group = groups.get(code, [])
        counted = [i for i in group if i.statut in COUNTED]
        rows.append(
            sums(group)
            | {
                "code_qpv": code,
                "nom_qpv": names[code],
                "logements": homes[code],
                "logements_abattus": sum(i.abated_dwellings for i in counted),
                "nature": nature_of(counted or group),
            }
        )
    return pd.DataFrame(rows, columns=list(_QPV))


def by_commune(items: list[Premises]) -> pd.DataFrame:
    """Add by commune: dwellings abated, abatement, compensation of the State, net loss."""
    rows = [
        sums(group)
        | {
            "commune": name,
            "code_insee": code,
            "logements": sum(i.abated_dwellings for i in group if i.statut in COUNTED),
            "nature": nature_of(group),
        }
        for (code, name), group in _communes(items)
    ]
    return pd.DataFrame(rows, columns=list(_COMMUNE))


def by_collectivity(items: list[Premises], terms: Terms) -> pd.DataFrame:
    """Add by commune and line of the notice: what is given up, returned, lost, or spread over payers.

    Returns
    -------
    DataFrame
        `commune, code_insee, ligne, abattement_eur, compensation_etat_eur, perte_eur,
        reporte_contribuables_eur`. Compensations of a commune add up to its total: the last line
        with an amount takes the cents of rounding.
    """
    rows = []
    for (code, name), group in _communes(items):
        counted = [i.amounts for i in group if i.statut in COUNTED]
        by_line = {n: total(c.lines[k] for c in counted) for k, n in enumerate(LINES)}
        back = {n: cents(by_line[n] * terms.compensation) for n in LOST if by_line[n]}
        if back:
            last = list(back)[-1]
            back[last] += total(c.compensation for c in counted) - total(back.values())
        for line, given in by_line.items():
            if given:
                returned = back.get(line, ZERO)
                lost, spread = (given - returned, ZERO) if line in LOST else (ZERO, given)
                rows.append((name, code, line, given, returned, lost, spread))
    return pd.DataFrame(rows, columns=list(_COLLECTIVITY))


def _communes(items: Iterable[Premises]) -> list[tuple[tuple[str, str], list[Premises]]]:
    """Group by commune: by its code when known (names are spelled many ways), else by its name.

    Returns
    -------
    list of ((code_insee, name), premises)
        Sorted; the name is the most frequent spelling. Premises out of the quarters are left aside.
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
