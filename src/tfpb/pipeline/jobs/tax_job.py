"""A tax sheet through the stages on money: read with what goes with it, run a year at a time, written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb import perimeters
from tfpb.errors import Fault, Headers, Severity, TfpbError, not_yet_reported, stop_on_faults
from tfpb.evidence.crosschecks import signed_quarters
from tfpb.evidence.suspension import suspend_asked
from tfpb.facts.claim import Claims
from tfpb.facts.money_claims import money_claims
from tfpb.facts.place import located_stock
from tfpb.facts.programme_claims import programme_claims
from tfpb.facts.quarter import quarters_of
from tfpb.io.open_questions.reply_file import asked_later
from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.inputs import Inputs
from tfpb.io.sources.stock_checks import Identifiers
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.tabular import TextTable, sheet_names, table_bytes
from tfpb.io.tables.text_table import unused_option
from tfpb.model.columns import numbers, stamped_place, texts
from tfpb.model.legal.map_table import VINTAGES, pair_of
from tfpb.model.question import Replies, with_subjects
from tfpb.model.tables import BY_ROLE, PREMISES
from tfpb.perimeters.vintages import correspondence_columns
from tfpb.pipeline import stages
from tfpb.pipeline.stages import run
from tfpb.pipeline.steps.checking import money_faults
from tfpb.pipeline.steps.costing import TAX_ROLES, TaxRule
from tfpb.pipeline.wiring import Values
from tfpb.report.documents.workbook_forms import bilan_workbook
from tfpb.tax.abatement.holdings import LOCATED, entrances_of
from tfpb.tax.programme.exports import bilan_frames, premises_frame
from tfpb.text import fold
from tfpb.words.faults.input_words import NO_PROGRAMME
from tfpb.words.money.programme_words import BILAN_TITLE, PREMISES_SHEET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, Programme
    from tfpb.model.question import Asked

_UNPLACED: Final = ("conventions", "reclamations")
"""Tables on taxes whose rows bear no résidence."""
_LONE: Final = 20
"""Times fewer lines than another year has, from which a year may be mistyped."""
_NO_YEAR: Final = 2025
"""Year against which a programme is checked when no premises bear any."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The money of a tax sheet."""

    premises: TextTable  # the sheet as read
    abatements: tuple[Abatement, ...]  # one a tax year, in order
    programme: Programme | None  # balance of the last year; None without a programme
    doubts: tuple[Fault, ...]  # of the files, then of each step, each once
    asked: tuple[Asked, ...] = ()  # questions of the files, largest stake first

    def claims(self, rank: int = -1) -> Claims:
        """Return the figures of the abatement of a year, by its rank; of the last, with its programme."""
        base = Claims(money_claims(self.abatements[rank]))
        last = self.abatements[rank] is self.abatements[-1]
        if self.programme is None or not last:
            return base
        return Claims((*base, *programme_claims(self.programme, base)))

    def files(self, target: Path, *, raw_csv: bool) -> dict[Path, bytes]:
        """Return what is written, by the extension of `target`: the premises, and the programme next to it.

        csv, xlsx, ods or parquet; `raw_csv`: a CSV is for programs.
        """
        headers = match_columns(self.premises, PREMISES, {})[0]
        names = {header: name for name, header in headers.items()}
        rows = premises_frame(self.abatements, list(self.premises.frame.columns), names)
        files = {target: table_bytes(target, rows, raw_csv=raw_csv, sheet=PREMISES_SHEET)}
        if (balance := self.programme) is not None:
            year = self.abatements[-1].year
            axes, left, book = siblings(target)
            files[axes] = table_bytes(axes, balance.by_axis, raw_csv=raw_csv)
            files[left] = table_bytes(left, balance.balance, raw_csv=raw_csv)
            title = BILAN_TITLE.format(year=year)
            files[book] = bilan_workbook(bilan_frames(balance, year=year), title=title)
        return files


def siblings(target: Path) -> tuple[Path, ...]:
    """Name what stands beside an output when there is a programme: axes, balance, bilan."""
    ends = (f"_axes{target.suffix}", f"_solde{target.suffix}", "_bilan.xlsx")
    return tuple(target.with_name(f"{target.stem}{end}") for end in ends)


def bounded_claims(base: Accounts, again: Callable[[Mapping[str, str]], Accounts]) -> list[Claims]:
    """Return the claims of each year, those under open questions between bounds.

    `again` computes the same files under supposed answers: key of a question → code.
    """
    other = cache(lambda pairs: _attempted(again, with_subjects(base.asked, dict(pairs))))

    def read(rank: int, supposed: Mapping[str, str]) -> Claims | None:
        found = other(tuple(sorted(supposed.items())))
        return None if found is None or len(found.abatements) <= rank else found.claims(rank)

    return [
        suspend_asked(base.claims(rank), base.asked, partial(read, rank))[0]
        for rank in range(len(base.abatements))
    ]


def _attempted(
    again: Callable[[Mapping[str, str]], Accounts], supposed: Mapping[str, str]
) -> Accounts | None:
    try:
        return again(supposed)
    except TfpbError:
        return None


def accounts(
    files: Mapping[str, Path | None],
    *,
    sheet: str | None = None,
    year: int | None = None,
    rounding: str = "centime",
    replies: Replies | None = None,
    replies_file: str = "",
) -> Accounts:
    """Compute the abatement of each premises, and the balance of a programme.

    `files` are `fiscalite` and `residences` (what `tfpb localiser` writes), then the others of `TAX_ROLES`,
    `programme` and `programme_precedent` when there are any. `sheet` is of the premises, and of other
    workbooks that have one of that name; `year` is of all lines, by default each line's own; `rounding` is
    `centime` or `avis`; `replies` are written in `replies_file`. Raises every fault of every file, and what
    the steps would find in those that could be read.
    """
    gathered, texts, frames = Gathering(year=year, replies=replies or Replies()), {}, {}
    for role, path in files.items():
        if path is not None:
            contract = replace(BY_ROLE[role], name=role) if role in BY_ROLE else LOCATED
            own = sheet if role == "fiscalite" or _has_sheet(path, sheet) else None
            text = gathered.table(role, path, sheet=own, known=contract.headers)
            if text is not None:
                texts[role], frames[role] = text, gathered.typed(text, contract)
    asked = gathered.answered(replies_file)
    last = files.get("programme_precedent")
    if last is not None and files.get("programme") is None:
        gathered.faults.append(unused_option("--programme-precedent", last.name, NO_PROGRAMME))
    homes = doors = None
    if "residences" in frames:
        homes = frames["residences"]
        doors, found = entrances_of(homes, match_columns(texts["residences"], LOCATED, {})[0])
        gathered.faults += found
        known = Identifiers(homes["id_residence"])
        for role in [r for r in TAX_ROLES if r in frames and r not in _UNPLACED]:
            frames[role], found = known.mend(frames[role], "id_residence")
            gathered.faults += found
    gathered.faults += _signed(frames, homes, year)
    inputs = Inputs(frames, asked=asked, replies=gathered.replies.beyond(asked))
    headers = Headers(gathered.headers)
    premises = inputs.frame("fiscalite")
    years = [] if premises is None else sorted({int(y) for y in premises["annee"].dropna()})
    stopping = [f for f in gathered.faults if f.severity is Severity.FAUTE]
    checked = money_faults(inputs, TaxRule(year or max(years, default=_NO_YEAR)))
    checked += _lone_years(premises) if year is None else []
    doubts = [*headers.quote((*gathered.faults, *not_yet_reported(checked, stopping)))]
    stop_on_faults(doubts)
    assert premises is not None  # noqa: S101 - a reader's fault would have stopped us
    assert homes is not None  # noqa: S101 - the same
    if doors is not None:
        homes = perimeters.residences(doors)
    values = Values().having(stages.INPUTS, inputs)
    taxed: list[Abatement] = []
    stock = [homes] if doors is None else [doors, homes]
    values = values.having(
        stages.QUARTERS, quarters_of(stock=stock, conventions=inputs.frame("conventions"))
    )
    for each in [year] if year else years:
        values = (
            values.having(stages.TAX_RULE, TaxRule(each, rounding))
            .having(stages.TAXES, _of_year(inputs, None if year else each))
            .having(stages.LOCATED, _located(each, homes, doors))
        )
        done = run((stages.ABATEMENT,), values, headers=headers).required()[stages.ABATEMENT]
        taxed += [done] if done is not None else []
    asked, found = asked_later(
        asked, gathered.replies, (q for one in taxed for q in one.questions), headers, replies_file
    )
    stop_on_faults(found)
    doubts += found
    values = values.having(stages.ABATEMENT, taxed[-1])
    balance = run((stages.PROGRAMME,), values, headers=headers).required()[stages.PROGRAMME]
    for part in (*taxed, balance):
        doubts += [n for n in part.notices if n not in doubts] if part is not None else []
    return Accounts(texts["fiscalite"], tuple(taxed), balance, tuple(doubts), asked)


def _signed(
    frames: dict[str, pd.DataFrame], homes: pd.DataFrame | None, year: int | None
) -> list[Fault]:
    """Read the quarters of the conventions, in place; return the cells that none can be read in."""
    if homes is None or "conventions" not in frames:
        return []
    taxed = frames.get("fiscalite")
    years = [] if taxed is None else taxed["annee"].dropna().tolist()
    first = year or int(min(years, default=_NO_YEAR))
    names = _quarter_names(homes)
    frames["conventions"], found = signed_quarters(frames["conventions"], names, year=first)
    return found


def _quarter_names(stock: pd.DataFrame) -> dict[str, str]:
    """Return the quarters that a located stock names, by code: those it is in, and the nearest."""
    names: dict[str, str] = {}
    for code, name in (
        ("qpv_proche_code", "qpv_proche_nom"), ("qpv_code", "qpv_nom"), ("code_qpv", "nom_qpv"),
    ):  # fmt: skip
        if code in stock:
            named = texts(stock, name) if name in stock else [""] * len(stock)
            names |= {c: n for c, n in zip(texts(stock, code), named, strict=True) if c}
    return names


def _lone_years(premises: pd.DataFrame | None) -> list[Fault]:
    """List the years of few lines: one mistyped makes a year of its own, and the last rules the programme.

    `annee_isolee`, one a year: a fault where it comes after the year of most lines, else a doubt.
    """
    if premises is None:
        return []
    written = numbers(premises, "annee").tolist()
    counts = Counter(int(y) for y in written if np.isfinite(y))
    main, most = max(counts.items(), key=itemgetter(1), default=(0, 0))
    out = []
    for year in sorted(y for y, count in counts.items() if count * _LONE < most):
        place = stamped_place(premises, written.index(year), "annee")
        severity = Severity.FAUTE if year > main else Severity.DOUTE
        fields = {"nombre": counts[year], "annee": main, "lignes": most}
        out.append(Fault("annee_isolee", place, str(year), fields, severity))
    return out


def _has_sheet(path: Path, sheet: str | None) -> bool:
    """Return whether a workbook has a sheet of that name; a file that cannot be opened has none."""
    try:
        return sheet is not None and fold(sheet) in map(fold, sheet_names(path))
    except TfpbError:
        return False


def _of_year(inputs: Inputs, year: int | None) -> Inputs:
    """Return the tax sheet, its lines of one year or all, and the conventions."""
    taxes = inputs.of_roles(*TAX_ROLES)
    if year is None:
        return taxes
    premises = taxes.frames["fiscalite"]
    return replace(taxes, frames={**taxes.frames, "fiscalite": premises[premises["annee"] == year]})


def _located(year: int, homes: pd.DataFrame, doors: pd.DataFrame | None) -> Located:
    """Return the stock that another command located, as the stages know it."""
    doors = pd.DataFrame() if doors is None else doors
    columns = list(correspondence_columns(*pair_of(VINTAGES[-1])))
    return located_stock(year, 0, doors, homes, pd.DataFrame(columns=columns))
