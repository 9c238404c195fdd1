"""`dossier.toml` and `plan_enquete.toml` edited key by key: comments and order stay as the user left them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from tfpb.io.packs.output_files import write_bytes
from tfpb.io.sources.toml_files import read_toml
from tfpb.io.tables.csv_text import decode
from tfpb.text import drop_controls

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit import TOMLDocument

Keys = tuple[str | int, ...]


def edit_toml(path: Path, changes: Iterable[tuple[Keys, Any]]) -> None:
    """Write keys of a TOML file; one whose value is None goes.

    Parameters
    ----------
    path : Path
    changes : iterable of (keys, value)
        From the outermost table inwards; a rank is an element of a list of tables, the next rank a new
        one.

    Raises
    ------
    TfpbError
        As `read_toml`; `ecriture_impossible`. Nothing is changed then.
    """
    whole = _opened(path)
    for keys, value in changes:
        *above, last = keys
        table: Any = whole
        for key in above:
            if isinstance(key, str) and key not in table:
                if value is None:
                    break
                table[key] = tomlkit.table()
            table = table[key]
        else:
            if value is None:
                table.pop(last, None) if isinstance(last, str) else table.pop(last)
            elif isinstance(last, int) and last == len(table):
                table.append(_item(value, whole=True))
            else:
                table[last] = _item(value)
    write_bytes(path, tomlkit.dumps(whole).encode())


def _opened(path: Path) -> TOMLDocument:
    """Open a file with its comments; one that only our own reader understands, without them."""
    try:
        whole = tomlkit.parse(decode(path.read_bytes()).replace("\r\n", "\n"))
        whole.unwrap()
    except (TOMLKitError, ValueError):
        whole = tomlkit.document()
        whole.update(read_toml(path))
    return whole


def _item(value: Any, *, whole: bool = False) -> Any:
    """Make a value of TOML; a mapping of plain values is written on one line, unless it is `whole`."""
    if isinstance(value, str):
        return drop_controls(value)
    if isinstance(value, Mapping):
        deep = whole or any(isinstance(v, Mapping | list | tuple) for v in value.values())
        table: Any = tomlkit.table() if deep else tomlkit.inline_table()
        table.update({k: _item(v) for k, v in value.items()})
        return table
    if isinstance(value, list | tuple):
        return [_item(v) for v in value]
    return value
