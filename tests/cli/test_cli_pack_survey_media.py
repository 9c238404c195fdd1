"""The workbook and the PDF of a pack print of the survey what its CSV does, row by row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from pack_reading import Pack, flat, sheet_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Run

SHEETS = {
    "satisfaction": ("satisfaction", {"n QPV": "n_qpv", "n ailleurs": "n_hors", "Satisfaits QPV (%)": "qpv",
        "Satisfaits ailleurs (%)": "hors", "Écart brut (points)": "ecart",
        "En QPV, évolution 2019-2023 (points)": "evolution_qpv_2019-2023",
        "Ailleurs, évolution 2019-2023 (points)": "evolution_hors_2019-2023",
        "Écart, évolution 2019-2023 (points)": "evolution_ecart_2019-2023",
        "Satisfaits QPV, 2019 (%)": "qpv_2019", "Écart brut, 2019 (points)": "ecart_2019"}),
    "axes": ("axes", {"n": "n", "Écart (points)": "ecart", "bas à 90 %": "ecart_ic90_bas",
        "haut à 90 %": "ecart_ic90_haut", "Évolution de l’écart (points)": "evolution"}),
}  # fmt: skip
_PAIR = re.compile(r"(\d{1,3})%(\d{1,3})%([^%]{0,90}?)\((?:entre)?([−+]?\d+)(?:et|à)([−+]?\d+)\)")
"""Shares here and elsewhere, the word, the ends of the gap."""


@pytest.fixture(scope="module")
def drawn(pack: Path) -> Pack:
    return Pack(pack)


def figures(text: object) -> float:
    """Read a cell of a CSV or of a workbook."""
    cell = str(text if text is not None else "").replace(",", ".").strip()
    return float(cell) if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell) else float("nan")


@pytest.mark.parametrize("sheet", SHEETS)
def test_each_row_of_a_sheet_is_the_row_of_the_csv(drawn: Pack, sheet: str) -> None:
    name, columns = SHEETS[sheet]
    there, here = drawn.rows(name), sheet_tables(drawn.xlsx())[sheet]
    assert len(there) == len(here)
    printed = 0
    for one, two in zip(there, here, strict=True):
        assert flat(str(one["libelle"])) == flat(
            str(two.get("Question", two.get("Question liée")) or "")
        )
        titled = {flat(str(k)): v for k, v in two.items()}
        for title, column in columns.items():
            own, other = figures(one[column]), figures(titled[flat(title)])
            if np.isnan(own):
                assert np.isnan(other), (title, two)
                continue
            printed += 1
            assert min(abs(own - other), abs(100 * own - other)) < 1e-6, (title, own, other)
    assert printed > 40


def test_the_sheet_is_of_the_rows_that_are_attacked(drawn: Pack) -> None:
    """What the sheet and the readings of the pages are made of is a part of the detailed table."""
    detail = pd.DataFrame(drawn.rows("satisfaction_detail"))
    raw = detail[(detail["ajustement"] == "brut") & (detail["publication"] == "publiable")]
    keys = ["vague", "niveau", "territoire", "item", "bailleur"]
    gaps = raw[raw["groupe"] == "ecart"].merge(
        raw[raw["groupe"] == "qpv"], on=keys, suffixes=("", "_qpv")
    )
    gaps = gaps[gaps["bailleur"] == "ensemble"]
    told = set(
        zip(
            *(gaps[c] for c in ("estimation_qpv", "estimation", "ic90_bas", "ic95_haut")),
            strict=True,
        )
    )
    shown = [r for r in drawn.rows("satisfaction") if r["ecart"]]
    assert len(shown) > 20
    for row in shown:
        assert tuple(row[c] for c in ("qpv", "ecart", "ic90_bas", "ic95_haut")) in told, row


def test_comparer_alone_writes_the_long_tables_of_the_pack(
    drawn: Pack, example: Path, run: Run, tmp_path: Path
) -> None:
    deliveries = (example / "enquete_2019.csv", example / "enquete_2023.xlsx")
    out, plan = tmp_path / "s.csv", example / "plan_enquete.toml"
    made = run("comparer", *deliveries, "--plan", plan, "--sortie", out)
    assert made.exit_code == 0, made.output
    for alone, table in (("s.csv", "detail"), ("s_niveaux.csv", "niveaux")):
        files = (tmp_path / alone, drawn.folder / "donnees" / f"satisfaction_{table}.csv")
        one, two = (f.read_text("utf-8-sig").splitlines()[0] for f in files)
        assert one == two


def test_the_survey_has_three_files_and_no_other(drawn: Pack) -> None:
    kept = {"satisfaction", "satisfaction_detail", "satisfaction_niveaux"}
    gone = {"comparaison", "comparaison_detail", "evolution", "niveaux", "reperes"}
    found = {f.stem for f in (drawn.folder / "donnees").glob("*.csv")}
    assert kept <= found
    assert not found & {*gone, "synthese_satisfaction"}
    (sheet,) = [s for s in drawn.xlsx() if "t_satisfaction" in s.tables]
    assert (sheet.title, sheet["A1"].value) == ("Satisfaction", "Satisfaction")
    cells = [str(c.value) for c in next(sheet.iter_cols(max_col=1))]
    # what changed, which has no sheet of its own, is said under the table
    moved = [c for c in cells if re.search(r"passé de −24 \(2019\) à −10 \(2023\)", c)]
    assert len(moved) == 1
    assert [c for c in cells if c.startswith("Évolution de l’écart entre QPV")]


def pages(drawn: Pack) -> Iterator[tuple[str, str]]:
    """Yield the text of each document that prints the survey, with its place."""
    yield "total", flat(drawn.pdf_in_order("note.pdf"))
    for path in sorted((drawn.folder / "quartiers").glob("*.pdf")):
        yield path.stem, flat(drawn.pdf_in_order(f"quartiers/{path.name}"))


def test_each_gap_of_a_pdf_is_that_of_one_row_of_the_csv(drawn: Pack) -> None:
    detail = pd.DataFrame(drawn.rows("satisfaction_detail"))
    last = detail.loc[~detail["vague"].str.contains("-"), "vague"].max()
    rows = detail[(detail["vague"] == last) & (detail["ajustement"] == "brut")]
    rows = rows[(rows["publication"] == "publiable") & (rows["bailleur"] == "ensemble")]
    seen = 0
    for place, text in pages(drawn):
        gaps = rows[(rows["groupe"] == "ecart") & (rows["territoire"] == place)].set_index("item")
        here = rows[(rows["groupe"] == "qpv") & (rows["territoire"] == place)].set_index("item")
        away = rows[(rows["groupe"] == "hors_qpv") & (rows["territoire"] == "total")]
        away = away.set_index("item")
        told = [
            (
                round(100 * figures(here["estimation"][item])),
                round(100 * figures(away["estimation"][item])),
                100 * figures(gap["ic90_bas"]),
                100 * figures(gap["ic90_haut"]),
            )
            for item, gap in gaps.iterrows()
        ]
        for one, two, word, low, high in _PAIR.findall(text):
            ends = [abs(int(v.replace("−", "-").lstrip("+"))) for v in (low, high)]
            seen += 1
            met = [
                t for t in told
                if t[:2] == (int(one), int(two))
                and all(
                    abs(a - b) <= 1.0
                    for a, b in zip(sorted(ends), sorted(abs(v) for v in t[2:]), strict=True)
                )
            ]  # fmt: skip
            assert met, (place, one, two, word, low, high)
    assert seen >= 20
