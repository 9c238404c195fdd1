"""The example with something taken away: what is then known is less, and nothing may look better."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from input_edits import CONTRIBUTION, PROGRAMME, STOCK, TAX, unsurveyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from input_edits import Inputs

    Edit = Callable[[Inputs], None]

ROLES: Final = ("fiscalite", "programme", "conventions", "decisions", "gmbi", "programme_precedent",
                "droit_commun", "diagnostics")  # fmt: skip
"""Files that may be missing; the day's run takes the first four away."""
CONVENTIONS, EVERYWHERE = "conventions.csv", "droit_commun.csv"
COLUMNS: Final = (
    (TAX, "Taux EPCI (%)"),
    (CONVENTIONS, "date_signature_convention"),
)
"""Columns that the day's run empties; every column of these files with the whole effort."""
LEFT: Final = {(STOCK, "Code résidence"), (STOCK, "Code entrée"), (STOCK, "Nb logts")}
"""Columns without which rows are other rows, not the same ones less known."""


def file_dropped(role: str) -> Edit:
    """Return the edit that takes a file away."""

    def edit(inputs: Inputs) -> None:
        unsurveyed(inputs)
        inputs.without(role)

    return edit


def column_blanked(file: str, column: str) -> Edit:
    """Return the edit that empties a column."""

    def edit(inputs: Inputs) -> None:
        unsurveyed(inputs)
        inputs.rows(file, lambda row: row | {column: None})

    return edit


def notice_unread(notice: str) -> Edit:
    """Return the edit that leaves a notice without any amount."""

    def edit(inputs: Inputs) -> None:
        unsurveyed(inputs)
        assert inputs.rows(
            TAX, lambda row: row | {CONTRIBUTION: None} if row["Avis"] == notice else row
        )

    return edit


def dropped(
    roles: Iterable[str], columns: Iterable[tuple[str, str]], notices: Iterable[str]
) -> dict[str, Edit]:
    """Return what is taken away, by name: these files, these columns, these notices' amounts."""
    out = {f"sans {role}": file_dropped(role) for role in roles}
    out |= {f"{file}, {column} vide": column_blanked(file, column) for file, column in columns}
    return out | {f"avis {notice} sans montant": notice_unread(notice) for notice in notices}


ESTABLISHED: Final = {
    f"{PROGRAMME}, {column} vide": {"prouve", "part_prouvee"} for column in ("Pièce", "Date pièce")
}
"""Where nil is a fact and not an ignorance: what has no piece or no date proves nothing."""
