"""Sentences that set money beside satisfaction: beside, never cause."""

from __future__ import annotations

from typing import Final

READINGS: Final[dict[str, str]] = {
    "sans_enquete": "Aucune enquête : la dépense seule est connue",
    "sans_item": "Aucune question de l’enquête ne porte sur cet axe",
    "non_publiable": "Trop peu de réponses pour lire cet axe",
    "ecart_defavorable": "Satisfaction plus basse en QPV",
    "ecart_equivalent": "Satisfaction en QPV non inférieure, à la marge près",
    "ecart_non_conclu": "Écart non démontré, équivalence non démontrée",
}
CHANGES: Final[dict[str, str]] = {
    "hausse": "écart évoluant en faveur des QPV depuis la vague précédente",
    "baisse": "écart évoluant en défaveur des QPV depuis la vague précédente",
    "evolution_non_demontree": "évolution de l’écart non démontrée",
    "sans_evolution": "",
}
SIDE_BY_SIDE: Final = (
    "La dépense, l’écart et son évolution sont posés côte à côte. Ce rapprochement ne dit pas que "
    "l’une explique l’autre : une enquête menée à deux dates, sans quartiers témoins, ne permet pas "
    "d’attribuer une évolution à une action."
)
DOES_IT_WORK: Final = (
    "À la question « est-ce que cela sert à quelque chose ? », ce dossier répond par ce qui est "
    "mesuré : ce qui a été dépensé, pour quelles actions, ce que les locataires en disent ici et "
    "ailleurs, avec quelle certitude. Quand la mesure ne suffit pas, la réponse est : on ne peut pas "
    "encore le dire."
)


def reading_sentence(code: str) -> str:
    """Turn a reading code of the evaluation (`now|moved`) into one sentence without cause."""
    now, _, moved = code.partition("|")
    change = CHANGES.get(moved, "")
    head = READINGS[now]
    return f"{head} ; {change}." if change else f"{head}."
