"""The one truth behind all media: everything one pack says, and the claims that every page reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tfpb.facts.claim import Claims
from tfpb.facts.quarter import Quarters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.facts.amount import Amount
    from tfpb.model.assembly import Evaluation
    from tfpb.model.location import Ground, Located, QpvMap
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.question import Asked
    from tfpb.model.record import Check, Filled, Reading, Source
    from tfpb.model.settings import Settings
    from tfpb.model.survey import Published


Supposed = frozenset[tuple[str, str]]
"""Key of a question, code of an answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of supposed answers."""

    supposed: Supposed  # the other questions are read as tables show them; empty, all of them are
    claims: Claims | None  # None where the files cannot be read so: a fault stops them


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything one pack says. A missing input is `None`: the pack then says what it lacks.

    `release` is the line that it leaves in the ledger when released (`released_before`: it was already); a
    `draft` is for the landlord alone, and says so; None where neither is meant. `last_heights` is what last
    year's pack tells per abated dwelling, `past_years` what earlier packs tell of each year. `photos` are
    those that diagnostics name, as JPEG; `copies`, those of the folder of pieces by their name in the pack.
    `claims` are its figures, each under one name; `calendar` is every deadline. `asked` are the questions of
    its files, `outcomes` what each answer left open would come to. `filled` is what people filled in the list
    of what is to do, by key of its line. `printed`: documents are made of it, not data alone.
    """

    settings: Settings
    run_hash: str
    maps: dict[int, QpvMap]
    located: Located
    ground: Ground
    survey: Published | None = None
    abatement: Abatement | None = None
    programme: Programme | None = None
    droit_commun: DroitCommun | None = None
    conventions: pd.DataFrame | None = None
    evaluation: Evaluation | None = None
    sensitivity: pd.DataFrame | None = None
    sources: tuple[Source, ...] = ()
    checks: tuple[Check, ...] = ()
    notices: tuple[Fault, ...] = ()
    readings: tuple[Reading, ...] = ()
    outside: pd.DataFrame | None = None
    release: Mapping[str, Any] = field(default_factory=dict)
    released_before: bool = False
    last_heights: Mapping[str, Decimal] = field(default_factory=dict)
    past_years: Mapping[int, Mapping[str, Amount]] = field(default_factory=dict)
    photos: Mapping[str, bytes] = field(default_factory=dict)
    draft: bool | None = None
    claims: Claims = field(default_factory=Claims)
    quarters: Quarters = field(default_factory=Quarters)
    asked: tuple[Asked, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    sent_anyway: tuple[str, ...] = ()
    copies: Mapping[str, bytes] = field(default_factory=dict)
    calendar: pd.DataFrame | None = None
    filled: Mapping[str, Filled] = field(default_factory=dict)
    printed: bool = True
