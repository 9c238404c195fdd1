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
    """The map of a doubt, drawn in units of `WIDE` × `TALL`, its point in the middle.

    Parameters
    ----------
    x, y : float
        The point, in metres of its legal projection.
    scale : float
        Units a metre.
    radius : float
        Uncertainty of the point, in units.
    shapes : tuple of (str, str)
        Kind and path of each area and street, in the order they are drawn.
    names : tuple of (float, float, str)
        Where the name of a street is written.
    others : tuple of (float, float)
        The other entrances of the résidence.
    numbers : tuple of (float, float, int, int)
        House numbers: where each stands, and the zoom from which there is room for it.
    """

    x: float
    y: float
    scale: float
    radius: float
    shapes: tuple[tuple[str, str], ...]
    names: tuple[tuple[float, float, str], ...]
    others: tuple[tuple[float, float], ...]
    numbers: tuple[tuple[float, float, int, int], ...] = ()
    width: float = WIDE
    height: float = TALL


@dataclass(frozen=True, slots=True)
class Doubt:
    """One entrance to decide on.

    Parameters
    ----------
    limit : mapping
        Its row of the sheet « Limites »; empty when its side is sure.
    address : mapping
        Its row of the sheet « Adresses », `choix` in it; empty for a decision without entrance.
    listed : bool
        Whether that row is in the sheet already: a point moved by hand adds it.
    dwellings, euros : Amount or None
        Its dwellings, and what hangs on the side of its résidence; None of a decision without entrance.
    status, quarter : str
        What the stages make of it: `qpv_statut`, and the name of the quarter that holds it.
    """

    limit: dict[str, Any]
    address: dict[str, Any]
    listed: bool
    dwellings: Amount | None = None
    euros: Amount | None = None
    map: SmallMap | None = None
    status: str = ""
    quarter: str = ""

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
    """What a check or a run found.

    Parameters
    ----------
    faults : tuple of Fault
        Faults and doubts.
    doubts : tuple of Doubt
        Worst euros first.
    computed : bool
        Whether the stages were run to their end: faults of the files stop them.
    dwellings, states : mapping of str to Amount
        The claims that the screens show, over the whole; no money without a tax sheet.
    figures : tuple of KeyFigure
        Those of the summary.
    standing : tuple of str
        What each state of the money hangs on.
    lacking : tuple of (str, str)
        Role of each file that lacks, and what lacks without it.
    closing : tuple of str
        The run in plain words.
    quarters : tuple of (str, str)
        Codes and names that may be meant.
    changes : tuple of str
        What differs from the pack that stood there.
    pack : str
        Folder of the pack written; empty for a check.
    kept : tuple of str
        Files of the pack before that a hand had changed.
    asked : tuple of Asked
        Questions of the files, what hangs most first.
    left_open : tuple of (str, str)
        Code and words of what a release would leave open: it asks for « j’envoie quand même ».
    sent : str
        Folder where what was sent is kept.
    owners : tuple of str
        Of a region, the bailleur that each question is of; empty for common files and between bailleurs.
    to_do : tuple of ToDo
        What is left to do, what cannot wait first.
    ground : tuple of Lack
        What imported geography lacks for the communes of the stock, a département each; of a check alone.
    """

    faults: tuple[Fault, ...] = ()
    readings: tuple[Reading, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    computed: bool = False
    dwellings: Mapping[str, Amount] = field(default_factory=dict)
    states: Mapping[str, Amount] = field(default_factory=dict)
    figures: tuple[KeyFigure, ...] = ()
    standing: tuple[str, ...] = ()
    lacking: tuple[tuple[str, str], ...] = ()
    closing: tuple[str, ...] = ()
    quarters: tuple[tuple[str, str], ...] = ()
    changes: tuple[str, ...] = ()
    pack: str = ""
    kept: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    left_open: tuple[tuple[str, str], ...] = ()
    sent: str = ""
    to_do: tuple[ToDo, ...] = ()
    ground: tuple[Lack, ...] = ()
    owners: tuple[str, ...] = ()

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
