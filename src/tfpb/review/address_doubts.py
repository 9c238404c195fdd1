"""What the sheet « Adresses » asks: rows that are not accepted, what else they may be, what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.codes import GeocodeVerdict
from tfpb.words.places.address_words import REASONS, TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.review.address_decisions import AddressDecision

DECIDED_COLUMNS: Final = {
    "decision": "choice",
    "adresse_corrigee": "corrected",
    "x": "x",
    "y": "y",
    "auteur": "author",
    "date": "date",
    "piece": "piece",
}
"""Column of the sheet to the field of `AddressDecision`."""
_MOST_ALTERNATIVES: Final = 5


def address_doubts(
    results: pd.DataFrame,
    original: pd.DataFrame,
    decisions: Sequence[AddressDecision | None],
    *,
    lines: Sequence[int],
    identifiers: Sequence[str] | None = None,
) -> pd.DataFrame:
    """List the rows that are not accepted, and those already decided, with what else they may be.

    Parameters
    ----------
    results : DataFrame
        `RESULT_COLUMNS`, decisions applied.
    original : DataFrame
        `adresse, code_postal, commune, code_insee, nom` as the file says, same rows.
    decisions : sequence of AddressDecision or None, one a row
    lines : sequence of int
        Rows of the file, as a spreadsheet numbers them.
    identifiers : sequence of str, optional

    Returns
    -------
    DataFrame
        Columns of the review sheet, and `choix` (tuple of str).
    """
    waits = (results["result_verdict"] != GeocodeVerdict.ACCEPTE) & (
        results["result_status"] != "skipped"
    )
    was_decided = pd.Series([row is not None for row in decisions], index=results.index)
    shown = (waits | was_decided).to_numpy()
    found, asked = results[shown], original[shown]
    out = pd.DataFrame({"ligne": pd.Series(lines)[shown].to_numpy()}, index=found.index)
    if identifiers is not None:
        out["identifiant"] = pd.Series(identifiers)[shown].to_numpy()
    for name in ("adresse", "code_postal", "commune", "code_insee", "nom"):
        out[name] = asked[name].to_numpy()
    out["trouvee"] = found["result_label"].to_numpy()
    out["precision"] = [TYPES.get(kind, kind) for kind in found["result_type"]]
    out["confiance"] = found["result_confidence"].round(2).to_numpy()
    out["motifs"] = [_in_words(reasons) for reasons in found["result_reasons"]]
    made = [row for row, is_shown in zip(decisions, shown, strict=True) if is_shown]
    for name, field in DECIDED_COLUMNS.items():
        out[name] = [getattr(row, field) if row else "" for row in made]
    out["choix"] = [
        tuple(filter(None, text.split(" | ")))[:_MOST_ALTERNATIVES]
        for text in found["result_alternatives"]
    ]
    return out


def _in_words(reasons: str) -> str:
    return " ; ".join(REASONS.get(code, code) for code in reasons.split(" | ") if code)
