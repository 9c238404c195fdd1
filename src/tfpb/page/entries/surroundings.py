"""The geography around a decision: addresses proposed, and the side of a point as the stages find it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb import perimeters
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.addresses.suggestions import suggested
from tfpb.geocode.street_search import StreetSearch
from tfpb.geocode.table_run import geocode
from tfpb.geodata.ground_imports import load_parcels
from tfpb.geodata.qpv_imports import load_qpv
from tfpb.model.codes import GeocodeVerdict, QpvStatut, ResultType
from tfpb.model.legal.map_table import VINTAGES
from tfpb.model.location import QpvMap
from tfpb.model.results import ADDRESS_COLUMNS
from tfpb.words.page.answer_words import point_answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from tfpb.geocode.town.commune_finder import Place

_NEAR_DEGREES: Final = 0.4
"""Quarters kept around a point: farther than a map is said to cover (20 km)."""
_PARCELS_DEGREES: Final = 0.004
_TOWN: Final = ("code_insee", "code_postal", "commune")


class Ground:
    """The imported geography of a dossier, read on demand and kept.

    The map of the tax `year` rules; `radius_m` is the uncertainty of a point that has none, metres. Raises
    `adresses_absentes`, or for an index that cannot be read.
    """

    def __init__(self, folder: Path, year: int, radius_m: float) -> None:
        self._folder, self._year, self._radius_m = folder, year, radius_m
        self._store = AddressStore(folder / FILE_NAME)
        self._communes = self._store.communes()
        self._search = StreetSearch(self._store, self._communes, {})
        self._maps: dict[int, QpvMap] | None = None
        self._parcels: dict[str, gpd.GeoDataFrame | None] = {}

    def suggested(self, row: Mapping[str, Any], typed: str) -> list[str]:
        """Return the addresses that a typed text may become, in the communes that a row may mean.

        `row` is of the sheet « Adresses »; with postcode and commune where it may mean several.
        """
        place = self._place(row)
        tables = [t for t in map(self._search.table, place.codes) if t is not None]
        found = [(line, t.commune) for t in tables for line in suggested(t, typed)]
        if len(place.codes) == 1:
            return [line for line, _ in found]
        towns = {c.citycode: (place.postcode or c.streets[0].postcode, c.city) for _, c in found}
        return [f"{line}, {' '.join(towns[c.citycode])}" for line, c in found]

    def side(self, row: Mapping[str, Any], x: float, y: float) -> str:
        """Return the side that the stages give an entrance moved to a point, its neighbours left out.

        `row` is of the sheet « Adresses »; `x` and `y` are in metres, legal projection of its commune.
        Raises for a point that cannot be right, or without map of the year.
        """
        cells = {name: str(row.get(name, "") or "") for name in ADDRESS_COLUMNS}
        at = pd.DataFrame([cells | {"x": repr(x), "y": repr(y)}], dtype="str")
        placed = geocode(at, self._store, self._communes)
        point: Any = next(placed.itertuples(index=False))
        if point.result_type not in {ResultType.NONE, ResultType.MUNICIPALITY}:
            placed = placed.assign(
                result_verdict=str(GeocodeVerdict.ACCEPTE)
            )  # who moves it decides
        lon, lat = float(point.longitude), float(point.latitude)
        located = perimeters.locate(
            at.join(placed), self._maps_near(lon, lat), year=self._year,
            default_radius_m=self._radius_m,
            parcels=self._parcels_near(str(point.result_citycode), lon, lat),
        )  # fmt: skip
        found: Any = next(located.itertuples(index=False))
        return point_answer(
            QpvStatut(found.qpv_statut), float(found.qpv_distance_m), found.qpv_motif,
            inside=found.qpv_nom, nearest=found.qpv_proche_nom, reasons=point.result_reasons,
        )  # fmt: skip

    def _place(self, row: Mapping[str, Any]) -> Place:
        return self._search.finder.place(*(str(row.get(name, "") or "") for name in _TOWN))

    def _maps_near(self, lon: float, lat: float) -> dict[int, QpvMap]:
        """Return the quarters around a point; a map without any there is left whole."""
        if self._maps is None:
            read = {v: load_qpv(self._folder, v) for v in VINTAGES}
            self._maps = {v: m for v, m in read.items() if m is not None}
        near = {}
        for vintage, whole in self._maps.items():
            d = _NEAR_DEGREES
            kept = whole.frame.cx[lon - d : lon + d, lat - d : lat + d]
            near[vintage] = QpvMap(vintage, kept.reset_index(drop=True)) if len(kept) else whole
        return near

    def _parcels_near(self, code: str, lon: float, lat: float) -> gpd.GeoDataFrame | None:
        if code not in self._parcels:
            self._parcels[code] = load_parcels(self._folder, communes=[code])
        whole, d = self._parcels[code], _PARCELS_DEGREES
        return None if whole is None else whole.cx[lon - d : lon + d, lat - d : lat + d]
