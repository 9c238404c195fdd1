"""What findings weigh, and the claims that wait for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Severity
from tfpb.facts.amount import between, known, nil, unknown
from tfpb.facts.claim import OUTSIDE, State, suspended
from tfpb.facts.kinds import ANY_MONEY, EFFECTS, NOBODY, SIDE, Effect, effect_of
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import STAMP, numbers, texts
from tfpb.model.results import MORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claim, Claims
    from tfpb.model.arrays import Integers
    from tfpb.model.codes import Role
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, Programme

_CENTS: Final = -2
_ASKED: Final = frozenset({State.A_VERIFIER, State.A_CONFIRMER})
"""States that somebody is in charge of."""
_UNNAMED: Final = unknown("non_etabli")
_ANY_QUARTER: Final = frozenset({"action_partagee"})
"""Doubts of a sharing that no file gives: another may reach quarters that this one leaves out."""
Row = tuple[str, str, int]
"""File, sheet and line: a workbook may hold several tables."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What hangs on a doubt: dwellings, euros, and the quarters they are of (None: not known, so all)."""

    logements: Amount
    euros: Amount
    quarters: frozenset[str] | None = None

    @property
    def rank(self) -> tuple[Decimal, Decimal]:
        """What orders doubts, heaviest first: the least that is known to hang."""
        return -self.euros.at_least, -self.logements.at_least


@dataclass(frozen=True, slots=True)
class _Part:
    """Dwellings of a résidence in one quarter and side; `lacking` are doors that no file counts."""

    code_qpv: str
    side: str
    dwellings: int
    lacking: int


class Weights:
    """What hangs on each doubt of a dossier, counted once from what is held and from the premises."""

    def __init__(
        self, located: Located, abatement: Abatement | None, programme: Programme | None
    ) -> None:
        self._homes: dict[str, list[_Part]] = {}
        columns = ("id_residence", "code_qpv", "cote", "logements", "sans_compte")
        for home, *part in zip(*(located.held[c].tolist() for c in columns), strict=True):
            self._homes.setdefault(str(home), []).append(_Part(*part))
        doors = located.entrances
        self._doors = dict(zip(_rows(doors), texts(doors, "id_residence"), strict=True))
        self._money = abatement
        self._lines: dict[Row, tuple[int, str]] = {}
        self._of_home: dict[str, list[int]] = {}
        if abatement is not None:
            lines = abatement.premises
            for position, (key, home) in enumerate(
                zip(_rows(lines), texts(lines, "id_residence"), strict=True)
            ):
                self._lines[key] = position, home
                self._of_home.setdefault(home, []).append(position)
        self._actions = {} if programme is None else dict(_actions(programme.actions))
        self._hanging: dict[tuple[str, ...], tuple[Integers, Integers]] = {}

    def of(self, fault: Fault) -> Weight:
        """Return the weight of a doubt: of its row, of the résidence that it names; unknown without both.

        What was read there may be a number like the identifier of any résidence: the row comes first, and a
        line of the tax sheet stands for its résidence where the doubt names it.
        """
        kind = effect_of(fault.code)
        row = (fault.place.file, fault.place.sheet, fault.place.row)
        named = str(fault.fields.get("residence", fault.got))
        if row in self._actions:
            weight = self._actions[row]
            return replace(weight, quarters=None) if fault.code in _ANY_QUARTER else weight
        position, home = self._lines.get(row, (-1, self._doors.get(row, named)))
        if position >= 0 and home != named:
            return self._of_line(position, kind)
        return self.of_home(home, kind) if home in self._homes else Weight(_UNNAMED, _UNNAMED)

    def of_home(self, home: str, kind: Effect | None = None) -> Weight:
        """Return what hangs on a doubt of a résidence; one of side is of its doubtful doors alone."""
        parts = self._homes[home]
        mine = [p for p in parts if kind is not SIDE or p.side == QpvStatut.A_VERIFIER]
        counted, lacking = sum(p.dwellings for p in mine), sum(p.lacking for p in mine)
        dwellings = between(Decimal(counted), None, "sans_compte") if lacking else known(counted)
        lines = self._of_home.get(home, ())
        outside = all(p.side == QpvStatut.HORS for p in parts)
        euros = nil() if outside and not lines else self._euros(lines, kind)
        return Weight(dwellings, euros, frozenset(p.code_qpv or OUTSIDE for p in mine))

    def quarters_in_doubt(self) -> frozenset[str]:
        """Return the quarters of doors whose side is not known."""
        unsure = (p for parts in self._homes.values() for p in parts)
        return frozenset(p.code_qpv or OUTSIDE for p in unsure if p.side == QpvStatut.A_VERIFIER)

    def _of_line(self, position: int, kind: Effect | None) -> Weight:
        assert self._money is not None  # noqa: S101 - it bears the line
        line = self._money.locaux.iloc[position : position + 1]
        (count,), (code,) = numbers(line, "nb_logements"), texts(line, "code_qpv")
        dwellings = unknown("sans_compte") if np.isnan(count) else known(int(count))
        return Weight(dwellings, self._euros([position], kind), frozenset({code or OUTSIDE}))

    def _euros(self, lines: Sequence[int], kind: Effect | None) -> Amount:
        """Add what hangs on lines of the tax sheet: the largest fact that the kind weighs."""
        weighs = ANY_MONEY if kind is None else kind.weighs
        if not weighs:
            return nil()
        facts = None if self._money is None else self._money.by_premises
        if facts is None or not lines:
            return unknown("sans_fichier" if facts is None else "sans_ligne")
        if weighs not in self._hanging:
            low = facts[list(weighs)].to_numpy()
            more = [facts[c] if (c := w + MORE) in facts else low[:, 0] * 0 for w in weighs]
            self._hanging[weighs] = low.max(axis=1), (low + np.column_stack(more)).max(axis=1)
        least, most = (
            Decimal(int(end[list(lines)].sum())).scaleb(_CENTS) for end in self._hanging[weighs]
        )
        return between(least, most, "avis_non_lu")


def suspend(
    claims: Claims, doubts: Iterable[Fault], weights: Weights, roles: Mapping[Role, str]
) -> Claims:
    """Return the claims, those that open doubts name suspended until they are answered.

    A doubt of one quarter suspends the claims of that quarter and of the whole; one that names nothing,
    those of every scope. Its decider, from `roles`, is in charge of them: « à désigner » where the dossier
    names none. `claims` are as the stages establish them; doubts that stop nothing are open.
    """
    found: dict[tuple[str, frozenset[str] | None], set[str]] = {}
    if unsure := weights.quarters_in_doubt():
        found[SIDE.code, unsure] = {SIDE.code}
    for fault in doubts:
        if fault.severity is Severity.DOUTE and (kind := effect_of(fault.code)):
            found.setdefault((kind.code, weights.of(fault).quarters), set()).add(fault.code)
    by_name: dict[str, list[Claim]] = {}
    for one in claims:
        by_name.setdefault(one.name, []).append(one)
    waiting: dict[tuple[str, str], Claim] = {}
    for (code, quarters), codes in found.items():
        kind = EFFECTS[code]
        for one in (c for name in kind.suspends for c in by_name.get(name, ())):
            if not kind.touches(one, quarters):
                continue
            now = suspended(waiting.get((one.name, one.scope), one), codes, kind.state)
            if now.state in _ASKED:
                now = replace(now, owner=now.owner or roles.get(kind.decides, NOBODY))
            waiting[one.name, one.scope] = now
    return claims.renewed(waiting.values())


def by_kind(listed: Mapping[str, Iterable[Fault]]) -> list[list[tuple[str, Fault]]]:
    """Gather the doubts of several bailleurs by kind: what suspends figures, of few of them, first."""
    met: dict[str, list[tuple[str, Fault]]] = {}
    for name, found in listed.items():
        for fault in found:
            met.setdefault(fault.code, []).append((name, fault))

    def rank(code: str) -> tuple[bool, int, int]:
        return effect_of(code) is None, len({name for name, _ in met[code]}), len(met[code])

    return [met[code] for code in sorted(met, key=rank)]


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Return where each row stands: file, sheet, line (−1 without any, or of a frame from no file)."""
    file, sheet = (texts(frame, column).tolist() for column in STAMP[:2])
    lines = [int(n) if n > 0 else -1 for n in numbers(frame, STAMP[2])]
    return list(zip(file, sheet, lines, strict=True))


def _actions(actions: pd.DataFrame) -> Iterator[tuple[Row, Weight]]:
    """Weigh each action: what it is valued, of its quarters; a shared one is a row a quarter of one line."""
    valued = actions.get("valorise_eur", [None] * len(actions))
    met: dict[Row, Weight] = {}
    for row, value, code in zip(_rows(actions), valued, texts(actions, "code_qpv"), strict=True):
        amount = known(value) if isinstance(value, Decimal) else unknown("valorise_vide")
        codes = frozenset({code}) if code else None
        before = met.get(row) if row[2] >= 0 else None
        if before is not None:
            amount += before.euros
            codes = codes and before.quarters and codes | before.quarters
        met[row] = Weight(nil(), amount, codes)
    yield from met.items()
