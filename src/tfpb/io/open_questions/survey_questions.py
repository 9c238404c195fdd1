"""Where deliveries of the survey are asked about: rows that are no interviews, codes the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
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
from tfpb.questions.interviews import Interviews
from tfpb.questions.marked_rows import marked_rows
from tfpb.questions.odd_amounts import odd_amounts
from tfpb.questions.whole_table import WholeTable
from tfpb.questions.years import interviews_of_another_year
from tfpb.survey.reading.delivery_columns import numeric, parse_numbers, parse_side, token
from tfpb.survey.reading.guessing import guess_scale
from tfpb.survey.reading.scales import Scale, build_scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.model.plan import Item, Plan

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


@dataclass(frozen=True, slots=True)
class _Answered:
    """The items of a delivery on levels, as ranks; and its overall mark.

    Parameters
    ----------
    items : tuple of (item, header, scale)
    ranks : int array, shape (interviews, items)
        Rank of the level, best first; negative without an answer.
    marks : float array, shape (interviews,)
        Mean of the overall marks, NaN without one.
    verified : bool
        Words say which way the codes run: those of the answers, or of a codebook.
    """

    items: tuple[tuple[Item, str, Scale], ...]
    ranks: Indices
    marks: Floats
    verified: bool

    def satisfied(self, reversed_items: Flags | None = None, rows: Flags | None = None) -> Floats:
        """Return 1, 0 or NaN; some items of some rows read the other way round."""
        out = np.full(self.ranks.shape, np.nan)
        for k, (_, _, scale) in enumerate(self.items):
            good = np.array(scale.satisfied, dtype=float)
            ranks = self.ranks[:, k]
            turn = (
                rows
                if rows is not None and reversed_items is not None and reversed_items[k]
                else np.zeros(len(ranks), dtype=bool)
            )
            there = ranks >= 0
            used = np.where(turn, len(good) - 1 - ranks, ranks)
            out[there, k] = good[used[there]]
        return out


def survey_findings(
    plan: Plan, deliveries: Sequence[Delivery]
) -> tuple[list[tuple[Delivery, list[Finding]]], list[Fault]]:
    """List what deliveries leave open as a whole.

    Returns
    -------
    findings : list of (Delivery, list of Finding)
        Of each delivery: rows hidden, struck or named as no interview, interviews copied, a weight out of
        proportion, codes that run the other way round.
    faults : list of Fault
        `codage_contredit` where the codebook contradicts the plan, `sens_non_verifie` where nothing
        says which way codes run.
    """
    scales = {name: build_scale(echelle) for name, echelle in plan.echelles.items()}
    read = [_answered(plan, scales, delivery) for delivery in deliveries]
    faults = [f for d in deliveries for f in _against_codebook(plan, scales, d)]
    out = []
    for delivery, answered in zip(deliveries, read, strict=True):
        table = _whole(plan, delivery, answered)
        headers = [header for _, header, _ in answered.items]
        out.append(
            [
                *marked_rows(table),
                *twin_interviews(table, headers, plan.colonnes.repondant),
                *odd_amounts(table),
                *(
                    f
                    for _, w in _waves(plan, delivery)
                    for f in interviews_of_another_year(table, w)
                ),
                *_odd_marks(plan, scales, delivery, answered),
            ]
        )
    for k, finding in _delivered_again(plan, deliveries, read):
        out[k].append(finding)
    if not faults:
        turned, faults = _ways(plan, deliveries, read)
        for k, finding in turned:
            out[k].append(finding)
    return list(zip(deliveries, out, strict=True)), faults


def _delivered_again(
    plan: Plan, deliveries: Sequence[Delivery], read: Sequence[_Answered]
) -> Iterator[tuple[int, Finding]]:
    """Hold each delivery against those before it that share a wave with it."""
    waves = [set(waves_of(plan, one)) for one in deliveries]
    for k in range(len(deliveries)):
        headers = [header for _, header, _ in read[k].items]
        for j in (j for j in range(k) if waves[j] & waves[k]):
            earlier, own = (_whole(plan, deliveries[n], read[n]) for n in (j, k))
            for finding in delivered_again(own, earlier, headers, plan.colonnes.repondant):
                yield k, finding


def _whole(plan: Plan, delivery: Delivery, answered: _Answered) -> WholeTable:
    table, roles = delivery.table, plan.colonnes
    frame = table.frame
    known = set(plan_names(plan))
    weight = delivery.column(roles.poids) or ""
    respondent = delivery.column(roles.repondant)
    return WholeTable(
        SOURCE, table.file, table.sheet, frame, table.rows, {}, _stake(plan, delivery, answered),
        measures=(weight,) if weight else (),
        keys=(respondent,) if respondent else (),
        group=delivery.column(roles.residence) or "",
        unread=tuple(h for h in frame.columns if h not in known),
        hidden=table.hidden,
        struck=table.struck,
    )  # fmt: skip


def _stake(
    plan: Plan, delivery: Delivery, answered: _Answered, satisfied: Floats | None = None
) -> Interviews:
    frame, roles = delivery.table.frame, plan.colonnes
    weight, flag = delivery.column(roles.poids) or "", delivery.column(roles.qpv)
    weights = parse_numbers(frame[weight].tolist()) if weight else np.ones(len(frame))
    side = np.full(len(frame), -1, dtype=np.int64)
    if flag is not None:
        sides = {text: parse_side(text) for text in frame[flag].unique()}
        side = np.array([-1 if (s := sides[t]) is None else s for t in frame[flag]], dtype=np.int64)
    held = answered.satisfied() if satisfied is None else satisfied
    return Interviews(held, np.nan_to_num(weights), side, weight)


def _answered(plan: Plan, scales: dict[str, Scale], delivery: Delivery) -> _Answered:
    frame = delivery.table.frame
    items: list[tuple[Item, str, Scale]] = []
    ranks: list[Indices] = []
    marks: list[Floats] = []
    verified = False
    for item in plan.items:
        scale, header = scales.get(item.echelle), delivery.column(item.colonnes)
        if scale is None or header is None:
            continue
        codes, texts = pd.factorize(frame[header])
        read = [scale.read(str(text)) for text in texts]
        if scale.marks:
            if item.theme is Theme.GLOBAL:
                values = np.array([np.nan if r is None else r[1] for r in read], dtype=float)
                marks.append(values[codes])
            continue
        verified = verified or any(
            r is not None and r[0] >= 0 and not numeric(token(text))
            for r, text in zip(read, texts, strict=True)
        )
        verified = verified or bool(delivery.dictionary.meanings.get(header))
        own = np.array([-1 if r is None else r[0] for r in read], dtype=np.intp)
        items.append((item, header, scale))
        ranks.append(own[codes])
    empty = np.full(len(frame), np.nan)
    mark = _mean(np.column_stack(marks)) if marks else empty
    grid = np.column_stack(ranks) if ranks else np.empty((len(frame), 0), dtype=np.intp)
    return _Answered(tuple(items), grid, mark, verified)


def _mean(values: Floats) -> Floats:
    there = np.isfinite(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _against_codebook(plan: Plan, scales: dict[str, Scale], delivery: Delivery) -> Iterator[Fault]:
    """Refuse a plan that counts as satisfied a code that the codebook calls unsatisfied, or the reverse."""
    listed: set[tuple[str, str]] = set()
    for item in plan.items:
        scale, header = scales.get(item.echelle), delivery.column(item.colonnes)
        if scale is None or header is None or scale.marks:
            continue
        meanings = delivery.dictionary.meanings.get(header, {})
        guessed = guess_scale(tuple(delivery.table.frame[header].unique()), meanings)
        if guessed is None or guessed.kind != "niveaux":
            continue
        bad = {c for c in guessed.unsatisfied if c not in guessed.middle}
        for code, good in [*((c, True) for c in guessed.satisfied), *((c, False) for c in bad)]:
            read = scale.read(code)  # « 1 - Pas du tout satisfait » is read by its code
            if read is None or read[0] < 0 or scale.satisfied[read[0]] == good:
                continue
            if (item.echelle, code) not in listed:
                listed.add((item.echelle, code))
                fields = {
                    "mot": meanings.get(code, code),
                    "echelle": item.echelle,
                    "satisfait": not good,
                }
                yield Fault("codage_contredit", delivery.place(header), code, fields)


def _ways(
    plan: Plan, deliveries: Sequence[Delivery], read: Sequence[_Answered]
) -> tuple[list[tuple[int, Finding]], list[Fault]]:
    """Ask about the codes that seem to run the other way round; say where nothing verifies them."""
    findings: list[tuple[int, Finding]] = []
    faults: list[Fault] = []
    unverified: dict[int, list[str]] = {}
    shares: list[tuple[str, int, Flags, dict[str, float], Way]] = []
    for k, (delivery, answered) in enumerate(zip(deliveries, read, strict=True)):
        if not answered.items:
            continue
        satisfied = answered.satisfied()
        for wave, rows in _waves(plan, delivery):
            seen = against_mark(satisfied[rows], answered.marks[rows])
            found = list(_by_mark(plan, delivery, answered, satisfied, rows, seen))
            findings += [(k, one) for one in found]
            faults += [_against(delivery, answered.items[j][1], wave) for j in seen.doubted]
            way = Way.REVERSED if found else seen.way
            own = {
                i.identifiant: _share(satisfied[rows, j])
                for j, (i, _, _) in enumerate(answered.items)
            }
            shares.append((wave, k, rows, own, way))
    for number, (wave, k, rows, own, way) in enumerate(shares):
        before = next((s for s in reversed(shares[:number]) if s[0] != wave), None)
        seen = Seen(Way.UNVERIFIED)
        if way is Way.UNVERIFIED and before is not None and before[4] is not Way.REVERSED:
            names = [name for name in own if name in before[3]]
            seen = against_wave([own[n] for n in names], [before[3][n] for n in names])
        if seen.way is Way.REVERSED:
            findings.append((k, _turned(plan, deliveries[k], read[k], seen, rows, wave)))
        elif way is seen.way is Way.UNVERIFIED and rows.sum() >= _LEAST_SHOWN:
            unverified.setdefault(k, []).append(wave)
    faults += [
        Fault("sens_non_verifie", deliveries[k].place(""), ", ".join(waves), {}, Severity.DOUTE)
        for k, waves in unverified.items()
        if not read[k].verified
    ]
    return findings, faults


def _against(delivery: Delivery, header: str, wave: str) -> Fault:
    """Doubt the way of one question that goes against the mark, too little to ask."""
    place = delivery.place(header)
    return Fault("sens_d_une_question", place, header, {"vague": wave}, Severity.DOUTE)


def _waves(plan: Plan, delivery: Delivery) -> Iterator[tuple[str, Flags]]:
    waves = waves_of(plan, delivery)
    for wave in sorted(set(waves)):
        yield str(wave), (waves == wave).to_numpy(dtype=bool)


def _share(values: Floats) -> float:
    there = np.isfinite(values)
    return float(values[there].mean()) if there.any() else float("nan")


def _by_mark(
    plan: Plan, delivery: Delivery, answered: _Answered, satisfied: Floats, rows: Flags, whole: Seen
) -> Iterator[Finding]:
    """Ask about the interviews of a wave, or of one bailleur, whose mark contradicts their answers."""
    wave = str(waves_of(plan, delivery)[rows].iloc[0]) if rows.any() else ""
    if whole.way is Way.REVERSED:
        yield _turned(plan, delivery, answered, whole, rows, wave)
        return
    column = delivery.column(plan.colonnes.bailleur)
    if column is None:
        return
    owners, names = pd.factorize(delivery.table.frame[column])
    for k in range(len(names)):
        own = rows & (owners == k)
        if own.sum() < _LEAST_OF_BAILLEUR or own.sum() == rows.sum():
            continue
        seen = against_mark(satisfied[own], answered.marks[own])
        if seen.way is Way.REVERSED:
            yield _turned(plan, delivery, answered, seen, own, wave)


class _Marked(NamedTuple):
    """The marks of one question in a delivery: of each text that is one, of each interview (NaN without)."""

    header: str
    scale: Scale
    own: dict[str, float]
    marks: Floats


def _marked(plan: Plan, scales: dict[str, Scale], delivery: Delivery) -> Iterator[_Marked]:
    for item in plan.items:
        scale, header = scales.get(item.echelle), delivery.column(item.colonnes)
        if scale is None or header is None or not scale.marks:
            continue
        codes, texts = pd.factorize(delivery.table.frame[header])
        read = [scale.read(str(text)) for text in texts]
        marks = np.array([np.nan if r is None else r[1] for r in read], dtype=float)
        own = {str(t): float(m) for t, m in zip(texts, marks, strict=True) if np.isfinite(m)}
        yield _Marked(header, scale, own, marks[codes])


def _odd_marks(
    plan: Plan, scales: dict[str, Scale], delivery: Delivery, answered: _Answered
) -> Iterator[Finding]:
    """Ask about the marks of a wave that no one gives above half of their scale, or noughts of nobody."""
    satisfied = answered.satisfied()
    for one in _marked(plan, scales, delivery):
        half, values = one.scale.maximum / 2, one.marks
        for wave, rows in _waves(plan, delivery):
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
    plan: Plan, delivery: Delivery, marked: _Marked, ask: tuple[str, str, tuple[str, str]],
    written: dict[str, str], read: Floats, rows: Flags, wave: str,
) -> Finding:  # fmt: skip
    """Ask whether the marks of a wave are to be read otherwise: (code, answer, what the sentence counts)."""
    table, header, values = delivery.table, marked.header, marked.marks
    (code, answer, counted), empty = ask, np.full(len(values), np.nan)
    numbers = () if rows.all() else tuple(int(r) for r in table.rows[rows])
    nobody = _Answered((), np.empty((len(values), 0), dtype=np.intp), empty, verified=False)

    def gap(marks: Floats) -> Measure:
        content = np.where(np.isfinite(marks), marks >= marked.scale.cut, np.nan)[:, None]
        return _stake(plan, delivery, nobody, content).measure(np.ones(len(values)))

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
    plan: Plan, delivery: Delivery, answered: _Answered, seen: Seen, rows: Flags, wave: str
) -> Finding:
    table = delivery.table
    chosen = np.zeros(len(answered.items), dtype=bool)
    chosen[list(seen.items) or slice(None)] = True
    before = _stake(plan, delivery, answered)
    after = _stake(plan, delivery, answered, answered.satisfied(chosen, rows))
    every = np.ones(len(rows))
    numbers = () if rows.all() else tuple(int(r) for r in table.rows[rows])
    headers = [h for k, (_, h, _) in enumerate(answered.items) if chosen[k]]
    recoded = {
        header: _codes_turned(scale, table.frame[header])
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
        float(rows.mean()),
    )  # fmt: skip
    change = Change(table.file, table.sheet, rows=numbers, recoded=recoded)
    return Finding(question, {REVERSED: (change,), KEPT: ()})


def _codes_turned(scale: Scale, cells: pd.Series[str]) -> dict[str, str]:
    """Return each answer of a column and the one that it means on the scale the other way round."""
    first: dict[int, str] = {}
    for key, rank in scale.lookup.items():
        if rank >= 0:
            first.setdefault(rank, key)
    out = {}
    for text in cells.unique():
        read = scale.read(str(text))
        if read is not None and read[0] >= 0:
            out[str(text)] = first[len(scale.satisfied) - 1 - read[0]]
    return out
