"""« Départ »: landlord, tax year, convention; which geography is there, and how to have it."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tfpb.addresses.store import files_in
from tfpb.errors import TfpbError
from tfpb.geodata.geography import ADDRESSES, KINDS, VINTAGES
from tfpb.geodata.stored_layers import list_installed
from tfpb.page.desk import BRING
from tfpb.perimeters import ruling_vintage
from tfpb.words.faults.sentences import fault_text
from tfpb.words.page import screen_words as words
from tfpb.words.places.geodata_words import address_file_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk

_FIELDS: Final = ("bailleur", "titre", "convention")
_LACKING: Final = frozenset({"communes_sans_adresses", "carte_absente", "carte_partielle"})
"""What a check says of the geography of these very communes."""


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    settings = desk.settings
    head = settings.dossier if settings is not None else None
    today = dt.date.today()  # noqa: DTZ011 - a date to propose, not one to print
    year = head.annee if head is not None else today.year - 1
    files = files_in(desk.geography)
    needed = 0
    with suppress(TfpbError):
        needed = ruling_vintage(year, "")
    there = {v for v in VINTAGES if (desk.geography / f"qpv-{v}.json").is_file()}
    return {
        "tete": head,
        "annee": year,
        "date": head.date if head is not None else today,
        "agglomeration": settings.reglages.agglomeration_plus_50000
        if settings is not None
        else None,
        "ecran_neuf": not desk.begun,
        "adresses": [address_file_line(f) for f in files],
        "couches": list_installed(desk.geography),
        "carte": needed,
        "manques": [fault_text(f).title for f in desk.outlook.faults if f.code in _LACKING],
        "cartes": there,
        "genres": [(k, words.GEOGRAPHIES[k]) for k in KINDS],
    }


def act(desk: Desk, form: FormData) -> None:
    """Write the head of the dossier, import geography, or fetch it where a network is allowed."""
    gesture = form.get("geste")
    if gesture == "telecharger":
        desk.begin(BRING, fetch, str(form.get("departement", "")).strip(), desk.geography)
        return
    if gesture != "tete":
        return
    changes: list[tuple[tuple[str, ...], Any]] = [
        (("dossier", name), str(form.get(name, "")).strip()) for name in _FIELDS
    ]
    with suppress(ValueError):
        changes.append((("dossier", "annee"), int(str(form.get("annee")))))
    with suppress(ValueError):
        changes.append((("dossier", "date"), dt.date.fromisoformat(str(form.get("date")))))
    if "agglomeration" in form:
        dense = {"oui": True, "non": False}.get(str(form.get("agglomeration")))
        changes.append((("reglages", "agglomeration_plus_50000"), dense))
    desk.edit([c for c in changes if c[1] != "" or c[0][1] == "convention"])


def bring(
    tell: Callable[[str, Any], None], found: list[tuple[str, Path]], folder: Path
) -> list[str]:
    """Import files of geography, as `tfpb geodonnees` does; the files given are a copy, and go."""
    from tfpb.addresses.imports import import_addresses  # noqa: PLC0415 - in its own process
    from tfpb.geodata.ground_imports import (  # noqa: PLC0415
        import_communes_outlines,
        import_parcels,
    )
    from tfpb.geodata.qpv_imports import import_qpv  # noqa: PLC0415

    lines: list[str] = []
    try:
        for kind, path in found:
            tell("stage", path.name)
            if kind == ADDRESSES:
                import_addresses([path], folder=folder)
            elif kind == "communes":
                import_communes_outlines(path, folder=folder)
            elif kind == "parcelles":
                import_parcels(path, folder=folder)
            else:
                import_qpv(path, vintage=int(kind.removeprefix("qpv")), folder=folder)
            lines.append(words.BROUGHT.format(name=path.name, kind=words.GEOGRAPHIES[kind]))
    finally:
        for scratch in {path.parent for _, path in found}:
            shutil.rmtree(scratch, ignore_errors=True)
    return lines


def fetch(tell: Callable[[str, Any], None], department: str, folder: Path) -> list[str]:
    """Download the official files of a département, as `tfpb geodonnees installer` does."""
    from tfpb.geodata.download import install  # noqa: PLC0415 - in its own process

    return install(department, folder=folder, show=lambda line: tell("stage", line))
