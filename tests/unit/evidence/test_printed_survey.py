"""The three checks of what a pack prints of a survey."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tfpb.errors import TfpbError
from tfpb.evidence.printed_survey import TABLE, checked
from tfpb.model.record import RELEASE
from tfpb.words.documents.pack_words import unlike_print

ROW = {
    "vague": "2023", "niveau": "total", "territoire": "total", "bailleur": "ensemble", "item": "q1",
    "groupe": "qpv", "ajustement": "brut", "n": "120", "estimation": "0,64", "ic95_bas": "0,55",
    "ic95_haut": "0,72", "publication": "publiable",
}  # fmt: skip


def pack(*changes: dict[str, str]) -> dict[str, bytes]:
    table = pd.DataFrame([ROW | c for c in changes])
    return {TABLE: table.to_csv(sep=";", index=False).encode("utf-8-sig")}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"n": "121"}, ["effectif"]),
        ({"estimation": "0,635"}, ["pas"]),
        ({"n": "90", "estimation": "0,65"}, []),
        ({"ic95_bas": "0,551"}, ["pas"]),  # half a point
        ({"n": "500", "estimation": "0,63"}, []),
        (
            {"groupe": "ecart", "estimation": "-0,13"},
            [],
        ),  # a gap of two sides has no step of its own
        ({"item": "note", "estimation": "6,8"}, []),
        ({"n": "121", "publication": "masque"}, []),
    ],
)
def test_counts_are_to_ten_and_shares_at_their_step(
    change: dict[str, str], codes: list[str]
) -> None:
    rows, found = checked(pack(change))
    assert [f.code for f in found] == codes
    assert rows == (change.get("publication") != "masque")
    assert all("2023 · total · total · ensemble · qpv" in f.where for f in found)


def test_a_group_has_one_count_a_base() -> None:
    asked = {"vague": ["2023"] * 3, "item": ["q1", "q2", "q3"], "base": ["q1", "q1", "q3"]}
    line = {RELEASE: json.dumps({"questions": asked}).encode()}
    other = {"item": "q2", "n": "110"}
    _, found = checked(pack({}, other) | line)
    assert [(f.code, f.found) for f in found] == [("base", "110")]
    assert "pour les mêmes ménages (110)" in unlike_print(*found[0])
    assert (
        checked(pack({}, {"item": "q3", "n": "110"}) | line)[1] == []
    )  # of those that a filter keeps
    assert checked(pack({}, other))[1] == []  # a draft does not say who was asked
    with pytest.raises(TfpbError):
        checked(pack({}) | {RELEASE: b"{"})


def test_a_released_wave_is_that_of_the_last_pack_unless_it_is_replaced() -> None:
    old, last = pack({"estimation": "0,6"}), pack({})
    line = {RELEASE: b"{}"}
    assert checked(pack({}) | line, [old, last]) == (1, [])
    _, found = checked(pack({}) | line, [last, old])
    assert [(f.code, f.found) for f in found] == [("reprise", "0.64")]
    assert checked(pack({}), [old]) == (1, [])  # a draft shows today's figures
    replaced = {RELEASE: b'{"remplace": {"2023": {}}}'}
    assert checked(pack({}) | replaced, [old]) == (1, [])


def test_a_pack_without_survey_and_one_that_is_broken() -> None:
    assert checked({}) == (0, [])
    with pytest.raises(TfpbError):
        checked({TABLE: b"vague;n\n2023;x\n"})
