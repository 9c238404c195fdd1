"""Memory that the reading of a text table takes, by its shape, beside what the guard counts for it.

    python benchmarks/table_memory.py [--lignes 100000]

Each shape is read in a process of its own; memory is the peak of the process less that before reading. The
guard (`tfpb.io.tables.contents.refuse_large`) counts a whole run: at least as much as the reading.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

READ = """
import resource, sys
from pathlib import Path
from tfpb.io.tables.tabular import read_table
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_table(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
GUARD = """
import sys
from pathlib import Path
from tfpb.io.tables.contents import held_by_text
print(held_by_text(Path(sys.argv[1]), sys.maxsize)[1])
"""
SHAPES = {
    "codes of one digit, 60 columns": (60, lambda draw: str(draw.randint(0, 9))),
    "codes of two digits, 10 columns": (10, lambda draw: str(draw.randint(10, 99))),
    "one digit, 2 columns": (2, lambda draw: str(draw.randint(0, 9))),
    "nearly all blank, 60 columns": (60, lambda draw: "1" if draw.random() < 1 / 60 else ""),
    "words of nine letters, 20 columns": (20, lambda draw: f"val{draw.randint(0, 10**6):06d}"),
    "sentences of 40 letters, 8 columns": (
        8,
        lambda draw: "".join(draw.choices("abcdefgh ", k=40)),
    ),
}


def main() -> None:
    """Write each shape, read it, print what it took and what the guard counts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lignes", type=int, default=100_000)
    asked = parser.parse_args()
    print("| shape | MB | read, MiB | bytes held a byte | guard over reading |")
    print("|---|--:|--:|--:|--:|")
    environment = {**os.environ, "TFPB_TAILLE_MAX_MO": "4000"}
    with tempfile.TemporaryDirectory() as name:
        for shape, (columns, cell) in SHAPES.items():
            draw = random.Random(47)
            path = Path(name) / "table.csv"
            with path.open("w", encoding="utf-8") as file:
                file.write(";".join(f"colonne_{i}" for i in range(columns)) + "\n")
                for _ in range(asked.lignes):
                    file.write(";".join(cell(draw) for _ in range(columns)) + "\n")
            read, guard = (
                int(
                    subprocess.run(
                        [sys.executable, "-c", code, str(path)],
                        check=True, capture_output=True, env=environment,
                    ).stdout
                )
                for code in (READ, GUARD)
            )  # fmt: skip
            size = path.stat().st_size
            held = read * 1024
            print(
                f"| {shape} | {size / 1e6:.1f} | {read / 1024:.0f} | {held / size:.1f} | {guard / held:.1f} |"
            )


if __name__ == "__main__":
    main()
