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

from example_pack import undecided
from tfpb.io.tables.csv_text import decode
from tfpb.pipeline.kept.stage_cache import _unbind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
CANARIES = {
    "respondents": rb"REP\d{7}X",
    "telephones of interviews": rb"07[ .]?99[ .]?88",
    "verbatims": rb"v.{1,6}los\s+jaunes",  # é is two bytes, or « &#233; » in a workbook
    "a name": rb"CANARINOM",
    "a telephone": rb"06[ .]?55[ .]?44",
    "a mail address": rb"canari\d*@",
}
TELEPHONE = "06 55 44 {:02d} 11"
PLANTED = {
    "patrimoine.xlsx": {
        "Nom du locataire": "CANARINOM {}", "Tél": TELEPHONE, "Contact": "canari{}@exemple.fr",
        "Gardien": "CANARINOM Jean {}", "Colonne libre": "voir Mme CANARINOM au " + TELEPHONE,
    },
    "enquete_2019.csv": {"nom": "CANARINOM {}", "courriel": "canari{}@exemple.fr"},
    "fiscalite_2025.xlsx": {"Signataire": "CANARINOM {}", "Portable": "06554400{:02d}"},
    "programme_2025.xlsx": {"Référent": "CANARINOM {}", "E-mail": "canari{}@exemple.fr"},
    "conventions.csv": {"Signé par": "CANARINOM {}"},
    "droit_commun.csv": {"Saisi par": "CANARINOM {}"},
    "diagnostics.csv": {"Interlocuteur": "Mme CANARINOM {}"},
}  # fmt: skip
"""Input → columns of persons put into it, and what each line then holds."""
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

ONCE = """
import stamina
stamina.set_testing(True, attempts=1)  # no waiting between tries
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
    layer = _plant_layer(sources / "qpv2024_valmont.geojson", place / "qpv2024.geojson")
    surveys = [inputs / "enquete_2019.csv", inputs / "enquete_2023.xlsx"]
    lines: list[list[object]] = [
        ["geodonnees", "importer-adresses", sources / "adresses-59999.csv.gz"],
        ["geodonnees", "importer-qpv", sources / "qpv2015_valmont.geojson", "--millesime", 2015],
        ["geodonnees", "importer-qpv", layer, "--millesime", 2024],
        ["geodonnees", "lister"],
        ["geodonnees", "verifier"],
        ["verifier", toml],
        ["dossier", toml, "--sortie", out / "pack"],
        ["cartes", toml, "--sortie", out / "cartes"],
        ["geocoder", stock, "--sortie", out / "adresses.csv"],
        ["localiser", stock, "--annee", 2025, "--sortie", out / "lieux.xlsx"],
        ["localiser", stock, "--annee", 2025, "--decisions", inputs / "decisions.csv",
         "--sortie", out / "lieux.gpkg"],
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
    assert codes == ["0"] * len(lines), said
    return Done(said, outputs, seen.read_text(encoding="utf-8") if seen.exists() else "")


def _plant(folder: Path) -> None:
    """Put names, telephones and mail addresses of tenants, caretakers and signatories in every input."""
    for name, columns in PLANTED.items():
        path = folder / name
        (_plant_csv if path.suffix == ".csv" else _plant_workbook)(path, columns)
    (folder / "decisions.csv").write_text(
        "id_residence;decision;auteur;date;piece;Téléphone\n"
        f"01001;dans;CANARINOM Chef;03/02/2026;plan de masse;{TELEPHONE.format(1)}\n",
        encoding="utf-8-sig",
    )
    undecided(folder)
    toml = folder / "dossier.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(
        text.replace("[fichiers]\n", '[fichiers]\ndecisions = "decisions.csv"\n'), encoding="utf-8"
    )


def _plant_workbook(path: Path, columns: dict[str, str]) -> None:
    book = load_workbook(path)
    sheet = book.worksheets[0]
    head = next(r for r in range(1, 10) if sum(c.value is not None for c in sheet[r]) > 3)
    start = max(c.column for c in sheet[head] if c.value is not None) + 1
    for k, (name, value) in enumerate(columns.items()):
        sheet.cell(head, start + k, name)
        for row in range(head + 1, sheet.max_row + 1):
            sheet.cell(row, start + k, value.format(row % 100))
    book.save(path)


def _plant_csv(path: Path, columns: dict[str, str]) -> None:
    raw = path.read_bytes()
    lines = decode(raw).splitlines()
    more = [";".join(columns)]
    more += [";".join(v.format(n % 100) for v in columns.values()) for n in range(len(lines) - 1)]
    whole = [f"{line};{cells}" for line, cells in zip(lines, more, strict=True)]
    path.write_bytes("\r\n".join(whole).encode("utf-8-sig"))


def _plant_layer(source: Path, target: Path) -> Path:
    """Put a person among the attributes of a layer."""
    layer = json.loads(source.read_text(encoding="utf-8"))
    for feature in layer["features"]:
        feature["properties"] |= {"referent": "CANARINOM Zoé", "mel": "canari@exemple.fr"}
    target.write_text(json.dumps(layer), encoding="utf-8")
    return target


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


def test_the_columns_are_listed(done: Done) -> None:
    columns = {c for planted in PLANTED.values() for c in planted}
    assert "Colonnes laissées de côté" in done.said
    for column in columns | {"telephone", "q22_verbatim", "Téléphone"}:
        assert f"« {column} »" in done.said, column


@pytest.fixture(scope="module")
def found(done: Done) -> dict[str, list[str]]:
    """Look for each canary in all that was written: kind → files that hold one."""
    files = sorted(p for p in done.folder.rglob("*") if p.is_file())
    assert len(files) > 60
    assert any(p.suffix == ".etape" for p in files)
    return holding(p for p in files if not _decisions(p))


def holding(files: Iterable[Path]) -> dict[str, list[str]]:
    """Open each file once and look for every canary in it: kind → files that hold one."""
    sought = {kind: re.compile(canary, re.DOTALL) for kind, canary in CANARIES.items()}
    held: dict[str, list[str]] = {kind: [] for kind in CANARIES}
    for path in files:
        for part in everything(path.read_bytes(), path.name):
            for kind, canary in sought.items():
                if canary.search(part):
                    held[kind].append(str(path))
    return held


@pytest.mark.parametrize("kind", list(CANARIES))
def test_no_canary_is_written_or_said(done: Done, found: dict[str, list[str]], kind: str) -> None:
    assert found[kind] == []
    assert not re.search(CANARIES[kind], done.said.encode(), re.DOTALL)


def _decisions(path: Path) -> bool:
    """Return whether a file is for the one who decides: it keeps who decided."""
    return path.name.endswith("_a_verifier.xlsx")


def test_documents_as_read_hold_no_canary(done: Done) -> None:
    for path in (done.folder / "sorties" / "pack").rglob("*.pdf"):
        for text in texts(path):
            for canary in CANARIES.values():
                assert not re.search(canary, text.encode()), path.name


def test_the_search_finds_what_is_there(done: Done) -> None:
    """Else silence would prove nothing."""
    inputs = done.folder.parent / "entrées"
    given = holding(sorted(p for p in inputs.rglob("*") if p.is_file()))
    assert [kind for kind, files in given.items() if not files] == []
    data = (inputs / "patrimoine.xlsx").read_bytes()
    assert any(b"CANARINOM" in part for part in everything(data, "patrimoine.xlsx"))
    assert re.search(CANARIES["respondents"], (inputs / "enquete_2019.csv").read_bytes())


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
        [sys.executable, "-c", ONCE + RUN, json.dumps(line)],
        env=env, check=True, capture_output=True,
    )  # fmt: skip
    assert "9" in seen.read_text(encoding="utf-8")
