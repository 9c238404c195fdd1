"""Where the page settles each finding: by what it says to paste, else by the gesture of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.kinds import KIND_OF, Gesture
from tfpb.io.sources.toml_files import SETTINGS
from tfpb.words.faults.paste_words import COPIED, READ_AS, REPLIES, WAVES

if TYPE_CHECKING:
    from tfpb.errors import Fault

TEXT: Final = "reglages"
"""Remedy in the text of the settings, at the foot of « Fautes »."""
_SCREENS: Final = {
    Gesture.CELL: "deposer", Gesture.FILE: "deposer", Gesture.COLUMN: "colonnes",
    Gesture.NAME: "noms", Gesture.ANSWER: "reponses",
    Gesture.SIDE: "doutes", Gesture.SETTING: TEXT, Gesture.SCALE: "questions", Gesture.GEOGRAPHY: "depart",
    Gesture.SENDING: "dossier", Gesture.PAGE: "journal", Gesture.COMMAND: "",
}  # fmt: skip
_LEFT_OPEN: Final = {"sans_convention": "deposer", "doutes_ouverts": "doutes"}
"""Screens of what a release leaves open without any message (`published_before.left_open`)."""
_PASTED: Final = {READ_AS: "colonnes", COPIED: "colonnes", REPLIES: "reponses", WAVES: "noms"}


def remedy(fault: Fault, plan: str = "") -> str:
    """Return the screen where a finding is settled, or `TEXT`; empty for one that only commands meet.

    `plan` is the name of the plan of the survey.
    """
    table = fault.fields.get("coller", ("",))[0]
    if table in _PASTED or table.startswith("alias."):
        return _PASTED.get(table, "noms")
    if fault.code in _LEFT_OPEN:
        return _LEFT_OPEN[fault.code]
    gesture = KIND_OF[fault.code].codes[fault.code]
    in_settings = fault.place.file in {SETTINGS, plan} - {""}
    if in_settings and gesture in {Gesture.CELL, Gesture.COMMAND}:
        return TEXT
    return _SCREENS[gesture]
