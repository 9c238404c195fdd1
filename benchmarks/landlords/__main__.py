"""Thirty fictional landlords, played by the commands as a careful manager would, against what is true.

    python -m benchmarks.landlords [--tfpb .venv/bin/tfpb] [--seulement 3,7] [--confiant]
                                   [--travail sorties/landlords] [--sortie F.json]

Truth is drawn first (`world`, `truth`: plain geopandas and arithmetic), then files are written in each
landlord's own layouts (`layout`), then `tfpb nouveau`, `verifier` and `dossier` run; what they ask is
answered from the truth, and a file that still stops is written again (a trip back). With `--confiant`
the manager leaves the drafted scales of the survey as they are. Numbers 31 to 39 are reserved: run them
once, to judge a merge. Numbers whose commune is Bondy need `../shared/data` (or TFPB_DONNEES_REELLES)
and are left out elsewhere.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from . import world
from .layout import COUNT, layout
from .play import Play

SHOWN = 4
HEADERS = (
    "n°",
    "fichiers",
    "justes",
    "bornés",
    "ouverts",
    "sans bornes",
    "retenus",
    "FAUX dits connus",
    "questions",
    "fautes au 1er tour",
    "collées/complétées/fausses/à la main",
    "plan",
    "retours",
)


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


def table(records: list[dict[str, Any]]) -> str:
    """Return a line a landlord, and the reasons of the trips back to a file."""
    lines = [
        f"| {' | '.join(HEADERS)} |",
        "|" + "---|" * len(HEADERS),
    ]
    reasons: Counter[str] = Counter()
    for one in records:
        tally, done = Counter(one["tally"]), one.get("gestures", {})
        held = tally["masqué ou inconnu"] + tally["inconnu"] + tally["absent"]
        wrong = sum(many for name, many in tally.items() if name.startswith("FAUX"))
        pasted = "/".join(
            str(done.get(name, 0)) for name in ("collees", "completees", "fausses", "a_la_main")
        )
        stuck = " bloqué" if one.get("stuck") or one.get("error") else ""
        reasons.update(trip.split(" : ", 1)[-1][:80] for trip in one["trips"])
        cells = [
            one["index"],
            one.get("layout", ""),
            tally["juste"] + tally["juste au pas"],
            tally["borné"],
            tally["à confirmer"],
            tally["ouvert sans bornes"],
            held,
            wrong,
            len(one.get("questions", [])),
            done.get("fautes_au_debut", ""),
            pasted,
            done.get("plan", ""),
            f"{len(one['trips'])}{stuck}",
        ]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += [f"{many} retours : {why}" for why, many in reasons.most_common()]
    return "\n".join(lines)


def main() -> None:
    """Play the landlords asked for and print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tfpb", type=Path, default=world.ROOT / ".venv" / "bin" / "tfpb")
    parser.add_argument("--seulement", default="")
    parser.add_argument("--travail", type=Path, default=Path("sorties/landlords"))
    parser.add_argument("--confiant", action="store_true")
    parser.add_argument("--sortie", type=Path, default=None)
    given = parser.parse_args()
    numbers = [int(one) for one in given.seulement.split(",") if one] or list(range(1, COUNT + 1))
    given.travail.mkdir(parents=True, exist_ok=True)
    records: list[dict[str, Any]] = []
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
            trusting=given.confiant,
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
            for one in list(record.get(key) or [])[:10]:  # type: ignore[call-overload]
                print(f"     {key} : {str(one)[:260]!r}")
        for wrong in list(record["wrong"])[:SHOWN]:  # type: ignore[call-overload]
            print(f"     {wrong}")
        sys.stdout.flush()
        if given.sortie:
            given.sortie.write_text(
                json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8"
            )
    print(table(records))
    print(dict(whole))


if __name__ == "__main__":
    main()
