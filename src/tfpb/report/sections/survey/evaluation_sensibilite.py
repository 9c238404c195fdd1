"""« Évaluation » and sensitivity: money beside satisfaction, spending against gap, what doubts weigh."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from tfpb.evidence.axes_known import axis_questions, drawable
from tfpb.model.codes import TOTAL, Ajustement, Groupe
from tfpb.model.report import BOTH_ANNEX, Block, Section, Text
from tfpb.model.survey import Published, pick
from tfpb.report.sections.build import chart, cut, lacking, section, table, worded
from tfpb.report.sections.survey import survey_view as view
from tfpb.survey.sample_size import interviews_needed
from tfpb.survey.verdicts import Thresholds
from tfpb.words.documents.report_words import SENSITIVITY
from tfpb.words.money import accounts
from tfpb.words.money import evaluation_words as words
from tfpb.words.money.accounts import axis_short
from tfpb.words.survey.verdict_words import margin_words, marks_of_row, signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from tfpb.facts.quarter import Quarters
    from tfpb.facts.whole_dossier import Dossier


def evaluation(dossier: Dossier) -> Section:
    """Return the evaluation by axis."""
    found = dossier.evaluation
    if found is None or found.table.empty:
        return lacking("evaluation", subject="evaluation")
    labels = dossier.survey.labels if dossier.survey is not None else {}
    rows, margin = found.table, dossier.survey.margin if dossier.survey is not None else 0.0
    is_whole = rows["niveau"] == "convention"
    named = worded(rows, libelle=("item", labels)).assign(
        lieu=dossier.quarters.full(rows, nowhere=words.WHOLE_CONVENTION),
        axe_mot=[accounts.axis_words(int(a)) for a in rows["axe"]],
        verdict_mot=_verdicts(rows),
        lecture_mot=[words.reading_sentence(str(code)) for code in rows["lecture"]],
    )
    convention = cut(named, is_whole)
    of = view.source(dossier.survey)
    blocks: list[Block] = [
        table("evaluation_document", convention, **of),
    ]
    drawn = convention[convention["ecart"].notna() & convention["depense"].notna()]
    if len(drawn):
        pairs = zip(drawn["axe"], drawn["libelle"], strict=True)
        spent = drawn.rename(columns=_ENDS).assign(
            label=[f"{axe} · {label}" for axe, label in pairs]
        )
        blocks.append(chart("besoin", spent[["label", *_DRAWN]], margin=margin / 100, **of))
    blocks += spending_blocks(dossier, rows)
    notes = (words.SIDE_BY_SIDE, *view.not_named(dossier), *view.too_early(dossier))
    blocks.append(Text((*notes, words.DOES_IT_WORK)))
    is_lower = convention["lecture"].astype(str).str.startswith("ecart_defavorable")
    # an axis is lower when one of its questions is, the figure like with like not against it
    against = convention["lecture"].astype(str).str.contains(r"\|ecart_(?:sens|ampleur)")
    axes = [
        list(dict.fromkeys(str(axe) for axe in convention.loc[rows_, "axe"]))
        for rows_ in (is_lower & ~against, is_lower & against)
    ]
    raw_only = [axe for axe in axes[1] if axe not in axes[0]]
    read = convention.loc[convention["ecart"].notna(), "axe"].nunique()
    lead = words.evaluation_lead(axes[0], raw_only, read=read, axes=convention["axe"].nunique())
    return section("evaluation", lead, blocks)


def _verdicts(rows: pd.DataFrame) -> list[str]:
    return [verdict_of(row) for row in rows.to_dict("records")]


def verdict_of(row: Mapping[Any, Any]) -> str:
    """Write a verdict with its sign and what weakens it; nothing where there is none."""
    code = row["verdict"]
    if not isinstance(code, str) or not code:
        return ""
    return signed(code, str(row["publication"]), **marks_of_row(row))


def sensibilite(dossier: Dossier) -> Section | None:
    """Return the section of sensitivity (document only); None when it was not computed."""
    found = dossier.sensitivity
    if found is None or found.empty:
        return None
    doubts = worded(found, hypothese_mot=("hypothese", SENSITIVITY))
    counted = (dossier.claims.amount(n) for n in ("logements_qpv", "logements_qpv_possibles"))
    lead = accounts.sensitivity_sentence(*counted)
    return section("sensibilite", lead, [table("sensibilite_doutes", doubts)])


LEAST: Final = 5
"""Fewer points than this make no picture."""


def spending_blocks(dossier: Dossier, rows: pd.DataFrame) -> list[Block]:
    """Return the chart of spending against gap, with its reading; under five points, what is missing.

    `rows` are of `EVALUATION_COLUMNS`. Each axis keeps one question for all quarters (`axis_questions`).
    Cells of few answers remain on the sheet « Axes » and are not drawn.
    """
    survey = dossier.survey
    if survey is None or dossier.programme is None:
        return [Text((words.NO_POINT_WITHOUT_BOTH,), media=BOTH_ANNEX)]
    quarters = cut(rows, rows["niveau"] == "qpv")
    shown = _points(quarters, survey, dossier.quarters)
    possible = len(quarters[["code_qpv", "axe"]].drop_duplicates())
    margin = survey.margin
    if len(shown) < LEAST:
        needed = _needed(survey, dossier.settings.dossier.bailleur)
        sentence = words.TOO_FEW.format(
            points=len(shown), possible=possible, least=LEAST, missing=LEAST - len(shown),
            publishable=Thresholds().few_n, needed=needed,
        )  # fmt: skip
        return [Text((sentence,), media=BOTH_ANNEX)]
    drawn = shown.assign(axe=shown["axe_mot"])[["repere", "quartier", "axe", *_DRAWN]]
    of = view.source(survey)
    return [
        chart("depense_ecart", drawn, margin=margin / 100, **of),
        Text(words.spending_reading(len(shown), possible, margin), media=BOTH_ANNEX),
    ]


_DRAWN = ["depense", "ecart", "ic90_bas", "ic90_haut"]
_ENDS: Final = {"ecart_ic90_bas": "ic90_bas", "ecart_ic90_haut": "ic90_haut"}


def _points(quarters: pd.DataFrame, survey: Published, named: Quarters) -> pd.DataFrame:
    published, chosen = drawable(quarters), axis_questions(quarters, survey)
    rows = cut(published, published["item"] == published["axe"].map(chosen))
    rows = cut(rows, rows["depense"].notna())
    named_axes = zip(rows["axe"], rows["item"], strict=True)
    return (
        rows.rename(columns=_ENDS)
        .assign(
            quartier=named.full(rows),
            axe_mot=[f"{axis_short(int(a))} : {survey.labels[item]}" for a, item in named_axes],
        )
        .sort_values("repere", kind="stable")
        .reset_index(drop=True)
    )


def _needed(survey: Published, bailleur: str) -> str:
    """Write the interviews a side it takes to conclude on the linked questions, least and most."""
    gaps = survey.comparison
    if not survey.waves or gaps.empty:
        return ""
    linked = {i for i, axes in zip(survey.items["item"], survey.items["axes"], strict=True) if axes}
    held = pick(
        gaps, vague=survey.last_wave, niveau=TOTAL, bailleur=survey.name_of(bailleur),
        groupe=Groupe.ECART, ajustement=Ajustement.BRUT, item=list(linked),
    ).dropna(subset=["marge_points"])  # fmt: skip
    found = [n for _, row in held.iterrows() if (n := interviews_needed(gaps, row)) is not None]
    usable = [n for n in found if math.isfinite(n)]
    if not usable:
        return ""
    low, high = min(usable), max(usable)
    margin = margin_words(survey.margin)
    return words.NEEDED.format(margin=margin, low=low, high=high, between=low != high)
