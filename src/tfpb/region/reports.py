"""The regional restitution and the sheets of contrats de ville, said as reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd

from tfpb.config import Entete, Fichiers, Settings
from tfpb.model.dossier import Dossier
from tfpb.model.location import Located
from tfpb.model.maps import Ground
from tfpb.model.report import Report, Text
from tfpb.region import facts as counts
from tfpb.region import positions
from tfpb.report.region_sections import contrat as sheet
from tfpb.report.region_sections import restitution as pages
from tfpb.report.sections.comparaison import comparaison
from tfpb.report.sections.evolution import evolution, priorites
from tfpb.report.sections.methode import methode
from tfpb.words import region as words
from tfpb.words.numbers import long_date
from tfpb.words.report import WARNING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tfpb.io.region_inputs import RegionSettings
    from tfpb.model.report import Section
    from tfpb.model.survey import Published
    from tfpb.region.cuts import Protected
    from tfpb.region.partition import Part
    from tfpb.region.territories import Territories

_NO_PLACE: Final = gpd.GeoDataFrame(geometry=[], crs="EPSG:2154")


@dataclass(frozen=True, slots=True)
class RegionRun:
    """What the reports of the region are made of.

    Parameters
    ----------
    settings : RegionSettings
    parts : sequence of Part
    located : Located
    places : Territories
    facts : RegionFacts
    protected : Protected or None
        None without a survey.
    run_hash : str
    """

    settings: RegionSettings
    parts: Sequence[Part]
    located: Located
    places: Territories
    facts: pages.RegionFacts
    protected: Protected | None
    run_hash: str


def restitution(run: RegionRun) -> Report:
    """Say the regional restitution: no bailleur is named."""
    survey = run.protected.region(run.places.names) if run.protected is not None else None
    dossier = _thin(run, run.settings.region.titre, survey, ())
    sections: list[Section] = [
        pages.overview(run.facts, survey, run.settings.reglages.part_maximum),
        comparaison(dossier),
        evolution(dossier),
        priorites(dossier),
        pages.places(run.facts, survey),
    ]
    if survey is not None and run.protected is not None and survey.waves:
        wave = survey.waves[-1].vague
        seed = run.settings.reglages.graine_pseudonymes
        letters = positions.under_letters(run.protected.whole, wave, seed=seed)
        spread = positions.spread(run.protected.whole, wave)
        sections.append(pages.owners(letters, spread, survey.items, wave))
    sections += [pages.money(run.facts), methode(dossier), pages.files(run.facts, run.run_hash)]
    subtitle = f"Restitution régionale, imposition {run.settings.region.annee}"
    return _report(run, run.settings.region.titre, subtitle, sections)


def contrat_sheet(run: RegionRun, name: str, quarters: Collection[str]) -> Report:
    """Say the input sheet of one contrat de ville."""
    survey = run.protected.contrat(name, quarters) if run.protected is not None else None
    dossier = _thin(run, name, survey, quarters)
    stock = counts.owners_by_quarter(run.located, run.places, quarters)
    money = counts.quarter_money(run.parts, quarters)
    money["nom_qpv"] = [run.places.quarters.get(c, c) for c in money["code_qpv"]]
    abated, valued = (sum(money[c]) for c in ("abattement_eur", "valorise_eur"))
    sections: list[Section] = [sheet.stock(stock)]
    if survey is not None and (survey.comparison["niveau"] == "total").any():
        sections += [comparaison(dossier), evolution(dossier), _regional(priorites(dossier))]
    sections.append(sheet.money(money, counts.axes(run.parts, quarters), abated, valued))
    sections.append(methode(dossier))
    subtitle = f"Fiche du contrat de ville, imposition {run.settings.region.annee}"
    return _report(run, name, subtitle, sections)


def _regional(section: Section) -> Section:
    """Say that priorities are those of the region."""
    note = Text((words.REGION_PRIORITIES,))
    return replace(section, blocks=(note, *section.blocks))


def _report(run: RegionRun, title: str, subtitle: str, sections: Sequence[Section]) -> Report:
    head = run.settings.region
    return Report(
        title=title,
        subtitle=subtitle,
        bailleur=head.organisme_regional,
        year=head.annee,
        date=long_date(head.date),
        run_hash=run.run_hash,
        sections=tuple(sections),
        fictional=head.donnees_fictives,
        warning=WARNING,
        properties={"date_iso": head.date.isoformat()},
    )


def _thin(
    run: RegionRun, title: str, survey: Published | None, quarters: Collection[str]
) -> Dossier:
    """Make the dossier that the survey's sections read: no money, no map, the named quarters."""
    head = run.settings.region
    homes = run.located.residences
    mine = homes[homes["code_qpv"].isin(list(quarters))]
    located = Located(
        year=run.located.year,
        vintage=run.located.vintage,
        entrances=run.located.entrances.iloc[:0],
        residences=mine,
        correspondence=run.located.correspondence,
    )
    settings = Settings(
        dossier=Entete(
            titre=title,
            annee=head.annee,
            date=head.date,
            bailleur=head.organisme_regional,
            donnees_fictives=head.donnees_fictives,
        ),
        fichiers=Fichiers(patrimoine=run.settings.file),
    )
    return Dossier(
        settings=settings,
        run_hash=run.run_hash,
        maps={},
        located=located,
        ground=Ground(_NO_PLACE, _NO_PLACE, _NO_PLACE),
        survey=survey,
        abatement=None,
        programme=None,
        droit_commun=None,
        conventions=None,
        evaluation=None,
        sensitivity=None,
        sources=(),
        checks=(),
    )
