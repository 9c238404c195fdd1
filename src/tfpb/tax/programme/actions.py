"""The programme of actions: read, checked, valued, and balanced against the abatement."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.errors import Fault, Severity, stop_on_faults
from tfpb.facts.place import dwellings_in, inside, quarter_of_door
from tfpb.facts.quarter import Quarters
from tfpb.law.values import Law, load
from tfpb.model.money import Abatement, Programme
from tfpb.model.tables import DIAGNOSTICS
from tfpb.tax.plain_values import Record, doubt, records
from tfpb.tax.programme import balance
from tfpb.tax.programme.entries import (
    Years,
    by_year,
    contradictions,
    pieces_twice,
    read_action,
    repeated,
    shared,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.tax.programme.axes import Theme


def programme(
    actions: pd.DataFrame,
    abatement: Abatement | None,
    held: pd.DataFrame,
    *,
    year: int,
    quarters: Quarters | None = None,
    previous: pd.DataFrame | None = None,
    diagnostics: pd.DataFrame | None = None,
    carry: Mapping[str, Any] | None = None,
    npnru: Iterable[str] = (),
    themes: Mapping[str, Theme] | None = None,
    heirs: Mapping[str, str] | None = None,
    new: frozenset[str] = frozenset(),
    covered: Iterable[str] = (),
    law: Law | None = None,
) -> Programme:
    """Check a programme and set it against the abatement.

    Parameters
    ----------
    actions : DataFrame
        Typed by `tables.PROGRAMME`. Rows without a year are of the tax year; rows of the years before
        are last year's bilan when `previous` does not bear that year (see `history.by_year`).
    abatement : Abatement or None
    held : DataFrame
        Who holds what where (`facts.place.holds`): a résidence of two quarters is counted in each.
    year : int
        Tax year.
    quarters : Quarters, optional
        The names of the quarters; without them, none is named.
    previous : DataFrame, optional
        Last year's programme in a file of its own, typed, set beside this year's: same contract, same
        refusals.
    diagnostics : DataFrame, optional
        Typed by `tables.DIAGNOSTICS`.
    carry : mapping of str to str or Decimal, optional
        By quarter, what was left to justify from the years before (euros): it adds to what is owed.
    npnru : iterable of str
        Quarters in urban renewal, where axis 8 is doubted (see `npnru_quarters`).
    themes : mapping of str to Theme, optional
        The user's own themes, mapped to axes; without a reference they are a proposition.
    heirs : mapping of str to str, optional
        Quarter of the older map → quarter that took most of its dwellings: last year's actions stand on
        its line.
    new : frozenset of str
        Quarters that were none the year before: what was spent there then is nothing, not 0 €.
    covered : iterable of str
        Quarters of the conventions, between which an action for all quarters is shared; those of the
        stock when there are none.
    law : Law, optional
        For the orders of magnitude; the packaged values by default.

    Returns
    -------
    Programme

    Raises
    ------
    TfpbError
        Every fault: `axe_inconnu`, `axe_contradictoire`, `axe_multiple`, `montant_negatif`,
        `valorise_depasse`, `valorise_sans_depense`, `piece_en_double`, `action_sans_abattement`,
        `report_illisible`.

    References
    ----------
    CGI 1388 bis (yearly account of the actions); cadre national of 29 April 2015 (eight axes).

    Examples
    --------
    >>> import pandas as pd
    >>> from decimal import Decimal
    >>> from tfpb.facts.place import holds_of_counts
    >>> actions = pd.DataFrame({
    ...     "id_action": ["A1"], "code_qpv": ["QN05991I"], "axe": ["3 - Sur-entretien"],
    ...     "action": ["Nettoyage"], "realise_eur": [Decimal(900)], "valorise_eur": [Decimal(600)]})
    >>> stock = pd.DataFrame(
    ...     {"id_residence": ["R1"], "code_qpv": ["QN05991I"], "logements_dans": [12]})
    >>> made = programme(actions, None, holds_of_counts(stock), year=2025)
    >>> made.balance[["code_qpv", "logements", "valorise_eur", "valorise_par_logement_eur"]]
       code_qpv  logements valorise_eur valorise_par_logement_eur
    0  QN05991I         12          600                     50.00
    """
    homes = dwellings_in(held)
    names = Quarters() if quarters is None else quarters
    named = frozenset(covered)
    over = {c: n for c, n in homes.items() if c in named} or homes
    actions, split = shared(actions, over)
    if previous is not None:
        previous, found = shared(previous, over)
        split += found
    read, years, faults = _read(actions, previous, themes, year)
    kept = years.kept
    faults += split
    faults += balance.check_quarters(kept, abatement, homes, frozenset(npnru), year)
    owed, found = balance.read_carry(carry or {}, kept, abatement, homes)
    faults += found
    walked, found = _diagnostics(diagnostics, read, kept)
    faults += found
    stop_on_faults(faults)
    current, before = list(years.current), years.before(year)
    table = names.named(balance.balance(kept, abatement, homes, owed, year))
    reader = (law or load()).on(dt.date(year, 1, 1))
    compared = balance.beside_quarters(table, before, year, heirs or {}, new)
    faults += balance.check_heights(table, reader)
    faults += balance.check_total(current, before, abatement, year)
    return Programme(
        actions=_frame(actions, read),
        by_axis=balance.by_axis(current, homes),
        balance=table,
        diagnostics=walked,
        totals=balance.totals(current, table, year),
        notices=tuple(f for f in faults if f.severity is Severity.DOUTE),
        beside=balance.beside(current, before),
        beside_quarters=None if compared is None else names.named(compared),
        axes_before=balance.axes_before(table, before, year, heirs or {}),
        values=reader.used(),
    )


def check_programme(
    actions: pd.DataFrame,
    *,
    year: int,
    previous: pd.DataFrame | None = None,
    themes: Mapping[str, Theme] | None = None,
) -> list[Fault]:
    """List the faults and doubts of a programme that need no other file.

    Parameters
    ----------
    actions, year, previous, themes
        As `programme`.

    Returns
    -------
    list of Fault
        What `programme` refuses, and its doubts, but for those that need the abatement or the stock.
    """
    return _read(actions, previous, themes, year)[2]


def _read(
    actions: pd.DataFrame,
    previous: pd.DataFrame | None,
    themes: Mapping[str, Theme] | None,
    year: int,
) -> tuple[list[Record], Years, list[Fault]]:
    """Read every action of both files, then find which stands for which year."""
    faults = contradictions(themes)
    files: list[list[Record]] = []
    for frame, when in ((actions, year), (previous, year - 1)):
        done: list[Record] = []
        for row in records(frame):
            action, found = read_action(row, themes, when)
            done.append(action)
            faults += found
        files.append(done)
    years = by_year(files[0], files[1], year)
    faults += [*years.notices, *pieces_twice(years.kept), *repeated(years.kept)]
    return files[0], years, faults


def npnru_quarters(entrances: pd.DataFrame) -> frozenset[str]:
    """Return the quarters of the entrances that the stock marks as NPNRU.

    Parameters
    ----------
    entrances : DataFrame
        Located, with the column `npnru` of the stock or not.

    Returns
    -------
    frozenset of str
    """
    doors = entrances[inside(entrances)]
    rows = zip(records(doors), quarter_of_door(doors).tolist(), strict=True)
    return frozenset(code for row, code in rows if row.truth("npnru")) - {""}


def _diagnostics(
    table: pd.DataFrame | None, read: list[Record], kept: list[Record]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Tie walking diagnostics to actions, this year's first; count them on each action."""
    if table is None:
        return pd.DataFrame(columns=[*DIAGNOSTICS.names, "action"]), []
    titles = {r.text("id_action"): r.text("action") for r in (*kept, *read)}
    given = [row.text("id_action") for row in records(table)]
    faults = [
        doubt("diagnostic_sans_action", row.place("id_action"), action)
        for row, action in zip(records(table), given, strict=True)
        if action and action not in titles
    ]
    for row in read:
        action = row.text("id_action")
        row["diagnostics"] = given.count(action) if action else 0
    names = [titles.get(action, "") for action in given]
    return table.assign(action=pd.Series(names, index=table.index, dtype=object)), faults


def _frame(actions: pd.DataFrame, read: list[Record]) -> pd.DataFrame:
    """Return the actions as understood: axis a number, spelling kept, rate and proofs beside."""
    out = actions.copy()
    rates = [balance.rate(r["valorise_eur"], r["realise_eur"]) for r in read]
    for column in ("axe", "annee"):
        out[column] = pd.array([r[column] for r in read], dtype="Int64")
    for column in ("realise_eur", "valorise_eur", "axe_lu", "temps_valorise_eur"):
        out[column] = pd.Series([r[column] for r in read], index=out.index, dtype=object)
    out["taux_valorisation"] = pd.Series(rates, index=out.index, dtype=object)
    out["diagnostics"] = [r.get("diagnostics", 0) for r in read]
    return out
