"""A document whose tags the library cannot write is made without them; its other errors stay errors."""

from __future__ import annotations

from typing import Any

import pytest
import typst

from tfpb.report.canvas import compiled

PAGE = '#set document(title: "Essai")\n#set text(lang: "fr")\n= Titre'
TAGGED = {"format": "pdf", "pdf_standards": ["ua-1"]}


def failing(message: str, calls: list[dict[str, Any]]) -> Any:
    whole = typst.compile

    def made(source: Any, **form: Any) -> Any:
        calls.append(form)
        if form.get("pdf_tags", True):
            raise typst.TypstError(message)
        return whole(source, **form)

    return made


def test_a_document_is_made_without_its_tags_where_the_library_fails_on_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(typst, "compile", failing("internal error: parent group", calls))
    assert compiled(PAGE.encode(), **TAGGED).startswith(b"%PDF")
    assert [c.get("pdf_standards") for c in calls] == [["ua-1"], []]


def test_what_the_document_has_wrong_is_no_reason_to_leave_tags_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(typst, "compile", failing("unknown variable: x", calls))
    with pytest.raises(typst.TypstError):
        compiled(PAGE.encode(), **TAGGED)
    assert len(calls) == 1
