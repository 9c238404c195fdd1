"""One term for one thing: pieces, what is to plan, both sides, the readers' verdicts."""

from __future__ import annotations

from typing import Final

from tfpb.packaged import packaged

_TEXTS: Final = packaged(__name__)
PIECES: Final[dict[str, str]] = _TEXTS["pieces"]
PIECES_FOR_TENANTS: Final[dict[str, str]] = _TEXTS["pieces_des_habitants"]
PLAN: Final[dict[str, str]] = _TEXTS["programmer"]
SIDES: Final[dict[str, str]] = _TEXTS["cotes"]
VERDICTS: Final[dict[str, str]] = _TEXTS["verdicts"]
