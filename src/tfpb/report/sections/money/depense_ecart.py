"""« Où l’argent est, où l’écart est »: one point a QPV × axis, or what it would take to draw it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import TOTAL, Ajustement, Groupe, Publication
from tfpb.model.report import Text
from tfpb.model.survey import only
from tfpb.report.sections.build import BOTH, chart, cut, number_of, table
from tfpb.report.sections.survey.survey_view import source
from tfpb.survey.planning.power import interviews_needed
from tfpb.survey.verdicts import Thresholds
from tfpb.words.money import evaluation_words as words
from tfpb.words.money.accounts import axis_short

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Block
    from tfpb.model.survey import Published

LEAST: Final = 5
"""Fewer points than this make no picture."""
_DEFAULT_MARGIN: Final = 5.0
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def margin_of(survey: Published | None) -> float | None:
    """Return δ as a proportion, None without a survey."""
    if survey is None:
        return None
    value = survey.settings.get("marge_points")
    return (float(value) if isinstance(value, int | float) else _DEFAULT_MARGIN) / 100


def spending_blocks(dossier: Dossier, rows: pd.DataFrame) -> list[Block]:
    """Return the chart of spending against gap, with its reading; under five points, what is missing.

    Parameters
    ----------
    dossier : Dossier
    rows : DataFrame
        `EVALUATION_COLUMNS`.

    Notes
    -----
    Each axis is held to one question for all quarters, chosen without looking at any gap: the
    linked question publishable in most quarters, then its theme's headline, then the first of the
    plan. « Fragile » cells stay in the table and are not drawn.
    """
    survey = dossier.survey
    if survey is None or dossier.programme is None:
        return [Text((words.NO_POINT_WITHOUT_BOTH,), media=BOTH)]
    quarters = cut(rows, rows["niveau"] == "qpv")
    shown = _points(quarters, survey)
    possible = len(quarters[["code_qpv", "axe"]].drop_duplicates())
    margin = 100 * (margin_of(survey) or 0.0)
    if len(shown) < LEAST:
        needed = _needed(survey, dossier.settings.dossier.bailleur)
        sentence = words.too_few_points(
            len(shown), possible, LEAST, margin, Thresholds().verdict_n, needed
        )
        return [Text((sentence,), media=BOTH)]
    columns = ["repere", "quartier", "axe_mot", *_DRAWN]
    drawn = shown[columns].rename(columns={"axe_mot": "axe"})
    return [
        chart("depense_ecart", drawn, margin=margin_of(survey), **source(survey)),
        Text(words.spending_reading(len(shown), possible, margin), media=BOTH),
        table("depense_ecart_points", shown, **source(survey)),
    ]


_DRAWN = ["depense_par_logement_eur", "ecart", "ic95_bas", "ic95_haut"]


def _points(quarters: pd.DataFrame, survey: Published) -> pd.DataFrame:
    published = quarters[
        (quarters["publication"] == Publication.PUBLIABLE) & quarters["ecart"].notna()
    ]
    order = _order(survey)
    codes = sorted(quarters["code_qpv"].unique())
    letters = {code: _letter(k) for k, code in enumerate(codes)}
    out: list[dict[str, Any]] = []
    for axe, part in published.groupby("axe", sort=True):
        counts = part.groupby("item")["code_qpv"].nunique()
        chosen = min(counts.index, key=lambda i: (-int(counts[i]), *order[str(i)][:2]))
        question = order[str(chosen)][2]
        number = int(str(axe))
        out += [
            {
                "repere": f"{letters[record['code_qpv']]}{number}",
                "code_qpv": record["code_qpv"],
                "quartier": f"{record['nom_qpv']} ({record['code_qpv']})",
                "axe_mot": f"{axis_short(number)} : {question}",
                "libelle": question,
                "n": record["n"],
                "depense_par_logement_eur": number_of(record["valorise_par_logement_eur"]),
                "ecart": record["ecart"],
                "ic95_bas": record["ecart_ic95_bas"],
                "ic95_haut": record["ecart_ic95_haut"],
            }
            for record in part[part["item"] == chosen].to_dict("records")
        ]
    columns = ["repere", "code_qpv", "quartier", "axe_mot", "libelle", "n", *_DRAWN]
    made = pd.DataFrame(out, columns=columns)
    drawable = made[made["depense_par_logement_eur"].notna()]
    return drawable.sort_values("repere", kind="stable").reset_index(drop=True)


def _order(survey: Published) -> dict[str, tuple[bool, int, str]]:
    """Rank items for a tie: a theme's headline first, then the order of the plan; with their words."""
    items = survey.items
    return {
        str(item): (not head, int(rank), str(label))
        for item, head, rank, label in zip(
            items["item"], items["tete_de_theme"], items["ordre"], items["libelle"], strict=True
        )
    }


def _letter(rank: int) -> str:
    """Name quarters A to Z, then AA, AB and on."""
    head, tail = divmod(rank, len(_LETTERS))
    return (_LETTERS[head - 1] if head else "") + _LETTERS[tail]


def _needed(survey: Published, bailleur: str) -> tuple[int, int] | None:
    """Return the least and most interviews a side it takes to conclude on the linked questions."""
    gaps = survey.comparison
    if not survey.waves or gaps.empty:
        return None
    linked = {i for i, axes in zip(survey.items["item"], survey.items["axes"], strict=True) if axes}
    held = only(
        gaps, vague=survey.waves[-1].vague, niveau=TOTAL, bailleur=survey.name_of(bailleur),
        groupe=Groupe.ECART, ajustement=Ajustement.BRUT, item=list(linked),
    ).dropna(subset=["marge_points"])  # fmt: skip
    found = [n for _, row in held.iterrows() if (n := interviews_needed(gaps, row)) is not None]
    usable = [n for n in found if math.isfinite(n)]
    return (min(usable), max(usable)) if usable else None
