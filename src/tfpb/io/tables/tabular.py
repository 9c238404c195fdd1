"""Tables in: any tabular file as text, by the reader of its extension.

What writes tables is named here too, so that other rooms have one place for tables.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Place, fail
from tfpb.io.tables.contents import refuse_large, require_file, unreadable
from tfpb.io.tables.csv_text import read_text
from tfpb.io.tables.table_files import (
    TEXT_FILES,
    check_format,
    csv_bytes,
    table_bytes,
    xlsx_bytes,
)
from tfpb.io.tables.text_table import TextTable, cell_text, plain, unused_option
from tfpb.io.tables.workbook_files import SPREADSHEETS, read_workbook, sheet_names
from tfpb.text import fold
from tfpb.words.faults.input_words import ONE_SHEET, PARQUET, TABLES_READ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Reader = Callable[[Path, str | None, frozenset[str]], TextTable]

__all__ = [
    "SPREADSHEETS", "TextTable", "check_format", "csv_bytes", "read_table", "sheet_names",
    "table_bytes", "xlsx_bytes",
]  # fmt: skip


def read_table(path: Path, *, sheet: str | None = None, known: Iterable[str] = ()) -> TextTable:
    """Read a table of any supported format; its header is found under title rows.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Sheet of a workbook; by default the first whose header holds most known names, the visible
        ones before the hidden.
    known : iterable of str
        Names expected in the header; they help to find it.

    Returns
    -------
    TextTable
        Every cell as text, with its file, sheet and row.

    Raises
    ------
    TfpbError
        `fichier_absent`, `fichier_est_dossier`, `fichier_inaccessible`, `fichier_illisible`,
        `fichier_trop_grand`, `format_inconnu`, `feuille_absente`, `feuille_vide`,
        `feuille_trop_grande`, `tableau_trop_large`, `cellule_trop_longue`, `guillemet_non_ferme`.
    """
    path = Path(path)
    require_file(path)
    suffix = path.suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None:
        got = suffix or path.name
        raise fail("format_inconnu", place=Place(path.name), got=got, attendu=TABLES_READ)
    refuse_large(path)
    table = reader(path, sheet, frozenset(fold(k) for k in known))
    if sheet is None or suffix in SPREADSHEETS:
        return table
    unused = unused_option("--feuille", path.name, ONE_SHEET)
    return replace(table, notices=(*table.notices, unused))


def _read_parquet(path: Path, _sheet: str | None, _names: frozenset[str]) -> TextTable:
    try:
        frame = pd.read_parquet(path)
        text = pd.DataFrame(  # texts are decoded here: some may be none
            {str(c): [cell_text(plain(v)) for v in frame[c]] for c in frame.columns}, dtype=object
        )
    except Exception as error:
        raise unreadable(path, PARQUET) from error
    return TextTable(text, path.name, "", np.arange(2, len(text) + 2))


_READERS: Final[dict[str, Reader]] = {
    **dict.fromkeys(SPREADSHEETS, read_workbook),
    **dict.fromkeys(TEXT_FILES, read_text),
    ".parquet": _read_parquet,
}
