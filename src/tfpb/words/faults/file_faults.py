"""What a file holds, and why the system or the network refuses one, in the reader's words.

Of the network, made from the kind of error, never from its English text.
"""

from __future__ import annotations

import errno
from typing import Final

from tfpb.packaged import packaged

_TEXTS: Final = packaged(__name__)
CONTENTS: Final[dict[str, str]] = _TEXTS["contents"]

SPOILED: Final = ", incomplet ou abîmé"
"""Added to a file that is what its name says, and that cannot be read nonetheless."""

_REASONS: Final[dict[str, str]] = _TEXTS["reasons"]
_SHARING_VIOLATION: Final = frozenset({32, 33})
SLOW: Final = "trop-lent"
"""Mark our own client puts in an error when an answer comes too slowly."""
LARGE: Final = "trop-grand"
DOWNGRADE: Final = "sans-chiffrement"
_BY_TEXT: Final[tuple[tuple[str, str], ...]] = tuple(_TEXTS["by_text"].items())
_BY_KIND: Final[dict[str, str]] = _TEXTS["by_kind"]


def reason(error: Exception) -> str:
    """Write in French why the system refused a file."""
    if getattr(error, "winerror", None) in _SHARING_VIOLATION:
        return "le fichier est ouvert dans un autre programme"
    name = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    return _REASONS.get(name, "le système a refusé l’opération")


def network_reason(kind: str, text: str = "") -> str:
    """Write in French why a request failed.

    Parameters
    ----------
    kind : str
        Name of the error's class.
    text : str
        What the error says; read for known causes, never shown.
    """
    low = text.lower()
    if kind == "ProxyError" and "407" in low:
        return "le proxy demande un identifiant et un mot de passe"
    for mark, words in _BY_TEXT:
        if mark in low and kind != "ProxyError":
            return words
    return _BY_KIND.get(kind, "le réseau ou le serveur n’a pas répondu")


def status_reason(status: int) -> str:
    """Write in French what an HTTP status means to the user."""
    words = {
        401: "identification demandée",
        403: "accès interdit",
        404: "rien à cette adresse",
        407: "le proxy demande un identifiant et un mot de passe",
        410: "retiré par le site",
        429: "trop de demandes",
        451: "bloqué",
        503: "service en maintenance",
    }.get(status, "erreur du serveur" if status >= 500 else "demande refusée")  # noqa: PLR2004
    return f"réponse {status}, {words}"
