"""Every file of a region region: packs, sheets, restitution and maps."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.archives import zip_bytes
from tfpb.facts.bailleurs import within
from tfpb.facts.claim import Claims, territory_scope
from tfpb.facts.place import quarter_of_door, with_doors
from tfpb.io.packs.geopackage import geopackage_bytes
from tfpb.io.packs.pack import dumps, listed
from tfpb.io.packs.provenance import versions
from tfpb.model.record import RUN, Source
from tfpb.pipeline.pack_files import data_files, drafts
from tfpb.pipeline.published_before import OF_REGION
from tfpb.region import positions
from tfpb.region.facts import codes_in, owners_of, quarter_stock, without_rows
from tfpb.region.publishing.atlas import AtlasPage, MapJob, atlas_bytes, map_files
from tfpb.region.publishing.packs import (
    Media,
    OwnSurvey,
    PackJob,
    ReportJob,
    output_files,
)
from tfpb.region.publishing.reports import deliveries_report, restitution, sheets
from tfpb.region.reconciliation import on_whole_files
from tfpb.region.territories import region_layers
from tfpb.report.documents import workbook
from tfpb.text import fold
from tfpb.words.documents.region_words import ATLAS, NO_CONTRAT, REPERE_REFERENCE
from tfpb.words.documents.report_words import footer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.executors import Executor
    from tfpb.io.packs.pack import GrowingFolder
    from tfpb.model.arrays import Flags
    from tfpb.model.location import Located
    from tfpb.region.computed import Region
    from tfpb.region.cuts import Protected
    from tfpb.region.partition import Part

_LONE: Final = "region/cartes/sans-contrat"
"""Quarters that no contrat holds: the atlas has their pages all the same."""
_LONGEST_FOLDER: Final = 60
"""Letters of a folder's name: whole paths stay under the 260 that Windows allows."""
TERRITORIES: Final = "region/donnees/territoires.gpkg"
_RESERVED: Final = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that Windows keeps for devices."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was made of a region: counts and doubts to show."""

    names: frozenset[str]  # of the files, under the region's folder
    owners: int  # bailleurs written
    contrats: int  # contrats de ville written
    notices: tuple[Fault, ...] = ()  # doubts of the region
    doubts: dict[str, int] = field(default_factory=dict)  # bailleur → doubts of its own files
    line: dict[str, Any] = field(default_factory=dict)  # what a release leaves in the ledger


def render(
    region: Region,
    geography: Path,
    *,
    executor: Executor,
    media: Media,
    out: GrowingFolder,
    kept: Path | None = None,
    advance: Callable[[str, int], None] = lambda _step, _count: None,
) -> Rendered:
    """Make every file of the region, written as it is made; the same bytes wherever it runs.

    `out` takes the files, by name under the region's folder, and `kept` pictures for the next run;
    `executor` makes packs, reports and maps; `advance` is called with the step and the count of outputs
    done.
    """
    folders = _folders([p.name for p in region.parts])
    given: deque[Part | None] = deque()

    def jobs() -> Iterator[PackJob | ReportJob]:
        for job in _jobs(region, geography, media, kept):
            given.append(job.part if isinstance(job, PackJob) else None)
            yield job

    for files in executor.stream(output_files, jobs(), lambda n: advance("packs", n)):
        if (part := given.popleft()) is None:
            out.put(files)
            continue
        home = f"bailleurs/{folders[part.name]}"
        out.put({f"{home}/{name}": data for name, data in files.items()})
        out.put({f"{home}.zip": zip_bytes(listed(files))})
    out.put({TERRITORIES: geopackage_bytes(region_layers(region, geography))})
    if media.documents:
        _maps(region, geography, executor, lambda n: advance("maps", n), out)
    if len(region.deliveries) or region.head.asked:
        page = deliveries_report(region)
        out.put({"organisme/livraisons.xlsx": workbook.render(page)})
        out.put({f"organisme/{name}": data for name, data in data_files(page).items()})
    out.put({RUN: dumps(_record(region))})
    line: dict[str, Any] = {}
    if not region.draft:
        whole = region.protected.whole if region.protected is not None else None
        line = region.release([p.name for p in region.parts], whole)
        out.put({OF_REGION: dumps(line)})
    else:
        out.put(drafts(out.names))
    return Rendered(
        out.names,
        owners=len(region.parts),
        contrats=len(region.contrats),
        notices=(*region.notices, *on_whole_files({p.name: p.notices for p in region.parts})),
        doubts={p.name: len(p.notices) for p in region.parts},
        line={} if region.again else line,
    )


def outputs_count(region: Region, media: Media) -> int:
    """Count the steps of `render`: packs, sheets, the restitution, places drawn."""
    drawn = len(_drawn_places(region)) if media.documents else 0
    return len(region.parts) + len(region.contrats) + 1 + drawn


def _maps(
    region: Region,
    geography: Path,
    executor: Executor,
    advance: Callable[[int], None],
    out: GrowingFolder,
) -> None:
    """Draw every place, and bind the pages of all quarters into the atlas."""
    pages: dict[str, bytes] = {}
    for files in executor.stream(map_files, map_jobs(region, geography), advance):
        out.put({name: data for name, data in files.items() if not name.endswith(".pdf")})
        pages |= {
            name.rsplit("/", 1)[1].removesuffix(".pdf"): data
            for name, data in files.items()
            if name.endswith(".pdf")
        }
    head = region.settings.region
    homes = region.located.residences
    cities = homes.groupby("code_qpv")["commune"].agg(lambda c: ", ".join(sorted(set(c) - {""})))
    bound = [
        AtlasPage(code, region.places.quarters[code].shown, str(cities.get(code, "")), data)
        for code, data in pages.items()
    ]
    if bound:
        atlas = atlas_bytes(
            bound,
            title=ATLAS.format(titre=head.titre),
            author=head.organisme_regional,
            date=head.date,
            note=footer(region.head.run_hash, fictional=head.donnees_fictives, draft=region.draft),
        )
        out.put({"region/atlas.pdf": atlas})


def map_jobs(region: Region, geography: Path) -> Iterator[MapJob]:
    """Give the places to draw: contrats with the pages of their quarters, EPCI, départements."""
    held = quarter_stock(region.parts)
    money = without_rows(region.parts)
    owners = {code: owners_of(region.parts, code) for code in codes_in(held)}
    for level, key, code in _drawn_places(region):
        pages = level == "contrat_de_ville"
        if pages:
            codes = list(region.contrats.get(code, region.lone_quarters))
            stock = in_quarters(region.located, held, codes)
        else:
            cities = region.located.residences["code_insee"]
            stock = _of_residences(region.located, region.places.of_communes(cities, level) == code)
            codes = codes_in(stock.residences)
        near = codes_in(stock.held)
        claims = Claims(within(region.facts.claims, territory_scope(level, code), near))
        yield MapJob(
            key=key,
            title=region.places.name(level, code) or NO_CONTRAT,
            head=region.head,
            survey=region.protected.place(level, code, codes) if region.protected else None,
            located=stock,
            abatement=money[0],
            programme=money[1],
            claims=claims,
            owners=owners,
            geography=geography,
            pages=pages,
        )


def in_quarters(located: Located, held: pd.DataFrame, codes: Collection[str]) -> Located:
    """Keep the résidences that stand in some quarters, without their buildings in any other.

    `held` is what each quarter holds of each résidence, as `quarter_stock` counts it.
    """
    columns = ["bailleur", "id_residence", "code_qpv"]
    here = held["code_qpv"].isin(list(codes))
    main = {(owner, home): code for owner, home, code in _rows(held[here].iloc[::-1], columns)}
    elsewhere = set(_rows(held[~here], columns))
    named = _rows(located.residences, columns)
    kept = _of_residences(located, np.array([row[:2] in main for row in named], dtype=bool))
    codes_now = [
        main[row[:2]] if row in elsewhere else row[2] for row in _rows(kept.residences, columns)
    ]
    doors = kept.entrances
    placed = doors.assign(code_qpv=quarter_of_door(doors))
    apart = [row in elsewhere for row in _rows(placed, columns)]
    return with_doors(
        kept,
        doors[~np.array(apart, dtype=bool)].reset_index(drop=True),
        kept.residences.assign(code_qpv=codes_now),
    )


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(frame[c] for c in columns), strict=True))


def _of_residences(located: Located, here: Flags) -> Located:
    """Keep some résidences, with their entrances."""
    homes, doors = located.residences[here], located.entrances
    keys = set(zip(homes["bailleur"], homes["id_residence"], strict=True))
    mine = [key in keys for key in zip(doors["bailleur"], doors["id_residence"], strict=True)]
    return with_doors(located, doors[mine].reset_index(drop=True), homes.reset_index(drop=True))


def _drawn_places(region: Region) -> list[tuple[str, str, str]]:
    """List level, folder and code of every place that has a map."""
    places = region.places
    cities = codes_in(region.located.residences, "code_insee")
    epcis, departements = (
        sorted({*places.of_communes(cities, level)} - {""})
        for level in ("siren_epci", "departement")
    )
    contrats = _folders(region.contrats)
    named = _folders(f"epci {places.name('siren_epci', e)} {e}" for e in epcis)
    return [
        *(("contrat_de_ville", f"contrats/{contrats[c]}", c) for c in region.contrats),
        *([("contrat_de_ville", _LONE, "")] if region.lone_quarters else []),
        *(
            ("siren_epci", f"region/cartes/{folder}", code)
            for code, folder in zip(epcis, named.values(), strict=True)
        ),
        *(("departement", f"region/cartes/departement-{d.lower()}", d) for d in departements),
    ]


def _pack_jobs(
    region: Region, geography: Path, media: Media, kept: Path | None
) -> Iterator[PackJob]:
    """Give the packs, each with its own cut of the survey, made when its turn comes."""
    folders = _folders([p.name for p in region.parts])
    whole = Source("region", region.settings.region.titre, region.digest, 0, len(region.parts))
    opened = region.left_open
    for part in region.parts:
        safe = region.protected
        own = _own_survey(region, safe, part) if safe else None
        line: dict[str, Any] = {}
        if not region.draft:
            published = safe.bailleur(part.name, part.readings, released=True) if safe else None
            line = region.release([part.name], published)
        yield PackJob(
            part=part,
            survey=own,
            repere_name=f"repere_{folders[part.name]}.csv",
            geography=geography,
            region=whole,
            media=media,
            kept=kept,
            draft=region.draft,
            line=line,
            asked=region.asked,
            others=region.money_together,
            sent_anyway=tuple(
                c for c in region.sent_anyway if part.name in (opened[c] or [part.name])
            ),
        )


def _jobs(
    region: Region, geography: Path, media: Media, kept: Path | None
) -> Iterator[PackJob | ReportJob]:
    """Give packs and reports in turn: what is long to make here is made while others are rendered."""
    packs, reports = _pack_jobs(region, geography, media, kept), _report_jobs(region, media)
    each = 1 + len(region.contrats) // max(len(region.parts), 1)
    for pack in packs:
        yield pack
        yield from islice(reports, each)
    yield from reports


def _report_jobs(region: Region, media: Media) -> Iterator[ReportJob]:
    """Give the restitution, then the sheets, made while others are rendered."""
    yield ReportJob("region", restitution(region, printed=media.documents), "restitution", media)
    folders = _folders(region.contrats)
    for name, one in sheets(region, printed=media.documents):
        yield ReportJob(f"contrats/{folders[name]}", one, "fiche", media)


def _own_survey(region: Region, protected: Protected, part: Part) -> OwnSurvey:
    """Cut the region's survey for a bailleur."""
    whole, own = protected.whole, protected.bailleur(part.name, part.readings)
    table = positions.benchmark_table(own, dict(region.items.get(part.name, {})), own.labels)
    title = region.settings.region.titre
    placed = positions.position(whole, own, part.name)
    funnel = positions.own_funnel(whole, own, part.name, own.waves[-1].vague)
    if protected.waiting:
        placed, funnel = positions.unread(placed), positions.unread(funnel)
    references = [REPERE_REFERENCE.format(titre=title, vague=v) for v in table["vague"]]
    return OwnSurvey(own, placed, funnel, table.assign(reference=references))


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


def _record(region: Region) -> dict[str, Any]:
    """Return the region's `region.json`: no clock, no absolute path."""
    return {
        "empreinte": region.head.run_hash,
        "versions": versions(),
        "reglages": region.settings.model_dump(mode="json"),
        "entrees": [
            {"role": s.role, "nom": s.name, "sha256": s.sha256, "lignes": s.rows}
            for s in region.sources
        ],
        "bailleurs": {p.name: len(p.notices) for p in region.parts},
        "contrats": {name: list(codes) for name, codes in region.contrats.items()},
        "etat": "projet" if region.draft else "diffusion",
        **({"envoye_quand_meme": list(region.sent_anyway)} if region.sent_anyway else {}),
        "lignes_masquees": 0 if region.protected is None else region.protected.withheld,
    }
