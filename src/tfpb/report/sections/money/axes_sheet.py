"""« Axes »: where the money goes, axis by axis in each quarter, beside what tenants answer there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tfpb.evidence.axes_known import axes_known
from tfpb.facts.claim import axis_scope
from tfpb.model.legal.axis_table import AXES
from tfpb.report.sections.build import chart, claimed, section, table, worded
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.sections.survey.evaluation_sensibilite import verdict_of
from tfpb.words.money import evaluation_words as words
from tfpb.words.money.accounts import axis_short, axis_words

if TYPE_CHECKING:
    from tfpb.facts.amount import Amount
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Block, Section


def axes(dossier: Dossier) -> Section | None:
    """Return the sheet of the axes, quarter by quarter; none where nothing is said of any."""
    rows = axes_known(dossier)
    if rows.empty:
        return None
    survey, year = dossier.survey, dossier.settings.dossier.annee
    labels = survey.labels if survey is not None else {}
    shown = worded(
        dossier.quarters.named(claimed("axes", rows, dossier.claims, blank_unclaimed=True)),
        libelle=("item", labels),
    ).assign(
        axe_mot=[axis_words(int(a)) for a in rows["axe"]],
        verdict_mot=[verdict_of(row) for row in rows.to_dict("records")],
        lecture_mot=[
            words.reading_sentence(code) if isinstance(code, str) and code else ""
            for code in rows["lecture"]
        ],
        autres=[
            ", ".join(str(labels.get(one, one)) for one in items)
            if isinstance(items, tuple)
            else ""
            for items in rows["autres"]
        ],
    )
    of = view.source(survey)
    blocks: list[Block] = [table("axes", shown, annee=year, precedente=year - 1, **of)]
    if dossier.programme is not None:
        blocks.append(_spent(dossier))
    return section("axes", words.SIDE_BY_SIDE, blocks, in_document=False)


def _spent(dossier: Dossier) -> Block:
    """Return the chart of what each axis was given over all quarters."""
    drawn = [
        (
            axis_short(axe),
            *(
                _drawn(dossier.claims.amount(name, axis_scope(axe)))
                for name in ("realise", "valorise")
            ),
        )
        for axe in AXES
    ]
    return chart("depenses_axes", pd.DataFrame(drawn, columns=["libelle", "valeur", "valeur2"]))


def _drawn(amount: Amount) -> float:
    """Return what a bar shows; none where the amount is not known."""
    return float(amount.exact) if amount.is_known else float("nan")
