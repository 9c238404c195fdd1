"""Small maps drawn by hand, in metres, far from every real quarter."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest_perimeters import X0, Y0

from tfpb.model.location import QpvMap

MakeMap = Callable[..., QpvMap]


@pytest.fixture(scope="session")
def make_map() -> MakeMap:
    """Make a map from polygons in metres relative to (X0, Y0)."""

    def make(
        vintage: int,
        shapes: dict[str, object],
        *,
        epsg: int = 2154,
        at: tuple[float, float] = (X0, Y0),
    ) -> QpvMap:
        moved = [shapely.transform(s, lambda xy: xy + np.array(at)) for s in shapes.values()]
        frame = gpd.GeoDataFrame(
            {
                "code_qpv": list(shapes),
                "nom_qpv": [f"Quartier {c[-3:]}" for c in shapes],
                "communes": "Fictive",
                "codes_insee": [("93999",)] * len(shapes),
            },
            geometry=moved,
            crs=epsg,
        ).to_crs(4326)
        return QpvMap(vintage, frame)

    return make


@pytest.fixture(scope="session")
def square(make_map: MakeMap) -> QpvMap:
    """One square quarter of 400 m."""
    return make_map(2015, {"QP093901": shapely.box(0, 0, 400, 400)})
