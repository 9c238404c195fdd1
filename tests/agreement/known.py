"""Disagreements that are known (``known.toml``): a list that may only shorten.

An entry that no pack shows any more fails its test until it is taken out; a disagreement that is not
listed fails too; and the number of entries may not pass `CEILING`, which falls with them.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

CEILING: Final = {"valeur": 0, "mot": 0, "moins": 4}


@cache
def known() -> dict[str, list[dict[str, Any]]]:
    """Return the known disagreements, of values and of words."""
    text = (Path(__file__).parent / "known.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def values(variant: str) -> set[tuple[str, str, tuple[str, ...]]]:
    """Return the claims, scopes and values at once, in one variant."""
    return {
        (e["fait"], e["portee"], tuple(e["dits"]))
        for e in known().get("valeur", [])
        if variant in e["variantes"]
    }


def words() -> set[tuple[str, str]]:
    """Return the claims and the words that are not theirs."""
    return {(e["fait"], mot) for e in known().get("mot", []) for mot in e["dits"]}


def told_with_less(variant: str) -> tuple[set[str], set[str]]:
    """Return what looks better, and what is told to be nil, in a variant that knows less."""
    entries = [e for e in known().get("moins", []) if variant in e["variantes"]]
    return (
        {claim for e in entries for claim in e.get("mieux", [])},
        {what for e in entries for what in e.get("nul", [])},
    )


def on_files(whats: set[str]) -> set[str]:
    """Return those of what is told to be nil that name a document, not a claim, a column or the screen."""
    return {what for what in whats if ".pdf" in what or ".docx" in what or ".xlsx" in what}
