"""The whole way on one page: read → geocode → locate → estimate → cost → assemble → render.

The only module that knows every stage. Each arrow is one function from values to a value; what
reads or writes files stands at the two ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Severity, stop_on_faults
from tfpb.evidence.crosschecks import unknown_quarters, unknown_residences
from tfpb.evidence.evaluation import evaluation
from tfpb.evidence.sensitivity import sensitivity
from tfpb.geocode import geocode
from tfpb.geodata.geography import Geography, open_geography
from tfpb.io.inputs import Inputs, gather_inputs
from tfpb.law.values import load as load_law
from tfpb.model.codes import ENSEMBLE
from tfpb.model.dossier import Dossier
from tfpb.model.location import Located
from tfpb.model.results import ADDRESS_COLUMNS
from tfpb.perimeters import check_points, correspondence, locate, residences, ruling_vintage
from tfpb.perimeters.review import decisions_from
from tfpb.provenance import checks_of, run_hash
from tfpb.report.ground import ground
from tfpb.stage import Executor, Stage, directly, run_stages
from tfpb.survey import compare, gap_verdict, protect, recode
from tfpb.survey.disclosure import for_bailleur
from tfpb.tax import abate, droit_commun, programme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from tfpb.config import Settings
    from tfpb.model.evidence import Evaluation, Sensitivity
    from tfpb.model.maps import Ground
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.survey import Published

STAGES: Final = (
    Stage("Adresses", 1, ("settings", "inputs", "geography"), "geocoded", _geocode),
    Stage("Périmètres", 1, ("settings", "inputs", "geography", "geocoded"), "located", _locate),
    Stage("Enquête", 1, ("settings", "inputs", "geography", "located"), "survey", _estimate),
    Stage("Abattement", 1, ("settings", "inputs", "located"), "abatement", _abate),
    Stage("Programme", 1, ("settings", "inputs", "located", "abatement"), "programme", _programme),
    Stage("Droit commun", 1, ("settings", "inputs", "located"), "droit_commun", _droit_commun),
    Stage("Évaluation", 1, ("settings", "located", "programme", "survey"), "evaluation", _evaluate),
    Stage("Sensibilité", 1, ("settings", "inputs", "located", "survey"), "sensitivity", _sensitivity),
    Stage("Fond de carte", 1, ("geography", "located"), "ground", _ground),
)  # fmt: skip


def read(settings: Settings, folder: Path) -> tuple[Inputs, Geography, tuple[Fault, ...]]:
    """Read the user's files and open the imported geography, with every fault and doubt."""
    vintage = ruling_vintage(settings.dossier.annee, "")
    geography = open_geography(folder, needs=(vintage,))
    inputs, faults = gather_inputs(settings)
    return inputs, geography, (*faults, *_cross_checks(settings, inputs, geography, vintage))


def assemble(settings: Settings, folder: Path, *, execute: Executor = directly) -> Dossier:
    """Run every stage and freeze the dossier.

    Parameters
    ----------
    settings : Settings
    folder : Path
        Imported geography.
    execute : Executor
        Wraps each stage (progress, cache, other machines).

    Raises
    ------
    TfpbError
        With every fault of the inputs.
    """
    inputs, geography, faults = read(settings, folder)
    stop_on_faults(faults)
    values = run_stages(
        STAGES, {"settings": settings, "inputs": inputs, "geography": geography}, execute=execute
    )
    located: Located = values["located"]
    sources = (*inputs.sources, *geography.sources)
    notices = (*(f for f in faults if f.severity is Severity.DOUTE), *located.notices)
    return Dossier(
        settings=settings,
        run_hash=run_hash(settings, sources),
        maps=geography.maps,
        located=located,
        ground=values["ground"],
        survey=values["survey"],
        abatement=values["abatement"],
        programme=values["programme"],
        droit_commun=values["droit_commun"],
        conventions=inputs.frame("conventions"),
        evaluation=values["evaluation"],
        sensitivity=values["sensitivity"],
        sources=sources,
        checks=checks_of(inputs.frames["patrimoine"], located),
        notices=notices,
    )


def _cross_checks(
    settings: Settings, inputs: Inputs, geography: Geography, vintage: int
) -> list[Fault]:
    """Check codes and identifiers that one file uses and another must know."""
    if (stock := inputs.frame("patrimoine")) is None:
        return []
    known = set(stock["id_residence"])
    quarters = {
        r: f for r, f in inputs.frames.items() if r in ("programme", "conventions", "diagnostics")
    }
    faults = unknown_quarters(quarters, geography.maps, vintage)
    for role in ("fiscalite", "droit_commun"):
        if (frame := inputs.frame(role)) is not None:
            faults += unknown_residences(
                frame,
                known,
                column="id_residence",
                code="residence_inconnue",
                severity=Severity.FAUTE,
            )
    if inputs.plan is not None:
        refused = settings.reglages.enquete_residences_inconnues == "refuser"
        for delivery in inputs.deliveries:
            column = next(
                (c for c in inputs.plan.colonnes.residence if c in delivery.table.frame.columns),
                None,
            )
            if column is not None:
                faults += unknown_residences(
                    _stamped(delivery.table),
                    known,
                    column=column,
                    code="residence_inconnue_enquete",
                    severity=Severity.FAUTE if refused else Severity.DOUTE,
                )
    return faults


def _stamped(table: Any) -> pd.DataFrame:
    frame: pd.DataFrame = table.frame.assign(
        _fichier=table.file, _feuille=table.sheet, _ligne=table.rows
    )
    return frame


def _geocode(settings: Settings, inputs: Inputs, geography: Geography) -> pd.DataFrame:
    stock = inputs.frames["patrimoine"]
    addresses = stock[list(ADDRESS_COLUMNS)].copy()
    for axis in ("x", "y"):
        addresses[axis] = ["" if v != v else repr(float(v)) for v in stock[axis]]  # noqa: PLR0124 - NaN
    return geocode(addresses, geography.addresses, geography.communes, aliases=inputs.aliases)


def _locate(
    settings: Settings, inputs: Inputs, geography: Geography, geocoded: pd.DataFrame
) -> Located:
    return _located(settings, inputs, geography, geocoded, settings.dossier.annee)


def _located(
    settings: Settings, inputs: Inputs, geography: Geography, geocoded: pd.DataFrame, year: int
) -> Located:
    stock = inputs.frames["patrimoine"]
    points = stock.join(geocoded)
    stop_on_faults(check_points(points))
    decisions, notices = decisions_from(inputs.decisions)
    stop_on_faults(notices)
    sides = locate(
        points,
        geography.maps,
        year=year,
        default_radius_m=settings.reglages.rayon_defaut_m,
        parcels=geography.parcels,
        decisions=decisions,
    )
    entrances = points.join(sides)
    return Located(
        year=year,
        vintage=ruling_vintage(year, ""),
        entrances=entrances,
        residences=residences(entrances),
        correspondence=correspondence(geography.maps, entrances),
        notices=tuple(notices),
    )


def _estimate(
    settings: Settings, inputs: Inputs, geography: Geography, located: Located
) -> Published | None:
    if inputs.plan is None or not inputs.deliveries:
        return None
    sides = located.residences
    if (carte := inputs.plan.reglages.carte) is not None and carte != located.vintage:
        year = 2024 if carte == 2015 else 2025  # noqa: PLR2004 - years those maps rule
        sides = _located(settings, inputs, geography, located.entrances, year).residences
    survey = recode([_stamped(d.table) for d in inputs.deliveries], inputs.plan, sides)
    estimates = compare(survey, inputs.plan, by=settings.reglages.territoires, repere=inputs.repere)
    return protect(
        for_bailleur(estimates, settings.dossier.bailleur),
        masking_n=inputs.plan.reglages.masquage_n,
    )


def _abate(settings: Settings, inputs: Inputs, located: Located) -> Abatement | None:
    if (premises := inputs.frame("fiscalite")) is None:
        return None
    return abate(
        premises,
        located.residences,
        located.entrances,
        inputs.frame("conventions"),
        load_law(settings.reglages.loi),
        year=settings.dossier.annee,
        rounding=settings.reglages.arrondi,
        bailleur=settings.dossier.bailleur,
    )


def _programme(
    settings: Settings, inputs: Inputs, located: Located, abatement: Abatement | None
) -> Programme | None:
    if (actions := inputs.frame("programme")) is None:
        return None
    return programme(
        actions,
        abatement,
        located.residences,
        year=settings.dossier.annee,
        diagnostics=inputs.frame("diagnostics"),
        carry=settings.reglages.report_eur,
    )


def _droit_commun(settings: Settings, inputs: Inputs, located: Located) -> DroitCommun | None:
    if (table := inputs.frame("droit_commun")) is None:
        return None
    return droit_commun(table, located.residences, seed=settings.dossier.annee)


def _evaluate(
    settings: Settings, located: Located, actions: Programme | None, survey: Published | None
) -> Evaluation | None:
    if actions is None and survey is None:
        return None
    return evaluation(located, actions, survey, bailleur=whose(settings, survey))


def _sensitivity(
    settings: Settings, inputs: Inputs, located: Located, survey: Published | None
) -> Sensitivity:
    money: Callable[[Located], Any] | None = None
    if inputs.frame("fiscalite") is not None:
        money = lambda stock: _abate(settings, inputs, stock)  # noqa: E731
    return sensitivity(
        located, survey, abate=money, verdict=gap_verdict, bailleur=whose(settings, survey)
    )


def whose(settings: Settings, survey: Published | None) -> str:
    """Return the name under which the dossier's bailleur stands in the comparison."""
    own = settings.dossier.bailleur
    return own if survey is not None and own in set(survey.comparison["bailleur"]) else ENSEMBLE


def _ground(geography: Geography, located: Located) -> Ground:
    codes = sorted({c for c in located.entrances["result_citycode"] if c})
    return ground(
        geography.addresses.streets_of(codes),
        geography.outlines,
        geography.parcels,
        source=geography.addresses.vintage,
    )
