"""Packs of the example's variants, each made once for all workers.

By day the example alone is drawn; its variants are data and a screen, two seconds each.
With ``TFPB_ESSAIS=tous`` every variant has its documents.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from effort import tries
from example_pack import undrawn
from tfpb.cli.app import app

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from input_edits import Inputs, copy_of
from pack_reading import Pack
from seen_variants import as_it_is
from tellings import Telling, tellings

if TYPE_CHECKING:
    from collections.abc import Callable

    Once = Callable[[str, Callable[[Path], None]], Path]


@dataclass(frozen=True)
class Made:
    """What a run wrote and said."""

    pack: Pack
    screen: str
    code: int

    @property
    def tellings(self) -> list[Telling]:
        """Return what it tells of the claims."""
        return _told(self)


@cache
def _told(made: Made) -> list[Telling]:
    return tellings(made.pack, made.screen)


@pytest.fixture(scope="session")
def undrawn_stages(first: Once, first_run: Path) -> Path:
    """Return stages kept apart: what is made without documents is no pack for other tests."""

    def copied(folder: Path) -> None:
        shutil.copytree(first_run / "garde", folder, copy_function=os.link, dirs_exist_ok=True)

    return first("etapes-sans-documents", copied)


@pytest.fixture(scope="session")
def variant(
    first: Once, example: Path, geodata: Path, stages: Path, undrawn_stages: Path
) -> Callable[..., Made]:
    """Return the maker of a variant: its name, and how the copy of the inputs is edited.

    Stages that the edit does not touch are those the example's first run kept; the example as it is
    takes its documents from there too.
    """

    def made(name: str, edit: Callable[[Inputs], None]) -> Made:
        drawn = edit is as_it_is or bool(tries(0, 1))

        def fill(folder: Path) -> None:
            inputs = copy_of(example, folder / "entrees")
            edit(inputs)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("TFPB_CACHE", str(stages if drawn else undrawn_stages))
                patch.setenv("TFPB_CACHE_VERIFIE", "1")
                if not drawn:
                    undrawn(patch)
                words = ("dossier", inputs.toml, "--sortie", folder / "dossier",
                         "--geodonnees", geodata)  # fmt: skip
                result = CliRunner().invoke(app, [str(w) for w in words])
            (folder / "ecran.txt").write_text(result.output, encoding="utf-8")
            (folder / "code.txt").write_text(str(result.exit_code), encoding="utf-8")

        folder = first("accord-" + re.sub(r"[ /]", "-", name), fill)
        screen = (folder / "ecran.txt").read_text(encoding="utf-8")
        code = int((folder / "code.txt").read_text(encoding="utf-8"))
        return Made(Pack(folder / "dossier"), screen, code)

    return made
