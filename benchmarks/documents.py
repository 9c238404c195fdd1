"""Processor time of the documents of the example, beside another version of the program, in turn.

    git worktree add --detach ../avant <commit>
    python benchmarks/documents.py --contre ../avant [--fois 5]

Each run is a process of its own that reads the example of its version, then makes every file of its pack
(`pack_of`): the clock runs for that alone, and counts the processor's time in every thread. The two
versions alternate, so that other work on the machine weighs on both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKER = """
import sys, time
from pathlib import Path
from tfpb.io.sources.toml_files import load_settings
try:
    from tfpb.pipeline.pack_run import computed
except ImportError:
    from tfpb.cli.dossier import computed
from tfpb.pipeline.pack_files import pack_of
from tfpb.stage import PLAINLY
made = computed(load_settings(Path(sys.argv[1])), Path(sys.argv[2]), None)[0]
begun = time.process_time()
files = pack_of(made, PLAINLY)
print(time.process_time() - begun, len(files), sum(map(len, files.values())))
"""


def imported(folder: Path) -> Path:
    """Import the geography of the example, which every version reads."""
    sources = ROOT / "examples" / "valmont" / "geodonnees_sources"
    for arguments in (
        ("importer-adresses", *sorted(sources.glob("*.csv.gz"))),
        ("importer-qpv", sources / "qpv2015_valmont.geojson", "--millesime", "2015"),
        ("importer-qpv", sources / "qpv2024_valmont.geojson", "--millesime", "2024"),
        ("importer-communes", sources / "commune_valmont.geojson"),
    ):
        call = [sys.executable, "-m", "tfpb", "geodonnees", *map(str, arguments)]
        env = os.environ | {"PYTHONPATH": str(ROOT / "src"), "TFPB_GEODONNEES": str(folder)}
        subprocess.run(call, env=env, check=True, stdout=subprocess.DEVNULL)
    return folder


def one(version: Path, geography: Path) -> tuple[float, int, int]:
    """Make the documents once: seconds, files, bytes."""
    example = version / "examples" / "valmont" / "dossier.toml"
    call = [sys.executable, "-c", WORKER, str(example), str(geography)]
    env = os.environ | {"PYTHONPATH": str(version / "src")}
    said = subprocess.run(call, env=env, check=True, capture_output=True, text=True).stdout.split()
    return float(said[-3]), int(said[-2]), int(said[-1])


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contre", type=Path, action="append", required=True)
    parser.add_argument("--fois", type=int, default=5)
    options = parser.parse_args()
    versions = [*options.contre, ROOT]
    spent: dict[Path, list[float]] = {v: [] for v in versions}
    made: dict[Path, tuple[int, int]] = {}
    with tempfile.TemporaryDirectory() as name:
        geography = imported(Path(name))
        for _ in range(options.fois):
            for version in versions:
                seconds, *made[version] = one(version, geography)
                spent[version].append(seconds)
    mine = statistics.median(spent[ROOT])
    for version in versions:
        middle, least = statistics.median(spent[version]), min(spent[version])
        files, size = made[version]
        print(
            f"{version.name} : {middle:.2f} s de processeur (médiane de {options.fois}), "
            f"au moins {least:.2f} ; {files} fichiers, {size / 1e6:.1f} Mo ; "
            f"celle-ci en prend {mine / middle:.2f}"
        )


if __name__ == "__main__":
    main()
