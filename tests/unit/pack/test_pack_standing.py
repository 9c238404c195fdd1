"""A pack in place is left there only when all that a run could read, and the pack itself, are the same."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tfpb.io.packs.pack import Written
from tfpb.pipeline.kept import standing_pack
from tfpb.pipeline.kept.standing_pack import StandingPack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = """[dossier]
annee = 2025
[fichiers]
patrimoine = "patrimoine.csv"
"""
LINES = ["Dossier écrit."]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay out a dossier, its geography and a pack that stands in its place."""
    monkeypatch.setenv("TFPB_CACHE", str(tmp_path / "garde"))
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "diffusions.jsonl"))
    for name, text in {
        "d/dossier.toml": SETTINGS, "d/patrimoine.csv": "a", "d/pieces/facture.pdf": "b",
        "geo/qpv.parquet": "c", "d/dossier/note.pdf": "d", "d/dossier/technique/journal.json": "{}",
        "d/dossier_a_verifier.xlsx": "e", "diffusions.jsonl": "",
    }.items():  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def standing(place: Path) -> StandingPack | None:
    return StandingPack.of(place / "d", None, place / "geo")


def written(folder: Path, **more: Any) -> Any:
    facts = {"photos": {}, "notices": ()} | more
    return SimpleNamespace(written=Written(folder), dossier=SimpleNamespace(**facts))


def note(place: Path, **more: Any) -> None:
    """Note the pack in place as one that a run has just written."""
    found = standing(place)
    assert found is not None
    found.remember(written(place / "d/dossier", **more), LINES)


def lines(place: Path) -> list[str] | None:
    found = standing(place)
    return found.lines() if found else None


def test_the_same_inputs_and_the_same_pack_give_what_was_printed(place: Path) -> None:
    assert lines(place) is None
    note(place)
    assert lines(place) == LINES
    (place / "d/dossier/technique/journal.json").write_text("{ }")  # timings are no part of a pack
    assert lines(place) == LINES


def put(name: str, text: str = "x") -> Callable[[Path], None]:
    def change(place: Path) -> None:
        (place / name).write_text(text, encoding="utf-8")

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda place: (place / name).unlink()


@pytest.mark.parametrize(
    "change",
    [
        put("d/patrimoine.csv"), put("d/dossier.toml", SETTINGS + "\n"), put("d/pieces/facture.pdf"),
        put("d/nouveau.csv"), remove("d/pieces/facture.pdf"), put("diffusions.jsonl", "{}"),
        put("geo/qpv.parquet", "autre"), put("geo/communes.parquet"),
        lambda place: os.utime(place / "geo/qpv.parquet", (1, 1)),
        put("d/dossier/note.pdf"), remove("d/dossier/note.pdf"), put("d/dossier/mien.txt"),
        remove("d/dossier/technique/journal.json"), put("d/dossier_a_verifier.xlsx"),
        put("d/dossier_a_verifier.2.xlsx"), remove("d/dossier_a_verifier.xlsx"),
    ],
)  # fmt: skip
def test_anything_that_moved_is_worked_on(place: Path, change: Callable[[Path], Any]) -> None:
    note(place)
    change(place)
    assert lines(place) is None


def test_another_program_library_or_variable_is_worked_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(place)
    for name, value in (("package_fingerprint", "autre"), ("_libraries", ["pandas-9"])):
        with monkeypatch.context() as changed:
            changed.setattr(standing_pack, name, lambda value=value: value)
            assert lines(place) is None
    monkeypatch.setenv("TFPB_TAILLE_MAX_MO", "3")
    assert lines(place) is None
    monkeypatch.delenv("TFPB_TAILLE_MAX_MO")
    assert lines(place) == LINES


def test_a_broken_note_counts_as_absent(place: Path) -> None:
    note(place)
    (entry,) = (place / "garde").iterdir()
    whole = entry.read_bytes()
    for spoiled in (whole[:-1], whole.replace(b"Dossier", b"dossier"), b"", b"\n\n\n"):
        entry.write_bytes(spoiled)
        assert lines(place) is None


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS + 'programme = "../programme.xlsx"', SETTINGS + 'programme = "/tmp/p.xlsx"',
        SETTINGS + "programme = 'C:\\p.xlsx'", SETTINGS + "programme = 'a\\..\\..\\p.xlsx'",
        SETTINGS + 'decisions = "dossier_a_verifier.xlsx"',
        SETTINGS + 'a_faire = "dossier/dossier.xlsx"', SETTINGS + '[reglages]\ngeocodage = "auto"',
        "[dossier", "reglages = 1",
    ],
)  # fmt: skip
def test_what_is_not_covered_is_never_left_in_place(place: Path, settings: str) -> None:
    (place / "d/dossier.toml").write_text(settings, encoding="utf-8")
    assert standing(place) is None


def test_a_linked_folder_or_too_large_a_one_is_not_covered(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "d/lien").symlink_to(place / "geo")
    assert standing(place) is None
    (place / "d/lien").unlink()
    assert standing(place) is not None
    monkeypatch.setattr(standing_pack, "_MOST_FILES", 2)
    assert standing(place) is None


def test_a_run_that_leaves_a_doubt_is_not_noted(place: Path) -> None:
    found = standing(place)
    assert found is not None
    found.remember(written(place / "d/dossier.2"), LINES)  # changed by hand: it went elsewhere
    note(place, photos={"../photo.jpg": b""})
    note(place, notices=(SimpleNamespace(code="photo_illisible"),))
    (place / "d/patrimoine.csv").write_text("changé pendant le calcul")
    found.remember(written(place / "d/dossier"), LINES)
    assert not (place / "garde").exists()


def test_nothing_is_noted_where_nothing_may_be_kept(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFPB_CACHE", "non")
    assert standing(place) is None
