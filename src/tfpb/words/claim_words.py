"""How a claim is written: its value with its unit, its state, its scope."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import STATES, TOTAL, State
from tfpb.facts.survey_claims import verdict_scope
from tfpb.model.question import Unit
from tfpb.words.money.accounts import axis_short
from tfpb.words.numbers import ON_REPLY, THIN, UNKNOWN, bounded, euros, number, percent, points
from tfpb.words.survey.verdict_words import verdict_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claim
    from tfpb.facts.quarter import Quarters

_WRITE: Final[dict[Unit, Callable[[Decimal], str]]] = {
    Unit.EUR: euros,
    Unit.PART: percent,
    Unit.POINTS: points,
}
UNITS: Final[dict[Unit, str]] = {
    Unit.EUR: "€",
    Unit.LOGEMENTS: "logements",
    Unit.RESIDENCES: "résidences",
    Unit.ENTREES: "entrées",
    Unit.QUARTIERS: "quartiers",
    Unit.ACTIONS: "actions",
    Unit.LIGNES: "lignes",
    Unit.PART: "part (de 0 à 1)",
    Unit.POINTS: "écart de parts (0,10 = 10 points)",
    Unit.REPONSES: "ménages",
    Unit.QUESTIONS: "questions",
}
if set(UNITS) != set(Unit):
    raise ValueError(set(Unit) - set(UNITS))
NATURES: Final = {"reel": "réel", "estime": "estimé"}
WHOLE: Final = "Ensemble"
LEAD: Final = (
    "Chaque chiffre du dossier, une fois : son nom, sa valeur ou ses bornes, ce qu’on en sait, la feuille où "
    "sont ses lignes. S’impriment ceux de l’ensemble ; les autres se lisent ici, et dans donnees/faits.csv."
)
_SUSPENDED: Final = f"{{state}} : {{bounds}} {ON_REPLY}"
_VERDICT: Final = verdict_scope("").strip()
_AXIS: Final = re.compile(r"^(?:(.+) )?axe (\d)$")
LEVELS: Final = {
    "departement": "Département",
    "siren_epci": "Intercommunalité",
    "contrat_de_ville": "Contrat de ville",
}
"""Levels of a territory that is a scope."""


def claim_value(claim: Claim) -> str:
    """Write what is known of a claim: its value or bounds; the word of its state where it has none.

    One that a reply will settle says so: « suspendu : 179 801 à 537 513 € selon une réponse ».
    """
    if claim.value is None:
        return STATES[claim.state]
    write = _WRITE.get(claim.title.unit, number)
    if claim.state is not State.SUSPENDU:
        return bounded(claim.value, write)
    if bounded(claim.value, write) == UNKNOWN:
        return STATES[claim.state]
    return _SUSPENDED.format(state=STATES[claim.state], bounds=_span(claim.value, write))


def _span(value: Amount, write: Callable[[Decimal], str]) -> str:
    """Write both bounds with their unit once."""
    if value.at_most is None or not value.at_least or value.is_known:
        return bounded(value, write).removesuffix(f" {ON_REPLY}")
    low, high = write(value.at_least), write(value.at_most)
    unit = high.rpartition(THIN)[2]
    return (
        f"{low.removesuffix(unit).rstrip(THIN)} à {high}"
        if not unit.isdigit()
        else f"{low} à {high}"
    )


def claim_state(claim: Claim) -> str:
    """Write the state of a claim."""
    return STATES[State(claim.state)]


def scope_words(scope: str, quarters: Quarters, labels: Mapping[str, str] | None = None) -> str:
    """Write a scope: the whole, a quarter by its name, an axis, a question by its label, or as it is."""
    if scope == TOTAL:
        return WHOLE
    if match := _AXIS.match(scope):
        place, axis = match[1] or "", axis_short(int(match[2]))
        return f"{scope_words(place, quarters)}, {axis}" if place else axis
    head, _, rest = scope.partition(" ")
    item, _, wave = rest.rpartition(" ")
    if labels and item in labels:  # a question, in one place and wave
        place = WHOLE if head == TOTAL else quarters[head].shown
        return f"{place}, « {labels[item]} », {wave}"
    if head == _VERDICT:
        return f"verdict « {verdict_words(rest)} »"
    if head in LEVELS:
        return f"{LEVELS[head]} {rest}"
    return f"{quarters[head].shown} {rest}".rstrip() if head in quarters else scope
