"""One calendar: entrants, leavers, ends of exemption, claims, conventions; each sentence names its day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from tax_builders import abate, convention, conventions, door, home, homes, local

DUE = Decimal("247.50")
"""0.3 × 0.5 × 3 000 × 55 %."""


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def events(made: Any, kind: str) -> list[dict[str, Any]]:
    rows = [r for r in made.calendar.to_dict("records") if r["evenement"] == kind]
    return [{**r, "lecture": plain(r["lecture"])} for r in rows]


def test_entrants_are_dated_and_worth_what_is_due() -> None:
    stock = homes(home(evolution="entrant", logements_dans=3, nb_logements=3), home("R2"))
    (row,) = events(abate(local(), local(avis="A2", id_residence="R2"), residences=stock), "entree")
    assert (row["date"], row["annee"], row["montant_eur"]) == (dt.date(2025, 1, 1), 2025, DUE)
    assert row["lecture"] == (
        "Entrants au 1er janvier 2025, Les Tilleuls (QN05991I) : 3 logements de 1 résidence, 248 € "
        "en 2025."
    )


def test_an_entrant_whose_amount_hangs_has_none() -> None:
    late = conventions(convention(date_declaration=""))
    stock = homes(home(evolution="entrant"))
    (row,) = events(abate(local(), residences=stock, conventions=late), "entree")
    assert row["montant_eur"] is None
    assert "un montant non établi en 2025" in row["lecture"]


def test_leavers_are_dated_with_what_is_due_no_more() -> None:
    stock = homes(
        home(logements_dans=0, logements_hors=1, code_qpv="", cote="hors", evolution="sortant")
    )
    (row,) = events(abate(local(), residences=stock), "sortie")
    assert (row["date"], row["montant_eur"], row["logements"]) == (dt.date(2025, 1, 1), DUE, 1)
    assert (
        "au 1er janvier 2025, quartier non connu : 1 logement de 1 résidence, 248 € qui ne sont plus dus"
        in row["lecture"]
    )


@pytest.mark.parametrize(
    ("doors", "kept"),
    [(None, 1), ([door(), door(building="B", fin_exoneration=dt.date(2027, 12, 31))], 10)],
)
def test_the_end_of_an_exemption_opens_its_dwellings_alone(doors: Any, kept: int) -> None:
    stock = homes(home(fin_exoneration=dt.date(2027, 12, 31)))
    frame = None if doors is None else pd.DataFrame(doors)
    (row,) = events(abate(local(), residences=stock, entrances=frame), "fin_exoneration")
    assert (row["date"], row["annee"], row["logements"]) == (dt.date(2027, 12, 31), 2028, kept)
    # of two buildings the line names neither: whether its base bears what is freed is not known
    assert row["montant_eur"] == (DUE if doors is None else None)
    assert "prend fin au plus tard le 31 décembre 2027" in row["lecture"]


def test_an_exemption_that_outlives_the_law_opens_nothing() -> None:
    stock = homes(home(fin_exoneration=dt.date(2034, 12, 31)))
    (row,) = events(abate(local(), residences=stock), "fin_exoneration")
    assert row["montant_eur"] is None
    assert row["lecture"].endswith(
        "le droit s’ouvrirait en 2035, après les dernières impositions du texte (2030)."
    )


def test_the_end_written_on_the_premises_prevails() -> None:
    stock = homes(home(fin_exoneration=dt.date(2034, 12, 31)))
    (row,) = events(abate(local(fin_exoneration="2028"), residences=stock), "fin_exoneration")
    assert (row["date"], row["montant_eur"]) == (dt.date(2028, 12, 31), DUE)


def test_claims_have_their_last_day() -> None:
    made = abate(local(cotisation_avis_eur=825))
    (row,) = events(made, "reclamation")
    assert (row["date"], row["montant_eur"]) == (dt.date(2026, 12, 31), DUE)
    assert row["lecture"].startswith("À réclamer au plus tard le 31 décembre 2026 : 248 €")


def test_a_convention_to_the_end_of_the_law_says_what_stands_on_it() -> None:
    (row,) = events(abate(local()), "terme")
    assert (row["date"], row["montant_eur"]) == (dt.date(2030, 12, 31), DUE)
    assert "aucun renouvellement avant ; 248 € par an en dépendent en 2030" in row["lecture"]


def test_a_convention_without_an_end_is_to_be_checked_and_comes_last() -> None:
    undated = conventions(convention(date_fin=""))
    made = abate(local(cotisation_avis_eur=825), conventions=undated)
    assert list(made.calendar["evenement"]) == [
        "sans_terme"
    ]  # nothing is to claim while it is not known
    (row,) = events(made, "sans_terme")
    assert "on ne sait pas jusqu’à quelle année elle court ; 248 € par an" in row["lecture"]


def test_one_name_on_two_lines_is_two_sets_of_quarters() -> None:
    ends = {"date_fin": "2027-12-31"}
    signed = conventions(convention(**ends), convention(codes_qpv="QN05992M", **ends))
    stock = homes(home(), home("R2", code_qpv="QN05992M"))
    made = abate(local(), local(avis="A2", id_residence="R2"), residences=stock, conventions=signed)
    assert [r["montant_eur"] for r in events(made, "renouvellement")] == [DUE, DUE]


def test_a_convention_without_a_name_is_dated_all_the_same() -> None:
    signed = conventions(convention(date_fin="2027-12-31"), convention()).assign(id_convention="")
    assert [
        r["evenement"] for r in abate(local(), conventions=signed).calendar.to_dict("records")
    ] == ["terme"]
    lone = abate(local(), conventions=signed.head(1))
    assert [r["montant_eur"] for r in events(lone, "renouvellement")] == [DUE]


def test_a_renewal_whose_amount_is_not_known_has_none() -> None:
    stock = homes(home("R9"))
    made = abate(
        local(), residences=stock, conventions=conventions(convention(date_fin="2027-12-31"))
    )
    (row,) = events(made, "renouvellement")
    assert row["montant_eur"] is None
    assert "un montant non établi par an à renouveler" in row["lecture"]
