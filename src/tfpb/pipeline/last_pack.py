"""What an earlier pack says of money: last year's amounts a dwelling, and what each quarter carries over."""

from __future__ import annotations

import csv
import io
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import between, known, unknown
from tfpb.io.packs.pack import read_pack
from tfpb.io.tables.contents import unreadable
from tfpb.pipeline.published_before import ALONE, bailleurs_of
from tfpb.tax.programme.convention_years import BEFORE, OWN, YEAR_CLAIMS
from tfpb.text import fold
from tfpb.words.money.programme_words import ORIGINS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tfpb.facts.amount import Amount

_BALANCE: Final = ("donnees/quartiers.csv", "donnees/bilan.csv")
_YEARS: Final = ("donnees/annees.csv", "donnees/annees_convention.csv")
"""A table of this edition, then of 0.3.0 (its « quartiers » has no year)."""
_HEIGHTS: Final = {"valorise_par_logement": "valorise_eur", "acquis_par_logement": "abattement_eur"}
_HOMES: Final = "logements_abattus"
_UNPROVED: Final = "non_etabli"


def last_heights(bailleur: str, year: int, packs: Sequence[Path]) -> dict[str, Decimal]:
    """Return what last year's pack of a bailleur gives per abated dwelling, euros.

    `valorise_par_logement` and `acquis_par_logement`, each where every quarter whose abatement is known
    gives it; empty when no released pack is of the year before the run's.
    """
    for path in packs:
        if path.suffix == ALONE or fold(bailleur) not in map(fold, bailleurs_of(path)):
            continue
        rows = [r for r in _balance_of(path, year - 1) if r.get("abattement_eur")]
        try:
            whole = {n: [r[c] for r in rows] for n, c in (*_HEIGHTS.items(), (_HOMES, _HOMES))}
            # a cell is empty where it is not known, and so is the whole
            sums = {n: sum(map(Decimal, cells)) for n, cells in whole.items() if all(cells)}
        except (KeyError, InvalidOperation) as error:
            raise unreadable(path, _BALANCE[0]) from error
        if homes := sums.pop(_HOMES, None):
            return {name: total / homes for name, total in sums.items()}
    return {}


def past_years(bailleur: str, year: int, packs: Sequence[Path]) -> dict[int, dict[str, Amount]]:
    """Return what earlier packs of a bailleur tell of each year before, by column of `YEAR_CLAIMS`.

    A pack tells its own year, and those that it was told; of two that tell one, the pack of that year
    rules, then the first given: the last sent. A figure that it could not know is not known here either.
    """
    found: dict[int, tuple[bool, dict[str, Amount]]] = {}
    for path in packs:
        if path.suffix == ALONE or fold(bailleur) not in map(fold, bailleurs_of(path)):
            continue
        name = next((n for n in _YEARS if _rows_of(path, n)), _YEARS[0])
        for row in _rows_of(path, name):
            own, written = row.get("origine") == ORIGINS[OWN], row.get("annee", "")
            if not written.isdecimal():
                raise unreadable(path, name)
            past = int(written)
            if past < year and (own or row.get("origine") == ORIGINS[BEFORE]):
                amounts = {c: a for c in YEAR_CLAIMS if (a := _amount(row, c)) is not None}
                if past not in found or own > found[past][0]:
                    found[past] = (own, amounts)
    return {past: amounts for past, (_, amounts) in found.items()}


def _amount(row: Mapping[str, str], column: str) -> Amount | None:
    """Read an amount, or its bounds where that pack did not know it; None where nobody claimed it."""
    least, most = (row.get(f"{column}_{end}") for end in ("bas", "haut"))
    try:
        if row.get(column):
            return known(Decimal(row[column]))
        if least:
            return between(Decimal(least), Decimal(most) if most else None, _UNPROVED)
    except InvalidOperation:  # « au moins … » of an earlier pack: a least is no value
        return unknown(_UNPROVED)
    return unknown(_UNPROVED) if row.get(f"{column}_etat") else None


def carried_over(pack: Path, year: int) -> dict[str, Decimal | None]:
    """Return what each quarter of a pack carries over from a year, euros.

    None where its abatement is not known; empty when the pack has no balance of that year.
    """
    rows = [r for r in _balance_of(pack, year) if "rattrapage_eur" in r]
    try:
        return {
            r["code_qpv"]: Decimal(r["rattrapage_eur"]) if r["rattrapage_eur"] else None
            for r in rows
        }
    except (KeyError, InvalidOperation) as error:
        raise unreadable(pack, _BALANCE[0]) from error


def _balance_of(pack: Path, year: int) -> list[dict[str, str]]:
    """Read the lines of a year in the balance of a pack, decimal points in place of commas."""
    found = ([r for r in _rows_of(pack, n) if r.get("annee") == str(year)] for n in _BALANCE)
    return next(filter(None, found), [])


def _rows_of(pack: Path, name: str) -> list[dict[str, str]]:
    """Read a table of a pack, decimal points in place of commas; none where it is not there."""
    table = read_pack(pack).get(name, b"").decode("utf-8-sig", "replace")
    return [
        {name: (text or "").replace(",", ".") for name, text in row.items() if name}
        for row in csv.DictReader(io.StringIO(table), delimiter=";")
    ]
