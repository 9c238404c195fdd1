"""What is imported, opened for one run: address index, quarters, outlines, parcels; what a file is of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tfpb.addresses.communes import Communes
from tfpb.addresses.formats import sniff
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.errors import Fault, Place, TfpbError, stop_on_faults
from tfpb.geodata.ground_imports import load_outlines, load_parcels
from tfpb.geodata.qpv_imports import load_insee, load_qpv
from tfpb.geodata.stored_layers import read_card
from tfpb.io.layers.geofiles import ARCHIVES, LAYER_FILES
from tfpb.model.legal.map_table import MAPS, VINTAGES
from tfpb.model.record import Source
from tfpb.text import fold
from tfpb.words.places.geodata_words import ADDRESS_BASE, QPV_MAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from tfpb.model.location import QpvMap
    from tfpb.model.record import Sidecar


ABSENT: Final = "geographie_absente"
"""Code of the fault for what a run needs and nobody imported."""
_STORED: Final = frozenset({".sqlite", ".parquet", ".json"})
ADDRESSES: Final = "adresses"
KINDS: Final = (ADDRESSES, *(f"qpv{v}" for v in reversed(VINTAGES)), "communes", "parcelles")
"""What can be imported, as the page names it."""
_HEAD: Final = 20_000
_QUARTERS: Final = re.compile(rb'"(?:code_qp|CODE_QP|code_qpv)"', re.IGNORECASE)
_PARCELS: Final = re.compile(rb'"(?:arpente|contenance|prefixe)"')


@dataclass(frozen=True, slots=True)
class Geography:
    """Imported geography."""

    store: AddressStore | None
    """The offline index; None where there is none and the run does without."""
    communes: Communes
    maps: dict[int, QpvMap]  # by vintage
    outlines: gpd.GeoDataFrame | None
    folder: Path  # of parcels, loaded for the communes that need them only
    sources: tuple[Source, ...]
    counts: Mapping[int, pd.DataFrame] = field(default_factory=dict)
    """Insee's social dwellings a quarter (`code_qpv, logements`), by vintage."""

    @property
    def addresses(self) -> AddressStore:
        """The offline index (`geographie_absente`)."""
        if self.store is None:
            raise TfpbError(_absent(*ADDRESS_BASE))
        return self.store

    def parcels(self, communes: Iterable[str] | None) -> gpd.GeoDataFrame | None:
        """Load the parcels of some communes (None: of all); None when none was imported."""
        found = load_parcels(self.folder, communes=communes)
        return found if found is not None and len(found) else None

    def parcels_of(self, points: pd.DataFrame) -> gpd.GeoDataFrame | None:
        """Load the parcels of the communes that points were found in, of all when none was."""
        return self.parcels(sorted(set(points["result_citycode"].astype(str)) - {""}) or None)

    def parcel_sources(self, communes: Iterable[str]) -> tuple[Source, ...]:
        """Describe the parcels of some communes as one source of a run; none when none was imported."""
        read = (read_card(self.folder, f"parcelles/{code}") for code in sorted(set(communes)))
        cards = [card for card in read if card is not None]
        if not cards:
            return ()
        whole = hashlib.sha256("".join(c.sha256 for c in cards).encode()).hexdigest()
        rows = sum(c.rows for c in cards)
        return (_source("parcelles", cards[0], sha256=whole, rows=rows),)

    def identity(self) -> tuple[object, ...]:
        """Return what makes this geography what it is: each stored file, its size and its date."""
        files = (p for p in sorted(self.folder.rglob("*")) if p.suffix in _STORED)
        return tuple(
            (p.relative_to(self.folder).as_posix(), s.st_size, s.st_mtime_ns)
            for p in files
            for s in (p.stat(),)
        )


def open_geography(folder: Path, *, needs: tuple[int, ...] = (), index: bool = True) -> Geography:
    """Open the imported geography of a folder: every map and outline.

    Parcels are left on the disk until a commune requires them. The run makes no sense without the vintages
    of `needs`, nor, with `index`, without the address index: raises `geographie_absente` for each thing
    that lacks, with the command that imports it.
    """
    store = folder / FILE_NAME
    maps = {v: found for v in VINTAGES if (found := load_qpv(folder, v)) is not None}
    faults = [_absent(*ADDRESS_BASE)] if index and not store.is_file() else []
    faults += [_absent(*(t.format(vintage=v) for t in QPV_MAP)) for v in needs if v not in maps]
    stop_on_faults(faults)
    addresses = AddressStore(store) if store.is_file() else None
    sources = [
        Source("qpv" + str(v), f"QPV {v}", m.sha256, 0, len(m.frame), m.date, m.licence, m.source)
        for v, m in maps.items()
    ]
    roles = {"communes": "communes"} | {f"insee{v}": f"insee-{v}" for v in VINTAGES}
    sources += [
        _source(role, card, sha256=card.sha256, rows=card.rows)
        for role, name in roles.items()
        if (card := read_card(folder, name)) is not None
    ]
    return Geography(
        addresses,
        addresses.communes() if addresses is not None else Communes.load(),
        maps,
        load_outlines(folder),
        folder,
        (*(addresses.sources() if addresses is not None else ()), *sources),
        {v: read for v in VINTAGES if (read := load_insee(folder, v)) is not None},
    )


def _source(role: str, card: Sidecar, *, sha256: str, rows: int) -> Source:
    return Source(role, card.name, sha256, 0, rows, card.date, card.licence, card.name)


def _absent(what: str, command: str) -> Fault:
    return Fault(ABSENT, Place(), "", {"quoi": what, "commande": command})


def _of_map(vintage: int) -> re.Pattern[bytes]:
    """Return what finds the codes of a map in a file; overseas, two maps may have the same."""
    return re.compile(rb'"(?!..97)(?:' + MAPS[vintage].codes.pattern.encode() + rb')"')


def geography_of(path: Path, name: str = "") -> str:
    """Return one of `KINDS`; empty for a file that is no geography.

    Of quarters, the name tells the map, or their codes; the newest otherwise.
    """
    folded, suffix = fold(name or path.name), path.suffix.lower()
    if suffix in {".csv", ".gz", ".txt"} and "json" not in folded:
        try:
            sniff(path)
        except TfpbError:
            return ""
        return ADDRESSES
    if suffix not in LAYER_FILES | ARCHIVES:
        return ""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    named = [v for v in VINTAGES if str(v) in folded]
    coded = [v for v in VINTAGES if _of_map(v).search(head)]
    map_of = f"qpv{(named or coded or VINTAGES[-1:])[0]}"
    if _QUARTERS.search(head) or re.search(r"\bqp|quartier", folded):
        return map_of
    if _PARCELS.search(head) or "parcelle" in folded:
        return "parcelles"
    return "communes" if suffix in LAYER_FILES or "commune" in folded else map_of
