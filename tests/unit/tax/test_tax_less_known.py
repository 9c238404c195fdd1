"""Take something away from a dossier of money: nothing looks better, and what is lost is told.

Few worlds by day; a thousand with ``TFPB_ESSAIS=tous``. Each is computed whole, then with one thing less of
every kind (``money_worlds.py``): a cell blank, garbled or contradicted, a date, a piece, a row, a file.
"""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest
from money_worlds import DATES, SOUND, Told, World, drawn, taken_away, told

from effort import tries
from tfpb.errors import TfpbError
from tfpb.facts.amount import known, total, unknown
from tfpb.facts.claim import TOTAL, State, axis_scope, is_quarter
from tfpb.model.legal.axis_table import AXES

if TYPE_CHECKING:
    from collections.abc import Iterator

MAY_NOT_RISE: Final = ("acquis", "a_reclamer", "justifie", "prouve")
OPEN: Final = ("sous_reserve", "a_risque", "non_lu", "a_prouver", "logements_sans_avis", "perdu")
"""Claims that say what is lost where what is established falls."""


def _sound(seed: int) -> tuple[World, Told]:
    """Draw a world that is no fault: an action of a quarter where nothing is abated is one."""
    for again in range(100):
        world = drawn(seed * 100 + again)
        try:
            return world, told(world)
        except TfpbError:
            continue
    raise AssertionError(seed)


def _rises(full: Told, less: Told) -> Iterator[tuple[str, str]]:
    for name in MAY_NOT_RISE:
        for scope in (*full.claims.scopes(name), TOTAL):
            if " " in scope:  # what an axis brings is shared: what one loses another may take
                continue
            if less.claims.has(name, scope):
                before, after = (t.claims.amount(name, scope).at_least for t in (full, less))
                if after > before + 1:
                    yield name, f"{scope} : {before} → {after}"


def _is_told(full: Told, less: Told) -> bool:
    """Return whether a fall is told: a claim of its own, one that is not known, or a question."""
    if {(d.code, d.got) for d in less.doubts} - {(d.code, d.got) for d in full.doubts}:
        return True
    more = (less.claims.amount(n).at_least > full.claims.amount(n).at_least for n in OPEN)
    return any(more) or any(less.claims.get(n).state is not State.CONNU for n in MAY_NOT_RISE)


def _brings_more(world: World, poorer: World, full: Told, less: Told) -> Iterator[str]:
    """Yield the actions that bring more once they themselves have lost something."""
    for k, row in enumerate(world.actions):
        name = row["id_action"]
        own = f"{row['piece']}.pdf"
        lost = own in (world.pieces or ()) and own not in (poorer.pieces or ())
        if (row == poorer.actions[k] and not lost) or not {name} <= {*less.shares} & {*full.shares}:
            continue
        for what in ("prouve", "justifie"):
            before, after = (getattr(t.shares[name], what) for t in (full, less))
            if after > before + _CENTS:
                yield f"{name} {what} : {before} → {after}"


_CENTS: Final = Decimal("0.02")
"""Two sharings, by axis then by action, each to the cent."""


def _does_not_add_up(world: World, held: Told) -> Iterator[str]:
    """Yield the quarters whose claim is not the sum of its axes, nor of its actions, where it is known."""
    for name in ("justifie", "prouve"):
        for scope in (*filter(is_quarter, held.claims.scopes(name)), TOTAL):
            own = held.claims.amount(name, scope)
            axes = total(held.claims.amount(name, axis_scope(a, scope)) for a in AXES)
            here = {a["id_action"] for a in world.actions if scope in (TOTAL, a["code_qpv"])}
            each = total(
                known(getattr(held.shares[k], name)) if k in held.shares else unknown("non_etabli")
                for k in here
            )
            for parts in (axes, each):
                apart = parts.is_known and own.is_known and parts != own
                if apart or parts.at_least > own.at_least:
                    yield f"{name} {scope} : {parts!r}, {own!r}"


@pytest.mark.parametrize("seed", range(1, 1 + tries(1, 1000)))
def test_knowing_less_tells_no_more_and_says_what_is_lost(seed: int) -> None:
    world, full = _sound(seed)
    kinds = 0
    assert not list(_does_not_add_up(world, full)), seed
    for poorer in taken_away(world, seed):
        what = f"graine {seed} : {poorer.gone[-1]}"
        try:
            less = told(poorer)
        except TfpbError:
            continue  # a fault: nothing is told at all
        kinds += 1
        assert not list(_rises(full, less)), what
        assert not list(_brings_more(world, poorer, full, less)), what
        assert not list(_does_not_add_up(poorer, less)), what
        lower = any(
            less.claims.amount(n).at_least < full.claims.amount(n).at_least - 1
            for n in MAY_NOT_RISE
        )
        assert not lower or _is_told(full, less), what
    assert kinds > 10


@pytest.mark.parametrize("seed", range(1, 1 + tries(2, 200)))
def test_at_best_is_what_is_due_once_every_doubt_is_lifted(seed: int) -> None:
    """Dates blank or out of order, a name spelt otherwise, sides in doubt: at best is what they settle at."""
    chance = random.Random(seed)  # noqa: S311 - a world, not a secret
    doubted, _ = _sound(seed)
    for one in doubted.conventions or []:
        one.update(SOUND)
    lifted = doubted.less("doutes levés", lambda w: None)
    for door in lifted.doors:
        if door["qpv_statut"] == "a_verifier":
            door |= {"qpv_statut": "dans", "qpv_code": door["qpv_proche_code"]}
    for one in doubted.conventions or []:
        one.update(
            chance.choice(
                [{date: ""} for date in DATES]
                + [{"bailleur": "Sté Habitat Valmontois"}, {"date_declaration": "2024-12-01"}, {}]
            )
        )
    open_, settled = told(doubted).claims, told(lifted).claims
    assert settled.amount("sous_reserve").is_nil
    assert open_.amount("au_mieux").at_least == settled.amount("au_mieux").at_least
    assert open_.amount("acquis").at_least <= settled.amount("acquis").at_least
