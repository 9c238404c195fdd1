"""The programme of actions: read, checked, valued, and balanced against the abatement."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Severity, stop_on_faults
from tfpb.law.values import load
from tfpb.model.codes import QpvStatut
from tfpb.model.money import Programme
from tfpb.model.tables import DIAGNOSTICS
from tfpb.tax import balance, quarters
from tfpb.tax.axes import read_axis
from tfpb.tax.cells import CENT, ZERO, Record, cents, money, place, records, text, truth, whole
from tfpb.text import fold
from tfpb.words.accounts import axis_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.law.values import Law
    from tfpb.model.money import Abatement

AMOUNTS: Final = (
    "prevu_eur", "realise_eur", "bailleur_eur", "autres_eur", "valorise_eur", "cout_horaire_eur",
)  # fmt: skip
_PIECES: Final = re.compile(r"\s*[;|\n]\s*|\s*,\s+")
_EURO: Final = Decimal(1)
_EXPECTED: Final = "un axe de 1 à 8, ou son libellé dans le cadre national"


def programme(
    actions: pd.DataFrame,
    abatement: Abatement | None,
    residences: pd.DataFrame,
    *,
    year: int,
    previous: pd.DataFrame | None = None,
    diagnostics: pd.DataFrame | None = None,
    carry: Mapping[str, Any] | None = None,
    npnru: Iterable[str] = (),
    themes: Mapping[str, int] | None = None,
    law: Law | None = None,
) -> Programme:
    """Check a programme and set it against the abatement.

    Parameters
    ----------
    actions : DataFrame
        Typed by `tables.PROGRAMME`. Rows without a year are of the tax year; rows of the year before
        join `previous`.
    abatement : Abatement or None
    residences : DataFrame
        `RESIDENCE_COLUMNS`: dwellings of each quarter.
    year : int
        Tax year.
    previous : DataFrame, optional
        Last year's programme, typed, set beside this year's.
    diagnostics : DataFrame, optional
        Typed by `tables.DIAGNOSTICS`.
    carry : mapping of str to str or Decimal, optional
        By quarter, what was left to justify from the years before (euros): it adds to what is owed.
    npnru : iterable of str
        Quarters in urban renewal, where axis 8 is doubted (see `npnru_quarters`).
    themes : mapping of str to int, optional
        The user's own themes, mapped to axes.
    law : Law, optional
        For the orders of magnitude; the packaged values by default.

    Returns
    -------
    Programme

    Raises
    ------
    TfpbError
        Every fault: `code_inconnu` and `axe_contradictoire` (axis), `montant_negatif`,
        `valorise_depasse`, `valorise_sans_depense`, `piece_en_double`, `action_sans_abattement`,
        `report_illisible`.
    """
    read, earlier, faults = _read(actions, previous, themes, year)
    faults += quarters.check_quarters(read, abatement, residences, frozenset(npnru), year)
    owed, found = quarters.read_carry(carry or {}, read, abatement, residences)
    faults += found
    walked, found = _diagnostics(diagnostics, read)
    faults += found
    stop_on_faults(faults)
    current = [r for r in read if r["annee"] == year]
    before = [r for r in read if r["annee"] == year - 1] + earlier
    homes = quarters.homes_of(residences)
    table = balance.balance(read, abatement, homes, owed, year)
    faults += quarters.check_heights(table, (law or load()).on(dt.date(year, 1, 1)))
    return Programme(
        actions=_frame(actions, read),
        by_axis=balance.by_axis(current, homes),
        balance=table,
        diagnostics=walked,
        totals=balance.totals(current, table, year),
        notices=tuple(f for f in faults if f.severity is Severity.DOUTE),
        beside=balance.beside(current, before),
    )


def check_programme(
    actions: pd.DataFrame,
    *,
    year: int,
    previous: pd.DataFrame | None = None,
    themes: Mapping[str, int] | None = None,
) -> list[Fault]:
    """List the faults and doubts of a programme that need no other file."""
    return _read(actions, previous, themes, year)[2]


def _read(
    actions: pd.DataFrame,
    previous: pd.DataFrame | None,
    themes: Mapping[str, int] | None,
    year: int,
) -> tuple[list[Record], list[Record], list[Fault]]:
    faults: list[Fault] = []
    read: list[Record] = []
    for row in records(actions):
        done, found = _one(row, themes, year)
        read.append(done)
        faults += found
    earlier = [_one(row, themes, year - 1)[0] for row in records(previous)]
    return read, earlier, [*faults, *_pieces_twice(read, earlier), *_repeated(read)]


def npnru_quarters(entrances: pd.DataFrame) -> frozenset[str]:
    """Return the quarters of the entrances that the stock marks as NPNRU."""
    return frozenset(
        text(row.get("qpv_code"))
        for row in records(entrances)
        if truth(row.get("npnru")) and text(row.get("qpv_statut")) == QpvStatut.DANS
    ) - {""}


def _one(row: Record, themes: Mapping[str, int] | None, year: int) -> tuple[Record, list[Fault]]:
    """Read one action: axis, staff time, amounts; its faults come with it."""
    faults: list[Fault] = []
    out = dict(row)
    out["axe_lu"] = text(row["axe"])
    out["axe"], found = _axis(row, themes)
    faults += found
    out["annee"] = whole(row.get("annee")) or year
    values: dict[str, Decimal | None] = {c: money(row.get(c)) for c in AMOUNTS}
    for column, amount in values.items():
        if amount is not None and amount < 0:
            faults.append(Fault("montant_negatif", place(row, column), f"{amount:f}"))
    hours = money(row.get("heures"))
    each = values["cout_horaire_eur"]
    staff = cents(hours * each) if hours is not None and each is not None else None
    out["temps_valorise_eur"] = staff
    if staff is not None and staff > 0:
        faults += _staff_time(row, values, staff)
    out |= values
    faults += _valued(row, values)
    return out, faults


def _axis(row: Record, themes: Mapping[str, int] | None) -> tuple[int | None, list[Fault]]:
    written = text(row["axe"])
    reading = read_axis(written, themes)
    here = place(row, "axe")
    if reading.axe is None:
        code = "axe_contradictoire" if reading.how == "contradictoire" else "code_inconnu"
        return None, [Fault(code, here, written, {"attendu": _EXPECTED})]
    if reading.how == "exact":
        return reading.axe, []
    code = "axe_proposition" if reading.how == "proposition" else "code_devine"
    fields = {"lu": axis_words(reading.axe), "attendu": _EXPECTED}
    return reading.axe, [Fault(code, here, written, fields, Severity.DOUTE)]


def _staff_time(row: Record, values: dict[str, Decimal | None], staff: Decimal) -> list[Fault]:
    """Value the time of the staff where no spending is written, and say it."""
    spent, valued = values["realise_eur"], values["valorise_eur"]
    said = _amount(staff)
    if spent is None:
        values["realise_eur"] = staff
        if valued is None:
            values["valorise_eur"] = staff
        return [Fault("temps_valorise", place(row, "heures"), said, {}, Severity.DOUTE)]
    if staff > spent + CENT:
        fields = {"realise": _amount(spent)}
        return [Fault("temps_depasse", place(row, "heures"), said, fields, Severity.DOUTE)]
    return []


def _valued(row: Record, values: Mapping[str, Decimal | None]) -> list[Fault]:
    spent, valued = values["realise_eur"], values["valorise_eur"]
    faults = []
    if valued is not None and valued > 0:
        here = place(row, "valorise_eur")
        if spent is None:
            faults.append(Fault("valorise_sans_depense", here, _amount(valued)))
        elif valued > spent:
            fields = {"realise": _amount(spent)}
            faults.append(Fault("valorise_depasse", here, _amount(valued), fields))
    own, others = values["bailleur_eur"], values["autres_eur"]
    if spent is not None and own is not None:
        funded = own + (others or ZERO)
        if abs(funded - spent) > _EURO:
            fields = {"realise": _amount(spent)}
            here = place(row, "bailleur_eur")
            faults.append(
                Fault("financements_divergents", here, _amount(funded), fields, Severity.DOUTE)
            )
    return faults


def _pieces_twice(read: list[Record], earlier: list[Record]) -> list[Fault]:
    """Refuse an invoice that stands for two spendings, this year or the year before.

    Only what bears a digit counts as the name of an invoice: « voir dossier » names none.
    """
    faults: list[Fault] = []
    seen: dict[str, tuple[int, int]] = {}
    for row in earlier + read:
        for piece in dict.fromkeys(_PIECES.split(text(row.get("piece")))):
            key = fold(piece)
            if not any(c.isdigit() for c in key):
                continue
            here = place(row, "piece")
            if key in seen:
                line, year = seen[key]
                told = f" de {year}" if year != row["annee"] else ""
                fields = {"autre": line, "annee": told}
                faults.append(Fault("piece_en_double", here, piece, fields))
            seen.setdefault(key, (here.row, row["annee"]))
    return faults


def _repeated(read: list[Record]) -> list[Fault]:
    faults = []
    seen: dict[tuple[Any, ...], int] = {}
    for row in read:
        key = (text(row["id_action"]), text(row["code_qpv"]), row["annee"])
        here = place(row, "id_action")
        if key in seen:
            fields = {"autre": seen[key]}
            faults.append(Fault("action_en_double", here, key[0], fields, Severity.DOUTE))
        seen.setdefault(key, here.row)
    return faults


def _diagnostics(
    table: pd.DataFrame | None, read: list[Record]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Tie walking diagnostics to actions; count them on each action."""
    if table is None:
        return pd.DataFrame(columns=[*DIAGNOSTICS.names, "action"]), []
    titles = {text(r["id_action"]): text(r["action"]) for r in read}
    faults = []
    linked: dict[str, int] = {}
    names = []
    for row in records(table):
        action = text(row.get("id_action"))
        names.append(titles.get(action, ""))
        if action and action not in titles:
            here = place(row, "id_action")
            faults.append(Fault("diagnostic_sans_action", here, action, {}, Severity.DOUTE))
        elif action:
            linked[action] = linked.get(action, 0) + 1
    for row in read:
        row["diagnostics"] = linked.get(text(row["id_action"]), 0)
    out = table.copy()
    out["action"] = pd.Series(names, index=out.index, dtype=object)
    return out, faults


def _frame(actions: pd.DataFrame, read: list[Record]) -> pd.DataFrame:
    """Return the actions as understood: axis a number, spelling kept, rate and proofs beside."""
    out = actions.copy()
    out["axe"] = pd.array([r["axe"] for r in read], dtype="Int64")
    out["annee"] = pd.array([r["annee"] for r in read], dtype="Int64")
    for column in ("realise_eur", "valorise_eur"):
        out[column] = pd.Series([r[column] for r in read], index=out.index, dtype=object)
    out["axe_lu"] = pd.Series([r["axe_lu"] for r in read], index=out.index, dtype=object)
    out["temps_valorise_eur"] = pd.Series(
        [r["temps_valorise_eur"] for r in read], index=out.index, dtype=object
    )
    out["taux_valorisation"] = pd.Series(
        [balance.rate(r["valorise_eur"], r["realise_eur"]) for r in read],
        index=out.index,
        dtype=object,
    )
    out["diagnostics"] = [r.get("diagnostics", 0) for r in read]
    return out


def _amount(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")
