"""The web page: no request, scripts by their hash, texts that cannot break out."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html import unescape
from typing import TYPE_CHECKING

import folium
import geopandas as gpd
import pytest
import shapely
from folium.plugins import MarkerCluster
from hypothesis import given, settings
from hypothesis import strategies as st
from map_models import HOSTILE, synthetic

from tfpb.report.web_map import map_html, map_payload
from tfpb.report.web_map.map_payload import DEGREES, payload, to_json

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.model.location import MapModel


def test_the_states_of_the_abatement_stand_with_each_quarter(model: MapModel) -> None:
    told = ["12 € acquis, 5 € à réclamer", *[""] * (len(model.qpv) - 1)]
    shown = payload(dataclasses.replace(model, qpv=model.qpv.assign(etats=told)))
    kept = {q["code"]: q.get("eta") for q in shown["qpv"]}
    assert kept.pop(str(model.qpv["code_qpv"].iloc[0])) == told[0]
    assert set(kept.values()) <= {None}
    scripts = "".join((map_html.FOLDER / name).read_text("utf-8") for name in map_html.SCRIPTS)
    assert scripts.count("q.eta") == 3  # the card of a quarter, and its line of the table


@pytest.fixture(scope="module")
def page(model: MapModel) -> str:
    return map_html.render(model).decode("utf-8")


def _data(page: str) -> dict:
    block = re.search(
        r'<script type="application/json" id="donnees">(.*?)</script>', page, re.DOTALL
    )
    assert block
    return json.loads(block[1])


def test_same_model_same_bytes(model: MapModel, page: str) -> None:
    assert map_html.render(model).decode() == page
    shuffled = dataclasses.replace(
        model, residences=model.residences.sample(frac=1, random_state=1)
    )
    assert map_html.render(shuffled).decode() == page


def _with_layers(model: MapModel) -> folium.Map:
    """Add to the map what someone who knows folium would."""
    homes = model.residences.head(4)
    spots = gpd.points_from_xy(homes["longitude"], homes["latitude"])
    names = gpd.GeoDataFrame({"nom": list(HOSTILE[:4])}, geometry=spots, crs=4326)
    added = map_html.web_map(model)
    detail = folium.GeoJsonTooltip(["nom"], style="font-weight: bold")
    folium.GeoJson(names, marker=folium.CircleMarker(radius=9), tooltip=detail).add_to(added)
    folium.CircleMarker([50.5, 2.9], tooltip=map_html.inert(HOSTILE[6])).add_to(added)
    folium.LayerControl().add_to(added)
    return added


def test_a_layer_of_folium_is_added_and_the_page_still_fetches_nothing(
    model: MapModel, page: str, tmp_path: Path
) -> None:
    added = _with_layers(model)
    added.save(tmp_path / "carte.html")
    text = (tmp_path / "carte.html").read_text(encoding="utf-8")
    assert "L.geoJson(" in text
    assert "foliumtooltip" in text
    assert _data(text) == _data(page)
    test_nothing_is_fetched_from_elsewhere(text)
    test_policy_names_each_script_and_style_by_its_hash(text)
    assert text == _with_layers(model).get_root().render()
    assert text.count("<script") == text.count("</script>")


def test_what_folium_writes_is_never_run_as_a_template(model: MapModel) -> None:
    added = map_html.web_map(dataclasses.replace(model, title="{{ 6*7 }} {% x %}"))
    folium.CircleMarker([50.5, 2.9], tooltip="{{ 6*7 }}").add_to(added)
    text = added.get_root().render()
    assert text.count("{{ 6*7 }}") >= 3
    assert "42 {%" not in text
    folium.CircleMarker([50.5, 2.9], tooltip=map_html.inert("{{ 6*7 }} ${a}")).add_to(added)
    assert "&#123;&#123; 6*7 &#125;&#125; &#36;&#123;a&#125;" in added.get_root().render()


def test_a_text_given_to_folium_cannot_close_the_script(model: MapModel) -> None:
    added = map_html.web_map(model)
    folium.CircleMarker([50.5, 2.9], tooltip=HOSTILE[2] + "<!--<script>").add_to(added)
    text = added.get_root().render()
    ours = map_html.render(model).decode()
    assert text.count("</script>") == ours.count("</script>")
    assert "<!--" not in text


@pytest.mark.parametrize(
    "layer",
    [
        MarkerCluster(),
        folium.Marker([50.5, 2.9]),
        folium.CircleMarker([50.5, 2.9], popup="nom"),
    ],
    ids=["plugin", "picture", "jquery"],
)
def test_a_layer_that_needs_files_from_elsewhere_is_refused(
    model: MapModel, layer: folium.MacroElement
) -> None:
    added = map_html.web_map(model)
    layer.add_to(added)
    with pytest.raises(ValueError, match="needs"):
        added.get_root().render()


def test_nothing_is_fetched_from_elsewhere(page: str) -> None:
    outside = re.sub(r"<script>.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", outside)
    assert "sourceMappingURL" not in page
    styles = " ".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert set(re.findall(r"url\((?!data:)", styles)) == set()
    assert "@import" not in styles


def test_policy_names_each_script_and_style_by_its_hash(page: str) -> None:
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])  # type: ignore[index]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        listed = re.search(rf"{directive} ([^;]*)", policy)[1]  # type: ignore[index]
        for text in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in listed
    assert not re.search(
        r"\son\w+\s*=\s*[\"']", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    )
    assert not re.search(
        r"<[a-z][^>]*\sstyle=", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    )


def test_hostile_names_travel_whole_and_inert(model: MapModel, page: str) -> None:
    assert set(HOSTILE) <= set(_data(page)["residences"]["nom"])
    outside = re.sub(r"<script.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL)
    assert "<img" not in outside
    assert "&lt;" not in outside or "onerror" not in outside
    # no text of a file stands in a script that runs
    for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL):
        assert "__xss" not in script
        assert "Brien" not in script


def test_title_and_bailleur_are_escaped_in_the_page(model: MapModel) -> None:
    nasty = dataclasses.replace(model, title=HOSTILE[2], bailleur=HOSTILE[0])
    page = map_html.render(nasty).decode()
    assert "<img src=x" not in page
    assert page.count("<script") == page.count("</script>")
    assert "&lt;/script&gt;" in page


@settings(deadline=None)
@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_json_block_cannot_be_left(value: object) -> None:
    text = to_json(value)
    assert not set(text) & set("<>&\u2028\u2029")
    clean = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    assert json.loads(text) == json.loads(clean)


def test_page_says_language_title_and_lets_one_zoom(page: str) -> None:
    assert '<html lang="fr">' in page
    assert re.search(r"<title>.+</title>", page)
    viewport = re.search(r'name="viewport" content="([^"]*)"', page)[1]  # type: ignore[index]
    assert "maximum-scale" not in viewport
    assert "user-scalable" not in viewport
    assert "Aide à la décision, ne vaut pas attestation." in page
    assert "DONNÉES FICTIVES" in page
    assert "10 février 2026" in page
    assert "{{" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_the_tab_says_once_that_data_are_fictional(model: MapModel) -> None:
    for title, shown in (
        ("Valmont", "Valmont (données fictives)"),
        ("Valmont (Données fictives)", "Valmont (Données fictives)"),
    ):
        made = map_html.render(dataclasses.replace(model, title=title, fictional=True)).decode()
        assert f"<title>{shown}</title>" in made


def test_a_quarter_is_named_where_it_lies(model: MapModel) -> None:
    crook = shapely.Polygon(
        [(3, 50), (3.02, 50), (3.02, 50.001), (3.001, 50.001), (3.001, 50.02), (3, 50.02)]
    )
    frame = model.qpv.to_crs(4326).iloc[:1].copy()
    frame["geometry"] = [crook]
    (one,) = map_payload._quarters(frame)
    x, y = (v / 1e5 for v in one["nomme"])
    assert crook.contains(shapely.Point(x, y))
    assert not crook.contains(shapely.box(*crook.bounds).centroid)


def test_the_badge_stands_apart_from_the_line_it_follows(page: str) -> None:
    assert '10 février 2026 <strong class="fictif">DONNÉES FICTIVES</strong>' in page


def test_tiles_only_on_demand(model: MapModel, page: str) -> None:
    assert map_html.TILES_HOST not in page
    online = map_html.render(dataclasses.replace(model, online=True)).decode()
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', online)[1])  # type: ignore[index]
    assert f"img-src data: {map_html.TILES_HOST}" in policy


@pytest.mark.slow
def test_five_thousand_residences_weigh_less_than_five_megabytes(region: MapModel) -> None:
    assert len(map_html.render(region)) < 5_000_000


def test_ground_is_cut_to_its_budget(model: MapModel, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = payload(model)["fond"]
    monkeypatch.setattr(map_payload, "GROUND_BYTES", 4000)
    cut = payload(model)["fond"]
    assert 0 < len(cut["rues"]) < len(whole["rues"])
    # what stays is the main streets
    assert max(r[1] for r in cut["rues"]) <= min(r[1] for r in whole["rues"][len(cut["rues"]) :])


def test_masked_gaps_carry_no_number(model: MapModel) -> None:
    data = payload(model)
    hidden = [r for r in data["ecarts"]["lignes"] if r[7] == "non_publiable"]
    assert all(r[3:6] == [None, None, None] for r in hidden)


def test_waves_stay_in_the_order_of_time(model: MapModel) -> None:
    names = {"2019": "novembre 2019", "2023": "mars 2023"}
    gaps = model.gaps.assign(vague=model.gaps["vague"].map(names))
    told = payload(dataclasses.replace(model, gaps=gaps))["ecarts"]
    assert told["vagues"] == ["novembre 2019", "mars 2023"]
    assert [row[1] for row in told["lignes"]] == [
        row[1] for row in payload(model)["ecarts"]["lignes"]
    ]


def test_coordinates_come_back_within_a_metre(model: MapModel) -> None:
    data = payload(model)
    row = model.residences.sort_values("id_residence").iloc[5]
    assert data["residences"]["x"][5] / DEGREES == pytest.approx(row.longitude, abs=1e-5)
    ring = data["qpv"][0]["geo"][0][0]
    x, y = sum(ring[::2]) / DEGREES, sum(ring[1::2]) / DEGREES
    first = (ring[0] / DEGREES, ring[1] / DEGREES)
    assert (x, y) == pytest.approx(first, abs=2e-5)  # a ring ends where it began


def test_residence_without_coordinates_stays_in_the_table(model: MapModel) -> None:
    lost = model.residences.copy()
    lost.loc[lost.index[0], ["longitude", "latitude"]] = float("nan")
    data = payload(dataclasses.replace(model, residences=lost))["residences"]
    assert len(data["id"]) == len(model.residences)
    assert None in data["x"]


def test_empty_model_still_renders(model: MapModel) -> None:
    bare = dataclasses.replace(
        model,
        qpv=model.qpv.iloc[:0],
        qpv_old=model.qpv_old.iloc[:0],
        residences=model.residences.iloc[:0],
        gaps=model.gaps.iloc[:0],
        pages=(),
    )
    page = map_html.render(bare).decode()
    assert _data(page)["qpv"] == []


def test_plain_names_give_a_small_page() -> None:
    assert len(map_html.render(synthetic(hostile=False))) < 500_000


def test_gaps_keep_the_digits_that_tell_whole_points() -> None:
    model = synthetic()
    gaps = model.gaps.assign(ecart=model.gaps["ecart"].where(model.gaps["ecart"].isna(), -0.16004))
    rows = payload(dataclasses.replace(model, gaps=gaps))["ecarts"]["lignes"]
    assert {row[3] for row in rows} == {None, -0.16004}  # −16,0 and no « −16 », as on paper
