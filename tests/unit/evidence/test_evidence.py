from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from tfpb.errors import Severity, TfpbError, fail
from tfpb.evidence.crosschecks import unknown_quarters, unknown_residences
from tfpb.evidence.evaluation import evaluation, readings
from tfpb.facts.amount import known
from tfpb.facts.claim import TOTAL, Claims, claim
from tfpb.facts.place import dwellings_in, located_stock, quarter_homes, with_doors
from tfpb.facts.quarter import Quarter, Quarters
from tfpb.facts.table import claims_of
from tfpb.model.location import Located, QpvMap
from tfpb.model.money import Programme
from tfpb.model.results import COMPARISON_COLUMNS
from tfpb.model.survey import _SEAL, Published, WaveFacts
from tfpb.pipeline.wiring import Key, Values, run_stages
from tfpb.stage import Stage
from tfpb.words.faults.sentences import fault_text


def comparison(rows: list[dict[str, Any]]) -> pd.DataFrame:
    base = {
        "niveau": "total", "territoire": "total", "bailleur": "ensemble", "ajustement": "brut",
        "vague": "2023", "groupe": "ecart", "publication": "publiable", "marge_points": 5.0, "n": 900,
    }  # fmt: skip
    return pd.DataFrame([{**base, **r} for r in rows], columns=list(COMPARISON_COLUMNS))


def gap(item: str, low: float, high: float, verdict: str, **more: Any) -> dict[str, Any]:
    return {
        "item": item, "estimation": (low + high) / 2, "ic95_bas": low, "ic95_haut": high,
        "ic90_bas": low, "ic90_haut": high, "verdict": verdict, **more,
    }  # fmt: skip


@pytest.fixture
def published() -> Published:
    items = pd.DataFrame(
        {"item": ["proprete", "accueil"], "libelle": ["Propreté", "Accueil"], "axes": [(3,), (1,)]}
    )
    rows = [
        gap("proprete", -0.14, -0.06, "inferieur"),
        gap("accueil", -0.03, 0.03, "equivalent"),
        gap("proprete", 0.0, 0.04, "non_demontre", vague="2019-2023", groupe="evolution_ecart"),
        gap("proprete", -0.2, 0.1, "non_concluant", niveau="code_qpv", territoire="QN1"),
        {"item": "accueil", "niveau": "code_qpv", "territoire": "QN1", "publication": "masque"},
    ]
    empty = pd.DataFrame()
    waves = (WaveFacts("2019", 900, 40, 400, 500), WaveFacts("2023", 900, 40, 400, 500))
    return Published(comparison(rows), empty, empty, items, waves, (), {}, _SEAL)


NAMED = Quarters([Quarter("QN1", "Le Moulin"), Quarter("QN2", "Les Tilleuls")])


@pytest.fixture
def located() -> Located:
    entrances = pd.DataFrame(
        {
            "id_residence": ["A", "A", "B"],
            "nb_logements": [20, 10, 10],
            "qpv_statut": ["dans", "a_verifier", "a_verifier"],
            "qpv_code": ["QN1", "", ""],
            "qpv_proche_code": ["QN1", "QN1", "QN1"],
        }
    )
    homes = pd.DataFrame(
        {
            "id_residence": ["A", "B"],
            "nb_logements": [30, 10],
            "logements_dans": [20, 0],
            "logements_hors": [0, 0],
            "logements_a_verifier": [10, 10],
            "part_qpv": [20 / 30, 0.0],
            "cote": ["dans", "a_verifier"],
            "code_qpv": ["QN1", "QN1"],
            "nom_qpv": ["Le Moulin", "Le Moulin"],
        }
    )
    return located_stock(2025, 2024, entrances, homes, pd.DataFrame())


@pytest.fixture
def programme(located: Located) -> Claims:
    actions = {
        "code_qpv": ["QN1"],
        "axe": [3],
        "annee": [2025],
        "valorise_eur": [Decimal("500.00")],
    }
    return claims_of(located, None, Programme(pd.DataFrame(actions), year=2025), None, bailleur="")


def test_money_and_gap_stand_side_by_side(
    located: Located, programme: Claims, published: Published
) -> None:
    table = evaluation(located, NAMED, programme, published).table
    whole = table[table["niveau"] == "convention"].set_index("axe")
    assert whole.loc[3, "valorise_par_logement_eur"] == Decimal("25.00")
    assert whole.loc[3, "lecture"] == "ecart_defavorable|evolution_non_demontree"
    assert whole.loc[3, "evolution"] == pytest.approx(0.02)
    assert whole.loc[3, ["depense", "repere"]].tolist() == [25.0, ""]
    here = table[table["niveau"] == "qpv"].set_index("axe")
    assert here.loc[3, "repere"] == "A3"
    assert whole.loc[1, "lecture"] == "ecart_equivalent|sans_evolution"
    assert whole.loc[2, "lecture"] == "sans_item"
    assert len(whole) == 8


def test_a_quarter_keeps_only_what_may_be_published(
    located: Located, programme: Claims, published: Published
) -> None:
    table = evaluation(located, NAMED, programme, published).table
    quarter = table[table["niveau"] == "qpv"].set_index("axe")
    assert quarter.loc[3, "lecture"].startswith("ecart_non_conclu")
    assert quarter.loc[1, "lecture"] == "masque|sans_evolution"
    assert pd.isna(quarter.loc[1, "ecart"])


def test_what_nobody_was_asked_is_not_masked(
    located: Located, programme: Claims, published: Published
) -> None:
    def read(publication: str) -> list[str]:
        rows = published.comparison.assign(publication=publication)
        held = replace(published, comparison=rows)
        table = evaluation(located, NAMED, programme, held).table.set_index(["niveau", "axe"])
        return [str(table.loc[(level, 3), "lecture"]) for level in ("convention", "qpv")]

    assert read("non_calculable") == ["sans_reponse|sans_evolution"] * 2
    assert read("masque") == read("non_publiable") == ["masque|sans_evolution"] * 2


def test_without_survey_money_stays(located: Located, programme: Claims) -> None:
    table = evaluation(located, NAMED, programme, None).table
    assert set(table["lecture"]) == {"sans_enquete"}
    assert evaluation(located, NAMED, Claims(), None).table.empty


def test_without_a_programme_what_was_spent_is_not_known(
    located: Located, published: Published
) -> None:
    table = evaluation(located, NAMED, Claims(), published).table
    assert table["valorise_eur"].isna().all()
    assert table["valorise_par_logement_eur"].isna().all()
    assert "ecart_defavorable|evolution_non_demontree" in table["lecture"].tolist()


def test_each_quarter_of_a_residence_has_its_own_dwellings(
    located: Located, programme: Claims
) -> None:
    doors = located.entrances.assign(
        qpv_statut=["dans", "dans", "a_verifier"], qpv_code=["QN1", "QN2", ""]
    )
    located = with_doors(located, doors, located.residences)
    assert dwellings_in(located.held) == {"QN1": 20, "QN2": 10}
    held = quarter_homes(located.held)
    held = held[held["logements_dans"] > 0]
    assert held[["code_qpv", "id_residence"]].to_numpy().tolist() == [["QN1", "A"], ["QN2", "A"]]
    table = evaluation(located, NAMED, programme, None).table.drop_duplicates("code_qpv")
    told = list(zip(table["nom_qpv"], table["code_qpv"], table["logements"], strict=True))
    assert told == [("", "total", 30), ("Le Moulin", "QN1", 20), ("Les Tilleuls", "QN2", 10)]


def test_doubts_are_read_one_way_and_the_other(located: Located) -> None:
    def money(stock: Located) -> Claims:
        inside = int(stock.residences["logements_dans"].sum())
        best = inside + 3 + int(stock.residences["logements_a_verifier"].sum())
        amounts = {"acquis": inside, "au_mieux": best}
        return Claims(claim(name, TOTAL, known(amount)) for name, amount in amounts.items())

    doubts = readings(located, abate=money).set_index("hypothese")
    assert doubts["logements_dans"].to_dict() == {"retenu": 20, "tous_dans": 40, "tous_hors": 20}
    assert doubts.loc["tous_dans", "abattement_eur"] == Decimal(40)
    assert doubts["au_mieux_eur"].to_dict() == {"retenu": 43, "tous_dans": 43, "tous_hors": 23}
    assert doubts["logements_a_verifier"].to_dict() == {
        "retenu": 20,
        "tous_dans": 0,
        "tous_hors": 0,
    }
    assert located.residences["logements_dans"].tolist() == [20, 0]


def test_unknown_codes_are_listed_with_their_place() -> None:
    frame = pd.DataFrame(
        {
            "code_qpv": ["QN1", "QNX", ""],
            "id_residence": ["A", "Z", "Z"],
            "_fichier": "p.xlsx",
            "_feuille": "Programme",
            "_ligne": [4, 5, 6],
        }
    )
    shape = gpd.GeoDataFrame({"code_qpv": ["QN1"]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    faults = unknown_quarters({"programme": frame}, {2024: QpvMap(2024, shape)}, 2024, "/geo")
    assert [(f.code, f.got, f.place.row, f.place.column) for f in faults] == [
        ("qpv_inconnu", "QNX", 5, "code_qpv")
    ]
    assert "« /geo »" in fault_text(faults[0]).hint
    found = unknown_residences(
        frame, ["A"], column="id_residence", code="residence_inconnue", severity=Severity.FAUTE
    )
    assert [(f.got, f.place.row, f.fields["nombre"]) for f in found] == [("Z", 5, 2)]


def test_a_stage_at_fault_does_not_hide_the_others() -> None:
    def broken(_a: int) -> int:
        raise fail("code_inconnu", got="x")

    stages = (
        Stage("un", ("a",), "b", broken),
        Stage("deux", ("b",), "c", lambda b: b),
        Stage("trois", ("a",), "d", lambda a: a + 1),
        Stage("quatre", ("a",), "e", broken),
    )
    outcome = run_stages(stages, Values({"a": 1}))
    made = {n: outcome.results[Key[int](n)] for n in "abcde" if n in outcome.results}
    assert made == {"a": 1, "d": 2}
    assert [f.code for f in outcome.faults] == ["code_inconnu", "code_inconnu"]
    with pytest.raises(KeyError):
        run_stages((Stage("x", ("absent",), "y", lambda v: v),), Values())
    with pytest.raises(TfpbError):
        broken(1)


def test_a_doubt_settled_in_moves_side_and_quarter_as_any_door(located: Located) -> None:
    doors = pd.DataFrame(
        {
            "id_residence": ["A"] * 3, "nb_logements": [30, 40, 60],
            "qpv_statut": ["dans", "a_verifier", "hors"], "qpv_code": ["QN1", "", ""],
            "qpv_proche_code": ["QN1", "QN2", "QN1"],
        }
    )  # fmt: skip
    homes = located.residences.iloc[:1].assign(cote="hors", code_qpv="QN1")
    seen: dict[str, tuple[str, str, int]] = {}

    def money(stock: Located) -> Claims:
        (home,) = stock.residences.to_dict("records")
        seen[str(home["logements_dans"])] = (home["cote"], home["code_qpv"], home["logements_hors"])
        return Claims()

    table = readings(with_doors(located, doors, homes), abate=money).set_index("hypothese")
    assert table.loc["tous_dans", "logements_dans"] == 70
    assert table.loc["retenu", "logements_a_verifier"] == 40
    assert seen["70"] == ("dans", "QN2", 60)
