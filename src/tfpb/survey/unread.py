"""What was protected, as pages read it while a question on the deliveries is open: nothing is concluded."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import ENSEMBLE, SHOWN, Verdict
from tfpb.survey.secrecy.disclosure import sealed

if TYPE_CHECKING:
    from tfpb.model.survey import Published

_NO_READING: Final = frozenset({Verdict.INTERROMPUE, Verdict.MASQUE, Verdict.NON_CALCULABLE})
_CONCLUDED: Final = ("isole", "assurance", "autre_histoire", "peu_de_reponses")
"""What is concluded of a row besides its verdict."""
_WITHOUT_VERDICT: Final = ("levels", "benchmark", "variants")
"""Tables that no verdict says to be confirmed."""


@lru_cache(maxsize=2)
def to_confirm(
    whole: Published, waiting: frozenset[str] = frozenset({ENSEMBLE}), *, assumed: bool = False
) -> Published:
    """Leave to be confirmed what questions on the deliveries may change: shares, gaps and changes.

    `waiting` are bailleurs with an open question, `ENSEMBLE` for common ones; `assumed`: the direction of
    codes itself is assumed: every row is then to be confirmed, and what has no verdict to say so has no
    number.
    """
    table = whole.comparison
    shown = table["publication"].isin(SHOWN)
    written = shown & ~table["verdict"].isin(_NO_READING)
    if ENSEMBLE not in waiting and not assumed:
        written &= table["bailleur"].isin([ENSEMBLE, *waiting])
    blank = {c: table[c].where(~written, "") for c in _CONCLUDED if c in table}
    verdict = table["verdict"].where(~written, Verdict.A_CONFIRMER.value)
    nothing = {c: table[c].where(~written) for c in ("bascule", "marge_demontree_points")}
    tables = {"comparison": table.assign(verdict=verdict, **blank, **nothing)}
    for name in _WITHOUT_VERDICT if assumed else ():
        one = getattr(whole, name)
        if not one.empty and "publication" in one:
            state = one["publication"].where(
                ~one["publication"].isin(SHOWN), Verdict.A_CONFIRMER.value
            )
            tables[name] = one.assign(publication=state)
    return sealed(whole, tables)
