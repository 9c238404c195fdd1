"""Everything printed of a survey is a printed figure: no number leaves by another way.

A column of numbers that is not declared here fails: who adds one says from which printed figure it comes.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "report"))
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "survey"))

from report_dossier import make
from surveycases import make_delivery, make_plan

from tfpb.model.report import Chart, Table
from tfpb.model.survey import Estimates, Published, WaveFacts, WeightSpread
from tfpb.report.sections import report
from tfpb.survey import compare, protect, recode
from tfpb.survey.printed import words_of
from tfpb.words.faults.sentences import CATALOGUE, SUBJECTS, packaged

TABLES = ("comparison", "levels", "benchmark", "fieldwork", "variants")
ENDS = {"ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut"}
DECLARED = {
    "comparison": {
        "n", "part_nsp", "part_non_concerne", "estimation", *ENDS, "marge_points",
        "marge_demontree_points", "bascule",
    },
    "levels": {"n", "rang", "estimation", *ENDS},
    "benchmark": {"n", "valeur", "ic95_bas", "ic95_haut"},
    "fieldwork": {"n", "part_interroges", "logements", "part_logements"},
    "variants": {"n", "estimation"},
    "asked": set(),
    "items": {"ordre", "tete_de_theme"},
}  # fmt: skip


def stock() -> pd.DataFrame:
    homes = [f"{b}{k:02d}" for b in "ABCDE" for k in range(8)]
    return pd.DataFrame(
        {
            "id_residence": homes, "bailleur": [h[0] for h in homes], "nb_logements": "60",
            "cote": ["dans" if int(h[1:]) % 2 else "hors" for h in homes],
            "code_qpv": [f"QN{int(h[1:]) % 4}" if int(h[1:]) % 2 else "" for h in homes],
            "type_habitat": ["collectif" if int(h[1:]) % 3 else "individuel" for h in homes],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def told() -> Published:
    """Protect a survey of five bailleurs: stock, calibration, like with like, marks and levels."""
    return protect(estimates())


def estimates(by: tuple[str, ...] = ("code_qpv",)) -> Estimates:
    more = [{"colonnes": ["note"], "libelle": "Note", "theme": "global", "echelle": "note"}]
    plan = make_plan(more=more, colonnes={"ajustement": ["type_habitat"]})
    frame = make_delivery(11, owners=tuple("ABCDE"), residences=8, interviews=14)
    rng = np.random.default_rng(3)
    frame["note"] = rng.integers(2, 11, len(frame)).astype(str)
    answers = recode([frame], plan, stock())
    margins = pd.DataFrame(
        {"variable": "type_habitat", "modalite": ["collectif", "individuel"], "effectif": [70, 30]}
    )
    return compare(answers, plan, by=by, margins=margins)


def shown(table: pd.DataFrame, **wanted: object) -> pd.DataFrame:
    rows = table[table["publication"] == "publiable"]
    for name, value in wanted.items():
        rows = rows[rows[name].isin(value if isinstance(value, list) else [value])]
    assert len(rows)
    return rows


def numbers(table: pd.DataFrame) -> set[str]:
    return {str(c) for c in table.select_dtypes(["number", "bool"])}


@pytest.fixture(scope="module")
def own() -> Published:
    """Protect the same survey for the pack of one of them."""
    return protect(estimates(), bailleur="A")


def test_every_column_of_numbers_is_declared(told: Published, own: Published) -> None:
    told = dataclasses.replace(told, benchmark=own.benchmark)
    frames = {
        f.name: getattr(told, f.name)
        for f in dataclasses.fields(told)
        if isinstance(getattr(told, f.name), pd.DataFrame)
    }
    assert set(frames) == set(DECLARED)
    for name, table in frames.items():
        assert len(table), name
        assert numbers(table) == DECLARED[name], name


def test_counts_are_tens_and_one_a_base(told: Published, own: Published) -> None:
    for name in TABLES:
        n = getattr(own if name == "benchmark" else told, name)["n"].dropna()
        assert len(n), name
        assert (n % 10 == 0).all(), name
    sides = shown(told.comparison, groupe=["qpv", "hors_qpv"])
    keys = ["vague", "niveau", "territoire", "bailleur", "groupe"]
    # raw, like with like
    assert not sides[[*keys, "n"]].drop_duplicates()[keys].duplicated().any()


def test_territories_of_a_bailleur_are_in_its_own_pack_alone(
    told: Published, own: Published
) -> None:
    """In a common file their gap stood beside the whole outside of the bailleur, and told their share."""
    table = told.comparison
    assert set(table.loc[table["niveau"] != "total", "bailleur"]) == {"ensemble"}
    assert "A" in set(own.comparison.query("niveau == 'code_qpv'")["bailleur"])


def test_a_gap_is_withheld_with_a_side_that_no_group_stands_for(told: Published) -> None:
    made = estimates()
    table = made.comparison.copy()
    quarter = (table["niveau"] == "code_qpv") & table["groupe"].isin(["qpv", "ecart"])
    table.loc[quarter, "territoire"] = "inconnu"
    rows = protect(dataclasses.replace(made, comparison=table)).comparison
    gaps = rows[(rows["territoire"] == "inconnu") & (rows["groupe"] == "ecart")]
    assert len(gaps)
    assert set(gaps["publication"]) <= {"masque", "non_calculable"}
    assert gaps[["n", "estimation", "ic90_bas"]].isna().all(axis=None)


def test_shares_stand_at_the_point_and_bounds_at_the_half_point(told: Published) -> None:
    tables = (
        (shown(told.comparison, groupe=["qpv", "hors_qpv", "ecart"], ajustement=["brut", "comparable"]),
         ["estimation", "part_nsp", "part_non_concerne"]),
        (shown(told.levels, groupe=["qpv", "hors_qpv"], mesure="niveau"), ["estimation"]),
    )  # fmt: skip
    for rows, columns in tables:
        ends = [c for c in rows if c.startswith("ic9")]
        for name in [*columns, *ends]:
            at = rows[name].to_numpy(dtype=float) / (0.005 if name in ends else 0.01)
            np.testing.assert_allclose(at, np.round(at), atol=1e-6, err_msg=name)


def test_levels_add_up_to_the_printed_share(told: Published) -> None:
    keys = ["vague", "bailleur", "groupe", "item"]
    raw = shown(told.comparison, niveau="total", ajustement="brut").set_index(keys)["estimation"]
    levels = shown(told.levels, mesure="niveau", groupe=["qpv", "hors_qpv", "ensemble"])
    good = levels[levels["rang"] <= 2].groupby(keys)["estimation"].sum()
    every = levels.groupby(keys)["estimation"].sum()
    least = levels.groupby(keys)["estimation"].min()
    free = least > 0.0
    np.testing.assert_allclose(good[free], raw.reindex(good.index)[free], atol=1e-9)
    np.testing.assert_allclose(every[free], 1.0, atol=1e-9)
    assert free.sum() > 10


def test_gaps_are_of_their_sides_and_their_words_of_the_printed_ends(told: Published) -> None:
    keys = ["vague", "niveau", "territoire", "bailleur", "item"]
    for way in ("brut", "comparable"):
        rows = shown(told.comparison, ajustement=way)
        side = {g: rows[rows["groupe"] == g].set_index(keys) for g in ("qpv", "hors_qpv")}
        gap = rows[rows["groupe"] == "ecart"].set_index(keys)
        one, two = (side[g].reindex(gap.index) for g in ("qpv", "hors_qpv"))
        apart = one["estimation"] - two["estimation"]
        assert ((gap["estimation"] - apart).abs() <= 0.01 + 1e-9).all()
        assert (gap["n"] == one["n"] + two["n"]).all()
        demonstrated = gap["marge_demontree_points"].dropna()
        np.testing.assert_allclose(demonstrated, -100 * gap.loc[demonstrated.index, "ic90_bas"])
        few = (gap["peu_de_reponses"] == "oui").to_numpy()
        low, high = (gap[c].to_numpy(dtype=float) for c in ("ic90_bas", "ic90_haut"))
        words = words_of(low, high, 0.05)
        assert (words == gap["verdict"])[~few].all()


def test_facts_of_a_wave_are_rounded(told: Published) -> None:
    kinds = {f.name: f.type for f in dataclasses.fields(WaveFacts)}
    tens = {"n", "n_residences", "n_qpv", "n_hors"}
    assert {n for n, t in kinds.items() if t in {"int", "float"}} == {
        *tens, "effet_plan_median", "contactes",  # the last is the plan's own
    }  # fmt: skip
    spread = [f.name for f in dataclasses.fields(WeightSpread) if f.type == "float"]
    assert told.waves
    for wave in told.waves:
        assert all(getattr(wave, n) % 10 == 0 and getattr(wave, n) > 0 for n in tens)
        assert wave.effet_plan_median == round(wave.effet_plan_median, 1)
        assert len(wave.ponderation) == 2
        for one in wave.ponderation:
            assert all(getattr(one, n) == round(getattr(one, n), 1) for n in spread)


def test_doubts_that_count_interviews_say_so_and_are_not_told_exactly() -> None:
    counting = [
        code
        for subject in SUBJECTS
        for code, words in packaged(f"tfpb.words.faults.{subject}").items()
        if "{nombre:s interview" in words["message"] or "{nombre:s ménage" in words["message"]
    ]
    assert len(counting) >= 5
    assert [c for c in counting if not CATALOGUE[c].hides] == []


SURVEY_SECTIONS = ("comparaison", "evolution", "sources", "quartiers", "faits")
WORKED_OUT = {"part_hasard"}
"""Of printed ends: `raw_gaps.exploration`, which reads a protected table alone."""


def test_what_pages_print_and_draw_of_a_survey_is_in_its_printed_tables() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    known = [
        getattr(survey, t).select_dtypes("number").to_numpy(dtype=float).ravel() for t in TABLES
    ]
    counted = ("n", "n_residences", "n_qpv", "n_hors", "effet_plan_median")
    facts = [getattr(w, n) for w in survey.waves for n in counted]
    told = np.concatenate([*known, np.array(facts, dtype=float)])
    told = np.concatenate([told, -told])
    told = np.unique(np.round(np.concatenate([told, 100 * told]), 6))
    seen = drawn = 0
    for section in report(dossier).sections:
        for block in section.blocks if section.key in SURVEY_SECTIONS[:4] else ():
            if not isinstance(block, Table | Chart):
                continue
            rows = block.rows
            if section.key == "sources":  # of its rows, those of the waves
                rows = rows[rows["vague"].notna()] if "vague" in rows else rows.head(0)
            for name in numbers(rows) - WORKED_OUT:
                cells = rows[name].dropna().to_numpy(dtype=float)
                near = told[np.searchsorted(told, cells - 2e-6).clip(max=len(told) - 1)]
                apart = cells[np.abs(near - cells) > 4e-6]
                assert not len(apart), (section.key, block.key, name, apart[:3])
                seen += len(cells)
                drawn += isinstance(block, Chart) * len(cells)
    assert seen > 200
    assert drawn > 50
