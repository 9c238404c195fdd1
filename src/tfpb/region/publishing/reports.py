"""The regional restitution and the sheets of contrats de ville, as reports."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from tfpb.evidence.suspension import unread_survey
from tfpb.evidence.tasks import tasks_of_place
from tfpb.facts.bailleurs import within
from tfpb.facts.claim import Claims, territory_scope
from tfpb.facts.place import located_stock
from tfpb.facts.quarter import Quarters
from tfpb.facts.survey_claims import survey_claims
from tfpb.facts.whole_dossier import Dossier
from tfpb.model.codes import SHOWN, TOTAL
from tfpb.model.location import Ground
from tfpb.model.report import Report, Text
from tfpb.model.settings import Entete, Fichiers, Settings
from tfpb.model.survey import pick
from tfpb.region import positions
from tfpb.region.evaluation_frame import frame_rows, targets_of
from tfpb.region.facts import axis_rows, owners_by_quarter, quarter_stock, without_rows
from tfpb.region.reconciliation import stakes
from tfpb.report.sections import restitution as pages
from tfpb.report.sections.a_regler import a_regler
from tfpb.report.sections.build import claimed, section
from tfpb.report.sections.faits import faits
from tfpb.report.sections.note import OfPlace, note
from tfpb.report.sections.provisional import caution, provisional
from tfpb.report.sections.restitution import region_funnel
from tfpb.report.sections.sources import place_sources
from tfpb.report.sections.survey.evolution import evolution
from tfpb.report.sections.survey.satisfaction_section import satisfaction_section
from tfpb.words.documents import region_words as words
from tfpb.words.documents.report_words import WARNING
from tfpb.words.faults.sentences import LEAST, masked_fault
from tfpb.words.numbers import long_date
from tfpb.words.survey.release_words import correction_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tfpb.facts.claim import Claim
    from tfpb.io.sources.region_inputs import RegionHead
    from tfpb.model.report import Section
    from tfpb.model.survey import Published
    from tfpb.region.computed import Head, Region


def deliveries_report(region: Region) -> Report:
    """Return what the regional body keeps: lu, gardé, écarté by bailleur and wave, and every question."""
    head, parts = region.head, region.parts
    least = LEAST if region.protected is None else region.protected.whole.masking_n
    own = {p.name: p.asked for p in parts}
    waiting = stakes(own, region.asked)
    if not region.draft:  # two readings of the same answers, side by side
        waiting = waiting.assign(points=None)
    counted = [
        claimed(
            "livraisons_bailleurs",
            waiting[waiting["bailleur"] == p.name].assign(scope=TOTAL),
            p.claims,
        )
        for p in parts
    ]
    asked = [replace(one, owner=name) for name, some in own.items() for one in some]
    title = head.settings.region.titre
    dossier = thin_dossier(head, title, None, region.places.quarters)
    dossier = replace(dossier, asked=(*region.asked, *asked))
    sections = [
        pages.deliveries(
            region.deliveries,
            pd.concat(counted, ignore_index=True),
            {p.name: [masked_fault(f, least) for f in p.notices] for p in parts},
        ),
        a_regler(dossier),
    ]
    return _report(head, title, words.DELIVERIES, sections)


def restitution(region: Region, *, printed: bool = True) -> Report:
    """Return the regional restitution: no bailleur is named; its data alone unless `printed`."""
    facts, safe, names = region.facts, region.protected, region.places.names
    head = replace(region.head, printed=printed)
    titled, limits = head.settings.region, head.settings.reglages
    survey = None if safe is None else safe.region(names)
    whole = None if safe is None else safe.read
    quarters = region.places.quarters
    dossier = thin_dossier(head, titled.titre, survey, quarters, facts.claims)
    sections: list[Section] = []
    if printed:
        codes = [code for some in region.contrats.values() for code in some]
        codes += region.lone_quarters
        held = quarter_stock(region.parts)
        sections.append(place_note(region, dossier, titled.titre, TOTAL, codes, held, heard=whole))
    sections += [
        pages.overview(facts, survey, limits.part_maximum),
        satisfaction_section(dossier),
        evolution(dossier),
        pages.places(facts, whole, names),
    ]
    if safe is not None and survey is not None and whole is not None:
        wave, items, target = survey.waves[-1].vague, survey.items, survey.target
        key = positions.drawing_key(limits.graine_pseudonymes, region.sources)
        letters = positions.under_letters(whole, wave, key=key)
        spread, funnel = positions.spread(whole, wave), positions.region_funnel(whole, wave)
        if safe.waiting:
            spread = positions.unread(spread, "difference")
        halves, fewest = positions.limits_by_interviews(funnel), positions.FEWEST_FOR_MIDDLE
        sections += [
            pages.owners(letters, spread, items, wave, target=target),
            region_funnel(funnel, items, wave, fewest=fewest, halves=halves, target=target),
        ]
    sections += [pages.money(facts), faits(dossier)]
    listed = place_sources(dossier, facts.files)
    sections += [listed] if listed is not None else []
    return _report(head, titled.titre, words.REGION_SUBTITLE.format(year=titled.annee), sections)


def sheets(region: Region, *, printed: bool = True) -> Iterator[tuple[str, Report]]:
    """Give the sheets of the contrats de ville with their names, each made when its turn comes.

    Without their page and charts, of which no data file is made, unless `printed`.
    """
    head = replace(region.head, printed=printed)
    every = [code for codes in region.contrats.values() for code in codes]
    names, claims = region.places.quarters, region.facts.claims
    stock = owners_by_quarter(region.parts, names, every)
    held = quarter_stock(region.parts)
    for name, codes in region.contrats.items():
        safe = region.protected
        survey = safe.place("contrat_de_ville", name, codes) if safe is not None else None
        named = Quarters(names[code] for code in codes)
        own = pick(stock, code_qpv=list(codes)).reset_index(drop=True)
        frame = None
        if survey is not None:
            targets, _ = targets_of(region.targets, name, survey.labels)
            most = claims.amount("logements_qpv", territory_scope("contrat_de_ville", name)).at_most
            frame = frame_rows(survey, targets, math.inf if most is None else int(most))
        one = contrat_sheet(head, name, survey, named, own, claims, frame)
        if not printed:
            yield name, one
            continue
        shown = survey if _published(survey) else None
        dossier = thin_dossier(head, name, shown, named)
        scope = territory_scope("contrat_de_ville", name)
        page = place_note(region, dossier, name, scope, codes, held)
        yield name, replace(one, sections=(page, *one.sections))


def place_note(
    region: Region,
    dossier: Dossier,
    name: str,
    scope: str,
    codes: Sequence[str],
    held: pd.DataFrame,
    heard: Published | None = None,
) -> Section:
    """Return the one page of a place by the four questions of every note, over all of its bailleurs.

    The survey of `dossier` (`thin_dossier`) is that of the place; `scope` is of the place among the
    region's claims, `codes` are its quarters, `held` comes from `quarter_stock`; `heard`, what tenants of
    its quarters answered, serves where the survey of the place has no quarter.
    """
    stock = pick(held, code_qpv=list(codes))
    own = Claims(within(region.facts.claims, scope, codes))
    answers = _of_tenants(heard or dossier.survey, region.settings.region)
    claims = unread_survey(Claims((*own, *answers)), region.head.asked)
    abated, acted = without_rows(region.parts, sorted(set(stock["code_insee"])))
    placed = replace(dossier, claims=claims, abatement=abated, programme=acted)
    tasks = tasks_of_place(claims, region.places.quarters, words.CHARGED, words.MONEY_SHEET)
    unheard = "" if region.protected is None else words.NO_SURVEY_PLACE
    return note(placed, tasks, OfPlace(name, caution(region.head.asked), unheard))


def contrat_sheet(
    head: Head,
    name: str,
    survey: Published | None,
    quarters: Quarters,
    stock: pd.DataFrame,
    claims: Claims,
    frame: pd.DataFrame | None = None,
) -> Report:
    """Return the input sheet of one contrat de ville.

    `survey` has the contrat and its quarters, over all bailleurs; `quarters` are its own; `stock` comes
    from `owners_by_quarter`; `claims` are the region's; `frame` has its indicators
    (`tfpb.region.evaluation_frame`), None without a survey.
    """
    dossier = thin_dossier(head, name, survey, quarters)
    scope = territory_scope("contrat_de_ville", name)
    owners = stock["bailleur"].nunique()
    sections: list[Section] = [pages.contrat_stock(stock, claims, scope, owners)]
    if survey is not None and (survey.comparison["niveau"] == TOTAL).any():
        compared = satisfaction_section(dossier)
        if not _published(survey):
            compared = replace(compared, lead=words.NO_SURVEY_PLACE)
        sections += [compared, evolution(dossier)]
    elif survey is not None:
        shown_when = words.SHOWN_WHEN.format(part=head.settings.reglages.part_maximum)
        sections.append(section("satisfaction", words.NO_SURVEY_PLACE, [Text((shown_when,))]))
    rows = pd.DataFrame(
        [(q.code_qpv, q.shown, q.code_qpv) for q in quarters],
        columns=["code_qpv", "nom_qpv", "scope"],
    )
    sections.append(pages.contrat_money(rows, axis_rows(claims, scope), claims, scope))
    if frame is not None and survey is not None:
        wave = survey.waves[-1].vague
        sections.append(pages.referentiel(frame, wave, head.settings.reglages.annee_referentiel))
    listed = place_sources(dossier)
    sections += [listed] if listed is not None else []
    subtitle = words.CONTRAT_SUBTITLE.format(year=head.settings.region.annee)
    return _report(head, name, subtitle, sections)


def _published(survey: Published | None) -> bool:
    """Return whether the last wave has a published figure of the place as a whole."""
    if survey is None:
        return False
    last = pick(survey.comparison, niveau=TOTAL, vague=survey.waves[-1].vague)
    return bool(last["publication"].isin(SHOWN).any())


def _report(of: Head, title: str, subtitle: str, sections: Sequence[Section]) -> Report:
    head = of.settings.region
    return Report(
        title=title,
        subtitle=subtitle,
        bailleur=head.organisme_regional,
        year=head.annee,
        date=long_date(head.date),
        run_hash=of.run_hash,
        sections=tuple(provisional(one, of.asked) for one in sections),
        fictional=head.donnees_fictives,
        draft=of.draft,
        corrections=tuple(map(correction_line, of.corrections)),
        warning=WARNING,
        properties={"date_iso": head.date.isoformat()},
    )


def no_ground() -> Ground:
    """Return a ground with nothing on it."""
    empty = gpd.GeoDataFrame(geometry=[], crs="EPSG:2154")
    return Ground(empty, empty, empty)


def thin_dossier(
    of: Head,
    title: str,
    survey: Published | None,
    quarters: Quarters,
    claims: Iterable[Claim] = (),
) -> Dossier:
    """Make the dossier that the survey's sections read: no map, no stock, the claims given."""
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
    located = located_stock(of.year, of.vintage, nothing, nothing, nothing)
    return Dossier(
        settings,
        of.run_hash,
        {},
        located,
        no_ground(),
        survey,
        draft=of.draft,
        claims=unread_survey(Claims((*claims, *_of_tenants(survey, head))), of.asked),
        quarters=quarters,
        printed=of.printed,
    )


def _of_tenants(survey: Published | None, head: RegionHead) -> tuple[Claim, ...]:
    return (
        ()
        if survey is None
        else tuple(survey_claims(survey, survey.name_of(head.organisme_regional)))
    )
