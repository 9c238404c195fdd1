"""The order of the rows changes no figure; each doubt answered yes, then no, stays within its bounds."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import pytest
from doubt_variants import DOUBTS, answered
from input_edits import PROGRAMME, STOCK, TAX, unsurveyed
from tellings import TOTAL

from effort import tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from doubt_variants import Doubt
    from input_edits import Inputs
    from pack_reading import Pack

    from conftest import Made

pytestmark = pytest.mark.slow
SHUFFLED: Final = (STOCK, TAX, PROGRAMME, "programme_2024.xlsx", "droit_commun.csv",
                   "diagnostics.csv", "1_599990001_59_20260105_0900_V2024.csv")  # fmt: skip
BY_INPUT_ROW: Final = ("actions", "adresses", "a_regler", "locaux", "residences")
"""Tables whose rows follow those of an input: the same rows, in its order."""
QUOTED: Final = ("sources", "a_regler")
"""`sources` prints the fingerprints of the inputs, which differ; a doubt quotes the first cells it met."""
KNOWN: Final = {"droit_commun"}
"""Tables of which a figure depends on the order of the rows, today: this set may only shorten."""
_ROW: Final = re.compile(r"\blignes? \d+(?: à \d+)?")


def shuffled(seed: int) -> Callable[[Inputs], None]:
    """Return the edit that puts the rows of every input in another order."""

    def edit(inputs: Inputs) -> None:
        unsurveyed(inputs)
        for file in SHUFFLED:
            inputs.shuffled(file, seed)

    return edit


def _rows(pack: Pack, table: str) -> list[tuple[str, ...]]:
    return [
        tuple(_ROW.sub("ligne", text) for title, text in row.items() if title != "ligne_fichier")
        for row in pack.rows(table)
    ]


@pytest.mark.parametrize("seed", range(1, 1 + tries(1, 4)))
def test_the_order_of_the_rows_changes_no_figure(seed: int, variant: Callable[..., Made]) -> None:
    one, two = variant("sans enquête", unsurveyed), variant(f"mélangé {seed}", shuffled(seed))
    tables = sorted(p.stem for p in (one.pack.folder / "donnees").glob("*.csv"))
    assert tables == sorted(p.stem for p in (two.pack.folder / "donnees").glob("*.csv"))
    moved = set()
    for table in tables:
        before, after = _rows(one.pack, table), _rows(two.pack, table)
        same = Counter(before) == Counter(after) if table in BY_INPUT_ROW else before == after
        if not same and table not in QUOTED:
            moved.add(table)
    assert moved == KNOWN
    assert len(_rows(one.pack, "a_regler")) == len(_rows(two.pack, "a_regler"))


def _values(made: Made) -> dict[str, float]:
    """Return what the data and the screen tell of the whole: their largest least."""
    by: defaultdict[str, list[float]] = defaultdict(list)
    for telling in made.tellings:
        if telling.scope == TOTAL and telling.medium in ("écran", "donnees/faits.csv"):
            by[telling.claim].append(telling.span[0] or 0.0)
    return {claim: max(values) for claim, values in by.items()}


@pytest.mark.parametrize("doubt", DOUBTS[: tries(1, len(DOUBTS))], ids=lambda d: d.residence)
@pytest.mark.parametrize("answer", ["dans", "hors"][: tries(1, 2)])
def test_an_answered_doubt_stays_within_its_bounds(
    doubt: Doubt, answer: str, variant: Callable[..., Made]
) -> None:
    """What is under reserve becomes due or not; carried, it becomes acquis or at risk; no more."""
    open_ = _values(variant("sans enquête", unsurveyed))
    told = _values(variant(f"{doubt} {answer}", answered(doubt, answer)))
    weight = open_["sous_reserve"] - told["sous_reserve"]
    assert weight > 0
    assert open_["logements_a_verifier"] - told["logements_a_verifier"] == doubt.logements
    yes = answer == "dans"
    assert told["logements_qpv"] - open_["logements_qpv"] == (doubt.logements if yes else 0)
    gained = {c: told[c] - open_[c] for c in ("acquis", "a_reclamer", "a_risque")}
    due = gained["acquis"] + gained["a_reclamer"]
    carried = gained["acquis"] + gained["a_risque"]
    assert due == pytest.approx(weight if yes else 0, abs=1)
    assert carried == pytest.approx(weight if doubt.carried else 0, abs=1)
    assert all(change >= -1 for change in gained.values()), gained
