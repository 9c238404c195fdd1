"""Drop any column, row or file of drawn dossiers: no figure told as known may rise.

    PYTHONPATH=src python benchmarks/money_less.py --seed 53100 --worlds 30

Worlds are those of `money_lines.py`. Compared, bounded by the questions that are open: the least acquired and
the least to claim, over the whole, and what the forecast knows of each coming year. What the file that is
dropped alone says is listed, and named below: `ALONE`.
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from money_lines import invent, write
from money_reference import D

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

ALONE = {
    ("s", "date_vente"): "only the stock says that a dwelling was sold",
    ("s", "date_demolition"): "only the stock says that a dwelling was demolished",
    ("f", "degrevements_eur"): "only the tax sheet says what was given back",
    ("f", "declare"): "only this column says that a premises was not declared",
    (
        "f",
        "teom_eur",
    ): "only this column says what the TEOM left in a sum would be: with it, sums that this reading "
    "explains too are not read",
    ("f", "avis"): "only this column says which lines share a sum; it is asked",
    (
        "c",
        "a row",
    ): "of a line of two quarters that both have a convention all waits for its building; of "
    "one that has none, the share of the other, which is due, is told",
    (
        "s",
        "a row",
    ): "of a line of two quarters that both have a convention all waits for its building; of the one "
    "left in the stock, the part of the line that it has is told, which is due",
}
ANSWERED = (
    "no more than the whole dossier tells with its lines without dwellings answered: without buildings "
    "sums no longer contradict the wrong answer, whose bound rises"
)


def told(folder: Path, *, answered: bool = False) -> dict[str, Decimal] | None:
    """Return what is told as known of a folder; None where it is refused.

    Answered, its lines that neither count a dwelling nor say what they are have none.
    """
    from tfpb.errors import TfpbError  # noqa: PLC0415
    from tfpb.model.question import Replies, with_subjects  # noqa: PLC0415
    from tfpb.pipeline.jobs.tax_job import accounts, bounded_claims  # noqa: PLC0415

    names = {"fiscalite": "f", "residences": "s", "conventions": "c"}
    paths = {n: folder / f"{f}.csv" for n, f in names.items()}
    files = {n: p if p.exists() else None for n, p in paths.items()}
    if not (files["fiscalite"] and files["residences"]):
        return None  # the command demands both

    def again(supposed: Any) -> Any:
        return accounts(files, replies=replace(Replies(), supposed=supposed))

    try:
        base = again({})
        if answered:
            bare = [a.question.key for a in base.asked if a.question.code == "lignes_sans_logement"]
            base = again(with_subjects(base.asked, dict.fromkeys(bare, "sans_logement")))
        claims = base.claims() if answered else bounded_claims(base, again)[-1]
    except TfpbError:
        return None
    out = {name: claims.amount(name).at_least for name in ("acquis", "a_reclamer")}
    for row in base.abatements[-1].by_year.itertuples():
        out[f"forecast {row.annee}"] = D(0) if row.abattement_eur is None else row.abattement_eur
    return out


def dropped(folder: Path, rng: random.Random) -> Iterator[tuple[tuple[str, str], Path]]:
    """Yield copies of a folder, each with a column, a row or a file less."""
    for name in "sfc":
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        gone = [("column", c) for c in rows[0]] + [
            ("row", str(k)) for k in rng.sample(range(len(rows)), 1)
        ]
        for kind, what in gone:
            copy = Path(tempfile.mkdtemp())
            shutil.copytree(folder, copy, dirs_exist_ok=True)
            kept = (
                [{k: v for k, v in r.items() if k != what} for r in rows]
                if kind == "column"
                else [r for k, r in enumerate(rows) if str(k) != what]
            )
            if kept:
                with (copy / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                    writer = csv.DictWriter(file, list(kept[0]), delimiter=";")
                    writer.writeheader()
                    writer.writerows(kept)
                yield (name, what if kind == "column" else "a row"), copy
            shutil.rmtree(copy)
    for name in "sfc":
        copy = Path(tempfile.mkdtemp())
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        (copy / f"{name}.csv").unlink()
        yield (name, "the file"), copy
        shutil.rmtree(copy)


def main() -> None:
    """Run the worlds and print what rises."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--seed", type=int, default=53100)
    reader.add_argument("--worlds", type=int, default=30)
    asked = reader.parse_args()
    tried: Counter[tuple[str, str]] = Counter()
    rises: Counter[tuple[str, ...]] = Counter()
    for number in range(asked.worlds):
        seed = asked.seed * 1000 + number
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(invent(seed), folder, seed)
            whole = told(folder)
            if whole is None:
                tried["the world", "refused"] += 1
                continue
            for what, copy in dropped(folder, random.Random(seed)):
                less = told(copy)
                kind = what[1] if what[1] in ("a row", "the file") else "a column"
                tried[kind, "refused" if less is None else "compared"] += 1
                if less is None:
                    continue
                more = {k: less[k] - v for k, v in whole.items() if k in less and less[k] > v + 2}
                if more:
                    true = told(folder, answered=True) or whole
                    within = all(less[k] <= true[k] + 2 for k in more if k in true)
                    rises[(*what, ANSWERED) if within else what] += 1
                    figures = ", ".join(f"{k} +{v:.0f}" for k, v in list(more.items())[:3])
                    print(f"world {number}: {what} {figures}", flush=True)
    for (kind, become), count in sorted(tried.items()):
        print(f"{kind} less, {become}: {count}")
    for what, count in sorted(rises.items()):
        print(what[:2], count, *what[2:] or [ALONE.get(what[:2], "RAISES")])


if __name__ == "__main__":
    main()
