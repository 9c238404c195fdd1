"""What the geocoder asks of an address base and of the official list of communes.

Two protocols and two frozen values: the index file, an in-memory table of a test or any other base
can stand behind them. Nothing here reads a disk or a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tfpb.model.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """One street, locality or named place of a commune; its addresses are sorted by (number, suffix)."""

    id: str  # identifier of the street in the address base (BAN: `93010_i7xf1o`)
    name: str  # as published, accents mended
    kind: str  # `street`, or `locality` (lieux-dits: no numbers needed)
    postcode: str
    citycode: str  # current INSEE code
    old_city: str  # name of the old commune (déléguée or associée), or empty
    numbers: NDArray[np.int32]
    suffixes: tuple[str, ...] | NDArray[np.str_]  # lower case: `""`, `bis`, `a`…
    x: Floats  # metres, legal projection of the commune, like y
    y: Floats
    ids: tuple[str, ...] | None
    """Of addresses; None when they are `{id}_{number:05d}`, then `_{suffix}` if there is one."""
    parcels: tuple[str, ...] | None  # cadastral references of the addresses
    centre: tuple[float, float]  # metres; of a locality, or a street without numbers


@dataclass(frozen=True, slots=True, eq=False)
class CommuneAddresses:
    """All streets of one current commune, by its INSEE code and name."""

    citycode: str
    city: str
    streets: tuple[Street, ...]


class AddressSource(Protocol):
    """An address base, read commune by commune."""

    def commune(self, citycode: str) -> CommuneAddresses | None:
        """Return the addresses of a current commune, None when the base does not hold it."""
        ...

    @property
    def vintage(self) -> str:
        """Name and date of the base, as it stands in `result_source`."""
        ...


class CommuneTable(Protocol):
    """The official code list of communes with its history (`tfpb.addresses.communes`)."""

    def __hash__(self) -> int:
        """Return the same for the same list: what is indexed of it is kept."""
        ...

    def resolve(self, code: str) -> str | None:
        """Turn any INSEE code, old or current, into the current one; None when unknown."""
        ...

    def by_name(self, name_folded: str) -> tuple[str, ...]:
        """Return the current codes a folded name (`tfpb.text.fold`) bears or bore."""
        ...

    def all_names(self) -> Iterable[str]:
        """Return every folded name that a commune bears or bore."""
        ...

    def by_postcode(self, postcode: str) -> tuple[str, ...]:
        """Return the current codes a postcode serves."""
        ...

    def name(self, code: str) -> str:
        """Return the official name of a current code."""
        ...

    def arrondissements(self, code: str) -> tuple[str, ...]:
        """Return the codes of the arrondissements of Paris, Lyon or Marseille, else nothing."""
        ...
