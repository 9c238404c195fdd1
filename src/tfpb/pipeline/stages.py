"""The whole way on one page: read → geocode → locate → estimate → cost → assemble → render.

The only module that knows every stage. Each arrow is one function from values to a value; what
reads or writes files stands at the two ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Severity, TfpbError
from tfpb.geodata.geography import Geography, open_geography
from tfpb.io.packs.provenance import checks_of, run_hash
from tfpb.io.sources.inputs import Inputs, gather_inputs
from tfpb.model.assembly import Dossier
from tfpb.perimeters import ruling_of, ruling_vintage
from tfpb.pipeline.steps import checking, costing, geocoding, joining, locating, mapping, surveying
from tfpb.stage import Executor, Stage, directly, run_stages
from tfpb.survey import Disclosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tfpb.model.settings import Settings

STAGES: Final = (
    Stage("Adresses", 1, ("addresses", "geography", "mode", "chosen"), "geocoded", geocoding.geocode,
          kept="table", keep_if=geocoding.offline),
    Stage("Périmètres", 1, ("settings", "inputs", "geography", "geocoded", "chosen"), "located",
          locating.locate),
    Stage("Enquête", 1, ("settings", "answers", "geography", "located"), "survey_alone", surveying.estimate,
          kept="publication"),
    Stage("Secret statistique", 1, ("settings", "answers", "geography", "located", "survey_alone",
                                    "before"), "survey", surveying.keep_masked),
    Stage("Abattement", 1, ("settings", "inputs", "located"), "abatement", costing.abate),
    Stage("Programme", 1, ("settings", "inputs", "located", "abatement"), "programme", costing.programme),
    Stage("Droit commun", 1, ("settings", "inputs", "located"), "droit_commun", costing.droit_commun),
    Stage("Évaluation", 1, ("settings", "located", "programme", "survey"), "evaluation", joining.evaluate),
    Stage("Doutes du parc", 1, ("settings", "taxes", "located"), "doubts", joining.doubts, kept="table"),
    Stage("Sensibilité", 1, ("settings", "doubts", "survey"), "sensitivity", joining.sensitive),
    Stage("Fond de carte", 1, ("geography", "located"), "ground", mapping.ground),
)  # fmt: skip
"""What may be kept from one run to the next reads a part of the inputs only (see `first_values`)."""

_NOTHING: Final = Disclosed()
DOCUMENTS: Final = 6
"""Units of progress of `render`, the pages of quarters apart (one more each)."""


def read(settings: Settings, folder: Path) -> tuple[Inputs, Geography, tuple[Fault, ...]]:
    """Read the user's files and open the imported geography, with every fault and doubt."""
    ruling_vintage(settings.dossier.annee, "")  # a year without map is told before anything is read
    inputs, faults = gather_inputs(settings)
    vintage = ruling_of(settings.dossier.annee, locating.communes_of(inputs))
    try:
        geography = open_geography(folder, needs=(vintage,))
    except TfpbError as error:
        stopping = (f for f in faults if f.severity is Severity.FAUTE)
        raise TfpbError((*error.faults, *stopping)) from error
    crossed = checking.cross_checks(settings, inputs, geography, vintage)
    return inputs, geography, (*faults, *inputs.headers.quote(crossed))


def first_values(
    settings: Settings, inputs: Inputs, geography: Geography, before: Disclosed
) -> dict[str, Any]:
    """Name the values that stages start from: `addresses`, `answers`, `taxes` are parts of the inputs."""
    return {
        "settings": settings,
        "inputs": inputs,
        "addresses": inputs.only("patrimoine", "alias_voies"),
        "taxes": inputs.only("fiscalite", "conventions"),
        "answers": inputs.only("patrimoine", "decisions", "enquete", "repere"),
        "geography": geography,
        "mode": settings.reglages.geocodage,
        "chosen": geocoding.chosen_addresses(settings),
        "before": before,
    }


def examine(
    settings: Settings,
    folder: Path,
    *,
    execute: Executor = directly,
    before: Disclosed = _NOTHING,
) -> tuple[tuple[Fault, ...], Dossier | None]:
    """Run every stage that can run, and return every fault and doubt with what they allow to make."""
    inputs, geography, found = read(settings, folder)
    if any(f.severity is Severity.FAUTE for f in found):
        left = checking.remaining_faults(settings, inputs, found)
        return (*found, *inputs.headers.quote(left)), None
    start = first_values(settings, inputs, geography, before)
    outcome = run_stages(STAGES, start, execute=execute, headers=inputs.headers)
    if outcome.faults:
        # what was made has doubts of its own, and what was not may be looked at further
        told = (*found, *outcome.faults, *_notices(outcome.values))
        more = inputs.headers.quote(checking.remaining_faults(settings, inputs, told))
        return (*told, *(f for f in more if f not in told)), None
    dossier = _freeze(settings, inputs, geography, outcome.values, found)
    return dossier.notices, dossier


def assemble(
    settings: Settings,
    folder: Path,
    *,
    execute: Executor = directly,
    before: Disclosed = _NOTHING,
) -> Dossier:
    """Run every stage and freeze the dossier.

    Parameters
    ----------
    settings : Settings
    folder : Path
        Imported geography.
    execute : Executor
        Wraps each stage (progress, cache, other machines).
    before : Disclosed
        Cells of the survey that packs already written mask (they stay masked) and tell.

    Raises
    ------
    TfpbError
        With every fault of the inputs.
    """
    faults, dossier = examine(settings, folder, execute=execute, before=before)
    if dossier is None:
        raise TfpbError(f for f in faults if f.severity is Severity.FAUTE)
    return dossier


def _notices(values: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Gather the doubts of what the stages made."""
    parts = (values.get(k) for k in ("located", "survey", "abatement", "programme", "droit_commun"))
    return tuple(n for part in parts if part is not None for n in part.notices)


def _freeze(
    settings: Settings,
    inputs: Inputs,
    geography: Geography,
    values: dict[str, Any],
    doubts: Iterable[Fault],
) -> Dossier:
    communes = {c for c in values["located"].entrances["result_citycode"] if c}
    sources = (*inputs.sources, *geography.sources, *geography.parcel_sources(communes))
    notices = (*doubts, *_notices(values))
    return Dossier(
        settings=settings,
        run_hash=run_hash(settings, sources),
        maps=geography.maps,
        located=values["located"],
        ground=values["ground"],
        survey=values["survey"],
        abatement=values["abatement"],
        programme=values["programme"],
        droit_commun=values["droit_commun"],
        conventions=inputs.frame("conventions"),
        evaluation=values["evaluation"],
        sensitivity=values["sensitivity"],
        sources=sources,
        checks=checks_of(inputs.frames["patrimoine"], values["located"]),
        notices=notices,
    )


def render(
    dossier: Dossier,
    *,
    workers: int = 1,
    execute: Executor = directly,
    advance: Callable[[int], None] = lambda _count: None,
) -> dict[str, bytes]:
    """Render every file of the pack but its archive: name inside the pack → bytes.

    One stage more: with nothing changed, it is taken as kept, and nothing that draws is even loaded.
    `workers` printed maps are drawn at once; `execute` may then be called from several threads.
    """

    def run(made: Dossier) -> dict[str, bytes]:
        from tfpb.pipeline.rendering import pack_of  # noqa: PLC0415 - see above

        return pack_of(made, workers=workers, execute=execute, advance=advance)

    whole = Stage("Documents", 1, ("dossier",), "files", run, kept="fichiers")
    files: dict[str, bytes] = execute(whole, (dossier,))
    return files
