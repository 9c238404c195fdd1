"""The rooms that are slow to load (scipy, shapely), loaded when a step first calls them.

A command that needs none starts in less than half the time: 0.6 s of processor for `perimeters`, 0.9 for
`survey`, which `evaluation` reads, 0.3 for `ground` (geopandas) and for `tax`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__all__ = ["evaluation", "ground", "perimeters", "survey", "tax"]


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
else:
    perimeters, survey, tax = map(_Later, ("tfpb.perimeters", "tfpb.survey", "tfpb.tax"))
    evaluation, ground = map(_Later, ("tfpb.evidence.evaluation", "tfpb.report.ground"))
