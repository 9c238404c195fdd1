"""A comparison of the survey by itself: a draft, or a release that earlier ones bind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.addresses.communes import Communes, with_territories
from tfpb.errors import Fault, TfpbError, stop_on_faults
from tfpb.evidence.suspension import suspend_asked
from tfpb.facts.claim import Claims
from tfpb.facts.survey_claims import survey_claims
from tfpb.io.packs.output_files import write_together
from tfpb.io.packs.pack import dumps
from tfpb.io.packs.provenance import inputs_hash
from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.inputs import gather_survey
from tfpb.io.tables.tabular import table_bytes
from tfpb.model.codes import CHAIN, ENSEMBLE
from tfpb.model.question import Replies
from tfpb.model.record import RELEASE, older
from tfpb.model.results import LOCATION_COLUMNS, RESIDENCE_COLUMNS
from tfpb.model.survey import Order
from tfpb.perimeters.geometry import MOVED
from tfpb.pipeline import stages
from tfpb.pipeline.published_before import DRAFT, ledger_with, of_order, precedents, release_of
from tfpb.pipeline.stages import run
from tfpb.pipeline.steps.surveying import Scope, controlled
from tfpb.pipeline.wiring import Values
from tfpb.survey import located_residences
from tfpb.survey.reading.delivery_columns import find_column, identifier
from tfpb.words.documents.command_words import CONTROL_SHEET
from tfpb.words.documents.pack_words import DRAFT_NOTE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.plan import Plan
    from tfpb.model.question import Asked
    from tfpb.model.record import Source
    from tfpb.model.survey import Published


@dataclass(frozen=True, slots=True)
class SurveyFiles:
    """The files of a comparison, and how they are read."""

    deliveries: tuple[Path, ...]
    plan: Path
    residences: Path | None = None
    repere: Path | None = None
    by: tuple[str, ...] = ()  # levels of territory
    sheet: str | None = None  # of the workbooks of answers
    replies_file: str = ""  # where replies are written

    def read(self, replies: Replies) -> ReadSurvey:
        """Read every file under some replies; raises every fault of every file."""
        gathered = Gathering(replies=replies)
        answers = gather_survey(gathered, self.plan, self.deliveries, sheet=self.sheet)
        homes = self._homes(gathered, answers.plan)
        mark = None if self.repere is None else gathered.table("repere", self.repere)
        asked = gathered.answered(self.replies_file)
        stop_on_faults(gathered.faults)
        answers = replace(answers, repere=mark, asked=asked)
        return ReadSurvey(answers, homes, tuple(gathered.sources), tuple(gathered.faults))

    def _homes(self, gathered: Gathering, plan: Plan | None) -> pd.DataFrame | None:
        """Read located résidences, with their territories."""
        if self.residences is None:
            return None
        known = (*RESIDENCE_COLUMNS, *LOCATION_COLUMNS)
        table = gathered.table("residences", self.residences, known=known)
        if table is None or plan is None:
            return None
        moved = [n for n in table.notices if n.code == MOVED]
        gathered.faults += [Fault("cotes_perimes", n.place, fields=n.fields) for n in moved]
        frame, faults = located_residences(table, carte=plan.reglages.carte)
        gathered.faults += faults
        return with_territories(frame, self.by, Communes.load())


@dataclass(frozen=True, slots=True)
class ReadSurvey:
    """The files of a comparison, as read."""

    answers: Inputs  # deliveries, their plan, and the questions that they leave
    homes: pd.DataFrame | None  # located résidences
    sources: tuple[Source, ...]
    doubts: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison, and the line that it leaves in the ledger when it is released."""

    published: Published
    shown: Published  # as files show it: to be confirmed while a question is open
    line: Mapping[str, Any]
    again: bool  # whether it has been released already
    earlier: tuple[Source, ...]  # the releases that it agrees with
    sent_anyway: tuple[str, ...] = ()
    """What was left open, and released all the same: its line says so."""
    control: pd.DataFrame | None = None
    """Exact rows for a statistician of the organisation, on request."""


def siblings(output: Path) -> dict[str, Path]:
    """Name the files of a comparison: `table`, `niveaux`, and what says its state (`projet`, `diffusion`)."""
    stem = output.with_name(f"{output.stem}_niveaux{output.suffix}")
    return {
        "table": output,
        "niveaux": stem,
        "projet": output.with_name(f"{output.stem}_{DRAFT}"),
        "diffusion": output.with_name(f"{output.stem}_{older(RELEASE)}"),
    }


def compared(
    read: ReadSurvey,
    by: Sequence[str],
    packs: Sequence[Path] = (),
    *,
    control: bool = False,
    order: Order | None = None,
) -> Compared:
    """Compare, in agreement with the releases of the same survey.

    `by` are levels of territory; `packs`, releases that the ledger of this machine may not know; with
    `control` (exact rows) a comparison is no release; `order` is about waves released before; without it, a
    draft.
    """
    order = order or Order()
    answers, homes = read.answers, read.homes
    owners, surveyed = _named(answers)
    run_hash = inputs_hash((*read.sources, *of_order(order)), {"par": list(by)})
    earlier = precedents(owners, run_hash, surveyed, packs, order=order)
    before = earlier.released(owners)
    known = homes
    if homes is not None:
        known = with_territories(homes, CHAIN, Communes.load())
    scope, exact = Scope(territories=tuple(by)), None
    values = (
        Values()
        .having(stages.ANSWERS, answers)
        .having(stages.SCOPE, scope)
        .having(stages.BEFORE, before)
        .having(stages.SURVEY_SIDES, known)
    )
    if control:
        alone, exact = controlled(answers, scope, known)
        values = values.having(stages.SURVEY_ALONE, alone)
    done = run((stages.SURVEY_READ,), values).required()
    published, shown = done[stages.SURVEY], done[stages.SURVEY_READ]
    assert published is not None  # noqa: S101 - there are answers
    assert shown is not None  # noqa: S101 - the same
    rows = known if known is not None else pd.DataFrame({"id_residence": surveyed})
    line = release_of(owners, run_hash, published, rows)
    return Compared(published, shown, line, earlier.again, earlier.source(), control=exact)


def bounded_claims(
    base: Compared, files: SurveyFiles, replies: Replies, asked: Sequence[Asked],
    packs: Sequence[Path] = (), order: Order | None = None,
) -> Claims:  # fmt: skip
    """Return what all bailleurs' tenants answered, figures under open questions between bounds.

    Those of a draft: `without_survey_bounds` takes them from a release.
    """

    def under(supposed: Mapping[str, str]) -> Claims | None:
        try:
            read = files.read(Replies(replies.given, supposed))
            return _claims(compared(read, files.by, packs, order=order))
        except TfpbError:
            return None

    return suspend_asked(_claims(base), asked, under)[0]


def _claims(done: Compared) -> Claims:
    return Claims(survey_claims(done.published, ENSEMBLE))


def _named(answers: Inputs) -> tuple[list[str], list[str]]:
    """List the bailleurs and the résidences that deliveries name."""
    assert answers.plan is not None  # noqa: S101 - a plan at fault has stopped the run
    columns = answers.plan.colonnes
    names = {columns.bailleur_fixe} if columns.bailleur_fixe else set()
    found: list[set[str]] = [names, set()]
    for k, role in enumerate((columns.bailleur, columns.residence)):
        for frame in (d.frame for d in answers.deliveries):
            column = find_column(frame, role)
            if column is not None:
                found[k] |= {identifier(str(v)) for v in frame[column].unique()} - {""}
    return sorted(found[0]), sorted(found[1])


def write(
    output: Path, result: Compared, *, released: bool, raw_csv: bool, control: Path | None = None
) -> None:
    """Write both tables, exact rows where asked, and what says their state, or nothing.

    A release enters the ledger.
    """
    paths = siblings(output)
    state, other = ("diffusion", "projet") if released else ("projet", "diffusion")
    sent = {"envoye_quand_meme": list(result.sent_anyway)} if result.sent_anyway else {}
    note = dumps({**result.line, **sent}) if released else f"{DRAFT_NOTE}\n".encode("utf-8-sig")
    tables = {"table": (result.shown.comparison, "Satisfaction, table longue")}
    tables["niveaux"] = (result.shown.levels, "Niveaux")
    files = {
        paths[name]: table_bytes(paths[name], frame, raw_csv=raw_csv, sheet=sheet)
        for name, (frame, sheet) in tables.items()
    }
    if control is not None and result.control is not None:
        files[control] = table_bytes(control, result.control, raw_csv=raw_csv, sheet=CONTROL_SHEET)
    ledger = ledger_with(result.line) if released and not result.again else {}
    write_together({**files, paths[state]: note, **ledger})
    paths[other].unlink(missing_ok=True)
