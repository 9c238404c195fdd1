"""The two pages of a quarter: plain for its residents, action by action for who checks."""

from __future__ import annotations

import dataclasses
import io
import re
import subprocess
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from note_text import note, synthese, written
from PIL import Image
from report_dossier import (
    BAILLEUR,
    HOSTILE_TYPST,
    ITEMS,
    bare,
    claimed,
    facts_of,
    make,
    premises_facts,
    restocked,
)

from everywhere import need
from tfpb.evidence.tasks import KINDS as KINDS_TO_DO
from tfpb.evidence.tasks import Task, tasks_of
from tfpb.facts.amount import known, unknown
from tfpb.facts.claim import Claims, State, axis_scope, claim
from tfpb.facts.place import QuarterHeld, dwellings_by_side, quarters, quarters_held
from tfpb.model.location import Bar, GapLine
from tfpb.model.money import States
from tfpb.model.report import Text
from tfpb.model.settings import Habitants
from tfpb.perimeters.map_marks import marks
from tfpb.pipeline.pack_files import quarter_files
from tfpb.report.documents import quarter_pdf
from tfpb.report.documents.document_pdf import page_count
from tfpb.report.documents.quarter_pdf import render_face
from tfpb.report.map_model import map_model
from tfpb.report.quarter_pages import own_answers, quarter_page
from tfpb.report.sections import quarter_reports
from tfpb.report.sections.quarter_reports import changes, residents_page, second_face
from tfpb.report.sections.survey.evaluation_sensibilite import evaluation
from tfpb.report.sections.survey.satisfaction_section import satisfaction_section
from tfpb.report.sections.survey.survey_view import too_early
from tfpb.words.documents import face_words
from tfpb.words.documents import quarter_page as page_words
from tfpb.words.documents import residents_words as words
from tfpb.words.numbers import euros
from tfpb.words.survey.satisfaction import NOT_NAMED
from tfpb.words.survey.verdict_words import ISOLATED_MEANS

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import Face, QpvPage

CODE = "QN05991I"
KINDS = ("habitants", "quartiers")


def page_of(dossier: Dossier, name: str = "Les Tilleuls") -> QpvPage:
    held = {here.code_qpv: here for here in quarters_held(dossier.located.held)}
    here = held.get(CODE, QuarterHeld(CODE, 0, 0, 0, 0))
    money = dossier.abatement
    drawn_marks = marks(dossier.located, money.premises if money is not None else None)
    made = quarter_page(dossier, own_answers(dossier), here, drawn_marks, tasks_of(dossier))
    return dataclasses.replace(made, nom=name)


def face_of(dossier: Dossier) -> Face:
    return second_face(dossier, page_of(dossier), own_answers(dossier))


def test_a_residence_in_two_quarters_is_of_both_by_its_entrances() -> None:
    dossier = make()
    doors = dossier.located.entrances
    half = doors.iloc[[0]].assign(nb_logements=35, qpv_code="QN05992M")  # of the 75 of R0000
    whole = doors.assign(nb_logements=doors["nb_logements"].where(doors.index > 0, 40))
    both = pd.concat([whole, half], ignore_index=True).assign(result_citycode="")
    moved = restocked(dossier, both)
    before, after = (quarters(d.located.held).set_index("code_qpv") for d in (dossier, moved))
    assert before["logements_dans"].to_dict() == {CODE: 405, "QN05992M": 20}
    assert after["logements_dans"].to_dict() == {CODE: 370, "QN05992M": 55}
    assert (after["residences"] - before["residences"]).to_dict() == {CODE: 0, "QN05992M": 1}
    _, dwellings, detail = page_of(moved).figures[0]
    assert (dwellings, detail.split(",")[0]) == ("370", "7 résidences")
    layer = map_model(moved).qpv.set_index("code_qpv")[["logements", "residences"]]
    assert layer.loc["QN05992M"].tolist() == [55, 2]


def residents(dossier: Dossier) -> str:
    return words.printed(residents_page(dossier, page_of(dossier))).replace("\u202f", " ")


@lru_cache(maxsize=1)
def drawn() -> dict[str, bytes]:
    dossier = make()
    return quarter_files(dossier, [page_of(dossier, f"{HOSTILE_TYPST} {'Très long nom ' * 8}")])


def of_quarter(dossier: Dossier, states: States) -> Dossier:
    """Give the quarter some states."""
    money = dossier.abatement
    assert money is not None
    rows = money.by_qpv.assign(logements_sans_montant=states.missing)
    facts = premises_facts([facts_of(states, CODE) | {"logements_abattus": 405}])
    given = dataclasses.replace(money, by_qpv=rows, by_premises=facts)
    return claimed(dataclasses.replace(dossier, abatement=given))


def test_residents_read_the_figures_of_the_map_page_in_220_words() -> None:
    dossier = make()
    text = residents(dossier)
    assert page_of(dossier).figures[1][1].replace("\u202f", " ") in text
    valued = euros(dossier.claims.amount("valorise", CODE)).replace("\u202f", " ")
    assert f"{words.TOTAL}\n{valued}" in text
    assert re.search(r"à faire en 2026|au moins autant", text)
    assert words.count(residents_page(dossier, page_of(dossier))) <= words.MOST_WORDS == 220
    titles = (
        words.MONEY.format(year=2025),
        "Ce que vous avez dit (enquête de 2023)",
        "Ce que le bailleur déclare pour 2025, et vos réponses (2023)",
        words.OPEN,
        words.ASK,
    )
    assert words.WHERE not in text  # no action of the file names a résidence
    assert "Ce qui a été fait" not in text
    assert [text.index(t) for t in titles] == sorted(text.index(t) for t in titles)
    assert not re.search(
        r"%|acquis|programmer|valoris|justifi(?!catif)|[▲▼■●◆] (?!ici)|marge|point", text
    )


def test_residents_are_named_fewer_actions_rather_than_read_more_words() -> None:
    dossier = make()
    plan = dossier.programme
    assert plan is not None
    home = dossier.located.residences["id_residence"].iloc[0]
    long = [f"{'Une action au libellé interminable ' * 3}{k}" for k in range(len(plan.actions))]
    wordy = dataclasses.replace(
        dossier,
        programme=dataclasses.replace(
            plan, actions=plan.actions.assign(action=long, id_residence=home)
        ),
    )
    leaflet = residents_page(wordy, page_of(wordy))
    assert words.count(leaflet) <= 220
    assert words.count(leaflet) > 150  # no fewer than need be
    places = dict(leaflet.open)[words.WHERE]
    assert places[-1].startswith("Et ")  # the others are counted


def test_what_was_done_adds_up_to_what_is_declared() -> None:
    dossier = make()
    leaflet = residents_page(dossier, page_of(dossier))
    *parts, whole = (int(re.sub(r"\D", "", row.amount)) for row in leaflet.done)
    assert len(parts) > 1
    assert sum(parts) == whole == dossier.claims.amount("valorise", CODE).exact
    many = quarter_reports._leaflet(
        dossier, page_of(dossier), own_answers(dossier), quarter_reports._Room(1, 0, 0)
    )
    kind, others, total = many.done
    assert others.label == words.OTHERS
    assert int(re.sub(r"\D", "", kind.amount)) + int(re.sub(r"\D", "", others.amount)) == whole
    assert total.amount == leaflet.done[-1].amount


def test_an_action_stands_beside_the_questions_it_is_for_the_least_content_first() -> None:
    dossier = make()
    assert dossier.survey is not None
    axes = {str(item[1]): item[4] for item in ITEMS}
    told = [
        (row.label, [line for _, line in row.answers])
        for row in residents_page(dossier, page_of(dossier)).done
        if row.answers
    ]
    assert told
    for label, lines in told:
        (axe,) = (n for n in range(1, 9) if words.kind(n) == label)
        assert all(axe in axes[line.label] for line in lines)
        levels = [line.qpv for line in lines if line.qpv is not None]
        assert levels == sorted(levels)


def test_tenants_are_told_within_what_a_number_is_true() -> None:
    line = GapLine("Accueil", gap=-0.13, qpv=0.67, hors=0.8, near=0.0451)
    assert words.answers_note([line]).endswith("Ici, à 5 près.")
    assert "près" not in words.answers_note([dataclasses.replace(line, near=None)])
    assert words.answers_note([GapLine("Accueil", masked=True)]) == ""
    dossier = make()
    assert dossier.survey is not None
    rows = dossier.survey.comparison
    page = page_of(dossier)
    (shown, *_) = (g for g in page.gaps if g.gap is not None)
    item = next(i for i, label in dossier.survey.labels.items() if label == shown.label)
    own = rows[
        (rows["territoire"] == CODE) & (rows["item"] == item) & (rows["groupe"] == "qpv")
        & (rows["vague"] == "2023") & (rows["ajustement"] == "brut")
    ].iloc[0]  # fmt: skip
    assert shown.near == pytest.approx((own["ic90_haut"] - own["ic90_bas"]) / 2)


def test_whom_to_ask_is_whom_the_landlord_names_else_a_line_to_fill() -> None:
    dossier = make()
    assert "Votre bailleur : ___" in residents(dossier)
    settings = dossier.settings.model_copy(
        update={"habitants": Habitants(contact="Agence Est, 03 27 00 00 00.")}
    )
    named = residents(dataclasses.replace(dossier, settings=settings))
    assert "Agence Est, 03 27 00 00 00. Ou la mairie" in named
    assert "___" not in named


def test_a_place_is_told_only_of_actions_that_name_residences_with_their_names() -> None:
    dossier = make()
    plan = dossier.programme
    assert plan is not None
    mine = plan.actions["code_qpv"] == CODE
    first = plan.actions.index[mine & (plan.actions["annee"] == 2025)][0]
    home = dossier.located.residences.iloc[4]
    named = plan.actions.assign(id_residence="")
    named.loc[first, "id_residence"] = home["id_residence"]
    told = dataclasses.replace(dossier, programme=dataclasses.replace(plan, actions=named))
    leaflet = residents_page(told, page_of(told))
    label = plan.actions.loc[first, "action"]
    assert dict(leaflet.open)[words.WHERE] == (
        f"{label} : {home['nom']}.",
        "Les autres actions : dans tout le quartier.",
    )
    nowhere = residents_page(dossier, page_of(dossier))
    assert words.WHERE not in dict(nowhere.open)


def test_done_is_said_only_where_each_action_has_its_piece() -> None:
    dossier = make()
    held = dossier.claims.within(CODE)
    assert held.amount("actions_prouvees") != held.amount("actions")
    assert words.done_title(held, 2025, "") == "Ce que le bailleur déclare pour 2025"
    assert "sans justificatif : " in residents(dossier)
    plan = dossier.programme
    assert plan is not None
    bare = plan.actions.assign(piece="FAC-1", date_piece="2025-06-01", piece_absente="")
    sure = claimed(
        dataclasses.replace(dossier, programme=dataclasses.replace(plan, actions=bare))
    ).claims.within(CODE)
    assert sure.amount("actions_prouvees") == sure.amount("actions")
    assert words.done_title(sure, 2025, "") == "Ce qui a été fait en 2025"


def test_where_nothing_is_established_residents_read_too_unsure_to_compare() -> None:
    dossier = make()
    page = page_of(dossier)
    shown = next(k for k, g in enumerate(page.gaps) if g.gap is not None)
    for unsure in (False, True):
        lines = list(page.gaps)
        lines[shown] = dataclasses.replace(lines[shown], unsure=unsure)
        ((text, _),) = words.general(dataclasses.replace(page, gaps=tuple(lines)))
        assert text.endswith(" : trop incertain pour comparer.") == unsure


@pytest.mark.parametrize(
    ("label", "general", "said"),
    [
        ("Satisfaction générale sur la résidence", "residence",
         "Ici, 67 locataires sur 100 sont contents de leur résidence. Ailleurs, 80."),
        ("Accueil par le bailleur", "relation",
         "Accueil par le bailleur : ici, 67 locataires contents sur 100. Ailleurs, 80."),
        ("Propreté des halls", "residence",
         "Propreté des halls : ici, 67 locataires contents sur 100. Ailleurs, 80."),
    ],
)  # fmt: skip
def test_tenants_are_counted_out_of_a_hundred_of_what_was_asked(
    label: str, general: str, said: str
) -> None:
    line = GapLine(label, gap=-0.13, qpv=0.67, hors=0.8, general=general)
    page = dataclasses.replace(page_of(make()), gaps=(line,))
    ((text, _),) = words.general(page)
    assert text == said


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (States(hanging=Decimal(500)), "on ne le sait pas encore"),
        (States(), "Aucun logement d’ici n’a eu cette baisse d’impôt en 2025."),
        (States(estimated=Decimal(500)), "en partie estimés"),
        (States(acquired=Decimal(100_238), missing=12), "Impôt en moins : au moins 100 238 €"),
        (States(missing=12), "on ne le sait pas encore"),
        (States(unread=Decimal(500)), "on ne le sait pas encore"),
    ],
)
def test_an_amount_that_is_not_known_is_said_so_never_nil(states: States, said: str) -> None:
    dossier = of_quarter(make(), states)
    text = residents(dossier)
    assert said in text.split(words.MONEY.format(year=2025))[1].split("Ce que vous avez dit")[0]
    assert not re.search(r"\b0 €", text)
    drawn_bar = residents_page(dossier, page_of(dossier)).bar
    assert (bool(drawn_bar.parts) and not drawn_bar.bounded) == (
        states == States(estimated=Decimal(500))
    )
    assert ("paie moins" in text) == bool(states.acquired or states.estimated)


@pytest.mark.parametrize(
    ("carried", "said"),
    [
        (
            "0",
            "dues par le bailleur : 33\u202f428\u202f€. Ces 33\u202f428\u202f€ sont à faire en 2026.",
        ),
        (
            "12500",
            "Avec 12\u202f500\u202f€ restés de 2024, 45\u202f928\u202f€ sont à faire en 2026.",
        ),
    ],
)
def test_what_is_left_adds_up_with_what_came_from_the_year_before(carried: str, said: str) -> None:
    amounts = {
        "valorise": 226_926, "reste_a_justifier": 33_428, "a_programmer": 33_428 + int(carried),
        "reporte": int(carried),
    }  # fmt: skip
    held = Claims([claim(name, CODE, known(n)) for name, n in amounts.items()]).within(CODE)
    assert said in words.counted(held, 2025, drawn=False)


def of_year(dossier: Dossier, *years: int) -> Dossier:
    """Give the programme, besides its own lines or in their place, two actions of nothing a year."""
    plan = dossier.programme
    assert plan is not None
    own = [plan.actions] if 2025 in years else []
    two = plan.actions.head(2).assign(valorise_eur=Decimal(0))
    others = [two.assign(annee=year) for year in years if year != 2025]
    actions = pd.concat([*own, *others], ignore_index=True)
    return claimed(
        dataclasses.replace(dossier, programme=dataclasses.replace(plan, actions=actions))
    )


def test_actions_planned_for_next_year_are_not_those_of_this_year() -> None:
    dossier = of_doors(make(), result_citycode="59999")
    both = of_year(dossier, 2024, 2025, 2026)
    assert page_of(both) == page_of(dossier)
    assert residents(both) == residents(dossier)
    assert map_model(both).qpv["valorise_eur"].tolist() == [15200.0, 15200.0]


def test_actions_of_another_year_alone_are_none_of_this_year() -> None:
    before = claimed(
        dataclasses.replace(
            of_year(of_doors(make(), result_citycode="59999"), 2024), abatement=None
        )
    )
    assert "0 action, 0 € valorisés." in page_of(before).lines[0].replace("\u202f", " ")
    assert "Aucune action n’est inscrite ici en 2025." in residents(before)
    assert face_of(before).lead == "Aucune action n’est inscrite ici pour 2025."
    assert map_model(before).qpv["valorise_eur"].tolist() == [
        0.0,
        0.0,
    ]  # none is known, not unknown


def test_a_wave_without_a_year_in_its_name_is_dated_by_its_dates() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    names = {"2019": "vague A", "2023": "vague B", "2019-2023": "vague A-vague B"}
    rows = survey.comparison.assign(vague=survey.comparison["vague"].map(names))
    local = rows["territoire"] == CODE  # masked: the change is that of all quarters
    rows = rows.assign(publication=rows["publication"].mask(local, "masque"))
    waves = tuple(dataclasses.replace(w, vague=names[w.vague]) for w in survey.waves)
    named = dataclasses.replace(survey, comparison=rows, waves=waves)
    given = claimed(
        dataclasses.replace(dossier, survey=named)
    )  # « mars 2023 », and actions of 2025
    assert "L’enquête de vague B précède les actions de 2025" in page_of(given).notes[0]
    assert "l’enquête date d’avant" in residents(given)
    assert too_early(given)
    later = tuple(dataclasses.replace(w, periode="mars 2026") for w in waves)
    after = claimed(dataclasses.replace(given, survey=dataclasses.replace(named, waves=later)))
    assert "précède les actions" not in " ".join(page_of(after).notes)
    assert not too_early(after)


def test_without_files_the_page_says_what_nobody_knows() -> None:
    text = residents(bare())
    assert text.lower().count("on ne le sait pas") == 3
    assert "il faudrait une enquête" in text
    assert page_of(bare()).bars == (Bar(), Bar())
    assert "€" not in text


def test_a_quarter_too_small_says_so_and_shows_nobody_else_s_answers() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison
    local = rows["territoire"] == CODE
    rows = rows.assign(publication=rows["publication"].mask(local, "masque"))
    masked = claimed(
        dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=rows))
    )
    page = page_of(masked)
    assert not any(line.gap for line in page.gaps)
    assert page.gap_scope == page_words.WITHHELD
    assert words.NOT_SHOWN in residents(masked)
    assert "sur 100" not in residents(masked)
    assert words.NOT_SHOWN not in residents(dossier)
    answers = [line for axis in face_of(masked).axes for line in axis.answers]
    assert not any(line.gap for line in answers)
    silent = [axis.silent for axis in face_of(masked).axes]
    assert "masqué" in " ".join(silent)
    nobody = claimed(
        dataclasses.replace(
            dossier,
            survey=dataclasses.replace(
                survey,
                comparison=survey.comparison.assign(
                    publication=survey.comparison["publication"].mask(local, "non_calculable"),
                    estimation=survey.comparison["estimation"].mask(local),
                ),
            ),
        )
    )
    assert "personne n’a été interrogé" in page_of(nobody).gap_scope
    assert words.NOT_SHOWN not in residents(nobody)
    # of a quarter where nobody answered in any wave there is no row, nor of any without places
    for gone, scope in (
        (local, page_words.UNASKED),
        (survey.comparison["niveau"] == "code_qpv", page_words.NOT_BY_QUARTER),
    ):
        absent = dataclasses.replace(survey, comparison=survey.comparison[~gone])
        bare = claimed(dataclasses.replace(dossier, survey=absent))
        assert page_of(bare).gap_scope == scope
        assert words.NOT_SHOWN not in residents(bare)
        assert "masqué" not in " ".join(axis.silent for axis in face_of(bare).axes)


def test_a_masked_question_bears_no_number() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison
    hidden = (rows["territoire"] == CODE) & (rows["item"] == "q01")
    rows = rows.assign(publication=rows["publication"].mask(hidden, "masque"))
    given = claimed(
        dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=rows))
    )
    page = page_of(given)
    masked = [g for g in page.gaps if g.masked]
    assert masked
    for line in masked:
        assert (line.gap, line.qpv, line.n_qpv, line.words, line.phrase) == (
            None,
            None,
            None,
            "masqué",
            "",
        )
        assert f"{line.label} : réponses non publiées." in residents(given)
    unasked = rows.assign(
        publication=rows["publication"].mask(hidden, "non_calculable"),
        estimation=rows["estimation"].mask(hidden),
    )
    asked = dataclasses.replace(survey, comparison=unasked)
    other = claimed(dataclasses.replace(dossier, survey=asked))
    assert f"{ITEMS[0][1]} : personne n’a été interrogé ici" in residents(other)
    assert (
        page.gap_scope == page_words.GAP_SCOPE_QUARTER
    )  # another question of the quarter is shown
    axes = face_of(given).axes
    mine = [a for axis in axes for a in axis.answers if a.label == survey.labels["q01"]]
    assert not any(a.gap for a in mine)


def test_where_all_is_masked_nobody_is_said_to_have_kept_silent() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    masked = dataclasses.replace(survey, comparison=survey.comparison.assign(publication="masque"))
    given = claimed(dataclasses.replace(dossier, survey=masked))
    page = page_of(given)
    assert page_words.WITHHELD in page.gap_scope
    assert {g.words for g in page.gaps} == {"masqué"}
    assert words.NOT_SHOWN in residents(given)
    assert words.UNASKED not in residents(given)
    assert page_words.answers_note(page) == ""


def test_the_second_face_leads_from_action_to_proof_and_answers() -> None:
    dossier = make()
    plan = dossier.programme
    assert plan is not None
    face = face_of(dossier)
    spent = [axis for axis in face.axes if axis.actions]
    assert [axis.proved for axis in spent] == ["1 sur 2", *["2 sur 2"] * 3]
    labels = [line.label for axis in face.axes for line in axis.answers]
    assert len(labels) == len(set(labels))  # each question once
    asked = [item for item in ITEMS if item[4]]
    assert len(labels) + sum("masqué" in axis.silent for axis in face.axes) >= len(asked) - 1
    lacking = [piece for axis in face.axes for piece in axis.missing]
    rows = plan.actions[(plan.actions["code_qpv"] == CODE) & (plan.actions["annee"] == 2025)]
    stakes = [s for s in rows["enjeu_eur"] if s]
    assert len(lacking) >= len(stakes) > 0
    for row in rows[rows["enjeu_eur"].astype(bool)].to_dict("records"):
        assert f"{row['action']}, {euros(row['enjeu_eur'])}" in lacking
    before = [
        euros(dossier.claims.amount("valorise_precedent", axis_scope(n, CODE))) for n in (1, 3)
    ]
    if dossier.claims.has("valorise_precedent", axis_scope(1, CODE)):
        assert [a.before.strip("()") for a in spent][:1] == before[:1]
    shares = dict(spent[0].bar.parts)
    assert 0 < shares["prouve"] < 1  # one of its two actions bears no piece
    assert [dict(a.bar.parts)["prouve"] for a in spent[1:]] == [1.0] * 3


def test_photographs_of_a_quarter_stand_after_its_second_face_with_what_they_show() -> None:
    dossier = make()
    plan = dossier.programme
    assert plan is not None
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "grey").save(out, "JPEG")
    walked = plan.diagnostics.assign(photo="hall.jpg")
    given = dataclasses.replace(
        dossier,
        programme=dataclasses.replace(plan, diagnostics=walked),
        photos={"hall.jpg": out.getvalue()},
    )
    face = face_of(given)
    assert face.photos[0][0] == "Dépôts sauvages (3 avril 2025)"
    assert any("Dépôts sauvages" in line for line in face.changed)
    pdf = render_face(face)
    listing = subprocess.run(
        [need("pdfimages"), "-list", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    assert re.search(r"\b90 +60\b", listing)
    assert page_count(pdf) == 2
    assert not face_of(dossier).photos


def _inside(dossier: Dossier) -> int:
    homes = dossier.located.residences
    return int(homes.loc[homes["code_qpv"] == CODE, "logements_dans"].sum())


def of_doors(dossier: Dossier, **changed: Any) -> Dossier:
    """Change a column of the entrances, given by row."""
    return restocked(dossier, dossier.located.entrances.assign(**changed))


def test_dwellings_are_said_to_be_of_the_map_of_2015_only_where_it_is_known() -> None:
    dossier, old = make(), "étaient déjà en quartier prioritaire sur la carte de 2015."
    first = dossier.located.entrances.index == dossier.located.entrances.index[0]  # R0000, of CODE
    homes = int(dossier.located.entrances["nb_logements"].iloc[0])
    rest = _inside(dossier) - homes

    def said(one: str, others: str) -> list[str]:
        evolution = [one if here else others for here in first]
        made = of_doors(dossier, qpv_evolution=evolution)
        return [s for s in changes(made, page_of(made)) if "carte de 2" in s]

    entered = f"Entrés en quartier prioritaire avec la carte de 2024 : {homes} logements."
    unknown = "On ne sait pas si {} logements du quartier " + old
    assert said("maintenu", "maintenu") == [f"Ses logements {old}"]
    assert said("a_verifier", "a_verifier") == [unknown.format(homes + rest)]
    assert said("a_verifier", "maintenu") == [unknown.format(homes)]
    assert said("entrant", "maintenu") == [entered]
    assert said("entrant", "") == [entered, unknown.format(rest)]
    assert said("", "") == []


def test_both_pages_of_a_quarter_count_the_same_doubts() -> None:
    doors = make().located.entrances
    unsure = doors["qpv_statut"] == "a_verifier"  # out of the quarter, and nearest to it
    beside = of_doors(make(), qpv_code=doors["qpv_code"].mask(unsure, ""))
    page = page_of(beside)
    assert page.doubtful > 0
    assert f"plus {page.doubtful} à vérifier" in page.bars[0].words
    names = ", ".join(page.unsure_names)
    assert names
    assert f"Si {page.doubtful} logements ({names}) sont dans le quartier." in residents(beside)


def test_what_changed_is_told_in_six_sentences_at_most() -> None:
    dossier = make()
    located = dossier.located
    doors = located.entrances.copy()
    doors.loc[doors.index[0], "qpv_motif"] = (
        "Décision du 02/02/2026 : dans. La carte seule disait : …"
    )
    doors["qpv_evolution"] = "entrant"
    moved = restocked(dossier, doors)
    said = changes(moved, page_of(moved))
    assert len(said) == 6
    assert "Adresses douteuses tranchées dans ce quartier : 1." in said
    inside = _inside(dossier)
    assert f"Entrés en quartier prioritaire avec la carte de 2024 : {inside} logements." in said
    assert said[-2].startswith("L’enquête de 2023 précède les actions")
    assert said[-1] == page_words.NO_CAUSE


@pytest.mark.parametrize("kind", KINDS)
def test_both_are_tagged_in_the_shipped_font_and_keep_to_one_page(kind: str) -> None:
    data = drawn()[f"{kind}/{CODE}.pdf"]
    assert b"pdfuaid:part" in data
    assert page_count(data) == 1
    command = [need("pdftotext"), "-layout", "-", "-"]
    text = subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
    assert "données fictives" in text
    fonts = subprocess.run(
        [need("pdffonts"), "-"], input=data, capture_output=True, check=True
    ).stdout
    assert len(re.findall(rb"TFPB", fonts)) >= 2
    assert drawn() == quarter_files(
        make(), [page_of(make(), f"{HOSTILE_TYPST} {'Très long nom ' * 8}")]
    )


def test_what_like_with_like_denies_is_marked_on_each_page() -> None:
    dossier = make()
    page = page_of(dossier)
    at = next(k for k, g in enumerate(page.gaps) if g.gap is not None)
    assert not page.gaps[at].otherwise
    lines = list(page.gaps)
    lines[at] = dataclasses.replace(lines[at], otherwise=True)
    told = words.printed(residents_page(dossier, dataclasses.replace(page, gaps=tuple(lines))))
    assert "À immeubles semblables, c’est moins sûr." in told
    assert quarter_pdf._answer(lines[at])["phrase"][1].endswith("\u202f†")
    assert "†" in face_of(dossier).key


def test_a_gap_that_chance_may_explain_has_its_key_on_the_page() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    marked = survey.comparison.assign(isole="oui")
    given = claimed(
        dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=marked))
    )
    assert ISOLATED_MEANS in page_words.answers_note(page_of(given))
    assert ISOLATED_MEANS not in page_words.answers_note(page_of(dossier))


def test_a_gap_without_levels_is_not_counted_out_of_a_hundred() -> None:
    page = page_of(make())
    lines = tuple(dataclasses.replace(g, qpv=None) for g in page.gaps)
    said = [text for text, _ in words.general(dataclasses.replace(page, gaps=lines))]
    assert all("sur 100" not in text for text in said)


def test_an_axis_that_was_asked_and_is_masked_is_not_said_to_be_unasked() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    masked = survey.comparison.assign(publication="masque")
    given = dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=masked))
    asked = {axis for item in ITEMS for axis in item[4]}
    silent = {int(a.title[0]): a.silent for a in face_of(claimed(given)).axes}
    assert {axis in asked for axis in silent} == {True, False}
    for axis, text in silent.items():
        said = text.endswith("masqué") or text.startswith("déjà lu")
        assert said if axis in asked else text == face_words.NOT_ASKED, axis
    unheard = face_of(make(survey=None))
    assert {axis.silent for axis in unheard.axes} == {face_words.NO_SURVEY}


def test_a_year_before_that_is_not_known_is_not_written() -> None:
    dossier = make()

    def before(amount: Decimal | None) -> set[str]:
        old = (
            [claim("valorise_precedent", axis_scope(n, CODE), known(amount)) for n in range(1, 9)]
            if amount is not None
            else []
        )
        names = [c for c in dossier.claims if c.name != "valorise_precedent"]
        told = dataclasses.replace(dossier, claims=Claims([*names, *old]))
        return {axis.before for axis in face_of(told).axes}

    assert before(Decimal(0)) == {"(0\u202f€)"}
    assert before(None) == {""}


def test_a_doubt_is_on_the_list_of_its_quarter_and_drawn_only_where_it_is_placed() -> None:
    dossier = make()
    homes, doors = dossier.located.residences.copy(), dossier.located.entrances.copy()
    doors["longitude"], doors["latitude"] = 3.0, 50.0
    doubtful = homes["cote"] == "a_verifier"
    doors.loc[doubtful, "qpv_code"] = ""
    mine = doubtful & (doors["qpv_proche_code"] == CODE)
    count, dwellings = int(mine.sum()), int(homes.loc[mine, "nb_logements"].sum())
    assert count
    known_place = page_of(restocked(dossier, doors, homes))
    unsure = [t for t in known_place.tasks if t.text.startswith("Situer")]
    assert len({t.home for t in unsure}) == count
    assert f"plus {dwellings} à vérifier" in known_place.bars[0].words
    assert not known_place.unplaced
    doors["result_type"] = "housenumber"
    doors.loc[mine, "result_type"] = "municipality"
    vague = restocked(dossier, doors, homes)
    lost = page_of(vague).unplaced
    assert {home for home, _, _ in lost} == {t.home for t in unsure}
    reasons = {str(motive) for motive in doors.loc[mine, "qpv_motif"]}
    assert {
        why.partition(" : ")[2].removesuffix(" Rien n’est dessiné.") for *_, why in lost
    } == reasons
    drawn_marks = marks(vague.located, None)
    assert set(drawn_marks["id_residence"][~drawn_marks["situee"]]) == {home for home, _, _ in lost}
    doors["qpv_statut"] = doors["qpv_statut"].replace("a_verifier", "hors")
    homes["logements_a_verifier"] = 0
    settled = page_of(restocked(dossier, doors, homes))
    assert not [t for t in settled.tasks if t.text.startswith("Situer")]
    assert "à vérifier" not in settled.bars[0].words


def test_a_residence_that_stands_in_two_quarters_is_counted_in_each() -> None:
    dossier = of_doors(make(), result_citycode="59999")
    doors, homes = dossier.located.entrances.copy(), dossier.located.residences
    other = "QN05992M"
    before = {p.code_qpv: p for p in map_model(dossier).pages}
    # R0000 takes the 40 dwellings of an entrance in the other quarter, and 7 in doubt beside it
    more = doors.iloc[[0, 0]].assign(
        nb_logements=[40, 7], qpv_statut=["dans", "a_verifier"], qpv_code=[other, ""],
        qpv_nom=["Le Moulin – Gare", ""], qpv_proche_code=other,
    )  # fmt: skip
    row = homes["id_residence"] == "R0000"
    held = homes.assign(
        nb_logements=homes["nb_logements"] + 47 * row,
        logements_dans=homes["logements_dans"] + 40 * row,
        logements_a_verifier=homes["logements_a_verifier"] + 7 * row,
    )
    made = restocked(dossier, pd.concat([doors, more], ignore_index=True), held)
    after = {p.code_qpv: p for p in map_model(made).pages}
    assert after[CODE].figures[0][1] == before[CODE].figures[0][1]
    assert after[CODE].doubtful == before[CODE].doubtful
    assert int(after[other].figures[0][1]) == int(before[other].figures[0][1]) + 40
    assert after[other].doubtful == before[other].doubtful + 7
    counted = quarters(made.located.held).set_index("code_qpv")
    whole = dwellings_by_side(made.located.held)
    assert counted["logements_dans"].sum() == whole["dans"]
    assert counted["logements_a_verifier"].sum() == whole["a_verifier"]
    known = quarters(dossier.located.held).set_index("code_qpv")["residences"]
    assert (counted["residences"] - known).to_dict() == {CODE: 0, other: 1}
    drawn_ = map_model(made).qpv.set_index("code_qpv")["logements"]
    assert drawn_[other] == int(after[other].figures[0][1])


def test_a_quarter_of_buildings_of_a_residence_counted_elsewhere_has_its_pages() -> None:
    dossier = of_doors(make(), result_citycode="59999")
    other = "QN05992M"
    doors, homes = dossier.located.entrances, dossier.located.residences
    one = doors["id_residence"] == "R0007"  # in the other quarter
    elsewhere = homes.assign(code_qpv=homes["code_qpv"].replace(other, CODE))
    own = doors.assign(qpv_code=[other if here else CODE for here in one], qpv_proche_code=CODE)
    own = own[own["qpv_statut"] == "dans"]
    made = restocked(dossier, own, elsewhere)
    page = next(p for p in map_model(made).pages if p.code_qpv == other)
    assert page.figures[0][1] == str(doors.loc[one, "nb_logements"].iloc[0])
    assert residents_page(made, page).sheet.title == "Le Moulin – Gare"


def test_the_response_against_the_stock_stands_with_the_verdict() -> None:
    """Where response follows satisfaction, nothing else of the page would show it."""
    whole = make()
    page = page_of(whole)
    stock = [
        whole.claims.amount(*one).exact for one in (("logements_qpv", CODE), ("logements_hors",))
    ]
    met = [max(getattr(g, side) or 0 for g in page.gaps) for side in ("n_qpv", "n_hors")]
    here, elsewhere = (
        round(100 * float(n) / float(homes)) for n, homes in zip(met, stock, strict=True)
    )
    assert here > 1
    told = f"environ {here} réponses pour 100 logements ici, {elsewhere} ailleurs"
    assert page.heard == told
    assert told in page_words.answers_note(page)
    assert told in face_of(whole).sheet.subtitle  # beside the verdicts of the other face
    assert f"{told.capitalize()}." in page_words.page_in_words(page)
    survey = whole.survey
    masked = dataclasses.replace(survey, comparison=survey.comparison.assign(publication="masque"))
    assert page_of(claimed(dataclasses.replace(whole, survey=masked))).heard == ""
    unsure = [
        dataclasses.replace(c, value=unknown("question"), state=State.SUSPENDU)
        if c.name == "logements_hors"
        else c
        for c in whole.claims
    ]
    assert page_of(dataclasses.replace(whole, claims=Claims(unsure))).heard == ""


def test_answers_of_other_bailleurs_are_never_told_as_the_bailleurs() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison
    rows = rows[rows["bailleur"] == BAILLEUR].assign(bailleur="ensemble")

    def told(masked: str = "", **settings: bool) -> tuple[QpvPage, str, str, str, str]:
        """Return the page of a quarter, the other two, the note with the comparison, and the summary."""
        hidden = rows.assign(
            publication=rows["publication"].mask(rows["territoire"] == masked, "masque")
        )
        heard = dataclasses.replace(
            survey, comparison=hidden, settings={**survey.settings, **settings}
        )
        made = claimed(dataclasses.replace(dossier, survey=heard))
        page = page_of(made)
        fields = page.gap_scope
        sheets = (note(made), synthese(made), satisfaction_section(made), evaluation(made))
        texts = [
            "\n".join(p for b in s.blocks if isinstance(b, Text) for p in b.paragraphs)
            for s in sheets[1:]
        ]
        texts.insert(0, written(sheets[0]))
        assert len({NOT_NAMED.format(bailleur=BAILLEUR) in text for text in texts}) == 1
        return page, residents(made), fields, texts[0] + texts[2], texts[1]

    page, plain_page, fields, first, summary = told(autrui=True)
    assert page.everyone
    assert page.heard == ""  # dwellings of this bailleur, answers of all
    assert page.gap_scope == "Tous bailleurs (l’enquête ne nomme pas celui-ci) : ici et ailleurs"
    assert "tous ceux qu’elle nomme" in plain_page
    assert "quartiers du bailleur" not in plain_page + fields
    assert "Service du bailleur" not in first
    assert all(f"L’enquête ne nomme pas « {BAILLEUR} »" in text for text in (first, summary))
    page, plain_page, *_ = told(CODE, autrui=True)
    assert page.gap_scope == page_words.WITHHELD
    assert "sur 100" not in plain_page
    page, plain_page, fields, first, _ = (
        told()
    )  # a delivery that names nobody is the bailleur's own
    assert page.gap_scope == "Ménages de ce quartier, comparés à ceux d’ailleurs"
    assert "ne nomme pas votre bailleur" not in plain_page
    assert "Service du bailleur" in first


def test_a_full_face_takes_the_space_that_one_by_one_would_find(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each trial is a document to compile: ten at most where each in turn would be twenty."""
    face = face_of(make())
    spaces, named = quarter_pdf._PADS, quarter_pdf._FEWER
    for room in range(len(spaces) * len(named) + 1):
        trials: list[tuple[float, int]] = []

        def page(
            content: dict[str, Any], *_: Any, trials: list[Any] = trials, room: int = room
        ) -> bytes:
            pad, actions = content["pad"], content["actions"]
            trials.append((pad, actions))
            needed = 5 * actions[0] + len(spaces) - spaces.index(pad)
            return b"%r /Type /Pages /Count %d" % ((pad, actions), 1 + (needed > room))

        monkeypatch.setattr(quarter_pdf, "_compiled", page)
        monkeypatch.setattr(
            quarter_pdf, "_face", lambda _f, pad, *actions: {"pad": pad, "actions": actions}
        )
        found = render_face(face)
        wanted = next(
            ((pad, few) for few in named for pad in spaces
             if 5 * few[0] + len(spaces) - spaces.index(pad) <= room),
            (spaces[-1], named[-1]),
        )  # fmt: skip
        assert found.startswith(b"%r " % (wanted,))
        assert len(trials) <= 10


def test_the_map_names_every_residence_to_place_and_counts_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def panel(*stakes: int) -> tuple[str, str, int]:
        homes = [
            Task(
                KINDS_TO_DO["situer"],
                f"R{k}",
                name="Carnot" if k < 2 else f"Tour {k}",
                stake=known(n),
            )
            for k, n in enumerate(stakes)
        ]
        monkeypatch.setattr("tfpb.report.map_model.tasks_of", lambda _: homes)
        (one,) = map_model(make()).tasks
        return one.names, one.stake.replace("\u202f", " "), len(one.homes)

    # two bear one name, and nothing hangs on the last: it is to be placed all the same
    named = "Carnot n° R0, Carnot n° R1, Tour 2"
    assert panel(10, 20, 0) == (named, "30 €", 3)
    assert panel(10, 20, 30, 0, 5) == (f"{named}, Tour 3 et 1 autre", "65 €", 5)


def test_proofs_are_to_join_to_date_or_both() -> None:
    made = [page_words.prove(dated, "A", None) for dated in ([False], [True], [True, False])]
    assert [text.replace("\u202f", " ").replace("\u00a0", " ") for text in made] == [
        "Joindre 1 pièce : A", "Dater 1 pièce : A", "Joindre ou dater 2 pièces, d’abord A",
    ]  # fmt: skip


@pytest.mark.parametrize(("acquired", "as_much"), [(10, True), (0, False)])
def test_residents_do_not_read_that_nothing_is_given_back_as_much(
    acquired: int, *, as_much: bool
) -> None:
    amounts = {"acquis": acquired, "valorise": 50, "reste_a_justifier": 0, "a_programmer": 0}
    claims = Claims(claim(name, CODE, known(n)) for name, n in amounts.items())
    assert ("au moins autant" in words.counted(claims.within(CODE), 2025, drawn=False)) == as_much
