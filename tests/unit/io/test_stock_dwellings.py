"""A stock without any dwelling is refused: everything follows dwellings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.errors import Severity
from tfpb.io.sources.stock_checks import check_stock
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.tables import STOCK

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
