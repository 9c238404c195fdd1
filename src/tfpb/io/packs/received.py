"""A pack that somebody handed in, read with distrust: an archive is never extracted, a link never followed.

Names and sizes are looked at before anything is read; each file is hashed as it is read, and only the
tables and records that a check asks for are kept.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final, TypeVar

import pandas as pd

from tfpb.evidence.pack_control import BalanceLine
from tfpb.facts.amount import known, unknown
from tfpb.io.packs.pack import ARCHIVE
from tfpb.io.tables.contents import SPOILED_ARCHIVE, max_file_bytes
from tfpb.model.columns import texts
from tfpb.model.record import JOURNALS, LISTING, RUN, older

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

T = TypeVar("T")
_MOST_FILES: Final = 20_000
_CHUNK: Final = 1 << 20
_LARGEST_KEPT: Final = 64 << 20
"""Bytes of one table or record."""
_SUFFIXES: Final = (".csv", ".xlsx", ".ods")
_FOLDERS: Final = ("", "donnees/")
STEMS: Final[dict[str, tuple[str, ...]]] = {
    "conventions": ("conventions", "convention"),
    "actions": ("actions", "programme"),
    "bilan": ("bilan", "soldes", "quartiers"),
    "declaration": ("declaration", "locaux"),
}
"""Table → names that its file may begin with."""
SOURCES_TABLE: Final = "sources"
"""Table of ours that holds the conventions, among others."""
_OURS_ALONE: Final = {"quartiers": b"preuves_completes"}
"""Names that another table may bear too, and a column of ours that tells them apart."""
_OWNERS: Final = "bailleurs"
_RECORDS: Final = (RUN, older(RUN), LISTING, "dossier.toml")


class Refusal(Exception):  # noqa: N818 - it is told as a finding
    """Why a pack is not read: a code of `control_words`, and what was met."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code, what)
        self.code, self.what = code, what


@dataclass(frozen=True, slots=True)
class Files:
    """What was read of a pack."""

    hashes: dict[str, str] = field(default_factory=dict)  # sha256 of every file
    kept: dict[str, bytes] = field(default_factory=dict)
    """Tables and records, by their name inside the pack."""

    @property
    def ours(self) -> bool:
        """Whether it has the record of a run, and its hashes."""
        return RUN in self.hashes or {LISTING, older(RUN)} <= set(self.hashes)

    def table(self, name: str) -> tuple[str, bytes] | None:
        """Return the file of a table: its name and content; of several years, the last."""
        ours = (SOURCES_TABLE,) * (self.ours and name == "conventions")
        for stem in (*STEMS[name], *ours):
            own = _OURS_ALONE.get(stem, b"")
            found = [
                n for n in self.kept if _named(n, stem) and own in self.kept[n].split(b"\n", 1)[0]
            ]
            if found:
                return max(found), self.kept[max(found)]
        return None


def _named(file: str, stem: str) -> bool:
    path = PurePosixPath(file.lower())
    folder = "" if str(path.parent) == "." else f"{path.parent}/"
    rest = path.stem.removeprefix(stem).strip("_-. ")
    matches = path.stem.startswith(stem) and (not rest or rest.isdigit())
    return matches and path.suffix in _SUFFIXES and folder in _FOLDERS


def packs_in(paths: Iterable[Path]) -> list[Path]:
    """List the packs of some archives and folders, in the order given, then by name.

    A folder that is no pack is looked into, one level down; of a pack and its archive side by side, the
    archive counts. Of a region, the packs of its bailleurs are meant.
    """
    out: list[Path] = []
    for given in paths:
        path = given / _OWNERS if (given / _OWNERS).is_dir() else given
        if path.is_dir() and not _is_pack(path):
            inside = sorted(p for p in path.iterdir() if not p.name.startswith("."))
            zipped = {p.stem for p in inside if p.suffix.lower() == ".zip"}
            out += [
                p for p in inside
                if p.suffix.lower() == ".zip" or (p.is_dir() and p.name not in zipped)
            ]  # fmt: skip
        else:
            out.append(path)
    return out


def _is_pack(folder: Path) -> bool:
    """Return whether a folder holds a record of ours, an archive of ours, or a table by its name."""
    if any((folder / name).is_file() for name in (*_RECORDS, ARCHIVE)):
        return True
    names = (
        p.relative_to(folder).as_posix() for f in _FOLDERS for p in sorted((folder / f).glob("*.*"))
    )
    return any(_named(name, stem) for name in names for stems in STEMS.values() for stem in stems)


def receive(path: Path) -> Files:
    """Read a pack, an archive or a folder.

    Raises a Refusal: `refus_illisible, refus_chemin, refus_lien, refus_double, refus_trop_grand,
    refus_pas_un_dossier`.
    """
    try:
        whole = path / ARCHIVE
        if path.is_dir() and not whole.is_file():
            found = _read(_of_folder(path))
        else:
            with zipfile.ZipFile(whole if path.is_dir() else path) as archive:
                _look(archive)
                found = _read(
                    (_slashed(i), archive.open(i)) for i in archive.infolist() if not i.is_dir()
                )
    except SPOILED_ARCHIVE as error:
        raise Refusal("refus_illisible") from error
    found = _unwrapped(found)
    if not found.ours and not any(found.table(name) for name in STEMS):
        raise Refusal("refus_pas_un_dossier")
    return found


def _look(archive: zipfile.ZipFile) -> None:
    """Refuse an archive by its list of files, before any of them is opened."""
    entries = archive.infolist()
    size = sum(i.file_size for i in entries)
    if size > max_file_bytes() or len(entries) > _MOST_FILES:
        raise Refusal("refus_trop_grand", _size(size, len(entries)))
    met: set[str] = set()
    for entry in entries:
        name = _slashed(entry)
        if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name:
            raise Refusal("refus_chemin", name[:80])
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Refusal("refus_lien", name[:80])
        if name.casefold() in met:
            raise Refusal("refus_double", name[:80])
        met.add(name.casefold())


def _slashed(entry: zipfile.ZipInfo) -> str:
    """Return a name with the slashes of archives: some programs write the other ones."""
    return entry.filename.replace("\\", "/")


def _size(size: int, files: int) -> str:
    return f"{size / 1e9:.1f} Go".replace(".", ",") if files <= _MOST_FILES else f"{files} fichiers"


def _of_folder(folder: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Open each file of a folder; a link may lead anywhere."""
    size = 0
    for count, path in enumerate(sorted(folder.rglob("*"))):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise Refusal("refus_lien", name[:80])
        if path.is_file() and name not in JOURNALS:
            size += path.stat().st_size
            if size > max_file_bytes() or count > _MOST_FILES:
                raise Refusal("refus_trop_grand", _size(size, count))
            yield name, path.open("rb")


def _read(files: Iterable[tuple[str, IO[bytes]]]) -> Files:
    """Hash every file; keep what a check reads."""
    out = Files()
    left = max_file_bytes()
    for name, opened in files:
        with closing(opened):
            digest, data = hashlib.sha256(), bytearray()
            wanted = _wanted(name)
            while chunk := opened.read(_CHUNK):
                left -= len(chunk)
                if left < 0:  # an archive that says less than it holds
                    raise Refusal("refus_trop_grand", _size(max_file_bytes(), 0))
                digest.update(chunk)
                if wanted and len(data) <= _LARGEST_KEPT:
                    data += chunk
            out.hashes[name] = digest.hexdigest()
            if wanted and len(data) <= _LARGEST_KEPT:
                out.kept[name] = bytes(data)
    return out


def _wanted(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name in map(older, _RECORDS) or path.suffix.lower() in _SUFFIXES


def _unwrapped(found: Files) -> Files:
    """Take away the one folder that holds everything, as archives made by hand have."""
    tops = {name.split("/", 1)[0] for name in found.hashes if "/" in name}
    if len(tops) != 1 or any("/" not in name for name in found.hashes) or tops == {"donnees"}:
        return found
    return Files(_inner(found.hashes), _inner(found.kept))


def _inner(files: Mapping[str, T]) -> dict[str, T]:
    return {name.split("/", 1)[1]: value for name, value in files.items()}


def balance_lines(rows: pd.DataFrame | None) -> tuple[BalanceLine, ...]:
    """Read the lines of a balance, as the contract « bilan » types them; none without it."""
    if rows is None:
        return ()
    names = ("abattement_eur", "valorise_eur", "report_eur")
    amounts = [[unknown("non_lu") if v is None else known(v) for v in rows[c]] for c in names]
    years = [None if pd.isna(year) else int(year) for year in rows["annee"]]
    columns = (texts(rows, "code_qpv"), texts(rows, "nom_qpv"), years, *amounts, rows["solde_eur"])
    return tuple(BalanceLine(*cells) for cells in zip(*columns, strict=True))


def quarters_named(rows: pd.DataFrame | None) -> tuple[str, ...]:
    """Return the quarters that a table names, each once; none without it."""
    return () if rows is None else tuple(dict.fromkeys(texts(rows, "code_qpv")))
