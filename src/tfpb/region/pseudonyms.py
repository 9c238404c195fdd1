"""Letters for bailleurs, drawn anew for each table: the same letter twice tells nothing."""

from __future__ import annotations

import hashlib
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.record import Source


def drawing_key(seed: int, sources: Iterable[Source]) -> str:
    """Return the key of a run: its seed, and what no single bailleur can know.

    The hashes of every bailleur's files go into it: names and seed alone do not draw again.
    """
    content = "|".join(["pseudonymes", str(seed), *(s.sha256 for s in sources)])
    return hashlib.sha256(content.encode()).hexdigest()


def letters(count: int) -> list[str]:
    """Return the first letters in order, then « AA », « AB » and so on."""
    out = []
    for k in range(count):
        name, rest = "", k + 1
        while rest:
            rest, digit = divmod(rest - 1, 26)
            name = chr(ord("A") + digit) + name
        out.append(name)
    return out


def draw(names: Iterable[str], *, key: str, output: str) -> dict[str, str]:
    """Draw a letter for each name, for one output.

    Parameters
    ----------
    names : iterable of str
    key : str
        Kept by the regional body: who has it can draw again, so that no output may bear it.
    output : str
        Which table: another one draws otherwise.
    """
    order = sorted(set(names))
    chosen = letters(len(order))
    Random(f"{key}|{output}").shuffle(chosen)  # noqa: S311 - a draw to be drawn again, not a key
    return dict(zip(order, chosen, strict=True))
