"""What is copied into a dossier is found under the header a reader finds, and read again before it enters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from tfpb.errors import TfpbError
from tfpb.io.sources import recognition
from tfpb.io.sources.personal import names_someone
from tfpb.io.sources.recognition import recognise, safe_copy
from tfpb.io.tables.tabular import read_table
from tfpb.model.tables import STOCK

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ["id_residence", "adresse", "commune", "nb_logements", "Nom du gardien"]
ROWS = [[f"R{k}", f"{k} rue A", "Lille", k, f"Mme DURAND{k}"] for k in range(1, 9)]


def stock(folder: Path, *above: list[str], suffix: str) -> Path:
    path = folder / f"patrimoine{suffix}"
    lines = [*above, HEAD, *ROWS]
    if suffix == ".csv":
        path.write_text("\n".join(";".join(map(str, line)) for line in lines), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_titles_that_name_someone_do_not_enter(tmp_path: Path, suffix: str) -> None:
    titles = [
        ["Parc au 31/12/2024"],
        ["Contact : Mme Martin", "06 12 34 56 78", "a.b@c.fr", "Agence Nord"],
    ]
    path = stock(tmp_path, *titles, suffix=suffix)
    found = recognise(path)
    assert (found.role, found.header, found.dropped) == ("patrimoine", 3, ("Nom du gardien",))
    copy = tmp_path / f"copie{suffix}"
    copy.write_bytes(safe_copy(path, found))
    grid = [
        [cell for cell in row if cell]
        for row in openpyxl.load_workbook(copy).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    ] if suffix == ".xlsx" else [
        [c for c in line.split(";") if c] for line in copy.read_text("utf-8-sig").splitlines()
    ]  # fmt: skip
    assert grid[:2] == [["Parc au 31/12/2024"], ["Agence Nord"]]
    assert read_table(copy, known=STOCK.headers).rows.tolist() == list(range(4, 12))
    assert not recognise(copy).dropped


def test_the_header_is_the_one_that_the_reader_of_the_role_finds(tmp_path: Path) -> None:
    notes = [
        "convention",
        "contrat de ville",
        "avis",
        "axe",
        "theme",
        "photo",
    ]  # names of other tables
    path = stock(tmp_path, notes, suffix=".csv")
    found = recognise(path)
    assert found.header == int(read_table(path, known=STOCK.headers).rows[0]) - 1 == 2
    assert "DURAND" not in safe_copy(path, found).decode()


def test_a_copy_that_still_names_someone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stock(tmp_path, suffix=".csv")
    found = recognise(path)
    monkeypatch.setattr(recognition, "without_columns", lambda path, *_: path.read_bytes())
    with pytest.raises(TfpbError) as caught:
        safe_copy(path, found)
    (fault,) = caught.value.faults
    assert (fault.code, fault.got) == ("copie_nomme", "Nom du gardien")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Suivi : Mme Durand", True), ("M. Martin", True), ("joindre au 03 20 12 34 56", True),
        ("a.b@c.fr", True), ("Parc au 31/12/2024", False), ("12 500 m. Nord", False),
        ("Programme H.L.M. Nord", False),
    ],
)  # fmt: skip
def test_what_names_someone_in_a_text(text: str, *, names: bool) -> None:
    assert names_someone(text) == names
