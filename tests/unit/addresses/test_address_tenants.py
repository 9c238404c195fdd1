"""A list of tenants is never sent to anyone; a list of buildings is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from fake_address_service import FakeService
from typer.testing import CliRunner

from tfpb.cli.app import app
from tfpb.io.sources.personal import tenant_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = 8


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    made = FakeService()
    made.knows("3", "Rue des Lilas")
    monkeypatch.setenv("TFPB_SERVICE_ADRESSES", made.url)
    yield made
    made.close()


def table(**more: list[str]) -> pd.DataFrame:
    base = {
        "adresse": ["3 rue des Lilas"] * ROWS,
        "code_postal": ["93140"] * ROWS,
        "commune": ["Bondy"] * ROWS,
    }
    return pd.DataFrame({**base, **more})


TENANTS = {
    "a name": {"Nom du locataire": ["CANARI"] * ROWS},
    "a first name": {"Prénom": ["Zoé"] * ROWS},
    "one telephone a row": {"Contact": [f"06 12 34 56 {i:02d}" for i in range(ROWS)]},
    "one mail address a row": {"C12": [f"zoe{i}@exemple.fr" for i in range(ROWS)]},
}
BUILDINGS = {
    "counts": {"Nb locataires": ["12"] * ROWS, "Taux d'occupants âgés": ["0,2"] * ROWS},
    "one agency": {"Tél agence": ["03 20 00 00 00"] * ROWS},
    "names of résidences": {"Nom": [f"Les Lilas {i}" for i in range(ROWS)]},
}


@pytest.mark.parametrize("mode", ["api", "auto"])
@pytest.mark.parametrize("kind", list(TENANTS))
def test_tenants_addresses_are_not_sent(
    service: FakeService, tmp_path: Path, kind: str, mode: str
) -> None:
    source, output = tmp_path / "liste.csv", tmp_path / "sortie.csv"
    table(**TENANTS[kind]).to_csv(source, sep=";", index=False, encoding="utf-8-sig")
    arguments = ["geocoder", source, "--sortie", output, "--mode", mode, "--geodonnees", tmp_path]
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    assert result.exit_code == 2, result.output
    assert "liste de locataires" in result.output
    assert "CANARI" not in result.output
    assert service.requests == []
    assert [p.name for p in tmp_path.iterdir()] == ["liste.csv"]


@pytest.mark.parametrize("kind", list(BUILDINGS))
def test_buildings_addresses_are(service: FakeService, tmp_path: Path, kind: str) -> None:
    source, output = tmp_path / "liste.csv", tmp_path / "sortie.csv"
    table(**BUILDINGS[kind]).to_csv(source, sep=";", index=False, encoding="utf-8-sig")
    arguments = ["geocoder", source, "--sortie", output, "--mode", "api", "--geodonnees", tmp_path]
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    assert service.requests


def test_what_the_user_names_is_read_and_not_judged() -> None:
    frame = table(Occupant=["x"] * ROWS)
    assert tenant_columns(frame) == ["Occupant"]
    assert tenant_columns(frame, keep=["Occupant"]) == []
