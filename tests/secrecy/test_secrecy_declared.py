"""The tree is declared at a wave's first release: every level that the stock gives, printed or not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from test_secrecy_printed import estimates, stock

from tfpb.facts.quarter import Quarter, Quarters
from tfpb.pipeline.steps.surveying import with_contrats
from tfpb.survey import Release, Released, protect, reprinted, together
from tfpb.survey.secrecy.disclosure import sealed

if TYPE_CHECKING:
    from tfpb.model.survey import Published


@pytest.fixture(scope="module")
def before() -> Released:
    """Release a survey that prints no territory."""
    homes = stock()
    line = Release.of(list("ABCDE"), "un", "2026-01-01", homes, protect(estimates(()))).line()
    return together([Release.read(line)], "ABCDE")


def printed(before: Released, by: tuple[str, ...]) -> Published:
    return reprinted(protect(estimates(by)), before)


def test_a_level_of_the_stock_may_be_printed_by_a_later_release(before: Released) -> None:
    levels = ("code_qpv", "type_habitat")
    assert set(levels) <= set(before.levels)
    made = printed(before, levels)
    rows = made.comparison.query("groupe == 'qpv' and ajustement == 'brut'")
    for level in levels:
        assert "publiable" in set(rows.loc[rows["niveau"] == level, "publication"])
    assert [n for n in made.notices if n.code == "niveau_hors_arbre"] == []


def test_a_level_that_was_not_declared_is_masked_and_doubted(before: Released) -> None:
    made = estimates(("type_habitat",))
    other = {"type_habitat": "autre"}
    waves = tuple(
        replace(w, places=w.places.rename(columns=other), alike=()) for w in made.households
    )
    rows = made.comparison.assign(niveau=made.comparison["niveau"].replace("type_habitat", "autre"))
    again = reprinted(protect(replace(made, comparison=rows, households=waves)), before)
    told = again.comparison.query("niveau == 'autre'")
    assert len(told)
    assert set(told["publication"]) <= {"masque", "non_calculable"}
    assert [n.fields["niveau"] for n in again.notices if n.code == "niveau_hors_arbre"] == ["autre"]


def test_contrats_are_levels_before_any_page_prints_one() -> None:
    homes = pd.DataFrame(
        {
            "cote": ["dans", "dans", "hors", "hors", "a_verifier"],
            "code_qpv": ["Q1", "Q2", "", "", "Q1"],
            "code_insee": ["59001", "59002", "59001", "59003", "59001"],
        }
    )
    quarters = Quarters([Quarter("Q1", "Un", contrat="C1"), Quarter("Q2", "Deux", contrat="C2")])
    made = with_contrats(homes, quarters)
    assert made["contrat_de_ville"].tolist() == ["C1", "C2", "C1", "", "C1"]
    two = with_contrats(homes.assign(code_insee="59001"), quarters)
    assert two["contrat_de_ville"].tolist() == ["C1", "C2", "", "", ""]  # a commune of two
    assert "contrat_de_ville" not in with_contrats(homes, Quarters([Quarter("Q1"), Quarter("Q2")]))


FIGURE = {
    "comparison": "estimation",
    "levels": "estimation",
    "priorities": "performance",
    "variants": "estimation",
}


def test_every_table_of_a_later_release_is_printed_as_it_was() -> None:
    """Levels were worked out again at each release: their rank was read as another number than it was."""
    now = protect(estimates())
    line = Release.of(list("ABCDE"), "un", "2026-01-01", stock(), now).line()
    before = together([Release.read(line)], "ABCDE")
    moved = {t: getattr(now, t) for t in FIGURE}
    moved = {t: m.assign(**{FIGURE[t]: m[FIGURE[t]] + 0.02}) for t, m in moved.items()}
    again = reprinted(sealed(now, moved), before)
    for name, column in FIGURE.items():
        first, then = (getattr(p, name) for p in (now, again))
        assert first[column].notna().sum() > 20, name
        pd.testing.assert_series_equal(first[column], then[column], check_exact=False, rtol=1e-7)
