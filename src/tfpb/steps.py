"""One small function a stage: takes from the run's values what the stage asks for, and calls it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from tfpb import perimeters, survey, tax
from tfpb.errors import Fault, Severity, TfpbError, left_to_say, stop_on_faults
from tfpb.evidence import evaluation, sensitivity
from tfpb.evidence.crosschecks import unknown_quarters, unknown_residences
from tfpb.geodata.address_decisions import decided, settled
from tfpb.geodata.territories import places, with_territories
from tfpb.law.values import load as load_law
from tfpb.model.codes import ENSEMBLE
from tfpb.model.location import Located
from tfpb.model.projection import LAMBERT_93
from tfpb.model.results import RESULT_COLUMNS
from tfpb.perimeters.vintages import FIRST_YEAR
from tfpb.report import ground as grounds
from tfpb.steps_addresses import addresses_of
from tfpb.survey.ownership import for_bailleur
from tfpb.text import fold
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from tfpb.config import Settings
    from tfpb.geodata.address_decisions import AddressDecision
    from tfpb.geodata.geography import Geography
    from tfpb.io.inputs import Inputs
    from tfpb.model.dossier import Dossier
    from tfpb.model.evidence import Evaluation, Sensitivity
    from tfpb.model.maps import Ground
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.plan import Plan
    from tfpb.model.survey import Estimates, Published
    from tfpb.survey.cells import Cell


def cross_checks(
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
    if (last := inputs.frame("programme_precedent")) is not None:
        # last year may stand on the older map: its codes are held against their own
        older = perimeters.ruling_vintage(max(settings.dossier.annee - 1, FIRST_YEAR))
        if older in geography.maps:
            faults += unknown_quarters({"programme_precedent": last}, geography.maps, older)
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
                    _own_interviews(delivery.frame, inputs.plan, settings.dossier.bailleur),
                    known,
                    column=column,
                    code="residence_inconnue_enquete",
                    severity=Severity.FAUTE if refused else Severity.DOUTE,
                )
    return faults


def _own_interviews(frame: pd.DataFrame, plan: Plan, bailleur: str) -> pd.DataFrame:
    """Leave other bailleurs' interviews out: their résidences are not to be in this stock, nor told."""
    column = next((c for c in plan.colonnes.bailleur if c in frame), None)
    if column is None:
        return frame
    own = frame[column].map(fold) == fold(bailleur)
    return frame[own] if own.any() else frame


def interviews_kept(
    frame: pd.DataFrame, plan: Plan, *, bailleur: str, known: set[str]
) -> pd.DataFrame:
    """Set aside the bailleur's own interviews whose résidence the stock lacks.

    Parameters
    ----------
    frame : DataFrame
        A delivery, text.
    plan : Plan
    bailleur : str
    known : set of str
        Identifiers of the stock. Interviews that name no résidence stay.
    """
    column = next((c for c in plan.colonnes.residence if c in frame), None)
    if column is None:
        return frame
    own = frame.index.isin(_own_interviews(frame, plan, bailleur).index)
    return frame[~(own & (frame[column] != "") & ~frame[column].isin(known))]


def remaining_faults(settings: Settings, inputs: Inputs, found: Iterable[Fault]) -> list[Fault]:
    """List what stages would have found, when other faults keep them from running.

    A line already at fault is not spoken of again: what its spoiled cells seem to lack is no news.
    """
    faults: list[Fault] = []

    def gather(check: Callable[[], Iterable[Fault]]) -> None:
        try:
            faults.extend(check())
        except TfpbError as error:
            faults.extend(error.faults)

    if (plan := inputs.plan) is not None and inputs.deliveries:
        gather(lambda: survey.recode([d.frame for d in inputs.deliveries], plan).faults)
    if (premises := inputs.frame("fiscalite")) is not None:
        gather(lambda: tax.check_premises(premises, load_law(settings.reglages.loi)))
    if (actions := inputs.frame("programme")) is not None:
        gather(
            lambda: tax.check_programme(
                actions,
                year=settings.dossier.annee,
                previous=inputs.frame("programme_precedent"),
                themes=settings.themes,
            )
        )
    if (common := inputs.frame("droit_commun")) is not None:
        gather(lambda: tax.check_droit_commun(common))
    if (stock := inputs.frame("patrimoine")) is not None:
        carried = tax.read_carry(settings.reglages.report_eur, [], None, stock)[1]
        faults.extend(f for f in carried if f.severity is Severity.FAUTE)
    if plan is not None and inputs.repere is not None:
        gather(lambda: survey.referenced_rows(inputs.repere, plan.items, ("",))[1])
    return left_to_say(faults, found)


def locate(
    settings: Settings,
    inputs: Inputs,
    geography: Geography,
    geocoded: pd.DataFrame,
    chosen: tuple[AddressDecision, ...] = (),
) -> Located:
    """Place every entrance on its side for the tax year."""
    _addresses_now, rows, lost = decided(addresses_of(inputs), chosen)
    settled_points, pointless = settled(geocoded, rows)
    located = _located(settings, inputs, geography, settled_points, settings.dossier.annee)
    return replace(located, notices=(*lost, *pointless, *located.notices))


def _located(
    settings: Settings, inputs: Inputs, geography: Geography, geocoded: pd.DataFrame, year: int
) -> Located:
    stock = inputs.frames["patrimoine"]
    points = stock.join(geocoded)
    communes = sorted(set(points["result_citycode"]) - {""})
    decisions = inputs.frame("decisions")

    def side(decided: pd.DataFrame | None) -> pd.DataFrame:
        return perimeters.locate(
            points,
            geography.maps,
            year=year,
            default_radius_m=settings.reglages.rayon_defaut_m,
            parcels=geography.parcels(communes),
            decisions=decided,
        )

    sides = side(None)
    notices = perimeters.coverage_doubts(points, sides, geography.maps, year=year)
    if decisions is not None:
        notices += perimeters.check_decisions(sides, points, decisions, geography.maps)
        stop_on_faults(notices)
        sides = side(decisions)
    entrances = points.join(sides)
    homes = perimeters.residences(entrances)
    notices += perimeters.cut_residences(homes)
    return Located(
        year=year,
        vintage=perimeters.ruling_vintage(year, ""),
        entrances=entrances,
        residences=homes,
        correspondence=perimeters.correspondence(geography.maps, entrances),
        notices=tuple(notices),
    )


def estimate(
    settings: Settings, inputs: Inputs, geography: Geography, located: Located
) -> Published | None:
    """Compare satisfaction, protected: nothing else of the survey leaves."""
    estimates = _estimates(settings, inputs, geography, located)
    if estimates is None or inputs.plan is None:
        return None
    return survey.protect(estimates, masking_n=inputs.plan.reglages.masquage_n)


def _estimates(
    settings: Settings, inputs: Inputs, geography: Geography, located: Located
) -> Estimates | None:
    if inputs.plan is None or not inputs.deliveries:
        return None
    sides = located.residences
    if (carte := inputs.plan.reglages.carte) is not None and carte != located.vintage:
        year = 2024 if carte == 2015 else 2025  # noqa: PLR2004 - years those maps rule
        known = located.entrances[list(RESULT_COLUMNS)]
        sides = _located(settings, inputs, geography, known, year).residences
    sides = with_territories(sides, settings.reglages.territoires, geography.communes)
    frames = [d.frame for d in inputs.deliveries]
    if settings.reglages.enquete_residences_inconnues == "ecarter":
        own, plan = settings.dossier.bailleur, inputs.plan
        stock = set(located.residences["id_residence"])
        frames = [interviews_kept(f, plan, bailleur=own, known=stock) for f in frames]
    answers = survey.recode(frames, inputs.plan, sides)
    estimates = survey.compare(
        answers,
        inputs.plan,
        by=settings.reglages.territoires,
        repere=inputs.repere,
        margins=inputs.margins,
        reference=inputs.reference.frame if inputs.reference is not None else None,
    )
    return for_bailleur(estimates, settings.dossier.bailleur)


def keep_masked(
    settings: Settings,
    inputs: Inputs,
    geography: Geography,
    located: Located,
    published: Published | None,
    before: tuple[Cell, ...],
) -> Published | None:
    """Mask again what a pack already written masked: two packs subtracted would reveal it."""
    if published is None or inputs.plan is None:
        return published
    revealed = set(before) & set(survey.cells_shown_in(published.comparison))
    estimates = _estimates(settings, inputs, geography, located) if revealed else None
    if estimates is None:
        return published
    fields = {"nombre": plural(len(revealed), "résultat")}
    notice = Fault("masques_repris", fields=fields, severity=Severity.DOUTE)
    return survey.protect(
        replace(estimates, notices=(*estimates.notices, notice)),
        masking_n=inputs.plan.reglages.masquage_n,
        previous=before,
    )


def abate(settings: Settings, inputs: Inputs, located: Located) -> Abatement | None:
    """Compute the abatement of the tax year."""
    if (premises := inputs.frame("fiscalite")) is None:
        return None
    return tax.abate(
        premises,
        located.residences,
        located.entrances,
        inputs.frame("conventions"),
        load_law(settings.reglages.loi),
        year=settings.dossier.annee,
        rounding=settings.reglages.arrondi,
        bailleur=settings.dossier.bailleur,
        on=settings.dossier.date,
    )


def programme(
    settings: Settings, inputs: Inputs, located: Located, abatement: Abatement | None
) -> Programme | None:
    """Balance the programme of actions against the abatement."""
    if (actions := inputs.frame("programme")) is None:
        return None
    return tax.programme(
        actions,
        abatement,
        located.residences,
        year=settings.dossier.annee,
        previous=inputs.frame("programme_precedent"),
        diagnostics=inputs.frame("diagnostics"),
        carry=settings.reglages.report_eur,
        npnru=tax.npnru_quarters(located.entrances),
        themes=settings.themes,
        heirs=perimeters.heirs(located.correspondence),
        law=load_law(settings.reglages.loi),
    )


def droit_commun(settings: Settings, inputs: Inputs, located: Located) -> DroitCommun | None:
    """Set droit commun in QPV beside the rest."""
    if (table := inputs.frame("droit_commun")) is None:
        return None
    return tax.droit_commun(
        table,
        located.residences,
        seed=settings.dossier.annee,
        law=load_law(settings.reglages.loi),
        floor_applies=settings.reglages.agglomeration_plus_50000,
    )


def evaluate(
    settings: Settings, located: Located, actions: Programme | None, published: Published | None
) -> Evaluation | None:
    """Set money and satisfaction side by side."""
    if actions is None and published is None:
        return None
    return evaluation.evaluation(located, actions, published, bailleur=whose(settings, published))


def sensitive(
    settings: Settings, inputs: Inputs, located: Located, published: Published | None
) -> Sensitivity:
    """Read the main figures again under other readings of the doubts."""
    money: Callable[[Located], Any] | None = None
    if inputs.frame("fiscalite") is not None:
        money = lambda stock: abate(settings, inputs, stock)  # noqa: E731
    return sensitivity.sensitivity(
        located,
        published,
        abate=money,
        verdict=survey.gap_verdict,
        bailleur=whose(settings, published),
    )


def whose(settings: Settings, published: Published | None) -> str:
    """Return the name under which the dossier's bailleur stands in the comparison."""
    own = settings.dossier.bailleur
    return (
        own if published is not None and own in set(published.comparison["bailleur"]) else ENSEMBLE
    )


def ground(geography: Geography, located: Located) -> Ground:
    """Draw the ground of the communes of the stock."""
    codes = sorted({c for c in located.entrances["result_citycode"] if c})
    drawn = grounds.ground(
        geography.addresses.streets_of(codes),
        geography.outlines,
        geography.parcels(codes),
    )
    return replace(drawn, places=places(codes, geography.communes))


def layers(dossier: Dossier) -> dict[str, gpd.GeoDataFrame]:
    """Return what a GIS reads: résidences and quarters, short stable names, EPSG:2154."""
    homes = dossier.located.residences
    lonlat = gpd.points_from_xy(homes["longitude"], homes["latitude"], crs="EPSG:4326")
    points = gpd.GeoDataFrame(homes.copy(), geometry=lonlat).to_crs(LAMBERT_93)
    quarters = dossier.maps[dossier.located.vintage].frame
    shown = quarters[quarters["code_qp"].isin(set(homes["code_qpv"]))]
    shown = shown[["code_qp", "nom_qp", "communes", "geometry"]].to_crs(LAMBERT_93)
    return {"residences": points[points["longitude"].notna()], "qpv": shown}
