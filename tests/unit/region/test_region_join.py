"""Parts put together: the same question under two names, strata apart, what differs said."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tfpb import survey
from tfpb.config import Entete, Fichiers, Settings
from tfpb.errors import TfpbError
from tfpb.model.plan import Plan
from tfpb.region.join import _known_bailleurs, _stacked
from tfpb.region.partition import Part, only_rows
from tfpb.region.territories import Territories
from tfpb.survey.scales import ABSENT


def plan(column: str, label: str, *, satisfied: tuple[int, ...] = (1, 2)) -> Plan:
    return Plan.model_validate(
        {
            "colonnes": {"vague_fixe": "2023", "bailleur": "b", "residence": "r", "poids": "p",
                         "qpv": "q", "strates": ["qpv"]},
            "reglages": {"marge_adoptee_par": "comité"},
            "echelles": {"s": {"satisfait": list(satisfied),
                               "insatisfait": [k for k in (1, 2, 3, 4) if k not in satisfied]}},
            "items": [{"colonnes": column, "libelle": label, "theme": "residence", "echelle": "s"}],
        }
    )  # fmt: skip


def part(name: str, its_plan: Plan, column: str, answers: list[int]) -> Part:
    size = len(answers)
    frame = pd.DataFrame(
        {"b": name, "r": [f"R{k % 3}" for k in range(size)], "p": "1", "q": ["0", "1"] * (size // 2),
         column: [str(a) for a in answers], "_fichier": "e.csv", "_feuille": "", "_ligne": 2},
        dtype=object,
    )  # fmt: skip
    settings = Settings(
        dossier=Entete(titre="t", annee=2025, date=dt.date(2026, 1, 1), bailleur=name),
        fichiers=Fichiers(patrimoine="p.csv"),
    )
    made = survey.recode([frame], its_plan)
    return Part(settings, survey=made, plan=its_plan)


def test_a_question_is_met_by_its_column_or_by_its_wording() -> None:
    region = plan("q1", "Propreté des parties communes")
    parts = [
        part("A", plan("Q1", "Autre libellé"), "Q1", [1, 2, 3, 4]),
        part("B", plan("Q01. Propreté", "propreté des parties  communes"), "Q01. Propreté", [4, 4]),
    ]
    made, names, faults = _stacked(parts, region, "plan.toml")
    assert names == {"A": {"q1": "Q1"}, "B": {"q1": "Q01. Propreté"}}
    assert not faults
    assert made.answers["q1"].tolist() == [0, 1, 2, 3, 3, 3]
    assert len(made.respondents) == 6
    assert {s.split(" × ")[0] for s in made.respondents["strate"]} == {"A", "B"}


def test_a_question_one_lacks_is_said_and_left_empty() -> None:
    region = plan("q1", "Propreté")
    parts = [
        part("A", plan("q1", "Propreté"), "q1", [1, 2]),
        part("B", plan("z", "Tout autre"), "z", [1, 2]),
    ]
    made, _, faults = _stacked(parts, region, "plan.toml")
    assert [f.code for f in faults] == ["region_item_absent"]
    assert made.answers["q1"].tolist() == [0, 1, ABSENT, ABSENT]


def test_two_scales_do_not_add_up() -> None:
    region = plan("q1", "Propreté")
    parts = [
        part("A", plan("q1", "Propreté"), "q1", [1, 2]),
        part("B", plan("q1", "Propreté", satisfied=(1,)), "q1", [1, 2]),
    ]
    _, _, faults = _stacked(parts, region, "plan.toml")
    assert [(f.code, f.fields["bailleur"]) for f in faults] == [("region_echelle_differente", "B")]


def test_bailleurs_of_a_joint_delivery() -> None:
    one = part("HABITAT  a", plan("q1", "Propreté"), "q1", [1, 2]).survey
    assert one is not None
    kept = _known_bailleurs(one, ["Habitat A", "Habitat B"])
    assert set(kept.respondents["bailleur"]) == {"Habitat A"}
    gone = _known_bailleurs(one, ["Habitat B"])
    assert len(gone.respondents) == 0
    assert [(f.code, f.fields["nombre"]) for f in gone.faults] == [("region_bailleur_inconnu", 2)]


def test_rows_are_kept_together() -> None:
    one = part("A", plan("q1", "Propreté"), "q1", [1, 2, 3, 4]).survey
    assert one is not None
    kept = only_rows(one, np.array([1, 3]))
    assert kept.answers["q1"].tolist() == [1, 3]
    assert len(kept.respondents) == 2


def test_territories_of_both_sides() -> None:
    places = Territories(
        epci={"59001": "E1", "59002": "E2"},
        departement={"59001": "59", "59002": "59"},
        contrat_of_quarter={"QN05901N": "Contrat"},
        contrat_of_commune={"59001": "Contrat"},
    )
    frame = pd.DataFrame(
        {"code_insee": ["59001", "59001", "59002"], "code_qpv": ["QN05901N", "QN05901N", ""],
         "qpv": [1, 0, 0]}
    )  # fmt: skip
    out = places.of_rows(frame)
    # a doubtful résidence decided out bears its nearest quarter: it does not count in it
    assert out["code_qpv"].tolist() == ["QN05901N", "", ""]
    assert out["contrat_de_ville"].tolist() == ["Contrat", "Contrat", ""]
    assert out["siren_epci"].tolist() == ["E1", "E1", "E2"]


def test_a_fault_raised_in_a_part_comes_back_as_a_value() -> None:
    from pathlib import Path

    from tfpb.region.partition import Task, make_part

    settings = Settings(
        dossier=Entete(titre="t", annee=2025, date=dt.date(2026, 1, 1), bailleur="A"),
        fichiers=Fichiers(patrimoine="p.csv"),
    )
    made = make_part(Task(settings, Path("nulle-part"), None, own_survey=True))
    assert made.faults
    with pytest.raises(TfpbError):
        raise TfpbError(made.faults)
