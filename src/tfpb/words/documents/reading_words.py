"""« Lu, gardé, écarté »: what became of the rows of each file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.words.documents.report_words import ROLES
from tfpb.words.faults.sentences import bounded
from tfpb.words.numbers import number
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.record import Reading

_TEXTS: Final = packaged(__name__)
TITLE: Final = "Lu, gardé, écarté :"
MOTIVES: Final[dict[str, str]] = _TEXTS["motives"]
"""Code of a doubt → why its rows are set aside."""
OTHERS: Final = "autres bailleurs"
SURVEY: Final = "enquete"
_OF_A_RESIDENCE: Final = frozenset({"qpv_manquant", "residence_inconnue_enquete"})
_LINE: Final = Phrase("{file}{whose} : {read:s ligne lue/lignes lues}, {kept:s gardée}{left}")
_LEFT: Final = Phrase(", {count:s écartée} ({why})")
_WAVE: Final = "vague {wave}"


def reading_line(one: Reading, *, owners: bool) -> str:
    """Write what became of the rows of a file; `owners`: whether bailleurs are to be told apart."""
    named = one.bailleur or (OTHERS if owners and one.role == SURVEY else "")
    parts = [one.sheet and f"« {one.sheet} »", named, one.wave and _WAVE.format(wave=one.wave)]
    whose = "".join(f", {part}" for part in parts if part)
    left = sum(one.left.values())
    why = _LEFT.format(count=left, why=motives(one.left)) if left else ""
    return _LINE.format(file=f"« {one.file} »", whose=whose, read=one.read, kept=one.kept, left=why)


def motives(left: Mapping[str, int]) -> str:
    """Write why rows were set aside, with how many."""
    return ", ".join(f"{MOTIVES.get(code, code)} : {number(n)}" for code, n in left.items() if n)


def reading_row(one: Reading, masking_n: int) -> dict[str, str]:
    """Write a line of the table of a pack; of interviews, no count that secrecy hides, nor what gives it."""
    left = {code: n for code, n in one.left.items() if n}
    aside = sum(left.values())
    counts = (one.kept, aside, *left.values())
    # what is left out of one résidence is never told exact: its quarter less that is another's
    small = one.role == SURVEY and (
        any(0 < n < masking_n for n in counts) or any(code in _OF_A_RESIDENCE for code in left)
    )
    whole = small and 0 < one.kept < masking_n
    return {
        "role": ROLES.get(one.role, one.role),
        "fichier": one.file,
        "bailleur": one.bailleur,
        "vague": one.wave,
        "lues": "…" if small else number(one.read),
        "gardees": bounded(one.kept, masking_n) if whole else number(one.kept),
        "ecartees": bounded(aside, masking_n) if small and aside else number(aside),
        "motif": ", ".join(MOTIVES.get(c, c) for c in left) if small else motives(left),
    }
