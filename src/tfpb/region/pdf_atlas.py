"""Pages drawn apart, bound into one PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typst

from tfpb.io.packs.pack import dumps
from tfpb.io.tables.scratch import scratch_folder
from tfpb.report import theme
from tfpb.report.cell_values import printable
from tfpb.text import fold
from tfpb.words.numbers import long_date

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEMPLATE: Final = """#let data = json("pages.json")
#set document(title: data.title, author: data.author, date: auto)
#set page(paper: "a4", flipped: true, margin: (x: 18mm, y: 16mm))
#set text(lang: "fr", region: "FR", font: data.font, size: 9pt, fill: rgb(data.ink))
#text(size: 18pt, weight: "bold", fill: rgb(data.accent), data.title)
#v(1mm)
#text(size: 10pt)[#data.author · #data.day · #data.note]
#v(4mm)
#columns(2, gutter: 10mm)[
  #for page in data.pages {
    let leaf = label(page.key)
    block(spacing: 5pt, link(leaf)[#page.place #h(3pt) *#page.name* #h(3pt) #text(size: 8pt, page.code)
      #box(width: 1fr, repeat[.]) #context counter(std.page).at(leaf).first()])
  }
]
#set page(margin: 0pt)
#show heading: it => place(hide(it.body))
#for page in data.pages {
  pagebreak(weak: true)
  [#heading(level: 1, outlined: true, bookmarked: true, page.alt) #label(page.key)]
  image(page.file, width: 100%, alt: page.alt)
}
"""


@dataclass(frozen=True, slots=True)
class AtlasPage:
    """One quarter's page, drawn apart.

    Parameters
    ----------
    code, name, place : str
        Of the quarter; its commune or communes.
    data : bytes
        The page as a PDF of its own.
    """

    code: str
    name: str
    place: str
    data: bytes

    @property
    def order(self) -> tuple[str, str, str]:
        """How people look for a quarter: its commune, its name."""
        return fold(self.place), fold(self.name), self.code


def atlas_bytes(
    pages: Iterable[AtlasPage], *, title: str, author: str, date: dt.date, note: str
) -> bytes:
    """Bind A4 landscape pages into one PDF: contents with links, bookmarks, alternative texts.

    Parameters
    ----------
    pages : iterable of AtlasPage
        Bound by commune, then name.
    title, author, note : str
        Above the contents.
    date : date
        Date of the document: no clock is read.

    Returns
    -------
    bytes
        The same for the same pages (the compiler only reads files, here in a temporary folder).
    """
    with scratch_folder() as folder:
        listed = []
        for k, page in enumerate(sorted(pages, key=lambda p: p.order)):
            name = f"page-{k}.pdf"
            (folder / name).write_bytes(page.data)
            alt = printable(f"{page.place}, {page.name} ({page.code})")
            listed.append(
                {"file": name, "key": f"page-{k}", "alt": alt, "code": page.code,
                 "name": printable(page.name), "place": printable(page.place)}
            )  # fmt: skip
        content = {
            "title": printable(title),
            "author": printable(author),
            "day": long_date(date),
            "note": printable(note),
            "font": theme.FONT_FAMILY,
            "ink": theme.INK,
            "accent": theme.ACCENT,
            "pages": listed,
        }
        (folder / "pages.json").write_bytes(dumps(content))
        (folder / "atlas.typ").write_text(_TEMPLATE, encoding="utf-8")
        made = typst.compile(
            str(folder / "atlas.typ"),
            root=str(folder),
            format="pdf",
            font_paths=[str(theme.FONT_FOLDER)],
            ignore_system_fonts=True,
            timestamp=dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC),
        )
    return bytes(made)
