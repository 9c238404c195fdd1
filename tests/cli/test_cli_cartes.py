"""`tfpb cartes`: the maps of the dossier, byte for byte, and what is kept between runs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from effort import tries

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from conftest import Run


def _maps(folder: Path) -> dict[str, bytes]:
    files = [folder / "carte.html", *sorted((folder / "quartiers").glob("*.png"))]
    assert len(files) == 5
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def test_maps_alone_are_those_of_the_dossier(
    pack: Path, first_run: Path, run: Run, example: Path, geodata: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if not tries(
        0, 1
    ):  # by day the pages that the dossier's run kept are taken; by night they are drawn
        shutil.copytree(first_run / "garde", tmp_path / "garde")
    monkeypatch.setenv("TFPB_CACHE", str(tmp_path / "garde"))
    for out in (tmp_path / "a", tmp_path / "b")[: tries(1, 2)]:
        told = run("cartes", example / "dossier.toml", "--sortie", out, "--geodonnees", geodata)
        assert told.exit_code == 0, told.output
        assert _maps(out) == _maps(pack)
    assert "3 pages de QPV et 1 vue d’ensemble" in told.output
    assert list((tmp_path / "garde").glob("*.etape"))
