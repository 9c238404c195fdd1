"""What is said at the door of the local page, in the terminal and to who may not come in."""

from __future__ import annotations

from html import escape
from typing import Final

OWN_FOLDER: Final = "Dossier TFPB"
OPENED: Final = (
    "La page du dossier s’ouvre dans votre navigateur. Sinon, ouvrez ce fichier : {file}"
)
FOLDER: Final = "Dossier : {folder}"
STOP: Final = "Elle se ferme d’elle-même dix minutes après sa dernière page ; Ctrl-C l’arrête ici."
ALREADY: Final = (
    "Ce dossier est déjà ouvert : sa page revient dans votre navigateur. Deux pages à la fois sur un même "
    "dossier effaceraient l’une ce que l’autre écrit."
)
CLOSED: Final = "La page est fermée. Tout ce qui a été décidé est dans le dossier."
_REASONS: Final = {
    "hote": "Cette adresse n’est pas celle de la page.",
    "methode": "Cette demande n’est pas de celles que la page fait.",
    "origine": "Cette demande vient d’un autre site : elle est refusée.",
    "cle": (
        "Cette page s’ouvre par « tfpb ouvrir », ou par un double clic sur « Ouvrir tfpb ». Relancez-le : "
        "une adresse recopiée ne suffit pas."
    ),
    "trop": "Ce fichier est trop gros : il dépasse ce que les commandes acceptent. Rien n’a été copié.",
    "jeton": "Ce formulaire n’est plus à jour. Revenez en arrière, rechargez la page et recommencez.",
    "absente": "Cette page n’existe pas.",
}
_PAGE: Final = (
    '<!doctype html><html lang="fr"><meta charset="utf-8"><title>tfpb</title>'
    "<main><h1>{title}</h1><p>{text}</p></main></html>"
)
REFUSED: Final = "Refusé"
AT_FAULT: Final = "Erreur du programme"


def refusal(why: str) -> str:
    """Return the page that says why a request is refused."""
    return page_of(REFUSED, _REASONS[why])


def page_of(title: str, text: str) -> str:
    """Return a page of one sentence."""
    return _PAGE.format(title=escape(title), text=escape(text))


def handed(address: str) -> str:
    """Return the page that goes on to an address by itself."""
    place = escape(address, quote=True)
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><title>tfpb</title>'
        '<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">'
        f'<meta http-equiv="refresh" content="0; url={place}">'
        f'<p><a href="{place}">Ouvrir la page du dossier</a></p></html>'
    )
