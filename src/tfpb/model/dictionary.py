"""What a delivery of the survey says of its own columns."""

from __future__ import annotations

from dataclasses import dataclass, field


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
