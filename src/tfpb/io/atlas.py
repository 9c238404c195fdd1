"""Pages drawn apart, bound into one PDF."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import typst

from tfpb.io.pack import dumps
from tfpb.io.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD: Final = """#let data = json("pages.json")
#set document(title: data.title, author: data.author, date: auto)
#set page(paper: "a4", flipped: true, margin: 0pt)
#set text(lang: "fr", region: "FR")
#for page in data.pages { image(page.file, width: 100%, alt: page.alt) }
"""


def atlas_bytes(
    pages: Sequence[tuple[str, bytes]], *, title: str, author: str, date: dt.date
) -> bytes:
    """Bind A4 landscape pages into one PDF, each with its alternative text.

    Parameters
    ----------
    pages : sequence of (str, bytes)
        What the page shows, and the page as a PDF of its own.
    title, author : str
    date : date
        Date of the document: no clock is read.

    Returns
    -------
    bytes
        The same for the same pages (the compiler only reads files: a folder is lent to it).
    """
    with scratch_folder() as folder:
        listed = []
        for k, (alt, data) in enumerate(pages):
            name = f"page-{k}.pdf"
            (folder / name).write_bytes(data)
            listed.append({"file": name, "alt": alt})
        said = {"title": title, "author": author, "pages": listed}
        (folder / "pages.json").write_bytes(dumps(said))
        (folder / "atlas.typ").write_text(_HEAD, encoding="utf-8")
        made = typst.compile(
            str(folder / "atlas.typ"),
            root=str(folder),
            format="pdf",
            timestamp=dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC),
        )
    return bytes(made)
