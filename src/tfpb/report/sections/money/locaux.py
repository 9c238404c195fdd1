"""The calculation, premises by premises: from a line of the file to the amounts, to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.codes import Statut
from tfpb.model.columns import STAMP
from tfpb.model.report import Format
from tfpb.report.sections.build import DATA, SHEET, column, has, only, said, table
from tfpb.words.money import accounts as words

if TYPE_CHECKING:
    from tfpb.model.money import Abatement
    from tfpb.model.report import Block, Table

_COUNTED: Final = (Statut.ABATTU, Statut.ELIGIBLE)
_KEY: Final = ("id_residence", "id_batiment", "avis")
_CALCULATION: Final = (
    *_KEY, "invariant", "base_eur", "part", "somme_taux_pct", "abattement_eur", "compte_eur", "statut",
    "ligne_fichier",
)  # fmt: skip
_WAITING: Final = {
    "abattement_a_reclamer_eur": "À réclamer (€)",
    "abattement_a_risque_eur": "À risque (€)",
    "abattement_a_verifier_eur": "À vérifier (€)",
    "abattement_sans_convention_eur": "Sans convention (€)",
}


def premises_blocks(money: Abatement) -> list[Block]:
    """Lead each amount to its base, its rates and its line: one wide table for software, two on the sheet."""
    whole = premises_table(money)
    lines = [f"abattement_{line}_eur" for line in words.LINES]
    return [
        whole,
        _part(whole, "abattement_locaux_calcul", whole.title, _CALCULATION),
        _part(
            replace(whole, notes=()),
            "abattement_locaux_lignes",
            "Le même montant, ligne de l’avis par ligne de l’avis",
            (*_KEY, *lines, "abattement_eur", "frais_comptes_eur"),
        ),
    ]


def _part(whole: Table, key: str, title: str, keys: tuple[str, ...]) -> Table:
    """Make a sheet's table of some columns of a wider one: as wide as the others of its sheet."""
    part = only(whole, key, keys)
    shown = {c.key for c in part.columns}
    sums = {k: v for k, v in whole.totals.items() if k in shown}
    return replace(part, title=title, media=SHEET, totals=sums)


def premises_table(money: Abatement) -> Table:
    """Make the whole table, one row a premises.

    Lines of the notice, and amounts in waiting, have a column only where one of them is not nil.
    """
    rows = money.premises
    is_counted = rows["statut"].isin([str(s) for s in _COUNTED])
    nothing = pd.Series([Decimal(0)] * len(rows), index=rows.index, dtype=object)
    counted = rows["abattement_eur"].where(is_counted, nothing)
    fees = rows["frais_gestion_eur"].where(is_counted, nothing)
    rates = [f"taux_{line}_pct" for line in words.LINES]
    shown = rows.assign(
        compte_eur=counted,
        frais_comptes_eur=fees,
        part=[float(p) for p in rows["part_logements"]],
        somme_taux_pct=[float(sum(_exact(v) for v in r)) for r in rows[rates].to_numpy().tolist()],
        statut=said(rows["statut"], words.STATUTS),
        nature=said(rows["nature"], words.NATURES),
        ligne_fichier=[int(n) for n in rows[STAMP[2]]],
    )
    lines = [
        column(f"abattement_{line}_eur", f"{name} (€)", Format.CENTS, 12)
        for line, name in words.LINES.items()
        if any(rows[f"abattement_{line}_eur"])
    ]
    waiting = [k for k in _WAITING if any(rows[k])]
    sums = {k: money.totals[k] for k in waiting}
    return table(
        "abattement_locaux",
        "Le calcul, local par local",
        (
            column("id_residence", "Résidence", width=12),
            *([column("id_batiment", "Bâtiment", width=11)] if has(rows, "id_batiment") else []),
            column("avis", "Avis", width=14),
            *([column("invariant", "Invariant", width=13)] if has(rows, "invariant") else []),
            column("base_eur", "Base nette (€)", Format.CENTS, 13),
            column("part", "Part des logements (%)", Format.PERCENT, 11),
            column("somme_taux_pct", "Somme des taux (%)", Format.NUMBER2, 10),
            *lines,
            column("abattement_eur", "Montant (€)", Format.CENTS, 13),
            column("compte_eur", "Compté dans l’abattement (€)", Format.CENTS, 13),
            column("frais_comptes_eur", "Frais de gestion (€)", Format.CENTS, 12),
            *(column(k, _WAITING[k], Format.CENTS, 12) for k in waiting),
            column("statut", "Statut", width=16),
            column("nature", "Nature", width=10),
            column("ligne_fichier", "Ligne du fichier", Format.INTEGER, 9),
        ),
        shown,
        unit="euros par an",
        scope=f"locaux des avis, imposition {money.year}",
        source=source_of(rows),
        notes=words.CALCULATION_NOTES,
        media=DATA,
        totals={
            "compte_eur": sum(counted, Decimal(0)),
            "frais_comptes_eur": sum(fees, Decimal(0)),
            **sums,
        },
    )


def source_of(rows: pd.DataFrame) -> str:
    """Name the file that the rows of a typed frame come from; `STAMP[2]` is their line in it."""
    pairs = zip(rows[STAMP[0]], rows[STAMP[1]], strict=True)
    return " ; ".join(words.source_file(str(f), str(s)) for f, s in dict.fromkeys(pairs))


def _exact(value: float) -> Decimal:
    return Decimal(0) if value != value else Decimal(str(value))  # noqa: PLR0124 - NaN
