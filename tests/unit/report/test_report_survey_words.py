"""What a row of the survey comes to has one word, whoever writes it: note, screen, sections, maps, sheet."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from report_dossier import BAILLEUR, claimed, make

from tfpb.facts.claim import TOTAL, State
from tfpb.facts.survey_claims import answers_scope, verdict_scope
from tfpb.model.codes import SHOWN, Publication, Verdict
from tfpb.model.report import Chart, Text
from tfpb.report import map_model
from tfpb.report.quarter_pages import own_answers
from tfpb.report.sections import report
from tfpb.survey.raw_gaps import stories_of
from tfpb.words.documents.note_words import closing
from tfpb.words.places.map_words import gap_line
from tfpb.words.survey import verdict_words

if TYPE_CHECKING:
    import pytest

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Section


def with_rows(dossier: Dossier, item: str, **values: object) -> Dossier:
    """Change the raw gap of a question over the whole in the last wave."""
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison
    there = (rows["item"] == item) & (rows["niveau"] == TOTAL) & (rows["groupe"] == "ecart")
    there &= (rows["vague"] == "2023") & (rows["ajustement"] == "brut")
    rows = rows.assign(**{k: rows[k].mask(there, v) for k, v in values.items()})
    return claimed(
        dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=rows))
    )


def section_of(dossier: Dossier, key: str) -> Section:
    return next(s for s in report(dossier).sections if s.key == key)


def masked() -> Dossier:
    return with_rows(make(), "q04", publication="masque", verdict="masque", estimation=float("nan"))


def test_a_masked_question_is_masked_in_every_medium() -> None:
    dossier = masked()
    assert dossier.claims.get("ecart", answers_scope(TOTAL, "q04", "2023")).state is State.MASQUE
    assert " ; masqué : 1" in closing(dossier, "x")[_survey_line(dossier)]
    found = section_of(dossier, "satisfaction")
    assert "1 « masqué »" in found.lead
    keys = [p for b in found.blocks if isinstance(b, Text) for p in b.paragraphs]
    assert any(p.startswith("– masqué : moins de 30 ménages") for p in keys)
    layer = map_model._gaps(own_answers(dossier))
    told = layer[
        (layer["item"] == "q04") & (layer["code_qpv"] == TOTAL) & (layer["vague"] == "2023")
    ]
    assert told[["verdict", "phrase"]].to_numpy().tolist() == [["masque", "masqué"]]
    assert gap_line(told["verdict"].iloc[0], None, (None, None), None) == "– masqué"


def _survey_line(dossier: Dossier) -> int:
    return next(k for k, t in enumerate(closing(dossier, "x")) if t.startswith("Satisfaction"))


def test_the_screen_counts_what_the_note_counts_whatever_the_case_of_the_name() -> None:
    dossier = make()
    head = dossier.settings.dossier.model_copy(update={"bailleur": BAILLEUR.upper()})
    shouted = claimed(
        dataclasses.replace(dossier, settings=dossier.settings.model_copy(update={"dossier": head}))
    )
    moved = with_rows(shouted, "q01", verdict="meilleur")  # of every name
    own = moved.survey
    assert own is not None
    rows = own.comparison
    everyone = (rows["bailleur"] == "ensemble") & (rows["groupe"] == "ecart")
    rows = rows.assign(verdict=rows["verdict"].mask(everyone, "non_concluant"))
    heard = claimed(dataclasses.replace(moved, survey=dataclasses.replace(own, comparison=rows)))
    assert "plus : 1" in closing(heard, "x")[_survey_line(heard)]
    assert heard.claims.amount("questions", verdict_scope("meilleur")).exact == 1


def test_a_little_lower_is_lower_in_the_title_of_a_chart_too() -> None:
    charts = {
        b.key: b.title
        for b in section_of(
            with_rows(make(), "q04", verdict="equivalent_inferieur"), "satisfaction"
        ).blocks
        if isinstance(b, Chart)
    }
    title = charts["ecarts_quartier"]
    assert "moins en QPV pour" in title
    assert "à égalité" not in title
    assert "Tranquillité dans le quartier" in title


def test_every_outcome_has_one_sign_and_word_in_all_its_forms() -> None:
    for publication in Publication:
        for verdict in Verdict:
            word = verdict_words.plainly(verdict, publication)
            sign = verdict_words.sign(verdict, publication)
            assert verdict_words.signed(verdict, publication) == f"{sign} {word}"
            if publication not in SHOWN:
                assert word == verdict_words.PUBLICATIONS[publication].split(" :")[0]
                assert sign == "–"


def test_what_like_with_like_contradicts_is_worked_out_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tfpb.survey import raw_gaps

    calls: list[int] = []
    real = raw_gaps.disagreements
    monkeypatch.setattr(raw_gaps, "disagreements", lambda table: calls.append(1) or real(table))
    dossier = with_rows(make(), "q01", isole="")
    report(dossier)
    map_model._gaps(own_answers(dossier))
    assert dossier.survey is not None
    assert stories_of(dossier.survey) == real(dossier.survey.comparison)
    assert len(calls) == 1
