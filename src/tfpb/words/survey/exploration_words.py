"""Sentences of the exploration: where to look first, which is no verdict."""

from __future__ import annotations

from typing import Final

from tfpb.words.numbers import number, percent, plural, points

TITLE: Final = "Où regarder d’abord : exploration, sans verdict"
NOT_A_PROOF: Final = (
    "Retenues ensemble, ces lignes comptent en moyenne au plus une fausse alerte sur dix. C’est une "
    "liste de visites à faire, non une preuve : les verdicts se lisent dans le tableau des écarts."
)


def explored(tests: int, found: int) -> str:
    """Write how many of the comparisons made at once stand out."""
    head = (
        f"{plural(tests, 'comparaison')} d’un territoire et d’une question, faites ensemble : il en "
        "sortirait quelques-unes par hasard"
    )
    if not found:
        return f"{head}. Aucune ne ressort au-delà."
    return f"{head}. {number(found)} {'ressort' if found == 1 else 'ressortent'} au-delà."


def explored_line(place: str, label: str, gap: float, level: float, n: int) -> str:
    """Write one of them."""
    return (
        f"{place}, {label} : {percent(level)} de satisfaits, écart de {points(gap)} "
        f"({plural(n, 'ménage interrogé', 'ménages interrogés')})"
    )
