"""Days that conventions and the law set: bilan, declaration, mid-term evaluation, end of a convention."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from tfpb.tax.abatement.signatures import Conventions
from tfpb.tax.ledger.calendar import by_date, event_of
from tfpb.tax.plain_values import records
from tfpb.words.money.abatement_words import DEADLINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from tfpb.law.values import Law, Reader
    from tfpb.tax.abatement.signatures import Convention

_DONE: Final = "declaration_deposee"


def with_deadlines(
    events: pd.DataFrame,
    table: pd.DataFrame | None,
    law: Law,
    *,
    year: int,
    on: dt.date | None,
    bailleurs: Iterable[str] = (),
) -> pd.DataFrame:
    """Add to what changes the abatement the days that conventions and the law set.

    `events` come from `calendar`, `table` is typed `CONVENTIONS`. `CALENDAR_COLUMNS`, by date (none for
    what the table does not say). Of a declaration that is not filed, the next limit from `on`, the day of
    the dossier; without `bailleurs`, the conventions of all set days.
    """
    reader = law.on(dt.date(year, 1, 1))
    known = records(events)
    listed = {(e["id_convention"], e["date"]) for e in known}
    added = []
    for one in Conventions(table, owners=bailleurs).every:
        for kind, date, of_year, facts in _days(one, reader, on or reader.day):
            if kind == "fin_convention" and (one.identifier, date) in listed:
                continue
            place = {"id_convention": one.identifier, "code_qpv": ", ".join(sorted(one.codes))}
            facts |= {"convention": one.identifier, "date": date, "annee": of_year}
            event = event_of(kind, date, of_year, **place, lecture=DEADLINES[kind].filled(facts))
            added.append(event)
    return by_date([*known, *added])


def _days(
    one: Convention, reader: Reader, on: dt.date
) -> Iterator[tuple[str, dt.date | None, int, dict[str, Any]]]:
    """Yield kind, day, tax year and facts of what a convention sets; nothing of one that has ended."""
    year = reader.day.year
    if one.end is not None and one.end < reader.day:
        return
    yield "bilan" if one.account else "sans_bilan", one.account, year, {}
    target, filed = year, one.declared is not None
    while not filed and _has_passed(reader, target, on) and target < _last(reader):
        target += 1
    if (limit := _limit(reader, target)) is not None:
        facts = {"verifie": _limit_is_read(reader, target), "depot": one.declared}
        yield _DONE if filed else "declaration", limit, target, facts
    else:
        yield "declaration_non_connue", None, target, {}
    expected = reader.whole("annee_mi_parcours")
    if one.mid_term is not None:
        yield "mi_parcours", one.mid_term, one.mid_term.year, {}
    elif year <= expected and (one.end is None or one.end.year >= expected):
        yield "mi_parcours_attendue", None, expected, {}
    if one.end is not None:
        yield "fin_convention", one.end, one.end.year, {}


def _on(reader: Reader, year: int) -> Reader:
    return reader.law.on(dt.date(year, 1, 1), joining=reader)


def _has_passed(reader: Reader, year: int, on: dt.date) -> bool:
    limit = _limit(reader, year)
    return limit is not None and limit < on


def _limit(reader: Reader, year: int) -> dt.date | None:
    """Return the last day to declare for a year; None where the law gives none."""
    if not reader.law.covers("limite_declaration", dt.date(year, 1, 1)):
        return None
    return _on(reader, year).due("limite_declaration")


def _limit_is_read(reader: Reader, year: int) -> bool:
    return reader.law.value("limite_declaration", dt.date(year, 1, 1)).verifie


def _last(reader: Reader) -> int:
    return reader.whole("periode_prevision_fin")
