"""The official list of communes, with its history: any code, old or current, leads to today's.

The table is package data made by `geodata/make_communes.py` from the official code list as npm
publishes it; its version, licence and hash are in `communes.json`.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import resources
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from tfpb.model.location import Place
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

_TABLE: Final = "communes.csv.gz"
_CODE_LENGTH: Final = 5
_SAINT: Final = re.compile(r"\bst(e?)\b")
_CODES: Final = ("result_citycode", "code_insee", "Code INSEE")
_TERRITORIES: Final = {
    "departement": ("departement", 0), "siren_epci": ("epci", 0), "nom_epci": ("epci", 1),
    "region": ("region", 0),
}  # fmt: skip
"""Column of a table → level of territory, and whether its code (0) or its name."""
_LEVELS: Final = {"e": "epci", "p": "departement", "r": "region"}
"""Kind of line in the packaged table → level of territory."""
# communes of Guadeloupe until 2007, collectivities of their own since
_LEFT: Final = {"97123": "97701", "97127": "97801"}


class Commune(NamedTuple):
    """One line of the list: a tuple, for tens of thousands are read at the start of a command."""

    code: str  # INSEE code of the line itself
    name: str  # as published, accents included
    kind: str  # `c` current, `d` déléguée, `a` associée, `m` arrondissement of Paris, Lyon or Marseille
    parent: str  # Current code an old commune or an arrondissement belongs to; empty for current communes
    postcodes: tuple[str, ...]
    former: tuple[str, ...]  # codes merged into this one
    epci: str  # SIREN, may be empty
    departement: str
    region: str


class Lines(Mapping[str, Commune]):
    """Lines of the table by code, each read on demand: a command requires a few of them.

    `added` are communes of other codes, after them.
    """

    def __init__(self, lines: dict[str, str], added: dict[str, Commune]) -> None:
        self.lines = lines
        self.added = added
        self._read = dict(added)

    def __getitem__(self, code: str) -> Commune:
        if code not in self._read:
            self._read[code] = _commune(self.lines[code])
        return self._read[code]

    def __contains__(self, code: object) -> bool:
        return code in self.lines or code in self.added

    def __iter__(self) -> Iterator[str]:
        return chain(self.lines, self.added)

    def __len__(self) -> int:
        return len(self.lines) + len(self.added)


@dataclass(frozen=True, eq=False)
class Communes:
    """The list, indexed. Build it with `Communes.load()`; it implements `CommuneTable`.

    Two lists are equal when they are one object: what is indexed of a list is kept by it.
    """

    current: Lines  # current communes and arrondissements, by code
    old: dict[str, tuple[Commune, ...]]  # old communes, by their own code
    former: dict[str, str]  # old code → current code
    children: dict[str, tuple[str, ...]]  # city → codes of its arrondissements
    postcodes: dict[str, tuple[str, ...]]  # postcode → current codes it serves
    territories: dict[tuple[str, str], str]
    """Level (`epci`, `departement`, `region`) and code → name."""

    @classmethod
    def load(cls) -> Communes:
        """Read the table shipped with the package (once a process)."""
        return _load()

    def extended(self, places: Iterable[tuple[str, str, tuple[str, ...]]]) -> Communes:
        """Return the list with unknown places (an invented commune, a newer code)."""
        new = [place for place in places if self.resolve(place[0]) is None]
        if not new:
            return self
        added = dict(self.current.added)
        postcodes = dict(self.postcodes)
        for code, name, served in new:
            added[code] = Commune(code, name, "c", "", served, (), "", "", "")
            for postcode in served:
                postcodes[postcode] = (*postcodes.get(postcode, ()), code)
        return replace(self, current=Lines(self.current.lines, added), postcodes=postcodes)

    def resolve(self, code: str) -> str | None:
        """Return the current code of any code, old or current; None when the list does not know it.

        Arrondissements of Paris, Lyon and Marseille are kept as they are: addresses are filed
        under them. A lost leading zero (« 1004 »), lower case (« 2a004 ») and the Corsican codes of
        before 1976 (« 20004 ») are understood.
        """
        code = code.strip().upper()
        if code.isdigit():
            code = code.zfill(_CODE_LENGTH)
        if code in self.current:
            return code
        if code in self.former:
            return self.former[code]
        if code in _LEFT:
            return _LEFT[code]
        if code.startswith("20"):
            for island in ("2A", "2B"):
                found = self.resolve(island + code[2:])
                if found:
                    return found
        return None

    def by_name(self, name_folded: str) -> tuple[str, ...]:
        """Return current codes of the communes that have, or had, a name reduced by `tfpb.text.fold`."""
        return self._names.get(name_folded, ())

    def all_names(self) -> Iterable[str]:
        """Return every folded name that a commune bears or bore."""
        return self._names

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, dict[str, None]] = {}
        for commune in self.current.values():
            names.setdefault(fold(commune.name), {})[commune.code] = None
        # old names after current ones: who writes « Lille » means the commune of today first
        for olds in self.old.values():
            for commune in olds:
                names.setdefault(fold(commune.name), {})[commune.parent] = None
        return {name: tuple(codes) for name, codes in names.items()}

    def by_postcode(self, postcode: str) -> tuple[str, ...]:
        """Return current codes served by a postcode, arrondissements rather than their city."""
        return self.postcodes.get(postcode, ())

    def written(self, code: str, name: str, postcode: str) -> set[str]:
        """Return the codes that a commune may have: of its code, else of its name and postcode."""
        if (known := self.resolve(code) if code else None) is not None:
            return {known, *self.arrondissements(known)}
        named = set(self.by_name(whole_name(name))) if name else set()
        served = set(self.by_postcode(postcode.zfill(5))) if postcode else set()
        return (named & served) or served or named

    def name(self, code: str) -> str:
        """Return the name of a commune by any of its codes; empty when unknown."""
        current = self.resolve(code)
        return self.current[current].name if current else ""

    def old_name(self, code: str) -> str:
        """Return the name of an old commune by its own code; empty when it is not one."""
        olds = self.old.get(code, ())
        return olds[0].name if olds else ""

    def arrondissements(self, code: str) -> tuple[str, ...]:
        """Return the municipal arrondissements of Paris, Lyon or Marseille, else nothing."""
        return self.children.get(code, ())

    def city(self, code: str) -> str:
        """Return the commune an arrondissement belongs to, or the current code itself."""
        current = self.resolve(code) or code
        found = self.current.get(current)
        return found.parent if found and found.parent else current

    def territory(self, code: str, level: str) -> tuple[str, str]:
        """Return the code (SIREN of an EPCI) and the name of a territory of a commune, or two empties."""
        own: str = getattr(self.current.get(self.city(code)), level, "")
        return own, self.territories.get((level, own), "")


def whole_name(name: str) -> str:
    """Return a folded name of commune, « ST » and « STE » written in full."""
    return _SAINT.sub(lambda m: "saint" + m[1], fold(name))


def with_territories(
    frame: pd.DataFrame, wanted: Iterable[str], communes: Communes
) -> pd.DataFrame:
    """Add the territory columns wanted, from the commune of each row (`result_citycode` or `code_insee`).

    `departement`, `siren_epci`, `nom_epci` and `region` are known, empty where the commune is not; a column
    that the frame already has is unchanged.
    """
    code = next((c for c in _CODES if c in frame), None)
    if code is None:
        return frame
    asked = {n: _TERRITORIES[n] for n in wanted if n in _TERRITORIES and n not in frame}
    added = {
        name: [communes.territory(str(c), level)[part] if c else "" for c in frame[code]]
        for name, (level, part) in asked.items()
    }
    return frame.assign(**added)


def places(codes: Iterable[str], communes: Communes) -> tuple[Place, ...]:
    """Return the territories of communes, by INSEE code, in order; an arrondissement keeps its own code."""
    return tuple(
        Place(c, communes.name(c), *communes.territory(c, "epci"), *communes.territory(c, "region"))
        for c in codes
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _commune(line: str) -> Commune:
    kind, code, name, parent, postcodes, former, *territories = line.split(";")
    return Commune(code, name, kind, parent, _split(postcodes), _split(former), *territories)


@lru_cache(maxsize=1)
def _load() -> Communes:
    zipped = (resources.files("tfpb.addresses") / "data" / _TABLE).read_bytes()
    current: dict[str, str] = {}
    old: dict[str, list[Commune]] = {}
    former_codes: dict[str, str] = {}
    children: dict[str, list[str]] = {}
    served: dict[str, list[str]] = {}
    territories: dict[tuple[str, str], str] = {}
    for line in gzip.decompress(zipped).decode("utf-8").splitlines():
        kind, code, name, *rest = line.split(";", 6)
        if kind in _LEVELS:
            territories[_LEVELS[kind], code] = name
        elif kind in "cm":
            current[code] = line
            parent, postcodes, former, _ = rest
            if former:
                for before in former.split("|"):
                    former_codes.setdefault(before, code)
            if kind == "m":
                children.setdefault(parent, []).append(code)
            for postcode in _split(postcodes):
                served.setdefault(postcode, []).append(code)
        else:
            old.setdefault(code, []).append(_commune(line))
    communes = Lines(current, {})
    for city in children:  # its arrondissements are served, rather than itself
        for postcode in communes[city].postcodes:
            served[postcode].remove(city)
    former_codes |= {code: olds[0].parent for code, olds in old.items()}
    return Communes(
        current=communes,
        old={code: tuple(olds) for code, olds in old.items()},
        former={old: now for old, now in former_codes.items() if old not in current},
        children={code: tuple(codes) for code, codes in children.items()},
        postcodes={code: tuple(codes) for code, codes in served.items()},
        territories=territories,
    )
