"""One truth, four media: what the workbook, the PDF, the Word file, the maps and the data say is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from pack_reading import Pack, flat, number, sheet_tables

from tfpb.model.codes import TOTAL

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = ("Logements en QPV", "Abattement acquis", "Perte des collectivités", "Actions valorisées")
COUNTS = ("n_qpv", "n_hors")
COLUMNS = (
    "n QPV", "n ailleurs", "QPV (%)", "Ailleurs (%)", "Écart (points)", "bas à 90 %", "haut à 90 %",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(pack: Path) -> Pack:
    return Pack(pack)


@pytest.fixture(scope="module")
def truth(made: Pack) -> dict[str, float]:
    """Add the main figures up from the data alone."""
    homes, money = made.rows("residences"), made.quarters()
    return {
        "Logements en QPV": sum(number(r["logements_dans"]) for r in homes),
        "Abattement acquis": sum(number(r["abattement_eur"]) for r in money),
        "Perte des collectivités": sum(number(r["perte_collectivites_eur"]) for r in money),
        "Actions valorisées": sum(number(r["valorise_eur"]) for r in made.rows("actions")),
    }


def test_the_main_figures_are_not_trifles(truth: dict[str, float]) -> None:
    assert truth["Logements en QPV"] > 1000
    assert truth["Abattement acquis"] > 100_000


def test_the_workbook_says_them(made: Pack, truth: dict[str, float]) -> None:
    cells = {
        row[0].value: row for row in made.xlsx()["Synthèse"].iter_rows() if row[0].value in FIGURES
    }
    for name in FIGURES:
        amount = next(c.value for c in cells[name][1:] if isinstance(c.value, int | float))
        assert amount == pytest.approx(truth[name], abs=0.005), name


def test_the_report_says_them(made: Pack, truth: dict[str, float]) -> None:
    body = made.pdf().split("Annexe · Rappel légal")[-2]  # the contents name it first
    values = re.findall(r"(?<![\d,])[−+]?\d{1,3}(?:[ \u202f\u00a0]\d{3})*(?:,\d+)?(?![\d,])", body)
    said = {number(v) for v in values}
    for name in FIGURES:
        assert any(v == pytest.approx(truth[name], abs=0.5) for v in said), name


def test_the_stock_balances_in_every_medium(made: Pack) -> None:
    homes = made.rows("residences")
    whole = sum(int(r["nb_logements"]) for r in homes)
    doubtful = sum(int(r["logements_a_verifier"]) for r in homes)
    checks = {c["nom"]: c for c in made.run()["controles"]}
    assert checks["logements"]["obtenu"] == checks["logements"]["attendu"] == str(whole)
    written = f"{whole:,}".replace(",", "")
    text = flat(made.pdf())
    assert f"{written}logements" in text
    assert f"{doubtful}logementsàvérifier" in text


def satisfaction(made: Pack) -> list[dict[str, str]]:
    heads = {r["Fait"] for r in sheet_tables(made.xlsx())["synthese"]}
    lines = [r for r in made.rows("satisfaction") if r["niveau"] == TOTAL and r["libelle"] in heads]
    assert len(lines) == 5
    return lines


def shown(line: dict[str, str]) -> list[str]:
    """Write a line of satisfaction as documents should: counts, shares, gap and bounds."""

    def points(text: str) -> str:
        value = round(number(text) * 100 + (1e-9 if number(text) > 0 else -1e-9), 1)
        return f"{value:+.1f}".replace(".", ",").replace("-", "−")

    shares = [f"{number(line[k]) * 100:.0f}%" for k in ("qpv", "hors")]
    gaps = [points(line[k]) for k in ("ecart", "ic90_bas", "ic90_haut")]
    # a gap is told to the point, its ends to the half point
    return [*(line[name] for name in COUNTS), *shares, *(gap.removesuffix(",0") for gap in gaps)]


def test_satisfaction_lines_are_one_in_workbook_and_pdf(made: Pack) -> None:
    sheet = {r["Fait"]: r for r in sheet_tables(made.xlsx())["synthese"]}
    page = made.pdf().split("Question par question")[1]
    lines = satisfaction(made)
    for line in lines:
        cells = sheet[line["libelle"]]
        expected = shown(line)
        assert cells["Valeur"] == pytest.approx(number(line["qpv"]), rel=1e-12)
        elsewhere, verdict = flat(cells["Ce que cela veut dire"]).split(";")
        assert elsewhere == f"Ailleurs:{expected[3]}"
        assert flat(line["verdict_mot"]).endswith(verdict.removesuffix("."))
        # a number that never changes is said once, under the table
        pairs = zip(COLUMNS, expected, strict=True)
        kept = [t for name, t in pairs if flat(f"{name} : {t}") not in flat(page)]
        assert len(kept) >= len(COLUMNS) - 1
        assert any("".join(kept) in flat(r) for r in page.splitlines()), line["libelle"]


def test_a_group_bears_one_count_wherever_it_is_printed(made: Pack) -> None:
    keys = ("vague", "bailleur", "groupe", "item")
    counts = {
        tuple(r[k] for k in keys): r["n"]
        for r in made.rows("satisfaction_detail")
        if (r["niveau"], r["ajustement"]) == (TOTAL, "brut")
    }
    levels = [r for r in made.rows("satisfaction_niveaux") if r["n"] and r["niveau"] == TOTAL]
    assert len(levels) > 100
    assert [r for r in levels if r["n"] != counts[tuple(r[k] for k in keys)]] == []


def test_every_number_of_a_sheet_is_that_of_its_data_file(made: Pack) -> None:
    tables = sheet_tables(made.xlsx())
    columns: dict[str, list[dict[str, str]]] = {}
    for row in made.dictionary():
        columns.setdefault(row["table"], []).append(row)
    compared = 0
    for name in sorted(set(tables) & set(columns)):
        data = made.rows(name)
        assert len(data) == len(tables[name]), name
        for line, cells in zip(data, tables[name], strict=True):
            values = list(cells.values())
            shown = columns[name][: len(values)]  # then what the data alone have
            titles = [re.sub(r" \(\d+\)$", "", head) for head in cells]
            assert titles == [re.sub(r" \(\d+\)$", "", c["intitule"]) for c in shown], name
            for column, cell in zip(columns[name], values, strict=False):
                text, form = line[column["colonne"]], column["format"]
                if form in ("texte", "date"):
                    continue
                if cell and isinstance(cell, str):  # no number: « moins de 11, ou masqué »
                    assert text == "", (name, column)
                    assert line[f"{column['colonne']}_mot"] == cell, (name, column)
                elif text == "":
                    assert cell in (None, ""), (name, column)
                else:
                    scale = 100 if form == "points" else 1
                    assert cell == pytest.approx(number(text) * scale, rel=1e-9), (name, column)
                    compared += 1
    assert compared > 3000


def test_the_pages_of_quarters_say_the_figures_of_the_data(made: Pack) -> None:
    for line in made.quarters():
        code = line["code_qpv"]
        page = flat(made.pdf(f"quartiers/{code}.pdf"))
        for amount in (line["valorise_eur"], line["abattement_eur"],
                       line["perte_collectivites_eur"]):  # fmt: skip
            assert f"{round(number(amount) + 1e-9)}€" in page, (code, amount)
        assert line["logements_dans"] in page
        assert made.run()["empreinte"] in page


def quarters(payload: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Find the quarters in the data of the web map, wherever they stand."""
    found: dict[str, dict[str, Any]] = {}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            code = value.get("code_qpv") or value.get("code")
            if isinstance(code, str) and code.startswith("QN"):
                found[code] = {**found.get(code, {}), **value}
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(payload)
    return found


def test_the_web_map_says_the_figures_of_the_data(made: Pack) -> None:
    payload = made.payload()
    text = flat(str(payload))
    assert made.run()["empreinte"] in text
    found = quarters(payload)
    for line in made.quarters():
        said = flat(str(found[line["code_qpv"]]))
        assert line["logements_dans"] in said
        assert str(round(number(line["abattement_eur"]))) in said


def test_the_table_of_one_run_carries_one_hash_everywhere(made: Pack) -> None:
    mark = made.run()["empreinte"]
    assert all(mark in page for page in made.pdf().split("\f") if page.strip())
    for sheet in made.xlsx():
        assert any(mark in str(c.value) for row in sheet.iter_rows() for c in row if c.value)
