"""Layers of geography on disk: mended, stored with the card that describes them, read back, verified."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

import shapely

from tfpb.errors import Place, TfpbError, fail
from tfpb.io.layers.geofiles import read_parquet
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.tables.contents import hash_file
from tfpb.model.legal.map_table import VINTAGES
from tfpb.model.record import Sidecar, SourceFile
from tfpb.perimeters.legal_areas import polygons_only
from tfpb.text import fold
from tfpb.words.places.geodata_words import NOT_WHOLE, stored_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.geodata.catalogue import Entry


def find_column(frame: pd.DataFrame, names: Iterable[str]) -> str | None:
    """Return the first column found under any of its folded names."""
    folded = {fold(str(c)): str(c) for c in frame.columns}
    return next((folded[n] for n in names if n in folded), None)


def mended_polygons(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return shapes whose invalid ones are mended, each a MultiPolygon, and which these are."""
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = polygons_only(shapely.make_valid(shapes[broken]))
    return shapes, broken


def store(
    folder: Path,
    name: str,
    frame: gpd.GeoDataFrame,
    known: Entry,
    sources: Sequence[SourceFile],
    *,
    licence: str | None = None,
    mended: Iterable[str] = (),
) -> None:
    """Write a layer and its card: a reader finds the earlier pair or the new one, never half of each.

    `name` is `qpv-2024`, `parcelles/59009`: the card is `<name>.json`, the layer `<name>-<hash>.parquet`.
    `known` is the official source, in the catalogue, and `licence` replaces its own; `mended` are codes
    whose polygon was mended. Raises `ecriture_impossible`.
    """
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    stored = f"{name}-{digest[:12]}.parquet"
    write_bytes(folder / stored, data)
    card = Sidecar(
        kind=known.imports, name=known.title, vintage=str(known.vintage or ""),
        licence=known.licence if licence is None else licence, date=known.date,
        address=known.address, rows=len(frame), stored=stored, stored_sha256=digest,
        sources=list(sources), mended=sorted(set(mended)),
    )  # fmt: skip
    text = json.dumps(asdict(card), ensure_ascii=False, indent=1, sort_keys=True)
    write_bytes(folder / f"{name}.json", text.encode())  # last: a layer without card does not exist
    place = folder / name
    for old in (*place.parent.glob(f"{place.name}-*.parquet"), folder / f"{name}.parquet"):
        if old != folder / stored:
            with suppress(OSError):  # read by another run at this moment: it goes next time
                old.unlink(missing_ok=True)


def earlier_sources(folder: Path, name: str, *, but: str) -> list[SourceFile]:
    """Return the files that a stored layer comes from, one of that name left out."""
    card = read_card(folder, name)
    return [s for s in card.sources if s.name != but] if card is not None else []


def read_card(folder: Path, name: str) -> Sidecar | None:
    """Read the card of a layer; None when it is not stored, `geodonnees_abimees` when it cannot be read."""
    path = folder / f"{name}.json"
    if not path.is_file():
        return None
    try:
        raw = json.loads(path.read_text("utf-8"))
        raw["sources"] = [SourceFile(**s) for s in raw["sources"]]
        return Sidecar(**raw)
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise fail(
            "geodonnees_abimees", place=Place(path.name), got=type(error).__name__
        ) from error


def read_stored(folder: Path, name: str) -> gpd.GeoDataFrame | None:
    """Read a stored layer; None when there is none."""
    card = read_card(folder, name)
    return None if card is None else read_parquet(folder / card.stored)


def list_installed(folder: Path) -> list[str]:
    """Describe what is stored, one French line a layer (addresses excluded)."""
    return stored_lines([side for _, side, _ in _cards(folder) if side is not None])


def verify_installed(folder: Path) -> list[str]:
    """List what is not whole, one French line each; empty when all is.

    Every card is read again, the file it names is hashed, opened and counted, and its polygons are checked
    valid: a cut copy, a swapped file and a changed byte are all found.
    """
    wrong = []
    for name, side, error in _cards(folder):
        if side is None:
            wrong.append(NOT_WHOLE["fiche"].format(name=name, got=error))
            continue
        path = folder / side.stored
        if not path.is_file():
            wrong.append(NOT_WHOLE["absent"].format(name=side.stored))
        elif hash_file(path) != side.stored_sha256:
            wrong.append(NOT_WHOLE["empreinte"].format(name=side.stored))
        else:
            frame = read_parquet(path)
            if len(frame) != side.rows:
                wrong.append(
                    NOT_WHOLE["lignes"].format(name=side.stored, got=f"{len(frame)} / {side.rows}")
                )
            broken = int((~frame.geometry.is_valid).sum())
            if broken:
                wrong.append(NOT_WHOLE["invalides"].format(name=side.stored, got=str(broken)))
    return wrong


def _cards(folder: Path) -> Iterator[tuple[str, Sidecar | None, str]]:
    """Read every card of the folder, in order; a card that cannot be read comes with its error."""
    parcels = sorted(f"parcelles/{p.stem}" for p in (folder / "parcelles").glob("*.json"))
    quarters, counts = ([f"{what}-{v}" for v in VINTAGES] for what in ("qpv", "insee"))
    for name in (*quarters, "communes", *counts, *parcels):
        try:
            side = read_card(folder, name)
        except TfpbError as error:
            yield f"{name}.json", None, error.faults[0].got
            continue
        if side is not None:
            yield f"{name}.json", side, ""
