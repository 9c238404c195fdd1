"""Survey statistics: deliveries in, protected tables out."""

from tfpb.survey.adjustment.benchmark import referenced_rows
from tfpb.survey.compare import compare
from tfpb.survey.exploration import exploration
from tfpb.survey.method import territory_columns
from tfpb.survey.planning.power import interviews_needed, n_necessaire
from tfpb.survey.reading.located_residences import located_residences
from tfpb.survey.reading.recode import recode
from tfpb.survey.respondents import Survey
from tfpb.survey.secrecy.cells import Disclosed
from tfpb.survey.secrecy.disclosure import (
    cells_masked_in,
    cells_shown_in,
    disclosed_in,
    masked_cells,
    protect,
)
from tfpb.survey.secrecy.ownership import for_bailleur
from tfpb.survey.verdicts import gap_verdict

__all__ = [
    "Disclosed",
    "Survey",
    "cells_masked_in",
    "cells_shown_in",
    "compare",
    "disclosed_in",
    "exploration",
    "for_bailleur",
    "gap_verdict",
    "interviews_needed",
    "located_residences",
    "masked_cells",
    "n_necessaire",
    "protect",
    "recode",
    "referenced_rows",
    "territory_columns",
]
