"""What a GIS reads of a dossier: layers, and their looks: QGIS opens each as it stands on the A4 map.

QGIS reads looks from the table `layer_styles`, one row a layer, whose `styleQML` is its own format. Sizes are
those of the map of a quarter at 1:9000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import pandas as pd
import shapely

from tfpb.model.codes import QpvStatut
from tfpb.model.projection import LAMBERT_93, LONLAT, crs
from tfpb.report import theme
from tfpb.report.print_map.window import OLD_LINE, own_line
from tfpb.words.documents.pack_words import DRAFT_NOTE
from tfpb.words.documents.report_words import DRAFT
from tfpb.words.places.map_words import LEGEND_CUT, LEGEND_STATUS
from tfpb.words.places.side_words import SIDE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.assembly import Dossier

    Symbol = tuple[str, str, tuple[tuple[str, dict[str, str]], ...]]
    """Label, filter, and layers as (class, properties)."""

_STYLES: Final = "layer_styles"
_LIMITS: Final = ("code_qpv", "nom_qpv", "communes", "geometry")
_DOUBTS: Final = (
    "id_residence", "adresse", "nb_logements", "qpv_proche_code", "qpv_distance_m", "qpv_motif",
    "geometry",
)  # fmt: skip
_AROUND_M: Final = 2000.0
_CUT: Final = '"logements_dans" &gt; 0 AND "logements_hors" &gt; 0'
_DOUBT: Final = '"logements_a_verifier" &gt; 0'
_MM: Final = 'min(max(sqrt("nb_logements") * 0.38, 1.7), 5.8)'
"""Diameter of a résidence, as `symbol_mm`."""
_PT: Final = 25.4 / 72


def layers(dossier: Dossier) -> dict[str, pd.DataFrame]:
    """Return what a GIS reads: short stable names, EPSG:2154.

    Parameters
    ----------
    dossier : Dossier

    Returns
    -------
    dict of str to DataFrame
        `residences` (points; those without a position are left out), `doutes` (the entrances to check),
        `qpv` (those that hold some), `limites_<year>` of each map (all around them), the looks of these,
        and of a draft a table of that name.
    """
    located = dossier.located
    homes, doors = located.residences, located.entrances
    limits = {v: m.frame[list(_LIMITS)].to_crs(crs(LAMBERT_93)) for v, m in dossier.maps.items()}
    ruling = limits[located.vintage]
    out: dict[str, pd.DataFrame] = {
        "residences": _points(homes),
        "doutes": _points(doors[doors["qpv_statut"] == QpvStatut.A_VERIFIER])[list(_DOUBTS)],
        "qpv": ruling[ruling["code_qpv"].isin(set(homes["code_qpv"]))],
    }
    around = shapely.buffer(shapely.box(*out["residences"].total_bounds), _AROUND_M)
    for vintage, frame in sorted(limits.items()):  # around no place, none
        out[f"limites_{vintage}"] = frame[shapely.intersects(frame.geometry.to_numpy(), around)]
    out[_STYLES] = _styles(out)
    return out | {DRAFT: pd.DataFrame({"a_lire": [DRAFT_NOTE]})} if dossier.draft else out


def _points(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    placed = rows[rows["longitude"].notna()]
    lonlat = gpd.points_from_xy(placed["longitude"], placed["latitude"], crs=crs(LONLAT))
    return gpd.GeoDataFrame(placed.copy(), geometry=lonlat).to_crs(crs(LAMBERT_93))


def _styles(named: Iterable[str]) -> pd.DataFrame:
    """Return the rows of `layer_styles` for layers by their name."""
    known = [(name, qml) for name in named if (qml := _qml(name))]
    return pd.DataFrame(
        [
            {
                "f_table_catalog": "", "f_table_schema": "", "f_table_name": name,
                "f_geometry_column": "geom", "styleName": name, "styleQML": qml, "styleSLD": "",
                "useAsDefault": True, "description": "", "owner": "", "ui": None,
                "update_time": pd.Timestamp(2000, 1, 1),
            }
            for name, qml in known
        ]
    )  # fmt: skip


def _qml(layer: str) -> str:
    if layer == "residences":
        return _rules("marker", _homes(), sized=True)
    if layer == "doutes":
        return _rules("marker", [(SIDE_WORDS["a_verifier"], "", (_mark("diamond", 3.0),))])
    line = {"outline_color": _rgb(theme.QPV), "outline_width": _thick(own_line(9000, single=True))}
    if layer == "qpv":
        look = {"color": _rgb(theme.QPV, theme.QPV_FILL_ALPHA), "style": "solid", **line}
        return _rules("fill", [(layer, "", (("SimpleFill", look),))], label="nom_qpv")
    if layer.startswith("limites_"):
        look = {"style": "no", "outline_color": _rgb(str(OLD_LINE["color"])), "outline_style": "dash",
                "outline_width": _thick(float(OLD_LINE["linewidth"]))}  # fmt: skip
        return _rules("fill", [(layer, "", (("SimpleFill", look),))])
    return ""


def _homes() -> list[Symbol]:
    named = {side: LEGEND_STATUS.format(side=word) for side, word in SIDE_WORDS.items()}
    whole = f"NOT ({_DOUBT}) AND NOT ({_CUT})"
    return [
        (named["hors"], f'{whole} AND "logements_dans" = 0', (_mark("hors"),)),
        (named["dans"], f'{whole} AND "logements_dans" &gt; 0', (_mark("dans"),)),
        (LEGEND_CUT, f"NOT ({_DOUBT}) AND {_CUT}", (_mark("hors"), _mark("half"))),
        (named["a_verifier"], _DOUBT, (_mark("diamond"),)),
    ]


def _mark(kind: str, size: float = 2.9) -> tuple[str, dict[str, str]]:
    """Return a symbol of the A4 map: disc, hollow disc, half disc, diamond with a dark edge."""
    fill, edge, width, shape, angle = {
        "dans": (theme.DANS, theme.PAPER, 0.5, "circle", 0),
        "hors": (theme.PAPER, theme.HORS, 1.1, "circle", 0),
        "half": (theme.DANS, theme.DANS, 0.2, "semi_circle", 270),
        "diamond": (theme.A_VERIFIER, theme.INK, 0.9, "diamond", 0),
    }[kind]
    return "SimpleMarker", {
        "name": shape, "angle": str(angle), "color": _rgb(fill), "outline_color": _rgb(edge),
        "outline_width": _thick(width), "size": str(size),
    }  # fmt: skip


def _rgb(colour: str, alpha: float = 1.0) -> str:
    parts = [str(int(colour[k : k + 2], 16)) for k in (1, 3, 5)]
    return ",".join([*parts, str(round(alpha * 255))])


def _thick(width: float) -> str:
    return f"{width * _PT:.2f}"


def _rules(kind: str, symbols: list[Symbol], *, sized: bool = False, label: str = "") -> str:
    """Write a style: one rule a symbol, the names of areas where a column is given."""
    rules = "".join(
        f'<rule key="{{{k}}}" symbol="{k}" label={quoteattr(name)}'
        + (f" filter='{test}'" if test else "")
        + "/>"
        for k, (name, test, _) in enumerate(symbols)
    )
    drawn = "".join(
        f'<symbol name="{k}" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">'
        + "".join(_layer(cls, look, sized=sized) for cls, look in parts)
        + "</symbol>"
        for k, (_, _, parts) in enumerate(symbols)
    )
    named = _labels(label) if label else ""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="{int(bool(label))}">'
        f'<renderer-v2 type="RuleRenderer" symbollevels="0"><rules key="{{rules}}">{rules}</rules>'
        f"<symbols>{drawn}</symbols></renderer-v2>{named}</qgis>"
    )


def _layer(cls: str, look: Mapping[str, str], *, sized: bool) -> str:
    options = "".join(
        f'<Option name="{key}" value="{value}" type="QString"/>' for key, value in look.items()
    )
    scaled = (
        '<data_defined_properties><Option type="Map"><Option name="properties" type="Map">'
        '<Option name="size" type="Map"><Option name="active" value="true" type="bool"/>'
        f'<Option name="expression" value=\'{_MM}\' type="QString"/>'
        '<Option name="type" value="3" type="int"/></Option></Option>'
        '<Option name="type" value="collection" type="QString"/></Option></data_defined_properties>'
    )
    return (
        f'<layer class="{cls}" enabled="1" locked="0" pass="0"><Option type="Map">{options}</Option>'
        f"{scaled if sized else ''}</layer>"
    )


def _labels(column: str) -> str:
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName="{column}" isExpression="0" fontSize="9" fontWeight="75" '
        f'textColor="{_rgb(theme.QPV)}" namedStyle="Bold"><text-buffer bufferDraw="1" bufferSize="0.8" '
        f'bufferColor="{_rgb(theme.PAPER)}"/></text-style><placement placement="1"/></settings></labeling>'
    )
