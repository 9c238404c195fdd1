"""The shape of a catalogue entry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultWords:
    """Templates of a fault: `str.format` fields are those of the `Fault`, and `{got}`.

    Parameters
    ----------
    title : str
        What is wrong, in the reader's words.
    expected : str
        What should have stood there.
    hint : str
        What to do now.
    """

    title: str
    expected: str = ""
    hint: str = ""
