"""The one truth behind all media."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.model.evidence import Evaluation, Sensitivity
    from tfpb.model.location import Located, QpvMap
    from tfpb.model.maps import Ground
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.record import Check, Source
    from tfpb.model.settings import Settings
    from tfpb.model.survey import Published


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything one pack says. A missing input is `None`: the pack then says what it lacks."""

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
    footprints: gpd.GeoDataFrame | None = None
