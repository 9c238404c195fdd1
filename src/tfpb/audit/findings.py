"""What an audit found, and what it tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

THRESHOLD: Final = 11
"""Smallest number of interviews that may be told."""
OUTSIDER: Final = "exterieur"
INSIDER: Final = "bailleur"


class Attack(StrEnum):
    """How something was learned."""

    SIZE = "taille"
    UNION = "reunion"
    REST = "reste"
    COUNT = "reponses"
    UNANIMOUS = "unanime"
    WIDTH = "largeur"
    SIDES = "cotes"
    WEIGHTS = "poids"
    ADJUSTED = "ajuste"
    TEXT = "texte"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing learned by an attacker.

    Parameters
    ----------
    attack : Attack
    where : tuple of str
        Wave, level, territory, bailleur, question, group; empty texts where they do not apply.
    attacker : str
        Empty for an outsider, else the bailleur that knows its own answers.
    low, high : float
        Bounds of the size (or count) that the release leaves; infinite when unknown.
    sure : bool
        Surely a group under the threshold; else its size may also be above it.
    residences : tuple of str
        Résidences of the group, where a stock tells them.
    text : str
        Sentence of the pack that names the group.
    """

    attack: Attack
    where: tuple[str, ...]
    attacker: str = ""
    low: float = 0
    high: float = float("inf")
    sure: bool = True
    residences: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """The outcome: what was tried, what was found, what was left open.

    Parameters
    ----------
    found : tuple of Finding
    tried : mapping of (attacker kind, attack) to int
        Targets attacked; the kind is `exterieur` or `bailleur`.
    cells, masked : int
        Cells of the packs (side × question, unadjusted), and those masked.
    open : int
        Targets that a limit on nodes left undecided: not proven safe.
    loosened : tuple of str
        Codes of the attacker's assumptions that the packs contradict.
    """

    found: tuple[Finding, ...] = ()
    tried: dict[tuple[str, str], int] = field(default_factory=dict)
    cells: int = 0
    masked: int = 0
    open: int = 0
    loosened: tuple[str, ...] = ()

    @property
    def attempts(self) -> int:
        """Targets attacked."""
        return sum(self.tried.values())

    @property
    def sure(self) -> tuple[Finding, ...]:
        """Findings that are surely under the threshold."""
        return tuple(f for f in self.found if f.sure)
