"""`dossier.toml` and `plan_enquete.toml` edited key by key: comments and order stay as the user left them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from tfpb.io.packs.output_files import write_bytes
from tfpb.io.sources.toml_files import read_toml
from tfpb.io.tables.csv_text import decode
from tfpb.text import drop_controls

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit import TOMLDocument

Keys = tuple[str | int, ...]


class Edit(NamedTuple):
    """A value of a TOML file, before and after; a list of tables that a rank is of is one value."""

    keys: tuple[str, ...]
    before: Any
    after: Any


def edit_toml(path: Path, changes: Iterable[tuple[Keys, Any]]) -> None:
    """Write keys of a TOML file; one whose value is None goes.

    Keys go from the outermost table inwards; a rank is an element of a list of tables, the next rank a new
    one. Raises as `read_toml`, and `ecriture_impossible`: nothing is changed then.
    """
    write_bytes(path, edited(path, changes)[0])


def edited(
    path: Path,
    changes: Iterable[tuple[Keys, Any]],
    *,
    base: bytes = b"",
    stays: Callable[[tuple[str, ...], Any, Any], bool] = lambda *_: False,
) -> tuple[bytes, list[Edit]]:
    """Return a TOML file with keys changed (as by `edit_toml`), and what moved in it.

    `base` is its content where it is absent; `stays` decides, of keys, the value there and the new one,
    whether it is left as it is. Raises as `read_toml`, or what `stays` raises.
    """
    whole = _opened(path) if path.is_file() or not base else tomlkit.parse(base.decode())
    before: dict[tuple[str, ...], Any] = {}
    for keys, value in changes:
        named = tuple(map(str, takewhile(lambda key: isinstance(key, str), keys)))
        there = _found(whole, named)
        ranked = len(named) < len(keys)
        if not ranked and there == _plain(value):
            continue
        if stays(named, there, _ANY if ranked else _plain(value)):
            continue
        before.setdefault(named, there)
        _set(whole, keys, value)
    edits = [Edit(keys, there, _found(whole, keys)) for keys, there in before.items()]
    return tomlkit.dumps(whole).encode(), [e for e in edits if e.before != e.after]


_ANY: Final = object()
"""Stands for a value inside a list, of which nothing is compared."""


def _found(whole: TOMLDocument, keys: tuple[str | int, ...]) -> Any:
    """Return the plain value that keys lead to; None where there is none."""
    table: Any = whole
    for key in keys:
        if not isinstance(table, Mapping) or key not in table:
            return None
        table = table[key]
    return table.unwrap() if hasattr(table, "unwrap") else table


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return drop_controls(str(value))
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _set(whole: TOMLDocument, keys: Keys, value: Any) -> None:
    *above, last = keys
    table: Any = whole
    for key in above:
        if isinstance(key, str) and key not in table:
            if value is None:
                return
            table[key] = tomlkit.table()
        table = table[key]
    if value is None:
        table.pop(last, None) if isinstance(last, str) else table.pop(last)
    elif isinstance(last, int) and last == len(table):
        table.append(_item(value, whole=True))
    elif isinstance(value, list) and last in table and isinstance(table[last], AoT):
        table[last] = tomlkit.aot()
        for one in value:
            table[last].append(_item(one, whole=True))
    else:
        table[last] = _item(value)


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
