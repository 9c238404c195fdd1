"""Bounds are written so that they hold what they bound."""

from __future__ import annotations

from decimal import Decimal

from tfpb.facts.amount import between, known, unknown
from tfpb.words.numbers import THIN, bounded, euros, percent
from tfpb.words.phrase import Phrase


def test_bounds_in_percent_are_rounded_outwards_in_every_medium() -> None:
    """Rounded to the nearest, a cell said « de 63 % à 65 % » under a sentence « entre 62 % et 66 % »."""
    share = between(Decimal("0.6252"), Decimal("0.6503"), "x")
    assert bounded(share, percent) == f"de 62{THIN}% à 66{THIN}%"
    assert Phrase("{share:%}").format(share=share) == f"de 62{THIN}% à 66{THIN}%"
    assert bounded(between(Decimal("0.004"), None, "x"), percent) == "non connu"
    assert bounded(known(Decimal("0.6252")), percent) == f"63{THIN}%"
    assert bounded(unknown("x"), percent) == "non connu"
    assert bounded(between(Decimal("1.4"), Decimal("2.6"), "x"), euros) == f"de 1{THIN}€ à 3{THIN}€"
