"""Interviews of the landlord's own résidences that bear another name."""

from __future__ import annotations

import pandas as pd
import pytest

from tfpb.evidence.crosschecks import under_other_names
from tfpb.words.faults.paste_words import paste_lines
from tfpb.words.faults.sentences import fault_text, masked_fault

OWN = "Les Toits de l’Orve"


def doubted(*rows: tuple[str, str, int], settled: tuple[str, ...] = ()) -> list[str]:
    """Return the names doubted, of rows (name, prefix of résidences, count); the stock has R0 to R9."""
    cells = [(name, f"{of}{k % 10}") for name, of, count in rows for k in range(count)]
    frame = pd.DataFrame(cells, columns=["org", "res"])
    frame = frame.assign(_fichier="e.csv", _feuille="", _ligne=range(2, 2 + len(frame)))
    found = under_other_names(
        frame,
        [f"R{k}" for k in range(10)],
        named="org",
        column="res",
        bailleur=OWN,
        settled=settled,
    )
    assert {f.code for f in found} <= {"bailleur_autre_nom"}
    return [f.fields["coller"][1] if "coller" in f.fields else "" for f in found]


@pytest.mark.parametrize("other", ["TOITS DE L'ORVE", "Les Toits d’Orve (SA HLM)", "LTO", ""])
def test_interviews_of_the_stock_under_another_name_are_doubted(other: str) -> None:
    assert doubted((OWN, "R", 20), (other, "R", 9), ("Autre Logis", "X", 30)) == [other]


def test_what_is_nobody_s_own_raises_no_doubt() -> None:
    others = [(f"Logis {letter}", "R", 9) for letter in "ABC"]
    assert doubted((OWN, "R", 20), *others) == []  # identifiers that anybody gives
    assert doubted((OWN, "R", 20), ("Autre Logis", "X", 30), ("Autre Logis", "R", 5)) == []
    assert doubted((OWN, "R", 20), ("LTO", "R", 9), settled=("lto",)) == []
    assert doubted(("LTO", "R", 9)) == []  # nobody bears the name: another doubt says it


def test_the_other_name_is_shown_to_the_landlord_and_not_in_a_pack() -> None:
    frame = pd.DataFrame({"org": [OWN, *["LTO"] * 9], "res": "R1"})
    frame = frame.assign(_fichier="e.csv", _feuille="", _ligne=range(2, 12))
    (fault,) = under_other_names(frame, ["R1"], named="org", column="res", bailleur=OWN, settled=())
    assert fault.place.row == 3
    assert "« LTO »" in fault_text(fault).title
    assert "LTO" not in fault_text(masked_fault(fault, 30)).title
    assert any("LTO" in line for line in paste_lines([fault]))
