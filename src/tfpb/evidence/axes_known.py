"""The axes of the programme in each quarter: what was spent there, and what its tenants answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.claim import axis_scope
from tfpb.model.codes import SHOWN, TOTAL, Verdict
from tfpb.model.columns import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.survey import Published

_RATES: Final = ("valorise_par_logement_eur", "taux_valorisation")
_BEFORE: Final = (
    "actions_precedentes", "realise_precedent_eur", "valorise_precedent_eur", "ecart_valorise_eur",
)  # fmt: skip
_ANSWERED: Final = (
    "item", "n", "ecart", "ecart_ic90_bas", "ecart_ic90_haut", "verdict", "publication",
    "peu_de_reponses", "isole", "evolution", "evolution_ic90_bas", "evolution_ic90_haut", "lecture", "repere",
)  # fmt: skip
Key = tuple[str, int]


def axes_known(dossier: Dossier) -> pd.DataFrame:
    """Return a row a quarter and axis, by code: what no claim says of it, and its question.

    Each axis has one question, the same in every quarter (`axis_questions`). `scope` is of its claims; then
    what is valued a dwelling, its rate, the year before, the columns of the question, and `autres`
    (identifiers of the other linked questions shown there).
    """
    rows: dict[Key, dict[str, Any]] = {}
    plan = dossier.programme
    if plan is not None:
        rates = {_key(r): {c: r[c] for c in _RATES} for r in _places(plan.by_axis)}
        for line in _places(plan.quarter_axes):
            rows[_key(line)] = {c: line.get(c) for c in _BEFORE} | rates.get(_key(line), {})
    answers = dossier.evaluation.table if dossier.evaluation is not None else None
    chosen = axis_questions(answers, dossier.survey)
    for line in _places(answers):
        own = rows.setdefault(_key(line), {})
        own.setdefault(_RATES[0], line[_RATES[0]])
        if line["item"] in ("", chosen.get(int(line["axe"]))):
            own |= {c: line.get(c) for c in _ANSWERED}
        else:
            own["autres"] = (*own.get("autres", ()), line["item"])
    found = [
        {"code_qpv": code, "axe": axe, "scope": axis_scope(axe, code), **rows[code, axe]}
        for code, axe in sorted(rows)
    ]
    return pd.DataFrame(
        found,
        columns=["code_qpv", "axe", "scope", *_RATES, *_BEFORE, *_ANSWERED, "autres"],
        dtype=object,
    )


def axis_questions(rows: pd.DataFrame | None, survey: Published | None) -> dict[int, str]:
    """Return the question that stands for each axis, chosen without looking at any gap.

    The linked one that may be drawn in most quarters, then its theme’s headline, then the first of the plan.
    """
    if rows is None or survey is None:
        return {}
    seen = drawable(rows[rows["code_qpv"] != TOTAL]).value_counts(["axe", "item"]).to_dict()
    columns = (survey.items[c] for c in ("item", "axes", "tete_de_theme", "ordre"))
    linked: dict[int, list[tuple[int, bool, int, str]]] = {}
    for item, axes, head, rank in zip(*columns, strict=True):
        for axe in axes:
            order = (-int(seen.get((axe, item), 0)), not head, int(rank), str(item))
            linked.setdefault(int(axe), []).append(order)
    return {axe: min(orders)[-1] for axe, orders in linked.items()}


def drawable(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the answers that a point may be made of: shown, of several, and confirmed."""
    return rows[
        rows["publication"].isin(SHOWN)
        & (rows["peu_de_reponses"] == "")
        & rows["ecart"].notna()
        & (rows["verdict"] != Verdict.A_CONFIRMER)
    ]


def _places(rows: pd.DataFrame | None) -> Iterator[dict[Any, Any]]:
    """Go through the rows of quarters, without those of the whole."""
    if rows is not None and len(rows):
        yield from rows[texts(rows, "code_qpv") != TOTAL].to_dict("records")


def _key(row: dict[Any, Any]) -> Key:
    return str(row["code_qpv"]), int(row["axe"])
