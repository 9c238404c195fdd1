"""Where kept results lie and how one is written: a file whole or absent, that says when it is broken.

Nothing here loads a library of figures: what the pack in place is worth is asked before any is.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import tfpb

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "TFPB_CACHE"
"""Another folder, or « non » to keep nothing."""
SUFFIX: Final = ".etape"
ASIDE: Final = ".ecriture-"
_MARK: Final = b"tfpb 1\n"


def cache_folder() -> Path | None:
    """Return the folder of kept results: `TFPB_CACHE`, or the user's own; None when refused."""
    given = os.environ.get(VARIABLE, "")
    if given.lower() in ("non", "0"):
        return None
    if given:
        return Path(given)
    import platformdirs  # noqa: PLC0415 - only the command line asks

    return Path(platformdirs.user_cache_dir("tfpb", appauthor=False)) / "etapes"


def write_entry(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write an entry aside, then give it its name; a disk that refuses keeps nothing."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, aside = tempfile.mkstemp(prefix=ASIDE, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_bind(parts))
            Path(aside).replace(path)
        except OSError:
            drop(Path(aside))


def read_entry(path: Path) -> dict[str, bytes]:
    """Read the parts of an entry, and mark it as used; OSError when absent, ValueError when broken."""
    parts = unbind(path.read_bytes())
    with suppress(OSError):
        os.utime(path)
    return parts


def drop(path: Path) -> None:
    """Remove an entry, if the system lets it."""
    with suppress(OSError):
        path.unlink()


def _bind(parts: Mapping[str, bytes]) -> bytes:
    """Put parts in one file: mark, hash of the rest, names and lengths on a line, contents."""
    head = json.dumps([[name, len(data)] for name, data in parts.items()]).encode()
    rest = head + b"\n" + b"".join(parts.values())
    return _MARK + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def unbind(data: bytes) -> dict[str, bytes]:
    """Take the parts out of the content of an entry (ValueError when it is broken)."""
    mark, digest, rest = data.split(b"\n", 2)
    if mark + b"\n" != _MARK or hashlib.sha256(rest).hexdigest().encode() != digest:
        raise ValueError("entry")
    head, _, body = rest.partition(b"\n")
    parts = {}
    for name, length in json.loads(head):
        parts[name], body = body[:length], body[length:]
    return parts


@lru_cache(maxsize=1)
def package_fingerprint() -> str:
    """Return the sha256 of this program: code and data files, so that a change of either counts."""
    root = Path(tfpb.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            name = path.relative_to(root).as_posix().encode("utf-8", "surrogatepass")
            digest.update(b"f%d:" % len(name) + name)
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
