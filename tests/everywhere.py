"""What tests of several folders share: a small dossier, the programs they may lack."""

from __future__ import annotations

import os
import shutil

import pytest


def small_settings(bailleur: str = "Habitat", **files: str) -> str:
    """Return the text of a dossier.toml that names the stock and some other files."""
    named = {"patrimoine": "patrimoine.csv", **files}
    lines = [f'{role} = "{name}"' for role, name in named.items()]
    head = ["[dossier]", 'titre = "Essai"', "annee = 2025", "date = 2026-02-10"]
    return "\n".join([*head, f'bailleur = "{bailleur}"', "[fichiers]", *lines, ""])


def need(program: str) -> str:
    """Return the path of a program, or skip by name; under CI it may not be missing."""
    path = shutil.which(program)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{program} is missing under CI")
        pytest.skip(f"{program} is not installed")
    return path
