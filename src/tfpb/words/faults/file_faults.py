"""What a file holds, and why the system refuses one, in the reader's words."""

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


def reason(error: Exception) -> str:
    """Write in French why the system refused a file."""
    if getattr(error, "winerror", None) in _SHARING_VIOLATION:
        return "le fichier est ouvert dans un autre programme"
    name = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    return _REASONS.get(name, "le système a refusé l’opération")
