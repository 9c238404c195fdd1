"""What an answer is worth: probability that the street is right, and the verdict drawn from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tfpb.geocode.streets import SAME_TYPE
from tfpb.model.codes import GeocodeVerdict, ResultType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.geocode.places import Spot
    from tfpb.geocode.streets import Candidate

COEFFICIENTS: Final = {
    "constant": -12.0,
    "query": 6.0,
    "street": 4.0,
    "letters": 5.0,
    "kind": 1.5,
    "margin": 4.0,
    "number": 1.0,
}
"""Logistic regression fitted by `benchmarks/calibrate.py` on noisy real addresses and on streets
that do not exist (Ardennes, Guadeloupe, Bondy); figures in docs/benchmarks-geocode.md."""
EXACT_CONFIDENCE: Final = {"exact": 0.999, "joined": 0.997}
ACCEPTED: Final = 0.9
REJECTED: Final = 0.35
_STOPPING: Final = frozenset({
    "commune_homonyme", "commune_discordante", "deux_voies_trouvees", "autre_adresse_retenue",
    "par_nom_de_residence", "par_parcelle",
})  # fmt: skip
"""Reasons that ask for a human whatever the confidence."""
LARGEST_ACCEPTED_STREET_M: Final = 150.0


def features(candidate: Candidate, margin: float, *, number_found: bool) -> dict[str, float]:
    """Return what the confidence is computed from, each 0..1."""
    return {
        "query": candidate.query,
        "street": candidate.street,
        "letters": candidate.letters,
        "kind": candidate.kind,
        "margin": min(1.0, margin),
        "number": 1.0 if number_found else 0.0,
    }


def confidence(
    candidate: Candidate, rivals: Sequence[Candidate], *, number_found: bool, certainty: float
) -> float:
    """Return the probability (0..1) that the street is the one meant.

    Parameters
    ----------
    candidate : Candidate
    rivals : sequence of Candidate
        Other streets that answer the same line.
    number_found : bool
        The number written exists on this street.
    certainty : float
        Probability that the commune is right.
    """
    if candidate.how in EXACT_CONFIDENCE and candidate.kind == SAME_TYPE and not rivals:
        return EXACT_CONFIDENCE[candidate.how] * certainty
    second = max((rival_rank(r) for r in rivals), default=0.0)
    values = features(
        candidate, max(0.0, rival_rank(candidate) - second), number_found=number_found
    )
    logit = COEFFICIENTS["constant"] + sum(COEFFICIENTS[k] * v for k, v in values.items())
    return certainty / (1.0 + math.exp(-logit))


def rival_rank(candidate: Candidate) -> float:
    """Return how well a street answers, type included (0..1)."""
    return 0.7 * candidate.score + 0.15 * candidate.kind + 0.15 * candidate.letters


def verdict(spot: Spot, probability: float, reasons: Sequence[str]) -> GeocodeVerdict:
    """Say whether an answer stands, needs a look, or is refused."""
    if probability < REJECTED:
        return GeocodeVerdict.REJETE
    if probability < ACCEPTED or spot.ambiguous or _STOPPING.intersection(reasons):
        return GeocodeVerdict.A_VERIFIER
    coarse = spot.kind in {ResultType.STREET, ResultType.LOCALITY}
    if coarse and spot.radius_m > LARGEST_ACCEPTED_STREET_M and spot.kind is ResultType.STREET:
        return GeocodeVerdict.A_VERIFIER
    return GeocodeVerdict.ACCEPTE
