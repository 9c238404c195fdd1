"""Writes requirements/licences.csv: every locked dependency, its version and its licence.

The licence is what the package declares of itself: read from what is installed, and from a folder of
downloaded wheels for those of another platform::

    python scripts/licences.py [--wheels FOLDER]
"""

from __future__ import annotations

import argparse
import re
import sys
import tarfile
import zipfile
from email.parser import Parser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "packaging" / "windows"))

from lock import name_of, read_lock  # noqa: E402 - beside the maker of the Windows package

if TYPE_CHECKING:
    from email.message import Message

TARGET: Final = ROOT / "requirements" / "licences.csv"
HEADER: Final = "paquet;version;licence"
PERMISSIVE: Final = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "HPND", "ISC", "MIT",
        "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Python-2.0", "Qhull", "Unlicense", "Zlib",
    }
)  # fmt: skip
"""Licences that let anybody use, ship and change; MPL-2.0 binds its own files only."""
EXCEPTIONS: Final = frozenset({"GCC-exception-3.1"})
_CLASSIFIERS: Final = {
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "The Unlicense (Unlicense)": "Unlicense",
}
_WRITTEN: Final = (
    (r"^MIT\b", "MIT"),
    (r"^Apache(?:-2\.0| License| 2)", "Apache-2.0"),
    (r"^(?:new )?BSD\b|^BSD 3", "BSD-3-Clause"),
    (r"^PSF\b|^Python Software", "PSF-2.0"),
    (r"^MPL", "MPL-2.0"),
)
_WORD: Final = re.compile(r"[A-Za-z0-9.+-]+")


def licence(card: Message) -> str:
    """Return the licence a package declares, as an SPDX expression; empty when it cannot be told."""
    declared = (card.get("License-Expression") or "").strip()
    if declared:
        return " ".join(declared.split())
    known = [
        _CLASSIFIERS[name]
        for line in card.get_all("Classifier") or []
        if (name := line.rpartition(" :: ")[2]) in _CLASSIFIERS
    ]
    if known:
        return " OR ".join(sorted(set(known)))
    text = (card.get("License") or "").strip()
    if text and all(w in PERMISSIVE | {"AND", "OR"} for w in _WORD.findall(text)):
        return text
    return next((spdx for pattern, spdx in _WRITTEN if re.match(pattern, text, re.IGNORECASE)), "")


def permissive(expression: str) -> bool:
    """Tell whether an expression leaves a permissive choice; what is not understood is refused."""
    plain = re.sub(r"[()]", " ", expression)
    choices = re.split(r"\bOR\b", plain) if "AND" not in plain else [plain]
    return any(_all_permissive(choice) for choice in choices)


def _all_permissive(choice: str) -> bool:
    parts = [re.split(r"\bWITH\b", part) for part in re.split(r"\bAND\b|\bOR\b", choice)]
    return bool(choice.strip()) and all(
        (len(p) == 1 and p[0].strip() in PERMISSIVE) or (len(p) == 2 and p[1].strip() in EXCEPTIONS)
        for p in parts
    )


def cards(wheels: Path | None) -> dict[str, Message]:
    """Return the cards of packages, installed or in a folder of wheels: name → metadata."""
    out: dict[str, Message] = {}
    for path in sorted(wheels.iterdir()) if wheels else ():
        name, _ = name_of(path.name)
        if path.name.endswith(".whl"):
            with zipfile.ZipFile(path) as archive:
                inside = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
                text = archive.read(inside).decode("utf-8")
        else:
            with tarfile.open(path) as archive:
                member = next(
                    n for n in archive.getnames() if n.count("/") == 1 and n.endswith("/PKG-INFO")
                )
                file = archive.extractfile(member)
                text = file.read().decode("utf-8") if file else ""
        out[name] = Parser().parsestr(text)
    for pin in read_lock():
        if pin.name not in out:
            try:
                out[pin.name] = Parser().parsestr(
                    distribution(pin.name).read_text("METADATA") or ""
                )
            except PackageNotFoundError:
                continue
    return out


def rows(known: dict[str, Message]) -> list[tuple[str, str, str]]:
    """Return name, versions and licence of every locked package."""
    versions: dict[str, list[str]] = {}
    for pin in read_lock():
        versions.setdefault(pin.name, []).append(pin.version)
    return [
        (name, ", ".join(found), licence(known[name]) if name in known else "")
        for name, found in versions.items()
    ]


def main() -> int:
    """Write the table; 1 when a licence is unknown or not permissive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheels", type=Path, help="folder of downloaded wheels")
    table = rows(cards(parser.parse_args().wheels))
    wrong = [row for row in table if not permissive(row[2])]
    for row in wrong:
        print("not permissive, or unknown:", *row)
    lines = [HEADER, *(";".join(row) for row in table)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
