"""« Locaux »: each premises once, from what is due to its claim; what is left to declare, what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.report import ANNEX, BOTH, BOTH_ANNEX, Block, Section, Table, Text
from tfpb.report.sections.build import section, source_of, table, worded
from tfpb.words.money import abatement_words, state_words
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.claim import Within
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.money import Abatement

_EACH_LINE: Final = tuple(
    {"ligne": line, "nom": name} for line, name in abatement_words.LINES.items()
)
_WORDS: Final[dict[str, Mapping[str, str]]] = {
    "statut": abatement_words.STATUTS, "statut_precedent": abatement_words.STATUTS,
    "nature": abatement_words.NATURES, "preuve": state_words.PROOFS, "suite": state_words.FOLLOWED,
    "constat_gmbi": state_words.FINDINGS, "constat_precedent": state_words.PREVIOUS,
}  # fmt: skip
"""Columns of codes, and their words."""


def locaux(dossier: Dossier) -> Section | None:
    """Return the sheet of the premises, in the order of the file; none without notices."""
    money = dossier.abatement
    if money is None:
        return None
    blocks: list[Block] = [
        premises_table(money, dossier.claims.within()),
        *_previous(money),
        *_owned(money, given=any(source.role == "gmbi" for source in dossier.sources)),
    ]
    listed = money.locaux[money.locaux["a_declarer"] == abatement_words.YES]
    lacks = sum(bool(text) for text in listed["manque"])
    lead = abatement_words.DECLARATION.format(count=len(listed), lacking=lacks)
    return section("locaux", lead, blocks)


def premises_table(money: Abatement, held: Within) -> Table:
    """Return the premises, codes in words."""
    rows = worded(money.locaux, **_WORDS)
    return table(
        "locaux",
        rows,
        repeated=_EACH_LINE,
        annee=money.year,
        source=source_of(rows),
        held=held,
        notes=abatement_words.CALCULATION_NOTES,
    )


def _previous(money: Abatement) -> list[Block]:
    """Return what premises show beside themselves a year before, counted."""
    found = money.locaux["constat_precedent"].value_counts(sort=False)
    counts = " ; ".join(
        f"{words}: {plural(int(found[code]), 'local', 'locaux')}"
        for code, words in ((c, f"{w} ") for c, w in state_words.PREVIOUS.items())
        if code in found.index
    )
    if not counts:
        return []
    sentence = state_words.PREVIOUS_FOUND.format(
        counts=counts, year=money.year, before=money.year - 1
    )
    return [Text((sentence,), bullets=True, media=BOTH)]


def _owned(money: Abatement, *, given: bool) -> list[Block]:
    """Return what the premises owned show beside the notices, or that they are not known."""
    readings = tuple(text for text in money.locaux["lecture"] if text)
    if not readings:
        return [
            Text((state_words.ALL_NOTICED if given else state_words.NOT_OWNED,), media=BOTH_ANNEX)
        ]
    return [Text(readings, bullets=True, media=ANNEX)]
