"""The items of a delivery as ranks and marks, and which of their answers are bare codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from tfpb.io.sources.plan_checks import waves_of
from tfpb.model.codes import Theme
from tfpb.questions.interviews import Interviews
from tfpb.survey.reading.delivery_columns import parse_numbers, parse_side
from tfpb.survey.reading.guessing import is_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.arrays import Flags, Floats, Indices
    from tfpb.model.plan import Item, Plan
    from tfpb.survey.reading.scales import Scale


@dataclass(frozen=True, slots=True)
class Answered:
    """The items of a delivery on levels, as ranks; and its overall mark."""

    items: tuple[tuple[Item, str, Scale], ...]  # with the header and the scale of each
    ranks: Indices  # rank of the level, best first, negative without an answer: (interviews, items)
    coded: Flags
    """Whether the answer is a code that neither its cell nor a codebook puts into words."""
    marks: Floats  # mean of the overall marks, NaN without one: (interviews,)

    @property
    def verified(self) -> bool:
        """Whether words say which way the codes run: those of the answers, or of a codebook."""
        return bool(((self.ranks >= 0) & ~self.coded).any())

    def worded(self, rows: Flags) -> Flags:
        """Return which items are answered in words, in some rows: those are never read the other way."""
        there = (self.ranks >= 0) & ~self.coded
        return np.asarray(there[rows].any(axis=0), dtype=bool)

    def satisfied(self, turned: Flags | None = None, rows: Flags | None = None) -> Floats:
        """Return 1, 0 or NaN; the bare codes of some items of some rows read the other way round."""
        out = np.full(self.ranks.shape, np.nan)
        for k, (_, _, scale) in enumerate(self.items):
            good = np.array(scale.satisfied, dtype=float)
            ranks = self.ranks[:, k]
            turn = np.zeros(len(ranks), dtype=bool)
            if rows is not None and turned is not None and turned[k]:
                turn = rows & self.coded[:, k]
            there = ranks >= 0
            used = np.where(turn, len(good) - 1 - ranks, ranks)
            out[there, k] = good[used[there]]
        return out


class Marked(NamedTuple):
    """The marks of one question in a delivery: of each text that is one, of each interview (NaN without)."""

    item: Item
    header: str
    scale: Scale
    own: dict[str, float]
    marks: Floats


def is_bare(text: str, meanings: Mapping[str, str]) -> bool:
    """Tell whether an answer is a number or a letter without label."""
    return is_code(text) and not meanings.get(text)


def answered_items(plan: Plan, scales: dict[str, Scale], delivery: Delivery) -> Answered:
    """Read the items of a delivery."""
    frame = delivery.table.frame
    items: list[tuple[Item, str, Scale]] = []
    ranks: list[Indices] = []
    coded: list[Flags] = []
    for item in plan.items:
        scale, header = scales.get(item.echelle), delivery.column(item.colonnes)
        if scale is None or header is None or scale.marks:
            continue
        codes, texts = pd.factorize(frame[header])
        meanings = delivery.dictionary.meanings.get(header, {})
        read = [scale.read(str(text)) for text in texts]
        own = np.array([-1 if r is None else r[0] for r in read], dtype=np.intp)
        bare = np.array([is_bare(str(t), meanings) for t in texts], dtype=bool)
        items.append((item, header, scale))
        ranks.append(own[codes])
        coded.append((bare & (own >= 0))[codes])
    overall = [
        m.marks for m in marked_items(plan, scales, delivery) if m.item.theme is Theme.GLOBAL
    ]
    nothing = np.empty((len(frame), 0))
    return Answered(
        tuple(items),
        np.column_stack(ranks) if ranks else nothing.astype(np.intp),
        np.column_stack(coded) if coded else nothing.astype(bool),
        _mean(np.column_stack(overall)) if overall else np.full(len(frame), np.nan),
    )


def marked_items(plan: Plan, scales: dict[str, Scale], delivery: Delivery) -> Iterator[Marked]:
    """Read the marks of a delivery, question by question."""
    for item in plan.items:
        scale, header = scales.get(item.echelle), delivery.column(item.colonnes)
        if scale is None or header is None or not scale.marks:
            continue
        codes, texts = pd.factorize(delivery.table.frame[header])
        read = [scale.read(str(text)) for text in texts]
        marks = np.array([np.nan if r is None else r[1] for r in read], dtype=float)
        own = {str(t): float(m) for t, m in zip(texts, marks, strict=True) if np.isfinite(m)}
        yield Marked(item, header, scale, own, marks[codes])


def _mean(values: Floats) -> Floats:
    there = np.isfinite(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def rows_of_waves(plan: Plan, delivery: Delivery) -> Iterator[tuple[str, Flags]]:
    """Give the waves of a delivery, each with its rows."""
    waves = waves_of(plan, delivery)
    for wave in sorted(set(waves)):
        yield str(wave), (waves == wave).to_numpy(dtype=bool)


def stake_of(plan: Plan, delivery: Delivery, satisfied: Floats) -> Interviews:
    """Return the interviews of a delivery as read, by which what hangs on a question is measured."""
    frame, roles = delivery.table.frame, plan.colonnes
    weight, flag = delivery.column(roles.poids) or "", delivery.column(roles.qpv)
    weights = parse_numbers(frame[weight].tolist()) if weight else np.ones(len(frame))
    side = np.full(len(frame), -1, dtype=np.int64)
    if flag is not None:
        sides = {text: parse_side(text) for text in frame[flag].unique()}
        side = np.array([-1 if (s := sides[t]) is None else s for t in frame[flag]], dtype=np.int64)
    return Interviews(satisfied, np.nan_to_num(weights), side, weight)
