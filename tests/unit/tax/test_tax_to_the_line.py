"""Every amount of the sheet « Abattement » can be made again by hand from its own row."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from tax_builders import abate, counted, held, local

from tfpb.model.legal.tax_lines import LINES
from tfpb.report.data_table import data_table
from tfpb.report.sections.money.locaux import premises_table

RATES = {
    "taux_commune_pct": "38,97", "taux_syndicats_pct": "1,385", "taux_epci_pct": "3,14",
    "taux_tse_pct": "0,412", "taux_gemapi_pct": "0,287",
}  # fmt: skip


@pytest.mark.parametrize("rounding", ["centime", "avis"])
def test_a_row_leads_from_the_line_of_the_file_to_the_amount(rounding: str) -> None:
    quantum = Decimal(1) if rounding == "avis" else Decimal("0.01")
    rows = [
        local(invariant="1", vlc_eur="107773", **RATES),
        local(
            invariant="2",
            id_residence="R2",
            avis="A2",
            vlc_eur="4231,57",
            cotisation_avis_eur="935",
            **RATES,
        ),
    ]
    made = abate(*rows, rounding=rounding)
    table = premises_table(made, held(made))
    whole = data_table(table).rows
    for row in whole.to_dict("records"):
        lines = [row[f"abattement_{line}_eur"] for line in LINES if f"taux_{line}_pct" in RATES]
        by_hand = [
            (Decimal("0.3") * row["base_eur"] * Decimal(rate.replace(",", ".")) / 100).quantize(
                quantum, ROUND_HALF_UP
            )
            for rate in RATES.values()
        ]
        assert lines == by_hand
        assert row["abattement_eur"] == sum(by_hand)
        assert row["somme_taux_pct"] == pytest.approx(44.194)
    assert table.source == "« fiscalite.xlsx », feuille « Feuille »"
    assert table.rows["ligne_fichier"].tolist() == [4, 5]
    assert whole["compte_eur"].tolist() == [table.rows["abattement_eur"][0], 0]
    assert table.rows["abattement_a_reclamer_eur"].tolist() == [
        None,
        table.rows["abattement_eur"][1],
    ]
    # the first line awaits its notice, which may refuse it
    assert table.totals["abattement_a_reclamer_eur"].startswith("de 281\u202f€ à 7\u202f42")
    assert sum(whole["compte_eur"]) == counted(made)
    assert sum(whole["frais_comptes_eur"]) == counted(made, "frais_gestion")
