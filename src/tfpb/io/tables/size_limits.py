"""Limits of what is read: a file beyond them is refused with a sentence, before memory is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, fail

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE: Final = "TFPB_TAILLE_MAX_MO"
"""Environment variable that raises or lowers the size a table may have, in megabytes."""
DEFAULT_MB: Final = 400
EXPANSION: Final = 4
"""A workbook is an archive: it may unpack to so many times the size allowed to a file."""
MAX_SHEET_CELLS: Final = 30_000_000
"""Cells of a sheet, empty ones included: the reader keeps the whole rectangle in memory."""
MAX_COLUMNS: Final = 2_000
MAX_CELL_CHARACTERS: Final = 1_000_000
MAX_TOML_BYTES: Final = 4_000_000
MAX_TOML_LINE: Final = 20_000
_MEGABYTE: Final = 1_000_000


def max_file_bytes() -> int:
    """Return the largest size of a table, in bytes, as set by `TFPB_TAILLE_MAX_MO`.

    Raises
    ------
    TfpbError
        `limite_illisible` when the variable is no whole number above zero.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return DEFAULT_MB * _MEGABYTE
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:  # noqa: PLR2004
        raise fail("limite_illisible", got=text, variable=VARIABLE)
    return int(text) * _MEGABYTE


def refuse_large(path: Path) -> None:
    """Refuse a file larger than the limit (`fichier_trop_grand`)."""
    size, limit = path.stat().st_size, max_file_bytes()
    if size > limit:
        raise too_large(path, size, limit)


def too_large(path: Path, size: int, limit: int) -> Exception:
    """Make the error of a file, or of what an archive unpacks to, that is beyond the limit."""
    return fail(
        "fichier_trop_grand",
        place=Place(path.name),
        got=f"{size // _MEGABYTE} Mo",
        limite=limit // _MEGABYTE,
        variable=VARIABLE,
    )
