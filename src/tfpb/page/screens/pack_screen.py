"""« Dossier »: the run, its progress, what it made, what it changed; two packs compared; the year after."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile

from tfpb.evidence.differences import differences
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.packs.pack import ARCHIVE, read_pack, run_hash_of
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.words.documents.pack_words import compared, difference_words
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
        "fait_le": dt.datetime.fromtimestamp((pack / ARCHIVE).stat().st_mtime),  # noqa: DTZ006
        "fichiers": [(n, said) for n, said in words.FILES.items() if (pack / n).is_file()],
        "pages": [p.relative_to(pack).as_posix() for found in folders for p in sorted(found)],
        **blocked,
    }


def act(desk: Desk, form: FormData) -> None:
    """Make the pack, compare it with another, or begin the next year's dossier."""
    gesture = form.get("geste")
    if gesture == "faire":
        desk.make(release=form.get("diffuser") == "oui")
    elif gesture == "comparer":
        other, pack = form.get("autre"), desk.pack()
        if isinstance(other, UploadFile) and other.filename and pack is not None:
            desk.told = tuple(_compared(pack, other))
    elif gesture == "suivante":
        desk.told = (_next_year(desk),)


def _compared(pack: Path, other: UploadFile) -> list[str]:
    """Say what differs between a pack that was brought and that of the dossier."""
    from tfpb.io.tables.scratch import scratch_folder  # noqa: PLC0415 - where one is brought

    with scratch_folder() as folder:
        path = folder / ARCHIVE
        path.write_bytes(other.file.read())
        first, second = read_pack(path), read_pack(pack)
    names = (other.filename or "", pack.name)
    lines = [compared((names[0], run_hash_of(first)), (names[1], run_hash_of(second)))]
    return [*lines, *difference_words(differences(first, second))]


def _next_year(desk: Desk) -> str:
    """Begin the dossier of the year after beside this one: same settings, no file yet."""
    settings = desk.settings
    year = settings.dossier.annee + 1
    folder = desk.folder.with_name(words.NEXT_FOLDER.format(name=desk.folder.name, year=year))
    target = folder / desk.file.name
    if target.exists():
        return words.NEXT_THERE.format(folder=folder)
    write_bytes(target, desk.file.read_bytes())
    named = settings.fichiers.model_dump(exclude={"patrimoine", "plan"})
    changes: list[tuple[tuple[str, ...], Any]] = [(("dossier", "annee"), year)]
    changes += [(("fichiers", role), None) for role, names in named.items() if names]
    changes += [(("fichiers", "patrimoine"), words.NO_STOCK), (("enquete",), None)]
    source = settings.path(settings.fichiers.programme)
    if source.is_file():
        write_bytes(folder / source.name, source.read_bytes())
        changes.append((("fichiers", "programme_precedent"), source.name))
    if desk.plan is not None:
        write_bytes(folder / desk.plan_file.name, desk.plan_file.read_bytes())
    edit_toml(target, changes)
    return words.NEXT_BEGUN.format(folder=folder, year=year)
