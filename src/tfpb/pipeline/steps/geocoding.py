"""The steps of addresses: what was decided on them, where they are, which of them are in doubt."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from tfpb.addresses.file_geocoder import FileGeocoder
from tfpb.io.tables.tabular import SPREADSHEETS, sheet_names
from tfpb.model.results import ADDRESS_COLUMNS
from tfpb.review.address_decisions import decided
from tfpb.review.address_doubts import address_doubts

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.addresses.file_geocoder import Mode
    from tfpb.addresses.service import AddressService
    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.assembly import Dossier
    from tfpb.model.settings import Settings
    from tfpb.review.address_decisions import AddressDecision


def chosen_addresses(settings: Settings) -> tuple[AddressDecision, ...]:
    """Read what someone chose in the sheet « Adresses » of the review workbook, if it has one."""
    name = settings.fichiers.decisions
    path = settings.path(name)
    if not name or path.suffix.lower() not in SPREADSHEETS:
        return ()
    from tfpb.review.address_sheet import SHEET, read_address_decisions  # noqa: PLC0415 - few have any

    return read_address_decisions(path) if SHEET in sheet_names(path) else ()


def doubtful_addresses(dossier: Dossier) -> pd.DataFrame:
    """List the entrances whose address waits for a decision, or had one."""
    entrances = dossier.located.entrances
    _addresses_now, rows, _lost = decided(entrances, chosen_addresses(dossier.settings))
    names = entrances["id_residence"].astype(str) + " " + entrances["id_batiment"].astype(str)
    return address_doubts(
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


def geocode(
    inputs: Inputs, geography: Geography, mode: Mode, chosen: tuple[AddressDecision, ...]
) -> pd.DataFrame:
    """Find the entrances of the stock; the service is asked only where the settings say so."""
    addresses, _rows, _lost = decided(addresses_of(inputs), chosen)
    with ExitStack() as stack:
        service = stack.enter_context(_service(geography)) if mode != "index" else None
        geocoder = FileGeocoder(
            mode=mode,
            communes=geography.communes,
            source=geography.addresses,
            service=service,
            aliases=inputs.aliases,
        )
        return geocoder.run(addresses)


def _service(geography: Geography) -> AddressService:
    from tfpb.addresses.opening import CACHE  # noqa: PLC0415 - most dossiers ask nobody
    from tfpb.addresses.service import AddressService  # noqa: PLC0415 - idem

    return AddressService(geography.folder / CACHE)


def offline(
    _inputs: Inputs, _geography: Geography, mode: Mode, _chosen: tuple[AddressDecision, ...]
) -> bool:
    """Tell whether geocoding asks the index alone: what a service answers may change any day."""
    return mode == "index"
