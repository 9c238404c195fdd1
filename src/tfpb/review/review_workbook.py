"""The review workbook beside an output: doubts to decide on, and decisions read back from it."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.archives import settle
from tfpb.errors import Place, TfpbError, stop_on_faults
from tfpb.io.tables.tabular import read_table, sheet_names
from tfpb.io.tables.text_table import TextTable
from tfpb.io.tables.typed import typed
from tfpb.model.tables import DECISIONS_LIMITES
from tfpb.review.address_decisions import AddressDecision, key_of
from tfpb.review.doubts import DECIDED_COLUMNS, limit_doubts, lost_decisions
from tfpb.stage import Execute, Stage, directly
from tfpb.text import fold
from tfpb.words.places.address_words import ADDRESSES, CHOICES, HEADERS, LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from tfpb.review.doubts import Terrain


def review_bytes(
    addresses: pd.DataFrame | None = None,
    limits: pd.DataFrame | None = None,
    pictures: Sequence[bytes | None] = (),
    *,
    codes: Sequence[str] = (),
    base: bytes | None = None,
) -> bytes:
    """Make the review workbook: the sheets that are given, empty ones too, so that all read back equal.

    `addresses` are `address_doubts`, `limits` are `limit_doubts`; None leaves the sheet of `base` as it is.
    `pictures` are PNG, one a row of `limits`; `codes`, those of quarters that may be chosen. xlsx without a
    clock: the same rows give the same bytes.
    """
    from openpyxl import Workbook, load_workbook  # noqa: PLC0415 - only where something is doubtful

    from tfpb.review.review_sheets import add_addresses, add_limits  # noqa: PLC0415 - the same

    book = Workbook() if base is None else load_workbook(io.BytesIO(base))
    if base is None:
        book.remove(book.worksheets[0])
    if limits is not None:
        add_limits(book, limits, pictures, codes)
    if addresses is not None:
        add_addresses(book, addresses)
    first = LIMITS if addresses is None or not (limits is None or len(addresses)) else ADDRESSES
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == first
    book.active = book.sheetnames.index(first)
    buffer = io.BytesIO()
    book.save(buffer)
    return settle(buffer.getvalue())


def read_limit_decisions(path: Path) -> pd.DataFrame:
    """Read the sheet « Limites » of a review workbook, or a plain table of decisions.

    Typed `DECISIONS_LIMITES`; raises every fault of the sheet.
    """
    table = _sheet(path, LIMITS, DECISIONS_LIMITES.names)
    frame, faults = typed(table, DECISIONS_LIMITES)
    stop_on_faults(faults)
    return frame


def read_address_decisions(path: Path) -> tuple[AddressDecision, ...]:
    """Read the rows that someone filled in the sheet « Adresses », or in a table with its headings.

    In order, without rows left empty. Raises when the file cannot be read, or is no review of addresses.
    """
    table = _sheet(path, ADDRESSES, tuple(HEADERS.values()))
    ours = {fold(heading): name for name, heading in HEADERS.items()}
    frame = table.frame.rename(columns=lambda header: ours.get(fold(str(header)), str(header)))

    def column(name: str) -> list[str]:
        return frame[name].tolist() if name in frame.columns else [""] * len(frame)

    keys = ("adresse", "code_postal", "commune", "code_insee", "nom")
    read = []
    for row, key, *cells in zip(
        table.rows, zip(*map(column, keys), strict=True), *map(column, DECIDED_COLUMNS), strict=True
    ):
        if any(cells[:4]):
            fields = dict(zip(DECIDED_COLUMNS.values(), cells, strict=True))
            place = Place(table.file, table.sheet, int(row))
            read.append(AddressDecision(key=key_of(*key), place=place, **fields))
    return tuple(read)


def _sheet(path: Path, name: str, known: tuple[str, ...]) -> TextTable:
    """Read a sheet of a review; of a review where nothing is left to decide there, a table of no row."""
    sheet = _sheet_of(path, name)
    try:
        return read_table(path, sheet=sheet, known=known)
    except TfpbError as error:
        if sheet is None or [f.code for f in error.faults] != ["feuille_vide"]:
            raise
        import pandas as pd  # noqa: PLC0415 - few sheets are empty

        none = pd.DataFrame(columns=list(known), dtype="str")
        return TextTable(none, path.name, sheet, none.index.to_numpy(dtype="int64"))


def _sheet_of(path: Path, name: str) -> str | None:
    """Return the name of a sheet if the file is a workbook that has it."""
    if path.suffix.lower() not in {".xlsx", ".ods"} or not path.is_file():
        return None
    return name if name in sheet_names(path) else None


def review_file(
    stem: Path,
    land: Terrain,
    *,
    decisions: pd.DataFrame | None,
    streets: Callable[[pd.DataFrame], gpd.GeoDataFrame | None] | None = None,
    addresses: pd.DataFrame | None = None,
    chosen: Sequence[AddressDecision] = (),
    execute: Execute = directly,
) -> dict[Path, bytes]:
    """Make the review workbook of located entrances, for its place; empty when nothing is to decide.

    « Limites », and « Adresses » from `addresses` (`address_doubts`): without it, the sheet of an existing
    file is unchanged. `stem` is the output it is next to, without its ending; `decisions` are as given to
    `tfpb.perimeters.locate`, `chosen` those on addresses; `streets` draws the streets around the doubtful
    rows, where `land` has none; `execute` makes the workbook, and each of its pictures, as stages of their
    own.
    """
    rows = limit_doubts(land.entrances, decisions)
    if not len(rows) and (addresses is None or not len(addresses)):
        return {}
    place = free_slot(
        stem, limits=True, addresses=addresses is not None, decisions=decisions, chosen=chosen
    )
    if streets is not None:
        land = replace(land, streets=streets(rows))
    signed = any(t for t in rows["auteur"])  # a name is kept in no cache
    stage = replace(_WORKBOOK, run=partial(_workbook, execute=execute))
    files = (directly if signed else execute)(stage, (rows, land, addresses, place.base))
    return {place.path: files[_WORKBOOK.writes]}


def _workbook(
    rows: pd.DataFrame,
    land: Terrain,
    addresses: pd.DataFrame | None,
    base: bytes | None,
    *,
    execute: Execute = directly,
) -> dict[str, bytes]:
    from tfpb.review.picture import pictures  # noqa: PLC0415 - draws: loaded when needed

    drawn, codes = pictures(rows, land, execute), rows["code_qpv"].tolist()
    return {"classeur": review_bytes(addresses, rows, drawn, codes=codes, base=base)}


_WORKBOOK: Final = Stage(
    "Doutes à trancher", ("lignes", "alentours", "adresses", "base"), "classeur", _workbook,
    kept="fichiers",
)  # fmt: skip


class Slot(NamedTuple):
    """Where a review goes."""

    path: Path
    base: bytes | None  # the file there, when it has sheets that the review does not write
    kept: str  # name of the first file left alone for its decisions; empty when none was


def free_slot(
    output: Path,
    *,
    limits: bool,
    addresses: bool,
    decisions: pd.DataFrame | None = None,
    chosen: Sequence[AddressDecision] = (),
) -> Slot:
    """Choose where the review of an output goes: never over decisions that this run was not given.

    `output` is without its ending; `limits` and `addresses` are the sheets written, and others of an
    existing file are kept; `decisions` (typed `DECISIONS_LIMITES`) and `chosen` (on addresses) were given
    to this run.
    """
    written = ({LIMITS} if limits else set()) | ({ADDRESSES, CHOICES} if addresses else set())
    known = {replace(d, place=Place()) for d in chosen}
    kept = ""
    for rank in itertools.count(1):
        path = output.with_name(f"{output.name}_a_verifier{f'.{rank}' if rank > 1 else ''}.xlsx")
        if not path.is_file():
            break
        try:
            names = set(sheet_names(path))
            lost = False
            if LIMITS in written & names:
                lost = bool(lost_decisions(read_limit_decisions(path), decisions))
            if ADDRESSES in written & names and not lost:
                taken = read_address_decisions(path)
                lost = any(replace(d, place=Place()) not in known for d in taken)
        except TfpbError:
            lost = True  # cannot be read: whatever it holds is not ours to replace
        if not lost:
            return Slot(path, path.read_bytes() if names - written else None, kept)
        kept = kept or path.name
    return Slot(path, None, kept)
