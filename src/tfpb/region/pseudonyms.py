"""Letters for bailleurs, drawn anew for each table: the same letter twice tells nothing."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


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


def draw(names: Iterable[str], *, seed: int, output: str) -> dict[str, str]:
    """Draw a letter for each name, for one output.

    Parameters
    ----------
    names : iterable of str
    seed : int
        The region's, kept by the regional body: who has it can draw again.
    output : str
        Which table: another one draws otherwise.
    """
    order = sorted(set(names))
    chosen = letters(len(order))
    Random(f"{seed}|{output}").shuffle(chosen)  # noqa: S311 - a draw to be drawn again, not a key
    return dict(zip(order, chosen, strict=True))
