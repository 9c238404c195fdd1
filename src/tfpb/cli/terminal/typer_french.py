"""The command line's own words in French: usage, help, what is wrong with an option, the Tab key.

The library that reads options speaks English and knows no other language (requirements/README.md): its
help is laid out with French words, and its errors are said from their kind, so that nothing English
reaches the reader.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import typer
from typer.completion import (  # type: ignore[attr-defined]
    _get_shell_name,
    completion_init,
    get_completion_script,
)
from typer.completion import install as install_for  # type: ignore[attr-defined]
from typer.core import TyperCommand, TyperGroup

from tfpb.cli.terminal.console import COMPLETION
from tfpb.cli.terminal.shared import guard, print_error, print_line

Command = TypeVar("Command", bound=Callable[..., Any])
# the library keeps these two kinds to itself: what is wrong with a line, and any error of its own
_USAGE: Final[type[Exception]] = typer.BadParameter.__mro__[1]
_ROOT: Final[type[Exception]] = typer.BadParameter.__mro__[2]

# spaces that French typography keeps from ending a line
SIGNS_APART: Final = re.compile(r"(?<=«) | (?=[»;:?!])")
_HEADINGS: Final = {"Arguments": "Arguments", "Options": "Options", "Commands": "Commandes"}
_METAVARS: Final = (
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "COMMANDE [ARGUMENTS]…"),
    (re.compile(r"<(?:path|list\[path\])>", re.IGNORECASE), "<chemin>"),
    (re.compile(r"<(?:str|list\[str\])>", re.IGNORECASE), "<texte>"),
    (re.compile(r"<(?:int|float)(?: range)?>", re.IGNORECASE), "<nombre>"),
)
_ARGUMENT: Final = re.compile(r"\{([^}…]+)…?\}")
_SHOWN: Final = {"Show this message and exit.": "Affiche cette aide."}
_EXTRA: Final = re.compile(r"\[([^\]]+)\]$")
_EXTRAS: Final = (
    (r"required", "obligatoire"),
    (r"default: (.+?)(?:\.0)?", "par défaut : {0}"),
    (r"env var: (.+)", "variable : {0}"),
    (r"x>=(\d+)(?:\.0)?", "au moins {0}"),
)
_ERRORS: Final = (
    (
        r"No such command 'planifier'.*",
        "« planifier » n’existe plus : la table des marges est dans docs/lire-les-resultats.md.",
    ),
    (
        r"No such command '(.+?)'\.? \(?Did you mean (?:one of:? )?(.+?)\?\)?",
        "La commande « {0} » n’existe pas. Voulez-vous : {1} ?",
    ),
    (r"No such command '(.+)'.*", "La commande « {0} » n’existe pas."),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", "En trop sur la ligne : {0}."),
    (r"Option '?(.+?)'? requires (?:an argument|\d+ arguments)\.?", "Il manque la valeur de {0}."),
    (r"Option '?(.+?)'? does not take a value\.?", "{0} ne prend pas de valeur."),
    (r"Missing command\.?", "Il manque la commande."),
)
_EXPECTED: Final = (
    (r".*not one of (.+?)\.?", "l’une des valeurs : {0}"),
    (r".*valid int(?:eger)?\b.*", "un nombre entier"),
    (r".*valid (?:number|float).*", "un nombre"),
    (r".*greater than or equal to (.+)", "au moins {0}"),
    (r".*less than or equal to (.+)", "au plus {0}"),
)

_CLOSED: Final = (
    "« {} » ne peut pas être lu : accès refusé.\n"
    "Que faire : vérifiez les droits, et que ce fichier ou ce dossier n’est pas ouvert ailleurs."
)


def french_error(error: Any) -> str:
    """Say in French what is wrong with a command line."""
    parameter, message = getattr(error, "param", None), str(getattr(error, "message", ""))
    name = _name(error, parameter)
    kind = type(error).__name__
    if kind == "MissingParameter":
        return f"Il manque {name}."
    if kind == "NoSuchOption":
        near = ", ".join(getattr(error, "possibilities", None) or ())
        return f"L’option {error.option_name} n’existe pas." + (
            f" Voulez-vous : {near} ?" if near else ""
        )
    if isinstance(error, typer.BadParameter):
        if "«" in message:  # one of ours, in French already
            return message
        if closed := re.fullmatch(r"\w+ '(.*)' is not readable\.", message, flags=re.DOTALL):
            return _CLOSED.format(closed[1])
        wanted = _translated(message, _EXPECTED)
        return f"La valeur de {name} n’est pas lisible." + (
            f" Attendu : {wanted}." if wanted else ""
        )
    return _translated(message, _ERRORS) or "La ligne de commande n’est pas lisible."


def _name(error: Any, parameter: Any) -> str:
    hint = getattr(error, "param_hint", None)
    if hint:
        return hint if isinstance(hint, str) else " / ".join(hint)
    if parameter is None:
        return "une valeur"
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name).strip("{}").upper()


def _translated(message: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, words in table:
        if match := re.fullmatch(pattern, message, flags=re.DOTALL):
            return words.format(*(g.replace("'", "") for g in match.groups()))
    return ""


def parted_help(function: Callable[..., Any]) -> tuple[str, str]:
    """Part the docstring of a command into what it does and its example.

    An example that the source breaks after a backslash is shown on one line: every console can
    then paste it.
    """
    does, mark, example = (inspect.getdoc(function) or "").partition("\b\nExemple")
    return does.rstrip(), mark + re.sub(r" \\\n +", " ", example)


def _metavar(text: str) -> str:
    """Name in French what a command or an option takes."""
    for pattern, words in _METAVARS:
        text = pattern.sub(words, text)
    return text


def _extras(match: re.Match[str]) -> str:
    """Say in French what the library adds to the help of an option, between brackets."""
    parts = (_translated(part, _EXTRAS) or part for part in match[1].split("; "))
    return f"[{' ; '.join(parts)}]"


def _whole(text: str) -> str:
    """Keep a line from ending inside an option name or before a sign; `getvalue` undoes it."""
    return SIGNS_APART.sub("\u00a0", text).replace("-", "\u2011")


class FrenchFormatter(typer.Context.formatter_class):  # type: ignore[misc, valid-type]
    """The library's layout of a help, given French words: they are measured before lines are cut."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        named = _ARGUMENT.sub(lambda m: m[1].upper(), _metavar(args)).replace("...", "…")
        super().write_usage(prog, _whole(named), prefix or "Utilisation : ")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        super().write_heading(f"{_HEADINGS[heading]} ")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        super().write_text(_whole(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], **layout: int) -> None:
        """Write options or commands, each with what it is for."""
        super().write_dl(
            [
                (_metavar(first), _whole(_EXTRA.sub(_extras, _SHOWN.get(second, second))))
                for first, second in rows
            ],
            **layout,
        )

    def getvalue(self) -> str:
        """Return the help, with plain spaces and hyphens: what is copied is typed again."""
        return str(super().getvalue()).replace("\u00a0", " ").replace("\u2011", "-")


class FrenchContext(typer.Context):
    """What a command line is read in; its help is French."""

    formatter_class = FrenchFormatter


class _French:
    """What commands and groups share."""

    context_class: type[Any] = FrenchContext
    help: str | None

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002 - a list never cuts it
        """Return the first paragraph of the help."""
        return " ".join((self.help or "").partition("\n\n")[0].split())


class FrenchCommand(_French, TyperCommand):
    """A command whose help is French."""


class FrenchGroup(_French, TyperGroup):
    """A group of commands whose help and errors are French."""

    def main(self, args: Any = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """Run a command line; what is wrong with it is said in French, with exit 2."""
        try:
            code = super().main(args, standalone_mode=False, **extra)
        except typer.Abort:
            print("Arrêté à votre demande.", file=sys.stderr)  # noqa: T201
            sys.exit(1)
        except _ROOT as error:
            _show(error)
            sys.exit(2)
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code


def _show(error: Any) -> None:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        print(context.get_help(), file=sys.stderr)  # noqa: T201
        return
    lines = []
    if context is not None and isinstance(error, _USAGE):
        lines += [context.get_usage(), f"Aide : {context.command_path} --help", ""]
    lines.append(french_error(error))
    print("\n".join(lines), file=sys.stderr)  # noqa: T201


class FrenchTyper(typer.Typer):
    """An application whose groups and commands speak French."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=FrenchGroup, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Command], Command]:
        """Register a command; its help says what it does, the options, then the example to paste."""

        def register(function: Command) -> Command:
            does, example = parted_help(function)
            return super(FrenchTyper, self).command(
                name, cls=FrenchCommand, help=does, epilog=example, **settings
            )(function)

        return register


_PROGRAM: Final = "tfpb"
_NO_WRAP: Final = 10_000
_SHELLS: Final = frozenset({"bash", "zsh", "fish", "powershell", "pwsh"})

completion_init()  # the library does so only when it adds its own two options, in English


def settle_descriptions() -> None:
    """Keep each description on one line: fish and zsh take a second line for another candidate.

    The library wraps them to the width of the window.
    """
    if COMPLETION in os.environ:
        os.environ["COLUMNS"] = str(_NO_WRAP)


def install(asked: bool) -> None:
    """Install the completion for the shell that runs the command."""
    if asked:
        from tfpb.words.documents.command_words import INSTALLED

        with guard():
            shell, path = install_for(_shell(), prog_name=_PROGRAM, complete_var=COMPLETION)
            print_line(INSTALLED.format(shell=shell, path=path))
            raise typer.Exit


def show(asked: bool) -> None:
    """Print the completion script of the shell that runs the command."""
    if asked:
        with guard():
            shell = _shell()
            print_line(
                get_completion_script(prog_name=_PROGRAM, complete_var=COMPLETION, shell=shell)
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
