"""Rows looked at together: the answers of rows looked at one by one, sooner."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import numpy as np
import pytest
from geocode_town import TOWN, Registry, Town, street

from tfpb.geocode import CommuneAddresses, parse
from tfpb.geocode.candidates import candidates
from tfpb.geocode.commune_table import StreetTable
from tfpb.geocode.likeness import Likeness, least
from tfpb.geocode.matcher import Geocoder

if TYPE_CHECKING:
    from tfpb.geocode.answer import Answer

Row = tuple[str, str, str, str]


def misspelt(seed: int, count: int) -> list[Row]:
    """Draw lines of the invented town with one to three letters wrong, some in the type."""
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        letters = list(f"{draw.integers(1, 12)} {draw.choice([s.name for s in TOWN.streets])}")
        for _ in range(draw.integers(1, 4)):
            at = int(draw.integers(2, len(letters)))
            new = draw.choice(list(string.ascii_lowercase))
            letters[at] = str(draw.choice(["", new, letters[at] * 2]))
        rows.append(("".join(letters), "", "", "99001"))
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_prepared_together_have_the_answers_of_rows_asked_one_by_one(seed: int) -> None:
    rows = misspelt(seed, 200)
    together, one_by_one = Geocoder(Town(), Registry()), Geocoder(Town(), Registry())
    together.prepare(rows)
    assert [repr(together.row(*r)) for r in rows] == [repr(one_by_one.row(*r)) for r in rows]


def test_preparing_leaves_nothing_to_be_asked_text_by_text(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ("4 RUE AUGUSTE POLISARRD", "", "", "99001"),
        ("5 RUE GERMAINE TILLON", "", "", "99001"),
    ]
    geocoder = Geocoder(Town(), Registry())
    geocoder.prepare(rows)
    monkeypatch.setattr("tfpb.geocode.likeness.resembling", None)
    assert [geocoder.row(*r).verdict.value for r in rows] == ["accepte", "accepte"]


@pytest.mark.parametrize("seed", [1, 2])
def test_likenesses_found_at_once_are_those_found_one_by_one(seed: int) -> None:
    draw = np.random.default_rng(seed)
    texts = ["".join(draw.choice(list("abcde"), draw.integers(1, 10))) for _ in range(120)]
    at_once, one_by_one = Likeness(texts[:80]), Likeness(texts[:80])
    at_once.prepare(texts)
    for text in texts:
        assert at_once.near(text, least(text), 99) == one_by_one.near(text, least(text), 99)
        assert at_once.near(text, 0.8, 3) == one_by_one.near(text, 0.8, 3)


def weighed(line: str, *names: str) -> list[str]:
    """Name the streets that are weighed for a line, in a town of a few streets numbered 1 to 9."""
    streets = (street(n, "1 2 3 4 5 6 7 8 9", at=(0, 400 * i)) for i, n in enumerate(names))
    table = StreetTable(CommuneAddresses("99001", "Valfleury", tuple(streets)))
    found = candidates(table, parse(line).readings)
    return [table.streets[table.groups[c.group].members[0]].name for c in found]


@pytest.mark.parametrize("other", ["Avenue Foch", "Rue de la Marine", "Rue Eugène Sue"])
def test_a_name_misspelt_stands_alone_where_nothing_else_is_near(other: str) -> None:
    assert weighed("3 RUE MARTIIN", "Rue Marthin", other) == ["Rue Marthin"]


@pytest.mark.parametrize(
    "other",
    [
        "Rue Eugène Martin",  # another name holds a word as near
        "Rue Martinet",  # another name is as near
        "Avenue Marthin",  # the same name, of another type
    ],
)
def test_a_name_misspelt_is_weighed_against_what_is_near(other: str) -> None:
    assert sorted(weighed("3 RUE MARTIIN", "Rue Marthin", other)) == sorted(["Rue Marthin", other])


def test_a_word_that_the_commune_knows_elsewhere_keeps_its_street_in_sight() -> None:
    names = ("Rue Alain Fournier", "Rue Albin Michel")
    assert "Rue Albin Michel" in weighed("3 RUE ALBIN FOURNIERR", *names)


def test_a_slip_in_the_type_leaves_the_street_of_that_type() -> None:
    assert weighed("3 CUE MARTHIN", "Rue Marthin", "Avenue Marthin") == ["Rue Marthin"]
    both = ["Route Marthin", "Rue Marthin"]
    assert sorted(weighed("3 RUTE MARTHIN", *both)) == both


@pytest.mark.parametrize("kinds", [["Rue"], ["Rue", "Avenue"]])
def test_a_number_that_a_misspelt_street_lacks_is_looked_for_elsewhere(kinds: list[str]) -> None:
    lacking = [street(f"{k} Marthin", "1 2 3", at=(0, 400 * i)) for i, k in enumerate(kinds)]
    streets = (*lacking, street("Rue Marthinet Bel", "30 31", at=(0, 4000)))
    town = Town(CommuneAddresses("99001", "Valfleury", streets))
    answer = Geocoder(town, Registry()).row("31 RUE MARTIIN", "", "", "99001")
    assert "Rue Marthinet Bel" in answer.name + answer.alternatives


def test_a_word_that_resembles_one_of_the_commune_is_not_two_words_glued() -> None:
    names = ("Rue du Général Lacroix", "Chemin du Lac", "Rue du Roi")
    assert weighed("3 RUE DU GENERAL LACROI", *names)[0] == names[0]
    assert numbered("3 RUE DU GENERAL LACROI", *names).verdict.value == "accepte"


def numbered(line: str, *names: str) -> Answer:
    """Answer a line in a town of a few streets numbered 1 to 9."""
    streets = (street(n, "1 2 3 4 5 6 7 8 9", at=(0, 400 * i)) for i, n in enumerate(names))
    town = Town(CommuneAddresses("99001", "Valfleury", tuple(streets)))
    return Geocoder(town, Registry()).row(line, "", "", "99001")


def test_two_letters_left_of_a_name_are_not_refused() -> None:
    answer = numbered("3 RUE GE", "Rue Gare", "Rue du Pont")
    assert answer.verdict.value == "a_verifier"
    assert answer.alternatives.startswith("3 Rue Gare")


def test_streets_that_answer_are_shown_before_those_that_resemble() -> None:
    answer = numbered("3 RUE MARTIN", "Rue Eugène Martin", "Rue Paul Martin", "Rue Sarthan")
    shown = [answer.label, *answer.alternatives.split(" | ")]
    assert {label.split(" 99000")[0] for label in shown[:2]} == {
        "3 Rue Eugène Martin", "3 Rue Paul Martin",
    }  # fmt: skip
    assert shown[2].startswith("3 Rue Sarthan")


@pytest.mark.parametrize(
    ("line", "slip", "name"),
    [
        ("3 RUE DE L'EGALITE", "3 RUE DE L'EGLISSE", "Rue de l'Église"),
        ("3 RUE NOBEL", "3 RUE NOEML", "Rue Noël"),
    ],
)
def test_a_common_name_is_not_another_one_misspelt(line: str, slip: str, name: str) -> None:
    other = numbered(line, name, "Avenue Foch")
    assert (other.kind.value, other.alternatives.startswith(f"3 {name}")) == ("municipality", True)
    assert numbered(slip, name, "Avenue Foch").name == name


def test_names_of_those_words_alone_come_before_longer_ones_where_many_hold_them() -> None:
    longer = [
        f"Rue du Moulin {w}"
        for w in ["Abel", "Bas", "Carré", "Dur", "Émile", "Fin", "Gros", "Haut", "Isolé"]
    ]
    assert numbered("3 DU MOULIN", *longer, "Rue du Moulin").name == "Rue du Moulin"
