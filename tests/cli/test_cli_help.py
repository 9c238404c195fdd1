"""Every help whole in a narrow window; the version; completion by the Tab key."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

import tfpb
import tfpb.__main__
from tfpb.cli.app import app
from tfpb.cli.terminal import console, typer_french

if TYPE_CHECKING:
    from conftest import Run

ROOT = Path(__file__).parents[2]


def commands(command: Any, line: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """List the program, its commands and those of `geodonnees`, each with its line."""
    found = {line: command}
    for name, inner in getattr(command, "commands", {}).items():
        found |= commands(inner, (*line, name))
    return found


COMMANDS = commands(typer.main.get_command(app))


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_commands_are_all_seen() -> None:
    assert len(COMMANDS) == 1 + 13 + 8
    assert ("geodonnees", "importer-qpv") in COMMANDS


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_a_help_is_whole_in_a_narrow_window(
    line: tuple[str, ...],
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit) as leaving:  # the runner of tests has its own width
        app([*line, "--help"], prog_name="tfpb")
    assert leaving.value.code == 0
    command, said = COMMANDS[line], capsys.readouterr().out
    text = flat(said)
    *paragraphs, last = inspect.cleandoc(command.help).split("\n\n")
    for paragraph in (*paragraphs, last):
        assert flat(paragraph) in text
    for parameter in command.params:
        names = [*parameter.opts, *parameter.secondary_opts]
        if parameter.param_type_name == "option":
            assert any(all(n in row for n in names) for row in said.splitlines()), names
        assert flat(parameter.help) in text
    for name, inner in getattr(command, "commands", {}).items():
        first = flat(inspect.cleandoc(inner.help).partition("\n\n")[0])
        assert f"{name} {first}" in text
    pasted = [row.strip() for row in command.epilog.splitlines() if row.strip(" \b")]
    rows = [row.strip() for row in said.splitlines()]
    assert pasted == rows[-len(pasted) :]
    above = said.splitlines()[: -len(pasted)]
    assert max(len(row) for row in above) <= columns - 2
    assert not [row for row in above if re.match(r"\s*[»;:?!]", row) or row.endswith("«")]


@pytest.mark.parametrize("line", COMMANDS, ids=" ".join)
def test_a_help_is_french(line: tuple[str, ...], run: Run) -> None:
    said = run(*line, "--help").output
    assert said.startswith(f"Utilisation : tfpb {' '.join(line)}".rstrip())
    english = (
        r"Usage:|Show |\bexit|required|default\b|env var|Commands|<(?:path|str|int|float)|ARGS\b|"
        r"\b(?:Error|Missing|Invalid|Try|No such)\b"
    )
    assert not re.search(english, said)
    assert "Affiche cette aide." in said


def test_the_version(run: Run) -> None:
    result = run("--version")
    assert (result.exit_code, result.output) == (0, f"tfpb {tfpb.__version__}\n")


@pytest.fixture
def bash(tmp_path: Path) -> Path:
    """Put the command `tfpb` in a folder, and give the script that completes it for bash."""
    if os.name == "nt" or shutil.which("bash") is None:
        pytest.skip("bash n’est pas installé")
    command = tmp_path / "tfpb"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tfpb "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return tmp_path


def test_bash_completes_commands_options_and_files(bash: Path) -> None:
    (bash / "patrimoine.xlsx").touch()
    script = """
        source <(SHELL=bash tfpb --show-completion)
        complete -p tfpb
        given() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _tfpb_completion tfpb; echo "${COMPREPLY[*]}"; }
        given tfpb geo
        given tfpb geodonnees importer-q
        given tfpb geocoder --al
        given tfpb geocoder patri
    """
    env = {
        **os.environ,
        "PATH": f"{bash}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
    }
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=bash, env=env, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        # « default »: where the program proposes nothing, bash completes the name of a file
        "complete -o default -F _tfpb_completion tfpb",
        "geocoder geodonnees",
        "importer-qpv",
        "--alias-voies",
        "",
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completing_loads_no_heavy_library_and_gives_a_line_a_candidate(shell: str) -> None:
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))\n"
        "sys.argv = ['tfpb']\n"
        "from tfpb.__main__ import process\n"
        "process()"
    )
    env = {
        **os.environ, "PYTHONPATH": str(ROOT / "src"), "_TFPB_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "tfpb geo", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "tfpb geo",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": "geo", "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COLUMNS": "60", "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, encoding="utf-8", check=True
    )
    loaded = re.findall(r"'(\w+)[.\w]*'", done.stderr)
    assert "typer" in loaded
    assert not {"numpy", "pandas", "pyarrow", "shapely", "matplotlib"} & set(loaded)
    assert re.findall(r"geo\w+", done.stdout.replace("géo", ""))[0] == "geocoder"
    assert len(done.stdout.splitlines()) == 2


def test_completion_is_installed_and_said_in_french(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(typer_french, "_get_shell_name", lambda: "bash")
    result = run("--install-completion")
    assert result.exit_code == 0
    assert result.output.startswith("Complétion installée pour bash : ")
    assert "Ouvrez un nouveau terminal" in result.output
    assert "bash_completions" in (tmp_path / ".bashrc").read_text(encoding="utf-8")


def test_a_shell_that_is_not_known_is_said_in_french(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typer_french, "_get_shell_name", lambda: "cmd")
    monkeypatch.delenv("SHELL", raising=False)
    for option in ("--show-completion", "--install-completion"):
        result = run(option)
        assert result.exit_code == 2
        assert "la complétion existe pour bash, zsh, fish et PowerShell" in result.output


@pytest.mark.parametrize("columns", ["80", "200"])
@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]], ids=" ".join)
def test_the_help_of_the_whole_is_the_library_s_own_and_loads_none_of_it(
    words: list[str],
    columns: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "argv", ["tfpb", *words])
    with monkeypatch.context() as bare:
        bare.delitem(sys.modules, "tfpb.cli.app")
        tfpb.__main__.main()
        assert "tfpb.cli.app" not in sys.modules
    shown = capsys.readouterr().out
    assert "tfpb ouvrir" in shown
    with pytest.raises(SystemExit):
        app(["--help"], prog_name="tfpb")
    # « COLUMNS=80 python -c "from tfpb.cli.app import main; main()" --help » writes the file again
    assert shown == capsys.readouterr().out


def test_in_a_narrow_window_and_for_a_shell_the_library_lays_it_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "79")
    assert not console.show_help()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("_TFPB_COMPLETE", "complete_bash")
    assert not console.show_help()


def test_the_program_alone_shows_its_help_without_any_library() -> None:
    script = (
        "import sys; sys.argv = ['tfpb']; from tfpb.__main__ import main; main();"
        " print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert "Commandes :" in done.stdout.decode()
    assert "typer" not in done.stderr.decode()


@pytest.mark.parametrize("threads", [0, 1])
def test_a_process_leaves_at_once_with_its_code_and_all_that_it_had_to_write(threads: int) -> None:
    script = (
        "import atexit, sys, threading, time\n"
        "class Left:\n"
        "    def __del__(self): print('rendu')\n"
        "left, sys.argv = Left(), ['tfpb', 'inconnue']\n"
        "atexit.register(print, 'fin')\n"
        f"for _ in range({threads}): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "from tfpb.__main__ import process\n"
        "process()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2
    assert "n’existe pas" in done.stderr
    assert done.stdout.split() == (["fin", "rendu"] if threads else ["fin"])


@pytest.mark.parametrize("line", [[], ["plan.toml", "--patrimoine", "p.xlsx"], ["--help"]])
def test_the_command_that_went_says_where_the_table_of_margins_is(
    run: Run, line: list[str]
) -> None:
    result = run("planifier", *line)
    assert result.exit_code == 2
    shown = " ".join(result.output.split())
    assert "la table des marges est dans docs/lire-les-resultats.md." in shown
    page = (ROOT / "docs" / "lire-les-resultats.md").read_text(encoding="utf-8")
    assert "python benchmarks/margins.py" in page
