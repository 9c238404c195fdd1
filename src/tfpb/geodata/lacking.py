"""What imported geography lacks for the communes of a stock, and the official file that has it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfpb.addresses.communes import Communes
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.geodata.catalogue import catalogue, portal
from tfpb.geodata.qpv_imports import load_qpv
from tfpb.model.location import department_of
from tfpb.perimeters import ruling_vintage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Lack:
    """What lacks in one département."""

    department: str
    towns: tuple[str, ...]  # communes of the stock without an address, those of most rows first
    rows: int  # their rows of the stock
    bare: tuple[str, ...]  # communes without parcels, which settle doubts near a limit
    no_quarter: bool  # the ruling map is there, without any quarter of the département
    addresses: str  # place of the official files
    parcels: str  # place of the official files


def lacks_of(
    towns: Mapping[tuple[str, str, str], int], folder: Path, year: int
) -> tuple[Lack, ...]:
    """Return what a folder of geography lacks for communes as a stock writes them, in a tax year.

    `towns`: code, name and postcode, as written → rows; an unknown commune is another fault.
    """
    store = AddressStore(folder / FILE_NAME) if (folder / FILE_NAME).is_file() else None
    communes = store.communes() if store is not None else Communes.load()
    held = set(store.citycodes()) if store is not None else set()
    drawn = {path.stem for path in (folder / "parcelles").glob("*.json")}
    found = load_qpv(folder, ruling_vintage(year, ""))
    bare: dict[str, Counter[str]] = {}
    unheld: dict[str, Counter[str]] = {}
    for written, rows in towns.items():
        codes = communes.written(*written)
        if not codes:
            continue
        code = min(codes)
        name = communes.name(code) or written[1]
        for lacking, there in ((unheld, held), (bare, drawn)):
            ours = lacking.setdefault(department_of(code), Counter())
            if not codes & there:
                ours[name] += rows
    return tuple(
        Lack(
            department, _most(unheld[department]), sum(unheld[department].values()), _most(ours),
            found is not None and not found.is_national and department not in found.departments,
            _address("adresses", department), _address("parcelles", department),
        )
        for department, ours in sorted(bare.items())
    )  # fmt: skip


def _most(rows: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(rows, key=lambda name: (-rows[name], name)))


def _address(key: str, department: str) -> str:
    """Return where the official file of a département is."""
    source = catalogue()[key]
    return f"{portal(source.portal)}/{source.path.format(departement=department)}"
