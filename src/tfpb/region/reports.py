"""The regional restitution and the sheets of contrats de ville, as reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from tfpb.model.assembly import Dossier
from tfpb.model.codes import TOTAL
from tfpb.model.location import Located
from tfpb.model.maps import Ground
from tfpb.model.report import Report, Section, Text
from tfpb.model.settings import Entete, Fichiers, Settings
from tfpb.region.facts import added
from tfpb.region.funnel import FEWEST_OTHERS, limits_by_interviews
from tfpb.region.secrecy.cuts import SHOWN
from tfpb.report.sections import restitution as pages
from tfpb.report.sections.entonnoir import region_funnel
from tfpb.report.sections.methode import methode
from tfpb.report.sections.survey.comparaison import comparaison
from tfpb.report.sections.survey.evolution import evolution, priorites
from tfpb.words.documents import region_words as words
from tfpb.words.documents.report_words import WARNING
from tfpb.words.numbers import long_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.io.sources.region_inputs import RegionSettings
    from tfpb.model.survey import Published


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of every report of the region.

    Parameters
    ----------
    settings : RegionSettings
    run_hash : str
    year, vintage : int
        Tax year, and the map that rules it.
    draft : bool
        For the regional body alone.
    """

    settings: RegionSettings
    run_hash: str
    year: int
    vintage: int
    draft: bool = True


@dataclass(frozen=True, slots=True)
class Restitution:
    """The regional restitution: no bailleur is named.

    Parameters
    ----------
    head : Head
    facts : RegionFacts
    survey : Published or None
        Rows over all bailleurs.
    letters, spread, funnel : DataFrame or None
        Bailleurs under letters, their quartiles, and what chance leaves between them.
    """

    head: Head
    facts: pages.RegionFacts
    survey: Published | None
    letters: pd.DataFrame | None
    spread: pd.DataFrame | None
    funnel: pd.DataFrame | None = None

    def report(self) -> Report:
        """Return it as a report."""
        survey, region = self.survey, self.head.settings.region
        dossier = thin_dossier(self.head, region.titre, survey, no_homes())
        sections: list[Section] = [
            pages.overview(self.facts, survey, self.head.settings.reglages.part_maximum),
            comparaison(dossier),
            evolution(dossier),
            priorites(dossier),
            pages.places(self.facts, survey),
        ]
        if survey is not None and self.letters is not None and self.spread is not None:
            wave = survey.waves[-1].vague
            target = str(survey.settings.get("cible", ""))
            sections.append(
                pages.owners(self.letters, self.spread, survey.items, wave, target=target)
            )
            if self.funnel is not None:
                halves = limits_by_interviews(self.funnel)
                sections.append(
                    region_funnel(
                        self.funnel,
                        survey.items,
                        wave,
                        fewest=FEWEST_OTHERS,
                        halves=halves,
                        target=target,
                    )
                )
        sections += [
            pages.money(self.facts),
            methode(dossier),
            pages.files(self.facts, self.head.run_hash),
        ]
        subtitle = words.REGION_SUBTITLE.format(year=region.annee)
        return _report(self.head, region.titre, subtitle, sections)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The input sheet of one contrat de ville.

    Parameters
    ----------
    head : Head
    name : str
    survey : Published or None
        The contrat and its quarters, over all bailleurs.
    homes : DataFrame
        `code_qpv, nom_qpv`: the quarters named.
    stock, money, axes : DataFrame
        As `tfpb.region.facts` makes them.
    """

    head: Head
    name: str
    survey: Published | None
    homes: pd.DataFrame
    stock: pd.DataFrame
    money: pd.DataFrame
    axes: pd.DataFrame

    def report(self) -> Report:
        """Return it as a report."""
        dossier = thin_dossier(self.head, self.name, self.survey, self.homes)
        abated, valued = (added(self.money[c]) for c in ("abattement_eur", "valorise_eur"))
        sections: list[Section] = [pages.contrat_stock(self.stock)]
        if self.survey is not None and (self.survey.comparison["niveau"] == TOTAL).any():
            compared = comparaison(dossier)
            if not _published(self.survey):
                compared = replace(compared, lead=words.NO_SURVEY_PLACE)
            sections += [compared, evolution(dossier), _regional(priorites(dossier))]
        elif self.survey is not None:
            shown_when = words.SHOWN_WHEN.format(part=self.head.settings.reglages.part_maximum)
            sections.append(
                Section("comparaison", "Comparaison", words.NO_SURVEY_PLACE, (Text((shown_when,)),),
                        sheet="Comparaison")
            )  # fmt: skip
        sections.append(pages.contrat_money(self.money, self.axes, abated, valued))
        sections.append(methode(dossier))
        subtitle = words.CONTRAT_SUBTITLE.format(year=self.head.settings.region.annee)
        return _report(self.head, self.name, subtitle, sections)


def _published(survey: Published) -> bool:
    """Return whether the last wave has a published figure of the place as a whole."""
    rows = survey.comparison
    last = (rows["niveau"] == TOTAL) & (rows["vague"] == survey.waves[-1].vague)
    return bool((last & rows["publication"].isin(list(SHOWN))).any())


def _regional(section: Section) -> Section:
    """Add the note that priorities are those of the region."""
    note = Text((words.REGION_PRIORITIES,))
    return replace(section, blocks=(note, *section.blocks))


def _report(of: Head, title: str, subtitle: str, sections: Sequence[Section]) -> Report:
    head = of.settings.region
    return Report(
        title=title,
        subtitle=subtitle,
        bailleur=head.organisme_regional,
        year=head.annee,
        date=long_date(head.date),
        run_hash=of.run_hash,
        sections=tuple(sections),
        fictional=head.donnees_fictives,
        draft=of.draft,
        warning=WARNING,
        properties={"date_iso": head.date.isoformat()},
    )


def no_homes() -> pd.DataFrame:
    """Return an empty table of quarters."""
    return pd.DataFrame({"code_qpv": [], "nom_qpv": []}, dtype=object)


def no_ground() -> Ground:
    """Return a ground with nothing on it."""
    empty = gpd.GeoDataFrame(geometry=[], crs="EPSG:2154")
    return Ground(empty, empty, empty)


def thin_dossier(of: Head, title: str, survey: Published | None, homes: pd.DataFrame) -> Dossier:
    """Make the dossier that the survey's sections read: no money, no map, the named quarters."""
    head = of.settings.region
    nothing = pd.DataFrame()
    settings = Settings(
        dossier=Entete(
            titre=title,
            annee=head.annee,
            date=head.date,
            bailleur=head.organisme_regional,
            donnees_fictives=head.donnees_fictives,
        ),
        fichiers=Fichiers(patrimoine=of.settings.file),
    )
    return Dossier(
        settings=settings,
        run_hash=of.run_hash,
        maps={},
        located=Located(of.year, of.vintage, nothing, homes, nothing),
        ground=no_ground(),
        survey=survey,
        abatement=None,
        programme=None,
        droit_commun=None,
        conventions=None,
        evaluation=None,
        sensitivity=None,
        sources=(),
        checks=(),
        draft=of.draft,
    )
