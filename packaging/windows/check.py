"""Check that every locked dependency has a wheel for 64-bit Windows; download them when asked.

Offline, from the lock and the list of chosen files beside this script::

    python packaging/windows/check.py

Online, fetch them with pip (which checks the hashes of the lock) and, with `--note`, list them anew::

    python packaging/windows/check.py --download wheels/ --note
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from lock import (
    CHOSEN,
    PYTHON,
    SOURCES,
    Pin,
    for_windows,
    read_chosen,
    read_lock,
    sha256,
    shortcomings,
)


def requirements(pins: list[Pin]) -> str:
    """Write pins without markers: pip reads markers of the machine it runs on, not of the target."""
    return "".join(
        f"{p.name}=={p.version} " + " ".join(f"--hash=sha256:{h}" for h in sorted(p.hashes)) + "\n"
        for p in pins
    )


def download(pins: list[Pin], folder: Path, *, pip: list[str]) -> None:
    """Download wheels for Windows, and sources of what has none, each proven by its hash."""
    wheels = [p for p in pins if p.name not in SOURCES]
    sources = [p for p in pins if p.name in SOURCES]
    only = ["--platform", "win_amd64", "--python-version", PYTHON, "--implementation", "cp",
            "--only-binary=:all:"]  # fmt: skip
    for part, options in ((wheels, only), (sources, ["--no-binary=:all:", "--no-build-isolation"])):
        with tempfile.TemporaryDirectory() as work:
            listing = Path(work) / "requirements.txt"
            listing.write_text(requirements(part), encoding="ascii")
            subprocess.run(
                [*pip, "download", "--quiet", "--require-hashes", "--no-deps", *options,
                 "--dest", str(folder), "-r", str(listing)],
                check=True,
            )  # fmt: skip


def main() -> int:
    """Check, and fetch if asked; 1 when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--download", type=Path, help="folder to download to")
    parser.add_argument("--note", action="store_true", help="write the list of chosen files anew")
    parser.add_argument("--pip", default=f"{sys.executable} -m pip", help="the pip to run")
    given = parser.parse_args()
    pins = read_lock()
    if given.download:
        given.download.mkdir(parents=True, exist_ok=True)
        download(for_windows(pins), given.download, pip=given.pip.split())
        found = {p.name: sha256(p) for p in sorted(given.download.iterdir()) if p.is_file()}
        if given.note:
            text = "".join(f"{digest}  {name}\n" for name, digest in found.items())
            CHOSEN.write_text(text, encoding="ascii", newline="\n")
        elif found != read_chosen():
            print("what pip downloaded is not what packaging/windows/wheels.txt lists")
            return 1
    wrong = shortcomings(pins, read_chosen())
    print("\n".join(wrong) or f"{len(read_chosen())} files, every one proven by the lock")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
