"""What differs between two packs, figure by figure."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not the same.

    Parameters
    ----------
    table : str
        Table or record it stands in.
    key : str
        Line (its text columns joined), empty for settings and inputs.
    column : str
    before, after : str
        As written; empty when there is none.
    """

    table: str
    key: str
    column: str
    before: str
    after: str


def differences(first: Mapping[str, bytes], second: Mapping[str, bytes]) -> list[Difference]:
    """Compare the data of two packs (archive name → bytes): inputs, settings, then every table."""
    found = _records(first.get("run.json", b"{}"), second.get("run.json", b"{}"))
    names = sorted(n for n in {*first, *second} if n.startswith("donnees/") and n.endswith(".csv"))
    for name in names:
        found += _tables(
            name.removeprefix("donnees/").removesuffix(".csv"), first.get(name), second.get(name)
        )
    return found


def _records(first: bytes, second: bytes) -> list[Difference]:
    before, after = (_flat(json.loads(data)) for data in (first, second))
    return [
        Difference("provenance", "", key, before.get(key, ""), after.get(key, ""))
        for key in sorted({*before, *after})
        if key != "empreinte" and before.get(key, "") != after.get(key, "")
    ]


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        named = value.items()
    elif isinstance(value, list):
        named = ((_name(v, i), v) for i, v in enumerate(value))  # type: ignore[assignment]
    else:
        return {prefix: "" if value is None else str(value)}
    out: dict[str, str] = {}
    for key, inner in named:
        out |= _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    return out


def _name(value: Any, position: int) -> str:
    if isinstance(value, dict):
        return str(value.get("role") or value.get("nom") or position)
    return str(position)


def _tables(name: str, first: bytes | None, second: bytes | None) -> list[Difference]:
    before, after = (_lines(data) for data in (first, second))
    found = []
    for key in [*before, *(k for k in after if k not in before)]:
        left, right = before.get(key, {}), after.get(key, {})
        found += [
            Difference(name, key, column, left.get(column, ""), right.get(column, ""))
            for column in {**left, **right}
            if left.get(column, "") != right.get(column, "")
        ]
    return found


def _lines(data: bytes | None) -> dict[str, dict[str, str]]:
    """Key each line by its leading text cells: what stands before the first number names it."""
    if data is None:
        return {}
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    out: dict[str, dict[str, str]] = {}
    for row in rows:
        names = list(takewhile(lambda v: not v or not _is_number(v), row.values()))
        key = " · ".join(filter(None, names)) or next(iter(row.values()), "")
        number = 2
        unique = key
        while unique in out:
            unique = f"{key} ({number})"
            number += 1
        out[unique] = row
    return out


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
