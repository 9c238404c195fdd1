"""The steps of a pack are counted from what it makes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.model.report import Report
from tfpb.pipeline import pack_files
from tfpb.stage import Making

if TYPE_CHECKING:
    import pytest


def test_a_pack_takes_the_steps_it_announces(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(model: Any, making: Making, **_: object) -> dict[str, bytes]:
        making.advance(1 + pack_files.sheet_count(model))
        return {}

    media = {f"{name}.pdf": lambda *_: b"" for name in ("rapport", "note", "dossier", "annexe")}
    monkeypatch.setattr(pack_files, "map_files", drawn)
    monkeypatch.setattr(pack_files, "_MEDIA", media)
    monkeypatch.setattr(pack_files, "quarter_files", lambda *_: {})
    report = Report("Titre", "", "", 2025, "", "", (), "")
    model: Any = SimpleNamespace(
        pages=[], qpv=pd.DataFrame({"code_qpv": ["QN05991I"]}), territories=()
    )
    told: list[int] = []
    none: Any = None
    assert list(pack_files.pack_files(report, none, model, Making(advance=told.append))) == list(
        media
    )
    assert sum(told) == pack_files.step_count(model)
