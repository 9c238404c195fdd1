"""Completion by the Tab key: the scripts are the library's, what is said about them is French."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import typer
from typer.completion import (  # type: ignore[attr-defined]
    _get_shell_name,
    completion_init,
    get_completion_script,
)
from typer.completion import install as install_for  # type: ignore[attr-defined]

from tfpb.cli.terminal.shared import guard, print_error, print_line

_PROGRAM: Final = "tfpb"
_VARIABLE: Final = "_TFPB_COMPLETE"
_NO_WRAP: Final = 10_000
_SHELLS: Final = frozenset({"bash", "zsh", "fish", "powershell", "pwsh"})

completion_init()  # the library does so only when it adds its own two options, in English


def settle_descriptions() -> None:
    """Keep each description on one line: fish and zsh take a second line for another candidate.

    The library wraps them to the width of the window.
    """
    if _VARIABLE in os.environ:
        os.environ["COLUMNS"] = str(_NO_WRAP)


def install(asked: bool) -> None:
    """Install the completion for the shell that runs the command."""
    if asked:
        from tfpb.words.documents.command_words import INSTALLED

        with guard():
            shell, path = install_for(_shell(), prog_name=_PROGRAM, complete_var=_VARIABLE)
            print_line(INSTALLED.format(shell=shell, path=path))
            raise typer.Exit


def show(asked: bool) -> None:
    """Print the completion script of the shell that runs the command."""
    if asked:
        with guard():
            shell = _shell()
            print_line(
                get_completion_script(prog_name=_PROGRAM, complete_var=_VARIABLE, shell=shell)
            )
            raise typer.Exit


def _shell() -> str:
    """Name the shell that runs the command, or the user's usual one."""
    from tfpb.words.documents.command_words import UNKNOWN_SHELL

    name: str = _get_shell_name() or ""
    if name not in _SHELLS:
        name = Path(os.environ.get("SHELL", "")).name
    if name not in _SHELLS:
        print_error(UNKNOWN_SHELL)
        raise typer.Exit(2)
    return name
