"""The files of each output: a bailleur's pack, a contrat's sheet, the restitution."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.evidence.suspension import unread_survey
from tfpb.facts.claim import Claims, of_commune
from tfpb.facts.survey_claims import survey_claims
from tfpb.geodata.geography import open_geography
from tfpb.io.packs.pack import dumps
from tfpb.io.packs.provenance import run_record
from tfpb.io.tables.tabular import csv_bytes
from tfpb.model.record import RELEASE, RUN
from tfpb.model.report import Table
from tfpb.pipeline import stages
from tfpb.pipeline.assembling import assembled
from tfpb.pipeline.kept.stage_cache import StageCache
from tfpb.pipeline.pack_files import (
    NOTE_FILE,
    data_files,
    document_files,
    gis_files,
    letter_files,
    programme_files,
    quarter_files,
)
from tfpb.pipeline.pack_files import pack_files as whole_pack
from tfpb.region.partition import part_values
from tfpb.region.positions import FEWEST_FOR_MIDDLE
from tfpb.region.publishing.reports import no_ground
from tfpb.report.documents import document_pdf
from tfpb.report.map_model import map_model
from tfpb.report.sections import report
from tfpb.report.sections.provisional import provisional
from tfpb.report.sections.restitution import own_funnel
from tfpb.report.sections.restitution import position as position_section
from tfpb.report.web_map import map_html
from tfpb.stage import Making, Stage, directly
from tfpb.words.claim_words import claim_value
from tfpb.words.documents.region_words import MORE_IN_BOOK, YOUR_POSITION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.question import Asked
    from tfpb.model.record import Source
    from tfpb.model.report import Report, Section
    from tfpb.model.survey import Published
    from tfpb.region.partition import Part

_ROWS: Final = (24, 18, 14, 10, 7, 5)
"""Rows of each table that the directors' page tries to hold."""
_LATE: Final = (stages.QUARTERS, stages.CALENDAR, stages.EVALUATION, stages.CLAIMS)
"""Steps that read the region's survey, once it is protected."""
_BILANS: Final = Stage(
    "Bilan du programme", ("programme", "head", "draft"), "bilans", programme_files, kept="fichiers"
)


@dataclass(frozen=True, slots=True)
class Media:
    """The documents made in addition to the data."""

    documents: bool = True
    """Workbooks, PDF, Word and maps; the A4 pages of all quarters over all bailleurs."""
    pages: bool = False  # the A4 pages of each bailleur's own quarters too, in its pack


@dataclass(frozen=True, slots=True)
class OwnSurvey:
    """A bailleur's own cut of the region's survey, and what is read with it."""

    published: Published  # its own cut, sealed
    position: pd.DataFrame
    funnel: pd.DataFrame
    repere: pd.DataFrame  # what its own dossier reads back


@dataclass(frozen=True, slots=True)
class PackJob:
    """One bailleur's pack to make."""

    part: Part  # its answers left out
    survey: OwnSurvey | None
    repere_name: str
    geography: Path
    region: Source  # the region's run, as one source of the pack
    media: Media
    kept: Path | None  # folder where pictures are kept for the next run
    draft: bool
    line: Mapping[str, Any]  # what its release is remembered by, on the bailleur's own machine
    asked: tuple[Asked, ...] = ()  # questions of the region's common files, and between bailleurs
    others: Claims = field(default_factory=Claims)
    """Money of all bailleurs together, where there are enough of them."""
    sent_anyway: tuple[str, ...] = ()  # what its release leaves open, knowingly


@dataclass(frozen=True, slots=True)
class ReportJob:
    """A report to make, without map."""

    key: str  # folder of its files
    report: Report
    name: str  # of its documents, without ending; a second one of the same ending adds its own
    media: Media


def output_files(job: PackJob | ReportJob) -> dict[str, bytes]:
    """Make the files of an output: of a pack, named inside it."""
    return report_files(job) if isinstance(job, ReportJob) else pack_files(job)


def pack_files(job: PackJob) -> dict[str, bytes]:
    """Make every file of one bailleur's pack: name inside the pack → bytes."""
    dossier = _dossier(job)
    content = report(dossier, job.asked)
    if job.survey is not None:
        published, fewest = job.survey.published, FEWEST_FOR_MIDDLE
        wave, items, target = published.waves[-1].vague, published.items, published.target
        together = _money_rows(job.part.claims, job.others)
        for section in (
            own_funnel(job.survey.funnel, items, wave, fewest=fewest, target=target),
            position_section(job.survey.position, items, wave, target=target, money=together),
        ):
            asked = (*job.asked, *job.part.asked)
            content = _with_section(content, provisional(section, asked))
    execute = StageCache(job.kept) if job.kept is not None else directly
    files: dict[str, bytes] = {}
    if job.media.documents:
        model = map_model(dossier)
        files = letter_files(dossier)
        if job.media.pages:
            files |= whole_pack(content, dossier, model, Making(execute))
        else:
            files |= quarter_files(dossier, model.pages)
            files["carte.html"] = map_html.render(model)
            files |= document_files(content, {}, Making(execute))
        files |= _position_page(content)
    files |= data_files(content)
    files |= execute(_BILANS, (dossier.programme, dossier.settings.dossier, job.draft))
    files |= gis_files(dossier, execute)
    files |= dossier.copies
    if job.line:
        files[RELEASE] = dumps(dict(job.line))
    if job.survey is not None:
        files[job.repere_name] = csv_bytes(job.survey.repere)
    files[RUN] = dumps(run_record(dossier))
    return files


def _money_rows(own: Claims, others: Claims) -> pd.DataFrame:
    """Set the money of a bailleur beside that of the region; nothing where the region tells none."""
    rows = [(one.title.french, claim_value(own.get(one.name)), claim_value(one)) for one in others]
    return pd.DataFrame(rows, columns=["fait", "vous", "region"])


def _position_page(content: Report) -> dict[str, bytes]:
    """Return the directors' page: the bailleur among others, none named, as much as one page holds."""
    found = [s for s in content.sections if s.key == "position"]
    if not found:
        return {}

    def shown(rows: int) -> Report:
        blocks = [
            b.shortened(rows, lambda left: MORE_IN_BOOK.format(count=left))
            if isinstance(b, Table)
            else b
            for b in found[0].blocks
        ]
        page = replace(
            found[0], title=YOUR_POSITION.format(name=content.bailleur), blocks=tuple(blocks)
        )
        return replace(content, sections=(page,))

    return {"position.pdf": document_pdf.one_page(_ROWS, shown, {})[1]}


def report_files(job: ReportJob) -> dict[str, bytes]:
    """Make the documents of a report that has no map, and its data: name → bytes."""
    documents = document_files(job.report, {}) if job.media.documents else {}
    named: dict[str, bytes] = {}
    for document, data in sorted(documents.items(), key=lambda one: one[0] == NOTE_FILE):
        stem, _, ending = document.rpartition(".")
        taken = f"{job.name}.{ending}" in named
        named[f"{job.name}_{stem}.{ending}" if taken else f"{job.name}.{ending}"] = data
    return {f"{job.key}/{name}": data for name, data in (named | data_files(job.report)).items()}


def _with_section(content: Report, section: Section) -> Report:
    """Put a section after that of satisfaction."""
    at = next((k for k, s in enumerate(content.sections) if s.key == "satisfaction"), 0) + 1
    return replace(content, sections=(*content.sections[:at], section, *content.sections[at:]))


def _dossier(job: PackJob) -> Dossier:
    """Return a bailleur's dossier, with its rows of the region's survey."""
    part = job.part
    published = job.survey.published if job.survey is not None else None
    geography = open_geography(job.geography, needs=(part.located.vintage,))
    claims = Claims(c for c in part.claims if not of_commune(c.scope))
    if published is not None:
        heard = survey_claims(published, published.name_of(part.name))
        claims = unread_survey(Claims((*claims, *heard)), (*job.asked, *part.asked))
    start = (
        part_values(part)
        .having(stages.GEOGRAPHY, geography)
        .having(stages.SURVEY, published)
        .having(stages.SURVEY_READ, published)
        .having(stages.CLAIMS, claims)
    )
    goals = (*_LATE, stages.GROUND) if job.media.documents else _LATE
    values = stages.run(goals, start).required()
    notices = (*part.notices, *(published.notices if published is not None else ()))
    dossier = assembled(
        part.settings, part.inputs, geography, values, notices, (job.region,), no_ground()
    )
    own = replace(dossier, notices=notices, draft=job.draft, printed=job.media.documents)
    return replace(own, asked=part.asked, outcomes=part.outcomes, sent_anyway=job.sent_anyway)
