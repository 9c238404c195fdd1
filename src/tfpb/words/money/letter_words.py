"""Draft letters to the tax office: what is to claim, and what notices bear without right."""

from __future__ import annotations

from typing import Any, Final

from tfpb.packaged import packaged
from tfpb.words.phrase import Phrase

_TEXTS: Final = packaged(__name__)
TO: Final[str] = _TEXTS["to"]
SIGNATURE: Final[str] = _TEXTS["signature"]
LOCATED: Final[str] = _TEXTS["located"]
UNKNOWN_DAY: Final[str] = _TEXTS["unknown_day"]
CONVENTION: Final = Phrase(_TEXTS["convention"])
ATTACHED_TITLE: Final[str] = _TEXTS["attached"]
CLAIM: Final = "claim"
RISK: Final = "risk"
_KINDS: Final[dict[str, dict[str, Any]]] = {CLAIM: _TEXTS["claim"], RISK: _TEXTS["risk"]}
TITLES: Final = {kind: Phrase(own["title"]) for kind, own in _KINDS.items()}
SUBJECTS: Final = {kind: Phrase(own["subject"]) for kind, own in _KINDS.items()}
BODIES: Final = {kind: tuple(map(Phrase, own["body"])) for kind, own in _KINDS.items()}
ATTACHED: Final[dict[str, tuple[str, ...]]] = {
    k: tuple(own["attached"]) for k, own in _KINDS.items()
}
UNPROVED: Final = Phrase(_KINDS[CLAIM]["unproved"])
RELIEVED: Final = Phrase(_KINDS[CLAIM]["relieved"])
