"""The field sheet: who was asked beside who lives there, the weights, the gaps read otherwise."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from surveycases import make_delivery, make_plan

from tfpb import survey
from tfpb.model.report import Table
from tfpb.model.results import FIELD_COLUMNS
from tfpb.model.survey import WeightSpread
from tfpb.report.sections.methode import method_lead, method_texts, survey_rows
from tfpb.report.sections.sources import place_sources
from tfpb.survey.method import (
    contacted,
    contacts_by,
    sample_against_stock,
    shared_contacts,
    weight_spreads,
)
from tfpb.survey.secrecy.field_counts import protected_counts, rounded_spread
from tfpb.survey.secrecy.publishable import Rules
from tfpb.words.documents.report_words import SOURCES
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


def _counts(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"vague": "2023", "bailleur": "A", "cote": side, "type_habitat": kind,
             "periode_construction": "", "logements": 100, "part_logements": 0.1, "n": n,
             "part_interroges": 0.1}
            for side, kind, n in rows
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


def test_counts_are_told_to_ten_and_those_under_thirty_are_not() -> None:
    rows = [("qpv", "a", 7), ("qpv", "b", 31), ("qpv", "c", 102), ("qpv", "d", 0),
            ("hors_qpv", "a", 29), ("hors_qpv", "b", 30), ("hors_qpv", "c", 55)]  # fmt: skip
    told = protected_counts(_counts(rows), 30)
    assert list(told) == list(FIELD_COLUMNS)
    assert told["n"].fillna(-1).tolist() == [-1, 30, 100, 0, -1, 30, 60]
    shares = told["part_interroges"].fillna(-1).tolist()
    assert shares == [-1, 0.12, 0.4, 0, -1, 0.12, 0.24]  # of 250, to the point
    assert protected_counts(_counts(rows), 60)["n"].fillna(-1).tolist() == [
        -1,
        -1,
        100,
        0,
        -1,
        -1,
        -1,
    ]
    nothing = protected_counts(pd.DataFrame(), 30)
    assert list(nothing) == list(FIELD_COLUMNS)
    assert nothing.empty


def test_weights_are_told_without_extremes_and_to_one_decimal() -> None:
    spread = WeightSpread(cales=False, quartile1=0.456, mediane=0.789, quartile3=1.234, kish=1.0449)
    told = rounded_spread(spread)
    assert not {"minimum", "maximum"} & {f.name for f in dataclasses.fields(WeightSpread)}
    assert (told.quartile1, told.mediane, told.quartile3, told.kish) == (0.5, 0.8, 1.2, 1.0)


def test_other_bailleurs_have_no_count_in_a_pack() -> None:
    read, plan = _survey(("A", "B"))
    made = survey.protect(survey.compare(read, plan), bailleur="b")
    assert set(made.fieldwork["bailleur"]) == {"b"}


def test_weights_spread_by_quartiles_and_by_kish() -> None:
    read, _ = _survey()
    weights = [1.0, 1.0, 2.0, 4.0]
    few = replace(read, respondents=read.respondents.iloc[:4].assign(vague="x", poids=weights))
    (spread,) = weight_spreads(few, "x")
    assert (spread.quartile1, spread.mediane) == (1, 1.5)
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
    plain = survey.protect(survey.compare(read, plan))
    made = survey.protect(survey.compare(read, plan, margins=MARGINS))
    keys = ["vague", "item", "bailleur"]
    gaps = plain.comparison.query("groupe == 'ecart' and ajustement == 'brut'").set_index(keys)
    before = made.variants.query("variante == 'poids_livres'").set_index(keys)
    assert before["estimation"].tolist() == gaps["estimation"].loc[before.index].tolist()
    after = made.comparison.query("groupe == 'ecart' and ajustement == 'brut'").set_index(keys)
    assert (after["estimation"] != gaps["estimation"]).any()
    assert (before["verdict"] == "").all()
    assert not (plain.variants["variante"] == "poids_livres").any()
    assert len(made.waves[-1].ponderation) == 2


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
    masked = survey.protect(seen, Rules(shown_n=100)).variants[here]
    assert set(masked["variante"]) == {"poids_livres"}
    assert (masked["publication"] == "masque").all()
    assert masked[["n", "estimation"]].isna().all(axis=None)


def test_contacts_give_a_response_rate_and_too_few_are_doubted() -> None:
    read, plan = _survey(enquete={"contactes": 1000, "2023": {"contactes": 5}})
    made = survey.compare(read, plan)
    assert [w.contactes for w in made.waves] == [1000, 0]
    (doubt,) = [n for n in made.notices if n.code == "contactes_trop_peu"]
    assert doubt.fields["vague"] == "2023"


def _rows(published: survey.Published, kind: str) -> list[dict[Any, Any]]:
    return [row for row in survey_rows(published, "A") if row["nature"] == SOURCES[kind]]


def _field(published: survey.Published) -> tuple[str, ...]:
    return method_texts(published, "A")[2].paragraphs


def test_contacts_of_several_dossiers_give_no_rate() -> None:
    """A plan shared gave each dossier the households contacted for all: a rate too low, as if known."""
    read, plan = _survey(interviews=4, enquete={"contactes": 1200})  # 720 dwellings
    made = survey.protect(survey.compare(read, plan))
    doubts = [n for n in made.notices if n.code == "contactes_partages"]
    assert [(d.got, d.fields["vague"]) for d in doubts] == [("1200", "2019"), ("1200", "2023")]
    assert [w["taux"] for w in _rows(made, "vague")] == ["à confirmer"] * 2
    assert "taux de réponse : à confirmer" in _field(made)[0]

    by_side = [{"cote": side, "contactes": 500} for side in ("qpv", "hors_qpv")]
    other = {"fichiers": {"b.csv": {"bailleur": "B"}}}
    for told in ({"contactes": 400}, {"contactes_par": by_side}):
        shared = make_plan(enquete=told | other)
        assert shared_contacts(read, shared, "2023") == {"fichier": "b.csv"}
        assert not contacts_by(read, shared, "2023")
        assert not shared_contacts(read, make_plan(enquete=told), "2023")
    # rows that name bailleurs: each dossier reads its own
    rows = [{**row, "bailleur": name} for name in ("A", "B", "C") for row in by_side]
    own = make_plan(enquete={"contactes": 9000, "contactes_par": rows})
    assert contacted(read, own, "2023") == 1000
    assert contacts_by(read, own, "2023") == [["qpv", "", 500], ["hors_qpv", "", 500]]
    assert not shared_contacts(read, own, "2023")
    assert contacted(_survey(("A", "B"), interviews=4)[0], own, "2023") == 2000
    half = make_plan(enquete={"contactes_par": rows[:1]})
    assert contacted(read, half, "2023") == 0, "one side is not the whole"


def test_the_sheet_says_what_is_known_and_what_is_not() -> None:
    read, plan = _survey(enquete={"2023": {"contactes": 1000}})
    published = survey.protect(survey.compare(read, plan))
    lead, hint, *_, calibration = _field(published)
    first, second = _rows(published, "vague")
    n = published.waves[-1].n
    assert "taux de réponse : non fourni" in lead
    assert f"taux de réponse : {round(100 * n / 1000)}" in lead
    assert [w["contactes"] for w in (first, second)] == ["non fourni", 1000]
    assert math.isclose(second["taux"], n / 1000)
    assert "contactes" in hint
    assert _rows(published, "parc")
    assert [w["nom"] for w in _rows(published, "poids")] == ["livrés", "livrés"]
    assert "calage fait ici" in calibration
    calibrated = survey.protect(survey.compare(read, plan, margins=MARGINS))
    moved = _rows(calibrated, "calage")
    assert any(row["avant"] != row["ecart"] for row in moved)


def _with_small_wave(count: int) -> tuple[survey.Published, int]:
    """Leave some interviews of 2019; a thousand households were contacted in each wave."""
    read, plan = _survey(enquete={"2023": {"contactes": 1000}, "2019": {"contactes": 9}})
    waves = (read.respondents["vague"] == "2019").to_numpy()
    kept = np.flatnonzero(~waves | (np.cumsum(waves) <= count))
    published = survey.protect(survey.compare(read.kept(kept), plan))
    return published, int((~waves).sum())


def test_a_wave_under_the_threshold_is_counted_nowhere() -> None:
    published, others = _with_small_wave(10)
    small, large = published.waves
    assert (small.n, small.n_residences, small.n_qpv, small.n_hors) == (-1, -1, -1, -1)
    assert np.isnan(small.effet_plan_median)
    assert not small.ponderation
    assert large.n == others
    assert large.n_residences == 10  # to ten
    assert [s.cales for s in large.ponderation] == [False]
    assert _field(published)[0].startswith(
        "Terrain : vague 2019, moins de 30 ménages interrogés (taux de réponse : non fourni) ; vague 2023, "
    )
    assert [w["n"] for w in _rows(published, "vague")] == ["moins de 30, ou masqué", others]
    (doubt,) = [n for n in published.notices if n.code == "contactes_trop_peu"]
    assert doubt.fields == {"vague": "2019", "interroges": "moins de 30"}
    assert "compte moins de 30 ménages interrogés, plus que" in fault_text(doubt).title


def test_the_interviews_of_all_waves_do_not_give_that_of_a_small_one() -> None:
    assert all_interviews([400, 393], 30) == 793
    assert all_interviews([-1, 393], 30) == "plus de 393"
    assert all_interviews([-1, 12_000], 30) == "plus de 12\u202f000"
    assert all_interviews([-1], 30) == "moins de 30"
    assert response_rate(-1, 50) == "masqué"
    assert response_rate(25, 50) == 0.5


def test_the_method_says_less_than_thirty_where_a_wave_or_a_side_is_small() -> None:
    published, others = _with_small_wave(10)
    assert method_lead(published).startswith(f"plus de {others} ménages interrogés en 2 vagues")
    thin = SimpleNamespace(
        survey=published, run_hash="", located=SimpleNamespace(vintage=2024),
        settings=SimpleNamespace(dossier=SimpleNamespace(bailleur="A")),
    )  # fmt: skip
    made = place_sources(thin)  # type: ignore[arg-type]
    assert made is not None
    (said,) = (b for b in made.blocks if isinstance(b, Table) and b.key == "methode_document")
    small, large = _rows(published, "vague")
    hidden = "moins de 30, ou masqué"
    for column in ("n", "n_residences", "n_qpv", "n_hors"):
        assert small[column] == hidden
        assert large[column] > 0
    sideways = said.rows
    assert sideways["v0"].tolist()[:4] == [hidden] * 4
    assert sideways["v1"].tolist()[0] == str(others)
