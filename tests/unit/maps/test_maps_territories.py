"""Which territories have an overview of their own, and the names of their files."""

from __future__ import annotations

from tfpb.addresses.communes import Communes, places
from tfpb.model.location import Place
from tfpb.report.print_map.views import territories

NORD = "Hauts-de-France"


def _place(code: str, name: str, epci: str = "E1") -> Place:
    return Place(code, name, epci, f"CA {epci}", "32", NORD)


def test_one_commune_has_no_overview_beside_the_stock() -> None:
    assert territories([_place("59001", "Alès")], {"QN05901M": ["59001"]}) == ()


def test_communes_of_one_epci_stand_alone() -> None:
    both = [_place("59001", "Écourt"), _place("59002", "Bruille")]
    made = territories(both, {"A": ["59001"], "B": ["59001", "59002"], "C": ["59002", "59999"]})
    assert [(t.slug, t.name, t.codes) for t in made] == [
        ("commune-bruille", "Bruille", ("B", "C")),
        ("commune-ecourt", "Écourt", ("A", "B")),
    ]


def test_several_epci_have_theirs_and_the_region() -> None:
    both = [_place("59001", "Écourt"), _place("59002", "Bruille", "E2")]
    made = territories(both, {"A": ["59001"], "B": ["59001", "59002"]})
    assert {t.slug: t.codes for t in made} == {
        "commune-bruille": ("B",),
        "commune-ecourt": ("A", "B"),
        "epci-ca-e1": ("A", "B"),
        "epci-ca-e2": ("B",),
        "region-hauts-de-france": ("A", "B"),
    }


def test_communes_of_one_name_keep_two_files() -> None:
    both = [_place("59001", "Saint-Aubin"), _place("62002", "Saint Aubin")]
    made = territories(both, {"A": ["59001"], "B": ["62002"]})
    assert [t.slug for t in made] == ["commune-saint-aubin-59001", "commune-saint-aubin-62002"]


def test_places_are_told_by_the_communes_of_the_package() -> None:
    (lille,) = places(["59350"], Communes.load())
    assert (lille.commune, lille.code_region, lille.region) == ("Lille", "32", NORD)
    assert lille.epci
    (unknown,) = places(["00000"], Communes.load())
    assert unknown == Place("00000", "", "", "", "", "")
