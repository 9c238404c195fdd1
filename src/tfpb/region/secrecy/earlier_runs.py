"""Cells that a region's run masked or showed, kept beside its outputs for the next run."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tfpb.io.packs.pack import earlier_folders
from tfpb.io.tables.csv_text import as_meant
from tfpb.io.tables.table_files import harmless
from tfpb.survey.secrecy.cells import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MASKS: Final = "masques.csv"
"""For the regional body alone."""
_MASKED: Final = "masquee"
_SHOWN: Final = "montree"
_HEADER: Final = (*Cell._fields, "etat", "n", "estimation")


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """Cells that earlier versions of the outputs masked and showed.

    Parameters
    ----------
    masked : frozenset of Cell
    shown : mapping of Cell to set of (n, share as written)
        Over all versions that stand.
    """

    masked: frozenset[Cell] = frozenset()
    shown: Mapping[Cell, set[tuple[int, str]]] = field(default_factory=dict)


def masks_bytes(masks: Iterable[Cell], shown: Mapping[Cell, tuple[int, str]]) -> bytes:
    """Write the cells, sorted: those masked without any number, then those shown."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADER)
    rows = [(*cell, _MASKED, "", "") for cell in sorted(masks)]
    rows += [(*cell, _SHOWN, str(n), share) for cell, (n, share) in sorted(shown.items())]
    writer.writerows([harmless(text) for text in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def earlier_runs(folder: Path) -> EarlierRuns:
    """Read what the runs that stand in `DIR`, `DIR.2` and so on masked and showed.

    A file that cannot be read counts for nothing.

    Parameters
    ----------
    folder : Path
        Where the region is written.

    Returns
    -------
    EarlierRuns
    """
    masked: set[Cell] = set()
    shown: dict[Cell, set[tuple[int, str]]] = defaultdict(set)
    for earlier in earlier_folders(folder):
        for *cell, state, n, share in _read(earlier / MASKS):
            if state == _MASKED:
                masked.add(Cell(*cell))
            elif n.isdigit():
                shown[Cell(*cell)].add((int(n), share))
    return EarlierRuns(frozenset(masked), dict(shown))


def _read(path: Path) -> list[list[str]]:
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    except (OSError, ValueError, csv.Error):
        return []
    if not lines or tuple(lines[0]) != _HEADER:
        return []
    return [[as_meant(text) for text in line] for line in lines[1:] if len(line) == len(_HEADER)]
