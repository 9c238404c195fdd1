"""Notices of the year beside those of the year before, premises by premises."""

from __future__ import annotations

from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import Statut
from tfpb.tax.abatement.sent_list import premises_key
from tfpb.tax.ledger.premises_known import added
from tfpb.tax.plain_values import RATE, Record, grouped, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_APART: Final = Decimal("0.05")
"""Move of a base, or of a sum of rates, beside that of most premises: beyond, it is to look at."""
_HELD: Final = frozenset({Statut.ABATTU, Statut.A_RISQUE, Statut.DROIT_INCONNU})
"""Statuses of premises whose notice may bear the abatement."""
_UNSETTLED: Final = frozenset({Statut.A_VERIFIER, Statut.DROIT_INCONNU, Statut.NON_LU})
"""Statuses of premises of which nothing tells what is due: no sum, 0 € no more than another."""


def beside_previous(now: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Compare each premises with itself a year before (`locaux`); one of last year alone has a last row.

    A base, or a sum of rates, is said to have moved where it did otherwise than those of most premises: all
    bases are raised together, and a commune votes one rate. `constat_precedent` is perdu (abated then,
    refused now), gagne, disparu, nouveau, base, taux or stable; euros are Decimal, moves ratios (0.02:
    raised by 2 %).
    """
    past, present = (_by_key(frame) for frame in (then, now))
    pairs = [(past.get(k), present.get(k)) for k in dict.fromkeys((*present, *past))]
    usual = {
        c: _usual([(b and b[1], a and a[1]) for b, a in pairs], c)
        for c in ("base_eur", "somme_taux_pct")
    }
    columns = {c: now[c].tolist() for c in COLUMNS}
    gone: list[dict[str, Any]] = []
    for before, after in pairs:
        cells = _year_before(before and before[1], after and after[1], usual)
        if after is None:
            gone += [_named(before[1]) | cells] if before else []
            continue
        for name, value in cells.items():
            columns[name][after[0]] = value
    filled = {c: pd.Series(v, now.index, dtype=object) for c, v in columns.items()}
    return added(now.assign(**filled), gone)


COLUMNS: Final = (
    "base_eur_precedente", "base_ecart", "somme_taux_pct_precedente", "abattement_acquis_eur_precedente",
    "statut_precedent", "constat_precedent",
)  # fmt: skip
Pair = tuple[Record | None, Record | None]


def _by_key(frame: pd.DataFrame) -> dict[tuple[str, ...], tuple[int, Record]]:
    """Return the premises by what names them both years, each with its place; of two alike, neither."""
    rows = enumerate(r for r in records(frame) if r["sur_avis"])
    groups = grouped(rows, lambda one: _key(one[1]))
    return {key: found[0] for key, found in groups.items() if len(found) == 1}


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


def _named(row: Record) -> dict[str, Any]:
    """Return what names a premises that this year bears no more."""
    named = ("annee", "avis", "invariant", "id_residence", "id_batiment", "nom", "code_qpv")
    return {c: row.get(c) for c in named}


def _year_before(
    before: Record | None, after: Record | None, usual: Mapping[str, Decimal | None]
) -> dict[str, Any]:
    moves = {column: _move(before, after, column) for column in usual}
    apart = [c for c, m in moves.items() if m is not None and abs(m - (usual[c] or 0)) > _APART]
    then, now = (row.text("statut") if row else "" for row in (before, after))
    held, refused = then in _HELD, now == Statut.A_RECLAMER
    finds = {
        "disparu": after is None, "nouveau": before is None, "perdu": held and refused,
        "base": "base_eur" in apart, "taux": bool(apart),
        "gagne": then == Statut.A_RECLAMER and now in _HELD, "stable": True,
    }  # fmt: skip
    return {
        **{f"{c}_precedente": before.get(c) if before else None for c in _SHOWN},
        **({"abattement_acquis_eur_precedente": None} if then in _UNSETTLED else {}),
        "statut_precedent": then, "base_ecart": moves["base_eur"],
        "constat_precedent": next(name for name, found in finds.items() if found),
    }  # fmt: skip


_SHOWN: Final = ("base_eur", "somme_taux_pct", "abattement_acquis_eur")
