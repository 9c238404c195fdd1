"""What the long work of the page gives back: frozen values, without a row of the survey.

Each function here runs in a process of its own (`tfpb.page.jobs`) and calls what the commands call.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import shapely

from tfpb.errors import Severity, TfpbError
from tfpb.io.packs.pack import ARCHIVE, read_pack
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings, read_settings
from tfpb.model.codes import GeocodeVerdict, QpvStatut
from tfpb.model.report import KeyFigures
from tfpb.pipeline.assembling import Examined, examine
from tfpb.pipeline.kept.stage_cache import users_cache
from tfpb.pipeline.pack_run import Follower, around, run_pack
from tfpb.pipeline.stages import STAGES
from tfpb.pipeline.steps.checking import readings
from tfpb.pipeline.steps.geocoding import chosen_addresses, doubtful_addresses
from tfpb.report.sections.doutes import Stakes
from tfpb.report.sections.synthese import missing, synthese
from tfpb.review.address_decisions import decided
from tfpb.review.doubts import POSITION, address_doubts, limit_doubts
from tfpb.review.picture import HEIGHT_MM, MOST, WIDTH_MM, half_width, spots
from tfpb.review.review_workbook import read_limit_decisions
from tfpb.stage import Steps, directly
from tfpb.words.documents.closing import closing
from tfpb.words.documents.pack_words import difference_words
from tfpb.words.documents.report_words import MISSING
from tfpb.words.money.state_words import state_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tfpb.errors import Fault
    from tfpb.model.assembly import Dossier
    from tfpb.model.record import Reading
    from tfpb.model.settings import Settings
    from tfpb.review.picture import Spot
    from tfpb.stage import Stage

    Tell = Callable[[str, Any], None]

_WIDE: Final = 620.0
"""Width of a small map, in units of its drawing."""
_TALL: Final = _WIDE * HEIGHT_MM / WIDTH_MM


@dataclass(frozen=True, slots=True)
class SmallMap:
    """The map of a doubt, drawn in units of `_WIDE` × `_TALL`, its point in the middle.

    Parameters
    ----------
    x, y : float
        The point, in metres of its legal projection.
    scale : float
        Units a metre.
    radius : float
        Uncertainty of the point, in units.
    shapes : tuple of (str, str)
        Kind and path of each area and street, in the order they are drawn.
    names : tuple of (float, float, str)
        Where the name of a street is written.
    others : tuple of (float, float)
        The other entrances of the résidence.
    """

    x: float
    y: float
    scale: float
    radius: float
    shapes: tuple[tuple[str, str], ...]
    names: tuple[tuple[float, float, str], ...]
    others: tuple[tuple[float, float], ...]
    width: float = _WIDE
    height: float = _TALL


@dataclass(frozen=True, slots=True)
class Doubt:
    """One entrance to decide on.

    Parameters
    ----------
    limit : mapping
        Its row of the sheet « Limites »; empty when its side is sure.
    address : mapping
        Its row of the sheet « Adresses », `choix` in it; empty for a decision without entrance.
    listed : bool
        Whether that row is in the sheet already: a point moved by hand adds it.
    euros : Decimal
        What its résidence bears or may be due.
    """

    limit: dict[str, Any]
    address: dict[str, Any]
    listed: bool
    euros: Decimal
    dwellings: int
    map: SmallMap | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a check or a run found.

    Parameters
    ----------
    faults : tuple of Fault
        Faults and doubts.
    readings : tuple of Reading
    doubts : tuple of Doubt
        Worst euros first.
    states : tuple of (str, Decimal)
        Name of a state of the money → euros; empty without a tax sheet.
    figures : tuple of (str, str, str)
        Label, value and detail of the figures of the summary.
    standing : tuple of str
        What each state of the money hangs on.
    lacking : tuple of (str, str)
        What lacks, and what would fill it.
    closing : tuple of str
        The run in plain words.
    quarters : tuple of (str, str)
        Codes and names that may be meant.
    changes : tuple of str
        What differs from the pack that stood there.
    pack : str
        Folder of the pack written; empty for a check.
    """

    faults: tuple[Fault, ...] = ()
    readings: tuple[Reading, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    states: tuple[tuple[str, Decimal], ...] = ()
    missing_dwellings: int = 0
    figures: tuple[tuple[str, str, str], ...] = ()
    standing: tuple[str, ...] = ()
    lacking: tuple[tuple[str, str], ...] = ()
    closing: tuple[str, ...] = ()
    quarters: tuple[tuple[str, str], ...] = ()
    changes: tuple[str, ...] = ()
    pack: str = ""
    kept: tuple[str, ...] = field(default=())

    @property
    def wrong(self) -> tuple[Fault, ...]:
        """The faults that stop a run."""
        return tuple(f for f in self.faults if f.severity is Severity.FAUTE)


def check(tell: Tell, file: Path, geography: Path) -> Outlook:
    """Examine a dossier as `tfpb verifier` does, and draw what its doubts need."""
    settings, faults = read_settings(file)
    if settings is None:
        return Outlook(tuple(faults))
    keep = users_cache()
    execute = keep or directly
    tell("expect", len(STAGES))

    def told(stage: Stage, values: tuple[Any, ...]) -> Any:
        tell("stage", stage.name)
        result = execute(stage, values)
        tell("step", 1)
        return result

    try:
        found = examine(settings, geography, execute=told)
    except TfpbError as error:
        inputs, read = gather_inputs(settings)
        more = tuple(f for f in read if f not in error.faults)
        found = Examined((*error.faults, *more), readings(inputs))
    quarters = _quarters(settings, geography)
    if found.dossier is None:
        return Outlook((*faults, *found.faults), found.readings, quarters=quarters)
    return _outlook(found.dossier, (*faults, *found.faults), geography, quarters=quarters)


def make(tell: Tell, file: Path, geography: Path, target: Path, *, release: bool) -> Outlook:
    """Make the pack as `tfpb dossier` does, and say what it changes in the one that stands there."""
    settings = load_settings(file)
    before = read_pack(target) if (target / ARCHIVE).is_file() else None

    @contextmanager
    def follow(label: str, total: int | None) -> Iterator[Steps]:
        tell("label", label)
        tell("expect", total or 0)
        yield Steps(lambda count: tell("step", count), lambda count: tell("expect", count))

    run = run_pack(
        settings, geography, target,
        keep=users_cache(), release=release,
        follower=Follower(follow, lambda name: tell("stage", name)),
    )  # fmt: skip
    from tfpb.evidence.differences import differences  # noqa: PLC0415 - where there was a pack

    after = read_pack(run.written.folder) if before is not None else None
    changes = difference_words(differences(before, after)) if before and after else ()
    return _outlook(
        run.dossier,
        run.dossier.notices,
        geography,
        quarters=_quarters(settings, geography),
        closing=tuple(closing(run.dossier, run.written.folder.name)),
        changes=tuple(changes),
        pack=run.written.folder.name,
        kept=run.written.kept,
    )


def _outlook(made: Dossier, faults: tuple[Fault, ...], geography: Path, **more: Any) -> Outlook:
    money = made.abatement
    states: tuple[tuple[str, Decimal], ...] = ()
    standing: tuple[str, ...] = ()
    if money is not None:
        s = money.states
        states = (
            ("acquis", s.acquired), ("a_reclamer", s.to_claim), ("sous_reserve", s.reserved),
            ("a_risque", s.at_risk), ("perdu", s.lost),
        )  # fmt: skip
        standing = state_sentences(
            s, money.reserves, year=money.year, limit=money.claim_until,
            on=made.settings.dossier.date,
        )  # fmt: skip
    figures = tuple(
        (f.label, f.value, f.detail)
        for block in synthese(made).blocks
        if isinstance(block, KeyFigures)
        for f in block.figures
    )
    return Outlook(
        faults,
        made.readings,
        tuple(doubts_of(made, geography)),
        states=states,
        missing_dwellings=money.states.missing if money is not None else 0,
        figures=figures,
        standing=standing,
        lacking=tuple(MISSING[key] for key in missing(made)),
        **more,
    )


def _quarters(settings: Settings, geography: Path) -> tuple[tuple[str, str], ...]:
    """List the quarters of the ruling maps; those of other départements are left to whoever types one."""
    from tfpb.geodata.qpv_imports import load_qpv  # noqa: PLC0415 - geopandas

    out: dict[str, str] = {}
    vintages = (2015, 2024) if settings.dossier.annee < 2025 else (2024, 2015)  # noqa: PLR2004
    for vintage in vintages:
        found = load_qpv(geography, vintage)
        if found is not None:
            for code, name in found.frame[["code_qpv", "nom_qpv"]].itertuples(index=False):
                out.setdefault(str(code), str(name))
    return tuple(out.items())


def doubts_of(made: Dossier, geography: Path) -> list[Doubt]:
    """List what is left to decide and what was, most euros first, each with its map."""
    entrances = made.located.entrances
    given = made.settings.fichiers.decisions
    ruled = read_limit_decisions(made.settings.path(given)) if given else None
    limits = limit_doubts(entrances, ruled)
    listed = doubtful_addresses(made)
    by_position = dict(zip(entrances.index.get_indexer(listed.index), _rows(listed), strict=True))
    near = {int(p): row for row, p in zip(_rows(limits), limits[POSITION], strict=True) if p >= 0}
    orphans = [row for row in _rows(limits) if row[POSITION] < 0]
    unlisted = [p for p in near if p not in by_position]
    extra = _addresses(made, entrances.iloc[unlisted]) if unlisted else []
    more = dict(zip(unlisted, extra, strict=True))
    at = sorted({*near, *(int(p) for p in by_position)})
    stakes = Stakes(made)
    homes = entrances["id_residence"].astype(str).tolist()
    worth = {p: stakes.of_home(homes[p]) for p in at}
    at.sort(key=lambda p: (-worth[p][1], -worth[p][0], p))
    frame = pd.DataFrame({POSITION: at})
    placed = spots(frame, around(made, geography))
    out = []
    doors = _doors(entrances)
    for rank, (p, spot) in enumerate(zip(at, placed, strict=True)):
        drawn = _drawn(spot, doors.get(homes[p], ())) if spot and rank < MOST else None
        dwellings = entrances["nb_logements"].iloc[p]
        out.append(
            Doubt(
                near.get(p, {}), by_position.get(p) or more[p], p in by_position, worth[p][1],
                0 if pd.isna(dwellings) else int(dwellings), drawn,
            )
        )  # fmt: skip
    return [*out, *(Doubt(row, {}, False, Decimal(0), 0) for row in orphans)]  # noqa: FBT003


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _addresses(made: Dossier, doors: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows that the sheet « Adresses » would have for entrances it does not list."""
    waiting = doors.assign(result_verdict=str(GeocodeVerdict.A_VERIFIER), result_status="ok")
    names = doors["id_residence"].astype(str) + " " + doors["id_batiment"].astype(str)
    rows = address_doubts(
        waiting,
        doors,
        decided(doors, chosen_addresses(made.settings)).rows,
        lines=doors["_ligne"].tolist(),
        identifiers=names.str.strip().tolist(),
    )
    return _rows(rows)


def _doors(entrances: pd.DataFrame) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return the points of each résidence that has an entrance to decide on."""
    unsure = entrances["qpv_statut"] == QpvStatut.A_VERIFIER
    homes = set(entrances["id_residence"][unsure].astype(str))
    out: dict[str, list[tuple[float, float]]] = {}
    for home, x, y in entrances[["id_residence", "result_x", "result_y"]].itertuples(index=False):
        if str(home) in homes and pd.notna(x) and pd.notna(y):
            out.setdefault(str(home), []).append((float(x), float(y)))
    return {k: tuple(dict.fromkeys(v)) for k, v in out.items()}


def _drawn(spot: Spot, doors: tuple[tuple[float, float], ...]) -> SmallMap:
    half = half_width(spot.radius_m, spot.distance_m)
    scale = _WIDE / (2 * half)
    seen = spot.scene.within(spot.x, spot.y, half * 1.4)
    window = shapely.box(spot.x - 2 * half, spot.y - 2 * half, spot.x + 2 * half, spot.y + 2 * half)

    def put(x: float, y: float) -> tuple[float, float]:
        return round((x - spot.x) * scale + _WIDE / 2, 1), round(
            _TALL / 2 - (y - spot.y) * scale, 1
        )

    shapes: list[tuple[str, str]] = []
    names: dict[str, tuple[float, float]] = {}
    kinds = (("parcelle", seen.parcels), ("quartier", seen.quarters), ("ancien", seen.older))
    shapes += [
        (kind, _path(part, put))
        for kind, areas in kinds[:1]
        for a in areas
        for part in _cut(a, window)
    ]
    if seen.streets is not None:
        for name, line in zip(seen.streets["nom"].astype(str), seen.streets.geometry, strict=True):
            for part in _cut(line, window):
                shapes.append(("rue", _path(part, put)))
                if name:
                    middle = part.interpolate(0.5, normalized=True)
                    names.setdefault(name, put(middle.x, middle.y))
    shapes += [
        (kind, _path(part, put))
        for kind, areas in kinds[1:]
        for a in areas
        for part in _cut(a, window)
    ]
    inside = tuple(
        (x, y, name) for name, (x, y) in names.items() if 0 < x < _WIDE and 0 < y < _TALL
    )
    here = put(spot.x, spot.y)
    others = tuple(p for d in doors if (p := put(*d)) != here)
    return SmallMap(
        spot.x, spot.y, scale, round(spot.radius_m * scale, 1), tuple(s for s in shapes if s[1]),
        inside[:12], others,
    )  # fmt: skip


def _cut(shape: Any, window: Any) -> list[Any]:
    parts = shapely.get_parts(shapely.intersection(shape, window)).tolist()
    return [p for p in parts if p.geom_type in {"Polygon", "LineString"} and not p.is_empty]


def _path(shape: Any, put: Callable[[float, float], tuple[float, float]]) -> str:
    if shape.geom_type == "LineString":
        return _line(shape.coords, put)
    return "".join(f"{_line(r.coords, put)}Z" for r in (shape.exterior, *shape.interiors))


def _line(coordinates: Any, put: Callable[[float, float], tuple[float, float]]) -> str:
    points = [put(c[0], c[1]) for c in coordinates]
    return "M" + "L".join(f"{x} {y}" for x, y in points)
