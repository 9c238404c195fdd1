"""`faits.csv`: every claim of the dossier, where a figure is looked up when two media are compared."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.question import Unit
from tfpb.report.sections.build import section, table

if TYPE_CHECKING:
    from tfpb.facts.claim import Claim
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Section

_STEPS: Final = {
    Unit.EUR: Decimal("0.01"),
    Unit.PART: Decimal("1e-6"),
    Unit.POINTS: Decimal("1e-6"),
}
"""What is written of a figure: a quotient has no last decimal."""


def faits(dossier: Dossier) -> Section:
    """Return the claims for the data, under the names of the contract."""
    rows = pd.DataFrame([_data(one) for one in dossier.claims])
    return section("faits", "", [table("faits", rows)], in_document=False)


def _bounds(claim: Claim) -> tuple[Decimal | None, Decimal | None]:
    """Return both ends, at the step of their unit; none where the figure is not shown or has no bound."""
    ends = (None, None) if claim.value is None else (claim.value.at_least, claim.value.at_most)
    step = _STEPS.get(claim.title.unit)
    low, high = (end if end is None or step is None else end.quantize(step) for end in ends)
    return low, high


def _data(claim: Claim) -> dict[str, object]:
    """Return a claim as `faits.csv` writes it: codes, no word."""
    low, high = _bounds(claim)
    return {
        "nom": claim.name,
        "titre": claim.title.french,
        "portee": claim.scope,
        "valeur_bas": low,
        "valeur_haut": high,
        "unite": str(claim.title.unit),
        "etat": str(claim.state),
        "nature": str(claim.nature or ""),
        "role": claim.owner,
        "echeance": claim.deadline,
        "feuille": claim.sheet,
    }
