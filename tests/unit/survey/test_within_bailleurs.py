"""The mean of the gaps within bailleurs: its value by hand, and its interval where résidences are few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from surveycases import make_delivery, make_plan, stamped

from tfpb import survey
from tfpb.survey.method import WITHIN

OWNERS = ("A", "B", "C", "D")
ITEMS = tuple(f"q{k}" for k in range(24))
LEVEL, GAP, ICC = 0.75, -0.05, 0.10


def _means(frame: pd.DataFrame, items: tuple[str, ...] = ("q1", "q2")) -> pd.DataFrame:
    plan = make_plan(items)
    published = survey.protect(survey.compare(survey.recode([frame], plan), plan), masking_n=11)
    return pd.DataFrame(published.settings[WITHIN])


def test_the_mean_weighs_released_gaps_by_tenants_in_qpv() -> None:
    frame = make_delivery(5, residences=12, interviews=30, waves=("2023",))
    plan = make_plan()
    published = survey.protect(survey.compare(survey.recode([frame], plan), plan), masking_n=11)
    (mean, *_) = published.settings[WITHIN]
    rows = published.comparison.query("item == @mean['item'] and ajustement == 'brut'")
    valid = frame[frame[mean["item"]].isin(list("1234")) & (frame["qpv"] == "1")]
    weight = valid.assign(p=valid["poids"].astype(float)).groupby("bailleur")["p"].sum()
    sides = rows.set_index(["groupe", "bailleur"])
    owners = list(weight.index)
    gaps = sides.loc["ecart", "estimation"][owners]
    share = weight / weight.sum()
    assert mean["estimation"] == pytest.approx((gaps * share).sum())
    down = sides.loc["qpv"].eval("estimation - ic95_bas")[owners]
    up = sides.loc["hors_qpv"].eval("ic95_haut - estimation")[owners]
    reach = np.sqrt((share**2 * (down**2 + up**2)).sum())
    assert mean["ic95_bas"] == pytest.approx(mean["estimation"] - reach)
    assert mean["bailleurs"] == 3
    assert "erreur_type" not in mean


def _region(rng: np.random.Generator, each_side: int) -> tuple[pd.DataFrame, float]:
    """Interviews of a few résidences a side of four bailleurs, alike as neighbours are."""
    parts = []
    for owner in OWNERS:
        for side in (0, 1):
            p = LEVEL + GAP * side
            sizes = rng.integers(12, 60, each_side)
            for k, size in enumerate(sizes):
                likely = rng.beta(p * (1 - ICC) / ICC, (1 - p) * (1 - ICC) / ICC, len(ITEMS))
                answers = (rng.random((size, len(ITEMS))) < likely).astype(int)
                part = pd.DataFrame(np.where(answers, "1", "4"), columns=list(ITEMS))
                parts.append(
                    part.assign(
                        vague="2023", bailleur=owner, residence=f"{owner}{side}{k}", qpv=str(side)
                    )
                )
    frame = pd.concat(parts, ignore_index=True).assign(poids="1")
    frame["id"] = np.arange(len(frame)).astype(str)
    return stamped(frame, "e.csv"), GAP


@pytest.mark.slow
@pytest.mark.parametrize("each_side", [3, 5])
def test_the_interval_holds_the_truth_where_residences_are_few(each_side: int) -> None:
    rng = np.random.default_rng(each_side)
    held = []
    for _ in range(25):
        frame, truth = _region(rng, each_side)
        made = _means(frame, ITEMS)
        held += [((made["ic95_bas"] <= truth) & (truth <= made["ic95_haut"])).mean()]
    # 25 surveys of 24 questions: about 600 draws, ± 2 points
    assert np.mean(held) >= 0.945, np.mean(held)
