"""What one printed sheet shows, and nothing else: small enough to be hashed, kept and sent away."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from tfpb.model.codes import TOTAL, QpvStatut
from tfpb.model.location import MapModel, Place, QpvPage, Territory
from tfpb.report import theme
from tfpb.report.print_map.layers import Atlas, Frame, atlas, cut, fit, page_epsg, touching
from tfpb.text import fold
from tfpb.words.places import map_words as words
from tfpb.words.places.side_words import NOT_AN_ATTESTATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


WIDTH: Final = 297.0
HEIGHT: Final = 210.0
EDGE: Final = 9.0
MAP_Y: Final = 27.0
MAP_W: Final = 189.0
MAP_H: Final = 152.0
COLUMN_X: Final = EDGE + MAP_W + 6.0
COLUMN_W: Final = WIDTH - EDGE - COLUMN_X
FOOT_Y: Final = MAP_Y + MAP_H + 3.0
INSET_W: Final = 30.0
INSET_H: Final = 20.0
_INSET_REACH_M: Final = 2500.0
_TABLE: Final = (
    "code_qpv", "nom", "logements", "abattement_par_logement_eur", "valorise_par_logement_eur",
)  # fmt: skip
DPI: Final = 200


@dataclass(frozen=True, slots=True)
class Imprint:
    """What every sheet of a run bears, whatever it shows; but the run's hash, set last (`stamp`).

    Parameters
    ----------
    sources : tuple of str
        Of quarters, addresses and figures.
    grounded : bool
        Whether streets could be drawn at all.
    """

    vintage: int
    date: str
    mark: str
    sources: tuple[str, ...]
    grounded: bool
    warning: str


@dataclass(frozen=True, slots=True)
class PageView:
    """The A4 page of a quarter, ready to draw."""

    page: QpvPage
    frame: Frame
    layers: Atlas
    imprint: Imprint
    dpi: int

    @property
    def title(self) -> str:
        """Name and code of the quarter."""
        return f"{self.page.nom} ({self.page.code_qpv})"


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The overview of a territory, ready to draw.

    Parameters
    ----------
    quarters : DataFrame
        Those of the territory, largest first: `code_qpv, nom, logements`, abatement and spending a
        dwelling.
    question : str
        Label and survey of what `gaps` (words, by code of quarter) are about; may be empty.
    doubts : int
        Résidences to be checked that the map shows.
    """

    title: str
    subtitle: str
    quarters: pd.DataFrame
    question: str
    gaps: dict[str, str]
    doubts: int
    frame: Frame
    layers: Atlas
    imprint: Imprint
    dpi: int


def imprint(model: MapModel) -> Imprint:
    """Take from a model what every sheet bears."""
    return Imprint(
        vintage=model.vintage,
        date=model.date,
        mark=words.marks(draft=model.draft, fictional=model.fictional),
        sources=model.sources,
        grounded=not model.ground.streets.empty,
        warning=NOT_AN_ATTESTATION,
    )


def inset_frame(layers: Atlas, frame: Frame) -> Frame:
    """Choose what the inset shows: the commune around the frame or, failing that, quarters near it."""
    window = shapely.box(*frame.bounds)
    centre = window.centroid
    communes = layers.communes
    home = communes[communes.contains(centre)] if len(communes) else communes
    shapes = [window, *home.geometry]
    if home.empty:
        reach = max(frame.metres(frame.width) * 1.5, _INSET_REACH_M)
        shapes += list(layers.qpv[layers.qpv.distance(centre) < reach].geometry)
    return fit(tuple(shapely.union_all(shapes).bounds), INSET_W, INSET_H, margin=0.06)


def page_view(model: MapModel, page: QpvPage, layers: Atlas, *, dpi: int = DPI) -> PageView:
    """Cut the layers of a model (metres) to the page of a quarter.

    Raises
    ------
    KeyError
        If the quarter has no outline in the model.
    """
    own = layers.qpv[layers.qpv["code_qpv"].astype(str) == page.code_qpv]
    if own.empty:
        raise KeyError(page.code_qpv)
    frame = fit(tuple(own.total_bounds), MAP_W, MAP_H)
    shown = cut(layers, frame, inset_frame(layers, frame))
    return PageView(page, frame, shown, imprint(model), dpi)


def overview_view(
    model: MapModel,
    *,
    title: str = "",
    codes: tuple[str, ...] | None = None,
    layers: Atlas | None = None,
    dpi: int = DPI,
) -> OverviewView:
    """Take from a model what the overview of a territory shows.

    Parameters
    ----------
    model : MapModel
    title : str
        Name of the territory; the model's title by default.
    codes : tuple of str, optional
        Quarters of the territory (a commune, an EPCI…); all of the model by default. Those that hold
        no résidence are left out, unless none does.
    layers : Atlas, optional
        Layers already in the territory's projection, to share between sheets.
    dpi : int
        Resolution of the PNG.

    Raises
    ------
    KeyError
        If no quarter of the model is in `codes`.
    """
    known = model.qpv["code_qpv"].astype(str)
    mine = model.qpv[known.isin(codes)] if codes is not None else model.qpv
    if mine.empty:
        raise KeyError(codes)
    # quarters that the stock only comes near are drawn, neither listed nor counted
    held = mine["code_qpv"].isin(set(model.residences["code_qpv"])) | (mine["logements"] > 0)
    mine = mine[held] if held.any() else mine
    layers = layers or atlas(model, page_epsg(str(mine["code_qpv"].iloc[0])))
    own = layers.qpv[layers.qpv["code_qpv"].isin(mine["code_qpv"])]
    homes = layers.residences
    if codes is not None:
        homes = homes[homes["code_qpv"].isin(codes)]
    boxes = np.array([f.total_bounds for f in (own, homes) if len(f)])
    bounds = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    frame = fit(bounds, MAP_W, MAP_H, margin=0.05)
    subtitle = words.OVERVIEW_SUBTITLE.format(
        bailleur=model.bailleur,
        quarters=len(mine),
        dwellings=int(np.nansum(mine["logements"].to_numpy(dtype=float))),
        year=model.year,
    )
    order = mine.sort_values(["logements", "code_qpv"], ascending=[False, True], kind="stable")
    question, gaps = _headline(model)
    statuses = layers.residences["statut"].iloc[touching(layers.residences, frame)]
    return OverviewView(
        title=title or model.title,
        subtitle=subtitle,
        quarters=pd.DataFrame(order[list(_TABLE)]).reset_index(drop=True),
        question=question,
        gaps={code: text for code, text in gaps.items() if code in set(mine["code_qpv"])},
        doubts=int((statuses == QpvStatut.A_VERIFIER).sum()),
        frame=frame,
        layers=cut(layers, frame, inset_frame(layers, frame)),
        imprint=imprint(model),
        dpi=dpi,
    )


def _headline(model: MapModel) -> tuple[str, dict[str, str]]:
    """Return the first question of the last survey, and its gap in each quarter, in words."""
    table = model.gaps[model.gaps["code_qpv"] != TOTAL]
    if table.empty:
        return "", {}
    wave = max(table["vague"].astype(str))
    rows = table[table["vague"].astype(str) == wave]
    rows = rows[rows["item"] == rows["item"].iloc[0]]
    gaps = {
        str(r.code_qpv): words.gap_line(
            theme.verdict_sign(str(r.verdict)), str(r.verdict), known(r.ecart),
            (known(r.ic95_bas), known(r.ic95_haut)), known(r.n), weak=str(r.faible),
        )
        for r in rows.itertuples(index=False)
    }  # fmt: skip
    return words.OVERVIEW_GAP.format(label=rows["libelle"].iloc[0], wave=wave), gaps


def known(value: Any) -> float | None:
    """Return a number, None where it is missing."""
    return None if value is None or math.isnan(value) else float(value)


def territories(
    places: Iterable[Place], quarters: Mapping[str, Iterable[str]]
) -> tuple[Territory, ...]:
    """Return the territories to draw beside the whole stock.

    Parameters
    ----------
    places : iterable of Place
        Communes of the stock.
    quarters : mapping of str to iterable of str
        INSEE codes of the communes of each quarter; those that are no place of the stock do not count.

    Returns
    -------
    tuple of Territory
        Each commune when there are several; each EPCI, and each région, when there are several EPCI.
        A quarter over several communes belongs to each. Sorted by name within a kind.
    """
    known = {p.code_insee: p for p in places}
    held: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for quarter, codes in quarters.items():
        for place in (known[c] for c in codes if c in known):
            for kind, code, name in (
                ("commune", place.code_insee, place.commune),
                ("epci", place.siren_epci, place.epci),
                ("region", place.code_region, place.region),
            ):
                if code and name:
                    held[kind, code, name].add(quarter)
    count = Counter(kind for kind, _, _ in held)
    shown = {"commune": count["commune"] > 1, "epci": count["epci"] > 1}
    shown["region"] = shown["epci"]
    named = [key for key in held if shown[key[0]]]
    slugs = Counter(_slug(kind, name) for kind, _, name in named)
    out = []
    for kind, code, name in sorted(named, key=lambda k: (k[0], fold(k[2]), k[1])):
        slug = _slug(kind, name)
        # two communes of one name: their codes distinguish them, and file names are stable
        slug = slug if slugs[slug] == 1 else f"{slug}-{code}"
        out.append(Territory(slug, name, tuple(sorted(held[kind, code, name]))))
    return tuple(out)


def _slug(kind: str, name: str) -> str:
    return f"{kind}-{fold(name).replace(' ', '-') or 'sans-nom'}"
