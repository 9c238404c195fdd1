"""What one printed sheet shows: layers cut to a frame, in millimetres; small enough to be kept."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tfpb.facts.quarter import among, codes_of, stands_in
from tfpb.model.codes import TOTAL, QpvStatut
from tfpb.model.location import Place, QpvPage, Territory
from tfpb.model.projection import LONLAT, crs, legal_epsg
from tfpb.text import fold
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tfpb.model.location import MapModel

    Array = NDArray[np.float64]
    from collections.abc import Iterable, Mapping

SCALES: Final = (
    1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500, 7000, 7500, 8000, 9000, 10_000,
    11_000, 12_000, 12_500, 14_000, 15_000, 17_500, 20_000, 25_000, 30_000, 35_000, 40_000,
    50_000, 60_000, 75_000, 100_000, 125_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000,
    750_000, 1_000_000, 1_500_000, 2_000_000,
)  # fmt: skip
"""Scales a reader can use with a ruler."""
BIG_SCALE: Final = 16_000
"""Beyond that denominator streets are thin lines, and only the main ones are named."""
FINE_MM: Final = 0.08
"""Detail of outlines that print does not show."""
FAR_SCALE: Final = 100_000
"""Beyond that denominator résidences are gathered: one symbol a quarter or a sector."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The window of a printed map."""

    width: float  # millimetres on paper, like height
    height: float
    scale: int  # denominator
    x0: float  # lower left corner, metres, as y0
    y0: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return xmin, ymin, xmax, ymax in metres."""
        k = self.scale / 1000
        return self.x0, self.y0, self.x0 + self.width * k, self.y0 + self.height * k

    def paper(self, coords: Array) -> Array:
        """Turn metres into millimetres from the lower left corner of the window."""
        moved: Array = (coords - (self.x0, self.y0)) * (1000 / self.scale)
        return moved

    def metres(self, mm: float) -> float:
        """Turn millimetres on paper into metres."""
        return mm * self.scale / 1000


def fit(
    bounds: tuple[float, float, float, float], width: float, height: float, *, margin: float = 0.1
) -> Frame:
    """Choose the largest round scale at which the bounds and a margin fit the window."""
    xmin, ymin, xmax, ymax = bounds
    wide, high = max(xmax - xmin, 1.0), max(ymax - ymin, 1.0)
    share = 1 - 2 * margin
    need = 1000 * max(wide / (width * share), high / (height * share))
    scale = next((s for s in SCALES if s >= need), math.ceil(need / 1e6) * 1_000_000)
    k = scale / 1000
    cx, cy = (xmin + xmax) / 2, (ymin + ymax) / 2
    return Frame(width, height, scale, cx - width * k / 2, cy - height * k / 2)


def page_epsg(code_qpv: str) -> int:
    """Return the legal projection of a quarter: its code holds the département (QP059…, QN974…)."""
    return legal_epsg(code_qpv[2:5])


@dataclass(frozen=True, slots=True)
class Atlas:
    """The layers that are drawn, all in metres of one projection or in millimetres of one frame."""

    qpv: gpd.GeoDataFrame  # quarters of the ruling map: `code_qpv, nom`
    old: gpd.GeoDataFrame  # quarters of the other map
    residences: gpd.GeoDataFrame
    """Marks: `id_residence, nom, statut, etat, code_qpv, dessines, coupee, numeros`."""
    streets: gpd.GeoDataFrame  # lines: `nom, rang`
    communes: gpd.GeoDataFrame  # `code_insee, nom`
    parcels: gpd.GeoDataFrame


DRAWN: Final = {
    "qpv": ("code_qpv", "nom"),
    "old": ("code_qpv",),
    "residences": (
        "id_residence",
        "nom",
        "statut",
        "etat",
        "code_qpv",
        "dessines",
        "coupee",
        "numeros",
    ),
    "streets": ("nom", "rang"),
    "communes": ("code_insee", "nom"),
    "parcels": (),
}
"""Columns a sheet draws from: the others may change and the sheet need not be drawn again."""


def atlas(model: MapModel, epsg: int) -> Atlas:
    """Bring every layer of a model to one projection; what has no place of its own is left out."""
    homes = model.marks[model.marks["situee"]]
    spots = gpd.points_from_xy(homes["longitude"], homes["latitude"], crs=crs(LONLAT))
    layers = {
        "qpv": model.qpv,
        "old": model.qpv_old,
        "residences": gpd.GeoDataFrame(homes.copy(), geometry=spots),
        "streets": model.ground.streets,
        "communes": model.ground.communes,
        "parcels": model.ground.parcels,
    }

    def bring(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        if layer.crs is None or layer.empty:
            return layer.set_crs(crs(epsg), allow_override=True)
        return layer.to_crs(crs(epsg))

    return Atlas(**{name: bring(layer) for name, layer in layers.items()})


def touching(layer: gpd.GeoDataFrame, frame: Frame) -> NDArray[np.intp]:
    """Return the positions of the rows of a layer (metres) that touch a frame, in their order."""
    if layer.empty:
        return np.empty(0, dtype=np.intp)
    return np.sort(layer.sindex.query(shapely.box(*frame.bounds), predicate="intersects"))


def cut(layers: Atlas, frame: Frame, wide: Frame) -> Atlas:
    """Keep of each layer (metres) the rows and columns that a sheet draws, in their order.

    `frame` is the map, `wide` the inset: quarters, communes and main streets only.
    """
    main = layers.streets["rang"].to_numpy() == 1

    def kept(name: str) -> gpd.GeoDataFrame:
        layer = getattr(layers, name)
        here = touching(layer, frame)
        if name in ("qpv", "communes", "streets"):
            beyond = touching(layer, wide)
            here = np.union1d(here, beyond[main[beyond]] if name == "streets" else beyond)
        columns = [*DRAWN[name], layer.geometry.name]
        return layer.iloc[here][columns].reset_index(drop=True)

    return Atlas(**{name: kept(name) for name in DRAWN})


def on_paper(layers: Atlas, frame: Frame) -> Atlas:
    """Return what touches a frame in millimetres from its lower left corner, as fine as print shows."""

    def moved(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        here = layer.iloc[touching(layer, frame)]
        shapes = shapely.transform(here.geometry.to_numpy(), frame.paper)
        return here.set_geometry(gpd.GeoSeries(shapely.simplify(shapes, FINE_MM), here.index))

    return Atlas(**{name: moved(getattr(layers, name)) for name in DRAWN})


def lines_of(shape: Any) -> Iterator[Array]:
    """Yield the coordinates of each line of a geometry (polygons give their rings)."""
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            yield from (shapely.get_coordinates(ring) for ring in shapely.get_rings(part))
        elif part.geom_type in {"LineString", "LinearRing"}:
            yield shapely.get_coordinates(part)
        elif hasattr(part, "geoms"):
            yield from lines_of(part)


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
    """What every sheet of a run has, whatever it shows; but the run's hash, set last (`stamp`)."""

    vintage: int
    date: str
    mark: str
    sources: tuple[str, ...]  # of quarters, addresses and figures
    grounded: bool  # whether streets could be drawn at all


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
    """The overview of a territory, ready to draw."""

    title: str
    subtitle: str
    quarters: pd.DataFrame
    """Those of the territory, largest first: `code_qpv, nom, logements`, abatement and spending a
    dwelling."""
    question: str  # label and survey of `gaps`; may be empty
    gaps: dict[str, str]  # words, by code of quarter
    doubts: int  # résidences to be checked that the map shows
    unplaced: int  # résidences to be checked that the map cannot show
    frame: Frame
    layers: Atlas
    imprint: Imprint
    dpi: int


View = PageView | OverviewView


def imprint(model: MapModel) -> Imprint:
    """Take from a model what every sheet bears."""
    return Imprint(
        vintage=model.vintage,
        date=model.date,
        mark=words.marks(draft=model.draft, fictional=model.fictional),
        sources=model.sources,
        grounded=not model.ground.streets.empty,
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

    KeyError if the quarter has no outline in the model.
    """
    own = among(layers.qpv, (page.code_qpv,))
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

    By default the title and the quarters are the model's. Quarters without a résidence are left out, unless
    all are. `layers` are already in the territory's projection, to share between sheets. KeyError if no
    quarter of the model is in `codes`.
    """
    mine = among(model.qpv, codes) if codes is not None else model.qpv
    if mine.empty:
        raise KeyError(codes)
    # quarters that the stock only comes near are drawn, neither listed nor counted
    held = stands_in(mine, set(codes_of(model.residences)) | {p.code_qpv for p in model.pages})
    mine = mine[held] if held.any() else mine
    listed = codes_of(mine)
    layers = layers or atlas(model, page_epsg(listed[0]))
    own = among(layers.qpv, listed)
    homes = layers.residences
    if codes is not None:
        homes = among(homes, codes)
    boxes = np.array([f.total_bounds for f in (own, homes) if len(f)])
    bounds = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    frame = fit(bounds, MAP_W, MAP_H, margin=0.05)
    counted = model.dwellings_in(listed)
    subtitle = words.OVERVIEW_SUBTITLE.format(
        bailleur=model.bailleur,
        quarters=len(mine),
        dwellings=words.UNKNOWN_HOMES if counted is None else counted,
        year=model.year,
    )
    order = mine.sort_values(["logements", "code_qpv"], ascending=[False, True], kind="stable")
    question, gaps = _headline(model)
    here = layers.residences.iloc[touching(layers.residences, frame)]
    unsure = here["id_residence"][here["statut"] == QpvStatut.A_VERIFIER]
    lost = among(model.marks, listed)
    return OverviewView(
        title=title or model.title,
        subtitle=subtitle,
        quarters=pd.DataFrame(order[list(_TABLE)]).reset_index(drop=True),
        question=question,
        gaps={code: text for code, text in gaps.items() if code in listed},
        doubts=len(set(unsure)),
        unplaced=len(set(lost["id_residence"][~lost["situee"]])),
        frame=frame,
        layers=cut(layers, frame, inset_frame(layers, frame)),
        imprint=imprint(model),
        dpi=dpi,
    )


def _headline(model: MapModel) -> tuple[str, dict[str, str]]:
    """Return the first question of the last survey, and its gap in each quarter, in words."""
    table = model.gaps[~stands_in(model.gaps, (TOTAL,))]
    if table.empty:
        return "", {}
    wave = str(table["vague"].iloc[-1])  # in the order of the survey
    rows = table[table["vague"].astype(str) == wave]
    rows = rows[rows["item"] == rows["item"].iloc[0]]
    gaps = {
        str(r.code_qpv): words.gap_line(
            str(r.verdict), known(r.ecart), (known(r.ic90_bas), known(r.ic90_haut)), known(r.n),
            str(r.faible),
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
    """Return the territories to draw in addition to the whole stock, sorted by name within a kind.

    Each commune when there are several; each EPCI, and each région, when there are several EPCI. A quarter
    over several communes (INSEE codes) belongs to each; those that are no place of the stock do not count.
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
