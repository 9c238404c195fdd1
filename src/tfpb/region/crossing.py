"""Questions on several bailleurs at once, and what their answers change in the tables of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.evidence.suspension import suspend_asked, suspend_together
from tfpb.facts.programme_claims import actions_of
from tfpb.model.codes import Role
from tfpb.model.columns import STAMP, numbers, texts
from tfpb.piece_names import is_numbered, piece_key, references
from tfpb.questions.across import (
    Held,
    odd_scales,
    shared_addresses,
    shared_interviews,
    shared_invoices,
)
from tfpb.questions.finding import KEPT, Change, Finding
from tfpb.region.partition import Part, Refused, make_part
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from tfpb.facts.claim import Claims
    from tfpb.model.arrays import Floats
    from tfpb.model.question import Asked, Replies
    from tfpb.region.partition import Task

_OF: Final = " › "
"""Between a bailleur and its file, as places of a region have it."""
_STRANDED: Final = "action_sans_abattement"
"""Fault of an action whose quarter has no dwelling left."""
_LEAST_ITEMS: Final = 12
"""Questions under which answers without weights are alike by chance."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """What two bailleurs hold at once, and what answers change in the tables of each."""

    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> Crossing:
        """Hold the parts against each other."""
        return cls(tuple(_findings(parts)))

    def asked(self, replies: Replies) -> tuple[Asked, ...]:
        """Return the questions, each with the region's reply."""
        return replies.offered_again(replies.to(one.question) for one in self.findings)

    def changes(self, answers: Mapping[str, str]) -> Mapping[str, tuple[Change, ...]]:
        """Return what answers, by key of their question, change: bailleur → changes of its tables.

        Without an answer, what is held twice counts for neither, and weights are divided: as written, those
        of one bailleur would be nearly all of the region's.
        """
        changes: dict[str, list[Change]] = defaultdict(list)
        for one in self.findings:
            answer = answers.get(one.question.key, "")
            chosen = [answer] if answer in one.changes else [c for c in one.changes if c != KEPT]
            for change in (c for code in chosen for c in one.changes[code]):
                bailleur, _, file = change.file.partition(_OF)
                changes[bailleur].append(replace(change, file=file))
        return {name: tuple(own) for name, own in changes.items()}

    @property
    def of_stock(self) -> Crossing:
        """Leave the questions on answers of tenants, which no claim of a part rests on."""
        return Crossing(tuple(f for f in self.findings if f.question.role is not Role.ENQUETE))

    def keys_of(self, bailleur: str) -> frozenset[str]:
        """Return the keys of the questions of which an answer changes the tables of a bailleur."""
        return frozenset(
            one.question.key
            for one in self.findings
            for change in (c for own in one.changes.values() for c in own)
            if change.file.partition(_OF)[0] == bailleur
        )


@dataclass(frozen=True, slots=True)
class Shared:
    """A bailleur of which answers to questions on several change the tables."""

    task: Task  # under the answers given
    written: Claims  # of its part as its files are written: as if everything in question were kept
    asked: tuple[Asked, ...]  # open questions on its stock or its money
    crossing: Crossing  # questions on stocks and money (`Crossing.of_stock`)
    given: Mapping[str, str]  # answers given, by key of their question
    kept: tuple[Change, ...] = ()  # what changes if all that is open is kept


def remake(shared: Shared) -> Part | Refused:
    """Make a part under the answers given; its claims lie between the bounds of the others.

    Where its files are at fault once what nobody answered about is left out (an action without a dwelling
    left in its quarter), it is made with it: no open question stops a draft.
    """
    part = make_part(shared.task)
    if not shared.asked:
        return part
    least: Claims | None
    if isinstance(part, Refused):
        part = make_part(replace(shared.task, outside=shared.kept))
        if isinstance(part, Refused):
            return part
        least = _claims(shared.task)
    else:
        least = part.claims
    if least is None:
        claims = suspend_together(part.claims, shared.asked, lambda _supposed: None, KEPT)
    else:
        claims = bounded_claims(shared, least)
    return replace(part, claims=claims)


def bounded_claims(shared: Shared, claims: Claims) -> Claims:
    """Return a bailleur's claims, those under questions between bailleurs between bounds.

    `claims` are those under the answers given, where nothing that nobody answered about counts.
    """
    name = shared.task.settings.dossier.bailleur

    def changes(supposed: Mapping[str, str]) -> tuple[Change, ...]:
        return shared.crossing.changes({**shared.given, **supposed}).get(name, ())

    # most answers change the tables of the other bailleur alone: a reading serves for all that read the same
    known: list[tuple[tuple[Change, ...], Claims | None]]
    known = [(changes({}), claims), ((), shared.written)]

    def read(supposed: Mapping[str, str]) -> Claims | None:
        own = changes(supposed)
        for others, of_them in known:
            if others == own:
                return of_them
        known.append((own, _claims(replace(shared.task, outside=own))))
        return known[-1][1]

    if len(shared.asked) > 1:  # with each tried alone and in sets, 26 bailleurs were read 300 times
        return suspend_together(claims, shared.asked, read, KEPT)
    return suspend_asked(claims, shared.asked, read)[0]


def _claims(task: Task) -> Claims | None:
    """Return the claims of a part, without the actions that its answers strand; None where it is at fault."""
    # no answer of a tenant is in these claims: its deliveries are not read again
    task = replace(task, own_survey=False)
    part = make_part(task)
    if isinstance(part, Refused) and all(f.code == _STRANDED for f in part.faults):
        rows = (Change(p.file, p.sheet, left_out=(p.row,)) for p in (f.place for f in part.faults))
        part = make_part(replace(task, outside=(*task.outside, *rows)))
    return part.claims if isinstance(part, Part) else None


def _findings(parts: Sequence[Part]) -> Iterator[Finding]:
    yield from shared_addresses([_stock(p) for p in parts])
    yield from shared_invoices([one for p in parts if (one := _programme(p)) is not None])
    yield from shared_interviews([one for p in parts for one in _deliveries(p)])
    scaled = [(p, one) for p in parts for one in _deliveries(p, by_wave=True) if one.header]
    dwellings = [float(numbers(p.sides, "nb_logements").sum()) for p, _ in scaled]
    yield from odd_scales([one for _, one in scaled], dwellings)


def _stock(part: Part) -> Held:
    """Return the entrances of a stock by their address and commune."""
    frame = part.inputs.frames["patrimoine"]
    place = texts(frame, "code_insee").where(
        texts(frame, "code_insee") != "", texts(frame, "commune")
    )
    keys = tuple(
        f"{fold(a)}, {fold(c)}" if a and c else ""
        for a, c in zip(texts(frame, "adresse"), place, strict=True)
    )
    return _held(part.name, frame, keys, np.nan_to_num(numbers(frame, "nb_logements")))


def _programme(part: Part) -> Held | None:
    """Return the actions of a programme by their numbered piece and what is valued of it."""
    frame = part.inputs.frame("programme")
    if frame is None or frame.empty:
        return None
    actions = [(a.piece, a.valorise.at_least) for a in actions_of(frame)]
    keys = tuple(
        f"{cited}, {value:.2f} €" if value > 0 and (cited := _cited(piece)) else ""
        for piece, value in actions
    )
    return _held(part.name, frame, keys, np.array([float(value) for _, value in actions]))


def _cited(piece: str) -> str:
    """Return the numbered pieces of a cell, however they are spelt: « FA2025-014 » is « FA 2025-014 »."""
    return ", ".join(sorted(" ".join(piece_key(p)) for p in references(piece) if is_numbered(p)))


def _deliveries(part: Part, *, by_wave: bool = False) -> Iterator[Held]:
    """Return the interviews of a bailleur's own deliveries by all their answers, by file (and wave)."""
    if part.survey is None or not part.survey.answers:
        return
    frame, weighed = part.survey.respondents, part.survey.has_weights
    grid = np.column_stack(list(part.survey.answers.values()))
    if grid.shape[1] < _LEAST_ITEMS and not weighed:
        return
    straight = [len(set(row[row >= 0].tolist())) <= 1 for row in grid]
    more = texts(frame, "vague") + " " + (texts(frame, "poids") if weighed else "")
    held = zip(grid, more, straight, strict=True)
    keys = np.array(["" if same else f"{m} {row.tobytes().hex()}" for row, m, same in held], object)
    weights = next(iter(part.plan.colonnes.poids), "") if weighed and part.plan else ""
    apart = [*STAMP[:2], "vague"] if by_wave else list(STAMP[:2])
    for _, at in sorted(frame.groupby(apart).indices.items()):
        own = frame.iloc[at]
        one = _held(part.name, own, tuple(keys[at]), np.nan_to_num(numbers(own, "poids")))
        wave = str(own["vague"].iloc[0]) if by_wave else ""
        yield replace(one, header=weights, wave=wave)


def _held(name: str, frame: pd.DataFrame, keys: tuple[str, ...], amounts: Floats) -> Held:
    file, sheet = (str(frame[c].iloc[0]) for c in STAMP[:2])
    rows = frame[STAMP[2]].to_numpy(dtype=np.int64)
    return Held(name, f"{name}{_OF}{file}", sheet, rows, keys, amounts)
