"""Pieces of a Word file that the library has no words for: tables at speed, fields, links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tfpb.report import theme
from tfpb.text import drop_controls, french_spaces

if TYPE_CHECKING:
    from tfpb.report.documents.document_parts import Grid

PAGE_DXA: Final = 9866
"""Width of the text of an A4 page with margins of 18 mm, in twentieths of a point."""


def _colour(value: str) -> str:
    return value[1:]


def clean(text: str) -> str:
    """Return a text that XML may hold, its spaces those of French typography."""
    kept = french_spaces(drop_controls(text))
    return "".join(c for c in kept if not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff")  # noqa: PLR2004


def table(grid: Grid) -> Any:
    """Make a whole table: header repeated on each page, figures right, rows never cut in two."""
    total = sum(grid.widths)
    widths = [round(PAGE_DXA * w / total) for w in grid.widths]
    size = round(grid.size_pt * 2)
    head = _row(grid, grid.headers, widths, size, kind="head")
    body = [_row(grid, row, widths, size, kind="body") for row in grid.rows]
    if grid.totals:
        body.append(_row(grid, grid.totals, widths, size, kind="total"))
    columns = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    rule, accent = _colour(theme.RULE), _colour(theme.ACCENT)
    xml = (
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        "<w:tblBorders>"
        f'<w:bottom w:val="single" w:sz="4" w:space="0" w:color="{accent}"/>'
        f'<w:insideH w:val="single" w:sz="2" w:space="0" w:color="{rule}"/>'
        '</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="55" w:type="dxa"/><w:right w:w="55" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1"/>'
        f'<w:tblCaption w:val="{_attribute(grid.title)}"/>'
        f'<w:tblDescription w:val="{_attribute(grid.meta)}"/>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{head}{''.join(body)}</w:tbl>"
    )
    return parse_xml(xml)


def _attribute(text: str) -> str:
    return escape(clean(text), {'"': "&quot;"})


def _row(grid: Grid, cells: tuple[str, ...], widths: list[int], size: int, *, kind: str) -> str:
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if kind == "head" else "")
    bold = "" if kind == "body" else "<w:b/>"
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{_colour(theme.MARGIN_BAND)}"/>'
    shade = fill if kind == "head" else ""
    out = []
    for text, width, numeric in zip(cells, widths, grid.numeric, strict=True):
        side = '<w:jc w:val="right"/>' if numeric else '<w:jc w:val="left"/>'
        out.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
            f'<w:p><w:pPr><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>{side}'
            f'</w:pPr><w:r><w:rPr>{bold}<w:sz w:val="{size}"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(clean(text))}</w:t></w:r></w:p></w:tc>'
        )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(out)}</w:tr>"


def bookmark(paragraph: Any, number: int, name: str) -> None:
    """Put a bookmark around a heading, for the table of contents to point to."""
    start = _parsed("bookmarkStart", f'w:id="{number}" w:name="{name}"')
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)  # noqa: SLF001  # no public way
    paragraph._p.append(_parsed("bookmarkEnd", f'w:id="{number}"'))  # noqa: SLF001


def field(paragraph: Any, instruction: str) -> None:
    """Add a field (page number, number of pages) that Word computes on its own."""
    for piece in (
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve">{instruction}</w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>1</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    ):
        paragraph._p.append(_parsed("r", content=piece))  # noqa: SLF001


def _parsed(tag: str, attributes: str = "", content: str = "") -> Any:
    return parse_xml(f"<w:{tag} {nsdecls('w')} {attributes}>{content}</w:{tag}>")


def contents(entries: list[tuple[str, str]], style: str) -> list[Any]:
    """Make a table of contents whose entries stand already, as links, before any update.

    Parameters
    ----------
    entries : list of (title, bookmark)
    style : str
        Identifier of the paragraph style.
    """
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> '
        'TOC \\o "1-1" \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    out = []
    for index, (title, name) in enumerate(entries):
        first = begin if index == 0 else ""
        last = end if index == len(entries) - 1 else ""
        out.append(
            parse_xml(
                f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{first}'
                f'<w:hyperlink w:anchor="{name}" w:history="1"><w:r><w:t xml:space="preserve">'
                f"{escape(clean(title))}</w:t></w:r></w:hyperlink>{last}</w:p>"
            )
        )
    return out


def declare_font(document: Any, name: str) -> None:
    """Describe the font as a sans-serif, so that a computer without it takes one of the same kind."""
    entry = (
        f'<w:font w:name="{name}"><w:altName w:val="Carlito"/><w:family w:val="swiss"/>'
        '<w:pitch w:val="variable"/></w:font>'
    )
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            text = part.blob.decode("utf-8")
            kept = re.sub(rf'<w:font w:name="{name}">.*?</w:font>', "", text, flags=re.DOTALL)
            part._blob = kept.replace("</w:fonts>", f"{entry}</w:fonts>").encode()  # noqa: SLF001
