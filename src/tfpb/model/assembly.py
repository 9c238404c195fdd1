"""What joins the stages, as values: evaluation, differences, explanations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Money beside satisfaction: `EVALUATION_COLUMNS`, one row (convention | QPV) × axis × item."""

    table: pd.DataFrame


class Kind(StrEnum):
    """What a difference is about."""

    FILE = "fichier"
    SETTING = "reglage"
    VERSION = "version"
    CHECK = "controle"
    FIGURE = "chiffre"
    NEW_LINE = "ligne_ajoutee"
    LOST_LINE = "ligne_retiree"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same."""

    kind: Kind
    table: str  # title of the table; role of a file; empty for settings, versions and checks
    key: str
    """Name of the line in its table, empty of a whole table of `lines`; name of a file, a setting, a
    library, a check."""
    column: str  # header of the column, empty for whole lines
    before: str  # as written in the data; empty when there is none
    after: str  # as written in the data; empty when there is none
    format: str = ""  # how the figure is read (`tfpb.model.report.Format`), empty when it is text
    lines: int = 1  # lines of the table that differ in this very way


class Subject(StrEnum):
    """What a reference of a pack names."""

    CLAIM = "fait"
    PREMISES = "local"
    NOTICE = "avis"
    HOME = "residence"
    QUARTER = "quartier"
    ACTION = "action"
    QUESTION = "question"
    AMOUNT = "montant"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the data hold it, with its column, its header and how it is to be read."""

    key: str
    header: str
    text: str
    format: str


@dataclass(frozen=True, slots=True)
class Extract:
    """Lines of a table of the pack, and where they come from."""

    title: str
    source: str
    lines: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a reference names: its figures, their reason, the lines that make it (an amount: where it is)."""

    kind: Subject
    name: str
    figures: tuple[Cell, ...] = ()
    """The format of a claim's is its unit; two bounds are separated by a space."""
    reasons: tuple[str, ...] = ()  # as the data write them; of a claim, that of the heaviest row
    extracts: tuple[Extract, ...] = ()  # heaviest line first, all of them
    law: tuple[str, ...] = ()  # articles that rule it
    claim: str = ""  # its name, of a claim
    state: str = ""  # what is known of a claim
    sheet: str = ""  # sheet of the workbook that has the rows of a claim
    quarters: tuple[Cell, ...] = ()  # of a claim of the whole: its value in each quarter
    states: tuple[tuple[str, int], ...] = ()  # of a quarter or a notice: its premises by state
