"""Find each figure of the tables of a 0.3.0 pack in those of a pack of this edition; list what is not there.

`python benchmarks/pack_editions.py OLD NEW` takes two folders of packs made from the same files, and looks at
every `donnees/` inside; `pack_editions.toml` says where each table went. Exit 1 where a figure that should be
kept is not found.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tomllib
from collections import Counter
from decimal import Decimal, InvalidOperation
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Row = dict[str, str]
WHERE: Final = Path(__file__).with_suffix(".toml")
_SHOWN: Final = 8
_NUMBER: Final = Decimal("0.000001")
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def rows_of(file: Path) -> list[Row]:
    """Read a table of a pack; one that is not there has no row."""
    if not file.is_file():
        return []
    csv.field_size_limit(1 << 30)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def value(text: str) -> str | Decimal:
    """Return a cell as it is compared: a number by its value, a text without its case."""
    try:
        return Decimal(text.replace(",", ".")).quantize(_NUMBER)
    except InvalidOperation:
        return text.casefold()


def cell(row: Row, name: str) -> list[str]:
    """Return what a column, one of several, or several joined hold in a row."""
    if "+" in name:
        return [" ".join(filter(None, (row.get(part, "") for part in name.split("+"))))]
    return [row[part] for part in name.split("|") if part in row]


def kept(table: str, old: list[Row], new: list[Row], rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is not found, row by row: the cells of the nearest row."""
    names, of_wave = dict(rule.get("noms", {})), dict(rule.get("de_vague", {}))
    lost = {*rule.get("perdu", {}), *["vague"] * bool(of_wave)}
    columns = {c: names.get(c, c) for c in _columns(old, names) if c not in lost}
    index: dict[tuple[Any, ...], list[Row]] = {}
    for row in new:
        for key in _keys(row, [names.get(c, c) for c in rule["par"]]):
            index.setdefault(key, []).append(row)
    for row in old:
        found = index.get(_key(row, rule["par"]), [])
        ended = {c: f"{name}_{row['vague']}" for c, name in of_wave.items()}
        apart = [sorted(_apart(row, one, columns | ended)) for one in found]
        best = min(apart, key=len, default=None)
        if best is None and "sans" in rule:
            continue  # a row that is elsewhere: `sans` says where
        if best is None:
            yield f"{table} : aucune ligne pour {' · '.join(row[c] for c in rule['par'])}"
        elif best:
            yield f"{table} : {' · '.join(row[c] for c in rule['par'])} : {' ; '.join(best)}"


def _columns(old: Iterable[Row], names: Mapping[str, str]) -> list[str]:
    found = next(iter(old), {})
    joined = {part for name in names if "+" in name for part in name.split("+")}
    return [*(c for c in found if c not in joined), *(n for n in names if "+" in n)]


def _keys(row: Row, columns: Iterable[str]) -> set[tuple[Any, ...]]:
    """Return what a row is known by: under each of the columns that may name it, and each of their codes."""
    cells = [
        {
            value(part)
            for text in cell(row, c)
            for part in (text.split(", ") if "|" in c else [text])
        }
        for c in columns
    ]
    return set(product(*cells))


def _key(row: Row, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(value(next(iter(cell(row, c)), "")) for c in columns)


def _apart(old: Row, new: Row, columns: Mapping[str, str]) -> Iterator[str]:
    for name, place in columns.items():
        where = place.format(**old) if "{" in place else place
        was, now = value(cell(old, name)[0]), [value(v) for v in cell(new, where)]
        if was not in now and not (was in ("", 0) and not now):
            yield f"{name} {was} → {', '.join(map(str, now)) or 'sans colonne'}"


def counted(table: str, old: list[Row], new: list[Row], rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield the counts, or sums, of a table that a filter on the new one does not give."""
    by, sums = rule["compte"], Counter[tuple[str, str]]()
    for row in new:
        for name, place in rule["noms"].items():
            sums[row[by], name] += _number(row[place]) if place else 1
    for row in old:
        for name in rule["noms"]:
            if _number(row[name]) != sums[row[by], name]:
                yield f"{table} : {row[by]} : {name} {row[name]} → {sums[row[by], name]}"


def yearly(table: str, old: list[Row], new: list[Row], rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield the sums by year that columns of a year, or of the first one, do not give."""
    columns, by = _columns(new, {}), rule["annees"]
    for row in old:
        mine = [one for one in new if row[by] in one[rule["compte"]].split(", ")]
        for name, places in rule["noms"].items():
            place = next((p for p in (t.format(row["annee"]) for t in places) if p in columns), "")
            cells = [one.get(place, "") for one in mine]
            found = (
                Decimal(sum(map(bool, cells)))
                if name in rule["rangs"]
                else sum(map(_number, cells))
            )
            if row[name] and _number(row[name]) != found:
                yield f"{table} : {row['annee']} {row[by]} : {name} {row[name]} → {found}"


def told(table: str, old: list[Row], new: list[Row], rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield the rows of a table that no text of the new ones tells whole."""
    texts = [row[c] for row in new for c in rule["texte"] if row.get(c)]
    for row in old:
        cells = [_as_told(row[c]) for c in rule["noms"] if row[c]]
        if not any(all(cell in text for cell in cells) for text in texts):
            yield f"{table} : {' · '.join(cells)}"


def _as_told(text: str) -> str:
    """Return a cell as a text tells it: a day in French, no stop at its end."""
    day = _DAY.fullmatch(text)
    return f"{day[3]}/{day[2]}/{day[1]}" if day else text.rstrip(" .")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ".") or "0")


_WAYS: Final = {"annees": yearly, "compte": counted, "texte": told}
"""What a rule holds, and how its rows are looked for; by default, row by row."""


def compared(old: Path, new: Path, rules: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Compare two folders of data: lines on each table, then what is not found."""
    lines, missing = [], []
    for table, rule in rules.items():
        before = rows_of(old / f"{table}.csv")
        if not before or "dans" not in rule:
            continue
        places = rule["dans"] if isinstance(rule["dans"], list) else [rule["dans"]]
        after = [row for place in places for row in rows_of(new / f"{place}.csv")]
        by = (
            yearly
            if "annees" in rule
            else counted
            if "compte" in rule
            else told
            if "texte" in rule
            else kept
        )
        found = list(by(table, before, after, rule))
        missing += found
        where = ", ".join(places)
        lines.append(f"{table} → {where} : {len(before)} lignes, {len(found)} non retrouvées")
    return lines, missing


def main() -> int:
    """Compare every pack under two folders; return 1 when something that should be kept is not."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--tables", nargs="*", help="these alone")
    asked = parser.parse_args()
    rules = tomllib.loads(WHERE.read_text(encoding="utf-8"))
    rules = {k: v for k, v in rules.items() if not asked.tables or k in asked.tables}
    failed = 0
    for folder in sorted(asked.old.rglob("donnees")):
        where = folder.relative_to(asked.old)
        found, missing = compared(folder, asked.new / where, rules)
        failed += len(missing)
        lines = [str(where), *(f"  {line}" for line in found)]
        lines += [f"    {line}" for line in missing[:_SHOWN]]
        sys.stdout.write("\n".join(lines) + "\n")
    lost = [
        (f"{t}.{c}", why) for t, rule in rules.items() for c, why in rule.get("perdu", {}).items()
    ]
    lost += [(f"{t}, lignes", rule["sans"]) for t, rule in rules.items() if "sans" in rule]
    sys.stdout.write("".join(f"perdu : {what} ({why})\n" for what, why in lost))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
