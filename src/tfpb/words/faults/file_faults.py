"""What a file holds, and why the system or the network refuses one, in the reader's words.

Of the network, made from the kind of error, never from its English text.
"""

from __future__ import annotations

import errno
from typing import Final

CONTENTS: Final[dict[str, str]] = {
    "vide": "un fichier vide",
    "nul": "un fichier sans contenu (des octets nuls)",
    "pdf": "un document PDF",
    "image": "une image",
    "parquet": "un fichier Parquet",
    "spss": "un fichier SPSS",
    "gzip": "une archive compressée (gzip)",
    "base": "une base de données",
    "rtf": "un document de traitement de texte",
    "ole": "un classeur Excel ancien (xls), abîmé ou protégé",
    "chiffre": "un classeur protégé par un mot de passe, ou un classeur ancien (xls)",
    "archive_abimee": "une archive incomplète ou abîmée",
    "xlsx": "un classeur Excel (xlsx)",
    "xlsb": "un classeur Excel binaire (xlsb)",
    "docx": "un document Word",
    "ods": "un classeur LibreOffice (ods)",
    "zip": "une archive (zip)",
    "html": "une page web",
    "binaire": "des données qui ne sont pas du texte",
    "texte": "du texte",
}

SPOILED: Final = ", incomplet ou abîmé"
"""Added to a file that is what its name says, and that cannot be read nonetheless."""

_REASONS: Final[dict[str, str]] = {
    "EACCES": "accès refusé : le fichier est ouvert ailleurs, ou les droits manquent",
    "EPERM": "accès refusé : les droits manquent",
    "EROFS": "ce disque ne se modifie pas (lecture seule)",
    "ENOSPC": "le disque est plein",
    "EDQUOT": "le quota de disque est atteint",
    "EEXIST": "un fichier porte déjà ce nom",
    "ENOTDIR": "un fichier porte le nom du dossier voulu",
    "EISDIR": "un dossier porte le nom du fichier voulu",
    "ENOTEMPTY": "le dossier n’est pas vide",
    "ENOENT": "le dossier n’existe pas",
    "ENAMETOOLONG": "le nom est trop long",
    "EBUSY": "le fichier est utilisé par un autre programme",
    "ETXTBSY": "le fichier est utilisé par un autre programme",
    "EMFILE": "trop de fichiers sont ouverts",
    "ENOMEM": "la mémoire de ce poste ne suffit pas",
    "EIO": "le disque ou le réseau ne répond pas",
    "EFBIG": "le fichier est trop grand pour ce disque",
}
_SHARING_VIOLATION: Final = frozenset({32, 33})
SLOW: Final = "trop-lent"
"""Mark our own client puts in an error when an answer comes too slowly."""
LARGE: Final = "trop-grand"
DOWNGRADE: Final = "sans-chiffrement"
_BY_TEXT: Final = (
    (SLOW, "la réponse arrive trop lentement"),
    (LARGE, "la réponse est bien plus grande que prévu"),
    (DOWNGRADE, "le serveur renvoie vers une adresse sans chiffrement (http)"),
    ("certificate_verify_failed", "le certificat du serveur n’est pas reconnu par ce poste"),
    ("certificate verify failed", "le certificat du serveur n’est pas reconnu par ce poste"),
    ("name or service not known", "le nom du serveur est introuvable : pas de réseau, sans doute"),
    ("name resolution", "le nom du serveur est introuvable : pas de réseau, sans doute"),
    ("nodename nor servname", "le nom du serveur est introuvable : pas de réseau, sans doute"),
    ("no address associated", "le nom du serveur est introuvable : pas de réseau, sans doute"),
    ("getaddrinfo failed", "le nom du serveur est introuvable : pas de réseau, sans doute"),
    ("refused", "la connexion est refusée"),
    ("unreachable", "le réseau est injoignable"),
    ("ssl", "la connexion chiffrée n’a pas pu s’établir"),
)
_BY_KIND: Final = {
    "ConnectTimeout": "aucune réponse à temps",
    "ReadTimeout": "aucune réponse à temps",
    "WriteTimeout": "l’envoi n’avance plus",
    "PoolTimeout": "aucune réponse à temps",
    "ConnectError": "la connexion ne s’établit pas",
    "ReadError": "la connexion a été coupée",
    "WriteError": "la connexion a été coupée",
    "CloseError": "la connexion a été coupée",
    "RemoteProtocolError": "le serveur a coupé sans répondre jusqu’au bout",
    "LocalProtocolError": "le serveur ne parle pas le protocole attendu",
    "ProxyError": "le proxy a refusé la connexion",
    "UnsupportedProtocol": "l’adresse ne commence ni par http ni par https",
    "InvalidURL": "l’adresse est mal écrite",
    "DecodingError": "la réponse est illisible",
    "TooManyRedirects": "le serveur renvoie sans fin d’une adresse à l’autre",
}


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
