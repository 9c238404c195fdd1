"""Addresses proposed while one is typed: cut words, short words, numbers that the street lacks, slips."""

from __future__ import annotations

import numpy as np
import pytest

from tfpb.addresses.suggestions import suggested
from tfpb.geocode.commune_table import StreetTable
from tfpb.geocode.source import CommuneAddresses, Street

STREETS = {
    "Avenue du Général Leclerc": [(2, ""), (4, ""), (4, "bis"), (12, "")],
    "Rue de la République": [(1, ""), (3, "")],
    "Rue Saint-Exupéry": [(7, "")],
    "Place de l’Église": [],
}


def street(name: str, numbers: list[tuple[int, str]]) -> Street:
    n = len(numbers)
    at = np.arange(n, dtype=np.float64)
    return Street(
        name, name, "street", "59000", "59350", "", np.array([k for k, _ in numbers], dtype=np.int32),
        tuple(s for _, s in numbers), at, at, None, None, (0.0, 0.0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def table() -> StreetTable:
    streets = tuple(street(name, numbers) for name, numbers in STREETS.items())
    return StreetTable(CommuneAddresses("59350", "Lille", streets))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("av gal lec", "Avenue du Général Leclerc"),
        ("12 LECLERC", "12 Avenue du Général Leclerc"),
        ("4 bis av du gal leclerc", "4bis Avenue du Général Leclerc"),
        ("8 leclerc", "4 Avenue du Général Leclerc"),
        ("rue st ex", "Rue Saint-Exupéry"),
        ("place de l'eg", "Place de l’Église"),
        ("1, rue de la republiqe", "1 Rue de la République"),
    ],
)
def test_what_is_typed_leads_to_the_address_of_the_base(
    table: StreetTable, typed: str, first: str
) -> None:
    assert suggested(table, typed)[0] == first


@pytest.mark.parametrize("typed", ["", "  ", "12", "zzyx", "<b>"])
def test_what_leads_to_none_is_proposed_none(table: StreetTable, typed: str) -> None:
    assert suggested(table, typed) == ()


def test_the_numbers_next_to_one_that_lacks_are_both_proposed(table: StreetTable) -> None:
    both = ("4 Avenue du Général Leclerc", "12 Avenue du Général Leclerc")
    assert suggested(table, "8 leclerc") == both
