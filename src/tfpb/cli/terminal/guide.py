"""`tfpb` alone, in a terminal: a dialogue for those who never use one.

A question is a value: its words, what Enter alone answers, and a check that gives what was meant or
a reason to ask again. What the dialogue does is a command line, shown, then run by the same program.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from tfpb.cli.terminal.shared import written
from tfpb.cli.terminal.typer_french import SIGNS_APART
from tfpb.words.documents import guide_words as words

Check = Callable[[str], str]
_NARROW: Final = 20
_DEPARTMENT: Final = re.compile(r"0?[1-9]|[1-8]\d|9[0-5]|2[AaBb]|97[1-46-8]")
_SETTINGS: Final = "dossier.toml"
_ARCHIVE: Final = "dossier.zip"


class AnswerError(Exception):
    """An answer that will not do: a key of `words.WHY` and what was read."""

    def __init__(self, why: str, got: str = "") -> None:
        self.said = words.WHY[why].format(got=got)
        super().__init__(self.said)


class _BackError(Exception):
    """The user wants the menu."""


@dataclass(frozen=True, slots=True)
class Console:
    """What the dialogue speaks through.

    Parameters
    ----------
    ask : callable
        Shows a prompt and returns the line typed; raises `EOFError` when there is none.
    show : callable
        Shows a line.
    run : callable
        Runs a command line of the program and returns its exit code.
    reveal : callable
        Opens a folder on the desktop; False when it could not.
    """

    ask: Callable[[str], str]
    show: Callable[[str], None]
    run: Callable[[list[str]], int]
    reveal: Callable[[Path], bool]


@dataclass(slots=True)
class _Visit:
    """One dialogue; what it recalls goes with it."""

    console: Console
    settings: str = ""
    result: str = ""

    def menu(self) -> None:
        """Ask what to do until the user leaves."""
        acts = (self.prepare, self.geodata, self.check, self.make, self.open)
        while True:
            number = self.choose(words.MENU, words.MENU_CHOICES)
            if number > len(acts):
                return
            try:
                acts[number - 1]()
            except _BackError:
                continue

    def prepare(self) -> None:
        """Make a new dossier folder."""
        place = self.question(words.NEW_PLACE, new_folder)
        survey = self.question(words.SURVEY, lambda a: a and existing_file(a), needed=False)
        options = ["--depuis", survey] if survey else []
        if self.run("nouveau", place, *options) == 0:
            self.settings = str(Path(place) / _SETTINGS)
            self.console.show(words.CREATED)
            self.offer(Path(place))

    def geodata(self) -> None:
        """Import geography, or list it."""
        number = self.choose(words.GEODATA, words.GEODATA_CHOICES)
        if number == len(words.GEODATA_CHOICES):
            return
        if number == 1:
            self.console.show(words.LEAVES)
            code = self.question(words.DEPARTMENT, department)
            self.run("geodonnees", "installer", "--departement", code)
        elif number == len(words.GEODATA_CHOICES) - 1:
            self.run("geodonnees", "lister")
        else:
            what = ("adresses", "qpv", "communes", "parcelles")[number - 2]
            path = self.question(words.FILE, existing_file)
            options: list[str] = []
            if what == "qpv":
                year = ("2024", "2015")[self.choose(words.MAPS, words.MAPS_CHOICES) - 1]
                options = ["--millesime", year]
            self.run("geodonnees", f"importer-{what}", path, *options)

    def check(self) -> None:
        """Check the inputs of a dossier."""
        self.settings = self.question(words.SETTINGS, settings_file, default=self.settings)
        code = self.run("verifier", self.settings)
        self.console.show(words.READY if code == 0 else words.MEND)

    def make(self) -> None:
        """Make the pack, and show it."""
        self.settings = self.question(words.SETTINGS, settings_file, default=self.settings)
        beside = str(Path(self.settings).with_name("dossier"))
        place = self.question(words.RESULT, result_place, default=beside)
        if self.run("dossier", self.settings, "--sortie", place) == 0:
            self.result = str(latest(Path(place)))
            self.offer(Path(self.result))
        else:
            self.console.show(words.MEND)

    def open(self) -> None:
        """Show a pack that was made before."""
        self.result = self.question(words.SHOWN, result_folder, default=self.result)
        self.show_folder(Path(self.result))

    def offer(self, folder: Path) -> None:
        """Ask whether to show a folder."""
        if self.choose(words.OPEN, words.YES_NO) == 1:
            self.show_folder(folder)

    def show_folder(self, folder: Path) -> None:
        """Show a folder, or say where it is."""
        if not self.console.reveal(folder):
            self.console.show(words.NOT_OPENED.format(path=folder))

    def choose(self, text: str, choices: tuple[str, ...]) -> int:
        """Ask for one of the choices, until the answer is one."""
        self.console.show("")
        self.console.show(text)
        for number, choice in enumerate(choices, start=1):
            self.console.show(f"  {number}. {choice}")
        while True:
            answer = self.console.ask(words.YOUR_ANSWER).strip().rstrip(".")
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return int(answer)
            self.console.show(words.NOT_A_CHOICE.format(answer=answer[:40], most=len(choices)))

    def question(self, text: str, check: Check, *, default: str = "", needed: bool = True) -> str:
        """Ask until an answer will do, and return what it means."""
        self.console.show("")
        hints = [words.BY_DEFAULT.format(value=default)] if default else []
        self.console.show(f"{text} ({' ; '.join([*hints, words.BACK])}).")
        while True:
            answer = as_path(self.console.ask(words.YOUR_ANSWER)) or default
            if answer == "0":
                raise _BackError
            try:
                return check(_unless(answer, empty=needed and not answer))
            except AnswerError as error:
                self.console.show(error.said)

    def run(self, *arguments: str) -> int:
        """Say a command, then run it."""
        self.console.show("")
        self.console.show(words.COMMAND.format(command=written(["tfpb", *arguments])))
        self.console.show("")
        return self.console.run(list(arguments))


def as_path(typed: str) -> str:
    """Return the path meant by what was typed or dragged into the window.

    Terminals wrap a dragged file in quotes, put a backslash before its spaces, or give an address
    « file:// »; PowerShell puts « & » before it.
    """
    text = typed.strip().removeprefix("& ").strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].replace("'\\''", "'")
    elif os.name != "nt" and "\\" in text and not Path(text).exists():
        text = re.sub(r"\\(.)", r"\1", text)
    if text.lower().startswith("file://"):
        text = unquote(urlsplit(text).path)
        text = text.removeprefix("/") if os.name == "nt" else text
    if text.startswith("~"):
        text = os.path.expanduser(text)  # noqa: PTH111 - Path.expanduser raises for an unknown user
    return text.replace("\0", "")


def _unless(answer: str, **wrong: bool) -> str:
    """Accept an answer, unless something is wrong with it: the first key of `words.WHY` that holds."""
    for why, holds in wrong.items():
        if holds:
            raise AnswerError(why, answer)
    return answer


def _there(answer: str, test: Callable[[Path], bool]) -> bool:
    """Ask the disk; a path it cannot even hold is not there."""
    try:
        return test(Path(answer))
    except (OSError, ValueError):
        return False


def existing_file(answer: str) -> str:
    """Accept a file that is there."""
    folder, file = _there(answer, Path.is_dir), _there(answer, Path.is_file)
    return _unless(answer, folder=folder, nothing=not file)


def settings_file(answer: str) -> str:
    """Accept a dossier.toml, or the folder that holds one."""
    if _there(answer, Path.is_dir):
        inside = str(Path(answer) / _SETTINGS)
        _unless(answer, no_settings=not _there(inside, Path.is_file))
        return inside
    other = Path(answer).suffix.lower() != ".toml"
    return _unless(answer, nothing=not _there(answer, Path.is_file), not_settings=other)


def new_folder(answer: str) -> str:
    """Accept a folder to create; a bare name goes with the user's documents."""
    path = Path(answer)
    barred = path.name in ("", ".", "..") or re.search(r'[<>"|?*\x00-\x1f]', path.name)
    _unless(answer, name=bool(barred))
    if not path.is_absolute() and len(path.parts) == 1:
        documents = Path.home() / "Documents"
        path = (documents if documents.is_dir() else Path.home()) / answer
    taken = _there(str(path), lambda p: p.is_dir() and any(p.iterdir()))
    return _unless(str(path), taken=taken, file_there=_there(str(path), Path.is_file))


def result_place(answer: str) -> str:
    """Accept a folder to write to."""
    return _unless(answer, file_there=_there(answer, Path.is_file))


def result_folder(answer: str) -> str:
    """Accept a folder that a run wrote, or the dossier that holds it."""
    for folder in (Path(answer), Path(answer) / "dossier", Path(answer).parent / "dossier"):
        if _there(str(folder / _ARCHIVE), Path.is_file):
            return str(folder)
    return _unless(answer, no_result=_there(answer, Path.exists), nothing=True)


def department(answer: str) -> str:
    """Accept the code of a département."""
    return _unless(answer[:40], no_department=not _DEPARTMENT.fullmatch(answer))


def latest(folder: Path) -> Path:
    """Return the folder last written among `DIR`, `DIR.2`…: files changed by hand are left alone."""
    numbered = folder.parent.glob(f"{folder.name}.*") if folder.parent.is_dir() else ()
    packs = [
        p for p in (folder, *numbered) if (p / _ARCHIVE).is_file()
        and (p == folder or p.name.rpartition(".")[2].isdecimal())
    ]  # fmt: skip
    return max(packs, key=lambda p: (p / _ARCHIVE).stat().st_mtime_ns, default=folder)


def reveal(folder: Path) -> bool:
    """Open a folder on the desktop; False when there is none."""
    if sys.platform == "win32":
        try:
            os.startfile(folder)  # noqa: S606 - opens a folder on the desktop
        except OSError:
            return False
        return True
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None:
        return False
    done = subprocess.run(
        [opener, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return done.returncode == 0


def _show(line: str) -> None:
    """Print a line, cut to the width of the window."""
    width = max(_NARROW, shutil.get_terminal_size().columns - 1)
    indent = "     " if line.startswith("  ") else ""
    cut = textwrap.wrap(
        SIGNS_APART.sub("\u00a0", line),
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    print("\n".join(cut).replace("\u00a0", " "))  # noqa: T201 - what is copied is typed again


def dialogue(run: Callable[[list[str]], int]) -> int:
    """Hold the dialogue on the terminal.

    Parameters
    ----------
    run : callable
        Runs a command line of the program and returns its exit code.

    Returns
    -------
    int
        0: leaving is no fault, by whichever door.
    """
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    for line in words.WELCOME:
        _show(line)
    try:
        _Visit(Console(input, _show, run, reveal)).menu()
    except (EOFError, KeyboardInterrupt):
        print()  # noqa: T201
    _show(words.GOODBYE)
    return 0
