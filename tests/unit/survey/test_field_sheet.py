"""The field sheet: who was asked beside who lives there, the weights, the gaps read otherwise."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from surveycases import make_delivery, make_plan

from tfpb import survey
from tfpb.model.results import FIELD_COLUMNS
from tfpb.report.sections.methode import field_sheet, methode
from tfpb.survey.method import sample_against_stock, weight_spreads
from tfpb.survey.secrecy.field_counts import (
    counts_told,
    counts_told_otherwise,
    protected_counts,
    without_counts,
)
from tfpb.words.faults.sentences import fault_text
from tfpb.words.survey.survey_words import all_interviews, response_rate


def _stock(sizes: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """Located résidences: identifier → side, type; sixty dwellings each."""
    rows = [
        {"id_residence": name, "bailleur": name[0], "cote": side, "nb_logements": 60,
         "type_habitat": kind, "annee_construction": 1980, "code_qpv": "QN" * (side == "dans")}
        for name, (side, kind) in sizes.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _survey(
    owners: tuple[str, ...] = ("A",), *, interviews: int = 20, **plan: object
) -> tuple[survey.Survey, survey.Plan]:
    frame = make_delivery(3, owners=owners, residences=12, interviews=interviews)
    homes = _stock(
        {
            f"{o}{k:02d}": ("dans" if k % 2 else "hors", "Individuel" if k < 4 else "Collectif")
            for o in owners
            for k in range(12)
        }
    )
    made = make_plan(**plan)
    return survey.recode([frame], made, homes), made


def _counts(rows: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"vague": "2023", "bailleur": "A", "cote": side, "type_habitat": kind,
             "periode_construction": "", "logements": 100, "part_logements": 0.1, "n": n,
             "n_residences": homes, "part_interroges": 0.1}
            for side, kind, n, homes in rows
        ]
    )  # fmt: skip


def test_every_interview_of_the_stock_is_counted_once_beside_its_dwellings() -> None:
    read, _ = _survey()
    table = sample_against_stock(read)
    waves = read.respondents["vague"].value_counts()
    assert table.groupby("vague")["n"].sum().to_dict() == waves.to_dict()
    assert table.groupby("vague")["logements"].sum().tolist() == [720, 720]
    kinds = table[table["vague"] == "2023"].set_index(["cote", "type_habitat"])
    assert kinds.loc[("qpv", "Individuel"), "logements"].item() == 120
    own = read.respondents
    here = (own["vague"] == "2023") & own["residence"].isin(["A01", "A03"])
    assert kinds.loc[("qpv", "Individuel"), "n"].item() == here.sum()
    assert set(table["periode_construction"]) == {"1975-1989"}
    assert set(table["bailleur"]) == {"ensemble"}  # a delivery of one bailleur


def test_no_small_count_is_told_nor_given_back_by_the_others() -> None:
    told = protected_counts(
        _counts(
            [("qpv", "a", 7, 3), ("qpv", "b", 31, 4), ("qpv", "c", 102, 6), ("qpv", "d", 0, 0),
             ("hors_qpv", "a", 40, 1), ("hors_qpv", "b", 88, 5), ("hors_qpv", "c", 52, 5)]
        ),
        11,
    ).set_index(["cote", "type_habitat"])["n"]  # fmt: skip
    # the smallest beside a hidden one is hidden too; nobody asked is no secret; one résidence is
    assert told["qpv"].fillna(-1).to_dict() == {"a": -1, "b": -1, "c": 100, "d": 0}
    assert told["hors_qpv"].fillna(-1).to_dict() == {"a": -1, "b": 90, "c": -1}


@pytest.mark.parametrize("seed", range(40))
def test_told_counts_are_never_small_and_hidden_ones_never_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (side, str(k), int(n), int(rng.integers(1, 5)) if n else 0)
        for side in ("qpv", "hors_qpv")
        for k, n in enumerate(rng.choice([0, 3, 11, 12, 13, 17, 40, 90], size=5))
    ]
    whole = _counts(rows)
    for side, part in protected_counts(whole, 11).groupby("cote"):
        shown = part["n"].dropna()
        assert ((shown == 0) | (shown >= 11)).all()
        assert (shown % 5 == 0).all()
        exact = whole[whole["cote"] == side].set_index("type_habitat")["n"]
        hidden = exact[part.loc[part["n"].isna(), "type_habitat"]]
        assert hidden.empty or (len(hidden) > 1 and hidden.sum() >= 11)


def test_a_side_too_small_leaves_no_count_at_all() -> None:
    told = protected_counts(_counts([("qpv", "a", 9, 4), ("hors_qpv", "a", 90, 5)]), 11)
    assert told.empty


@pytest.mark.parametrize(
    ("n", "homes", "told"),
    [
        (1, 1, -1),
        (12, 2, -1),
        (13, 2, 15),
        (13, 1, -1),
        (0, 0, 0),
        (15, 6, 15),
        (15, 7, -1),
        (17, 2, 15),
        (18, 2, 20),
    ],
)
def test_a_count_is_told_to_five_unless_it_is_small_for_its_residences(
    n: int, homes: int, told: int
) -> None:
    rows = [
        ("qpv", "a", n, homes),
        ("qpv", "b", 60, 4),
        ("qpv", "c", 60, 4),
        ("hors_qpv", "a", 0, 0),
    ]
    out = protected_counts(_counts(rows), 11)
    assert out["n"].fillna(-1).tolist() == [told, -1 if told < 0 else 60, 60, 0]
    assert out["part_interroges"].tolist()[2:] == [round(60 / (n + 120), 3), 0]
    assert list(out) == list(FIELD_COLUMNS)
    assert out.index.tolist() == [0, 1, 2, 3]


def test_the_smallest_beside_is_hidden_too_and_the_threshold_is_a_setting() -> None:
    rows = [("qpv", "a", 40, 1), ("qpv", "b", 20, 4), ("qpv", "c", 60, 4)]
    assert protected_counts(_counts(rows), 11)["n"].fillna(-1).tolist() == [-1, -1, 60]
    rows = [("qpv", "a", 15, 2), ("qpv", "b", 40, 4), ("qpv", "c", 60, 4)]
    assert protected_counts(_counts(rows), 15)["n"].tolist() == [15, 40, 60]
    assert protected_counts(_counts(rows), 16)["n"].fillna(-1).tolist() == [-1, -1, 60]


def test_hidden_counts_hold_eleven_together_and_waves_and_bailleurs_are_apart() -> None:
    rows = [("qpv", "a", 4, 3), ("qpv", "b", 6, 3), ("qpv", "c", 13, 2), ("qpv", "d", 60, 4)]
    one = _counts(rows)
    assert protected_counts(one, 11)["n"].fillna(-1).tolist() == [-1, -1, -1, 60]
    rows[1] = ("qpv", "b", 7, 3)
    assert protected_counts(_counts(rows), 11)["n"].fillna(-1).tolist() == [-1, -1, 15, 60]
    small = _counts([("qpv", "a", 9, 4)])
    both = pd.concat([one, small.assign(vague="2019"), one.assign(bailleur="B")], ignore_index=True)
    mixed = both.iloc[[8, 0, 4, 5, 1, 6, 2, 7, 3]].reset_index(drop=True)
    out = protected_counts(mixed, 11)
    assert out[["vague", "bailleur", "type_habitat"]].to_numpy().tolist() == [
        ["2023", o, t] for o, t in zip("BABABABA", "daabbccd", strict=True)
    ]
    assert protected_counts(small, 11).empty
    nothing = protected_counts(one.iloc[:0], 11)
    assert list(nothing) == list(FIELD_COLUMNS)
    assert nothing.empty
    assert list(protected_counts(pd.DataFrame(), 11)) == list(FIELD_COLUMNS)
    assert protected_counts(_counts([("qpv", "a", 0, 0)]), 11)["part_interroges"].tolist() == [0]


SHEET = [("qpv", "a", 40, 5), ("qpv", "b", 60, 5), ("hors_qpv", "a", 90, 5), ("hors_qpv", "c", 7, 5),
         ("hors_qpv", "d", 20, 5)]  # fmt: skip
"""The last two are hidden: one is small, the other would give it back."""


def _moved(*cells: tuple[str, str, int], gone: str = "") -> pd.DataFrame:
    """Return the sheet with some counts of its own, as protected."""
    new = {(side, kind): n for side, kind, n in cells}
    rows = [(s, k, new.pop((s, k), n), homes) for s, k, n, homes in SHEET if k != gone]
    return protected_counts(_counts([*rows, *((s, k, n, 5) for (s, k), n in new.items())]), 11)


@pytest.mark.parametrize(
    ("after", "held"),
    [
        (_moved(), False),
        (_moved(("qpv", "a", 42)), False),  # told alike: at most four apart
        (_moved(("qpv", "a", 45)), True),
        (_moved(("qpv", "b", 50)), True),
        (_moved(("qpv", "a", 55)), True),  # 15 once rounded: perhaps ten
        (_moved(("qpv", "a", 25)), True),
        (_moved(("qpv", "a", 60)), False),
        (_moved(("qpv", "a", 20)), False),
        (_moved(("hors_qpv", "c", 20)), True),  # both were hidden, and are told now
        (_moved(("qpv", "a", 7)), True),
        (_moved(("qpv", "e", 15)), True),  # nobody was there
        (_moved(("qpv", "e", 20)), False),
        (_moved(gone="b"), False),  # 60 interviews that are nowhere now
        (_moved(gone="d"), True),  # was hidden
    ],
)
def test_a_count_near_that_of_an_earlier_release_is_held_back(
    after: pd.DataFrame, *, held: bool
) -> None:
    before = counts_told(_moved())
    assert [c.n for c in before] == [40, 60, 90, -1, -1]
    found = counts_told_otherwise(after, [before], 11)
    assert found == ({("2023", "A")} if held else set())
    assert without_counts(after, found).empty is held
    other = after.assign(vague="2024")
    both = pd.concat([after, other], ignore_index=True)
    assert list(without_counts(both, found)) == list(both)
    assert set(without_counts(both, found)["vague"]) == {"2024"} | (set() if held else {"2023"})


def test_every_earlier_release_counts_and_each_for_its_bailleur_and_wave() -> None:
    near, far, now = (counts_told(_moved(("qpv", "a", n))) for n in (45, 80, 40))
    table = _moved()
    assert counts_told_otherwise(table, [far, now], 11) == set()
    assert counts_told_otherwise(table, [far, near], 11) == {("2023", "A")}
    for field in ("vague", "bailleur"):
        others = [c._replace(**{field: "autre"}) for c in near]
        assert counts_told_otherwise(table, [others], 11) == set()
    alone = table.assign(bailleur="ensemble")  # a delivery of one bailleur
    assert counts_told_otherwise(alone, [near], 11) == {("2023", "ensemble")}
    assert counts_told_otherwise(alone.iloc[:0], [near], 11) == set()
    assert counts_told_otherwise(pd.DataFrame(), [near], 11) == set()
    assert without_counts(pd.DataFrame(), set()).empty
    apart = counts_told(_moved(("qpv", "a", 55)))  # fifteen as told: ten at least
    assert [len(counts_told_otherwise(table, [apart], n)) for n in (10, 11)] == [0, 1]
    nobody = _moved(("qpv", "z", 0))
    assert counts_told_otherwise(table, [counts_told(nobody)], 11) == set()
    assert counts_told_otherwise(nobody, [now], 11) == set()


@pytest.mark.parametrize("more", [4, 0])
def test_a_gap_read_otherwise_is_hidden_with_one_that_an_earlier_release_gives(more: int) -> None:
    read, plan = _survey()
    estimates = survey.compare(read, plan, margins=MARGINS)
    told = survey.disclosed_in([survey.protect(estimates, masking_n=11).comparison])
    rows = [(c, n) for c, n in told.shown if (c.vague, c.item, c.niveau) == ("2023", "q1", "total")]
    before = [(c, n - more) for c, n in rows if c.groupe in {"qpv", "ensemble"}]
    assert len(before) == 4  # by the bailleur and by the whole
    again = survey.protect(estimates, masking_n=11, shown_before=before).variants
    here = (again["vague"] == "2023") & (again["item"] == "q1")
    assert set(again.loc[here, "variante"]) == {"poids_livres", "cible_service"}
    assert (again.loc[here, "publication"] == "masque").all() == bool(more)
    assert not (again.loc[~here, "publication"] == "masque").any()


def test_other_bailleurs_have_no_count_in_a_pack() -> None:
    read, plan = _survey(("A", "B"))
    cut = survey.for_bailleur(survey.compare(read, plan), "b")
    assert set(survey.protect(cut, masking_n=11).fieldwork["bailleur"]) == {"b"}


def test_weights_spread_by_quartiles_and_by_kish() -> None:
    read, _ = _survey()
    weights = [1.0, 1.0, 2.0, 4.0]
    few = replace(read, respondents=read.respondents.iloc[:4].assign(vague="x", poids=weights))
    (spread,) = weight_spreads(few, "x")
    assert (spread.minimum, spread.quartile1, spread.mediane, spread.maximum) == (1, 1, 1.5, 4)
    assert spread.kish == pytest.approx(4 * 22 / 64)
    assert not weight_spreads(replace(few, has_weights=False), "x")


MARGINS = pd.DataFrame(
    {
        "variable": "type_habitat",
        "modalite": ["Collectif", "Individuel"],
        "effectif": [900, 100],
    }
)


def test_the_gap_before_our_calibration_is_that_of_the_delivered_weights() -> None:
    read, plan = _survey(colonnes={"standardisation": ["type_habitat"]})
    plain = survey.protect(survey.compare(read, plan), masking_n=11)
    made = survey.protect(survey.compare(read, plan, margins=MARGINS), masking_n=11)
    keys = ["vague", "item", "bailleur"]
    gaps = plain.comparison.query("groupe == 'ecart' and ajustement == 'brut'").set_index(keys)
    before = made.variants.query("variante == 'poids_livres'").set_index(keys)
    assert before["estimation"].tolist() == gaps["estimation"].loc[before.index].tolist()
    after = made.comparison.query("groupe == 'ecart' and ajustement == 'brut'").set_index(keys)
    assert (after["estimation"] != gaps["estimation"]).any()
    assert (before["verdict"] == "").all()
    assert not (plain.variants["variante"] == "poids_livres").any()
    assert len(made.waves[-1].ponderation) == 2


def test_verdicts_under_the_other_target_are_those_it_would_give() -> None:
    read, plan = _survey(interviews=36)
    service = make_plan(reglages={"cible": "service"})
    here, there = (survey.protect(survey.compare(read, p), masking_n=11) for p in (plan, service))
    keys = ["vague", "item", "bailleur"]
    told = []
    for one, other, target in ((here, there, "service"), (there, here, "parc")):
        beside = one.variants.query(f"variante == 'cible_{target}'").set_index(keys)
        gaps = other.comparison.query("groupe == 'ecart' and ajustement == 'brut'").set_index(keys)
        assert len(beside) == len(gaps) == len(one.variants)
        for name in ("verdict", "publication"):
            assert beside[name].tolist() == gaps[name].loc[beside.index].tolist()
        assert beside["estimation"].isna().all()
        told.append(beside["verdict"].tolist())
    assert told[0] != told[1]


def test_what_masks_a_gap_masks_it_read_otherwise() -> None:
    read, plan = _survey()
    inside = np.flatnonzero(
        ((read.respondents["qpv"] == 1) & (read.respondents["vague"] == "2019")).to_numpy()
    )
    left = {k: v.copy() for k, v in read.answers.items()}
    for ranks in left.values():
        ranks[inside[::3]] = -1
        ranks[inside[1::3]] = -1
    few = replace(read, answers=left)
    seen = survey.compare(few, plan, margins=MARGINS)
    here = seen.variants["vague"] == "2019"
    assert not (
        seen.variants.loc[here, "publication"] == "masque"
    ).any()  # protect alone masks them
    masked = survey.protect(seen, masking_n=60).variants[here]
    assert set(masked["variante"]) == {"poids_livres", "cible_service"}
    assert (masked["publication"] == "masque").all()
    assert masked[["n", "estimation"]].isna().all(axis=None)


def test_contacts_give_a_response_rate_and_too_few_are_doubted() -> None:
    read, plan = _survey(enquete={"contactes": 4000, "2023": {"contactes": 5}})
    made = survey.compare(read, plan)
    assert [w.contactes for w in made.waves] == [4000, 0]
    (doubt,) = [n for n in made.notices if n.code == "contactes_trop_peu"]
    assert doubt.fields["vague"] == "2023"


def test_the_sheet_says_what_is_known_and_what_is_not() -> None:
    read, plan = _survey(enquete={"2023": {"contactes": 4000}})
    published = survey.protect(survey.compare(read, plan), masking_n=11)
    lead, response, hint, sample, weights, calibration = field_sheet(published, "A", "tout")
    n = published.waves[-1].n
    assert "taux de réponse : non fourni" in lead.paragraphs[0]
    assert f"taux de réponse : {round(100 * n / 4000)}" in lead.paragraphs[0]
    assert response.rows["contactes"].tolist() == ["non fourni", 4000]
    assert math.isclose(response.rows["taux"].iloc[1], n / 4000)
    assert "contactes" in hint.paragraphs[0]
    assert sample.key == "terrain_parc"
    assert weights.rows["poids"].tolist() == ["livrés", "livrés"]
    assert "calage fait ici" in calibration.paragraphs[0]
    calibrated = survey.protect(survey.compare(read, plan, margins=MARGINS), masking_n=11)
    moved = field_sheet(calibrated, "A", "tout")[-1]
    assert moved.key == "terrain_calage"
    assert (moved.rows["avant"] != moved.rows["ecart"]).any()


def _with_small_wave(count: int) -> tuple[survey.Published, int]:
    """Leave some interviews of 2019; a thousand households were contacted in each wave."""
    read, plan = _survey(enquete={"2023": {"contactes": 1000}, "2019": {"contactes": 9}})
    waves = (read.respondents["vague"] == "2019").to_numpy()
    kept = np.flatnonzero(~waves | (np.cumsum(waves) <= count))
    published = survey.protect(survey.compare(read.kept(kept), plan), masking_n=11)
    return published, int((~waves).sum())


def test_a_wave_under_the_threshold_is_counted_nowhere() -> None:
    published, others = _with_small_wave(10)
    small, large = published.waves
    assert (small.n, small.n_residences, small.n_qpv, small.n_hors) == (-1, -1, -1, -1)
    assert np.isnan([small.poids_min, small.poids_max, small.effet_plan_median]).all()
    assert not small.ponderation
    assert large.n == others
    assert large.n_residences == 12
    assert large.poids_max > 0
    assert [s.cales for s in large.ponderation] == [False]
    lead, response, *_ = field_sheet(published, "A", "tout")
    assert lead.paragraphs[0].startswith(
        "Terrain : vague 2019, moins de 11 ménages interrogés (taux de réponse : non fourni) ; vague 2023, "
    )
    assert response.rows["n"].tolist() == ["moins de 11, ou masqué", others]
    (doubt,) = [n for n in published.notices if n.code == "contactes_trop_peu"]
    assert doubt.fields == {"vague": "2019", "interroges": "moins de 11"}
    assert "compte moins de 11 ménages interrogés, plus que" in fault_text(doubt).title


def test_a_wave_at_the_threshold_is_counted() -> None:
    published, others = _with_small_wave(11)
    assert [w.n for w in published.waves] == [11, others]
    assert published.waves[0].ponderation
    (doubt,) = [n for n in published.notices if n.code == "contactes_trop_peu"]
    assert doubt.fields["interroges"] == 11
    assert field_sheet(published, "A", "tout")[1].rows["n"].tolist() == [11, others]


def test_the_interviews_of_all_waves_do_not_give_that_of_a_small_one() -> None:
    assert all_interviews([400, 393], 11) == 793
    assert all_interviews([-1, 393], 11) == "plus de 393"
    assert all_interviews([-1, 12_000], 11) == "plus de 12\u202f000"
    assert all_interviews([-1], 11) == "moins de 11"
    assert response_rate(-1, 50) == "masqué"
    assert response_rate(25, 50) == 0.5


def test_the_method_says_less_than_eleven_where_a_wave_or_a_side_is_small() -> None:
    published, others = _with_small_wave(10)
    settings = SimpleNamespace(dossier=SimpleNamespace(bailleur="A"))
    said = methode(SimpleNamespace(survey=published, settings=settings))  # type: ignore[arg-type]
    assert said.lead.startswith(f"plus de {others} ménages interrogés en 2 vagues")
    table = said.blocks[0]
    hidden = "moins de 11, ou masqué"
    for column in ("n", "n_residences", "n_qpv", "n_hors"):
        assert table.rows[column].iloc[0] == hidden
        assert table.rows[column].iloc[1] > 0
    sideways = said.blocks[1].rows
    assert sideways["v0"].tolist()[:4] == [hidden] * 4
    assert sideways["v1"].tolist()[0] == str(others)
