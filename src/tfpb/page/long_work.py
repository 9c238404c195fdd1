"""The long work of the page: a check, a pack, and the doubts drawn; it calls what the commands call."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from tfpb.errors import TfpbError
from tfpb.evidence.tasks import tasks_of
from tfpb.facts.dwellings import dwellings_of
from tfpb.facts.kinds import SIDE
from tfpb.facts.place import doubtful, quarter_near
from tfpb.facts.quarter import quarters_of
from tfpb.geodata.lacking import Lack, lacks_of
from tfpb.io.packs.pack import ARCHIVE, read_pack
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import read_settings
from tfpb.model.codes import GeocodeVerdict
from tfpb.model.legal.map_table import VINTAGES
from tfpb.page.outlook import TALL, WIDE, Doubt, Outlook, SmallMap, ToDo
from tfpb.perimeters import ruling_vintage
from tfpb.pipeline.assembling import Examined, examine
from tfpb.pipeline.kept.stage_cache import users_cache
from tfpb.pipeline.pack_run import (
    Follower,
    followed,
    limit_decisions,
    open_in,
    run_pack,
    terrain_of,
)
from tfpb.pipeline.stages import STAGES
from tfpb.pipeline.steps.checking import readings, towns_written
from tfpb.pipeline.steps.geocoding import doubtful_addresses
from tfpb.report.sections.a_faire import subject_words
from tfpb.report.sections.a_regler import weights_of
from tfpb.report.sections.synthese import key_figures, missing
from tfpb.review.doubts import POSITION, limit_doubts
from tfpb.review.picture import MOST, half_width, spots
from tfpb.stage import Steps, directly
from tfpb.words.documents.note_words import closing
from tfpb.words.documents.pack_words import difference_words
from tfpb.words.documents.report_words import MISSING
from tfpb.words.faults.question_words import left_open_words
from tfpb.words.money.state_words import state_sentences
from tfpb.words.page.answer_words import DWELLINGS
from tfpb.words.page.screen_words import STATES, UNLINED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tfpb.errors import Fault
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.settings import Settings
    from tfpb.model.survey import Order
    from tfpb.review.picture import Spot

    Send = Callable[[str, Any], None]

_MOST_NAMES: Final = 12
_MOST_NUMBERS: Final = 160
_NUMBER_WIDE: Final = 24.0
_NUMBER_TALL: Final = 13.0
_ZOOMS: Final = (1, 2, 4)
"""Room that a house number takes, in units of the drawing, and how far the map may be enlarged."""


def check(send: Send, file: Path, geography: Path) -> Outlook:
    """Examine a dossier as `tfpb verifier` does, and draw what its doubts need."""
    settings, faults = read_settings(file)
    if settings is None:
        return Outlook(tuple(faults))
    send("expect", len(STAGES))
    stages = Follower(begins=partial(send, "stage"))
    execute = followed(users_cache() or directly, stages, partial(send, "step"), {})
    try:
        found = examine(settings, geography, execute=execute)
    except TfpbError as error:
        inputs, read = gather_inputs(settings)
        more = tuple(f for f in read if f not in error.faults)
        towns = towns_written(inputs.frame("patrimoine"))
        found = Examined((*error.faults, *more), readings(inputs), asked=inputs.asked, towns=towns)
    every, quarters = (*faults, *found.faults), _quarters(settings, geography)
    lacking: tuple[Lack, ...] = ()
    with suppress(
        TfpbError
    ):  # a year without map, an index that cannot be read: said among the faults
        lacking = lacks_of(found.towns, geography, settings.dossier.annee)
    if found.dossier is None:
        return Outlook(every, found.readings, quarters=quarters, asked=found.asked, ground=lacking)
    return _outlook(found.dossier, every, geography, quarters=quarters, ground=lacking)


def make(
    send: Send,
    settings: Settings,
    geography: Path,
    target: Path,
    *,
    release: bool,
    anyway: bool = False,
    order: Order | None = None,
) -> Outlook:
    """Make the pack as `tfpb dossier` does, and say what it changes in the one that stands there."""
    before = read_pack(target) if (target / ARCHIVE).is_file() else None

    run = run_pack(
        settings, geography, target,
        keep=users_cache(), release=release, anyway=anyway, order=order,
        follower=follower(send),
    )  # fmt: skip
    dossier, written = run.dossier, run.written
    changes: tuple[str, ...] = ()
    if before is not None:
        from tfpb.evidence.differences import differences  # noqa: PLC0415 - where there was a pack

        changes = tuple(difference_words(differences(before, read_pack(written.folder))))
    return _outlook(
        dossier, dossier.notices, geography,
        quarters=_quarters(settings, geography), closing=tuple(closing(dossier, written.folder.name)),
        changes=changes, pack=written.folder.name, kept=written.kept,
        sent=run.sent.name if run.sent is not None else "",
    )  # fmt: skip


def follower(send: Send) -> Follower:
    """Return what follows a run from the page."""

    @contextmanager
    def follow(label: str, total: int | None) -> Iterator[Steps]:
        send("label", label)
        send("expect", total or 0)
        yield Steps(partial(send, "step"), partial(send, "expect"))

    return Follower(follow, partial(send, "stage"))


def _outlook(dossier: Dossier, faults: tuple[Fault, ...], geography: Path, **more: Any) -> Outlook:
    money, on = dossier.abatement, dossier.settings.dossier.date
    held = dossier.claims.within()
    more["dwellings"] = {name: held.amount(name) for name in DWELLINGS}
    if money is not None:
        more["states"] = {name: held.amount(name) for name in (*STATES, UNLINED)}
        more["standing"] = state_sentences(held, money.year, on)
    return Outlook(
        faults,
        dossier.readings,
        tuple(doubts_of(dossier, geography)),
        figures=tuple(key_figures(dossier)),
        lacking=tuple((key, MISSING[key][0]) for key in missing(dossier)),
        asked=dossier.asked,
        computed=True,
        to_do=tuple(_to_do(dossier)),
        left_open=tuple((code, left_open_words([code])) for code in open_in(dossier)),
        **more,
    )


def _to_do(dossier: Dossier) -> Iterator[ToDo]:
    year, named = dossier.settings.dossier.annee, dossier.quarters
    for one in tasks_of(dossier):
        quarter = named[one.code_qpv].shown if one.code_qpv else ""
        yield ToDo(one, subject_words(one, year), quarter)


def _quarters(settings: Settings, geography: Path) -> tuple[tuple[str, str], ...]:
    """List the quarters of the ruling maps; those of other départements are left to whoever types one."""
    from tfpb.geodata.qpv_imports import load_qpv  # noqa: PLC0415 - geopandas

    ruling = ruling_vintage(settings.dossier.annee)
    vintages = (ruling, *(v for v in reversed(VINTAGES) if v != ruling))
    maps = (load_qpv(geography, vintage) for vintage in vintages)
    return tuple((q.code_qpv, q.nom) for q in quarters_of(m for m in maps if m is not None))


def doubts_of(dossier: Dossier, geography: Path) -> list[Doubt]:
    """List what is left to decide and what was, most euros first, each with its map."""
    entrances = dossier.located.entrances
    limits = _rows(limit_doubts(entrances, limit_decisions(dossier.settings)))
    near = {int(row[POSITION]): row for row in limits if row[POSITION] >= 0}
    listed = doubtful_addresses(dossier)
    rows = dict(zip(entrances.index.get_indexer(listed.index), _rows(listed), strict=True))
    by_position = {int(p): row for p, row in rows.items()}
    alone = [p for p in near if p not in by_position]
    waiting = entrances.iloc[alone].assign(
        result_verdict=str(GeocodeVerdict.A_VERIFIER), result_status="ok"
    )
    more = dict(zip(alone, _rows(doubtful_addresses(dossier, waiting)), strict=True))
    weights = weights_of(dossier)
    homes = entrances["id_residence"].astype(str).tolist()
    worth = {p: weights.of_home(homes[p], SIDE) for p in {*near, *by_position}}
    at = sorted(worth, key=lambda p: (*worth[p].rank, p))
    placed = spots(pd.DataFrame({POSITION: at}), terrain_of(dossier, geography))
    doors, dwellings = _doors(entrances), dwellings_of(entrances)
    numbers = _Numbers(geography, entrances.iloc[at[:MOST]])
    statuses, codes = entrances["qpv_statut"].tolist(), quarter_near(entrances).tolist()
    named = quarters_of(stock=[entrances])
    out = [
        Doubt(
            near.get(p, {}), by_position.get(p) or more[p], p in by_position, dwellings[p],
            worth[p].euros, _drawn(spot, doors.get(homes[p], ()), numbers) if spot and rank < MOST else None,
            statuses[p], named[codes[p]].shown if codes[p] else "",
        )
        for rank, (p, spot) in enumerate(zip(at, placed, strict=True))
    ]  # fmt: skip
    orphans = (row for row in limits if row[POSITION] < 0)
    return [*out, *(Doubt(row, {}, listed=False) for row in orphans)]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def _doors(entrances: pd.DataFrame) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return the points of each résidence that has an entrance to decide on."""
    unsure = entrances["id_residence"][doubtful(entrances)]
    rows = entrances[entrances["id_residence"].isin(unsure)].dropna(subset=["result_x", "result_y"])
    out: dict[str, dict[tuple[float, float], None]] = {}
    for home, x, y in rows[["id_residence", "result_x", "result_y"]].itertuples(index=False):
        out.setdefault(str(home), {})[float(x), float(y)] = None
    return {home: tuple(points) for home, points in out.items()}


class _Numbers:
    """The house numbers of the communes of some entrances, in metres of their legal projection."""

    def __init__(self, geography: Path, entrances: pd.DataFrame) -> None:
        from tfpb.addresses.store import FILE_NAME, AddressStore  # noqa: PLC0415 - where there are doubts

        codes = set(entrances["result_citycode"].astype(str)) - {""}
        self._at, self._numbers = np.empty((0, 2)), np.empty(0, dtype=np.int32)
        if (geography / FILE_NAME).is_file():
            with AddressStore(geography / FILE_NAME) as store:
                found = store.streets_of(codes)
            self._at, self._numbers = found[["x", "y"]].to_numpy(), found["number"].to_numpy()
        self._tree = shapely.STRtree(shapely.points(self._at))

    def within(self, window: Any) -> tuple[Any, list[int]]:
        """Return where the numbers of a window stand, and the numbers."""
        rows = np.sort(self._tree.query(window))
        return self._at[rows], self._numbers[rows].tolist()


def _roomy(places: Any, numbers: list[int]) -> tuple[tuple[float, float, int, int], ...]:
    """Give each number the least zoom at which no other is written over it; those near the middle first."""
    middle = np.array([WIDE / 2, TALL / 2])
    kept: list[tuple[float, float, int, int]] = []
    for k in np.argsort(np.abs(places - middle).sum(axis=1), kind="stable").tolist():
        x, y = places[k].tolist()
        for zoom in _ZOOMS:
            if all(
                abs(x - u) > _NUMBER_WIDE / max(zoom, z) or abs(y - v) > _NUMBER_TALL / max(zoom, z)
                for u, v, _, z in kept
            ):
                kept.append((x, y, numbers[k], zoom))
                break
        if len(kept) == _MOST_NUMBERS:
            break
    return tuple(kept)


def _drawn(spot: Spot, doors: tuple[tuple[float, float], ...], numbers: _Numbers) -> SmallMap:
    half = half_width(spot.radius_m, spot.distance_m)
    scale = WIDE / (2 * half)
    seen = spot.scene.within(spot.x, spot.y, half * 1.4)
    window = shapely.box(spot.x - 2 * half, spot.y - 2 * half, spot.x + 2 * half, spot.y + 2 * half)

    def put(metres: Any) -> Any:
        x, y = np.asarray(metres).T
        places = (x - spot.x) * scale + WIDE / 2, TALL / 2 - (y - spot.y) * scale
        return np.column_stack(places).round(1)

    def cut(shapes: Any) -> list[Any]:
        parts = shapely.get_parts(shapely.intersection(shapes, window))
        return [p for p in parts if p.geom_type in {"Polygon", "LineString"} and not p.is_empty]

    def path(kind: str, part: Any) -> tuple[str, str]:
        rings = (part.exterior, *part.interiors) if part.geom_type == "Polygon" else (part,)
        lines = ("L".join(f"{x} {y}" for x, y in put(r.coords)) for r in rings)
        return kind, "".join(f"M{line}{'Z' * (part.geom_type == 'Polygon')}" for line in lines)

    shapes = [path("parcelle", part) for part in cut(seen.parcels)]
    names: dict[str, tuple[float, float]] = {}
    streets = (
        seen.streets if seen.streets is not None else pd.DataFrame({"nom": [], "geometry": []})
    )
    for name, line in zip(streets["nom"].astype(str), streets["geometry"], strict=True):
        for part in cut(line):
            shapes.append(path("rue", part))
            middle = part.interpolate(0.5, normalized=True).coords
            if name:
                names.setdefault(name, tuple(put(middle)[0].tolist()))
    shapes += [path("quartier", part) for part in cut(seen.quarters)]
    shapes += [path("ancien", part) for part in cut(seen.older)]
    inside = [(x, y, name) for name, (x, y) in names.items() if 0 < x < WIDE and 0 < y < TALL]
    here = [WIDE / 2, round(TALL / 2, 1)]
    others = [tuple(p) for p in put(doors).tolist() if p != here] if doors else []
    at, found = numbers.within(window)
    return SmallMap(
        spot.x, spot.y, scale, round(spot.radius_m * scale, 1), tuple(shapes),
        tuple(inside[:_MOST_NAMES]), tuple(others), _roomy(put(at), found) if found else (),
    )  # fmt: skip
