"""A claim: one figure, its name, its scope, what is known of it; and the table of all those of a dossier."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import Amount, UnknownAmountError, quotient, reasons, total, unknown
from tfpb.model.question import Unit
from tfpb.packaged import packaged

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

TOTAL: Final = "total"
"""Scope of the whole dossier; another scope is a `code_qpv`, or what `axis_scope` and its like write."""

OUTSIDE: Final = "hors_quartier"
"""Scope of what lies out of every quarter: quarters and it add up to the whole."""


class State(StrEnum):
    """What is known of a claim; the codes stand in `faits.csv`, their French in `claim.toml`."""

    CONNU = "connu"
    A_CONFIRMER = "a_confirmer"
    A_VERIFIER = "a_verifier"
    NON_LU = "non_lu"
    INCONNU = "inconnu"
    SUSPENDU = "suspendu"
    PEU_DE_REPONSES = "peu_de_reponses"
    PEU_DE_RESIDENCES = "peu_de_residences"
    MASQUE = "masque"
    NON_CONCLUANT = "on_ne_sait_pas"
    NON_DEMONTRE = "non_demontre"


class Nature(StrEnum):
    """What an amount rests on: the weakest of its parts."""

    REEL = "reel"
    ESTIME = "estime"


@dataclass(frozen=True, slots=True)
class Title:
    """How a claim is named: the one line of the registry for its code."""

    code: str  # `acquis`
    french: str  # « Abattement acquis »
    unit: Unit
    definition: str  # what it counts, for `faits.csv` and for the reader of a page
    sheet: str  # sheet of the workbook that has its rows


def _registry(table: Mapping[str, list[str]]) -> dict[str, Title]:
    """Check the registry at import: French name, unit, sheet and definition of each claim, no name twice."""
    titles: dict[str, Title] = {}
    for code, (french, unit, sheet, definition) in table.items():
        if not all((french, sheet, definition)) or french in {t.french for t in titles.values()}:
            message = f"claim.toml: {code} lacks a word, or bears the name of another claim"
            raise ValueError(message)
        titles[code] = Title(code, french, Unit(unit), definition, sheet)
    return titles


_TABLE: Final = packaged(__name__)
TITLES: Final = _registry(_TABLE["claims"])
STATES: Final[dict[State, str]] = {State(code): french for code, french in _TABLE["etats"].items()}
"""How each state is written; a state without French fails at import."""
if set(STATES) != set(State):
    raise ValueError(set(State) - set(STATES))


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure that pages, workbook and data write under one name.

    ValueError for a masked claim with a value; a known one whose bounds differ.
    """

    name: str  # code of the registry
    scope: str  # `total`, a `code_qpv`, or what `axis_scope` and its like write
    value: Amount | None
    """None where the figure exists and is not shown (`State.MASQUE`), or was not made."""
    state: State = State.CONNU
    nature: Nature | None = None
    proof: str = ""  # code of what proves it, empty where nothing is to prove
    owner: str = ""  # role in charge of what is left to do about it
    deadline: dt.date | None = None
    sheet: str = ""  # sheet that has its rows
    why: frozenset[str] = frozenset()  # codes of what its state rests on, the amount's own included

    def __post_init__(self) -> None:
        """Refuse a name without a title, and a state that denies its value."""
        if self.name not in TITLES:
            raise KeyError(self.name)
        masked = self.state is State.MASQUE
        if masked and self.value is not None:
            message = f"a masked claim bears no value: {self.name} {self.scope}"
            raise ValueError(message)
        if self.state is State.CONNU and not (self.value is not None and self.value.is_known):
            message = f"a known claim needs a known value: {self.name} {self.scope} {self.value!r}"
            raise ValueError(message)
        if not self.sheet:
            object.__setattr__(self, "sheet", self.title.sheet)
        why = self.why if self.value is None else self.why | self.value.why
        object.__setattr__(self, "why", reasons(why))

    @property
    def title(self) -> Title:
        """Its line of the registry."""
        return TITLES[self.name]

    @property
    def amount(self) -> Amount:
        """Its value; what is not shown or not known is an unknown, never nil.

        UnknownAmountError for a gap without value: it has no least.
        """
        if self.value is None and self.title.unit is Unit.POINTS:
            raise UnknownAmountError(f"{self.name} {self.scope}: {self.state}")
        return unknown(str(self.state)) if self.value is None else self.value


def claim(name: str, scope: str, value: Amount, **more: object) -> Claim:
    """Return a claim whose state follows from its value: known, else what its reasons name."""
    state = more.pop("state", None)
    if state is None:
        state = State.CONNU if value.is_known else state_of(value.why)
    return Claim(name, scope, value, State(str(state)), **more)  # type: ignore[arg-type]


def state_of(why: Iterable[str]) -> State:
    """Return the state that reasons come to: a file that lacks rules, then what is not read, then a doubt."""
    found = {_STATE_OF.get(code, State.INCONNU) for code in why}
    return next((s for s in _WEAKEST_FIRST if s in found), State.INCONNU)


_WEAKEST_FIRST: Final = (
    State.INCONNU, State.SUSPENDU, State.NON_LU, State.A_VERIFIER, State.A_CONFIRMER, State.MASQUE,
    State.PEU_DE_REPONSES, State.PEU_DE_RESIDENCES, State.NON_CONCLUANT, State.NON_DEMONTRE,
)  # fmt: skip
_STATE_OF: Final[dict[str, State]] = {
    **{str(s): s for s in State},
    **{code: State(state) for code, state in _TABLE["raisons"].items()},
}


class Claims:
    """Every claim of a dossier, by name and scope; a page takes them from here and computes none.

    ValueError for a name claimed twice for one scope.
    """

    __slots__ = ("_held",)

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        held: dict[tuple[str, str], Claim] = {}
        for one in claims:
            if held.setdefault((one.name, one.scope), one) is not one:
                message = f"claimed twice: {one.name} {one.scope}"
                raise ValueError(message)
        self._held = held

    def __iter__(self) -> Iterator[Claim]:
        """Go through the claims in the order they were made."""
        return iter(self._held.values())

    def __len__(self) -> int:
        """Count the claims."""
        return len(self._held)

    def identity(self) -> tuple[object, ...]:
        """Return what a kept result that reads them is known by."""
        return tuple(self)

    def get(self, name: str, scope: str = TOTAL) -> Claim:
        """Return a claim; one that was not made is unknown, never nil (KeyError out of the registry)."""
        if (found := self._held.get((name, scope))) is not None:
            return found
        signed = TITLES[name].unit is Unit.POINTS  # a gap that nobody made has no least
        return Claim(name, scope, None if signed else unknown("non_etabli"), State.INCONNU)

    def has(self, name: str, scope: str = TOTAL) -> bool:
        """Return whether somebody made the claim."""
        return (name, scope) in self._held

    def amount(self, name: str, scope: str = TOTAL) -> Amount:
        """Return the amount of a claim; unknown where nobody made it or it is masked."""
        return self.get(name, scope).amount

    def within(self, scope: str = TOTAL) -> Within:
        """Return the claims of one scope."""
        return Within(self, scope)

    def scopes(self, name: str) -> tuple[str, ...]:
        """Return the scopes of a name but the whole, in the order they were made."""
        return tuple(s for n, s in self._held if n == name and s != TOTAL)

    def count_unknown(self, name: str) -> int:
        """Count the quarters where a claim is not known."""
        mine = (c for c in self._held.values() if c.name == name and is_quarter(c.scope))
        return sum(not c.amount.is_known for c in mine)

    def sum(self, name: str, scopes: Iterable[str]) -> Amount:
        """Add a name over scopes that do not overlap."""
        return total(self.amount(name, scope) for scope in scopes)

    def renewed(self, claims: Iterable[Claim]) -> Claims:
        """Return the claims with some replaced or added."""
        return _of(self._held | {(c.name, c.scope): c for c in claims})


@dataclass(frozen=True, slots=True)
class Within:
    """The claims of one scope, by name alone: what a sentence about a quarter, or about the whole, reads."""

    claims: Claims
    scope: str

    def get(self, name: str) -> Claim:
        """Return a claim, as `Claims.get`."""
        return self.claims.get(name, self.scope)

    def has(self, name: str) -> bool:
        """Return whether somebody made the claim."""
        return self.claims.has(name, self.scope)

    def amount(self, name: str) -> Amount:
        """Return the amount of a claim, as `Claims.amount`."""
        return self.claims.amount(name, self.scope)

    def share(self, name: str, of: str) -> Amount:
        """Return what part of a claim another is; unknown where that may be nothing."""
        whole = self.amount(of)
        return quotient(self.amount(name), whole) if whole.exceeds_nil else unknown("non_etabli")


def _of(held: dict[tuple[str, str], Claim]) -> Claims:
    out = Claims()
    object.__setattr__(out, "_held", held)
    return out


def suspended(one: Claim, by: Iterable[str], state: State | None = State.A_VERIFIER) -> Claim:
    """Return a claim that doubts suspend: a known figure is in `state` until they are answered."""
    codes = frozenset(by)
    firm = (State.CONNU, State.A_CONFIRMER) if state is State.A_VERIFIER else (State.CONNU,)
    if not codes or state is None or one.state not in firm:
        state = one.state
    same = state is one.state and codes <= one.why
    return one if same else replace(one, state=state, why=one.why | codes)


def is_quarter(scope: str) -> bool:
    """Return whether a scope is a quarter by its code: not the whole, what is out of all, an axis."""
    return scope not in (TOTAL, OUTSIDE) and " " not in scope


def axis_scope(axis: int, quarter: str = TOTAL) -> str:
    """Name the scope of an axis of the programme, over the whole or in one quarter."""
    return f"axe {axis}" if quarter == TOTAL else f"{quarter} axe {axis}"


def place_of(scope: str) -> str:
    """Return the place of a scope: that of an axis is the quarter, or the whole."""
    found = _AXIS.fullmatch(scope)
    return (found[1] or TOTAL) if found else scope


_AXIS: Final = re.compile(r"(?:(.+) )?axe \d+")


_COMMUNE: Final = "code_insee"


def commune_scope(code: str) -> str:
    """Name the scope of a commune, all of its dwellings."""
    return territory_scope(_COMMUNE, code)


def of_commune(scope: str) -> bool:
    """Return whether a scope is of a commune: a region's sums are made of it, no page shows it."""
    return scope.startswith(f"{_COMMUNE} ")


def territory_scope(level: str, code: str) -> str:
    """Name the scope of a territory: the quarters of a contrat, an intercommunalité, a département."""
    return f"{level} {code}"
