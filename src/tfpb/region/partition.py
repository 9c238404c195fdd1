"""One bailleur's part of the run: its files read, located, costed and recoded, away from the others."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from tfpb import survey
from tfpb.errors import Fault, Place, Severity, TfpbError, stop_on_faults
from tfpb.evidence.suspension import refused, suspend_asked
from tfpb.facts.claim import Claims
from tfpb.facts.doubt_kinds import Weights, suspend
from tfpb.facts.dwellings import commune_claims
from tfpb.facts.table import claims_of
from tfpb.io.sources.gathering import without_empty
from tfpb.model.codes import Role
from tfpb.near_names import near_names
from tfpb.pipeline import stages
from tfpb.pipeline.assembling import (
    asked_in_all,
    first_values,
    read,
    scope_of,
    supposed_inputs,
    with_refused,
)
from tfpb.pipeline.kept.stage_cache import StageCache
from tfpb.pipeline.steps.costing import TAX_ROLES, TaxRule
from tfpb.pipeline.steps.surveying import Scope
from tfpb.pipeline.wiring import Values
from tfpb.stage import Stage, directly
from tfpb.survey.reading.delivery_columns import find_column
from tfpb.text import fold
from tfpb.words.documents.region_words import ALIKE
from tfpb.words.faults.input_words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from tfpb.facts.whole_dossier import Outcome
    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.plan import Plan
    from tfpb.model.question import Asked
    from tfpb.model.record import Reading
    from tfpb.model.settings import Settings
    from tfpb.questions.finding import Change
    from tfpb.survey.respondents import Survey

_OWN_GOALS: Final = (
    stages.LOCATED, stages.SURVEY_SIDES, stages.ABATEMENT, stages.DOUBTS, stages.PROGRAMME,
    stages.DROIT_COMMUN,
)  # fmt: skip
"""Steps that read one bailleur's files alone, those of any dossier."""
_ROLES: Final = (
    "patrimoine", "alias_voies", "decisions", "fiscalite", "fiscalite_precedente", "gmbi", "conventions",
    "declaration", "reclamations", "programme", "programme_precedent", "diagnostics", "droit_commun",
)  # fmt: skip
"""The files that these steps read: no delivery is among them."""
OTHER_NAME: Final = "autre_nom"
"""Why interviews are set aside: the name they bear is not the bailleur's."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to make one part."""

    settings: Settings  # the bailleur's dossier, under the name the region gives it
    geography: Path
    carte: int | None  # vintage of the map that rules every wave of the region
    own_survey: bool
    """Whether the dossier's own deliveries are read (else the region's are, by the join)."""
    kept: Path | None = None  # where stages keep their results for the next run (never an answer)
    written: str = ""  # name of the bailleur in its own files, when the region gives it another
    outside: tuple[Change, ...] = ()
    """What answers to questions on several bailleurs change in its tables."""

    @property
    def own_settings(self) -> Settings:
        """The dossier under the name of its own files: conventions and stock are read by it."""
        head = self.settings.dossier
        own = head.model_copy(update={"bailleur": self.written or head.bailleur})
        return self.settings.model_copy(update={"dossier": own})


@dataclass(frozen=True, slots=True)
class Part:
    """One bailleur's part; abatement, programme and droit_commun are None when the dossier lacks the file."""

    settings: Settings
    inputs: Inputs  # without deliveries: no answer is kept but in `survey`
    located: Located  # for the tax year
    sides: pd.DataFrame  # résidences on the map that rules the survey
    doubts: pd.DataFrame  # dwellings and abatement under the other readings of the doubts
    abatement: Abatement | None = None
    programme: Programme | None = None
    droit_commun: DroitCommun | None = None
    survey: Survey | None = None  # ranks, in memory only
    plan: Plan | None = None  # the bailleur's own: names of its items
    notices: tuple[Fault, ...] = ()  # doubts of this bailleur's files
    readings: tuple[Reading, ...] = ()
    """Interviews of its own deliveries: kept once `survey` is dropped."""
    claims: Claims = field(default_factory=Claims)
    """All but what its tenants answered, which the region reports; those that questions or doubts suspend
    are suspended."""
    asked: tuple[Asked, ...] = ()  # as `Dossier` has them, like `outcomes`
    outcomes: tuple[Outcome, ...] = ()  # no answer to a question of the survey is tried

    @property
    def name(self) -> str:
        """Name of the bailleur."""
        return self.settings.dossier.bailleur


@dataclass(frozen=True, slots=True)
class Refused:
    """A bailleur whose files stop the run, and what stops it."""

    name: str
    faults: tuple[Fault, ...]


def make_part(task: Task) -> Part | Refused:
    """Make one bailleur's part; faults come back as values, every one of them."""
    try:
        return _make(task)
    except TfpbError as error:
        return Refused(task.settings.dossier.bailleur, error.faults)


def _make(task: Task) -> Part:
    settings = task.own_settings
    name = task.settings.dossier.bailleur
    files = settings.fichiers.model_copy(update={"enquete": (), "plan": ""})
    bare = settings.model_copy(update={"fichiers": files})
    settings = settings if task.own_survey else bare
    inputs, geography, found = read(settings, task.geography, task.outside)
    found = without_empty(found, settings.path(settings.fichiers.patrimoine).name)
    stop_on_faults(found)
    execute = StageCache(task.kept) if task.kept is not None else directly
    own = execute(_OWN, (bare, inputs.of_roles(*_ROLES), geography, task.carte))
    located = _named(own["located"], name)
    sides = own["survey_sides"].assign(bailleur=name)
    heard = Heard()
    if inputs.plan is not None and inputs.deliveries:
        heard = _answers(inputs, inputs.plan, sides, name, settings.dossier.bailleur)
    parts = [located, *(own[k] for k in ("abatement", "programme", "droit_commun"))]
    own_notices = (n for p in parts if p is not None for n in p.notices)
    asked, late = asked_in_all(settings, inputs, own["abatement"])
    stop_on_faults(late)
    notices = (*found, *late, *inputs.headers.quote(own_notices), *_unused(inputs, name))
    part = Part(
        settings=task.settings,
        inputs=replace(inputs, deliveries=()),
        located=located,
        sides=sides,
        doubts=own["doubts"],
        abatement=own["abatement"],
        programme=own["programme"],
        droit_commun=own["droit_commun"],
        survey=heard.survey,
        plan=inputs.plan,
        notices=(*notices, *heard.notices),
        readings=heard.readings,
        asked=asked,
    )

    faults: dict[frozenset[tuple[str, str]], Fault] = {}

    def supposed(answers: Mapping[str, str]) -> Claims | None:
        other, wrong = supposed_inputs(settings, geography, asked, answers, task.outside)
        try:
            stop_on_faults(wrong)
            return _claims(
                execute(_OWN, (bare, other.of_roles(*_ROLES), geography, task.carte)), name
            )
        except TfpbError as error:
            faults[frozenset(answers.items())] = error.faults[0]
            return None

    of_stock = (one for one in asked if one.question.role is not Role.ENQUETE)
    claims, outcomes = suspend_asked(_claims(own, name), of_stock, supposed)
    weights = Weights(part.located, part.abatement, part.programme)
    claims = suspend(claims, part.notices, weights, task.settings.roles)
    offered = with_refused(asked, refused(outcomes), faults)
    return replace(part, claims=claims, outcomes=outcomes, asked=offered)


def _claims(own: Mapping[str, Any], name: str) -> Claims:
    """Return the claims of what a bailleur's files alone make."""
    money, plan, costs = (own[k] for k in ("abatement", "programme", "droit_commun"))
    located = _named(own["located"], name)
    claims = claims_of(located, money, plan, None, costs, bailleur=name)
    return Claims((*claims, *commune_claims(located)))


def part_values(part: Part) -> Values:
    """Return what the stages that come after those of a part read of it."""
    return (
        Values()
        .having(stages.SCOPE, scope_of(part.settings))
        .having(stages.INPUTS, part.inputs)
        .having(stages.TAXES, part.inputs.of_roles(*TAX_ROLES))
        .having(stages.TAX_RULE, TaxRule.of(part.settings))
        .having(stages.LOCATED, part.located)
        .having(stages.DOUBTS, part.doubts)
        .having(stages.ABATEMENT, part.abatement)
        .having(stages.PROGRAMME, part.programme)
        .having(stages.DROIT_COMMUN, part.droit_commun)
    )


def _unused(inputs: Inputs, name: str) -> tuple[Fault, ...]:
    """Doubt what a bailleur's plan asks of its survey and the region, estimated as one, does not do."""
    asked = {"marges_calage": inputs.margins, "reference_standardisation": inputs.reference}
    lost = ", ".join(key for key, table in asked.items() if table is not None)
    if not lost or not inputs.deliveries:
        return ()
    fields = {"bailleur": name, "reglages": lost}
    return (Fault("region_reglages_ignores", Place(), lost, fields, Severity.DOUTE),)


def _own(
    settings: Settings, inputs: Inputs, geography: Geography, carte: int | None
) -> dict[str, object]:
    """Run the steps that read one bailleur's files alone, answers apart: the next run may reuse it."""
    with ExitStack() as opened:
        start = first_values(settings, inputs, geography, opened=opened)
        start = start.having(stages.CARTE, carte).having(
            stages.SCOPE, Scope(radius_m=settings.reglages.rayon_defaut_m)
        )
        values = stages.run(_OWN_GOALS, start, headers=inputs.headers).required()
    return {key.name: values.named(key.name) for key in _OWN_GOALS}


def _named(located: Located, name: str) -> Located:
    """Return the stock under the region's name of the bailleur."""
    return replace(
        located,
        entrances=located.entrances.assign(bailleur=name),
        residences=located.residences.assign(bailleur=name),
    )


class Heard(NamedTuple):
    """What a dossier's own deliveries hold of its bailleur: nothing, where they name others alone."""

    survey: Survey | None = None
    readings: tuple[Reading, ...] = ()
    notices: tuple[Fault, ...] = ()


def _answers(
    inputs: Inputs, plan: Plan, sides: pd.DataFrame | None, name: str, written: str
) -> Heard:
    """Recode the dossier's own deliveries, and keep this bailleur's interviews only; raises their faults.

    They may name it as the region does, or as its own files do. Where they name several bailleurs but not
    this one, it is doubted (`region_bailleur_absent`) and the others go on without it.
    """
    frames = [d.frame for d in inputs.deliveries]
    named = _named_in(frames, plan)
    if sides is not None and fold(name) not in named and fold(written) in named:
        sides = sides.assign(bailleur=written)  # its résidences go by that name there
    coded = survey.recode(frames, plan, sides)
    stop_on_faults(coded.faults)
    owners = coded.respondents["bailleur"].to_numpy(dtype=object)
    known = {fold(name), fold(written)}
    met = sorted({r.bailleur for r in coded.readings})
    lone = len({fold(n) for n in met}) == 1
    readings = tuple(
        replace(r, bailleur=name) if fold(r.bailleur) in known or lone else renamed(r)
        for r in coded.readings
    )
    faults = list(coded.faults)
    if not lone:
        own = np.array([fold(n) in known for n in owners], dtype=bool)
        faults = [f for f in faults if _of(f) in known | {""}]
        if not own.any():
            near = near_names(name, met) or near_names(written, met)
            place = Place(inputs.deliveries[0].table.file)
            alike = ALIKE.format(names=listed(near)) if near else ""
            fields = {"bailleur": name, "lus": len(met), "proches": alike}
            faults.append(Fault("region_bailleur_absent", place, name, fields, Severity.DOUTE))
            return Heard(None, readings, tuple(faults))
        coded = coded.kept(np.flatnonzero(own))
    if others := sum(r.read for r in readings if r.bailleur != name):
        fields = {"nombre": others, "bailleur": name}
        faults.append(Fault("region_reponses_autres", fields=fields, severity=Severity.DOUTE))
    coded = replace(coded, faults=(), readings=readings)
    coded = replace(coded, respondents=coded.respondents.assign(bailleur=name))
    return Heard(coded, readings, tuple(faults))


def _named_in(frames: Sequence[pd.DataFrame], plan: Plan) -> set[str]:
    """Return the bailleurs that deliveries name, folded."""
    columns = ((f, find_column(f, plan.colonnes.bailleur)) for f in frames)
    return {fold(str(v)) for f, column in columns if column for v in f[column].unique()}


def _of(fault: Fault) -> str:
    """Return the bailleur that a doubt names, folded; none for a doubt on the whole delivery."""
    return fold(str(fault.fields.get("bailleur", "")))


def renamed(one: Reading) -> Reading:
    """Return a reading whose interviews are all set aside: they bear a name that is not looked for."""
    left = {**one.left, OTHER_NAME: one.kept} if one.kept else one.left
    return replace(one, kept=0, left=left)


_OWN: Final = Stage(
    "Parc et argent d’un bailleur", ("settings", "inputs", "geography", "carte"),
    "own", _own,
    kept="valeurs", keep_if=lambda settings: settings.reglages.geocodage == "index",
)  # fmt: skip
