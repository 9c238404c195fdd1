"""The rooms that steps call, loaded when one first does: a command starts without those it does not need."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__all__ = ["address_decisions", "doubts", "evaluation", "ground", "perimeters", "survey", "tax"]


class _Later:
    """A module by its name; its first attribute asked for loads it."""

    def __init__(self, name: str) -> None:
        self._name: Final = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    from tfpb import perimeters, survey, tax
    from tfpb.evidence import evaluation
    from tfpb.report import ground
    from tfpb.review import address_decisions, doubts
else:
    perimeters, survey, tax = map(_Later, ("tfpb.perimeters", "tfpb.survey", "tfpb.tax"))
    evaluation = _Later("tfpb.evidence.evaluation")
    address_decisions, doubts = map(_Later, ("tfpb.review.address_decisions", "tfpb.review.doubts"))
    ground = _Later("tfpb.report.ground")
