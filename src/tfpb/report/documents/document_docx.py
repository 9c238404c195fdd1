"""A letter as a Word file to complete: styles, tables at speed."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from tfpb.archives import settle
from tfpb.model.report import Block, Report, Table, Text
from tfpb.report import theme
from tfpb.report.documents import document_parts as parts
from tfpb.text import drop_controls, french_spaces
from tfpb.words.documents.report_words import EMPTY_TABLE, WORD_STYLES, footer

if TYPE_CHECKING:
    from tfpb.report.documents.document_parts import Grid

_FONT: Final = "Calibri"
"""A Word file cannot carry its font: this one stands on office computers."""
_LEAD, _NOTE = (WORD_STYLES[k] for k in ("lead", "note"))


def letter(report: Report) -> bytes:
    """Render a report of one section as a letter to complete: no cover, no contents.

    The same bytes for the same report.
    """
    document = _begun(report)
    _opening(document, report)
    for block in (b for section in report.sections for b in section.blocks):
        _block(document, block)
    return _saved(document, report)


def _begun(report: Report) -> Any:
    document = docx.Document()
    _styles(document)
    _page(document.sections[0])
    _running(document.sections[0], report)
    return document


def _saved(document: Any, report: Report) -> bytes:
    _properties(document, report)
    _declare_font(document, _FONT)
    buffer = io.BytesIO()
    document.save(buffer)
    return settle(buffer.getvalue(), report.properties.get("date_iso", "2000-01-01"))


def _rgb(colour: str) -> Any:
    return RGBColor.from_string(colour[1:])


def _styles(document: Any) -> None:
    """Set the look once, in styles, so that whoever edits keeps it."""
    styles = document.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:val"), "fr-FR")
    normal = styles["Normal"]
    _font(normal, theme.BODY_PT, theme.INK)
    normal.paragraph_format.space_after = Pt(6)
    for name, size, colour in (
        ("Title", 26, theme.ACCENT),
        ("Heading 2", 11.5, theme.INK),
        ("List Bullet", theme.BODY_PT, theme.INK),
        ("Header", theme.NOTE_PT, theme.SOFT),
        ("Footer", theme.NOTE_PT, theme.SOFT),
    ):
        _font(styles[name], size, colour)
    styles["Heading 2"].paragraph_format.space_before = Pt(12)
    for name, size, colour in (
        (_LEAD, 11.5, theme.INK),
        (_NOTE, theme.NOTE_PT, theme.SOFT),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _font(style, size, colour)
    styles[_NOTE].paragraph_format.space_after = Pt(3)


def _font(style: Any, size: float, colour: str) -> None:
    style.font.name = _FONT
    style.font.size = Pt(size)
    style.font.color.rgb = _rgb(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(kind), None)
    for kind in ("w:eastAsia", "w:cs"):
        fonts.set(qn(kind), _FONT)


def _page(section: Any) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    section.header_distance = section.footer_distance = Mm(10)


def _running(section: Any, report: Report) -> None:
    """Write the short title on top, the foot and the page number below."""
    head = section.header.paragraphs[0]
    head.text = _clean(" · ".join(parts.running(report)))
    foot = section.footer.paragraphs[0]
    text = footer(report.run_hash, fictional=report.fictional, draft=report.draft)
    foot.text = _clean(f"{text} · page ")
    _field(foot, "PAGE")
    foot.add_run(" / ")
    _field(foot, "NUMPAGES")


def _styled(document: Any, text: str, style: str) -> Any:
    """Add a paragraph in a style of the document.

    The library looks a style up among all, twice, for each paragraph: half of a document's time.
    """
    paragraph = document.add_paragraph(_clean(text))
    if style:  # none is the document's own
        paragraph._p.style = style.replace(" ", "")  # noqa: SLF001  # identifiers: names without spaces
    return paragraph


def _opening(document: Any, report: Report) -> None:
    """Write who and what the report is of, with its warnings."""
    _styled(document, report.title, "Title")
    _styled(document, report.subtitle, _LEAD)
    document.add_paragraph().add_run(_clean(report.bailleur)).bold = True
    document.add_paragraph(_clean(report.date))
    for line in parts.warnings(report):
        document.add_paragraph().add_run(_clean(line)).bold = True


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Text):
        if block.title:
            _styled(document, block.title, "Heading 2")
        style = "List Bullet" if block.bullets else ""
        for paragraph in block.paragraphs:
            _styled(document, paragraph, style)
    elif isinstance(block, Table):
        _table(document, block)


def _titled(document: Any, title: str, meta: str) -> None:
    """Write the title of a block, then its unit, scope and source, on the page of what follows."""
    _styled(document, title, "Heading 2")
    if meta:
        _styled(document, meta, _NOTE).paragraph_format.keep_with_next = True


def _table(document: Any, block: Table) -> None:
    grid = parts.grid(block)
    _titled(document, grid.title, grid.meta)
    if grid.rows:
        body = document.element.body
        body.insert(len(body) - 1, _grid(grid))
    else:
        _styled(document, EMPTY_TABLE, _NOTE)
    for note in grid.notes or ("",):
        _styled(document, note, _NOTE)


def _properties(document: Any, report: Report) -> None:
    day = dt.date.fromisoformat(report.properties.get("date_iso", "2000-01-01"))
    properties = document.core_properties
    properties.title = _clean(report.title)[:250]
    properties.subject = _clean(report.subtitle)[:250]
    properties.author = _clean(report.bailleur)[:250]
    properties.last_modified_by = ""
    properties.comments = ""
    properties.language = "fr-FR"
    properties.revision = 1
    properties.created = properties.modified = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001


_PAGE_DXA: Final = 9866
"""Width of the text of an A4 page with margins of 18 mm, in twentieths of a point."""


def _clean(text: str) -> str:
    """Return a text that XML may hold, its spaces those of French typography."""
    kept = french_spaces(drop_controls(text))
    return "".join(c for c in kept if not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff")  # noqa: PLR2004


def _grid(grid: Grid) -> Any:
    """Make a whole table: header repeated on each page, figures right, rows never cut in two."""
    total = sum(grid.widths)
    widths = [round(_PAGE_DXA * w / total) for w in grid.widths]
    size = round(grid.size_pt * 2)
    head = _row(grid, grid.headers, widths, size, kind="head")
    body = [_row(grid, row, widths, size, kind="body") for row in grid.rows]
    if grid.totals:
        body.append(_row(grid, grid.totals, widths, size, kind="total"))
    columns = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    rule, accent = theme.RULE[1:], theme.ACCENT[1:]
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
    return escape(_clean(text), {'"': "&quot;"})


def _row(grid: Grid, cells: tuple[str, ...], widths: list[int], size: int, *, kind: str) -> str:
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if kind == "head" else "")
    bold = "" if kind == "body" else "<w:b/>"
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{theme.MARGIN_BAND[1:]}"/>'
    shade = fill if kind == "head" else ""
    out = []
    for text, width, numeric in zip(cells, widths, grid.numeric, strict=True):
        side = '<w:jc w:val="right"/>' if numeric else '<w:jc w:val="left"/>'
        out.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
            f'<w:p><w:pPr><w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>{side}'
            f'</w:pPr><w:r><w:rPr>{bold}<w:sz w:val="{size}"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(_clean(text))}</w:t></w:r></w:p></w:tc>'
        )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(out)}</w:tr>"


def _field(paragraph: Any, instruction: str) -> None:
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


def _declare_font(document: Any, name: str) -> None:
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
