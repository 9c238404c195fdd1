"""Every file of a computed region: packs, sheets, restitution and maps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.archives import zip_bytes
from tfpb.io.packs.pack import RUN, dumps, listed
from tfpb.io.packs.provenance import versions
from tfpb.model.record import Source
from tfpb.pipeline.pack_files import drafts
from tfpb.pipeline.published_before import RELEASE
from tfpb.region import positions
from tfpb.region.atlas import AtlasPage, MapJob, atlas_bytes, joint_money, map_files
from tfpb.region.facts import axes, owners_by_quarter, quarter_money
from tfpb.region.funnel import own_funnel, region_funnel
from tfpb.region.packs import Media, PackJob, ReportJob, pack_files, report_files
from tfpb.region.reports import Restitution, Sheet
from tfpb.text import fold
from tfpb.words.documents.region_words import ATLAS, NO_CONTRAT, REPERE_REFERENCE
from tfpb.words.documents.report_words import footer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tfpb.errors import Fault
    from tfpb.executors import Executor
    from tfpb.model.survey import Published
    from tfpb.region.partition import Part
    from tfpb.region.run import Computed

_LONE: Final = "region/cartes/sans-contrat"
"""Quarters that no contrat holds: the atlas has their pages all the same."""
_LONGEST_FOLDER: Final = 60
"""Letters of a folder's name: whole paths stay under the 260 that Windows allows."""
_RESERVED: Final = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that Windows keeps for devices."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Files of a region, by name under its folder, and the counts and doubts to show.

    Parameters
    ----------
    files : mapping of str to bytes
    owners, contrats : int
        Bailleurs and contrats de ville written.
    notices : tuple of Fault
        Doubts of the region.
    doubts : mapping of str to int
        Bailleur → doubts of its own files.
    line : mapping of str to value
        What a release leaves in the ledger.
    """

    files: dict[str, bytes]
    owners: int
    contrats: int
    notices: tuple[Fault, ...] = ()
    doubts: dict[str, int] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)


def render(
    computed: Computed,
    geography: Path,
    *,
    executor: Executor,
    media: Media,
    kept: Path | None = None,
    tell: Callable[[str, int], None] = lambda _step, _count: None,
) -> Rendered:
    """Make every file of the region; the same bytes wherever it runs.

    Parameters
    ----------
    computed : Computed
    geography : Path
        Imported geography.
    executor : Executor
        Where packs, reports and maps are made.
    media : Media
    kept : Path, optional
        Folder where pictures are kept for the next run.
    tell : callable
        Called with the step and the count of outputs done.

    Returns
    -------
    Rendered
    """
    run = computed.run
    jobs = pack_jobs(computed, geography, media, kept)
    packs = executor.map(pack_files, jobs, lambda n: tell("packs", n))
    reports = [ReportJob("region", restitution(computed), "restitution", media)]
    folders = _folders(computed.contrats)
    reports += [
        ReportJob(f"contrats/{folders[one.name]}", one, "fiche", media) for one in sheets(computed)
    ]
    made = executor.map(report_files, reports, lambda n: tell("reports", n))
    files: dict[str, bytes] = {}
    for one in made:
        files |= one
    owners = _folders([p.name for p in run.parts])
    for part, pack in zip(run.parts, packs, strict=True):
        folder = owners[part.name]
        files |= {f"bailleurs/{folder}/{name}": data for name, data in pack.items()}
        files[f"bailleurs/{folder}.zip"] = zip_bytes(listed(pack))
    if media.documents:
        files |= _maps(computed, geography, executor, lambda n: tell("maps", n))
    files[RUN] = dumps(_record(computed))
    line: dict[str, Any] = {}
    if not run.draft:
        names = [p.name for p in run.parts]
        line = computed.release(names, run.protected.whole if run.protected is not None else None)
        files[RELEASE] = dumps(line)
    return Rendered(
        files if not run.draft else files | drafts(files),
        owners=len(run.parts),
        contrats=len(computed.contrats),
        notices=computed.notices,
        doubts={p.name: len(p.notices) for p in run.parts},
        line={} if computed.again else line,
    )


def outputs_count(computed: Computed, media: Media) -> int:
    """Count the steps of `render`: packs, sheets, the restitution, places drawn.

    Parameters
    ----------
    computed : Computed
    media : Media

    Returns
    -------
    int
    """
    drawn = len(_drawn_places(computed)) if media.documents else 0
    return len(computed.run.parts) + len(computed.contrats) + 1 + drawn


def restitution(computed: Computed) -> Restitution:
    """Gather the regional restitution."""
    run = computed.run
    if run.protected is None:
        return Restitution(run.head, run.facts, None, None, None)
    survey = run.protected.region(run.places.names)
    wave = survey.waves[-1].vague
    key = positions.drawing_key(run.settings.reglages.graine_pseudonymes, computed.sources)
    letters = positions.under_letters(run.protected.whole, wave, key=key)
    spread = positions.spread(run.protected.whole, wave)
    funnel = region_funnel(run.protected.whole, wave)
    return Restitution(run.head, run.facts, survey, letters, spread, funnel)


def sheets(computed: Computed) -> list[Sheet]:
    """Gather the sheets of the contrats de ville."""
    run = computed.run
    every = [code for codes in computed.contrats.values() for code in codes]
    money = quarter_money(run.parts, every)
    money["nom_qpv"] = [run.places.quarters.get(c, c) for c in money["code_qpv"]]
    stock = owners_by_quarter(run.located, run.places, every)
    out = []
    for name, codes in computed.contrats.items():
        survey = (
            run.protected.place("contrat_de_ville", name, codes)
            if run.protected is not None
            else None
        )
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


def _maps(
    computed: Computed, geography: Path, executor: Executor, tell: Callable[[int], None]
) -> dict[str, bytes]:
    """Draw every place, and bind the pages of all quarters into the atlas."""
    files: dict[str, bytes] = {}
    for one in executor.map(map_files, map_jobs(computed, geography), tell):
        files |= one
    run, head = computed.run, computed.run.settings.region
    pages = {
        name.rsplit("/", 1)[1].removesuffix(".pdf"): data
        for name, data in files.items()
        if name.endswith(".pdf")
    }
    homes = run.located.residences
    cities = homes.groupby("code_qpv")["commune"].agg(lambda c: ", ".join(sorted(set(c) - {""})))
    bound = [
        AtlasPage(code, run.places.quarters.get(code, code), str(cities.get(code, "")), data)
        for code, data in pages.items()
    ]
    if bound:
        files["region/atlas.pdf"] = atlas_bytes(
            bound,
            title=ATLAS.format(titre=head.titre),
            author=head.organisme_regional,
            date=head.date,
            note=footer(run.run_hash, fictional=head.donnees_fictives, draft=run.draft),
        )
    return files


def map_jobs(computed: Computed, geography: Path) -> list[MapJob]:
    """List the places to draw: contrats with the pages of their quarters, EPCI, départements."""
    run = computed.run
    homes, doors = run.located.residences, run.located.entrances
    every = sorted({str(c) for c in homes["code_qpv"]} - {""})
    money = joint_money(run.parts, every)
    jobs = []
    for level, key, code in _drawn_places(computed):
        pages = level == "contrat_de_ville"
        if pages:
            here = homes["code_qpv"].isin(computed.contrats.get(code, computed.lone_quarters))
        else:
            of = run.places.epci if level == "siren_epci" else run.places.departement
            here = homes["code_insee"].fillna("").map(lambda c, of=of: of.get(str(c), "")) == code
        stock = homes[here]
        keys = set(zip(stock["bailleur"], stock["id_residence"], strict=True))
        mine = [k in keys for k in zip(doors["bailleur"], doors["id_residence"], strict=True)]
        quarters = sorted({str(c) for c in stock["code_qpv"]} - {""})
        jobs.append(
            MapJob(
                key=key,
                title=run.places.names.get((level, code), code) or NO_CONTRAT,
                head=run.head,
                survey=run.protected.place(level, code, quarters) if run.protected else None,
                located=replace(
                    run.located,
                    entrances=doors[mine].reset_index(drop=True),
                    residences=stock.reset_index(drop=True),
                ),
                abatement=money[0],
                programme=money[1],
                geography=geography,
                pages=pages,
            )
        )
    return jobs


def _drawn_places(computed: Computed) -> list[tuple[str, str, str]]:
    """List level, folder and code of every place that has a map."""
    places = computed.run.places
    cities = sorted({str(c) for c in computed.run.located.residences["code_insee"].fillna("")})
    epcis = sorted({places.epci.get(c, "") for c in cities} - {""})
    departements = sorted({places.departement.get(c, "") for c in cities} - {""})
    contrats = _folders(computed.contrats)
    named = _folders(f"epci {places.names.get(('siren_epci', e), '') or e} {e}" for e in epcis)
    return [
        *(("contrat_de_ville", f"contrats/{contrats[c]}", c) for c in computed.contrats),
        *([("contrat_de_ville", _LONE, "")] if computed.lone_quarters else []),
        *(
            ("siren_epci", f"region/cartes/{folder}", code)
            for code, folder in zip(epcis, named.values(), strict=True)
        ),
        *(("departement", f"region/cartes/departement-{d.lower()}", d) for d in departements),
    ]


def pack_jobs(
    computed: Computed, geography: Path, media: Media, kept: Path | None = None
) -> list[PackJob]:
    """List the packs to make, each with its own cut of the survey."""
    run = computed.run
    folders = _folders([p.name for p in run.parts])
    region = Source("region", run.settings.region.titre, computed.digest, 0, len(run.parts))
    jobs = []
    for part in run.parts:
        own: Published | None = None
        position: pd.DataFrame | None = None
        funnel: pd.DataFrame | None = None
        repere: pd.DataFrame | None = None
        if run.protected is not None:
            own = run.protected.bailleur(part.name)
            position = positions.position(run.protected.whole, own, part.name)
            wave = own.waves[-1].vague
            funnel = own_funnel(run.protected.whole, own, part.name, wave)
            repere = _repere(computed, own, part)
        jobs.append(
            PackJob(
                part=part,
                survey=own,
                position=position,
                funnel=funnel,
                repere=repere,
                repere_name=f"repere_{folders[part.name]}.csv",
                geography=geography,
                region=region,
                media=media,
                kept=kept,
                draft=run.draft,
                line={} if run.draft else computed.release([part.name], own),
            )
        )
    return jobs


def _repere(computed: Computed, own: Published, part: Part) -> pd.DataFrame:
    libelles = dict(zip(own.items["item"], own.items["libelle"], strict=True))
    names = dict(computed.joined.items.get(part.name, {}))
    table = positions.benchmark_table(own, names, libelles)
    title = computed.run.settings.region.titre
    references = [REPERE_REFERENCE.format(titre=title, vague=v) for v in table["vague"]]
    return table.assign(reference=references)


def _folders(names: Iterable[str]) -> dict[str, str]:
    """Give each name a folder: letters, digits and dashes, a name every system takes; doubles numbered."""
    out: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = "-".join(fold(name).split())[:_LONGEST_FOLDER] or "sans-nom"
        base = f"{base}-1" if _RESERVED.fullmatch(base) else base
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
        "etat": "projet" if run.draft else "diffusion",
        "cases_masquees": len(run.protected.masks) if run.protected is not None else 0,
    }
