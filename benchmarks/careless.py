"""Run commands on careless tables, whole: what a hurried hand or a bad export does to columns and cells.

    python benchmarks/careless.py --minutes 10

Unlike `fuzz.py`, files stay sound and their content is wrong: cells, columns emptied, moved, doubled,
headers, titles, totals. After each run: exit 0 or 2, no traceback nor error of ours, inputs as they were,
nothing left behind by a refusal, one row out for one row in. What fails is kept with its command line.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from results import record

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "unit" / "faults"))
from fault_harness import Server, Trial, snapshot  # noqa: E402
from fault_jobs import EXAMPLE, prepare  # noqa: E402

from tfpb.io.tables.tabular import read_table  # noqa: E402

Rows = list[list[Any]]
CELLS: tuple[Any, ...] = (
    "NaN", "inf", "1e999", 1e308, -1, 0, "-0", "1e5", "#N/A", "#REF!", "=1+1", "@SUM(1)", "+33612345678",
    "12\u00a0000", "12\u202f000,50", "1.234.567", "1.234", "12,", "12 logements", "١٢", "²", "IV", True,
    dt.datetime(1900, 1, 1), dt.datetime(9999, 12, 31), dt.time(12, 0), "31/02/2025", "1/1/25", "x" * 30_000,  # noqa: DTZ001
    "a\nb\nc", "\u202e123", '"', "<b>x</b>", "${7*7}", "🏠", "e\u0301", "\u2028", "  ", "-", "néant",
    "../../x", "C:\\x", "{0}", "%s", "QN05991I", "QP059001", "TOTAL",
)  # fmt: skip


def rows_of(path: Path) -> Rows:
    """Read a CSV or the longest sheet of a workbook."""
    if path.suffix == ".csv":
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "cp1252")
        return [list(r) for r in csv.reader(io.StringIO(text), delimiter=";")]
    page = max(load_workbook(path).worksheets, key=lambda p: p.max_row)
    return [[c.value for c in line] for line in page.iter_rows()]


def spoiled(rows: Rows, chance: random.Random) -> tuple[str, Rows]:  # noqa: C901 - one branch a trouble
    """Do one careless thing to a table; return its name and the table."""
    head = next(i for i, r in enumerate(rows) if sum(v not in (None, "") for v in r) > 3)
    out = [list(r) for r in rows]
    width, body = len(out[head]), range(head + 1, len(out))
    column, value = chance.randrange(width), chance.choice(CELLS)
    kind = chance.choice(
        ("cells",) * 6 + ("column",) * 4 + ("empty", "drop", "header", "header") * 2
        + ("shuffle", "double", "cut", "title", "twice", "turn", "order")
    )  # fmt: skip
    if kind == "cells":
        for _ in range(chance.choice((1, 3, 10, 40))):
            out[chance.choice(body)][chance.randrange(width)] = chance.choice(CELLS)
    elif kind in ("column", "empty"):
        for at in body:
            out[at][column] = value if kind == "column" else None
    elif kind == "header":
        out[head][column] = chance.choice((*CELLS, *out[head], None))
    elif kind == "cut":
        out = out[: head + chance.randint(0, 2)]
    elif kind in ("drop", "shuffle"):
        order = [k for k in range(width) if kind == "shuffle" or k != column]
        chance.shuffle(order)
        out = out[:head] + [[r[k] for k in order] for r in out[head:]]
    elif kind == "title":
        out = [[f"Titre {value}"]] * chance.choice((1, 30)) + out
    elif kind == "turn":
        out = [list(line) for line in zip(*out[head : head + 40], strict=True)]
    elif kind == "order":
        out = out[: head + 1] + chance.sample(out[head + 1 :], len(body))
    else:
        out += [out[chance.choice(body)]] * 3 if kind == "double" else out[head:]
    return kind, out


def write(path: Path, rows: Rows) -> None:
    """Write rows as a workbook or as a CSV, by the extension."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(
                ["" if v is None else v for v in r] for r in rows
            )
        return
    book = Workbook()
    page: Any = book.active
    for i, row in enumerate(rows, start=1):
        for j, value in enumerate(row, start=1):
            if value is not None:
                cell = page.cell(i, j, value)
                cell.data_type = "s" if isinstance(value, str) else cell.data_type
    book.save(path)


def command(name: str, path: Path, lent: Path, out: Path, chance: random.Random) -> list[object]:
    """Choose a command that reads the table, with sound files beside it."""
    example, located = lent / "exemple", lent / "situe.csv"
    sides = ["--residences", located]
    plan = ["--plan", example / "plan_enquete.toml"]
    table = ["--sortie", out / chance.choice(("s.csv", "s.xlsx"))]
    money: list[object] = ["abattement", example / "fiscalite_2025.xlsx"]
    alone: dict[str, list[list[object]]] = {
        "patr": [["geocoder", path, *table], ["localiser", path, "--annee", 2025, *table]],
        "situ": [["localiser", path, "--annee", 2025, *table], [*money, "--residences", path, *table],
                 ["comparer", example / "enquete_2023.xlsx", *plan, "--residences", path, *table]],
        "fisc": [["abattement", path, *sides, *table]],
        "prog": [[*money, *sides, "--programme", path, *table]],
        "conv": [[*money, *sides, "--conventions", path, *table]],
        "enqu": [["comparer", path, *plan, *table], ["nouveau", out / "n", "--depuis", path]],
    }  # fmt: skip
    toml = (EXAMPLE / "dossier.toml").read_text(encoding="utf-8")
    (example / "essai.toml").write_text(
        toml.replace(f'"{name}"', f'"{path.name}"'), encoding="utf-8"
    )
    whole: list[list[object]] = [["verifier", example / "essai.toml"]]
    whole.append(["dossier", example / "essai.toml", "--sortie", out / "pack"])
    return chance.choice(alone.get(name[:4], []) + (whole if name[:4] != "situ" else []))


def wrong_with(done: Trial, line: list[object], path: Path, out: Path) -> str:
    """Say what is wrong with how a command ended; empty when all is as promised."""
    if done.code not in (0, 2):
        return f"exit {done.code}"
    if "Traceback" in done.said or "erreur du programme" in done.said:
        return "an error of ours"
    if done.code == 2:
        left = [p for p in out.rglob("*") if not any(q.endswith(".reprise") for q in p.parts)]
        return f"left {left[0].name}" if left else "" if "que faire" in done.said else "no hint"
    if line[0] in ("geocoder", "localiser"):
        written = next(p for p in out.iterdir() if p.stem == "s")
        if len(read_table(written).frame) != len(read_table(path).frame):
            return "rows lost or made"
    return ""


def main() -> None:
    """Read the command line and be careless."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--trouves", type=Path, default=Path("negligences"))
    asked = parser.parse_args()
    chance = random.Random(asked.graine)
    tried: Counter[str] = Counter()
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        lent = Path(folder)
        with Server(lent) as server:
            prepare(server, lent)
            shutil.copytree(EXAMPLE, lent / "exemple")
            near = ["--geodonnees", lent / "geo"]
            located = ("--annee", 2025, "--sortie", lent / "situe.csv")
            server.run("localiser", EXAMPLE / "patrimoine.xlsx", *located, *near)
            tables = {
                p.name: rows_of(p)
                for p in (*EXAMPLE.glob("*.xlsx"), *EXAMPLE.glob("*.csv"), lent / "situe.csv")
            }
            until = time.monotonic() + 60 * asked.minutes
            while time.monotonic() < until:
                name = chance.choice(sorted(tables))
                kind, rows = spoiled(tables[name], chance)
                path = lent / "exemple" / f"gate{chance.choice(('.xlsx', '.csv'))}"
                write(path, rows)
                out = lent / "sortie"
                out.mkdir()
                line = command(name, path, lent, out, chance)
                before = snapshot(lent / "exemple")
                extra = near if line[0] in ("geocoder", "localiser", "verifier", "dossier") else []
                done = server.run(*line, *extra)
                wrong = wrong_with(done, line, path, out)
                wrong = wrong or (
                    "" if snapshot(lent / "exemple") == before else "an input was touched"
                )
                tried[str(line[0]) + (" refusé" if done.code else "")] += 1
                if wrong:
                    found += 1
                    kept = asked.trouves / f"{asked.graine}-{sum(tried.values())}-{kind}"
                    kept.mkdir(parents=True, exist_ok=True)
                    shutil.copy(path, kept)
                    told = f"{wrong}\n{name}\n{line}\n{done.said}"
                    (kept / "dit.txt").write_text(told, encoding="utf-8")
                shutil.rmtree(out)
                path.unlink()
    record("whole.careless", found=found, commands=sum(tried.values()))
    print(
        json.dumps(
            {"commandes": sum(tried.values()), "trouvés": found, **tried}, ensure_ascii=False
        )
    )


if __name__ == "__main__":
    main()
