"""`tfpb geocoder` and the address part of `tfpb geodonnees`, as a user meets them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from tfpb.model.results import RESULT_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

Run = Callable[..., Any]
CITY = "Valmont-sur-Orve"


@pytest.fixture(scope="session")
def some(geodata: Path) -> list[str]:
    """Return addresses that the example's base holds."""
    from tfpb.addresses.store import AddressStore

    with AddressStore(geodata) as store:
        commune = store.commune("59999")
        assert commune is not None
        streets = [s for s in commune.streets if s.numbers.size > 4 and s.kind == "street"]
        return [f"{s.numbers[2]} {s.name}" for s in streets[:12]]


def write(path: Path, header: list[str], *rows: list[str], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as handle:
        csv.writer(handle, delimiter=";").writerows([header, *rows])
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def test_one_row_in_one_row_out_columns_untouched(
    tmp_path: Path, geodata: Path, run: Run, some: list[str]
) -> None:
    rows = [[f"R{i:03d}", line, "59999", CITY, "=1+1", "007"] for i, line in enumerate(some)]
    rows += [
        ["R100", "", "", "", "", ""],
        ["R101", "9 rue qui n’existe pas", "59999", CITY, "", "0,5"],
        rows[0],
    ]
    source = write(
        tmp_path / "e.csv", ["id", "Adresse", "CP", "Ville", "formule", "Libellé"], *rows
    )
    before = source.read_bytes()
    result = run("geocoder", source, "--sortie", tmp_path / "s.csv", "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    out = read(tmp_path / "s.csv")
    assert [r["id"] for r in out] == [r[0] for r in rows]
    assert [r["Libellé"] for r in out] == [r[5] for r in rows]
    assert out[0]["formule"] == "'=1+1"  # no formula may run from a CSV
    assert list(out[0])[-len(RESULT_COLUMNS) :] == list(RESULT_COLUMNS)
    assert all(r["result_verdict"] == "accepte" for r in out[: len(some)])
    assert all(r["result_type"] == "housenumber" for r in out[: len(some)])
    assert out[len(some)]["result_status"] == "skipped"
    assert out[len(some) + 1]["result_verdict"] == "rejete"
    assert source.read_bytes() == before
    assert f"{len(rows)} lignes" in result.output
    assert "s_a_verifier.xlsx" in result.output
    assert not list(tmp_path.glob(".*"))  # nothing hidden is left


def test_the_figures_are_those_of_the_base(
    tmp_path: Path, geodata: Path, run: Run, some: list[str]
) -> None:
    from tfpb.addresses.store import AddressStore

    source = write(tmp_path / "e.csv", ["adresse", "code_insee"], [some[0], "59999"])
    assert (
        run(
            "geocoder", source, "-s", tmp_path / "s.csv", "--geodonnees", geodata, "--csv-brut"
        ).exit_code
        == 0
    )
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as handle:
        (row,) = csv.DictReader(handle)
    with AddressStore(geodata) as store:
        commune = store.commune("59999")
    assert commune is not None
    street = next(s for s in commune.streets if some[0].endswith(s.name))
    assert (float(row["result_x"]), float(row["result_y"])) == (street.x[2], street.y[2])
    assert row["result_id"] == f"{street.id}_{street.numbers[2]:05d}"
    assert abs(float(row["latitude"]) - 50.13) < 0.1


def test_a_column_that_bears_a_result_name_is_renamed_and_said(
    tmp_path: Path, geodata: Path, run: Run, some: list[str]
) -> None:
    source = write(
        tmp_path / "e.csv", ["adresse", "code_insee", "result_label"], [some[0], "59999", "ancien"]
    )
    result = run("geocoder", source, "-s", tmp_path / "s.csv", "--geodonnees", geodata)
    (row,) = read(tmp_path / "s.csv")
    assert row["result_label_entree"] == "ancien"
    assert row["result_label"].startswith(some[0])
    assert "result_label_entree" in result.output


def test_two_columns_whose_names_differ_by_case_alone_are_never_written(
    tmp_path: Path, geodata: Path, run: Run, some: list[str]
) -> None:
    source = write(
        tmp_path / "e.csv", ["adresse", "code_insee", "Result_Label"], [some[0], "59999", "ancien"]
    )
    result = run("geocoder", source, "-s", tmp_path / "s.csv", "--geodonnees", geodata)
    (row,) = read(tmp_path / "s.csv")
    assert row["Result_Label_entree"] == "ancien"
    assert "« Result_Label » devient « Result_Label_entree »" in result.output


@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".parquet"])
def test_a_workbook_with_titles_and_other_outputs(
    tmp_path: Path, geodata: Path, run: Run, some: list[str], suffix: str
) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (
        ["Patrimoine 2025"],
        [],
        ["Réf.", "Adresse", "Code INSEE"],
        ["007", some[0], "59999"],
    ):
        page.append(row)
    book.save(tmp_path / "e.xlsx")
    target = tmp_path / f"s{suffix}"
    result = run("geocoder", tmp_path / "e.xlsx", "-s", target, "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    if suffix == ".parquet":
        frame = pd.read_parquet(target)
    else:
        frame = pd.read_excel(target, dtype=str, engine="odf" if suffix == ".ods" else "openpyxl")
    assert frame["Réf."].tolist() == ["007"]
    assert frame["result_verdict"].tolist() == ["accepte"]


def test_doubts_are_decided_in_the_sheet_and_read_back(
    tmp_path: Path, geodata: Path, run: Run, some: list[str]
) -> None:
    known = some[1].split(" ", 1)[1]
    rows = [
        ["R1", some[0], "59999"],
        ["R2", "7 rue Quetzalcoatl Zorglub", "59999"],
        ["R3", "8 impasse Xylophone Brumaire", "59999"],
        ["R4", "9 chemin Wagnérien Kiosque", "59999"],
    ]
    source = write(tmp_path / "e.csv", ["id_residence", "adresse", "code_insee"], *rows)
    output, review = tmp_path / "s.csv", tmp_path / "s_a_verifier.xlsx"
    args = ("geocoder", source, "-s", output, "--geodonnees", geodata)
    assert run(*args).exit_code == 0
    book = load_workbook(review)
    page = book["Adresses"]
    header = next(r for r in range(1, 9) if page.cell(r, 1).value == "ligne")
    names = {cell.value: cell.column for cell in page[header]}
    lines = {
        page.cell(r, names["identifiant"]).value: r for r in range(header + 1, page.max_row + 1)
    }
    assert set(lines) == {"R2", "R3", "R4"}
    assert page.cell(lines["R2"], names["ligne"]).value == 3
    assert "inconnue" in page.cell(lines["R2"], names["pourquoi vérifier"]).value
    (rule,) = page.data_validations.dataValidation
    assert rule.type == "list"
    assert rule.formula1.startswith("Choix!")
    page.cell(lines["R2"], names["adresse corrigée"]).value = f"{some[1]}"
    page.cell(lines["R3"], names["décision"]).value = "introuvable"
    page.cell(lines["R4"], names["décision"]).value = f"{known} 59999 {CITY} (0.40)"
    page.cell(lines["R4"], names["auteur"]).value = "A. Martin"
    book.save(review)

    # without --decisions the filled sheet is left alone, and it is said
    filled = review.read_bytes()
    result = run(*args)
    assert review.read_bytes() == filled
    assert "s_a_verifier.2.xlsx" in result.output

    result = run(*args, "--decisions", review)
    assert result.exit_code == 0, result.output
    out = {row["id_residence"]: row for row in read(output)}
    assert out["R2"]["result_verdict"] == "accepte"
    assert out["R2"]["result_label"].startswith(some[1])
    assert out["R2"]["result_reasons"].endswith("decision")
    assert out["R2"]["adresse"] == rows[1][1]
    assert (out["R3"]["result_verdict"], out["R3"]["result_x"]) == ("rejete", "")
    assert out["R4"]["result_name"] == known
    assert "Décisions lues : 3 ; appliquées : 3" in result.output
    assert "Aucune adresse à vérifier" in result.output  # a correction that was found answers too
    again = load_workbook(review)["Adresses"]
    authors = [again.cell(r, names["auteur"]).value for r in range(header + 1, again.max_row + 1)]
    assert "A. Martin" in authors  # decisions stay in the sheet


def test_old_street_names_from_a_table(
    tmp_path: Path, geodata: Path, run: Run, some: list[str]
) -> None:
    number, street = some[0].split(" ", 1)
    source = write(
        tmp_path / "e.csv", ["adresse", "code_insee"], [f"{number} rue Quetzalcoatl", "59999"]
    )
    aliases = write(
        tmp_path / "voies.csv", ["ancien nom", "nouveau nom"], ["rue Quetzalcoatl", street]
    )
    result = run(
        "geocoder",
        source,
        "-s",
        tmp_path / "s.csv",
        "--geodonnees",
        geodata,
        "--alias-voies",
        aliases,
    )
    assert result.exit_code == 0, result.output
    assert read(tmp_path / "s.csv")[0]["result_name"] == street


def test_no_index_says_how_to_import(tmp_path: Path, run: Run) -> None:
    source = write(tmp_path / "e.csv", ["adresse", "code_insee"], ["1 rue A", "59999"])
    result = run("geocoder", source, "-s", tmp_path / "s.csv", "--geodonnees", tmp_path / "vide")
    assert result.exit_code == 2
    assert "importer-adresses" in result.output
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("e.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00", ""),
        ("e.csv", b"loyer;surface\n400;60\n", "adresse"),
        ("e.csv", b"", ""),
        ("e.docx", b"PK\x03\x04", "format"),
        ("absent.csv", None, "introuvable"),
    ],
)
def test_bad_inputs_are_told_in_french(
    tmp_path: Path, geodata: Path, run: Run, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run("geocoder", tmp_path / name, "-s", tmp_path / "s.csv", "--geodonnees", geodata)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "s.csv").exists()


def test_the_output_may_not_replace_the_input_nor_be_of_an_unknown_kind(
    tmp_path: Path, geodata: Path, run: Run
) -> None:
    source = write(tmp_path / "e.csv", ["adresse", "code_insee"], ["1 rue A", "59999"])
    for target in (source, tmp_path / "s.docx"):
        result = run("geocoder", source, "-s", target, "--geodonnees", geodata)
        assert result.exit_code == 2
    assert read(source)[0]["adresse"] == "1 rue A"


def test_odd_rows_never_stop_the_file(
    tmp_path: Path, geodata: Path, run: Run, some: list[str]
) -> None:
    odd = [
        "x" * 300, "12 " * 100,
        "\u200b", "NEANT", "0", "93140", "=HYPERLINK(1)", "LibertÃ©", "’’’", "12-", "-",
        "🏠 12 rue", "12 rue \x07 bip",
    ]  # fmt: skip
    rows = [[line, "59999"] for line in [*odd, some[0]]]
    source = write(tmp_path / "e.csv", ["adresse", "code_insee"], *rows)
    result = run("geocoder", source, "-s", tmp_path / "s.csv", "--geodonnees", geodata)
    assert result.exit_code == 0, result.output
    out = read(tmp_path / "s.csv")
    assert len(out) == len(rows)
    assert out[-1]["result_verdict"] == "accepte"


def test_lister_and_verifier(tmp_path: Path, geodata: Path, run: Run) -> None:
    result = run("geodonnees", "lister", "--geodonnees", geodata)
    assert result.exit_code == 0
    assert "BAN" in result.output
    assert "adresses-59999.csv.gz" in result.output
    assert run("geodonnees", "verifier", "--geodonnees", geodata).exit_code == 0
    (tmp_path / "adresses.sqlite").write_bytes((geodata / "adresses.sqlite").read_bytes()[:9000])
    damaged = run("geodonnees", "verifier", "--geodonnees", tmp_path)
    assert damaged.exit_code == 2
    assert "abîmé" in damaged.output


def test_help_shows_an_example(run: Run) -> None:
    for command in (("geocoder",), ("geodonnees", "importer-adresses"), ("geodonnees", "lister")):
        result = run(*command, "--help")
        assert result.exit_code == 0
        assert "Exemple : tfpb" in " ".join(result.output.split())
