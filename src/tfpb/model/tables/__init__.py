"""Column contracts of the files users bring."""

from tfpb.model.tables.droit_commun import DROIT_COMMUN
from tfpb.model.tables.premises import PREMISES
from tfpb.model.tables.programme import CONVENTIONS, DIAGNOSTICS, PROGRAMME
from tfpb.model.tables.stock import DECISIONS_LIMITES, STOCK

__all__ = [
    "CONVENTIONS",
    "DECISIONS_LIMITES",
    "DIAGNOSTICS",
    "DROIT_COMMUN",
    "PREMISES",
    "PROGRAMME",
    "STOCK",
]
