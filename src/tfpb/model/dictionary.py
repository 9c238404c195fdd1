"""Labels that a delivery of the survey gives to its columns and codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Labels of variables and of their codes, as delivered.

    Parameters
    ----------
    labels : mapping of str to str
        Column → what it asks.
    meanings : mapping of str to mapping of str to str
        Column → code (text, « 8 » not « 8.0 ») → what it means.
    """

    labels: dict[str, str] = field(default_factory=dict)
    meanings: dict[str, dict[str, str]] = field(default_factory=dict)

    def without(self, columns: Iterable[str]) -> Dictionary:
        """Return the dictionary of the other columns."""
        dropped = set(columns)
        return Dictionary(
            {k: v for k, v in self.labels.items() if k not in dropped},
            {k: v for k, v in self.meanings.items() if k not in dropped},
        )
