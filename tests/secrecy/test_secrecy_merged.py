"""The table that sets waves beside their changes says no number that the long table does not."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "survey"))

from report_dossier import make
from surveycases import make_delivery, make_plan

from tfpb.model.report import Table
from tfpb.report.data_table import data_table
from tfpb.report.sections.survey.satisfaction_section import satisfaction_section
from tfpb.survey import compare, protect, recode
from tfpb.survey.answer_rows import KEYS, satisfaction

if TYPE_CHECKING:
    from tfpb.model.survey import Published

WAVES = ("2015", "2019", "2023")
PAIRS = (*("-".join(pair) for pair in pairwise(WAVES)), "2015-2023")
OF_WAVE = {
    "n_qpv": ("qpv", "brut", "n"), "n_hors": ("hors_qpv", "brut", "n"),
    "qpv": ("qpv", "brut", "estimation"), "qpv_bas": ("qpv", "brut", "ic90_bas"),
    "qpv_haut": ("qpv", "brut", "ic90_haut"), "hors": ("hors_qpv", "brut", "estimation"),
    "hors_bas": ("hors_qpv", "brut", "ic90_bas"), "hors_haut": ("hors_qpv", "brut", "ic90_haut"),
    "ecart": ("ecart", "brut", "estimation"), "n": ("ecart", "brut", "n"),
    **{c: ("ecart", "brut", c) for c in ("ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut")},
    **{c: ("ecart", "brut", c) for c in ("marge_points", "marge_demontree_points", "bascule")},
    "comparable": ("ecart", "comparable", "estimation"),
    "comparable_bas": ("ecart", "comparable", "ic90_bas"),
    "comparable_haut": ("ecart", "comparable", "ic90_haut"),
}  # fmt: skip
"""Columns of a wave, and the row and column of the long table that each is."""
OF_CHANGE = {
    "evolution_n": ("evolution_ecart", "brut", "n"),
    "evolution_ecart": ("evolution_ecart", "brut", "estimation"),
    **{
        f"evolution_{side}{end}": (f"evolution_{group}", "brut", column)
        for side, group in (("qpv", "qpv"), ("hors", "hors"))
        for end, column in (("", "estimation"), ("_bas", "ic90_bas"), ("_haut", "ic90_haut"))
    },
    **{
        f"evolution_{c}": ("evolution_ecart", "brut", c)
        for c in ("ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut")
    },
    "evolution_comparable": ("evolution_ecart", "comparable", "estimation"),
    "evolution_comparable_bas": ("evolution_ecart", "comparable", "ic90_bas"),
    "evolution_comparable_haut": ("evolution_ecart", "comparable", "ic90_haut"),
}


def published(seed: int) -> Published:
    """Protect three waves: A in all, D in the first two, B in the last, few of C in all.

    Each wave may be shown, and the first change; A and C alone, of whom the last change is, may not: A would
    read C.
    """
    plan = make_plan(
        variables={"code_qpv": {"colonnes": ["code_quartier"]}},
        colonnes={"ajustement": ["agence"]},
    )
    frame = make_delivery(seed, owners=("A", "B", "C", "D"), waves=WAVES, interviews=16)
    last = frame["vague"] == WAVES[-1]
    gone = frame["bailleur"].map({"B": False, "D": True}).eq(last)
    few = frame[frame["bailleur"] == "C"].groupby(["vague", "qpv"]).head(5).index
    kept = frame[~gone & ((frame["bailleur"] != "C") | frame.index.isin(few))]
    recoded = recode([kept.reset_index(drop=True)], plan)
    return protect(compare(recoded, plan, by=("code_qpv",)))


def long_row(told: Published, wave: str, row: dict[str, object], group: str, way: str) -> pd.Series:
    table = told.comparison
    found = table[
        (table["vague"] == wave) & (table["groupe"] == group) & (table["ajustement"] == way)
    ]
    for key in KEYS:
        found = found[found[key] == row[key]]
    return found.iloc[0] if len(found) else pd.Series(dtype=object)


@pytest.mark.parametrize("seed", range(3))
def test_each_number_is_that_of_its_row_of_the_long_table(seed: int) -> None:
    told = published(seed)
    wide = satisfaction(told, "ensemble")
    columns = {f"{c}{end}": (w, *of) for w, end in ends() for c, of in OF_WAVE.items()}
    columns |= {f"{c}_{pair}": (pair, *of) for pair in PAIRS for c, of in OF_CHANGE.items()}
    numbers = set(wide.select_dtypes("number").columns)
    assert numbers <= set(columns), numbers - set(columns)
    seen = 0
    for row in wide.to_dict("records"):
        for column in numbers:
            wave, group, way, figure = columns[column]
            found = long_row(told, wave, row, group, way)
            expected = found.get(figure, float("nan"))
            assert pd.isna(row[column]) == pd.isna(expected), (column, row)
            assert pd.isna(expected) or row[column] == expected, (column, row)
            seen += not pd.isna(expected)
    assert seen > 200


def ends() -> list[tuple[str, str]]:
    return [(WAVES[-1], ""), *((w, f"_{w}") for w in WAVES[:-1])]


@pytest.mark.parametrize("seed", range(3))
def test_a_change_that_is_withheld_is_empty_though_both_waves_are_shown(seed: int) -> None:
    told = published(seed)
    wide = satisfaction(told, "ensemble")
    pair = "2019-2023"
    shown = wide["ecart"].notna() & wide["ecart_2019"].notna()
    hidden = wide[f"evolution_publication_{pair}"].eq("masque")
    both = wide[shown & hidden]
    assert (both["niveau"] == "total").sum() == 2  # what is attacked is there
    gaps = [f"{c}_{pair}" for c, (group, *_) in OF_CHANGE.items() if group == "evolution_ecart"]
    assert both[gaps].isna().all(axis=None)
    # the change before is told
    whole = both[both["niveau"] == "total"]
    assert whole["evolution_ecart_2015-2019"].notna().all()


@pytest.mark.parametrize("seed", range(3))
def test_the_data_of_a_pack_say_it_masked_and_hold_no_other_number(seed: int) -> None:
    told = published(seed)
    wide = satisfaction(told, "ensemble").set_index(list(KEYS))
    blocks = satisfaction_section(make(survey=told)).blocks
    (table,) = [b for b in blocks if isinstance(b, Table) and b.key == "satisfaction"]
    data = data_table(table).rows.set_index(list(KEYS))
    assert set(data.index) == set(wide.index)
    hidden = wide["evolution_publication_2019-2023"].eq("masque").reindex(data.index)
    assert hidden.any()
    assert set(data.loc[hidden, "evolution_verdict_mot_2019-2023"]) == {"– masqué"}
    for column in data.select_dtypes("number").columns:
        one, other = (t[column].astype(float) for t in (data, wide.reindex(data.index)))
        assert one.equals(other.replace(float("inf"), float("nan"))), column
