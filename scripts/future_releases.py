"""Installs the locks as if every dependency had been released again, with the oldest supported pip.

Beside the files of the lock, a local folder holds a false release 9999 of every locked package. Each
lock must install from that folder with its own versions only. A doctored lock, whose pins lack their
extras, must be refused: an early pip then meets an unpinned requirement, which hash mode forbids::

    python scripts/future_releases.py [--pip VERSION] [--cache FOLDER]

The files of the locks are downloaded once, with the settings of pip on this machine.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LOCKS: Final = ("build", "run", "dev")
OLDEST: Final = {(3, 11): "22.3", (3, 12): "23.2.1", (3, 13): "24.2", (3, 14): "25.2"}
"""What the first release of each Python puts in a new environment."""
FORGIVING: Final = (23, 3)
"""From this pip on, the pin of a package stands for the package with any extra."""
FUTURE: Final = "9999"
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]*\])?==", re.MULTILINE)


def environment(folder: Path, pip: str | None) -> Path:
    """Make a new environment, with another pip if asked, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if pip:
        subprocess.run([python, "-m", "pip", "install", "-q", f"pip=={pip}"], check=True)
    return python


def fetch(python: Path, wheels: Path) -> None:
    """Download every file of the locks for this Python and platform; those already there are kept."""
    run = [python, "-m", "pip"]
    build = ROOT / "requirements" / "build.txt"
    subprocess.run([*run, "install", "-q", "--require-hashes", "-r", build], check=True)
    for lock in LOCKS:
        subprocess.run(
            [*run, "download", "-q", "--require-hashes", "--no-deps", "--no-build-isolation",
             "--use-pep517", "--dest", wheels, "-r", ROOT / "requirements" / f"{lock}.txt"],
            check=True,
        )  # fmt: skip


def release(name: str, folder: Path) -> None:
    """Write a false wheel of a future version."""
    stem = f"{re.sub(r'[-_.]+', '_', name).lower()}-{FUTURE}"
    card = f"{stem}.dist-info"
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
        archive.writestr(
            f"{card}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {FUTURE}\n"
        )
        archive.writestr(
            f"{card}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{card}/RECORD", "")


def install(
    python: Path, lock: Path, wheels: Path, false: Path
) -> subprocess.CompletedProcess[str]:
    """Install a lock as a user does, but from the local folders only."""
    settings = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    settings |= {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": f"{wheels} {false}",
        "PIP_NO_COMPILE": "1",
        "PIP_NO_INDEX": "1",
    }
    return subprocess.run(
        ["sh", ROOT / "scripts" / "install.sh", python, lock],
        env=settings, capture_output=True, text=True, check=False,
    )  # fmt: skip


def versions(python: Path) -> dict[str, str]:
    """Return what an environment holds: name → version."""
    told = subprocess.run(
        [python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(line.split("==") for line in told.stdout.splitlines() if "==" in line)


def main() -> int:
    """Install the locks of the project, then the doctored one; 1 when one of them surprises."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pip", default=OLDEST.get(sys.version_info[:2]), help="version of pip")
    parser.add_argument("--cache", type=Path, help="folder that keeps the files of the locks")
    given = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as work:
        false = Path(work) / "false"
        false.mkdir()
        wheels = (given.cache or Path(work) / "wheels").resolve()
        wheels.mkdir(parents=True, exist_ok=True)
        fetch(environment(Path(work) / "fetch", None), wheels)
        texts = {n: (ROOT / "requirements" / f"{n}.txt").read_text("utf-8") for n in LOCKS}
        for name in {name for text in texts.values() for name, _ in _PIN.findall(text)}:
            release(name, false)
        doctored = _PIN.sub(r"\1==", texts["dev"])
        if doctored == texts["dev"]:
            sys.exit("no pin of the lock has an extra: there is nothing to take away")
        for case, text, good in (
            ("run.txt", texts["run"], True),
            ("dev.txt", texts["dev"], True),
            ("dev.txt without extras", doctored, False),
        ):
            lock = Path(work) / "lock.txt"
            lock.write_text(text, encoding="utf-8")
            python = environment(Path(work) / case.replace(" ", "-"), given.pip)
            pip = versions(python)["pip"]
            if not good and tuple(map(int, pip.split(".")[:2])) >= FORGIVING:
                print(f"{case}, pip {pip}: not tried, this pip forgives it")
                continue
            done = install(python, lock, wheels, false)
            future = [n for n, v in versions(python).items() if v == FUTURE]
            fine = done.returncode == 0 and not future
            print(f"{case}, pip {pip}: {'installed' if fine else 'refused'}", *future, flush=True)
            if fine is not good or (not good and "pinned with ==" not in done.stderr):
                wrong = 1
                print(done.stdout, done.stderr, "not what was expected", sep="\n")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
