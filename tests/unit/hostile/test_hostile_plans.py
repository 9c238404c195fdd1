"""Plans that do not meet their deliveries: told before any figure is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tfpb.io.sources.deliveries import Delivery
from tfpb.io.sources.plan_checks import check_deliveries, check_scales
from tfpb.io.tables.tabular import TextTable
from tfpb.model.plan import Dictionary, Plan

if TYPE_CHECKING:
    from pathlib import Path

import numpy as np

from tfpb.errors import Severity
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings


def plan(**scale: object) -> Plan:
    return Plan.model_validate(
        {
            "colonnes": {"vague": "vague", "poids": "poids", "bailleur": "bailleur"},
            "variables": {"habitat": {"colonnes": ["hab"], "categories": {"collectif": [1]}}},
            "echelles": {"s": {"satisfait": [1, 2], "insatisfait": [3, 4], **scale}},
            "items": [
                {"colonnes": "q1", "libelle": "Q", "theme": "residence", "echelle": "s",
                 "filtre": {"colonne": "habitat", "valeurs": ["collectif"]}}
            ],
        }
    )  # fmt: skip


def delivery(**columns: list[str]) -> Delivery:
    cells = {"vague": ["2023"] * 3, "poids": ["1", "2", "1.5"], "bailleur": ["Été Habitat"] * 3,
             "hab": ["1"] * 3, "q1": ["1", "2", "3"], **columns}  # fmt: skip
    frame = pd.DataFrame(cells, dtype=object)
    return Delivery(TextTable(frame, "e.csv", "", np.arange(2, 5)), Dictionary())


def told(made: Plan, **columns: list[str]) -> dict[str, Severity]:
    faults = check_deliveries(made, [delivery(**columns)], "plan.toml", bailleur="ETE HABITAT")
    return {f.code: f.severity for f in faults}


def test_a_plan_that_fits_says_nothing() -> None:
    assert told(plan()) == {}
    assert check_scales(plan(), "plan.toml") == []


def test_scales_that_contradict_themselves() -> None:
    assert [f.code for f in check_scales(plan(nsp=["2.0"]), "p")] == ["plan_code_en_double"]
    assert [f.code for f in check_scales(plan(satisfait=[]), "p")] == ["plan_echelle_vide"]


@pytest.mark.parametrize(
    ("bounds", "parts"),
    [
        ({}, True),
        ({"maximum": 5, "satisfait_des": 4}, True),
        ({"maximum": 5}, False),
        ({"maximum": 20}, False),
        ({"minimum": 1, "maximum": 7}, False),
        ({"maximum": 20, "satisfait_des": 14}, True),
        ({"satisfait_des": 0}, False),
    ],
)
def test_a_mark_from_which_nobody_or_everybody_is_satisfied_is_no_scale(
    bounds: dict[str, float], *, parts: bool
) -> None:
    made = plan(type="note", satisfait=[], insatisfait=[], **bounds)
    assert [f.code for f in check_scales(made, "p")] == ["plan_echelle_vide"] * (not parts)


def test_filters_that_meet_nothing() -> None:
    made = plan()
    item = made.items[0]
    assert item.filtre is not None
    for update, code in (
        ({"valeurs": ("tour",)}, "filtre_valeur_inconnue"),
        ({"colonne": "zut"}, "filtre_colonne_inconnue"),
    ):
        other = item.model_copy(update={"filtre": item.filtre.model_copy(update=update)})
        spoiled = made.model_copy(update={"items": (other,)})
        assert told(spoiled) == {code: Severity.FAUTE}


def test_deliveries_that_would_mislead() -> None:
    assert told(plan(), poids=["0", "", "0.0"]) == {"poids_tous_nuls": Severity.FAUTE}
    assert told(plan(), q1=["", "", ""]) == {"question_sans_reponse": Severity.DOUTE}
    assert told(plan(), vague=["Vague 1"] * 3) == {"vague_sans_annee": Severity.DOUTE}
    assert told(plan(), bailleur=["Autre"] * 3) == {"bailleur_absent_enquete": Severity.DOUTE}
    rows = {k: v * 5 for k, v in delivery().table.frame.to_dict("list").items()}
    rows["vague"] = [f"{day:02}/03/2023" for day in range(1, 16)]
    frame = pd.DataFrame(rows, dtype=object)
    many = Delivery(TextTable(frame, "e.csv", "", np.arange(2, 17)), Dictionary())
    assert [f.code for f in check_deliveries(plan(), [many], "p")] == ["vagues_trop_nombreuses"]


def test_a_delivery_named_twice_and_settings_that_name_nothing(example: Path) -> None:
    settings = load_settings(example / "dossier.toml")
    files = settings.fichiers.model_copy(update={"enquete": ("enquete_2019.csv",) * 2})
    options = settings.reglages.model_copy(
        update={"colonnes": {"patrimoine.zut": "A"}, "feuilles": {"stock": "B"}}
    )
    _, faults = gather_inputs(settings.model_copy(update={"fichiers": files, "reglages": options}))
    stopping = sorted(f.code for f in faults if f.severity is Severity.FAUTE)
    assert stopping == ["livraison_en_double", "reglage_inconnu", "reglage_inconnu"]
