"""The files of a regional report: each document has its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.report import Report
from tfpb.region.publishing import packs

if TYPE_CHECKING:
    import pytest


def test_two_documents_of_one_ending_are_both_written(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"dossier.xlsx": b"x", "rapport.pdf": b"whole", "note.pdf": b"page"}
    monkeypatch.setattr(packs, "document_files", lambda *_: made)
    content = Report("Titre", "", "", 2025, "", "", (), "")
    files = packs.report_files(packs.ReportJob("region", content, "restitution", packs.Media()))
    assert files == {
        "region/restitution.xlsx": b"x",
        "region/restitution.pdf": b"whole",
        "region/restitution_note.pdf": b"page",
    }
