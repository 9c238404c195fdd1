"""A street that runs through two postcodes: two streets of the index, one identifier."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from geocode_town import SOUTH, WEST, Registry, Town, street

from tfpb.geocode import CommuneAddresses, geocode

_NORTH = street("Rue Nationale", "1 2 3 4 5 6 7 8 20", step=(60.0, 0.0))
_FAR = street("Rue Nationale", "9 10 11 12 20", step=(60.0, 0.0), postcode="99010")


def _answer(
    line: str, postcode: str = "", *, near: float = 0.0, one_id: bool = True, order: int = 1
) -> pd.Series:
    """Geocode a line where the second part of the street is moved north by some metres."""
    far = replace(_FAR, y=_FAR.y + near, id=_NORTH.id if one_id else "99001_autre")
    town = Town(CommuneAddresses("99001", "Valfleury-sur-Orge", (_NORTH, far)[::order]))
    row = {"adresse": line, "code_postal": postcode, "code_insee": "99001"}
    return geocode(pd.DataFrame([row]), town, Registry()).iloc[0]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("postcode", ["", "99000", "99010"])
@pytest.mark.parametrize(("number", "lies_in"), [(3, "99000"), (11, "99010")])
def test_a_number_is_found_in_either_part(
    number: int, lies_in: str, postcode: str, order: int
) -> None:
    row = _answer(f"{number} rue nationale", postcode, near=900.0, order=order)
    assert row["result_type"] == "housenumber"
    assert row["result_verdict"] == "accepte"
    assert row["result_reasons"] == ""
    assert row["result_label"] == f"{number} Rue Nationale {lies_in} Valfleury-sur-Orge"
    assert row["result_x"] == WEST + 60.0 * number


@pytest.mark.parametrize("postcode", ["", "99000", "99010"])
def test_a_number_listed_in_both_parts_at_one_place_is_one_address(postcode: str) -> None:
    row = _answer("20 rue nationale", postcode)
    assert row["result_verdict"] == "accepte"
    assert row["result_reasons"] == ""
    assert row["result_postcode"] == (postcode or "99000")


@pytest.mark.parametrize(("postcode", "north"), [("99000", 0.0), ("99010", 400.0)])
@pytest.mark.parametrize("order", [1, -1])
def test_the_postcode_written_tells_two_places_of_one_number_apart(
    postcode: str, north: float, order: int
) -> None:
    row = _answer("20 rue nationale", postcode, near=400.0, order=order)
    assert row["result_verdict"] == "accepte"
    assert row["result_postcode"] == postcode
    assert row["result_y"] == SOUTH + north


def test_two_places_of_one_number_without_a_postcode_are_for_review() -> None:
    row = _answer("20 rue nationale", near=400.0)
    assert row["result_verdict"] == "a_verifier"
    assert "numero_en_double" in row["result_reasons"]


def test_a_range_goes_from_one_part_into_the_other() -> None:
    row = _answer("5 à 11 rue nationale", "99000")
    assert row["result_entrances"] == "5 | 7 | 9 | 11"
    assert row["result_verdict"] == "accepte"


def test_a_missing_number_is_placed_between_both_parts() -> None:
    row = _answer("14 rue nationale", "99000")
    assert row["result_type"] == "interpolated"
    assert row["result_x"] == pytest.approx(WEST + 60.0 * 14)


def test_two_streets_of_two_identifiers_stay_two() -> None:
    row = _answer("14 rue nationale", near=900.0, one_id=False)
    assert row["result_verdict"] == "a_verifier"
    assert "voie_en_double" in row["result_reasons"]
    assert _answer("11 rue nationale", "99000", one_id=False)["result_postcode"] == "99000"
