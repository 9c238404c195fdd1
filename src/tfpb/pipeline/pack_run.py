"""One run of a dossier, from its settings to its pack on the disk, and who follows it."""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tfpb.evidence.suspension import without_survey_bounds
from tfpb.executors import cores
from tfpb.facts.place import all_outside, to_verify
from tfpb.geodata.ground_imports import load_parcels
from tfpb.io.attachments.filled_tasks import OWN_LINE
from tfpb.io.machine.held_place import held
from tfpb.io.packs.output_files import staged
from tfpb.io.packs.pack import ReadBack, check_place, free_place, write_pack
from tfpb.io.packs.sent import keep_sent
from tfpb.model.survey import Order
from tfpb.model.tables import TASKS
from tfpb.pipeline.assembling import assemble, render
from tfpb.pipeline.published_before import asked_first, ledger_with, left_open, refuse_release
from tfpb.pipeline.stages import STAGES
from tfpb.pipeline.steps.geocoding import chosen_addresses, doubtful_addresses
from tfpb.review.doubts import Terrain
from tfpb.review.review_workbook import read_limit_decisions, review_file
from tfpb.stage import Making, Steps, directly
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.io.packs.pack import Written
    from tfpb.model.settings import Settings
    from tfpb.pipeline.kept.stage_cache import StageCache
    from tfpb.stage import Execute, Stage


def _unfollowed(_label: str, _total: int | None) -> AbstractContextManager[Steps]:
    return nullcontext(Steps())


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows a run."""

    follow: Callable[[str, int | None], AbstractContextManager[Steps]] = _unfollowed
    """From a label and the number of steps, if known, gives what to call with each step done."""
    begins: Callable[[str], None] = lambda _name: None
    """Receives the name of each stage as it begins."""
    held_back: Callable[[Iterable[Fault]], None] = lambda _notices: None
    """Receives the notices of the dossier before anything is written."""


NOBODY: Final = Follower()


@dataclass(frozen=True, slots=True)
class PackRun:
    """What a run made."""

    dossier: Dossier
    written: Written  # where the pack went
    review: Path | None  # the workbook of what is left to decide, if there is one
    sent: Path | None = None  # where a release is kept as it was sent

    @property
    def review_name(self) -> str:
        """Name the review from the dossier's folder, as `decisions` would; empty when there is none."""
        if self.review is None:
            return ""
        whole, folder = self.review.resolve(), self.dossier.settings.folder
        try:
            return Path(os.path.relpath(whole, folder)).as_posix()
        except ValueError:  # another drive
            return whole.as_posix()


def run_pack(
    settings: Settings,
    folder: Path,
    target: Path,
    *,
    keep: StageCache | None,
    packs: tuple[Path, ...] = (),
    release: bool = False,
    anyway: bool = False,
    order: Order | None = None,
    follower: Follower = NOBODY,
) -> PackRun:
    """Run every stage, make every file, and write the pack with the review next to it.

    `folder` is the imported geography, `target` the place of the pack, `packs` released ones that the
    ledger of this machine may not know. `release`: it may be handed on, a draft otherwise, and `order`
    names the waves released before that are replaced or kept; `anyway`: the sender knows what it leaves
    open, and the pack says so. Raises every fault of the inputs; `ecriture_impossible`; `sortie_tenue`.
    Nothing is half-written then.
    """
    check_place(target)
    with held(target):
        return _run_held(
            settings, folder, target, keep, packs, follower,
            order=replace(order or Order(), release=release), anyway=anyway,
        )  # fmt: skip


def _run_held(
    settings: Settings,
    folder: Path,
    target: Path,
    keep: StageCache | None,
    packs: tuple[Path, ...],
    follower: Follower,
    *,
    order: Order,
    anyway: bool,
) -> PackRun:
    """Run every stage and write the pack, its place held."""
    start, release = time.perf_counter(), order.release
    named = settings.fichiers.a_faire
    filled = ReadBack.of(settings.path(named), TASKS.title) if named else None
    dossier, timings = computed(
        settings, folder, keep, packs, follower, place=target.parent, order=order
    )
    if any(doubt.code == OWN_LINE for doubt in dossier.notices):
        filled = None
    dossier = replace(dossier, draft=not release)
    first = asked_first(dossier.sources) if release and dossier.release else ()
    follower.held_back((*dossier.notices, *first))
    if release:
        open_ = open_in(dossier)
        day = settings.dossier.date
        refuse_release(dossier.notices, dossier.asked, day, open_=() if anyway else open_)
        dossier = replace(dossier, sent_anyway=open_, claims=without_survey_bounds(dossier.claims))
    files, journal = _rendered(dossier, keep, timings, follower)
    timings["total"] = round(time.perf_counter() - start, 3)
    review = _review(dossier, folder, free_place(target, filled), keep)
    new = release and bool(dossier.release) and not dossier.released_before
    ledger = ledger_with(dossier.release) if new else {}
    # a workbook held open is met before the pack is replaced
    with staged({**review, **ledger}):
        written = write_pack(target, files, journal, filled=filled)
    head = settings.dossier
    sent = keep_sent(written.folder, head.annee, head.date) if release else None
    return PackRun(dossier, written, next(iter(review), None), sent)


def open_in(dossier: Dossier) -> tuple[str, ...]:
    """List what a release of a dossier would leave open, and ask about first."""
    return left_open(
        dossier.notices,
        no_convention=dossier.abatement is not None
        and dossier.conventions is None
        and not all_outside(dossier.located.entrances),
        in_doubt=bool(to_verify(dossier.located.entrances).any()),
    )


def limit_decisions(settings: Settings) -> pd.DataFrame | None:
    """Read what someone decided on the sides of entrances, if a dossier names it."""
    given = settings.fichiers.decisions
    return read_limit_decisions(settings.path(given)) if given else None


def computed(
    settings: Settings,
    folder: Path,
    keep: StageCache | None,
    packs: tuple[Path, ...] = (),
    follower: Follower = NOBODY,
    *,
    place: Path | None = None,
    order: Order | None = None,
) -> tuple[Dossier, dict[str, float]]:
    """Run every stage, followed; return the dossier, and the seconds that each stage took."""
    timings: dict[str, float] = {}
    with follower.follow(words.CALCULATIONS, len(STAGES)) as advance:
        execute = followed(keep or directly, follower, advance, timings)
        pack_run = assemble(
            settings, folder, execute=execute, packs=packs, place=place, order=order
        )
        return pack_run, timings


def followed(
    execute: Execute, follower: Follower, advance: Callable[[int], None], timings: dict[str, float]
) -> Execute:
    """Return a way to run stages of which someone is told, with the seconds that each took."""

    def timed(stage: Stage, values: tuple[Any, ...]) -> Any:
        follower.begins(stage.name)
        begun = time.perf_counter()
        result = execute(stage, values)
        timings[stage.name] = round(time.perf_counter() - begun, 3)
        advance(1)
        return result

    return timed


def _rendered(
    dossier: Dossier, keep: StageCache | None, timings: dict[str, float], follower: Follower
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Make the files of the pack and its journal."""
    begun = time.perf_counter()
    with follower.follow(words.DOCUMENTS, None) as steps:
        files = render(dossier, Making(keep or directly, cores(), steps, steps.expect))
    timings["Documents"] = round(time.perf_counter() - begun, 3)
    journal: dict[str, Any] = {"durees_s": timings}
    if keep is not None:
        keep.tidy()
        journal["repris"] = dict(Counter(keep.reused))
    return files, journal


def terrain_of(dossier: Dossier, geography: Path) -> Terrain:
    """Return what pictures of the doubtful entrances of a dossier show."""
    entrances = dossier.located.entrances
    parcels = load_parcels(geography, communes=set(entrances["result_citycode"]) - {""})
    radius_m = dossier.settings.reglages.rayon_defaut_m
    return Terrain(entrances, dossier.maps, radius_m, parcels, dossier.ground.streets)


def _review(
    dossier: Dossier, geography: Path, pack: Path, keep: StageCache | None
) -> dict[Path, bytes]:
    """Make the workbook of what is left to decide, which stands beside the pack."""
    return review_file(
        pack,
        terrain_of(dossier, geography),
        decisions=limit_decisions(dossier.settings),
        addresses=doubtful_addresses(dossier),
        chosen=chosen_addresses(dossier.settings),
        execute=keep or directly,
    )
