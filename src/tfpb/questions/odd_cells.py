"""Cells that say something else than what their column reads: « idem », thousands unsaid, what has left."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Place
from tfpb.model.question import Answer, Measure, Question, content_of
from tfpb.packaged import packaged
from tfpb.questions.finding import KEPT, OUT, Change, Finding
from tfpb.questions.whole_table import listed
from tfpb.questions.years import THOUSANDS
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from tfpb.questions.whole_table import WholeTable

    Again = Callable[[WholeTable, Mapping[str, str]], WholeTable]

ABOVE: Final = "au_dessus"
"""Answer: the cell means what the one above it holds."""
NET: Final = "deja_deduite"
DEDUCED: Final = "a_deduire"
SAME: Final = "le_meme"
OTHER: Final = "un_autre"
_TABLES: Final = packaged(__name__)
_LEGAL: Final[list[str]] = _TABLES["legal"]["forms"]
"""The longest first."""
_DITTO: Final = frozenset(_TABLES["ditto"]["words"])
_SIGNS: Final = frozenset(_TABLES["ditto"]["signs"])
_LEAVING: Final = frozenset(_TABLES["leaving"]["words"])
_NOT_LEAVING: Final = frozenset(_TABLES["leaving"]["not"])
_STATES: Final = frozenset(_TABLES["states"]["headers"])
_STATE_WORDS: Final = frozenset(_TABLES["states"]["words"])
_STATE_NOUNS: Final = frozenset(_TABLES["states"]["nouns"])
_GONE: Final = frozenset(_TABLES["states"]["gone"])
_GRADES: Final = frozenset("abcde")
"""Codes that grade a building (« État du bâtiment »), and say nothing of its leaving."""
_PARTIAL: Final[list[str]] = _TABLES["partial"]["words"]
_MOSTLY: Final = 0.8
_FEWEST: Final = 3
_SMALL: Final = 1000
"""Euros under which every amount of a programme may be in thousands."""
_SMALL_MEDIAN: Final = 100
_DWELLING: Final = (0.2, 20)
"""Rental value of a dwelling, between these, that is one of thousands of euros."""
_CODE: Final = re.compile(r"[A-Za-z]{1,3}")
_KINDS: Final = 6
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY: Final = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2}).*|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}))")


def odd_cells(table: WholeTable, again: Again) -> Iterator[Finding]:
    """Ask about cells of a table that mean something else than what is read in them.

    `again` returns the table with other columns found.
    """
    yield from _ditto(table, again)
    if table.kind in ("patrimoine", "fiscalite"):
        yield from _dated_exits(table)
        yield from _coded_states(table)
    if table.kind == "fiscalite":
        yield from _partial_exemption(table)


def own_name(table: WholeTable) -> Iterator[Finding]:
    """Ask whether a signatory is the bailleur of the file, but for its legal form."""
    header, owner = table.found.get("bailleur", ""), table.owner
    cells = table.frame[header].tolist() if header else []
    for name in dict.fromkeys(filter(None, cells)):
        if not owner or fold(name) == fold(owner) or _bare_name(name) != _bare_name(owner):
            continue
        at = [k for k, cell in enumerate(cells) if cell == name]
        rows, whole = tuple(int(table.rows[k]) for k in at), table.whole()
        question = Question(
            "meme_organisme", table.source, Place(table.file, table.sheet, rows[0], header), rows,
            (("nom", name), ("bailleur", owner)), (Answer(OTHER, table.without(at)), Answer(SAME, whole)),
            whole, content_of([name, owner]),
        )  # fmt: skip
        change = Change(table.file, table.sheet, rows=rows, recoded={header: {name: owner}})
        yield Finding(question, {SAME: (change,), OTHER: ()})


def _bare_name(name: str) -> str:
    """Return a name without the words of its legal form."""
    folded = f" {fold(name)} "
    for form in _LEGAL:
        folded = folded.replace(f" {form} ", " ")
    return " ".join(folded.split())


def is_ditto(cell: str) -> bool:
    """Return whether a cell says no more than « as above »."""
    return cell.strip() in _SIGNS or fold(cell) in _DITTO


def _ditto(table: WholeTable, again: Again) -> Iterator[Finding]:
    """Ask whether « idem » and ditto marks mean the cell above; their rows count for nothing until then."""
    written: dict[tuple[int, str], str] = {}
    at: set[int] = set()
    shown: list[str] = []
    for header in table.found.values():
        cells = table.frame[header].tolist()
        if not any(map(is_ditto, cells)):
            continue
        above = ""
        for k, cell in enumerate(cells):
            if above and is_ditto(cell):
                written[int(table.rows[k]), header] = above
                at.add(k)
                shown.append(cell)
            elif cell:
                above = cell
    if not at:
        return
    frame = table.frame.copy()
    position = {int(row): k for k, row in enumerate(table.rows)}
    for (row, header), text in written.items():
        frame.loc[frame.index[position[row]], header] = text
    after = again(replace(table, frame=frame, read={}), table.found).whole()
    rows = tuple(sorted(int(table.rows[k]) for k in at))
    headers = list(dict.fromkeys(h for _, h in written))
    question = Question(
        "cellules_idem", table.source, Place(table.file, table.sheet, rows[0], headers[0]), rows,
        (("cellules", str(len(written))), ("mots", listed(shown)), ("colonnes", listed(headers))),
        (Answer(OUT, again(_without(table, at), table.found).whole()), Answer(ABOVE, after)), after,
        content_of(table.cells(range(len(table.rows)), headers)),
    )  # fmt: skip
    changes = {
        ABOVE: (Change(table.file, table.sheet, written=written),),
        OUT: (Change(table.file, table.sheet, left_out=rows),),
    }
    yield Finding(question, changes)


def _without(table: WholeTable, at: set[int]) -> WholeTable:
    kept = [k for k in range(len(table.rows)) if k not in at]
    frame = table.frame.iloc[kept].reset_index(drop=True)
    return replace(table, frame=frame, rows=table.rows[kept], read={})


def unsaid_thousands(table: WholeTable, amounts: Sequence[str]) -> Iterator[Finding]:
    """Ask whether amounts are in thousands of euros where all are that small and nothing says so.

    `amounts` are headers of amounts without a unit of their own.
    """
    held = [h for h in amounts if (np.nan_to_num(table.numbers(h)) > 0).any()]
    if not held or not (
        _values_are_small(table, held)
        if table.kind == "fiscalite"
        else _amounts_are_small(table, held)
    ):
        return
    whole = table.whole()
    many = Measure(whole.amount * 1000, whole.unit)
    row = int(table.rows[0]) - 1
    question = Question(
        "milliers_non_dits", table.source, Place(table.file, table.sheet, max(row, 1)), (), (),
        (Answer(THOUSANDS, many), Answer(KEPT, whole)), whole,
        content_of(table.cells(range(len(table.rows)), table.numeric())),
    )  # fmt: skip
    change = Change(table.file, table.sheet, scaled=dict.fromkeys(held, Decimal(1000)))
    yield Finding(question, {THOUSANDS: (change,), KEPT: ()})


def _values_are_small(table: WholeTable, amounts: Sequence[str]) -> bool:
    value, homes = (table.found.get(c, "") for c in ("vlc_eur", "nb_logements"))
    if value not in amounts or not homes:
        return False
    values, counts = table.numbers(value), table.numbers(homes)
    both = (np.nan_to_num(values) > 0) & (np.nan_to_num(counts) > 0)
    low, high = _DWELLING
    return bool(
        both.sum() >= _FEWEST and low < float(np.median(values[both] / counts[both])) < high
    )


def _amounts_are_small(table: WholeTable, money: Sequence[str]) -> bool:
    if table.kind != "programme":
        return False
    amounts = np.concatenate([np.nan_to_num(table.numbers(h)) for h in money])
    amounts = amounts[amounts > 0]
    return bool(
        len(amounts) >= _FEWEST
        and amounts.max() < _SMALL
        and np.median(amounts) < _SMALL_MEDIAN
        and np.mean(amounts != np.rint(amounts)) > 1 / 3
    )


def _dated_exits(table: WholeTable) -> Iterator[Finding]:
    """Ask about the rows that a column nothing reads says were sold or pulled down before the tax year."""
    if table.year is None:
        return
    for header in table.unread:
        words = set(fold(header).split())
        cells = table.frame[header]
        filled = int((cells != "").sum())
        if not words & _LEAVING or words & _NOT_LEAVING or not filled:
            continue
        days = [_day(text) for text in cells]
        if sum(day is not None for day in days) < _MOSTLY * filled:
            continue
        limit = dt.date(table.year, 1, 1)
        at = [k for k, day in enumerate(days) if day is not None and day <= limit]
        if at and len(at) < len(table.rows):
            yield table.ask_rows(
                "sorties_datees", at, column=header,
                seen={"colonne": header, "exemples": listed(cells.iloc[at])},
                cells=table.cells(at, (header, *table.measures)),
            )  # fmt: skip


def _day(text: str) -> dt.date | None:
    """Return the day of a cell; of a year alone, its last, a row being owned until then."""
    try:
        if match := _DAY.fullmatch(text.strip()):
            year, month, day = (int(p) for p in (match[1], match[2], match[3]) if p) if match[1] else (
                int(match[6]), int(match[5]), int(match[4])
            )  # fmt: skip
            return dt.date(year, month, day)
    except ValueError:
        return None
    years = _YEAR.findall(text)
    return dt.date(int(years[-1]), 12, 31) if years else None


def _is_of_state(header: str, codes: Sequence[str]) -> bool:
    """Return whether a header names the state of a lot (« Etat lot »), and a code of it that one left."""
    words, held = set(fold(header).split()), {code.lower() for code in codes}
    is_named = bool(words & _STATE_WORDS) and words <= _STATE_WORDS | _STATE_NOUNS
    return is_named and bool(held & _GONE) and not held <= _GRADES


def _coded_states(table: WholeTable) -> Iterator[Finding]:
    """Ask about the rows that bear a rare code of a column of states, or one that says they left."""
    for header in table.unread:
        cells = table.frame[header].str.strip()
        codes = cells[cells != ""]
        counts = codes.value_counts()
        if not 1 < len(counts) <= _KINDS or not all(map(_CODE.fullmatch, counts.index)):
            continue
        main, rare = str(counts.index[0]), [str(c) for c in counts.index[1:]]
        written = fold(header) in _STATES or _is_of_state(header, [main, *rare])
        gone = all(c.lower() in _GONE for c in rare)
        if counts.iloc[0] <= len(codes) / 2 or not (written or (gone and len(rare) > 1)):
            continue
        if fold(main) in _GONE and not written:
            continue
        at = np.flatnonzero(cells.isin(rare)).tolist()
        yield table.ask_rows(
            "codes_de_situation", at, column=header,
            seen={
                "colonne": header, "codes": _counted(counts.iloc[1:]), "autre": _counted(counts.iloc[:1]),
            },
            cells=table.cells(at, (header, *table.measures)),
        )  # fmt: skip


def _euros(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def _counted(counts: pd.Series[int]) -> str:
    return ", ".join(f"{code} ({count})" for code, count in counts.items())


def _partial_exemption(table: WholeTable) -> Iterator[Finding]:
    """Ask whether bases already bear a partial exemption that a column gives in percent."""
    bases = [table.found[c] for c in ("vlc_eur", "base_nette_eur") if c in table.found]
    for header in table.unread:
        folded = fold(header)
        if not any(folded.startswith(words) for words in _PARTIAL) or not bases:
            continue
        parts = np.nan_to_num(table.numbers(header))
        percent = parts * 100 if 0 < parts.max() <= 1 else parts
        at = np.flatnonzero((percent > 0) & (percent <= 100)).tolist()  # noqa: PLR2004
        if not at:
            continue
        written = {
            (int(table.rows[k]), base): _euros(table.numbers(base)[k] * (1 - percent[k] / 100))
            for base in bases
            for k in at
            if np.isfinite(table.numbers(base)[k])
        }  # fmt: skip
        share = np.ones(len(table.rows))
        share[at] = 1 - percent[at] / 100
        whole = table.whole()
        rows = tuple(int(table.rows[k]) for k in at)
        question = Question(
            "exoneration_partielle", table.source, Place(table.file, table.sheet, rows[0], header), rows,
            (
                ("lignes", str(len(rows))), ("colonne", header),
                ("exemples", listed(table.frame[header].iloc[at])),
            ),
            (Answer(DEDUCED, table.stake.measure(share)), Answer(NET, whole)), whole,
            content_of(table.cells(at, (header, *bases))),
        )  # fmt: skip
        yield Finding(
            question, {DEDUCED: (Change(table.file, table.sheet, written=written),), NET: ()}
        )
