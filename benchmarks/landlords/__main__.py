"""Thirty fictional landlords, played by the commands as a careful manager would, against what is true.

    python -m benchmarks.landlords [--tfpb .venv/bin/tfpb] [--seulement 3,7] [--travail DIR] [--sortie F.json]

Truth is drawn first (`world`, `truth`: plain geopandas and arithmetic), then files are written in each
landlord's own layouts (`layout`), then `tfpb nouveau`, `verifier` and `dossier` run; what they ask is
answered from the truth. Numbers 31 to 39 are reserved: run them once, to judge a merge. Numbers whose
commune is Bondy need `../shared/data` (or TFPB_DONNEES_REELLES) and are left out elsewhere.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from . import world
from .layout import COUNT, layout
from .play import Play

SHOWN = 4


def geography(work: Path, tfpb: Path, place: str) -> Path:
    """Import a place once."""
    name = "valmont" if place.startswith("valmont") else place
    target = work / f"geo-{name}"
    if not target.exists():
        for words in world.PLACES[place].files:
            subprocess.run(
                [str(tfpb), "geodonnees", *words, "--geodonnees", str(target)],
                check=True,
                capture_output=True,
            )
    return target


def main() -> None:
    """Play the landlords asked for and print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tfpb", type=Path, default=world.ROOT / ".venv" / "bin" / "tfpb")
    parser.add_argument("--seulement", default="")
    parser.add_argument("--travail", type=Path, default=Path("sorties/landlords"))
    parser.add_argument("--sortie", type=Path, default=None)
    given = parser.parse_args()
    numbers = [int(one) for one in given.seulement.split(",") if one] or list(range(1, COUNT + 1))
    given.travail.mkdir(parents=True, exist_ok=True)
    records: list[dict[str, object]] = []
    whole: Counter[str] = Counter()
    for number in numbers:
        if layout(number).place == "bondy" and not world.BONDY.exists():
            print(f"{number:2d} laissé : {world.BONDY} manque")
            continue
        place = layout(number).place
        played = Play(
            number,
            given.travail,
            given.tfpb.absolute(),
            geography(given.travail, given.tfpb, place).absolute(),
        )
        try:
            record = played.whole()
        except Exception as error:  # noqa: BLE001 - one landlord that breaks leaves the others
            record = {
                "index": number,
                "error": repr(error),
                "tally": {},
                "wrong": [],
                "trips": played.trips,
            }
        records.append(record)
        tally = record["tally"]
        whole.update(tally)  # type: ignore[call-overload]
        print(
            number,
            json.dumps(
                {
                    key: record.get(key)
                    for key in ("layout", "tally", "gestures", "seconds", "error")
                },
                ensure_ascii=False,
            ),
        )
        for key in ("questions", "trips", "stuck"):
            for one in list(record.get(key) or []):  # type: ignore[call-overload]
                print(f"     {key} : {str(one)[:260]!r}")
        for wrong in list(record["wrong"])[:SHOWN]:  # type: ignore[call-overload]
            print(f"     {wrong}")
        sys.stdout.flush()
        if given.sortie:
            given.sortie.write_text(
                json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8"
            )
    print(dict(whole))


if __name__ == "__main__":
    main()
