"""Files replaced by one of the same name: what stood there is kept by its content, to be taken back."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from tfpb.errors import fail
from tfpb.page.journal import Change

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tfpb.page.desk import Desk

FOLDER: Final = "versions"
_CONTENT: Final = "@contenu"
_MARK: Final = 12


def kept(desk: Desk, name: str, data: bytes) -> str:
    """Keep a content of a file beside the one in place; return where, from the folder."""
    path = desk.folder / FOLDER / _named(name, _sha(data))
    if not path.is_file():
        desk.write({path: data})
    return path.relative_to(desk.folder).as_posix()


def replace_content(desk: Desk, name: str, data: bytes) -> None:
    """Write a content over the file of a name, whose own is kept."""
    path = desk.folder / name
    before = path.read_bytes()
    if before != data:
        kept(desk, name, before)
        change = Change(name, (_CONTENT, name), _sha(before), _sha(data))
        desk.write({path: data}, decided=(change,))


def is_content(change: Change) -> bool:
    """Tell whether a change is a whole content of a file."""
    return change.keys[0] == _CONTENT


def contents_back(
    desk: Desk, changes: Iterable[Change]
) -> tuple[dict[Path, bytes], tuple[Change, ...]]:
    """Return files with the content that changes took from them, and the changes that this makes.

    Raises `geste_depasse`: that content is kept no more.
    """
    first = {
        c.place: c for c in changes if is_content(c)
    }  # the last one named is the first one made
    files: dict[Path, bytes] = {}
    back = []
    for place, change in first.items():
        old = desk.folder / FOLDER / _named(place, str(change.before))
        path = desk.folder / place
        if not old.is_file() or not path.is_file():
            raise fail("geste_depasse")
        files[path] = old.read_bytes()
        kept(desk, place, path.read_bytes())
        back.append(Change(place, change.keys, _sha(path.read_bytes()), str(change.before)))
    return files, tuple(back)


def _named(name: str, digest: str) -> str:
    path = PurePath(name)
    return f"{path.stem}.{digest[:_MARK]}{path.suffix}"


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
