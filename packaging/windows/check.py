"""Check that every locked dependency has a wheel for 64-bit Windows; download them when asked.

Offline, from the lock and the list of chosen files beside this script::

    python packaging/windows/check.py

Online, fetch them (each is proven by the lock) and, with `--note`, list them anew::

    python packaging/windows/check.py --download wheels/ --note
"""

from __future__ import annotations

import argparse
import hashlib
import html
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import urlopen

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

_LINK: Final = re.compile(r'href="([^"#]+)#sha256=([0-9a-f]{64})"')


def requirements(pins: list[Pin]) -> str:
    """Write pins without markers: pip reads markers of the machine it runs on, not of the target."""
    return "".join(
        f"{p.name}=={p.version} " + " ".join(f"--hash=sha256:{h}" for h in sorted(p.hashes)) + "\n"
        for p in pins
    )


def download(pins: list[Pin], folder: Path, *, pip: list[str], index: str) -> None:
    """Download wheels for Windows, and sources of what has none, each proven by its hash.

    pip runs the build of what it downloads as sources: these are taken from the index as plain files.
    """
    with tempfile.TemporaryDirectory() as work:
        listing = Path(work) / "requirements.txt"
        listing.write_text(
            requirements([p for p in pins if p.name not in SOURCES]), encoding="ascii"
        )
        subprocess.run(
            [*pip, "download", "--quiet", "--require-hashes", "--no-deps",
             "--platform", "win_amd64", "--python-version", PYTHON, "--implementation", "cp",
             "--only-binary=:all:", "--dest", str(folder), "-r", str(listing)],
            check=True,
        )  # fmt: skip
    for pin in (p for p in pins if p.name in SOURCES):
        fetch_sources(pin, folder, index)


def fetch_sources(pin: Pin, folder: Path, index: str) -> None:
    """Take the archive of sources of a pin from an index (PEP 503), if its hash is in the lock.

    Raises
    ------
    SystemExit
        The index has no such archive, or serves another than it says.
    """
    page = f"{index.rstrip('/')}/{pin.name}/"
    for link, said in _LINK.findall(_read(page).decode("utf-8")):
        address = urljoin(page, html.unescape(link))
        if said in pin.hashes and address.endswith((".tar.gz", ".zip")):
            data = _read(address)
            if hashlib.sha256(data).hexdigest() != said:
                sys.exit(f"{address} is not the file its index announces")
            (folder / Path(unquote(urlsplit(address).path)).name).write_bytes(data)
            return
    sys.exit(f"no sources of {pin.name} {pin.version} in the lock are at {page}")


def _read(address: str) -> bytes:
    with urlopen(address, timeout=60) as answer:  # noqa: S310 - an index named by whoever runs this
        data: bytes = answer.read()
    return data


def default_index() -> str:
    """Return where pip looks on this machine, or where it looks when nobody says."""
    from pip._internal.models.index import PyPI  # noqa: PLC0415 - pip tells its default nowhere else

    return os.environ.get("PIP_INDEX_URL") or str(PyPI.simple_url)


def main() -> int:
    """Check, and fetch if asked; 1 when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--download", type=Path, help="folder to download to")
    parser.add_argument("--note", action="store_true", help="write the list of chosen files anew")
    parser.add_argument("--pip", default=f"{sys.executable} -m pip", help="the pip to run")
    parser.add_argument(
        "--index", default=default_index(), help="where sources without wheel are taken"
    )
    given = parser.parse_args()
    pins = read_lock()
    if given.download:
        given.download.mkdir(parents=True, exist_ok=True)
        download(for_windows(pins), given.download, pip=given.pip.split(), index=given.index)
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
