from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tfpb.errors import TfpbError
from tfpb.io.sources.toml_files import load_plan, load_settings, read_plan
from tfpb.model.codes import Role
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
[dossier]
titre = "Essai"
annee = 2025
date = 2026-02-10
bailleur = "Habitat"
[fichiers]
patrimoine = "C:\\Users\\moi\\stock.xlsx"
enquete = "e.csv"
"""


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "dossier.toml"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_notepad_files_and_windows_paths_are_read(tmp_path: Path, encoding: str) -> None:
    settings = load_settings(write(tmp_path, GOOD.replace("Essai", "Été"), encoding))
    assert settings.dossier.titre == "Été"
    assert settings.fichiers.patrimoine == r"C:\Users\moi\stock.xlsx"
    assert settings.fichiers.enquete == ("e.csv",)
    assert settings.folder == tmp_path


def test_every_fault_of_the_settings_is_said(tmp_path: Path) -> None:
    text = GOOD.replace("annee = 2025", 'annee = "mille"').replace("titre", "titer")
    with pytest.raises(TfpbError) as caught:
        load_settings(write(tmp_path, text + '[reglages]\narrondi = "euro"\n'))
    found = {(f.code, f.place.column) for f in caught.value.faults}
    assert found == {
        ("reglage_absent", "dossier.titre"),
        ("reglage_inconnu", "dossier.titer"),
        ("reglage_illisible", "dossier.annee"),
        ("reglage_illisible", "reglages.arrondi"),
    }
    words = [fault_text(f).expected for f in caught.value.faults]
    assert "l’une des valeurs : centime, avis" in words


def test_roles_are_those_that_answer_doubts(tmp_path: Path) -> None:
    settings = load_settings(
        write(tmp_path, GOOD + '[roles]\nfiscalite = "Chargée de fiscalité"\n')
    )
    assert settings.roles == {Role.FISCALITE: "Chargée de fiscalité"}
    assert settings.model_dump(mode="json")["roles"] == {"fiscalite": "Chargée de fiscalité"}
    assert "roles" not in load_settings(write(tmp_path, GOOD)).model_dump(mode="json")
    with pytest.raises(TfpbError) as caught:
        load_settings(write(tmp_path, GOOD + '[roles]\nimpots = "Service"\n'))
    (fault,) = caught.value.faults
    assert (fault.place.column, fault.got) == ("roles.impots", "impots")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(TfpbError) as caught:
        load_settings(write(tmp_path, "[dossier]\ntitre = Essai\n"))
    fault = caught.value.faults[0]
    assert (fault.code, fault.place.row, fault.got) == ("toml_illisible", 2, "titre = Essai")


PLAN = """
[colonnes]
vague = "vague"
[echelles.s4]
satisfait = [1, 2]
insatisfait = [3, 4]
[[items]]
colonnes = "q1"
libelle = "Propreté"
theme = "residence"
echelle = "s4"
"""


def test_a_plan_is_read(tmp_path: Path) -> None:
    plan = load_plan(write(tmp_path, PLAN))
    assert plan.items[0].identifiant == "q1"
    assert plan.reglages.marge_points == 5
    assert plan.reglages.masquage_n == 11


def test_a_plan_is_checked_against_itself(tmp_path: Path) -> None:
    text = PLAN.replace('vague = "vague"', "").replace('echelle = "s4"', 'echelle = "s5"')
    text += '[[items]]\ncolonnes = ["q1"]\nlibelle = "Bis"\ntheme = "residence"\nechelle = "s4"\n'
    with pytest.raises(TfpbError) as caught:
        load_plan(write(tmp_path, text))
    assert {f.code for f in caught.value.faults} == {
        "plan_echelle_inconnue",
        "plan_item_en_double",
        "plan_vague_absente",
    }


def test_a_scale_at_fault_leaves_with_its_questions(tmp_path: Path) -> None:
    """Read as another kind of scale, it would refuse each of their answers."""
    text = PLAN.replace("[echelles.s4]", '[echelles.s4]\ntype = "npss"')
    plan, faults = read_plan(write(tmp_path, text))
    assert plan is not None
    assert [f.place.column for f in faults] == ["echelles.s4.type"]
    assert (plan.echelles, plan.items) == ({}, ())


def test_masking_cannot_be_lowered(tmp_path: Path) -> None:
    text = PLAN.replace("[echelles.s4]", "[reglages]\nmasquage_n = 3\n[echelles.s4]")
    with pytest.raises(TfpbError) as caught:
        load_plan(write(tmp_path, text))
    assert caught.value.faults[0].place.column == "reglages.masquage_n"


def test_settings_too_large_are_refused_rather_than_read_in_part(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "# note\n" * 600_000 + '[reglages]\narrondi = "avis"\n')
    with pytest.raises(TfpbError) as caught:
        load_settings(path)
    assert [f.code for f in caught.value.faults] == ["toml_trop_grand"]


@pytest.mark.parametrize("written", ["true", '["a", "b"]', "[1, [2]]"])
def test_values_are_quoted_as_the_file_writes_them(tmp_path: Path, written: str) -> None:
    with pytest.raises(TfpbError) as caught:
        load_settings(write(tmp_path, GOOD.replace('"Essai"', written)))
    assert caught.value.faults[0].got == written


@pytest.mark.parametrize(
    ("written", "read"), [('"12 500,50"', "12 500,50"), ("12500", "12500"), ("1250.5", "1250.5")]
)
def test_an_amount_is_read_with_or_without_quotes(tmp_path: Path, written: str, read: str) -> None:
    text = f"{GOOD}[reglages]\nreport_eur = {{ QN05991I = {written} }}\n"
    assert load_settings(write(tmp_path, text)).reglages.report_eur == {"QN05991I": read}
