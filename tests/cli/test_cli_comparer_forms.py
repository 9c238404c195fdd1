"""One wave in three forms through the whole command: workbook, cp1252 CSV in words, SPSS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyreadstat

from effort import by_night
from tfpb.io.sources.toml_files import load_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

FOUR = {
    "1": "Très satisfait",
    "2": "Plutôt satisfait",
    "3": "Plutôt pas satisfait",
    "4": "Pas du tout satisfait",
    "8": "Non concerné",
    "9": "Ne sait pas",
}
PERSONAL = ["telephone", "q22_verbatim", "date_entretien"]


def _answers(base: pd.DataFrame, plan: Any) -> tuple[list[str], list[str]]:
    """Return the columns of four levels, and those of marks."""
    scales = {c: i.echelle for i in plan.items for c in i.colonnes if c in base}
    four = [c for c, s in scales.items() if s == "satisfaction4"]
    return four, [c for c in scales if c not in four]


def _in_words(base: pd.DataFrame, plan: Any, path: Path) -> Path:
    """Write the CSV a firm would: `;`, cp1252, decimal comma, answers in words."""
    four, marks = _answers(base, plan)
    words = base.assign(
        poids=base["poids"].str.replace(".", ","),
        qpv=base["qpv"].map({"1": "QPV", "0": "hors QPV"}),
        type_habitat=base["type_habitat"].map({"1": "Collectif", "2": "Individuel"}),
        **{c: base[c].replace(FOUR) for c in four},
        **{c: base[c].replace({"99": "Ne sait pas"}) for c in marks},
    )
    words.to_csv(path, sep=";", index=False, encoding="cp1252")
    return path


def _in_spss(base: pd.DataFrame, plan: Any, path: Path) -> Path:
    """Write the .sav: numbers, with NSP and non concerné declared missing by the user."""
    four, marks = _answers(base, plan)
    numbers = [*four, *marks, "poids", "qpv", "type_habitat", "periode_construction"]
    frame = base.assign(**{c: pd.to_numeric(base[c].where(base[c] != "")) for c in numbers})
    missing = {c: [{"lo": 8, "hi": 9}] for c in four} | {c: [{"lo": 99, "hi": 99}] for c in marks}
    pyreadstat.write_sav(frame, str(path), missing_ranges=missing)
    return path


@by_night("test_deliveries_reading.py, test_one_wave_in_three_forms_gives_the_same_survey")
def test_three_forms_give_the_same_bytes(tmp_path: Path, example: Path, run: Run) -> None:
    book = example / "enquete_2023.xlsx"
    plan = load_plan(example / "plan_enquete.toml")
    base = pd.read_excel(book, sheet_name="Base", dtype=str, engine="calamine")
    base = base.fillna("").drop(columns=PERSONAL)
    forms = {
        "xlsx": book,
        "csv": _in_words(base, plan, tmp_path / "enquete.csv"),
        "sav": _in_spss(base, plan, tmp_path / "enquete.sav"),
    }
    written = {}
    for name, path in forms.items():
        out = tmp_path / f"{name}.csv"
        result = run(
            "comparer", example / "enquete_2019.csv", path, "--par", "type_habitat",
            "--plan", example / "plan_enquete.toml", "--sortie", out,
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        written[name] = out.read_bytes(), (tmp_path / f"{name}_niveaux.csv").read_bytes()
    assert all(one == written["xlsx"] for one in written.values())
