"""The one truth behind all media."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.model.evidence import Evaluation, Sensitivity
    from tfpb.model.location import Located, QpvMap
    from tfpb.model.maps import Ground
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.record import Check, Reading, Source
    from tfpb.model.settings import Settings
    from tfpb.model.survey import Published


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything one pack says. A missing input is `None`: the pack then says what it lacks.

    `release` is the line that it leaves in the ledger when it is released (`released_before`: it was
    already); a `draft` is for the landlord alone, and says so; None where
    neither is meant.
    """

    settings: Settings
    run_hash: str
    maps: dict[int, QpvMap]
    located: Located
    ground: Ground
    survey: Published | None
    abatement: Abatement | None
    programme: Programme | None
    droit_commun: DroitCommun | None
    conventions: pd.DataFrame | None
    evaluation: Evaluation | None
    sensitivity: Sensitivity | None
    sources: tuple[Source, ...]
    checks: tuple[Check, ...]
    notices: tuple[Fault, ...] = ()
    readings: tuple[Reading, ...] = ()
    outside: pd.DataFrame | None = None
    footprints: gpd.GeoDataFrame | None = None
    release: Mapping[str, Any] = field(default_factory=dict)
    released_before: bool = False
    draft: bool | None = None
