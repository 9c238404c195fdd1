"""« Restitution »: the run of a region, its files to look at, what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from tfpb.io.packs.pack import is_released, read_record, run_file, run_hash_of
from tfpb.page.screens.pack_screen import day_of, ordered
from tfpb.words.page import region_page_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.datastructures import FormData

    from tfpb.page.desk import Desk
    from tfpb.page.union.region_desk import RegionDesk

TEMPLATE: Final = "region_dossier"


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    shown: dict[str, Any] = {
        "bloque": len(desk.outlook.wrong) if desk.fresh else 0,
        "ouverts": [text for _, text in desk.outlook.left_open],
        "envois": [(p.name, run_hash_of(read_record(p)), _files(p)) for p in desk.sends],
        "pack": "",
    }
    if (pack := desk.pack()) is not None:
        shown |= {
            "pack": pack.name,
            "diffuse": is_released(read_record(pack)),
            "gestes_depuis": desk.gestures_since_pack,
            "fait_le": day_of(run_file(pack)),
            "fichiers": _files(pack),
        }
    return shown


def _files(pack: Path) -> list[tuple[str, list[str]]]:
    """List the files to look at or to send, by whom they are for."""
    return [
        (title, names)
        for title, patterns in words.FILES
        if (
            names := [
                p.relative_to(pack).as_posix() for one in patterns for p in sorted(pack.glob(one))
            ]
        )
    ]


def act(desk: Desk, form: FormData) -> None:
    """Make the files of the region."""
    cast("RegionDesk", desk).produce(
        release=form.get("diffuser") == "oui",
        anyway=form.get("quand_meme") == "oui",
        documents=form.get("documents") == "oui",
        pages=form.get("pages") == "oui",
        order=ordered(form),
        who=str(form.get("qui", "")).strip(),
    )
