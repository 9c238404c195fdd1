"""One term for one thing: pieces, what is to plan, both sides, the readers' verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tfpb.packaged import packaged

_TEXTS: Final = packaged(__name__)


@dataclass(frozen=True, slots=True)
class _Pieces:
    avec: str
    avec_en_entier: str
    a_revoir: str
    sans: str
    sans_court: str


@dataclass(frozen=True, slots=True)
class _Plan:
    manque: str
    reporte: str
    a_programmer: str


@dataclass(frozen=True, slots=True)
class _Sides:
    ici: str
    ailleurs: str
    ailleurs_du_bailleur: str
    ailleurs_de_tous: str


PIECES: Final = _Pieces(**_TEXTS["pieces"])
PIECES_FOR_TENANTS: Final[dict[str, str]] = _TEXTS["pieces_des_habitants"]
PLAN: Final = _Plan(**_TEXTS["programmer"])
SIDES: Final = _Sides(**_TEXTS["cotes"])
VERDICTS: Final[dict[str, str]] = _TEXTS["verdicts"]
