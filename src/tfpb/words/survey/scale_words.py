"""Words of a wave whose codes have no label: its answers counted, what each direction makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Shares = tuple[float, ...]

_LEAST: Final = 11
_FEW: Final = f"moins de {_LEAST}"
_CODE: Final = "{code} : {count}"
_WHOLE: Final = "{share} % de satisfaits"
_SIDES: Final = "{inside} % de satisfaits en QPV, {outside} % ailleurs"
_OTHER_WAVES: Final = "en {wave} : {readings}"
_OR: Final = " ou "
LEVEL: Final = "niveau {rank} sur {count}, 1 étant le meilleur"
"""Label of a level whose codes have none."""


def counted_codes(counts: Iterable[tuple[str, int]]) -> str:
    """Write how many answered each code, to ten: « 1 : 120, 2 : moins de 11 »."""
    return ", ".join(
        _CODE.format(code=code, count=_FEW if n < _LEAST else number(round(n, -1)))
        for code, n in counts
    )


def share_words(shares: Shares) -> str:
    """Write the shares satisfied: both sides, or all together where they are not known."""
    described = [number(share) for share in shares]
    if len(described) == 1:
        return _WHOLE.format(share=described[0])
    return _SIDES.format(inside=described[0], outside=described[1])


def beside_words(waves: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Write what the other waves read: « en 2019 : 60 % », both readings where it is asked too."""
    return " ; ".join(
        _OTHER_WAVES.format(wave=wave, readings=_OR.join(readings)) for wave, readings in waves
    )
