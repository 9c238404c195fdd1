"""Maps over all bailleurs: the A4 page of each quarter, a web map a contrat and a département."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.geodata.geography import open_geography
from tfpb.pipeline.steps import mapping
from tfpb.region.facts import axis_rows, quarter_money
from tfpb.region.reports import thin_dossier
from tfpb.report.map_model import map_model
from tfpb.report.print_map.sheets import draw_page
from tfpb.report.web_map import map_html
from tfpb.words.documents import quarter_page
from tfpb.words.documents import region_words as words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from tfpb.model.location import Located
    from tfpb.model.maps import MapModel, QpvPage
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.survey import Published
    from tfpb.region.partition import Part
    from tfpb.region.reports import Head


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
    """Say whose the dwellings are, and whom the lines are about: every bailleur's tenants, not one's.

    Whose comes last: when the column is full, what is answered to an élu is kept.
    """
    owned = homes.groupby("bailleur")["logements_dans"].sum()
    owned = owned[owned > 0].sort_index().sort_values(ascending=False, kind="stable")
    whose = words.owners_sentence([(str(name), int(n)) for name, n in owned.items()])
    scope = {
        quarter_page.GAP_SCOPE_QUARTER: words.SCOPE_QUARTER,
        quarter_page.GAP_SCOPE_CONVENTION: words.SCOPE_PLACE,
    }
    said = quarter_page.CONVENTION_SCOPE
    figures = tuple(
        (label, value, detail.replace(*words.SHARE_OF)) for label, value, detail in page.figures
    )
    return replace(
        page,
        figures=figures,
        gap_scope=scope.get(page.gap_scope, page.gap_scope),
        sentences=(*(s.replace(said, words.PLACE_TENANTS) for s in page.sentences), *whose),
    )


def apart(located: Located) -> Located:
    """Tell résidences of two bailleurs apart where both use one identifier: maps key on it."""
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

    Everything else of the two records is emptied: it is one bailleur's.
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
            totals={},
            counts={},
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
