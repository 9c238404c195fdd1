"""What a file really holds, whatever its name, and whether it is small enough to be read."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, TfpbError, fail
from tfpb.io.tables.near_paths import absent
from tfpb.words.faults.file_faults import CONTENTS, SPOILED, reason

if TYPE_CHECKING:
    from pathlib import Path

SIZE_VARIABLE: Final = "TFPB_TAILLE_MAX_MO"
"""Environment variable that sets the size a table may have, in megabytes."""
DEFAULT_MB: Final = 400
MAX_COLUMNS: Final = 2_000
_MEGABYTE: Final = 1_000_000
_HEAD: Final = 4096
SPOILED_ARCHIVE: Final = (
    OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the libraries raise on an archive that is cut, spoiled, locked or of an unknown method."""
_SIGNATURES: Final = (
    (b"%PDF", "pdf"), (b"\x89PNG", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"),
    (b"PAR1", "parquet"), (b"$FL2", "spss"), (b"$FL3", "spss"), (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "base"), (b"{\\rtf", "rtf"),
)  # fmt: skip
"""First bytes of a file → what it holds."""
_PARTS: Final = (
    ("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb"), ("word/document.xml", "docx"),
    ("content.xml", "ods"),
)  # fmt: skip
"""Part of an archive → what the archive holds."""
_KINDS: Final = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xlsb": "xlsb", ".ods": "ods", ".parquet": "parquet",
    ".sav": "spss", ".zsav": "spss",
}  # fmt: skip
"""Extension → what a file of that name should hold."""
_OLE: Final = b"\xd0\xcf\x11\xe0"
_MARKUP: Final = (b"<!doctype html", b"<html", b"<table")
_MAX_CONTROL_SHARE: Final = 0.01
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\x0c\x1a")


def contents(path: Path) -> str:
    """Return in French what a file holds (« une image »), or why that cannot be known."""
    try:
        found = kind(path)
    except OSError as error:
        return reason(error)
    announced = _KINDS.get(path.suffix.lower(), "")
    return CONTENTS[found] + (SPOILED if found == announced else "")


def hash_file(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kind(path: Path) -> str:
    """Return what a file holds as a key of `tfpb.words.faults.file_faults.CONTENTS`."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00 \r\n\t"):
        return "nul" if b"\x00" in head else "vide"
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head.startswith(_OLE):
        return "ole" if path.suffix.lower() == ".xls" else "chiffre"
    if head.startswith(b"PK"):
        return _archive(path)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        return "html"
    return "binaire" if is_binary(head) else "texte"


def is_binary(head: bytes) -> bool:
    """Return whether bytes hold control characters as no text does."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    odd = sum(1 for byte in head if byte < 32 and byte not in _TEXT_CONTROLS)  # noqa: PLR2004
    return odd > _MAX_CONTROL_SHARE * len(head)


def _archive(path: Path) -> str:
    """Return what an archive holds, by the names of its parts."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except SPOILED_ARCHIVE:
        return "archive_abimee"
    return next((found for part, found in _PARTS if part in names), "zip")


def unreadable(path: Path, wanted: str, sheet: str = "") -> TfpbError:
    """Return the error of a file that could not be read as `wanted`, with what it holds.

    Where memory or the disk lacked, the file is not at fault.
    """
    place = Place(path.name, sheet)
    met = sys.exc_info()[1]
    if isinstance(met, MemoryError):
        return fail("memoire_insuffisante", place=place)
    if isinstance(met, OSError) and met.errno in (errno.ENOSPC, errno.EDQUOT):
        return cannot_write(path.name, met)
    return fail("fichier_illisible", place=place, got=contents(path), format=wanted)


def cannot_write(name: str, error: Exception) -> TfpbError:
    """Return the error of a file that could not be written, with the system's reason in French."""
    return fail("ecriture_impossible", place=Place(name), got=reason(error))


def require_file(path: Path) -> None:
    """Check that a path can be read as a file.

    Raises
    ------
    TfpbError
        `fichier_absent`, `fichier_mal_nomme`, `fichier_est_dossier`, `fichier_inaccessible`.
    """
    name = path.name[:200]
    place = Place(name)
    try:
        if path.is_dir():
            raise fail("fichier_est_dossier", place=place, got=path.name)
        if not path.is_file():
            raise absent(path)
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            raise absent(path) from error
        raise fail("fichier_inaccessible", place=place, got=reason(error)) from error


def require_table(path: Path) -> None:
    """Check that a path can be read as a file and is not too large for a table.

    Raises
    ------
    TfpbError
        As `require_file`; `fichier_trop_grand`.
    """
    require_file(path)
    refuse_large(path)


def refuse_large(path: Path) -> None:
    """Refuse a file that is too large for a table (`fichier_trop_grand`)."""
    refuse_larger(path, path.stat().st_size, max_file_bytes())


def max_file_bytes() -> int:
    """Return the largest size of a table, in bytes, as set by `TFPB_TAILLE_MAX_MO`.

    Raises
    ------
    TfpbError
        `limite_illisible` when the variable is no whole number above zero.
    """
    text = os.environ.get(SIZE_VARIABLE, "").strip()
    if not text:
        return DEFAULT_MB * _MEGABYTE
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:  # noqa: PLR2004
        raise fail("limite_illisible", got=text, variable=SIZE_VARIABLE)
    return int(text) * _MEGABYTE


def refuse_larger(path: Path, size: int, limit: int) -> None:
    """Refuse a file, or what an archive unpacks to, beyond a limit in bytes (`fichier_trop_grand`)."""
    if size > limit:
        raise fail(
            "fichier_trop_grand",
            place=Place(path.name),
            got=f"{size // _MEGABYTE} Mo",
            limite=limit // _MEGABYTE,
            variable=SIZE_VARIABLE,
        )
