"""`tfpb abattement` and `tfpb verifier` read the same files: they say the same of them, in one form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from everywhere import small_settings

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

SETTINGS = small_settings(
    fiscalite="impots.csv",
    conventions="conventions.csv",
    programme="actions.csv",
    programme_precedent="avant.csv",
)
FILES = {
    "patrimoine": "id_residence;adresse;commune;code_insee;nb_logements;x;y;qpv_statut;qpv_code\n"
    "0007;1 rue A;Valmont;59999;3;1;1;dans;QN05991I\n",
    "impots": "Avis;Invariant;Id residence;Année;VLC eur;taux_commune_pct;taux_epci_pct\n"
    "A1;1;7;2025;3000;40;15\nA1;1;7;2025;-5;4000;15\nA2;2;7;2031;3000;beaucoup;15\n"
    "TOTAL;;;;2995;;\n",
    "conventions": "id_convention;codes_qpv;date_declaration\nC1;QN05991I;31/02/2024\nC2;;\n",
    "actions": "id_action;axe;code_qpv;action;realise_eur;valorise_eur\n"
    "A1;Sur entretien;QN05991I;Passage;300;999\nA1;Axe inconnu;QN05991I;Passage;k€;1\n",
    "avant": "id_action;axe;code_qpv;action;realise_eur;valorise_eur\n"
    "A1;3;QN05991I;Passage;1;1\nA2;;QN05991I;Passage;1;1\n",
}
MONEY = ("impots", "conventions", "actions", "avant")
COMMAND = """{0}/impots.csv --residences {0}/patrimoine.csv --conventions {0}/conventions.csv
--programme {0}/actions.csv --programme-precedent {0}/avant.csv --sortie {0}/s.csv"""


def listed(output: str, *files: str) -> set[str]:
    """Return the messages of an output that are about some files, numbers taken off."""
    output = output.partition("À coller à la fin")[0]  # lines for all the faults of a screen
    messages = re.split(r"(?m)^ *(?:\d+\.|–) ", output)
    return {" ".join(m.split()) for m in messages if re.search(f"« ({'|'.join(files)})", m)}


@pytest.mark.parametrize("spoilt", [MONEY, *((name,) for name in MONEY)])
def test_the_same_faults_with_the_same_places(
    tmp_path: Path, geodata: Path, run: Run, spoilt: tuple[str, ...]
) -> None:
    for name, text in FILES.items():
        head, first, *_ = text.splitlines()
        sound = f"{head}\n{first.replace('31/02', '12/02').replace('999', '99')}\n"
        (tmp_path / f"{name}.csv").write_text(text if name in spoilt else sound, "utf-8")
    (tmp_path / "dossier.toml").write_text(SETTINGS, "utf-8")
    whole = run("verifier", tmp_path / "dossier.toml", "--geodonnees", geodata)
    alone = run("abattement", *COMMAND.format(tmp_path).split())
    assert (whole.exit_code, alone.exit_code) == (2, 2)
    said = listed(alone.stderr, *MONEY)
    assert said
    assert said == listed(whole.stderr, *MONEY)
    assert not (tmp_path / "s.csv").exists()


def test_a_survey_is_checked_by_comparer_as_by_a_dossier(
    copy: Path, geodata: Path, run: Run, tmp_path: Path
) -> None:
    toml = copy / "dossier.toml"
    settings = toml.read_text("utf-8").replace("enquete_2019.csv", "enquete_2023.xlsx")
    toml.write_text(settings, "utf-8")
    plan = copy / "plan_enquete.toml"
    plan.write_text(plan.read_text("utf-8") + 'marge = "trop"\n', "utf-8")
    whole = run("verifier", copy, "--geodonnees", geodata)
    twice = copy / "enquete_2023.xlsx"
    alone = run("comparer", twice, twice, "--plan", plan, "--sortie", tmp_path / "s.csv")
    assert (whole.exit_code, alone.exit_code) == (2, 2)
    found = listed(alone.stderr, "plan_enquete", "enquete_2023")
    assert len(found) > 1
    assert found <= listed(whole.stderr, "plan_enquete", "enquete_2023"), whole.stderr
