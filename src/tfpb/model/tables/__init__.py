"""Column contracts of the files users bring."""

from tfpb.model.tables.baseline_columns import DROIT_COMMUN
from tfpb.model.tables.premises_columns import PREMISES
from tfpb.model.tables.programme_columns import CONVENTIONS, DIAGNOSTICS, PROGRAMME
from tfpb.model.tables.stock_columns import DECISIONS_LIMITES, STOCK

__all__ = [
    "CONVENTIONS",
    "DECISIONS_LIMITES",
    "DIAGNOSTICS",
    "DROIT_COMMUN",
    "PREMISES",
    "PROGRAMME",
    "STOCK",
]
