"""Dwellings of the stock: none at all is refused, those of one address under two codes are doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.errors import Severity
from tfpb.io.sources.stock_checks import check_stock
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.tables import STOCK
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.errors import Fault


def found(folder: Path, *dwellings: int) -> list[Fault]:
    path = folder / "patrimoine.csv"
    head = "id_residence;adresse;commune;nb_logements\n"
    rows = (f"R{i};{i} rue des Lilas;Valmont;{n}" for i, n in enumerate(dwellings, start=1))
    path.write_text(head + "\n".join(rows), encoding="utf-8")
    frame, faults = typed(read_table(path), STOCK)
    return [*faults, *check_stock(frame, "Habitat")[1]]


def test_no_dwelling_at_all_stops(tmp_path: Path) -> None:
    (fault,) = found(tmp_path, 0, 0)
    assert (fault.code, fault.severity) == ("patrimoine_sans_logement", Severity.FAUTE)


def test_some_entrances_without_dwellings_are_a_doubt(tmp_path: Path) -> None:
    (fault,) = found(tmp_path, 0, 12)
    assert (fault.code, fault.severity) == ("logements_nuls", Severity.DOUTE)


def test_a_residence_at_the_addresses_of_another_is_doubted_once(tmp_path: Path) -> None:
    path = tmp_path / "patrimoine.csv"
    rows = ["R1;A;1 rue X;4", "R1;B;2 rue X;4", "R3;A;9 rue X;4", "R2;;1 Rue X;5", "R2;B;2 rue X;6"]
    rows += ["R4;C;9 rue X;7", "R5;A;1 rue Y;1"]
    head = "id_residence;id_batiment;adresse;nb_logements;commune\n"
    path.write_text(head + "\n".join(f"{r};Valmont" for r in rows), encoding="utf-8")
    frame, _ = typed(read_table(path), STOCK)
    (doubt,) = check_stock(frame, "Habitat")[1]
    assert (doubt.code, doubt.severity, doubt.got) == ("adresses_communes", Severity.DOUTE, "R2")
    assert doubt.place.row == 5
    title = fault_text(doubt).title
    assert title.startswith("La résidence « R2 » (lignes 5 à 6) a les mêmes adresses que « R1 »")
    assert "(lignes 2 à 3) : 11 logements seraient comptés" in title
