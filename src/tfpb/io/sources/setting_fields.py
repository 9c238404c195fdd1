"""A setting at fault, corrected by itself: where it stands in its file, as it is written, what is meant."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

import tomlkit
from pydantic import BaseModel, ValidationError

from tfpb.errors import TfpbError
from tfpb.io.sources.toml_files import setting_fault

if TYPE_CHECKING:
    from tfpb.io.sources.settings_edit import Keys

_RANK: Final = re.compile(r" n° (\d+)(?:\.|$)")


def keys_at(data: Any, column: str) -> Keys | None:
    """Return the keys of a setting as faults name it (« items n° 13.theme »); None where they lead nowhere.

    The last key may lack: it is then to be written.
    """
    if isinstance(data, dict):
        for key in sorted(data, key=len, reverse=True):
            if column == key:
                return (key,)
            if column.startswith((f"{key}.", f"{key} n° ")):
                below = keys_at(data[key], column[len(key) :].removeprefix("."))
                return None if below is None else (key, *below)
        return None if "." in column or " n° " in column else (column,)
    ranked = _RANK.match(column)
    if ranked is None or not isinstance(data, list) or int(ranked[1]) > len(data):
        return None
    rank, left = int(ranked[1]) - 1, column[ranked.end() :]
    if not left:
        return (rank,)
    below = keys_at(data[rank], left)
    return None if below is None else (rank, *below)


def written_at(data: Any, keys: Keys) -> str | None:
    """Return a setting as someone types it; empty where it lacks, None for a whole table."""
    for key in keys:
        if isinstance(data, dict) and key not in data:
            return ""
        data = data[key]
    if isinstance(data, dict) or (
        isinstance(data, list) and any(isinstance(d, dict) for d in data)
    ):
        return None
    return data if isinstance(data, str) else tomlkit.item(data).as_string()


def meant(model: type[BaseModel], data: Any, keys: Keys, text: str, file: str) -> Any:
    """Return what is meant by what someone types for a setting: as TOML reads it, else the text itself.

    Raises its fault, as the reader of the file finds it, when nothing that the file allows is meant.
    """
    values: list[Any] = [text]
    with suppress(ValueError, RecursionError):
        values.insert(0, tomllib.loads(f"v = {text}")["v"])
    errors = []
    for value in values:
        errors = [e for e in _errors(model, data, keys, value) if e["loc"][: len(keys)] == keys]
        if not errors:
            return value
    raise TfpbError([setting_fault(e, file) for e in errors])


def _errors(model: type[BaseModel], data: Any, keys: Keys, value: Any) -> list[Any]:
    whole = deepcopy(data)
    at = whole
    for key in keys[:-1]:
        at = at[key]
    at[keys[-1]] = value
    try:
        model.model_validate(whole)
    except ValidationError as error:
        return list(error.errors())
    return []
