"""The example's geography and pack, as a user makes them from nothing; the region of the help."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tfpb.cli.app import app

EXAMPLE = Path(__file__).parents[1] / "examples" / "valmont"
REGION_LINE = (
    "tfpb region examples/region/region.toml --sortie sorties/region --sans-documents "
    "--geodonnees sorties/geodonnees"
)
"""The example of `tfpb region --help`."""
SOURCES = EXAMPLE / "geodonnees_sources"


def _tfpb(*words: object) -> None:
    result = CliRunner().invoke(app, [str(w) for w in words])
    assert result.exit_code == 0, result.output


def undecided(folder: Path) -> None:
    """Take the decisions out of a copy of the example: the doubts are then as the map leaves them."""
    without(folder, "decisions")
    (folder / "decisions.xlsx").unlink()


def without(folder: Path, *roles: str) -> None:
    """Take files out of a copy of the example, which is worked on faster for it."""
    path = folder / "dossier.toml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.partition(" = ")[0] not in roles]
    assert len(kept) == len(lines) - len(roles)
    path.write_text("".join(kept), encoding="utf-8")


def geography(folder: Path) -> None:
    """Import the example's geography into a folder."""
    for words in (
        ("adresses", SOURCES / "adresses-59999.csv.gz", SOURCES / "lieux-dits-59999.csv.gz"),
        ("qpv", SOURCES / "qpv2015_valmont.geojson", "--millesime", 2015),
        ("qpv", SOURCES / "qpv2024_valmont.geojson", "--millesime", 2024),
        ("communes", SOURCES / "commune_valmont.geojson"),
    ):
        kind, *more = words
        _tfpb("geodonnees", f"importer-{kind}", *more, "--geodonnees", folder)


def first_run(folder: Path, geodata: Path) -> None:
    """Make `valmont`, the example's pack, and keep its stages in `garde`, where nothing was kept.

    A release would leave its line in `diffusions.jsonl`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFPB_CACHE", str(folder / "garde"))
        patch.setenv("TFPB_DIFFUSIONS", str(folder / "diffusions.jsonl"))
        _tfpb("dossier", EXAMPLE / "dossier.toml", "--sortie", folder / "valmont",
              "--geodonnees", geodata)  # fmt: skip


def pasted_region(folder: Path, geodata: Path) -> None:
    """Paste the region's example at the root of a clone: its files lie in `sorties/region`."""
    (folder / "examples").symlink_to(EXAMPLE.parent)
    shutil.copytree(geodata, folder / "sorties" / "geodonnees")
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setattr(os, "cpu_count", lambda: 1)  # in processes: test_cli_region.py
        patch.setenv("TFPB_DIFFUSIONS", str(folder / "diffusions.jsonl"))
        _tfpb(*shlex.split(REGION_LINE)[1:])
    shutil.rmtree(folder / "sorties" / "geodonnees")
