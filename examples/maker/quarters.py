"""Perimeters of both vintages: one identical, one modified, one new, one gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely import Point, Polygon

from maker import names
from maker.addresses import degrees
from maker.town import near_faces

if TYPE_CHECKING:
    from maker.town import Town

# centre (m from the heart of the town), half axes (m), tilt (degrees)
SHAPES: Final = {
    "tilleuls": ((760.0, 220.0), (270.0, 200.0), 20.0),
    "moulin_2015": ((-330.0, -700.0), (250.0, 230.0), 10.0),
    "moulin_2024": ((-180.0, -700.0), (290.0, 210.0), 10.0),
    "gare": ((-790.0, 240.0), (170.0, 200.0), 20.0),
    "pres": ((690.0, -330.0), (150.0, 140.0), 0.0),
}
CODES_2015: Final = {
    "tilleuls": ("QP059901", "Les Tilleuls - Pasteur"),
    "moulin_2015": ("QP059902", "Le Moulin"),
    "gare": ("QP059903", "La Gare"),
}
CODES_2024: Final = {
    "tilleuls": ("QN05991I", "Les Tilleuls - Pasteur"),
    "moulin_2024": ("QN05992M", "Le Moulin - Les Aunes"),
    "pres": ("QN05993N", "Les Prés Fleuris"),
}


@dataclass(frozen=True)
class Quarters:
    """Polygons of each vintage, by official code (EPSG:2154)."""

    of_2015: dict[str, Polygon]
    of_2024: dict[str, Polygon]

    def side(self, x: float, y: float, vintage: int) -> tuple[str, float]:
        """Return the code of the quarter that holds a point ("" outside) and metres to a limit."""
        spot = Point(x, y)
        maps = self.of_2015 if vintage == 2015 else self.of_2024
        inside = [code for code, shape in maps.items() if shape.contains(spot)]
        nearest = min(shape.exterior.distance(spot) for shape in maps.values())
        return (inside[0] if inside else ""), nearest

    def metres_to(self, code: str, x: float, y: float) -> float:
        """Return metres to a 2024 quarter, zero inside."""
        return self.of_2024[code].distance(Point(x, y))


def make_quarters(town: Town) -> Quarters:
    """Cut the quarters out of the street plan."""
    shapes = {key: near_faces(town, *shape) for key, shape in SHAPES.items()}
    return Quarters(
        {code: shapes[key] for key, (code, _) in CODES_2015.items()},
        {code: shapes[key] for key, (code, _) in CODES_2024.items()},
    )


def features_2015(quarters: Quarters) -> list[dict[str, Any]]:
    """Write the 2015 quarters with that vintage's attributes."""
    labels = dict(CODES_2015.values())
    return [
        _feature(
            {"CODE_QP": code, "NOM_QP": labels[code], "COMMUNE_QP": names.COMMUNE},
            shape,
            multi=False,
        )
        for code, shape in quarters.of_2015.items()
    ]


def features_2024(quarters: Quarters) -> list[dict[str, Any]]:
    """Write the 2024 quarters with that vintage's attributes."""
    labels = dict(CODES_2024.values())
    return [
        _feature(
            {
                "code_qp": code,
                "lib_qp": labels[code],
                "insee_reg": "32",
                "lib_reg": "Hauts-de-France",
                "insee_dep": "59",
                "lib_dep": "Nord",
                "insee_com": names.INSEE,
                "lib_com": names.COMMUNE,
                "siren_epci": "200099999",
            },
            shape,
            multi=True,
        )
        for code, shape in quarters.of_2024.items()
    ]


def outline_features(town: Town) -> list[dict[str, Any]]:
    """Write the commune's outline."""
    return [_feature({"code": names.INSEE, "nom": names.COMMUNE}, town.outline, multi=False)]


def _feature(properties: dict[str, str], shape: Polygon, *, multi: bool) -> dict[str, Any]:
    ring = [list(degrees(x, y)) for x, y in shapely.get_coordinates(shape.exterior)]
    coordinates = [[ring]] if multi else [ring]
    kind = "MultiPolygon" if multi else "Polygon"
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


INSEE_HEADER: Final = ("CODGEO", "NB_LS")
INSEE_ROWS: Final = (("QN05991I", 1490), ("QN05992M", 1360), ("QN05993N", ""))
"""Social dwellings of all bailleurs, invented; a blank is secret, never nil."""
