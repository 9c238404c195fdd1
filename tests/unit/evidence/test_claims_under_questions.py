"""Claims under open questions: bounds of the answers, each tried once, none told beyond."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from tfpb.errors import Place
from tfpb.evidence.suspension import (
    each_answer,
    refused,
    suspend_asked,
    suspend_together,
    without_survey_bounds,
)
from tfpb.facts.amount import QUESTION, known
from tfpb.facts.claim import TOTAL, Claim, Claims, State, claim
from tfpb.model.codes import Role
from tfpb.model.question import (
    NOT_KNOWN,
    Answer,
    Asked,
    Measure,
    Question,
    Replies,
    Reply,
    Unit,
    content_of,
)
from tfpb.words.claim_words import claim_value
from tfpb.words.faults.question_words import answer_words
from tfpb.words.numbers import THIN, euros

if TYPE_CHECKING:
    from collections.abc import Mapping

    Supposed = Mapping[str, str]

OUT: Final = "ecarter"
KEPT: Final = "garder"


def question(name: str, spread: float = 50, source: str = "fiscalite") -> Question:
    """Return a question on a table of 100 €, the first answer the least kind."""
    answers = tuple(
        Answer(code, Measure(amount, Unit.EUR)) for code, amount in ((OUT, 100 - spread), (KEPT, 100))
    )  # fmt: skip
    place = Place(f"{name}.csv")
    return Question(
        "q", source, place, (4,), (), answers, Measure(100, Unit.EUR), content_of([name])
    )


def chosen(asked: list[Asked], supposed: Supposed) -> dict[str, str]:
    return {a.question.place.file[0]: supposed.get(a.question.key, a.reading) for a in asked}


def reader(asked: list[Asked], value: dict[tuple[str, ...], int], calls: list[Supposed]):  # noqa: ANN201
    """Return what reads claims: `acquis` by the answers, `logements` of none of them."""

    def read(supposed: Supposed) -> Claims:
        calls.append(supposed)
        codes = chosen(asked, supposed)
        amount = value[tuple(codes[k] for k in sorted(codes))]
        return Claims([claim("acquis", TOTAL, known(amount)), claim("logements", TOTAL, known(7))])

    return read


def test_without_open_question_nothing_is_read() -> None:
    base = Claims([claim("acquis", TOTAL, known(5))])
    light = Asked(question("a", spread=0.05))
    reply = Reply("k", KEPT, Role.FISCALITE, dt.date(2025, 3, 1))
    settled = Asked(question("b"), reply)

    def read(_: Supposed) -> Claims:
        raise AssertionError

    assert suspend_asked(base, [light, settled], read) == (base, ())
    assert light.question.is_note
    assert not light.is_open


def test_a_figure_lies_between_its_answers_and_others_do_not_move() -> None:
    asked, calls = [Asked(question("a"))], []
    read = reader(asked, {(OUT,): 179801, (KEPT,): 537513}, calls)
    claims, outcomes = suspend_asked(read({}), asked, read)
    held = claims.get("acquis")
    assert (held.state, held.amount.at_least, held.amount.at_most) == (
        State.SUSPENDU, Decimal(179801), Decimal(537513),
    )  # fmt: skip
    assert QUESTION in held.why
    told = [text.replace(THIN, " ") for text in (claim_value(held), euros(held.amount))]
    assert told == [
        "suspendu : 179 801 à 537 513 € selon une réponse", "de 179 801 € à 537 513 € selon une réponse",
    ]  # fmt: skip
    assert claims.get("logements") == claim("logements", TOTAL, known(7))
    assert len(calls) == 2
    lines = each_answer(("acquis", TOTAL), asked[0], outcomes)
    assert [(code, held.amount.exact) for code, held in lines if held] == [
        (OUT, Decimal(179801)), (KEPT, Decimal(537513)),
    ]  # fmt: skip
    assert each_answer(("logements", TOTAL), asked[0], outcomes) == []


def test_what_is_left_unread_is_tried_under_every_answer_and_shown_without_one() -> None:
    asked = [Asked(replace(question("a", spread=0.05), left_unread=True))]
    assert asked[0].is_open
    calls: list[Supposed] = []
    read = reader(asked, {("",): 30, (OUT,): 20, (KEPT,): 90}, calls)
    claims, outcomes = suspend_asked(read({}), asked, read)
    held = claims.get("acquis")
    assert (held.amount.at_least, held.amount.at_most) == (20, 90)
    assert [c for call in calls for c in call.values()] == [OUT, KEPT]
    lines = each_answer(("acquis", TOTAL), asked[0], outcomes)
    assert [code for code, _ in lines] == ["", OUT, KEPT]
    assert answer_words(asked[0].question, "") == "sans réponse : non lu"


def test_unknown_dated_keeps_the_bounds_and_waits_no_more() -> None:
    reply = Reply("k", NOT_KNOWN, Role.FISCALITE, dt.date(2025, 3, 1))
    asked = [Asked(question("a"), reply)]
    assert not asked[0].is_waiting
    assert Asked(question("a")).is_waiting
    read = reader(asked, {(OUT,): 1, (KEPT,): 9}, [])
    assert suspend_asked(read({}), asked, read)[0].get("acquis").state is State.SUSPENDU


def test_a_row_that_counts_only_where_another_is_kept_is_met() -> None:
    asked = [Asked(question("a")), Asked(question("b"))]
    value = {(a, b): 100 * (a == b == KEPT) for a, b in product((OUT, KEPT), repeat=2)}
    calls: list[Supposed] = []
    read = reader(asked, value, calls)
    held = suspend_asked(read({}), asked, read)[0].get("acquis")
    assert (held.amount.at_least, held.amount.at_most) == (0, 100)
    assert len(calls) == 4


def test_three_questions_take_eight_readings_and_four_of_one_claim_add_up() -> None:
    asked = [Asked(question(n)) for n in "abc"]
    calls: list[Supposed] = []
    moves = {n: 10**k for k, n in enumerate("abcd")}

    def read(supposed: Supposed) -> Claims:
        calls.append(supposed)
        codes = chosen(asked, supposed)
        return Claims(
            [claim("acquis", TOTAL, known(sum(moves[n] for n, c in codes.items() if c == KEPT)))]
        )

    held = suspend_asked(read({}), asked, read)[0].get("acquis")
    assert len(calls) == 8
    assert held.amount.at_most == 111
    asked.append(Asked(question("d")))
    calls.clear()
    held = suspend_asked(read({}), asked, read)[0].get("acquis")
    assert len(calls) == 6
    assert (held.amount.at_least, held.amount.at_most) == (0, 1111)


def test_many_questions_that_pull_both_ways_are_bounded_at_their_worst() -> None:
    asked = [Asked(question(n)) for n in "abcd"]
    moves = {"a": 1000, "b": -100, "c": 10, "d": -1}

    def read(supposed: Supposed) -> Claims:
        codes = chosen(asked, supposed)
        left = sum(moves[n] for n, c in codes.items() if c == KEPT)
        return Claims([claim("solde", TOTAL, known(left))])

    held = suspend_asked(read({}), asked, read)[0].amount("solde")
    assert (held.at_least, held.at_most) == (-101, 1010)


def test_only_questions_of_a_same_claim_are_combined_beyond_three() -> None:
    asked = [Asked(question(n)) for n in "abcd"]
    own = dict(zip("abcd", ("acquis", "acquis", "logements", "residences"), strict=True))
    calls: list[Supposed] = []

    def read(supposed: Supposed) -> Claims:
        calls.append(supposed)
        codes = chosen(asked, supposed)
        names = dict.fromkeys(own.values(), 0)
        for n, code in codes.items():
            names[own[n]] += 5 * (code == KEPT)
        return Claims([claim(name, TOTAL, known(value)) for name, value in names.items()])

    claims, _ = suspend_asked(read({}), asked, read)
    assert len(calls) == 1 + 4 + 1
    assert claims.amount("acquis").at_most == 10
    assert claims.amount("residences").at_most == 5


def test_a_mask_of_one_reading_masks_and_an_absent_figure_is_not_known() -> None:
    asked = [Asked(question("a"))]
    gap = Claim("ecart", TOTAL, known(1), State.CONNU)

    def read(supposed: Supposed) -> Claims:
        masked = Claim("ecart", TOTAL, None, State.MASQUE)
        more = [claim("acquis", "QN05991I", known(5))]
        return Claims([masked, *more]) if supposed else Claims([gap])

    claims, _ = suspend_asked(read({}), asked, read)
    assert claims.get("ecart") == Claim(
        "ecart", TOTAL, None, State.MASQUE, why=frozenset({QUESTION})
    )
    new = claims.get("acquis", "QN05991I")
    assert (new.state, new.amount.at_least, new.amount.at_most) == (State.SUSPENDU, 0, None)
    assert claim_value(new) == "suspendu"


def acquired(supposed: Supposed) -> Claims:
    return Claims([claim("acquis", TOTAL, known(5 + len(supposed)))])


def test_an_answer_that_stops_the_files_moves_no_figure_and_is_refused() -> None:
    asked = [Asked(question("a"))]
    base = acquired({})
    claims, outcomes = suspend_asked(base, asked, lambda _: None)
    assert list(claims) == list(base)
    assert refused(outcomes) == {(asked[0].question.key, KEPT)}
    assert each_answer(("acquis", TOTAL), asked[0], outcomes) == []


def test_an_answer_that_stops_the_files_leaves_other_questions_their_bounds() -> None:
    copied, other = asked = [Asked(question("a", source="programme")), Asked(question("b"))]

    def read(supposed: Supposed) -> Claims | None:
        return None if copied.question.key in supposed else acquired(supposed)

    claims, outcomes = suspend_asked(acquired({}), asked, read)
    held = claims.get("acquis")
    assert (held.state, held.amount.at_least, held.amount.at_most) == (State.SUSPENDU, 5, 6)
    assert refused(outcomes) == {(copied.question.key, KEPT)}
    assert each_answer(("acquis", TOTAL), copied, outcomes) == []
    lines = each_answer(("acquis", TOTAL), other, outcomes)
    assert [(code, held.amount.exact) for code, held in lines if held] == [(OUT, 5), (KEPT, 6)]


def test_answers_that_stop_the_files_only_together_leave_their_tables_without_bounds() -> None:
    asked = [Asked(question("a")), Asked(question("b"))]
    claims, outcomes = suspend_asked(
        acquired({}), asked, lambda supposed: None if len(supposed) > 1 else acquired(supposed)
    )
    assert claims.amount("acquis").at_most is None
    assert refused(outcomes) == frozenset()


def test_an_answer_read_only_beside_another_is_still_offered() -> None:
    asked = [Asked(question("a")), Asked(question("b"))]
    first = asked[0].question.key
    claims, outcomes = suspend_asked(
        acquired({}), asked, lambda s: None if set(s) == {first} else acquired(s)
    )
    assert refused(outcomes) == frozenset()
    assert claims.amount("acquis").at_most == 7


def test_the_programme_leaves_notices_alone_whatever_its_answers_stop() -> None:
    asked = [Asked(question(n, source="programme")) for n in "ab"]
    base = Claims([claim("acquis", TOTAL, known(5)), claim("valorise", TOTAL, known(5))])
    claims, _ = suspend_asked(base, asked, lambda s: None if len(s) > 1 else base)
    assert claims.get("acquis").state is State.CONNU
    assert claims.amount("valorise").at_most is None


def test_a_table_that_stops_a_region_leaves_the_others_bounded() -> None:
    money, plan = asked = [Asked(question("a")), Asked(question("b", source="programme"))]
    base = Claims([claim("acquis", TOTAL, known(5)), claim("valorise", TOTAL, known(5))])

    def read(supposed: Supposed) -> Claims | None:
        if plan.question.key in supposed:
            return None
        more = known(5 + 4 * (money.question.key in supposed))
        return Claims([claim("acquis", TOTAL, more), claim("valorise", TOTAL, known(5))])

    claims = suspend_together(base, asked, read, KEPT)
    assert (claims.amount("acquis").at_least, claims.amount("acquis").at_most) == (5, 9)
    assert claims.amount("valorise").at_most is None


def test_a_release_bears_no_bounds_of_the_survey() -> None:
    asked = [Asked(question("a", source="enquete"))]

    def read(supposed: Supposed) -> Claims:
        rate = Decimal("0.6") if supposed else Decimal("0.5")
        return Claims(
            [claim("satisfaits_qpv", TOTAL, known(rate)), claim("acquis", TOTAL, known(len(supposed)))]
        )  # fmt: skip

    claims = without_survey_bounds(suspend_asked(read({}), asked, read)[0])
    assert claims.get("satisfaits_qpv").value is None
    assert claim_value(claims.get("satisfaits_qpv")) == "suspendu"
    assert claims.amount("acquis").at_most == 1


@pytest.mark.parametrize("count", [1, 2, 3])
@given(data=st.data())
@settings(max_examples=tries(15, 40), deadline=None)
def test_answers_stay_within_the_bounds_told_before(count: int, data: st.DataObject) -> None:
    names = "abc"[:count]
    codes = list(product((OUT, KEPT), repeat=count))
    value = {pair: data.draw(st.integers(0, 1000)) for pair in codes}
    asked = [Asked(question(n)) for n in names]
    read = reader(asked, value, [])
    before = suspend_asked(read({}), asked, read)[0].amount("acquis")
    answer = data.draw(st.sampled_from((OUT, KEPT)))
    given_ = Reply(asked[0].question.key, answer, Role.FISCALITE, dt.date(2025, 3, 1))
    after = [Replies({given_.key: given_}).to(a.question) for a in asked]
    read = reader(after, value, [])
    now = suspend_asked(read({}), after, read)[0].amount("acquis")
    assert before.at_least <= now.at_least
    assert now.at_most is not None
    assert before.at_most is not None
    assert now.at_most <= before.at_most
