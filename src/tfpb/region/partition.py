"""One bailleur's part of the run: its files read, located, costed and recoded, away from the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb import survey
from tfpb.errors import Fault, Place, Severity, TfpbError
from tfpb.geodata.geography import open_geography
from tfpb.perimeters.vintages import YEAR_UNDER
from tfpb.pipeline.kept.stage_cache import StageCache
from tfpb.pipeline.stages import STAGES, first_values, read
from tfpb.pipeline.steps.geocoding import chosen_addresses
from tfpb.stage import Stage, directly, run_stages
from tfpb.text import fold

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.plan import Plan
    from tfpb.model.settings import Settings
    from tfpb.review.address_decisions import AddressDecision
    from tfpb.survey.respondents import Survey

_WRITTEN: Final = frozenset(
    {"geocoded", "located", "abatement", "doubts", "programme", "droit_commun"}
)
"""What is made of one bailleur's files alone, by the stages of any dossier."""
_ROLES: Final = (
    "patrimoine", "alias_voies", "decisions", "fiscalite", "conventions", "programme",
    "programme_precedent", "diagnostics", "droit_commun",
)  # fmt: skip
"""The files that it is made of: no delivery is among them."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to make one part.

    Parameters
    ----------
    settings : Settings
        The bailleur's dossier, under the name the region gives it.
    geography : Path
    carte : int or None
        Map that rules every wave of the region.
    own_survey : bool
        Whether the dossier's own deliveries are read (else the region's are, by the join).
    kept : Path or None
        Folder where stages keep what the next run may take up again (never an answer).
    written : str
        The name its own files give the bailleur, when the region gives it another.
    """

    settings: Settings
    geography: Path
    carte: int | None
    own_survey: bool
    kept: Path | None = None
    written: str = ""

    @property
    def own_settings(self) -> Settings:
        """The dossier under the name that its files know: conventions and stock are read by it."""
        head = self.settings.dossier
        own = head.model_copy(update={"bailleur": self.written or head.bailleur})
        return self.settings.model_copy(update={"dossier": own})


@dataclass(frozen=True, slots=True)
class Part:
    """One bailleur's part.

    Parameters
    ----------
    settings : Settings
    inputs : Inputs or None
        Without deliveries: no answer is kept beside `survey`.
    located : Located or None
        For the tax year.
    sides : DataFrame or None
        Résidences on the map that rules the survey.
    abatement, programme, droit_commun
        None when the dossier lacks the file.
    doubts : DataFrame or None
        Dwellings and abatement under the other readings of the doubts.
    survey : Survey or None
        Ranks, in memory only.
    plan : Plan or None
        The bailleur's own: names of its items.
    notices : tuple of Fault
        Doubts of this bailleur's files.
    faults : tuple of Fault
        What stops; everything else is then None.
    """

    settings: Settings
    inputs: Inputs | None = None
    located: Located | None = None
    sides: pd.DataFrame | None = None
    abatement: Abatement | None = None
    programme: Programme | None = None
    droit_commun: DroitCommun | None = None
    doubts: pd.DataFrame | None = None
    survey: Survey | None = None
    plan: Plan | None = None
    notices: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def name(self) -> str:
        """Name of the bailleur."""
        return self.settings.dossier.bailleur


def make_part(task: Task) -> Part:
    """Make one bailleur's part; faults come back as values, every one of them."""
    try:
        return _make(task)
    except TfpbError as error:
        return Part(task.settings, faults=error.faults)


def _make(task: Task) -> Part:
    settings = task.own_settings
    name = task.settings.dossier.bailleur
    if not task.own_survey:
        files = settings.fichiers.model_copy(update={"enquete": (), "plan": ""})
        settings = settings.model_copy(update={"fichiers": files})
    inputs, geography, found = read(settings, task.geography)
    stopping = tuple(f for f in found if f.severity is Severity.FAUTE)
    if stopping:
        return Part(task.settings, faults=stopping)
    execute = StageCache(task.kept) if task.kept is not None else directly
    chosen = chosen_addresses(settings)
    own = execute(_OWN, (settings, inputs.only(*_ROLES), geography, task.carte, chosen))
    located = _named(own["located"], task.settings.dossier.bailleur)
    sides = own["sides"].assign(bailleur=task.settings.dossier.bailleur)
    answers = None
    if inputs.plan is not None and inputs.deliveries:
        answers = _answers(inputs, sides, name, settings.dossier.bailleur)
    parts = [located, *(own[k] for k in ("abatement", "programme", "droit_commun"))]
    told = (n for p in parts if p is not None for n in p.notices)
    notices = (*found, *inputs.headers.quote(told))
    return Part(
        settings=task.settings,
        inputs=replace(inputs, deliveries=()),
        located=located,
        sides=sides,
        abatement=own["abatement"],
        programme=own["programme"],
        droit_commun=own["droit_commun"],
        doubts=own["doubts"],
        survey=answers,
        plan=inputs.plan,
        notices=notices if answers is None else (*notices, *answers.faults),
    )


def _own(
    settings: Settings,
    inputs: Inputs,
    geography: Geography,
    carte: int | None,
    chosen: tuple[AddressDecision, ...],
) -> dict[str, Any]:
    """Make what rests on one bailleur's files alone, answers apart: the next run may take it up again."""
    start = {**first_values(settings, inputs, geography, survey.Disclosed()), "chosen": chosen}
    own = [t for t in STAGES if t.writes in _WRITTEN]
    outcome = run_stages(own, start, headers=inputs.headers)
    if outcome.faults:
        raise TfpbError(outcome.faults)
    made = outcome.values  # noqa: PD011 - not a frame
    return {
        **{name: made[name] for name in sorted(_WRITTEN)},
        "sides": _sides(settings, geography, carte, made),
    }


def _named(located: Located, name: str) -> Located:
    """Give the whole stock the name the region knows its bailleur by."""
    return replace(
        located,
        entrances=located.entrances.assign(bailleur=name),
        residences=located.residences.assign(bailleur=name),
    )


def _sides(
    settings: Settings, geography: Geography, carte: int | None, values: dict[str, Any]
) -> pd.DataFrame:
    """Return the résidences on the map that rules the survey."""
    located: Located = values["located"]
    if carte is None or carte == located.vintage:
        return located.residences
    if carte not in geography.maps:
        open_geography(geography.folder, needs=(carte,))  # raises, told how to import it
    head = settings.dossier.model_copy(update={"annee": YEAR_UNDER[carte]})
    other = settings.model_copy(update={"dossier": head})
    again = [t for t in STAGES if t.writes == "located"]
    outcome = run_stages(again, {**values, "settings": other})
    if outcome.faults:
        raise TfpbError(outcome.faults)
    found: pd.DataFrame = outcome.values["located"].residences  # noqa: PD011 - not a frame
    return found


def _answers(inputs: Inputs, sides: pd.DataFrame, name: str, written: str) -> Survey:
    """Recode the dossier's own deliveries, and keep this bailleur's interviews only.

    They may name it as the region does, or as its own files do.

    Raises
    ------
    TfpbError
        Faults of the deliveries; `region_bailleur_absent` when they name several bailleurs but
        not this one.
    """
    assert inputs.plan is not None  # noqa: S101 - the caller looked
    made = survey.recode([d.frame for d in inputs.deliveries], inputs.plan, sides)
    faults = [f for f in made.faults if f.severity is Severity.FAUTE]
    if faults:
        raise TfpbError(faults)
    named = made.respondents["bailleur"].to_numpy(dtype=object)
    met = sorted(set(named))
    known = {fold(name), fold(written)}
    own = np.array([fold(n) in known for n in named], dtype=bool)
    if len(met) > 1:
        if not own.any():
            place = Place(inputs.deliveries[0].table.file)
            fields = {"bailleur": name, "lus": ", ".join(met[:8])}
            raise TfpbError(Fault("region_bailleur_absent", place, name, fields))
        others = int((~own).sum())
        left = Fault(
            "region_reponses_autres",
            fields={"nombre": others, "bailleur": name},
            severity=Severity.DOUTE,
        )
        made = replace(only_rows(made, np.flatnonzero(own)), faults=(*made.faults, left))
    return replace(made, respondents=made.respondents.assign(bailleur=name))


def only_rows(made: Survey, rows: NDArray[np.intp]) -> Survey:
    """Keep some interviews."""
    return replace(
        made,
        respondents=made.respondents.iloc[rows].reset_index(drop=True),
        answers={k: v[rows] for k, v in made.answers.items()},
        marks={k: v[rows] for k, v in made.marks.items()},
    )


_OWN: Final = Stage(
    "Parc et argent d’un bailleur", 1, ("settings", "inputs", "geography", "carte", "chosen"),
    "own", _own,
    kept="valeurs", keep_if=lambda settings, *_: settings.reglages.geocodage == "index",
)  # fmt: skip
