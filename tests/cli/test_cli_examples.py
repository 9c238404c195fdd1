"""Every help ends with an example, and each example works when pasted at the root of a clone."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer

from effort import tries
from example_pack import REGION_LINE
from tfpb.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

    from conftest import Run

_ELSEWHERE: Final = {
    "geodonnees installer": "télécharge des portails officiels",
    "geodonnees importer-parcelles": "lit un fichier du cadastre",
    "ouvrir": "sert une page tant qu’on la regarde (test_packaging_windows.py la lance)",
}
"""Commands whose example needs what a clone does not hold."""
_FROZEN: Final = {
    "dossier",
    "cartes",
    "verifier",
    "geocoder",
    "localiser",
    "comparer",
    "abattement",
}
"""Commands that tests/golden and test_cli_cartes.py run so: by day their examples are read, not run."""


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


def _read(words: list[str], command: Any) -> None:
    """Try that a line has options that exist, and names files that are there."""
    command.make_context(words[0], words[1:])
    written = {words[k + 1] for k, word in enumerate(words) if word == "--sortie"}
    files = [w for w in words if "/" in w and not w.startswith("sorties/") and w not in written]
    assert files
    assert [f for f in files if not Path(f).exists()] == []


def test_examples_work_when_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: Path, geodata: Path, run: Run,
    kept: Path, pasted_region: Path, pack: Path,
) -> None:  # fmt: skip
    assert (pasted_region / "technique" / "run.json").is_file()  # code 0: `pasted_region` says so
    (tmp_path / "examples").symlink_to(example.parent)
    (tmp_path / "sorties").mkdir()
    shutil.copytree(geodata, tmp_path / "sorties" / "geodonnees")  # one is imported again
    monkeypatch.chdir(tmp_path)
    if not tries(0, 1):
        shutil.copytree(pack, tmp_path / "sorties" / "valmont")
    pasted: dict[str, Result] = {}
    read = 0
    commands = dict(_commands())
    for name, command in commands.items():
        if name in _ELSEWHERE:
            continue
        for line in _examples(command):
            words = shlex.split(line)[1:]
            if words[0] in _FROZEN and "--dossier" not in words and not tries(0, 1):
                _read(words, commands[words[0]])
                read += 1
            elif line not in pasted and line != REGION_LINE:
                pasted[line] = run(*words)
    assert REGION_LINE in {line for command in commands.values() for line in _examples(command)}
    assert len(pasted) + read > 10
    assert len(pasted) > 5
    failed = {line: r.output[-500:] for line, r in pasted.items() if r.exit_code != 0}
    assert not failed
