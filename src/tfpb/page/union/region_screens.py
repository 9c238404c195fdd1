"""The screens of a region, in the order of the work; those of a dossier serve where they say the same."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from tfpb.page.screens import (
    answers_screen,
    journal_screen,
    names_screen,
    preview_screen,
    questions_screen,
)
from tfpb.page.union import region_drop, region_faults, region_pack, region_start

REGION_SCREENS: Final[dict[str, Any]] = {
    "depart": region_start,
    "deposer": region_drop,
    "noms": names_screen,
    "questions": questions_screen,
    "fautes": region_faults,
    "reponses": answers_screen,
    "apercu": SimpleNamespace(**vars(preview_screen), TEMPLATE="region_apercu"),
    "dossier": region_pack,
    "journal": journal_screen,
}
