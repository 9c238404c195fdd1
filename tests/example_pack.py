"""The example's geography and pack, as a user makes them from nothing; the region of the help."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from effort import tries
from tfpb.cli.app import app
from tfpb.pipeline import pack_files
from tfpb.review import picture

EXAMPLE = Path(__file__).parents[1] / "examples" / "valmont"
REGION_LINE = (
    "tfpb region examples/region/region.toml --sortie sorties/region --sans-documents "
    "--geodonnees sorties/geodonnees"
)
"""The example of `tfpb region --help`."""
SOURCES = EXAMPLE / "geodonnees_sources"


def _tfpb(*words: object) -> str:
    result = CliRunner().invoke(app, [str(w) for w in words])
    assert result.exit_code == 0, result.output
    return result.output


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


def keep_few_homes(folder: Path) -> None:
    """Keep the first four résidences of a copy of the example and one of four others, in all its quarters.

    A run then takes a third of the time: for what has no part in how many there are.
    """
    book = load_workbook(folder / "patrimoine.xlsx")
    homes = list(dict.fromkeys(c.value for c in book.worksheets[0]["A"][4:]))
    few = {*homes[:4], *homes[1::4]}
    for name, head, column in (("patrimoine.xlsx", 4, 0), ("fiscalite_2025.xlsx", 3, 2)):
        book = load_workbook(folder / name)
        sheet = book.worksheets[0]
        rows = list(sheet.iter_rows(min_row=head + 1, values_only=True))
        sheet.delete_rows(head + 1, len(rows))
        for row in rows:
            if row[column] in few:
                sheet.append(row)
        book.save(folder / name)
    for path, column in (
        (folder / "droit_commun.csv", 0),
        (next(folder.glob("1_*_V2024.csv")), 1),
    ):
        header, *lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if line.split(b";")[column].decode() in few]
        path.write_bytes(b"".join([header, *kept]))


def undrawn(patch: pytest.MonkeyPatch) -> None:
    """Make packs of data alone: no document, no map, no small map of a doubt in its workbook."""
    patch.setattr(pack_files, "pack_files", lambda *_, **__: {})
    patch.setattr(pack_files, "quarter_files", lambda *_: {})
    patch.setattr(picture, "pictures", lambda rows, *_: [None] * len(rows))


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
    """Make `valmont`, the example's pack, and keep its stages in `garde`, its screen in `ecran.txt`.

    A release would leave its line in `diffusions.jsonl`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFPB_CACHE", str(folder / "garde"))
        patch.setenv("TFPB_CACHE_VERIFIE", "1")
        patch.setenv("TFPB_DIFFUSIONS", str(folder / "diffusions.jsonl"))
        screen = _tfpb("dossier", EXAMPLE / "dossier.toml", "--sortie", folder / "valmont",
                       "--geodonnees", geodata)  # fmt: skip
    (folder / "ecran.txt").write_text(screen, encoding="utf-8")


def pasted_region(folder: Path, geodata: Path) -> None:
    """Paste the region's example at the root of a clone: its files lie in `sorties/region`.

    By night on two processors; by day in this process: that a bailleur's part goes to a process and comes
    back whole is in test_cli_region_part.py.
    """
    (folder / "examples").symlink_to(EXAMPLE.parent)
    shutil.copytree(geodata, folder / "sorties" / "geodonnees")
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setattr(os, "cpu_count", lambda: tries(1, 2))
        patch.setenv("TFPB_DIFFUSIONS", str(folder / "diffusions.jsonl"))
        _tfpb(*shlex.split(REGION_LINE)[1:])
    shutil.rmtree(folder / "sorties" / "geodonnees")
