"""What changes, and when: entrants, leavers, ends of exemption, claims, conventions to renew."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.model.codes import Evolution, QpvStatut
from tfpb.model.results import CALENDAR_COLUMNS
from tfpb.tax.abatement.forecast import RENEWING, UNKNOWN_LAW, WAITING
from tfpb.tax.abatement.holdings import Holding, Stock, overseas
from tfpb.tax.abatement.premises import Premises, bears_homes, claim_limit, exemption_of
from tfpb.tax.abatement.rights import effect_year, end_of_exemption
from tfpb.tax.plain_values import Record, grouped, missing, records, total
from tfpb.words.money.abatement_words import calendar_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.signatures import Conventions


Event = dict[str, Any]


def calendar(
    items: list[Premises],
    stock: Stock,
    coming: pd.DataFrame,
    gone: pd.DataFrame,
    conventions: Conventions,
    reader: Reader,
) -> pd.DataFrame:
    """Return one row an event, by date; each with the sentence that reads it (`CALENDAR_COLUMNS`).

    `items` are settled; `coming` and `gone` come from `forecast` and `leavers`; `stock` and `reader` are of
    the tax year. `annee` is the first tax year that the event changes, `montant_eur` what that year gains,
    loses or has pending; None where it is unknown, and after the law ends.
    """
    events = [
        *_entrants(stock, coming, reader),
        *_leavers(gone, reader),
        *_exemptions(items, stock, coming, reader),
        *_claims(items, reader),
        *_conventions(coming, conventions, stock, reader),
    ]
    last = reader.whole("periode_prevision_fin")
    for event in events:
        facts = {**event, "convention": event["id_convention"]}
        named = (event["nom_qpv"], event["code_qpv"])
        event["lecture"] = calendar_sentence(facts, last, event["montant_eur"], *named)
    return by_date(events)


def by_date(events: list[Event]) -> pd.DataFrame:
    """Return events as rows, by date; those without come last."""
    ordered = sorted(
        events, key=lambda e: (e["date"] or dt.date.max, e["evenement"], e["code_qpv"])
    )
    return pd.DataFrame(ordered, columns=list(CALENDAR_COLUMNS), dtype=object)


def event_of(kind: str, date: dt.date | None, year: int, **facts: Any) -> Event:
    """Return an event: its day, the first tax year that it is of, whom it touches."""
    return {
        "date": date, "evenement": kind, "annee": year, "id_convention": "", "code_qpv": "",
        "nom_qpv": "", "montant_eur": None, **facts,
    }  # fmt: skip


def _amount(rows: Iterable[Any]) -> Decimal | None:
    """Add amounts; None as soon as one is not known."""
    amounts = list(rows)
    return None if not amounts or any(missing(a) for a in amounts) else total(amounts)


def _year(coming: pd.DataFrame, year: int) -> dict[str, Record]:
    return {str(r["id_residence"]): r for r in records(coming[coming["annee"] == year])}


def _entrants(stock: Stock, coming: pd.DataFrame, reader: Reader) -> Iterator[Event]:
    """Return what the ruling map took in, by quarter: what is due the first year told."""
    came = [h for h in stock.holdings if h.evolution == Evolution.ENTRANT and h.stands("dans")]
    for (code, year), group in grouped(
        came, lambda h: (h.code_qpv, effect_year(reader, overseas=h.overseas))
    ).items():
        records = _year(coming, max(year, reader.day.year))
        yield event_of(
            "entree",
            dt.date(year, 1, 1),
            max(year, reader.day.year),
            code_qpv=code,
            nom_qpv=stock.quarters[code].shown,
            residences=len(group),
            logements=sum(h.count(QpvStatut.DANS) for h in group),
            montant_eur=_amount(
                records.get(h.id_residence, Record()).get("abattement_eur") for h in group
            ),
        )


def _leavers(gone: pd.DataFrame, reader: Reader) -> Iterator[Event]:
    """Return what the ruling map took out, by quarter of the one before."""
    for code, rows in grouped(records(gone), lambda r: str(r["code_qpv"])).items():
        row = min(rows, key=lambda r: r["annee"])
        first = effect_year(reader, overseas=overseas(code[2:]))
        year = first if row["annee"] == reader.day.year else row["annee"]
        yield event_of(
            "sortie",
            dt.date(year, 1, 1),
            row["annee"],
            code_qpv=code,
            residences=row["residences"],
            logements=row["logements"],
            montant_eur=row["abattement_perdu_eur"],
        )


def _ends(
    holding: Holding, items: list[Premises], stock: Stock, reader: Reader
) -> Iterator[tuple[dt.date, int]]:
    """Return the ends of exemption to come of a résidence, with the dwellings of the quarter each frees.

    An end written on a premises prevails over the stock's for the dwellings of that premises.
    """
    on_lines: dict[str, int] = {}
    alone: dict[str, bool] = {}
    known = {u.building for u in holding.units}
    for item in items:
        end = exemption_of(item.row)
        building = item.building if item.building in known else ""
        alone[building] = alone.get(building, True) and end is not None
        if end is None:
            continue
        on_lines[building] = on_lines.get(building, 0) + item.dwellings
        place = item.place(stock) or holding
        homes = round(item.dwellings * place.share(QpvStatut.DANS))
        if homes and end >= reader.day:
            yield end, homes
    for unit in holding.units:
        building = unit.building if unit.building in alone else ""
        end = end_of_exemption(unit, reader)
        if alone.get(building) or unit.side != QpvStatut.DANS or end is None or end < reader.day:
            continue
        taken = min(on_lines.get(building, 0), unit.dwellings)
        on_lines[building] = on_lines.get(building, 0) - taken
        if unit.dwellings > taken:
            yield end, unit.dwellings - taken


def _exemptions(
    items: list[Premises], stock: Stock, coming: pd.DataFrame, reader: Reader
) -> Iterator[Event]:
    """Return the exemptions that end, by first tax year and quarter: what each opens."""
    mine = grouped(items, lambda i: i.id_residence)
    opened: dict[tuple[int, str], list[tuple[Holding, dt.date, int]]] = {}
    for holding in stock.holdings:
        lines = list(filter(bears_homes, mine.get(holding.id_residence, [])))
        for end, homes in _ends(holding, lines, stock, reader):
            opened.setdefault((end.year + 1, holding.code_qpv), []).append((holding, end, homes))
    for (year, code), freed in sorted(opened.items(), key=lambda pair: pair[0]):
        keys = dict.fromkeys(h.id_residence for h, _, _ in freed)
        before, after = _year(coming, year - 1), _year(coming, year)
        moves = any(year - 1 in (u.demolition, u.delivery) for h, _, _ in freed for u in h.units)
        yield event_of(
            "fin_exoneration",
            max(end for _, end, _ in freed),
            year,
            code_qpv=code,
            nom_qpv=stock.quarters[code].shown,
            residences=len(keys),
            logements=sum(homes for _, _, homes in freed),
            montant_eur=None if moves else _amount(_gain(before, after, key) for key in keys),
        )


def _gain(before: dict[str, Any], after: dict[str, Any], key: str) -> Decimal | None:
    """Return what a year adds for a résidence, established or not; None when it is not estimated.

    An exemption that ends adds something: where the lines show nothing, they do not bear what it frees.
    """
    amounts = []
    for rows in (before, after):
        row = rows.get(key, {})
        due, *hanging = (row.get(c) for c in ("abattement_eur", WAITING, RENEWING))
        if any(map(missing, hanging)) or (missing(due) and not any(hanging)):
            return None
        amounts.append(total((None if missing(due) else due, *hanging)))
    return amounts[1] - amounts[0] if amounts[1] > amounts[0] else None


def _claims(items: list[Premises], reader: Reader) -> Iterator[Event]:
    """Return what notices refused, by the last day to claim it; no amount while an unread one may too."""
    refused = [i for i in items if i.states.to_claim]
    unread = any(o.states.to_claim > i.states.to_claim for i in items for o in i.standing.outcomes)
    if refused:
        yield event_of(
            "reclamation",
            claim_limit(reader),
            reader.day.year,
            residences=len({i.id_residence for i in refused}),
            logements=sum(i.abated_dwellings for i in refused),
            montant_eur=None if unread else total(i.states.to_claim for i in refused),
        )


def _conventions(
    coming: pd.DataFrame, conventions: Conventions, stock: Stock, reader: Reader
) -> Iterator[Event]:
    """Return each convention: what hangs on its renewal, else what stands on it in the last year."""
    last = reader.whole("periode_prevision_fin")
    places = {h.id_residence: h for h in stock.holdings}
    held = {key: place.code_qpv for key, place in places.items()}
    for one in conventions.every:
        identifier, codes, end = one.identifier, tuple(sorted(one.codes)), one.end
        there = coming["id_residence"].map(held).isin(codes)
        named = (coming["convention"] == identifier) & (coming["convention"] != "")
        unnamed = (identifier == "") & (coming["logements_a_renouveler"] > 0)
        mine = coming[there & (named | unnamed)]
        quarters = {"id_convention": identifier, "code_qpv": ", ".join(codes)}
        if len(mine):
            first = int(mine["annee"].min())
            rows = records(mine[mine["annee"] == first])
            yield event_of(
                "renouvellement", end, first, **quarters, residences=len(rows),
                logements=sum(int(r["logements_a_renouveler"]) for r in rows),
                montant_eur=_amount(r[RENEWING] for r in rows),
            )  # fmt: skip
        elif end is None or end >= dt.date(last, 1, 1):
            shown = _last_known(coming, last)
            year = _year(coming, shown)
            here = [(k, r) for k, r in year.items() if held.get(k) in codes]
            due = "abattement_eur" if end else WAITING  # without an end, nothing is established
            kept = [(k, r) for k, r in here if (r["logements"] if end else r[WAITING])]
            homes = (
                int(r["logements"]) if end else places[k].count(QpvStatut.DANS) for k, r in kept
            )
            yield event_of(
                "terme" if end else "sans_terme", end, shown, **quarters, residences=len(kept),
                logements=sum(homes), montant_eur=_amount(r[due] for _, r in kept),
            )  # fmt: skip


def _last_known(coming: pd.DataFrame, last: int) -> int:
    """Return the last year of the forecast that the law gives its values for."""
    known = coming.loc[coming["statut"] != UNKNOWN_LAW, "annee"]
    return int(known.max()) if len(known) else last
