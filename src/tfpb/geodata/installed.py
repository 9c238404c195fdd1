"""What is stored, and whether it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.errors import TfpbError
from tfpb.geodata.sidecar import Sidecar, hash_file, read_sidecar
from tfpb.io.sources.geofiles import read_parquet
from tfpb.words.places.geodata_words import Stored, stored_lines, wrong_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def list_installed(folder: Path) -> list[str]:
    """Say what the folder can answer, one French line a geography (addresses apart)."""
    return stored_lines([_stored(side) for _, side, _ in _cards(folder) if side is not None])


def verify_installed(folder: Path) -> list[str]:
    """Say what is not whole, one French line each; empty when all is.

    Every card is read again, the file it names is hashed, opened and counted, and its polygons are
    checked valid: a cut copy, a swapped file and a stray byte are all caught.
    """
    wrong = []
    for name, side, error in _cards(folder):
        if side is None:
            wrong.append(wrong_line("fiche", name, error))
            continue
        path = folder / side.stored
        if not path.is_file():
            wrong.append(wrong_line("absent", side.stored, ""))
        elif hash_file(path) != side.stored_sha256:
            wrong.append(wrong_line("empreinte", side.stored, ""))
        else:
            frame = read_parquet(path)
            if len(frame) != side.rows:
                wrong.append(wrong_line("lignes", side.stored, f"{len(frame)} / {side.rows}"))
            broken = int((~frame.geometry.is_valid).sum())
            if broken:
                wrong.append(wrong_line("invalides", side.stored, str(broken)))
    return wrong


def _cards(folder: Path) -> Iterator[tuple[str, Sidecar | None, str]]:
    """Read every card of the folder, in order; a card that cannot be read comes with its error."""
    names = ["qpv-2015.json", "qpv-2024.json", "communes.json"]
    names += sorted(f"parcelles/{p.name}" for p in (folder / "parcelles").glob("*.json"))
    for name in names:
        try:
            side = read_sidecar(folder / name)
        except TfpbError as error:
            yield name, None, error.faults[0].got
            continue
        if side is not None:
            yield name, side, ""


def _stored(side: Sidecar) -> Stored:
    return Stored(
        kind=side.kind, title=side.name, vintage=side.vintage, rows=side.rows, licence=side.licence,
        sources=tuple(s.name for s in side.sources), mended=len(side.mended), place=side.stored,
    )  # fmt: skip
