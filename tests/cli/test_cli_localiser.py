"""`tfpb localiser` as a user runs it: one row out a row in, doubts to decide, decisions kept."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio
import pytest
from openpyxl import load_workbook

from effort import tries
from tfpb.evidence.differences import rows_of
from tfpb.model.results import LOCATION_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


@pytest.fixture
def points(tmp_path: Path, geodata: Path) -> Path:
    """Write a small file around one quarter of the example: in, near its limit, out, nowhere."""
    from tfpb.geodata.qpv_imports import load_qpv

    qpv = load_qpv(geodata, 2024)
    assert qpv is not None
    shape = qpv.frame.to_crs(2154).geometry.iloc[0]
    inner = shape.representative_point()
    edge = shape.exterior if shape.geom_type == "Polygon" else shape.geoms[0].exterior
    limit = edge.interpolate(0.3, normalized=True)
    rows = [
        ["R1", "5 logements", inner.x, inner.y, "=1+1"],
        ["R2", "Été", limit.x, limit.y, "ok"],
        ["R3", "hors", inner.x + 15_000, inner.y, "ok"],
        ["R4", "sans", "", "", "ok"],
    ]
    path = tmp_path / "entree.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["id_residence", "nom", "x", "y", "qpv_statut"])
        for row in rows:
            writer.writerow(
                [f"{c:.2f}".replace(".", ",") if isinstance(c, float) else c for c in row]
            )
    return path


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(
        path,
        sep=";",
        decimal=",",
        dtype={"qpv_code": str},
        keep_default_na=False,
        encoding="utf-8-sig",
    )


def test_answers_come_after_the_untouched_input(
    run: Run, points: Path, geodata: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sortie.csv"
    result = run("localiser", points, "--sortie", out, "--annee", 2025, "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    frame = read(out)
    assert frame.id_residence.tolist() == ["R1", "R2", "R3", "R4"]
    assert list(frame.columns[:5]) == ["id_residence", "nom", "x", "y", "qpv_statut_entree"]
    assert set(LOCATION_COLUMNS) <= set(frame.columns)
    assert frame.qpv_statut.tolist() == ["dans", "a_verifier", "hors", "a_verifier"]
    assert frame.nom.tolist()[1] == "Été"
    assert "qpv_statut_entree" in result.output
    assert "sortie_a_verifier.xlsx" in result.output
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")


def test_csv_brut_is_for_scripts(run: Run, points: Path, geodata: Path, tmp_path: Path) -> None:
    out = tmp_path / "brut.csv"
    assert (
        run(
            "localiser",
            points,
            "--sortie",
            out,
            "--annee",
            2025,
            "--geodonnees",
            geodata,
            "--csv-brut",
        ).exit_code
        == 0
    )
    frame = pd.read_csv(out)
    assert len(frame) == 4
    assert frame.qpv_distance_m.dtype == float


def test_decisions_come_back_and_are_never_written_over(
    run: Run, points: Path, geodata: Path, tmp_path: Path
) -> None:
    out, review = tmp_path / "s.csv", tmp_path / "s_a_verifier.xlsx"
    base = ("localiser", points, "--sortie", out, "--annee", 2025, "--geodonnees", geodata)
    assert run(*base).exit_code == 0
    book = load_workbook(review)
    page = book["Limites"]
    header = {c.value: c.column for c in page[4]}
    line = next(r for r in range(5, 9) if page.cell(r, header["id_residence"]).value == "R2")
    told = {
        "decision": "dans",
        "auteur": "A. Dupont",
        "date": dt.date(2025, 2, 3),
        "piece": "plan de masse",
    }
    for name, value in told.items():
        page.cell(line, header[name], value)
    filled = tmp_path / "rempli.xlsx"
    book.save(review)
    shutil.copy(review, filled)
    again = run(*base)
    assert again.exit_code == 0
    assert "s_a_verifier.2.xlsx" in again.output
    assert load_workbook(review)["Limites"].cell(line, header["auteur"]).value == "A. Dupont"
    result = run(*base, "--decisions", filled)
    assert result.exit_code == 0, result.output
    frame = read(out)
    assert frame.qpv_statut.tolist() == ["dans", "dans", "hors", "a_verifier"]
    assert "Décision du 03/02/2025 : " in frame.qpv_motif[1]
    assert "Dupont" not in out.read_text(encoding="utf-8-sig")
    kept = load_workbook(review)["Limites"]
    assert [kept.cell(r, header["decision"]).value for r in (5, 6)] == ["dans", None]


def test_the_geopackage_is_in_lambert_93(
    run: Run, points: Path, geodata: Path, tmp_path: Path
) -> None:
    out = tmp_path / "carte.gpkg"
    assert (
        run(
            "localiser", points, "--sortie", out, "--annee", 2025, "--geodonnees", geodata
        ).exit_code
        == 0
    )
    info = pyogrio.read_info(out)
    assert info["crs"] == "EPSG:2154"
    assert info["features"] == 4
    assert all(len(f) < 32 for f in info["fields"])
    with closing(sqlite3.connect(out)) as base:
        assert base.execute("select count(*) from gpkg_contents").fetchone() == (1,)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--annee", "2015"), "ZUS"),
        (("--annee", "2031"), "2031"),
        (("--annee", "2025", "--colonne", "x=y", "--colonne", "y=x"), "inversées"),
        (("--annee", "2025", "--colonne", "x=absente"), "absente"),
        (("--annee", "2025", "--decisions", "absent.xlsx"), "introuvable"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    run: Run, points: Path, geodata: Path, tmp_path: Path, arguments: tuple, words: str
) -> None:
    out = tmp_path / "s.csv"
    result = run("localiser", points, "--sortie", out, "--geodonnees", geodata, *arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output
    assert [p.name for p in tmp_path.iterdir()] == ["entree.csv"]


def test_a_missing_map_says_how_to_import_it(run: Run, points: Path, tmp_path: Path) -> None:
    result = run(
        "localiser",
        points,
        "--sortie",
        tmp_path / "s.csv",
        "--annee",
        2025,
        "--geodonnees",
        tmp_path / "vide",
    )
    assert result.exit_code == 2
    assert "importer-qpv" in result.output
    assert "2024" in result.output


def test_addresses_alone_are_geocoded_by_the_index(
    run: Run, example: Path, geodata: Path, tmp_path: Path
) -> None:
    out = tmp_path / "s.csv"
    stock = example / "patrimoine.xlsx"
    result = run("localiser", stock, "--sortie", out, "--annee", 2025, "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    frame = read(out)
    assert "géocodées" in result.output
    assert {"dans", "hors"} <= set(frame.qpv_statut)


def test_a_file_without_anything_to_place_is_refused(
    run: Run, geodata: Path, tmp_path: Path
) -> None:
    path = tmp_path / "e.csv"
    path.write_text("couleur;taille\nrouge;3\n", encoding="utf-8")
    result = run(
        "localiser", path, "--sortie", tmp_path / "s.csv", "--annee", 2025, "--geodonnees", geodata
    )
    assert result.exit_code == 2
    assert "ni position ni adresse" in result.output


def test_the_help_ends_with_an_example(run: Run) -> None:
    result = run("localiser", "--help")
    assert result.exit_code == 0
    assert "--rayon <nombre>" in result.output
    assert "[par défaut : 30 ; au moins 0]" in " ".join(result.output.split())
    assert "Exemple" in result.output


@pytest.mark.parametrize("shift_m", [0, 3_000])
@pytest.mark.parametrize("plain", ["degrees", "metres"][: tries(1, 2)])
@pytest.mark.parametrize("names", [(), ("--colonne", "x=x", "--colonne", "y=y")])
def test_two_positions_of_a_row_are_held_against_each_other(
    run: Run, geodata: Path, tmp_path: Path, shift_m: int, plain: str, names: tuple[str, ...]
) -> None:
    from tfpb.geodata.qpv_imports import load_qpv
    from tfpb.model.projection import to_lonlat

    qpv = load_qpv(geodata, 2024)
    assert qpv is not None
    inner = qpv.frame.to_crs(2154).geometry.iloc[0].representative_point()
    lon, lat = to_lonlat([inner.x], [inner.y], 2154)
    x, y = [inner.x + shift_m], [inner.y]
    if plain == "degrees":
        x, y = to_lonlat(x, y, 2154)
    path, out = tmp_path / "e.csv", tmp_path / "s.csv"
    twice = {"id_residence": ["R1", "R2"], "x": [x[0], None], "y": [y[0], None],
             "Longitude": [lon[0], lon[0]], "Lat": [lat[0], lat[0]]}  # fmt: skip
    pd.DataFrame(twice).to_csv(path, sep=";", index=False)
    result = run(
        "localiser", path, "--sortie", out, "--annee", 2025, "--geodonnees", geodata, *names
    )
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    degrees, metres = "« Longitude » et « Lat »", "« x » et « y »"
    left, kept = (degrees, metres) if names else (metres, degrees)
    doubt = f"{left} ne disent pas le même lieu que {kept} (1 ligne"
    assert (doubt in said) == (shift_m > 0), said
    assert read(out).qpv_statut[0] == ("hors" if names and shift_m else "dans")


def test_what_it_adds_is_what_the_pack_writes_of_an_entrance(
    run: Run, pack: Path, example: Path, geodata: Path, tmp_path: Path
) -> None:
    out = tmp_path / "localise.xlsx"
    result = run(
        "localiser", example / "patrimoine.xlsx", "--sortie", out, "--annee", 2025,
        "--geodonnees", geodata,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    book = load_workbook(out)
    assert book.sheetnames == ["Adresses"]
    head, *lines = book["Adresses"].iter_rows(values_only=True)
    stock = next(load_workbook(example / "patrimoine.xlsx").worksheets[0].iter_rows(4, 4))
    assert head[: len(stock)] == tuple(c.value for c in stock)
    theirs = rows_of((pack / "donnees/adresses.csv").read_bytes())
    assert len(lines) == len(theirs) > 100
    shared = [c for c in head if c in theirs[0] and c.startswith(("result_", "qpv_"))]
    assert len(shared) == 9
    for line, other in zip(lines, theirs, strict=True):
        mine = dict(zip(head, line, strict=True))
        for column in shared:
            said = "" if mine[column] is None else str(mine[column]).replace(".", ",")
            if column == "qpv_motif":  # a decision of the dossier keeps what the map said
                assert other[column].endswith(str(mine[column])), other
            else:
                assert said.rstrip("0").rstrip(",") == other[column].replace(".", ",").rstrip(
                    "0"
                ).rstrip(","), (column, other)
