"""What step 5 asks of a pack: forecast, spending against gap, declaration, proofs, weights, overrides."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from report_dossier import (
    QUARTERS,
    SURVEYED,
    abatement,
    complete,
    evaluation,
    located,
    make,
    programme,
    published,
    reported,
    settled,
)

from tfpb.facts.amount import QUESTION, between, known, nil
from tfpb.facts.claim import TOTAL, Claims, claim
from tfpb.model import survey as survey_model
from tfpb.model.assembly import Evaluation
from tfpb.model.money import Course
from tfpb.model.report import Chart, ChartKind, Report, Table, Text
from tfpb.model.settings import LoiUtilisateur
from tfpb.model.survey import Published
from tfpb.report.charts.drawing import draw
from tfpb.report.data_table import data_table
from tfpb.report.sections.synthese import key_figures
from tfpb.survey import n_necessaire
from tfpb.tax.abatement.forecast import year_by_year
from tfpb.tax.ledger.leavers import LEAVER_COLUMNS
from tfpb.words.money import abatement_words, programme_words
from tfpb.words.money import evaluation_words as words
from tfpb.words.money.state_words import state_sentences, unknown_sentence

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier


def blocks(dossier: Dossier) -> dict[str, Any]:
    said: Report = reported(dossier, left_out=SURVEYED)
    return {b.key: b for s in said.sections for b in s.blocks if isinstance(b, Table | Chart)}


def prose(dossier: Dossier, key: str) -> str:
    section = next(s for s in reported(dossier, left_out=SURVEYED).sections if s.key == key)
    return "\n".join(p for b in section.blocks if isinstance(b, Text) for p in b.paragraphs)


def points(count: int, few: str = "") -> Evaluation:
    """Make an evaluation with so many quarter × axis points, over two quarters."""
    base = evaluation().table
    base = base[base["niveau"] == "convention"]
    pattern = base.iloc[0].to_dict()
    items = {1: "q07", 3: "q01", 4: "q03", 5: "q04"}
    rows = []
    for k in range(8):
        code, axe = list(QUARTERS)[k % 2], list(items)[k // 2]
        shown = k < count
        rows.append(
            pattern
            | {
                "niveau": "qpv", "code_qpv": code, "nom_qpv": QUARTERS[code], "axe": axe,
                "item": items[axe] if shown else "", "ecart": -0.02 * k if shown else math.nan,
                "ecart_ic90_bas": -0.02 * k - 0.04, "ecart_ic90_haut": -0.02 * k + 0.04,
                "valorise_par_logement_eur": Decimal(10 + k), "depense": 10.0 + k, "verdict": "",
                "repere": f"{'AB'[k % 2]}{axe}",
                "publication": "publiable" if shown else "masque", "peu_de_reponses": few,
                "lecture": "ecart_non_conclu|sans_evolution" if shown else "masque",
            }
        )  # fmt: skip
    return Evaluation(pd.concat([base, pd.DataFrame(rows)], ignore_index=True))


def test_the_forecast_is_drawn_in_the_workbook_and_read() -> None:
    dossier = complete()
    found = blocks(dossier)
    chart = found["prevision_annees"]
    assert chart.kind is ChartKind.BARS
    assert chart.media == {"classeur"}
    assert "annexe" in found["annees"].media  # documents have it as a table
    assert list(chart.rows["libelle"]) == ["2025", "2026"]
    years = found["annees"].rows
    wanted = [float(v) for v in years.loc[years["annee"] >= 2025, "attendu_eur"]]
    assert list(chart.rows["valeur"]) == wanted
    text = prose(dossier, "annees")
    assert "De 2025 à 2026, l’abattement attendu passe de" in text
    assert "1 résidence ouvre son droit après 2025" in text
    assert "Bases inchangées" in text


def test_a_forecast_by_residence_leaves_out_what_never_stands_in_a_quarter() -> None:
    rows = blocks(complete())["residences"].rows
    homes = abatement(located()).by_residence
    inside = set(homes.loc[homes["statut"] != "hors_qpv", "id_residence"])
    assert set(rows.loc[rows["a2025"].notna(), "id_residence"]) == inside
    assert {"a2025", "a2026"} <= set(rows.columns)


def test_a_change_of_right_is_told_with_its_year() -> None:
    money = abatement(located())
    forecast = money.forecast.copy()
    home = forecast.loc[forecast["statut"] == "abattu", "id_residence"].iloc[0]
    late = (forecast["id_residence"] == home) & (forecast["annee"] == 2026)
    forecast.loc[late, ["statut", "motif_court"]] = ["demoli", "démolition en 2026"]
    wide = year_by_year(forecast, located().residences)
    rows = blocks(make(abatement=dataclasses.replace(money, year_by_year=wide)))
    table = rows["residences"].rows.set_index("id_residence")
    assert table.loc[home, "changement"] == "2026 : démolition en 2026"


def test_without_forecast_nothing_is_drawn() -> None:
    money = dataclasses.replace(abatement(located()), by_year=None, course=None)
    assert "prevision_annees" not in blocks(make(abatement=money))


def test_growth_of_bases_is_said_when_it_is_set() -> None:
    course = Course(((2026, None),), 0, Decimal(0), (), Decimal("0.015"))
    assert "relevées de 1,5" in abatement_words.forecast_assumptions(2025, course)[0]


def test_the_net_loss_of_each_collectivity_is_shown() -> None:
    rows = blocks(complete())["qui_paie"].rows
    assert list(rows["collectivite"]) == ["Commune"]
    assert list(rows["perte_eur"]) == [Decimal(28000)]


def test_spending_against_gap_has_one_point_a_quarter_and_axis() -> None:
    dossier = make(evaluation=points(8))
    found = blocks(dossier)
    chart = found["depense_ecart"]
    assert chart.kind is ChartKind.SPENDING
    assert chart.margin == pytest.approx(0.05)
    assert sorted(chart.rows["repere"]) == ["A1", "A3", "A4", "A5", "B1", "B3", "B4", "B5"]
    held = {r["repere"]: r for r in found["axes"].rows.to_dict("records")}
    for point in chart.rows.to_dict("records"):
        row = held[point["repere"]]
        assert (row["ecart"], row["ecart_ic90_bas"]) == (point["ecart"], point["ic90_bas"])
    assert draw(chart)["svg"].lstrip().startswith(b"<?xml")


def test_a_second_question_of_an_axis_adds_no_point() -> None:
    made = points(8).table
    other = made[(made["niveau"] == "qpv") & (made["axe"] == 3)].assign(item="q02", ecart=-0.9)
    found = blocks(make(evaluation=Evaluation(pd.concat([made, other]))))
    chart = found["depense_ecart"]
    assert len(chart.rows) == 8
    rows = found["axes"].rows
    assert not rows.duplicated(["code_qpv", "axe_mot"]).any()
    assert rows["ecart"].dropna().min() > -0.9
    assert all(rows.loc[rows["axe_mot"].str.startswith("3"), "autres"])
    assert (
        chart.rows["ecart"].min() > -0.9
    )  # the theme's headline question is kept, whatever the gap


@pytest.mark.parametrize(("count", "few"), [(4, ""), (8, "oui"), (0, "")])
def test_under_five_publishable_points_a_sentence_says_what_is_missing(
    count: int, few: str
) -> None:
    dossier = make(evaluation=points(count, few))
    assert "depense_ecart" not in blocks(dossier)
    text = prose(dossier, "evaluation")
    assert "n’est pas dessiné" in text
    assert "60 ménages interrogés dans le quartier" in text
    assert "de chaque côté" in text
    if count == 4:
        assert "4 sur 8 le sont : il en manque 1." in text


def test_five_publishable_points_are_drawn_and_one_less_is_not() -> None:
    assert len(blocks(make(evaluation=points(5)))["depense_ecart"].rows) == 5
    assert "n’est pas dessiné" not in prose(make(evaluation=points(5)), "evaluation")
    assert "depense_ecart" not in blocks(make(evaluation=points(4)))


def test_the_interviews_needed_are_those_of_the_power_formula() -> None:
    low = n_necessaire(0.6, effet_plan=1.6)
    needed = words.NEEDED.format(margin="5 points", low=low, high=low, between=False)
    facts = {"points": 1, "possible": 9, "least": 5, "missing": 4, "publishable": 60}
    said = words.TOO_FEW.filled(facts | {"needed": needed})
    assert f"{low:,}".replace(",", "\u202f") in said
    assert "1 sur 9 l’est" in said


def test_without_programme_or_survey_no_point_is_placed() -> None:
    for lost in ("programme", "survey"):
        dossier = make(**{lost: None})
        assert words.NO_POINT_WITHOUT_BOTH in prose(dossier, "evaluation")


def test_the_gap_chart_of_the_convention_draws_the_margin() -> None:
    assert blocks(complete())["besoin"].margin == pytest.approx(0.05)


def test_spending_that_is_not_known_is_no_point_at_0() -> None:
    nothing = {"valorise_eur": None, "valorise_par_logement_eur": None, "depense": math.nan}
    table = evaluation().table.assign(**nothing)
    found = blocks(make(programme=None, evaluation=Evaluation(table)))
    assert "besoin" not in found
    assert found["evaluation_document"].rows["valorise_par_logement_eur"].isna().all()


def test_carry_over_and_proofs_are_said() -> None:
    text = prose(complete(), "programme")
    assert "à programmer en 2026" in text
    assert "16 actions sur 16 citent une pièce, 14 avec sa date ; 2 photos jointes" in text
    sentence = programme_words.carry_sentence
    assert "est rattrapé" in sentence("Le Moulin", nil(), known(500), 2025)
    assert sentence("Le Moulin", nil(), nil(), 2025) == ""
    unsure = between(
        Decimal(0), None, "avis_non_lu"
    )  # neither left nor caught up, for all that is known
    assert sentence("Le Moulin", unsure, known(500), 2025) == ""


def test_last_year_stands_beside_or_its_absence_is_said() -> None:
    plan = programme(abatement(located()))
    assert "Le bilan de 2024 n’est pas à côté" in prose(make(programme=plan), "programme")
    beside = pd.DataFrame(
        [{"axe": 3, "actions": 2, "realise_eur": Decimal(10), "valorise_eur": Decimal(9),
          "actions_precedentes": 1, "realise_precedent_eur": Decimal(8),
          "valorise_precedent_eur": Decimal(7), "ecart_valorise_eur": Decimal(2)}]
    )  # fmt: skip
    dossier = make(programme=dataclasses.replace(plan, both_years=beside))
    table = blocks(dossier)["bilan_precedent"]
    assert table.title == "Le bilan de 2024 à côté de celui de 2025"
    assert list(table.rows["ecart_valorise_eur"]) == [Decimal(2)]
    assert "n’est pas à côté" not in prose(dossier, "programme")


def test_what_was_seen_and_led_to_no_action_is_to_settle() -> None:
    plan = programme(abatement(located()))
    seen = dict(zip(("alone", "tied"), ("", "Action 3"), strict=True))
    made = {
        name: make(
            programme=dataclasses.replace(plan, diagnostics=plan.diagnostics.assign(action=action))
        )
        for name, action in seen.items()
    }
    listed = blocks(made["alone"])["a_regler"].rows
    (told,) = listed.loc[listed["nature"] == "constat sur place", "titre"]
    assert told == "03/04/2025, Dépôts sauvages, gestionnaire de secteur, Enlèvement hebdomadaire"
    assert "1 constat relevé sur place ; aucun n’est lié" in prose(made["alone"], "programme")
    assert "constat sur place" not in blocks(made["tied"])["a_regler"].rows["nature"].tolist()
    assert "1 constat relevé sur place ; 1 est lié à une action" in prose(made["tied"], "programme")


def test_what_a_declaration_lacks_is_counted() -> None:
    money = abatement(located())
    listed = ["oui", "oui", *[""] * (len(money.locaux) - 2)]
    lacks = ["", "numéro de parcelle", *[""] * (len(money.locaux) - 2)]
    rows = money.locaux.assign(a_declarer=listed, manque=lacks)
    told = reported(make(abatement=dataclasses.replace(money, locaux=rows)), left_out=SURVEYED)
    text = next(s.lead for s in told.sections if s.key == "locaux")
    assert "2 biens à déclarer ou à vérifier, dont 1 est incomplet" in text


@pytest.mark.parametrize(
    ("how", "said"),
    [("calage", "calés sur plusieurs marges"), ("post_stratification", "calés sur une marge"),
     ("livres", "ceux du prestataire")],
)  # fmt: skip
def test_the_method_says_how_weights_were_made(how: str, said: str) -> None:
    made = published()
    survey = Published(
        made.comparison, made.levels, made.benchmark, made.items, made.waves, (),
        {**made.settings, "calage": how}, survey_model._SEAL,
    )  # fmt: skip
    assert said in prose(make(survey=survey), "sources")


def test_values_of_the_user_are_listed_with_their_reference() -> None:
    dossier = complete()
    own = {"part_compensation": LoiUtilisateur(valeur="0.35", reference="Délibération du 3 mars")}
    reglages = dossier.settings.reglages.model_copy(update={"loi": own})
    settings = dossier.settings.model_copy(update={"reglages": reglages})
    whole = blocks(make(settings=settings))["sources"]
    rows = whole.rows[whole.rows["origine"] == "utilisateur"]
    assert list(rows["reference"]) == ["Délibération du 3 mars"]
    assert list(rows["valeur"]) == ["0,35"]
    assert list(rows["emploi"]) == ["sans emploi dans ce calcul"]
    assert "Pour l’imposition" not in [c.header for c in whole.columns]


def test_a_value_of_the_user_of_one_year_says_which() -> None:
    own = {
        "frais_tse": LoiUtilisateur(valeur="8 %", reference="Courrier du SIP", annee=2024),
        "frais_epci": LoiUtilisateur(valeur="2 %", reference="Courrier du SIP"),
    }
    dossier = complete()
    reglages = dossier.settings.reglages.model_copy(update={"loi": own})
    settings = dossier.settings.model_copy(update={"reglages": reglages})
    table = blocks(make(settings=settings))["sources"]
    assert "Pour l’imposition" in [c.header for c in table.columns]
    assert sorted(table.rows["annee"].dropna()) == [2024]


def test_what_a_reply_may_make_of_an_abatement_is_written_though_it_may_be_nil() -> None:
    """« aucun fichier fiscal ne le donne », « Les avis portent 100 € : . », and nothing at risk."""
    open_ = [
        claim(name, TOTAL, between(Decimal(0), Decimal(100), QUESTION))
        for name in ("acquis", "a_risque", "a_reclamer")
    ]
    held = Claims([*open_, claim("porte", TOTAL, known(100))]).within()
    assert unknown_sentence(held, 2025).endswith(
        "n’est pas connu : au plus 100\u202f€ selon une réponse."
    )
    borne, to_claim, at_risk = state_sentences(held, 2025, None)
    assert borne.count("au plus 100\u202f€ selon une réponse") == 2
    assert to_claim.startswith("Au plus 100\u202f€ selon une réponse restent à réclamer")
    assert "à risque" in at_risk


def test_a_claim_says_until_when_and_when_it_is_too_late() -> None:
    def said(limit: dt.date | None, on: dt.date | None) -> str:
        due = claim("a_reclamer", TOTAL, known(100), deadline=limit)
        return state_sentences(Claims([due]).within(), 2025, on)[-1]

    limit = dt.date(2026, 12, 31)
    early, late = said(limit, dt.date(2026, 2, 1)), said(limit, dt.date(2027, 1, 1))
    assert early.endswith("La réclamation est recevable jusqu’au 31 décembre 2026.")
    assert late.endswith("Le délai de réclamation a pris fin le 31 décembre 2026.")
    assert "délai" not in said(None, None)


def test_leavers_are_a_sentence_and_a_figure_of_the_summary_when_there_are_any() -> None:
    money = abatement(located())
    leavers = pd.DataFrame(
        [{"annee": 2025, "code_qpv": "QP059903", "residences": 2, "logements": 30,
          "abattement_a_risque_eur": Decimal(1200), "abattement_perdu_eur": Decimal(5000)},
         {"annee": 2026, "code_qpv": "QP059903", "residences": 2, "logements": 30,
          "abattement_a_risque_eur": None, "abattement_perdu_eur": Decimal(5000)}]
    )  # fmt: skip
    dossier = make(abatement=dataclasses.replace(money, leavers=leavers))
    text = prose(dossier, "abattement").replace("\u202f", " ")
    assert "30 logements de 2 résidences sont sortis" in text
    assert "dont 1 200 € que les avis portent encore" in text
    figures = {f.label: f for f in key_figures(dossier)}
    assert figures["Sortants, plus dû en 2025"].amount == 5000
    nobody = make(abatement=dataclasses.replace(money, leavers=leavers.iloc[:0]))
    assert "sont sortis" not in prose(nobody, "abattement")
    assert "Sortants" not in str(reported(nobody).sections[1].blocks[0])
    other = dataclasses.replace(
        dossier, abatement=nobody.abatement
    )  # leavers of another answer only
    assert "logements de 2 résidences sont sortis" in prose(other, "abattement")


def test_leavers_that_only_an_open_answer_brings_are_a_sentence_without_rows() -> None:
    """The pack stopped on « erreur du programme » when sheets not stacked yet may hold them."""
    money = abatement(located())
    none = make(abatement=dataclasses.replace(money, leavers=pd.DataFrame(columns=LEAVER_COLUMNS)))
    names = ("logements_sortants", "residences_sorties", "sortants_perdu", "sortants_a_risque")
    open_ = [claim(name, TOTAL, between(Decimal(0), Decimal(30), QUESTION)) for name in names]
    asked = dataclasses.replace(none, claims=Claims([*none.claims, *open_]))
    assert "sont sortis" in prose(asked, "abattement")


def test_years_are_not_mixed_in_the_bilan_of_the_year() -> None:
    plan = programme(abatement(located()))
    past = [plan.balance.iloc[:1].assign(annee=year) for year in (2023, 2024)]
    both = dataclasses.replace(plan, balance=pd.concat([*past, plan.balance], ignore_index=True))
    found = blocks(make(programme=both))
    year, last = data_table(found["quartiers"]).rows.iloc[0], plan.balance.iloc[0]
    assert year["annee"] == 2025
    assert year["prevu_precedent_eur"] == last["prevu_eur"]
    assert year["actions"] == year["actions_2023"] == last["actions"]
    alone = data_table(blocks(make(programme=plan))["quartiers"]).rows
    assert not alone["prevu_precedent_eur"].notna().any()
    assert "actions_2023" not in alone


def test_the_bilan_names_its_quarters_without_a_tax_file() -> None:
    plan = programme(abatement(located()))
    nameless = dataclasses.replace(plan, balance=plan.balance.assign(nom_qpv=""))
    found = blocks(make(programme=nameless, abatement=None))
    assert sorted(found["quartiers_bilan"].rows["nom_qpv"]) == sorted(QUARTERS.values())


def test_the_bilan_adds_up_under_the_eyes_of_its_reader() -> None:
    money = abatement(located())
    # a quarter has all of its amount under reserve: the whole is open by it
    totals = blocks(make(abatement=money, programme=programme(money)))["quartiers_bilan"].totals
    assert str(totals["abattement_eur"]).replace("\u202f", " ") == "de 105 188 € à 110 509 €"
    sure = settled(money)
    totals = blocks(make(abatement=sure, programme=programme(sure)))["quartiers_bilan"].totals
    assert totals["abattement_eur"] == money.by_premises["acquis"].sum() / 100
    assert totals["abattement_eur"] - totals["justifie_eur"] == totals["rattrapage_eur"]
    assert "abattement_eur" not in blocks(make(abatement=None))["quartiers_bilan"].totals
