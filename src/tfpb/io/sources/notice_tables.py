"""Tables copied from a notice: one column, one row or one group of columns for each of its lines.

A notice prints its bases once abated: only the cadastral value, or the base of the TEOM, which the
abatement does not reduce, says what the base was. Without either nothing is claimed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb import decimals
from tfpb.errors import Fault, Place, Severity, TfpbError
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.text_table import DASHES
from tfpb.model.legal.tax_lines import LINES, TAX_LINES
from tfpb.model.tables import PREMISES
from tfpb.packaged import packaged
from tfpb.text import fold
from tfpb.words.faults.input_words import NOTICE_LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.io.tables.text_table import TextTable

_TABLES: Final = packaged(__name__)
_LINES: Final[dict[str, str]] = {
    name: line for line, facts in TAX_LINES.items() for name in facts["avis"]
} | _TABLES["lines"]
"""What a line of a notice is called, folded, and what it is here."""
NAMES: Final = tuple(_LINES)
_FIGURES: Final = {"taux": "taux", "base": "base", "cotisation": "cotisation"}
_DATED: Final = re.compile(r"(taux|bases?|cotisations?) (20\d\d)")
_KEYS: Final = ("avis", "invariant", "id_residence", "id_batiment")
_MOST_RATE: Final = 100
_SAME_BASE: Final = Decimal(1)
_LISTED: Final = frozenset({"n invar", "nat loc", "rc com imposable"})
"""Headers of a relevé de propriété, folded."""

Cell = tuple[str, bool]
"""Text of a cell, and whether the sheet shows it as a percentage."""


@dataclass(slots=True)
class _Local:
    """A premises of a notice as copied: its own cells, then figures by line of the notice."""

    row: int
    cells: dict[str, str]
    figures: dict[tuple[str, str], Cell] = field(default_factory=dict)


def as_premises(
    table: TextTable, renames: Mapping[str, str] | None = None
) -> tuple[TextTable, list[Fault]]:
    """Return a table of premises, one row each, from a table copied from notices; others are unchanged.

    The role is `fiscalite`. Three layouts are known by their headers: lines of the notice in columns
    (« Commune », « Syndicat »…) and a column that says « Taux », « Base » or « Cotisation »; a row a line;
    a premises a row, with « Base commune », « Taux commune », « Cotisation commune »… The table has the
    columns that are no figure, `taux_…_pct`, `base_nette_eur` (the base of the TEOM where no cadastral
    value is given), `cotisation_avis_eur`, `teom_eur`; each row keeps the row number of its base. Faults:
    `avis_remis_en_forme`, a doubt; `avis_base_inconnue` for each premises whose base may be abated. Raises
    `releve_de_propriete`: the list of what is owned is no notice.
    """
    renames = renames or {}
    headers = {fold(h): h for h in table.frame.columns}
    if headers.keys() >= _LISTED and not any("cotisation" in f for f in headers):
        raise TfpbError([Fault("releve_de_propriete", Place(table.file, table.sheet))])
    own = match_columns(table, PREMISES, renames)[0]
    if not any(name.startswith("taux_") for name in own):
        table = _with_named_rates(table, own)
        headers = {fold(h): h for h in table.frame.columns}
    lines = {h: line for f, h in headers.items() if (line := _line(f))}
    grouped = {h: found for f, h in headers.items() if (found := _figure_of_line(f))}
    kinds = next((h for h in headers.values() if _holds_figures(table, h)), None)
    named = next((h for h in headers.values() if _holds_lines(table, h)), None)
    figures = {_FIGURES[f]: h for f, h in headers.items() if f in _FIGURES}
    if len(lines) > 1 and kinds is not None:
        layout, used = "colonnes", {*lines, kinds}
        locaux = list(_in_columns(table, own, lines, kinds))
    elif named is not None and {"taux", "base"} <= figures.keys():
        layout, used = "lignes", {named, *figures.values()}
        locaux = list(_in_rows(table, own, named, figures))
    elif any(kind == "base" for _, kind in grouped.values()):
        layout, used = "groupes", set(grouped)
        locaux = list(_in_groups(table, grouped))
    else:
        return table, []
    kept = [h for h in table.frame.columns if h not in used]
    kept += ["annee"] if layout == "colonnes" and "annee" not in own else []
    premises, faults = _as_table(
        table, kept, locaux, valued=own.get("vlc_eur", ""), based="base_nette_eur" in own
    )
    premises = replace(premises, frame=premises.frame.rename(columns=dict(renames)))
    fields = {"lignes": len(table.frame), "locaux": len(locaux), "forme": NOTICE_LAYOUTS[layout]}
    place = Place(table.file, table.sheet)
    return premises, [Fault("avis_remis_en_forme", place, "", fields, Severity.DOUTE), *faults]


def _with_named_rates(table: TextTable, own: Mapping[str, str]) -> TextTable:
    """Name the rates that are headed by who takes them: « Commune », « EPCI », of numbers that come again.

    Those of the commune must be there; every cell is a percentage, and few differ.
    """
    read = set(own.values())
    rates = {
        str(h): f"taux_{line}_pct"
        for h in table.frame.columns
        if h not in read
        and (line := _line(fold(str(h)))) in TAX_LINES
        and _holds_rates(table, str(h))
    }
    if "taux_commune_pct" not in rates.values() or len(set(rates.values())) < len(rates):
        return table
    percents = frozenset((row, rates.get(h, h)) for row, h in table.percents)
    return replace(table, frame=table.frame.rename(columns=rates), percents=percents)


def _holds_rates(table: TextTable, header: str) -> bool:
    cells = [text for text in table.frame[header] if text and text not in DASHES]
    values = [_number((text, False)) for text in cells]
    held = [v for v in values if v is not None and 0 <= v < _MOST_RATE]
    return len(held) == len(cells) > 0 and len(set(held)) <= max(2, len(held) // 2)


def _line(folded: str) -> str:
    return _LINES.get(folded, "")


def _figure(folded: str) -> str:
    dated = _DATED.fullmatch(folded)
    if folded.startswith("abattement "):
        return "abattement"
    return _FIGURES.get(dated[1] if dated else folded, "")


def _figure_of_line(folded: str) -> tuple[str, str] | None:
    """Read « base commune », « cotisation intercommunalité »: the line, and which figure."""
    first, _, rest = folded.partition(" ")
    line = _line(re.sub(r" (eur|pct)$", "", rest))
    return (line, _FIGURES[first]) if line and first in _FIGURES else None


def _holds_figures(table: TextTable, header: str) -> bool:
    """Return whether a column says « Base » and « Cotisation », beside addresses and notes."""
    figures = [_figure(fold(t)) for t in table.frame[header] if t]
    return {"base", "cotisation"} <= set(figures) and 4 * sum(map(bool, figures)) >= len(figures)


def _holds_lines(table: TextTable, header: str) -> bool:
    """Return whether most filled cells of a column are lines of a notice, two at least."""
    lines = [_line(fold(t)) for t in table.frame[header] if t]
    return len({t for t in lines if t}) > 1 and 2 * sum(map(bool, lines)) > len(lines)


def _identities(table: TextTable, own: dict[str, str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Pair each position with what names its premises: empty cells repeat those above."""
    held = [own[k] for k in _KEYS if k in own]
    last = [""] * len(held)
    for position, cells in enumerate(table.frame[held].to_numpy(dtype=object)):
        filled = [k for k, text in enumerate(cells) if text]
        if filled:  # a new notice forgets the premises of the one before
            last = [cells[k] if cells[k] or k > filled[0] else last[k] for k in range(len(held))]
        yield position, tuple(last)


def _cell(table: TextTable, position: int, header: str) -> Cell:
    text = str(table.frame[header].iloc[position])
    return "" if text in DASHES else text, (int(table.rows[position]), header) in table.percents


def _own_cells(
    table: TextTable, own: dict[str, str], position: int, key: tuple[str, ...]
) -> dict[str, str]:
    cells = {str(h): str(t) for h, t in table.frame.iloc[position].items()}
    return cells | dict(zip((own[k] for k in _KEYS if k in own), key, strict=True))


def _in_columns(
    table: TextTable, own: dict[str, str], lines: dict[str, str], kinds: str
) -> Iterator[_Local]:
    """Read a block a premises: its own cells, then « Base » and « Cotisation ».

    The rates of a notice stand once, above its bases, and so does its year; those read since the last base
    are the next notice's, whose name may stand on its first premises alone. « Taux 2024 » of a notice of
    2025 is last year's, and « Cotisations 2025 » under « Cotisation » a total: both are left.
    """
    texts = [fold(t) for t in table.frame[kinds]]
    years = [m[2] for t in texts if (m := _DATED.fullmatch(t))]
    plain = {_FIGURES[t] for t in texts if t in _FIGURES}
    year = own.get("annee", "annee")
    rates: dict[tuple[str, str], Cell] = {}
    here: _Local | None = None
    fresh = False
    notice: tuple[str, ...] = ()
    pending: dict[str, str] = {}
    common = {year: max(years, default="")}
    for (position, key), folded in zip(_identities(table, own), texts, strict=True):
        dated, kind = _DATED.fullmatch(folded), _figure(folded)
        if key[:1] != notice:
            rates, notice = rates if fresh else {}, key[:1]
            common = {year: max(years, default="")}
        cells = {h: t for h, t in _own_cells(table, own, position, key).items() if t}
        common |= {h: cells[h] for h in (year,) if h in cells}
        if dated and (dated[2] != max(years) or kind in plain):
            kind = ""
        read = {(line, kind): _cell(table, position, h) for h, line in lines.items()}
        if kind in {"cotisation", "abattement"} and here is not None:
            here.figures |= read
            here.cells |= cells
            continue
        pending |= cells
        if kind == "taux":
            rates, fresh = read, True
        elif kind == "base":
            fresh = False
            if here is not None:
                yield here
            here = _Local(int(table.rows[position]), common | pending, {**rates, **read})
            pending = {}
    if here is not None:
        yield here


def _in_rows(
    table: TextTable, own: dict[str, str], named: str, figures: dict[str, str]
) -> Iterator[_Local]:
    """Read a row a line of the notice: a premises ends where what names it changes, or a line comes again."""
    here: _Local | None = None
    before: tuple[str, ...] = ()
    for position, key in _identities(table, own):
        line = _line(fold(str(table.frame[named].iloc[position])))
        if not line:
            continue
        if here is None or key != before or (line, "base") in here.figures:
            if here is not None:
                yield here
            here = _Local(int(table.rows[position]), _own_cells(table, own, position, key))
        before = key
        here.figures |= {(line, kind): _cell(table, position, h) for kind, h in figures.items()}
    if here is not None:
        yield here


def _in_groups(table: TextTable, grouped: dict[str, tuple[str, str]]) -> Iterator[_Local]:
    for position in range(len(table.frame)):
        cells = {str(h): str(t) for h, t in table.frame.iloc[position].items()}
        figures = {of: _cell(table, position, h) for h, of in grouped.items()}
        yield _Local(int(table.rows[position]), cells, figures)


def _as_table(
    table: TextTable, kept: list[str], locaux: list[_Local], *, valued: str, based: bool
) -> tuple[TextTable, list[Fault]]:
    """Write the premises as a table of text; list those whose base nothing tells."""
    rows, faults = [], []
    for one in locaux:
        row = {h: one.cells.get(h, "") for h in kept}
        for line in LINES:
            if (line, "taux") in one.figures:
                row[f"taux_{line}_pct"] = _written(one.figures[line, "taux"], rate=True)
        row["cotisation_avis_eur"] = _sum(one)
        row["teom_eur"] = _written(one.figures.get(("teom", "cotisation"), ("", False)))
        if not based:
            base = "" if row.get(valued) else _base(one)
            row["base_nette_eur"] = base
            if not base and not row.get(valued):
                printed = _written(one.figures.get(("commune", "base"), ("", False)))
                place = Place(table.file, table.sheet, one.row, "base_nette_eur")
                faults.append(Fault("avis_base_inconnue", place, printed))
        rows.append(row)
    frame = pd.DataFrame(rows, dtype=object).fillna("")
    numbers = np.array([one.row for one in locaux], dtype=np.int64)
    return replace(table, frame=frame, rows=numbers, percents=frozenset()), faults


def _number(cell: Cell) -> Decimal | None:
    try:
        return decimals.parse_decimal(cell[0])
    except ValueError:
        return None


def _written(cell: Cell, *, rate: bool = False) -> str:
    """Write a figure as a French number; what cannot be read stays as it is, for the reader to refuse."""
    value = _number(cell)
    if value is None:
        return cell[0]
    if rate and cell[1]:
        value = decimals.parse_machine_decimal(cell[0]) * 100
    return f"{value.normalize():f}".replace(".", ",")


def _sum(one: _Local) -> str:
    """Add the lines but the TEOM; nothing where one that has a rate has no amount."""
    amounts = {line: one.figures.get((line, "cotisation"), ("", False)) for line in LINES}
    wrong = next((c[0] for c in amounts.values() if c[0] and _number(c) is None), "")
    if wrong:
        return wrong
    lacks = any(
        not amounts[line][0] and _number(one.figures.get((line, "taux"), ("", False)))
        for line in LINES
    )
    numbers = [v for c in amounts.values() if (v := _number(c)) is not None]
    return "" if lacks or not numbers else f"{sum(numbers, Decimal(0)):f}".replace(".", ",")


def _base(one: _Local) -> str:
    """Return the base that the abatement does not reduce: the TEOM's, or the line's and what it lost.

    Nothing where a line is above it, or where the two differ.
    """
    bases = {
        line: _number(one.figures.get((line, "base"), ("", False))) for line in (*LINES, "teom")
    }
    whole = bases.pop("teom")
    cut = _number(one.figures.get(("commune", "abattement"), ("", False)))
    if cut and bases["commune"] is not None:
        before = bases["commune"] + abs(cut)
        if whole and abs(whole - before) > _SAME_BASE:
            return ""
        whole = whole or before
    above = whole is not None and any(
        b is not None and b > whole + _SAME_BASE for b in bases.values()
    )
    return "" if not whole or above else f"{whole.normalize():f}".replace(".", ",")
