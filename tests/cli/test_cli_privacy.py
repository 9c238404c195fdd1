"""Canaries planted in every input, sockets watched: nothing personal is written, nothing leaves.

`docs/rgpd.md` says so to the bailleur; this is its proof.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pack_variant
import pandas as pd
import pytest
from openpyxl import load_workbook
from pack_reading import texts

from tfpb.pipeline.kept.stage_cache import _unbind

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CANARIES = {
    "respondents": rb"REP\d{7}X",
    "telephones of interviews": rb"07[ .]?99[ .]?88",
    "verbatims": rb"v.{1,2}los\s+jaunes",
    "a tenant's name": rb"CANARINOM",
    "a tenant's telephone": rb"06[ .]?55[ .]?44",
    "a mail address": rb"canari\d*@",
}
WATCH = """
import os, sys
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        place = arguments[1] if len(arguments) > 1 else ""
        if event == "socket.bind" or isinstance(place, (str, bytes)) and event == "socket.connect":
            return  # a pipe of this machine
        with open(os.environ["TFPB_TEST_SOCKETS"], "a") as file:
            file.write(f"{event} {arguments[1:]}\\n")
        raise ConnectionRefusedError(111, event)
sys.addaudithook(watch)
"""
RUN = """
import json, sys
from tfpb.cli.app import app
for line in json.loads(sys.argv[1]):
    print("==", line)
    try:
        code = app(line, prog_name="tfpb", standalone_mode=False)
    except SystemExit as leaving:
        code = leaving.code
    print("== exit", code or 0)
"""


@dataclass(frozen=True)
class Done:
    said: str
    folder: Path
    sockets: str


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, example: Path) -> Done:
    """Run every command but those that name the network, on spoiled inputs, in a home of its own."""
    place = tmp_path_factory.mktemp("canaris")
    inputs, outputs, hook = place / "entrées", place / "écrit", place / "crochet"
    toml = pack_variant.make(example, inputs)
    _plant(inputs)
    for name in ("maison", "cache", "tmp", "sorties"):
        (outputs / name).mkdir(parents=True)
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    geo, out = outputs / "geo", outputs / "sorties"
    sources = example / "geodonnees_sources"
    stock = inputs / "patrimoine.xlsx"
    surveys = [inputs / "enquete_2019.csv", inputs / "enquete_2023.xlsx"]
    lines: list[list[object]] = [
        ["geodonnees", "importer-adresses", sources / "adresses-59999.csv.gz"],
        ["geodonnees", "importer-qpv", sources / "qpv2015_valmont.geojson", "--millesime", 2015],
        ["geodonnees", "importer-qpv", sources / "qpv2024_valmont.geojson", "--millesime", 2024],
        ["geodonnees", "lister"],
        ["geodonnees", "verifier"],
        ["verifier", toml],
        ["dossier", toml, "--sortie", out / "pack"],
        ["cartes", toml, "--sortie", out / "cartes"],
        ["localiser", stock, "--annee", 2025, "--sortie", out / "lieux.xlsx"],
        ["abattement", inputs / "fiscalite_2025.xlsx", "--residences", out / "lieux.xlsx",
         "--sortie", out / "abattement.xlsx"],
        ["planifier", inputs / "plan_enquete.toml", "--patrimoine", out / "lieux.xlsx",
         "--sortie", out / "plan.xlsx"],
        ["comparer", *surveys, "--plan", inputs / "plan_enquete.toml", "--sortie", out / "compare.csv"],
        ["nouveau", out / "nouveau", "--depuis", surveys[1]],
        ["verifier", "--dossier", out / "pack" / "dossier.zip"],
    ]  # fmt: skip
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "TFPB_"))},
        "PYTHONPATH": os.pathsep.join((str(hook), str(ROOT / "src"))),
        "HOME": str(outputs / "maison"), "TMPDIR": str(outputs / "tmp"),
        "TFPB_CACHE": str(outputs / "cache"), "TFPB_GEODONNEES": str(geo),
        "TFPB_TEST_SOCKETS": str(place / "sockets.txt"), "MPLCONFIGDIR": str(outputs / "maison"),
    }  # fmt: skip
    text = json.dumps([[str(word) for word in line] for line in lines])
    made = subprocess.run(
        [sys.executable, "-c", RUN, text],
        capture_output=True, env=env, cwd=outputs, check=False, encoding="utf-8",
    )  # fmt: skip
    seen = place / "sockets.txt"
    said = made.stdout + made.stderr
    codes = re.findall(r"== exit (\d)", said)
    assert codes[:-1] == ["0"] * (len(lines) - 1), said
    assert codes[-1] in {"0", "2"}, said  # what doutes.csv counts: test_cli_secrecy_audit.py
    return Done(said, outputs, seen.read_text(encoding="utf-8") if seen.exists() else "")


def _plant(folder: Path) -> None:
    """Put a tenant's name, telephone and mail address in the stock, and names in an interview file."""
    book = load_workbook(folder / "patrimoine.xlsx")
    sheet = book.worksheets[0]
    head = next(r for r in range(1, 10) if sum(c.value is not None for c in sheet[r]) > 3)
    start = max(c.column for c in sheet[head] if c.value is not None) + 1
    planted = {
        "Nom du locataire": "CANARINOM {}",
        "Tél": "06 55 44 {:02d} 11",
        "Contact": "canari{}@exemple.fr",
    }
    for k, (name, value) in enumerate(planted.items()):
        sheet.cell(head, start + k, name)
        for row in range(head + 1, sheet.max_row + 1):
            sheet.cell(row, start + k, value.format(row))
    book.save(folder / "patrimoine.xlsx")
    path = folder / "enquete_2019.csv"
    lines = path.read_bytes().decode("cp1252").splitlines()
    lines = [f"{lines[0]};nom;courriel"] + [
        f"{line};CANARINOM {n};canari{n}@exemple.fr" for n, line in enumerate(lines[1:])
    ]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))


def everything(data: bytes, name: str) -> Iterator[bytes]:
    """Yield the bytes of a file and of all that it wraps: archives, caches, tables, streams."""
    yield data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield member.encode()
                yield from everything(archive.read(member), member)
    elif name.endswith(".etape"):
        for part, content in _unbind(data).items():
            yield from everything(content, part)
    elif data[:4] == b"PAR1":
        yield pd.read_parquet(io.BytesIO(data)).to_csv().encode()
    elif data[:4] == b"%PDF":
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            try:
                yield zlib.decompress(stream)
            except zlib.error:
                continue


def test_the_canaries_were_read_and_dropped_with_a_notice(done: Done) -> None:
    for column in (
        "telephone",
        "q22_verbatim",
        "nom",
        "courriel",
        "Nom du locataire",
        "Tél",
        "Contact",
    ):
        assert f"« {column} » contient des données personnelles" in done.said, column


@pytest.mark.parametrize("kind", list(CANARIES))
def test_no_canary_is_written_or_said(done: Done, kind: str) -> None:
    canary = re.compile(CANARIES[kind], re.DOTALL)
    files = sorted(p for p in done.folder.rglob("*") if p.is_file())
    assert len(files) > 60
    assert any(p.suffix == ".etape" for p in files)
    # the outputs of « localiser » and « abattement » give the user's own columns back: that is their job
    own = {"lieux.xlsx"}
    told = [
        str(p.relative_to(done.folder))
        for p in files
        if p.name not in own and any(canary.search(b) for b in everything(p.read_bytes(), p.name))
    ]
    assert told == []
    assert not canary.search(done.said.encode())


def test_documents_as_read_hold_no_canary(done: Done) -> None:
    for path in (done.folder / "sorties" / "pack").rglob("*.pdf"):
        for text in texts(path):
            for canary in CANARIES.values():
                assert not re.search(canary, text.encode()), path.name


def test_the_search_finds_what_is_there(done: Done) -> None:
    """Else silence would prove nothing: the workbook given back holds the user's own columns."""
    data = (done.folder / "sorties" / "lieux.xlsx").read_bytes()
    found = list(everything(data, "lieux.xlsx"))
    assert any(b"CANARINOM" in part for part in found)
    inputs = done.folder.parent / "entrées" / "enquete_2019.csv"
    assert re.search(CANARIES["respondents"], inputs.read_bytes())


def test_no_command_opens_a_socket_unless_it_names_the_network(done: Done) -> None:
    assert done.sockets == ""


def test_nothing_is_left_in_the_temporary_folder(done: Done) -> None:
    assert [p.name for p in (done.folder / "tmp").rglob("*") if p.is_file()] == []


def test_the_watch_sees_a_socket(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    seen = tmp_path / "vu.txt"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT / "src"))),
           "TFPB_TEST_SOCKETS": str(seen), "TFPB_SERVICE_ADRESSES": "http://127.0.0.1:9"}  # fmt: skip
    source = tmp_path / "a.csv"
    source.write_text(
        "adresse;code_postal;commune\n3 rue des Lilas;93140;Bondy\n", encoding="utf-8"
    )
    line = [["geocoder", str(source), "--mode", "api", "--sortie", str(tmp_path / "s.csv")]]
    subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(line)], env=env, check=True, capture_output=True
    )
    assert "9" in seen.read_text(encoding="utf-8")
