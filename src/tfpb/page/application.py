"""The local page as an application: one address a screen, one form token, everything else in the screens."""

from __future__ import annotations

import datetime as dt
import mimetypes
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tfpb.errors import Severity, TfpbError
from tfpb.io.tables.contents import cannot_write, max_file_bytes
from tfpb.page.deciding import is_decided
from tfpb.page.door import ENTRANCE, FORM_BYTES, SHOWN_POLICY, Door, Keys
from tfpb.page.screens import (
    columns_screen,
    doubts_screen,
    drop_screen,
    faults_screen,
    names_screen,
    pack_screen,
    preview_screen,
    questions_screen,
    start_screen,
)
from tfpb.pipeline.stages import STAGES
from tfpb.report import theme
from tfpb.text import printable
from tfpb.words.faults.sentences import fault_texts
from tfpb.words.numbers import euros, long_date, number, plural
from tfpb.words.page import screen_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from tfpb.page.desk import Desk

_ROOM: Final = Path(__file__).parent
_ASSETS: Final = {
    "page.css": _ROOM / "assets" / "page.css",
    "page.js": _ROOM / "assets" / "page.js",
    **{path.name: path for path in theme.FONT_FILES.values()},
}
_SCREENS: Final[dict[str, Any]] = {
    "depart": start_screen,
    "deposer": drop_screen,
    "colonnes": columns_screen,
    "noms": names_screen,
    "questions": questions_screen,
    "fautes": faults_screen,
    "doutes": doubts_screen,
    "apercu": preview_screen,
    "dossier": pack_screen,
}
_UPLOADING: Final = frozenset({"/deposer", "/dossier"})
_MOST_FILES: Final = 40
_MOST_FIELDS: Final = 40_000
_SHOWN: Final = frozenset({".html", ".pdf", ".png"})


def application(
    desk: Desk, keys: Keys, *, host: str, seen: Callable[[], None], leave: Callable[[], None]
) -> ASGIApp:
    """Make the application of one instance, its door before it.

    Parameters
    ----------
    desk : Desk
    keys : Keys
    host : str
        Host and port it is asked under.
    seen : callable
        Told of each request.
    leave : callable
        Asks the server to end.
    """
    page = _Page(desk, keys, leave)
    routes = [
        Route("/", page.first),
        Route(ENTRANCE, page.entrance),
        Route("/fichiers/{name}", page.asset),
        Route("/avancement", page.progress),
        Route("/vivant", page.alive),
        Route("/arreter", page.cancel, methods=["POST"]),
        Route("/verifier", page.check, methods=["POST"]),
        Route("/quitter", page.quit, methods=["POST"]),
        Route("/pack/{name:path}", page.packed),
        Route("/{screen}", page.show, methods=["GET"]),
        Route("/{screen}", page.act, methods=["POST"]),
    ]
    made = Starlette(routes=routes, exception_handlers={404: page.absent, Exception: page.ours})
    return Door(made, keys=keys, host=host, uploads=_most, seen=seen)


def _most(path: str) -> int:
    return max_file_bytes() + FORM_BYTES if path in _UPLOADING else FORM_BYTES


class _Page:
    """The handlers of one instance."""

    def __init__(self, desk: Desk, keys: Keys, leave: Callable[[], None]) -> None:
        self._desk, self._keys, self._leave = desk, keys, leave
        self._templates = Environment(
            loader=FileSystemLoader(_ROOM / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "euros": euros, "nombre": number, "pluriel": plural, "jour": long_date, "net": printable,
        }  # fmt: skip

    async def first(self, _request: Request) -> Response:
        """Go to the screen where the work stands."""
        return RedirectResponse("/deposer" if self._desk.begun else "/depart", 303)

    async def entrance(self, request: Request) -> Response:
        """Let in whoever bears the secret, once; the page goes on by itself, so that its cookie is sent."""
        if not self._keys.enter(request.query_params.get("cle", "")):
            return HTMLResponse(screen_words.refusal("cle"), 403)
        answer = HTMLResponse(screen_words.handed("/"))
        answer.set_cookie(
            self._keys.name, self._keys.cookie, httponly=True, samesite="strict", path="/"
        )
        return answer

    async def asset(self, request: Request) -> Response:
        """Give a style, a script or a font of the page."""
        path = _ASSETS.get(request.path_params["name"])
        return FileResponse(path) if path else await self.absent(request)

    async def absent(self, _request: Request, _error: Exception | None = None) -> Response:
        """Say that there is nothing there."""
        return HTMLResponse(screen_words.refusal("absente"), 404)

    async def ours(self, _request: Request, error: Exception) -> Response:
        """Say that the program is at fault, as the commands do."""
        told = screen_words.BROKEN.format(kind=type(error).__name__)
        return HTMLResponse(screen_words.page_of(screen_words.AT_FAULT, told), 500)

    async def alive(self, _request: Request) -> Response:
        """Tell that a page is still open."""
        return Response(status_code=204)

    async def progress(self, _request: Request) -> Response:
        """Give the part of the page that tells where a work stands."""
        return HTMLResponse(self._render("avancement", "", {}))

    async def cancel(self, request: Request) -> Response:
        """Stop the work under way."""
        form = await self._signed(request)
        if isinstance(form, Response):
            return form
        await run_in_threadpool(self._desk.cancel)
        return self._back(form)

    async def check(self, request: Request) -> Response:
        """Check the files."""
        form = await self._signed(request)
        if isinstance(form, Response):
            return form
        await run_in_threadpool(self._desk.check, again=True)
        return self._back(form)

    async def quit(self, request: Request) -> Response:
        """End the server, unless a work is under way."""
        form = await self._signed(request)
        if isinstance(form, Response):
            return form
        if self._desk.busy:
            return self._back(form)
        self._leave()
        return HTMLResponse(self._render("fin", "", {}))

    async def packed(self, request: Request) -> Response:
        """Give a file of the last pack: shown where a browser shows it, of no origin; or to be saved."""
        pack, name = self._desk.pack(), request.path_params["name"]
        parts = PurePosixPath(name).parts
        if pack is None or ".." in parts or "\\" in name or PurePosixPath(name).is_absolute():
            return await self.absent(request)
        path = pack / name
        if not path.resolve().is_relative_to(pack.resolve()) or not path.is_file():
            return await self.absent(request)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        shown = path.suffix in _SHOWN and "telecharger" not in request.query_params
        policy = SHOWN_POLICY if path.suffix == ".html" else "default-src 'none'"
        return FileResponse(
            path,
            media_type=kind,
            filename=path.name,
            content_disposition_type="inline" if shown else "attachment",
            headers={"content-security-policy": policy} if path.suffix != ".pdf" else {},
        )

    async def show(self, request: Request) -> Response:
        """Show a screen."""
        screen = request.path_params["screen"]
        if screen not in _SCREENS:
            return await self.absent(request)
        if screen != "depart" and not self._desk.begun:
            return RedirectResponse("/depart", 303)
        return await run_in_threadpool(self._shown, screen, request.query_params)

    def _shown(self, screen: str, query: Mapping[str, str]) -> Response:
        desk = self._desk
        if screen != desk.told_on:  # what was said is of the screen where it was asked
            desk.notice, desk.told, desk.told_on = (), (), screen
        said = desk.notice
        try:
            if trouble := desk.trouble:
                desk.notice = trouble
                return HTMLResponse(self._render("empeche", screen, {}))
            facts = _SCREENS[screen].show(desk, query)
            return HTMLResponse(self._render(screen, screen, facts))
        except TfpbError as error:
            desk.notice = (*desk.notice, *error.faults)
            return HTMLResponse(self._render("empeche", screen, {}))
        finally:
            desk.notice = said  # what a screen finds as it is shown is not found twice

    async def act(self, request: Request) -> Response:
        """Do what the form of a screen asks, then show the screen."""
        screen = request.path_params["screen"]
        if screen not in _SCREENS:
            return await self.absent(request)
        try:
            form = await self._signed(request)
        except OSError as error:  # a disk that is full, as the files come in
            self._desk.notice, self._desk.told_on = cannot_write("", error).faults, screen
            return RedirectResponse(f"/{screen}", 303)
        if isinstance(form, Response):
            return form
        self._desk.notice, self._desk.told, self._desk.told_on = (), (), screen
        try:
            where = await run_in_threadpool(_SCREENS[screen].act, self._desk, form)
        except TfpbError as error:
            self._desk.notice = error.faults
            where = None
        except OSError as error:
            self._desk.notice = cannot_write(Path(error.filename or "").name, error).faults
            where = None
        finally:
            await form.close()
        return RedirectResponse(f"/{screen}{where or ''}", 303)

    async def _signed(self, request: Request) -> FormData | Response:
        """Read a form, if it is of this instance."""
        form = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS)
        token = request.headers.get("x-jeton") or str(form.get("jeton", ""))
        if not self._keys.signed(token):
            await form.close()
            return HTMLResponse(screen_words.refusal("jeton"), 403)
        return form

    def _back(self, form: FormData) -> Response:
        screen = str(form.get("retour", ""))
        return RedirectResponse(f"/{screen}" if screen in _SCREENS else "/", 303)

    def _render(self, template: str, screen: str, facts: dict[str, Any]) -> str:
        desk = self._desk
        job = desk.job
        broken = ""
        if job is not None and not job.running:
            if job.cancelled:
                broken = screen_words.CANCELLED
            elif job.broken:
                broken = screen_words.BROKEN.format(kind=job.broken)
        refused = () if job is None or job.running else job.faults
        common = {
            "ecrans": screen_words.SCREENS,
            "ecran": screen,
            "jeton": self._keys.token,
            "dossier_nom": desk.folder.name,
            "dossier_lieu": str(desk.folder),
            "travail": job,
            "etapes": [s.name for s in STAGES],
            "arret": broken,
            "fini": screen_words.ENDED,
            "travaux": screen_words.WORKING,
            "avis": fault_texts((*desk.notice, *refused)),
            "dits": desk.told,
            "a_jour": desk.fresh,
            "commence": desk.begun,
            "nb_fautes": len(desk.outlook.wrong),
            "nb_doutes": sum(1 for d in desk.outlook.doubts if d.address and not is_decided(d)),
            "aujourdhui": dt.date.today(),  # noqa: DTZ011 - the day proposed for a decision
            "Severity": Severity,
        }
        return self._templates.get_template(f"{template}.html.jinja").render(common | facts)
