"""What stands beside a stored geography: where it comes from, and the proof that it is whole."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place, fail
from tfpb.io.packs.output_files import write_bytes

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One imported file: name (no folder), sha256, rows it brought."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The identity card of a stored geography.

    Parameters
    ----------
    kind : str
        `qpv`, `communes` or `parcelles`.
    name, vintage, licence, date, address : str
        Title, vintage, licence, date it holds from, official address.
    rows : int
        Features stored.
    sources : list of SourceFile
    mended : list of str
        Codes whose polygon was invalid and was mended.
    stored, stored_sha256 : str
        File on disk and its hash.
    """

    kind: str
    name: str
    vintage: str
    licence: str
    date: str
    address: str
    rows: int
    stored: str = ""
    stored_sha256: str = ""
    sources: list[SourceFile] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """Hash of the imported file, or of the hashes when there are several."""
        if len(self.sources) == 1:
            return self.sources[0].sha256
        return hashlib.sha256("".join(s.sha256 for s in self.sources).encode()).hexdigest()


def hash_file(path: Path) -> str:
    """Return the sha256 of a file, read by blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def store(folder: Path, name: str, frame: gpd.GeoDataFrame, card: Sidecar) -> Sidecar:
    """Keep a layer and its card: a reader meets the earlier pair or the new one, never half of each.

    Parameters
    ----------
    folder : Path
        Folder of geographies.
    name : str
        `qpv-2024`, `parcelles/59009`: the card is `<name>.json`, the layer bears its own hash.
    frame : GeoDataFrame
    card : Sidecar
        Its `stored` and `stored_sha256` are filled here.

    Raises
    ------
    TfpbError
        `ecriture_impossible`.
    """
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    stored = f"{name}-{digest[:12]}.parquet"
    write_bytes(folder / stored, data)
    written = replace(card, stored=stored, stored_sha256=digest)
    write_sidecar(folder / f"{name}.json", written)
    place = folder / name
    for old in (*place.parent.glob(f"{place.name}-*.parquet"), folder / f"{name}.parquet"):
        if old != folder / stored:
            with suppress(OSError):  # read by another run at this moment: it goes next time
                old.unlink(missing_ok=True)
    return written


def write_sidecar(path: Path, sidecar: Sidecar) -> None:
    """Write the card, last of all: a geography without card does not exist."""
    write_bytes(
        path, json.dumps(asdict(sidecar), ensure_ascii=False, indent=1, sort_keys=True).encode()
    )


def read_sidecar(path: Path) -> Sidecar | None:
    """Read a card; None when there is none.

    Raises
    ------
    TfpbError
        `geodonnees_abimees` when the card cannot be read.
    """
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
