"""Sentences of a region: number and silence."""

from __future__ import annotations

from tfpb.words.documents.region_words import hidden_lines


def test_lines_that_are_not_shown_agree_in_number_and_none_is_not_told() -> None:
    assert hidden_lines(0) == ()
    assert hidden_lines(1) == ("1 ligne non publiable ou masquée n’y figure pas.",)
    assert hidden_lines(12) == ("12 lignes non publiables ou masquées n’y figurent pas.",)
