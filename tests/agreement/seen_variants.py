"""The cases in which one fact was told under several values: facts.md, « Seen by running »."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from input_edits import CONTRIBUTION, STOCK, TAX, unsurveyed

if TYPE_CHECKING:
    from collections.abc import Callable

    from input_edits import Inputs, Row

    Edit = Callable[[Inputs], None]

TWO_QUARTERS: Final = "00111"
"""A résidence of two entrances, moved so that each has six dwellings, each in its own quarter."""
_OTHER_ADDRESS: Final = "00925"
"""A résidence of the other quarter, whose first address the second entrance takes."""
GARBLED: Final = "25 59 999 001 1"


def as_it_is(_: Inputs) -> None:
    """Leave the example as it is."""


def without_contributions(inputs: Inputs) -> None:
    """Leave no amount on any notice: what is carried is not known, what is due can be computed."""
    inputs.blank(TAX, CONTRIBUTION)


def landlord_spelt_twice(inputs: Inputs) -> None:
    """Spell the landlord's name another way from the middle of the stock on."""
    changed = inputs.rows(
        STOCK,
        lambda row: (
            row | {"Organisme": "Sté Habitat Valmontois"}
            if row["Code résidence"] > "01000"
            else row
        ),
    )
    assert changed


def one_notice_garbled(inputs: Inputs) -> None:
    """Leave amounts that nothing explains on the notice that bears premises to claim.

    A blank is no notice yet, a text a fault: what is there and not understood is a number.
    """
    changed = inputs.rows(
        TAX, lambda row: row | {CONTRIBUTION: 7} if row["Avis"] == GARBLED else row
    )
    assert changed > 1


def six_and_six(inputs: Inputs) -> None:
    """Give six dwellings to two entrances, one a quarter: neither has most of them."""
    found: list[str] = []

    def other(row: Row) -> Row:
        if row["Code résidence"] == _OTHER_ADDRESS and not found:
            found.append(row["Adresse"])
        return row

    inputs.rows(STOCK, other)
    assert inputs.rows(STOCK, lambda row: _six(row, found[0])) == 2
    assert inputs.rows(TAX, _six_taxed) == 2


def six_and_six_turned(inputs: Inputs) -> None:
    """Do the same, the two entrances in the other order."""
    six_and_six(inputs)
    both: dict[str, Row] = {}

    def read(row: Row) -> Row:
        if row["Code résidence"] == TWO_QUARTERS:
            both[row["Code entrée"]] = dict(row)
        return row

    inputs.rows(STOCK, read)
    one, two = both
    turned = {one: both[two], two: both[one]}
    assert inputs.rows(STOCK, lambda row: turned.get(row["Code entrée"], row)) == 2


def _six(row: Row, address: str) -> Row:
    if row["Code résidence"] != TWO_QUARTERS:
        return row
    moved = {"Adresse": address} if row["Code entrée"].endswith("-B") else {}
    return row | {"Nb logts": 6} | moved


def _six_taxed(row: Row) -> Row:
    return row | {"Logements": 6} if row["Code résidence"] == TWO_QUARTERS else row


def _unsurveyed(edit: Edit) -> Edit:
    """Add the survey's leaving: it has no part in these cases, and a pack is made faster without."""

    def both(inputs: Inputs) -> None:
        unsurveyed(inputs)
        edit(inputs)

    return both


VARIANTS: Final[dict[str, Edit]] = {
    "exemple": as_it_is,
    "sans cotisations": _unsurveyed(without_contributions),
    "bailleur écrit deux fois": _unsurveyed(landlord_spelt_twice),
    "un avis illisible": _unsurveyed(one_notice_garbled),
    "six et six": _unsurveyed(six_and_six),
    "six et six, lignes inversées": _unsurveyed(six_and_six_turned),
}
