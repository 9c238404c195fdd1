"""The two pages of a quarter, and the page of its residents, as accessible PDF."""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from tfpb.report import theme
from tfpb.report.canvas import compiled
from tfpb.report.documents.document_pdf import page_count, printable_data, svg_of
from tfpb.report.print_map.margins import COUNT_X, STAMP_Y
from tfpb.words.documents import face_words as words
from tfpb.words.documents.note_words import gap
from tfpb.words.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.location import AxisLine, Bar, Face, GapLine, Leaflet, Sheet

_TEMPLATE: Final = theme.ASSETS / "typst" / "quartier.typ"
_FORM: Final[dict[str, Any]] = {"format": "pdf", "pdf_standards": ["ua-1"]}
_PADS: Final = (5.0, 3.6, 2.6, 1.9, 1.4, 1.0)
"""Space above and under a row, points: it shrinks before anything is left out."""
_FEWER: Final = ((2, 3), (1, 2), (1, 1), (0, 0))
"""Actions and pieces that an axis names, the others counted: fewer where the page is full."""
_FACE_PT: Final = 8.2
_LARGE_PT: Final = 13.0
"""Body of the page for residents: read at arm's length, and after a photocopier."""


def render_face(face: Face, drawn: bytes = b"", alt: str = "") -> bytes:
    """Render the page of a quarter: its map, then the second face; photographs, if any, on the next page.

    Space is made by spacing, then by naming fewer actions and pieces, which are counted; never by the type.
    `drawn` is the map as SVG, empty where none is drawn; `alt` says it in words.
    """
    for actions, pieces in _FEWER:
        pad, pdf = _spaced(face, actions, pieces, widest=actions == _FEWER[0][0])
        if page_count(pdf) == 1:
            break
    inputs = {f"photo-{k}": svg_of(jpeg) for k, (_, jpeg) in enumerate(face.photos)}
    photos = [{"image": f"photo-{k}", "caption": text} for k, (text, _) in enumerate(face.photos)]
    content = {**_face(face, pad, actions, pieces), "photos": photos}
    if drawn:
        inputs["map"] = drawn.decode("utf-8")
        content["map"] = {"alt": alt, "x": COUNT_X, "y": STAMP_Y}
    return _compiled(content, face.sheet, inputs) if inputs else pdf


def _spaced(face: Face, actions: int, pieces: int, *, widest: bool) -> tuple[float, bytes]:
    """Give a face the widest space that keeps it on one page, else the least.

    A page is a document to compile: `widest` is tried first, which most take where nothing was cut yet,
    then the least, which says whether any will do.
    """
    tried: dict[int, bytes] = {}

    def fits(k: int) -> bool:
        tried[k] = _compiled(_face(face, _PADS[k], actions, pieces), face.sheet)
        return page_count(tried[k]) == 1

    least = len(_PADS) - 1
    k = 0 if widest and fits(0) else least
    if k and fits(least):
        k = bisect_left(range(least), True, lo=int(widest), key=fits)  # noqa: FBT003 - the key's own
    return _PADS[k], tried[k]


def render_leaflet(leaflet: Leaflet) -> bytes:
    """Render the page of residents."""

    def sentences(pairs: Iterable[tuple[str, GapLine]]) -> list[dict[str, Any]]:
        return [{"text": text, **_answer(line)} for text, line in pairs]

    bar = {"parts": _parts(leaflet.bar), "bounded": leaflet.bar.bounded}
    done = [{**asdict(row), "answers": sentences(row.answers)} for row in leaflet.done]
    own = {"kind": "leaflet", "answers": sentences(leaflet.answers), "done": done, "bar": bar}
    content = {**asdict(leaflet), **own}
    return _compiled(content, leaflet.sheet, size=_LARGE_PT, title=20.0, note=10.0)


def _compiled(
    content: dict[str, Any], sheet: Sheet, inputs: dict[str, str] | None = None, *,
    size: float = _FACE_PT, title: float = 17.0, note: float = theme.AXIS_PT,
) -> bytes:  # fmt: skip
    colours = {
        "ink": theme.INK, "soft": theme.SOFT, "accent": theme.ACCENT, "rule": theme.RULE,
        "band": theme.MARGIN_BAND, "dark": theme.DANS, "ring": theme.RING, "link": theme.MONEY_SCALE[2],
        "faint": theme.FAINT,
    }  # fmt: skip
    look = {"font": theme.FONT_FAMILY, "size": size, "title": title, "note": note, **colours}
    named = {
        "title": sheet.title,
        "subtitle": sheet.subtitle,
        "mark": sheet.mark,
        "foot": sheet.foot,
    }
    data = printable_data({**content, "look": look, "sheet": named})
    sent = {**(inputs or {}), "data": json.dumps(data, ensure_ascii=False)}
    return compiled(_TEMPLATE.read_bytes(), sheet.day, sys_inputs=sent, **_FORM)


def _face(face: Face, pad: float, actions: int, pieces: int) -> dict[str, Any]:
    def line(row: AxisLine) -> dict[str, Any]:
        return {
            "title": row.title, "valued": row.valued, "before": row.before, "proved": row.proved,
            "silent": row.silent, "actions": words.listed(row.actions, actions),
            "missing": words.cut(row.missing, pieces), "parts": _parts(row.bar), "bounded": row.bar.bounded,
            "answers": [_answer(a) for a in row.answers],
        }  # fmt: skip

    return {
        "kind": "face", "pad": pad, "lead": face.lead, "headers": face.headers,
        "key": words.key_parts(face.key),
        "join": words.JOIN, "axes": [line(row) for row in face.axes], "changed": face.changed, "photos": [],
        "total": line(face.total) if face.total is not None else None,
    }  # fmt: skip


def _parts(bar: Bar) -> list[dict[str, Any]]:
    return [{"name": name, "size": size} for name, size in bar.parts if size]


def _answer(line: GapLine) -> dict[str, Any]:
    """Return a question as the template draws it: levels on the axis, 0 to 1, and their words."""
    if line.gap is None or line.qpv is None or line.hors is None:
        return {"label": line.label, "shown": False, "phrase": line.words}
    return {
        "label": line.label, "shown": True, "at": line.qpv, "there": line.hors, "here": percent(line.qpv),
        "elsewhere": percent(line.hors), "moved": words.moved(line),
        "phrase": gap(line.phrase, doubt=line.otherwise),
    }  # fmt: skip
