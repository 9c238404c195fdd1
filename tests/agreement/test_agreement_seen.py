"""One claim, one value, one word: in every medium of a pack, on the cases once seen to disagree."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import pytest
import tellings
from seen_variants import TWO_QUARTERS, VARIANTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tellings import Span, Telling

    from conftest import Made

pytestmark = pytest.mark.slow
ROUNDING: Final = 1.0
"""Two printed values of one amount: each rounded to the euro, the rest subtracted from rounded ones."""


def written(span: Span) -> str:
    """Write a value as a failing test shows it."""
    low, high = (f"{end:.0f}" if end is not None else "…" for end in span)
    return low if low == high else f"{low} à {high}"


def disagreements(told: list[Telling]) -> dict[tuple[str, str, tuple[str, ...]], list[Telling]]:
    """Return the claims told under several values at once, with one telling of each."""
    by: defaultdict[tuple[str, str], list[Telling]] = defaultdict(list)
    for telling in told:
        by[telling.claim, telling.scope].append(telling)
    out = {}
    for (claim, scope), group in by.items():
        apart = tellings.apart(group, ROUNDING)
        if len(apart) > 1:
            out[claim, scope, tuple(written(g[0].span) for g in apart)] = [g[0] for g in apart]
    return out


@pytest.fixture(params=VARIANTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def made(name: str, variant: Callable[..., Made]) -> Made:
    out = variant(name, VARIANTS[name])
    assert out.code == 0, out.screen
    return out


def test_a_claim_has_one_value(name: str, made: Made) -> None:
    found = disagreements(made.tellings)
    assert not found, [(key, [(t.medium, t.place) for t in some]) for key, some in found.items()]


def test_a_claim_has_one_word(variant: Callable[..., Made]) -> None:
    told = [t for name, edit in VARIANTS.items() for t in variant(name, edit).tellings]
    found = {(t.claim, t.word) for t in told if not t.own_word}
    assert not found


def test_the_readers_find_what_they_look_for(variant: Callable[..., Made]) -> None:
    """A reader that finds nothing would agree with everything."""
    told = variant("exemple", VARIANTS["exemple"]).tellings
    media = {t.medium for t in told}
    for medium in ("écran", "note.pdf", "rapport.pdf", "carte.html",
                   "habitants/QN05991I.pdf", "quartiers/QN05991I.pdf",
                   "dossier.xlsx, Synthèse", "dossier.xlsx, Quartiers",
                   "donnees/quartiers.csv"):  # fmt: skip
        assert medium in media, medium
    of_acquis = {t.medium for t in told if t.claim == "acquis"}
    assert len(of_acquis) > 12


def _quarters_of(made: Made, residence: str) -> dict[str, str]:
    """Return the quarter that each table and the map give a résidence."""
    out = {}
    for path in sorted((made.pack.folder / "donnees").glob("*residences.csv")):
        rows = made.pack.rows(path.stem)
        mine = {r["code_qpv"] for r in rows if r["id_residence"] == residence and r["code_qpv"]}
        mine = {code for code in mine if ", " not in code}  # those of all its notices, listed
        out |= {path.stem: ",".join(sorted(mine))} if mine else {}
    return out


def test_a_residence_of_two_quarters_has_one_main_quarter(variant: Callable[..., Made]) -> None:
    names = ("six et six", "six et six, lignes inversées")
    told = [_quarters_of(variant(n, VARIANTS[n]), TWO_QUARTERS) for n in names]
    assert told[0]
    assert len({q for one in told for q in one.values()}) == 1, told


def test_what_two_spellings_hide_is_under_reserve_not_at_risk(variant: Callable[..., Made]) -> None:
    """The right is not known to be missing: as it is, 12 411 € are at risk and no euro more."""
    names = ("exemple", "bailleur écrit deux fois")
    at_risk = [
        {
            t.span
            for t in variant(n, VARIANTS[n]).tellings
            if t.claim == "a_risque" and t.scope == "total"
        }
        for n in names
    ]
    assert at_risk[1] == at_risk[0]
