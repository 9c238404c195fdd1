"""Whether the page's count of doubts is that of the pack, on ten folders kept badly.

    python benchmarks/badges.py [--combien 10]

Stock alone, from real addresses of Bondy: each folder has its own slips (short words, letters lost, numbers
lost, postal codes taken for numbers, a complement in the cell). What « Doutes » shows beside its name is held
against the entrances that the pack leaves to verify.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
import time
from pathlib import Path
from random import Random

from messy_folder import DATA, OWNER, entrances
from results import record

from tfpb.addresses.imports import import_addresses
from tfpb.facts.place import to_verify
from tfpb.geodata.qpv_imports import import_qpv
from tfpb.io.sources.toml_files import load_settings
from tfpb.page.application import _counts
from tfpb.page.desk import Desk
from tfpb.page.long_work import check
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.kept.stage_cache import StageCache

_HEAD = ("id_residence", "id_batiment", "adresse", "code_postal", "commune", "nb_logements")


def spoiled(line: str, chance: Random) -> str:
    """Return an address as a hurried hand writes it."""
    words = line.split()
    slip = chance.choice(("court", "lettre", "numero", "complement", "", "", ""))
    if slip == "court":
        line = line.replace("RUE", "R.").replace("AVENUE", "AV").replace("GENERAL", "GAL")
    elif slip == "lettre" and len(words[-1]) > 4:
        at = chance.randrange(1, len(words[-1]) - 1)
        line = " ".join((*words[:-1], words[-1][:at] + words[-1][at + 1 :]))
    elif slip == "numero" and words[0].isdigit():
        line = " ".join(words[1:])
    elif slip == "complement":
        line = f"{line} BAT {chance.choice('ABC')} ENT {chance.randint(1, 3)}"
    return line


def make(folder: Path, seed: int) -> None:
    """Write a folder: its settings and its stock."""
    chance = Random(seed)
    folder.mkdir()
    with (folder / "patrimoine.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_HEAD)
        for k, (line, homes, home) in enumerate(entrances()):
            code = chance.choice(("93140", "93140", "93140,0", ""))
            writer.writerow((home, f"B{k}", spoiled(line, chance), code, "Bondy", homes))
    (folder / "dossier.toml").write_text(
        f'[dossier]\ntitre = "Bondy"\nannee = 2024\ndate = 2025-02-10\nbailleur = "{OWNER}"\n'
        '[fichiers]\npatrimoine = "patrimoine.csv"\n',
        encoding="utf-8",
    )


def main() -> None:
    """Make the folders, check each as the page does, and hold its count against the pack's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--combien", type=int, default=10)
    wanted = parser.parse_args().combien
    root = Path(tempfile.mkdtemp(prefix="tfpb-pastilles-"))
    os.environ["TFPB_CACHE"] = str(root / "garde")
    geography = root / "geo"
    import_addresses([DATA / "bondy_93010" / "ban.csv"], folder=geography)
    import_qpv(DATA / "bondy_93010" / "qpv2015.geojson", vintage=2015, folder=geography)
    apart = 0
    for seed in range(wanted):
        folder = root / str(seed)
        make(folder, seed)
        desk, start = Desk(folder, lambda _settings: geography), time.process_time()
        desk._begun_at = desk.stamp(), 0  # noqa: SLF001 - what the page's own process does
        desk._take("verifier", check(lambda *_: None, desk.file, geography))  # noqa: SLF001
        shown = _counts(desk)["doutes"]
        spent = time.process_time() - start
        settings = load_settings(desk.file)
        dossier = assemble(settings, geography, execute=StageCache(root / "garde"))
        left = int(to_verify(dossier.located.entrances).sum())
        apart += shown != left
        print(f"dossier {seed} : page {shown}, dossier {left} ({spent:.1f} s de processeur)")
    print(f"écarts : {apart} sur {wanted}")
    record("whole.badges", apart=apart, folders=wanted)


if __name__ == "__main__":
    main()
