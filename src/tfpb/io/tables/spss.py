"""SPSS files, read by a process of their own: on a spoiled one the C library may crash or never return."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from tfpb.io.tables.contents import unreadable
from tfpb.words.faults.input_words import SPSS

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE_S = 120.0
_BYTES_A_SECOND: Final = 1_000_000
_READER: Final = "from tfpb.io.tables.spss import serve; serve()"


def read_spss(path: Path) -> dict[str, Any]:
    """Read an SPSS file in codes; answers declared missing (NSP…) are kept, they are answers.

    `columns` (name → list of cells as text), `labels` (column → wording), `values` (column → list of (code,
    label)). Raises `fichier_illisible`: no SPSS file, or one on which the library fails or does not come
    back.
    """
    try:
        patience = _PATIENCE_S + path.stat().st_size / _BYTES_A_SECOND
        done = subprocess.run(
            [sys.executable, "-c", _READER, str(path)],
            capture_output=True, check=True, timeout=patience,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise unreadable(path, SPSS) from error
    return found


def serve() -> None:
    """Read the file named on the command line and write it as JSON: the work of the other process."""
    import pyreadstat  # noqa: PLC0415 - in this process only

    from tfpb.io.tables.text_table import cell_text, plain  # noqa: PLC0415

    try:
        raw, meta = pyreadstat.read_sav(sys.argv[1], user_missing=True)
    except UnicodeError:
        raw, meta = pyreadstat.read_sav(sys.argv[1], user_missing=True, encoding="cp1252")
    found = {
        "columns": {str(c): [cell_text(plain(v)) for v in raw[c]] for c in raw.columns},
        "labels": {str(k): str(v) for k, v in meta.column_names_to_labels.items() if v},
        "values": {
            str(name): [[cell_text(plain(code)), str(word)] for code, word in words.items()]
            for name, words in dict(meta.variable_value_labels).items()
        },
    }
    sys.stdout.buffer.write(json.dumps(found).encode("ascii"))
