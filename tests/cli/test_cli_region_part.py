"""What one bailleur's part keeps for the next run: all but answers, redone when a file of its own changes."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from effort import tries
from tfpb.errors import Fault, Place, Severity
from tfpb.io.sources.gathering import without_empty
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.kept.stage_cache import fingerprint
from tfpb.region import partition
from tfpb.region.partition import Part, Task, make_part

if TYPE_CHECKING:
    from conftest import Once

OWN = ("located", "sides", "abatement", "doubts", "programme", "droit_commun")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often the stages of a bailleur's own files run."""
    return counted(monkeypatch)


def counted(patch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by one each time that these stages run."""
    made: list[int] = []
    whole = partition.stages.run

    def run(goals: object, *args: object, **options: object) -> object:
        made.append(1)
        return whole(goals, *args, **options)  # type: ignore[arg-type]

    patch.setattr(partition.stages, "run", run)
    return made


@pytest.fixture
def kept(first: Once, example: Path, geodata: Path, tmp_path: Path) -> Path:
    """Return a copy of what a part of the example keeps, where nothing was kept before."""
    made = first("part-gardee", lambda folder: keep_a_part(example, geodata, folder))
    return Path(shutil.copytree(made, tmp_path / "garde"))


def keep_a_part(folder: Path, geodata: Path, kept: Path) -> None:
    """Make a part from nothing: its stages run, and are kept."""
    with pytest.MonkeyPatch.context() as patch:
        made = counted(patch)
        part_of(folder, geodata, kept)
    assert made


def part_of(folder: Path, geodata: Path, kept: Path, carte: int | None = None) -> Part:
    made = make_part(
        Task(load_settings(folder / "dossier.toml"), geodata, carte, own_survey=True, kept=kept)
    )
    assert isinstance(made, Part)
    return made


def told(part: Part) -> dict[str, str]:
    return {name: fingerprint(getattr(part, name)) for name in OWN}


@pytest.mark.parametrize("carte", [None, 2015][: tries(1, 2)])
def test_another_delivery_leaves_the_rest_as_kept(
    copy: Path, geodata: Path, kept: Path, calls: list[int], carte: int | None
) -> None:
    first = part_of(copy, geodata, kept, carte)
    assert bool(calls) == (carte is not None)  # another map than the one of what was kept
    calls.clear()
    path = copy / "enquete_2019.csv"
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([lines[0], *lines[30:]]))
    again = part_of(copy, geodata, kept, carte)
    assert calls == []
    assert told(again) == told(first)
    assert first.survey is not None
    assert again.survey is not None
    assert len(again.survey.respondents) < len(first.survey.respondents)
    travelled = pickle.loads(pickle.dumps(again))  # noqa: S301 - as between processes
    assert told(travelled) == told(again)
    assert fingerprint(travelled.survey) == fingerprint(again.survey)


class RanError(Exception):
    """Stages of a bailleur's own files are run."""


@pytest.mark.parametrize("name", ["fiscalite_2025.xlsx", "conventions.csv", "diagnostics.csv"])
def test_a_file_of_its_own_that_changes_is_worked_on_anew(
    copy: Path, geodata: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    toml = copy / "dossier.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(re.sub(rf'(?m)^\w+ = "{name}"\n', "", text), encoding="utf-8")
    assert toml.read_text(encoding="utf-8") != text

    def run(*_: object, **__: object) -> object:
        raise RanError

    monkeypatch.setattr(partition.stages, "run", run)
    with pytest.raises(RanError):
        part_of(copy, geodata, kept)


def test_a_table_without_a_row_is_as_if_nobody_gave_it(
    copy: Path, geodata: Path, tmp_path: Path
) -> None:
    """Of 25 bailleurs, one whose programme was its headers alone stopped the region."""
    path = copy / "conventions.csv"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    made = part_of(copy, geodata, tmp_path / "garde")
    (found,) = [f for f in made.notices if f.code == "feuille_vide"]
    assert (found.severity, found.place.file) == (Severity.DOUTE, path.name)
    assert "conventions_non_fournies" in {f.code for f in made.notices}
    (stock,) = without_empty([Fault("feuille_vide", Place("patrimoine.xlsx"))], "patrimoine.xlsx")
    assert stock.severity is Severity.FAUTE


def test_no_answer_is_kept(copy: Path, geodata: Path, kept: Path) -> None:
    made = part_of(copy, geodata, kept)
    assert made.survey is not None
    header = (copy / "enquete_2019.csv").read_bytes().split(b"\r\n")[0].decode("cp1252").split(";")
    (entry,) = kept.iterdir()
    data = entry.read_bytes()
    asked = [h for h in header if h.startswith("Q")]
    assert asked
    assert not [h for h in asked if h.encode() in data or h.encode("cp1252") in data]
    items = [i.identifiant for i in made.plan.items] if made.plan is not None else []
    assert not [i for i in items if i.encode() in data]
