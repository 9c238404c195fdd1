"""Where deliveries of the survey are asked about: rows that are no interviews, codes the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.io.open_questions.answered_items import (
    Answered,
    Marked,
    answered_items,
    marked_items,
    rows_of_waves,
    stake_of,
)
from tfpb.io.open_questions.scale_questions import Ways, scale_ways, turned_codes
from tfpb.io.sources.deliveries import plan_names
from tfpb.io.sources.plan_checks import waves_of
from tfpb.model.codes import Theme
from tfpb.model.question import Answer, Measure, Question, content_of
from tfpb.questions.coding import (
    REVERSED,
    Seen,
    Way,
    against_mark,
    against_wave,
    noughts_of_nobody,
)
from tfpb.questions.copied_rows import delivered_again, twin_interviews
from tfpb.questions.finding import KEPT, Change, Finding
from tfpb.questions.marked_rows import marked_rows
from tfpb.questions.odd_amounts import odd_amounts
from tfpb.questions.whole_table import WholeTable
from tfpb.questions.years import interviews_of_another_year
from tfpb.survey.reading.scales import build_scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.arrays import Flags, Floats
    from tfpb.model.plan import Plan
    from tfpb.survey.reading.scales import Scale

SOURCE: Final = "enquete"
_LEAST_SHOWN: Final = 20
"""Interviews of a wave under which nothing of it is shown."""
_LEAST_MARKED: Final = 30
"""Marks of a wave, none above half of the scale, from which it is asked about."""
DOUBLED: Final = "doubler"
"""Answer: marks are out of half of what the plan says."""
UNMARKED: Final = "sans_note"
"""Answer: noughts are marks that were not given."""
_LEAST_OF_BAILLEUR: Final = 100
"""Interviews of a bailleur from which its coding is looked at apart."""


def survey_findings(
    plan: Plan, deliveries: Sequence[Delivery]
) -> tuple[list[tuple[Delivery, list[Finding]]], list[Fault]]:
    """List what deliveries, written as their labels say, leave open as a whole.

    Rows hidden, struck or named as no interview, interviews copied, a weight out of proportion, codes whose
    direction is not known or that run the other way. Faults: `sens_d_une_question`; `sens_non_verifie`
    where nothing verifies the way that the plan says.
    """
    scales = {name: build_scale(echelle) for name, echelle in plan.echelles.items()}
    ways = scale_ways(plan, scales, deliveries)
    deliveries = ways.deliveries
    read = [answered_items(plan, scales, delivery) for delivery in deliveries]
    out = []
    for k, (delivery, answered) in enumerate(zip(deliveries, read, strict=True)):
        table = _whole(plan, delivery, answered)
        headers = [header for _, header, _ in answered.items]
        out.append(
            [
                *marked_rows(table),
                *twin_interviews(table, headers, plan.colonnes.repondant),
                *odd_amounts(table),
                *(
                    f
                    for _, w in rows_of_waves(plan, delivery)
                    for f in interviews_of_another_year(table, w)
                ),
                *_odd_marks(
                    plan, marked_items(plan, scales, delivery), delivery, answered, ways.asked_of(k)
                ),
            ]
        )
    for k, finding in (*_delivered_again(plan, deliveries, read), *ways.findings):
        out[k].append(finding)
    turned, faults = _ways(plan, scales, ways, read)
    for k, finding in turned:
        out[k].append(finding)
    return list(zip(deliveries, out, strict=True)), faults


def _delivered_again(
    plan: Plan, deliveries: Sequence[Delivery], read: Sequence[Answered]
) -> Iterator[tuple[int, Finding]]:
    """Hold each delivery against those before it that share a wave with it."""
    waves = [set(waves_of(plan, one)) for one in deliveries]
    for k in range(len(deliveries)):
        headers = [header for _, header, _ in read[k].items]
        for j in (j for j in range(k) if waves[j] & waves[k]):
            earlier, own = (_whole(plan, deliveries[n], read[n]) for n in (j, k))
            for finding in delivered_again(own, earlier, headers, plan.colonnes.repondant):
                yield k, finding


def _whole(plan: Plan, delivery: Delivery, answered: Answered) -> WholeTable:
    table, roles = delivery.table, plan.colonnes
    frame = table.frame
    known = set(plan_names(plan))
    weight = delivery.column(roles.poids) or ""
    respondent = delivery.column(roles.repondant)
    stake = stake_of(plan, delivery, answered.satisfied())
    return WholeTable(
        SOURCE, table.file, table.sheet, frame, table.rows, {}, stake,
        measures=(weight,) if weight else (),
        keys=(respondent,) if respondent else (),
        group=delivery.column(roles.residence) or "",
        unread=tuple(h for h in frame.columns if h not in known),
        hidden=table.hidden,
        struck=table.struck,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Heard:
    """One wave of a delivery: what its answers read, and which of them may run the other way round."""

    at: int
    wave: str
    rows: Flags
    shares: dict[str, float]  # share satisfied by item, of items whose direction is not in question
    codes: Flags  # items answered in bare codes alone, shape (items,)
    asked: Flags  # those whose direction is already in question, shape (items,)
    way: Way

    @property
    def is_suspect(self) -> bool:
        """Whether nothing verifies its codes: words never run the other way, nor what a mark confirms."""
        return self.way is Way.UNVERIFIED and bool((self.codes & ~self.asked).any())


def _ways(
    plan: Plan, scales: dict[str, Scale], ways: Ways, read: Sequence[Answered]
) -> tuple[list[tuple[int, Finding]], list[Fault]]:
    """Ask about the codes that seem to run the other way round; say where nothing verifies them."""
    findings: list[tuple[int, Finding]] = []
    faults: list[Fault] = []
    heard: list[_Heard] = []
    for k, (delivery, answered) in enumerate(zip(ways.deliveries, read, strict=True)):
        for wave, rows in rows_of_waves(plan, delivery) if answered.items else ():
            open_ = {header for w, header in ways.asked_of(k) if w == wave}
            asked = np.array([header in open_ for _, header, _ in answered.items], dtype=bool)
            codes = answered.coded[rows].any(axis=0) & ~answered.worded(rows)
            overall = [
                m.header
                for m in marked_items(plan, scales, delivery)
                if m.item.theme is Theme.GLOBAL
            ]
            marks = np.full(len(rows), np.nan) if open_.intersection(overall) else answered.marks
            satisfied = _aligned(answered.satisfied(), marks, asked, rows)
            seen = against_mark(satisfied[rows], marks[rows])
            found = list(
                _by_mark(plan, delivery, answered, (satisfied, marks), (rows, codes, asked), seen)
            )
            if seen.way is Way.REVERSED and not (seen.items or found or asked.any()):
                found += ways.of_mark(plan, k, wave)
            findings += [(k, one) for one in found]
            faults += [_against(delivery, answered.items[j][1], wave) for j in seen.doubted]
            own = {
                i.identifiant: _share(satisfied[rows, j])
                for j, (i, _, _) in enumerate(answered.items)
                if not asked[j]
            }
            way = Way.REVERSED if found else seen.way
            heard.append(_Heard(k, wave, rows, own, codes, asked, way))
    more, unverified = _by_waves(heard)
    for one, seen in more:
        delivery, answered = ways.deliveries[one.at], read[one.at]
        chosen = one.codes & ~one.asked
        findings.append(
            (one.at, _turned(plan, delivery, answered, seen, (one.rows, chosen), one.wave))
        )
    faults += [
        Fault(
            "sens_non_verifie", ways.deliveries[k].place(""), ", ".join(waves), {}, Severity.DOUTE
        )
        for k, waves in unverified.items()
        if not read[k].verified
    ]
    return findings, faults


def _aligned(satisfied: Floats, marks: Floats, asked: Flags, rows: Flags) -> Floats:
    """Read answers whose direction is asked as the mark goes: a single one against it then stands out."""
    if asked.any() and _is_whole(against_mark(satisfied[rows][:, asked], marks[rows])):
        satisfied = np.where(asked, 1 - satisfied, satisfied)
    return satisfied


def _is_whole(seen: Seen) -> bool:
    return seen.way is Way.REVERSED and not seen.items


def _by_waves(heard: Sequence[_Heard]) -> tuple[list[tuple[_Heard, Seen]], dict[int, list[str]]]:
    """Hold each wave against the one before: of two that run apart, the one in codes is the suspect."""
    turned: dict[int, tuple[_Heard, Seen]] = {}
    unverified: dict[int, list[str]] = {}
    for number, one in enumerate(heard):
        earlier = (
            s for k, s in enumerate(heard[:number])
            if s.wave != one.wave and s.way is not Way.REVERSED and k not in turned
        )  # fmt: skip
        before = next(iter(reversed(list(earlier))), None)
        seen = Seen(Way.UNVERIFIED)
        if before is not None and one.way is not Way.REVERSED:
            names = [name for name in one.shares if name in before.shares]
            seen = against_wave([one.shares[n] for n in names], [before.shares[n] for n in names])
        if before is not None and seen.way is Way.REVERSED:
            suspect = next((s for s in (one, before) if s.is_suspect), None)
            if suspect is not None:
                turned[next(k for k, s in enumerate(heard) if s is suspect)] = (suspect, seen)
        elif (
            one.way is seen.way is Way.UNVERIFIED
            and one.rows.sum() >= _LEAST_SHOWN
            and not one.asked.any()
        ):
            unverified.setdefault(one.at, []).append(one.wave)
    return list(turned.values()), unverified


def _against(delivery: Delivery, header: str, wave: str) -> Fault:
    """Doubt the way of one question that goes against the mark, too little to ask."""
    place = delivery.place(header)
    return Fault("sens_d_une_question", place, header, {"vague": wave}, Severity.DOUTE)


def _share(values: Floats) -> float:
    there = np.isfinite(values)
    return float(values[there].mean()) if there.any() else float("nan")


def _by_mark(
    plan: Plan, delivery: Delivery, answered: Answered, read: tuple[Floats, Floats],
    which: tuple[Flags, Flags, Flags], whole: Seen,
) -> Iterator[Finding]:  # fmt: skip
    """Ask about the codes of a wave, or of one bailleur in it, whose mark contradicts their answers.

    `read` is (satisfied, marks); `which`, (rows of the wave, items in bare codes, those in question
    already).
    """
    (satisfied, marks), (rows, codes, asked) = read, which
    wave = str(waves_of(plan, delivery)[rows].iloc[0]) if rows.any() else ""

    def suspects(seen: Seen) -> Flags:
        if not seen.items:
            return codes & ~asked
        return codes & np.isin(np.arange(len(codes)), seen.items)

    if whole.way is Way.REVERSED:
        if (chosen := suspects(whole)).any():
            yield _turned(plan, delivery, answered, whole, (rows, chosen), wave)
        return
    column = delivery.column(plan.colonnes.bailleur)
    if column is None:
        return
    owners, names = pd.factorize(delivery.table.frame[column])
    for k in range(len(names)):
        own = rows & (owners == k)
        if own.sum() < _LEAST_OF_BAILLEUR or own.sum() == rows.sum():
            continue
        seen = against_mark(satisfied[own], marks[own])
        if seen.way is Way.REVERSED and (chosen := suspects(seen)).any():
            yield _turned(plan, delivery, answered, seen, (own, chosen), wave)


def _odd_marks(
    plan: Plan,
    marked: Iterator[Marked],
    delivery: Delivery,
    answered: Answered,
    open_: set[tuple[str, str]],
) -> Iterator[Finding]:
    """Ask about the marks of a wave that no one gives above half of their scale, or noughts of no respondent.

    `open_`: wave and header of the marks whose direction is asked first.
    """
    satisfied = answered.satisfied()
    for one in marked:
        half, values = one.scale.maximum / 2, one.marks
        for wave, rows in rows_of_waves(plan, delivery):
            if (wave, one.header) in open_:
                continue
            there = np.isfinite(values) & rows
            if there.sum() >= _LEAST_MARKED and values[there].max() <= half < one.scale.cut:
                written = {text: f"{2 * mark:g}" for text, mark in one.own.items()}
                ask = ("note_sur_la_moitie", DOUBLED, ("moitie", f"{half:g}"))
                yield _of_marks(plan, delivery, one, ask, written, 2 * values, rows, wave)
            elif noughts_of_nobody(satisfied[rows], values[rows]):
                written = {text: "" for text, mark in one.own.items() if mark == 0}
                ask = ("zeros_sans_note", UNMARKED, ("zeros", f"{(values[rows] == 0).sum()}"))
                read = np.where(values == 0, np.nan, values)
                yield _of_marks(plan, delivery, one, ask, written, read, rows, wave)


def _of_marks(
    plan: Plan, delivery: Delivery, marked: Marked, ask: tuple[str, str, tuple[str, str]],
    written: dict[str, str], read: Floats, rows: Flags, wave: str,
) -> Finding:  # fmt: skip
    """Ask whether the marks of a wave are to be read otherwise: (code, answer, what the sentence counts)."""
    table, header, values = delivery.table, marked.header, marked.marks
    code, answer, counted = ask
    numbers = () if rows.all() else tuple(int(r) for r in table.rows[rows])

    def gap(marks: Floats) -> Measure:
        content = np.where(np.isfinite(marks), marks >= marked.scale.cut, np.nan)[:, None]
        return stake_of(plan, delivery, content).measure(np.ones(len(values)))

    before, after = gap(values), gap(np.where(rows, read, values))
    question = Question(
        code, SOURCE, Place(table.file, table.sheet, 0, header), numbers,
        (("vague", wave), counted, ("plan", f"{marked.scale.maximum:g}")),
        (Answer(answer, after), Answer(KEPT, before)), before,
        content_of(table.frame[header][rows]), float(rows.mean()),
    )  # fmt: skip
    change = Change(table.file, table.sheet, rows=numbers, recoded={header: written})
    return Finding(question, {answer: (change,), KEPT: ()})


def _turned(
    plan: Plan,
    delivery: Delivery,
    answered: Answered,
    seen: Seen,
    which: tuple[Flags, Flags],
    wave: str,
) -> Finding:
    """Ask whether the bare codes of some items (rows, items) run the other way round."""
    (rows, chosen), table = which, delivery.table
    before = stake_of(plan, delivery, answered.satisfied())
    after = stake_of(plan, delivery, answered.satisfied(chosen, rows))
    every = np.ones(len(rows))
    numbers = () if rows.all() else tuple(int(r) for r in table.rows[rows])
    headers = [h for k, (_, h, _) in enumerate(answered.items) if chosen[k]]
    meanings = delivery.dictionary.meanings
    recoded = {
        header: turned_codes(scale, table.frame[header], meanings.get(header, {}))
        for k, (_, header, scale) in enumerate(answered.items)
        if chosen[k]
    }
    place = Place(table.file, table.sheet, 0, headers[0] if len(headers) == 1 else "")
    question = Question(
        f"sens_des_reponses_{seen.by}", SOURCE, place, numbers,
        (("vague", wave), ("questions", str(len(headers)))),
        (Answer(REVERSED, after.measure(every)), Answer(KEPT, before.measure(every))),
        before.measure(every),
        content_of(c for h in headers for c in table.frame[h][rows]),
        float(rows.mean()), must_choose=True,
    )  # fmt: skip
    change = Change(table.file, table.sheet, rows=numbers, recoded=recoded)
    return Finding(question, {REVERSED: (change,), KEPT: ()})
