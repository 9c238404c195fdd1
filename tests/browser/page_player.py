"""Someone in front of the local page who only clicks, types, chooses and drops; all of it counted."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image
from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from served_page import Served

AXE: Final = Path(__file__).parent / "assets" / "axe-core" / "axe.min.js"
DESK: Final = {"width": 1366, "height": 768}
PHONE: Final = {"width": 390, "height": 844}
LARGE: Final = {"width": 683, "height": 384}
"""The desk's screen at 200 %."""
SCREENS: Final = (
    "depart", "deposer", "colonnes", "noms", "questions", "fautes", "reponses", "doutes", "apercu",
    "a_faire", "dossier",
)  # fmt: skip
# seconds a person takes: a click with its look, a keystroke, a choice in a list
CLICK_S, KEY_S, CHOICE_S, SCREEN_S = 3.0, 0.35, 5.0, 15.0


@dataclass
class Player:
    """A page, what was done on it, and what it complained of."""

    page: Page
    served: Served
    clicks: int = 0
    keys: int = 0
    fields: int = 0
    choices: int = 0
    screens: int = 0
    machine_s: float = 0.0
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("request", lambda r: self.requests.append(r.url))

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def go(self, screen: str) -> None:
        """Choose a screen in the list at the top."""
        self.click(f"nav a[href^='/{screen}']")  # a tab of a region names its dossier after it
        self.screens += 1

    def click(self, where: str) -> None:
        """Click, and wait for what follows."""
        self.clicks += 1
        start = time.perf_counter()
        self.page.click(where)
        self.page.wait_for_load_state("load")
        self.settle()
        self.machine_s += time.perf_counter() - start

    def type(self, where: str, text: str) -> None:
        """Type into a field."""
        self.keys += len(text)
        self.fields += 1
        self.page.fill(where, text)

    def choose(self, where: str, value: str) -> None:
        """Choose in a list, or tick."""
        self.choices += 1
        if self.page.locator(where).first.evaluate("e => e.tagName") == "SELECT":
            self.page.select_option(where, value)
        else:
            self.page.check(where)

    def drop(self, files: list[Path]) -> None:
        """Drop files on the page: one gesture."""
        self.clicks += 1
        start = time.perf_counter()
        with self.page.expect_navigation(timeout=120_000):
            self.page.set_input_files("#fichiers", [str(f) for f in files])
        self.settle()
        self.machine_s += time.perf_counter() - start

    def settle(self) -> None:
        """Wait for the work under way, and for the screen as it is after it."""
        if self.served.desk.busy or self.page.locator("[data-en-cours]").count():
            self.served.wait(900)  # a machine may be shared
            for _ in range(3):
                self.page.wait_for_timeout(900)
                try:
                    self.page.reload()
                    break
                except Error:  # the page was showing itself anew at that very moment
                    continue

    @property
    def minutes(self) -> float:
        """Minutes that a person would take, the machine's with them."""
        person = self.clicks * CLICK_S + self.keys * KEY_S + self.choices * CHOICE_S
        return (person + self.screens * SCREEN_S + self.machine_s) / 60

    def told(self) -> str:
        return (
            f"{self.clicks} clics, {self.fields} champs ({self.keys} frappes), {self.choices} choix, "
            f"{self.machine_s:.0f} s de machine : {self.minutes:.1f} min"
        )


def entered(browser: Browser, served: Served, size: dict[str, int] | None = None) -> Player:
    """Open the page by its door, in a browser that knows nothing of it."""
    context = browser.new_context(viewport=size or DESK)  # type: ignore[arg-type]
    page = context.new_page()
    player = Player(page, served)
    page.goto(served.door)
    page.wait_for_url(lambda url: "entree" not in url)
    return player


class Typist:
    """Someone who has no pointer: Tab, Enter, Space, arrows and letters."""

    def __init__(self, player: Player) -> None:
        self.player, self.page = player, player.page
        self.page.add_init_script(
            "addEventListener('pointerdown', () => { document.title = 'pointeur'; }, true)"
        )

    def to(self, where: str, most: int = 400) -> None:
        """Press Tab until something has the focus."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("where => document.activeElement.matches(where)", where):
                return
        raise AssertionError(where)

    def type(self, where: str, text: str) -> None:
        """Go to a field and write in it, over what is there."""
        self.to(where)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def enter(self, where: str = "") -> None:
        """Press Enter on something, and wait for what follows."""
        if where:
            self.to(where)
        with self.page.expect_navigation(timeout=120_000):
            self.page.keyboard.press("Enter")
        self.player.settle()
        assert self.page.title() != "pointeur"

    def go(self, screen: str) -> None:
        """Choose a screen in the list at the top, as it is once the work under way is done."""
        self.enter(f"nav a[href^='/{screen}']")


def picture(page: Page, path: Path, height: int = 900) -> None:
    """Keep what a screen looks like, in few colours; the folder is one that anybody could have."""
    page.evaluate("document.querySelector('.lieu').textContent = 'Documents/Convention 2025'")
    page.set_viewport_size({"width": DESK["width"], "height": height})
    page.evaluate("scrollTo(0, 0)")
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    image.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def serious(page: Page) -> list[str]:
    """List what axe finds serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in {"serious", "critical"}
    ]
