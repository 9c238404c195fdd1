"""What `tfpb nouveau` writes: files of settings to fill in, and words of the Excel templates."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from tfpb.packaged import packaged

_TEXTS: Final = packaged(__name__)
FORMS: Final[dict[str, str]] = _TEXTS["forms"]
HEADINGS: Final[tuple[str, ...]] = tuple(_TEXTS["headings"])
AXES_HEADINGS: Final = ("Axe", "Libellé du cadre national", "Statut")
NATIONAL: Final = "cadre national du 29 avril 2015"
PROPOSED: Final = "proposition (thèmes du « Livret bailleurs » du Nord), à confirmer"
INTRODUCTIONS: Final[dict[str, tuple[str, str]]] = {
    k: (a, b) for k, (a, b) in _TEXTS["introductions"].items()
}
FILE_TITLE: Final = "{title} : modèle à remplir"


def settings_file(name: str) -> bytes:
    """Return a file of settings to fill in, its meaning beside (`tfpb/words/templates`)."""
    return files("tfpb.words").joinpath("templates", name).read_bytes()
