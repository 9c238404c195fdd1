"""Cells that a region's run masked, kept beside its outputs: the next run masks them too."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from tfpb.io.pack import earlier_folders
from tfpb.survey.cells import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MASKS: Final = "masques.csv"
"""Names of cells, no number; for the regional body alone."""


def masks_bytes(masks: Iterable[Cell]) -> bytes:
    """Write the cells, sorted."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(Cell._fields)
    writer.writerows(sorted(masks))
    return text.getvalue().encode("utf-8-sig")


def masked_before(folder: Path) -> tuple[Cell, ...]:
    """Read the cells masked by the runs that stand in `DIR`, `DIR.2` and so on.

    A file that cannot be read masks nothing.
    """
    found = {cell for earlier in earlier_folders(folder) for cell in _read(earlier / MASKS)}
    return tuple(sorted(found))


def _read(path: Path) -> list[Cell]:
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    except (OSError, ValueError, csv.Error):
        return []
    if not lines or tuple(lines[0]) != Cell._fields:
        return []
    return [Cell(*line) for line in lines[1:] if len(line) == len(Cell._fields)]
