"""Old consoles, narrow windows, paths that no one should have, files held open by another program."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from effort import by_night, tries
from tfpb.cli.terminal.console import plainly

if TYPE_CHECKING:
    from conftest import Run

ROOT = Path(__file__).parents[2]
GROUP = "geodonnees"
COMMANDS = [
    [],
    *([n] for n in ("dossier", "nouveau", "verifier", "geocoder", "localiser", "comparer")),
    *([n] for n in ("abattement", "cartes", "region", GROUP)),
    *([GROUP, n] for n in ("installer", "importer-adresses", "importer-qpv", "lister")),
]
HELPS = """
import json, os, sys
from tfpb.cli.app import app
from tfpb.cli.terminal.console import settle_console
settle_console()
for columns in ("40", "100"):
    os.environ["COLUMNS"] = columns
    for line in json.loads(sys.argv[1]):
        try:
            app([*line, "--help"], prog_name="tfpb")
        except SystemExit as leaving:
            assert not leaving.code
    try:
        app(["verifier", "rien.toml"], prog_name="tfpb")
    except SystemExit as leaving:
        assert leaving.code == 2
print("5\\u202f957 logements, 48\\u202f%, −3,2 points, 500\\u00a0222\\u202f€, « cœur » d’îlot – ●▲ ≥ 5 …")
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TFPB_CACHE": "non", **more}


@pytest.mark.parametrize(
    ("encoding", "euro", "accents"),
    [("cp850", "EUR", True), ("ascii", "EUR", False), ("cp1252", "€", True), ("utf-8", "€", True)][
        : tries(2, 4)
    ],
)
def test_every_help_and_message_can_be_shown(encoding: str, euro: str, accents: object) -> None:
    env = environment(PYTHONIOENCODING=f"{encoding}:strict", TERM="dumb", NO_COLOR="1")
    done = subprocess.run(
        [sys.executable, "-c", HELPS, json.dumps(COMMANDS)],
        capture_output=True,
        env=env,
        check=False,
    )
    # a console said to be ASCII is given the help in UTF-8 by the library that reads options
    said = done.stdout.decode("utf-8" if encoding == "ascii" else encoding)
    wrong = done.stderr.decode(encoding)
    assert done.returncode == 0, wrong
    assert wrong.count("lu : rien.toml") == 2
    assert "Traceback" not in wrong
    assert "\x1b" not in said + wrong
    last = said.splitlines()[-1].replace("\u202f", " ").replace("\u00a0", " ").replace("−", "-")
    assert last.startswith("5 957 logements, 48 %, -3,2 points")
    assert f"500 222 {euro}" in last
    assert "?" not in said.replace("QPV ?", "")
    assert ("îlot" in last) == bool(accents)


def test_what_has_no_plain_writing_is_a_question_mark_and_nothing_is_fatal() -> None:
    for encoding in ("ascii", "cp850", "cp1252"):
        text = "".join(chr(i) for i in range(0x20, 0x3000) if not 0xD800 <= i <= 0xDFFF) + "😀"
        start = 0
        while start < len(text):
            try:
                text[start:].encode(encoding)
            except UnicodeEncodeError as error:
                written, end = plainly(error, encoding=encoding)
                written.encode(encoding)
                start += end
            else:
                break


@pytest.fixture
def far(tmp_path: Path, example: Path) -> Path:
    """Put the example in a folder whose path has all that paths should not have."""
    folder = tmp_path / "Été d'Aïcha #1 100% (à revoir) & co"
    while len(str(folder)) < 300:
        folder /= "dossier au nom très long, comme on en trouve"
    folder.mkdir(parents=True)
    ignore = shutil.ignore_patterns("geodonnees_sources", "dossier", "dossier.*.zip")
    shutil.copytree(example, folder / "val mont", ignore=ignore)
    return folder


@by_night("test_every_help_and_message_can_be_shown, test_paths_of_other_machines_get_a_sentence")
def test_a_whole_run_in_a_far_folder_on_an_old_console(
    far: Path, geodata: Path, kept: Path
) -> None:
    nowhere = far / "lecture seule"
    nowhere.mkdir(mode=0o555)
    env = environment(
        PYTHONIOENCODING="cp850:strict",
        COLUMNS="40",
        TERM="dumb",
        NO_COLOR="1",
        TFPB_CACHE=str(kept),
    )
    done = subprocess.run(
        [sys.executable, "-m", "tfpb", "dossier", str(far / "val mont" / "dossier.toml"),
         "--sortie", str(far / "résultat d'été #%"), "--geodonnees", str(geodata)],
        capture_output=True, env=env, cwd=nowhere, check=False,
    )  # fmt: skip
    said = done.stdout.decode("cp850")
    assert done.returncode == 0, done.stderr.decode("cp850")
    assert done.stderr == b""
    assert not re.search(r"\d\?\d|\?€|\?%|\d\?", said), said
    assert "Patrimoine : 62 résidences, 155 entrées, 5 957 logements" in said
    assert (far / "résultat d'été #%" / "dossier.zip").is_file()
    assert list(nowhere.iterdir()) == []


@pytest.mark.parametrize(
    "written",
    [
        r"'C:\Users\Anne\patrimoine.xlsx'",
        r'"C:\Users\Anne\patrimoine.xlsx"',
        r"'\\serveur\partage\patrimoine.xlsx'",
        "'//serveur/partage/patrimoine.xlsx'",
        "'~/patrimoine.xlsx'",
        "'~personne/patrimoine.xlsx'",
        "'file:///C:/patrimoine.xlsx'",
        "'" + "x" * 400 + ".xlsx'",
        r'"a\u0000b.xlsx"',
    ],
)
def test_paths_of_other_machines_get_a_sentence(
    copy: Path, geodata: Path, run: Run, written: str
) -> None:
    toml = copy / "dossier.toml"
    head, _, _ = toml.read_text(encoding="utf-8").partition("[fichiers]")
    toml.write_text(f"{head}[fichiers]\npatrimoine = {written}\n", encoding="utf-8")
    result = run("verifier", toml, "--geodonnees", geodata)
    assert result.exit_code == 2, result.output
    assert "que faire" in result.output
    assert "erreur du programme" not in result.output


@pytest.mark.parametrize("output", ["sortie.xlsx", "sortie.csv"])
def test_a_result_open_in_another_program_is_said_and_left_as_it_was(
    copy: Path,
    geodata: Path,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    output: str,
) -> None:
    target = tmp_path / output
    target.write_bytes(b"ancien")
    own = {n: getattr(os, n) for n in ("replace", "rename")}

    def held(name: str) -> object:
        def move(source: object, destination: object, **extra: object) -> object:
            if target in (Path(str(source)), Path(str(destination))):
                raise PermissionError(13, "Permission denied", str(source), None, str(destination))
            return own[name](source, destination, **extra)

        return move

    for name in own:
        monkeypatch.setattr(os, name, held(name))
    result = run(
        "geocoder", copy / "patrimoine.xlsx", "--sortie", target, "--geodonnees", geodata
    )  # fmt: skip
    assert result.exit_code == 2, result.output
    assert "ouvert" in result.output
    assert output in result.output
    assert target.read_bytes() == b"ancien"
    left = {p.name for p in tmp_path.iterdir()}
    assert left == {"dossier", output}
