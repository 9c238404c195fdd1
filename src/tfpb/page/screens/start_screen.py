"""« Départ »: landlord, tax year, convention; which geography is there, and how to have it."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tfpb.addresses.store import files_in
from tfpb.errors import TfpbError
from tfpb.geodata.geography import ADDRESSES
from tfpb.geodata.stored_layers import list_installed
from tfpb.model.legal.map_table import FIRST_YEAR, LAST_YEAR, VINTAGES
from tfpb.page.desk import BRING
from tfpb.page.entries.dropped_maps import Brought
from tfpb.perimeters import ruling_vintage
from tfpb.words.faults.question_words import ROLES
from tfpb.words.page import screen_words as words
from tfpb.words.places.geodata_words import address_file_line
from tfpb.words.places.side_words import maps_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from starlette.datastructures import FormData

    from tfpb.errors import Fault
    from tfpb.page.desk import Desk

_FIELDS: Final = ("bailleur", "titre", "convention")


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    if desk.begun and desk.files:  # without a stock, nothing is known to lack
        desk.check()
    today, folder = dt.date.today(), desk.geography  # noqa: DTZ011 - to propose, not to print
    head = desk.settings.dossier if desk.begun else None
    year = head.annee if head is not None else today.year - 1
    needed = 0
    with suppress(TfpbError):
        needed = ruling_vintage(year, "")
    return {
        "annee": year,
        "roles": list(ROLES.values()),
        "date": head.date if head is not None else today,
        "adresses": [address_file_line(f) for f in files_in(folder)],
        "couches": list_installed(folder),
        "carte": needed,
        "premiere": FIRST_YEAR,
        "derniere": LAST_YEAR,
        "regles": maps_in_turn(),
        "manques": desk.outlook.ground if desk.begun else (),
        "cartes": [v for v in VINTAGES if (folder / f"qpv-{v}.json").is_file()],
    }


def act(desk: Desk, form: FormData) -> None:
    """Write the head of the dossier, import geography, or fetch it where a network is allowed."""
    if form.get("geste") == "telecharger":
        desk.begin(BRING, fetch, str(form.get("departement", "")).strip(), desk.geography)
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
    if "report" in form:
        changes.append((("reglages", "report_eur"), _carried(str(form["report"])) or None))
    desk.edit([c for c in changes if c[1] != "" or c[0][1] == "convention"])


def _carried(text: str) -> dict[str, str]:
    """Read « QN05900I : 12 500 », a quarter a line.

    A line without an amount, or a quarter of two lines, stays as it is typed, and is a fault.
    """
    out: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        code, _, amount = (part.strip() for part in line.partition(":"))
        out[code] = " ; ".join(filter(None, [out.get(code), amount or "?"]))
    return out


def bring(send: Callable[[str, Any], None], found: list[tuple[str, Path]], folder: Path) -> Brought:
    """Import files of geography, as `tfpb geodonnees` does; one that is refused stops no other."""
    done: list[str] = []
    refused: list[tuple[str, tuple[Fault, ...]]] = []
    lines: list[str] = []
    for kind, path in found:
        send("stage", path.name)
        try:
            _import(kind, path, folder)
        except TfpbError as error:
            refused.append((path.name, error.faults))
        else:
            done.append(path.name)
            lines.append(words.BROUGHT.format(name=path.name, kind=words.GEOGRAPHIES[kind]))
    return Brought(tuple(done), tuple(lines), tuple(refused))


def _import(kind: str, path: Path, folder: Path) -> None:
    from tfpb.addresses.imports import import_addresses  # noqa: PLC0415 - in its own process
    from tfpb.geodata import ground_imports, qpv_imports  # noqa: PLC0415

    if kind == ADDRESSES:
        import_addresses([path], folder=folder)
    elif kind == "communes":
        ground_imports.import_communes_outlines(path, folder=folder)
    elif kind == "parcelles":
        ground_imports.import_parcels(path, folder=folder)
    else:
        qpv_imports.import_qpv(path, vintage=int(kind.removeprefix("qpv")), folder=folder)


def fetch(send: Callable[[str, Any], None], department: str, folder: Path) -> list[str]:
    """Download the official files of a département, as `tfpb geodonnees installer` does."""
    from tfpb.geodata.download import install  # noqa: PLC0415 - in its own process

    return install(department, folder=folder, show=lambda line: send("stage", line))
