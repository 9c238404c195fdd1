"""The screens of a region, in the order of the work; those of a dossier serve where they say the same."""

from __future__ import annotations

from typing import Any, Final

from tfpb.page.screens import journal_screen, questions_screen
from tfpb.page.union import (
    region_answers,
    region_drop,
    region_faults,
    region_names,
    region_pack,
    region_results,
    region_start,
)

REGION_SCREENS: Final[dict[str, Any]] = {
    "depart": region_start,
    "deposer": region_drop,
    "noms": region_names,
    "questions": questions_screen,
    "fautes": region_faults,
    "reponses": region_answers,
    "apercu": region_results,
    "dossier": region_pack,
    "journal": journal_screen,
}
