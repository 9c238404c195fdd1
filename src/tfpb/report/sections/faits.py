"""« Faits »: every claim of the dossier, where a figure is looked up when two media are compared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.facts.claim import TOTAL
from tfpb.model.question import Unit
from tfpb.report.sections.build import section, table
from tfpb.words import claim_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """Return the sheet of claims, and their data file under the names of the contract."""
    claims = list(dossier.claims)
    labels = dossier.survey.labels if dossier.survey is not None else {}
    blocks = [table("faits", pd.DataFrame([_data(one) for one in claims]))]
    if dossier.printed:
        listed = sorted(claims, key=lambda one: one.scope != TOTAL)  # the first print
        shown = [_shown(one, dossier, labels) for one in listed]
        whole = sum(one.scope == TOTAL for one in claims)
        blocks.insert(0, replace(table("faits_feuille", pd.DataFrame(shown)), printed=whole))
    return section("faits", words.LEAD, blocks, in_document=False)


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


def _shown(claim: Claim, dossier: Dossier, labels: Mapping[str, str]) -> dict[str, object]:
    """Return a claim as the sheet shows it: in words, then both ends as numbers."""
    low, high = _bounds(claim)
    return {
        "titre": claim.title.french,
        "portee": words.scope_words(claim.scope, dossier.quarters, labels),
        "valeur": words.claim_value(claim),
        "etat": words.claim_state(claim),
        "nature": words.NATURES.get(str(claim.nature), ""),
        "bas": low,
        "haut": high,
        "unite": words.UNITS[claim.title.unit],
        "role": claim.owner,
        "echeance": claim.deadline,
        "feuille": claim.sheet,
        "definition": claim.title.definition,
    }
