"""What hangs on a doubt is written whatever is known of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tfpb.facts.amount import Amount, between, known, nil, unknown
from tfpb.words.page.screen_words import UNKNOWN_WORTH, at_stake


@pytest.mark.parametrize(
    ("worth", "written"),
    [
        (nil(), "47 logements. "),
        (known(10198), "10 198 €"),
        (between(Decimal(5), None, "avis_non_lu"), "au moins 5 €"),
        (between(Decimal(5), Decimal(9), "avis_non_lu"), "de 5 € à 9 €"),
        (unknown("avis_non_lu"), UNKNOWN_WORTH),
    ],
)
def test_what_hangs_on_a_doubt(worth: Amount, written: str) -> None:
    assert written in at_stake(known(47), worth).replace("\u202f", " ")
