"""Cells of sums that may be something else than nil: emptied, so that no table tells a zero for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_ON_NOTICES: Final = (
    "abattement_acquis_eur", "abattement_a_risque_eur", "au_pire_eur", "frais_acquis_eur",
    "apres_reclamation_eur",
)  # fmt: skip
OFF_NOTICES: Final = (
    "abattement_a_reclamer_eur", "reclame_declare_eur", "apres_reclamation_eur", "frais_a_reclamer_eur",
)  # fmt: skip


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
    awaited = rows["abattement_estime_eur"].map(bool)
    lacking = rows["abattement_non_lu_eur"].map(bool)
    if "logements_sans_montant" in rows:
        lacking |= rows["logements_sans_montant"].map(bool)
    doubtful, hanging = doubtful | lacking, hanging | lacking | awaited
    out = rows.copy()
    for columns, unsure in ((_ON_NOTICES, doubtful), (OFF_NOTICES, hanging)):
        for column in (c for c in columns if c in out):
            cells = out[column].astype(object)
            out[column] = cells.where(~unsure | cells.map(bool), None)
    if "logements_abattus" in out:
        abated = out["logements_abattus"].astype(object)
        out["logements_abattus"] = abated.where(out["abattement_eur"].notna(), None)
    return out
