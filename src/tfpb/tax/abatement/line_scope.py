"""Which dwellings of a résidence its tax lines bear: all, the taxable, those of buildings they name."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tfpb.model.codes import QpvStatut, Statut
from tfpb.tax.abatement.premises import (
    BORNE,
    FULL,
    NONE,
    RIGHT,
    UNKNOWN,
    dwellings_of,
    exemption_of,
    is_lost,
    written_dwellings,
)
from tfpb.tax.abatement.rights import (
    EITHER_SIDE,
    bears_no_dwelling,
    end_of_exemption,
    exempt,
    standing_units,
)
from tfpb.tax.plain_values import ZERO, grouped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.holdings import Holding, Unit
    from tfpb.tax.abatement.premises import Premises
    from tfpb.tax.abatement.rights import Right
    from tfpb.tax.plain_values import Record

Scope = tuple[tuple["Unit", ...], list["Record"]]


def unlined(holding: Holding, rows: Sequence[Record], reader: Reader) -> tuple[Unit, ...]:
    """Return the units of a résidence that no line of the tax sheet carries, as far as its lines say.

    Where every line names a building of the stock, the units of the others; where lines that name none
    count no more dwellings than are taxable, those that are exempt. Lines that count more than what they
    name, or do not count, may carry anything: then none. `rows`: each premises once; `reader`: law of their
    year.
    """
    if not holding.counted:
        return ()
    rows = [row for row in rows if not bears_no_dwelling(row)]
    *named, (others, loose) = _scopes(holding, rows)
    if not loose:
        within = all(
            (written := dwellings_of(of)) is not None and written <= _dwellings(units)
            for units, of in named
        )
        return others if within else ()
    written = None if _own_end(loose) else dwellings_of(loose)
    free, bound = _by_exemption(others, reader)
    return bound if free and written is not None and written <= _dwellings(free) else ()


def overcounted(
    holding: Holding, rows: Sequence[Record], reader: Reader
) -> list[tuple[list[Record], int, int]]:
    """Return the lines that count exempt dwellings: those lines, what they count, what is taxable.

    A difference smaller than any exempt unit is another matter: a count mistyped.
    """
    found = []
    for units, of in _scopes(holding, rows) if holding.counted else []:
        written = None if _own_end(of) else dwellings_of(of)
        free, bound = _by_exemption(units, reader)
        if free and bound and written is not None:
            least = min(u.dwellings for u in bound)
            if written - _dwellings(free) >= max(1, least):
                found.append((of, written, _dwellings(free)))
    return found


def of_counts(
    holding: Holding, items: Sequence[Premises], rights: Sequence[Right], reader: Reader
) -> list[Right]:
    """Doubt the rights of lines that count exempt dwellings: their base may cover those dwellings too.

    Where a notice shows what it abates of a base, that base is what is taxed: nothing is in doubt. `items`:
    each premises of the résidence once, notices read; `rights`: theirs, in the reader's year.
    """
    out = list(rights)
    for rows, written, free in overcounted(holding, [i.row for i in items], reader):
        fields = {"residence": holding.id_residence, "lus": written, "imposables": free}
        for k, (item, right) in enumerate(zip(items, rights, strict=True)):
            if item.state == UNKNOWN and not right.statut and any(item.row is r for r in rows):
                out[k] = replace(
                    right, statut=Statut.A_VERIFIER, share=ZERO, doubt=right.share + right.doubt,
                    motive="logements_exoneres", fields=fields,
                )  # fmt: skip
    return out


def of_excess(holding: Holding, items: Sequence[Premises], rights: Sequence[Right]) -> list[Right]:
    """Doubt the side of the dwellings that lines count beyond the stock: it may lack an entrance.

    A notice that abates the very part of a cut résidence that is in the quarter confirms that part. Where
    all is out, only what a notice abates is doubted. `items`: each premises of the résidence once, notices
    read; `rights`: theirs, in any year.
    """
    out = list(rights)
    counts = [written_dwellings(i.row) or 0 for i in items]
    over = sum(counts) - holding.dwellings if holding.counted else 0
    for units, rows in _scopes(holding, [i.row for i in items]) if over > 0 else ():
        written = dwellings_of(rows)
        more = 0 if written is None else min(over, written - _dwellings(units))
        for k, item in enumerate(items):
            if written and more > 0 and any(item.row is row for row in rows):
                fields = {
                    "residence": holding.id_residence,
                    "lus": sum(counts),
                    "connus": holding.dwellings,
                }
                out[k] = _beyond(item, out[k], Decimal(more) / written, fields)
    return out


def _beyond(item: Premises, right: Right, part: Decimal, fields: Mapping[str, object]) -> Right:
    """Leave the side of a part of a line unknown."""
    if right.statut == Statut.HORS_QPV and item.state in BORNE:
        return replace(
            right,
            statut=Statut.A_VERIFIER,
            doubt=part,
            motive="logements_hors_patrimoine",
            fields=fields,
        )
    if right.motive == EITHER_SIDE:
        return replace(right, share=min(Decimal(1), right.share + part))
    confirmed = item.state == RIGHT and right.share < 1
    if confirmed or right.statut in {Statut.HORS_QPV, Statut.EXONERE, Statut.SANS_LOGEMENT}:
        return right
    known = 1 - part
    return replace(right, share=right.share * known, doubt=right.doubt * known + part)


def of_young(
    items: Sequence[Premises], rights: Sequence[Right], reader: Reader, *, dated: bool
) -> list[Right]:
    """Doubt the rights of dwellings that `may_be_exempt`, where no notice shows that they pay."""
    out = list(rights)
    for k, (item, right) in enumerate(zip(items, rights, strict=True)):
        if item.state == UNKNOWN and may_be_exempt(item, right, reader, dated=dated):
            built = sorted(
                year
                for year in _built(item.holding.units if item.holding else ())
                if year is not None
            )
            out[k] = replace(
                right, statut=Statut.DROIT_INCONNU, motive="exoneration_possible",
                fields={**right.fields, "construction": "".join(map(str, built[-1:]))}, known=False,
            )  # fmt: skip
    return out


def of_unnamed(items: Sequence[Premises], rights: Sequence[Right]) -> list[Right]:
    """Doubt the rights of lines that share a résidence, or a building, cut by a limit, where notices differ.

    Each is given the part of the whole that is in the quarter. A notice that abates all of a line, or none,
    says that the line may be of one side alone. A line of a building, beside it, that does not count leaves
    it as unsure, and what it lost of the year between two parts.
    """
    out = [_lost_between(i, r) for i, r in zip(items, rights, strict=True)]
    cut = (
        k for k, right in enumerate(rights)
        if items[k].holding is not None and not right.statut and 0 < right.share < 1
    )  # fmt: skip
    for group in grouped(cut, lambda k: items[k].holding).values():
        shared = len(group) > 1 or any(
            not items[k].building and _uncounted(items[k]) for k in group
        )
        if shared and any(items[k].state in (NONE, FULL) for k in group):
            for k in group:
                if items[k].state != RIGHT:
                    out[k] = _of_either_side(items[k], rights[k])
    return out


def _uncounted(item: Premises) -> bool:
    """Return whether a line of a building of its résidence does not count its dwellings."""
    return None in (count for building, count in item.named.items() if building)


def _lost_between(item: Premises, right: Right) -> Right:
    """Bound what a line without a building lost, where a line of a building may bear more or less of it."""
    units = item.holding.units if item.holding is not None and not item.building else ()
    if not is_lost(right) or not 0 < right.share < 1 or not _uncounted(item):
        return right
    bare = [u for u in units if u.building and u.building in item.named]
    inside = sum(u.dwellings for u in bare if u.side == QpvStatut.DANS)
    outside = sum(u.dwellings for u in bare) - inside
    whole = sum(u.weight for u in units)
    due = right.share * whole
    least = max(ZERO, due - inside) / max(1, whole - inside)
    most = min(Decimal(1), due / max(1, whole - outside))
    return replace(right, share=least, doubt=most - least)


def _of_either_side(item: Premises, right: Right) -> Right:
    """Leave the right of a line unknown: at most the dwellings that stand in the quarter are its own."""
    whole = sum(u.weight for u in item.holding.units) if item.holding else 0
    count = min(item.dwellings if written_dwellings(item.row) else 0, whole) or 1
    most = min(Decimal(count), (right.share + right.doubt) * whole) / count
    return replace(
        right, statut=Statut.DROIT_INCONNU, share=most, doubt=ZERO, motive=EITHER_SIDE,
        fields={"residence": item.id_residence}, known=False,
    )  # fmt: skip


def may_be_exempt(item: Premises, right: Right, reader: Reader, *, dated: bool) -> bool:
    """Return whether dwellings are young enough to be exempt, and nothing gives the end of it.

    A year that is not known may be young, where the stock is `dated`: knows that of others.
    """
    units = () if item.holding is None else item.holding.units
    return dated and may_be_young(units, right, reader)


def may_be_young(units: Iterable[Unit], right: Right, reader: Reader) -> bool:
    """Return whether dwellings of a quarter are young enough to be exempt, and nothing gives the end."""
    young = reader.day.year - reader.whole("duree_exoneration_longue_ans")
    unsaid = right.motive == "droit_exoneration_inconnue"
    return unsaid and any(year is None or year > young for year in _built(units))


def _built(units: Iterable[Unit]) -> list[int | None]:
    """Return when dwellings in a quarter were built, of those whose end of exemption nothing gives."""
    return [u.built for u in units if u.side == QpvStatut.DANS and not u.exempt_until]


def _scopes(holding: Holding, rows: Sequence[Record]) -> list[Scope]:
    """Return the units and lines of each building that a line names, then the other units and lines."""
    known = {u.building for u in holding.units} - {""}
    named = dict.fromkeys(b for row in rows if (b := row.text("id_batiment")) in known)
    loose = [row for row in rows if row.text("id_batiment") not in named]
    counts = {b: dwellings_of(r for r in rows if r.text("id_batiment") == b) for b in named}
    return [
        *(
            (
                tuple(u for u in holding.units if u.building == building),
                [row for row in rows if row.text("id_batiment") == building],
            )
            for building in named
        ),
        (
            holding.left_by(counts | ({"": dwellings_of(loose)} if loose else {})),
            loose,
        ),
    ]


def _by_exemption(
    units: Iterable[Unit], reader: Reader
) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """Return the units that stand and are taxed, then those that are exempt."""
    standing = standing_units(tuple(units), reader.day.year)
    bound = tuple(u for u in standing if exempt(end_of_exemption(u, reader), reader.day))
    return tuple(u for u in standing if u not in bound), bound


def _dwellings(units: Iterable[Unit]) -> int:
    return sum(u.dwellings for u in units)


def _own_end(rows: Iterable[Record]) -> bool:
    """Return whether a line bears an end of exemption of its own, which prevails over the stock's."""
    return any(exemption_of(row) is not None for row in rows)
