"""« Dossier »: the run, its progress, what it made, what it changed; two packs compared; the year after."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile

from tfpb.evidence.differences import differences
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.packs.pack import ARCHIVE, read_pack, run_hash_of
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.pipeline.last_pack import carried_over
from tfpb.words.documents.pack_words import compared, difference_words
from tfpb.words.numbers import euros
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    blocked = {"bloque": len(desk.outlook.wrong) if desk.fresh else 0}
    if (pack := desk.pack()) is None:
        return {"pack": "", **blocked}
    folders = ((pack / name).glob("*.pdf") for name in ("cartes", "habitants"))
    return {
        "pack": pack.name,
        "fait_le": _day_of(pack),
        "fichiers": [(n, text) for n, text in words.FILES.items() if (pack / n).is_file()],
        "pages": [p.relative_to(pack).as_posix() for found in folders for p in sorted(found)],
        **blocked,
    }


def act(desk: Desk, form: FormData) -> None:
    """Make the pack, compare it with another, or begin the next year's dossier."""
    gesture = form.get("geste")
    if gesture == "faire":
        anyway = form.get("quand_meme") == "oui"
        desk.make(release=form.get("diffuser") == "oui", anyway=anyway)
    elif gesture == "comparer":
        other, pack = form.get("autre"), desk.pack()
        if isinstance(other, UploadFile) and other.filename and pack is not None:
            desk.messages = tuple(_compared(pack, other))
    elif gesture == "suivante":
        desk.messages = tuple(_next_year(desk))


def _compared(pack: Path, other: UploadFile) -> list[str]:
    """Say what differs between a pack that was brought and that of the dossier."""
    from tfpb.io.machine.scratch import scratch_folder  # noqa: PLC0415 - where one is brought

    with scratch_folder() as folder:
        path = folder / ARCHIVE
        path.write_bytes(other.file.read())
        first, second = read_pack(path), read_pack(pack)
    names = (other.filename or "", pack.name)
    lines = [compared((names[0], run_hash_of(first)), (names[1], run_hash_of(second)))]
    return [*lines, *difference_words(differences(first, second))]


def _next_year(desk: Desk) -> list[str]:
    """Begin the dossier of the year after beside this one: same settings, no file yet.

    What is carried over is what the last pack of this year says, never what this year was owed.
    """
    settings = desk.settings
    year = settings.dossier.annee + 1
    folder = desk.folder.with_name(words.NEXT_FOLDER.format(name=desk.folder.name, year=year))
    target = folder / desk.file.name
    if target.exists():
        return [words.NEXT_THERE.format(folder=folder)]
    write_bytes(target, desk.file.read_bytes())
    named = settings.fichiers.model_dump(exclude={"patrimoine", "plan"})
    changes: list[tuple[tuple[str, ...], Any]] = [(("dossier", "annee"), year)]
    changes += [(("fichiers", role), None) for role, names in named.items() if names]
    changes += [(("fichiers", "patrimoine"), words.NO_STOCK), (("enquete",), None)]
    changes.append((("reponses",), None))
    source = settings.path(settings.fichiers.programme)
    if source.is_file():
        write_bytes(folder / source.name, source.read_bytes())
        changes.append((("fichiers", "programme_precedent"), source.name))
    if desk.plan is not None:
        write_bytes(folder / desk.plan_file.name, desk.plan_file.read_bytes())
    owed, lines = _carried(desk.pack(), settings.dossier.annee)
    today = dt.date.today()  # noqa: DTZ011 - the day where the person is
    changes += [(("dossier", "date"), today), (("reglages", "report_eur"), owed or None)]
    edit_toml(target, changes)
    return [
        words.NEXT_BEGUN.format(folder=folder, year=year),
        words.NEXT_DAY.format(day=today),
        *lines,
    ]


def _carried(pack: Path | None, year: int) -> tuple[dict[str, str], list[str]]:
    """Return what a pack carries over from a year, as settings write it, and the sentences on it."""
    found = carried_over(pack, year) if pack is not None else {}
    if pack is None or not found:
        return {}, [words.NEXT_UNKNOWN.format(year=year)]
    owed = {code: amount for code, amount in found.items() if amount}
    facts = {"year": year, "pack": pack.name, "day": _day_of(pack)}
    amounts = ", ".join(f"{euros(amount)} ({code})" for code, amount in owed.items())
    known = words.NEXT_CARRIED if owed else words.NEXT_NOTHING
    lines = [known.format(**facts, amounts=amounts)]
    if lacking := [code for code, amount in found.items() if amount is None]:
        lines.append(words.NEXT_PART_UNKNOWN.format(year=year, codes=", ".join(lacking)))
    return {code: str(amount) for code, amount in owed.items()}, lines


def _day_of(pack: Path) -> dt.datetime:
    """Return when a pack was made."""
    return dt.datetime.fromtimestamp((pack / ARCHIVE).stat().st_mtime)  # noqa: DTZ006
