"""Files of geography that were dropped, each for itself, and every file that was refused with its reason."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tfpb.words.faults.sentences import fault_texts
from tfpb.words.page.screen_words import REFUSED_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tfpb.errors import Fault
    from tfpb.page.journal import Journal

REFUSED: Final = "refuse"
TAKEN_OFF: Final = "retire"
"""Gestures: a file was refused; it is listed no more."""
WAITING: Final = "attend"
RUNNING: Final = "en_cours"
IMPORTED: Final = "importe"


@dataclass(slots=True)
class DroppedMap:
    """A file of geography of this session, which may be imported again as something else."""

    path: Path  # where it lies, until it is dropped again or the page ends
    kind: str  # one of `tfpb.geodata.geography.KINDS`
    lent: ExitStack = field(default_factory=ExitStack)  # gives back that place
    state: str = WAITING
    why: str = ""  # reason of its refusal, in French


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import made of each file: those imported, what it says of them, those refused."""

    imported: tuple[str, ...]
    lines: tuple[str, ...]
    refused: tuple[tuple[str, tuple[Fault, ...]], ...]


def reason(faults: Iterable[Fault]) -> str:
    """Write why a file is refused: what is wrong, and what to do; what was read in it is left out."""
    texts = fault_texts(faults)
    return " ".join(REFUSED_FOR.format(title=t.title, hint=t.hint).strip() for t in texts)


def refused(journal: Journal) -> dict[str, str]:
    """Return the files that were refused and not dropped again since: name → reason."""
    noted = (a for a in journal.acts if a.lines and a.gesture in {REFUSED, TAKEN_OFF})
    last = {a.lines[0]: a for a in noted}
    return {name: a.lines[1] for name, a in last.items() if a.gesture == REFUSED}
