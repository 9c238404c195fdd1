"""« Rapprochement », the conditions of a year, and amounts that no file tells, in the sections."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from note_text import synthese
from report_dossier import (
    SURVEYED,
    abatement,
    complete,
    facts_of,
    located,
    make,
    premises_facts,
    programme,
    reported,
    settled,
)

from tfpb.evidence.tasks import deadlines_of, filled_doubts, tasks_of
from tfpb.facts.amount import between
from tfpb.facts.claim import TOTAL, Claims, claim
from tfpb.facts.programme_claims import programme_claims
from tfpb.facts.surplus import surplus_of
from tfpb.model.codes import TaskState
from tfpb.model.money import DroitCommun, LegalValue, States
from tfpb.model.record import Filled, Source
from tfpb.model.report import Report, Table, Text
from tfpb.report.sections.money.programme import surplus
from tfpb.report.sections.sources import conditions
from tfpb.report.sections.synthese import key_figures
from tfpb.tax.ledger.premises_known import added

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier


def section(dossier: Dossier, key: str) -> tuple[str, dict[str, Table], str]:
    whole: Report = reported(dossier, left_out=SURVEYED)
    (found,) = [s for s in whole.sections if s.key == key]
    tables = {b.key: b for b in found.blocks if isinstance(b, Table)}
    said = " ".join(t for b in found.blocks if isinstance(b, Text) for t in b.paragraphs)
    return plain(found.lead), tables, plain(said)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_reconciliation_tells_both_totals_and_each_line_with_its_row() -> None:
    lead, tables, said = section(complete(), "rapprochement")
    money = complete().abatement
    assert lead.startswith("Les avis portent")
    assert "Au mieux" in lead
    book = tables["quartiers_rapprochement"]
    assert book.totals["porte_avis_eur"] == money.by_premises["porte"].sum() / 100
    assert list(book.rows["nom_qpv"])[-1] == "hors de tout quartier"
    lines = section(complete(), "locaux")[1]["locaux"].rows
    assert (lines["ligne_fichier"] >= 4).all()
    assert lines["porte_avis_eur"].sum() == money.by_premises["acquis_porte"].sum() / 100
    assert "Frais de gestion épargnés" in said
    assert "sans preuve de déclaration" in said
    assert "valorisé − abattement − reporté passe de" in said


def test_an_abatement_that_is_not_known_is_never_zero_on_the_summary() -> None:
    money = abatement(located())
    hanging = facts_of(States(doubtful=Decimal(700), hanging=Decimal(300)), "QN05991I")
    hanging |= {"reserve_conventions": 1000, "reserve_cote": 0}
    unknown = dataclasses.replace(money, by_premises=premises_facts([hanging]))
    whole = make(abatement=unknown, programme=None)
    figures = {f.label: f for f in key_figures(whole)}
    (table,) = (b for b in synthese(whole).blocks if isinstance(b, Table) and b.key == "synthese")
    cells = {row["fait"]: row for row in table.rows.to_dict("records")}
    assert plain(cells["Abattement acquis"]["valeur"].value) == "au plus 1 000 €"
    assert cells["Abattement acquis"]["etat"].startswith("inconnu")
    assert figures["Abattement acquis"].value == "sous réserve"
    assert plain(figures["Abattement acquis"].detail) == (
        "1 000 € au mieux, dont 700 € portés par les avis"
    )
    assert "Perte des collectivités" not in figures
    lead, _, said = section(make(abatement=unknown, programme=None), "abattement")
    assert "n’est pas établi" in lead
    assert "leur table n’est pas fournie" in said
    bare = money.by_qpv.assign(logements_sans_montant=[12, 0])
    none = premises_facts([facts_of(States(), "QN05991I")])
    nothing = dataclasses.replace(money, by_qpv=bare, by_premises=none)
    lead, _, _ = section(make(abatement=nothing, programme=None), "abattement")
    assert lead == (
        "L’abattement de 2025 n’est pas connu : 12 logements sans aucune ligne au fichier fiscal."
    )


def test_the_conditions_of_a_year_bear_its_dates() -> None:
    now = plain(" ".join(conditions(2025, {})))
    assert now.count("31 mars 2025") == 2
    assert "loi de finances" in now
    assert "Outre-mer" in now
    later = plain(" ".join(conditions(2026, {})))
    assert "1er janvier 2026 (non vérifié)" in later
    assert "31 décembre 2025 (non vérifié)" in later
    assert "loi de finances" not in later
    before = plain(" ".join(conditions(2024, {})))
    assert "carte 2015" in before
    assert "abattu en 2023 garde l’abattement en 2024 (portée non vérifiée)" in before
    assert conditions(2031, {}) == ()
    lead, _, _ = section(complete(), "rappel")
    assert "quatre conditions" in lead


def test_heights_per_abated_dwelling_stand_beside_dated_marks() -> None:
    marks = {
        "repere_valorise_national_eur": "183", "repere_valorise_region_eur": "233",
        "repere_couverture_region": "0.74", "repere_region": "Hauts-de-France",
    }  # fmt: skip
    values = tuple(
        LegalValue(k, k, v, "2016-01-01", "", "années 2017 à 2019", verifie=True)
        for k, v in marks.items()
    )
    money = settled(abatement(located()))
    plan = dataclasses.replace(programme(money), values=values)
    costs = pd.DataFrame(
        {"indicateur": ["nettoyage", "gardiens", "nettoyage"], "annee": [2025, 2025, 2024],
         "surcout_eur": [Decimal(120), None, Decimal(7000)],
         "surcout_ic95_bas_eur": [Decimal(100), None, Decimal(6000)],
         "surcout_ic95_haut_eur": [Decimal(140), None, Decimal(8000)],
         "marge": "calculee", "plancher": ""}
    )  # fmt: skip
    dossier = make(abatement=money, programme=plan, droit_commun=DroitCommun(costs))
    last = {"valorise_par_logement": Decimal("95.20"), "acquis_par_logement": Decimal(164)}
    dossier = dataclasses.replace(dossier, last_heights=last)
    _, tables, said = section(dossier, "programme")
    # 30 400 € over the 425 abated dwellings of its premises, beside what last year's pack told
    assert "72 € par logement abattu (95 € en 2024) ; repères" in said
    assert "par logement abattu (164 € en 2024) ; repère : 172 €" in said
    assert "183 € (France), 233 € (Hauts-de-France)" in said
    assert "repère : 172 € (74 % de 233 €, déduit)" in said
    assert "années 2017 à 2019" in said
    between = "120 € (à 95 %, de 100 € à 140 €, 1 indicateur"
    assert f"en QPV 2025 : {between}, 1 sans coût comparable) ; jamais" in said
    whole = dataclasses.replace(dossier, droit_commun=DroitCommun(costs.head(1)))
    assert f"{between}), soit 0 % de l’abattement ; jamais" in section(whole, "programme")[2]
    old = dataclasses.replace(dossier, droit_commun=DroitCommun(costs.tail(1)), last_heights={})
    said_old = section(old, "programme")[2]
    assert "en QPV 2024 : 7 000 €" in said_old
    assert "72 € par logement abattu ; repères" in said_old
    assert "jamais ajouté" in said
    assert "justifie_eur" in tables["quartiers_bilan"].totals


@pytest.mark.parametrize(
    ("year", "rows", "said", "argues"),
    [
        (2025, [(50, 20, 80)], "50 € (à 95 %, de 20 € à 80 €, 1 indicateur), soit 0 %", True),
        (
            2023,
            [(50, 20, 80)],
            "2023 : 50 € (à 95 %, de 20 € à 80 €, 1 indicateur) ; jamais",
            False,
        ),
        (
            2025,
            [(12617, -32933, 92452)],
            "de −32 933 € à 92 452 € : on ne sait pas s’il y a un surcoût, 1 indicateur) ; jamais",
            False,
        ),
        (
            2025,  # the bounds of the sum at their widest
            [(50, 20, 80), (30, -10, 70)],
            "80 € (à 95 % au moins, de 10 € à 150 €, 2 indicateurs), soit 0 %",
            True,
        ),
        (
            2025,
            [(50, 20, 80), (30, None, None)],
            "80 € (sans marge d’incertitude calculable, 2 indicateurs) ; jamais",
            False,
        ),
        (2025, [(-9, -12, -4)], "−9 € (à 95 %, de −12 € à −4 €, 1 indicateur) ; jamais", False),
    ],
)
def test_a_surplus_argues_only_of_its_year_and_where_chance_cannot_make_it(
    year: int, rows: list[tuple[int | None, ...]], said: str, *, argues: bool
) -> None:
    columns = ("surcout_eur", "surcout_ic95_bas_eur", "surcout_ic95_haut_eur")
    told = [
        dict(zip(columns, [v if v is None else Decimal(v) for v in r], strict=True)) for r in rows
    ]
    costs = pd.DataFrame(told, dtype=object).assign(annee=year)
    money = settled(abatement(located()))
    dossier = make(abatement=money, droit_commun=DroitCommun(costs))
    (sentence,) = surplus(dossier)
    assert said in plain(sentence)
    found = surplus_of(dossier.droit_commun, 2025)
    assert found is not None
    assert found.argues(2025) is argues


def test_a_quarter_without_known_abatement_is_counted_apart() -> None:
    dossier = complete()
    unread = between(Decimal(0), None, "avis_non_lu")
    known_of = [c for c in dossier.claims if c.name in {"acquis", "logements_abattus"}]
    doubtful = Claims(c for c in known_of if c.scope not in {"QN05991I", TOTAL}).renewed(
        claim("acquis", scope, unread) for scope in ("QN05991I", TOTAL)
    )
    claims = dossier.claims.renewed([*doubtful, *programme_claims(dossier.programme, doubtful)])
    _, tables, said = section(dataclasses.replace(dossier, claims=claims), "programme")
    assert "1 quartier sans abattement connu" in said
    totals = tables["quartiers_bilan"].totals
    # bounds are written; a sum of the known quarters would pass for the whole
    assert totals["abattement_eur"] == "non connu"
    assert (
        plain(totals["justifie_eur"]) == "de 4 950 € à 20 150 €"
    )  # 15 200 € valued for who knows what
    assert totals["valorise_eur"] == 30400


def test_the_totals_of_quarters_are_a_least_when_one_is_not_known() -> None:
    money = settled(abatement(located()))
    assert section(make(abatement=money), "abattement")[1]["quartiers_abattement"].totals
    rows = money.by_qpv.assign(logements_sans_montant=[12, 0])
    lead, tables, _ = section(make(abatement=dataclasses.replace(money, by_qpv=rows)), "abattement")
    totals = dict(tables["quartiers_abattement"].totals)
    assert str(totals.pop("logements_abattus")).startswith("de ")  # by the twelve at most
    assert str(totals["abattement_eur"]).startswith("au moins")
    assert str(totals["perte_collectivites_eur"]).startswith("au moins")
    assert "(12 logements sans aucune ligne" in plain(lead)


def test_premises_owned_are_set_against_the_notices_or_said_not_to_be_known() -> None:
    money = abatement(located())
    said = section(make(abatement=money), "locaux")[2]
    assert "GMBI des locaux possédés n’est pas fourni" in said
    row = {
        "id_residence": "R1", "nom": "R1", "code_qpv": "QN05991I", "constat_gmbi": "sans_avis",
        "locaux_possedes": 3, "logements_avis": 1, "locaux": 2, "montant_gmbi_eur": Decimal(495),
        "lecture": "R1 : 2 logements possédés.", "annee": 2025,
    }  # fmt: skip
    told = dataclasses.replace(money, locaux=added(money.locaux, [row]))
    _, tables, said = section(make(abatement=told), "locaux")
    last = tables["locaux"].rows.iloc[-1]
    assert (last["constat_gmbi"], last["montant_gmbi_eur"]) == ("possédé, sur aucun avis", 495)
    assert pd.isna(last["ligne_fichier"])
    assert "R1 : 2 logements possédés." in said
    given = (Source("gmbi", "gmbi.csv", "ab" * 32, 12000, 14),)
    said = section(make(abatement=money, sources=given), "locaux")[2]
    assert "tous ceux des quartiers" in said


def test_a_day_of_the_calendar_is_a_line_of_what_is_to_do() -> None:
    money = abatement(located())
    event = {
        "date": dt.date(2027, 12, 31), "evenement": "renouvellement", "annee": 2026,
        "id_convention": "C1", "code_qpv": "QN05991I", "nom_qpv": "", "residences": 2, "logements": 30,
        "montant_eur": Decimal(900), "lecture": "La convention C1 prend fin le 31 décembre 2027.",
    }  # fmt: skip
    past = event | {"date": dt.date(2025, 1, 1), "evenement": "entree", "lecture": "Entrants."}
    gone = event | {"date": dt.date(2025, 3, 31), "evenement": "bilan", "lecture": "Bilan."}
    days = pd.DataFrame([past, gone, event])
    filled = {"renouvellement C1 2026": Filled("Agence Nord", None, TaskState.EN_COURS)}
    dossier = make(abatement=money, calendar=days, filled=filled, draft=True)
    lead, tables, _ = section(dossier, "a_faire")
    rows = tables["a_faire"].rows
    mine = rows[
        rows["quoi"].isin(["Convention à renouveler", "Entrée dans un quartier", "Bilan annuel"])
    ]
    # nothing says that a bilan past was handed in; what came about is no more to do
    assert list(mine["etat"]) == ["passée", "en cours", "passée"]
    assert list(mine["objet"]) == ["Bilan.", event["lecture"], "Entrants."]
    assert list(mine["qui"]) == ["à désigner", "Agence Nord", "à désigner"]
    assert list(mine["montant_eur"]) == [900] * 3
    assert rows.iloc[-1]["objet"] == "Entrants."
    assert mine["propose"].iloc[1] == "à désigner · 31/12/2027 · à venir"
    assert "3 échéances" in lead
    assert not filled_doubts(dossier, (*tasks_of(dossier), *deadlines_of(dossier)))
