"""Where the page mends each fault: its screen, by what it says to paste, by its code, by its subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.io.sources.toml_files import SETTINGS
from tfpb.packaged import packaged
from tfpb.words.faults.paste_words import COPIED, READ_AS, REPLIES, WAVES
from tfpb.words.faults.sentences import BY_SUBJECT

if TYPE_CHECKING:
    from tfpb.errors import Fault

_TABLES: Final = packaged(__name__)
_BY_CODE: Final[dict[str, str]] = {
    code: screen for screen, codes in _TABLES["remedies"].items() for code in codes
}
_BY_SUBJECT: Final[dict[str, str]] = {
    code: screen for subject, screen in _TABLES["subjects"].items() for code in BY_SUBJECT[subject]
}
OF_COMMANDS: Final = frozenset(_TABLES["commandes"]["codes"])
"""Codes that the page never meets."""
TEXT: Final = "reglages"
"""Remedy in the text of the settings, at the foot of « Fautes »."""
_PASTED: Final = {READ_AS: "colonnes", COPIED: "colonnes", REPLIES: "reponses", WAVES: "noms"}


def remedy(fault: Fault, plan: str = "") -> str:
    """Return the screen where a fault is mended, or `TEXT`; empty for one that commands alone are told.

    Parameters
    ----------
    plan : str
        Name of the plan of the survey.
    """
    table = fault.fields.get("coller", ("",))[0]
    if table in _PASTED or table.startswith("alias."):
        return _PASTED.get(table, "noms")
    if fault.code in _BY_CODE:
        return _BY_CODE[fault.code]
    if fault.place.file in {SETTINGS, plan} - {""}:
        return TEXT
    return "" if fault.code in OF_COMMANDS else _BY_SUBJECT.get(fault.code, "")
