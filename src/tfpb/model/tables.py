"""Column contracts of the files that users bring, one contract a table, as `tables.toml` gives them.

Their order counts: of a column that several contracts label, messages quote the first label.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import ALL_QUARTERS
from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.legal.map_table import HOLE, VINTAGES, each
from tfpb.model.legal.tax_lines import LINE, rate_columns
from tfpb.packaged import packaged
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLES: Final = packaged(__name__)
_WORDS: Final[dict[str, list[str]]] = _TABLES["words"]
"""Name of a column → other headers that mean it, the same in every table that has the column."""
CONTRACTS: Final[dict[str, dict[str, Any]]] = _TABLES["contracts"]

EVERY_QUARTER: Final = re.compile(
    r"(?:tous|toutes?|ensemble)(?: les| des)?(?: (?:quartiers?|qpv|qp)(?: prioritaires?)?)?"
    r"|(?:multi|inter) ?(?:quartiers?|qpv|qp)"
)
"""Folded words of an action for all quarters."""
_COUNTS: Final = ("deux", "trois", "quatre", "cinq", "six")
_COUNTED: Final = re.compile(
    rf"(?:tous |toutes )?les ([2-9]|{'|'.join(_COUNTS)})(?: (?:quartiers?|qpv|qp)(?: prioritaires?)?)?"
)


def counted_quarters(text: str) -> int:
    """Return how many quarters « les deux », « les 3 QPV » mean; 0 for other texts."""
    match = _COUNTED.fullmatch(fold(text))
    if match is None:
        return 0
    return int(match[1]) if match[1].isdigit() else _COUNTS.index(match[1]) + 2


def means_every_quarter(text: str) -> bool:
    """Return whether an action is of all quarters."""
    return text == ALL_QUARTERS or counted_quarters(text) > 0


BEFORE_QUARTER: Final = re.compile(
    r"^(?:qpv|(?:le )?quartiers?(?: prioritaires?)?)(?: (?:de la|de l|du|des|de|d))? "
)
"""Folded words before the name of a quarter."""


def contract(name: str, *columns: Column) -> Contract:
    """Return the contract of a table: columns of another, then its own as they are written."""
    entry = CONTRACTS[name]
    own = (_column(c, **facts) for c, facts in _declared(entry["columns"]).items())
    facts = {"closed": entry.get("closed", False), "marked_by": entry.get("marked_by", "")}
    return Contract(
        name, entry["title"], (*columns, *own), counted=tuple(entry.get("counted", ())), **facts
    )


def _declared(columns: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what is declared of each column, those of every map and of every line of a notice written."""
    out: dict[str, dict[str, Any]] = {}
    for name in each(columns):
        if LINE in name:
            out |= {column: {**columns[name], **facts} for column, facts in rate_columns()}
        elif name in columns:
            out[name] = columns[name]
        else:
            out[name] = _of_map(name, columns)
    return out


def _of_map(name: str, columns: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what is declared of a column that each map has."""
    for code in map(str, VINTAGES):
        facts = columns.get(name.replace(code, HOLE))
        if facts is not None:
            return facts | {"label": facts["label"].replace(HOLE, code)}
    raise KeyError(name)


def _column(name: str, *, kind: str, **facts: Any) -> Column:
    facts |= {key: tuple(facts.get(key, ())) for key in ("aliases", "choices")}
    return Column(name, Kind(kind), **facts)


def _understood(name: str) -> Contract:
    """Return a contract whose columns bear the shared words, those of another of its columns left out."""
    bare = contract(name)
    own = {alias for column in bare.columns for alias in column.aliases}
    columns = (
        replace(c, aliases=(*c.aliases, *(w for w in _WORDS.get(c.name, ()) if w not in own)))
        for c in bare.columns
    )
    return replace(bare, columns=tuple(columns))


PREMISES: Final = _understood("fiscalite")
STOCK: Final = _understood("patrimoine")
GMBI: Final = _understood("gmbi")
CONVENTIONS: Final = _understood("conventions")
SENT_LIST: Final = _understood("liste_declaree")
CLAIMS_SENT: Final = _understood("reclamations")
DIAGNOSTICS: Final = _understood("diagnostics")
PROGRAMME: Final = _understood("programme")
DROIT_COMMUN: Final = _understood("droit_commun")
DECISIONS_LIMITES: Final = _understood("decisions")
TASKS: Final = _understood("a_faire")
INSEE_COUNTS: Final = _understood("insee")

BY_ROLE: Final[Mapping[str, Contract]] = {
    "patrimoine": STOCK,
    "fiscalite": PREMISES,
    "fiscalite_precedente": PREMISES,
    "gmbi": GMBI,
    "programme": PROGRAMME,
    "programme_precedent": PROGRAMME,
    "droit_commun": DROIT_COMMUN,
    "conventions": CONVENTIONS,
    "declaration": SENT_LIST,
    "reclamations": CLAIMS_SENT,
    "diagnostics": DIAGNOSTICS,
    "decisions": DECISIONS_LIMITES,
}
"""Role of a file in a dossier → what its table holds, in the order in which they are read."""
