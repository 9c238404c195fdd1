"""The web map `carte.html`: one page, no request, nothing in it that a name could run.

folium makes the skeleton (the Leaflet map object and, on demand, a tile layer): numbers and options
only. Its page, popups, tooltips, layer switch and legend are not used, because they paste texts into
markup and load two dozen files from elsewhere: the page is a template of ours, every text of a file
travels in one JSON block and is shown through `textContent`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import folium
from jinja2 import Environment, StrictUndefined

from tfpb.report import theme
from tfpb.report.web_map.map_payload import payload, to_json
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from tfpb.model.maps import MapModel

FOLDER: Final = theme.ASSETS / "carte"
LEAFLET: Final = theme.ASSETS / "leaflet"
TEMPLATES: Final = theme.ASSETS.parent / "templates"
SCRIPTS: Final = (
    "data.js", "ground.js", "layers.js", "panel.js", "search.js", "table.js", "print.js", "start.js",
)  # fmt: skip
"""Parts of the page's script, in order, wrapped in one function."""
TILES_HOST: Final = "https://data.geopf.fr"
TILES: Final = (
    f"{TILES_HOST}/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png"
    "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)
"""Plan IGN v2 of the Géoplateforme (open licence 2.0), drawn only if the model says `online`."""
_FRANCE: Final = ((41.3, -5.2), (51.1, 9.6))


def render(model: MapModel) -> bytes:
    """Make the web map.

    Parameters
    ----------
    model : MapModel
        Protected and in French.

    Returns
    -------
    bytes
        UTF-8 HTML; same model and versions, same bytes.
    """
    data, online = to_json(payload(model)), model.online
    scripts = [_read(LEAFLET / "leaflet.js"), _skeleton(model, online=online), _script()]
    styles = [_leaflet_style(), _style()]
    for script in scripts:
        if "</script" in script.lower():
            raise ValueError("a script of the page closes itself")
    page = _template().render(
        language="fr",
        meta=model,
        day=words.day(model.date),
        mots=words.PAGE,
        policy=_policy(scripts, styles, online=online),
        scripts=scripts,
        styles=styles,
        data=data,
        online=online,
    )
    return str(page).encode("utf-8", "replace")


@lru_cache(maxsize=32)
def _read(path: Any) -> str:
    text: str = path.read_text(encoding="utf-8")
    # the source map would be asked for by a browser's tools
    return re.sub(r"\n?//# sourceMappingURL=.*", "", text)


@lru_cache(maxsize=1)
def _template() -> Any:
    source = _read(TEMPLATES / "map.html.jinja")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(source)


def _script() -> str:
    body = "\n".join(_read(FOLDER / name) for name in SCRIPTS)
    return f'(function () {{\n"use strict";\n{body}\n}})();\n'


def _style() -> str:
    faces = "".join(
        f'@font-face{{font-family:"{theme.FONT_FAMILY}";font-weight:{weight};'
        f"src:url(data:font/ttf;base64,{_font(style)}) format('truetype');}}\n"
        for style, weight in (("Regular", 400), ("Bold", 700))
    )
    return faces + _read(FOLDER / "page.css")


@lru_cache(maxsize=4)
def _font(style: str) -> str:
    return base64.b64encode(theme.FONT_FILES[style].read_bytes()).decode("ascii")


def _leaflet_style() -> str:
    """Return Leaflet's style without the rules that fetch images the page does not use."""
    rules = re.sub(r"[^{}]*\{[^{}]*url\(images/[^{}]*\}", "", _read(LEAFLET / "leaflet.css"))
    rules = re.sub(r"behavior:[^;}]*;?", "", rules)  # for browsers of 2009
    return rules.replace('"Helvetica Neue", Arial, Helvetica, sans-serif', "inherit")


def _policy(scripts: list[str], styles: list[str], *, online: bool) -> str:
    """Content security policy: these scripts and styles by their hash, and nothing else."""

    def hashes(texts: list[str]) -> str:
        digests = (hashlib.sha256(t.encode("utf-8")).digest() for t in texts)
        return " ".join(f"'sha256-{base64.b64encode(d).decode('ascii')}'" for d in digests)

    images = f"img-src data: {TILES_HOST}" if online else "img-src data:"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes(scripts)}",
            f"style-src {hashes(styles)}",
            images,
            "font-src data:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _skeleton(model: MapModel, *, online: bool) -> str:
    """Let folium write the map object, with seeded names."""
    south_west, north_east = _extent(model)
    centre = [(a + b) / 2 for a, b in zip(south_west, north_east, strict=True)]
    page = folium.Map(
        location=centre,
        zoom_start=13,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.5,
        zoom_delta=1,
        wheel_px_per_zoom_level=90,
        min_zoom=5,
        max_zoom=19,
        fade_animation=False,
    )
    page._id = "tfpb"  # noqa: SLF001
    if online:
        tiles = folium.TileLayer(TILES, attr="IGN – Géoplateforme", max_zoom=19, overlay=True)
        tiles._id = "plan"  # noqa: SLF001
        tiles.add_to(page)
    root = page.get_root()
    root.render()
    script: str = root.script.render()
    # the two names the rest of the script knows the map and its tiles by
    names = "window.tfpbMap = map_tfpb;\n" + (
        "window.tfpbTiles = tile_layer_plan;\n" if online else ""
    )
    return script + names


def _extent(model: MapModel) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return south-west and north-east of the stock, or of the quarters, or of France."""
    known = model.residences.dropna(subset=["longitude", "latitude"])
    if len(known):
        lat, lon = known["latitude"], known["longitude"]
        return (lat.min(), lon.min()), (lat.max(), lon.max())
    if len(model.qpv):
        west, south, east, north = model.qpv.to_crs(4326).total_bounds
        return (south, west), (north, east)
    return _FRANCE
