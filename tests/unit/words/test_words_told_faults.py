"""What a file tells of doubts: no count of households under the threshold, whatever counts them."""

from __future__ import annotations

import re

import pytest

from tfpb.errors import Fault, Place
from tfpb.words.faults.sentences import CATALOGUE, fault_text, masked_fault

OF_HOUSEHOLDS = {c for c, words in CATALOGUE.items() if words.hides in {"menages", "residence"}}

COUNTED = re.compile(r"\{nombre[^}]*\b(interview|réponse)s?\b")
AT = Place("e.csv", "Base", 41, "residence")


def test_every_doubt_that_counts_interviews_is_known() -> None:
    counted = {code for code, words in CATALOGUE.items() if COUNTED.search(words.title)}
    assert len(counted) > 6
    assert counted <= OF_HOUSEHOLDS


@pytest.mark.parametrize("count", [1, 5, 10])
@pytest.mark.parametrize("code", sorted(OF_HOUSEHOLDS))
def test_a_count_under_the_threshold_is_not_told(code: str, count: int) -> None:
    rows = ", ".join(str(900 + k) for k in range(count))
    fields = {"nombre": count, "lignes": rows, "residence": "R1", "vague": "W", "effet": ""}
    said = fault_text(masked_fault(Fault(code, AT, "R1", fields), 11))
    text = f"{said.title} {said.where}"
    assert "moins de 11" in text
    assert not re.search(rf"\b{count}\b|90\d|ligne 41", text), text


def test_a_residence_is_never_counted_exactly() -> None:
    fields = {"nombre": 14, "residence": "R1", "vague": "W"}
    text = fault_text(masked_fault(Fault("residence_a_verifier", AT, "R1", fields), 11)).title
    assert "au moins 11 interviews" in text
    plain = Fault("poids_manquant", AT, "", {"nombre": 14, "lignes": "3, 4…"})
    seen = masked_fault(plain, 11)  # to ten, and its rows are not listed: they would count it
    assert (seen.fields, seen.place.row) == ({"nombre": "10", "lignes": "…"}, 0)
    assert "moins de 15" in fault_text(masked_fault(plain, 15)).title


def test_the_number_of_an_interview_is_not_told() -> None:
    twice = Fault("interview_en_double", AT, "REP0001X", {"autre": 3, "fichier": "e.csv"})
    assert "REP0001X" not in " ".join(fault_text(masked_fault(twice, 11)).lines())
