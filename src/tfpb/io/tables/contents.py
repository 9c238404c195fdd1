"""What a path really holds, whatever its name: contents, size; near names when nothing is there."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from tfpb.errors import Place, TfpbError, fail
from tfpb.io.machine.memory import table_budget
from tfpb.text import strip_accents
from tfpb.words.faults.input_words import CONTENTS, SPOILED, listed, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ALIKE: Final = 70.0
"""Least likeness of two names, 0 to 100: « enquete.csv » and « enquete.xlsx » reach 78."""
_MOST: Final = 3
_NOT_MEANT: Final = (".", "~$")
"""How the names of hidden files begin, and of those a spreadsheet leaves while a workbook is open."""
_LONGEST: Final = 200
SIZE_VARIABLE: Final = "TFPB_TAILLE_MAX_MO"
"""Environment variable that sets the size a table may have, in megabytes."""
DEFAULT_MB: Final = 400
MAX_COLUMNS: Final = 2_000
MAX_SHEET_CELLS: Final = 30_000_000
"""Cells of a sheet, empty ones included: the reader keeps the whole rectangle in memory."""
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
_PAGE: Final = (
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<meta",
    b"<style",
    b"<body",
    b"<div",
    b"<table",
)
_SHEETS: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_XML: Final = b"<?xml"
_TABLE: Final = b"<table"
WORKBOOKS: Final = frozenset({"xlsx", "xlsb", "ods", "ole", "chiffre", "xml", "tableau"})
"""What is read sheet by sheet, whatever the name of the file says."""
MARKUP: Final = frozenset({"xml", "tableau"})
"""Those of them that are text with marks: what many a firm's software calls .xls."""
WORKBOOK, TEXT, COLUMNS, SURVEY, LAYER = "classeur", "texte", "parquet", "spss", "couche"
"""How tables are read."""
_LAYERS: Final = frozenset({".gpkg", ".geojson", ".json", ".shp", ".zip", ".geoparquet"})
_FORMS: Final = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), WORKBOOK),
    **dict.fromkeys(WORKBOOKS, WORKBOOK),
    **dict.fromkeys((".csv", ".txt", ".tsv", "texte"), TEXT),
    **dict.fromkeys((".parquet", ".geoparquet", "parquet"), COLUMNS),
    **dict.fromkeys((".sav", ".zsav", "spss"), SURVEY),
    **dict.fromkeys(_LAYERS - {".geoparquet"}, LAYER),
}  # fmt: skip
"""Extension of a file, or what its bytes hold → how it is read."""
TABLE_FILES: Final = frozenset(
    name for name, read in _FORMS.items() if name.startswith(".") and read != LAYER
)
"""Extensions that a table may have."""
_HELD_PER_MARKED_BYTE: Final = 18
"""Memory of a whole run for each byte of a table of marks (HTML, XML)."""
_HELD_PER_BYTE, _HELD_PER_TEXT_CELL, _HELD_PER_LINE = 10, 60, 200
"""Memory of a whole run for a text table: `python benchmarks/table_memory.py` measures it by shape."""
_SEPARATORS: Final = (b";", b"\t", b",", b"|")
_CHUNK: Final = 1 << 20
_HELD_PER_UNPACKED_BYTE: Final = 8
"""The same for each byte that a workbook unpacks to."""
_PACKED: Final = frozenset({"xlsx", "xlsb", "ods", "zip", "parquet", "spss"})
"""What takes less place in its file than in memory."""
_HELD_PER_CELL: Final = 150
EXPANSION: Final = 4
"""A workbook is an archive: it may unpack to so many times the size that a user allows to a file."""
_MAX_CONTROL_SHARE: Final = 0.01
_TEXT_CONTROLS: Final = frozenset(b"\t\n\r\x0c\x1a")


def absent(path: Path) -> TfpbError:
    """Make the error of a file that does not exist, naming those the user may have meant.

    `fichier_mal_nomme` when some names are close, `fichier_absent` otherwise.
    """
    place = Place(path.name[:_LONGEST])
    # a name with a suffix is a file's; without one, a folder may be meant
    got, near = _likes(path, lambda p: not (path.suffix and _holds(Path.is_dir, p)))
    if near:
        return fail("fichier_mal_nomme", place=place, got=got, proches=listed(near), aussi="")
    return fail("fichier_absent", place=place, got=path.name[:_LONGEST], aussi="")


def near_folders(path: Path) -> tuple[str, list[str]]:
    """Name the folders that a folder which does not exist may have meant, the closest first; perhaps none.

    First what was typed; both from the deepest folder that exists.
    """
    return _likes(path, lambda p: _holds(Path.is_dir, p))


def _likes(path: Path, fits: Callable[[Path], bool]) -> tuple[str, list[str]]:
    above, tail = _from_what_exists(path)
    near = [p.relative_to(above).as_posix() for p in _near(above, tail, fits)]
    return Path(*tail).as_posix(), near


def _from_what_exists(path: Path) -> tuple[Path, list[str]]:
    """Part a path after the deepest folder that exists."""
    tail = [path.name]
    for folder in path.parents:
        if _holds(Path.is_dir, folder):
            return folder, tail
        tail.insert(0, folder.name)
    return path.parent, tail


def _near(folder: Path, tail: list[str], fits: Callable[[Path], bool]) -> list[Path]:
    """Find what the names under a folder may have meant, the likest first."""
    name, *rest = tail
    if not rest:
        return _alike(folder, name, fits)
    found = []
    for inner in _alike(folder, name, lambda p: _holds(Path.is_dir, p)):
        exact = inner.joinpath(*rest)
        found += [exact] if _holds(Path.exists, exact) else _near(inner, rest, fits)
    return found[:_MOST]


def _alike(folder: Path, name: str, fits: Callable[[Path], bool]) -> list[Path]:
    try:
        inside = [p for p in folder.iterdir() if not p.name.startswith(_NOT_MEANT)]
    except (OSError, ValueError):
        return []
    found: Iterable[tuple[str, float, int]] = process.extract(
        name, [p.name for p in inside], scorer=fuzz.ratio, processor=_compared, score_cutoff=_ALIKE,
        limit=None,
    )  # fmt: skip
    return [inside[at] for _, _, at in found if fits(inside[at])][:_MOST]


def _compared(name: str) -> str:
    return strip_accents(name).casefold()


def _holds(test: Callable[[Path], bool], path: Path) -> bool:
    """Ask the disk; what it refuses to look at, or cannot name, is not there."""
    try:
        return test(path)
    except OSError:
        return False


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
    """Return what a file holds as a key of `tfpb.words.faults.input_words.CONTENTS`."""
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
    bare = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if bare.startswith((*_PAGE, _XML)):
        if _SHEETS in bare and not bare.startswith(_PAGE):
            return "xml"
        if bare.startswith(_PAGE) or b"<html" in bare:
            return "tableau" if _has_table(path) else "html"
    return "binaire" if is_binary(head) else "texte"


def _has_table(path: Path) -> bool:
    """Return whether a page holds a table somewhere; its marks may stand after a long style."""
    kept = b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole = kept + block.replace(b"\x00", b"").lower()
            if _TABLE in whole:
                return True
            kept = whole[-len(_TABLE) :]
    return False


def form(path: Path) -> str:
    """Return how a table is read, by its bytes; by its name where they are no table's, to report what lacks.

    `WORKBOOK`, `TEXT`, `COLUMNS`, `SURVEY`; "" where neither bytes nor name are a table's: a text is one by
    its name alone.
    """
    named = _FORMS.get(path.suffix.lower(), "")
    found = _FORMS.get(kind(path), named)
    return found if found != TEXT or named in {TEXT, WORKBOOK, COLUMNS, SURVEY} else named


def is_map_file(name: str) -> bool:
    """Return whether a name is that of a map layer: its rows have a geometry."""
    return name[name.rfind(".") :].lower() in _LAYERS


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

    Raises `fichier_absent`, `fichier_mal_nomme`, `fichier_est_dossier`, `fichier_inaccessible`.
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

    Raises as `require_file`; `fichier_trop_grand`.
    """
    require_file(path)
    refuse_large(path)


def refuse_large(path: Path) -> None:
    """Refuse a file that is too large for a table (`fichier_trop_grand`), before any of it is read.

    Unless the user set a limit, a text may take what memory allows for its bytes, cells and lines; an
    archive is weighed once more by the sizes that it declares (`largest_unpacked`).
    """
    limit = max_file_bytes()
    if not _chosen() and (held := kind(path)) not in _PACKED:
        budget = table_budget()
        if held in MARKUP:
            limit = min(limit, budget // _HELD_PER_MARKED_BYTE)
        else:
            size, taken = held_by_text(path, budget)
            limit = min(limit, size * budget // taken if taken > budget else limit)
    refuse_larger(path, path.stat().st_size, limit)


def held_by_text(path: Path, budget: int) -> tuple[int, int]:
    """Count the bytes of a text, and of the memory that a run would take for them, as far as a budget goes.

    A file of one-digit cells takes 50 times its bytes, one of sentences 10: separators and line ends
    decide. Beyond the budget, the memory is above it; else it is for the whole file.
    """
    size = held = 0
    with path.open("rb") as file:
        while held <= budget and (chunk := file.read(_CHUNK)):
            lines = max(chunk.count(b"\n"), chunk.count(b"\r"))
            cells = lines + max(chunk.count(mark) for mark in _SEPARATORS)
            size += len(chunk)
            held += (
                len(chunk) * _HELD_PER_BYTE + cells * _HELD_PER_TEXT_CELL + lines * _HELD_PER_LINE
            )
    return size, held


def largest_unpacked() -> int:
    """Return how many bytes a workbook may unpack to."""
    return max_file_bytes() * EXPANSION if _chosen() else table_budget() // _HELD_PER_UNPACKED_BYTE


def most_cells() -> int:
    """Return how many cells a sheet may have, empty ones included."""
    return MAX_SHEET_CELLS if _chosen() else table_budget() // _HELD_PER_CELL


def _chosen() -> bool:
    return bool(os.environ.get(SIZE_VARIABLE, "").strip())


def max_file_bytes() -> int:
    """Return the largest size of a table, in bytes, as set by `TFPB_TAILLE_MAX_MO`.

    Raises `limite_illisible` when the variable is no whole number above zero.
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
