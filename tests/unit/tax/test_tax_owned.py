"""The export of the premises owned (GMBI): what is on no notice, in euros; who lives there is never kept."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from tax_builders import (
    abate,
    convention,
    conventions,
    counted,
    door,
    home,
    homes,
    local,
    owned_in,
    table,
)

from tfpb.io.sources.gathering import Gathering
from tfpb.model import tables

if TYPE_CHECKING:
    from pathlib import Path

DUE = Decimal("247.50")
FILE = (
    "Type;Statut;Numéro fiscal du local;Groupe;Département;Nature du local;Adresse du local;"
    "Nom de l'occupant;Prénom;Date de naissance;Commune de naissance\n"
    "1;A;590010000001;R1;59;Appartement;1 rue des Tilleuls;CANARI;JEANNE;01/02/1950;LILLE\n"
)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def owns(*rows: tuple[Any, ...]) -> pd.DataFrame:
    names = ("invariant", "id_residence", "nature", "parcelle", "adresse")
    return table(tables.GMBI, *(dict(zip(names, row, strict=False)) for row in rows))


def found(made: Any) -> list[tuple[Any, ...]]:
    columns = ("constat_gmbi", "id_residence", "locaux", "montant_gmbi_eur")
    rows = [tuple(r[c] for c in columns) for r in owned_in(made).to_dict("records")]
    return sorted(rows, key=lambda row: row[1])


def notice(number: int, **cells: Any) -> dict[str, Any]:
    key = f"{1000000000 + number}"
    return local(avis=f"A{number}", invariant=key, nb_logements=1, **cells)


def stock(count: int, **cells: Any) -> pd.DataFrame:
    return homes(home(nb_logements=count, logements_dans=count, **cells), home("R2"))


def test_what_is_owned_in_a_quarter_and_on_no_notice_is_told_in_euros() -> None:
    owned = owns(
        ("1000000001", "R1"), ("1000000002", "R1"), ("1000000003", "R1"), ("1000000009", "R2")
    )
    made = abate(notice(1), residences=stock(3), owned=owned)
    # three owned, one on a notice; R2 has no notice at all: the mean of its commune
    assert found(made) == [("sans_avis", "R1", 2, 2 * DUE), ("sans_avis", "R2", 1, DUE)]
    assert plain(owned_in(made)["lecture"][1]) == (
        "Résidence R1 : 2 logements possédés en QPV et sur aucun avis lu ; 495 € d’abattement par an, "
        "estimés : chercher l’avis manquant, ou le local non imposé."
    )
    assert counted(made) == DUE  # in no total


def test_a_fiscal_number_is_an_invariant_behind_other_digits() -> None:
    made = abate(notice(1), residences=stock(1), owned=owns(("59 1 1000000001", "R1")))
    assert found(made) == []


def test_a_notice_of_a_whole_building_covers_its_dwellings() -> None:
    whole = local(invariant="1000000001", nb_logements=3)
    owned = owns(*((f"100000000{k}", "R1") for k in range(1, 5)))
    assert found(abate(whole, residences=stock(4), owned=owned)) == [
        ("sans_avis", "R1", 1, DUE / 3)
    ]
    assert found(abate(whole, residences=stock(3), owned=owned.head(3))) == []


def test_parking_is_no_dwelling_and_neither_is_it_lost_on_a_notice() -> None:
    owned = owns(("1000000001", "R1", "Appartement"), ("1000000002", "R1", "Parking"),
                 ("1000000003", "R1", "Dépendance"))  # fmt: skip
    made = abate(notice(1), notice(2), residences=stock(2), owned=owned)
    assert found(made) == []


def test_a_notice_of_a_premises_not_owned_is_told_with_what_is_paid() -> None:
    owned = owns(("1000000001", "R1"))
    rows = [notice(1, cotisation_avis_eur=577.5), notice(2, cotisation_avis_eur=577.5)]
    assert found(abate(*rows, residences=stock(2), owned=owned)) == [
        ("sans_local", "R1", 1, Decimal("577.5"))
    ]
    rows[1]["cotisation_avis_eur"] = ""
    (row,) = owned_in(abate(*rows, residences=stock(2), owned=owned)).to_dict("records")
    assert row["montant_gmbi_eur"] is None
    assert "un montant non établi payés" in row["lecture"]


@pytest.mark.parametrize(
    ("row", "doors"),
    [
        (("1000000002", "", "", "AK 102"), {"parcelle": "AK0102"}),
        (("1000000002", "", "", "", "1 Rue des TILLEULS"), {}),
    ],
)
def test_a_reference_or_an_address_of_one_residence_names_it(
    row: Any, doors: dict[str, Any]
) -> None:
    entrances = pd.DataFrame(
        [door(nb_logements=2, **doors), door("R2", adresse="9 rue X", nb_logements=1)]
    )
    made = abate(
        notice(1), residences=stock(2), entrances=entrances, owned=owns(("1000000001", "R1"), row)
    )
    assert found(made) == [("sans_avis", "R1", 1, DUE)]
    twice = entrances.assign(adresse="1 rue des Tilleuls", parcelle="AK0102")
    made = abate(
        notice(1), residences=stock(2), entrances=twice, owned=owns(("1000000001", "R1"), row)
    )
    assert found(made) == [("non_rattache", "", 1, None)]


def test_what_is_not_established_has_no_amount() -> None:
    owned = owns(("1000000001", "R1"), ("1000000002", "R1"))
    late = conventions(convention(date_declaration=""))
    assert found(abate(notice(1), residences=stock(2), owned=owned, conventions=late)) == [
        ("sans_avis", "R1", 1, None)
    ]
    exempt = stock(2, fin_exoneration="2034-12-31")
    assert found(abate(notice(1), residences=exempt, owned=owned)) == [("exonere", "R1", 1, None)]
    outside = homes(
        home(logements_dans=0, logements_hors=2, nb_logements=2, code_qpv="", cote="hors")
    )
    assert found(abate(notice(1), residences=outside, owned=owned)) == []


def test_premises_of_a_side_in_doubt_are_not_told_as_in_a_quarter() -> None:
    owned = owns(("1000000001", "R1"), ("1000000009", "R2"), ("1000000010", "R2"))
    doubtful = home("R2", nb_logements=2, logements_dans=0, logements_a_verifier=2)
    made = abate(notice(1), residences=homes(home(), doubtful), owned=owned)
    assert found(made) == [("a_verifier", "R2", 2, None)]
    assert plain(owned_in(made)["lecture"][0]) == (
        "Résidence R2 : 2 logements possédés et sur aucun avis lu ; leur côté du périmètre est à vérifier : "
        "on ne sait pas si un abattement est en jeu."
    )


def test_of_a_residence_cut_by_the_limit_the_part_in_the_quarter_is_told() -> None:
    cut = home(nb_logements=10, logements_dans=4, logements_hors=4, logements_a_verifier=2)
    owned = owns(*((f"10000000{k:02}", "R1") for k in range(1, 11)))
    made = abate(notice(1), residences=homes(cut), owned=owned)
    # nine on no notice, four in ten in the quarter: 9 × 247.50 × 0.4
    assert found(made) == [("sans_avis", "R1", 9, Decimal("891.00"))]
    assert plain(owned_in(made)["lecture"][0]) == (
        "Résidence R1 : 9 logements possédés et sur aucun avis lu, d’une résidence dont 40 % des logements "
        "sont en QPV ; 891 € d’abattement par an, estimés à proportion : chercher l’avis manquant, ou le "
        "local non imposé. 20 % de plus dépendent d’une vérification du côté."
    )


def test_a_line_of_the_building_in_the_quarter_says_nothing_of_the_other_one() -> None:
    doors = pd.DataFrame(
        [door(building="A", nb_logements=5), door(building="B", side="hors", nb_logements=5)]
    )
    cut = home(nb_logements=10, logements_dans=5, logements_hors=5)
    owned = owns(*((f"10000000{k:02}", "R1") for k in range(1, 11)))
    made = abate(notice(1, id_batiment="A"), residences=homes(cut), entrances=doors, owned=owned)
    assert found(made) == [("sans_avis", "R1", 9, Decimal("1113.75"))]  # 9 × 247.50 × 0.5


@pytest.mark.parametrize(("exempt", "due"), [(4, ("exonere", None)), (3, ("sans_avis", DUE))])
def test_dwellings_still_exempt_of_a_residence_may_be_those_on_no_notice(
    exempt: int, due: tuple[str, Decimal | None]
) -> None:
    doors = pd.DataFrame(
        [
            door(building="A", nb_logements=6 - exempt),
            door(building="B", nb_logements=exempt, fin_exoneration=dt.date(2034, 12, 31)),
        ]
    )
    owned = owns(*((f"10000000{k:02}", "R1") for k in range(1, 6)))
    made = abate(notice(1, id_batiment="A"), residences=stock(6), entrances=doors, owned=owned)
    assert found(made) == [(due[0], "R1", 4, due[1])]
    counted = "3 logements de la résidence sont encore exonérés, et peut-être de ceux-là"
    assert (counted in plain(owned_in(made)["lecture"][0])) == (exempt == 3)


def test_exempt_dwellings_that_a_notice_bears_are_not_those_on_none() -> None:
    doors = pd.DataFrame(
        [
            door(building="A", nb_logements=2),
            door(building="B", nb_logements=1, fin_exoneration=dt.date(2034, 12, 31)),
        ]
    )
    owned = owns(*((f"100000000{k}", "R1") for k in range(1, 4)))
    lines = (notice(1, id_batiment="A"), notice(2, id_batiment="B"))
    made = abate(*lines, residences=stock(3), entrances=doors, owned=owned)
    assert found(made) == [("sans_avis", "R1", 1, DUE)]


def test_a_line_out_of_the_quarter_bars_no_dwelling_that_is_in() -> None:
    doors = pd.DataFrame(
        [door(building="A", side="hors", nb_logements=1), door(building="B", nb_logements=1)]
    )
    cut = home(nb_logements=2, logements_dans=1, logements_hors=1)
    owned = owns(("1000000001", "R1"), ("1000000002", "R1"))
    made = abate(notice(1, id_batiment="A"), residences=homes(cut), entrances=doors, owned=owned)
    assert found(made) == [("sans_avis", "R1", 1, DUE / 2)]


def test_what_is_in_the_quarter_being_exempt_the_half_outside_adds_no_finding() -> None:
    doors = pd.DataFrame(
        [
            door(building="A", nb_logements=2, fin_exoneration=dt.date(2034, 12, 31)),
            door(building="B", side="hors", nb_logements=4),
        ]
    )
    cut = home(nb_logements=6, logements_dans=2, logements_hors=4)
    owned = owns(*((f"10000000{k:02}", "R1") for k in range(1, 6)))
    made = abate(notice(1, id_batiment="B"), residences=homes(cut), entrances=doors, owned=owned)
    assert found(made) == [("exonere", "R1", 4, None)]


def test_lines_still_exempt_say_so_of_what_is_on_no_notice() -> None:
    owned = owns(("1000000001", "R1"), ("1000000002", "R1"))
    made = abate(notice(1, fin_exoneration="2034-12-31"), residences=stock(2), owned=owned)
    assert found(made) == [("exonere", "R1", 1, None)]


def test_without_a_common_key_nothing_is_concluded() -> None:
    made = abate(notice(1), residences=stock(1), owned=owns(("77", "R1")))
    assert found(made) == [("sans_cle", "", 1, None)]
    assert "rien n’est conclu" in owned_in(made)["lecture"][0]


def test_nothing_of_who_lives_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "1_123456789_059_20250101_0900_V2024.csv").write_text(FILE, "utf-8-sig")
    gathered = Gathering()
    path = next(tmp_path.iterdir())
    read = gathered.table("gmbi", path, known=tables.GMBI.headers)
    assert read is not None
    frame = gathered.typed(read, tables.GMBI)
    assert list(read.frame) == [
        "Numéro fiscal du local",
        "Groupe",
        "Nature du local",
        "Adresse du local",
    ]
    assert frame["invariant"].tolist() == ["590010000001"]
    kept = f"{frame.to_dict()} {gathered}"
    assert not any(name in kept for name in ("CANARI", "JEANNE", "1950", "LILLE", "naissance"))
