"""Sections of what tenants answered, while questions on the deliveries are open: what is assumed is said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.model.question import of_survey
from tfpb.model.report import Text
from tfpb.words.faults.question_words import assumed_reading
from tfpb.words.survey.survey_words import PROVISIONAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.question import Asked
    from tfpb.model.report import Section

_HEARD: Final = frozenset({"synthese", "satisfaction", "evolution", "position"})
"""Sections of what tenants answered."""


def provisional(one: Section, asked: Sequence[Asked]) -> Section:
    """Say of a section of the survey that questions on its files wait for an answer, where some do."""
    warned = caution(asked)
    if not warned or one.key not in _HEARD:
        return one
    assumed = (assumed_reading(a) for a in of_survey(asked) if a.question.must_choose)
    return replace(one, blocks=(Text((warned, *assumed)), *one.blocks))


def caution(asked: Sequence[Asked]) -> str:
    """Write how many questions on the survey's files wait for an answer; nothing where none does."""
    open_ = len(of_survey(asked))
    return PROVISIONAL.format(count=open_) if open_ else ""
