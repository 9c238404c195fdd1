"""« Qu’en disent les locataires, et qu’est-ce qui bouge ? »: levels, gap with its margin, then and now."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.facts.claim import TOTAL, axis_scope
from tfpb.facts.survey_claims import answers_scope, released
from tfpb.model.codes import LOWER, Verdict
from tfpb.model.legal.axis_table import AXES
from tfpb.model.report import Answer, Drawn, Headed, Heading, Lines
from tfpb.model.survey import pick
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.sections.survey.evolution import movement_words, movements
from tfpb.words.documents import note_words as words
from tfpb.words.documents.report_words import MISSING
from tfpb.words.survey.satisfaction import ALL_MASKED, COUNTED, NONE_COMPARED, fragile_sentence
from tfpb.words.survey.survey_words import response_rate
from tfpb.words.survey.verdict_words import ISOLATED_MEANS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Cell
    from tfpb.model.survey import Published
    from tfpb.report.sections.survey.evolution import Movement

_LEVELS: Final = ("satisfaits_qpv", "satisfaits_hors")
_WORST: Final = 4
"""Largest unfavourable gaps that are kept before any smaller one."""
_WIDTHS: Final = (42, 11, 14, 15, 50, 50)


def tenants(
    dossier: Dossier, unheard: str = "", *, shared: bool = False
) -> Callable[[int], Answer]:
    """Return what makes the third answer of so many questions at most: rows are laid out once.

    `unheard` is why nothing is told of those who were asked. What is `shared` is of several bailleurs: its
    survey is the region's.
    """
    survey = dossier.survey
    if survey is None:
        return lambda _: Answer(words.OF_TENANTS, (unheard or MISSING["enquete"][0],))
    return partial(_answer, _Asked(dossier, survey), shared)


class _Asked:
    """The questions of the last wave, of the whole: what each comes to, and which come first."""

    def __init__(self, dossier: Dossier, survey: Published) -> None:
        self.dossier, self.survey = dossier, survey
        name = survey.name_of(dossier.settings.dossier.bailleur)
        rows = view.totals(view.gaps(survey, name, survey.last_wave))
        heads = list(view.headlines(rows)["item"]) if len(rows) else []
        self.rows = {r["item"]: r for r in rows.to_dict("records")}
        self.moves = {m.item: m for m in movements(survey, name)}
        self.before = survey.waves[-2].vague if len(survey.waves) > 1 else ""
        self.axes = dict(zip(survey.items["item"], survey.items["axes"], strict=True))
        given = {a: dossier.claims.amount("valorise", axis_scope(a)) for a in AXES}
        most = sorted((a for a in given if given[a].exceeds_nil), key=lambda a: -given[a].at_least)
        answers = (
            next((i for i in self.rows if a in self.axes[i] and i not in heads), "") for a in most
        )
        axes = list(dict.fromkeys(filter(None, answers)))
        moved = [i for i, m in self.moves.items() if i in self.rows and m.is_change and not m.alone]
        shown = view.shown(rows)
        self.is_alike = shown.empty or bool(shown["comparable"].notna().any())
        """Whether like with like answers some question: where it answers none, one note says it for all."""
        unknown = set(pick(rows, verdict=Verdict.NON_CONCLUANT)["item"])
        rest = sorted(self.rows, key=unknown.__contains__)  # decided ones, that are counted, first
        by_size = shown.sort_values("ecart", key=np.abs, ascending=False, kind="stable")["item"]
        worst = pick(shown, verdict=list(LOWER)).sort_values("ecart", kind="stable")["item"]
        self.order = list(dict.fromkeys((*by_size, *heads, *axes, *moved, *rest)))
        """As printed: the largest gaps first, those that are not shown last."""
        first = (*heads[:1], *worst[:_WORST], *heads[1:3], *axes[:1], *moved, *axes[1:3])
        first = (*first, *heads[3:], *axes[3:], *rest)
        self.first = list(dict.fromkeys(first))
        """As kept where not all fit: the general question, the worst, what was paid for, what moved."""

    def doubt(self, item: str) -> bool:
        """Return whether like with like says otherwise of a gap that is shown, or nothing."""
        row = self.rows[item]
        shown = not math.isnan(row["ecart"])
        none = self.is_alike and shown and math.isnan(row["comparable"])
        return bool(row["autrement"]) or none

    def line(self, item: str) -> tuple[Cell, ...]:
        """Write what a question comes to."""
        row, move = self.rows[item], self.moves.get(item)
        levels = (row["qpv"], row["hors"])
        drawn = None if any(map(math.isnan, levels)) else Drawn("levels", levels)
        scope = answers_scope(TOTAL, item, self.survey.last_wave)
        states = (self.dossier.claims.get(name, scope).state for name in _LEVELS)
        here, elsewhere = map(words.level, levels, states)
        gap = Headed(*words.gap(str(row["phrase"]), doubt=self.doubt(item)))
        line = (words.question(str(row["libelle"]), self.axes[item]), here, drawn, elsewhere, gap)
        if not self.before:
            return line
        if move is None:
            return (*line, "")
        sure = move.is_change and not move.alone
        return (*line, words.moved(movement_words(move), sure=sure, rises=move.rises))


def _answer(asked: _Asked, shared: bool, most: int) -> Answer:  # noqa: FBT001 - bound, then counts alone
    kept = sorted(asked.first[:most], key=asked.order.index)
    titles = words.questions_asked(asked.before)
    columns = tuple(Heading(title, _WIDTHS[k], numeric=k == 1) for k, title in enumerate(titles))
    changed = [m for m in asked.moves.values() if m.is_change]
    daggers = any(map(asked.doubt, kept)) or any(m.doubt for m in changed if m.item in kept)
    lines = Lines(columns, tuple(map(asked.line, kept))) if kept else None
    sure = [m for m in changed if not m.alone]
    notes = _notes(
        asked.dossier, asked.survey, len(asked.rows) - len(kept), daggers=daggers, shared=shared
    )
    notes += [] if asked.is_alike or not kept else [words.NONE_ALIKE]
    notes += [words.SIGNS] if any(m.item in kept for m in sure) else []
    claims = asked.dossier.claims
    notes += [words.SURE] if view.unsure(claims).exceeds_nil else []
    isolated = claims.amount("questions_isolees").exceeds_nil
    alone = isolated or any(m.alone for m in changed if m.item in kept)
    notes += [ISOLATED_MEANS] if alone else []
    notes.append(fragile_sentence([asked.rows[item] for item in kept]))
    sure = [m for m in sure if not m.doubt]
    sure.sort(key=lambda m: m.item not in kept)
    answer = _counted(asked.dossier, sure, asked.before)
    return Answer(words.OF_TENANTS, answer, lines, notes=tuple(filter(None, notes)))


def _counted(dossier: Dossier, moves: Sequence[Movement], before: str) -> tuple[str, ...]:
    """Count the questions by what they come to, then name what moved, for sure, on both sides."""
    counts = view.counts(dossier.claims)
    none = counts["masked"] + counts["empty"] == counts["total"]
    bare = NONE_COMPARED if counts["empty"].exceeds_nil else ALL_MASKED
    out = [(bare if none else COUNTED).filled(counts)]
    for up, phrase in ((True, words.ROSE), (False, words.FELL)):
        named = [m.label for m in moves if m.rises == up]
        out += [phrase.format(wave=before, names=words.named(named))] if named else []
    return (*view.not_named(dossier), *out)


def _notes(
    dossier: Dossier, survey: Published, others: int, *, daggers: bool, shared: bool
) -> list[str]:
    last = survey.waves[-1]
    count = released(dossier.claims, "menages", f"vague {last.vague}")
    given = response_rate(last.n, last.contactes, shared=last.contactes_partages)
    rate = given if count == last.n else None
    out = [words.answered(last, int(count), rate, shared=shared)] if count is not None else []
    out += [words.DAGGER] if daggers else []
    out += [words.OTHER_QUESTIONS.format(count=others)] if others > 0 else []
    if dossier.programme is not None:
        year = dossier.settings.dossier.annee
        early = view.too_early(dossier)
        out.append(words.TOO_EARLY.format(year=year) if early else words.NOT_SHOWN_HERE)
    return out
