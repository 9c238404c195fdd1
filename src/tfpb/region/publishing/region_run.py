"""One run of a region, from its settings to its files on the disk, and who follows it."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tfpb.io.machine.held_place import held
from tfpb.io.packs.output_files import staged
from tfpb.io.packs.pack import GrowingFolder, check_place, dumps
from tfpb.io.packs.sent import keep_sent, sent_before
from tfpb.model.record import JOURNAL
from tfpb.model.survey import Order
from tfpb.pipeline.kept.stage_cache import StageCache
from tfpb.pipeline.pack_run import NOBODY
from tfpb.pipeline.published_before import asked_first, ledger_with, refuse_release
from tfpb.region.publishing.outputs import Rendered, outputs_count, render
from tfpb.region.run import WHOLE, compute
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.executors import Executor
    from tfpb.io.packs.pack import Written
    from tfpb.io.sources.region_inputs import RegionSettings
    from tfpb.pipeline.pack_run import Follower
    from tfpb.region.computed import Region
    from tfpb.region.publishing.packs import Media


@dataclass(frozen=True, slots=True)
class RegionRun:
    """What a run of a region made."""

    computed: Region
    done: Rendered
    written: Written
    sent: Path | None = None  # where a release is kept as it was sent


def run_region(
    settings: RegionSettings,
    geography: Path,
    target: Path,
    *,
    executor: Executor,
    media: Media,
    kept: Path | None,
    packs: Sequence[Path] = (),
    release: bool = False,
    anyway: bool = False,
    order: Order | None = None,
    follower: Follower = NOBODY,
    list_read: Callable[[pd.DataFrame, tuple[Fault, ...]], None] = lambda _table, _doubts: None,
    list_asked: Callable[[Region], None] = lambda _region: None,
) -> RegionRun:
    """Compute a region (see `tfpb.region.run.compute`), make every file of it, and put them in place at once.

    `release`: it may be handed on, a draft otherwise, and `order` names the waves released before that are
    replaced or kept; `anyway`: the sender knows what it leaves open, and the packs say so; `list_asked` is
    called with the region as computed, before anything is written. Raises as `compute`, and what refuses a
    release: nothing is half-written then.
    """
    check_place(target)
    start = time.perf_counter()
    timings: dict[str, float] = {}
    with closing(executor), held(target):
        begun = time.perf_counter()
        with follower.follow(words.OWNERS, len(settings.bailleurs)) as advance:
            computed = compute(
                settings, geography, executor=executor, kept=kept, packs=packs,
                sent=sent_before(settings.folder, target.parent),
                order=replace(order or Order(), release=release),
                advance=lambda step, n: follower.begins(words.JOINED) if step == WHOLE else advance(n),
                list_read=list_read,
            )  # fmt: skip
        timings["calculs"] = round(time.perf_counter() - begun, 3)
        list_asked(computed)
        follower.held_back((*computed.notices, *(asked_first(computed.sources) if release else ())))
        if release:
            computed = sent(computed, anyway=anyway)
        with closing(GrowingFolder(target)) as out:
            begun = time.perf_counter()
            with follower.follow(words.DOCUMENTS, outputs_count(computed, media)) as advance:
                done = render(
                    computed, geography, executor=executor, media=media, out=out, kept=kept,
                    advance=lambda _step, n: advance(n),
                )  # fmt: skip
            timings["documents"] = round(time.perf_counter() - begun, 3)
            if kept is not None:
                StageCache(kept).tidy()
            with staged(ledger_with(done.line) if done.line else {}):
                written = out.finish()
    head = settings.region
    place = keep_sent(written.folder, head.annee, head.date) if release else None
    timings["total"] = round(time.perf_counter() - start, 3)
    (written.folder / JOURNAL).write_bytes(dumps({"durees_s": timings}))
    return RegionRun(computed, done, written, place)


def sent(computed: Region, *, anyway: bool) -> Region:
    """Return a region that may be released, with what it leaves open; it raises as `refuse_release`."""
    whose = computed.left_open
    refuse_release(computed.notices, open_=() if anyway else tuple(whose), whose=whose)
    return replace(computed, sent_anyway=tuple(whose))
