"""What an answer is worth: probability that the street is right, and the verdict drawn from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import GeocodeVerdict, ResultType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.geocode.choose import Choice
    from tfpb.geocode.spots import Spot

COEFFICIENTS: Final = {
    "constant": -21.44,
    "query": 13.35,
    "street": 4.56,
    "letters": 3.4,
    "kind": 4.21,
    "margin": 3.38,
    "number": 2.17,
    "contested": -0.91,
    "crowd": -0.38,
}
"""Logistic regression fitted by `benchmarks/calibrate.py` on noisy real addresses and on streets that do
not exist (Ardennes, Guadeloupe, Bondy, a commune of 3 000 streets): docs/benchmarks-addresses.md."""
_FEW_STREETS: Final = 100
"""Up to so many streets the confidence does not depend on their number."""
EXACT_CONFIDENCE: Final = {"exact": 0.999, "joined": 0.997}
ACCEPTED: Final = 0.95
REJECTED: Final = 0.45
_STOPPING: Final = frozenset({
    "commune_homonyme", "commune_discordante", "deux_voies_trouvees", "autre_adresse_retenue",
    "par_nom_de_residence", "voie_incertaine", "par_parcelle",
})  # fmt: skip
"""Reasons that ask for a human whatever the confidence."""
LARGEST_ACCEPTED_STREET_M: Final = 150.0


def features(choice: Choice, streets: int) -> dict[str, float]:
    """Return what the confidence is computed from, by name of a coefficient, the constant left out.

    Each is 0..1 but `crowd` (0..5): the more names of `streets` in the commune, the likelier one is close
    by chance.
    """
    candidate = choice.candidate
    return {
        "query": candidate.query,
        "street": candidate.street,
        "letters": candidate.letters,
        "kind": candidate.kind,
        "margin": min(1.0, 4.0 * choice.margin),
        "number": 1.0 if choice.spot.first is not None else 0.0,
        "contested": 1.0 if choice.contested else 0.0,
        "crowd": math.log2(max(1.0, streets / _FEW_STREETS)),
    }


def confidence(choice: Choice, *, certainty: float, streets: int) -> float:
    """Return the probability (0..1) that the street is the one meant.

    `certainty` is the probability that the commune is right, `streets` the names of streets in it.
    """
    how = choice.candidate.how
    if how in EXACT_CONFIDENCE and not choice.contested:
        missing = choice.spot.first is None and "sans_numero" not in choice.spot.reasons
        return EXACT_CONFIDENCE[how] * certainty * (0.995 if missing else 1.0)
    logit = COEFFICIENTS["constant"] + sum(
        COEFFICIENTS[name] * value for name, value in features(choice, streets).items()
    )
    return certainty / (1.0 + math.exp(-logit))


def verdict(spot: Spot, probability: float, reasons: Sequence[str]) -> GeocodeVerdict:
    """Return whether an answer is accepted, needs a look, or is refused, by the probability of the street."""
    if probability < REJECTED:
        return GeocodeVerdict.REJETE
    if probability < ACCEPTED or spot.ambiguous or _STOPPING.intersection(reasons):
        return GeocodeVerdict.A_VERIFIER
    if spot.kind is ResultType.STREET and spot.radius_m > LARGEST_ACCEPTED_STREET_M:
        return GeocodeVerdict.A_VERIFIER
    return GeocodeVerdict.ACCEPTE
