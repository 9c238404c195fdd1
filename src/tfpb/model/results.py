"""Columns of the tables that stages hand on (contract names, fixed): `results.toml` says what each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Reserve
from tfpb.model.legal.map_table import each
from tfpb.model.legal.tax_lines import each_line
from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLES: Final = packaged(__name__)
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    k: tuple(each(each_line(v))) for k, v in _TABLES["columns"].items()
}

ADDRESS_COLUMNS: Final = _COLUMNS["address"]
RESULT_COLUMNS: Final = _COLUMNS["result"]
LOCATION_COLUMNS: Final = _COLUMNS["location"]
RESIDENCE_COLUMNS: Final = _COLUMNS["residence"]
COMPARISON_COLUMNS: Final = _COLUMNS["comparison"]
LEVEL_COLUMNS: Final = _COLUMNS["level"]
BENCHMARK_COLUMNS: Final = _COLUMNS["benchmark"]
PREMISES_RESULT_COLUMNS: Final = _COLUMNS["premises_result"]
CALENDAR_COLUMNS: Final = _COLUMNS["calendar"]
LOCAUX_COLUMNS: Final = _COLUMNS["locaux"]
OWNED_COLUMNS: Final = _COLUMNS["owned"]
FOLLOW_UP_COLUMNS: Final = _COLUMNS["follow_up"]
BALANCE_COLUMNS: Final = _COLUMNS["balance"]
AXIS_COLUMNS: Final = _COLUMNS["axis"]
DROIT_COMMUN_COLUMNS: Final = _COLUMNS["droit_commun"]
FORECAST_COLUMNS: Final = _COLUMNS["forecast"]
FIELD_COLUMNS: Final = _COLUMNS["field"]
VARIANT_COLUMNS: Final = _COLUMNS["variant"]
EVALUATION_COLUMNS: Final = _COLUMNS["evaluation"]

STATE_COLUMNS: Final[Mapping[str, str]] = _TABLES["states"]
RESERVE_COLUMNS: Final = {name: Reserve(code) for name, code in _TABLES["reserves"].items()}
RESERVE_FACTS: Final = {name: Reserve(code) for name, code in _TABLES["reserve_facts"].items()}
UNREAD_FACTS: Final = _COLUMNS["unread_facts"]
MORE: Final = "_de_plus"
"""Behind the name of a fact of premises: what may be on top of it."""
DECIDED: Final = "_cote_decide"
"""Behind the name of a fact of premises: what deciding its side may put on top of all that."""
PREMISES_TEXTS: Final = ("id_residence", "code_qpv", "code_insee", "ouvert")
"""Columns of the facts of premises that are no figure."""
PREMISES_FACT_COLUMNS: Final = (
    *_COLUMNS["premises_facts"], *RESERVE_FACTS, *(name + MORE for name in UNREAD_FACTS),
    *(name + DECIDED for name in UNREAD_FACTS),
)  # fmt: skip
MONEY_QPV_COLUMNS: Final = _COLUMNS["money_qpv"]
