"""What an open question on the deliveries leaves: figures to be confirmed, nothing concluded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from surveycases import make_delivery, make_plan

from tfpb.facts.survey_claims import state_of_row
from tfpb.model.codes import ENSEMBLE, SHOWN
from tfpb.survey import compare, protect, recode
from tfpb.survey.unread import to_confirm

if TYPE_CHECKING:
    from tfpb.model.survey import Published


@pytest.fixture(scope="module")
def whole() -> Published:
    return protect(compare(recode([make_delivery(4)], make_plan()), make_plan()), crossed=None)


@pytest.mark.parametrize("assumed", [False, True])
def test_every_figure_is_to_confirm_and_nothing_is_concluded(
    whole: Published,
    assumed: bool,  # noqa: FBT001
) -> None:
    """A share stayed « connu », or « peu de résidences », beside a gap to be confirmed."""
    before = whole.comparison[whole.comparison["publication"].isin(SHOWN)]
    assert (before["peu_de_reponses"] != "").any()
    rows = to_confirm(whole, assumed=assumed).comparison
    shown = rows[rows["publication"].isin(SHOWN)]
    assert set(shown["groupe"]) >= {"qpv", "hors_qpv", "ecart", "evolution_ecart"}
    assert set(shown["verdict"]) == {"a_confirmer"}
    for column in ("isole", "assurance", "autre_histoire", "peu_de_reponses"):
        assert set(shown[column]) == {""}, column
    assert shown[["bascule", "marge_demontree_points"]].isna().all(axis=None)
    assert (shown["estimation"] == before["estimation"]).all()
    states = {
        str(state_of_row(v, p, few=f))
        for v, p, f in shown[["verdict", "publication", "peu_de_reponses"]].to_numpy()
    }
    assert states == {"a_confirmer"}


def test_a_question_on_one_bailleur_leaves_the_others_as_they_are(whole: Published) -> None:
    rows = to_confirm(whole, frozenset({"A"})).comparison
    shown = rows[rows["publication"].isin(SHOWN)]
    waits = shown["verdict"] == "a_confirmer"
    assert set(shown.loc[waits, "bailleur"]) == {"A", ENSEMBLE}
    others = ~shown["bailleur"].isin(["A", ENSEMBLE])
    assert others.any()
    was = whole.comparison.loc[shown.index[others], "verdict"]
    assert (shown.loc[others, "verdict"] == was).all()


def test_what_has_no_verdict_bears_no_number_under_an_assumed_direction(whole: Published) -> None:
    levels = to_confirm(whole, assumed=True).levels
    assert len(levels)
    assert levels[["estimation", "ic90_bas", "ic90_haut"]].isna().all(axis=None)
    assert to_confirm(whole).levels["estimation"].notna().any()
