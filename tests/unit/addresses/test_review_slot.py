"""Where a review goes: the same rule beside any output, never over decisions a run was not given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from tfpb.review.review_workbook import (
    free_slot,
    read_address_decisions,
    read_limit_decisions,
    review_bytes,
)
from tfpb.words.places.address_words import HEADERS

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.review.review_workbook import Slot

FIRST, SECOND = "s_a_verifier.xlsx", "s_a_verifier.2.xlsx"


def addresses(decision: str) -> pd.DataFrame:
    cells = dict.fromkeys(HEADERS, "")
    row: dict[str, object] = {**cells, "adresse": "1 rue A", "decision": decision, "choix": ()}
    return pd.DataFrame([row])


def limits(decision: str) -> pd.DataFrame:
    cells = {"id_residence": "R1", "decision": decision, "code_qpv": "QN05991I", "auteur": "A. M."}
    return pd.DataFrame([{**cells, "date": "2026-01-05", "piece": "plan", "adresse": "1 rue A"}])


def slot(folder: Path, *sheets: str, given: Path | None = None) -> Slot:
    return free_slot(
        folder / "s",
        limits="Limites" in sheets,
        addresses="Adresses" in sheets,
        decisions=read_limit_decisions(given) if given and "Limites" in sheets else None,
        chosen=read_address_decisions(given) if given and "Adresses" in sheets else (),
    )


@pytest.mark.parametrize("sheets", [("Limites",), ("Adresses",), ("Limites", "Adresses")])
def test_decisions_that_were_given_may_be_replaced_and_no_others(
    tmp_path: Path, sheets: tuple[str, ...]
) -> None:
    made: dict[str, Any] = {}
    if "Adresses" in sheets:
        made |= {"addresses": addresses("accepter")}
    if "Limites" in sheets:
        made |= {"limits": limits("dans"), "pictures": [None]}
    path = tmp_path / FIRST
    assert slot(tmp_path, *sheets) == (path, None, "")
    path.write_bytes(review_bytes(**made))
    assert slot(tmp_path, *sheets) == (tmp_path / SECOND, None, FIRST)
    assert slot(tmp_path, *sheets, given=path).path == path
    (tmp_path / SECOND).write_bytes(path.read_bytes())
    assert slot(tmp_path, *sheets).path.name == "s_a_verifier.3.xlsx"


def test_the_sheet_of_another_command_is_kept_with_its_decisions(tmp_path: Path) -> None:
    path = tmp_path / FIRST
    path.write_bytes(review_bytes(limits=limits("dans"), pictures=[None]))
    place = slot(tmp_path, "Adresses")
    assert (place.path, place.kept) == (path, "")
    path.write_bytes(review_bytes(addresses("accepter"), base=place.base))
    assert set(load_workbook(path).sheetnames) == {"Limites", "Adresses", "Choix"}
    assert read_limit_decisions(path)["decision"].tolist() == ["dans"]
    assert slot(tmp_path, "Adresses").path.name == SECOND


def test_what_cannot_be_read_is_not_ours_to_replace(tmp_path: Path) -> None:
    (tmp_path / FIRST).write_bytes(b"not a workbook")
    for sheets in (("Limites",), ("Adresses",)):
        assert slot(tmp_path, *sheets) == (tmp_path / SECOND, None, FIRST)


@pytest.mark.parametrize("sheet", ["Limites", "Adresses"])
def test_a_sheet_where_nothing_is_left_reads_as_no_decision_and_is_written_over(
    tmp_path: Path, sheet: str
) -> None:
    path = tmp_path / FIRST
    rows = {"limits": limits("dans"), "addresses": addresses("accepter")}
    name = {"Limites": "limits", "Adresses": "addresses"}[sheet]
    path.write_bytes(review_bytes(**{**rows, name: rows[name].iloc[:0]}))
    sides, chosen = read_limit_decisions(path), read_address_decisions(path)
    assert (len(sides), len(chosen)) == ((0, 1) if sheet == "Limites" else (1, 0))
    assert sides["decision"].tolist() == ["dans"] * len(sides)
    assert slot(tmp_path, "Limites", "Adresses", given=path) == (path, None, "")
