"""What a GIS reads of a dossier: layers, and their looks: QGIS opens each as it stands on the A4 map.

QGIS reads looks from the table `layer_styles`, one row a layer, whose `styleQML` is its own format. Sizes are
those of the map of a quarter at 1:9000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from tfpb.facts.place import doubtful, located, quarters_held
from tfpb.facts.quarter import among
from tfpb.model.projection import LAMBERT_93, LONLAT, crs
from tfpb.perimeters.map_marks import drawn
from tfpb.report import theme
from tfpb.report.print_map.window import OLD_LINE, own_line
from tfpb.report.web_map.map_html import page_template
from tfpb.words.documents.pack_words import DRAFT_NOTE
from tfpb.words.documents.report_words import DRAFT
from tfpb.words.places.map_words import LEGEND_CUT, LEGEND_STATUS
from tfpb.words.places.side_words import SIDE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.facts.whole_dossier import Dossier

_STYLES: Final = "layer_styles"
_LIMITS: Final = ("code_qpv", "nom_qpv", "communes", "geometry")
_MARK: Final = ("statut", "dessines")
"""What `drawn` adds that looks are chosen by."""
_DOUBTS: Final = (
    "id_residence", "id_batiment", "adresse", "nb_logements", "qpv_proche_code", "qpv_distance_m",
    "qpv_motif", "geometry",
)  # fmt: skip
_COORDINATES: Final = ("x", "y", "longitude", "latitude")
_AROUND_M: Final = 2000.0
_CUT: Final = '"logements_dans" > 0 AND "logements_hors" > 0'
_DOUBT: Final = "\"statut\" = 'a_verifier'"
_NAMED_UNTIL: Final = 6000
"""Scale, one to so much, from which résidences are named."""
_MM: Final = 'min(max(sqrt("dessines") * 0.38, 1.7), 5.8)'
"""Diameter of a résidence, as `symbol_mm`."""
_PT: Final = 25.4 / 72


def layers(dossier: Dossier) -> dict[str, pd.DataFrame]:
    """Return what a GIS reads: short stable names, EPSG:2154.

    `residences` (as on the maps, `statut` and `dessines` included), `doutes` (the entrances to check); a
    row that no entrance locates has no geometry, `qpv` (those of the stock), `limites_<year>` of each map
    (all around them), the looks of these, and of a draft a table of that name.
    """
    stock = dossier.located
    homes, doors = stock.residences, stock.entrances
    unsure = doors[doubtful(doors)]
    nowhere = {c: unsure[c].where(located(unsure)) for c in ("longitude", "latitude")}
    limits = {v: m.frame[list(_LIMITS)].to_crs(crs(LAMBERT_93)) for v, m in dossier.maps.items()}
    ruling = limits[stock.vintage]
    out: dict[str, pd.DataFrame] = {
        "residences": _points(drawn(homes, stock.held, doors)[[*homes.columns, *_MARK]]),
        "doutes": _points(unsure.assign(**nowhere))[list(_DOUBTS)],
        "qpv": among(ruling, {here.code_qpv for here in quarters_held(stock.held)}),
    }
    zone = shapely.buffer(shapely.box(*out["residences"].total_bounds), _AROUND_M)
    for vintage, frame in sorted(limits.items()):  # around no place, none
        out[f"limites_{vintage}"] = frame[shapely.intersects(frame.geometry.to_numpy(), zone)]
    out[_STYLES] = _styles(out)
    return out | {DRAFT: pd.DataFrame({"a_lire": [DRAFT_NOTE]})} if dossier.draft else out


def _points(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return rows as points, which alone say where they lie: a point moved in a GIS has no other place."""
    lonlat = gpd.GeoSeries(
        gpd.points_from_xy(rows["longitude"], rows["latitude"]), rows.index, crs=crs(LONLAT)
    ).where(rows["longitude"].notna(), None)
    bare = rows.drop(columns=[c for c in _COORDINATES if c in rows])
    return gpd.GeoDataFrame(bare, geometry=lonlat).to_crs(crs(LAMBERT_93))


def _styles(named: Iterable[str]) -> pd.DataFrame:
    """Return the rows of `layer_styles` for layers by their name."""
    template = page_template("layer.qml.jinja")
    known = {name: look for name in named if (look := _look(name))}
    return pd.DataFrame(
        [
            {
                "f_table_catalog": "", "f_table_schema": "", "f_table_name": name,
                "f_geometry_column": "geom", "styleName": name,
                "styleQML": template.render(ink=_rgb(theme.QPV), **look), "styleSLD": "",
                "useAsDefault": True, "description": "", "owner": "", "ui": None,
                "update_time": pd.Timestamp(2000, 1, 1),
            }
            for name, look in known.items()
        ]
    )  # fmt: skip


def _look(layer: str) -> dict[str, Any]:
    """Return what the template draws of a layer; nothing of one without a look."""
    own = {"outline_color": _rgb(theme.QPV), "outline_width": _thick(own_line(9000, single=True))}
    fill = {"color": _rgb(theme.QPV, theme.QPV_FILL_ALPHA), "style": "solid", **own}
    old = {
        "style": "no", "outline_style": "dash", "outline_color": _rgb(str(OLD_LINE["color"])),
        "outline_width": _thick(float(OLD_LINE["linewidth"])),
    }  # fmt: skip
    known: dict[str, dict[str, Any]] = {
        "residences": {
            "kind": "marker",
            "symbols": _homes(),
            "size": _MM,
            "named": "nom",
            "until": _NAMED_UNTIL,
        },
        "doutes": {"kind": "marker", "symbols": [_symbol(SIDE_WORDS["a_verifier"], "", "diamond")]},
        "qpv": {
            "kind": "fill",
            "symbols": [{"label": layer, "test": "", "looks": [fill]}],
            "named": "nom_qpv",
        },
        "limites": {"kind": "fill", "symbols": [{"label": layer, "test": "", "looks": [old]}]},
    }
    look = known.get(layer.partition("_")[0], {})
    return {"size": "", "named": "", "until": 0, **look} if look else {}


def _homes() -> list[dict[str, Any]]:
    named = {side: LEGEND_STATUS.format(side=word) for side, word in SIDE_WORDS.items()}
    whole = f"NOT ({_DOUBT}) AND NOT ({_CUT})"
    return [
        _symbol(named["hors"], f'{whole} AND "logements_dans" = 0', "hors"),
        _symbol(named["dans"], f'{whole} AND "logements_dans" > 0', "dans"),
        _symbol(LEGEND_CUT, f"NOT ({_DOUBT}) AND {_CUT}", "hors", "half"),
        _symbol(named["a_verifier"], _DOUBT, "diamond"),
    ]


def _symbol(label: str, test: str, *kinds: str) -> dict[str, Any]:
    """Return a symbol of the A4 map: disc, hollow disc, half disc, diamond with a dark edge."""
    looks = {
        "dans": (theme.DANS, theme.PAPER, 0.5, "circle", 0),
        "hors": (theme.PAPER, theme.HORS, 1.1, "circle", 0),
        "half": (theme.DANS, theme.DANS, 0.2, "semi_circle", 270),
        "diamond": (theme.A_VERIFIER, theme.INK, 0.9, "diamond", 0),
    }
    drawn = [
        {"name": shape, "angle": angle, "color": _rgb(fill), "outline_color": _rgb(edge),
         "outline_width": _thick(width), "size": 2.9}
        for fill, edge, width, shape, angle in (looks[kind] for kind in kinds)
    ]  # fmt: skip
    return {"label": label, "test": test, "looks": drawn}


def _rgb(colour: str, alpha: float = 1.0) -> str:
    parts = [str(int(colour[k : k + 2], 16)) for k in (1, 3, 5)]
    return ",".join([*parts, str(round(alpha * 255))])


def _thick(width: float) -> str:
    return f"{width * _PT:.2f}"
