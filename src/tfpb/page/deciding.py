"""Decisions on doubts, written to the review workbook at once: the file that the commands read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.io.packs.output_files import write_bytes
from tfpb.pipeline.pack_run import PACK_FOLDER
from tfpb.review.doubts import DECIDED_COLUMNS, POSITION, REVIEW_COLUMNS
from tfpb.review.review_workbook import free_slot, review_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tfpb.page.desk import Desk
    from tfpb.page.outlook import Doubt

LIMIT_CELLS: Final = ("decision", "code_qpv", "auteur", "date", "piece")
ADDRESS_CELLS: Final = tuple(DECIDED_COLUMNS)


def address_is_decided(doubt: Doubt) -> bool:
    """Tell whether someone decided on the address of a doubt."""
    return any(doubt.address.get(c) for c in ("decision", "adresse_corrigee", "x", "y"))


def is_decided(doubt: Doubt) -> bool:
    """Tell whether someone decided on a doubt."""
    return bool(doubt.limit.get("decision")) or address_is_decided(doubt)


def write_decisions(desk: Desk) -> Path:
    """Write the review workbook with what was decided, and name it in the settings.

    The pictures of the workbook are drawn again by the next run.

    Raises
    ------
    TfpbError
        `ecriture_impossible`: the workbook is held open.
    """
    doubts = desk.outlook.doubts
    settings = desk.settings
    named = settings.fichiers.decisions if settings is not None else ""
    if settings is not None and named:
        path = settings.path(named)
    else:
        path = free_slot(desk.folder / PACK_FOLDER, limits=True, addresses=True).path
    write_bytes(path, _workbook(doubts))
    desk.decided += 1
    if not named:
        desk.edit([(("fichiers", "decisions"), path.name)])
    return path


def _workbook(doubts: Sequence[Doubt]) -> bytes:
    ordered = sorted((d for d in doubts if d.limit), key=_place)
    limits = pd.DataFrame([d.limit for d in ordered], columns=[*REVIEW_COLUMNS, POSITION])
    rows = [d.address for d in doubts if d.address and (d.listed or address_is_decided(d))]
    rows.sort(key=lambda row: row["ligne"])
    addresses = pd.DataFrame(rows) if rows else None
    return review_bytes(addresses, limits, codes=[str(c) for c in limits["code_qpv"]])


def _place(doubt: Doubt) -> tuple[bool, int]:
    at = int(doubt.limit[POSITION])
    return at < 0, at


def cells_of(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the cells of a row that a person fills, to put them back."""
    return {name: row.get(name, "") for name in names}
