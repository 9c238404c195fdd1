"""Names and types of the values that stages pass on, in the order in which they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.pipeline.wiring import Key

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.addresses.file_geocoder import FileGeocoder
    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.assembly import Evaluation, Sensitivity
    from tfpb.model.location import Located
    from tfpb.model.maps import Ground
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.survey import Published
    from tfpb.pipeline.steps.costing import TaxRule
    from tfpb.pipeline.steps.geocoding import Settled, Watch
    from tfpb.pipeline.steps.locating import Points, Rule, Sides
    from tfpb.pipeline.steps.surveying import Scope
    from tfpb.review.address_decisions import DecidedAddresses
    from tfpb.survey import Disclosed

# what a command starts from
INPUTS: Final[Key[Inputs]] = Key("inputs")
"""Typed tables of the dossier, survey apart."""
ADDRESSES: Final[Key[DecidedAddresses]] = Key("addresses")
GEOCODER: Final[Key[FileGeocoder]] = Key("geocoder")
WATCH: Final[Key[Watch]] = Key("watch")
GEOGRAPHY: Final[Key[Geography]] = Key("geography")
RULE: Final[Key[Rule]] = Key("rule")
CARTE: Final[Key[int | None]] = Key("carte")
ANSWERS: Final[Key[Inputs]] = Key("answers")
"""The deliveries, their plan and what goes with it; nothing else of the dossier."""
SCOPE: Final[Key[Scope]] = Key("scope")
BEFORE: Final[Key[Disclosed]] = Key("before")
TAXES: Final[Key[Inputs]] = Key("taxes")
"""The tax sheet and the conventions; nothing else of the dossier."""
TAX_RULE: Final[Key[TaxRule]] = Key("tax_rule")

# what stages make
GEOCODED: Final[Key[pd.DataFrame]] = Key("geocoded")
SETTLED: Final[Key[Settled]] = Key("settled")
POINTS: Final[Key[Points]] = Key("points")
SIDES: Final[Key[Sides]] = Key("sides")
LOCATED: Final[Key[Located]] = Key("located")
SURVEY_SIDES: Final[Key[pd.DataFrame | None]] = Key("survey_sides")
SURVEY_ALONE: Final[Key[Published | None]] = Key("survey_alone")
SURVEY: Final[Key[Published | None]] = Key("survey")
ABATEMENT: Final[Key[Abatement | None]] = Key("abatement")
PROGRAMME: Final[Key[Programme | None]] = Key("programme")
DROIT_COMMUN: Final[Key[DroitCommun | None]] = Key("droit_commun")
EVALUATION: Final[Key[Evaluation | None]] = Key("evaluation")
DOUBTS: Final[Key[pd.DataFrame]] = Key("doubts")
SENSITIVITY: Final[Key[Sensitivity]] = Key("sensitivity")
GROUND: Final[Key[Ground]] = Key("ground")

START: Final = (
    INPUTS, ADDRESSES, GEOCODER, WATCH, GEOGRAPHY, RULE, CARTE, ANSWERS, SCOPE, BEFORE, TAXES, TAX_RULE,
)  # fmt: skip
