"""Maps over all bailleurs: web maps, the A4 page of each quarter, and the atlas that binds the pages."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd
import typst

from tfpb.geodata.geography import open_geography
from tfpb.io.packs.pack import dumps
from tfpb.io.tables.scratch import scratch_folder
from tfpb.model.money import States
from tfpb.pipeline.steps import mapping
from tfpb.region.facts import axis_rows, quarter_money
from tfpb.region.reports import thin_dossier
from tfpb.report import theme
from tfpb.report.cell_values import printable
from tfpb.report.map_model import map_model
from tfpb.report.print_map.sheets import draw_page
from tfpb.report.web_map import map_html
from tfpb.text import fold
from tfpb.words.documents import quarter_page
from tfpb.words.documents import region_words as words
from tfpb.words.numbers import long_date

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from tfpb.model.location import Located
    from tfpb.model.maps import MapModel, QpvPage
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.survey import Published
    from tfpb.region.partition import Part
    from tfpb.region.reports import Head

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
class MapJob:
    """One place to draw.

    Parameters
    ----------
    key : str
        Folder of its files.
    title : str
    head : Head
    survey : Published or None
        The place as the whole, its quarters; over all bailleurs.
    located : Located
        The stock of the place, every bailleur's.
    abatement, programme : optional
        Over all bailleurs (`joint_money`).
    geography : Path
    pages : bool
        The A4 pages too, beside the web map.
    """

    key: str
    title: str
    head: Head
    survey: Published | None
    located: Located
    abatement: Abatement | None
    programme: Programme | None
    geography: Path
    pages: bool


def map_files(job: MapJob) -> dict[str, bytes]:
    """Draw one place: name under the region's folder → bytes."""
    model = _model(job)
    files = {f"{job.key}/carte.html": map_html.render(model)}
    if job.pages:
        for page in model.pages:
            picture = draw_page(model, page)
            files[f"{job.key}/cartes/{page.code_qpv}.png"] = picture.png
            files[f"{job.key}/cartes/{page.code_qpv}.pdf"] = picture.pdf
    return files


def _model(job: MapJob) -> MapModel:
    geography = open_geography(job.geography, needs=(job.located.vintage,))
    located = apart(job.located)
    thin = thin_dossier(job.head, job.title, job.survey, located.residences)
    dossier = replace(
        thin,
        maps=geography.maps,
        located=located,
        ground=mapping.ground(geography, located),
        abatement=job.abatement,
        programme=job.programme,
        sources=geography.sources,
    )
    model = map_model(dossier)
    homes = job.located.residences
    return replace(
        model,
        pages=tuple(
            _over_bailleurs(p, homes[homes["code_qpv"] == p.code_qpv]) for p in model.pages
        ),
    )


def _over_bailleurs(page: QpvPage, homes: pd.DataFrame) -> QpvPage:
    """Name the owners of the dwellings, and write that figures are about every bailleur's tenants.

    Owners come last: when the column is full, the figures are kept.
    """
    owned = homes.groupby("bailleur")["logements_dans"].sum()
    owned = owned[owned > 0].sort_index().sort_values(ascending=False, kind="stable")
    whose = words.owners_sentence([(str(name), int(n)) for name, n in owned.items()])
    scope = {
        quarter_page.GAP_SCOPE_QUARTER: words.SCOPE_QUARTER,
        quarter_page.GAP_SCOPE_CONVENTION: words.SCOPE_PLACE,
    }
    one_owner = quarter_page.CONVENTION_SCOPE
    figures = tuple(
        (label, value, detail.replace(*words.SHARE_OF)) for label, value, detail in page.figures
    )
    return replace(
        page,
        figures=figures,
        gap_scope=scope.get(page.gap_scope, page.gap_scope),
        sentences=(*(s.replace(one_owner, words.PLACE_TENANTS) for s in page.sentences), *whose),
    )


def apart(located: Located) -> Located:
    """Make identifiers of résidences unique where two bailleurs use the same one: maps key on it."""
    homes, doors = located.residences, located.entrances
    owners = homes.groupby("id_residence")["bailleur"].nunique()
    shared = set(owners[owners > 1].index)
    if not shared:
        return located

    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        pairs = zip(frame["id_residence"], frame["bailleur"], strict=True)
        return frame.assign(id_residence=[f"{i} · {b}" if i in shared else i for i, b in pairs])

    return replace(located, residences=renamed(homes), entrances=renamed(doors))


def joint_money(
    parts: Sequence[Part], codes: Collection[str]
) -> tuple[Abatement | None, Programme | None]:
    """Sum what maps read of money over bailleurs: by quarter, and by quarter and axis.

    Everything else of the two values is emptied: it is about one bailleur.
    """
    money = quarter_money(parts, codes)
    abated = next((p.abatement for p in parts if p.abatement is not None), None)
    acted = next((p.programme for p in parts if p.programme is not None), None)
    if abated is not None:
        natures = _natures(parts)
        nothing = pd.DataFrame()
        abated = replace(
            abated,
            by_qpv=money.assign(nature=[natures.get(c, "") for c in money["code_qpv"]]),
            premises=nothing,
            by_residence=nothing,
            by_commune=nothing,
            checks=nothing,
            forecast=nothing,
            declaration=nothing,
            by_collectivity=None,
            by_year=None,
            states=States(),
            reserves={},
            totals={},
            counts={},
            reconciliation=None,
            calendar=None,
            owned=None,
            leavers=None,
            notices=(),
        )
    if acted is not None:
        rows = axis_rows(parts, codes)
        actions: dict[str, int] = defaultdict(int)
        for code, count in zip(rows["code_qpv"], rows["actions"], strict=True):
            actions[str(code)] += int(count)
        acted = replace(
            acted,
            balance=money.assign(actions=[actions[str(c)] for c in money["code_qpv"]]),
            by_axis=rows,
            actions=pd.DataFrame(),
            diagnostics=pd.DataFrame(),
            totals={},
            notices=(),
            beside=None,
        )
    return abated, acted


def _natures(parts: Sequence[Part]) -> dict[str, str]:
    """Return « reel » for quarters where every bailleur's amount is read on notices, else « estime »."""
    met: dict[str, set[str]] = {}
    for part in parts:
        if part.abatement is not None:
            rows = part.abatement.by_qpv
            for code, nature in zip(rows["code_qpv"], rows["nature"], strict=True):
                met.setdefault(str(code), set()).add(str(nature))
    return {code: "reel" if found == {"reel"} else "estime" for code, found in met.items()}


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
        """Key of the order of the contents: commune, name, code."""
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
        The same for the same pages (the compiler reads files only: they are written to a scratch folder).
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
