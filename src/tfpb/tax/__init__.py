"""The abatement and the programme that answers for it; pure."""

from __future__ import annotations

from tfpb.tax.abatement.abatement import abate
from tfpb.tax.abatement.doubts import check_premises
from tfpb.tax.programme.actions import check_programme, npnru_quarters, programme
from tfpb.tax.programme.balance import read_carry
from tfpb.tax.programme.baseline import check_droit_commun, droit_commun

__all__ = [
    "abate",
    "check_droit_commun",
    "check_premises",
    "check_programme",
    "droit_commun",
    "npnru_quarters",
    "programme",
    "read_carry",
]
