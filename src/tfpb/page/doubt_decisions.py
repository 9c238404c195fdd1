"""Decisions on doubts: the cells that a person fills, by entrance, and the workbook read back by commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.page.journal import Change
from tfpb.review.doubts import DECIDED_COLUMNS, POSITION, REVIEW_COLUMNS, quarter_of
from tfpb.review.review_workbook import review_bytes
from tfpb.words.page.answer_words import entrance_answer, moved_figures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tfpb.page.outlook import Doubt, Outlook

SIGNED: Final = ("decision", "auteur", "date", "piece")
_SIDE: Final = (*SIGNED, "code_qpv")


def key_of(doubt: Doubt) -> str:
    """Name the entrance of a doubt."""
    cells = (doubt.address.get(c, "") for c in ("identifiant", "adresse", "ligne"))
    return " ".join(str(c) for c in cells)


def by_key(doubts: Iterable[Doubt], key: str) -> Doubt | None:
    """Find the doubt on an entrance."""
    return next((d for d in doubts if d.address and key_of(d) == key), None)


def is_signed(doubt: Doubt) -> bool:
    """Tell whether someone wrote a decision, whatever came of it."""
    return bool(doubt.limit.get("decision")) or address_is_signed(doubt)


def address_is_signed(doubt: Doubt) -> bool:
    """Tell whether someone decided on the address of a doubt."""
    return any(doubt.address.get(c) for c in ("decision", "adresse_corrigee", "x", "y"))


def cells_of(doubt: Doubt) -> dict[str, Any]:
    """Return the cells of a doubt that a person fills, by sheet."""
    return {
        "limite": {c: doubt.limit[c] for c in _SIDE if c in doubt.limit},
        "adresse": {c: doubt.address.get(c, "") for c in DECIDED_COLUMNS},
    }


def with_cells(doubt: Doubt, cells: Mapping[str, Any]) -> Doubt:
    """Return a doubt with the cells of `cells_of` as they were."""
    limit = doubt.limit | cells["limite"] if doubt.limit else {}
    return replace(doubt, limit=limit, address=doubt.address | cells["adresse"])


def same_value(one: Any, other: Any) -> bool:
    """Compare plain values; of decisions what is signed: the quarter of an open doubt is computed."""
    if isinstance(one, dict) and isinstance(other, dict) and "limite" in one and "limite" in other:
        return _signed(one) == _signed(other)
    return bool(one == other)


def _signed(cells: Mapping[str, Any]) -> list[str]:
    found = [*(cells["limite"].get(c, "") for c in SIGNED), *cells["adresse"].values()]
    return [str(cell).removesuffix(" 00:00:00") for cell in found]


def changes_of(place: str, before: Iterable[Doubt], after: Iterable[Doubt]) -> tuple[Change, ...]:
    """List what was decided, an entrance a change."""
    moved = ((old, new) for old, new in zip(before, after, strict=True) if old is not new)
    return tuple(Change(place, (key_of(o),), cells_of(o), cells_of(n)) for o, n in moved)


def decided_again(doubts: Sequence[Doubt], changes: Iterable[Change]) -> tuple[Doubt, ...]:
    """Return doubts with what was decided since they were computed."""
    later = {change.keys[0]: change.after for change in changes}
    keys = (key_of(d) if d.address else "" for d in doubts)
    return tuple(
        with_cells(d, later[k]) if k in later else d for d, k in zip(doubts, keys, strict=True)
    )


def answer_lines(before: Outlook, after: Outlook, decided: Collection[str]) -> list[str]:
    """Say what a computation makes of decisions: each entrance, then the figures that moved."""
    lines = []
    for key in sorted(decided):
        one = by_key(after.doubts, key)
        if one is not None:
            address = str(one.address.get("adresse", "")) or key
            lines.append(entrance_answer(address, one.status, one.quarter, one.dwellings))
    return [*lines, *moved_figures(before.figures_held, after.figures_held)]


def workbook(doubts: Sequence[Doubt]) -> bytes:
    """Make the review workbook; its pictures are drawn again by the next run."""
    limits = sorted((d.limit for d in doubts if d.limit), key=_place)
    sides = pd.DataFrame(limits, columns=[*REVIEW_COLUMNS, POSITION])
    rows = [d.address for d in doubts if d.address and (d.listed or address_is_signed(d))]
    rows.sort(key=lambda row: row["ligne"])
    addresses = pd.DataFrame(rows) if rows else None
    return review_bytes(addresses, sides, codes=[quarter_of(limit) for limit in limits])


def _place(limit: Mapping[str, Any]) -> tuple[bool, int]:
    at = int(limit[POSITION])
    return at < 0, at
