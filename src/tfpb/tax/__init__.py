"""The abatement of the TFPB in the quarters, and the programme that answers for it.

For analysts, frames in and frames out, no file and no network; amounts are Decimal euros, rounded to
the cent, halves up: `check_premises` (faults of a table of notices), `abate` (status and amounts of each
premises, sums, forecast), `with_deadlines` (the calendar), `programme` (actions by axis, balance) and
`droit_commun` (what is done everywhere, per dwelling). Legal values come from `tfpb.law.values.load`.
"""

from __future__ import annotations

from tfpb.tax.abatement.abatement import abate
from tfpb.tax.abatement.abatement_doubts import check_premises
from tfpb.tax.ledger.deadlines import with_deadlines
from tfpb.tax.programme.actions import check_programme, npnru_quarters, programme
from tfpb.tax.programme.balance import read_carry
from tfpb.tax.programme.baseline import check_droit_commun, droit_commun
from tfpb.tax.programme.bilans import bilans

__all__ = [
    "abate",
    "bilans",
    "check_droit_commun",
    "check_premises",
    "check_programme",
    "droit_commun",
    "npnru_quarters",
    "programme",
    "read_carry",
    "with_deadlines",
]
