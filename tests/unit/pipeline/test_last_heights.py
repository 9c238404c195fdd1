"""What last year's pack tells per abated dwelling, read from the pack itself."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tfpb.errors import TfpbError
from tfpb.facts.amount import between, unknown
from tfpb.pipeline.last_pack import last_heights, past_years

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "code_qpv;annee;abattement_eur;valorise_eur;logements_abattus"
LINE = {"bailleurs": ["Habitat"], "calcul": "aa", "residences_par_bailleur": {}, "masquees": []}


def pack(
    folder: Path,
    *rows: str,
    years: tuple[str, ...] = (),
    name: str = "dossier.zip",
    table: str = "bilan",
) -> Path:
    path = folder / name
    with ZipFile(path, "w") as archive:
        archive.writestr("empreintes.json", "{}")
        archive.writestr("run.json", "{}")
        archive.writestr("diffusion.json", json.dumps(LINE))
        archive.writestr(f"donnees/{table}.csv", "\ufeff" + "\r\n".join((HEAD, *rows)))
        if years:
            lines = "\r\n".join(("annee;acquis_eur;prouve_eur;attendu_eur;origine", *years))
            archive.writestr("donnees/annees_convention.csv", f"\ufeff{lines}")
    return path


def test_sums_of_the_year_before_over_the_quarters_that_are_known(tmp_path: Path) -> None:
    made = pack(
        tmp_path, "Q1;2024;1000,50;900,00;5", "Q2;2024;;700;", "Q3;2024;500;100;5", "Q1;2023;9;9;9"
    )
    assert last_heights("HABITAT", 2025, [made]) == {
        "valorise_par_logement": Decimal(100), "acquis_par_logement": Decimal("150.05"),
    }  # fmt: skip
    assert last_heights("Autre", 2025, [made]) == {}
    assert last_heights("Habitat", 2026, [made]) == {}
    assert last_heights("Habitat", 2025, []) == {}
    alone = tmp_path / "comparaison_diffusion.json"
    alone.write_text(json.dumps(LINE), encoding="utf-8")
    assert last_heights("Habitat", 2025, [alone]) == {}, "a comparison tells no money"


def test_a_quarter_of_which_a_sum_is_not_known_leaves_that_height_out(tmp_path: Path) -> None:
    """An action without valued amount a year ago stopped the dossier of this year."""
    unvalued = pack(tmp_path, "Q1;2024;1000;;5", "Q2;2024;500;100;5")
    assert last_heights("Habitat", 2025, [unvalued]) == {"acquis_par_logement": Decimal(150)}
    uncounted = pack(tmp_path, "Q1;2024;1000;900;", "Q2;2024;500;100;5")
    assert last_heights("Habitat", 2025, [uncounted]) == {}


def test_a_balance_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(TfpbError, match="fichier_illisible"):
        last_heights("Habitat", 2025, [pack(tmp_path, "Q1;2024;1000;neuf;5")])


def test_years_that_earlier_packs_tell_each_by_the_pack_of_that_year(tmp_path: Path) -> None:
    early = pack(
        tmp_path, years=("2024;900,5;800;;ce dossier", "2025;;;950;prévision"), name="a.zip"
    )
    late = pack(
        tmp_path,
        years=(
            "2023;700;600;;dossier précédent", "2024;1;1;;dossier précédent",
            "2025;au moins 5 €;300;;ce dossier",
        ),
        name="b.zip",
    )  # fmt: skip
    for packs in ([early, late], [late, early]):
        told = past_years("Habitat", 2026, packs)
        assert sorted(told) == [2023, 2024, 2025]
        assert told[2024]["acquis_eur"].exact == Decimal("900.5")
        assert told[2023]["prouve_eur"].exact == 600
        assert not told[2025]["acquis_eur"].is_known
    assert sorted(past_years("Habitat", 2025, [early, late])) == [2023, 2024]
    assert past_years("Autre", 2026, [early]) == {}


def test_bounds_that_an_earlier_pack_wrote_are_read_back(tmp_path: Path) -> None:
    folder = pack(tmp_path, years=("2024;;1;;ce dossier",), name="c.zip")
    head = "annee;acquis_eur;acquis_eur_bas;acquis_eur_haut;acquis_eur_etat;prouve_eur;origine"
    lines = "2024;;5,50;9;suspendu;;ce dossier", "2023;;;;inconnu;;ce dossier"
    with ZipFile(folder, "w") as archive:
        archive.writestr("diffusion.json", json.dumps(LINE))
        archive.writestr("run.json", "{}")
        archive.writestr("empreintes.json", "{}")
        archive.writestr("donnees/annees_convention.csv", "\r\n".join((head, *lines)))
    past = past_years("Habitat", 2026, [folder])
    assert past[2024] == {"acquis_eur": between(Decimal("5.5"), Decimal(9), "non_etabli")}
    assert past[2023] == {"acquis_eur": unknown("non_etabli")}


def test_of_two_packs_of_one_year_the_first_given_the_last_sent_rules(tmp_path: Path) -> None:
    """A year sent again, corrected, was told as it was first sent."""
    packs = [
        pack(tmp_path, years=(f"2024;{euros};1;;ce dossier",), name=f"{euros}.zip")
        for euros in (950, 900)
    ]
    assert past_years("Habitat", 2025, packs)[2024]["acquis_eur"].exact == 950


@pytest.mark.parametrize("year", ["", "deux mille", "2024.5"])
def test_a_table_of_years_that_was_spoilt_is_said(tmp_path: Path, year: str) -> None:
    spoilt = pack(tmp_path, years=(f"{year};1;1;;ce dossier",))
    with pytest.raises(TfpbError):
        past_years("Habitat", 2026, [spoilt])


def test_the_quarters_of_this_edition_tell_what_the_balance_of_0_3_0_told(tmp_path: Path) -> None:
    """Rows of no year are of another year's quarters, or of none: they tell no balance."""
    rows = ("Q1;2024;1000,50;900,00;5", "Q9;;;;", ";;;;")
    old = pack(tmp_path, rows[0], name="0.3.0.zip")
    new = pack(tmp_path, *rows, name="0.4.0.zip", table="quartiers")
    assert last_heights("HABITAT", 2025, [new]) == last_heights("HABITAT", 2025, [old]) != {}
