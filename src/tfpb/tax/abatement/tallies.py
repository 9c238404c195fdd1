"""Sums of the rounded lines: by résidence, quarter, commune, collectivity, and over all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut, Statut
from tfpb.model.results import MONEY_QPV_COLUMNS
from tfpb.tax.abatement.formula import LINES, LOST
from tfpb.tax.abatement.premises_line import COUNTED, ESTIMATED, motive_words
from tfpb.tax.plain_values import ZERO, cents, total
from tfpb.text import fold
from tfpb.words.money import status_reasons

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.formula import Terms
    from tfpb.tax.abatement.holdings import Holding, Stock
    from tfpb.tax.abatement.premises_line import Outcome, Premises

Pairs = list[tuple["Premises", "Outcome"]]
ATTENTION: Final = (
    Statut.A_RISQUE, Statut.A_RECLAMER, Statut.A_VERIFIER, Statut.NON_DECLARE,
    Statut.SANS_CONVENTION, Statut.ELIGIBLE, Statut.ABATTU, Statut.EXONERE, Statut.HORS_QPV,
)  # fmt: skip
"""Status of a résidence: that of its premises which most asks for a decision."""


def nature_of(outcomes: Iterable[Outcome]) -> str:
    """Return `reel`, `estime`, or `mixte` when both are added."""
    found = {o.nature for o in outcomes}
    return "mixte" if len(found) > 1 else next(iter(found), ESTIMATED)


def statut_of(outcomes: Sequence[Outcome]) -> str:
    """Return the status that stands for several premises."""
    found = {o.statut for o in outcomes}
    return next((str(s) for s in ATTENTION if s in found), "")


def _claims(outcomes: Iterable[Outcome]) -> dict[str, Decimal]:
    made = list(outcomes)
    return {
        "abattement_a_reclamer_eur": total(o.claim for o in made),
        "abattement_a_risque_eur": total(o.risk for o in made),
        "abattement_a_verifier_eur": total(o.verify for o in made),
        "abattement_sans_convention_eur": total(o.unsigned for o in made),
    }


def _counted(outcomes: Iterable[Outcome]) -> dict[str, Decimal]:
    made = list(outcomes)
    return {
        "base_eur": total(o.base_counted for o in made),
        "abattement_eur": total(o.counted.abatement for o in made),
        "frais_gestion_eur": total(o.counted.fees for o in made),
        "total_eur": total(o.counted.total for o in made),
        "compensation_etat_eur": total(o.counted.compensation for o in made),
        "perte_collectivites_eur": total(o.counted.lost for o in made),
        "reporte_contribuables_eur": total(o.counted.spread for o in made),
    }


def totals(pairs: Pairs) -> dict[str, Decimal]:
    """Add all premises: what is counted, then what is to claim, at risk, to check, unsigned."""
    outcomes = [o for _, o in pairs]
    return {**_counted(outcomes), **_claims(outcomes)}


def counts(pairs: Pairs) -> dict[str, tuple[int, int]]:
    """Count premises and dwellings by status, in the order of the contract."""
    premises = Counter(o.statut for _, o in pairs)
    dwellings: Counter[str] = Counter()
    for item, done in pairs:
        dwellings[done.statut] += item.dwellings
    return {str(s): (premises[s], dwellings[s]) for s in Statut if s in premises}


def by_residence(
    pairs: Pairs, stock: Stock, *, terms: Terms, reader: Reader, on: dt.date | None
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
    groups = _group(pairs, lambda item: str(item.row["id_residence"]))
    order = [h.id_residence for h in stock.holdings if h.id_residence in groups]
    order += [key for key in groups if stock.residence(key) is None]
    rows = []
    for key in order:
        group = groups[key]
        outcomes = [o for _, o in group]
        holding = stock.residence(key)
        statut = statut_of(outcomes)
        opens = [i.right.opens for i, _ in group if i.right.opens is not None]
        money, waiting = _counted(outcomes), _claims(outcomes)
        rows.append(
            {
                "id_residence": key,
                "nom": holding.nom if holding else "",
                "code_qpv": group[0][0].right.code_qpv,
                "nb_logements": holding.dwellings
                if holding
                else sum(i.dwellings for i, _ in group),
                **{k: money[k] for k in ("abattement_eur", "frais_gestion_eur", "total_eur")},
                "nature": nature_of(outcomes),
                "statut": statut,
                "motif": _motive(group, statut, terms, reader, on),
                "ouverture_abattement_annee": min(opens, default=None),
                "commune": holding.commune if holding else "",
                "logements_dans": holding.count(QpvStatut.DANS) if holding else 0,
                "locaux": len(group),
                **waiting,
                "evolution": holding.evolution if holding else "",
                "nom_qpv": group[0][0].right.nom_qpv,
            }
        )
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else list(_RESIDENCE))
    frame["ouverture_abattement_annee"] = frame["ouverture_abattement_annee"].astype("Int64")
    return frame


_RESIDENCE: Final = (
    "id_residence", "nom", "code_qpv", "nb_logements", "abattement_eur", "frais_gestion_eur",
    "total_eur", "nature", "statut", "motif", "ouverture_abattement_annee", "commune",
    "logements_dans", "locaux", "abattement_a_reclamer_eur", "abattement_a_risque_eur",
    "abattement_a_verifier_eur", "abattement_sans_convention_eur", "evolution", "nom_qpv",
)  # fmt: skip


def by_qpv(pairs: Pairs, stock: Stock) -> pd.DataFrame:
    """Add by quarter, by code; quarters with dwellings and no premises stand with zeros."""
    groups = _group(pairs, lambda item: item.right.code_qpv)
    names: dict[str, str] = {}
    homes: Counter[str] = Counter()
    for holding in stock.holdings:
        for unit in holding.units:
            if unit.code_qpv and unit.side == QpvStatut.DANS:
                homes[unit.code_qpv] += unit.dwellings
                names.setdefault(unit.code_qpv, unit.nom_qpv)
    for item, _ in pairs:
        if item.right.code_qpv:
            names.setdefault(item.right.code_qpv, item.right.nom_qpv)
    rows = []
    for code in sorted(names):
        group = groups.get(code, [])
        outcomes = [o for _, o in group]
        abated = sum(
            round(item.dwellings * done.share) for item, done in group if done.statut in COUNTED
        )
        claims = _claims(outcomes)
        counted = [o for o in outcomes if o.statut in COUNTED]
        rows.append(
            {
                "code_qpv": code,
                "nom_qpv": names[code],
                "logements": homes[code],
                "logements_abattus": abated,
                **_counted(outcomes),
                **claims,
                "nature": nature_of(counted or outcomes),
            }
        )
    extra = ["abattement_a_verifier_eur", "abattement_sans_convention_eur"]
    return pd.DataFrame(rows, columns=[*MONEY_QPV_COLUMNS, *extra])


def by_commune(pairs: Pairs) -> pd.DataFrame:
    """Add by commune: dwellings abated, abatement, compensation of the State, net loss."""
    rows = []
    for (code, name), group in sorted(_communes(pairs).items()):
        money = _counted(o for _, o in group)
        homes = sum(round(i.dwellings * o.share) for i, o in group if o.statut in COUNTED)
        rows.append(
            {
                "commune": name,
                "code_insee": code,
                "logements": homes,
                "abattement_eur": money["abattement_eur"],
                "compensation_etat_eur": money["compensation_etat_eur"],
                "perte_collectivites_eur": money["perte_collectivites_eur"],
                "nature": nature_of(o for _, o in group),
            }
        )
    columns = (
        "commune", "code_insee", "logements", "abattement_eur", "compensation_etat_eur",
        "perte_collectivites_eur", "nature",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def by_collectivity(pairs: Pairs, terms: Terms) -> pd.DataFrame:
    """Add by commune and line of the notice: what is given up, returned, lost, or spread over payers.

    Returns
    -------
    DataFrame
        `commune, code_insee, ligne, abattement_eur, compensation_etat_eur, perte_eur,
        reporte_contribuables_eur`. Compensations of a commune add up to its total: the last line
        with an amount takes the cents of rounding.
    """
    rows: list[dict[str, Any]] = []
    for (code, name), group in sorted(_communes(pairs).items()):
        counted = [o.counted for _, o in group if o.statut in COUNTED]
        by_line = {n: total(c.lines[i] for c in counted) for i, n in enumerate(LINES)}
        back = dict.fromkeys(LINES, ZERO)
        left = total(c.compensation for c in counted)
        shown = [n for n in LOST if by_line[n]]
        for line in shown:
            part = cents(by_line[line] * terms.compensation)
            back[line] = left if line == shown[-1] else part
            left -= back[line]
        for line in LINES:
            if by_line[line]:
                lost = by_line[line] - back[line] if line in LOST else ZERO
                rows.append(
                    {
                        "commune": name,
                        "code_insee": code,
                        "ligne": line,
                        "abattement_eur": by_line[line],
                        "compensation_etat_eur": back[line],
                        "perte_eur": lost,
                        "reporte_contribuables_eur": ZERO if line in LOST else by_line[line],
                    }
                )
    columns = (
        "commune", "code_insee", "ligne", "abattement_eur", "compensation_etat_eur", "perte_eur",
        "reporte_contribuables_eur",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def _group(pairs: Pairs, key: Any) -> dict[str, Pairs]:
    groups: dict[str, Pairs] = {}
    for pair in pairs:
        groups.setdefault(key(pair[0]), []).append(pair)
    return groups


def _communes(pairs: Pairs) -> dict[tuple[str, str], Pairs]:
    """Group by commune: by its code when known (names are spelled many ways), else by its name."""
    groups: dict[str, Pairs] = {}
    names: dict[str, Counter[str]] = {}
    for item, done in pairs:
        holding: Holding | None = item.holding
        if holding is not None and done.statut != Statut.HORS_QPV:
            key = holding.code_insee or fold(holding.commune)
            groups.setdefault(key, []).append((item, done))
            names.setdefault(key, Counter())[holding.commune] += 1
    out: dict[tuple[str, str], Pairs] = {}
    for key, group in groups.items():
        name = min(names[key], key=lambda n: (-names[key][n], n))
        code = group[0][0].holding.code_insee if group[0][0].holding else ""
        out[(code, name)] = group
    return out


def _motive(group: Pairs, statut: str, terms: Terms, reader: Reader, on: dt.date | None) -> str:
    """Say the motive of the status that stands for a résidence, with the sum of its premises."""
    alike = [(i, o) for i, o in group if o.statut == statut]
    said = motive_words(
        alike[0][0],
        statut,
        reader,
        on,
        amount=total(o.amounts.abatement for _, o in alike),
        risk=total(o.risk for _, o in alike),
        terms=terms,
    )
    if len(alike) == len(group):
        return said
    return f"{status_reasons.some_premises(len(alike), len(group))} {said}"
