"""Steps on addresses: where they are, once what someone decided on them is taken into account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfpb.io.tables.contents import WORKBOOK, form, is_map_file
from tfpb.io.tables.tabular import sheet_names
from tfpb.model.columns import STAMP, stamped_place
from tfpb.model.results import ADDRESS_COLUMNS
from tfpb.review import address_decisions, doubts
from tfpb.words.places.address_words import ADDRESSES

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tfpb.addresses.file_geocoder import FileGeocoder
    from tfpb.errors import Fault, Place
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.settings import Settings
    from tfpb.review.address_decisions import AddressDecision, DecidedAddresses


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """Progress of a long geocoding, called with the number of rows done."""

    progress: Callable[[int], None] | None = None

    def identity(self) -> tuple[object, ...]:
        """Return nothing: who follows a geocoding does not change what it gives."""
        return ()


@dataclass(frozen=True, slots=True)
class Settled:
    """Answers of the geocoder (`RESULT_COLUMNS`) once decisions rule them, and what is doubtful in these."""

    frame: pd.DataFrame
    notices: tuple[Fault, ...] = ()


def chosen_addresses(settings: Settings) -> tuple[AddressDecision, ...]:
    """Read what someone chose in the sheet « Adresses » of the review workbook, if it has one."""
    name = settings.fichiers.decisions
    path = settings.path(name)
    if not name or not path.is_file() or form(path) != WORKBOOK:
        return ()
    from tfpb.review.review_workbook import read_address_decisions  # noqa: PLC0415 - few have any

    return read_address_decisions(path) if ADDRESSES in sheet_names(path) else ()


def doubtful_addresses(dossier: Dossier, entrances: pd.DataFrame | None = None) -> pd.DataFrame:
    """List the entrances whose address waits for a decision, or had one: by default all those located.

    Columns are those of the review sheet, and `choix` (tuple of str).
    """
    entrances = dossier.located.entrances if entrances is None else entrances
    rows = address_decisions.decided(entrances, chosen_addresses(dossier.settings)).rows
    names = entrances["id_residence"].astype(str) + " " + entrances["id_batiment"].astype(str)
    return doubts.address_doubts(
        entrances,
        entrances,
        rows,
        lines=entrances["_ligne"].tolist(),
        identifiers=names.str.strip().tolist(),
    )


def addresses_of(inputs: Inputs) -> pd.DataFrame:
    """Return the addresses of the stock as the geocoder reads them (`ADDRESS_COLUMNS`, text)."""
    stock = inputs.frames["patrimoine"]
    addresses = stock[list(ADDRESS_COLUMNS)].copy()
    for axis in ("x", "y"):
        addresses[axis] = ["" if v != v else repr(float(v)) for v in stock[axis]]  # noqa: PLR0124 - NaN
    return addresses


def placed_in_layers(inputs: Inputs) -> tuple[Place | None, ...]:
    """Return the place of each row of the stock whose coordinates are the geometry of a layer."""
    stock = inputs.frames["patrimoine"]
    if not any(map(is_map_file, dict.fromkeys(stock[STAMP[0]]))):
        return ()
    return tuple(
        stamped_place(stock, i) if here and is_map_file(file) else None
        for i, (file, here) in enumerate(zip(stock[STAMP[0]], stock["x"].notna(), strict=True))
    )


def geocode(addresses: DecidedAddresses, geocoder: FileGeocoder, watch: Watch) -> pd.DataFrame:
    """Geocode addresses; the service is asked only where the geocoder's mode says so."""
    return geocoder.run(addresses.frame, progress=watch.progress)


def offline(geocoder: FileGeocoder) -> bool:
    """Return whether the index alone is asked: what a service answers may change any day."""
    return geocoder.mode == "index"


def settle(addresses: DecidedAddresses, geocoded: pd.DataFrame) -> Settled:
    """Let points of a layer and decisions rule; doubt decisions that lead nowhere or whose address is gone.

    `geocoded` is `RESULT_COLUMNS`, one row an address.
    """
    placed, away = address_decisions.as_placed(geocoded, addresses.placed)
    frame, pointless = address_decisions.settled(placed, addresses.rows)
    return Settled(frame, (*addresses.lost, *pointless, *away))
