"""An audit: the attacker's assumptions, then each attacker, question and target.

An attacker is a reader of the pack, or a bailleur that knows its own answers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tfpb.audit.atoms import Assumed, atoms_of
from tfpb.audit.findings import INSIDER, OUTSIDER, THRESHOLD, Attack, Audit, Finding
from tfpb.audit.questions import MASKED, Space, count_system, size_system
from tfpb.audit.released import ANSWER, RAW, Release, is_whole
from tfpb.audit.solving import NoSolutionError, OpenError, distinct, sizes, small_union
from tfpb.audit.widths import sides_told, weights_told, widths_told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from tfpb.audit.solving import Range, System, Vector
    from tfpb.model.arrays import Flags

_MOST_UNKNOWNS: Final = 1500
"""Above, unions of atoms are not sought."""
_LOOSER: Final[tuple[dict[str, bool], ...]] = (
    {},
    {"others": True},
    {"changes": False},
    {"others": True, "changes": False},
    {"stock": False},
    {"stock": False, "others": True},
    {"stock": False, "others": True, "elsewhere": True, "changes": False},
    {"stock": False, "others": True, "elsewhere": True, "changes": False, "moves": True},
)


@dataclass(slots=True)
class Log:
    """What an audit has tried and found so far; `open` counts what a limit left undecided."""

    found: list[Finding] = field(default_factory=list)
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    open: int = 0


class Target(NamedTuple):
    """A group of households: how it is attacked, its names, and which unknowns it adds up."""

    attack: Attack
    where: tuple[str, ...]
    vector: Vector


def attackers(
    space: Space, item: str, system: System, truth: pd.DataFrame | None, *, insiders: bool
) -> Iterator[Attacker]:
    """Return the attackers of one question, a reader of the pack first.

    Parameters
    ----------
    space : Space
    item : str
    system : System
        Of sizes.
    truth : DataFrame, optional
        As `audit` takes it. Without it a bailleur's answers are unknown: only what is small whatever they
        are is told of what it leaves of the wholes.
    insiders : bool
    """
    nobody = np.zeros(len(space.caps), dtype=bool)
    if truth is None:
        yield Attacker(space, item, system, "", nobody)
        owners = {t.cell.bailleur for t in space.told(item) if not is_whole(t.cell.bailleur)}
        for owner in sorted(owners) if insiders else ():
            yield Attacker(space, item, system, owner, space.of_owner(owner))
        return
    n, satisfied = (space.answers(truth, item, c) for c in ("n", "satisfaits"))
    yield Attacker(space, item, system, "", nobody, n, satisfied)
    owners = set(truth["bailleur"])
    for owner in sorted(owners) if insiders and len(owners) > 1 else ():
        own = space.of_owner(owner)
        yield Attacker(space, item, system.with_fixed(own, n), owner, own, n, satisfied)


@dataclass
class Attacker:
    """One attacker of one question.

    Parameters
    ----------
    space, item, system
        The rows, the question, and what its sizes must satisfy.
    name : str
        A bailleur; empty for a reader of the pack.
    own : array of bool
        Unknowns whose numbers it knows.
    n, satisfied : array, optional
        True numbers of each unknown.
    """

    space: Space
    item: str
    system: System
    name: str
    own: Flags
    n: Vector | None = None
    satisfied: Vector | None = None

    def attack(self, log: Log) -> None:
        """Make every attack."""
        cells = self._cells()
        if self.name and self.n is None:
            self._sizes(log, [t for t in cells if t.attack is Attack.REST])
            return
        targets = [*cells, *self._atoms()]
        self._sizes(log, targets)
        self._union(log)
        for measure in self.space.measures(self.item):
            self._counts(log, measure, targets)

    def _try(self, log: Log, attack: Attack) -> None:
        log.tried[INSIDER if self.name else OUTSIDER, attack] += 1

    def _sizes(self, log: Log, targets: list[Target]) -> None:
        """Look for sizes that a group cannot have."""
        for attack, where, vector in targets:
            if not self._secret(vector):
                continue
            self._try(log, attack)
            most = min(THRESHOLD, float(self.space.caps @ vector))
            try:
                found = sizes(self.system, vector, most)
            except NoSolutionError:
                continue
            except OpenError:
                log.open += 1
                continue
            sure = self._verdict(found, most)
            if sure is not None:
                homes = self.space.homes(vector)
                log.found.append(
                    Finding(attack, where, self.name, found.low, found.high, sure, homes)
                )

    def _secret(self, vector: Vector) -> bool:
        """Return whether a group may be under the threshold; its true size tells, where it is known."""
        return self.n is None or 0 < float(self.n @ vector) < THRESHOLD

    def _verdict(self, found: Range, most: float) -> bool | None:
        """Return whether a group is surely (True) or perhaps (False) betrayed; None if it is not."""
        if found.low >= THRESHOLD or found.high == 0:
            return None
        if found.low <= 1 and found.high >= most and not found.hole:
            return None
        if self.name and self.n is None:
            return True if 1 <= found.low <= found.high < THRESHOLD else None
        return self.n is not None or found.high < THRESHOLD

    def _cells(self) -> list[Target]:
        """List masked cells, and what is left of cells, the attacker's own apart."""
        out: list[Target] = []
        for t in self.space.told(self.item):
            where = (*t.cell[1:5], self.item, t.cell.groupe)
            others = np.where(self.own, 0.0, t.vector)
            if t.adjusted:
                out.append(Target(Attack.ADJUSTED, where, others))
            elif t.masked or 0 < t.n < THRESHOLD:
                out.append(Target(Attack.SIZE, where, others))
            elif (self.own & (t.vector > 0)).any():
                out.append(Target(Attack.REST, where, others))
        return [out[k] for k in distinct(t.vector for t in out)]

    def _atoms(self) -> list[Target]:
        names = self.space.atoms.table["bailleur"].tolist()
        out = []
        for k in np.flatnonzero(~self.own):
            one = np.zeros(len(self.own))
            one[k] = 1
            wave, atom = divmod(int(k), len(names))
            where = (self.space.waves[wave], "", "", names[atom], self.item, "")
            out.append(Target(Attack.SIZE, where, one))
        return out

    def _union(self, log: Log) -> None:
        """Look for any set of atoms that is small and exactly known."""
        if len(self.own) > _MOST_UNKNOWNS:
            log.open += 1
            return
        self._try(log, Attack.UNION)
        equal = self.system.low == self.system.high
        known = np.zeros(len(self.own)) if self.n is None else self.n
        try:
            union = small_union(
                self.system.rows[equal], self.system.low[equal], self.own, known, THRESHOLD - 1
            )
        except OpenError:
            log.open += 1
            return
        if union is not None:
            atoms, size = union
            where = ("", "", "", "", self.item, "")
            log.found.append(
                Finding(
                    Attack.UNION, where, self.name, size, size, residences=self.space.homes(atoms)
                )
            )

    def _counts(self, log: Log, measure: str, targets: list[Target]) -> None:
        """Attack the numbers of satisfied answers, as weights that are equal would give them."""
        shares = self.space.shares(self.item, measure)
        if not self.space.equal:
            shares = [s for s in shares if s.share in (0.0, 1.0) and not self.name]
        if not shares:
            return
        counts = count_system(self.system, shares)
        if self.name and measure == ANSWER and self.n is not None and self.satisfied is not None:
            both = np.concatenate([self.own, self.own])
            counts = counts.with_fixed(both, np.concatenate([self.n, self.satisfied]))
        targets = [
            t
            for t in targets
            if (t.attack is not Attack.REST or self.name)
            and (self.n is not None or t.where[-1])  # an atom may be large, its count no secret
            and self._secret(t.vector)
        ]
        for s in shares:
            others = np.where(self.own, 0.0, s.vector)
            if others.any() and (not self.name or (self.own & (s.vector > 0)).any()):
                where = (*s.cell[1:5], self.item, s.cell.groupe)
                targets.append(Target(Attack.UNANIMOUS, where, others))
        try:
            if counts.solvable():
                for target in targets:
                    self._count(log, counts, target)
        except OpenError:
            log.open += 1

    def _count(self, log: Log, counts: System, target: Target) -> None:
        """Look for two values of a count, one satisfied and one not satisfied."""
        attack, where, vector = target
        none = np.zeros(len(vector))
        size = np.concatenate([vector, none])
        yes = np.concatenate([none, vector])
        self._try(log, Attack.UNANIMOUS if attack is Attack.UNANIMOUS else Attack.COUNT)
        try:
            if not _positive(counts, size):
                return  # nobody answered
            if not (_positive(counts, yes) and _positive(counts, size - yes)):
                log.found.append(Finding(Attack.UNANIMOUS, where, self.name, 0, 0))
            elif attack is not Attack.UNANIMOUS and np.ptp(counts.seen(yes)) == 0:
                low, high = counts.extreme(yes, 1), counts.extreme(yes, -1)
                if low == high:
                    log.found.append(Finding(Attack.COUNT, where, self.name, low, high))
        except NoSolutionError:
            return
        except OpenError:
            log.open += 1


def _positive(system: System, vector: Vector) -> bool:
    """Return whether a target can be above nil."""
    return float(system.seen(vector).max(initial=0)) > 0 or system.extreme(vector, -1) > 0


def audit(
    releases: Sequence[Release],
    *,
    truth: pd.DataFrame | None = None,
    insiders: bool = True,
) -> Audit:
    """Attack one or several packs of a survey, as anybody who holds them could.

    Parameters
    ----------
    releases : sequence of Release
        The pack, and those released before it.
    truth : DataFrame, optional
        `residence, bailleur, vague, item, n, satisfaits`: what the survey really holds. Each bailleur is
        then an attacker that knows its own rows, and only groups truly under the threshold count.
    insiders : bool
        Try each bailleur too, where there are several.

    Returns
    -------
    Audit
    """
    assumed, space = _believed(releases)
    log = Log(open=space.unreached)
    asked = space.asked() if space.equal else {}
    for item in space.items:
        system = size_system(space, space.told(item), assumed, asked)
        if not _solvable(system):
            log.open += 1
            continue
        for attacker in attackers(space, item, system, truth, insiders=insiders):
            attacker.attack(log)
    for release in releases:
        log.found += _without_system(release, equal=space.equal)
    cells = space.rows[space.rows["ajustement"] == RAW].drop_duplicates(
        ["release", "vague", "niveau", "territoire", "bailleur", "item", "groupe"]
    )
    return Audit(
        tuple(dict.fromkeys(log.found)),
        dict(log.tried),
        len(cells),
        int((cells["publication"] == MASKED).sum()),
        log.open,
        _loosened(assumed, releases),
    )


def _without_system(release: Release, *, equal: bool) -> Iterator[Finding]:
    """Attack what one row or sentence tells by itself."""
    yield from widths_told(release)
    yield from sides_told(release)
    if not equal:
        yield from weights_told(release)
    for file, sentence, n in release.sentences:
        if 0 < n < THRESHOLD:
            yield Finding(Attack.TEXT, ("", "", "", "", file, ""), low=n, high=n, text=sentence)


def _loosened(assumed: Assumed, releases: Sequence[Release]) -> tuple[str, ...]:
    """Name what the packs contradict; a stock that no pack holds contradicts nothing."""
    plain = Assumed(stock=_stocked(releases))
    names = ("stock", "others", "elsewhere", "changes", "moves")
    return tuple(k for k in names if getattr(assumed, k) != getattr(plain, k))


def _stocked(releases: Sequence[Release]) -> bool:
    return all(r.stock is not None for r in releases)


def _believed(releases: Sequence[Release]) -> tuple[Assumed, Space]:
    """Return the strongest assumptions that the packs do not contradict, else the weakest."""
    tries = [replace(Assumed(stock=_stocked(releases)), **change) for change in _LOOSER]
    for assumed in dict.fromkeys(tries):
        space = Space(releases, atoms_of(releases, assumed))
        if all(_solvable(size_system(space, space.told(i), assumed, {})) for i in space.items):
            break
    return assumed, space


def _solvable(system: System) -> bool:
    try:
        return system.solvable()
    except OpenError:
        return False
