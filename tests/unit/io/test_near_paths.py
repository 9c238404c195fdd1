"""A path mistyped: what is near, in its folder and above it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tfpb.io.tables.contents import absent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "données/patrimoine.xlsx",
        "données/~$patrimoine.xlsx",
        "données/.patrimoine.xlsx.part",
        "données/enquete_2019.csv",
        "données/enquete_2023.csv",
        "données/notes/lisez-moi.txt",
        "donnees_2023/patrimoine.csv",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def quoted(names: str) -> list[str]:
    """Return the names of a list « one », « other »."""
    return re.findall("« (.*?) »", names)


@pytest.mark.parametrize(
    ("typed", "got", "near"),
    [
        ("données/patrimoine.xslx", "patrimoine.xslx", "patrimoine.xlsx"),
        ("données/PATRIMOINE.XLSX", "PATRIMOINE.XLSX", "patrimoine.xlsx"),
        ("données/patrimoine.csv", "patrimoine.csv", "patrimoine.xlsx"),
        ("données/patrimoine", "patrimoine", "patrimoine.xlsx"),
        (
            "données/enquete_2021.csv",
            "enquete_2021.csv",
            "« enquete_2019.csv », « enquete_2023.csv »",
        ),
        ("donnees/patrimoine.xlsx", "donnees/patrimoine.xlsx", "données/patrimoine.xlsx"),
        ("donnes/patrimone.xlsx", "donnes/patrimone.xlsx", "données/patrimoine.xlsx"),
        ("doneés/note/lisez-moi.txt", "doneés/note/lisez-moi.txt", "données/notes/lisez-moi.txt"),
        ("données/note", "note", "notes"),
    ],
)
def test_what_is_near_is_named(folder: Path, typed: str, got: str, near: str) -> None:
    (fault,) = absent(folder / typed).faults
    assert fault.code == "fichier_mal_nomme"
    assert fault.got == got
    named = quoted(str(fault.fields["proches"]))
    wanted = quoted(near) or [near]
    assert named[0] in wanted
    assert set(wanted) <= set(named)


@pytest.mark.parametrize(
    "typed",
    [
        "données/bailleurs.xlsx",
        "données/notes.txt",
        "ailleurs/patrimoine.xlsx",
        "x" * 400,
        "a\0b.csv",
    ],
)
def test_what_has_no_like_is_only_absent(folder: Path, typed: str) -> None:
    (fault,) = absent(folder / typed).faults
    assert fault.code == "fichier_absent"


def test_a_relative_path_is_looked_for_where_one_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "données")
    (fault,) = absent(Path("patrimoin.xlsx")).faults
    assert (fault.got, fault.fields["proches"]) == ("patrimoin.xlsx", "« patrimoine.xlsx »")
