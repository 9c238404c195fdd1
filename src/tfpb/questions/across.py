"""What two bailleurs hold at once: dwellings of one address, interviews, weights on another scale."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.question import Answer, Measure, Question, Unit, content_of
from tfpb.questions.finding import KEPT, Change, Finding
from tfpb.questions.odd_amounts import DIVIDED
from tfpb.questions.whole_table import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.model.arrays import Floats, Integers

FIRST: Final = "premier"
"""Answer: they are of the bailleur named first alone."""
SECOND: Final = "second"
_SOURCES: Final = {
    Unit.LOGEMENTS: "patrimoine", Unit.EUR: "programme", Unit.POINTS: "enquete",
}  # fmt: skip
"""What two bailleurs hold at once → the input that it is asked of."""
_LEAST_TWINS: Final = 5
_LEAST_PART: Final = 0.005
_TIMES: Final = 5
"""How many times the median weight, or less, weights are on another scale: a power of ten sets them right."""


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of one file of a bailleur: entrances of its stock, or interviews of its tenants."""

    bailleur: str
    file: str  # distinguishes the bailleur's from others of the same name
    sheet: str
    rows: Integers
    keys: tuple[str, ...]
    """What a row is, equal in two files where it is the same: an address, all answers. "" for a row that is
    not compared."""
    amounts: Floats  # dwellings of entrances, weights of interviews
    header: str = ""  # column of the amounts
    wave: str = ""  # of interviews, where waves of a file are kept separate


def shared_addresses(stocks: Sequence[Held]) -> Iterator[Finding]:
    """Ask whose dwellings are that two bailleurs hold at one address, as many in each stock."""
    sums = [_sums(one) for one in stocks]
    for (k, one), (j, other) in combinations(enumerate(stocks), 2):
        if one.bailleur == other.bailleur:
            continue
        both = [key for key, n in sums[k].items() if n > 0 and sums[j].get(key) == n]
        if both:
            count = sum(sums[k][key] for key in both)
            least = float(min(one.amounts.sum(), other.amounts.sum()))
            yield _whose("adresses_deux_bailleurs", one, other, both, count, least, Unit.LOGEMENTS)


def shared_invoices(programmes: Sequence[Held]) -> Iterator[Finding]:
    """Ask who may value an invoice that two bailleurs value whole; shares of other amounts are no twins."""
    for one, other in combinations(programmes, 2):
        both = sorted({*one.keys} & {*other.keys} - {""})
        if both and one.bailleur != other.bailleur:
            value = sum(n for key, n in zip(one.keys, one.amounts, strict=True) if key in both)
            least = float(min(one.amounts.sum(), other.amounts.sum()))
            yield _whose("factures_deux_bailleurs", one, other, both, value, least, Unit.EUR)


def shared_interviews(deliveries: Sequence[Held]) -> Iterator[Finding]:
    """Ask whose interviews are that two deliveries hold: five and 0.5 % of the smaller one at least."""
    for one, other in combinations(deliveries, 2):
        both = sorted({*one.keys} & {*other.keys} - {""})
        least = min(len(one.keys), len(other.keys))
        if one.bailleur != other.bailleur and len(both) >= max(_LEAST_TWINS, _LEAST_PART * least):
            share = 100 * len(both) / least
            found = _whose("entretiens_deux_livraisons", one, other, both, share, 100, Unit.POINTS)
            yield replace(found, question=replace(found.question, part=share / 100))


def odd_scales(deliveries: Sequence[Held], dwellings: Sequence[float]) -> Iterator[Finding]:
    """Ask about weights above five times the others' of a wave, or under a fifth, on average and a dwelling.

    Relative weights are equal on average, those that count dwellings a dwelling: what is neither is on
    another scale. One wave of a file may be so alone. `dwellings` are of the stock of each delivery's
    bailleur.
    """
    sums = np.array([one.amounts.sum() for one in deliveries])
    counts = np.array([len(one.amounts) for one in deliveries], dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        each, means = sums / np.array(dwellings, dtype=float), sums / counts
    odd: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for k, one in enumerate(deliveries):
        times, on_average = (_times_of_most(values, deliveries, k) for values in (each, means))
        if _is_far(times) and _is_far(on_average):
            odd[one.file, one.sheet, int(np.rint(np.log10(times)))].append(k)
    for (file, sheet, power), some in odd.items():
        first, waves = deliveries[some[0]], {deliveries[k].wave for k in some}
        whole = [k for k, one in enumerate(deliveries) if (one.file, one.sheet) == (file, sheet)]
        alone = len(some) < len(whole)
        rows = tuple(int(r) for k in some for r in deliveries[k].rows) if alone else ()
        rest = sum(n for k, n in enumerate(sums) if k not in some and deliveries[k].wave in waves)
        factor, own = Decimal(10) ** power, float(sums[some].sum())
        after = own / float(factor)
        effects = [Measure(float(100 * w / (w + rest)), Unit.POINTS) for w in (after, own)]
        change = Change(file, sheet, rows=rows, scaled={first.header: 1 / factor})
        question = Question(
            "poids_d_une_autre_echelle", "enquete", Place(file, sheet, 0, first.header), rows,
            (("bailleur", first.bailleur), ("vagues", ", ".join(sorted(waves)) if alone else ""),
             ("facteur", str(10 ** abs(power))), ("moins", "oui" if power < 0 else "")),
            (Answer(DIVIDED, effects[0]), Answer(KEPT, effects[1])), effects[1],
            content_of(str(w) for k in some for w in deliveries[k].amounts),
            part=float(counts[some].sum() / counts.sum()),
        )  # fmt: skip
        yield Finding(question, {DIVIDED: (change,), KEPT: ()})


def _times_of_most(values: Floats, deliveries: Sequence[Held], k: int) -> float:
    """Return how many times the bailleurs' median in its wave a value is; NaN where they are too few."""
    for wave in ({deliveries[k].wave}, {one.wave for one in deliveries}):
        owned: dict[str, list[float]] = defaultdict(list)
        for one, value in zip(deliveries, values, strict=True):
            if one.wave in wave and np.isfinite(value):
                owned[one.bailleur].append(value)
        if len(owned) > 2:  # noqa: PLR2004 - of two, neither is odd
            return float(values[k] / np.median([np.median(own) for own in owned.values()]))
    return float("nan")


def _is_far(times: float) -> bool:
    return bool(np.isfinite(times)) and times > 0 and not 1 / _TIMES <= times <= _TIMES


def _sums(one: Held) -> dict[str, float]:
    out: dict[str, float] = defaultdict(float)
    for key, count in zip(one.keys, one.amounts, strict=True):
        if key:
            out[key] += float(count)
    return out


def _whose(
    code: str, one: Held, other: Held, both: Sequence[str], count: float, whole: float, unit: Unit
) -> Finding:
    shared = set(both)
    gone = [
        tuple(int(r) for r, key in zip(h.rows, h.keys, strict=True) if key in shared)
        for h in (one, other)
    ]
    without = Measure(whole - count, unit)
    question = Question(
        code, _SOURCES[unit],
        Place(other.file, other.sheet, gone[1][0]), gone[1],
        (("lignes", str(len(gone[1]))), ("premier", one.bailleur), ("second", other.bailleur),
         ("exemples", "" if unit is Unit.POINTS else listed(both))),
        (Answer(FIRST, without), Answer(SECOND, without), Answer(KEPT, Measure(whole, unit))),
        Measure(whole, unit), content_of([*both, *map(str, (one.bailleur, other.bailleur))]),
    )  # fmt: skip
    changes = {
        FIRST: (Change(other.file, other.sheet, left_out=gone[1]),),
        SECOND: (Change(one.file, one.sheet, left_out=gone[0]),),
        KEPT: (),
    }
    return Finding(question, changes)
