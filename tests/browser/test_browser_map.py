"""The web map as a person uses it: by mouse, by keyboard, on a phone, on paper."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from map_models import HOSTILE, synthetic
from PIL import Image
from shapely import Point, box, union_all
from shapely.affinity import translate

from effort import by_night, tries
from tfpb.model.location import MapTask
from tfpb.report.web_map import map_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "assets" / "axe-core" / "axe.min.js"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


class Watched:
    """A page, with all it asked for and all it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("console", self._note)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


Opener = Callable[..., Watched]


@pytest.fixture
def visit(browser: Browser, map_file: Path) -> Iterator[Opener]:
    """Open the map; when the test ends, nothing may have left, failed or run from a name."""
    opened: list[Watched] = []

    def go(
        hash_: str = "", size: dict[str, int] | None = None, file: Path | None = None
    ) -> Watched:
        page = browser.new_page(viewport=size or DESK)
        watched = Watched(page)
        page.goto(f"file://{file or map_file}{hash_}")
        page.wait_for_selector("body[data-pret=oui]")
        opened.append(watched)
        return watched

    yield go
    for watched in opened:
        assert [u for u in watched.requests if not u.startswith(("file:", "data:"))] == []
        assert len([u for u in watched.requests if u.startswith("file:")]) == 1
        assert watched.complaints == []
        assert watched.page.evaluate("window.__xss") is None
        watched.page.close()


def _card(page: Page) -> str:
    page.wait_for_selector(".leaflet-popup-content")
    return page.inner_text(".leaflet-popup-content")


def _open(page: Page, tab: str) -> Page:
    page.click(f"#o-{tab}")
    return page


def test_search_is_blind_to_accents_and_opens_the_right_card(visit: Opener) -> None:
    page = visit().page
    page.fill("#q", "ilot n 2")
    first = page.locator("#resultats li").first
    assert "Îlot n° 2" in first.inner_text()
    page.keyboard.press("Enter")
    assert "Quartier de l’Îlot n° 2" in _card(page)
    assert "#qpv=QN05901N" in page.url


def test_search_finds_streets_and_residences(visit: Opener) -> None:
    page = visit().page
    page.fill("#q", "general leclerc")
    kinds = page.locator("#resultats .genre").all_inner_texts()
    assert "voie" in kinds
    assert "résidence" in kinds  # by its address
    page.fill("#q", "zzzz")
    assert page.inner_text("#resultats") == "Aucun résultat"
    page.fill("#q", "ilot")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#q", "aria-activedescendant") == "r-1"
    page.keyboard.press("Escape")
    assert page.locator("#resultats").is_hidden()


def test_the_outline_of_the_other_map_says_what_it_is(visit: Opener) -> None:
    page = visit().page
    data = page.evaluate("JSON.parse(document.getElementById('donnees').textContent).ancien")
    rings = [np.reshape(ring, (-1, 2)) for q in data for polygon in q["geo"] for ring in polygon]
    corners = [(y / 1e5, x / 1e5) for ring in rings for x, y in ring.cumsum(axis=0).tolist()]
    spots = page.evaluate(
        "(all) => all.map((at) => window.tfpbMap.latLngToContainerPoint(at))", corners
    )
    box = page.locator("#map_tfpb").bounding_box()
    assert box
    said = ""
    for spot in spots:
        if not (0 < spot["x"] < box["width"] and 0 < spot["y"] < box["height"]):
            continue
        page.mouse.move(box["x"] + spot["x"], box["y"] + spot["y"])
        said = " ".join(page.locator(".leaflet-tooltip").all_inner_texts())
        if "Limite" in said:
            break
    assert said.startswith("Limite du QPV 2015 : ")
    assert said.removeprefix("Limite du QPV 2015 : ")


def test_a_click_on_a_residence_opens_its_card(visit: Opener) -> None:
    page = visit("#residence=R0012").page
    name = page.inner_text(".leaflet-popup-content h2")
    spot = page.evaluate(
        "(() => { const m = window.tfpbMap; m.closePopup();"
        " return m.latLngToContainerPoint(m.getCenter()); })()"
    )
    # the deep link centred the map on the résidence (or moved it to make room for the card)
    box = page.locator("#map_tfpb").bounding_box()
    assert box
    data = page.evaluate("JSON.parse(document.getElementById('donnees').textContent).residences")
    index = data["id"].index("R0012")
    spot = page.evaluate(
        f"window.tfpbMap.latLngToContainerPoint([{data['y'][index] / 1e5}, {data['x'][index] / 1e5}])"
    )
    page.mouse.click(box["x"] + spot["x"], box["y"] + spot["y"])
    assert _card(page).startswith(name)
    assert name == data["nom"][index]


def test_a_click_on_a_quarter_opens_its_card_and_the_question_rewrites_it(visit: Opener) -> None:
    page = _open(visit("#qpv=QN05901N&couleur=ecart&item=q03").page, "reglages")
    before = _card(page)
    assert "Propreté des parties communes" in before
    assert re.search(r"n = \d+", before)
    assert "entre" in before
    page.select_option("#f-item", label="Tranquillité du quartier")
    assert "Tranquillité du quartier" in _card(page)
    page.select_option("#f-vague", label="2019")
    assert "(2019)" in _card(page)


@pytest.fixture
def money_map(tmp_path: Path) -> Path:
    """Write the map of a dossier with money: one résidence to claim, one at risk, and what is to do."""
    model = synthetic()
    homes = model.residences.assign(acquis=100.0, a_reclamer=0.0, a_risque=0.0, etat_avis="abattu")
    homes.loc[homes["id_residence"] == "R0012", ["acquis", "a_reclamer"]] = [0.0, 38781.0]
    homes.loc[homes["id_residence"] == "R0013", "a_risque"] = 12411.0
    code = str(homes.set_index("id_residence").loc["R0012", "code_qpv"])
    told = ["masqué" if c == code else "69\u202f%" for c in model.qpv["code_qpv"]]
    tasks = (
        MapTask("Signaler aux impôts", "12\u202f411 €", HOSTILE[0], "sans attendre", ("R0013",)),
        MapTask(
            "Programmer des actions", "50\u202f516 €", "Îlot n° 2", "31/03/2026", (), ("QN05901N",)
        ),
    )
    whole = dataclasses.replace(
        model, residences=homes, qpv=model.qpv.assign(locataires=told, prouve="avec pièce : 78 %"),
        tasks=tasks, claim_until="31/12/2026",
    )  # fmt: skip
    file = tmp_path / "carte.html"
    file.write_bytes(map_html.render(whole))
    return file


def test_a_card_of_a_residence_says_five_lines_with_money(visit: Opener, money_map: Path) -> None:
    page = visit("#residence=R0012", DESK, money_map).page
    _card(page)
    names = page.locator(".leaflet-popup-content dt").all_inner_texts()
    lines = dict(
        zip(names, page.locator(".leaflet-popup-content dd").all_inner_texts(), strict=True)
    )
    assert len(lines) == 5
    assert "logements" not in lines["Logements"]
    assert lines["Abattement acquis"].startswith("0")
    assert lines["À réclamer"] == "38\u202f781\u202f€ avant le 31/12/2026"
    assert lines["Locataires du quartier contents de leur résidence"] == "masqué"
    page.evaluate("location.hash = '#residence=R0013'")
    assert "12\u202f411\u202f€" in _card(page)
    assert "À risque" in _card(page)


def test_what_is_to_do_is_first_beside_the_map_and_leads_there(
    visit: Opener, money_map: Path
) -> None:
    page = visit("", DESK, money_map).page
    panel, box = (page.locator(i).bounding_box() for i in ("#panneau", "#map_tfpb"))
    assert panel
    assert box
    assert panel["x"] + panel["width"] <= box["x"]
    assert page.get_attribute("#o-a-faire", "aria-selected") == "true"
    assert page.inner_text("#o-a-faire") == "À faire (2)"
    assert HOSTILE[0] in page.inner_text("#liste")
    page.click("#liste li:nth-child(2) button")
    inside = "tfpbMap.getBounds().contains(tfpbMap.getCenter()) && tfpbMap.getZoom()"
    assert page.evaluate(inside) > 13
    page.click("#liste li:nth-child(1) button")
    assert "12\u202f411" in _card(page)


def test_hostile_names_show_as_written_everywhere(visit: Opener) -> None:
    page = visit("#residence=R0000").page
    for index, name in enumerate(HOSTILE):
        page.evaluate(f"location.hash = '#residence=R{index:04d}'")
        title = page.locator(".leaflet-popup-content h2", has_text=name)
        title.wait_for()
        assert title.text_content() == name
        assert page.locator("#map_tfpb img").count() == 0
        assert page.locator("bdi script, bdi img, bdi b").count() == 0
    page.click("#b-tableau")
    names = page.locator("#t-residences tbody th").all_text_contents()
    for index, name in enumerate(HOSTILE):
        assert name in names
        page.fill("#q", f"R{index:04d}")
        assert name in page.locator("#resultats strong").all_text_contents()
        assert page.locator("#map_tfpb img, #tableau img, #resultats img").count() == 0
        assert page.locator("bdi script, bdi img, bdi b").count() == 0


def test_hostile_bailleur_in_filters(visit: Opener) -> None:
    page = _open(visit().page, "reglages")
    options = page.locator("#f-bailleur option").all_text_contents()
    assert HOSTILE[2] in options
    page.select_option("#f-bailleur", label=HOSTILE[2])
    assert page.inner_text("#compte").startswith("1 ")


def test_nothing_can_be_run_from_inside_the_page(visit: Opener) -> None:
    watched = visit()
    page = watched.page
    page.evaluate(
        "(() => { const s = document.createElement('script'); s.textContent = 'window.__xss = 9';"
        " document.body.append(s); const d = document.createElement('div');"
        " d.innerHTML = '<img src=x onerror=\"window.__xss=8\">'; document.body.append(d); })()"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.__xss") is None
    assert any("Content Security Policy" in c for c in watched.complaints)
    watched.complaints.clear()
    watched.requests[:] = watched.requests[:1]


def test_layers_added_with_folium_are_drawn_and_run_nothing(
    visit: Opener, layered_map_file: Path
) -> None:
    page = visit("", DESK, layered_map_file).page
    shown = page.evaluate(
        "(() => { const spots = [], read = [];"
        " tfpbMap.eachLayer(l => { if (l.feature && l.getLatLng) spots.push(l); });"
        " for (const l of spots) { l.fire('mouseover', { latlng: l.getLatLng() }, true);"
        " read.push(document.querySelector('.foliumtooltip td').textContent); }"
        " return read; })()"
    )
    assert set(shown) == set(HOSTILE[:4])
    assert page.inner_text("#compte") == "60 résidences affichées sur 60"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run('main').then(r => r.violations.map(v => v.id))")
    assert found == []
    assert page.locator(".leaflet-control-layers").count() == 1


def test_filters_count_and_one_click_shows_the_doubts(visit: Opener) -> None:
    page = visit().page
    assert page.inner_text("#compte") == "60 résidences affichées sur 60"
    page.click("#b-doutes")
    shown = int(page.inner_text("#compte").split(" ")[0])
    assert 0 < shown < 60
    assert page.input_value("#f-statut") == "a_verifier"
    page.click("#b-tableau")
    statuses = set(page.locator("#t-residences tbody td:nth-child(6)").all_inner_texts())
    assert statuses == {"à vérifier"}
    page.click("#b-doutes")
    assert page.inner_text("#compte") == "60 résidences affichées sur 60"


@pytest.fixture
def unplaced_map(tmp_path: Path) -> Path:
    """Write the map of a résidence without a point, and of one with dwellings that no mark stands for."""
    model = synthetic()
    homes = model.residences.set_index("id_residence", drop=False)
    homes.loc["R0014", ["longitude", "latitude", "distance_m"]] = float("nan")
    homes.loc["R0014", ["statut", "motif", "code_qpv"]] = ["a_verifier", "adresse introuvable", ""]
    homes.loc["R0014", "dessines"] = homes.loc["R0014", "logements"]
    inside = homes.index[homes["statut"] == "dans"][5]
    homes.loc[inside, "non_dessines"] = 12
    homes.at[inside, "doutes"] = ("3 rue Pasteur : rue inconnue",)
    whole = dataclasses.replace(
        model,
        residences=homes.reset_index(drop=True),
        tasks=(MapTask("Situer", "non connu", "R0014", "", ("R0014",)),),
    )
    file = tmp_path / "carte.html"
    file.write_bytes(map_html.render(whole))
    return file


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_residence_without_a_point_has_its_card(
    visit: Opener, unplaced_map: Path, size: dict[str, int]
) -> None:
    page = visit("#residence=R0014", size, unplaced_map).page
    card = page.locator("#fiche-bas")
    name = card.locator("h2").inner_text()
    assert "adresse introuvable" in card.inner_text()
    assert "sans point sur la carte" in card.inner_text()
    assert "(0)" not in card.inner_text()
    box = card.bounding_box()
    assert box
    assert box["width"] > 250
    assert box["x"] + box["width"] <= size["width"]
    assert page.locator(".leaflet-popup").count() == 0  # a popup would say where
    card.locator("button").click()
    assert card.is_hidden()
    assert page.locator("#panneau").is_visible()

    page.click("#o-a-faire")
    page.click("#liste li:nth-child(1) button")
    assert card.locator("h2").inner_text() == name
    card.locator("button").click()

    page.evaluate("history.replaceState(null, '', '#')")
    page.click("#o-reglages") if size is PHONE else None
    page.click("#b-tableau")
    page.locator("#t-residences button.nom", has_text=name).click()
    assert card.locator("h2").inner_text() == name
    assert "#residence=R0014" in page.url
    page.evaluate("location.hash = '#residence=R0012'")  # one with a point takes its place
    page.wait_for_function("!document.querySelector('#fiche-bas h2, .leaflet-popup-content h2')"
                           " || !location.hash.endsWith('R0014')")  # fmt: skip
    other = page.locator("#fiche-bas:visible h2, .leaflet-popup-content h2")
    other.first.wait_for()
    assert other.count() == 1
    assert other.inner_text() != name


def test_doubts_count_a_residence_of_which_a_mark_leaves_dwellings_out(
    visit: Opener, unplaced_map: Path
) -> None:
    page = visit("", DESK, unplaced_map).page
    page.click("#b-doutes")
    page.click("#b-tableau")
    shown = page.locator("#t-residences tbody tr").count()
    sides = page.locator("#t-residences tbody td:nth-child(6)").all_inner_texts()
    assert len([side for side in sides if side.startswith("dans")]) == 1
    page.click("#b-doutes")
    assert page.inner_text("#b-doutes") == f"Voir les doutes ({shown})"


def test_doubts_count_a_residence_of_which_one_entrance_is_to_check(
    visit: Opener, tmp_path: Path
) -> None:
    model = synthetic()
    homes = model.residences.set_index("id_residence", drop=False)
    before = int((homes["statut"] == "a_verifier").sum())
    inside = homes.index[homes["statut"] == "dans"][5]
    homes.at[inside, "doutes"] = ("3 rue Pasteur : rue inconnue",)
    whole = dataclasses.replace(model, residences=homes.reset_index(drop=True))
    file = tmp_path / "carte.html"
    file.write_bytes(map_html.render(whole))
    page = visit("", DESK, file).page
    assert page.inner_text("#b-doutes") == f"Voir les doutes ({before + 1})"
    page.click("#b-doutes")
    assert page.inner_text("#compte").startswith(f"{before + 1} résidences")


def test_the_legend_names_the_sides_that_the_map_shows(visit: Opener, tmp_path: Path) -> None:
    assert "résidence à vérifier" in _open(visit().page, "legende").inner_text("#legende-corps")
    model = synthetic()
    inside = model.residences[model.residences["statut"] == "dans"]
    bare = dataclasses.replace(
        model, residences=inside, qpv=model.qpv.iloc[:0], pages=(), gaps=model.gaps.iloc[:0]
    )
    file = tmp_path / "carte.html"
    file.write_bytes(map_html.render(bare))
    legend = visit("", DESK, file).page.inner_text("#legende-corps")  # nothing to do: it is first
    assert "résidence dans le QPV" in legend
    assert "résidence hors QPV" not in legend
    assert "résidence à vérifier" not in legend
    assert "QPV 2024" not in legend


def test_colours_have_a_legend_with_words_and_signs(visit: Opener) -> None:
    page = _open(visit().page, "reglages")
    page.select_option("#f-couleur", "gap")
    legend = _open(page, "legende").inner_text("#legende-corps")
    assert "moins de cinq quartiers" in legend  # three: a bar beside each name, no class
    assert "15 points de moins ou davantage" not in legend
    assert "on ne sait pas" in legend
    _open(page, "reglages").select_option("#f-couleur", "abatement")
    assert page.locator("#legende-corps").is_hidden()
    assert "€" in _open(page, "legende").inner_text("#legende-corps")


def test_theme_narrows_the_questions(visit: Opener) -> None:
    page = _open(visit().page, "reglages")
    page.select_option("#f-couleur", "gap")
    page.select_option("#f-theme", label="Quartier")
    assert page.locator("#f-item option").all_inner_texts() == ["Tranquillité du quartier"]


def test_table_holds_what_the_map_shows(visit: Opener) -> None:
    page = visit("#vue=tableau").page
    assert page.locator("#t-residences tbody tr").count() == 60
    assert page.locator("#t-quartiers tbody tr").count() == 4  # three quarters and the convention
    page.click("#t-residences tbody tr:nth-child(12) button")
    assert _card(page)


def test_every_layer_and_card_is_reached_by_keyboard(visit: Opener) -> None:
    page = visit().page
    page.focus("#o-legende")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#o-reglages", "aria-selected") == "true"
    page.focus("#saut")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(() => { const a = document.activeElement; return a.id || a.type || a.className; })()"
            )
        )
    for wanted in (
        "q",
        "b-doutes",
        "b-tableau",
        "o-reglages",
        "f-bailleur",
        "f-couleur",
        "checkbox",
    ):
        assert wanted in reached, wanted
    page.focus("#b-tableau")
    page.keyboard.press("Enter")
    page.focus("#t-residences tbody tr:first-child button")
    page.keyboard.press("Enter")
    assert _card(page)
    page.focus("#map_tfpb")
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")


SIZES = {"phone": PHONE, "desk": DESK}


@pytest.mark.parametrize("size", list(SIZES)[: tries(1, 2)])
@pytest.mark.parametrize("hash_", ["", "#qpv=QN05901N&couleur=ecart", "#vue=tableau"])
def test_axe_finds_nothing(visit: Opener, size: str, hash_: str) -> None:
    page = visit(hash_, SIZES[size]).page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document).then(r => r.violations)")
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []


def test_on_a_phone_a_card_is_a_sheet_and_lines_of_the_table_are_cards(visit: Opener) -> None:
    page = visit("#qpv=QN05901N", PHONE).page
    box = page.locator("#fiche-bas").bounding_box()
    assert box
    assert box["width"] == PHONE["width"]
    assert box["y"] > PHONE["height"] * 0.4
    assert "Quartier de l’Îlot n° 2" in page.inner_text("#fiche-bas")
    page.click("#fiche-bas button")
    assert page.locator("#fiche-bas").is_hidden()
    _open(page, "reglages").click("#b-tableau")
    cell = page.locator("#t-quartiers tbody td").nth(2)
    assert cell.evaluate("c => getComputedStyle(c, '::before').content").startswith('"logements')
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_opens_and_comes_back_to_all_outlines_and_dots_clear_of_panels(
    visit: Opener, size: dict[str, int]
) -> None:
    page = visit("", size).page
    inside = (
        "(() => { const box = document.querySelector('#map_tfpb').getBoundingClientRect();"
        " const hide = ['panneau'].map(i => document.getElementById(i))"
        ".filter(e => e.offsetParent && innerWidth > 800).map(e => e.getBoundingClientRect());"
        " const out = []; tfpbMap.eachLayer(l => { if (!l.residence && !l.quarter) return;"
        " const at = l.residence ? [l.getLatLng()] : [l.getBounds().getNorthWest(),"
        " l.getBounds().getSouthEast()];"
        " for (const a of at) { const p = tfpbMap.latLngToContainerPoint(a);"
        " const x = p.x + box.left, y = p.y + box.top;"
        " if (p.x < 0 || p.y < 0 || p.x > box.width || p.y > box.height"
        " || hide.some(h => x > h.left && x < h.right && y > h.top && y < h.bottom)) out.push([x, y]); } });"
        " return out; })()"
    )
    assert page.evaluate(inside) == []
    page.evaluate("tfpbMap.setView([45, 2], 7, {animate: false})")
    page.evaluate("document.getElementById('b-etendue').click()")
    assert page.evaluate(inside) == []


def test_no_quarter_is_named_on_another(visit: Opener, tmp_path: Path) -> None:
    model = synthetic(hostile=False)
    shapes = model.qpv.geometry.to_list()
    x, y = shapes[0].centroid.coords[0]
    # the middle of what surrounds it lies in the small one
    arms = [(-900, -700, -300, 700), (-900, -700, 900, -450)]
    big, small = (
        union_all([translate(box(*(v / 1e5 for v in part)), x, y) for part in parts])
        for parts in (arms, [(-100, -60, 100, 60)])
    )
    qpv = model.qpv.iloc[:2].set_geometry([big, small], crs=model.qpv.crs)
    file = tmp_path / "carte.html"
    file.write_bytes(
        map_html.render(dataclasses.replace(model, qpv=qpv, residences=model.residences.head(2)))
    )
    page = visit("", DESK, file).page
    written = page.evaluate(
        "(() => { const out = [], kind = CanvasRenderingContext2D.prototype, real = kind.fillText;"
        " kind.fillText = function (text, ...at) { if (/^(700|bold)/.test(this.font)) {"
        " const m = this.getTransform(), p = tfpbMap.containerPointToLatLng([m.e / m.a, m.f / m.d]);"
        " out.push([text, p.lng, p.lat]); } return real.call(this, text, ...at); };"
        " tfpbMap.fire('moveend'); kind.fillText = real; return out; })()"
    )
    outlines = dict(zip(qpv["nom"], qpv.to_crs(4326).geometry, strict=True))
    named = {name: [p for text, *p in written if text in name] for name in outlines}
    assert all(named.values()), written
    for name, places in named.items():
        others = [shape for other, shape in outlines.items() if other != name]
        assert not any(shape.contains(Point(p)) for p in places for shape in others), (
            name,
            written,
        )


@pytest.mark.parametrize("size", list(SIZES)[: tries(1, 2)])
def test_from_afar_quarters_are_named_not_figured_and_the_others_counted(
    visit: Opener, tmp_path: Path, size: str
) -> None:
    most = 25 if size == "phone" else 0
    model = synthetic(quarters=40, residences=200, hostile=False)
    file = tmp_path / "carte.html"
    file.write_bytes(map_html.render(model))
    page = visit("", SIZES[size], file).page
    assert page.evaluate("tfpbMap.getZoom()") < 13
    written = page.evaluate(
        "(() => { const out = [], kind = CanvasRenderingContext2D.prototype, real = kind.fillText;"
        " kind.fillText = function (text, ...at) { if (/^(700|bold)/.test(this.font)) out.push(text);"
        " return real.call(this, text, ...at); };"
        " tfpbMap.fire('moveend'); kind.fillText = real; return out; })()"
    )
    lines = {word for name in model.qpv["nom"] for word in name.split()}
    assert {
        word for text in written for word in text.split()
    } <= lines  # no figure without its name
    named = " ".join(written)
    lacking = [name for name in model.qpv["nom"] if name not in named]
    counted = f"{len(lacking)} noms de QPV en zoomant" if lacking else ""
    assert page.inner_text("#sans-nom").strip(" ·") == counted
    assert len(lacking) <= most


def test_a_quarter_at_the_edge_of_a_phone_has_its_whole_name(visit: Opener) -> None:
    page = visit("", PHONE).page
    written = page.evaluate(
        "(() => { const out = [], kind = CanvasRenderingContext2D.prototype, real = kind.fillText;"
        " let box; tfpbMap.eachLayer(l => { if (l.quarter && !box) box = l.getBounds(); });"
        " const p = tfpbMap.latLngToContainerPoint(box.getCenter());"
        " tfpbMap.panBy([p.x - tfpbMap.getSize().x + 20, 0], {animate: false});"
        " kind.fillText = function (text, ...at) { if (/^(700|bold)/.test(this.font)) {"
        " const m = this.getTransform(), half = this.measureText(text).width / 2, x = m.e / m.a;"
        " out.push([text, x - half >= 0 && x + half <= tfpbMap.getSize().x]); }"
        " return real.call(this, text, ...at); };"
        " tfpbMap.fire('moveend'); kind.fillText = real; return out; })()"
    )
    assert written
    assert [text for text, whole in written if not whole] == []


def test_residences_at_one_place_stand_side_by_side(visit: Opener, piled_map_file: Path) -> None:
    page = visit("", DESK, piled_map_file).page
    spots = page.evaluate(
        "(() => { const out = []; tfpbMap.eachLayer(l => { if (l.residence &&"
        " ['R0012', 'R0013', 'R0014'].includes(l.residence.id)) {"
        " const p = tfpbMap.latLngToContainerPoint(l.getLatLng()); out.push([p.x, p.y, l.getRadius()]); } });"
        " return out; })()"
    )
    assert len(spots) == 3
    for k, (x, y, r) in enumerate(spots):
        for u, v, s in spots[k + 1 :]:
            assert (x - u) ** 2 + (y - v) ** 2 > (0.9 * (r + s)) ** 2


def test_phone_has_no_sideways_scroll_and_room_for_the_map(visit: Opener) -> None:
    page = visit("", PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box = page.locator("#map_tfpb").bounding_box()
    assert box
    assert box["height"] > PHONE["height"] * 0.55
    panel = page.locator("#panneau").bounding_box()
    assert panel
    assert panel["y"] >= box["y"] + box["height"]  # under the map, never over it


def test_deep_link_followed_while_open(visit: Opener) -> None:
    page = visit().page
    page.evaluate("location.hash = '#qpv=QN05902N'")
    assert "n° 3" in _card(page)
    href = page.get_attribute(".leaflet-popup-content a.lien", "href")
    assert href == "#qpv=QN05902N"


def test_prints_on_a4(visit: Opener) -> None:
    watched = visit()
    watched.page.emulate_media(media="print")
    assert watched.page.locator("#onglets").is_hidden()
    assert watched.page.locator("#legende-corps").is_visible()
    pdf = watched.page.pdf(prefer_css_page_size=True)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert box
    assert float(box[1]) == pytest.approx(842, abs=2)
    assert float(box[2]) == pytest.approx(595, abs=2)


@pytest.mark.parametrize("size", list(SIZES)[: tries(1, 2)])
def test_what_is_printed_is_the_map_and_its_legend_on_one_page(
    visit: Opener, size: str, tmp_path: Path
) -> None:
    if shutil.which("pdftoppm") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("pdftoppm is missing (package of .ci/apt.txt)")
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    page = visit("#qpv=QN05901N&couleur=ecart", SIZES[size]).page
    before = page.evaluate("[tfpbMap.getCenter(), tfpbMap.getZoom()]")
    pdf = tmp_path / "carte.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True)
    assert page.evaluate("[tfpbMap.getCenter(), tfpbMap.getZoom()]") == before
    assert page.locator("#map_tfpb canvas").count() == 3
    subprocess.run(["pdftoppm", "-r", "72", "-png", pdf, tmp_path / "page"], check=True)
    (only,) = tmp_path.glob("page*.png")
    paper = np.asarray(Image.open(only).convert("RGB")).astype(int)[60:380]  # the map alone
    for colour in ((0x1B, 0x3A, 0x4B), (0x33, 0x65, 0x8A), (0xD4, 0xD4, 0xD4)):
        assert (np.abs(paper - colour).max(axis=2) < 14).sum() > 20, colour


def test_map_draws_streets_perimeters_and_points(visit: Opener) -> None:
    page = visit().page
    painted = page.evaluate(
        "[...document.querySelectorAll('#map_tfpb canvas')].map(c => {"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; })"
    )
    assert len(painted) == 3
    assert min(painted) > 500


@by_night("the other tests of this file")
def test_five_thousand_residences_open_and_answer(visit: Opener, large_map_file: Path) -> None:
    page = visit("", DESK, large_map_file).page
    assert large_map_file.stat().st_size < 5_000_000
    assert (
        page.inner_text("#compte").replace("\u202f", " ") == "5 000 résidences affichées sur 5 000"
    )
    _open(page, "reglages").select_option("#f-couleur", "gap")
    legend = _open(page, "legende").inner_text("#legende-corps")
    assert "15 points de moins ou davantage" in legend
    assert "on ne sait pas" in legend
    page.fill("#q", "ilot n 204")
    page.keyboard.press("Enter")
    assert "n° 204" in _card(page)
    page.click("#b-tableau")
    assert page.locator("#t-residences tbody tr").count() == 200
    page.click("#b-plus")
    assert page.locator("#t-residences tbody tr").count() == 400
