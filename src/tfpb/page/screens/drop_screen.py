"""« Déposer »: all files at once; each is recognised, and corrected by choosing."""

from __future__ import annotations

import re
import shutil
import tomllib
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import UploadFile

from tfpb.errors import Fault, Place, TfpbError
from tfpb.geodata.geography import geography_of
from tfpb.io.machine.scratch import scratch_folder
from tfpb.io.packs.pack import PACK_FOLDER
from tfpb.io.sources.deliveries import read_delivery
from tfpb.io.sources.recognition import SURVEY, Recognised, recognise, safe_copy
from tfpb.io.sources.toml_files import read_toml
from tfpb.io.tables.contents import TABLE_FILES, TEXT, form
from tfpb.model.plan import FichierEnquete
from tfpb.model.settings import Fichiers
from tfpb.page.desk import BRING, NOT_DROPPED, PLAN, mark, safe_name
from tfpb.page.screens.start_screen import bring
from tfpb.perimeters import ruling_vintage
from tfpb.survey.reading.drafting import draft_plan
from tfpb.survey.reading.plan_joining import plan_changes
from tfpb.words.documents.report_words import ROLES
from tfpb.words.page import screen_words as words
from tfpb.words.survey.drafting_words import CONFIRM

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from starlette.datastructures import FormData

    from tfpb.model.plan import Plan
    from tfpb.model.settings import Settings
    from tfpb.page.desk import Desk

WAITS: Final = "revoir"
_SETTLED: Final = "revu"
_YEAR: Final = re.compile(r"(?<!\d)20\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the dossier as the screen shows it."""

    name: str
    role: str
    found: Recognised | None
    wave: str
    owner: str | None
    sheet: str
    dropped: tuple[str, ...]


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    settings, named = desk.settings, desk.files
    every = (*named, *(("", name) for name in unnamed(desk)))
    listed = [_listed(desk, settings, *f) for f in every]
    choices = [(k, ROLES[k]) for k in Fichiers.model_fields if k not in NOT_DROPPED]
    waiting = {one.name for one in reviewed(desk, listed)}
    return {
        "fichiers": [one for one in listed if one.name not in waiting],
        "roles": choices,
        "modeles": templates_for({role for role, _ in named}),
        "a_revoir": reviewed(desk, listed),
    }


def templates_for(there: Collection[str]) -> list[tuple[str, str]]:
    """List the tables that are not there and have a template: its file, its name."""
    return [(name, ROLES[role]) for name, role in words.TEMPLATE_ROLES.items() if role not in there]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file dropped where another stands: what it may replace, or be added to."""

    name: str
    role: str
    rows: int | None
    there: tuple[tuple[str, int | None], ...]
    adds: bool


def reviewed(desk: Desk, listed: list[Listed]) -> list[Reviewed]:
    """List the files that wait for somebody to say what they replace."""
    noted = (a for a in desk.journal.acts if a.lines and a.gesture in {WAITS, _SETTLED})
    last = {a.lines[0]: a for a in noted}
    waiting = {name: a.lines[1] for name, a in last.items() if a.gesture == WAITS}
    rows = {one.name: one.found.rows if one.found is not None else None for one in listed}
    out = []
    for name, role in waiting.items():
        there = tuple((o.name, rows[o.name]) for o in listed if o.role == role)
        if there and name in rows and all(name != other for other, _ in there):
            out.append(Reviewed(name, role, rows[name], there, adds=role == SURVEY))
    return out


def review(desk: Desk, form: FormData) -> None:
    """Do what somebody chose for a file that waits: replace another, be added, be left aside."""
    name, other = str(form.get("nom", "")), str(form.get("autre", ""))
    one = next((r for r in show(desk, {})["a_revoir"] if r.name == name), None)
    if one is None:
        raise TfpbError(Fault("fichier_absent", Place(name), name, {"aussi": ""}))
    if form.get("choix") == "remplace" and other in dict(one.there):
        own = desk.settings.enquete.fichiers.get(other)
        _forget(desk, other, one.role)
        assign(desk, name, one.role, _recognised(desk, name))
        if own is not None:
            desk.edit([(("enquete", "fichiers", name), own.model_dump(exclude_defaults=True))])
    elif form.get("choix") == "ajoute" and one.adds:
        assign(desk, name, one.role, _recognised(desk, name))
    desk.note(_SETTLED, name, one.role)


def unnamed(desk: Desk) -> list[str]:
    """List the tables of the folder that the settings do not name, and that no screen wrote."""
    settings = desk.settings
    used = {name for _, name in desk.files} | {
        settings.fichiers.decisions,
        settings.fichiers.a_faire,
        words.CORRECTIONS,
    }
    return [
        p.name
        for p in sorted(desk.folder.iterdir())
        if p.suffix.lower() in TABLE_FILES
        and p.name not in used
        and not p.name.startswith((".", "~$", f"{PACK_FOLDER}_a_verifier"))
    ]


def _listed(desk: Desk, settings: Settings, role: str, name: str) -> Listed:
    found = _recognised(desk, name)
    own = settings.enquete.fichiers.get(name, FichierEnquete())
    sheet = settings.reglages.feuilles.get(role) or (found.sheet if found is not None else "")
    dropped = desk.dropped.get(name, ())
    owner = own.bailleur if role == SURVEY and _is_unowned(desk, name) else None
    return Listed(name, role, found, own.vague, owner, sheet, dropped)


def _is_unowned(desk: Desk, name: str) -> bool:
    """Tell whether no column of a delivery names its landlord, and the plan names none for all."""
    plan = desk.plan
    if plan is None or plan.colonnes.bailleur_fixe:
        return False
    settings, path = desk.settings, desk.settings.path(name)
    sheet = settings.reglages.feuilles.get(SURVEY)
    key = ("organisme", sheet or "", plan.colonnes.bailleur, *mark(path))
    with suppress(TfpbError):
        named: bool = desk.kept(
            key,
            lambda: (
                read_delivery(path, plan, sheet=sheet).column(plan.colonnes.bailleur) is not None
            ),
        )
        return not named
    return False


def _recognised(desk: Desk, name: str) -> Recognised | None:
    """Return what a file of the dossier is like; None where it cannot be read."""
    path = desk.settings.path(name)
    with suppress(TfpbError):
        found: Recognised = desk.kept(("reconnu", *mark(path)), lambda: recognise(path))
        return found
    return None


def act(desk: Desk, form: FormData) -> None:
    """Take files in, or correct what was understood of them."""
    if form.get("geste") == "deposer":
        uploads = [f for f in form.getlist("fichiers") if isinstance(f, UploadFile) and f.filename]
        receive(desk, uploads)
    elif form.get("geste") == "revoir":
        review(desk, form)
    else:
        _corrected(desk, form)
    desk.check()


def receive(
    desk: Desk,
    uploads: Iterable[UploadFile],
    take: Callable[[Path, Recognised, str], str] | None = None,
) -> None:
    """Put files in the dossier: recognised, without the columns that look like a person.

    Until then they lie in a folder of the system that only this user can read, and that goes even
    after a kill. Maps stay there for the time of their import. `take` puts a table elsewhere: of its
    path, what it is and how it was named.
    """
    lines: list[str] = []
    faults: list[Fault] = []
    maps: list[tuple[str, Path]] = []
    with ExitStack() as lent:
        for upload in uploads:
            with ExitStack() as own:
                name = safe_name(upload.filename or "")
                path = own.enter_context(scratch_folder()) / name
                try:
                    with path.open("wb") as out:
                        shutil.copyfileobj(upload.file, out, 1 << 20)
                    if kind := geography_of(path, name):
                        maps.append((kind, path))
                        lent.push(own.pop_all())
                    elif path.suffix.lower() == ".toml":
                        lines.append(_settings(desk, path))
                    else:
                        found = recognise(path)
                        asked = upload.filename or ""
                        lines.append(take(path, found, asked) if take else enter(desk, path, found))
                except TfpbError as error:
                    faults += error.faults
        desk.notice, desk.messages = tuple(faults), (*filter(None, lines), *desk.messages)
        if maps:
            held = lent.pop_all()
            if not desk.begin(BRING, bring, maps, desk.geography, lent=held):
                held.close()


def _settings(desk: Desk, path: Path) -> str:
    """Take in a plan of the survey; other settings are made here."""
    data = path.read_bytes()
    if b"[[items]]" not in data:
        return words.NOT_TAKEN.format(name=path.name)
    name = desk.place(path.name, data)
    desk.edit([(("fichiers", "plan"), name)])
    return words.TAKEN.format(name=name, role=ROLES["plan"])


def enter(desk: Desk, path: Path, found: Recognised) -> str:
    """Copy a file into the dossier and name it in the settings; return what was done, in French."""
    name = path.name
    if found.dropped and form(path) != TEXT and path.suffix.lower() != ".xlsx":
        name = f"{path.stem}.xlsx"
    name = desk.place(name, safe_copy(path, found))
    desk.dropped[name] = found.dropped
    role = found.role
    years, year = set(_YEAR.findall(name)), desk.settings.dossier.annee
    if role == "programme" and str(year - 1) in years and str(year) not in years:
        role = "programme_precedent"
    if not role:
        return (words.UNKNOWN if found.rows else words.WITHOUT_ROWS).format(name=name)
    there = [other for one, other in desk.files if one == role and other != name]
    if there and (role != SURVEY or _again(desk, path.name, found)):
        desk.note(WAITS, name, role)
        return words.WAITS.format(name=name, role=ROLES[role], there=", ".join(there))
    assign(desk, name, role, found)
    line = words.TAKEN.format(name=name, role=ROLES[role])
    if found.dropped:
        line += words.DROPPED.format(count=len(found.dropped), names=", ".join(found.dropped))
    return line


def _again(desk: Desk, name: str, found: Recognised) -> bool:
    """Tell whether a delivery may be another state of one that is there: its name, or its wave."""
    settled = desk.settings.enquete.fichiers
    for other in desk.settings.fichiers.enquete:
        before = _recognised(desk, other)
        waves = (
            (settled[other].vague,)
            if other in settled
            else before.waves
            if before is not None
            else ()
        )
        if safe_name(name) == other or set(waves) & set(found.waves):
            return True
    return False


def assign(desk: Desk, name: str, role: str, found: Recognised | None) -> None:
    """Name a file in the settings; a first survey brings its plan, drafted."""
    if role != SURVEY:
        sheet = found.sheet if found is not None and found.several else None
        desk.edit([(("fichiers", role), name), (("reglages", "feuilles", role), sheet)])
        return
    settings = desk.settings
    there = settings.fichiers.enquete
    if name not in there:
        desk.edit([(("fichiers", SURVEY), [*there, name])])
    sheet = settings.reglages.feuilles.get(SURVEY)
    delivery = read_delivery(desk.folder / name, sheet=sheet)
    draft = draft_plan(delivery.table, delivery.dictionary)
    if desk.plan is None:
        desk.write(
            {desk.folder / PLAN: draft.encode()}, {desk.file: [(("fichiers", "plan"), PLAN)]}
        )
        with suppress(TfpbError):  # a year without map is said by a check
            ruling = ruling_vintage(settings.dossier.annee, "")
            desk.write(edits={desk.folder / PLAN: [(("reglages", "carte"), ruling)]})
    else:
        drafted = CONFIRM in desk.plan_file.read_text(encoding="utf-8", errors="replace")
        more = plan_changes(read_toml(desk.plan_file), tomllib.loads(draft), adds=drafted)
        desk.write(edits={desk.plan_file: more})
    plan = desk.plan
    if plan is None:
        return
    delivery = read_delivery(desk.folder / name, plan, sheet=sheet)
    waves = found.waves if found is not None else ()
    if waves and delivery.column(plan.colonnes.vague) is None:
        desk.name_wave(name, waves[0])
    _owned(desk, plan, name, named=delivery.column(plan.colonnes.bailleur) is not None)


def _owned(desk: Desk, plan: Plan, name: str, *, named: bool) -> None:
    """Give its landlord, that of the dossier, to each delivery that names none."""
    settings, fixed = desk.settings, plan.colonnes.bailleur_fixe
    owner, files = settings.dossier.bailleur, settings.fichiers.enquete
    if not named and not fixed:
        if len(files) == 1:
            desk.write(edits={desk.plan_file: [(("colonnes", "bailleur_fixe"), owner)]})
        else:
            desk.edit([(("enquete", "fichiers", name, "bailleur"), owner)])
        desk.messages = (*desk.messages, words.OWNED.format(name=owner))
    elif named and fixed == owner:  # it would hide the names of this one
        desk.write(edits={desk.plan_file: [(("colonnes", "bailleur_fixe"), None)]})
        alone = [other for other in files if other != name and _is_unowned(desk, other)]
        desk.edit([(("enquete", "fichiers", other, "bailleur"), owner) for other in alone])


def _corrected(desk: Desk, form: FormData) -> None:
    """Give files the roles and the waves that were chosen."""
    known = {path.name for path in desk.folder.iterdir() if path.is_file()}
    before = {name: role for role, name in desk.files}
    for k, name in enumerate(map(str, form.getlist("nom"))):
        if name not in known:
            raise TfpbError(Fault("fichier_absent", Place(name), name, {"aussi": ""}))
        role, wave = str(form.get(f"role{k}", "")), str(form.get(f"vague{k}", "")).strip()
        old = before.get(name, "")
        if role != old:
            if old:
                _forget(desk, name, old)
            if role in ROLES:
                assign(desk, name, role, _recognised(desk, name))
        if role == SURVEY:
            own = {"vague": wave, "bailleur": str(form.get(f"organisme{k}", "")).strip()}
            kept = {key: text for key, text in own.items() if text}
            desk.edit([(("enquete", "fichiers", name), kept or None)])
        elif role == old and role and (sheet := str(form.get(f"feuille{k}", ""))):
            found = _recognised(desk, name)
            if found is not None and sheet in found.sheets:
                desk.edit([(("reglages", "feuilles", role), sheet)])


def _forget(desk: Desk, name: str, role: str) -> None:
    """Take a file out of the settings; it stays in the folder."""
    if role == SURVEY:
        left = [n for n in desk.settings.fichiers.enquete if n != name]
        desk.edit([(("fichiers", SURVEY), left or None), (("enquete", "fichiers", name), None)])
    else:
        desk.edit([(("fichiers", role), words.NO_STOCK if role == "patrimoine" else None)])
