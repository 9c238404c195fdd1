"""What a report is made of: frozen records of intentions; renderers know no domain.

A section is made once, in `tfpb.report.sections`, and rendered as sheets, pages and data. Figures are
never computed in a renderer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

DOCUMENT: Final = frozenset({"document"})
SHEET: Final = frozenset({"classeur"})
BOTH: Final = frozenset({"classeur", "document"})
ANNEX: Final = frozenset({"annexe"})
BOTH_ANNEX: Final = frozenset({"classeur", "annexe"})
"""Where a block shows: sheet, page, end of a document; a table stands in the data too."""


class Format(StrEnum):
    """How a column's numbers show; the value itself stays a number."""

    TEXT = "texte"
    INTEGER = "entier"
    NUMBER1 = "nombre1"
    NUMBER2 = "nombre2"
    EUROS = "euros"
    CENTS = "centimes"
    PERCENT = "pourcent"
    POINTS = "points"
    WHOLE_POINTS = "points_entiers"  # rounded to the point, so that no decimal belies it
    METRES = "metres"
    DATE = "date"
    YEAR = "annee"


@dataclass(frozen=True, slots=True)
class Linked:
    """A cell that leads to its rows; a document prints its value."""

    value: Any  # number, date or text
    sheet: str = ""  # of the workbook
    row: str = ""  # identifies a row of its table; empty for its head
    column: str = ""  # key of the column to filter there
    format: Format | None = None  # of the cell, where its column has figures of several units


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: key in the frame, French header (unit included), format, width in characters.

    `PERCENT`, `POINTS` and `WHOLE_POINTS` read proportions 0..1 (0.104 shows as 10,4 points). A
    missing number shows as an empty cell in a workbook and « – » in a document. Where words may stand in
    place of a number (`worded`), the data have them in a column of their own.
    """

    key: str
    header: str
    format: Format = Format.TEXT
    width: int = 14
    worded: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table to print."""

    key: str  # file name of its CSV under `donnees/`, name of the Excel table
    title: str
    columns: tuple[TableColumn, ...]
    rows: pd.DataFrame  # one column a `TableColumn.key`
    unit: str = ""  # « Unité » line
    scope: str = ""  # « Champ » line
    source: str = ""  # « Source » line
    notes: tuple[str, ...] = ()  # under the table
    media: frozenset[str] = BOTH | {"donnees"}
    """Where it shows: `classeur`, `document`, `annexe` (the end of a document), `donnees`."""
    totals: Mapping[str, Any] = field(default_factory=dict)
    """Key of a column → its total, as the stages made it."""
    remarks: tuple[tuple[int, str, str], ...] = ()
    """(Row, column key, text): how a doubtful value was made, as a comment of its cell."""
    sheet: str = ""  # name of the sheet it has to itself; without it, that of its section
    filled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that people fill in the sheet, each with the words it offers."""
    last_printed: str = ""
    """Key of the last column that a sheet prints, where it shows more than a page is wide; empty: all."""
    data: tuple[tuple[TableColumn, tuple[Any, ...]], ...] = ()
    """(Column, cells) that the data have besides, after the others: the bounds of amounts, and their
    states."""

    @property
    def printed_columns(self) -> int:
        """How many columns, the first, a sheet prints."""
        keys = [c.key for c in self.columns]
        return keys.index(self.last_printed) + 1 if self.last_printed in keys else len(keys)

    def shortened(self, most: int, rest: Callable[[int], str]) -> Table:
        """Return the table with so many rows at most, and what `rest` says of the others as a note."""
        left = len(self.rows) - most
        if left <= 0:
            return self
        return replace(self, rows=self.rows.head(most), notes=(*self.notes, rest(left)))


class ChartKind(StrEnum):
    """The pictures that serve."""

    GAPS = "ecarts"  # dot-and-whisker of gaps with the margin band
    DUMBBELL = "niveaux"  # QPV against hors QPV, drawn by a workbook alone
    STACKED = "empile"  # four levels, QPV above hors
    SLOPES = "vagues"  # waves
    NEED = "besoin"  # spending against gap
    BARS = "barres"  # drawn by a workbook alone
    FUNNEL = "entonnoir"  # a gap within the limits of chance, by number of interviews
    SPENDING = "depense_ecart"  # one point a QPV × axis: spending against gap


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture to draw."""

    key: str
    kind: ChartKind
    title: str
    rows: pd.DataFrame  # columns by `kind`: see `tfpb.report.charts`
    alt: str  # the picture in words
    unit: str = ""
    margin: float = 0.0  # δ, in the unit of rows (0.05 for 5 points); 0 for none
    reach: float = 0.0
    """Both ends of the axis at least: charts of one section are read with one ruler."""
    source: str = ""
    notes: tuple[str, ...] = ()
    media: frozenset[str] = DOCUMENT
    series: tuple[str, ...] = ()  # names of `valeur`, `valeur2`… for `BARS`


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, or a list when `bullets`; `title` stands above them."""

    paragraphs: tuple[str, ...]
    bullets: bool = False
    title: str = ""
    media: frozenset[str] = BOTH


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure to read at a glance: value and what it is, with its doubt."""

    label: str
    value: str
    detail: str = ""
    amount: Any = None  # the number behind `value`, for media that hold numbers
    format: Format = Format.TEXT


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """A row of key figures."""

    figures: tuple[KeyFigure, ...]
    media: frozenset[str] = BOTH


@dataclass(frozen=True, slots=True)
class Drawn:
    """A cell that a page draws and other media leave out."""

    kind: Literal["parts", "gap"]
    """`parts`: lengths of a bar, 0..1 of the longest, of what has a piece, what has none, what lacks;
    `gap`: a gap in points and both ends of its margin, on the axis of its column."""
    lengths: tuple[float, ...]
    whole: float = 0.0  # of a bar, the length that it may reach, where unknown: drawn dotted
    before: float | None = None  # the gap of the wave before, where a change is established


@dataclass(frozen=True, slots=True)
class Headed:
    """A cell that opens with what stands out."""

    head: str
    text: str = ""


Cell = str | Drawn | Headed | None


@dataclass(frozen=True, slots=True)
class Axis:
    """What drawn gaps are read on, in points: its ends, its ticks, half the band that is « autant »."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    band: float


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of lines: its header, its width among the others (characters), whether it is of figures."""

    title: str
    width: int
    numeric: bool = False
    axis: Axis | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """What an answer rests on, line by line, as it is written; `total` is the last line, if any."""

    columns: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Payers:
    """A whole as one bar: who pays, how much, its share as written, and 0..1 as drawn."""

    parts: tuple[tuple[str, str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of the one page, answered in one or two sentences, then what they rest on."""

    question: str
    sentences: tuple[str, ...]  # the first is emphasised
    rests_on: Lines | Payers | None = None
    key: tuple[tuple[str, str], ...] = ()
    """Kind of a part of a bar (`plein`, `points`, `hachure`, `vide`), and its meaning."""
    notes: tuple[str, ...] = ()
    media: frozenset[str] = DOCUMENT


Block = Table | Chart | Text | KeyFigures | Answer


@dataclass(frozen=True, slots=True)
class Section:
    """One subject: a sheet of the workbook and a chapter of the document.

    `lead` is the one sentence it opens with; `sheet` is the sheet's name (contract), empty when the
    section is not in the workbook; `in_document` likewise. A section with a `question` (a key of
    `report_words.QUESTIONS`) answers it in the body of a document; the others are annexes. `shorter` is the
    same on less and less room, for a page that must hold it.
    """

    key: str
    title: str
    lead: str
    blocks: tuple[Block, ...] = ()
    sheet: str = ""
    in_document: bool = True
    question: str = ""
    shorter: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that renderers need."""

    title: str
    subtitle: str
    bailleur: str
    year: int
    date: str  # in French words
    run_hash: str
    sections: tuple[Section, ...]
    warning: str
    fictional: bool = False  # the data describe no real place nor bailleur
    draft: bool = False  # for the landlord alone
    corrections: tuple[str, ...] = ()  # waves released before that it replaces, or keeps
    properties: dict[str, str] = field(default_factory=dict)
    """`date_iso`, the captions of the printed maps by key (`carte:<code_qpv>`), the space that the lines of
    a first page took (`interligne`)."""
