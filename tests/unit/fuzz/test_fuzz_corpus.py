"""Files that once went through a reader as a traceback, replayed; and a few new ones for each reader."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from fuzz_mutations import mutated
from fuzz_targets import CORPUS, TARGETS, attempt, seeds_of

from effort import tries
from tfpb.addresses.imports import import_addresses
from tfpb.io.tables import spss

if TYPE_CHECKING:
    from pathlib import Path

FOUND = sorted(p for p in CORPUS.glob("*/*") if p.is_file())


@pytest.mark.parametrize("found", FOUND, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_what_was_found_once_is_read_or_refused(found: Path) -> None:
    attempt(found.parent.name, found.name.partition("-")[2], found.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.slow
def test_a_few_spoiled_files_of_each_kind(target: str, capfd: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(20)  # noqa: S311 - spoiled files, nothing secret
    for _ in range(tries(1, 8)):
        attempt(target, *mutated(target, chance))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("target", TARGETS)
def test_every_reader_reads_its_own_files(target: str) -> None:
    for name, data in seeds_of(target).items():
        assert attempt(target, name, data), name


def test_a_ragged_line_that_is_no_utf8_is_listed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = ["cle_interop;commune_insee;commune_nom;voie_nom;numero;x;y"]
    lines += [f"59999_0010_{k:05d};59999;Valmont;Rue d’Été;{k};705000;7060000" for k in range(1, 4)]
    lines.insert(2, "59999_0010_00009;59999;Valmont;Rue d’Été;9;705000;7060000;é")
    path = tmp_path / "bal.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    (report,) = import_addresses([path], folder=tmp_path / "geo")
    assert (report.rows, report.stored, report.rejected) == (4, 3, {"colonnes": 1})
    assert [f.place.row for f in report.examples] == [3]
    assert capfd.readouterr().err == ""


@pytest.mark.slow
def test_a_file_on_which_the_library_never_returns_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spss, "_PATIENCE_S", 1.0)
    assert not attempt("sav", "e.sav", (CORPUS.parent / "hanging" / "e.sav").read_bytes())
