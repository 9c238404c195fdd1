"""What a file really holds, told from its first bytes: its name may say otherwise."""

from __future__ import annotations

import errno
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, TfpbError, fail
from tfpb.io.near_paths import absent
from tfpb.words.contents import CONTENTS, SPOILED, reason

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = 4096
SPOILED_ARCHIVE: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the libraries raise on an archive that is cut, spoiled, locked or of an unknown method."""
_SIGNATURES: Final = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"PAR1", "parquet"),
    (b"$FL2", "spss"),
    (b"$FL3", "spss"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "base"),
    (b"{\\rtf", "rtf"),
)
_KINDS: Final = {
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsb",
    ".ods": "ods",
    ".parquet": "parquet",
    ".sav": "spss",
    ".zsav": "spss",
}
_OLE: Final = b"\xd0\xcf\x11\xe0"
_MARKUP: Final = (b"<!doctype html", b"<html", b"<table")
_MAX_CONTROL_SHARE: Final = 0.01
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\x0c\x1a")


def contents(path: Path) -> str:
    """Say in French what a file holds (« une image », « un fichier vide »)."""
    found = kind(path)
    announced = _KINDS.get(path.suffix.lower(), "")
    return CONTENTS[found] + (SPOILED if found == announced else "")


def kind(path: Path) -> str:
    """Name what a file holds by a key of `tfpb.words.contents.CONTENTS`."""
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
    """Say whether bytes are no text: control characters that no text file holds."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    odd = sum(1 for byte in head if byte < 32 and byte not in _TEXT_CONTROLS)  # noqa: PLR2004
    return odd > _MAX_CONTROL_SHARE * len(head)


def _archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except SPOILED_ARCHIVE:
        return "archive_abimee"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "word/document.xml" in names:
        return "docx"
    return "ods" if "content.xml" in names else "zip"


def unreadable(path: Path, wanted: str, sheet: str = "") -> TfpbError:
    """Make the error of a file that could not be read as `wanted`, saying what it holds."""
    place = Place(path.name, sheet)
    return fail("fichier_illisible", place=place, got=contents_or_reason(path), format=wanted)


def contents_or_reason(path: Path) -> str:
    """Say what a file holds, or why that cannot be known (it is no longer there)."""
    try:
        return contents(path)
    except OSError as error:
        return reason(error)


def require_file(path: Path) -> None:
    """Check that a path can be read as a file.

    Raises
    ------
    TfpbError
        `fichier_absent`, `fichier_mal_nomme`, `fichier_est_dossier`, `fichier_inaccessible`.
    """
    place = Place(path.name[:200])
    try:
        if path.is_dir():
            raise fail("fichier_est_dossier", place=place, got=path.name)
        if not path.is_file():
            raise absent(path)
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and path_too_long(error):
            raise absent(path) from error
        raise fail("fichier_inaccessible", place=place, got=reason(error)) from error


def path_too_long(error: OSError) -> bool:
    """Say whether a path cannot be, being too long for the system."""
    return error.errno == errno.ENAMETOOLONG


def cannot_write(name: str, error: Exception) -> TfpbError:
    """Make the error of a file that could not be written, with the system's reason in French."""
    return fail("ecriture_impossible", place=Place(name), got=reason(error))
