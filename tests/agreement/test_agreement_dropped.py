"""A file, a column, the amounts of a notice taken away: no nil where nothing is known, nothing better.

The day's run makes few packs: four files, two columns, one notice. ``TFPB_ESSAIS=tous`` empties every
column of five inputs and each notice in turn.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dropped_variants import (
    COLUMNS,
    CONVENTIONS,
    ESTABLISHED,
    EVERYWHERE,
    LEFT,
    ROLES,
    dropped,
)
from input_edits import PROGRAMME, STOCK, TAX, Inputs, unsurveyed
from knowing_less import better, nil_told, put_under_reserve
from seen_variants import VARIANTS

from effort import tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Made

pytestmark = pytest.mark.slow
EXAMPLE = Inputs(Path(__file__).parents[2] / "examples" / "valmont")
EVERY_COLUMN = [
    (file, column)
    for file in (TAX, PROGRAMME, CONVENTIONS, EVERYWHERE, STOCK)
    for column in EXAMPLE.titles(file)
    if (file, column) not in LEFT
]
EVERY_NOTICE = sorted(set(EXAMPLE.column(TAX, "Avis")))
DROPPED = dropped(
    ROLES[: tries(4, len(ROLES))],
    EVERY_COLUMN[: tries(0, len(EVERY_COLUMN))] or COLUMNS,
    EVERY_NOTICE[: tries(0, len(EVERY_NOTICE))],
) | {name: VARIANTS[name] for name in ("sans cotisations", "un avis illisible")}


@pytest.fixture(params=DROPPED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def less(name: str, variant: Callable[..., Made]) -> Made:
    """Return the pack that knows less; where the loss is a fault, that is what is said, and no pack."""
    made = variant(name, DROPPED[name])
    if made.code == 2:
        assert "faute" in made.screen
        assert not made.pack.folder.exists()
        pytest.skip("une faute, et rien d’écrit")
    assert made.code == 0, made.screen
    return made


@pytest.fixture
def more(variant: Callable[..., Made]) -> Made:
    return variant("sans enquête", unsurveyed)


def test_nothing_is_better_nor_nil_because_less_is_known(name: str, less: Made, more: Made) -> None:
    assert not list(better(less, more))
    known = ESTABLISHED.get(name, ())
    nil = [n for n in nil_told(less, more) if n[0] not in known]
    assert not [n for n in nil if not known or "prouv" not in " ".join(n)]  # in tables, sentences


def test_what_is_put_under_reserve_is_compared_with_care(variant: Callable[..., Made]) -> None:
    """Without its decisions a quarter acquires less, all under reserve; without its notices, nothing is."""
    more, less = (
        variant("sans enquête", unsurveyed),
        variant("sans decisions", DROPPED["sans decisions"]),
    )
    assert put_under_reserve(less, more) == {"QN05992M", "total"}
    blank = "sans cotisations"
    assert not put_under_reserve(variant(blank, DROPPED[blank]), more)


def test_less_is_known_of_something(more: Made, variant: Callable[..., Made]) -> None:
    """Taking the money's file away leaves fewer claims: the comparison has two sides."""
    without = variant("sans fiscalite", DROPPED["sans fiscalite"])
    assert {t.claim for t in without.tellings} < {t.claim for t in more.tellings}


def test_a_blank_date_puts_under_reserve_not_at_risk(
    more: Made, variant: Callable[..., Made]
) -> None:
    name = f"{CONVENTIONS}, date_signature_convention vide"
    at_risk = [
        {t.span for t in made.tellings if t.claim == "a_risque" and t.scope == "total"}
        for made in (more, variant(name, DROPPED[name]))
    ]
    assert at_risk[1] == at_risk[0]
