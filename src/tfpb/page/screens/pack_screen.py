"""« Dossier »: the run, its progress, what it made, what it changed; two packs compared; the year after."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile

from tfpb.errors import Fault
from tfpb.evidence.differences import differences
from tfpb.io.packs.pack import ARCHIVE, is_released, read_pack, read_record, run_hash_of
from tfpb.model.survey import Order
from tfpb.page.remedies import remedy
from tfpb.pipeline.published_before import replaced
from tfpb.words.documents.pack_words import compared, difference_words
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    if desk.job is None or not desk.job.cancelled:  # what was stopped is said first
        desk.check()
    following = _following(desk)
    shown = {
        "bloque": len(desk.outlook.wrong) if desk.fresh else 0,
        "envois": [(p.name, run_hash_of(read_record(p)), _files(p)) for p in desk.sends],
        "ouverts": [(remedy(Fault(code)), text) for code, text in desk.outlook.left_open],
        "suivante": following.name if (following / desk.file.name).is_file() else "",
    }
    if (pack := desk.pack()) is None:
        return {"pack": "", **shown}
    folders = ((pack / name).glob("*.pdf") for name in ("quartiers", "cartes", "habitants"))
    return {
        "pack": pack.name,
        "diffuse": is_released(read_record(pack)),
        "gestes_depuis": desk.gestures_since_pack,
        "fait_le": day_of(pack / ARCHIVE),
        "fichiers": _files(pack),
        "pages": [p.relative_to(pack).as_posix() for found in folders for p in sorted(found)],
        **shown,
    }


def _files(pack: Path) -> list[tuple[str, str]]:
    return [(name, text) for name, text in words.FILES.items() if (pack / name).is_file()]


def ordered(form: FormData) -> Order:
    """Read what is said of waves released before: the two buttons of a release that they contradict."""
    waves, choice = [str(w) for w in form.getlist("vague")], form.get("sort")
    reason = str(form.get("motif", "")).strip()
    if choice == "remplacer":
        return Order(replaced=replaced(f"{wave}={reason}" for wave in waves))
    return Order(kept=tuple(waves)) if choice == "garder" else Order()


def act(desk: Desk, form: FormData) -> None:
    """Make the pack, compare it with another, begin or open the next year's dossier."""
    gesture = form.get("geste")
    if gesture == "faire":
        release, anyway = form.get("diffuser") == "oui", form.get("quand_meme") == "oui"
        desk.make(
            release=release, anyway=anyway, order=ordered(form),
            who=str(form.get("qui", "")).strip(),
        )  # fmt: skip
    elif gesture == "comparer":
        other, pack = form.get("autre"), desk.pack()
        if isinstance(other, UploadFile) and other.filename and pack is not None:
            desk.messages = tuple(_compared(pack, other))
    elif gesture == "suivante":
        from tfpb.page.next_year import next_year  # noqa: PLC0415 - once a year

        desk.messages = tuple(next_year(desk, _following(desk)))
    elif gesture == "ouvrir":
        desk.open(_following(desk))


def _following(desk: Desk) -> Path:
    """Name the folder of the next year's dossier, beside this one."""
    year = desk.settings.dossier.annee
    stem = desk.folder.name.removesuffix(f"-{year}")
    return desk.folder.with_name(words.NEXT_FOLDER.format(name=stem, year=year + 1))


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


def day_of(whole: Path) -> dt.datetime:
    """Return when a pack was made: when the file that a whole run leaves was written."""
    return dt.datetime.fromtimestamp(whole.stat().st_mtime)  # noqa: DTZ006
