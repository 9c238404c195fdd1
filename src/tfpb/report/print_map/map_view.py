"""What one printed sheet shows, and nothing else: small enough to be hashed, kept and sent away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from tfpb.report.print_map.map_layers import Atlas, Frame, fit
from tfpb.report.print_map.map_panel import FOOT_H, MAP_H, MAP_W

if TYPE_CHECKING:
    import geopandas as gpd

    from tfpb.model.maps import MapModel, QpvPage

INSET_W: Final = 30.0
_INSET_REACH_M: Final = 2500.0
_DRAWN: Final = {
    "qpv": ("code_qpv", "nom"),
    "old": ("code_qpv",),
    "residences": ("id_residence", "nom", "coupee", "statut", "code_qpv", "logements"),
    "streets": ("nom", "rang"),
    "communes": ("code_insee", "nom"),
    "parcels": (),
}
"""Columns a sheet draws from: what a stock bears beside them may change without a new drawing."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What every sheet of a run bears, whatever it shows; but the run's hash, set last (`stamp`).

    Parameters
    ----------
    sources : tuple of str
        Of quarters and addresses, then of the ground.
    grounded : bool
        Whether streets could be drawn at all.
    """

    vintage: int
    date: str
    fictional: bool
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


def imprint(model: MapModel) -> Imprint:
    """Take from a model what every sheet bears."""
    sources = list(model.sources)
    if model.ground.source and model.ground.source not in " ".join(sources):
        sources.append(model.ground.source)
    return Imprint(
        vintage=model.vintage,
        date=model.date,
        fictional=model.fictional,
        sources=tuple(sources),
        grounded=not model.ground.streets.empty,
        warning=model.warning,
    )


def page_view(model: MapModel, page: QpvPage, layers: Atlas, *, dpi: int) -> PageView:
    """Cut the layers of a model to the page of a quarter.

    Raises
    ------
    KeyError
        If the quarter has no outline in the model.
    """
    own = layers.qpv[layers.qpv["code_qpv"].astype(str) == page.code_qpv]
    if own.empty:
        raise KeyError(page.code_qpv)
    frame = fit(tuple(own.total_bounds), MAP_W, MAP_H)
    return PageView(page, frame, cut(layers, frame), imprint(model), dpi)


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
    return fit(tuple(shapely.union_all(shapes).bounds), INSET_W, FOOT_H, margin=0.06)


def cut(layers: Atlas, frame: Frame) -> Atlas:
    """Keep of each layer the rows that a sheet of that frame draws, in their order."""
    around = inset_frame(layers, frame)
    main = layers.streets["rang"].to_numpy() == 1

    def kept(layer: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
        here = layers.touching(layer, frame)
        if name in ("qpv", "communes", "streets"):
            beyond = layers.touching(layer, around)
            here = np.union1d(here, beyond[main[beyond]] if name == "streets" else beyond)
        columns = [*_DRAWN[name], layer.geometry.name]
        return layer.iloc[here][columns].reset_index(drop=True)

    return Atlas(epsg=layers.epsg, **{name: kept(getattr(layers, name), name) for name in _DRAWN})
