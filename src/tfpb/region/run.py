"""The region on one page: parts → join → one estimate → one secrecy; `outputs` makes the files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity, TfpbError, stop_on_faults
from tfpb.geodata.geography import ABSENT, open_geography
from tfpb.io.open_questions.reply_file import reply_faults
from tfpb.io.packs.provenance import versions
from tfpb.io.sources.region_inputs import in_dossier, read_region
from tfpb.model.codes import ENSEMBLE, Role
from tfpb.model.question import is_assumed, of_survey
from tfpb.model.settings import replies_of
from tfpb.model.survey import Order
from tfpb.perimeters import ruling_vintage
from tfpb.pipeline.published_before import (
    HELD_BACK,
    OTHER_NOW,
    STOPS,
    of_order,
    precedents,
    unanswered,
)
from tfpb.questions.finding import KEPT
from tfpb.region.computed import Region
from tfpb.region.crossing import Crossing, Shared, remake
from tfpb.region.cuts import Protected
from tfpb.region.estimates import compare_region
from tfpb.region.evaluation_frame import targets_of, unknown_targets
from tfpb.region.facts import axis_rows, codes_in, files_read, region_claims
from tfpb.region.joined import LEVELS, Joined, join, shown_waves, surveyed, with_fieldwork
from tfpb.region.partition import Part, Refused, Task, make_part
from tfpb.region.reconciliation import SETTLED, doubts, reconciled, unused
from tfpb.region.territories import (
    by_level,
    insee_counts,
    quarter_places,
    stock_rows,
    territories,
)
from tfpb.report.sections.restitution import RegionFacts
from tfpb.survey.secrecy.disclosure import rules_of
from tfpb.text import fold
from tfpb.words.documents.setting_words import masked_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tfpb.executors import Executor
    from tfpb.io.sources.region_inputs import RegionInputs, RegionSettings
    from tfpb.model.record import Source
    from tfpb.survey import Released

PARTS: Final = "parts"
WHOLE: Final = "whole"
"""Steps of a computation: bailleurs, one by one; then what is of all of them, the longer of the two."""
_OF_TABLES: Final = ("repere_", "vagues_", "calage_", "standard_", "valeur_vide")
"""Doubts of the survey that are of the region's own files: how their codes begin."""


def compute(
    settings: RegionSettings,
    geography: Path,
    *,
    executor: Executor,
    kept: Path | None = None,
    packs: Sequence[Path] = (),
    sent: Sequence[Path] = (),
    order: Order | None = None,
    advance: Callable[[str, int], None] = lambda _step, _count: None,
    list_read: Callable[[pd.DataFrame, tuple[Fault, ...]], None] = lambda _table, _doubts: None,
) -> Region:
    """Read every bailleur, join, estimate and protect.

    Parts run in `executor`; `kept` is what stages keep for a quick second run, never answers; `packs` are
    released ones that the ledger of this machine may not know, `sent` those kept next to the region or its
    packs. `order` is of a release, and of the waves replaced or kept; without it, a draft. `advance` is
    called with the step and the count of parts done (`PARTS`, then `WHOLE` as they are joined),
    `list_read`, before anything is estimated, with what became of the interviews and its doubts. Raises
    every fault of every bailleur's files at once; of a release, unsettled names that may be a bailleur's.
    """
    draft = not (order := order or Order()).release
    inputs = read_region(settings)
    carte = inputs.plan.reglages.carte if inputs.plan is not None else None
    ruling_vintage(settings.region.annee)  # a year without map is refused before anything is read
    opened = open_geography(geography, needs=(carte,) if carte else ())
    names = [d.dossier.bailleur for d in inputs.dossiers]
    tasks = [
        Task(d, geography, carte, not inputs.deliveries, kept, own)
        for d, own in zip(inputs.dossiers, inputs.written, strict=True)
    ]
    alone = _whole(executor.map(make_part, tasks, lambda n: advance(PARTS, n)))
    advance(WHOLE, 0)
    parts, inputs = _between(alone, tasks, inputs, executor)
    if not draft:
        stop_on_faults(_waiting(inputs, parts))
    places = territories(parts, inputs, opened)
    sources = (*inputs.sources, *(s for p in parts for s in p.inputs.sources), *opened.sources)
    digest = _hash(settings, inputs, (*sources, *of_order(order)))
    homes = pd.concat([p.sides for p in parts], ignore_index=True)
    earlier = precedents(
        names, digest[:8], homes["id_residence"].astype(str).tolist(), packs, sent, order
    )
    before = earlier.released(names)
    joined = join(parts, inputs, places)
    parts, deliveries, unsettled = _deliveries(parts, joined, settings)
    list_read(deliveries, unsettled)
    if not draft and (
        open_ := [
            replace(f, severity=Severity.FAUTE)
            for f in (*unsettled, *places.notices)
            if "ou" in f.fields
        ]
    ):
        raise TfpbError(open_)
    fewest = settings.reglages.organismes_minimum
    joined = shown_waves(joined, fewest, settings.file)
    plan = with_fieldwork(inputs.plan, surveyed(parts)) if inputs.plan is not None else None
    inputs = replace(inputs, plan=plan)
    protected = _protected(joined, inputs, before, executor, parts)
    common = joined.readings if inputs.deliveries else ()
    bare = [replace(p, survey=None, readings=p.readings or common) for p in parts]
    if plan is not None:
        sources = masked_sources(sources, joined.readings, plan.reglages.publication_n)
    quarters = quarter_places(bare, places)
    contrats, lone = _contrats(quarters)
    claims = region_claims(bare, places, quarters)
    insee = insee_counts(joined.located, places, opened)
    notices = (*inputs.notices, *places.notices, *joined.notices)
    if lone:
        fields = {"nombre": len(lone), "codes": ", ".join(lone)}
        notices += (Fault("region_qpv_sans_contrat", fields=fields, severity=Severity.DOUTE),)
    if inputs.cibles is not None and plan is not None:
        labels = {i.identifiant: i.libelle for i in plan.items}
        lost = (
            *targets_of(inputs.cibles, "", labels)[1],
            *unknown_targets(inputs.cibles, contrats),
        )
        file = settings.fichiers.cibles
        notices += tuple(
            Fault("region_cible_inconnue", Place(file), t, {}, Severity.DOUTE) for t in lost
        )
    if protected is not None:
        found = protected.whole.notices
        notices += tuple(f for f in found if f.code.startswith(_OF_TABLES))
        notices += tuple(n for n in found if n.code in HELD_BACK | STOPS | {OTHER_NOW})
    return Region(
        settings=settings,
        parts=bare,
        located=joined.located,
        items=joined.items,
        places=places,
        facts=RegionFacts(
            owners=len(bare),
            claims=claims,
            stock=stock_rows(places),
            territories=by_level(quarters, places, claims, insee),
            axes=axis_rows(claims),
            files=files_read(sources),
        ),
        protected=protected,
        contrats=contrats,
        lone_quarters=lone,
        sources=(*sources, *earlier.source()),
        digest=digest,
        notices=notices,
        homes=homes,
        again=earlier.again,
        deliveries=deliveries,
        targets=inputs.cibles,
        draft=draft,
        asked=inputs.asked,
    )


def _between(
    parts: list[Part], tasks: Sequence[Task], inputs: RegionInputs, executor: Executor
) -> tuple[list[Part], RegionInputs]:
    """Ask what two bailleurs hold at once; the parts that an answer changes are made again, in their place.

    Claims of the stock and of money under a question without answer lie between its answers' bounds.
    """
    settings = inputs.settings
    replies = replies_of(settings.reponses)
    crossing = Crossing.of(parts)
    asked = crossing.asked(replies)
    stop_on_faults(reply_faults(replies, asked, settings.file))
    given = {one.question.key: one.reply.answer for one in asked if one.reply is not None}
    changes, of_stock = crossing.changes(given), crossing.of_stock
    open_ = [one for one in asked if one.is_open and one.question.role is not Role.ENQUETE]
    whole = crossing.changes(given | {one.question.key: KEPT for one in open_})
    jobs = []
    for task, part in zip(tasks, parts, strict=True):
        if part.name in changes:
            touching = of_stock.keys_of(part.name)
            mine = tuple(one for one in open_ if one.question.key in touching)
            under = replace(task, outside=changes[part.name])
            jobs.append(Shared(under, part.claims, mine, of_stock, given, whole.get(part.name, ())))
    left = {job.task.settings.dossier.bailleur for job in jobs}
    kept = {part.name: part for part in parts if part.name not in left}
    names = [part.name for part in parts]
    parts.clear()  # two readings of every file would be held at once
    kept |= {part.name: part for part in _whole(executor.map(remake, jobs))}
    keys = {one.question.key for one in asked}
    notices = tuple(f for f in inputs.notices if f.place.column.rpartition(".")[2] not in keys)
    return [kept[n] for n in names], replace(inputs, asked=(*inputs.asked, *asked), notices=notices)


def _waiting(inputs: RegionInputs, parts: Sequence[Part]) -> list[Fault]:
    """List the questions that a release waits for: of the common files, then of each bailleur's."""
    settings = inputs.settings
    own = [
        in_dossier(fault, part.name)
        for part in parts
        for fault in unanswered(part.asked, part.settings.dossier.date)
    ]
    return [*unanswered(inputs.asked, settings.region.date, file=settings.file), *own]


def _deliveries(
    parts: Sequence[Part], joined: Joined, settings: RegionSettings
) -> tuple[list[Part], pd.DataFrame, tuple[Fault, ...]]:
    """Reconcile what was delivered; the region's aliases are doubted here, no more in each part."""
    lent, names = settings.alias.bailleurs, [p.name for p in parts]
    common = {Path(name).name for name in settings.fichiers.enquete}
    table = reconciled(joined.readings, names, lent)
    idle: set[str] = set()
    out = []
    for part in parts:
        kept = [n for n in part.notices if n.code != "alias_sans_effet" or n.got not in lent]
        idle |= {fold(n.got) for n in part.notices if n not in kept}
        if common & {
            Path(name).name for name in part.settings.fichiers.enquete
        }:  # meant for several
            kept = [n for n in kept if n.code != "region_reponses_autres"]
        out.append(replace(part, notices=tuple(kept)))
    met = {fold(n) for n in table.loc[table["constat"] == SETTLED, "bailleur"]} | joined.written
    met |= {fold(w) for w, meant in lent.items() if meant} - idle
    found = (*doubts(table, names, settings.file), *unused(lent, met, settings.file))
    return out, table, found


def _whole(parts: Sequence[Part | Refused]) -> list[Part]:
    """Return the parts; stop on the faults of all files, and once on what the geography lacks."""
    lacking: dict[str, Fault] = {}
    own: list[Fault] = []
    for refused in (p for p in parts if isinstance(p, Refused)):
        for fault in refused.faults:
            if fault.code == ABSENT:
                lacking.setdefault(str(sorted(fault.fields.items())), fault)
            else:
                own.append(in_dossier(fault, refused.name))
    stop_on_faults([*lacking.values(), *own])
    return [p for p in parts if isinstance(p, Part)]


def _protected(
    joined: Joined,
    inputs: RegionInputs,
    before: Released,
    executor: Executor,
    parts: Sequence[Part],
) -> Protected | None:
    """Estimate everything at once, and protect all outputs together."""
    plan, answers = inputs.plan, joined.survey
    if plan is None or answers is None:
        return None
    executor.close()  # what parts, then estimates, took of memory is given back
    compared = compare_region(
        answers, plan, by=LEVELS, repere=inputs.repere, margins=inputs.margins,
        reference=inputs.reference,
        executor=executor,
    )  # fmt: skip
    executor.close()
    own, least = inputs.settings.reglages, rules_of(compared.settings)
    rules = replace(least, owners=own.organismes_minimum, largest_share=own.part_maximum)
    every = (*inputs.asked, *(one for part in parts for one in part.asked))
    waiting = _waited(inputs, parts)
    return Protected.of(compared, rules, before, waiting, assumed=is_assumed(every))


def _waited(inputs: RegionInputs, parts: Sequence[Part]) -> frozenset[str]:
    """Name the bailleurs of which a question on the survey is open; `ENSEMBLE` of common ones."""
    asked = {ENSEMBLE: inputs.asked} | {part.name: part.asked for part in parts}
    return frozenset(name for name, some in asked.items() if of_survey(some))


def _hash(settings: RegionSettings, inputs: RegionInputs, sources: Sequence[Source]) -> str:
    content = {
        "entrees": [(s.role, s.sha256) for s in sources],
        "reglages": [settings.model_dump(mode="json")]
        + [d.model_dump(mode="json") for d in inputs.dossiers],
        "versions": versions(),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _contrats(quarters: pd.DataFrame) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Gather the quarters of each contrat that hold dwellings of the stock, or doubts; and the others."""
    out = {str(name): tuple(codes_in(some)) for name, some in quarters.groupby("contrat_de_ville")}
    lone = out.pop("", ())
    return out, lone
