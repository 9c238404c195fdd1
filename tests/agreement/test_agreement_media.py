"""Each claim is in the media that must tell it, in a pack where it is neither nil nor unknown."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from seen_variants import as_it_is
from tellings import TOTAL, quarters

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Made

pytestmark = pytest.mark.slow
NIL = (0.0, 0.0)


@pytest.fixture
def made(variant: Callable[..., Made]) -> Made:
    return variant("exemple", as_it_is)


def _expected() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((Path(__file__).parent / "media.toml").read_text(encoding="utf-8"))


def _of_something(made: Made) -> set[tuple[str, str]]:
    """Return the claims and scopes of which some medium tells more than nil."""
    return {(t.claim, t.scope) for t in made.tellings if t.span != NIL}


def test_each_medium_tells_the_claims_of_the_whole(made: Made) -> None:
    found = {(t.medium, t.claim) for t in made.tellings if t.scope == TOTAL}
    wanted = {(m, claim) for m, claims in _expected()["total"].items() for claim in claims}
    assert wanted - found == set()


def test_each_medium_tells_the_claims_of_each_quarter(made: Made) -> None:
    found = {(t.medium, t.claim, t.scope) for t in made.tellings}
    wanted = {
        (m.format(code=code), claim, code)
        for m, claims in _expected()["quartier"].items()
        for claim in claims
        for code in quarters(made.pack)
        if (claim, code) in _of_something(made)
    }
    assert wanted - found == set()


def test_the_example_has_something_to_tell_in_two_quarters(made: Made) -> None:
    """Without amounts to claim and under reserve, the tests above would look for little."""
    told = _of_something(made)
    assert {("a_reclamer", c) for c in ("QN05991I", "QN05992M")} <= told
    assert {("sous_reserve", c) for c in ("QN05991I", "QN05992M")} <= told


def test_the_note_has_a_row_a_quarter(made: Made) -> None:
    """The row that begins with a quarter's name bears its acquis, what has its piece and what lacks."""
    told = {(t.claim, t.scope): t.span[0] for t in made.tellings if t.medium.startswith("donnees/")}
    lines = [line.strip() for line in made.pack.pdf("note.pdf").splitlines()]
    for code, name in quarters(made.pack).items():
        row = next(line for line in lines if line.startswith(name) and "€" not in line)
        for claim in ("acquis", "prouve", "reste_a_justifier"):
            assert f"{told[claim, code]:,.0f}".replace(",", " ") in row.replace("\u202f", " "), row
