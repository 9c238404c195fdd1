"""Axes of the cadre national, as `law/axes.toml` lists them, by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE: Final[Mapping[str, Mapping[str, Any]]] = packaged("tfpb.law.axes")["axes"]
AXES: Final[Mapping[int, Mapping[str, Any]]] = {int(n): facts for n, facts in _TABLE.items()}
if list(AXES) != list(range(1, len(AXES) + 1)):
    message = f"axes.toml: axes are numbered from 1, in order: {list(AXES)}"
    raise ValueError(message)
NOT_IN_RENEWAL: Final = frozenset(n for n in AXES if AXES[n].get("hors_npnru"))
"""Axes that the cadre leaves out of quarters in urban renewal."""


def forms(kind: str) -> dict[str, int]:
    """Return what is written for axes: `imprimes`, `courts` or `propositions` → number."""
    return {text: n for n, facts in AXES.items() for text in facts.get(kind, ())}
