"""A command or a folder mistyped: said in French, with the ones that were near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from effort import tries
from tfpb.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["dosier"], "La commande « dosier » n’existe pas. Voulez-vous : dossier ?"),
        (["zzz"], "La commande « zzz » n’existe pas."),
        (
            ["geodonnees", "importer-adress", "f.csv"],
            "La commande « importer-adress » n’existe pas. Voulez-vous : importer-adresses,",
        ),
    ],
)
def test_a_mistyped_command_is_answered_in_french(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        app(typed, prog_name="tfpb")
    assert leaving.value.code == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "mean" not in shown


COMMANDS = (
    "dossier {toml} --sortie {out}/d",
    "verifier {toml}",
    "cartes {toml} --sortie {out}/c",
    "geocoder {stock} --sortie {out}/g.csv",
    "geocoder {stock} --sortie {out}/g.csv --mode api",
    "localiser {stock} --sortie {out}/l.csv --annee 2025",
    "region {region} --sortie {out}/r --moteur local",
    "geodonnees lister",
    "geodonnees verifier",
)


@pytest.mark.parametrize("given", ["option", "variable"][: tries(1, 2)])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_mistyped_folder_of_geography_is_answered_with_the_one_that_is_near(
    command: str,
    given: str,
    tmp_path: Path,
    example: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "geodonnees").mkdir()
    (tmp_path / "geodonnée.csv").touch()  # a file is no folder
    (tmp_path / "out").mkdir()
    region = example.parent / "region" / "region.toml"
    names = {"toml": example / "dossier.toml", "stock": example / "patrimoine.xlsx"}
    typed = command.format(**names, region=region, out=tmp_path / "out").split()
    folder = str(tmp_path / "geodonées")
    if given == "option":
        typed += ["--geodonnees", folder]
    else:
        monkeypatch.setenv("TFPB_GEODONNEES", folder)
    result = run(*typed)
    assert result.exit_code == 2, result.output
    said = "« geodonées » n’existe pas ; voulez-vous dire « geodonnees » ?"
    assert said in result.output
    assert {p.name for p in tmp_path.iterdir()} == {"geodonnees", "geodonnée.csv", "out"}
    assert not list((tmp_path / "out").iterdir())


def test_a_mistyped_folder_named_by_the_dossier_and_the_faults_of_its_files(
    copy: Path, run: Run
) -> None:
    (copy / "geodonnees").mkdir()
    toml = copy / "dossier.toml"
    settings = toml.read_text("utf-8").replace("[reglages]", '[reglages]\ngeodonnees = "geodonee"')
    toml.write_text(settings.replace("fiscalite_2025.xlsx", "fiscalite_2052.xlsx"), "utf-8")
    result = run("verifier", copy)
    assert result.exit_code == 2
    for said in ("« geodonee » n’existe pas", "« geodonnees »", "« fiscalite_2025.xlsx »"):
        assert said in result.output


def test_a_new_folder_of_geography_is_made_and_the_one_beside_is_named(
    tmp_path: Path, example: Path, run: Run
) -> None:
    (tmp_path / "geodonnees").mkdir()
    source = example / "geodonnees_sources" / "qpv2024_valmont.geojson"
    into = ("--millesime", 2024, "--geodonnees", tmp_path / "geodonnees2")
    result = run("geodonnees", "importer-qpv", source, *into)
    assert result.exit_code == 0, result.output
    assert "il y a déjà à côté : « geodonnees »" in result.output
    assert list((tmp_path / "geodonnees2").glob("qpv-2024*.parquet"))
    assert "à côté" not in run("geodonnees", "importer-qpv", source, *into).output
