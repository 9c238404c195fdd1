"""The programme of actions: read, checked, valued, and balanced against the abatement."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.errors import Fault, Severity, stop_on_faults
from tfpb.facts.amount import known
from tfpb.facts.claim import TOTAL, Claims, claim
from tfpb.facts.money_claims import money_claims
from tfpb.facts.place import dwellings_in, inside, quarter_of_door
from tfpb.facts.programme_claims import TO_REVIEW, actions_of, programme_claims
from tfpb.facts.quarter import Quarters
from tfpb.law.values import Law, load
from tfpb.model.money import Programme
from tfpb.model.tables import DIAGNOSTICS
from tfpb.tax.plain_values import Record, doubt, records
from tfpb.tax.programme import balance
from tfpb.tax.programme.brought import Brought, brought
from tfpb.tax.programme.credit_notes import without_credit_notes
from tfpb.tax.programme.entries import (
    Years,
    by_year,
    contradictions,
    dated,
    elsewhere,
    pieces_twice,
    read_action,
    repeated,
    shared,
    twins,
    unvalued,
)
from tfpb.tax.programme.held_pieces import ABSENT, held_against
from tfpb.words.money.programme_words import FINDINGS_APART, finding_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tfpb.model.money import Abatement
    from tfpb.model.record import PieceFile
    from tfpb.model.settings import Theme
    from tfpb.tax.programme.bilans import Bilans


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
    pieces: tuple[PieceFile, ...] | None = None,
    due: Bilans | None = None,
    confirmed: Collection[str] = (),
) -> Programme:
    """Check a programme and set it against the abatement.

    Parameters
    ----------
    actions : DataFrame
        Typed by `tables.PROGRAMME`. Rows without a year are of the tax year; rows of the years before
        are last year's bilan when `previous` does not bear that year (see `history.by_year`).
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
    pieces : tuple of PieceFile, optional
        Files of the folder of pieces that actions cite: what it lacks proves nothing. Without a folder, a
        piece and its date prove.
    due : Bilans, optional
        Days of the bilans: a piece dated after that of its quarter is to review.
    confirmed : collection of str
        Keys (`review_key`) of the pieces whose date people reviewed: they count as dated.

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
    actions, split = _settled(actions, over)
    if previous is not None:
        previous, found = _settled(previous, over)
        split += found
    read, years, faults = _read(actions, previous, themes, year, due, confirmed)
    kept = years.kept
    faults += split
    listed, found = held_against(read, pieces, year)
    faults += found
    owed, found = balance.read_carry(carry or {}, kept, abatement, homes)
    faults += found
    if previous is not None and not carry:
        faults += balance.untold_carry(years.before(year), year)
    walked, found = _diagnostics(diagnostics, read, kept)
    faults += found
    base = _base(abatement, homes)
    faults += elsewhere(years.current, held)
    faults += balance.check_quarters(kept, abatement, base, homes, frozenset(npnru), year, named)
    stop_on_faults(faults)
    met = _lines(abatement, base, homes)
    current, before = list(years.current), years.before(year)
    lines = {r.text("code_qpv") for r in current} | {*met, *owed}
    before = balance.inherited(before, lines, heirs or {})
    plan = Programme(
        _frame(actions, read),
        year=year,
        before=pd.DataFrame(before) if before else None,
        carried=owed,
        new=new,
        diagnostics=walked,
        pieces=listed,
    )
    claims = Claims((*base, *programme_claims(plan, base)))
    now, last = balance.counted(current), balance.counted(before)
    table = names.named(balance.balance(balance.counted(kept), claims, met, homes, year))
    reader = (law or load()).on(dt.date(year, 1, 1))
    compared = balance.quarters_both_years(table, last, claims, year, new)
    faults += balance.check_heights(table, reader)
    faults += balance.check_total(current, claims, year)
    return replace(
        plan,
        actions=plan.actions.assign(**_brought(plan, claims)),
        by_axis=balance.by_axis(now, claims),
        balance=table,
        notices=tuple(f for f in faults if f.severity is Severity.DOUTE),
        both_years=balance.both_years(now, last),
        quarters_both_years=None if compared is None else names.named(compared),
        quarter_axes=balance.quarter_axes(now, last, new),
        values=reader.used(),
    )


def _settled(actions: pd.DataFrame, homes: Mapping[str, int]) -> tuple[pd.DataFrame, list[Fault]]:
    """Take the credit notes off what they name, then share the actions of all quarters."""
    actions, lowered = without_credit_notes(actions)
    actions, split = shared(actions, homes)
    return actions, lowered + split


def _base(abatement: Abatement | None, homes: Mapping[str, int]) -> Claims:
    """Claim what the programme is set against: the abatement, and the dwellings of each quarter."""
    counts = {TOTAL: sum(homes.values()), **homes}
    dwellings = (claim("logements_qpv", code, known(count)) for code, count in counts.items())
    money = () if abatement is None else money_claims(abatement)
    return Claims((*money, *dwellings))


def _lines(abatement: Abatement | None, base: Claims, homes: Mapping[str, int]) -> set[str]:
    """Return the quarters of the abatement that have a line without any action."""
    given = [] if abatement is None else [r.text("code_qpv") for r in records(abatement.by_qpv)]
    return {code for code in given if code in homes or base.amount("acquis", code).at_least}


def check_programme(
    actions: pd.DataFrame,
    *,
    year: int,
    previous: pd.DataFrame | None = None,
    themes: Mapping[str, Theme] | None = None,
    due: Bilans | None = None,
) -> list[Fault]:
    """List the faults and doubts of a programme (see `programme`) that need neither abatement nor stock."""
    actions, faults = without_credit_notes(actions)
    if previous is not None:
        previous, found = without_credit_notes(previous)
        faults += found
    return [*faults, *_read(actions, previous, themes, year, due)[2]]


def _read(
    actions: pd.DataFrame,
    previous: pd.DataFrame | None,
    themes: Mapping[str, Theme] | None,
    year: int,
    due: Bilans | None,
    confirmed: Collection[str] = (),
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
        faults += dated(done, due, confirmed if when == year else ())
        files.append(done)
    years = by_year(files[0], files[1], year)
    faults += [*years.notices, *pieces_twice(years.kept), *repeated(years.kept)]
    faults += [*twins(years.kept), *unvalued(years.current)]
    return files[0], years, faults


def npnru_quarters(entrances: pd.DataFrame) -> frozenset[str]:
    """Return the quarters of the located entrances that the stock marks as NPNRU, in the column if any."""
    doors = entrances[inside(entrances)]
    rows = zip(records(doors), quarter_of_door(doors).tolist(), strict=True)
    return frozenset(code for row, code in rows if row.truth("npnru")) - {""}


def _diagnostics(
    table: pd.DataFrame | None, read: list[Record], kept: list[Record]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Tie walking diagnostics to actions, this year's first; count and write them on each action."""
    for row in read:
        row["diagnostics"], row["constats"] = 0, ""
    if table is None:
        return pd.DataFrame(columns=[*DIAGNOSTICS.names, "action"]), []
    titles = {r.text("id_action"): r.text("action") for r in (*kept, *read)}
    given = [row.text("id_action") for row in records(table)]
    faults = [
        doubt("diagnostic_sans_action", row.place("id_action"), action)
        for row, action in zip(records(table), given, strict=True)
        if action and action not in titles
    ]
    walked = [(str(row["date"] or ""), finding_line(row)) for row in records(table)]
    for row in read:
        action = row.text("id_action")
        own = (one for one, other in zip(walked, given, strict=True) if action == other)
        mine = [line for _, line in sorted(own)]
        if action:
            row["diagnostics"], row["constats"] = len(mine), FINDINGS_APART.join(mine)
    names = [titles.get(action, "") for action in given]
    return table.assign(action=pd.Series(names, index=table.index, dtype=object)), faults


def _brought(plan: Programme, claims: Claims) -> dict[str, pd.Series[Any]]:
    """Return what actions bring, as columns: empty where it is not known, and of other years."""
    rows = plan.actions
    own = rows["annee"] == plan.year
    each = iter(brought(actions_of(rows[own]), claims))
    shares = [next(each) if mine else None for mine in own]
    return {
        f"{name}_eur": pd.Series(
            [None if one is None else getattr(one, name) for one in shares],
            rows.index,
            dtype=object,
        )
        for name in Brought.__slots__
    }


def _frame(actions: pd.DataFrame, read: list[Record]) -> pd.DataFrame:
    """Return the actions as understood: axis a number, spelling kept, rate and proofs beside."""
    out = actions.copy()
    rates = [balance.rate(r.money("valorise_eur"), r.money("realise_eur")) for r in read]
    for column in ("axe", "annee"):
        out[column] = pd.array([r[column] for r in read], dtype="Int64")
    for column in ("realise_eur", "valorise_eur", "axe_lu", "temps_valorise_eur"):
        out[column] = pd.Series([r[column] for r in read], index=out.index, dtype=object)
    out["taux_valorisation"] = pd.Series(rates, index=out.index, dtype=object)
    for column in ("diagnostics", "constats"):
        out[column] = [r[column] for r in read]
    for column in (ABSENT, TO_REVIEW):
        out[column] = [r.text(column) for r in read]
    return out
