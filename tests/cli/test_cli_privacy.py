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
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from canaries import INPUTS, OUTPUTS, PLANTED, ROOT, RUN, SAID, WATCH
from pack_reading import texts

from tfpb.pipeline.kept.entry_files import unbind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CANARIES = {
    "respondents": rb"REP\d{7}X",
    "telephones of interviews": rb"(?<!\d)(?<!\d[,.])07[ .]?99[ .]?88",
    "verbatims": rb"v.{1,6}los\s+jaunes",  # é is two bytes, or « &#233; » in a workbook
    "a name": rb"CANARINOM",
    "a telephone": rb"(?<!\d)(?<!\d[,.])06[ .]?55[ .]?44",
    "a mail address": rb"canari\d*@",
}
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
def done(planted: Path) -> Done:
    seen = planted / "sockets.txt"
    said = (planted / SAID).read_text(encoding="utf-8")
    opened = seen.read_text(encoding="utf-8") if seen.exists() else ""
    return Done(said, planted / OUTPUTS, opened)


def everything(data: bytes, name: str) -> Iterator[bytes]:
    """Yield the bytes of a file and of all that it wraps: archives, caches, tables, streams."""
    yield data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield member.encode()
                yield from everything(archive.read(member), member)
    elif name.endswith(".etape"):
        for part, content in unbind(data).items():
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
    inputs = done.folder.parent / INPUTS
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
