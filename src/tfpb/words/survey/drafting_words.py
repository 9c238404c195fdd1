"""Words of a drafted `plan_enquete.toml`: its comments, and what is to be confirmed."""

from __future__ import annotations

from typing import Final

from tfpb.model.legal.map_table import VINTAGES, listed
from tfpb.packaged import packaged

_TEXTS: Final = packaged(__name__)
MORE: Final = " …"
CONFIRM: Final = "À CONFIRMER"
HEAD: Final[tuple[str, ...]] = tuple(_TEXTS["head"])
COLUMNS: Final[dict[str, str]] = _TEXTS["columns"]
MISSING: Final[dict[str, str]] = _TEXTS["missing"]
RIVALS: Final = "autres colonnes possibles : {others}"
ADJUST: Final = "comparer à structure égale (type d’habitat, période de construction)"
SETTINGS: Final[str] = (
    _TEXTS["settings"].replace("{cartes}", listed()).replace("{carte}", str(VINTAGES[-1]))
)
SCALE: Final = "Réponses rangées d’après leur libellé."
SCALE_UNLABELLED: Final = (
    "aucun libellé livré : 8 ou 98 lus comme non concerné, 9 ou 99 comme ne sait pas"
)
DIRECTION: Final = (
    "aucun libellé livré, rien ne dit quel bout de l’échelle est satisfait ; la question est posée vague "
    "par vague, et rien ne se diffuse sans réponse. Retirez cette ligne si le plan le dit comme il faut"
)
DIRECTION_LABELLED: Final = (
    "rangé d’après les libellés ; d’une vague qui n’en a pas, le sens des codes est demandé. Retirez cette "
    "ligne si le plan vaut pour toutes les vagues"
)
SCALE_LEFT: Final = "réponses que l’ébauche n’a pas su ranger : {codes}"
SCALE_NEUTRAL: Final = "réponse du milieu rangée avec « insatisfait » : {codes}"
SCALE_EMPTY: Final = "aucune réponse rangée dans « {side} » : complétez"
MARK: Final = (
    "note ; satisfait à partir de 7 (une convention courante, à fixer avant les résultats)"
)
ITEMS: Final[tuple[str, ...]] = tuple(_TEXTS["items"])
THEME_UNKNOWN: Final = "thème non reconnu"
FILTER: Final = "vide pour : {values} ; si seuls les autres sont concernés, ajoutez"
NO_ITEM: Final[tuple[str, ...]] = tuple(_TEXTS["no_item"])
LEFT_OUT: Final = "Colonnes laissées de côté (ni rôle, ni question reconnue) : {columns}."
