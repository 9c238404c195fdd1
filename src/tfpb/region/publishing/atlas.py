"""Maps over all bailleurs: web maps, the A4 page of each quarter, and the atlas that binds the pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import Claims
from tfpb.facts.dwellings import dwelling_claims
from tfpb.facts.place import with_doors
from tfpb.facts.quarter import quarters_of
from tfpb.geodata.geography import open_geography
from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.packs.pack import dumps
from tfpb.pipeline.steps import locating
from tfpb.region.publishing.reports import thin_dossier
from tfpb.report import theme
from tfpb.report.canvas import compiled
from tfpb.report.cell_values import printable
from tfpb.report.map_model import map_model
from tfpb.report.print_map.sheets import FOLDER, draw_page
from tfpb.report.web_map import map_html
from tfpb.text import fold
from tfpb.words.documents import region_words as words
from tfpb.words.numbers import long_date

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from tfpb.model.location import Located, MapModel, QpvPage
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.survey import Published
    from tfpb.region.computed import Head
    from tfpb.region.facts import Owners

_TEMPLATE: Final = theme.ASSETS / "typst" / "atlas.typ"


@dataclass(frozen=True, slots=True)
class MapJob:
    """One place to draw."""

    key: str  # folder of its files
    title: str
    head: Head
    survey: Published | None  # the place as the whole, its quarters; over all bailleurs
    located: Located  # the stock of the place, every bailleur's
    abatement: Abatement | None  # as `without_rows` makes it, as the programme
    programme: Programme | None
    claims: Claims  # of the place and its quarters, over all bailleurs
    owners: Mapping[str, Owners]  # quarter → its bailleurs (`tfpb.region.facts.owners_of`)
    geography: Path
    pages: bool  # the A4 pages too, in addition to the web map


def map_files(job: MapJob) -> dict[str, bytes]:
    """Draw one place: name under the region's folder → bytes."""
    model = _model(job)
    files = {f"{job.key}/carte.html": map_html.render(model)}
    if job.pages:
        for page in model.pages:
            drawn = draw_page(model, page).items()
            files |= {f"{job.key}/{FOLDER}/{page.code_qpv}.{form}": data for form, data in drawn}
    return files


def _model(job: MapJob) -> MapModel:
    geography = open_geography(job.geography, needs=(job.located.vintage,))
    located = apart(job.located)
    claims = Claims(dwelling_claims(located)).renewed(job.claims)
    quarters = quarters_of(geography.maps.values(), [located.entrances])
    thin = thin_dossier(job.head, job.title, job.survey, quarters, claims)
    dossier = replace(
        thin,
        maps=geography.maps,
        located=located,
        ground=locating.ground(geography, located),
        abatement=job.abatement,
        programme=job.programme,
        sources=geography.sources,
    )
    model = map_model(dossier)
    return replace(
        model, pages=tuple(_over_bailleurs(p, job.owners.get(p.code_qpv)) for p in model.pages)
    )


def _over_bailleurs(page: QpvPage, owners: Owners | None) -> QpvPage:
    """Name the owners of the dwellings, and write that figures are about every bailleur's tenants.

    Owners come last: when the column is full, the figures are kept.
    """
    whose = words.owners_sentence(owners.named, owners.others, owners.left) if owners else ()
    shown = any(line.gap is not None for line in page.gaps)
    figures = tuple(
        (label, value, detail.replace(*words.SHARE_OF)) for label, value, detail in page.figures
    )
    return replace(
        page,
        figures=figures,
        gap_scope=words.SCOPE_QUARTER if shown else page.gap_scope,
        notes=(*page.notes, *whose),
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

    return with_doors(located, renamed(doors), renamed(homes))


@dataclass(frozen=True, slots=True)
class AtlasPage:
    """One quarter's page, drawn separately."""

    code: str
    name: str
    place: str  # its commune or communes
    data: bytes  # the page as a PDF of its own

    @property
    def order(self) -> tuple[str, str, str]:
        """Key of the order of the contents: commune, name, code."""
        return fold(self.place), fold(self.name), self.code


def atlas_bytes(
    pages: Iterable[AtlasPage], *, title: str, author: str, date: dt.date, note: str
) -> bytes:
    """Bind A4 landscape pages into one PDF: contents with links, bookmarks, alternative texts.

    Pages go by commune, then name; title, author and note are above the contents; no clock is read but
    `date`. The same bytes for the same pages (the compiler reads files only: they are written to a scratch
    folder).
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
        (folder / "atlas.typ").write_bytes(_TEMPLATE.read_bytes())
        return compiled(str(folder / "atlas.typ"), date, root=str(folder), format="pdf")
