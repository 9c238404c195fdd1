"""Modelled shares of quarters in the report: their own name and mark, beside the measured ones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from report_dossier import BAILLEUR, claimed, make
from test_report_sections import tables, texts

from tfpb.model.report import Chart, ChartKind
from tfpb.report.charts.drawing import draw
from tfpb.report.map_model import map_model
from tfpb.report.sections import report
from tfpb.words.documents.quarter_page import page_in_words
from tfpb.words.survey import survey_words

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import QpvPage


def _modelled() -> Dossier:
    """Return the dossier with a modelled row for every published share of a quarter."""
    dossier = make()
    assert dossier.survey is not None
    rows = dossier.survey.comparison
    raw = rows[(rows["niveau"] == "code_qpv") & (rows["groupe"] == "qpv")]
    raw = raw[raw["publication"] == "publiable"]
    made = raw.assign(ajustement="modele", estimation=0.71, ic90_bas=0.64, ic90_haut=0.79)
    survey = dataclasses.replace(dossier.survey, comparison=pd.concat([rows, made]))
    return claimed(dataclasses.replace(dossier, survey=survey))


def test_without_a_model_the_reason_is_said_once() -> None:
    said = survey_words.NOT_MODELLED.format(fewest=12)
    assert "au moins 12 quartiers" in said
    made = report(make())
    assert texts(made).count(said) == 1
    assert "modele_quartiers" not in tables(made)
    assert not [t for t in texts(made) if "Estimation modélisée d’un quartier" in t]


def test_modelled_shares_stand_beside_the_measured_ones_under_their_name() -> None:
    dossier = _modelled()
    made = report(dossier)
    whole = tables(made)["modele_quartiers"]
    assert dossier.survey is not None
    assert len(whole.rows) == (dossier.survey.comparison["ajustement"] == "modele").sum()
    assert (whole.rows["modele"] == 0.71).all()
    assert (whole.rows["qpv"] != 0.71).all()
    assert "Estimation modélisée" in whole.title
    assert not [c for c in whole.columns if "erdict" in c.header or "cart" in c.header]
    assert whole.media == {"classeur"}
    assert tables(made)["modele_document"].media == {"annexe"}
    assert survey_words.MODEL_METHOD in texts(made)
    assert not [t for t in texts(made) if t.startswith("Pas d’estimation modélisée")]


def test_gaps_and_verdicts_do_not_read_them() -> None:
    plain, made = (tables(report(d)) for d in (make(), _modelled()))
    for key in ("comparaison", "comparaison_quartiers", "comparaison_document"):
        pd.testing.assert_frame_equal(made[key].rows, plain[key].rows)


def _charts(dossier: Dossier) -> list[Chart]:
    blocks = [b for s in report(dossier).sections for b in s.blocks]
    return [b for b in blocks if isinstance(b, Chart) and b.kind is ChartKind.MODELLED]


def test_each_is_drawn_with_another_mark() -> None:
    charts = _charts(_modelled())
    assert charts
    for chart in charts:
        assert "estimation modélisée" in chart.title
        assert chart.rows["ensemble"].notna().all()
    moved = charts[0].rows.assign(modele=0.55)
    one, two = (draw(dataclasses.replace(charts[0], rows=r)) for r in (charts[0].rows, moved))
    assert one["svg"] != two["svg"]
    # two kinds of marks: a disc is drawn with curves, a diamond with straight lines
    assert np.frombuffer(one["png"], dtype=np.uint8).size > 2_000


def _pages(dossier: Dossier) -> tuple[QpvPage, ...]:
    entrances = dossier.located.entrances.assign(result_citycode="")
    located = dataclasses.replace(dossier.located, entrances=entrances)
    return map_model(dataclasses.replace(dossier, located=located)).pages


def test_the_page_of_a_quarter_says_it() -> None:
    plain, made = (_pages(d) for d in (make(), _modelled()))
    assert plain
    for before, page in zip(plain, made, strict=True):
        assert before.modelled == ""
        assert page.modelled == (
            f"Estimation modélisée, sans verdict, pour « {page.gaps[0].label} » : 71\u202f% de satisfaits "
            "ici, entre 64\u202f% et 79\u202f%."
        )
        assert dataclasses.replace(page, modelled="") == before
        assert page.modelled in page_in_words(page)


def test_another_bailleurs_model_is_not_shown() -> None:
    dossier = _modelled()
    assert dossier.survey is not None
    rows = dossier.survey.comparison
    other = rows["bailleur"].where(rows["ajustement"] != "modele", "Autre bailleur")
    survey = dataclasses.replace(dossier.survey, comparison=rows.assign(bailleur=other))
    made = report(claimed(dataclasses.replace(dossier, survey=survey)))
    assert dossier.settings.dossier.bailleur == BAILLEUR
    assert "modele_quartiers" not in tables(made)
    pages = _pages(claimed(dataclasses.replace(dossier, survey=survey)))
    assert pages
    assert not any(p.modelled for p in pages)
