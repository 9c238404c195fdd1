"""The command line's own words in French: usage, help, and what is wrong with an option.

The library that reads options speaks English and knows no other language; its help is written again
here word by word, and its errors from their kind, so that nothing English reaches the reader.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any, Final, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

Command = TypeVar("Command", bound=Callable[..., Any])
# the library keeps these two kinds to itself: what is wrong with a line, and any error of its own
_USAGE: Final[type[Exception]] = typer.BadParameter.__mro__[1]
_ROOT: Final[type[Exception]] = typer.BadParameter.__mro__[2]


def _least(match: re.Match[str]) -> str:
    """Say the least value an option takes, alone or after its default."""
    return f"{' ; ' if match[0].startswith(';') else '['}au moins {match[1]}]"


_HELP: Final[tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]] = (
    (r"^Usage:", "Utilisation :"),
    (r"^Options:", "Options :"),
    (r"^Arguments:", "Arguments :"),
    (r"^Commands:", "Commandes :"),
    (r"\[OPTIONS\]", "[OPTIONS]"),
    (r"COMMAND \[ARGS\]\.\.\.", "COMMANDE [ARGUMENTS]…"),
    (r"Show this message and exit\.", "Affiche cette aide."),
    (r"\[required\]", "[obligatoire]"),
    (r"\[default:(\s)", r"[par défaut :\1"),
    (r"\[env var:(\s)", r"[variable :\1"),
    (r"; required\]", " ; obligatoire]"),
    (r"; default:", " ; par défaut :"),
    (r"\[par défaut :(\s+\d+)\.0\b", r"[par défaut :\1"),
    (r"(?:; |\[)x>=(\d+)(?:\.0)?\]", _least),
)
_KINDS: Final = {
    "<path>": "<chemin>",
    "<list[path]>": "<chemin>",
    "<str>": "<texte>",
    "<list[str]>": "<texte>",
    "<int>": "<nombre>",
    "<int range>": "<nombre>",
    "<float>": "<nombre>",
    "<float range>": "<nombre>",
}
_KIND: Final = re.compile("(" + "|".join(map(re.escape, _KINDS)) + ")( *)", re.IGNORECASE)
_ERRORS: Final = (
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
    (r".*valid integer.*", "un nombre entier"),
    (r".*valid (?:number|float).*", "un nombre"),
    (r".*greater than or equal to (.+)", "au moins {0}"),
    (r".*less than or equal to (.+)", "au plus {0}"),
)

_CLOSED: Final = (
    "« {} » ne peut pas être lu : accès refusé.\n"
    "Que faire : vérifiez les droits, et que ce fichier ou ce dossier n’est pas ouvert ailleurs."
)


def french_help(text: str) -> str:
    """Write a help text in French."""
    for pattern, words in _HELP:
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    return _KIND.sub(_kind, text)


def _kind(match: re.Match[str]) -> str:
    """Name what an option takes, keeping the column of what follows where it was."""
    words = _KINDS[match[1].lower()]
    if not match[2]:
        return words
    return words.ljust(len(match[0]) - 1) + " "


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
        wanted = _said(message, _EXPECTED)
        return f"La valeur de {name} n’est pas lisible." + (
            f" Attendu : {wanted}." if wanted else ""
        )
    return _said(message, _ERRORS) or "La ligne de commande n’est pas lisible."


def _name(error: Any, parameter: Any) -> str:
    hint = getattr(error, "param_hint", None)
    if hint:
        return hint if isinstance(hint, str) else " / ".join(hint)
    if parameter is None:
        return "une valeur"
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name).strip("{}").upper()


def _said(message: str, table: tuple[tuple[str, str], ...]) -> str:
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


class FrenchCommand(TyperCommand):
    """A command whose help is French."""

    def get_help(self, ctx: Any) -> str:
        """Return the help of the command."""
        return french_help(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        """Return the line of usage."""
        return french_help(super().get_usage(ctx))


class FrenchGroup(TyperGroup):
    """A group of commands whose help and errors are French."""

    def get_help(self, ctx: Any) -> str:
        """Return the help of the group."""
        return french_help(super().get_help(ctx))

    def get_usage(self, ctx: Any) -> str:
        """Return the line of usage."""
        return french_help(super().get_usage(ctx))

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
