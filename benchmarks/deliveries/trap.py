"""What a trap is: a kind, the file it spoils, and the words by which a message would name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deliveries.dossier import Dossier, Shape

if TYPE_CHECKING:
    import random as randoms

    from deliveries.book import Book, Sheet

Spoil = Callable[[Dossier, "randoms.Random"], "list[str]"]


@dataclass(frozen=True)
class Trap:
    """One kind of fault of a table.

    Attributes
    ----------
    spoil : callable
        Changes a clean dossier in place; returns patterns, one of which a message that finds the trap
        would hold.
    role : str
        The file that is spoiled, as `[fichiers]` names it.
    harmless : bool
        A reading that ignores the oddity is right: nothing has to be asked.
    """

    kind: str
    role: str
    spoil: Spoil
    shape: Shape = field(default_factory=Shape)
    places: tuple[str, ...] = ()
    harmless: bool = False
    repeats: int = 2


TRAPS: list[Trap] = []


def trap(
    kind: str,
    role: str,
    *,
    shape: Shape | None = None,
    places: tuple[str, ...] = (),
    harmless: bool = False,
    repeats: int = 2,
) -> Callable[[Spoil], Spoil]:
    """Enter a function in the list of traps."""

    def enter(spoil: Spoil) -> Spoil:
        chosen = shape or Shape(
            programme=role == "programme",
            survey=role == "enquete",
            tax=role in ("patrimoine", "fiscalite", "programme"),
        )
        TRAPS.append(Trap(kind, role, spoil, chosen, places, harmless, repeats))
        return spoil

    return enter


def as_form(book: Book, form: str, extension: str = "") -> Book:
    """Give a file another form and, by default, the extension that goes with it."""
    book.form = form
    stem = book.name.rsplit(".", 1)[0]
    book.name = f"{stem}.{extension or form}"
    return book


def sheet_of(dossier: Dossier, role: str, form: str = "xlsx") -> Sheet:
    """Take the main sheet of a file, made a workbook unless told otherwise."""
    return as_form(dossier.books[role], form).main


def places_of(sheet: Sheet, positions: list[int]) -> list[str]:
    """Patterns that a message bears when it names one of these rows."""
    return [rf"lignes?\b[^.]*\b{sheet.first + position}\b" for position in positions]


def landlord(dossier: Dossier, fraction: float, random: randoms.Random, role: str) -> list[int]:
    """Draw positions of rows, at least two."""
    count = len(dossier.books[role].main.rows)
    return sorted(random.sample(range(count), max(2, round(count * fraction))))
