"""Lines of a notice that the abatement reduces, as `law/lines.toml` lists them, in the order of a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LINE: Final = "{ligne}"
"""What stands for a line in a declared name: one more name a line."""
TAX_LINES: Final[Mapping[str, Mapping[str, Any]]] = packaged("tfpb.law.lines")["lignes"]
LINES: Final = tuple(TAX_LINES)
"""The TEOM is not one of them (CGI 1522-I)."""
LOST: Final = tuple(line for line, facts in TAX_LINES.items() if facts["perte"])
"""Lines whose abated part is a loss of the collectivity; the others are spread over payers."""


def each_line(names: Iterable[str]) -> Iterator[str]:
    """Write declared names, one that holds `LINE` once a line."""
    for name in names:
        yield from (name.replace(LINE, line) for line in (LINES if LINE in name else ("",)))


def rate_columns() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what is declared of the rate of each line, by column of the tax sheet."""
    for line, facts in TAX_LINES.items():
        own = {"label": facts["taux"], "aliases": facts["entetes"]}
        required = {"required": True} if facts.get("obligatoire") else {}
        yield f"taux_{line}_pct", own | required
