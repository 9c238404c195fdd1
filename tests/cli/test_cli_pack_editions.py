"""A pack of 0.3.0 is read by every command that reads one, and leaves nothing where the next is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from older_pack import older_pack

from tfpb.pipeline.jobs.control_job import check_packs

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


@pytest.fixture(scope="module")
def older(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return older_pack(pack, tmp_path_factory.mktemp("ancien") / "valmont")


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_what_is_laid_out_is_an_older_pack(older: Path) -> None:
    assert {p.name for p in older.iterdir()} >= {
        "run.json", "journal.json", "empreintes.json", "cartes", "courriers", "donnees", "dossier.zip",
    }  # fmt: skip
    assert not (older / "technique").exists()


@pytest.mark.parametrize("given", ["", "dossier.zip"])
def test_an_older_pack_is_whole_and_bears_the_same_figures(
    run: Run, pack: Path, older: Path, given: str
) -> None:
    told = run("verifier", "--dossier", older / given, "--avec", pack / given)
    assert told.exit_code == 0, told.output
    assert told.output.count(" est entier (calcul ") == 2
    assert "Les deux dossiers portent les mêmes chiffres." in told.output


def test_an_older_pack_changed_is_said_by_the_name_that_it_bears(
    run: Run, pack: Path, tmp_path: Path
) -> None:
    folder = older_pack(pack, tmp_path / "ancien")
    (folder / "run.json").write_bytes(b"{}")
    told = run("verifier", "--dossier", folder)
    assert told.exit_code == 2
    assert "run.json" in told.output
    assert "technique" not in told.output


def test_a_reference_is_explained_as_by_the_pack_of_today(
    run: Run, pack: Path, older: Path
) -> None:
    for reference in ("QN05991I", "Vauban"):
        told = [run("expliquer", p, reference) for p in (older, pack)]
        assert told[0].exit_code == told[1].exit_code == 0
        assert told[0].output == told[1].output


def test_the_state_s_check_reads_it_as_it_reads_that_of_today(pack: Path, older: Path) -> None:
    old, new = (check_packs([p])[0] for p in (older, pack))
    assert [f.code for f in old.lacking] == [f.code for f in new.lacking]
    assert (old.pack.bailleur, old.pack.year, old.pack.state) == (
        new.pack.bailleur, new.pack.year, new.pack.state,
    )  # fmt: skip
    assert old.pack.broken == ()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("changed", ["", "rapport.pdf"])
def test_the_next_pack_takes_its_place_unless_a_hand_was_there(
    run: Run, pack: Path, example: Path, geodata: Path, tmp_path: Path, changed: str
) -> None:
    folder = older_pack(pack, tmp_path / "valmont")
    if changed:
        (folder / changed).write_bytes(b"mes mots")
    before = names(folder)
    told = run("dossier", example / "dossier.toml", "--sortie", folder, "--geodonnees", geodata)
    assert told.exit_code == 0, told.output
    if changed:
        assert names(folder) == before
        assert "technique/run.json" in names(tmp_path / "valmont.2")
        return
    left = {n.split("/")[0] for n in names(folder)}
    assert not left & {"cartes", "courriers", "run.json", "empreintes.json", "journal.json"}
    assert {"technique/run.json", "technique/journal.json"} <= names(folder)
    assert "donnees/dictionnaire.csv" not in names(folder)
    assert not (tmp_path / "valmont.2").exists()
