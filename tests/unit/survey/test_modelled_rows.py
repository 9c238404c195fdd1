"""Modelled shares of quarters: made of the printed table alone, for published quarters alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from surveycases import make_plan

from tfpb import survey
from tfpb.survey.estimation.modelled_rows import (
    FEWEST_QUARTERS,
    estimate_areas,
    interviews_a_home,
    with_modelled,
)

if TYPE_CHECKING:
    from tfpb.model.survey import Published

KEYS = ["vague", "niveau", "territoire", "bailleur", "item"]
SHOWN = ("publiable",)


def _published(
    quarters: int, *, seed: int = 4, stock: bool = False, few: tuple[int, ...] = (1, 12, 8)
) -> Published:
    """Protect a survey of two bailleurs: the first quarters, of few answers a home, too small."""
    rng = np.random.default_rng(seed)
    rows = []
    for quarter in range(-1, quarters):
        least = 2 if stock else 5
        homes = 14 if quarter < 0 else 1 if quarter == 1 else least + quarter % 6
        level = np.clip(0.78 + rng.normal(0, 0.04), 0.3, 0.97)
        for home in range(homes):
            own = np.clip(level + rng.normal(0, 0.06), 0.05, 0.98)
            for _ in range(few[quarter] if 0 <= quarter < len(few) else 12 + 3 * (quarter % 5)):
                rows.append(
                    {
                        "id": str(len(rows)), "vague": "2023", "bailleur": f"B{(quarter + home) % 2}",
                        "residence": f"R{quarter:02d}-{home}", "poids": f"{rng.uniform(0.6, 1.6):.3f}",
                        "qpv": str(int(quarter >= 0)), "code_qpv": f"QN{quarter:02d}" if quarter >= 0 else "",
                        **{q: "1" if rng.random() < own else "4" for q in ("q1", "q2")},
                    }
                )  # fmt: skip
    frame = pd.DataFrame(rows, dtype=object)
    plan = make_plan(variables={"code_qpv": {"colonnes": ["code_qpv"]}})
    homes = None
    if stock:
        first = frame.drop_duplicates("residence")
        homes = pd.DataFrame(
            {
                "id_residence": first["residence"], "bailleur": first["bailleur"],
                "cote": np.where(first["qpv"] == "1", "dans", "hors"), "code_qpv": first["code_qpv"],
                "nb_logements": "60",
            }
        )  # fmt: skip
    answers = survey.recode([frame.drop(columns="code_qpv") if stock else frame], plan, homes)
    estimates = survey.compare(answers, plan, by=["code_qpv"])
    return survey.protect(estimates)


@pytest.fixture(scope="module")
def printed() -> pd.DataFrame:
    return _published(18, few=(1, 12, 8, 7)).comparison


def _parts(table: pd.DataFrame, owner: str = "ensemble") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the raw and the modelled shares of the quarters of an owner."""
    rows = table[
        (table["groupe"] == "qpv") & (table["niveau"] == "code_qpv") & (table["bailleur"] == owner)
    ]
    return rows[rows["ajustement"] == "brut"], rows[rows["ajustement"] == "modele"]


def test_published_quarters_have_a_row_and_no_other_has(printed: pd.DataFrame) -> None:
    raw, made = _parts(printed)
    shown = raw[raw["publication"].isin(SHOWN)]
    assert "masque" in set(raw["publication"])
    assert made[KEYS].to_numpy().tolist() == shown[KEYS].to_numpy().tolist()
    for name in ("n", "publication", "theme", "nature"):
        assert made[name].tolist() == shown[name].tolist(), name
    figures = ["estimation", "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut"]
    values = made[figures].to_numpy(dtype=float)
    assert values * 100 == pytest.approx(np.round(values * 100))
    est, low95, high95, low90, high90 = values.T
    assert ((low95 <= low90) & (low90 <= est) & (est <= high90) & (high90 <= high95)).all()
    # neither a verdict nor what one is read from
    assert made[["marge_demontree_points", "bascule"]].isna().all(axis=None)
    assert set(made["verdict"]) | set(made["isole"]) | set(made["assurance"]) == {""}


def test_a_row_stands_after_those_of_its_quarter_and_question(printed: pd.DataFrame) -> None:
    made = np.flatnonzero(printed["ajustement"] == "modele")
    before = printed.iloc[made - 1]
    assert before[KEYS].to_numpy().tolist() == printed.iloc[made][KEYS].to_numpy().tolist()
    rest = printed[printed["ajustement"] != "modele"].reset_index(drop=True)
    pd.testing.assert_frame_equal(with_modelled(rest, {}), printed)


@pytest.mark.parametrize("hidden", [False, True])
def test_every_row_follows_from_the_printed_table_alone(
    printed: pd.DataFrame, *, hidden: bool
) -> None:
    if hidden:  # two thirds of the answers, lower by far, in quarters that are not published
        printed = printed[printed["ajustement"] != "modele"].reset_index(drop=True)
        whole = (printed["niveau"] == "total") & (printed["groupe"] == "qpv")
        printed.loc[whole, "n"] *= 3
        printed.loc[whole, "estimation"] -= 0.06
        printed = with_modelled(printed, {})
    # as a reader has it: written, and read back
    text = printed.to_csv(index=False)
    table = pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""])
    for owner in ("ensemble", "B0", "B1"):
        raw, made = _parts(table, owner)
        whole = table[
            (table["groupe"] == "qpv") & (table["niveau"] == "total")
            & (table["bailleur"] == owner) & (table["ajustement"] == "brut")
        ].set_index("item")  # fmt: skip
        for item, rows in raw[raw["publication"].isin(SHOWN)].groupby("item"):
            ours = made[made["item"] == item]
            if len(rows) < FEWEST_QUARTERS:
                assert ours.empty
                continue
            share = rows["estimation"].to_numpy()
            sizes = [
                brentq(lambda m, p=p, r=r: _wilson_arm(p, m) - _arm(p, r), 1, 1e5)
                for p, r in zip(share, rows[["ic95_bas", "ic95_haut"]].to_numpy(), strict=True)
            ]
            counted = np.append(rows["n"], max(whole.loc[item, "n"] - rows["n"].sum(), 0))
            found = estimate_areas(
                np.append(share, np.nan)[:, None],
                np.append(1 / np.array(sizes), np.nan)[:, None],
                entered=np.append(np.ones(len(rows), dtype=bool), False)[:, None],
                weights=counted,
                region=np.round([whole.loc[item, "estimation"]], 2),
            )
            for name, values in (("estimation", found.benchmarked), ("ic95_bas", found.low)):
                assert ours[name].to_numpy() == pytest.approx(values[:-1, 0], abs=0.00501)


def _arm(share: float, ends: np.ndarray) -> float:
    return float(ends[1] - share if share < 0.5 else share - ends[0])


def _wilson_arm(share: float, size: float) -> float:
    """Longer arm of Wilson's interval, as textbooks write it."""
    z = 1.959963984540054
    p = min(share, 1 - share)
    centre, half = p + z * z / (2 * size), z * np.sqrt(p * (1 - p) / size + (z / 2 / size) ** 2)
    return float((centre + half) / (1 + z * z / size) - p)


def test_a_quarter_that_is_not_published_moves_nothing(printed: pd.DataFrame) -> None:
    rest = printed[printed["ajustement"] != "modele"].reset_index(drop=True)
    hidden = (rest["niveau"] == "code_qpv") & ~rest["publication"].isin(SHOWN)
    figures = ["estimation", "ic95_bas", "ic95_haut", "n"]
    assert rest.loc[hidden, figures[:3]].isna().all(axis=None)
    told = rest.copy()
    told.loc[hidden, figures] = [0.5, 0.3, 0.7, 40.0]
    made = with_modelled(told, {})
    pd.testing.assert_frame_equal(
        made[made["ajustement"] == "modele"], printed[printed["ajustement"] == "modele"]
    )


def test_nor_does_the_region_beyond_the_point(printed: pd.DataFrame) -> None:
    rest = printed[printed["ajustement"] != "modele"].reset_index(drop=True)
    total = (rest["niveau"] == "total") & (rest["groupe"] == "qpv")
    made = []
    for digits in (-0.0049, 0.0049):
        table = rest.copy()
        table.loc[total, "estimation"] = rest.loc[total, "estimation"].round(2) + digits
        made.append(with_modelled(table, {}).query("ajustement == 'modele'"))
    pd.testing.assert_frame_equal(*made)


def test_quarters_are_drawn_together_and_make_the_published_share(printed: pd.DataFrame) -> None:
    raw, made = _parts(printed)
    shown = raw[raw["publication"].isin(SHOWN)]
    for item, rows in made.groupby("item"):
        direct = shown[shown["item"] == item]
        assert rows["estimation"].std() < 0.8 * direct["estimation"].std()
        gap = rows["estimation"].to_numpy() - direct["estimation"].to_numpy()
        far = direct["estimation"].to_numpy() - direct["estimation"].mean()
        assert np.corrcoef(gap, far)[0, 1] < -0.8
        whole = printed[
            (printed["groupe"] == "qpv") & (printed["niveau"] == "total")
            & (printed["bailleur"] == "ensemble") & (printed["item"] == item)
            & (printed["ajustement"] == "brut")
        ]["estimation"].item()  # fmt: skip
        together = np.average(rows["estimation"], weights=rows["n"])
        assert together == pytest.approx(round(whole, 2), abs=0.006)
    width = [(t["ic95_haut"] - t["ic95_bas"]).mean() for t in (made, shown)]
    assert width[0] < 0.97 * width[1]


def test_few_quarters_or_no_published_whole_have_no_model(printed: pd.DataFrame) -> None:
    few = _published(FEWEST_QUARTERS + 1).comparison  # two of them are not published
    assert (few["niveau"] == "code_qpv").any()
    assert not (few["ajustement"] == "modele").any()
    rest = printed[printed["ajustement"] != "modele"].reset_index(drop=True)
    whole = (rest["niveau"] == "total") & (rest["item"] == "q1") & (rest["bailleur"] == "ensemble")
    rest.loc[whole & (rest["groupe"] == "qpv"), "publication"] = "masque"
    made = with_modelled(rest, {}).query("ajustement == 'modele' and bailleur == 'ensemble'")
    assert set(made["item"]) == {"q2"}


def test_of_these_dwellings_few_residences_keep_more_of_their_own_share() -> None:
    published = _published(18, stock=True)
    assert published.settings["cible"] == "parc"
    rest = published.comparison.query("ajustement != 'modele'").reset_index(drop=True)
    kept = {}
    for target in ("service", "parc"):
        homes = interviews_a_home(published.waves, target)
        raw, made = _parts(with_modelled(rest, homes))
        both = made.merge(raw, on=KEYS, suffixes=("", "_brut"))
        both["far"] = both["estimation_brut"] - both.groupby("item")["estimation_brut"].transform(
            "mean"
        )
        few = both[both["n_brut"] <= 50]
        kept[target] = (few["estimation"] - few["estimation_brut"]).abs().mean()
        if target == "parc":
            pd.testing.assert_frame_equal(
                made, _parts(published.comparison)[1], check_index_type=False
            )
    assert kept["parc"] < 0.8 * kept["service"]
