"""Names, archives and links that would write, read or run elsewhere: inert, each with its sentence."""

from __future__ import annotations

import ast
import io
import os
import socket
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import pytest
from openpyxl import Workbook

from tfpb.errors import TfpbError
from tfpb.geodata.qpv_imports import import_qpv
from tfpb.io.layers.geofiles import opened
from tfpb.io.packs.output_files import refuse_inputs, write_bytes, write_together
from tfpb.io.packs.pack import read_pack, write_pack
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.tables import CONVENTIONS, STOCK

SOURCES = Path(__file__).parents[3] / "src" / "tfpb"
FILES = {"run.json": b"{}", "a.txt": b"a"}


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def code_of(read: Any) -> str:
    with pytest.raises(TfpbError) as caught:
        read()
    return caught.value.faults[0].code


def test_nothing_of_the_program_unpickles_or_runs_what_it_reads() -> None:
    banned = {"pickle", "shelve", "marshal", "dill", "cloudpickle", "joblib"}
    called = {"eval", "exec", "read_pickle", "to_pickle"}
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {a.name for a in node.names} | {getattr(node, "module", None) or ""}
                assert not names & banned, path
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert name not in called, (path, node.lineno)


def test_an_archive_that_climbs_out_of_its_folder_stays_in_it(tmp_path: Path) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    members = {"../../evil.json": b"{}", "/evil.geojson": b"{}", "..\\..\\evil.json": b"{}"}
    path = zipped(inside / "carte.zip", members)
    with opened(path) as files:
        assert files
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b", "carte.zip"]


def test_an_archive_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFPB_TAILLE_MAX_MO", "1")
    path = zipped(tmp_path / "dossier.zip", {"run.json": b" " * 3_000_000})
    assert path.stat().st_size < 10_000
    assert code_of(lambda: read_pack(path)) == "fichier_trop_grand"


def test_macros_and_outside_links_of_a_workbook_are_never_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object, **__: object) -> NoReturn:
        raise AssertionError

    book = Workbook()
    assert book.active is not None
    book.active.append(["id_residence", "adresse", "nb_logements"])
    book.active.append(["1", "RUE A", 3])
    data = io.BytesIO()
    book.save(data)
    members = {n: z.read(n) for z in [zipfile.ZipFile(data)] for n in z.namelist()}
    members |= {
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 50,
        "xl/externalLinks/externalLink1.xml": b'<externalLink><externalBook r:id="rId1"/></externalLink>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": b'<Relationships><Relationship Id="rId1" '
        b'Target="http://192.0.2.1/x.xlsx" TargetMode="External"/></Relationships>',
    }
    monkeypatch.setattr(socket, "socket", no_network)
    table = read_table(zipped(tmp_path / "m.xlsm", members), known=STOCK.names)
    assert table.frame.iloc[0].tolist() == ["1", "RUE A", "3"]


def test_a_line_of_a_gigabyte_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"id;adresse\n1;")
        file.truncate(1_000_000_000)  # takes no room on the disk
    assert code_of(lambda: read_table(path)) == "fichier_trop_grand"


@pytest.mark.parametrize(
    "text", ["../../x", "CON", "NUL:", "a/b", "..", "C:\\x", "x" * 5000, "\u202ex"]
)
def test_odd_identifiers_are_read_as_text_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"id_residence;adresse;nb_logements\n{text};RUE A;3\n", encoding="utf-8")
    frame, _ = typed(read_table(path, known=STOCK.names), STOCK)
    assert len(frame) == 1
    path.write_bytes(b"id_residence;adresse;nb_logements\na\x00b;RUE A;3\n")
    assert code_of(lambda: read_table(path)) == "fichier_illisible"


@pytest.mark.parametrize("day", ["00/01/1900", "29/02/1900", "31/12/9999", "9999-12-31", "1e308"])
def test_days_of_another_age_are_told_or_kept(tmp_path: Path, day: str) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f"id_convention;codes_qpv;date_fin\nC;QN05991I;{day}\n", encoding="utf-8")
    frame, faults = typed(read_table(path), CONVENTIONS)
    assert len(frame) == 1
    assert all(f.place.row == 2 for f in faults if f.place.row)


def test_a_quarter_named_like_a_path_is_no_quarter(tmp_path: Path) -> None:
    square = "[[[3.1,50.6],[3.2,50.6],[3.2,50.7],[3.1,50.6]]]"
    path = tmp_path / "q.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code_qp":"../../x"},'
        f'"geometry":{{"type":"Polygon","coordinates":{square}}}}}]}}',
        encoding="utf-8",
    )
    assert (
        code_of(lambda: import_qpv(path, vintage=2024, folder=tmp_path / "geo"))
        == "code_quartier_invalide"
    )
    assert not (tmp_path / "geo").exists()


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_in_the_output_folder_lead_nowhere(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "precious.txt").write_text("mine")
    folder = tmp_path / "pack"
    write_pack(folder, FILES, {})
    (folder / "link").symlink_to(mine / "precious.txt")
    assert write_pack(folder, FILES, {}).folder == tmp_path / "pack.2"
    output = tmp_path / "out.csv"
    output.symlink_to(mine / "precious.txt")
    write_bytes(output, b"new")
    assert (mine / "precious.txt").read_text() == "mine"
    whole = tmp_path / "whole"
    whole.symlink_to(mine, target_is_directory=True)
    write_pack(whole, FILES, {})
    assert (mine / "precious.txt").read_text() == "mine"


def test_an_output_never_replaces_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a")
    assert code_of(lambda: refuse_inputs((tmp_path / "." / "t.csv",), (None, path))) == (
        "sortie_sur_entree"
    )
    refuse_inputs((tmp_path / "u.csv",), (path,))


def test_files_of_one_result_are_all_written_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("old")
    second.mkdir()
    assert code_of(lambda: write_together({first: b"new", second: b"new"})) == "ecriture_impossible"
    assert first.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "b.csv"]
