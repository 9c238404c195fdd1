"""The example released, then with late interviews, or a résidence moved: headline gaps that stay told.

Run: ``python benchmarks/secrecy_example.py`` (imports the example's geography in a temporary folder).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import openpyxl

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from example_pack import EXAMPLE, geography, undecided  # noqa: E402
from tfpb.io.packs.output_files import write_together  # noqa: E402
from tfpb.io.sources.toml_files import load_settings  # noqa: E402
from tfpb.pipeline.assembling import assemble  # noqa: E402
from tfpb.pipeline.published_before import ledger_with  # noqa: E402

HEADLINES = (
    "niveau == 'total' and bailleur == 'ensemble' and groupe == 'ecart' and ajustement == 'brut'"
)


def add_late(folder: Path, count: int, seed: int) -> None:
    """Append interviews of 2023: answers of some other interviews, in the same résidences."""
    path = folder / "enquete_2023.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Base"]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(k for k, r in enumerate(rows) if "residence_id" in map(str, r))
    key = list(map(str, rows[head])).index("id_enquete")
    rng = np.random.default_rng(seed)
    for k, row in enumerate(rng.choice(len(rows) - head - 1, count, replace=False)):
        values = list(rows[head + 1 + int(row)])
        values[key] = f"TARDIF{k}"
        sheet.append(values)
    book.save(path)


def move(folder: Path) -> None:
    """Settle a doubtful résidence on a side, after the release."""
    undecided(folder)
    lines = "id_residence;decision;auteur;date;piece\n02146;hors;A;03/02/2026;plan\n"
    (folder / "decisions.csv").write_text(lines, encoding="utf-8-sig")
    path = folder / "dossier.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[fichiers]\n", '[fichiers]\ndecisions = "decisions.csv"\n'))


def main() -> None:
    """Print what is told before and after."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        geography(work / "geo")
        for label, change in (
            *((f"{n} late", lambda f, n=n: add_late(f, n, n)) for n in (1, 4, 12, 40)),
            ("moved", move),
        ):
            os.environ["TFPB_DIFFUSIONS"] = str(work / f"{label}.jsonl")
            folder = work / label
            shutil.copytree(EXAMPLE, folder)
            told = []
            for step in range(2):
                if step:
                    change(folder)
                made = assemble(load_settings(folder / "dossier.toml"), work / "geo")
                if not step:
                    write_together(ledger_with(made.release))
                table = made.survey.comparison
                last = made.survey.last_wave
                rows = table[table["vague"] == last].query(HEADLINES).set_index("item")
                told.append((rows, table, [n.code for n in made.notices]))
            (first, one, _), (second, two, notices) = told
            words = int((first["verdict"] != second["verdict"]).sum())
            figures = int((first["estimation"] != second["estimation"]).sum())
            masked = [int((t["publication"] == "masque").sum()) for t in (one, two)]
            print(
                f"{label}: headlines {(first['publication'] == 'publiable').sum()} then "
                f"{(second['publication'] == 'publiable').sum()} of {len(second)}; words that change "
                f"{words}, figures {figures}; masked rows {masked[0]} then {masked[1]}; "
                f"printed again {int((two['repris_du'] != '').sum()) if 'repris_du' in two else 0}; "
                f"{sorted({n for n in notices if n.startswith(('diffusion', 'cotes'))})}"
            )


if __name__ == "__main__":
    main()
