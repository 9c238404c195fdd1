"""Words of the field sheet: response, sample against stock, weights, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.numbers import percent, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_GIVEN: Final = "non fourni"
HIDDEN: Final = "moins de 11, ou masqué"
WEIGHTS: Final = {False: "livrés", True: "calés"}
UNKNOWN_RESPONSE: Final = (
    "Le taux de réponse n’est pas fourni : indiquez le nombre de ménages contactés, ou de questionnaires "
    "envoyés, sous contactes, dans [enquete] du plan ou dans la section de la vague."
)
SAMPLE_NOTE: Final = (
    "« Moins de 11, ou masqué » : moins de 11 ménages interrogés, une seule résidence, ou une case dont "
    "la différence avec les autres le révélerait. Une part éloignée de celle du parc est corrigée par les "
    "poids seulement s’ils en tiennent compte."
)
NO_SAMPLE: Final = (
    "L’échantillon n’est pas mis en face du parc : le parc de ces résidences n’est pas connu, ou l’un des "
    "côtés compte trop peu de ménages interrogés."
)
NOT_CALIBRATED: Final = (
    "Les poids sont ceux de la livraison : l’écart avant et après calage ne peut être donné que pour un "
    "calage fait ici, sur un fichier de marges."
)
NO_WEIGHTS: Final = (
    "La livraison n’a pas de poids et aucun calage n’a été fait : chaque ménage compte pour un."
)
CALIBRATION_MASKED: Final = (
    "Poids calés ici ; aucun écart des questions de tête ne se publie avant et après calage."
)


def field_lead(waves: Sequence[tuple[str, int, int]]) -> str:
    """Write the interviews of each wave and their response rate: (wave, interviews, contacted or 0)."""
    parts = []
    for wave, n, contacted in waves:
        rate = percent(n / contacted) if contacted else NOT_GIVEN
        asked = plural(n, "ménage interrogé", "ménages interrogés")
        parts.append(f"vague {wave}, {asked} (taux de réponse : {rate})")
    return f"Terrain : {' ; '.join(parts)}."
