"""The calculation, premises by premises: from a line of the file to the amounts, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.codes import Statut
from tfpb.model.columns import STAMP
from tfpb.report.sections.build import part, table, worded
from tfpb.words.money import abatement_words as words

if TYPE_CHECKING:
    from tfpb.model.money import Abatement
    from tfpb.model.report import Block, Table

_COUNTED: Final = (Statut.ABATTU, Statut.ELIGIBLE)
_EACH_LINE: Final = tuple({"ligne": line, "nom": name} for line, name in words.LINES.items())
_ON_NOTICES: Final = (
    "abattement_acquis_eur", "abattement_a_risque_eur", "au_pire_eur", "frais_acquis_eur",
    "apres_reclamation_eur",
)  # fmt: skip
_OFF_NOTICES: Final = (
    "abattement_a_reclamer_eur", "reclame_declare_eur", "apres_reclamation_eur", "frais_a_reclamer_eur",
)  # fmt: skip
_WAITING: Final = (
    "abattement_a_reclamer_eur", "abattement_a_risque_eur", "abattement_sous_reserve_eur",
    "abattement_perdu_eur",
)  # fmt: skip


def premises_blocks(money: Abatement) -> list[Block]:
    """Return each amount with its base, rates and line: one wide table for software, two on the sheet."""
    whole = premises_table(money)
    return [
        whole,
        part(whole, "abattement_locaux_calcul"),
        part(whole, "abattement_locaux_lignes", repeated=_EACH_LINE),
    ]


def premises_table(money: Abatement) -> Table:
    """Return the whole table, one row a premises.

    Lines of the notice, and amounts in waiting, have a column only where one of them is not nil.
    """
    rows = money.premises
    is_counted = rows["statut"].isin([str(s) for s in _COUNTED])
    nothing = pd.Series([Decimal(0)] * len(rows), index=rows.index, dtype=object)
    counted = rows["abattement_eur"].where(is_counted, nothing)
    fees = rows["frais_gestion_eur"].where(is_counted, nothing)
    rates = [f"taux_{line}_pct" for line in words.LINES]
    shown = worded(rows, statut=words.STATUTS, nature=words.NATURES).assign(
        compte_eur=counted,
        frais_comptes_eur=fees,
        part=[float(p) for p in rows["part_logements"]],
        somme_taux_pct=[float(sum(_exact(v) for v in r)) for r in rows[rates].to_numpy().tolist()],
        ligne_fichier=[int(n) for n in rows[STAMP[2]]],
    )
    return table(
        "abattement_locaux",
        shown,
        repeated=_EACH_LINE,
        annee=money.year,
        source=source_of(rows),
        notes=words.CALCULATION_NOTES,
        totals={
            "compte_eur": sum(counted, Decimal(0)),
            "frais_comptes_eur": sum(fees, Decimal(0)),
            **{k: sum(rows[k], Decimal(0)) for k in _WAITING if any(rows[k])},
        },
    )


def veiled(rows: pd.DataFrame) -> pd.DataFrame:
    """Empty the zeros that may be something else: no « 0 » for what no file tells.

    What is acquired or at risk is not known while notices bear a doubtful amount; what is to claim, while
    an amount hangs that no notice bears; nor either where dwellings have no amount.

    Parameters
    ----------
    rows : DataFrame
        With `STATE_COLUMNS`.
    """
    doubtful = rows["abattement_douteux_eur"].map(bool)
    hanging = rows["abattement_sous_reserve_eur"] != rows["abattement_douteux_eur"]
    if "logements_sans_montant" in rows:
        missing = rows["logements_sans_montant"].map(bool)
        doubtful, hanging = doubtful | missing, hanging | missing
    out = rows.copy()
    for columns, unsure in ((_ON_NOTICES, doubtful), (_OFF_NOTICES, hanging)):
        for column in (c for c in columns if c in out):
            cells = out[column].astype(object)
            out[column] = cells.where(~unsure | cells.map(bool), None)
    if "logements_abattus" in out:
        abated = out["logements_abattus"].astype(object)
        out["logements_abattus"] = abated.where(out["abattement_eur"].notna(), None)
    return out


def source_of(rows: pd.DataFrame) -> str:
    """Return the name of the file that the rows of a typed frame come from."""
    pairs = zip(rows[STAMP[0]], rows[STAMP[1]], strict=True)
    return " ; ".join(words.source_file(str(f), str(s)) for f, s in dict.fromkeys(pairs))


def _exact(value: float) -> Decimal:
    return Decimal(0) if value != value else Decimal(str(value))  # noqa: PLR0124 - NaN
