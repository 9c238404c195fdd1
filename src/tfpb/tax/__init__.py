"""The abatement and the programme that answers for it; pure."""

from __future__ import annotations

from tfpb.tax.abatement import abate
from tfpb.tax.premises import check_premises

__all__ = ["abate", "check_premises"]
