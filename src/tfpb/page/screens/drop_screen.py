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
from tfpb.page.entries.dropped_maps import RUNNING, WAITING, DroppedMap, reason, refused
from tfpb.page.entries.versions import kept, replace_content
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
LISTED: Final = {"retirer", "carte"}
"""Gestures on files that are listed with their reason, or as maps."""
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
    why: str = ""
    """Reason why it cannot be read, in French."""


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    job, settings, named = desk.job, desk.settings, desk.files
    every = (*named, *(("", name) for name in unnamed(desk)))
    listed = [_listed(desk, settings, *f) for f in every]
    choices = [(k, ROLES[k]) for k in Fichiers.model_fields if k not in NOT_DROPPED]
    review = reviewed(desk, listed)
    waiting = {one.name for one in review if not one.same}
    if job is None or not job.running:  # an import that was stopped is to begin again
        for one in desk.maps.values():
            one.state = WAITING if one.state == RUNNING else one.state
    return {
        "fichiers": [one for one in listed if one.name not in waiting],
        "roles": choices,
        "modeles": templates_for({role for role, _ in named}),
        "a_revoir": review,
        "refuses": [(n, why) for n, why in refused(desk.journal).items() if n not in desk.maps],
        "cartes": list(desk.maps.items()),
        "genres": [*words.GEOGRAPHIES.items(), (words.TABLE, words.A_TABLE)],
    }


def templates_for(there: Collection[str]) -> list[tuple[str, str]]:
    """List the tables that are not there and have a template: its file, its name."""
    return [(name, ROLES[role]) for name, role in words.TEMPLATE_ROLES.items() if role not in there]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file dropped where there is another: what it may replace, or be added to."""

    name: str
    role: str
    rows: int | None
    there: tuple[tuple[str, int | None], ...]
    adds: bool
    fresh: str
    """Where its content is kept until then, from the folder; its own name for a file of another name."""

    @property
    def same(self) -> bool:
        """Whether it bears the name of the file that is there."""
        return self.fresh != self.name


def reviewed(desk: Desk, listed: list[Listed]) -> list[Reviewed]:
    """List the files that wait for somebody to say what they replace."""
    noted = (a for a in desk.journal.acts if a.lines and a.gesture in {WAITS, _SETTLED})
    last = {a.lines[0]: a for a in noted}
    waiting = {name: a.lines[1:] for name, a in last.items() if a.gesture == WAITS}
    rows = {one.name: one.found.rows if one.found is not None else None for one in listed}
    out = []
    for name, (role, *aside) in waiting.items():
        fresh = aside[0] if aside else name
        if aside and name in rows and (desk.folder / fresh).is_file():
            found = _recognised(desk, fresh)
            count, own = found.rows if found is not None else None, ((name, rows[name]),)
            out.append(Reviewed(name, role, count, own, adds=role == SURVEY, fresh=fresh))
            continue
        there = tuple((o.name, rows[o.name]) for o in listed if o.role == role)
        if there and not aside and name in rows and all(name != other for other, _ in there):
            out.append(Reviewed(name, role, rows[name], there, adds=role == SURVEY, fresh=name))
    return out


def review(desk: Desk, form: FormData) -> None:
    """Do what somebody chose for a file that waits: replace another, be added, be another table, be left."""
    name, other = str(form.get("nom", "")), str(form.get("autre", ""))
    one = next((r for r in show(desk, {})["a_revoir"] if r.name == name), None)
    if one is None:
        raise TfpbError(Fault("fichier_absent", Place(name), name, {"aussi": ""}))
    desk.note(_SETTLED, name, one.role)
    choice, role = form.get("choix"), str(form.get("role", ""))
    if choice == "remplace" and one.same:
        _replace(desk, name, one.fresh)
    elif choice == "remplace" and other in dict(one.there):
        own = desk.settings.enquete.fichiers.get(other)
        _forget(desk, other, one.role)
        assign(desk, name, one.role, _recognised(desk, name))
        if own is not None:
            desk.edit([(("enquete", "fichiers", name), own.model_dump(exclude_defaults=True))])
    elif choice == "ajoute" and one.adds:
        assign(desk, _own_name(desk, one), one.role, _recognised(desk, one.fresh))
    elif choice == "corrige" and role in ROLES:
        _as_role(desk, _own_name(desk, one), role)


def _own_name(desk: Desk, one: Reviewed) -> str:
    """Return the name in the folder of a file that waits: another than that of the file it would replace."""
    return desk.place(one.name, (desk.folder / one.fresh).read_bytes()) if one.same else one.name


def _replace(desk: Desk, name: str, fresh: str) -> None:
    """Write over a file the one of the same name that waits; its role is kept, and its sheet."""
    replace_content(desk, name, (desk.folder / fresh).read_bytes())
    desk.dropped[name] = desk.dropped.get(fresh, ())
    found = _recognised(desk, name)
    role = next((role for role, other in desk.files if other == name), "")
    sheet = desk.settings.reglages.feuilles.get(role)
    if found is not None and role != SURVEY and sheet and sheet not in found.sheets:
        desk.edit([(("reglages", "feuilles", role), found.sheet if found.several else None)])
    desk.messages = (*desk.messages, words.REPLACED.format(name=name))


def _as_role(desk: Desk, name: str, role: str) -> None:
    """Give a file the role that somebody chose; one where another is waits for what it replaces."""
    if role != SURVEY and any(r == role for r, other in desk.files if other != name):
        desk.note(WAITS, name, role)
    else:
        assign(desk, name, role, _recognised(desk, name))


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
    return Listed(name, role, found, own.vague, owner, sheet, dropped, _unread(desk, name))


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
    found = _looked_at(desk, name)
    return None if isinstance(found, str) else found


def _unread(desk: Desk, name: str) -> str:
    """Return why a file of the dossier cannot be read; empty where it can."""
    found = _looked_at(desk, name)
    return found if isinstance(found, str) else ""


def _looked_at(desk: Desk, name: str) -> Recognised | str:
    path = desk.settings.path(name)

    def look() -> Recognised | str:
        try:
            return recognise(path)
        except TfpbError as error:
            return reason(error.faults)

    found: Recognised | str = desk.kept(("reconnu", *mark(path)), look)
    return found


def act(desk: Desk, form: FormData) -> None:
    """Take files in, or correct what was understood of them."""
    if form.get("geste") == "deposer":
        uploads = [f for f in form.getlist("fichiers") if isinstance(f, UploadFile) and f.filename]
        receive(desk, uploads)
    elif form.get("geste") == "revoir":
        review(desk, form)
    elif form.get("geste") in LISTED:
        correct_listed(desk, form)
    else:
        _corrected(desk, form)
    desk.check()


def correct_listed(desk: Desk, form: FormData) -> None:
    """Take a refused file off the list, or import a map as something else."""
    name = str(form.get("nom", ""))
    if form.get("geste") == "retirer":
        desk.accept(name)
    else:
        import_otherwise(desk, name, str(form.get("genre", "")))


def receive(
    desk: Desk,
    uploads: Iterable[UploadFile],
    take: Callable[[Path, Recognised, str], str] | None = None,
) -> None:
    """Put files in the dossier: recognised, without the columns that look like a person.

    Until then they lie in a folder of the system that only this user can read, and that goes even
    after a kill. Maps stay there while the page is open, to be imported as something else. `take`
    puts a table elsewhere: of its path, what it is and how it was named.
    """
    lines: list[str] = []
    faults: list[Fault] = []
    maps: list[str] = []
    for upload in uploads:
        with ExitStack() as own:
            name = safe_name(upload.filename or "")
            path = own.enter_context(scratch_folder()) / name
            try:
                with path.open("wb") as out:
                    shutil.copyfileobj(upload.file, out, 1 << 20)
                if kind := geography_of(path, name):
                    if name in desk.maps:
                        desk.maps[name].lent.close()
                    desk.maps[name] = DroppedMap(path, kind, own.pop_all())
                    maps.append(name)
                    continue
                if path.suffix.lower() == ".toml":
                    lines.append(_settings(desk, path))
                else:
                    found = recognise(path)
                    asked = upload.filename or ""
                    lines.append(take(path, found, asked) if take else enter(desk, path, found))
                desk.accept(name)
            except TfpbError as error:
                faults += error.faults
                desk.refuse(name, error.faults)
    desk.notice, desk.messages = tuple(faults), (*filter(None, lines), *desk.messages)
    _import_maps(desk, maps)


def _import_maps(desk: Desk, names: list[str]) -> None:
    """Import dropped maps, unless another work is under way: they then wait for someone to ask again."""
    found = [(desk.maps[name].kind, desk.maps[name].path) for name in dict.fromkeys(names)]
    if found and desk.begin(BRING, bring, found, desk.geography):
        for name in names:
            desk.maps[name].state = RUNNING


def import_otherwise(desk: Desk, name: str, kind: str) -> None:
    """Import a dropped map as what somebody says it is, or take it for a table of the dossier."""
    one = desk.maps.get(name)
    if one is None:
        raise TfpbError(Fault("fichier_absent", Place(name), name, {"aussi": ""}))
    if kind == words.TABLE:
        desk.messages = (*desk.messages, enter(desk, one.path, recognise(one.path)))
        desk.accept(name)
        del desk.maps[name]
        one.lent.close()
    elif kind in words.GEOGRAPHIES:
        one.kind = kind
        _import_maps(desk, [name])


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
    data = safe_copy(path, found)
    held = {other: role for role, other in desk.files}
    if name in held and (desk.folder / name).read_bytes() == data:
        desk.note(_SETTLED, name, held[name])
        return words.UNCHANGED.format(name=name)
    if name in held:
        fresh = kept(desk, name, data)
        desk.dropped[fresh] = found.dropped
        desk.note(WAITS, name, held[name], fresh)
        return words.SAME_NAME.format(name=name)
    if name in unnamed(desk):  # nothing reads the one that is there
        replace_content(desk, name, data)
    else:
        name = desk.place(name, data)
    desk.dropped[name] = found.dropped
    role = found.role
    years, year = set(_YEAR.findall(name)), desk.settings.dossier.annee
    if role == "programme" and str(year - 1) in years and str(year) not in years:
        role = "programme_precedent"
    if not role or not found.rows:
        return (words.UNKNOWN if found.rows else words.WITHOUT_ROWS).format(name=name)
    there = [other for one, other in desk.files if one == role and other != name]
    if there and (role != SURVEY or _again(desk, path.name, found)):
        desk.note(WAITS, name, role)
        return words.WAITS.format(name=name, role=ROLES[role], there=", ".join(there))
    assign(desk, name, role, found)
    line = words.TAKEN.format(name=name, role=ROLES[role])
    if found.dropped:
        line += words.DROPPED.format(count=len(found.dropped), names=", ".join(found.dropped))
    blanked = [sheet for sheet, _ in found.personal if sheet in found.covers]
    if blanked:
        line += words.BLANKED.format(count=len(blanked), names=", ".join(blanked))
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


def assign(
    desk: Desk, name: str, role: str, found: Recognised | None, sheet: str | None = None
) -> None:
    """Name a file in the settings; a first survey brings its plan, drafted.

    `sheet` is the one that somebody chose; that which looks likest by default.
    """
    if role != SURVEY:
        several = found is not None and found.several
        sheet = sheet or (found.sheet if several and found is not None else None)
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
        old, sheet = before.get(name, ""), str(form.get(f"feuille{k}", ""))
        found = _recognised(desk, name)
        chosen = sheet if found is not None and sheet in found.sheets else None
        if role != old:
            if old:
                _forget(desk, name, old)
            if role in ROLES:
                assign(desk, name, role, found, chosen)
        if role == SURVEY:
            own = {"vague": wave, "bailleur": str(form.get(f"organisme{k}", "")).strip()}
            kept = {key: text for key, text in own.items() if text}
            desk.edit([(("enquete", "fichiers", name), kept or None)])
        elif role == old and role and chosen:
            desk.edit([(("reglages", "feuilles", role), chosen)])


def _forget(desk: Desk, name: str, role: str) -> None:
    """Take a file out of the settings; it stays in the folder."""
    if role == SURVEY:
        left = [n for n in desk.settings.fichiers.enquete if n != name]
        desk.edit([(("fichiers", SURVEY), left or None), (("enquete", "fichiers", name), None)])
    else:
        desk.edit([(("fichiers", role), words.NO_STOCK if role == "patrimoine" else None)])
