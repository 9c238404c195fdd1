"""What the long work of a region gives back: frozen values, without a row of the survey nor a rank.

Each function runs in a process of its own (`tfpb.page.jobs`), and calls what `tfpb region` calls.
"""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Severity, TfpbError
from tfpb.io.sources.region_inputs import in_dossier, load_region
from tfpb.page.outlook import Outlook
from tfpb.words.documents.command_words import JOINED, OWNERS
from tfpb.words.documents.region_words import FINDINGS
from tfpb.words.faults.question_words import left_open_words
from tfpb.words.page.answer_words import DWELLINGS
from tfpb.words.page.screen_words import STATES, UNLINED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

    from tfpb.executors import Executor
    from tfpb.io.sources.region_inputs import RegionSettings
    from tfpb.model.survey import Order
    from tfpb.page.long_work import Send
    from tfpb.region.computed import Region

ENGINE: Final = "processus"
"""Where parts run, as for the command."""
_INSIDE: Final = " › "


@dataclass(frozen=True, slots=True)
class Interviews:
    """What became of the interviews of a bailleur in a wave: a row of `reconciled`, its finding in words."""

    bailleur: str
    vague: str
    livrees: int
    gardees: int
    ecartees: int
    motif: str
    constat: str
    proches: str


@dataclass(frozen=True, slots=True)
class RegionOutlook(Outlook):
    """What a check or a run of a region found."""

    of_owner: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    """Bailleur → faults and doubts of its own files; those of the region are in `faults`."""
    interviews: tuple[Interviews, ...] = ()  # by bailleur and wave; empty without a survey

    @property
    def wrong(self) -> tuple[Fault, ...]:
        """The faults that stop a run, whoever’s files they are in."""
        every = (*self.faults, *(f for own in self.of_owner.values() for f in own))
        return tuple(f for f in every if f.severity is Severity.FAUTE)


class _Listed:
    """What a run lists before anything is estimated: kept where a fault stops it later."""

    def __init__(self) -> None:
        self.interviews: tuple[Interviews, ...] = ()
        self.doubts: tuple[Fault, ...] = ()

    def __call__(self, table: pd.DataFrame, doubts: tuple[Fault, ...]) -> None:
        rows = table.astype(object).to_dict("records")
        lines = ({**r, "constat": FINDINGS[r["constat"]]} for r in rows)
        self.interviews = tuple(Interviews(**{str(k): v for k, v in r.items()}) for r in lines)
        self.doubts = doubts


def check_region(send: Send, file: Path, geography: Path) -> RegionOutlook:
    """Compute a region as `tfpb region` does, without writing anything."""
    from tfpb.io.packs.sent import sent_before  # noqa: PLC0415 - in its own process
    from tfpb.pipeline.kept.entry_files import cache_folder  # noqa: PLC0415
    from tfpb.region.run import WHOLE, compute  # noqa: PLC0415

    listed = _Listed()
    names: list[str] = []
    try:
        settings = load_region(file)
        names = [b.nom for b in settings.bailleurs]
        send("label", OWNERS)
        send("expect", len(settings.bailleurs))
        with closing(_executor()) as runs:
            computed = compute(
                settings, geography, executor=runs, kept=cache_folder(), list_read=listed,
                sent=sent_before(settings.folder),
                advance=lambda step, n: send("label", JOINED) if step == WHOLE else send("step", n),
            )  # fmt: skip
    except TfpbError as error:
        found = (*error.faults, *listed.doubts)
        return _parted(found, names, interviews=listed.interviews)
    return _outlook(computed, listed)


def make_region(
    send: Send,
    settings: RegionSettings,
    geography: Path,
    target: Path,
    *,
    release: bool,
    anyway: bool,
    documents: bool,
    pages: bool,
    order: Order | None = None,
) -> RegionOutlook:
    """Make the files of a region as `tfpb region` does."""
    from tfpb.page.long_work import follower  # noqa: PLC0415 - no screen waits for it
    from tfpb.pipeline.kept.entry_files import cache_folder  # noqa: PLC0415 - in its own process
    from tfpb.region.publishing.packs import Media  # noqa: PLC0415
    from tfpb.region.publishing.region_run import run_region  # noqa: PLC0415
    from tfpb.words.documents.region_words import closing_lines  # noqa: PLC0415

    listed = _Listed()
    follows = replace(follower(send), begins=partial(send, "label"))
    run = run_region(
        settings, geography, target,
        executor=_executor(documents=documents), media=Media(documents, pages),
        kept=cache_folder(), release=release, anyway=anyway, order=order,
        follower=follows, list_read=listed,
    )  # fmt: skip
    name, done = run.written.folder.name, run.done
    atlas = "region/atlas.pdf" in done.names
    return _outlook(
        run.computed, listed,
        closing=tuple(closing_lines(done.owners, done.contrats, name, atlas=atlas)),
        pack=name, kept=run.written.kept, sent=run.sent.name if run.sent is not None else "",
    )  # fmt: skip


def _executor(*, documents: bool = False) -> Executor:
    from tfpb.executors import executor  # noqa: PLC0415 - in its own process

    return executor(ENGINE, workers=os.cpu_count() or 1, documents=documents)


def _outlook(computed: Region, listed: _Listed, **more: Any) -> RegionOutlook:
    held, open_ = computed.facts.claims.within(), computed.left_open
    own = [in_dossier(n, part.name) for part in computed.parts for n in part.notices]
    asked = [("", one) for one in computed.asked]
    asked += [(part.name, one) for part in computed.parts for one in part.asked]
    asked.sort(key=lambda pair: not pair[1].is_waiting)
    return _parted(
        (*computed.notices, *listed.doubts, *own),
        [part.name for part in computed.parts],
        interviews=listed.interviews,
        computed=True,
        dwellings={name: held.amount(name) for name in DWELLINGS},
        states={name: held.amount(name) for name in (*STATES, UNLINED)},
        asked=tuple(one for _, one in asked),
        owners=tuple(owner for owner, _ in asked),
        left_open=tuple((code, left_open_words((code,), open_)) for code in open_),
        **more,
    )


def _parted(faults: Iterable[Fault], names: Iterable[str], **more: Any) -> RegionOutlook:
    """Part the faults of the region from those of each bailleur’s files."""
    common: list[Fault] = []
    own: dict[str, list[Fault]] = {name: [] for name in names}
    for fault in faults:
        whose = fault.place.file.partition(_INSIDE)[0], str(fault.fields.get("bailleur", ""))
        next((own[name] for name in whose if name in own), common).append(fault)
    of_owner = {name: tuple(found) for name, found in own.items() if found}
    return RegionOutlook(tuple(common), of_owner=of_owner, **more)
