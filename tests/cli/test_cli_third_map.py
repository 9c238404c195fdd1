"""A map of 2030, invented: one entry added to the table of maps, and every stage knows it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import shapely
from openpyxl import load_workbook
from shapely.geometry import mapping, shape

from changed_law import PACKAGE, Program
from example_pack import without

pytestmark = pytest.mark.slow

MAPS = Path("law", "maps.toml")
ENTRY = r"""
[cartes.2030]
codes = 'QR(?:\d{3}|02[AB])\d{3}'
exemple = "QR059001"
metropole = [{ premiere = 2030, reference = "décret fictif de 2029", verifie = true }]
outremer = [{ premiere = 2030, reference = "décret fictif de 2029", verifie = true }]
effet = { reference = "décret fictif de 2029", verifie = true }
"""


def quarters(example: Path, vintage: int) -> dict[str, Any]:
    path = example / "geodonnees_sources" / f"qpv{vintage}_valmont.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {
        next(f["properties"][k] for k in ("lib_qp", "NOM_QP") if k in f["properties"]): shape(
            f["geometry"]
        )
        for f in features
    }


def map_of_2030(example: Path, path: Path) -> None:
    """Write three quarters: one kept, one taken back from 2015, half of one; the last of 2024 goes."""
    older, newer = quarters(example, 2015), quarters(example, 2024)
    moulin = newer["Le Moulin - Les Aunes"]
    west, south, _, north = moulin.bounds
    half = moulin.intersection(shapely.box(west, south, moulin.centroid.x, north))
    drawn = {
        "QR059901": ("Les Tilleuls - Pasteur", newer["Les Tilleuls - Pasteur"]),
        "QR059902": ("La Gare", older["La Gare"]),
        "QR059903": ("Le Moulin", half),
    }
    features = [
        {
            "type": "Feature",
            "properties": {"code_qp": code, "lib_qp": name, "insee_com": "59999",
                           "lib_com": "Valmont-sur-Orve"},
            "geometry": mapping(polygon),
        }
        for code, (name, polygon) in drawn.items()
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    law = (PACKAGE / MAPS).read_text(encoding="utf-8") + ENTRY
    return Program(tmp_path_factory.mktemp("carte2030"), {MAPS: law})


@pytest.fixture(scope="module")
def ground(
    program: Program, example: Path, geodata: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Import the map of 2030 by the ordinary command, beside the two others."""
    folder = tmp_path_factory.mktemp("terrain")
    shutil.copytree(geodata, folder / "geodonnees")
    path = folder / "qpv2030_fictif.geojson"
    map_of_2030(example, path)
    said = program.run(
        "geodonnees",
        "importer-qpv",
        path,
        "--millesime",
        2030,
        "--geodonnees",
        folder / "geodonnees",
    )
    assert "3 quartiers" in said
    return folder / "geodonnees"


@pytest.fixture(scope="module")
def located(
    program: Program, example: Path, ground: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, list[dict[str, str]]]:
    folder = tmp_path_factory.mktemp("localise")
    found = {}
    for year in (2029, 2030):
        path = folder / f"{year}.csv"
        program.run("localiser", example / "patrimoine.xlsx", "--sortie", path, "--annee", year,
                    "--geodonnees", ground)  # fmt: skip
        found[year] = rows(path)
    return found


def test_codes_of_another_map_are_refused_and_the_map_named(
    program: Program, example: Path, tmp_path: Path
) -> None:
    source = example / "geodonnees_sources" / "qpv2024_valmont.geojson"
    said = program.run("geodonnees", "importer-qpv", source, "--millesime", 2030,
                       "--geodonnees", tmp_path, code=2)  # fmt: skip
    assert "sont ceux des QPV 2024, pas 2030" in said
    said = program.run("geodonnees", "importer-qpv", source, "--millesime", 1999,
                       "--geodonnees", tmp_path, code=2)  # fmt: skip
    assert "2015, 2024 ou 2030" in said
    assert "2015, 2024 ou 2030" in " ".join(
        program.run("geodonnees", "importer-qpv", "--help").split()
    )


def test_a_year_is_ruled_by_its_map_and_compared_with_the_one_before(
    located: dict[int, list[dict[str, str]]],
) -> None:
    assert {r["qpv_millesime"] for r in located[2029]} == {"2024"}
    assert {r["qpv_millesime"] for r in located[2030]} == {"2030"}
    for before, after in zip(located[2029], located[2030], strict=True):
        assert after["qpv_statut"] == after["qpv2030_statut"]
        assert after["qpv_code"] == after["qpv2030_code"]
        for column in ("qpv2015_statut", "qpv2015_code", "qpv2024_statut", "qpv2024_code"):
            assert before[column] == after[column], column
        assert before["qpv_statut"] == after["qpv2024_statut"]
    became = {
        ("dans", "dans"): "maintenu", ("dans", "hors"): "sortant", ("hors", "dans"): "entrant",
        ("hors", "hors"): "hors",
    }  # fmt: skip
    for year, (old, new) in ((2029, (2015, 2024)), (2030, (2024, 2030))):
        for row in located[year]:
            sides = (row[f"qpv{old}_statut"], row[f"qpv{new}_statut"])
            assert row["qpv_evolution"] == became.get(sides, "a_verifier")
    found = {r["qpv_evolution"] for r in located[2030]}
    assert {"entrant", "sortant", "maintenu"} <= found
    assert {r["qpv_code"] for r in located[2030]} >= {"QR059901", "QR059902", "QR059903"}


@pytest.fixture(scope="module")
def forecast_pack(
    program: Program, example: Path, ground: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("pack2030") / "valmont"
    program.run("dossier", example / "dossier.toml", "--sortie", folder, "--geodonnees", ground)
    return folder


def test_the_forecast_of_2030_follows_its_map_and_the_years_before_do_not_move(
    forecast_pack: Path, pack: Path
) -> None:
    before, after = (
        {r["annee"]: r for r in rows(next(p.rglob("annees.csv")))} for p in (pack, forecast_pack)
    )
    for year in ("2025", "2026", "2027", "2028", "2029"):
        assert after[year] == before[year], year
    assert after["2030"] != before["2030"]
    assert after["2030"]["logements"] != before["2030"]["logements"]


def test_what_the_map_of_2030_takes_out_is_listed_in_its_year(forecast_pack: Path) -> None:
    gone = rows(next(forecast_pack.rglob("residences.csv")))
    codes = {
        year: {r["code_qpv_quitte"] for r in gone if r[f"logements_sortis_{year}"]}
        for year in ("2029", "2030")
    }
    assert codes["2029"]
    assert all(code.startswith("QP") for code in codes["2029"])
    assert "QN05993N" in codes["2030"]
    assert all(code.startswith("QN") for code in codes["2030"])
    page = load_workbook(forecast_pack / "dossier.xlsx")["Résidences"]
    told = "\n".join(str(c.value) for row in page.iter_rows() for c in row)
    assert "2030 : sorti du périmètre" in told


def test_without_the_map_of_2030_the_year_it_rules_is_left_in_doubt(
    program: Program, example: Path, geodata: Path, tmp_path: Path
) -> None:
    program.run("dossier", example / "dossier.toml", "--sortie", tmp_path / "pack",
                "--geodonnees", geodata)  # fmt: skip
    years = {r["annee"]: r for r in rows(next((tmp_path / "pack").rglob("annees.csv")))}
    assert years["2029"]["attendu_eur"]
    assert not years["2030"]["attendu_eur"]
    assert years["2030"]["nature"] == "sous réserve"


WORDS = """
from tfpb.words.places.side_words import maps_in_turn
from tfpb.words.page.screen_words import GEOGRAPHIES
from tfpb.words.documents.report_words import ROLES
from tfpb.geodata.geography import KINDS
from tfpb.model.plan import ReglagesEnquete
from tfpb.law.values import load
import datetime as dt
print(maps_in_turn())
print([GEOGRAPHIES[kind] for kind in KINDS])
print(ROLES["qpv2030"])
print(ReglagesEnquete(carte=2030).carte)
print(load().value("carte_qpv", dt.date(2030, 1, 1)))
print(load().value("effet_perimetres_2030", dt.date(2030, 1, 1)))
"""


def test_words_settings_and_legal_values_know_it(program: Program) -> None:
    said = program.python(WORDS)
    assert "à partir de 2025, celle de 2024 ; à partir de 2030, celle de 2030." in said
    assert "quartiers prioritaires 2030" in said
    assert "Périmètres des QPV 2030" in said
    assert said.count("décret fictif de 2029") == 2
    assert "valeur='2030-01-01'" in said


PAGE = """
import pathlib, sys
from served_page import served
folder, ground = map(pathlib.Path, sys.argv[1:])
with served(folder, ground) as page:
    print(page.get("/depart").text)
    print(page.get("/questions").text)
"""


def test_the_page_lists_it_and_proposes_it_for_the_survey(
    program: Program, example: Path, ground: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "dossier"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    said = program.python(PAGE, folder, ground)
    assert "à partir de 2030, celle de 2030." in said
    assert "<option selected>2024</option>" in said
    assert "<option>2030</option>" in said


def test_a_dossier_of_2030_and_its_survey_are_on_its_map(
    program: Program, copy: Path, ground: Path, tmp_path: Path
) -> None:
    without(copy, "fiscalite", "gmbi", "programme", "programme_precedent", "conventions", "diagnostics",
            "droit_commun")  # fmt: skip
    for name, old, new in (
        ("dossier.toml", "annee = 2025", "annee = 2030"),
        ("dossier.toml", "date = 2026-02-10", "date = 2031-02-10"),
        ("plan_enquete.toml", "carte = 2024", "carte = 2030"),
    ):
        text = (copy / name).read_text(encoding="utf-8")
        assert old in text
        (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    made = tmp_path / "pack"
    said = program.run("dossier", copy / "dossier.toml", "--sortie", made, "--geodonnees", ground)
    assert "Satisfaction 2023" in said
    named = {r["code_qpv"] for r in rows(made / "donnees" / "quartiers.csv") if r["residences"]}
    assert named
    assert all(code.startswith("QR") for code in named)
    surveyed = rows(made / "donnees" / "satisfaction_detail.csv")
    territories = {r["territoire"] for r in surveyed if r["niveau"] == "code_qpv"}
    assert territories
    assert all(code.startswith("QR") for code in territories)
