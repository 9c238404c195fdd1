"""A question or a wave renamed between two releases is the same by its numbers, or nothing is released."""

from __future__ import annotations

import pytest

from tfpb.errors import Severity
from tfpb.survey.secrecy.cells import Cell, Disclosed
from tfpb.survey.secrecy.field_counts import FieldCount
from tfpb.survey.secrecy.renamed import as_named

PLACES = (("total", "total"), ("agence", "A1"), ("agence", "A2"))


def told(numbers: dict[tuple[str, str], tuple[int, ...]], *hidden: tuple[str, str]) -> Disclosed:
    shown = [
        (Cell(wave, item, *place, "ensemble", "qpv"), n)
        for (wave, item), sizes in numbers.items()
        for place, n in zip(PLACES, sizes, strict=False)
    ]
    masked = [Cell(wave, item, "agence", "A3", "ensemble", "qpv") for wave, item in hidden]
    return Disclosed(tuple(masked), tuple(sorted(shown)), (("cote", {"r": "dans"}),))


@pytest.mark.parametrize("new", [("2023", "Q7"), ("2023 bis", "q1"), ("V2", "Q7")])
def test_equal_numbers_are_the_same_question(new: tuple[str, str]) -> None:
    before = told({("2023", "q1"): (90, 40, 31), ("2023", "q2"): (70, 22, 48)}, ("2023", "q1"))
    now = told({new: (90, 40, 31), ("2023", "q2"): (70, 22, 48)})
    named, faults = as_named(before, now, 11)
    assert not faults
    assert {(c.vague, c.item) for c in named.masked} == {new}
    assert {(c.vague, c.item) for c, _ in named.shown} == {new, ("2023", "q2")}
    assert named.sides == before.sides


def test_a_name_that_stays_is_never_another() -> None:
    before = told({("2023", "q1"): (90, 40, 31), ("2023", "q2"): (70, 22, 48)})
    now = told({("2023", "q1"): (70, 22, 48), ("2023", "q2"): (90, 40, 31)})
    assert as_named(before, now, 11) == (before, ())
    now = told({("2023", "q3"): (90, 40, 31)}, ("2023", "q1"))
    assert as_named(before, now, 11)[1] == ()
    masked = told({("2023", "q2"): (90, 40, 31)}, ("2023", "q3"))
    assert as_named(masked, now, 11)[1] == ()


@pytest.mark.parametrize(("change", "doubtful"), [(10, True), (11, False)])
def test_a_few_answers_apart_release_nothing(change: int, *, doubtful: bool) -> None:
    before = told({("2023", "q1"): (90, 40, 31)})
    named, faults = as_named(before, told({("2023", "q9"): (90 + change, 40, 31)}), 11)
    assert named == before
    assert [f.code for f in faults] == ["enquete_renommee"] * doubtful
    assert [(f.fields["noms"], f.fields["avant"]) for f in faults] == [
        ("2023 · q9", "2023 · q1")
    ] * doubtful


def test_two_that_agree_as_well_release_nothing() -> None:
    before = told({("2023", "q1"): (90, 40, 31)})
    now = told({("2023", "q8"): (90, 40, 31), ("2023", "q9"): (90, 40, 31)})
    named, faults = as_named(before, now, 11)
    assert named == before
    assert len(faults) == 2
    named, faults = as_named(now, before, 11)
    assert (named, len(faults)) == (now, 2)


def test_no_place_in_common_tells_nothing() -> None:
    before = Disclosed(shown=((Cell("2023", "q1", "agence", "A1", "ensemble", "qpv"), 40),))
    now = Disclosed(shown=((Cell("2023", "q2", "agence", "A2", "ensemble", "qpv"), 40),))
    assert as_named(before, now, 11) == (before, ())


def test_territories_of_one_name_are_told_apart_by_their_level() -> None:
    agency, town = (
        Cell("2023", "q1", level, "X", "ensemble", "qpv") for level in ("agence", "epci")
    )
    before = Disclosed(shown=((agency, 40), (town, 90)))
    now = Disclosed(shown=((agency._replace(item="q2"), 40),))
    named, faults = as_named(before, now, 11)
    assert {c.item for c, _ in named.shown} == {"q2"}
    assert not faults


def test_what_is_matched_raises_no_doubt_about_another() -> None:
    one, two = ("2023", "q1"), ("2023", "q9")
    before, now = told({one: (90, 40, 31)}), told({two: (90, 40, 31)})
    near = {("2023", "z"): (91, 40, 31)}
    for old, new in (
        (before, told({two: (90, 40, 31), **near})),
        (told({one: (90, 40, 31), **near}), now),
    ):
        named, faults = as_named(old, new, 11)
        assert two in {(c.vague, c.item) for c, _ in named.shown}
        assert not faults
    [fault] = as_named(before, told(near), 11)[1]
    assert fault.severity is Severity.DOUTE


def test_counts_of_the_field_sheet_follow_the_wave() -> None:
    before = told({("2019", "q1"): (50, 20, 30), ("2023", "q1"): (90, 40, 31)})
    now = told({("2019", "q1"): (50, 20, 30), ("V2", "q1"): (90, 40, 31)})
    one, two = (FieldCount(w, "A", "qpv", "Collectif", "", 40) for w in ("2019", "2023"))
    named, _ = as_named(before._replace(counts=((one, two), (two,))), now, 11)
    assert named.counts == ((one, two._replace(vague="V2")), (two._replace(vague="V2"),))
