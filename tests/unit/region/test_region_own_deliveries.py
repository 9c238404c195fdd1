"""A bailleur's own deliveries, which may name it as its files do and others beside."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from region_cases import region_survey

from tfpb.errors import Severity
from tfpb.io.sources.gathering import EMPTY, Gathering
from tfpb.io.sources.inputs import gather_survey
from tfpb.pipeline.steps.surveying import own_interviews
from tfpb.region import partition
from tfpb.region.joined import Joined, shown_waves
from tfpb.survey import Plan

if TYPE_CHECKING:
    from pathlib import Path

PLAN = Plan.model_validate(
    {
        "colonnes": {
            "repondant": "id", "vague": "annee", "bailleur": "bailleur", "residence": "residence",
            "poids": "poids", "qpv": "qpv", "strates": ["qpv"],
        },
        "echelles": {"s": {"satisfait": [1, 2], "insatisfait": [3, 4]}},
        "items": [{"colonnes": ["q1"], "libelle": "Propreté", "theme": "residence", "echelle": "s"}],
    }
)  # fmt: skip


def delivered(owner: str) -> pd.DataFrame:
    rows = [
        {"id": f"{owner}{k}", "annee": "2023", "bailleur": owner, "residence": f"R{k % 2 + 1}",
         "poids": "1", "qpv": "", "q1": "1"}
        for k in range(6)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_its_residences_are_known_by_the_name_its_files_give_it() -> None:
    """Another of the delivery uses the same identifiers: its answers are left, not taken for ours."""
    table: Any = SimpleNamespace(file="livraison.csv")
    both = pd.concat([delivered("A SA"), delivered("B")], ignore_index=True)
    inputs: Any = SimpleNamespace(deliveries=[SimpleNamespace(frame=both, table=table)])
    sides = pd.DataFrame(
        {"id_residence": ["R1", "R2"], "bailleur": "Office A", "cote": ["dans", "hors"],
         "code_qpv": ["QN1", ""], "nb_logements": ["40", "40"]}
    )  # fmt: skip
    heard = partition._answers(inputs, PLAN, sides, "Office A", "A SA")
    made = heard.survey
    assert made is not None
    assert set(made.respondents["bailleur"]) == {"Office A"}
    assert made.respondents["qpv"].tolist() == [1, 0, 1, 0, 1, 0]
    # nothing of B's résidences, which would stand in the pack of A
    assert [(f.code, f.fields["nombre"]) for f in heard.notices] == [("region_reponses_autres", 6)]
    assert [(r.bailleur, r.read, r.kept) for r in made.readings] == [
        ("Office A", 6, 6),
        ("B", 6, 0),
    ]


def test_an_empty_delivery_stops_alone_and_is_doubted_beside_others(tmp_path: Path) -> None:
    assert EMPTY == "livraison_vide"
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[colonnes]\nrepondant = "id"\nvague = "annee"\nresidence = "residence"\n'
        '[echelles.s]\nsatisfait = [1, 2]\ninsatisfait = [3, 4]\n'
        '[[items]]\ncolonnes = "q1"\nlibelle = "Propreté"\ntheme = "residence"\nechelle = "s"\n',
        encoding="utf-8",
    )  # fmt: skip
    full, empty = tmp_path / "2019.csv", tmp_path / "2023.csv"
    full.write_text("id;annee;residence;q1\n1;2019;R1;2\n2;2019;R1;3\n", encoding="utf-8")
    empty.write_text("id;annee;residence;q1\n", encoding="utf-8")
    for files, severity in (((full, empty), Severity.DOUTE), ((empty,), Severity.FAUTE)):
        gathered = Gathering()
        found = gather_survey(gathered, plan, files)
        mine = [(f.severity, f.place.file) for f in gathered.faults if f.code == EMPTY]
        assert mine == [(severity, "2023.csv")]
        assert len(found.deliveries) == len(files) - 1


def test_where_several_others_are_named_no_interview_is_taken_for_its_own() -> None:
    one, other, third = (delivered(name) for name in ("A", "S.A. Logis", "B"))

    def own(*frames: pd.DataFrame) -> set[str]:
        frame = pd.concat(frames, ignore_index=True)
        return set(own_interviews(frame, PLAN, "A")["bailleur"])

    assert own(one, other) == {"A"}
    assert own(other) == {"S.A. Logis"}  # a firm's own spelling
    assert own(other, third) == set()


def test_a_wave_of_too_few_bailleurs_is_left_out_and_the_others_go_on() -> None:
    whole = region_survey(3, owners=5)
    lone = (whole.respondents["vague"] == "2023") & ~whole.respondents["bailleur"].isin(
        sorted(set(whole.respondents["bailleur"]))[:3]
    )
    few = whole.kept(np.flatnonzero(~lone))
    joined: Any = Joined(None, few, {})  # type: ignore[arg-type]
    shown = shown_waves(joined, 3, "region.toml")
    assert shown.survey is not None
    assert set(shown.survey.respondents["vague"]) == {"2019"}
    assert [(f.code, f.got, f.severity) for f in shown.notices] == [
        ("region_trop_peu", "2023", Severity.DOUTE)
    ]
    assert shown_waves(replace(joined, survey=whole), 3, "region.toml").notices == ()
    assert shown_waves(replace(joined, survey=whole), 5, "region.toml").survey is None
