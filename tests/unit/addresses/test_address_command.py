"""The online modes of `tfpb geocoder`, against the local service."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import stamina
from typer.testing import CliRunner

from tfpb.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from fake_address_service import FakeService


def geocode(folder: Path, *options: str, lines: tuple[str, ...] = ("12 rue des Lilas",)) -> Any:
    source = folder / "stock.csv"
    rows = "".join(f"R{i};{line};93010;secret {i}\n" for i, line in enumerate(lines))
    source.write_text(f"id;adresse;code_insee;note_interne\n{rows}", encoding="utf-8")
    arguments = [
        "geocoder",
        str(source),
        "-s",
        str(folder / "s.csv"),
        "--geodonnees",
        str(folder / "geo"),
        *options,
    ]
    return CliRunner().invoke(app, arguments)


def out(folder: Path) -> list[dict[str, str]]:
    with (folder / "s.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def test_api_mode_without_any_index(service: FakeService, tmp_path: Path) -> None:
    lines = tuple(f"{n} rue des Lilas" for n in range(1, 12))
    for n in range(1, 12):
        service.knows(str(n), "Rue des Lilas")
    result = geocode(tmp_path, "--mode", "api", lines=lines)
    assert result.exit_code == 0, result.output
    assert [row["result_housenumber"] for row in out(tmp_path)] == [str(n) for n in range(1, 12)]
    assert "Requêtes au service national : 1" in result.output
    # only addresses left the machine
    assert not any("secret" in text for _, rows in service.requests for text, _ in rows)
    again = geocode(tmp_path, "--mode", "api", lines=lines)
    assert "Requêtes au service national : 0" in again.output


def test_auto_mode_without_index_asks_the_service(service: FakeService, tmp_path: Path) -> None:
    service.knows("12", "Rue des Lilas")
    result = geocode(tmp_path, "--mode", "auto")
    assert result.exit_code == 0, result.output
    assert out(tmp_path)[0]["result_verdict"] == "accepte"


def test_a_service_that_is_down_is_told_in_french(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFPB_SERVICE_ADRESSES", "http://127.0.0.1:9")
    with stamina.set_testing(True, attempts=1):  # no waiting between tries
        result = geocode(tmp_path, "--mode", "api")
    assert result.exit_code == 2
    assert "HTTPS_PROXY" in result.output
    assert not (tmp_path / "s.csv").exists()


def test_rows_in_error_are_counted_and_asked_again(service: FakeService, tmp_path: Path) -> None:
    lines = tuple(f"{n} rue des Lilas" for n in range(1, 12))
    for n in range(1, 12):
        service.knows(str(n), "Rue des Lilas")
    service.poison = "5 rue"
    result = geocode(tmp_path, "--mode", "api", lines=lines)
    assert result.exit_code == 0, result.output
    assert "Sans réponse du service national : 1" in result.output
    assert [row["result_status"] for row in out(tmp_path)].count("error") == 1
    service.poison = ""
    result = geocode(tmp_path, "--mode", "api", lines=lines)
    assert "Requêtes au service national : 1" in result.output
    assert {row["result_status"] for row in out(tmp_path)} == {"ok"}
