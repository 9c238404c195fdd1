"""The server killed at any moment: what it answered for is on the disk, and nothing is half-written."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from effort import tries
from tfpb.io.sources.region_inputs import load_region
from tfpb.io.sources.toml_files import load_settings
from tfpb.review.review_workbook import read_limit_decisions

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))

from region_maker import Size, make_region

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
by_night = pytest.mark.skipif(not tries(0, 1), reason="dix moments d’arrêt : TFPB_ESSAIS=tous")


class Opened:
    """`tfpb ouvrir` in a process of its own, and someone who has come in by its door."""

    def __init__(self, folder: Path, geodata: Path, cache: Path) -> None:
        words = ("ouvrir", str(folder), "--sans-navigateur", "--geodonnees", str(geodata))
        self.process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "tfpb", *words],
            env={**os.environ, "XDG_CACHE_HOME": str(cache)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.client = httpx.Client(follow_redirects=True, timeout=60)
        self.page = ""
        for _ in range(600):
            for door in (cache / "tfpb" / "page").glob("*.html"):
                for link in re.findall(r'href="(http[^"]+)"', door.read_text(encoding="utf-8")):
                    with contextlib.suppress(httpx.ConnectError):
                        self.base = link.partition("/entree")[0]
                        if self.client.get(link).status_code == 200:
                            self.page = self.client.get(f"{self.base}/depart").text
            if self.page:
                return
            assert self.process.poll() is None
            time.sleep(0.1)
        raise AssertionError("the door")

    def post(self, screen: str, form: dict[str, str], **files: object) -> str:
        token = re.findall(r'name="jeton" value="([^"]+)"', self.page)[0]
        data, origin = {"jeton": token, **form}, {"origin": self.base}
        answer = self.client.post(f"{self.base}/{screen}", data=data, headers=origin, **files)  # type: ignore[arg-type]
        assert answer.status_code in {200, 204}
        return answer.text

    def get(self, screen: str) -> str:
        return self.client.get(f"{self.base}/{screen}").text

    def working(self) -> bool:
        return "data-en-cours" in self.get("avancement")

    def wait(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while self.working():
            assert time.monotonic() < end
            time.sleep(0.2)

    def doubts(self) -> list[str]:
        """Keys of what is left to decide by its side."""
        self.get("doutes")
        self.wait()
        forms = self.get("doutes").split('class="doute')[1:]
        asked = [f for f in forms if 'value="dans"' in f]
        return [unescape(re.findall(r'name="cle" value="([^"]*)"', f)[0]) for f in asked]

    def decide(self, key: str, side: str) -> None:
        form = {"cle": key, "choix": side, "auteur": "C. Roy", "piece": "plan"}
        self.post("doutes", form)

    def kill(self) -> None:
        """Kill the server as a machine that loses its current does; its own children end with it."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.client.close()


@pytest.fixture
def folder(
    tmp_path: Path, example: Path, geodata: Path, stages: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Begin a dossier of two files by the page, and kill it: files and head are there already."""
    monkeypatch.setenv("TFPB_CACHE", str(stages))
    made = tmp_path / "dossier"
    first = Opened(made, geodata, tmp_path / "cache")
    head = {"geste": "tete", "bailleur": "Habitat Valmontois", "titre": "T", "annee": "2025",
            "date": "2026-02-10"}  # fmt: skip
    first.post("depart", head)
    names = ("patrimoine.xlsx", "fiscalite_2025.xlsx")
    files = [("fichiers", (name, (example / name).read_bytes())) for name in names]
    first.post("deposer", {"geste": "deposer"}, files=files)
    first.kill()  # during its check
    assert load_settings(made / "dossier.toml").fichiers.fiscalite == "fiscalite_2025.xlsx"
    yield made
    assert not list(made.glob("*.tmp*"))


def decided(folder: Path) -> list[str]:
    """Return the sides that the review workbook holds, read as the commands read it."""
    named = load_settings(folder / "dossier.toml").fichiers.decisions
    return [d for d in read_limit_decisions(folder / named)["decision"] if d] if named else []


def _lives(pid: str) -> bool:
    """Tell whether a process is there and not only waiting to be reaped."""
    with contextlib.suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return False


@by_night
def test_what_was_decided_is_there_after_a_kill(
    folder: Path, geodata: Path, tmp_path: Path
) -> None:
    known: list[str] = []
    for at in range(4):
        opened = Opened(folder, geodata, tmp_path / "cache")
        left = opened.doubts()
        side = ("dans", "hors")[at % 2]
        opened.decide(left[0], side)
        opened.kill()  # the moment the answer is there
        known.append(side)
        assert sorted(decided(folder)) == sorted(known)


@by_night
def test_what_was_typed_is_there_after_a_kill(folder: Path, geodata: Path, tmp_path: Path) -> None:
    for typed in ("Un titre", "Un titre plus long"):
        opened = Opened(folder, geodata, tmp_path / "cache")
        opened.post("brouillon", {"ecran": "depart", "brouillon": "tete", "champ:titre": typed})
        opened.kill()
        again = Opened(folder, geodata, tmp_path / "cache")
        assert typed in unescape(again.get("depart"))
        again.kill()


@by_night
def test_a_kill_before_the_answer_leaves_the_file_before_or_after_it(
    folder: Path, geodata: Path, tmp_path: Path
) -> None:
    before: list[str] = []
    for delay in (0.05, 0.0, 0.02, 0.1, 0.2, 0.4):
        opened = Opened(folder, geodata, tmp_path / "cache")
        key = opened.doubts()[0]

        def send(opened: Opened = opened, key: str = key) -> None:
            with contextlib.suppress(httpx.HTTPError):
                opened.decide(key, "dans")

        sending = threading.Thread(target=send)
        sending.start()
        time.sleep(delay)
        opened.kill()
        sending.join()
        after = decided(folder)
        assert after in (before, [*before, "dans"])
        before = after


@pytest.mark.skipif(not tries(0, 1), reason="un calcul de la page arrêté : TFPB_ESSAIS=tous")
def test_a_kill_during_a_run_leaves_the_decisions_and_no_pack(
    folder: Path, geodata: Path, tmp_path: Path
) -> None:
    opened = Opened(folder, geodata, tmp_path / "cache")
    opened.decide(opened.doubts()[0], "hors")
    opened.post("dossier", {"geste": "faire", "diffuser": "non"})
    for _ in range(200):
        if "<li>" in opened.get("avancement"):  # a stage is begun
            break
        time.sleep(0.05)
    assert opened.working()
    threads = Path(f"/proc/{opened.process.pid}/task").glob("*/children")
    children = [pid for listed in threads for pid in listed.read_text(encoding="ascii").split()]
    assert children
    opened.kill()
    assert decided(folder) == ["hors"]
    again = Opened(folder, geodata, tmp_path / "cache")  # the lock went with the process
    again.doubts()
    assert "1 tranché" in again.get("doutes")
    assert "n’est pas allé au bout" in again.get("dossier")
    again.kill()
    for _ in range(100):
        if not any(map(_lives, children)):
            break
        time.sleep(0.1)
    assert not any(map(_lives, children))  # the run does not go on without its page
    assert not (folder / "dossier" / "dossier.zip").exists()


PLAIN = (1, 2, 5, 6)
"""Bailleurs of a made region whose stocks have the headers of the guide."""
OWNERS = tuple(f"Habitat fictif {k:02d}" for k in PLAIN)
REGION_SCREENS = ("depart", "deposer", "noms", "fautes", "reponses", "apercu", "dossier", "journal")
_OF_AN_INSTANCE = re.compile(r'(?:value|data-jeton)="[\w-]{20,}@[^"]*"')


def _shown(opened: Opened) -> dict[str, str]:
    """Show every screen, but for what is of one server alone."""
    opened.get("depart")  # what was answered on another screen is no longer there
    opened.page = opened.get("journal")
    return {s: _OF_AN_INSTANCE.sub("", opened.get(s)) for s in REGION_SCREENS}


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@by_night
def test_a_region_is_whole_after_a_kill_at_each_gesture_and_in_its_run(tmp_path: Path) -> None:
    made, folder = tmp_path / "faite", tmp_path / "URH"
    make_region(made, Size(6, 90, 4, 3, 900, 600))
    land, cache = made / "geodonnees", tmp_path / "cache"
    opened = Opened(folder, land, cache)

    def again(opened: Opened) -> Opened:
        shown = _shown(opened)
        opened.kill()
        after = Opened(folder, land, cache)
        assert _shown(after) == shown
        return after

    opened.post("depart", {"geste": "sorte", "sorte": "region"})
    opened.page = opened.get("depart")
    head = {"geste": "tete", "titre": "Région", "organisme_regional": "URH", "annee": "2025",
            "date": "2026-09-15", "organismes": "\n".join((*OWNERS, "OPH Tardif"))}  # fmt: skip
    opened.post("depart", head)
    opened = again(opened)
    files = []
    for k, name in zip(PLAIN, OWNERS, strict=True):
        stock = (
            made / "bailleurs" / f"b{k:02d}" / ("export.csv" if k in {2, 6} else "patrimoine.csv")
        )
        files.append(("fichiers", (f"{name} {stock.name}", stock.read_bytes())))
    text = b"id_residence;adresse;commune;nb_logements\nR1;1 RUE DU PORT;LILLE;3\n"
    files.append(("fichiers", ("stock de personne.csv", text)))
    opened.post("deposer", {"geste": "deposer"}, files=files)
    opened = again(opened)
    for form in (
        {"geste": "attribuer", "nom": "stock de personne.csv", "chez": ""},
        {"geste": "ecarter", "chez": OWNERS[3]},
        {"geste": "compter", "chez": OWNERS[3]},
    ):
        opened.post("deposer", form)
        opened = again(opened)
    opened.post("brouillon", {"ecran": "depart", "brouillon": "tete", "champ:titre": "En cours"})
    opened = again(opened)
    assert "En cours" in opened.get("depart")

    opened.post("dossier", {"geste": "faire", "diffuser": "non"})
    opened.wait(600)
    results = _files(folder / "sorties")
    assert any(name.endswith("faits.csv") for name in results)
    opened.post("deposer", {"geste": "ecarter", "chez": OWNERS[3]})
    opened.post("dossier", {"geste": "faire", "diffuser": "non"})
    time.sleep(1)  # a process is begun; the run takes several more
    assert opened.working()
    opened.kill()
    assert _files(folder / "sorties") == results
    opened = Opened(folder, land, cache)
    assert load_region(folder / "region.toml").bailleurs[-1].nom == OWNERS[2]
    opened.post(
        "dossier", {"geste": "faire", "diffuser": "non"}
    )  # nothing of the killed one is in its way
    opened.wait(600)
    assert _files(folder / "sorties") != results
    opened.kill()
    assert not list(folder.glob("*.tmp*"))
