"""Which way codes run: labels settle it, a plan written by hand gives it, else each wave is asked.

Answers in words are never read the other way round: what a reading changes is bare codes alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.io.open_questions.answered_items import is_bare, rows_of_waves, stake_of
from tfpb.model.codes import Theme
from tfpb.model.question import Answer, Question, content_of
from tfpb.questions.finding import Change, Finding
from tfpb.survey.reading.delivery_columns import numeric, token
from tfpb.survey.reading.guessing import guess_scale, is_code, is_of_marks, seen_ends
from tfpb.words.survey.scale_words import LEVEL, beside_words, counted_codes, share_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.arrays import Flags, Floats
    from tfpb.model.plan import Item, Plan
    from tfpb.model.question import Asked, Measure
    from tfpb.survey.reading.scales import Scale

    Recoded = dict[str, dict[str, str]]

CODE: Final = "sens_des_codes"
_IN: Final = " / "
FIRST: Final = "premier"
"""Answer: the first code, the lowest or « A », is the best answer."""
LAST: Final = "dernier"
LABELS: Final = "libelles"
"""Answer: labels delivered are right where the plan contradicts them."""
PLAN: Final = "plan"


@dataclass(frozen=True, slots=True)
class _Column:
    """A question of one wave: its answers, what words say of them, and how they are read.

    `named`: its header says that they are marks.
    """

    item: Item
    header: str
    scale: Scale
    cells: pd.Series[str]
    against: Mapping[str, str] = field(default_factory=dict)
    agrees: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    named: bool = False

    @property
    def bare(self) -> list[str]:
        """Answers that are codes without label."""
        found = (str(text) for text in self.cells.unique())
        return [t for t in found if is_bare(t, self.words) and _placed(self.scale, t)]

    @property
    def is_unlabelled(self) -> bool:
        """Whether nothing but its codes says what answers mean."""
        return not (self.against or self.agrees or self.named) and bool(self.bare)


@dataclass(frozen=True, slots=True)
class _Part:
    """The questions of one wave of a delivery that share a scale."""

    at: int
    wave: str
    name: str
    rows: Flags
    columns: tuple[_Column, ...]

    @property
    def labelled(self) -> Recoded:
        """What labels make of answers that the plan places otherwise."""
        return {c.header: dict(c.against) for c in self.columns if c.against}

    @property
    def unlabelled(self) -> tuple[_Column, ...]:
        return tuple(c for c in self.columns if c.is_unlabelled)


@dataclass(frozen=True, slots=True)
class Ways:
    """What is known of the codes of deliveries."""

    deliveries: list[Delivery]  # written as labels, or the plan's own readings, say
    findings: list[tuple[int, Finding]]  # by rank of the delivery
    open: set[tuple[int, str, str]]  # delivery, wave and header whose direction is in question
    parts: tuple[_Part, ...]

    def asked_of(self, at: int) -> set[tuple[str, str]]:
        """Return the waves and headers of a delivery whose direction is asked."""
        return {(wave, header) for k, wave, header in self.open if k == at}

    def of_mark(self, plan: Plan, at: int, wave: str) -> list[Finding]:
        """Ask which end of its overall marks means satisfied, where answers in words contradict them.

        A header that says a mark settles nothing then.
        """
        own = (p for p in self.parts if (p.at, p.wave) == (at, wave) and p.columns[0].scale.marks)
        parts = (replace(p, columns=tuple(replace(c, named=False) for c in p.columns)) for p in own)
        marks = [p for p in parts if any(c.item.theme is Theme.GLOBAL for c in p.unlabelled)]
        return [
            _question(
                plan, self.deliveries, p, _other_waves(plan, self.deliveries, p, self.parts, ())
            )
            for p in marks
        ]


def scale_ways(plan: Plan, scales: Mapping[str, Scale], deliveries: Sequence[Delivery]) -> Ways:
    """Settle the direction of codes by labels and by the plan (its scales by name); ask about the others."""
    out, parts = (
        list(deliveries),
        [p for k, d in enumerate(deliveries) for p in _parts(plan, scales, d, k)],
    )
    findings: list[tuple[int, Finding]] = []
    open_: set[tuple[int, str, str]] = set()
    asked: list[_Part] = []
    for part in parts:
        echelle = plan.echelles[part.name]
        if part.labelled and echelle.is_open:
            out[part.at] = _written(out[part.at], part.rows, part.labelled)
        elif part.labelled:
            findings.append((part.at, _contradiction(plan, out[part.at], part)))
            open_ |= {(part.at, part.wave, header) for header in part.labelled}
        if not (echelle.is_open and part.unlabelled):
            continue
        known = echelle.lectures.get(part.wave)
        if known is None:
            asked.append(part)
            open_ |= {(part.at, part.wave, c.header) for c in part.unlabelled}
        elif known != _planned(part.unlabelled):
            out[part.at] = _written(out[part.at], part.rows, _turned(part.unlabelled))
    for part in asked:
        others = _other_waves(plan, out, part, parts, asked)
        findings.append((part.at, _question(plan, out, part, others)))
    return Ways(out, findings, open_, tuple(parts))


def with_replies(plan: Plan, asked: Iterable[Asked]) -> Plan:
    """Write in the plan how codes were confirmed to run: what a release is compared by reads it there."""
    scales = dict(plan.echelles)
    for one in asked:
        if one.question.code == CODE and one.is_settled:
            wave, _, name = one.question.place.name.rpartition(_IN)
            known = {**scales[name].lectures, wave: one.reading}
            scales[name] = scales[name].model_copy(update={"lectures": known})
    return plan.model_copy(update={"echelles": scales})


def with_levels_named(plan: Plan) -> Plan:
    """Name the levels of codes without labels by their place: « 4 » of one wave may be « 1 » of another."""
    scales = {}
    for name, scale in plan.echelles.items():
        levels = (*scale.satisfait, *scale.insatisfait)
        if scale.is_open and not scale.libelles and all(is_code(str(c)) for c in levels):
            places = enumerate(levels, start=1)
            named = {str(c): LEVEL.format(rank=k, count=len(levels)) for k, c in places}
            scale = scale.model_copy(update={"libelles": named})  # noqa: PLW2901
        scales[name] = scale
    return plan.model_copy(update={"echelles": scales})


def turned_codes(scale: Scale, cells: pd.Series[str], words: Mapping[str, str]) -> dict[str, str]:
    """Return each bare code of a column and the one that it means on the scale the other way round."""
    texts = [t for t in map(str, cells.unique()) if is_bare(t, words)]
    if scale.marks:
        marks = {t: r[1] for t in texts if (r := scale.read(t)) is not None and np.isfinite(r[1])}
        # marks from 1 to 10: the worst is 1, not 0
        least = max(scale.minimum, min(1.0, min(marks.values(), default=0.0)))
        return {t: f"{least + scale.maximum - mark:g}" for t, mark in marks.items()}
    first = _first(scale)
    ranks = {t: r[0] for t in texts if (r := scale.read(t)) is not None and r[0] >= 0}
    return {t: first[len(scale.satisfied) - 1 - rank] for t, rank in ranks.items()}


def _first(scale: Scale) -> dict[int, str]:
    """Return a writing of each level."""
    first: dict[int, str] = {}
    for key, rank in scale.lookup.items():
        if rank >= 0:
            first.setdefault(rank, key)
    return first


def _placed(scale: Scale, text: str) -> bool:
    """Tell whether an answer is a level or a mark."""
    read = scale.read(text)
    return read is not None and (bool(np.isfinite(read[1])) if scale.marks else read[0] >= 0)


def _parts(plan: Plan, scales: Mapping[str, Scale], delivery: Delivery, at: int) -> Iterator[_Part]:
    frame = delivery.table.frame
    for wave, rows in rows_of_waves(plan, delivery):
        held: dict[str, list[_Column]] = {}
        for item in plan.items:
            scale, header = scales.get(item.echelle), delivery.column(item.colonnes)
            if (
                scale is not None
                and header is not None
                and all(c.header != header for c in held.get(item.echelle, ()))
            ):
                words = delivery.dictionary.meanings.get(header, {})
                held.setdefault(item.echelle, []).append(
                    _column(
                        item,
                        header,
                        scale,
                        frame[header][rows],
                        words,
                        f"{header} {delivery.dictionary.labels.get(header, '')}",
                    )
                )
        for name, columns in held.items():
            yield _Part(at, wave, name, rows, tuple(columns))


def _column(
    item: Item, header: str, scale: Scale, cells: pd.Series[str], words: Mapping[str, str], asked: str
) -> _Column:  # fmt: skip
    if scale.marks:
        against, agrees = _marks_seen(scale, cells, words)
    else:
        against, agrees = _levels_seen(scale, cells, words)
    named = scale.marks and is_of_marks(asked)
    return _Column(item, header, scale, cells, against, agrees, words, named)


def _levels_seen(
    scale: Scale, cells: pd.Series[str], words: Mapping[str, str]
) -> tuple[dict[str, str], bool]:
    """Return what each answer that the plan contradicts means by its label, and whether some label agrees."""
    texts = tuple(str(t) for t in cells.unique())
    guessed = guess_scale(texts, words)
    if guessed is None or guessed.kind != "niveaux" or not guessed.labelled:
        return {}, False
    seen_fields = dict.fromkeys(map(token, guessed.satisfied), True)
    seen_fields |= dict.fromkeys(
        (token(c) for c in guessed.unsatisfied if c not in guessed.middle), False
    )
    first, last = _first(scale), len(scale.satisfied) - 1
    against: dict[str, str] = {}
    agrees = False
    wrong: dict[str, tuple[int, bool]] = {}
    for text in texts:
        good, read = seen_fields.get(token(text)), scale.read(text)
        if good is None or read is None or read[0] < 0:
            continue
        if scale.satisfied[read[0]] == good:
            agrees = True
        else:
            wrong[text] = read[0], good
    for text, (rank, good) in wrong.items():
        mirrored = last - rank
        if (
            agrees or scale.satisfied[mirrored] != good
        ):  # no whole scale the other way: the nearest level
            mirrored = (
                max(k for k, s in enumerate(scale.satisfied) if s)
                if good
                else scale.satisfied.index(False)
            )
        against[text] = first[mirrored]
    if against and not agrees:  # the middle of a scale goes with its ends
        against |= {t: c for t, c in _mirrored(scale, texts).items() if t not in against}
    return against, agrees


def _mirrored(scale: Scale, texts: Sequence[str]) -> dict[str, str]:
    first = _first(scale)
    ranks = {t: r[0] for t in texts if (r := scale.read(t)) is not None and r[0] >= 0}
    return {t: first[len(scale.satisfied) - 1 - rank] for t, rank in ranks.items()}


def _marks_seen(
    scale: Scale, cells: pd.Series[str], words: Mapping[str, str]
) -> tuple[dict[str, str], bool]:
    """Return the same of marks: a codebook that says which end is « très satisfait »."""
    good, bad = (tuple(float(c) for c in codes if _placed(scale, c)) for codes in seen_ends(words))
    if not (good or bad):
        return {}, False
    middle = (scale.minimum + scale.maximum) / 2
    if (max(good) if good else 2 * middle - min(bad)) > middle:
        return {}, True
    return turned_codes(scale, cells, {}), False


def _written(delivery: Delivery, rows: Flags, recoded: Recoded) -> Delivery:
    """Write answers as they are to be read, in some rows."""
    frame = delivery.table.frame.copy()
    for header, codes in recoded.items():
        frame.loc[rows, header] = [codes.get(c, c) for c in frame.loc[rows, header]]
    return delivery.with_frame(frame)


def _turned(columns: Sequence[_Column]) -> Recoded:
    return {c.header: turned_codes(c.scale, c.cells, c.words) for c in columns}


def _planned(columns: Sequence[_Column]) -> str:
    """Return the end of the codes that the plan, as drafted, counts as satisfied."""
    scale = columns[0].scale
    if scale.marks:
        return LAST
    codes = sorted((c for one in columns for c in one.bare), key=_order_of)
    return FIRST if not codes or scale.satisfied[scale.lookup[token(codes[0])]] else LAST


def _order_of(text: str) -> tuple[float, str]:
    """Order codes: numbers by value, then letters."""
    code = token(text)
    return (float(code), "") if numeric(code) else (float("inf"), code)


def _satisfied(columns: Sequence[_Column], rows: Flags, recoded: Recoded) -> Floats:
    """Return 1, 0 or NaN for the answers of one wave, some read as other codes."""
    out = np.full((len(rows), len(columns)), np.nan)
    at = np.flatnonzero(rows)
    for k, one in enumerate(columns):
        scale, codes = one.scale, recoded.get(one.header, {})
        good: dict[str, float] = {}
        for text in map(str, one.cells.unique()):
            read = scale.read(codes.get(text, text))
            if read is not None and read[0] >= 0:
                good[text] = float(bool(read[0]) if scale.marks else scale.satisfied[read[0]])
        out[at, k] = [good.get(str(c), np.nan) for c in one.cells]
    return out


def _stake(
    plan: Plan, delivery: Delivery, part: _Part, columns: Sequence[_Column], recoded: Recoded
) -> tuple[Measure, str]:
    """Return what a reading of one wave comes to: its gap, and its shares in words."""
    satisfied = _satisfied(columns, part.rows, recoded)
    stake, rows = stake_of(plan, delivery, satisfied), part.rows.astype(float)
    return stake.measure(rows), share_words(stake.shares(rows))


def _other_waves(
    plan: Plan,
    deliveries: Sequence[Delivery],
    part: _Part,
    parts: Sequence[_Part],
    asked: Sequence[_Part],
) -> str:
    """Write what the same questions read in the other waves, both ways where those are asked too."""
    names = {one.item.identifiant for one in part.unlabelled}
    out: dict[str, list[str]] = {}
    for other in parts:
        shared = [c for c in other.columns if c.item.identifiant in names]
        if other.name != part.name or other.wave == part.wave or not shared:
            continue
        echelle, ways = plan.echelles[part.name], [other.labelled]
        if other in asked:
            ways = [{}, _turned(other.unlabelled)]
        elif echelle.lectures.get(other.wave, _planned(shared)) != _planned(shared):
            ways = [_turned(other.unlabelled)]
        read = (_stake(plan, deliveries[other.at], other, shared, way)[1] for way in ways)
        out.setdefault(other.wave, []).extend(read)
    return beside_words(sorted(out.items()))


def _question(plan: Plan, deliveries: Sequence[Delivery], part: _Part, others: str) -> Finding:
    """Ask which end of the codes of a wave means satisfied."""
    delivery, columns = deliveries[part.at], part.unlabelled
    planned = _planned(columns)
    readings = {c: {} if c == planned else _turned(columns) for c in (LAST, FIRST)}
    stakes = {c: _stake(plan, delivery, part, columns, r) for c, r in readings.items()}
    answers = tuple(
        Answer(code, effect, (("part", shares), ("autres", others)))
        for code, (effect, shares) in stakes.items()
    )
    sample, codes = columns[0], sorted({c for one in columns for c in one.bare}, key=_order_of)
    counts = sample.cells.value_counts()
    seen = (
        ("vague", part.wave), ("premier", codes[0]), ("dernier", codes[-1]),
        ("questions", str(len(columns))), ("exemple", sample.item.libelle),
        ("codes", counted_codes((c, int(counts.get(c, 0))) for c in codes)),
    )  # fmt: skip
    changes = {c: (_change(delivery, part, r),) if r else () for c, r in readings.items()}
    return Finding(_asked(CODE, delivery, part, columns, seen, answers), changes)


def _contradiction(plan: Plan, delivery: Delivery, part: _Part) -> Finding:
    """Ask who is right where labels contradict a plan written by hand."""
    columns = tuple(c for c in part.columns if c.against)
    readings: dict[str, Recoded] = {LABELS: part.labelled, PLAN: {}}
    stakes = {c: _stake(plan, delivery, part, columns, r) for c, r in readings.items()}
    answers = tuple(
        Answer(c, effect, (("part", shares),)) for c, (effect, shares) in stakes.items()
    )
    sample = columns[0]
    code = min(sample.against, key=_order_of)
    read = sample.scale.read(code)
    rank = -1 if read is None else read[0]
    good = rank > 0 if sample.scale.marks else sample.scale.satisfied[rank]
    seen = (
        ("vague", part.wave), ("questions", str(len(columns))), ("exemple", sample.item.libelle),
        ("code", code), ("mot", sample.words.get(code, code)), ("satisfait", "1" if good else ""),
    )  # fmt: skip
    changes = {LABELS: (_change(delivery, part, part.labelled),), PLAN: ()}
    return Finding(_asked("sens_contredit", delivery, part, columns, seen, answers), changes)


def _asked(
    code: str, delivery: Delivery, part: _Part, columns: Sequence[_Column],
    seen: tuple[tuple[str, str], ...], answers: tuple[Answer, ...],
) -> Question:  # fmt: skip
    table = delivery.table
    place = Place(table.file, table.sheet, 0, "", f"{part.wave}{_IN}{part.name}")
    content = (text for one in columns for text in (*one.cells, *one.words, *one.words.values()))
    return Question(
        code, "enquete", place, _numbers(delivery, part), seen, answers, answers[-1].effect,
        content_of(content), float(part.rows.mean()), must_choose=True,
    )  # fmt: skip


def _numbers(delivery: Delivery, part: _Part) -> tuple[int, ...]:
    return () if part.rows.all() else tuple(int(r) for r in delivery.table.rows[part.rows])


def _change(delivery: Delivery, part: _Part, recoded: Recoded) -> Change:
    table = delivery.table
    return Change(table.file, table.sheet, rows=_numbers(delivery, part), recoded=recoded)
