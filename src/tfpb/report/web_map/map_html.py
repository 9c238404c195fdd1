"""The web map `carte.html`: a `folium.Map` in a page that asks for no file and runs no name.

`web_map` returns the map before it is written: whoever knows folium adds layers to it. Of folium's own
page only Leaflet is kept, read from the package. The data of the dossier, its panel and its scripts are
one element of the map, `DossierLayer`: every text of a file travels in one JSON block and is shown
through `textContent`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import folium
from jinja2 import Environment, StrictUndefined

from tfpb.report import theme
from tfpb.report.web_map.map_payload import payload, to_json
from tfpb.text import french_spaces
from tfpb.words.places import map_words as words
from tfpb.words.places.side_words import NOT_AN_ATTESTATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.model.location import MapModel

FOLDER: Final = theme.ASSETS / "carte"
LEAFLET: Final = theme.ASSETS / "leaflet"
TEMPLATES: Final = theme.ASSETS.parent / "templates"
SCRIPTS: Final = (
    "data.js", "ground.js", "layers.js", "panel.js", "todo.js", "search.js", "table.js", "print.js",
    "start.js",
)  # fmt: skip
"""Parts of the layer's script, in order, wrapped in one function."""
TILES_HOST: Final = "https://data.geopf.fr"
TILES: Final = (
    f"{TILES_HOST}/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png"
    "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)
"""Plan IGN v2 of the Géoplateforme (open licence 2.0), drawn only if the model says `online`."""
_FRANCE: Final = ((41.3, -5.2), (51.1, 9.6))
_NOT_HERE: Final = (folium.Popup, folium.Marker, folium.Icon)
"""Written with jQuery, or drawn with pictures and fonts from elsewhere."""
_CODE: Final = str.maketrans({c: f"&#{ord(c)};" for c in "\\`${}"})


def render(model: MapModel) -> bytes:
    """Return the page of the web map as UTF-8 HTML; same (protected, French) model, same bytes."""
    return str(web_map(model).get_root().render()).encode("utf-8", "replace")


def web_map(model: MapModel) -> folium.Map:
    """Return the web map, in EPSG:4326, before it is written, for layers to be added to it.

    `save` and `get_root().render()` write the page.

    Notes
    -----
    - Layers that Leaflet draws alone work (`GeoJson`, `CircleMarker`, `PolyLine`, `FeatureGroup`,
      `LayerControl`, `GeoJsonPopup`, tooltips); one that loads a file or needs jQuery (plugins,
      `Popup`, `Marker`, `Icon`) is refused when the page is written.
    - Data and properties given to `GeoJson` stay data. Any other text given to folium (tooltip, name
      of a layer) becomes code: pass it through `inert` when it comes from a file.

    Examples
    --------
    >>> carte = web_map(model)  # doctest: +SKIP
    >>> folium.GeoJson(schools, tooltip=folium.GeoJsonTooltip(["nom"])).add_to(carte)  # doctest: +SKIP
    >>> carte.save("carte.html")  # doctest: +SKIP
    """
    south_west, north_east = _extent(model)
    folium_map = folium.Map(
        location=[(a + b) / 2 for a, b in zip(south_west, north_east, strict=True)],
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
    folium_map._id = "tfpb"  # noqa: SLF001  # random in folium; the style and the scripts name the map
    folium_map.default_js, folium_map.default_css = [], []
    if model.online:
        tiles = folium.TileLayer(TILES, attr=words.TILES_CREDIT, max_zoom=19, overlay=True)
        tiles._id = "plan"  # noqa: SLF001
        tiles.add_to(folium_map)
    DossierLayer(model).add_to(folium_map)
    Page(model).add_child(folium_map)
    return folium_map


def inert(text: str) -> str:
    """Return a text that folium may paste anywhere: no markup, no JavaScript, no template in it."""
    return html.escape(text).translate(_CODE)


class DossierLayer(folium.MacroElement):  # type: ignore[misc]  # folium has no types
    """Everything the dossier shows on a `folium.Map`: data, panel, legend, search, table."""

    def __init__(self, model: MapModel) -> None:
        super().__init__()
        self._name, self._id = "DossierLayer", "tfpb"
        self.model = model

    def render(self, **_kwargs: Any) -> None:
        """Add markup and script to the page.

        As texts, not as branca's elements, which are compiled as templates: a name that holds « {{ »
        would be run.
        """
        page, model, name = self.get_root(), self.model, self._parent.get_name()
        markup = page_template("map_layer.html.jinja").render(
            meta=model,
            verdict=french_spaces(model.verdict),
            day=model.date,
            mark=words.marks(draft=model.draft, fictional=model.fictional),
            mots=words.PAGE,
            warning=NOT_AN_ATTESTATION,
            map=name,
            data=to_json(payload(model)),
        )
        tiles = "window.tfpbTiles = tile_layer_plan;\n" if model.online else ""
        page.html.add_child(_Verbatim(markup), name=self.get_name())
        script = _Verbatim(f"window.tfpbMap = {name};\n{tiles}{_script()}")
        page.script.add_child(script, name=self.get_name())


class _Verbatim(folium.Element):  # type: ignore[misc]  # folium has no types
    """A text of the page that is not compiled."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._template_str = text


class Page(folium.Figure):  # type: ignore[misc]  # folium has no types
    """A page of one map that needs no file beside it.

    Its policy allows the scripts and styles it holds, by their hash, and nothing else. Names that
    folium draws at random are numbered, so that the same map gives the same bytes.
    """

    def __init__(self, model: MapModel) -> None:
        title = words.DRAFT_TITLE.format(title=model.title) if model.draft else model.title
        mark = words.PAGE["fictional"].lower()
        if model.fictional and mark not in title.lower():
            title = f"{title} ({mark})"
        super().__init__(title=title)
        self.online = model.online

    def render(self, **kwargs: Any) -> str:
        """Return the page; ValueError when a layer needs a file from elsewhere, or jQuery."""
        for child in self._children.values():
            child.render(**kwargs)
        (drawn,) = self._children.values()
        styles = [_leaflet_style(), _style(), *self._added_styles(drawn)]
        scripts = [_read(LEAFLET / "leaflet.js"), self._numbered(_texts(self.script))]
        page: str = page_template("map.html.jinja").render(
            language="fr",
            title=self.title,
            policy=_policy(scripts, styles, online=self.online),
            styles=styles,
            body=_texts(self.html, but=drawn.get_name()),
            scripts=scripts,
        )
        return page

    def _added_styles(self, drawn: folium.Element) -> list[str]:
        """Return the styles of the layers added; what else folium puts in the head is refused."""
        for element in _descendants(drawn):
            if type(element) in _NOT_HERE:
                raise ValueError(f"folium.{type(element).__name__} needs files the page has not")
        added = []
        for name, element in self.header._children.items():  # noqa: SLF001  # no public way
            if hasattr(element, "url"):
                raise ValueError(f"a layer of the map needs {element.url}: the page loads nothing")
            if name not in {"meta_http", drawn.get_name()}:
                added += re.findall(r"<style>(.*?)</style>", element._template_str or "", re.DOTALL)  # noqa: SLF001
        return added

    def _numbered(self, script: str) -> str:
        known = {element._id for element in _descendants(self)}  # noqa: SLF001  # no public way
        numbers: dict[str, str] = {}
        script = re.sub(
            "[0-9a-f]{32}",
            lambda m: numbers.setdefault(m[0], str(len(numbers))) if m[0] in known else m[0],
            script,
        )
        # inside a script these two may only stand in a text, where the added stroke changes nothing
        return script.replace("</", "<\\/").replace("<!--", "<\\!--")


def _descendants(element: folium.Element) -> Iterator[folium.Element]:
    for child in element._children.values():  # noqa: SLF001  # no public way
        yield child
        yield from _descendants(child)


def _texts(part: folium.Element, but: str = "") -> str:
    """Return what elements wrote, without running it as a template once more."""
    kept = (e for name, e in part._children.items() if name != but)  # noqa: SLF001  # no public way
    return "\n".join(e._template_str or "" for e in kept)  # noqa: SLF001


@lru_cache(maxsize=32)
def _read(path: Any) -> str:
    text: str = path.read_text(encoding="utf-8")
    # the source map would be asked for by a browser's tools
    return re.sub(r"\n?//# sourceMappingURL=.*", "", text)


@lru_cache(maxsize=4)
def page_template(name: str) -> Any:
    """Return a template of the package; a name that it is not given is an error."""
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(
        _read(TEMPLATES / name)
    )


@lru_cache(maxsize=1)
def _script() -> str:
    body = "\n".join(_read(FOLDER / name) for name in SCRIPTS)
    return f'(function () {{\n"use strict";\n{body}\n}})();\n'


@lru_cache(maxsize=1)
def _style() -> str:
    faces = "".join(
        f'@font-face{{font-family:"{theme.FONT_FAMILY}";font-weight:{weight};'
        f"src:url(data:font/ttf;base64,{_font(style)}) format('truetype');}}\n"
        for style, weight in (("Regular", 400), ("Bold", 700))
    )
    return faces + _read(FOLDER / "page.css")


def _font(style: str) -> str:
    return base64.b64encode(theme.FONT_FILES[style].read_bytes()).decode("ascii")


@lru_cache(maxsize=1)
def _leaflet_style() -> str:
    """Return Leaflet's style without the rules that fetch images the page does not use."""
    rules = re.sub(r"[^{}]*\{[^{}]*url\(images/[^{}]*\}", "", _read(LEAFLET / "leaflet.css"))
    rules = re.sub(r"behavior:[^;}]*;?", "", rules)  # for browsers of 2009
    return rules.replace('"Helvetica Neue", Arial, Helvetica, sans-serif', "inherit")


def _policy(scripts: list[str], styles: list[str], *, online: bool) -> str:
    """Return the content security policy: these scripts and styles by their hash, nothing else."""

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
