"""What the long work of the page gives back: frozen values, without a row of the survey."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Severity
from tfpb.model.codes import QpvStatut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.errors import Fault
    from tfpb.evidence.tasks import Task
    from tfpb.facts.amount import Amount
    from tfpb.geodata.lacking import Lack
    from tfpb.model.question import Asked
    from tfpb.model.record import Reading
    from tfpb.model.report import KeyFigure

WIDE: Final = 620.0
"""Width of a small map, in units of its drawing."""
TALL: Final = 440.0
"""Its height: the shape of the review's pictures, 62 mm by 44."""


@dataclass(frozen=True, slots=True)
class SmallMap:
    """The map of a doubt, drawn in units of `WIDE` × `TALL`, its point in the middle."""

    x: float  # the point, in metres of its legal projection, like y
    y: float
    scale: float  # units a metre
    radius: float  # uncertainty of the point, in units
    shapes: tuple[tuple[str, str], ...]
    """Kind and path of each area and street, in the order they are drawn."""
    names: tuple[tuple[float, float, str], ...]  # where the name of a street is written
    others: tuple[tuple[float, float], ...]  # the other entrances of the résidence
    numbers: tuple[tuple[float, float, int, int], ...] = ()
    """House numbers: where each is, and the zoom from which there is space for it."""
    width: float = WIDE
    height: float = TALL


@dataclass(frozen=True, slots=True)
class Doubt:
    """One entrance to decide on."""

    limit: dict[str, Any]  # its row of the sheet « Limites »; empty when its side is sure
    address: dict[str, Any]
    """Its row of the sheet « Adresses », `choix` in it; empty for a decision without entrance."""
    listed: bool  # Whether that row is in the sheet already: a point moved by hand adds it
    dwellings: Amount | None = None  # None of a decision without entrance, like `euros`
    euros: Amount | None = None  # pending the side of its résidence
    map: SmallMap | None = None
    status: str = ""  # `qpv_statut` from the stages
    quarter: str = ""  # name of the quarter that contains it

    @property
    def is_open(self) -> bool:
        """Whether the stages leave the entrance in doubt, whoever decided what."""
        return self.status == QpvStatut.A_VERIFIER


@dataclass(frozen=True, slots=True)
class ToDo:
    """A line of what is left to do: its subject and its quarter in words."""

    task: Task
    subject: str
    quarter: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a check or a run found."""

    faults: tuple[Fault, ...] = ()  # faults and doubts
    readings: tuple[Reading, ...] = ()
    doubts: tuple[Doubt, ...] = ()  # largest euros first
    computed: bool = False
    """Whether the stages were run to their end: faults of the files stop them."""
    dwellings: Mapping[str, Amount] = field(default_factory=dict)
    """Claims that the screens show, over the whole, as the states; no money without a tax sheet."""
    states: Mapping[str, Amount] = field(default_factory=dict)
    figures: tuple[KeyFigure, ...] = ()  # those of the summary
    standing: tuple[str, ...] = ()  # what each state of the money depends on
    lacking: tuple[tuple[str, str], ...] = ()
    """Role of each file that lacks, and what lacks without it."""
    closing: tuple[str, ...] = ()  # the run in plain words
    quarters: tuple[tuple[str, str], ...] = ()  # codes and names that may be meant
    changes: tuple[str, ...] = ()  # what differs from the pack that was there
    pack: str = ""  # folder of the pack written; empty for a check
    kept: tuple[str, ...] = ()  # files of the pack before that were changed by hand
    asked: tuple[Asked, ...] = ()  # questions of the files, largest stake first
    left_open: tuple[tuple[str, str], ...] = ()
    """Code and words of what a release would leave open: it requires « j’envoie quand même »."""
    sent: str = ""  # folder where what was sent is kept
    to_do: tuple[ToDo, ...] = ()  # what is left to do, what cannot wait first
    ground: tuple[Lack, ...] = ()
    """What imported geography lacks for the communes of the stock, a département each; of a check alone."""
    owners: tuple[str, ...] = ()
    """Of a region, the bailleur of each question; empty for common files and between bailleurs."""

    @property
    def asked_of(self) -> list[tuple[Asked, str]]:
        """Each question with whose it is."""
        return list(zip(self.asked, self.owners or ("",) * len(self.asked), strict=True))

    @property
    def figures_held(self) -> dict[str, Amount]:
        """The claims that the screens show."""
        return {**self.dwellings, **self.states}

    @property
    def wrong(self) -> tuple[Fault, ...]:
        """The faults that stop a run."""
        return tuple(f for f in self.faults if f.severity is Severity.FAUTE)
