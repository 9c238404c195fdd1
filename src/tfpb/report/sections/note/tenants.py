"""« Les locataires des QPV sont-ils moins satisfaits ? »: gaps with margins on one axis, then and now."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import TOTAL
from tfpb.facts.survey_claims import released
from tfpb.model.codes import LOWER, SHOWN, Ajustement, Groupe, Verdict
from tfpb.model.report import Answer, Axis, Drawn, Headed, Heading, Lines
from tfpb.model.survey import pick
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.sections.survey.evolution import movements
from tfpb.words.documents import note_words as words
from tfpb.words.documents.report_words import MISSING
from tfpb.words.survey.satisfaction import ALL_MASKED, NONE_COMPARED, fragile_sentence
from tfpb.words.survey.survey_words import response_rate
from tfpb.words.survey.verdict_words import ISOLATED_MEANS, printed_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Cell
    from tfpb.model.survey import Published
    from tfpb.report.sections.survey.evolution import Movement

_DRAWN: Final = 1
_WORST: Final = 4
"""Largest unfavourable gaps that are kept before any smaller one."""
_WIDTHS: Final = (80, 52, 52, 56)
_TICK: Final = 10
"""Points from one tick of the axis to the next; more on a long axis."""
_MOST_TICKS: Final = 6


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
        self.levels = _levels_before(survey, name, self.before)
        moved = [i for i, m in self.moves.items() if i in self.rows and m.is_change and not m.alone]
        shown = view.shown(rows)
        self.is_alike = shown.empty or bool(shown["comparable"].notna().any())
        """Whether like with like answers some question: where it answers none, one note says it for all."""
        unknown = set(pick(rows, verdict=Verdict.NON_CONCLUANT)["item"])
        rest = sorted(self.rows, key=unknown.__contains__)  # decided ones, that are counted, first
        by_size = shown.sort_values("ecart", kind="stable")["item"]
        worst = pick(shown, verdict=list(LOWER)).sort_values("ecart", kind="stable")["item"]
        self.order = list(dict.fromkeys((*by_size, *heads, *moved, *rest)))
        """As printed: from the worst gap to the best, those that are not shown last."""
        first = (*heads[:1], *worst[:_WORST], *moved, *heads[1:], *rest)
        self.first = list(dict.fromkeys(first))
        """As kept where not all fit: the general question, the worst, what moved, the others."""

    def doubt(self, item: str) -> bool:
        """Return whether like with like says otherwise of a gap that is shown, or nothing."""
        row = self.rows[item]
        shown = not math.isnan(row["ecart"])
        none = self.is_alike and shown and math.isnan(row["comparable"])
        return bool(row["autrement"]) or none

    def line(self, item: str) -> tuple[Cell, ...]:
        """Write what a question comes to."""
        row, move = self.rows[item], self.moves.get(item)
        gap = Headed(*words.read_gap(row, self.survey.margin, doubt=self.doubt(item)))
        line = (words.question(str(row["libelle"])), self.drawn(item), gap)
        if not self.before:
            return line
        return (*line, "" if move is None else self.moved(move))

    def drawn(self, item: str) -> Drawn | None:
        """Draw a gap with its margin as it is printed, and the gap before where a change is established."""
        row, move = self.rows[item], self.moves.get(item)
        if any(math.isnan(row[name]) for name in ("ecart", "ic90_bas", "ic90_haut", "qpv", "hors")):
            return None
        low, high = printed_ends(row["ic90_bas"], row["ic90_haut"], self.survey.margin)
        sure = move is not None and move.is_change and not move.alone and move.ends is not None
        before = 100 * move.ends[0] if sure and move is not None and move.ends is not None else None
        return Drawn("gap", (low, 100 * row["ecart"], high), before=before)

    def moved(self, move: Movement) -> str:
        """Write what became of a gap; the level in QPV then and now, where one series has both."""
        is_change = move.is_change and move.ends is not None
        now = float(self.rows[move.item]["qpv"])
        then = self.levels.get(move.item, math.nan)
        shown = is_change and not move.alone and not move.mode and not math.isnan(then + now)
        return words.moved(
            move.word, move.ends if is_change else None, (then, now) if shown else None,
            alone=move.alone, doubt=move.doubt, mode=move.mode, rises=move.rises,
        )  # fmt: skip

    def axis(self, items: Sequence[str]) -> Axis:
        """Return the one axis that holds every gap that is drawn, its margin, and no change at all."""
        drawn = [d for d in map(self.drawn, items) if d is not None]
        ends = [v for d in drawn for v in (*d.lengths, d.before or 0.0)]
        margin = self.survey.margin
        low, high = min([*ends, -margin]), max([*ends, margin])
        tick = _TICK * math.ceil((high - low) / (_TICK * _MOST_TICKS))
        first, last = math.ceil(low / tick), math.floor(high / tick)
        ticks = tuple((float(k * tick), words.tick(k * tick)) for k in range(first, last + 1))
        return Axis(low - _EDGE, high + _EDGE, ticks, margin)


_EDGE: Final = 1.5
"""Points that an axis goes beyond what it holds: a disc at its end stays whole."""


def _levels_before(survey: Published, name: str, wave: str) -> dict[str, float]:
    """Return the level in QPV at a wave, by question; nothing of a series that was cut since."""
    of = {"bailleur": name, "ajustement": Ajustement.BRUT, "niveau": TOTAL}
    rows = pick(survey.comparison, vague=wave, groupe=Groupe.QPV, publication=list(SHOWN), **of)
    cut = pick(survey.comparison, groupe=Groupe.EVOLUTION_QPV, verdict=Verdict.INTERROMPUE, **of)
    gone = set(cut["item"])
    pairs = zip(rows["item"], rows["estimation"], strict=True)
    return {str(item): float(share) for item, share in pairs if item not in gone}


def _answer(asked: _Asked, shared: bool, most: int) -> Answer:  # noqa: FBT001 - bound, then counts alone
    kept = sorted(asked.first[:most], key=asked.order.index)
    titles = words.questions_asked(asked.before)
    axis = asked.axis(kept)
    columns = tuple(
        Heading(title, _WIDTHS[k], axis=axis if k == _DRAWN else None)
        for k, title in enumerate(titles)
    )
    changed = [m for m in asked.moves.values() if m.is_change]
    daggers = any(map(asked.doubt, kept)) or any(m.doubt for m in changed if m.item in kept)
    lines = Lines(columns, tuple(map(asked.line, kept))) if kept else None
    sure = [m for m in changed if not m.alone]
    notes = _notes(
        asked.dossier, asked.survey, len(asked.rows) - len(kept), daggers=daggers, shared=shared
    )
    notes += [] if asked.is_alike or not kept else [words.NONE_ALIKE]
    sided = any(asked.drawn(item) for item in kept)
    first = [words.of_sides(shared=shared or asked.survey.of_others)]
    first += [words.BAND] if sided else []
    first += [words.before_sign(asked.before)] if asked.before and kept else []
    notes = [*first, *notes]
    claims = asked.dossier.claims
    notes += [words.SURE] if view.unsure(claims).exceeds_nil else []
    isolated = claims.amount("questions_isolees").exceeds_nil
    alone = isolated or any(m.alone for m in changed if m.item in kept)
    notes += [ISOLATED_MEANS] if alone else []
    notes.append(fragile_sentence([asked.rows[item] for item in kept]))
    sure = [m for m in sure if not m.doubt]
    answer = _counted(asked, sure, kept)
    return Answer(words.OF_TENANTS, answer, lines, notes=tuple(filter(None, notes)))


def _counted(asked: _Asked, moves: Sequence[Movement], kept: Sequence[str]) -> tuple[str, ...]:
    """Count the questions by what they come to, then those that moved, for sure, on both sides."""
    counts = view.counts(asked.dossier.claims)
    none = counts["masked"] + counts["empty"] == counts["total"]
    bare = NONE_COMPARED if counts["empty"].exceeds_nil else ALL_MASKED
    out = [bare.filled(counts) if none else words.counted(counts, asked.survey.margin)]
    for up in (True, False):
        mine = [m for m in moves if m.rises == up]
        away = [m.label for m in mine if m.item not in kept]
        out += [words.changed(asked.before, len(mine), away, up=up)] if mine else []
    return (*view.not_named(asked.dossier), *out)


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
