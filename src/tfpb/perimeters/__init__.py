"""Perimeters: on which side of the quarters' limits each entrance lies, with the doubt kept.

For analysts, frames in and frames out, no file and no network: `ruling_vintage` (which map rules a tax
year), `locate` (the side of each point, its distance to the limit, the reason), `residences` (entrances
gathered, dwellings split by side) and `correspondence` (the quarters of two maps overlaid).
"""

from tfpb.perimeters.coordinate_systems import LEAST, judge
from tfpb.perimeters.decisions import check_decisions
from tfpb.perimeters.declared_sides import declared_doubts
from tfpb.perimeters.locate import coverage_doubts, locate
from tfpb.perimeters.points import check_points
from tfpb.perimeters.proposed_residences import proposed_residences
from tfpb.perimeters.residences import cut_residences, residences
from tfpb.perimeters.vintages import correspondence, heirs, new_quarters, ruling_of, ruling_vintage

__all__ = [
    "LEAST",
    "check_decisions",
    "check_points",
    "correspondence",
    "coverage_doubts",
    "cut_residences",
    "declared_doubts",
    "heirs",
    "judge",
    "locate",
    "new_quarters",
    "proposed_residences",
    "residences",
    "ruling_of",
    "ruling_vintage",
]
