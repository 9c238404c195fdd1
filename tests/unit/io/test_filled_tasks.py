"""« À faire » read back: what somebody filled, what no list holds, and a workbook changed elsewhere."""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook

from tfpb.evidence.tasks import filled_doubts
from tfpb.io.attachments.filled_tasks import read_filled
from tfpb.io.packs.filled_book import same_but
from tfpb.io.packs.pack import ReadBack, write_pack
from tfpb.io.sources.gathering import Gathering
from tfpb.model.codes import TaskState
from tfpb.model.record import Filled

if TYPE_CHECKING:
    from pathlib import Path

HEADS = ("Clé", "Qui", "Pour quand", "État", "Proposé")
SAME = "Fiscalité · 31/03/2026 · à faire"


def book(*lines: tuple[Any, ...], stock: str = "Les Mineurs") -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "À faire"
    for line in (HEADS, *lines):
        sheet.append(line)
    made.create_sheet("Résidences").append(["Nom", stock])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def settings_of(path: Path) -> Any:
    return SimpleNamespace(
        fichiers=SimpleNamespace(a_faire=str(path)), path=lambda name: path.parent / name
    )


def test_what_was_filled_is_read_and_what_no_list_holds_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "dossier.xlsx"
    day = dt.date(2026, 3, 1)
    path.write_bytes(
        book(
            ("signaler 1", "Agence Nord", day, "en cours", SAME),
            ("prouver 2", "Fiscalité", dt.date(2026, 3, 31), "à faire", SAME),
            ("situer 3", "Agence Sud", "bientôt", "presque", SAME),
        )
    )
    gathered = Gathering()
    found = read_filled(gathered, settings_of(path))
    assert found["signaler 1"] == Filled("Agence Nord", day, TaskState.EN_COURS)
    assert "prouver 2" not in found  # as it was proposed: nobody filled it
    assert found["situer 3"] == Filled("Agence Sud", None, None)
    assert [(f.code, f.got, f.place.row) for f in gathered.faults] == [
        ("a_faire_illisible", "bientôt", 4), ("a_faire_illisible", "presque", 4),
    ]  # fmt: skip
    assert read_filled(Gathering(), settings_of(tmp_path / "absent.xlsx")) == {}


def test_a_line_that_people_added_is_doubted_and_the_order_of_lines_is_theirs(
    tmp_path: Path,
) -> None:
    path = tmp_path / "dossier.xlsx"
    lines = [
        ("prouver 2", "Agence Sud", "", "fait", SAME),
        ("signaler 1", "Agence Nord", "", "", SAME),
    ]
    blank = ("",) * len(HEADS)
    path.write_bytes(book(lines[0], blank, ("", "La mairie", "", "", ""), lines[1]))
    gathered = Gathering()
    found = read_filled(gathered, settings_of(path))
    assert found == {
        "prouver 2": Filled("Agence Sud", None, TaskState.FAIT),
        "signaler 1": Filled("Agence Nord", None, None),
    }
    assert [(f.code, f.place.row) for f in gathered.faults] == [("a_faire_sans_cle", 4)]


def test_a_line_no_more_to_do_and_a_person_are_doubted(tmp_path: Path) -> None:
    dossier: Any = SimpleNamespace(
        filled={"ancienne": Filled("Agence", None, None), "signaler 1": Filled("Mme Durand", None, None)},
        settings=settings_of(tmp_path / "dossier.xlsx"),
    )  # fmt: skip
    tasks: Any = [
        SimpleNamespace(key="signaler 1", typed="Mme Durand", role="Fiscalité"),
        SimpleNamespace(key="prouver 2", typed="", role="Programme"),
    ]
    found = [(f.code, f.got) for f in filled_doubts(dossier, tasks)]
    assert found == [("a_faire_sans_objet", "ancienne"), ("a_faire_personne", "signaler 1")]


def test_a_workbook_spoiled_in_another_sheet_is_not_the_same() -> None:
    """A copy that a shared disk cut: the sheet that is read again may be whole, and the others not."""
    whole = book(*[(f"c{k}", "t", "", "", "", "", "", "") for k in range(40)])
    for place in range(60, len(whole) - 60, 211):
        spoiled = bytearray(whole)
        spoiled[place] ^= 0xFF
        assert same_but("À faire", whole, bytes(spoiled)) in (True, False)
    assert same_but("À faire", whole, whole)


def test_that_sheet_alone_may_change_another_is_the_users(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    write_pack(
        folder,
        {"technique/run.json": b"{}", "dossier.xlsx": book(("signaler 1", "", "", "", SAME))},
        {},
    )
    path = folder / "dossier.xlsx"
    whole = load_workbook(path)
    whole["À faire"]["B2"] = "Agence Nord"
    whole.save(path)
    filled = ReadBack.of(path, "À faire")
    assert filled is not None
    assert filled.holds(folder, "dossier.xlsx")
    whole["Résidences"]["B1"] = "Mon nom"
    whole.save(path)
    again = ReadBack.of(path, "À faire")
    assert again is not None
    assert not again.holds(folder, "dossier.xlsx")
