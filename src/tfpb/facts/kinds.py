"""Kinds of findings: where each is shown, how it is settled, which claims wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.claim import TITLES, TOTAL, State
from tfpb.model.codes import Role
from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.claim import Claim

ANY_MONEY: Final = ("porte", "au_mieux")
"""Facts of premises of which the larger is at stake: what notices carry, and what may be due at best."""
_WIDE: Final = frozenset({TOTAL, "axe", "commune", "vague", "nature", "verdict"})
"""First words of the scopes that are of no one quarter."""


class Shelf(StrEnum):
    """Where a kind is shown."""

    STOPS = "arrete"
    FIGURE = "chiffre"
    GESTURE = "geste"
    READING = "lecture"
    METHOD = "methode"
    JOURNAL = "journal"


class Gesture(StrEnum):
    """How a kind is settled."""

    CELL = "cellule"
    FILE = "fichier"
    COLUMN = "colonne"
    NAME = "nom"
    ANSWER = "reponse"
    SIDE = "cote"
    SETTING = "reglage"
    SCALE = "echelle"
    GEOGRAPHY = "geographie"
    SENDING = "envoi"
    PAGE = "page"
    COMMAND = "commande"


@dataclass(frozen=True, slots=True)
class Effect:
    """What an unsettled finding does to claims, and its question."""

    code: str
    suspends: frozenset[str]  # names of claims
    raises: frozenset[str]
    """Names of claims of what is established: an answer may raise them, by what is at stake at most."""
    state: State | None
    """State of a known claim then; None where its claims carry the finding already."""
    weighs: tuple[str, ...]  # facts of premises of which the largest is at stake
    on_axes: bool  # whether an axis only is touched, and no total
    question: str
    yes: str  # effect of that answer on the fact, like `no`
    no: str
    decides: Role  # who answers

    def touches(self, one: Claim, quarters: frozenset[str] | None) -> bool:
        """Return whether a finding of some quarters suspends a claim that the effect names."""
        if self.state is None and one.state is State.CONNU:
            return False
        place, _, rest = one.scope.partition(" ")
        if self.on_axes and place != "axe" and not rest.startswith("axe "):
            return False
        return place in _WIDE or quarters is None or place in quarters


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding: one entry of `kinds.toml`."""

    code: str
    title: str  # in French, whatever the case
    shelf: Shelf
    gesture: Gesture
    codes: Mapping[str, Gesture]  # each code of the kind, with the gesture that settles it
    effect: Effect | None = None  # None where no claim waits for it

    @property
    def is_listed(self) -> bool:
        """Whether it belongs to the list « À régler » when it does not stop the run."""
        return self.shelf in {Shelf.STOPS, Shelf.FIGURE}


def _effect(code: str, line: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Effect:
    """Read an effect; a claim that the registry lacks is refused at import."""

    def named(field: str) -> frozenset[str]:
        names = {name for given in line.get(field, []) for name in groups.get(given, [given])}
        if unclaimed := names - set(TITLES):
            raise ValueError(code, unclaimed)
        return frozenset(names)

    state = line.get("etat", State.A_VERIFIER)
    return Effect(
        code, named("suspend"), named("hausse"), State(state) if state else None,
        tuple(line.get("pese", ANY_MONEY)), "portee" in line, line["question"], line["oui"], line["non"],
        Role(line["decide"]),
    )  # fmt: skip


def _kind(code: str, line: Mapping[str, Any], effects: Mapping[str, Effect]) -> Kind:
    """Read a kind; an exception that is no code of it is refused at import."""
    gesture = Gesture(line["geste"])
    codes = dict.fromkeys(line["codes"], gesture)
    for other, some in line.get("autrement", {}).items():
        if strange := set(some) - set(codes):
            raise ValueError(code, strange)
        codes |= dict.fromkeys(some, Gesture(other))
    effect = effects[line["effet"]] if "effet" in line else None
    return Kind(code, line["titre"], Shelf(line["rayon"]), gesture, codes, effect)


def _by_code(kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    """Return the kind of each code; a code of two kinds is refused at import."""
    found: dict[str, Kind] = {}
    for kind in kinds.values():
        if twice := found.keys() & kind.codes.keys():
            raise ValueError(kind.code, twice)
        found |= dict.fromkeys(kind.codes, kind)
    return found


_TABLE: Final = packaged(__name__)
EFFECTS: Final = {
    code: _effect(code, line, _TABLE["groupes"]) for code, line in _TABLE["effets"].items()
}
KINDS: Final = {code: _kind(code, line, EFFECTS) for code, line in _TABLE["sortes"].items()}
KIND_OF: Final = _by_code(KINDS)
"""The kind of each code of a message."""
SIDE: Final = EFFECTS["cote"]
"""The effect of an entrance whose side is not known."""
NOBODY: Final[str] = _TABLE["a_designer"]
"""Printed for a role that the dossier does not name."""


def effect_of(code: str) -> Effect | None:
    """Return what a finding of a code does to claims; None where none waits for it."""
    return KIND_OF[code].effect
