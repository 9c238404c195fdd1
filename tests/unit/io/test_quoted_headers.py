"""Faults of every stage name columns as the user's file does, the contract's name beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfpb.errors import Fault, Headers, Place, TfpbError
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.tables import PREMISES
from tfpb.pipeline.wiring import Key, Values, run_stages
from tfpb.stage import Stage
from tfpb.words.faults.sentences import fault_text, fault_texts

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = Headers({("impots.csv", ""): {"taux_commune_pct": "Tx commune", "avis": "avis"}})
FAULT = Fault("taux_commune_vide", Place("impots.csv", "", 4, "taux_commune_pct"))


@dataclass(frozen=True)
class Made:
    notices: tuple[Fault, ...]


def where(fault: Fault) -> str:
    return fault_text(fault).where


def test_stage_fault_bears_the_header_of_the_file_then_the_name_of_the_contract() -> None:
    quoted = HEADERS.quote([FAULT])[0]
    assert (
        where(quoted)
        == "fichier « impots.csv », ligne 4, colonne « Tx commune » (taux_commune_pct)"
    )
    assert HEADERS.quote([quoted]) == (quoted,)
    other = Fault("taux_commune_vide", Place("autre.csv", "", 4, "taux_commune_pct"))
    assert "« taux_commune_pct » (taux communal, en %)" in where(HEADERS.quote([other])[0])


def test_rows_that_are_alike_keep_the_header() -> None:
    alike = [Fault(FAULT.code, Place("impots.csv", "", row, "taux_commune_pct")) for row in (4, 5)]
    said = fault_texts(HEADERS.quote(alike))
    assert len(said) == 1
    assert said[0].where.endswith("lignes 4 à 5, colonne « Tx commune » (taux_commune_pct)")


def test_reader_fault_bears_both_names(tmp_path: Path) -> None:
    path = tmp_path / "impots.csv"
    path.write_text("Avis;Residence;Annee;Tx commune\nA1;R1;2025;beaucoup\n", encoding="utf-8")
    _, faults = typed(
        read_table(path),
        PREMISES,
        renames={"taux_commune_pct": "Tx commune", "id_residence": "Residence"},
    )
    assert "colonne « Tx commune » (taux_commune_pct)" in where(faults[0])


def test_faults_and_doubts_of_every_stage_are_quoted() -> None:
    def refuse(_: Any) -> Any:
        raise TfpbError(FAULT)

    stages = (
        Stage("a", ("start",), "made", lambda _: Made((FAULT,))),
        Stage("b", ("made",), "none", refuse),
    )
    outcome = run_stages(stages, Values({"start": 0}), headers=HEADERS)
    assert outcome.faults[0].place.column == "Tx commune"
    assert outcome.results[Key[Made]("made")].notices[0].place == Place(
        "impots.csv", "", 4, "Tx commune", "taux_commune_pct"
    )
