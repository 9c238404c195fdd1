"""Facts in a phrase are written as a French reader expects them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tfpb.words.phrase import Phrase


@pytest.mark.parametrize(
    ("phrase", "fact", "said"),
    [
        ("{x:s local/locaux}", 1, "1 local"),
        ("{x:s local/locaux}", 2, "2 locaux"),
        ("{x:s doute}", 1200, "1\u202f200 doutes"),
        ("{x:n}", 1200, "1\u202f200"),
        ("{x}", 2025, "2025"),
        ("{x}", 10_000, "10\u202f000"),
        ("{x}", 1.5, "1,5"),
        ("{x}", Decimal("3.0"), "3"),
        ("{x}", True, "oui"),
        ("{x:€}", Decimal("12.60"), "13\u202f€"),
        ("{x:€c}", Decimal("12.60"), "12,60\u202f€"),
        ("{x:€c}", Decimal(12), "12\u202f€"),
        ("{x:%}", Decimal("0.625"), "63\u202f%"),
        ("{x:%1}", Decimal("0.625"), "62,5\u202f%"),
        ("{x:%1}", Decimal("0.62"), "62\u202f%"),
        ("{x:d}", dt.date(2025, 1, 1), "1er janvier 2025"),
        ("date{x:? (non vérifiée)}", "non_verifie", "date (non vérifiée)"),
        ("date{x:? (non vérifiée)}", "", "date"),
        ("{x:?{x:n} {x:a reste/restent}|rien ne reste}", 2, "2 restent"),
        ("{x:?{x:n} {x:a reste/restent}|rien ne reste}", 1, "1 reste"),
        ("{x:?{x:n} {x:a reste/restent}|rien ne reste}", 0, "rien ne reste"),
        ("« {x} »", "{y} & co", "« {y} & co »"),
        ("{x:s ligne}", "…", "…"),
        ("{x:s ligne}", "moins de 11", "moins de 11 lignes"),
        ("{x:02d}", 7, "07"),
    ],
)
def test_a_fact_is_written_in_its_form(phrase: str, fact: object, said: str) -> None:
    assert Phrase(phrase).format(x=fact) == said


def test_a_fact_that_lacks_is_our_own_fault() -> None:
    with pytest.raises(KeyError):
        Phrase("{x} et {y}").format(x=1)


def test_a_table_of_phrases_is_filled_by_code() -> None:
    table = Phrase.table(un="{n:s mot}", deux="{n:s local/locaux}")
    assert [table[code].filled({"n": 2}) for code in ("un", "deux")] == ["2 mots", "2 locaux"]
