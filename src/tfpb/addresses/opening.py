"""What a mode needs, opened: the index, the service or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.addresses.communes import Communes
from tfpb.addresses.file_geocoder import FileGeocoder
from tfpb.addresses.service import AddressService
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.errors import TfpbError
from tfpb.io.sources.address_columns import ALIAS_COLUMNS, renamed_streets
from tfpb.io.tables.tabular import read_table

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from tfpb.addresses.file_geocoder import Mode

CACHE: Final = "service_adresses.sqlite"


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A geocoder ready to run.

    Parameters
    ----------
    geocoder : FileGeocoder
    service : AddressService or None
        None when nothing may leave the machine.
    depends_on : mapping of str to str
        What stretches kept for a later run depend on.
    """

    geocoder: FileGeocoder
    service: AddressService | None
    depends_on: dict[str, str]


def open_geocoder(
    stack: ExitStack, *, mode: Mode, folder: Path, aliases: Path | None = None
) -> Opened:
    """Open the index and the service as the mode asks.

    Parameters
    ----------
    stack : ExitStack
        Closes what is opened.
    mode : str
        `index` needs an index; `auto` does without one if need be; only `api` and `auto` ask the
        service.
    folder : Path
        Folder of geography.
    aliases : Path, optional
        Table of renamed streets.

    Raises
    ------
    TfpbError
        `adresses_absentes`, or the aliases cannot be read.
    """
    renamed = read_aliases(aliases) if aliases else {}
    store = None
    if mode == "index" or (mode == "auto" and (folder / FILE_NAME).is_file()):
        store = stack.enter_context(AddressStore(folder / FILE_NAME))
    service = None if mode == "index" else stack.enter_context(AddressService(folder / CACHE))
    communes = store.communes() if store else Communes.load()
    files = store.files if store else ()
    return Opened(
        FileGeocoder(mode=mode, communes=communes, source=store, service=service, aliases=renamed),
        service,
        {
            "mode": mode,
            "index": " ".join(file.sha256 for file in files),
            "aliases": " ".join(f"{old}={new}" for old, new in sorted(renamed.items())),
        },
    )


def read_aliases(path: Path) -> dict[str, str]:
    """Read renamed streets: old name, current name, in the first two columns.

    Raises
    ------
    TfpbError
        One column only, a name without the other, or one old name for two streets.
    """
    out, faults = renamed_streets(read_table(path, known=ALIAS_COLUMNS))
    if faults:
        raise TfpbError(faults)
    return out
