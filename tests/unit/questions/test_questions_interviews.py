from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tfpb.questions.coding import Way, against_mark, against_wave, noughts_of_nobody
from tfpb.questions.copied_rows import delivered_again, twin_interviews
from tfpb.questions.interviews import Interviews
from tfpb.questions.marked_rows import marked_rows
from tfpb.questions.whole_table import WholeTable


def drawn(rng: np.random.Generator, count: int, items: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Draw satisfied answers and marks that follow one mood."""
    mood = rng.normal(0, 1, count)
    levels = rng.normal(0.8, 0.5, items)
    satisfied = (mood[:, None] + levels + rng.normal(0, 1, (count, items)) > 0).astype(float)
    marks = np.clip(np.rint(6.5 + 1.2 * mood + rng.normal(0, 1.5, count)), 0, 10)
    return satisfied, marks


def test_a_mark_shows_codes_that_run_the_other_way_round() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        satisfied, marks = drawn(rng, 900)
        assert against_mark(satisfied, marks).way is Way.AS_PLANNED
        turned = against_mark(1 - satisfied, marks)
        assert (turned.way, turned.items) == (Way.REVERSED, ())
        one = satisfied.copy()
        one[:, 3] = 1 - one[:, 3]
        assert against_mark(one, marks).items == (3,)
    few, marks = drawn(rng, 30)
    assert against_mark(1 - few, marks).way is Way.UNVERIFIED
    assert against_mark(satisfied, np.full(900, np.nan)).way is Way.UNVERIFIED


def test_one_question_against_the_others_is_asked_sooner_and_doubted_before() -> None:
    rng = np.random.default_rng(9)
    seen = []
    for _ in range(60):
        satisfied, marks = drawn(rng, 200, 8)
        assert not against_mark(satisfied, marks).items
        assert not against_mark(satisfied, marks).doubted
        satisfied[:, 5] = 1 - satisfied[:, 5]
        seen.append(against_mark(satisfied, marks))
    assert sum(one.items == (5,) for one in seen) > 30
    assert sum(bool(one.items or one.doubted) for one in seen) > 50


def test_noughts_are_of_nobody_where_their_tenants_answer_as_the_others_do() -> None:
    rng = np.random.default_rng(4)
    seen = {"anyone": 0, "angry": 0, "one subject": 0}
    for _ in range(20):
        satisfied, marks = drawn(rng, 700)
        satisfied[:, 2] = rng.random(700) < 0.8  # a subject that goes with no other
        nought = np.zeros((3, 700), dtype=bool)
        nought[0, rng.choice(700, 140, replace=False)] = True
        nought[1, np.argsort(satisfied.mean(axis=1) + rng.normal(0, 0.5, 700))[:16]] = True
        subject = np.flatnonzero(satisfied[:, 2] == 0)
        nought[2, subject[: len(subject) * 2 // 3]] = True
        for kind, own in zip(seen, nought, strict=True):
            seen[kind] += noughts_of_nobody(satisfied, np.where(own, 0, marks))
    assert seen["anyone"] > 17
    assert (seen["angry"], seen["one subject"]) == (0, 0)
    assert not noughts_of_nobody(*drawn(rng, 900))


def test_the_wave_before_shows_it_too() -> None:
    before = [0.8, 0.72, 0.65, 0.9, 0.55]
    now = [0.78, 0.75, 0.6, 0.86, 0.5]
    assert against_wave(now, before).way is Way.AS_PLANNED
    assert against_wave([1 - p for p in now], before).way is Way.REVERSED
    assert against_wave([0.5] * 5, [0.5] * 5).way is Way.UNVERIFIED
    assert against_wave(now[:2], before[:2]).way is Way.UNVERIFIED


def test_a_gap_is_told_at_the_step_of_its_sides() -> None:
    satisfied = np.array([[1.0]] * 61 + [[0.0]] * 39 + [[1.0]] * 40 + [[0.0]] * 20)
    side = np.array([1] * 100 + [0] * 60)
    held = Interviews(satisfied, np.ones(160), side)
    assert held.measure(np.ones(160)).amount == 61 - 66  # 66.7, by two points from 50 interviews
    whole = Interviews(satisfied, np.ones(160), np.full(160, -1))
    assert whole.measure(np.ones(160)).amount == 63


def interviews(rng: np.random.Generator, count: int, items: int) -> pd.DataFrame:
    mood = rng.normal(0, 1, count)
    columns = {
        "id": [f"E{k}" for k in range(count)],
        "residence": rng.integers(0, 30, count).astype(str),
    }
    columns |= {
        f"q{k}": (np.digitize(mood + rng.normal(0, 0.7, count), [-1, 0, 1]) + 1).astype(str)
        for k in range(items)
    }
    return pd.DataFrame({k: np.asarray(v, dtype=object) for k, v in columns.items()}, dtype=object)


def whole(frame: pd.DataFrame) -> WholeTable:
    rows = np.arange(2, len(frame) + 2)
    held = Interviews(np.ones((len(frame), 1)), np.ones(len(frame)), np.full(len(frame), -1))
    return WholeTable("enquete", "e.csv", "", frame, rows, {}, held)


def test_interviews_of_a_trial_are_asked_by_their_number() -> None:
    frame = interviews(np.random.default_rng(3), 40, 2)
    frame.loc[[4, 9], "id"] = ["TEST1", "Essai 2"]
    (found,) = marked_rows(replace(whole(frame), keys=("id",)))
    assert found.question.code == "lignes_dites"
    assert found.question.rows == (6, 11)


def test_copied_interviews_are_asked_and_honest_twins_are_not() -> None:
    rng = np.random.default_rng(2)
    asked = [f"q{k}" for k in range(8)]
    for _ in range(10):
        frame = interviews(rng, 800, 8)
        assert list(twin_interviews(whole(frame), asked, ["id"])) == []
        again = frame.iloc[100:180].assign(id=[f"X{k}" for k in range(80)])
        (found,) = twin_interviews(
            whole(pd.concat([frame, again], ignore_index=True)), asked, ["id"]
        )
        rows = set(found.question.rows)
        straight = {k for k, row in enumerate(again[asked].to_numpy()) if len(set(row)) == 1}
        assert {802 + k for k in range(80) if k not in straight} <= rows
        assert found.question.part > 0.05
        assert found.question.is_blocking


def test_few_copies_among_many_near_ones_are_asked_where_a_weight_is_the_same_too() -> None:
    rng = np.random.default_rng(7)
    asked = [f"q{k}" for k in range(5)]
    frame = interviews(rng, 800, 5).assign(poids=[f"{w:.4f}" for w in rng.uniform(1, 4, 800)])
    assert list(twin_interviews(whole(frame), asked, ["id"])) == []
    again = frame.iloc[100:110].assign(id=[f"X{k}" for k in range(10)])
    both = whole(pd.concat([frame, again], ignore_index=True))
    (found,) = twin_interviews(both, asked, ["id"])
    assert found.question.rows == tuple(range(802, 812))


def test_interviews_delivered_again_under_other_numbers_are_asked_once() -> None:
    rng = np.random.default_rng(4)
    asked = [f"q{k}" for k in range(8)]
    first, fresh = interviews(rng, 400, 8), interviews(rng, 100, 8)
    fresh = fresh.assign(id=[f"N{k}" for k in range(100)])
    assert list(delivered_again(whole(fresh), whole(first), asked, ["id"])) == []
    renumbered = first.iloc[:150].assign(id=[f"X{k}" for k in range(150)])
    second = pd.concat([fresh, first.iloc[200:230], renumbered], ignore_index=True)
    second = second.assign(poids="1")  # a column that the first file lacks is not compared
    (found,) = delivered_again(whole(second), whole(first), asked, ["id"])
    straight = {k for k, row in enumerate(renumbered[asked].to_numpy()) if len(set(row)) == 1}
    wanted = {132 + k for k in range(150) if k not in straight}
    # of the same number in both, they are counted once already
    assert wanted <= set(found.question.rows) <= {*range(132, 282), *range(2, 102)}
    assert ("autre", "e.csv") in found.question.seen
    assert found.changes["ecarter"][0].left_out == found.question.rows
