"""What a simulated region's masks leave to be shown, and their time (fictional data).

Usage, from the top of the repository::

    python benchmarks/secrecy_region.py FOLDER [--questions 2] [--adresses 150000]

`FOLDER` receives the region and its answers, joined: made once, kept. Every territory over all bailleurs,
and every bailleur's whole, is told of the last wave's first questions, before any estimate.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from region_maker import Size, make_region

from tfpb.cli import app
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.region import run
from tfpb.region.joined import LEVELS
from tfpb.region.secrecy.panels import Rules
from tfpb.region.secrecy.region_secrecy import reveals
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.secrecy.cells import BOTH, HORS, QPV, Cell, Cells, Members
from tfpb.survey.secrecy.least_loss import least_masks
from tfpb.survey.secrecy.wave_atoms import wave_atoms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.survey import Atoms


def answers_of(folder: Path, addresses: int) -> tuple[Any, Rules]:
    """Return the region's joined answers and its rules, kept from one measure to the next."""
    kept = folder / "reponses.pkl"
    if not kept.is_file():
        toml = folder / "region.toml"
        if not toml.is_file():
            make_region(folder, Size(adresses=addresses))

        def stop(joined: Any, inputs: Any, *_: object) -> None:
            of = inputs.settings.reglages
            rules = Rules(inputs.plan.reglages.masquage_n, of.organismes_minimum, of.part_maximum)
            kept.write_bytes(pickle.dumps((joined.survey, rules)))
            raise SystemExit  # the run stops once answers are joined

        run._protected = stop  # type: ignore[assignment]  # noqa: SLF001 - where answers are joined
        with suppress(SystemExit):
            sys.argv = ["tfpb", "region", str(toml), "--sortie", str(folder / "sortie")]
            app.main()
    survey, rules = pickle.loads(kept.read_bytes())  # noqa: S301 - written above
    return survey, rules


def told(atoms: Atoms, items: Sequence[str]) -> Cells:
    """Declare what the region tells of some questions."""
    cells, members, places = Cells(), Members(atoms), atoms.places
    names = [(TOTAL, TOTAL, b) for b in (ENSEMBLE, *sorted(set(places["bailleur"])))]
    names += [(v, t, ENSEMBLE) for v in LEVELS for t in sorted(set(places[v]) - {""})]
    for item in items:
        for level, place, owner in names:
            for side in (QPV,) if level in QUARTER_COLUMNS else (QPV, HORS, BOTH):
                cell = Cell(atoms.vague, item, level, place, owner, side)
                n = members.count(cell, ())
                if n:
                    cells.count[cell] = n
                    cells.shown.add(cell)
    return cells


def tally(cells: Cells, masks: frozenset[Cell]) -> dict[tuple[str, str], tuple[int, int]]:
    """Count cells, and gaps (« ecart »: both sides are met), by level and side: shown, of how many."""
    shown, every = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for cell in cells.count:
        level = cell.niveau if cell.bailleur == ENSEMBLE else "bailleur"
        every[level, cell.groupe] += 1
        shown[level, cell.groupe] += cell not in masks
        other = cell._replace(groupe=HORS)
        if cell.groupe == QPV and other in cells.count:
            every[level, "ecart"] += 1
            shown[level, "ecart"] += masks.isdisjoint((cell, other))
    return {key: (shown[key], every[key]) for key in every}


def main() -> None:
    """Mask, and print what is left."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("dossier", type=Path)
    parser.add_argument("--questions", type=int, default=2)
    parser.add_argument("--adresses", type=int, default=150_000)
    asked = parser.parse_args()
    survey, rules = answers_of(asked.dossier, asked.adresses)
    items = list(survey.answers)[: asked.questions]
    atoms = wave_atoms(survey, items, survey.waves[-1], LEVELS)
    cells = told(atoms, items)
    for count in dict.fromkeys((1, len(items))):
        few = items[:count]
        part = told(atoms, few) if count < len(items) else cells
        start = time.process_time()
        masks = least_masks(
            part, (atoms,), rules.masking_n, frozenset(), partial(reveals, rules=rules)
        )
        print(f"{count} question(s): {time.process_time() - start:.1f} s of processor")
    left = tally(cells, masks)
    cut = [v for (_, side), v in left.items() if side != "ecart"]
    print(f"cells shown: {sum(a for a, _ in cut)} of {sum(b for _, b in cut)}")
    for (level, side), (a, b) in sorted(left.items()):
        print(f"  {level:18}{side:10}{a:5} of {b:5}  {100 * a / b:5.1f} %")


if __name__ == "__main__":
    main()
