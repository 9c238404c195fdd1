"""Notices of the year beside those of the year before, premises by premises."""

from __future__ import annotations

from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import Statut
from tfpb.model.results import PREVIOUS_COLUMNS
from tfpb.tax.abatement.sent_list import premises_key
from tfpb.tax.plain_values import RATE, Record, grouped, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_APART: Final = Decimal("0.05")
"""Move of a base, or of a sum of rates, beside that of most premises: beyond, it is to look at."""
_HELD: Final = frozenset({Statut.ABATTU, Statut.A_RISQUE, Statut.DROIT_INCONNU})
"""Statuses of premises whose notice may bear the abatement."""
_UNSETTLED: Final = frozenset({Statut.A_VERIFIER, Statut.DROIT_INCONNU, Statut.NON_LU})
"""Statuses of premises of which nothing tells what is due: no sum, 0 € no more than another."""


def beside_previous(now: pd.DataFrame | None, then: pd.DataFrame | None) -> pd.DataFrame:
    """Set each premises beside itself a year before; one that a year alone bears is told too.

    A base, or a sum of rates, is told to have moved where it did otherwise than those of most premises: all
    bases are raised together, and a commune votes one rate.

    Parameters
    ----------
    now, then : DataFrame
        `Abatement.calculation` of both years.

    Returns
    -------
    DataFrame
        `PREVIOUS_COLUMNS`, what asks a look first. `constat` is perdu (abated then, refused now), gagne,
        disparu, nouveau, base, taux or stable; euros are Decimal, moves ratios (0.02: raised by 2 %).
    """
    both = [_by_key(frame) for frame in (then, now)]
    pairs = [(both[0].get(k), both[1].get(k)) for k in dict.fromkeys((*both[1], *both[0]))]
    moves = {c: _usual(pairs, c) for c in ("base_eur", "somme_taux_pct")}
    rows = [_row(before, after, moves) for before, after in pairs]
    rows.sort(key=lambda r: _ORDER.index(r["constat"]))
    return pd.DataFrame(rows, columns=list(PREVIOUS_COLUMNS), dtype=object)


_ORDER: Final = ("perdu", "disparu", "base", "taux", "nouveau", "gagne", "stable")
Pair = tuple[Record | None, Record | None]


def _by_key(frame: pd.DataFrame | None) -> dict[tuple[str, ...], Record]:
    """Return the premises by what names them both years; two that nothing tells apart are left out."""
    groups = grouped(records(frame), _key)
    return {key: rows[0] for key, rows in groups.items() if len(rows) == 1}


def _key(row: Record) -> tuple[str, ...]:
    if local := row.text("invariant"):
        return (premises_key(local),)
    return row.text("id_residence"), row.text("id_batiment"), row.text("avis")


def _usual(pairs: Iterable[Pair], column: str) -> Decimal | None:
    moves = [m for before, after in pairs if (m := _move(before, after, column)) is not None]
    return median(moves) if moves else None


def _move(before: Record | None, after: Record | None, column: str) -> Decimal | None:
    """Return by how much a figure moved, as a ratio; None where a year lacks it."""
    old = before.money(column) if before else None
    new = after.money(column) if after else None
    return None if not old or not new else (new / old - 1).quantize(RATE)


def _row(
    before: Record | None, after: Record | None, usual: Mapping[str, Decimal | None]
) -> dict[str, Any]:
    one = after or before or Record()
    moves = {column: _move(before, after, column) for column in usual}
    apart = [c for c, m in moves.items() if m is not None and abs(m - (usual[c] or 0)) > _APART]
    statuts = [row.text("statut") if row else "" for row in (before, after)]
    held, refused = statuts[0] in _HELD, statuts[1] == Statut.A_RECLAMER
    finds = {
        "disparu": after is None, "nouveau": before is None, "perdu": held and refused,
        "base": "base_eur" in apart, "taux": bool(apart),
        "gagne": statuts[0] == Statut.A_RECLAMER and statuts[1] in _HELD, "stable": True,
    }  # fmt: skip
    figures: dict[str, Any] = {
        c: one.text(c) for c in ("avis", "invariant", "id_residence", "id_batiment", "code_qpv")
    }
    for end, row, statut in zip(("_precedente", ""), (before, after), statuts, strict=True):
        figures |= {f"{c}{end}": row.get(c) if row else None for c in _SHOWN}
        if statut in _UNSETTLED:
            figures[f"abattement_acquis_eur{end}"] = None
    return figures | {
        "statut_precedent": statuts[0], "statut": statuts[1], "base_ecart": moves["base_eur"],
        "constat": next(name for name, found in finds.items() if found),
    }  # fmt: skip


_SHOWN: Final = ("base_eur", "somme_taux_pct", "abattement_acquis_eur")
