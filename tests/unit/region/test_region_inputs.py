"""A joint delivery is read and checked as a dossier's, and what the plan names beside it is used."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from region_cases import LEVELS, region_plan, region_survey

from tfpb.errors import TfpbError
from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.inputs import gather_survey
from tfpb.io.sources.region_inputs import load_region, read_region
from tfpb.model.survey import pick
from tfpb.region.estimates import compare_region
from tfpb.region.partition import _unused
from tfpb.survey import compare
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

PLAN = """[colonnes]
vague = "vague"
bailleur = "bailleur"
residence = "residence"
poids = "poids"
strates = ["bailleur", "qpv"]
[reglages]
marges_calage = "marges.csv"
reference_standardisation = "parc.csv"
[echelles.s]
satisfait = [1, 2]
insatisfait = [3, 4]
[[items]]
colonnes = ["q1"]
libelle = "Ascenseur"
theme = "residence"
echelle = "s"
filtre = { colonne = "type_habitat", valeurs = ["collectif"] }
"""
DOSSIER = """[dossier]
titre = "x"
annee = 2025
date = 2026-01-01
bailleur = "A"
[fichiers]
patrimoine = "p.csv"
"""
REGION = """[region]
titre = "x"
annee = 2025
date = 2026-01-01
organisme_regional = "U"
[[bailleurs]]
nom = "A"
dossier = "dossier.toml"
[fichiers]
plan = "plan.toml"
enquete = ["livraison.csv"]
"""


def folder_of(folder: Path, *, clean: bool) -> Path:
    rows = pd.DataFrame({"vague": "2023", "bailleur": "A", "residence": "R1", "poids": 1, "qpv": 1,
                         "type_habitat": "collectif", "q1": 1}, index=range(40))  # fmt: skip
    if not clean:
        days = [f"{1 + k % 28:02d}/05/2023" for k in range(40)]
        rows = rows.assign(vague=days, type_habitat="Coll.")
    rows.to_csv(folder / "livraison.csv", sep=";", index=False)
    if clean:
        for name in ("marges.csv", "parc.csv"):
            (folder / name).write_text("variable;modalite;effectif\nqpv;1;40\n", encoding="utf-8")
    for name, text in (("plan", PLAN), ("dossier", DOSSIER), ("region", REGION)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / "region.toml"


def test_a_joint_delivery_is_checked_as_a_dossier_checks_its_own(tmp_path: Path) -> None:
    with pytest.raises(TfpbError) as caught:
        read_region(load_region(folder_of(tmp_path, clean=False)))
    gathered = Gathering()
    gather_survey(gathered, tmp_path / "plan.toml", [tmp_path / "livraison.csv"])
    codes = [f.code for f in gathered.faults]
    assert [f.code for f in caught.value.faults] == codes == [
        "fichier_absent", "fichier_absent", "filtre_valeur_inconnue", "vagues_trop_nombreuses",
    ]  # fmt: skip


@pytest.mark.parametrize("joint", [True, False])
def test_margins_and_reference_of_the_regions_plan_are_read(tmp_path: Path, *, joint: bool) -> None:
    path = folder_of(tmp_path, clean=True)
    if not joint:
        text = path.read_text(encoding="utf-8").replace('enquete = ["livraison.csv"]\n', "")
        path.write_text(text, encoding="utf-8")
    found = read_region(load_region(path))
    assert [f.code for f in found.notices] == ["sens_non_verifie"] * joint  # bare codes, no mark
    assert len(found.deliveries) == joint
    assert found.plan_file == "plan.toml"
    assert found.margins is not None
    assert found.margins.frame["modalite"].tolist() == ["1"]
    assert found.reference is not None
    assert [s.role for s in found.sources] == [
        "plan", *(["enquete"] if joint else []), "calage", "standard",
    ]  # fmt: skip


def test_a_region_is_calibrated_and_standardised_as_a_comparison_is() -> None:
    answers, plan = region_survey(3), region_plan()
    kind = ["collectif" if k % 3 else "individuel" for k in range(len(answers.respondents))]
    answers = replace(answers, respondents=answers.respondents.assign(type_habitat=kind))
    names = plan.colonnes.model_copy(update={"ajustement": ("type_habitat",)})
    plan = plan.model_copy(update={"colonnes": names})
    margins = pd.DataFrame(
        {"variable": "qpv", "modalite": ["1", "0"], "effectif": ["9000", "1000"]}, dtype=object
    )
    reference = pd.DataFrame({"type_habitat": ["collectif", "individuel"], "effectif": [1, 9]})
    asked: dict[str, Any] = {"repere": None, "margins": margins, "reference": reference}
    made = compare_region(answers, plan, by=LEVELS, **asked)
    alone = compare(answers, plan, **asked)
    key = ["vague", "bailleur", "item", "groupe", "ajustement"]
    rows = made.comparison[made.comparison["niveau"] == "total"]
    both = rows.merge(alone.comparison, on=key, suffixes=("", "_c"))
    assert len(both) == len(rows) == len(alone.comparison)
    np.testing.assert_array_equal(both["estimation"], both["estimation_c"])
    bare = compare_region(answers, plan, by=LEVELS, repere=None)
    for way, level in (("brut", "total"), ("comparable", "departement")):
        one, two = (
            pick(t.comparison, ajustement=way, niveau=level)["estimation"].to_numpy()
            for t in (made, bare)
        )
        assert not np.array_equal(one, two, equal_nan=True)
    assert made.settings["calage"] == "post_stratification"
    lost = compare_region(answers, plan, by=(), repere=None, margins=margins.iloc[:1])
    assert [n.code for n in lost.notices].count("calage_impossible") == 1


def test_a_plan_of_a_bailleur_that_asks_more_than_the_region_does_is_doubted() -> None:
    there: Any = SimpleNamespace(margins=object(), reference=object(), deliveries=(1,))
    (doubt,) = _unused(there, "A")
    assert doubt.code == "region_reglages_ignores"
    assert "« A » demande marges_calage, reference_standardisation :" in fault_text(doubt).title
    none: Any = SimpleNamespace(margins=None, reference=None, deliveries=(1,))
    assert not _unused(none, "A")
    joint: Any = SimpleNamespace(margins=object(), reference=None, deliveries=())
    assert not _unused(joint, "A")


def test_a_joint_delivery_leaves_their_own_to_those_it_does_not_name(tmp_path: Path) -> None:
    region = folder_of(tmp_path, clean=True)
    own = {"A": "", "B": 'enquete = ["b.csv"]\nplan = "b.toml"\n', "C": 'enquete = ["c.csv"]\n'}
    for name, files in own.items():
        (tmp_path / name).mkdir()
        text = DOSSIER.replace('bailleur = "A"', f'bailleur = "{name}"') + files
        (tmp_path / name / "dossier.toml").write_text(text, encoding="utf-8")
    blocks = "".join(f'[[bailleurs]]\nnom = "{n}"\ndossier = "{n}/dossier.toml"\n' for n in own)
    head, _, files = REGION.partition("[[bailleurs]]")
    files = files.partition("[fichiers]")[2]
    alias = '\n[alias.bailleurs]\n"Foyer C" = "C"\n'
    survey = tmp_path / "livraison.csv"
    survey.write_text(survey.read_text("utf-8").replace(";A;", ";Foyer C;", 9), "utf-8")
    region.write_text(f"{head}{blocks}[fichiers]{files}{alias}", encoding="utf-8")
    read = read_region(load_region(region))
    assert read.deliveries == ()
    assert read.plan is not None
    assert [d.fichiers.enquete for d in read.dossiers] == [
        ("../livraison.csv",), ("b.csv",), ("../livraison.csv",),
    ]  # fmt: skip
    assert [d.fichiers.plan for d in read.dossiers] == ["../plan.toml", "b.toml", "../plan.toml"]
    (doubt,) = [n for n in read.notices if n.code == "region_livraison_en_double"]
    assert (doubt.got, doubt.fields["bailleur"]) == ("c.csv", "C")

    text = region.read_text(encoding="utf-8").replace(
        '[[bailleurs]]\nnom = "A"\ndossier = "A/dossier.toml"\n', ""
    )
    region.write_text(text.replace(alias, ""), encoding="utf-8")  # it names nobody: all read it
    read = read_region(load_region(region))
    assert {d.fichiers.enquete for d in read.dossiers} == {("../livraison.csv",)}
    assert [n.code for n in read.notices].count("region_livraison_en_double") == 2
