"""The local page as an application: one address a screen, one form token, everything else in the screens."""

from __future__ import annotations

import datetime as dt
import hashlib
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from tfpb.errors import TfpbError
from tfpb.io.tables.contents import cannot_write, max_file_bytes
from tfpb.page.desk import Gesture, in_gesture
from tfpb.page.door import ENTRANCE, FORM_BYTES, SHOWN_POLICY, Door, Keys
from tfpb.page.screens import (
    answers_screen,
    columns_screen,
    doubts_screen,
    drop_screen,
    faults_screen,
    journal_screen,
    names_screen,
    pack_screen,
    preview_screen,
    questions_screen,
    start_screen,
    tasks_screen,
)
from tfpb.page.union.region_desk import RegionDesk
from tfpb.page.union.region_screens import REGION_SCREENS
from tfpb.report import theme
from tfpb.text import printable
from tfpb.words.faults.sentences import fault_texts
from tfpb.words.numbers import euros, long_date, number, plural
from tfpb.words.page import screen_words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from tfpb.page.desk import Desk
    from tfpb.page.hand import Hand

_ROOM: Final = Path(__file__).parent
_ASSETS: Final = {
    "page.css": _ROOM / "assets" / "page.css",
    "page.js": _ROOM / "assets" / "page.js",
    **{path.name: path for path in theme.FONT_FILES.values()},
}
SCREENS: Final[dict[str, Any]] = {
    "depart": start_screen,
    "deposer": drop_screen,
    "colonnes": columns_screen,
    "noms": names_screen,
    "questions": questions_screen,
    "fautes": faults_screen,
    "reponses": answers_screen,
    "doutes": doubts_screen,
    "apercu": preview_screen,
    "a_faire": tasks_screen,
    "dossier": pack_screen,
    "journal": journal_screen,
}
_BUTTONS: Final = frozenset({"arreter", "verifier", "quitter"})
"""Forms of every screen: each goes back to the one it was on."""
_UPLOADING: Final = frozenset({"/deposer", "/dossier"})
_MOST_FILES: Final = 250
"""At once: those of 26 bailleurs, each with its nine tables."""
_MOST_FIELDS: Final = 40_000
_SHOWN: Final = frozenset({".html", ".pdf", ".png"})
_SEEN: Final = "@"
"""In the token of a form, before the last act that it saw, then before the mark of its desk."""
_TYPED: Final = "champ:"
"""Before the name of a field, in what is sent as it is typed."""
_OF_FORM: Final = frozenset({"jeton", "brouillon", "retour"})


def application(
    hand: Hand, keys: Keys, *, host: str, seen: Callable[[], None], leave: Callable[[], None]
) -> ASGIApp:
    """Make the application of one instance, its door before it.

    `host` is the host and port of its address; `seen` is called at each request; `leave` ends the server.
    """
    page = _Page(hand, keys, leave)
    routes = [
        Route("/", page.first),
        Route(ENTRANCE, page.entrance),
        Route("/fichiers/{name}", page.asset),
        Route("/avancement", page.progress),
        Route("/vivant", page.alive),
        Route("/adresses", page.suggested),
        Route("/lieu", page.located),
        Route("/brouillon", page.draft, methods=["POST"]),
        Route("/modele/{name}", page.template),
        Route("/pack/{name:path}", page.packed),
        Route("/envoi/{sent}/{name:path}", page.packed),
        Route("/{screen}", page.show, methods=["GET"]),
        Route("/{screen}", page.act, methods=["POST"]),
    ]
    refused = {403: "jeton", 404: "absente", 409: "autre"}
    handlers = {code: _refusal(code, why) for code, why in refused.items()}
    app = Starlette(routes=routes, exception_handlers={**handlers, Exception: page.ours})
    return Door(app, keys=keys, host=host, uploads=_most, seen=seen)


def _most(path: str) -> int:
    return max_file_bytes() + FORM_BYTES if path in _UPLOADING else FORM_BYTES


def _refusal(status: int, why: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers a request that is refused."""

    async def refused(_request: Request, _error: Exception) -> Response:
        return HTMLResponse(screen_words.refusal(why), status)

    return refused


def _gesture(screen: str, form: FormData) -> Gesture:
    """Read what a form does, for whom, and the last act that it saw."""
    who = str(form.get("auteur") or form.get("par") or form.get("qui") or "").strip()
    _, seen, _ = _parts(form)
    return Gesture(
        screen, str(form.get("geste", "")), who, str(form.get("brouillon", "")),
        seen=int(seen) if seen.isdecimal() else None,
    )  # fmt: skip


def _parts(form: FormData) -> tuple[str, str, str]:
    """Part the token of a form: its signature, the last act that it saw, the mark of its desk."""
    signed, seen, sign, *_ = (*str(form.get("jeton", "")).split(_SEEN), "", "")
    return signed, seen, sign


def _screens(desk: Desk) -> dict[str, Any]:
    return REGION_SCREENS if isinstance(desk, RegionDesk) else SCREENS


def _address(desk: Desk, asked: str, where: str = "") -> str:
    """Return the address of a screen, which names the desk where the page has several."""
    sign = _mark(desk)
    return f"/{asked}{sign}{where.replace('?', '&', 1) if sign else where}"


def _mark(desk: Desk) -> str:
    return f"?d={desk.mark}" if desk.region or isinstance(desk, RegionDesk) else ""


def _counts(desk: Desk) -> dict[str, int | None]:
    """Count what is left, by screen: None where it is not computed, for these files as they are."""
    found = desk.outlook
    fresh = desk.begun and desk.fresh
    doubts = sum(d.is_open for d in found.doubts if d.address)
    return {
        "fautes": len(found.wrong) if fresh else None,
        "reponses": sum(one.is_waiting for one in found.asked)
        if desk.begun and desk.read_through
        else None,
        "doutes": doubts if fresh and found.computed and not desk.pending else None,
    }


def _print(parts: object) -> str:
    """Return a short mark of what a form is about: a draft of other rows is not its own."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


class _Page:
    """The handlers of one instance."""

    def __init__(self, hand: Hand, keys: Keys, leave: Callable[[], None]) -> None:
        self._hand, self._keys, self._leave = hand, keys, leave
        self._templates = Environment(
            loader=FileSystemLoader(_ROOM / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "euros": euros, "nombre": number, "pluriel": plural, "jour": long_date, "net": printable,
            "enjeu": screen_words.at_stake, "empreinte": _print,
        }  # fmt: skip

    def _looked_at(self, sign: str) -> Desk:
        """Return the desk that a tab shows, and take it in hand."""
        if (desk := self._hand.take(sign)) is None:
            raise HTTPException(409)
        return desk

    def _asked(self, request: Request) -> Desk:
        return self._looked_at(request.query_params.get("d", ""))

    async def first(self, _request: Request) -> Response:
        """Go to the screen where the work stands."""
        desk = self._hand.desk
        return RedirectResponse(_address(desk, "deposer" if desk.begun else "depart"), 303)

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
        if (path := _ASSETS.get(request.path_params["name"])) is None:
            raise HTTPException(404)
        return FileResponse(path)

    async def ours(self, _request: Request, error: Exception) -> Response:
        """Say that the program is at fault, as the commands do."""
        text = screen_words.BROKEN.format(kind=type(error).__name__)
        return HTMLResponse(screen_words.page_of(screen_words.AT_FAULT, text), 500)

    async def alive(self, request: Request) -> Response:
        """Tell that a page is still open, and answer the last change: another tab may have done it."""
        return PlainTextResponse(str(self._asked(request).journal.last_change or ""))

    async def draft(self, request: Request) -> Response:
        """Keep what is being typed, or forget it."""
        async with request.form(max_fields=_MOST_FIELDS) as form:
            token, _, sign = _parts(form)
            if not self._keys.signed(token):
                raise HTTPException(403)
            desk = self._looked_at(sign)
            screen, name = str(form.get("ecran", "")), str(form.get("brouillon", ""))
            if screen not in SCREENS or not name:
                raise HTTPException(404)
            typed = {
                k.removeprefix(_TYPED): str(v) for k, v in form.items() if k.startswith(_TYPED)
            }
        with desk.lock:
            if typed:
                desk.journal.keep(screen, name, typed)
            else:
                desk.journal.forget(screen, name)
        return Response(status_code=204)

    async def progress(self, request: Request) -> Response:
        """Give the part of the page that tells where a work stands."""
        return self._rendered(self._asked(request), "avancement", "", {})

    async def suggested(self, request: Request) -> Response:
        """Give the addresses that what is typed may become."""
        return await run_in_threadpool(self._answered, doubts_screen.suggested, request)

    async def located(self, request: Request) -> Response:
        """Say on which side of the limits a point is, as the stages find it."""
        return await run_in_threadpool(self._answered, doubts_screen.located, request)

    def _answered(self, ask: Callable[..., Any], request: Request) -> Response:
        try:
            return JSONResponse(ask(self._asked(request), request.query_params))
        except TfpbError as error:  # no geography, or no dossier: what lacks is said by the screens
            raise HTTPException(404) from error

    async def template(self, request: Request) -> Response:
        """Give the template of a table, the one that `tfpb nouveau` writes."""
        from tfpb.report.documents.workbook_forms import TEMPLATES, template  # noqa: PLC0415 - openpyxl

        name = request.path_params["name"]
        if name not in TEMPLATES:
            raise HTTPException(404)
        data = await run_in_threadpool(template, TEMPLATES[name])
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type=mimetypes.guess_type(name)[0], headers=headers)

    async def packed(self, request: Request) -> Response:
        """Give a file of a pack or a send: shown where a browser shows it, of no origin; or to be saved."""
        sent = request.path_params.get("sent")
        desk = self._asked(request)
        sends = {p.name: p for p in desk.sends}
        pack = desk.pack() if sent is None else sends.get(sent)
        if pack is None:
            raise HTTPException(404)
        path = pack / request.path_params["name"]
        if not path.resolve().is_relative_to(pack.resolve()) or not path.is_file():
            raise HTTPException(404)
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
        screen, desk = request.path_params["screen"], self._asked(request)
        if screen not in _screens(desk):
            raise HTTPException(404)
        if screen != "depart" and not desk.begun:
            return RedirectResponse("/depart", 303)
        return await run_in_threadpool(self._shown, desk, screen, request.query_params)

    def _shown(self, desk: Desk, screen: str, query: Mapping[str, str]) -> Response:
        if screen != desk.messages_screen:  # what was said is of the screen where it was asked
            desk.notice, desk.messages, desk.messages_screen = (), (), screen
        notice = desk.notice
        if desk.begun:
            desk.notice_outside()
        try:  # settings that cannot be read are said on every screen
            facts = {"reglages": desk.settings if desk.begun else None}
            shown = _screens(desk)[screen]
            template = getattr(shown, "TEMPLATE", screen)
            return self._rendered(desk, template, screen, facts | shown.show(desk, query))
        except TfpbError as error:
            desk.notice = (*notice, *(f for f in error.faults if f not in notice))
            return self._rendered(desk, "empeche", screen, {"textes": faults_screen.texts_of(desk)})
        finally:
            desk.notice = notice  # what a screen finds as it is shown is not found twice

    async def act(self, request: Request) -> Response:
        """Do what the form of a screen asks, then show the screen."""
        asked, desk = request.path_params["screen"], self._hand.desk
        if asked not in SCREENS and asked not in _BUTTONS:
            raise HTTPException(404)
        try:
            async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as form:
                token, _, sign = _parts(form)
                if not self._keys.signed(token):
                    raise HTTPException(403)
                desk = self._looked_at(sign)
                if asked not in _screens(desk) and asked not in _BUTTONS:
                    raise HTTPException(404)
                return await run_in_threadpool(self._done, desk, asked, form)
        except OSError as error:  # a disk that is full, as the files come in
            desk.notice, desk.messages_screen = cannot_write("", error).faults, asked
            return RedirectResponse(_address(desk, asked), 303)

    def _done(self, desk: Desk, asked: str, form: FormData) -> Response:
        screen = str(form.get("retour", ""))
        if asked == "depart" and form.get("geste") == "sorte":
            self._hand.begin(region=form.get("sorte") == "region")
            return RedirectResponse("/depart", 303)
        if asked == "quitter" and not self._hand.busy:
            self._leave()
            return self._rendered(desk, "fin", "", {})
        if asked == "arreter":
            desk.cancel()
        elif asked == "verifier":
            desk.check(again=True)
        if asked in _BUTTONS:
            return RedirectResponse(
                _address(desk, screen if screen in _screens(desk) else "deposer"), 303
            )
        desk.end_import()
        desk.notice, desk.messages, desk.messages_screen = (), (), asked
        where = None
        desk.notice_outside()
        try:
            with in_gesture(_gesture(asked, form)) as gesture:
                where = _screens(desk)[asked].act(desk, form)
            if gesture.form and not gesture.first:  # nothing changed: nothing is left to record
                desk.journal.forget(asked, gesture.form)
        except TfpbError as error:
            desk.notice = error.faults
            if gesture.form and not any(f.code == "modifie_ailleurs" for f in error.faults):
                typed = {k: v for k, v in form.items() if isinstance(v, str) and k not in _OF_FORM}
                desk.journal.keep(asked, gesture.form, typed)
        except OSError as error:
            desk.notice = cannot_write(Path(error.filename or "").name, error).faults
        return RedirectResponse(_address(desk, asked, where or ""), 303)

    def _rendered(
        self, desk: Desk, template: str, screen: str, facts: dict[str, Any]
    ) -> HTMLResponse:
        job = desk.job
        common = {
            "bureau": desk,
            "mots": screen_words,
            "ecran": screen,
            "ici": _mark(desk),
            "region": f"?d={self._hand.home.mark}" if desk.region else "",
            "ecrans": desk.screens,
            "jeton": _SEEN.join((self._keys.token, str(desk.journal.last), desk.mark)),
            "brouillons": desk.journal.drafts_of(screen),
            "comptes": _counts(desk),
            "travail": job,
            "avis": fault_texts((*desk.notice, *(job.faults if job is not None else ()))),
            "nb_reponses": sum(one.is_waiting for one in desk.outlook.asked),
            "aujourdhui": dt.date.today(),  # noqa: DTZ011 - the day proposed for a decision
        }
        page = self._templates.get_template(f"{template}.html.jinja")
        return HTMLResponse(page.render(common | facts))
