"""Segments that a plan declares: told beside territories, protected with them, ranked by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydantic import ValidationError
from surveycases import make_delivery, make_plan

from tfpb.io.sources.inputs import Inputs
from tfpb.pipeline.steps.surveying import Scope, estimate
from tfpb.survey import exploration

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.survey import Published


class _Given:
    """A delivery that is a frame and no more."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame


def _published(*segments: str, rare: int = 0) -> Published:
    frame = make_delivery(11, owners=("A", "B", "C"), waves=("2023",), interviews=24)
    draw = np.random.default_rng(3)
    old = np.where(draw.random(len(frame)) < 0.5, "plus de 10 ans", "moins de 10 ans").astype(
        object
    )
    if rare:
        old[np.flatnonzero(frame["qpv"] == "1")[:rare]] = "ne sait plus"
    plan = make_plan(
        colonnes={"segments": list(segments)},
        variables={"anciennete": {"colonnes": ["depuis"], "libelle": "Ancienneté"}},
    )
    given = Inputs({}, (_Given(frame.assign(depuis=old)),), plan)  # type: ignore[arg-type]
    found = estimate(given, Scope(), None)
    assert found is not None
    return found


def test_a_declared_segment_has_rows_of_both_sides_and_its_name() -> None:
    made = _published("anciennete")
    rows = made.comparison[made.comparison["niveau"] == "anciennete"]
    assert set(rows["territoire"]) == {"moins de 10 ans", "plus de 10 ans"}
    assert {"qpv", "hors_qpv", "ecart"} <= set(rows["groupe"])
    assert made.segments == {"anciennete": "Ancienneté"}
    # each is set against itself: its hors QPV is not the whole's
    hors = rows[(rows["groupe"] == "hors_qpv") & (rows["bailleur"] == "ensemble")]
    whole = made.comparison.query(
        "niveau == 'total' and bailleur == 'ensemble' and groupe == 'hors_qpv'"
    )
    n = hors.groupby("item")["n"].sum()
    assert ((n - whole.set_index("item")["n"]).abs() <= 10).all()
    assert (hors["n"] < whole["n"].max()).all()


def test_a_segment_of_few_is_withheld_and_the_others_are_not() -> None:
    made = _published("anciennete", rare=6)
    rows = made.comparison[made.comparison["niveau"] == "anciennete"]
    few = rows[rows["territoire"] == "ne sait plus"]
    assert set(few["publication"]) <= {"masque", "non_calculable"}
    assert few["n"].fillna(0).eq(0).all()  # nobody, or not told
    assert few[["estimation", "ic90_bas", "ic95_haut"]].isna().all(axis=None)
    side = rows[
        (rows["groupe"] == "qpv") & (rows["bailleur"] == "ensemble") & (rows["item"] == "q1")
    ]
    assert side["publication"].tolist().count("masque") == 1


def test_segments_are_no_place_to_look_at() -> None:
    made = _published("anciennete")
    wanted = {"wave": "2023", "bailleur": "ensemble"}
    assert set(exploration(made.comparison, **wanted)["niveau"]) == {"anciennete"}
    assert exploration(made.comparison, **wanted, segments=made.segments).empty


def test_a_segment_that_nothing_holds_is_doubted() -> None:
    made = _published("anciennete", "chauffage")
    assert "variable_absente" in {n.code for n in made.notices}
    assert set(made.segments) == {"anciennete"}


def test_a_fourth_segment_is_refused() -> None:
    with pytest.raises(ValidationError):
        make_plan(colonnes={"segments": ["a", "b", "c", "d"]})
