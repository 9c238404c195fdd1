"""The folder of pieces: files that the programme cites, hashed; photographs copied bare."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place, Severity
from tfpb.io.attachments.photos import ENDINGS, reduced
from tfpb.model.columns import texts
from tfpb.model.record import PieceFile, Source
from tfpb.piece_names import files_of, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tfpb.io.sources.gathering import Gathering
    from tfpb.model.settings import Settings

PIECES: Final = "pieces"
"""Role of the folder among sources."""
_NOBODYS: Final = frozenset({"thumbs.db", "desktop.ini"})
"""What a system leaves in a folder; so do names that begin with a dot or « ~$ »."""
_CITING: Final = ("piece", "photo")


def read_pieces(
    gathered: Gathering, settings: Settings, programme: pd.DataFrame | None
) -> tuple[tuple[PieceFile, ...] | None, dict[str, bytes]]:
    """Find the files that a programme cites, and hash them; no file is opened to be understood.

    None where the settings name no folder, or it is absent. Photographs, by name inside the pack, are of
    900 pixels at most, without what the camera wrote in them. `gathered` gets one source for the folder;
    `pieces_sans_dossier` (a fault), `photo_illisible`. The programme has `piece` and `photo`.
    """
    if not settings.fichiers.pieces:
        return None, {}
    folder = settings.path(settings.fichiers.pieces)
    if not folder.is_dir():
        place = Place(settings.file, column="fichiers.pieces")
        gathered.faults.append(Fault("pieces_sans_dossier", place, settings.fichiers.pieces))
        return None, {}
    names = sorted(_names(folder))
    cited = {name for one in _cited(programme) for name in files_of(one, names)}
    files, copies = [], {}
    for name in sorted(cited):
        path = folder / name
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        copy = ""
        if name.lower().endswith(ENDINGS):
            target = f"pieces/{digest[:12]}.jpg"
            try:
                copies[target] = reduced(path)
                copy = target
            except (OSError, ValueError):
                gathered.faults.append(
                    Fault("photo_illisible", Place(name), name, severity=Severity.DOUTE)
                )
        files.append(PieceFile(name, digest, path.stat().st_size, copy))
    whole = hashlib.sha256("\n".join(f"{f.sha256} {f.name}" for f in files).encode()).hexdigest()
    size = sum(f.size_bytes for f in files)
    gathered.sources.append(Source(PIECES, folder.name, whole, size, len(files)))
    return tuple(files), copies


def _cited(programme: pd.DataFrame | None) -> Iterator[str]:
    if programme is not None:
        for column in _CITING:
            for cell in dict.fromkeys(texts(programme, column)):
                yield from references(cell)


def _names(folder: Path) -> Iterator[str]:
    """Yield the files of a folder and of those in it, by their path there; links lead nowhere."""
    for parent, inner, files in os.walk(folder):  # `Path.walk` is of 3.12
        inner[:] = (name for name in inner if not name.startswith("."))
        for name in files:
            path = Path(parent, name)
            hidden = name.startswith((".", "~$")) or name.lower() in _NOBODYS
            if not hidden and path.is_file() and not path.is_symlink():
                yield PurePosixPath(*path.relative_to(folder).parts).as_posix()
