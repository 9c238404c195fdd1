"""Rates that a line of the tax sheet does not give: by how much its amounts may be larger; the question."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from tfpb.model.legal.tax_lines import LINES
from tfpb.tax.abatement.formula import due
from tfpb.tax.abatement.notices.notice_patterns import abated_part
from tfpb.tax.abatement.premises import FULL, NONE, UNKNOWN, year_of
from tfpb.tax.plain_values import ZERO, doubt, grouped, percent_text, total
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tfpb.errors import Fault
    from tfpb.tax.abatement.notices.notice_reading import Check
    from tfpb.tax.abatement.premises import Premises

Checks: TypeAlias = "Sequence[tuple[Check, list[int]]]"
"""Checks of notices, each with the positions of the premises it is about."""
_EVERYWHERE: Final = "epci"
"""Line that a notice of any commune may bear: blank in all its lines, it is not read rather than nil."""
_AT_MOST: Final = Decimal(10)
"""A sum read so many times above what rates explain is a slip of the sum, and bounds nothing."""


def stretched(
    items: list[Premises],
    checks: Checks,
    tolerance: Decimal,
    is_unsure: Callable[[Premises], bool],
) -> tuple[list[Premises], Checks]:
    """Set by how much the amounts of each premises may be larger, a rate of its line being blank.

    The sum of its notice decides: what it asks above what the rates explain is of a line that is not given.
    Without a sum, the rate that another line of the commune carries does. A sum that would not abate what
    may be due may as well carry that line: it is not read, but one of a single premises, to the euro. Nor
    is one of several premises of which some may be exempt (`is_unsure`), and ask for nothing. `items` are
    of the tax year, notices read; `checks` come with the positions of their premises; `tolerance` is in
    euros a line of the notice.
    """
    borne = _borne(items)
    out, found_again = list(items), []

    def holes(item: Premises) -> set[str]:
        return set(_blank(item)) & {_EVERYWHERE, *borne.get(_commune(item), {})}

    for k, item in enumerate(items):
        rates, found = total(item.rates), borne.get(_commune(item), {})
        more = total(found[line] for line in _blank(item) if line in found)
        # a sum that so small a line would not move does not show it nil
        hidden = item.taxed * more / 100 <= tolerance * len(LINES)
        if rates and more and (item.state == UNKNOWN or hidden):
            out[k] = replace(item, stretch=1 + more / rates)
    for read, places in checks:
        check = read
        mine = [items[k] for k in places]
        margin = tolerance * len(LINES) * check.span
        near = any(abs(check.read - _asked(mine, f)) <= margin for f in ({}, mine[0].terms.fees))
        refused = any(i.state == NONE and (i.right.share or i.right.doubt) for i in mine)
        hollow = refused and any(holes(i) for i in mine) and (len(mine) > 1 or not near)
        if hollow or (len(mine) > 1 and any(is_unsure(i) for i in mine)):
            check = replace(read, constat="inexplique")
            mine = [replace(i, state=UNKNOWN) for i in mine]
            for k, item in zip(places, mine, strict=True):
                out[k] = item
        found_again.append((check, places))
        bare = _asked(mine, {})
        with_fees = abs(check.read - _asked(mine, mine[0].terms.fees)) <= margin
        slips = check.read + margin >= bare * _AT_MOST
        if with_fees or check.read <= bare + margin or slips:
            continue
        asked = (check.read + margin) / bare
        for k, item in zip(places, mine, strict=True):
            # a sum that nothing explains may be anything else
            if holes(item) if item.state == UNKNOWN else _blank(item):
                out[k] = replace(item, stretch=asked)
    return out, found_again


def blank_rates(items: Sequence[Premises]) -> Iterator[Fault]:
    """Doubt a rate left blank: borne by other lines of the commune, or asked for by the sum of the notice."""
    borne = _borne(items)
    for item in items:
        found, here = borne.get(_commune(item), {}), item.row
        at_stake = (item.right.share or item.right.doubt) and item.stretch > 1
        blank = _blank(item) if at_stake else []
        known = [line for line in blank if line in found]
        for line in known:
            place = here.place(f"taux_{line}_pct")
            yield doubt("taux_vide", place, taux=percent_text(found[line]))
        if blank and not known:
            line = _EVERYWHERE if _EVERYWHERE in blank else blank[0]
            yield doubt("taux_absent", here.place(f"taux_{line}_pct"), avis=item.avis)


def _asked(items: Sequence[Premises], fees: Mapping[str, Decimal]) -> Decimal:
    """Return what the rates read ask of some premises, as their notice abates them; not known, all abated."""
    return sum(
        (
            due(i.taxed, i.rates, fees=fees) * (1 - i.terms.part * abated_part(i, i.state or FULL))
            for i in items
        ),
        ZERO,
    )


def _blank(item: Premises) -> list[str]:
    """Return the lines whose rate is blank; the commune's own is a fault, and a sum of rates lacks none."""
    if item.unsplit:
        return []
    return [line for line in LINES[1:] if item.row.money(f"taux_{line}_pct") is None]


def _borne(items: Sequence[Premises]) -> Mapping[tuple[str, int], dict[str, Decimal]]:
    """Return the largest rate of each line that lines of a commune bear, in a year."""
    out: dict[tuple[str, int], dict[str, Decimal]] = {}
    for where, group in grouped(items, _commune).items():
        if where[0]:
            top = {line: max(i.rates[k] for i in group) for k, line in enumerate(LINES)}
            out[where] = {line: rate for line, rate in top.items() if rate}
    return out


def _commune(item: Premises) -> tuple[str, int]:
    """Return where rates are those of one commune and year; empty where the stock does not say."""
    holding = item.holding
    where = "" if holding is None else holding.code_insee or fold(holding.commune)
    return where, year_of(item.row)
