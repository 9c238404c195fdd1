"""« Fautes » of a region: its own, then those of each bailleur, mended in its dossier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from tfpb.errors import Severity
from tfpb.facts.doubt_kinds import by_kind
from tfpb.page.remedies import TEXT, remedy
from tfpb.page.screens import faults_screen
from tfpb.page.union.region_desk import REGION
from tfpb.text import fold
from tfpb.words.faults.sentences import fault_text, fault_texts
from tfpb.words.page.screen_words import REGION_SCREENS, SCREENS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from tfpb.errors import Fault
    from tfpb.page.desk import Desk
    from tfpb.page.union.region_desk import RegionDesk

TEMPLATE: Final = "region_fautes"
_OF_REGION: Final = "region_"


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    region = cast("RegionDesk", desk)
    signs = {m.name: m.sign for m in region.members if m.opens}
    owners = [
        (
            name,
            signs.get(name, ""),
            _by_screen(tuple(f for f in found if _is_of_region(f)), SCREENS),
            sum(not f.code.startswith(_OF_REGION) for f in found),
        )
        for name, found in region.found.of_owner.items()
    ]
    return {
        "communes": _by_screen(region.found.faults, REGION_SCREENS),
        "textes": faults_screen.texts_of(desk)
        if any(remedy(f, REGION) == TEXT for f in region.found.faults)
        else [],
        "sortes": _kinds(region),
        "organismes": sorted(owners, key=lambda one: (not one[2], fold(one[0]))),
    }


def _kinds(region: RegionDesk) -> list[tuple[int, int, str, str]]:
    """Count what the dossiers list by kind: how many, of how many bailleurs, whose is one, that one."""
    own = {
        name: [f for f in found if not f.code.startswith(_OF_REGION)]
        for name, found in region.found.of_owner.items()
    }
    return [
        (len(them), len({n for n, _ in them}), them[0][0], fault_text(them[0][1]).title)
        for them in by_kind(own)
    ]


def _is_of_region(fault: Fault) -> bool:
    """Tell what its own dossier cannot list: what stops the region, and what the others alone reveal."""
    return _stops(fault) or fault.code.startswith(_OF_REGION)


def _stops(fault: Fault) -> bool:
    return fault.severity is Severity.FAUTE


def _by_screen(
    faults: tuple[Fault, ...], screens: Mapping[str, str]
) -> list[tuple[str, str, list[Any]]]:
    """Group faults by the screen that mends them: its address, its name, their texts; what stops first."""
    links: dict[str, list[Fault]] = {}
    for fault in sorted(faults, key=lambda f: not _stops(f)):
        link = remedy(fault, REGION)
        links.setdefault("" if link == TEXT else link, []).append(fault)
    return [
        (
            k if k in screens else "",
            screens.get(k, ""),
            [faults_screen.without_commands(t) for t in fault_texts(v)],
        )
        for k, v in links.items()
    ]


def act(desk: Desk, form: FormData) -> None:
    """Write the text of the region’s file, or of its plan, as it was corrected."""
    faults_screen.act(desk, form)
