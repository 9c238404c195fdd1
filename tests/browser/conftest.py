"""A browser for the web map: Debian's chromium, driven by playwright."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import folium
import geopandas as gpd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "maps"))

import map_models  # beside the unit tests of the maps

from tfpb.report.web_map import map_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start chromium, or skip by name; a continuous integration may not skip."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing (package of .ci/apt.txt)")
        pytest.skip("chromium absent : paquet Debian « chromium » non installé")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the map of three towns, with hostile names, as a file opened by double click."""
    file = tmp_path_factory.mktemp("carte") / "carte.html"
    file.write_bytes(map_html.render(map_models.synthetic()))
    return file


@pytest.fixture(scope="session")
def layered_map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the map with layers added as folium's documentation does, hostile names in them."""
    model = map_models.synthetic()
    homes = model.residences.head(4)
    spots = gpd.points_from_xy(homes["longitude"], homes["latitude"])
    names = [map_html.inert(name) for name in map_models.HOSTILE[:4]]
    schools = gpd.GeoDataFrame({"nom": names}, geometry=spots, crs=4326)

    carte = map_html.web_map(model)
    tooltip = folium.GeoJsonTooltip(["nom"])
    folium.GeoJson(schools, marker=folium.CircleMarker(radius=9), tooltip=tooltip).add_to(carte)
    folium.LayerControl().add_to(carte)
    file = tmp_path_factory.mktemp("couches") / "carte.html"
    carte.save(file)
    return file


@pytest.fixture(scope="session")
def large_map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the map of 5 000 résidences and 204 quarters."""
    file = tmp_path_factory.mktemp("grande") / "carte.html"
    file.write_bytes(map_html.render(map_models.synthetic(quarters=204, residences=5000)))
    return file


@pytest.fixture(scope="session")
def piled_map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the map with three résidences at one place."""
    model = map_models.synthetic()
    homes = model.residences.set_index("id_residence", drop=False)
    for axis in ("longitude", "latitude"):
        homes.loc[["R0013", "R0014"], axis] = homes.loc["R0012", axis]
    homes = homes.reset_index(drop=True)
    file = tmp_path_factory.mktemp("tas") / "carte.html"
    file.write_bytes(map_html.render(dataclasses.replace(model, residences=homes)))
    return file
