"""The region on one page: parts → join → one estimate → one secrecy → packs, sheets, restitution."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.checks import Source
from tfpb.errors import Fault, Place, Severity, TfpbError, fail
from tfpb.geodata.geography import open_geography
from tfpb.io.archive import zip_bytes
from tfpb.io.pack import RUN, dumps
from tfpb.io.region_inputs import in_dossier, read_region
from tfpb.io.region_masks import MASKS, masks_bytes
from tfpb.perimeters import ruling_vintage
from tfpb.provenance import versions
from tfpb.region import positions
from tfpb.region.cuts import Protected
from tfpb.region.estimates import compare_region
from tfpb.region.facts import axes, owners_by_quarter, quarter_money, region_facts
from tfpb.region.join import LEVELS, Joined, join
from tfpb.region.packs import Media, PackJob, ReportJob, pack_files, report_files
from tfpb.region.partition import Part, Task, make_part
from tfpb.region.pseudonyms import drawing_key
from tfpb.region.reports import Head, Restitution, Sheet
from tfpb.region.secrecy import Rules, check_total, published_rows, region_masks
from tfpb.region.territories import territories
from tfpb.text import fold
from tfpb.words.region import REPERE_REFERENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tfpb.executor import Executor
    from tfpb.io.region_inputs import RegionInputs, RegionSettings
    from tfpb.model.location import Located
    from tfpb.model.survey import Published
    from tfpb.region.territories import Territories
    from tfpb.report.region_sections.restitution import RegionFacts
    from tfpb.survey.cells import Cell

_SHEET: Final = {"xlsx": "fiche.xlsx", "pdf": "fiche.pdf", "docx": "fiche.docx"}
_REGION: Final = {"xlsx": "restitution.xlsx", "pdf": "restitution.pdf", "docx": "restitution.docx"}


def _quietly(_step: str, _count: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class RegionRun:
    """What the outputs of the region are made of.

    Parameters
    ----------
    settings : RegionSettings
    parts : sequence of Part
        Without answers.
    located : Located
        One stock table.
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
    facts: RegionFacts
    protected: Protected | None
    run_hash: str

    @property
    def head(self) -> Head:
        """What every report bears."""
        return Head(self.settings, self.run_hash, self.located.year, self.located.vintage)


@dataclass(frozen=True, slots=True)
class Computed:
    """A region computed, before anything is rendered.

    Parameters
    ----------
    inputs : RegionInputs
    run : RegionRun
    joined : Joined
    contrats : mapping of str to tuple of str
        Contrat → its quarters that hold dwellings of the stock.
    sources : tuple of Source
    notices : tuple of Fault
    """

    inputs: RegionInputs
    run: RegionRun
    joined: Joined
    contrats: dict[str, tuple[str, ...]]
    sources: tuple[Source, ...]
    notices: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """Files of a region, by name under its folder, and what the user is told."""

    files: dict[str, bytes]
    owners: int
    contrats: int
    notices: tuple[Fault, ...] = ()
    doubts: dict[str, int] = field(default_factory=dict)


def compute(
    settings: RegionSettings,
    geography: Path,
    *,
    executor: Executor,
    kept: Path | None = None,
    masked_before: Iterable[Cell] = (),
    tell: Callable[[str, int], None] = _quietly,
) -> Computed:
    """Read every bailleur, join, estimate and protect.

    Parameters
    ----------
    settings : RegionSettings
    geography : Path
        Imported geography.
    executor : Executor
        Where the parts run.
    kept : Path, optional
        Folder of what stages keep, for a quick second run. Answers are never kept.
    masked_before : iterable of Cell
        Cells that an earlier run of the region masked: they stay masked.
    tell : callable
        `(step, count)` as parts are done.

    Raises
    ------
    TfpbError
        Every fault of every bailleur's files at once.
    """
    inputs = read_region(settings)
    carte = inputs.plan.reglages.carte if inputs.plan is not None else None
    vintage = ruling_vintage(settings.region.annee, "")
    opened = open_geography(geography, needs=(vintage, *((carte,) if carte else ())))
    tasks = [
        Task(d, geography, carte, own_survey=not inputs.deliveries, kept=kept)
        for d in inputs.dossiers
    ]
    parts = executor.map(make_part, tasks, lambda n: tell("parts", n))
    faults = [in_dossier(f, p.name) for p in parts for f in p.faults]
    stopping = [f for f in faults if f.severity is Severity.FAUTE]
    if stopping:
        raise TfpbError(stopping)
    places = territories(parts, inputs, opened)
    joined = join(parts, inputs, places)
    sources = (
        *inputs.sources,
        *(s for p in parts if p.inputs is not None for s in p.inputs.sources),
        *opened.sources,
    )
    protected = _protected(joined, inputs, frozenset(masked_before), executor)
    bare = [replace(p, survey=None) for p in parts]
    run = RegionRun(
        settings=settings,
        parts=bare,
        located=joined.located,
        places=places,
        facts=region_facts(bare, joined.located, places, sources),
        protected=protected,
        run_hash=_hash(settings, inputs, sources)[:8],
    )
    notices = (*inputs.notices, *places.notices, *joined.notices)
    return Computed(inputs, run, replace(joined, survey=None), _contrats(run), sources, notices)


def _protected(
    joined: Joined, inputs: RegionInputs, before: frozenset[Cell], executor: Executor
) -> Protected | None:
    """Estimate everything at once, and choose the masks of all outputs together."""
    plan, answers = inputs.plan, joined.survey
    if plan is None or answers is None:
        return None
    fewest = inputs.settings.reglages.organismes_minimum
    if not check_total(answers, fewest):
        place = Place(inputs.settings.file, "", 0, "bailleurs")
        raise fail("region_trop_peu", place=place, attendu=fewest + 1)
    made = compare_region(answers, plan, by=LEVELS, repere=inputs.repere, executor=executor)
    estimates = published_rows(made, answers)
    masking_n = plan.reglages.masquage_n
    largest = inputs.settings.reglages.part_maximum
    masks = region_masks(estimates, answers, Rules(masking_n, fewest, largest), before)
    return Protected.of(estimates, masks, masking_n)


def _hash(settings: RegionSettings, inputs: RegionInputs, sources: Sequence[Source]) -> str:
    content = {
        "entrees": [(s.role, s.sha256) for s in sources],
        "reglages": [settings.model_dump(mode="json")]
        + [d.model_dump(mode="json") for d in inputs.dossiers],
        "versions": versions(),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _contrats(run: RegionRun) -> dict[str, tuple[str, ...]]:
    """Gather the quarters of each contrat that hold dwellings of the stock, or doubts."""
    homes = run.located.residences
    met = sorted({str(c) for c in homes["code_qpv"]} - {""})
    out: dict[str, list[str]] = {}
    for code in met:
        if name := run.places.contrat_of_quarter.get(code, ""):
            out.setdefault(name, []).append(code)
    return {name: tuple(codes) for name, codes in sorted(out.items())}


def render(
    computed: Computed,
    geography: Path,
    *,
    executor: Executor,
    media: Media,
    kept: Path | None = None,
    tell: Callable[[str, int], None] = _quietly,
) -> Rendered:
    """Make every file of the region; the same bytes wherever it runs."""
    run = computed.run
    jobs = pack_jobs(computed, geography, media, kept)
    packs = executor.map(pack_files, jobs, lambda n: tell("packs", n))
    reports = [ReportJob("region", restitution(computed), _REGION, media)]
    folders = _folders(computed.contrats)
    reports += [
        ReportJob(f"contrats/{folders[one.name]}", one, _SHEET, media) for one in sheets(computed)
    ]
    made = executor.map(report_files, reports, lambda n: tell("reports", n))
    files: dict[str, bytes] = {}
    for one in made:
        files |= one
    owners = _folders([p.name for p in run.parts])
    for part, pack in zip(run.parts, packs, strict=True):
        folder = owners[part.name]
        files |= {f"bailleurs/{folder}/{name}": data for name, data in pack.items()}
        files[f"bailleurs/{folder}.zip"] = zip_bytes(pack)
    files[RUN] = dumps(_record(computed))
    if run.protected is not None:
        files[MASKS] = masks_bytes(run.protected.masks)
    return Rendered(
        files,
        owners=len(run.parts),
        contrats=len(computed.contrats),
        notices=computed.notices,
        doubts={p.name: len(p.notices) for p in run.parts},
    )


def restitution(computed: Computed) -> Restitution:
    """Gather the regional restitution."""
    run = computed.run
    if run.protected is None:
        return Restitution(run.head, run.facts, None, None, None)
    survey = run.protected.region(run.places.names)
    wave = survey.waves[-1].vague
    key = drawing_key(run.settings.reglages.graine_pseudonymes, computed.sources)
    letters = positions.under_letters(run.protected.whole, wave, key=key)
    spread = positions.spread(run.protected.whole, wave)
    return Restitution(run.head, run.facts, survey, letters, spread)


def sheets(computed: Computed) -> list[Sheet]:
    """Gather the sheets of the contrats de ville."""
    run = computed.run
    every = [code for codes in computed.contrats.values() for code in codes]
    money = quarter_money(run.parts, every)
    money["nom_qpv"] = [run.places.quarters.get(c, c) for c in money["code_qpv"]]
    stock = owners_by_quarter(run.located, run.places, every)
    out = []
    for name, codes in computed.contrats.items():
        survey = run.protected.contrat(name, codes) if run.protected is not None else None
        named = [(code, run.places.quarters.get(code, code)) for code in codes]
        out.append(
            Sheet(
                head=run.head,
                name=name,
                survey=survey,
                homes=pd.DataFrame(named, columns=["code_qpv", "nom_qpv"]),
                stock=stock[stock["code_qpv"].isin(codes)].reset_index(drop=True),
                money=money[money["code_qpv"].isin(codes)].reset_index(drop=True),
                axes=axes(run.parts, codes),
            )
        )
    return out


def pack_jobs(
    computed: Computed, geography: Path, media: Media, kept: Path | None = None
) -> list[PackJob]:
    """List the packs to make, each with its own cut of the survey."""
    run = computed.run
    folders = _folders([p.name for p in run.parts])
    region = Source("region", run.settings.region.titre, _digest(computed), 0, len(run.parts))
    jobs = []
    for part in run.parts:
        own: Published | None = None
        position: pd.DataFrame | None = None
        repere: pd.DataFrame | None = None
        if run.protected is not None:
            own = run.protected.bailleur(part.name)
            position = positions.position(run.protected.whole, own, part.name)
            repere = _repere(computed, own, part)
        jobs.append(
            PackJob(
                part=part,
                survey=own,
                position=position,
                repere=repere,
                repere_name=f"repere_{folders[part.name]}.csv",
                geography=geography,
                region=region,
                media=media,
                kept=kept,
            )
        )
    return jobs


def _repere(computed: Computed, own: Published, part: Part) -> pd.DataFrame:
    libelles = dict(zip(own.items["item"], own.items["libelle"], strict=True))
    names = dict(computed.joined.items.get(part.name, {}))
    table = positions.benchmark_table(own, names, libelles)
    title = computed.run.settings.region.titre
    said = [REPERE_REFERENCE.format(titre=title, vague=v) for v in table["vague"]]
    return table.assign(reference=said)


def _digest(computed: Computed) -> str:
    return _hash(computed.run.settings, computed.inputs, computed.sources)


def _folders(names: Sequence[str] | dict[str, Any]) -> dict[str, str]:
    """Give each name a folder: letters, digits and dashes; doubles are numbered."""
    out: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = "-".join(fold(name).split()) or "sans-nom"
        chosen, number = base, 2
        while chosen in taken:
            chosen, number = f"{base}-{number}", number + 1
        taken.add(chosen)
        out[name] = chosen
    return out


def _record(computed: Computed) -> dict[str, Any]:
    """Return the region's `run.json`: no clock, no absolute path."""
    run = computed.run
    return {
        "empreinte": run.run_hash,
        "versions": versions(),
        "reglages": run.settings.model_dump(mode="json"),
        "entrees": [
            {"role": s.role, "nom": s.name, "sha256": s.sha256, "lignes": s.rows}
            for s in computed.sources
        ],
        "bailleurs": {p.name: len(p.notices) for p in run.parts},
        "contrats": {name: list(codes) for name, codes in computed.contrats.items()},
        "cases_masquees": len(run.protected.masks) if run.protected is not None else 0,
    }
