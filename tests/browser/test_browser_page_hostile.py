"""Forty hostile texts, in files, names and doubts: inert on every screen of the local page."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import map_models
import openpyxl
import pytest
from page_player import SCREENS, entered

from effort import tries
from served_page import served
from tfpb.errors import Fault, Place, Severity
from tfpb.evidence.tasks import KINDS, Task
from tfpb.facts.amount import known
from tfpb.geodata.lacking import Lack
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings
from tfpb.model.report import KeyFigure
from tfpb.page.long_work import check
from tfpb.page.outlook import Doubt, SmallMap, ToDo
from tfpb.page.union import arrivals
from tfpb.page.union.region_desk import RegionDesk
from tfpb.page.union.region_work import Interviews, RegionOutlook
from tfpb.review.doubts import POSITION

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
MORE: tuple[str, ...] = (
    "<svg onload=window.__xss=1>", '"><script>window.__xss=1</script>', "' onmouseover=window.__xss=1 x='",
    "<iframe src=javascript:parent.__xss=1>", "<math><mi xlink:href='javascript:window.__xss=1'>x",
    "<style>*{display:none}</style>", "<base href=//pirate.example>", "<meta http-equiv=refresh content=0>",
    "<form action=//pirate.example><input name=x>", "</option><option selected>x", "</select><img src=x>",
    "</textarea><img src=x onerror=window.__xss=1>", "{{ config }}", "{% for x in y %}", "${7*7}", "#{7*7}",
    "<%= 7*7 %>", "\u2028window.__xss=1\u2029", "\x00nul\x07", '=HYPERLINK("http://pirate.example")',
    "+cmd|' /C calc'!A0", "@SUM(1+1)", "-2+3", "%3Cscript%3E", "&#60;script&#62;", "../../etc/passwd",
    "C:\\Windows\\win.ini", "NULL", "\u202egnp.exe", "\ufeffbom", "a" * 400, "é" * 200, "\t\tx", "';--",
    "<a href='javascript:window.__xss=1'>x</a>", "<object data=x>", "<details open ontoggle=window.__xss=1>",
)  # fmt: skip


def test_hostile_texts_are_inert_on_every_screen(browser: Browser, tmp_path: Path) -> None:
    texts = (*map_models.HOSTILE, *MORE)
    assert len(texts) >= 40
    clean = [re.sub(r"[\x00-\x08\x0b-\x1f]", "", t) for t in texts]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "<b>x<b>"
    sheet.append(["id_residence", "adresse", "nb_logements", "commune", "bailleur", *clean])
    for k, text in enumerate(clean):
        sheet.append([text[:60], text, "douze" if k % 2 else 12, text, text, *clean])
    stock = tmp_path / "stock <img src=x onerror=window.__xss=1>.xlsx"
    book.save(stock)
    with served(tmp_path / "<b onclick=window.__xss=1>dossier", tmp_path / "geo") as page_of:
        page_of.desk.check = lambda **_: None  # type: ignore[method-assign] # done here, below
        player = entered(browser, page_of)
        player.page.on("dialog", lambda d: player.complaints.append(d.message))
        player.type("#bailleur", texts[0])
        player.type("#titre", texts[2])
        player.type("#annee", "2025")
        player.click("button.principal")
        player.go("deposer")
        player.drop([stock])
        found = check(lambda *_: None, page_of.desk.file, tmp_path / "geo")
        page_of.desk.outlook = found
        doubts = tuple(
            Doubt(
                {"id_residence": t, "motif": t, "quartier": t, "code_qpv": t, "decision": "", POSITION: k},
                {"adresse": t, "commune": t, "identifiant": t, "ligne": k, "trouvee": t, "precision": t,
                 "motifs": t, "choix": (t, t)},
                listed=True, dwellings=known(3), euros=known(5),
                map=SmallMap(0.0, 0.0, 1.0, 5.0, (("quartier", "M0 0L9 9Z"),), ((9.0, 9.0, t),), ()),
            )
            for k, t in enumerate(texts)
        )  # fmt: skip
        pairs = tuple((t, t) for t in texts)
        to_do = tuple(
            ToDo(Task(KINDS["situer"], f"{k} {t}", typed=t, proposed=f"{t} · {t} · à faire"), t, t)
            for k, t in enumerate(texts)
        )
        lacks = (
            Lack(
                "59",
                texts,
                3,
                texts,
                no_quarter=True,
                addresses="https://a/" + texts[0],
                parcels=texts[1],
            ),
        )
        page_of.desk.outlook = replace(
            page_of.desk.outlook, doubts=doubts, lacking=pairs, standing=texts, quarters=pairs,
            to_do=to_do, ground=lacks,
            figures=tuple(KeyFigure(t, t, t) for t in texts),
        )  # fmt: skip
        page_of.desk.pack_outlook = replace(
            page_of.desk.outlook, closing=texts, changes=texts, kept=texts
        )
        page_of.desk.messages = texts
        for path in (
            *SCREENS,
            *(f"doutes?vue=liste&p={p}" for p in range(2, 6)),
            "a_faire?p=2",
            "fautes?tout",
        ):
            player.page.goto(f"{page_of.address}/{path}")
            assert player.page.evaluate("window.__xss") is None, path
            assert player.page.locator("main").is_visible(), path
            assert (
                player.page.locator("main iframe, main object, main img, main style").count() == 0
            )
        player.page.context.close()
        assert player.complaints == []
        assert all(r.startswith((page_of.address, "data:")) for r in player.requests)


@pytest.mark.slow
@pytest.mark.skipif(not tries(0, 1), reason="46 fichiers déposés : TFPB_ESSAIS=tous")
def test_hostile_texts_are_inert_on_every_screen_of_a_region(
    browser: Browser, tmp_path: Path
) -> None:
    texts = (*map_models.HOSTILE, *MORE)
    lines = [" ".join(re.sub(r"[\x00-\x1f\u2028\u2029]", " ", t).split()) for t in texts]
    names = [line for k, line in enumerate(lines) if line and k % 4 == 0]
    head = "id_residence;adresse;commune;nb_logements;Situation\n"
    rows = [
        f'R{k};"{t.replace(chr(34), "")}";LILLE;{k + 9};{"Vendu" * (k < 3)}'
        for k, t in enumerate(lines)
    ]
    with served(tmp_path / "<b onclick=window.__xss=1>région", tmp_path / "geo") as page_of:
        page_of.post("/depart", {"geste": "sorte", "sorte": "region"})
        first = {"geste": "tete", "titre": lines[0], "organisme_regional": lines[2], "annee": "2025",
                 "date": "2026-02-10", "qui": lines[3], "organismes": "\n".join(names)}  # fmt: skip
        page_of.post("/depart", first)
        region = page_of.desk
        assert isinstance(region, RegionDesk)
        own = [m.name for m in region.members]
        data = (head + "\n".join(rows)).encode()
        dropped = [("fichiers", (f"{t[:60]}.csv", data)) for t in lines]
        page_of.post("/deposer", {"geste": "deposer"}, files=dropped)
        waiting = list(arrivals.waiting(region))
        for owner, name in zip(own, waiting, strict=False):
            page_of.post("/deposer", {"geste": "attribuer", "nom": name, "chez": owner})
        assert arrivals.waiting(region)
        asked = gather_inputs(load_settings(region.member(own[0]).file))[0].asked
        assert asked
        doubts = tuple(
            Fault(code, Place("region.toml"), t, {"vagues": t, "nombre": 4, "connus": t, "proches": t},
                  Severity.DOUTE)
            for t in texts for code in ("region_bailleur_inconnu", "region_bailleur_non_lu")
        )  # fmt: skip
        wrong = tuple(
            Fault("region_vague_autrement", got=t, fields={"bailleur": t, "vague": t})
            for t in texts
        )
        sent = region.folder / "sorties" / "bailleurs"
        sent.mkdir(parents=True)
        for text in lines[:20]:
            (sent / f"{text.replace('/', ' ')[:60]}.zip").write_bytes(b"")
        (region.folder / "sorties" / "run.json").write_text("{}", encoding="utf-8")
        region.outlook = region.pack_outlook = RegionOutlook(
            doubts, of_owner=dict.fromkeys(own, wrong), computed=True, asked=asked,
            owners=(own[0],) * len(asked),
            interviews=tuple(Interviews(t, t, 1, 1, 0, t, t, t) for t in texts),
            left_open=tuple((t, t) for t in texts), closing=texts,
        )  # fmt: skip
        region._seen = region.stamp()
        player = entered(browser, page_of)
        player.page.on("dialog", lambda d: player.complaints.append(d.message))
        for path in (*region.screens, "journal"):
            region.messages, region.messages_screen = texts, path
            player.page.goto(f"{page_of.address}/{path}?d={region.mark}")
            assert player.page.evaluate("window.__xss") is None, path
            assert player.page.locator("main").is_visible(), path
            assert player.page.inner_text("main").count("window.__xss") > 5, path
            assert (
                player.page.locator("main iframe, main object, main img, main style").count() == 0
            )
        player.page.context.close()
        assert player.complaints == []
        assert all(r.startswith((page_of.address, "data:")) for r in player.requests)
