"""The forms in which a stage's result is kept on disk: tables, protected tables, files, values.

Plain parts only (Arrow, JSON, pictures): reading one back runs nothing. Answers of tenants have no
form here, so that they cannot be kept.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from tfpb.errors import Fault, Place, Severity
from tfpb.model.location import Located
from tfpb.model.money import (
    Abatement,
    Course,
    DroitCommun,
    LegalChange,
    LegalValue,
    Programme,
    States,
)
from tfpb.model.record import Reading
from tfpb.model.survey import Published, WaveFacts, WeightSpread
from tfpb.survey.secrecy.disclosure import reopened

Parts = dict[str, bytes]
TABLE: Final = "table"
PUBLICATION: Final = "publication"
FILES: Final = "fichiers"
VALUES: Final = "valeurs"


def to_parts(form: str, value: Any) -> Parts:
    """Write a value as named parts, by its form: `TABLE`, `PUBLICATION`, `FILES` or `VALUES`.

    TypeError if it is not of the form's own kind (unprotected estimates are not), or contains what the form
    cannot.
    """
    kinds, write, _ = _FORMS[form]
    if not isinstance(value, kinds):
        raise TypeError(type(value).__name__)
    return write(value)


def from_parts(form: str, parts: Mapping[str, bytes]) -> Any:
    """Read a value back from its parts (KeyError, ValueError or TypeError when they are broken)."""
    return _FORMS[form][2](parts)


def _table_parts(frame: pd.DataFrame, name: str = TABLE) -> Parts:
    """Split a table: columns of one plain type to an Arrow stream, columns of mixed objects to JSON.

    Entries are many small tables, read by this program alone: a stream is read in a quarter of the time of
    Parquet.
    """
    if not all(isinstance(c, str) for c in frame.columns):
        raise TypeError("columns")
    objects = [c for c in frame.columns if frame[c].dtype == object]
    typed = frame.drop(columns=objects)
    columns = pa.Table.from_pandas(typed, preserve_index=True)
    buffer = pa.BufferOutputStream()
    with pa.ipc.new_stream(buffer, columns.schema) as stream:
        stream.write_table(columns)
    rest = {"ordre": list(frame.columns), "objets": {c: _tree(list(frame[c])) for c in objects}}
    return {f"{name}.arrow": buffer.getvalue().to_pybytes(), f"{name}.json": _json(rest)}


def _table_from(parts: Mapping[str, bytes], name: str = TABLE) -> pd.DataFrame:
    frame: pd.DataFrame = pa.ipc.open_stream(parts[f"{name}.arrow"]).read_pandas()
    rest = json.loads(parts[f"{name}.json"])
    for column, cells in rest["objets"].items():
        held = np.empty(len(frame), dtype=object)
        for row, cell in enumerate(_grown(cells, {})):
            held[row] = cell
        frame[column] = pd.Series(held, index=frame.index, dtype=object)
    order: list[str] = rest["ordre"]
    return frame[order]


def _publication_parts(published: Published | None) -> Parts:
    kept = (f.name for f in fields(Published) if f.compare)
    return _value_parts({} if published is None else {n: getattr(published, n) for n in kept})


def _publication_from(parts: Mapping[str, bytes]) -> Published | None:
    values = _values_from(parts)
    return reopened(values) if values else None


def _value_parts(values: Mapping[str, Any]) -> Parts:
    """Write named values: tables apart, the frozen values of `_KNOWN` field by field."""
    tables: dict[str, pd.DataFrame] = {}
    tree = _tree({str(k): v for k, v in values.items()}, tables)
    parts = {"valeurs.json": _json(tree)}
    for name, table in tables.items():
        parts |= _table_parts(table, name)
    return parts


def _tree(value: Any, tables: dict[str, pd.DataFrame] | None = None) -> Any:
    """Turn a value into what JSON holds; what JSON would mix up, by its kind. Tables stand apart."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) is str or isinstance(value, bool | int | float):
        return value
    for kind, tag in _TAGS.items():
        if isinstance(value, kind) and not isinstance(value, dt.datetime):
            return {tag: str(value)}
    if isinstance(value, str):
        return str.__str__(value)
    tag, inner = _parted(value, tables)
    return {tag: inner}


def _parted(value: Any, tables: dict[str, pd.DataFrame] | None) -> tuple[str, Any]:
    """Return the kind of a value made of others, and its parts."""
    if type(value) is pd.DataFrame and tables is not None:  # geometries have no form here
        name = f"table{len(tables)}"
        tables[name] = value
        return "table", name
    if type(value) in _KNOWN.values():
        trees = {f.name: _tree(getattr(value, f.name), tables) for f in fields(value)}
        return "valeur", [type(value).__name__, trees]
    if isinstance(value, tuple | list):
        return "t" if isinstance(value, tuple) else "l", [_tree(v, tables) for v in value]
    if isinstance(value, frozenset):
        return "f", [_tree(v, tables) for v in sorted(value)]
    if isinstance(value, dict):
        return "d", [[_tree(k), _tree(v, tables)] for k, v in value.items()]
    raise TypeError(type(value).__name__)


def _values_from(parts: Mapping[str, bytes]) -> Any:
    return _grown(json.loads(parts["valeurs.json"]), parts)


def _grown(tree: Any, parts: Mapping[str, bytes]) -> Any:
    if not isinstance(tree, dict):
        return tree
    ((kind, inner),) = tree.items()
    if kind in _READERS:
        return _READERS[kind](inner)
    if kind == "table":
        return _table_from(parts, inner)
    if kind == "valeur":
        name, trees = inner
        return _KNOWN[name](**{k: _grown(v, parts) for k, v in trees.items()})
    if kind == "d":
        return {_grown(k, parts): _grown(v, parts) for k, v in inner}
    return {"t": tuple, "l": list, "f": frozenset}[kind](_grown(v, parts) for v in inner)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "s": Severity, "n": Decimal, "j": dt.date.fromisoformat,
}  # fmt: skip
_TAGS: Final[dict[type, str]] = {Severity: "s", Decimal: "n", dt.date: "j"}
_KINDS: Final = (
    Fault, Place, WaveFacts, WeightSpread, Located, Abatement, Course, LegalChange, States, LegalValue,
    Programme, DroitCommun, Reading,
)  # fmt: skip
_KNOWN: Final[dict[str, type]] = {kind.__name__: kind for kind in _KINDS}
"""Frozen values that have a form; whatever holds answers is not among them."""

_Write = Callable[[Any], Parts]
_Read = Callable[[Mapping[str, bytes]], Any]
_FORMS: Final[dict[str, tuple[tuple[type, ...], _Write, _Read]]] = {
    TABLE: ((pd.DataFrame,), _table_parts, _table_from),
    PUBLICATION: ((Published, type(None)), _publication_parts, _publication_from),
    FILES: ((dict,), dict, dict),
    VALUES: ((dict,), _value_parts, _values_from),
}
