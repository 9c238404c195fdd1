"""The abatement of one tax year, from the premises of the notices to the sums."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Severity, fail, stop_on_faults
from tfpb.model.money import Abatement
from tfpb.model.results import PREMISES_RESULT_COLUMNS
from tfpb.tax.abatement import declaration, forecast, leavers, tallies
from tfpb.tax.abatement.formula import LINES, ROUNDINGS, amounts, net_base, terms
from tfpb.tax.abatement.holdings import Stock, Stocks
from tfpb.tax.abatement.notices import Check, read_notice
from tfpb.tax.abatement.premises import UNIT_VALUES, check_premises, exemption_of, rates_of, year_of
from tfpb.tax.abatement.premises_line import Premises, claim_limit, notice_line, outcome
from tfpb.tax.abatement.rights import right_of
from tfpb.tax.abatement.signatures import Conventions
from tfpb.tax.abatement.watchpoints import doubts_of
from tfpb.tax.plain_values import (
    RATE,
    SHARE,
    ZERO,
    apportion,
    cents,
    money,
    place,
    records,
    text,
    total,
    whole,
)  # fmt: skip
from tfpb.words.money import status_reasons
from tfpb.words.numbers import amount

if TYPE_CHECKING:
    from decimal import Decimal

    from tfpb.law.values import Law, Reader
    from tfpb.tax.abatement.formula import Terms
    from tfpb.tax.abatement.premises_line import Outcome
    from tfpb.tax.plain_values import Record


ADDED_COLUMNS: Final = (
    *PREMISES_RESULT_COLUMNS, "code_qpv", "part_logements", "logements_retenus",
    "abattement_a_reclamer_eur", "abattement_a_risque_eur", "abattement_a_verifier_eur",
    "abattement_sans_convention_eur",
)  # fmt: skip
"""Columns that a premises gains: those of the contract, then what leads a figure to its source."""


def abate(
    premises: pd.DataFrame,
    residences: pd.DataFrame,
    entrances: pd.DataFrame | None,
    conventions: pd.DataFrame | None,
    law: Law,
    *,
    year: int,
    rounding: str = "centime",
    bailleur: str = "",
    on: dt.date | None = None,
) -> Abatement:
    """Compute the abatement of a tax year.

    Parameters
    ----------
    premises : DataFrame
        Typed by `tables.PREMISES`, one row a premises of a notice. Rows of an earlier year stand for
        premises whose row of the year is missing (an estimate); the others are listed and left out.
    residences : DataFrame
        `RESIDENCE_COLUMNS`: money follows dwellings, so a premises of a résidence cut by the limit is
        abated for the share of its taxable dwellings that are in.
    entrances : DataFrame or None
        Located entrances: they give the side of a building, exemptions, demolitions, deliveries.
    conventions : DataFrame or None
        Typed by `tables.CONVENTIONS`; None when the dossier has none: every status is then
        `sans_convention`, amounts are given for information and counted in no total but
        `abattement_sans_convention_eur`.
    law : Law
    year : int
    rounding : str
        `centime`, or `avis` (base and lines to the euro, as on a notice).
    bailleur : str
        Whose conventions apply when a résidence does not name its bailleur.
    on : date, optional
        Day of the dossier, to say whether a claim is still open.

    Returns
    -------
    Abatement
        Every total is the sum of the rounded lines. `premises` keeps the order of the input.

    Raises
    ------
    TfpbError
        Every fault of the premises; `loi_sans_valeur` for a year outside the law.

    References
    ----------
    CGI 1388 bis, 1388, 1641, 1657; LPF R*196-2.
    """
    if rounding not in ROUNDINGS:
        raise fail("code_inconnu", got=rounding, attendu=" ou ".join(ROUNDINGS))
    reader = law.on(dt.date(year, 1, 1))
    stipulated = terms(reader, rounding)
    faults = check_premises(premises, law)
    stop_on_faults(faults)
    for key in UNIT_VALUES:
        reader.text(key)
    stocks = Stocks(residences, entrances)
    stock = stocks.on(reader)
    held = Conventions(conventions)
    kept, left_out = _rows_of_year(records(premises), year)
    items = [_item(row, stock, held, stipulated, reader, year, bailleur) for _, row in kept]
    _share_dwellings(items, stock)
    checks, unexplained = _cross_check(items, stipulated, reader)
    pairs = [(item, outcome(item, stipulated, reader, on)) for item in items]
    frame, renamed = _own_columns(premises.iloc[[position for position, _ in kept]])
    coming = forecast.forecast(
        pairs, stocks, held, law, reader=reader, terms=stipulated, bailleur=bailleur
    )
    doubts = [
        *(f for f in faults if f.severity is Severity.DOUTE),
        *left_out,
        *renamed,
        *doubts_of(pairs, stock, held, reader),
        *unexplained,
    ]
    result = Abatement(
        year=year,
        rounding=rounding,
        premises=_premises_frame(frame, pairs),
        by_residence=tallies.by_residence(pairs, stock, terms=stipulated, reader=reader, on=on),
        by_qpv=tallies.by_qpv(pairs, stock),
        by_commune=tallies.by_commune(pairs),
        totals=tallies.totals(pairs),
        counts=tallies.counts(pairs),
        checks=_checks_frame(checks, pairs, year, reader),
        forecast=coming,
        declaration=declaration.declaration(pairs, stock),
        notices=tuple(doubts),
        by_collectivity=tallies.by_collectivity(pairs, stipulated),
        by_year=forecast.by_year(coming),
        claim_until=claim_limit(reader),
        leavers=leavers.leavers(pairs, stocks, law, reader=reader, terms=stipulated),
    )
    return replace(result, values=reader.used())


def _own_columns(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Set aside the columns of the file that bear the name of a result, and say it."""
    clash = {c: f"{c}_entree" for c in frame.columns if c in ADDED_COLUMNS}
    doubts = [
        Fault("colonne_renommee", got=old, fields={"nouveau": new}, severity=Severity.DOUTE)
        for old, new in clash.items()
    ]
    return frame.rename(columns=clash).reset_index(drop=True), doubts


def _rows_of_year(rows: list[Record], year: int) -> tuple[list[tuple[int, Record]], list[Fault]]:
    """Keep the rows of the year, and for résidences without any those of the latest year before."""
    latest: dict[str, int] = {}
    for row in rows:
        key = text(row["id_residence"])
        if year_of(row) <= year:
            latest[key] = max(latest.get(key, 0), year_of(row))
    kept, out = [], []
    for position, row in enumerate(rows):
        if year_of(row) == latest.get(text(row["id_residence"])):
            kept.append((position, row))
            continue
        here, got = place(row, "annee"), str(year_of(row))
        out.append(Fault("ligne_autre_annee", here, got, {"annee": year}, Severity.DOUTE))
    return kept, out


def _item(
    row: Record,
    stock: Stock,
    conventions: Conventions,
    stipulated: Terms,
    reader: Reader,
    year: int,
    bailleur: str,
) -> Premises:
    holding = stock.find(text(row["id_residence"]), text(row.get("id_batiment")))
    current, rates = year_of(row) == year, rates_of(row)
    base = net_base(money(row.get("vlc_eur")), money(row.get("base_nette_eur")), stipulated)
    return Premises(
        row=row,
        holding=holding,
        right=right_of(
            holding,
            own_exemption=exemption_of(row),
            conventions=conventions,
            bailleur=bailleur,
            reader=reader,
        ),
        base=base,
        full=amounts(base, rates, stipulated).abatement,
        rates=rates,
        paid=money(row.get("cotisation_avis_eur")) if current else None,
        current=current,
    )


def _share_dwellings(items: list[Premises], stock: Stock) -> None:
    """Give each premises its dwellings, never more than the stock holds in all."""
    groups: dict[str, list[Premises]] = {}
    for item in items:
        groups.setdefault(text(item.row["id_residence"]), []).append(item)
    for key, group in groups.items():
        holding = stock.residence(key)
        told = [whole(item.row.get("nb_logements")) for item in group]
        known = holding.dwellings if holding is not None else None
        counted = [n for n in told if n is not None]
        if len(counted) == len(told) and (known is None or sum(counted) <= known):
            shares = counted
        elif known is None:
            shares = [n or 0 for n in told]
        else:
            complete = len(counted) == len(told) and sum(counted) > 0
            weights = [money(n) or ZERO for n in counted] if complete else [i.base for i in group]
            shares = apportion(known, weights)
        for item, count in zip(group, shares, strict=True):
            item.dwellings = count


def _cross_check(
    items: list[Premises], stipulated: Terms, reader: Reader
) -> tuple[list[tuple[Check, list[Premises]]], list[Fault]]:
    """Read each notice of the year, with the premises it is about; what is found is set on them."""
    tolerance = reader.decimal("tolerance_ligne_eur")
    by_notice: dict[str, list[Premises]] = {}
    for item in items:
        if item.current:
            by_notice.setdefault(text(item.row["avis"]), []).append(item)
    checks: list[tuple[Check, list[Premises]]] = []
    doubts: list[Fault] = []
    for group in by_notice.values():
        issued = any(item.paid is not None for item in group)
        states, made = read_notice([notice_line(i) for i in group], stipulated, tolerance)
        for item, found in zip(group, states, strict=True):
            item.state = found
            item.unexplained = item.paid is not None and not found
            item.issued = issued
        checks += [(c, group[c.line : c.line + c.span]) for c in made]
        doubts += [
            Fault(
                _why(c, group, stipulated, tolerance),
                place(group[c.line].row, "cotisation_avis_eur"),
                amount(money(group[c.line].row.get("cotisation_avis_eur")) or ZERO),
                {"avis": c.avis, "attendu": amount(cents(c.expected))},
                Severity.DOUTE,
            )
            for c in made
            if c.constat == "inexplique"
        ]
    return checks, doubts


def _why(check: Check, group: list[Premises], stipulated: Terms, tolerance: Decimal) -> str:
    """Say what may be wrong with a sum that nothing explains: with the TEOM apart, it may be explained."""
    items = group[check.line : check.line + check.span]
    apart = total(money(i.row.get("teom_eur")) for i in items)
    if apart:
        lines = [replace(notice_line(i), paid=None) for i in items]
        lines[0] = replace(lines[0], paid=check.read - apart)
        if all(c.constat != "inexplique" for c in read_notice(lines, stipulated, tolerance)[1]):
            return "cotisation_avec_teom"
    return "avis_inexplique"


def _premises_frame(frame: pd.DataFrame, pairs: tallies.Pairs) -> pd.DataFrame:
    """Add the columns of the contract, then what helps to follow a figure to its source."""
    out = frame.copy()
    done: list[Outcome] = [o for _, o in pairs]
    items = [i for i, _ in pairs]
    columns: dict[str, list[Any]] = {"base_eur": [cents(i.base) for i in items]}
    for index, line in enumerate(LINES):
        columns[f"abattement_{line}_eur"] = [o.amounts.lines[index] for o in done]
    columns |= {
        "abattement_eur": [o.amounts.abatement for o in done],
        "frais_gestion_eur": [o.amounts.fees for o in done],
        "total_eur": [o.amounts.total for o in done],
        "nature": [o.nature for o in done],
        "statut": [str(o.statut) for o in done],
        "compensation_etat_eur": [o.amounts.compensation for o in done],
        "perte_collectivites_eur": [o.amounts.lost for o in done],
        "motif": [o.motive for o in done],
        "code_qpv": [i.right.code_qpv for i in items],
        "part_logements": [o.share.quantize(SHARE) for o in done],
        "logements_retenus": [i.dwellings for i in items],
        "abattement_a_reclamer_eur": [o.claim for o in done],
        "abattement_a_risque_eur": [o.risk for o in done],
        "abattement_a_verifier_eur": [o.verify for o in done],
        "abattement_sans_convention_eur": [o.unsigned for o in done],
    }
    for name in ADDED_COLUMNS:
        values = columns[name]
        out[name] = pd.Series(values, dtype="int64" if name == "logements_retenus" else object)
    return out


def _checks_frame(
    checks: list[tuple[Check, list[Premises]]], pairs: tallies.Pairs, year: int, reader: Reader
) -> pd.DataFrame:
    limit = claim_limit(reader)
    done = {id(item): outcome for item, outcome in pairs}
    tolerance = reader.decimal("tolerance_ligne_eur") * len(LINES)
    rows = []
    for check, items in checks:
        told = _told(check, [done[id(i)] for i in items], tolerance)
        code = _outcome_code(check)
        rows.append(
            {
                "avis": check.avis,
                "id_residence": check.id_residence,
                "attendu_eur": cents(check.expected),
                "lu_eur": check.read,
                "ecart_eur": cents(check.gap),
                "constat": status_reasons.notice(code, {"ecart": told, "limite": limit}),
                "code_constat": check.constat,
                "rapport": None if check.ratio is None else check.ratio.quantize(RATE) + ZERO,
                "annee": year,
            }
        )
    columns = (
        "avis", "id_residence", "attendu_eur", "lu_eur", "ecart_eur", "constat", "code_constat",
        "rapport", "annee",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def _told(check: Check, outcomes: list[Outcome], tolerance: Decimal) -> Decimal:
    """Return what is to claim, or at risk, as every other table says it: the rounded lines.

    The difference with the notice is the same but for roundings; where it is not, it is what is told.
    """
    gap = abs(cents(check.gap))
    lines = total((o.claim if check.gap > 0 else o.risk) for o in outcomes)
    return lines if abs(lines - gap) <= tolerance * len(outcomes) else gap


def _outcome_code(check: Check) -> str:
    """Tell a notice that rightly bears no abatement from one that bears what was expected.

    The ratio cannot tell: whole euros make it a little more or less than nil.
    """
    return (
        "concordant_sans" if check.constat == "concordant" and not check.awaited else check.constat
    )
