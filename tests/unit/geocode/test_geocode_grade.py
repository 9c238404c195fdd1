"""When an address stands, asks for a look, or is refused; and how sure the street is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from tfpb.geocode.candidates import Candidate
from tfpb.geocode.choose import Choice
from tfpb.geocode.commune_table import Point
from tfpb.geocode.grade import confidence, features, verdict
from tfpb.geocode.spots import Spot
from tfpb.model.codes import ResultType

if TYPE_CHECKING:
    from tfpb.geocode.source import Street

STREET = cast("Street", None)
NUMBER = Point(0, 0, 12, "", 0.0, 0.0)


def place(
    kind: ResultType = ResultType.HOUSENUMBER, *, radius_m: float = 15.0, number: bool = True,
    reasons: tuple[str, ...] = (), ambiguous: bool = False,
) -> Spot:  # fmt: skip
    return Spot(
        kind, 0.0, 0.0, radius_m, STREET, NUMBER if number else None, reasons=reasons,
        ambiguous=ambiguous,
    )  # fmt: skip


def street(how: str = "fuzzy", like: float = 0.9, kind: float = 1.0) -> Candidate:
    return Candidate(0, 0, like, like, like, like, kind, how)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (0.0, "rejete"),
        (0.4499, "rejete"),
        (0.45, "a_verifier"),
        (0.60, "a_verifier"),  # two chances in five of a wrong street
        (0.9499, "a_verifier"),
        (0.95, "accepte"),
        (1.0, "accepte"),
    ],
)
def test_nineteen_chances_in_twenty_are_asked(probability: float, expected: str) -> None:
    assert verdict(place(), probability, ()) == expected


@pytest.mark.parametrize(
    "reason",
    [
        "commune_homonyme", "commune_discordante", "deux_voies_trouvees", "autre_adresse_retenue",
        "par_nom_de_residence", "voie_incertaine", "par_parcelle",
    ],
)  # fmt: skip
def test_a_human_looks_whatever_the_confidence(reason: str) -> None:
    assert verdict(place(), 1.0, ("suffixe_absent", reason)) == "a_verifier"
    assert verdict(place(), 0.2, (reason,)) == "rejete"


def test_a_remark_that_moves_nothing_does_not_stop() -> None:
    assert verdict(place(), 1.0, ("suffixe_absent",)) == "accepte"


def test_two_places_that_answer_are_looked_at() -> None:
    assert verdict(place(ambiguous=True), 1.0, ()) == "a_verifier"


@pytest.mark.parametrize(
    ("kind", "radius_m", "expected"),
    [
        (ResultType.STREET, 150.0, "accepte"),
        (ResultType.STREET, 150.1, "a_verifier"),  # the middle of a long street places no one
        (ResultType.STREET, 900.0, "a_verifier"),
        (ResultType.HOUSENUMBER, 900.0, "accepte"),
    ],
)
def test_a_long_street_without_number_is_looked_at(
    kind: ResultType, radius_m: float, expected: str
) -> None:
    assert verdict(place(kind, radius_m=radius_m), 1.0, ()) == expected


@pytest.mark.parametrize(
    ("how", "number", "reasons", "expected"),
    [
        ("exact", True, (), 0.999),
        ("joined", True, (), 0.997),
        ("exact", False, ("sans_numero",), 0.999),  # no number was written: none is missing
        ("exact", False, ("numero_absent",), 0.994005),  # 0.999 × 0.995
    ],
)
def test_the_exact_name_is_nearly_sure(
    how: str, reasons: tuple[str, ...], expected: float, *, number: bool
) -> None:
    choice = Choice(street(how), place(number=number, reasons=reasons), 1.0)
    assert confidence(choice, certainty=1.0, streets=9) == pytest.approx(expected, abs=1e-9)
    assert confidence(choice, certainty=0.5, streets=9) == pytest.approx(expected / 2, abs=1e-9)


@pytest.mark.parametrize(
    ("margin", "number", "contested", "expected"),
    [
        # 0.9 of name, street and letters, type agreed: 0.9 × 21.31 + 4.21 − 21.44 = 1.949
        (0.25, True, False, 0.99945),  # + 3.38 + 2.17 = 7.499
        (1.0, True, False, 0.99945),  # a quarter ahead is enough
        (0.125, True, False, 0.99701),  # + 1.69 + 2.17 = 5.809
        (0.0, True, False, 0.984),  # another street answers as well: 4.119
        (0.0, True, True, 0.96117),  # and has the number too: 3.209
        (0.0, False, False, 0.87534),  # no number found: 1.949
    ],
)
def test_a_rival_and_a_missing_number_lower_the_confidence(
    margin: float, expected: float, *, number: bool, contested: bool
) -> None:
    choice = Choice(street(), place(number=number), margin, contested=contested)
    assert confidence(choice, certainty=1.0, streets=9) == pytest.approx(expected, abs=2e-5)
    assert confidence(choice, certainty=0.5, streets=9) == pytest.approx(expected / 2, abs=1e-5)


def test_each_part_of_the_likeness_counts() -> None:
    def chance(query: float, named: float, letters: float, kind: float) -> float:
        candidate = Candidate(0, 0, 1.0, query, named, letters, kind, "fuzzy")
        return confidence(Choice(candidate, place(), 0.0), certainty=1.0, streets=9)

    # all agree, no margin: 13.35 + 4.56 + 3.4 + 4.21 + 2.17 − 21.44 = 6.25
    assert chance(1.0, 1.0, 1.0, 1.0) == pytest.approx(0.99807, abs=2e-5)
    assert chance(0.5, 1.0, 1.0, 1.0) == pytest.approx(0.39532, abs=2e-5)  # −0.425
    assert chance(1.0, 0.5, 1.0, 1.0) == pytest.approx(0.98148, abs=2e-5)  # 3.97
    assert chance(1.0, 1.0, 0.5, 1.0) == pytest.approx(0.98954, abs=2e-5)  # 4.55
    assert chance(1.0, 1.0, 1.0, 0.5) == pytest.approx(0.9844, abs=2e-5)  # 4.145


@pytest.mark.parametrize(
    ("streets", "expected"),
    [
        (1, 0.984),
        (100, 0.984),  # 4.119
        (800, 0.95162),  # − 3 × 0.38
        (3200, 0.90194),  # − 5 × 0.38
    ],
)
def test_a_name_alike_by_chance_is_likelier_among_many(streets: int, expected: float) -> None:
    choice = Choice(street(), place(), 0.0)
    assert confidence(choice, certainty=1.0, streets=streets) == pytest.approx(expected, abs=2e-5)
    exact = Choice(street("exact"), place(), 1.0)
    assert confidence(exact, certainty=1.0, streets=streets) == pytest.approx(0.999, abs=1e-9)


def test_an_exact_name_that_is_contested_is_weighed_like_the_others() -> None:
    choice = Choice(street("exact"), place(), 0.0, contested=True)
    assert confidence(choice, certainty=1.0, streets=9) == pytest.approx(0.96117, abs=2e-5)


def test_what_is_weighed_lies_between_nothing_and_all() -> None:
    choice = Choice(street("fuzzy", 0.8, 0.5), place(), 0.7, contested=True)
    assert features(choice, 400) == {
        "query": 0.8, "street": 0.8, "letters": 0.8, "kind": 0.5, "margin": 1.0, "number": 1.0,
        "contested": 1.0, "crowd": 2.0,
    }  # fmt: skip
