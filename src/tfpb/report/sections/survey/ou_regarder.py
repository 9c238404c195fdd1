"""« Où regarder d'abord »: the gaps of territories that stand out among many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.report import Format, Text
from tfpb.report.sections.build import DOCUMENT, column, table
from tfpb.report.sections.survey import survey_view as view
from tfpb.survey.exploration import exploration
from tfpb.words.survey import exploration_words as words

if TYPE_CHECKING:
    from tfpb.model.report import Block
    from tfpb.model.survey import Published

_MOST: Final = 20
"""Rows a reader looks at: the most telling first."""


def first_looks(survey: Published, name: str, wave: str, names: dict[str, str]) -> list[Block]:
    """Make the exploratory table of one wave, none without territories.

    Parameters
    ----------
    survey : Published
    name : str
        Bailleur whose rows are read.
    wave : str
    names : dict of str
        Names of quarters by code.
    """
    rows = exploration(survey.comparison, wave=wave, bailleur=name)
    if len(rows) < 2:  # noqa: PLR2004 - one comparison is no exploration
        return []
    found = rows[rows["ressort"]]
    said = Text((words.explored(len(rows), len(found)),), media=DOCUMENT)
    if found.empty:
        return [said]
    labels = survey.items[["item", "libelle"]]
    shown = found.head(_MOST).merge(labels, on="item", how="left", validate="many_to_one")
    shown = shown.assign(
        territoire_mot=[
            view.place_label(level, str(place), names)
            for level, place in zip(shown["niveau"], shown["territoire"], strict=True)
        ]
    )
    first = table(
        "ou_regarder",
        words.TITLE,
        (
            column("territoire_mot", "Territoire", width=24),
            column("libelle", "Question", width=28),
            column("n", "n du territoire", Format.INTEGER, 8),
            column("qpv", "Satisfaits (%)", Format.PERCENT, 9),
            column("ecart", "Écart brut (points)", Format.POINTS, 9),
            column("part_hasard", words.CHANCE, Format.PERCENT, 14),
        ),
        shown,
        unit="% et points (territoire − hors QPV)",
        scope="écarts publiables, défavorables aux QPV, les plus nets d’abord",
        source=f"enquête de satisfaction, vague {wave}",
        notes=(words.NOT_A_PROOF,),
        media=DOCUMENT,
    )
    return [said, first]
