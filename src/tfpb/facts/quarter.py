"""A quartier prioritaire: the one place that names a quarter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of one of the maps.

    Parameters
    ----------
    code_qpv : str
        `QN05991I`, `QP059061`.
    nom : str
        As its map publishes it; empty where no map and no file names it.
    communes : tuple of str
        Names as published.
    contrat : str
        The contrat de ville it belongs to; empty where no convention says it.
    """

    code_qpv: str
    nom: str = ""
    communes: tuple[str, ...] = ()
    contrat: str = ""

    @property
    def shown(self) -> str:
        """Its name, else its code: a quarter without name is still a quarter."""
        return self.nom or self.code_qpv


class Quarters:
    """The quarters of a dossier, by code; any code has an answer, and one code has one name.

    Parameters
    ----------
    quarters : iterable of Quarter
        The first of a code that has a name rules: maps come before files.
    """

    __slots__ = ("_by_code",)

    def __init__(self, quarters: Iterable[Quarter] = ()) -> None:
        by_code: dict[str, Quarter] = {}
        for one in quarters:
            if one.code_qpv and not by_code.get(one.code_qpv, Quarter("")).nom:
                by_code[one.code_qpv] = one
        self._by_code = by_code

    def __getitem__(self, code_qpv: str) -> Quarter:
        """Return the quarter of a code; one that nothing names bears its code alone."""
        return self._by_code.get(code_qpv) or Quarter(code_qpv)

    def __contains__(self, code_qpv: object) -> bool:
        """Return whether a map or a file names the code."""
        return code_qpv in self._by_code

    def __iter__(self) -> Iterator[Quarter]:
        """Go through the quarters in the order they were given."""
        return iter(self._by_code.values())

    def __len__(self) -> int:
        """Count the quarters."""
        return len(self._by_code)
