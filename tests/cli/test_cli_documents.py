"""Each command printed in a document works when pasted at the root of a clone, or says what it needs."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import typer

from effort import tries
from tfpb.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Run

ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = ("README.md", "docs/commandes.md", "docs/guide-region.md")
NEEDS: Final = {
    "sh scripts/": "the network, or ten minutes: CI runs both",
    ". .venv/bin/activate": "the first command",
    "py -m venv": "Windows",
    r".venv\Scripts": "Windows",
    "tfpb geodonnees installer": "the network",
    "tfpb ouvrir": "a browser: tests/browser",
    "tfpb nouveau convention-2025": "a folder of one's own, filled",
    "tfpb verifier convention-2025": "the same",
    "tfpb dossier convention-2025": "the same",
}
"""What a printed line cannot do in a plain clone: how it begins, and why."""
SLOW: Final = (
    "tfpb dossier",
    "tfpb region",
    "tfpb cartes",
    "tfpb verifier examples",
    "python benchmarks",
)
"""Read everyday, run with TFPB_ESSAIS=tous: tests/golden runs them otherwise."""


def printed() -> Iterator[str]:
    for name in DOCUMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for block in re.findall(r"^```(?:console|sh)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            yield from (line.partition("  #")[0].strip() for line in block.splitlines())


def test_each_printed_line_is_a_command_or_says_what_it_needs() -> None:
    for line in printed():
        assert line.startswith((*NEEDS, "tfpb ", "python benchmarks/")), line
    for beginning in NEEDS:
        assert any(line.startswith(beginning) for line in printed()), beginning


@pytest.mark.slow
def test_printed_commands_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: Path, geodata: Path, run: Run,
    kept: Path, pack: Path,
) -> None:  # fmt: skip
    shutil.copytree(example.parent, tmp_path / "examples")
    shutil.copytree(geodata, tmp_path / "sorties" / "geodonnees")
    shutil.copytree(pack, tmp_path / "sorties" / "valmont")
    monkeypatch.chdir(tmp_path)
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    ran = 0
    for line in dict.fromkeys(printed()):
        if line.startswith("python "):
            assert (ROOT / line.split()[1]).is_file()
        if line.startswith((*NEEDS, "python ")):
            continue
        words = shlex.split(line)[1:]
        if line.startswith(SLOW) and not tries(0, 1):
            commands[words[0]].make_context(words[0], words[1:])
            continue
        result = run(*words)
        assert result.exit_code == 0, (line, result.output[-500:])
        ran += 1
    assert ran > 10
