"""The screens of a region in a real browser: axe on each, narrow and large; and by keyboard to the send."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_player import DESK, LARGE, PHONE, Typist, entered, serious

from effort import tries
from served_page import Served, served
from tfpb.errors import Fault, Place, Severity
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.region_inputs import load_region
from tfpb.io.sources.toml_files import load_settings
from tfpb.page.union.region_desk import RegionDesk
from tfpb.page.union.region_work import Interviews, RegionOutlook
from tfpb.words.documents.region_words import FINDINGS

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "page"))
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from region_maker import Size, make_region
from test_page_region import HEAD, NAMES, stock, survey, zipped  # beside the unit tests of the page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
by_night = pytest.mark.skipif(not tries(0, 1), reason="la nuit : TFPB_ESSAIS=tous")


@pytest.fixture(scope="module")
def region_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a region where each kind of thing that its screens show is there, computed or as if it were."""
    folder = tmp_path_factory.mktemp("région")
    with served(folder / "Union régionale", folder / "geo") as page:
        page.post("/depart", {"geste": "sorte", "sorte": "region"})
        page.post("/depart", {**HEAD, "organismes": "\n".join((*NAMES[:2], NAMES[3]))})
        for first in (10, 99):  # the second comes twice
            files = (
                ("Nord Habitat.zip", zipped(parc=stock(first))), ("Logis Oise.csv", stock(11)),
                ("stock.csv", stock(12)), ("enquete.csv", survey(*NAMES[:2])),
            )  # fmt: skip
            page.post("/deposer", {"geste": "deposer"}, files=[("fichiers", f) for f in files])
        region = page.desk
        assert isinstance(region, RegionDesk)
        asked = gather_inputs(load_settings(region.member(NAMES[0]).file))[0].asked
        fields = {
            "vagues": "2023",
            "nombre": 40,
            "connus": NAMES[0],
            "proches": "",
            "bailleur": NAMES[0],
        }
        wrong = Fault("region_echelle_differente", got="q1", fields={**fields, "libelle": "L"})
        region.outlook = RegionOutlook(
            (Fault("region_bailleur_inconnu", Place("region.toml"), "NH 59", fields, Severity.DOUTE),),
            of_owner={NAMES[0]: (wrong,)},
            interviews=(Interviews("NH 59", "2023", 40, 0, 40, "", FINDINGS["inconnu"], "NH"),),
            computed=True, asked=asked, owners=(NAMES[0],) * len(asked),
            left_open=(("doutes", "3 doutes sur la carte : Nord Habitat"),),
        )  # fmt: skip
        made = region.folder / "sorties" / "bailleurs"
        made.mkdir(parents=True)
        (made.parent / "run.json").write_text("{}", encoding="utf-8")
        for k in range(20):
            (made / f"{'habitat-' * 6}{k}.zip").write_bytes(b"")
        region._seen = region.stamp()
        yield page


@pytest.mark.parametrize(
    "size",
    [
        PHONE,
        pytest.param(DESK, marks=[pytest.mark.slow, by_night]),
        pytest.param(LARGE, marks=[pytest.mark.slow, by_night]),
    ],
    ids=["390", "1366", "200 %"],
)
def test_axe_finds_nothing_serious_on_the_screens_of_a_region(
    browser: Browser, region_page: Served, size: dict[str, int]
) -> None:
    player = entered(browser, region_page, size)
    region = region_page.desk
    found = {}
    for screen in (*region.screens, "journal"):
        player.page.goto(f"{region_page.address}/{screen}?d={region.mark}")
        player.page.evaluate(
            "document.querySelectorAll('details').forEach(d => { d.open = true; })"
        )
        found[screen] = serious(player.page)
        wide = player.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (screen, wide)
        cut = player.page.evaluate(  # a header that breaks within its word
            "[...document.querySelectorAll('thead th')].filter(e => e.offsetParent)"
            ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
        )
        assert cut == [], (screen, cut)
    player.page.context.close()
    assert found == {screen: [] for screen in found}
    assert player.complaints == []


def test_folders_that_are_dropped_are_taken_in_under_their_names(
    browser: Browser, tmp_path: Path
) -> None:
    names = ("Nord Habitat", "Logis Oise")
    for k, name in enumerate(names):
        inside = tmp_path / "boîte" / name / "2025"
        inside.mkdir(parents=True)
        (inside / "export.csv").write_bytes(stock(10 + k))
        (inside / ".DS_Store").write_bytes(b"x")
    with served(tmp_path / "URH", tmp_path / "geo") as page_of:
        page_of.post("/depart", {"geste": "sorte", "sorte": "region"})
        page_of.post("/depart", {**HEAD, "organismes": "\n".join(names)})
        player = entered(browser, page_of)
        player.go("deposer")
        hand = player.page.context.new_cdp_session(player.page)
        dropped = {
            "items": [],
            "files": [str(tmp_path / "boîte" / n) for n in names],
            "dragOperationsMask": 1,
        }
        with player.page.expect_navigation(timeout=120_000):
            for kind in ("dragEnter", "dragOver", "drop"):
                event = {"type": kind, "x": 600, "y": 300, "data": dropped}
                hand.send("Input.dispatchDragEvent", event)
        assert "2 organismes sont prêts sur 2" in player.page.inner_text("main")
        assert "sans usage" not in player.page.inner_text("main")
        assert player.complaints == []
        player.page.context.close()


@by_night
@pytest.mark.slow
def test_a_region_is_sent_by_keyboard_alone(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFPB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "registre.jsonl"))
    made = tmp_path / "faite"
    make_region(made, Size(6, 90, 4, 3, 900, 600))
    owners = {f"Habitat fictif {k:02d}": k for k in (1, 2, 5, 6)}  # stocks with the guide's headers
    files = []
    for name, k in owners.items():
        found = (
            made / "bailleurs" / f"b{k:02d}" / ("export.csv" if k in {2, 6} else "patrimoine.csv")
        )
        named = f"{name} {found.name}" if k > 1 else found.name  # the first waits for its owner
        files.append(tmp_path / named)
        files[-1].write_bytes(found.read_bytes())
    with served(tmp_path / "URH", made / "geodonnees") as page_of:
        player = entered(browser, page_of)
        page, hand = player.page, Typist(player)
        page.reload()
        hand.enter("form:has([value=region]) button")
        hand.type("#organisme_regional", "URH")
        hand.type("#annee", "2025")
        hand.type("#organismes", "")
        for name in owners:
            page.keyboard.type(name)
            page.keyboard.press("Enter")
        hand.type("#qui", "directrice")
        hand.enter("main button.principal")
        hand.go("deposer")
        hand.to("#fichiers")
        with page.expect_navigation(timeout=120_000):
            with page.expect_file_chooser(timeout=120_000) as chosen:
                page.keyboard.press("Enter")
            chosen.value.set_files(files)
        player.settle()
        region = page_of.desk
        assert isinstance(region, RegionDesk)
        if "De qui sont ces fichiers" in page.inner_text("main"):
            hand.to("select[name=chez]")
            page.keyboard.type("Habitat fictif 01")
            hand.enter("form:has(select[name=chez]) button")
        assert len(load_region(region.file).bailleurs) == 4, page.inner_text("main")
        hand.go("fautes")
        hand.enter("form[action='/verifier'] button")
        assert region.outlook.wrong == (), page.inner_text("main")
        hand.go("reponses")
        while any(one.is_waiting for one in region.outlook.asked):
            hand.enter("form.doute:not(.decide) button[value=inconnu]")
        hand.go("dossier")
        hand.to("input[name=diffuser]")
        page.keyboard.press("ArrowDown")
        hand.to("input[name=documents]")
        page.keyboard.press("Space")
        hand.to("input[name=quand_meme]")
        page.keyboard.press("Space")
        hand.enter("main form button.principal")
        assert len(region.sends) == 1, page.inner_text("main")
        hand.to(f"a[href*='/envoi/{region.sends[0].name}/']")
        assert player.complaints == []
        page.context.close()
