"""The official list of communes and its history."""

from __future__ import annotations

import gzip
import hashlib
import json
from importlib import resources

import pytest

from tfpb.addresses.communes import Communes
from tfpb.text import fold


@pytest.fixture(scope="module")
def communes() -> Communes:
    return Communes.load()


@pytest.mark.parametrize(
    ("code", "current"),
    [
        ("93010", "93010"),
        ("1004", "01004"),  # the zero a spreadsheet loses
        ("2a004", "2A004"),
        ("20004", "2A004"),  # Corsica before 1976
        ("20033", "2B033"),
        ("59355", "59350"),  # Lomme, associated with Lille
        ("01340", "01015"),  # déléguée of a commune nouvelle
        ("75111", "75111"),  # arrondissements hold addresses
        ("97123", "97701"),  # Saint-Barthélemy, once of Guadeloupe
        ("59999", None),
        ("", None),
        ("n'importe", None),
    ],
)
def test_any_code_leads_to_the_current_one(
    communes: Communes, code: str, current: str | None
) -> None:
    assert communes.resolve(code) == current


def test_every_former_code_leads_to_a_current_commune(communes: Communes) -> None:
    assert len(communes.former) > 4000
    assert all(code in communes.current for code in communes.former.values())


def test_names_old_and_current(communes: Communes) -> None:
    assert communes.by_name(fold("Bondy")) == ("93010",)
    assert communes.by_name(fold("LOMME")) == ("59350",)
    assert set(communes.by_name(fold("Saint-Denis"))) >= {"93066", "97411"}
    assert communes.by_name("nulle part") == ()
    assert communes.old_name("59355") == "Lomme"
    assert communes.name("59355") == "Lille"


def test_postcodes_give_arrondissements_not_their_city(communes: Communes) -> None:
    assert communes.by_postcode("75011") == ("75111",)
    assert communes.by_postcode("75116") == ("75116",)
    assert "59350" in communes.by_postcode("59000")
    assert communes.arrondissements("13055")[0] == "13201"
    assert len(communes.arrondissements("75056")) == 20


def test_territories_of_a_commune(communes: Communes) -> None:
    assert communes.territory("59355", "epci") == ("200093201", "Métropole Européenne de Lille")
    assert communes.territory("75111", "departement") == ("75", "Paris")
    assert communes.territory("93010", "region") == ("11", "Île-de-France")
    assert communes.territory("99999", "epci") == ("", "")


def test_a_place_the_list_does_not_know_can_be_added(communes: Communes) -> None:
    more = communes.extended([("59999", "Valmont-sur-Orve", ("59999",)), ("93010", "autre", ())])
    assert more.resolve("59999") == "59999"
    assert more.by_name(fold("Valmont sur Orve")) == ("59999",)
    assert more.by_postcode("59999") == ("59999",)
    assert more.name("93010") == "Bondy"
    assert communes.resolve("59999") is None


def test_the_table_is_the_one_its_provenance_tells_of() -> None:
    data = resources.files("tfpb.addresses") / "data"
    raw = (data / "communes.csv.gz").read_bytes()
    told = json.loads((data / "communes.json").read_text(encoding="utf-8"))
    assert told["sha256"] == hashlib.sha256(raw).hexdigest()
    assert told["licence"] == "MIT"
    lines = gzip.decompress(raw).decode().splitlines()
    assert len(lines) == told["rows"]
    assert sum(line.startswith("c;") for line in lines) == told["current_communes"]
