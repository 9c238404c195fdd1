"""An audit: every attacker, every question, every target."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.audit.atoms import Assumed, atoms_of
from tfpb.audit.findings import INSIDER, OUTSIDER, THRESHOLD, Attack, Audit, Finding
from tfpb.audit.questions import Space, count_system, size_system
from tfpb.audit.released import is_whole
from tfpb.audit.solving import NoSolutionError, OpenError, Range, distinct, sizes, small_union
from tfpb.audit.weights import weights_told
from tfpb.audit.widths import sides_told, widths_told
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from tfpb.audit.questions import Share, Told
    from tfpb.audit.released import Release
    from tfpb.audit.solving import System

    Vector = NDArray[np.float64]

_LOOSER: Final = (
    {},
    {"others": True},
    {"changes": False},
    {"others": True, "changes": False},
    {"stock": False},
    {"stock": False, "others": True},
    {"stock": False, "others": True, "elsewhere": True, "changes": False},
    {"stock": False, "others": True, "elsewhere": True, "changes": False, "moves": True},
)
_MOST_UNKNOWNS: Final = 1500
"""Above, unions of atoms are not sought."""


@dataclass(slots=True)
class _Found:
    threshold: int
    truth: pd.DataFrame | None
    found: list[Finding] = field(default_factory=list)
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    open: int = 0


def audit(
    releases: Sequence[Release], *, threshold: int = THRESHOLD, truth: pd.DataFrame | None = None
) -> Audit:
    """Attack one or several packs of a survey, as anybody who holds them could.

    Parameters
    ----------
    releases : sequence of Release
        The pack, and those released before it.
    threshold : int
        Smallest number of interviews that may be told.
    truth : DataFrame, optional
        `residence, bailleur, vague, item, n, satisfaits`: what the survey really holds. Each bailleur is
        then an attacker that knows its own rows, and only groups truly under the threshold count.

    Returns
    -------
    Audit
    """
    state = _Found(threshold, truth)
    assumed, space = _believed(releases)
    asked = space.asked() if space.equal else {}
    for item in sorted(space.rows["item"].unique()):
        told = space.told(item)
        system = size_system(space, told, assumed, asked)
        if not _solvable(system):
            state.open += 1
            continue
        viewers = [("", np.zeros(len(space.caps), dtype=bool))]
        if truth is not None:
            owners = sorted(truth["bailleur"].unique())
            if len(owners) > 1:
                viewers += [(o, _own(space, o)) for o in owners]
        for viewer, own in viewers:
            _attack(state, space, item, told, system, (viewer, own))
        if truth is None:
            _rests(state, space, item, told, system)
    for release in releases:
        state.found += widths_told(release)
        state.found += sides_told(release, threshold)
        if not space.equal:
            state.found += weights_told(release, threshold)
        state.found += [
            Finding(Attack.TEXT, ("", "", "", "", file, ""), low=n, high=n, text=sentence)
            for file, sentence, n in release.sentences
            if 0 < n < threshold
        ]
    cells = space.rows[space.rows["ajustement"] == "brut"].drop_duplicates(
        ["release", "vague", "niveau", "territoire", "bailleur", "item", "groupe"]
    )
    return Audit(
        tuple(_once(state.found)),
        dict(state.tried),
        len(cells),
        int((cells["publication"] == "masque").sum()),
        state.open,
        tuple(k for k, v in _changed(assumed)),
    )


def _changed(assumed: Assumed) -> list[tuple[str, bool]]:
    plain = Assumed()
    names = ("stock", "others", "elsewhere", "changes", "moves")
    return [(k, True) for k in names if getattr(assumed, k) != getattr(plain, k)]


def _believed(releases: Sequence[Release]) -> tuple[Assumed, Space]:
    """Return the strongest assumptions that the packs do not contradict."""
    assumed = Assumed(stock=all(r.stock is not None for r in releases))
    last = None
    for change in _LOOSER:
        tried = replace(assumed, **change)
        if tried == last:
            continue
        last = tried
        space = Space(releases, atoms_of(releases, tried))
        items = sorted(space.rows["item"].unique())
        if all(_solvable(size_system(space, space.told(i), tried, {})) for i in items):
            return tried, space
    return tried, space


def _solvable(system: System) -> bool:
    try:
        return system.solvable()
    except OpenError:
        return False


def _own(space: Space, owner: str) -> NDArray[np.bool_]:
    one = (space.atoms.table["bailleur"].map(fold) == fold(owner)).to_numpy()
    return np.tile(one, len(space.waves))


def _attack(
    state: _Found,
    space: Space,
    item: str,
    told: Sequence[Told],
    system: System,
    viewer: tuple[str, NDArray[np.bool_]],
) -> None:
    """Make every attack of one attacker on one question."""
    name, own = viewer
    truth = None if state.truth is None else space.answers(state.truth, item, "n")
    if name and truth is not None:
        system = system.with_fixed(own, truth)
    targets = _targets(space, item, told, own, state.threshold)
    kind = INSIDER if name else OUTSIDER
    for attack, where, target in targets:
        real = None if truth is None else float(truth @ target)
        if real is not None and not 0 < real < state.threshold:
            continue
        state.tried[kind, attack] += 1
        most = min(state.threshold, float(space.caps @ target))
        try:
            found = sizes(system, target, most)
        except NoSolutionError:
            continue
        except OpenError:
            state.open += 1
            continue
        if (verdict := _verdict(found, most, state.threshold, real)) is not None:
            homes = _homes(space, target)
            state.found.append(
                Finding(attack, where, name, found.low, found.high, verdict, homes)
            )
    _unions(state, space, item, told, system, (name, own, truth), kind)
    _counts(state, space, item, told, system, (name, own, truth), kind)


def _rests(
    state: _Found, space: Space, item: str, told: Sequence[Told], system: System
) -> None:
    """Attack, for each bailleur that is named, what is left of shown wholes without its answers.

    Its answers are not in the pack: only what is small whatever they are is told.
    """
    owners = sorted({t.cell.bailleur for t in told if not is_whole(t.cell.bailleur)})
    for owner in owners:
        own = _own(space, owner)
        rests = [
            (t, np.where(own, 0.0, t.vector))
            for t in told
            if is_whole(t.cell.bailleur) and not np.isnan(t.n) and (own & (t.vector > 0)).any()
        ]
        for k in distinct(v for _, v in rests):
            t, others = rests[k]
            state.tried[INSIDER, Attack.REST] += 1
            try:
                found = sizes(system, others, float(state.threshold))
            except (NoSolutionError, OpenError):
                state.open += 1
                continue
            if 1 <= found.low <= found.high < state.threshold:
                where = (*t.cell[1:5], item, t.cell.groupe)
                state.found.append(Finding(Attack.REST, where, owner, found.low, found.high))


def _verdict(found: Range, most: float, threshold: int, real: float | None) -> bool | None:
    """Return whether a group is surely (True) or perhaps (False) betrayed; None if it is not."""
    if found.low >= threshold or found.high == 0:
        return None
    if found.low <= 1 and found.high >= most and not found.hole:
        return None
    return real is not None or found.high < threshold


def _targets(
    space: Space, item: str, told: Sequence[Told], own: NDArray[np.bool_], threshold: int
) -> list[tuple[Attack, tuple[str, ...], Vector]]:
    """List what is attacked: masked cells, what is left of cells, each atom; the attacker's own apart."""
    out: list[tuple[Attack, tuple[str, ...], Vector]] = []
    for t in told:
        where = (*t.cell[1:5], item, t.cell.groupe)
        others = np.where(own, 0.0, t.vector)
        if t.adjusted:
            out.append((Attack.ADJUSTED, where, others))
        elif t.masked or 0 < t.n < threshold:
            out.append((Attack.SIZE, where, others))
        elif (own & (t.vector > 0)).any():
            out.append((Attack.REST, where, others))
    unknowns = len(space.caps)
    atoms = len(space.atoms.table)
    for k in range(unknowns):
        if not own[k]:
            one = np.zeros(unknowns)
            one[k] = 1
            owner = space.atoms.table["bailleur"].iloc[k % atoms]
            out.append((Attack.SIZE, (space.waves[k // atoms], "", "", owner, item, ""), one))
    return [out[k] for k in distinct(v for _, _, v in out)]


def _homes(space: Space, target: Vector) -> tuple[str, ...]:
    atoms = len(space.atoms.table)
    places = sorted({int(k) % atoms for k in np.flatnonzero(target)})
    return tuple(h for k in places for h in space.atoms.residences[k])


def _unions(
    state: _Found,
    space: Space,
    item: str,
    told: Sequence[Told],
    system: System,
    viewer: tuple[str, NDArray[np.bool_], Vector | None],
    kind: str,
) -> None:
    name, own, truth = viewer
    if len(space.caps) > _MOST_UNKNOWNS:
        return
    equal = system.low == system.high
    state.tried[kind, Attack.UNION] += 1
    known = np.zeros(len(own)) if truth is None else truth
    try:
        union = small_union(
            system.rows[equal], system.low[equal], own, known, state.threshold - 1
        )
    except OpenError:
        state.open += 1
        return
    if union is not None:
        size = np.nan if truth is None else float(truth @ union)
        homes = _homes(space, union)
        state.found.append(
            Finding(Attack.UNION, ("", "", "", "", item, ""), name, size, size, residences=homes)
        )


def _counts(
    state: _Found,
    space: Space,
    item: str,
    told: Sequence[Told],
    system: System,
    viewer: tuple[str, NDArray[np.bool_], Vector | None],
    kind: str,
) -> None:
    """Attack the numbers of satisfied answers, as weights that are equal would give them."""
    name, own, truth = viewer
    equal = space.equal
    measures = sorted(space.rows.loc[space.rows["item"] == item, "mesure"].unique())
    for measure in measures:
        shares = space.shares(item, measure)
        if not equal:
            shares = [s for s in shares if s.share in (0.0, 1.0) and not name]
        if not shares:
            continue
        counts = count_system(system, shares)
        satisfied = None
        if truth is not None and state.truth is not None:
            satisfied = space.answers(state.truth, item, "satisfaits")
            if name and measure == "satisfait":
                both = np.concatenate([own, own])
                counts = counts.with_fixed(both, np.concatenate([truth, satisfied]))
        if not _solvable(counts):
            continue
        for attack, where, target in _targets(space, item, told, own, state.threshold):
            if attack is Attack.REST and not name:
                continue
            real = None if truth is None else float(truth @ target)
            if real is not None and not 0 < real < state.threshold:
                continue
            _count(state, counts, (attack, where, target), name, kind)
        for s in shares:
            if s.cell.groupe == "ensemble":
                continue
            others = np.where(own, 0.0, s.vector)
            if others.any() and (not name or (own & (s.vector > 0)).any()):
                where = (*s.cell[1:5], item, s.cell.groupe)
                _count(state, counts, (Attack.UNANIMOUS, where, others), name, kind)


def _count(
    state: _Found,
    counts: System,
    target: tuple[Attack, tuple[str, ...], Vector],
    name: str,
    kind: str,
) -> None:
    """Look for two values of a count, one satisfied and one not satisfied."""
    attack, where, vector = target
    none = np.zeros(len(vector))
    yes, no, size = (
        np.concatenate(parts) for parts in ((none, vector), (vector, -vector), (vector, none))
    )
    state.tried[kind, Attack.UNANIMOUS if attack is Attack.UNANIMOUS else Attack.COUNT] += 1
    try:
        if max(counts.seen(size).max(initial=0), 0) == 0 and counts.extreme(size, -1) == 0:
            return  # nobody answered
        for wanted in (yes, no):
            if counts.seen(wanted).max(initial=0) == 0 and counts.extreme(wanted, -1) == 0:
                state.found.append(Finding(Attack.UNANIMOUS, where, name, 0, 0))
                return
        if attack is Attack.UNANIMOUS:
            return
        seen = counts.seen(yes)
        if np.ptp(seen) == 0 and counts.extreme(yes, 1) == counts.extreme(yes, -1):
            state.found.append(Finding(Attack.COUNT, where, name, seen[0], seen[0]))
    except NoSolutionError:
        return
    except OpenError:
        state.open += 1


def _once(found: Sequence[Finding]) -> list[Finding]:
    return list(dict.fromkeys(found))
