"""A dossier from its settings to its files: read, run every stage, assemble, render."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.addresses.file_geocoder import CACHE, FileGeocoder
from tfpb.errors import Fault, Severity, TfpbError, not_yet_reported
from tfpb.evidence.outside_count import outside_counts, outside_doubts
from tfpb.evidence.suspension import refused, suspend_asked
from tfpb.evidence.tasks import charged, deadlines_of, filled_doubts, tasks_of
from tfpb.facts.doubt_kinds import Weights, suspend
from tfpb.facts.whole_dossier import Dossier
from tfpb.geodata.geography import Geography, open_geography
from tfpb.io.open_questions.reply_file import asked_later
from tfpb.io.packs.pack import ARCHIVE
from tfpb.io.packs.provenance import checks_of, run_hash
from tfpb.io.packs.sent import sent_before
from tfpb.io.sources.inputs import Inputs, gather_inputs
from tfpb.model.codes import Role
from tfpb.model.question import with_subjects
from tfpb.model.settings import replies_of
from tfpb.model.survey import Order
from tfpb.perimeters import ruling_of, ruling_vintage
from tfpb.pipeline import stages
from tfpb.pipeline.kept.stage_cache import Memory
from tfpb.pipeline.last_pack import last_heights, past_years
from tfpb.pipeline.published_before import of_order, precedents, release_of
from tfpb.pipeline.stages import STAGES, run
from tfpb.pipeline.steps import checking, locating
from tfpb.pipeline.steps.costing import TAX_ROLES, TaxRule
from tfpb.pipeline.steps.geocoding import (
    Watch,
    addresses_of,
    chosen_addresses,
    placed_in_layers,
)
from tfpb.pipeline.steps.given_positions import stock_positions
from tfpb.pipeline.steps.surveying import Scope
from tfpb.pipeline.wiring import Key, Values, needed, run_stages
from tfpb.review.address_decisions import decided
from tfpb.stage import PLAINLY, Execute, Making, Stage, directly
from tfpb.survey import Released
from tfpb.words.documents.setting_words import masked_sources
from tfpb.words.faults.sentences import LEAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from tfpb.facts.claim import Claims
    from tfpb.model.location import Ground
    from tfpb.model.money import Abatement
    from tfpb.model.question import Asked
    from tfpb.model.record import Reading, Source
    from tfpb.model.settings import Settings
    from tfpb.questions.finding import Change

_NOTHING: Final = Released()
_MONEY: Final[tuple[Key[Any], ...]] = (stages.ABATEMENT, stages.PROGRAMME, stages.DROIT_COMMUN)
"""What answers on tables of money may stop."""
_DOUBTING: Final[tuple[Key[Any], ...]] = (
    stages.LOCATED, stages.SURVEY, stages.ABATEMENT, stages.PROGRAMME, stages.DROIT_COMMUN,
)  # fmt: skip
"""Values that bear doubts, in the order in which they are earlier_packs."""


def read(
    settings: Settings, folder: Path, outside: tuple[Change, ...] = ()
) -> tuple[Inputs, Geography, tuple[Fault, ...]]:
    """Read the user's files and open the imported geography (`folder`), with every fault and doubt.

    `outside` is what answers to questions on several dossiers change in its tables. Raises for a year
    without map, or geography that lacks, with the faults of the files.
    """
    ruling_vintage(settings.dossier.annee, "")  # a year without map is refused before any reading
    inputs, faults = gather_inputs(settings, outside=outside)
    vintage = ruling_of(settings.dossier.annee, locating.communes_of(inputs))
    try:
        geography = open_geography(folder, needs=(vintage,))
    except TfpbError as error:
        stopping = (f for f in faults if f.severity is Severity.FAUTE)
        raise TfpbError((*error.faults, *stopping)) from error
    inputs, crossed = _crossed(settings, inputs, geography)
    inputs, faults = _readable(settings, geography, inputs, (*faults, *crossed))
    return inputs, geography, faults


def _readable(
    settings: Settings, geography: Geography, inputs: Inputs, faults: tuple[Fault, ...]
) -> tuple[Inputs, tuple[Fault, ...]]:
    """Read under other answers where those that claim least leave files at fault that others would not.

    No question that nobody answered may stop a draft.
    """
    open_ = [one for one in inputs.asked if one.is_open]
    if not open_ or not _stopped(faults):
        return inputs, faults
    others = [(o.question.key, next(c for c in o.question.codes if c != o.reading)) for o in open_]
    for pairs in dict.fromkeys((*((pair,) for pair in others), tuple(others))):
        read, found = _read_under(settings, geography, dict(pairs))
        if not _stopped(found):
            return read, found
    return inputs, faults


def _stopped(faults: Iterable[Fault]) -> bool:
    return any(f.severity is Severity.FAUTE for f in faults)


def _first(faults: Iterable[Fault]) -> Fault:
    return next(f for f in faults if f.severity is Severity.FAUTE)


def _crossed(
    settings: Settings, inputs: Inputs, geography: Geography
) -> tuple[Inputs, tuple[Fault, ...]]:
    """Hold the files against each other and against the maps."""
    vintage = ruling_of(settings.dossier.annee, locating.communes_of(inputs))
    inputs, crossed = checking.quarters_by_code(settings, inputs, geography, vintage)
    inputs, judged = stock_positions(inputs, geography)
    crossed += judged
    crossed += not_yet_reported(
        [
            *checking.cross_checks(settings, inputs, geography, vintage),
            *checking.town_doubts(settings, inputs, geography),
        ],
        crossed,
    )
    return inputs, inputs.headers.quote(crossed)


def _read_under(
    settings: Settings, geography: Geography, supposed: Mapping[str, str],
    outside: tuple[Change, ...] = (),
) -> tuple[Inputs, tuple[Fault, ...]]:  # fmt: skip
    """Read the files under supposed answers to their questions."""
    inputs, faults = gather_inputs(settings, supposed, outside)
    if _stopped(faults):
        return inputs, faults
    inputs, crossed = _crossed(settings, inputs, geography)
    return inputs, (*faults, *crossed)


def asked_in_all(
    settings: Settings, inputs: Inputs, abatement: Abatement | None
) -> tuple[tuple[Asked, ...], tuple[Fault, ...]]:
    """Return the questions of the files and of the notices, and what is wrong with replies to the latter."""
    if abatement is None:
        return inputs.asked, ()
    asked, faults = asked_later(
        inputs.asked,
        replies_of(settings.reponses),
        abatement.questions,
        inputs.headers,
        settings.file,
    )
    return asked, tuple(faults)


def supposed_inputs(
    settings: Settings, geography: Geography, asked: Iterable[Asked], supposed: Mapping[str, str],
    outside: tuple[Change, ...] = (),
) -> tuple[Inputs, tuple[Fault, ...]]:  # fmt: skip
    """Read the files under supposed answers in place of those of a run."""
    asked = tuple(asked)
    held = {one.question.key: one.supposed for one in asked if one.supposed}
    under = with_subjects(asked, {**held, **supposed})
    return _read_under(settings, geography, under, outside)


def with_refused(
    asked: Iterable[Asked],
    pairs: Iterable[tuple[str, str]],
    faults: Mapping[frozenset[tuple[str, str]], Fault],
) -> tuple[Asked, ...]:
    """Return the questions, each with the answers that stop the files and the first fault of each."""
    why: dict[str, list[tuple[str, Fault]]] = {}
    for key, code in sorted(pairs):
        why.setdefault(key, []).append((code, faults[frozenset({(key, code)})]))
    return tuple(replace(one, refused=tuple(why.get(one.question.key, ()))) for one in asked)


def first_values(
    settings: Settings,
    inputs: Inputs,
    geography: Geography,
    *,
    before: Released = _NOTHING,
    opened: ExitStack | None = None,
) -> Values:
    """Return the values that stages start from.

    `addresses`, `answers` and `taxes` are parts of the inputs: a change in one file does not count for the
    kept stages that do not read it. `before` is what earlier releases of the survey published; `opened`
    closes the client of the national service, where the settings ask for it.
    """
    chosen, asked = settings.reglages, inputs.plan
    service = None
    if chosen.geocodage != "index" and opened is not None:
        from tfpb.addresses.service import AddressService  # noqa: PLC0415 - the network's libraries

        service = opened.enter_context(AddressService(geography.folder / CACHE))
    geocoder = FileGeocoder(
        mode=chosen.geocodage,
        communes=geography.communes,
        source=geography.addresses,
        service=service,
        aliases=inputs.aliases,
    )
    carte = asked.reglages.carte if asked is not None else None
    return (
        Values()
        .having(stages.INPUTS, inputs)
        .having(
            stages.ADDRESSES,
            decided(addresses_of(inputs), chosen_addresses(settings), placed_in_layers(inputs)),
        )
        .having(stages.GEOCODER, geocoder)
        .having(stages.WATCH, Watch())
        .having(stages.GEOGRAPHY, geography)
        .having(stages.RULE, locating.Rule(settings.dossier.annee, chosen.rayon_defaut_m))
        .having(stages.CARTE, carte)
        .having(stages.ANSWERS, inputs.of_roles("patrimoine", "decisions", "enquete", "repere"))
        .having(stages.SCOPE, scope_of(settings))
        .having(stages.BEFORE, before)
        .having(stages.TAXES, inputs.of_roles(*TAX_ROLES))
        .having(stages.TAX_RULE, TaxRule.of(settings))
    )


def scope_of(settings: Settings) -> Scope:
    """Return what the comparison of a dossier is about."""
    chosen = settings.reglages
    return Scope(
        territories=chosen.territoires,
        bailleur=settings.dossier.bailleur,
        unknown_set_aside=chosen.enquete_residences_inconnues == "ecarter",
        radius_m=chosen.rayon_defaut_m,
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """What a run found, and made if it could."""

    faults: tuple[Fault, ...]  # every fault and doubt
    readings: tuple[Reading, ...]  # what became of the rows of every file
    dossier: Dossier | None = None
    """None when something is at fault, or when only doubts were asked for."""
    asked: tuple[Asked, ...] = ()  # questions of the files and of the notices, largest stake first
    towns: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Rows of the stock by commune as they write it: code, name, postcode."""


def examine(
    settings: Settings, folder: Path, *, execute: Execute = directly, packs: Sequence[Path] = (),
    place: Path | None = None, whole: bool = True, order: Order | None = None,
) -> Examined:  # fmt: skip
    """Run every stage that can run, and return every fault and doubt with what they allow to make.

    `folder` is the imported geography; `execute` calls each stage; `packs` are released ones that the
    ledger of this machine may not know; `place` is the folder of the pack: what was sent is kept there, and
    in that of the dossier. Unless `whole`, stages that have no doubt are not run, nor answers to open
    questions tried. `order` is about waves released before; without it, a draft.
    """
    order = order or Order()
    inputs, geography, found = read(settings, folder)
    towns = checking.towns_written(inputs.frame("patrimoine"))
    if _stopped(found):
        left = checking.remaining_faults(settings, inputs, found)
        listed = (*found, *inputs.headers.quote(left))
        return Examined(listed, checking.readings(inputs), asked=inputs.asked, towns=towns)
    run_name = run_hash(settings, (*inputs.sources, *geography.sources, *of_order(order)))
    homes = inputs.frames["patrimoine"]["id_residence"].astype(str).tolist()
    owner = (settings.dossier.bailleur,)
    sent = sent_before(settings.folder, place)
    earlier = precedents(owner, run_name, homes, packs, sent, order)
    before = earlier.released(owner)
    memory = Memory(execute)
    with ExitStack() as opened:
        start = first_values(settings, inputs, geography, before=before, opened=opened)
        wanted = STAGES if whole else needed(STAGES, _DOUBTING, start)
        outcome = run_stages(wanted, start, execute=memory, headers=inputs.headers)
    asked, late = asked_in_all(settings, inputs, outcome.results.get(stages.ABATEMENT))
    found = (*found, *late)
    if outcome.faults or _stopped(late):
        # what was made has doubts of its own, and what was not may be looked at further
        known = (*found, *outcome.faults, *_notices(outcome.results))
        more = inputs.headers.quote(checking.remaining_faults(settings, inputs, known))
        listed = (*known, *(f for f in more if f not in known))
        return Examined(listed, checking.readings(inputs), asked=asked, towns=towns)
    if not whole:
        values = outcome.results
        tried = _Supposing(settings, geography, asked, before, memory.again)
        asked = with_refused(asked, tried.refused_alone(), tried.faults)
        doubts = _doubts(values, _outside(values, geography), found)
        return Examined(doubts, _readings(inputs, values), asked=asked)
    sources = (*inputs.sources, *earlier.source())
    cities = {c for c in outcome.results[stages.LOCATED].entrances["result_citycode"] if c}
    parcels = geography.parcel_sources(cities)
    inputs = replace(inputs, sources=sources)
    tried = _Supposing(settings, geography, asked, before, memory.again)
    bounded, outcomes = suspend_asked(outcome.results[stages.CLAIMS], asked, tried.claims)
    asked = with_refused(asked, refused(outcomes), tried.faults)
    values = outcome.results.having(stages.CLAIMS, bounded)
    dossier = assembled(settings, inputs, geography, values, found, parcels)
    dossier = replace(dossier, asked=asked, outcomes=outcomes)
    places = values.get(stages.SURVEY_SIDES)
    release = release_of(
        owner, run_name, values[stages.SURVEY], places, str(settings.dossier.date or "")
    )
    # of a region, what each bailleur was sent is in its own pack
    earlier_packs = (*packs, *(p for p in reversed(sent) if (p / ARCHIVE).is_file()))
    last = last_heights(settings.dossier.bailleur, settings.dossier.annee, earlier_packs)
    past = past_years(settings.dossier.bailleur, settings.dossier.annee, earlier_packs)
    dossier = replace(
        dossier, release=release, released_before=earlier.again, last_heights=last, past_years=past
    )
    return Examined(dossier.notices, dossier.readings, dossier, asked, towns)


@dataclass(frozen=True, slots=True)
class _Supposing:
    """A dossier under supposed answers to its open questions, and the first fault of those that stop it."""

    settings: Settings
    geography: Geography
    asked: tuple[Asked, ...]
    before: Released
    execute: Execute
    faults: dict[frozenset[tuple[str, str]], Fault] = field(default_factory=dict)

    def claims(self, supposed: Mapping[str, str]) -> Claims | None:
        """Return the claims; None where the files stop."""
        values = self._values(supposed, (stages.CLAIMS,))
        return None if values is None else values[stages.CLAIMS]

    def refused_alone(self) -> frozenset[tuple[str, str]]:
        """Return the answers that stop the files or the money by themselves: (key, code)."""
        others = (
            (one.question.key, code)
            for one in self.asked
            if one.is_open and one.question.role is not Role.ENQUETE
            for code in one.question.codes
            if code != one.reading
        )
        return frozenset(pair for pair in others if self._values(dict((pair,)), _MONEY) is None)

    def _values(self, supposed: Mapping[str, str], goals: tuple[Key[Any], ...]) -> Values | None:
        inputs, found = supposed_inputs(self.settings, self.geography, self.asked, supposed)
        if not _stopped(found):
            with ExitStack() as opened:
                start = first_values(
                    self.settings, inputs, self.geography, before=self.before, opened=opened
                )
                outcome = run(goals, start, execute=self.execute, headers=inputs.headers)
            if not outcome.faults:
                return outcome.results
            found = outcome.faults
        self.faults[frozenset(supposed.items())] = _first(found)
        return None


def assemble(
    settings: Settings, folder: Path, *, execute: Execute = directly, packs: Sequence[Path] = (),
    place: Path | None = None, order: Order | None = None,
) -> Dossier:  # fmt: skip
    """Run every stage and return the dossier; see `examine`. Raises every fault of the inputs."""
    found = examine(settings, folder, execute=execute, packs=packs, place=place, order=order)
    if found.dossier is None:
        raise TfpbError(f for f in found.faults if f.severity is Severity.FAUTE)
    return found.dossier


def _notices(values: Values) -> tuple[Fault, ...]:
    """Gather the doubts of what the stages made."""
    found = (values.get(key) for key in _DOUBTING)
    return tuple(notice for part in found if part is not None for notice in part.notices)


def _outside(values: Values, geography: Geography) -> pd.DataFrame:
    located, quarters = values[stages.LOCATED], values[stages.QUARTERS]
    return outside_counts(located, quarters, geography.maps, geography.counts)


def _doubts(values: Values, outside: pd.DataFrame, found: Iterable[Fault]) -> tuple[Fault, ...]:
    """List what was found in the files, against counts of the maps, then in the stages."""
    return (*found, *outside_doubts(outside), *_notices(values))


def _readings(inputs: Inputs, values: Values) -> tuple[Reading, ...]:
    survey = values[stages.SURVEY]
    return (*inputs.readings, *(survey.readings if survey is not None else ()))


def assembled(
    settings: Settings, inputs: Inputs, geography: Geography, values: Values,
    doubts: Iterable[Fault] = (), sources: Iterable[Source] = (), ground: Ground | None = None,
) -> Dossier:  # fmt: skip
    """Gather what stages made into a dossier.

    `sources` are those besides the inputs' and the geography's; `ground` replaces one that was not drawn.
    """
    located, quarters = values[stages.LOCATED], values[stages.QUARTERS]
    every = (*inputs.sources, *geography.sources, *sources)
    drawn = values.get(stages.GROUND) or ground
    assert drawn is not None  # noqa: S101 - the caller gives what it did not draw
    survey = values[stages.SURVEY_READ]
    outside = _outside(values, geography)
    readings = _readings(inputs, values)
    least = survey.masking_n if survey is not None else LEAST
    notices = _doubts(values, outside, doubts)
    weights = Weights(located, values[stages.ABATEMENT], values[stages.PROGRAMME])
    dossier = Dossier(
        settings=settings,
        run_hash=run_hash(settings, every),
        maps=geography.maps,
        located=located,
        ground=drawn,
        survey=survey,
        abatement=values[stages.ABATEMENT],
        programme=values[stages.PROGRAMME],
        droit_commun=values[stages.DROIT_COMMUN],
        conventions=inputs.frame("conventions"),
        calendar=values[stages.CALENDAR],
        photos=inputs.photos,
        copies=inputs.copies,
        evaluation=values[stages.EVALUATION],
        sensitivity=values[stages.DOUBTS],
        sources=masked_sources(every, readings, least),
        readings=readings,
        outside=outside,
        checks=checks_of(inputs.frames["patrimoine"], located),
        notices=notices,
        claims=suspend(values[stages.CLAIMS], notices, weights, settings.roles),
        quarters=quarters,
        filled=inputs.filled,
    )
    tasks = tasks_of(dossier)
    return replace(
        dossier,
        claims=charged(dossier.claims, tasks),
        notices=(*dossier.notices, *filled_doubts(dossier, (*tasks, *deadlines_of(dossier)))),
    )


def render(dossier: Dossier, making: Making = PLAINLY) -> dict[str, bytes]:
    """Render every file of the pack but its archive: name inside the pack → bytes.

    One stage more: with nothing changed it is taken as kept, and nothing that draws is even loaded.
    """

    def run(handed: Dossier) -> dict[str, bytes]:
        from tfpb.pipeline.pack_files import pack_of  # noqa: PLC0415 - see above

        return pack_of(handed, making)

    whole = Stage("Documents", ("dossier",), "files", run, kept="fichiers")
    files: dict[str, bytes] = making.execute(whole, (dossier,))
    return files
