"""Each coming year by the law of that year; a year that the law gives no value for is not known."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
from tax_builders import abate, convention, conventions, door, home, homes, local

import changed_law
from changed_law import LAW_2026, RATE_2025, RATE_FROM_2026, rate_without
from tfpb.law.values import load
from tfpb.model.settings import LoiUtilisateur
from tfpb.report.sections.money.abattement_accorde import years_ahead
from tfpb.tax.ledger.deadlines import with_deadlines
from tfpb.words.money import abatement_words as words
from tfpb.words.money.abatement_words import NATURES

if TYPE_CHECKING:
    import pytest

    from tfpb.model.money import Abatement

YEARS = [2025, 2026, 2027, 2028, 2029, 2030]


def added(made: Abatement) -> dict[int, dict[str, Any]]:
    assert made.by_year is not None
    return {r["annee"]: r for r in made.by_year.to_dict("records")}


def said(made: Abatement) -> str:
    assert made.course is not None
    lines = (words.forecast_sentence(made.course), *words.forecast_law(made.course))
    return " ".join((*lines, *words.forecast_assumptions(made.year, made.course)))


def test_a_rate_from_2026_moves_its_years_and_says_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    law = changed_law.law(monkeypatch, (RATE_2025, RATE_FROM_2026))
    rows = added(abate(local(cotisation_avis_eur="577,5"), law=law))
    assert [rows[y]["abattement_eur"] for y in YEARS] == [Decimal("247.50")] + [Decimal(330)] * 5
    text = said(abate(local(), law=law))
    assert "À partir de 2026, part de la base abattue : 40\u202f% au lieu de 30\u202f%" in text
    assert LAW_2026 in text
    assert "30\u202f% jusqu’en" not in text


def test_a_user_s_own_rate_of_a_year_moves_that_year_alone() -> None:
    own = LoiUtilisateur(valeur="40 %", reference="projet de loi", annee=2027)
    made = abate(local(), law=load({"taux_abattement": own}))
    assert [added(made)[y]["abattement_eur"] for y in (2026, 2027, 2028)] == [
        Decimal("247.50"), Decimal(330), Decimal("247.50"),
    ]  # fmt: skip
    assert "À partir de 2027" in said(made)
    assert "À partir de 2028" in said(made)


def test_a_base_without_cadastral_value_follows_its_part_of_the_year() -> None:
    own = LoiUtilisateur(valeur="0,4", reference="projet de loi", annee=2027)
    law = load({"part_vlc": own})
    by_value = added(abate(local(), law=law))
    by_base = added(abate(local(vlc_eur="", base_nette_eur=1500), law=law))
    assert by_value[2027]["abattement_eur"] == Decimal("198.00")
    assert by_base[2027]["abattement_eur"] == Decimal("198.00")
    assert by_base[2028]["abattement_eur"] == Decimal("247.50")


def test_a_mean_by_dwelling_follows_the_law_of_its_year(monkeypatch: pytest.MonkeyPatch) -> None:
    law = changed_law.law(monkeypatch, (RATE_2025, RATE_FROM_2026))
    stock = homes(home("R1"), home("R2", nb_logements=10, logements_dans=10))
    made = abate(local(), residences=stock, law=law).forecast
    bare = made[made["id_residence"] == "R2"].set_index("annee")["en_attente_eur"]
    assert (bare[2025], bare[2026]) == (Decimal("2475.00"), Decimal("3300.00"))


def test_a_year_without_value_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    law = changed_law.law(monkeypatch, (RATE_2025, rate_without(2028)))
    made = abate(local(cotisation_avis_eur="577,5"), law=law)
    row = added(made)[2028]
    for column in ("abattement_eur", "en_attente_eur", "a_renouveler_eur", "residences",
                   "logements", "nouvelles"):  # fmt: skip
        assert row[column] is None, column
    assert words.NATURES[row["nature"]] == "non connu"
    assert added(made)[2029]["abattement_eur"] == Decimal("247.50")
    assert made.year_by_year is not None
    cells = made.year_by_year.iloc[0]
    assert cells["a2028"] is None
    assert "2028 : non connu" in cells["changement"]
    assert "L’abattement de 2028 est non connu" in said(made)
    assert "Part de la base abattue" in said(made)
    homes_counted = made.forecast.set_index("annee")["logements"]
    assert (homes_counted[2027], homes_counted[2028]) == (1, None)


def test_years_after_the_last_value_are_not_known_beyond_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    law = changed_law.law(monkeypatch, (RATE_2025, rate_without(2028, 2029, 2030)))
    made = abate(local(declare="non"), law=law)
    assert [added(made)[y]["en_attente_eur"] for y in (2027, 2028, 2030)] == [
        Decimal("247.50"), None, None,
    ]  # fmt: skip
    text = said(made)
    assert "non connu au-delà de 2027" in text
    assert "en 2027 dépendent" in text
    assert "jusqu’en 2027, fin de la loi lue" in text
    events = abate(local(), law=law).calendar
    assert events is not None
    assert "247,50" in "".join(events["lecture"]) or "248" in "".join(events["lecture"])
    assert not [e for e in events["lecture"] if "0 logement" in e]


def test_no_coming_year_known_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    law = changed_law.law(monkeypatch, (RATE_2025, rate_without(*YEARS[1:])))
    made = abate(local(cotisation_avis_eur="577,5"), law=law)
    assert added(made)[2025]["abattement_eur"] == Decimal("247.50")
    assert "non connu au-delà de 2025" in said(made)


def test_the_bars_of_a_year_not_known_are_none_and_its_nature_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    law = changed_law.law(monkeypatch, (RATE_2025, rate_without(2028)))
    made = abate(local(), law=law)
    rows = made.by_year.set_index("annee")  # type: ignore[union-attr]
    assert NATURES[rows.loc[2028, "nature"]] == "non connu"
    assert pd.isna(rows.loc[2028, "abattement_eur"])
    chart, *_ = years_ahead(made)
    drawn = chart.rows.set_index("libelle")  # type: ignore[union-attr]
    assert drawn.loc["2028"].isna().all()


def test_a_deadline_that_the_law_does_not_give_is_said_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit = '{ debut = 2026-01-01, fin = 2030-12-31, valeur = "N-1 12-31"'
    law = changed_law.law(
        monkeypatch, (limit, '{ debut = 2027-01-01, fin = 2030-12-31, valeur = "N-1 12-31"')
    )
    signed = conventions(convention(date_declaration=""))
    made = abate(local(), conventions=signed, law=law)
    assert added(made)[2026]["en_attente_eur"] is None
    assert "Dernier jour pour déposer la déclaration" in said(made)
    assert made.calendar is not None
    days = with_deadlines(made.calendar, signed, law, year=2025, on=pd.Timestamp(2025, 6, 1).date())
    told = days[days["evenement"] == "declaration_non_connue"]
    assert told["annee"].tolist() == [2026]
    assert "non connu" in told["lecture"].iloc[0]


def test_what_the_map_took_out_follows_the_law_of_each_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doors = pd.DataFrame([door(side="hors", qpv2015_statut="dans", qpv2015_code="QP059001",
                               qpv2024_statut="hors", nb_logements=1)])  # fmt: skip
    stock = homes(home(logements_dans=0, logements_hors=1, cote="hors", evolution="sortant"))
    lines = {"residences": stock, "entrances": doors}
    later = changed_law.law(monkeypatch, (RATE_2025, RATE_FROM_2026))
    made = abate(local(), law=later, **lines).leavers
    assert made is not None
    lost = made.set_index("annee")["abattement_perdu_eur"]
    assert (lost[2025], lost[2026]) == (Decimal("247.50"), Decimal("330.00"))
    ended = changed_law.law(monkeypatch, (RATE_2025, rate_without(2028)))
    made = abate(local(), law=ended, **lines).leavers
    assert made is not None
    assert made.set_index("annee").loc[2028, "abattement_perdu_eur"] is None
