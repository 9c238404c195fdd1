"""Every help ends with an example, and each example works when pasted at the root of a clone."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer

from example_pack import REGION_LINE
from tfpb.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

    from conftest import Run

_ELSEWHERE: Final = {
    "geodonnees installer": "télécharge des portails officiels",
    "geodonnees importer-parcelles": "lit un fichier du cadastre",
    "ouvrir": "sert une page tant qu’on la regarde (test_packaging_windows.py la lance)",
}
"""Commands whose example needs what a clone does not hold."""


def _commands() -> Iterator[tuple[str, Any]]:
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        yield name, command
        for below, under in getattr(command, "commands", {}).items():
            yield f"{name} {below}", under


def _examples(command: Any) -> list[str]:
    return [
        line.strip() for line in command.epilog.splitlines() if line.strip().startswith("tfpb ")
    ]


@pytest.mark.parametrize("name", [name for name, _ in _commands()])
def test_help_ends_with_an_example(name: str, run: Run) -> None:
    result = run(*name.split(), "--help")
    assert result.exit_code == 0
    *_, before, last = [line.strip() for line in result.output.splitlines() if line.strip()]
    assert last.startswith("tfpb "), last
    assert "Exemple" in before or before.startswith("tfpb ")


def test_examples_work_when_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: Path, geodata: Path, run: Run,
    kept: Path, pasted_region: Path,
) -> None:  # fmt: skip
    assert (pasted_region / "run.json").is_file()  # code 0: `pasted_region` says so
    (tmp_path / "examples").symlink_to(example.parent)
    (tmp_path / "sorties").mkdir()
    shutil.copytree(geodata, tmp_path / "sorties" / "geodonnees")  # one is imported again
    monkeypatch.chdir(tmp_path)
    pasted: dict[str, Result] = {}
    for name, command in _commands():
        if name in _ELSEWHERE:
            continue
        for line in _examples(command):
            if line not in pasted and line != REGION_LINE:
                pasted[line] = run(*shlex.split(line)[1:])
    assert REGION_LINE in {line for _, command in _commands() for line in _examples(command)}
    assert len(pasted) > 10
    failed = {line: r.output[-500:] for line, r in pasted.items() if r.exit_code != 0}
    assert not failed
