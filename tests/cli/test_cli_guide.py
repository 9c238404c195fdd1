"""`tfpb` alone: a dialogue on a terminal, the help elsewhere."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tfpb.cli.terminal import guide
from tfpb.cli.terminal.shared import written
from tfpb.words.documents import guide_words as words

if TYPE_CHECKING:
    from collections.abc import Callable

pty = pytest.importorskip("pty")
COMMAND = [sys.executable, "-m", "tfpb"]
ROOT = Path(__file__).parents[2]
TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "tfpb"])
"""


class Talk:
    """A dialogue whose answers are written beforehand; it keeps what was said and run."""

    def __init__(self, *answers: str, code: int = 0) -> None:
        self.answers = list(answers)
        self.said: list[str] = []
        self.ran: list[list[str]] = []
        self.shown: list[Path] = []
        self.code = code

    def hold(self) -> str:
        guide._Visit(guide.Console(self._ask, self.said.append, self._run, self._reveal)).menu()
        return "\n".join(self.said)

    def _ask(self, prompt: str) -> str:
        assert prompt == words.YOUR_ANSWER
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def _run(self, arguments: list[str]) -> int:
        self.ran.append(arguments)
        return self.code

    def _reveal(self, folder: Path) -> bool:
        self.shown.append(folder)
        return False


@pytest.fixture
def settled(tmp_path: Path) -> Path:
    folder = tmp_path / "Convention d'Été (2025)"
    folder.mkdir()
    (folder / "dossier.toml").write_text("", encoding="utf-8")
    return folder


def test_every_choice_runs_the_command_it_says(settled: Path, tmp_path: Path) -> None:
    toml = str(settled / "dossier.toml")
    data = settled / "adresses-59.csv.gz"
    data.touch()
    new = tmp_path / "nouveau"
    talk = Talk(
        "1", str(new), "", "2",
        "2", "1", "59",
        "2", "2", str(data),
        "2", "3", str(data), "2",
        "2", "6",
        "2", "7",
        "3", str(settled),
        "4", "", "", "2",
        "6",
    )  # fmt: skip
    said = talk.hold()
    assert talk.ran == [
        ["nouveau", str(new)],
        ["geodonnees", "installer", "--departement", "59"],
        ["geodonnees", "importer-adresses", str(data)],
        ["geodonnees", "importer-qpv", str(data), "--millesime", "2015"],
        ["geodonnees", "lister"],
        ["verifier", toml],
        ["dossier", toml, "--sortie", str(settled / "dossier")],
    ]
    for arguments in talk.ran:
        assert words.COMMAND.format(command=written(["tfpb", *arguments])) in said
    assert words.LEAVES in said
    assert talk.shown == []


@pytest.mark.parametrize(
    ("choice", "wrong", "why"),
    [
        ("3", "", "Il faut une réponse."),
        ("3", "/nulle/part/dossier.toml", "Il n’y a rien à cet endroit"),
        ("3", "{dossier}", "pas de dossier.toml"),
        ("3", "{fichier}", "Ce n’est pas un fichier dossier.toml"),
        ("3", "x" * 5000, "Il n’y a rien à cet endroit"),
        ("1", "{plein}", "existe déjà et n’est pas vide"),
        ("1", "{fichier}", "Un fichier porte déjà ce nom"),
        ("1", 'a"b?', "Ce nom n’est pas possible"),
        ("5", "{dossier}", "Ce n’est pas un dossier de résultat"),
        ("5", "/", "Ce n’est pas un dossier de résultat"),
        ("5", ".", "Ce n’est pas un dossier de résultat"),
    ],
)
def test_a_wrong_answer_is_asked_again_with_its_reason(
    tmp_path: Path, settled: Path, choice: str, wrong: str, why: str
) -> None:
    file = tmp_path / "patrimoine.xlsx"
    file.touch()
    empty = tmp_path / "vide"
    empty.mkdir()
    answer = wrong.format(dossier=empty, fichier=file, plein=settled)
    talk = Talk(choice, answer, "0", "6")
    said = talk.hold()
    assert why in said, said
    assert talk.ran == []
    assert talk.answers == []


def test_a_folder_that_may_not_be_read_is_left_to_the_command_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: Path) -> Any:
        raise PermissionError(13, "")

    monkeypatch.setattr(Path, "iterdir", closed)
    talk = Talk("1", str(tmp_path), "", "6", code=2)
    talk.hold()
    assert talk.ran == [["nouveau", str(tmp_path)]]


def test_menu_numbers_departments_and_folders_given_as_files(tmp_path: Path) -> None:
    talk = Talk(
        "9", "abc", "²", "", "2", "1", "99", "59000", "2A", "2", "2", str(tmp_path), "0", "6"
    )
    said = talk.hold()
    assert "« 9 » n’est pas un choix : tapez un numéro de 1 à 6." in said
    assert "« 59000 » n’est pas un code de département." in said
    assert "C’est un dossier, il faut un fichier" in said
    assert talk.ran == [["geodonnees", "installer", "--departement", "2A"]]


def test_a_run_at_fault_says_to_mend_and_opens_nothing(settled: Path) -> None:
    talk = Talk("4", str(settled), "", "6", code=2)
    assert words.MEND in talk.hold()
    assert talk.shown == []


def test_the_folder_last_written_is_the_one_opened(settled: Path) -> None:
    for name in ("dossier", "dossier.2", "dossier.10"):
        (settled / name).mkdir()
        archive = settled / name / "dossier.zip"
        archive.touch()
        os.utime(archive, ns=(0, 10 if name == "dossier.2" else 1))
    talk = Talk("4", str(settled), "", "1", "5", "", "6")
    assert words.NOT_OPENED.format(path=settled / "dossier.2") in talk.hold()
    assert talk.shown == [settled / "dossier.2"] * 2


@pytest.mark.parametrize(
    "shape",
    [
        "{}",
        "  {}  ",
        '"{}"',
        "'{}'",
        "& '{}'",
        lambda p: p.replace(" ", "\\ ").replace("(", "\\(").replace(")", "\\)").replace("'", "\\'"),
        lambda p: Path(p).as_uri(),
    ],
)
def test_dragged_paths_are_understood(settled: Path, shape: str | Callable[[str], str]) -> None:
    path = str(settled / "dossier.toml")
    typed = shape.format(path) if isinstance(shape, str) else shape(path)
    assert guide.as_path(typed) == path


def test_home_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert guide.as_path("~/a b") == f"{tmp_path}/a b"
    assert guide.as_path("~personne-de-ce-nom/a").startswith("~")
    assert guide.new_folder("ma-convention") == str(tmp_path / "ma-convention")
    (tmp_path / "Documents").mkdir()
    assert guide.new_folder("ma-convention") == str(tmp_path / "Documents" / "ma-convention")


@pytest.mark.parametrize(("platform", "opener"), [("linux", "xdg-open"), ("darwin", "open")])
def test_the_desktop_s_own_opener_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, opener: str
) -> None:
    (tmp_path / opener).write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/vu\n', encoding="utf-8")
    (tmp_path / opener).chmod(0o755)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert guide.reveal(tmp_path / "résultat final")
    assert (tmp_path / "vu").read_text(encoding="utf-8").strip() == str(tmp_path / "résultat final")
    monkeypatch.setenv("PATH", str(tmp_path / "rien"))
    assert not guide.reveal(tmp_path)


def test_windows_opens_by_its_own_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "startfile", seen.append, raising=False)
    assert guide.reveal(tmp_path)
    assert seen == [tmp_path]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TFPB_CACHE": "non", **more}


def on_a_terminal(typed: bytes, *, columns: int = 80, **more: str) -> tuple[int, str]:
    """Run `tfpb` on a pseudo-terminal, with all its answers pasted once the first is awaited.

    A Ctrl-C within the microseconds between the prompt and the read is lost by `input` itself, and
    the next one is not: no hand is that quick, so this one waits as a hand does.
    """
    import fcntl
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    env = environment(**more)
    env.pop("COLUMNS", None)
    with subprocess.Popen(
        [sys.executable, "-c", TERMINAL], stdin=slave, stdout=slave, stderr=slave, env=env,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(slave)
        out = b""
        sent = False
        while True:
            if not select.select([master], [], [], 90)[0]:
                process.kill()
                pytest.fail(out.decode("utf-8", "replace"))
            try:
                block = os.read(master, 65536)
            except OSError:
                break
            if not block:
                break
            out += block
            if not sent and words.YOUR_ANSWER.encode() in out:
                time.sleep(0.3)
                os.write(master, typed)
                sent = True
        os.close(master)
    return process.returncode, out.decode("utf-8", "replace").replace("\r\n", "\n")


def test_pasted_answers_on_a_terminal_make_a_folder(tmp_path: Path) -> None:
    place = tmp_path / "Convention d'été"
    code, said = on_a_terminal(f'1\n"{place}"\n\n2\n3\n\n6\n'.encode())
    assert code == 0, said
    assert (place / "dossier.toml").is_file()
    assert "Commande lancée : tfpb nouveau" in said
    assert f"puis : {written(['tfpb', 'verifier', str(place / 'dossier.toml')])}\n" in said
    assert "lu :" in said or "faute" in said, said  # the template's stock is empty: it is told
    assert said.rstrip().endswith(words.GOODBYE)
    assert "Traceback" not in said


@pytest.mark.parametrize("columns", range(20, 60, 3))
def test_no_line_begins_with_a_sign_that_closes(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for line in (words.CREATED, words.SHOWN, words.BACK + " ; ceci : cela ?"):
        guide._show(line)
    lines = capsys.readouterr().out.splitlines()
    assert not any(line.strip()[0] in "»;:?!" or line.endswith("«") for line in lines), lines


@pytest.mark.parametrize("key", [b"\x03", b"\x04"])
def test_control_c_and_the_end_of_input_leave_politely(key: bytes) -> None:
    for before in (b"", b"3\n", b"1\n"):
        code, said = on_a_terminal(before + key)
        assert code == 0, said
        assert words.GOODBYE in said
        assert "Traceback" not in said


def test_a_narrow_window_cuts_no_word_and_no_line_is_too_wide() -> None:
    code, said = on_a_terminal(b"6\n", columns=40, TERM="dumb", NO_COLOR="1")
    assert code == 0
    assert max(len(line) for line in said.splitlines()) <= 40
    assert "\x1b" not in re.sub(r"\x1b\[\?2004[hl]", "", said)


def test_without_a_terminal_the_help_comes_and_all_is_well() -> None:
    done = subprocess.run(COMMAND, input=b"", capture_output=True, env=environment(), check=False)
    assert done.returncode == 0
    assert "Commandes :" in done.stdout.decode()
    assert done.stderr == b""
