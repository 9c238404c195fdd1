"""From what notices bear to what may be due, quarter by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.model.results import RECONCILIATION_COLUMNS
from tfpb.tax.abatement.tallies import state_cells, states_of
from tfpb.tax.plain_values import grouped, total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.tax.abatement.holdings import Stock
    from tfpb.tax.abatement.premises import Premises


def reconciliation(items: list[Premises], stock: Stock, missing: Mapping[str, int]) -> pd.DataFrame:
    """Reconcile each quarter, then what stands out of every quarter (`code_qpv` empty).

    Worst is what stays if all that is doubtful falls; best, what would be due if every reserve were
    lifted and every claim won. Over all rows the columns add up to the states of the year.

    Parameters
    ----------
    items : list of Premises
        Of the tax year, settled.
    stock : Stock
        For the names of quarters without premises.
    missing : mapping of str to int
        Dwellings without amount, by quarter.

    Returns
    -------
    DataFrame
        `RECONCILIATION_COLUMNS`.
    """
    groups = grouped(items, lambda i: i.right.code_qpv)
    names = {u.code_qpv: u.nom_qpv for h in stock.holdings for u in h.units if u.code_qpv}
    codes = sorted({*groups, *missing} - {""}) + ([""] if "" in groups else [])
    rows: list[dict[str, Any]] = []
    for code in codes:
        group = groups.get(code, [])
        states = states_of(group, missing.get(code, 0))
        if not code and not (states.borne or states.best or states.lost):
            continue  # out of every quarter, and no euro on it
        rows.append(
            state_cells(states)
            | {
                "code_qpv": code,
                "nom_qpv": group[0].right.nom_qpv if group else names.get(code, ""),
                "reclame_declare_eur": total(i.states.to_claim for i in group if i.declared),
                "apres_reclamation_eur": states.claimed,
                "sous_reserve_hors_avis_eur": states.hanging,
                "au_pire_eur": states.acquired,
                "frais_acquis_eur": states.fees,
                "frais_a_reclamer_eur": states.claim_fees,
                "logements_sans_montant": states.missing,
            }
        )
    return pd.DataFrame(rows, columns=list(RECONCILIATION_COLUMNS))
