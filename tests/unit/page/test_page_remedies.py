"""Every message has its remedy in the page: a screen that is there, or a reason why it is never met."""

from __future__ import annotations

import re
from pathlib import Path

import tfpb
from tfpb.errors import Fault, Place
from tfpb.facts.kinds import KIND_OF, Gesture
from tfpb.page.application import SCREENS
from tfpb.page.remedies import TEXT, remedy
from tfpb.pipeline.published_before import left_open
from tfpb.words.faults.sentences import CATALOGUE

ROOT = Path(tfpb.__file__).parent
OF_COMMANDS = {c for c, kind in KIND_OF.items() if kind.codes[c] is Gesture.COMMAND}
ROOMS_OF_COMMANDS = ("cli/", "region/", "pipeline/jobs/", "executors.py")


def test_every_code_is_mended_on_a_screen_or_met_by_commands_alone() -> None:
    screens = {code: remedy(Fault(code)) for code in CATALOGUE}
    assert {c for c, screen in screens.items() if screen not in {*SCREENS, TEXT}} == OF_COMMANDS


def test_what_a_release_leaves_open_without_a_message_is_settled_on_a_screen() -> None:
    for code in left_open((), no_convention=True, in_doubt=True):
        assert remedy(Fault(code)) in SCREENS


def test_what_a_fault_says_to_paste_is_asked_on_a_screen() -> None:
    for table, screen in (
        ("alias.bailleurs", "noms"), ("reglages.lectures", "colonnes"), ("reponses", "reponses"),
        ("enquete.fichiers", "noms"), ("reglages.recopier", "colonnes"),
    ):  # fmt: skip
        assert remedy(Fault("valeur_illisible", fields={"coller": (table, "a", "b")})) == screen
    assert remedy(Fault("valeur_illisible", Place("dossier.toml"))) == TEXT
    assert remedy(Fault("valeur_illisible", Place("plan.toml")), "plan.toml") == TEXT


def test_codes_said_to_be_of_commands_are_raised_where_the_page_does_not_go() -> None:
    """Those that a room below may raise are of an option or a place that the page never gives."""
    places = {
        code: [
            p.relative_to(ROOT).as_posix()
            for p in sorted(ROOT.rglob("*.py"))
            if re.search(rf'"{code}"', p.read_text(encoding="utf-8"))
        ]
        for code in sorted(OF_COMMANDS)
    }
    below = {
        c for c, found in places.items() if not all(p.startswith(ROOMS_OF_COMMANDS) for p in found)
    }
    assert not [c for c, found in places.items() if any(p.startswith("page/") for p in found)]
    assert below == {
        "colonne_option_inconnue", "limite_illisible", "millesime_inconnu", "option_sans_effet",
        "precedent_sans_diffusion", "sortie_sur_entree", "territoire_inconnu", "cote_absent",
        "nom_refuse_par_windows", "reglages_a_nommer", "reglages_absents", "sortie_est_disque",
        "sortie_est_fichier",
    }  # fmt: skip
