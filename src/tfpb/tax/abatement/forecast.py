"""The abatement to come, each year by its own law: exemptions, perimeters, demolitions, deliveries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import TfpbError
from tfpb.law.values import lacking_value
from tfpb.model.codes import QpvStatut, Reserve, Statut
from tfpb.model.money import Course, LegalChange
from tfpb.model.results import FORECAST_COLUMNS
from tfpb.tax.abatement.formula import Terms, terms
from tfpb.tax.abatement.line_scope import (
    may_be_young,
    of_counts,
    of_excess,
    of_unnamed,
    of_young,
    unlined,
)
from tfpb.tax.abatement.premises import (
    ESTIMATED,
    REAL,
    UNKNOWN,
    Premises,
    bears_homes,
    hangs_on,
    is_lost,
    motive_fields,
    right_on,
)
from tfpb.tax.abatement.rights import Right, bears_no_dwelling, standing_units
from tfpb.tax.abatement.tallies import ATTENTION, RESERVED, nature_of, reserves_of, statut_of
from tfpb.tax.plain_values import ZERO, Record, grouped, missing, records, total
from tfpb.words.money import state_words
from tfpb.words.money.accounts import mean_of

if TYPE_CHECKING:
    from tfpb.law.values import Law, Reader
    from tfpb.tax.abatement.holdings import Holding, Stock, Stocks
    from tfpb.tax.abatement.signatures import Conventions

UNKNOWN_LAW: Final = "loi_inconnue"
"""Status of a coming year that the law gives no value for: nothing of it is known."""
MISSING: Final = "manquant"
"""Nature of its amounts."""
_STATED: Final = ("taux_abattement", "part_vlc")
"""Values that move every amount: a change of one is said beside the forecast."""
RIGHTS: Final = frozenset({Statut.ELIGIBLE, Statut.ABATTU, Statut.A_RECLAMER})
"""Statuses whose amount is due in a year of the forecast."""
UNREAD: Final = "avis"
"""Cause of what hangs on a notice that is not read."""
UNLINED: Final = "ligne"
"""Cause of what no line of the tax sheet gives a base for: the mean estimates it."""
WAITING: Final = "en_attente_eur"
CAUSES: Final = "en_attente_de"
RENEWING: Final = "a_renouveler_eur"
_COLUMNS: Final = (
    *FORECAST_COLUMNS, WAITING, RENEWING, "logements_a_renouveler", "convention", "motif_court", CAUSES,
)  # fmt: skip
_YEAR: Final = (
    "annee", "residences", "logements", "abattement_eur", WAITING, RENEWING, "nouvelles", "nature", CAUSES,
)  # fmt: skip
_COUNTS: Final = ("residences", "logements", "nouvelles")
UNFORESEEN: Final = pd.DataFrame(columns=list(_COLUMNS))
"""The forecast of no year."""


def forecast(
    items: list[Premises],
    stocks: Stocks,
    conventions: Conventions,
    law: Law,
    *,
    reader: Reader,
    rounding: str,
) -> pd.DataFrame:
    """Foresee the abatement of each résidence, each year of the period by the law of that year.

    Bases and rates are those of the last notice, raised by the setting `revalorisation_bases`. Before a
    résidence has a base, its amount is the mean per dwelling of the commune, else of the file: an estimate,
    named so in its motive. `FORECAST_COLUMNS` are followed by `en_attente_eur` (pending a check of
    location, a convention or a declaration; its `Reserve` codes, separated by spaces, in `en_attente_de`),
    `a_renouveler_eur` and `logements_a_renouveler` (pending the renewal of `convention`) and `motif_court`.
    `logements` have the right; `abattement_eur` is zero without right, None when it cannot be estimated or
    when all of it is pending. `statut` may also be `demoli`, `a_livrer`, or `UNKNOWN_LAW` in a year that
    the law gives no value for: amounts and counts are then None, and `motif` names the value. `reader` (1
    January of the tax year) also lists what the forecast reads.
    """
    start = reader.whole("periode_prevision_debut")
    end = reader.whole("periode_prevision_fin")
    now = stocks.on(reader)
    means = _Means(items, now, reader)
    foreseen: dict[int, list[dict[str, Any]]] = {}
    unknown: dict[int, str] = {}
    for target in range(start, end + 1):
        then = law.on(dt.date(target, 1, 1), joining=reader)
        try:
            stipulated = terms(then, rounding)
            foreseen[target] = _of_year(
                items, stocks.on(then), conventions, then=then, reader=reader, law=stipulated,
                means=means, now=now,
            )  # fmt: skip
        except TfpbError as error:
            unknown[target] = lacking_value(error)
    known = {r["id_residence"]: None for rows in foreseen.values() for r in rows}
    for target, lacks in unknown.items():
        concerned = known or dict.fromkeys(h.id_residence for h in now.holdings)
        foreseen[target] = [_not_known(target, key, lacks) for key in concerned]
    rows = [{"annee": t, **row} for t in sorted(foreseen) for row in foreseen[t]]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    if unknown:  # whole numbers beside what is not known stay whole
        table["logements"] = pd.Series([r["logements"] for r in rows], dtype=object)
    return table


def _of_year(
    items: list[Premises],
    stock: Stock,
    conventions: Conventions,
    *,
    then: Reader,
    reader: Reader,
    law: Terms,
    means: _Means,
    now: Stock,
) -> list[dict[str, Any]]:
    """Foresee a year of each résidence that has something in a quarter or in doubt.

    `stock`, `then` and `law` are of that year; `now` and `reader`, of the tax year.
    """
    target, year = then.day.year, reader.day.year
    raised = 1 + reader.decimal("revalorisation_bases")
    factor = raised ** (target - year) if target > year else Decimal(1)
    groups = grouped(items, lambda i: i.id_residence)
    once = grouped(filter(bears_homes, items), lambda i: i.id_residence)
    mean_under = means.under(law)
    rows = []
    for holding in stock.holdings:
        every = groups.get(holding.id_residence, [])
        group = [i for i in every if not bears_no_dwelling(i.row)]
        read = target == year and bool(group)
        if not read and _is_out(holding) and _is_out(now.residence(holding.id_residence)):
            continue  # what a map to come takes out says so
        named = once.get(holding.id_residence, [])
        parts = _parts(stock, holding, named, conventions, then=then, reader=reader, law=law)
        if read:  # what its lines bear is computed, what none bears is foreseen
            parts = [p for p in parts if p.apart]
        mean = mean_under.get(holding.commune, mean_under.get(""))
        row = _foreseen(target, parts, mean, law.quantum, factor) if parts else {}
        coming = bool(row and (row["logements"] or row["en_suspens"]))
        if coming:
            where = mean_of(commune=holding.commune in mean_under)
            note = state_words.FORECAST[row["note"]].format(ou=where)
            row["motif"] = note if read else f"{row['motif']} {note}"
        if read:
            row = _joined(_this_year(target, group), row if coming else {})
        rows.append({"id_residence": holding.id_residence, **row})
    return rows


def _is_out(holding: Holding | None) -> bool:
    """Return whether a résidence is wholly out of every quarter."""
    return holding is None or all(u.side == QpvStatut.HORS for u in holding.units)


def _not_known(year: int, identifier: str, lacks: str) -> dict[str, Any]:
    """Return a résidence in a year that the law gives no value for; `lacks` is what it lacks, in words."""
    return {
        "id_residence": identifier,
        "statut": UNKNOWN_LAW,
        "motif": state_words.FORECAST["loi_inconnue"].format(annee=year, valeur=lacks),
        "motif_court": state_words.FORECAST["loi_inconnue_court"],
        "nature": MISSING,
        CAUSES: "",
        "convention": "",
        **dict.fromkeys(
            ("logements", "logements_a_renouveler", "abattement_eur", WAITING, RENEWING)
        ),
    }


def by_year(table: pd.DataFrame, reader: Reader) -> tuple[pd.DataFrame, Course | None]:
    """Add the forecast by year, for the chart, and its course, for the sentence (None without a year).

    `annee, residences, logements, abattement_eur, en_attente_eur, a_renouveler_eur, nouvelles, nature,
    en_attente_de`: `nouvelles` counts the résidences whose right opens that year. `abattement_eur` and the
    counts are None for a year that is wholly pending: never zero for what may be renewed.
    """
    rows: list[tuple[Any, ...]] = []
    had: set[str] = set()
    opened = 0
    # a résidence to be checked for one of its premises has the amount of the others all the same
    due = [not missing(a) and a > 0 for a in table["abattement_eur"]]
    owed = table["statut"].isin([str(s) for s in RIGHTS]) | pd.Series(due, table.index, dtype=bool)
    lacks: dict[int, str] = {}
    for target, part in table.groupby("annee", sort=True):
        if (part["statut"] == UNKNOWN_LAW).any():
            lacks[int(part["annee"].iloc[0])] = part["motif"].iloc[0]
            rows.append((target, *(None,) * 6, MISSING, ""))
            continue
        right = part[owed[part.index]]
        now, natures = set(right["id_residence"]), set(right["nature"])
        amount, waiting, renewing = (
            total(None if missing(v) else v for v in part[c])
            for c in ("abattement_eur", WAITING, RENEWING)
        )
        hanging = bool(waiting or renewing) or any(missing(v) for v in part["abattement_eur"])
        unknown, new = hanging and not amount, len(now - had) if rows else 0
        opened += new
        rows.append(
            (
                target,
                None if unknown else len(now),
                None if unknown else int(right["logements"].sum()),
                None if unknown else amount,
                waiting,
                renewing,
                None if unknown else new,
                RESERVED if unknown else REAL if natures == {REAL} else ESTIMATED,
                " ".join(sorted({c for causes in part[CAUSES] for c in causes.split()})),
            )
        )
        had |= now
    yearly = pd.DataFrame(rows, columns=list(_YEAR))
    for place, column in enumerate(_YEAR):
        if column in _COUNTS:  # a whole number beside what is not known stays whole
            yearly[column] = pd.Series([row[place] for row in rows], dtype=object)
    if not rows:
        return yearly, None
    last = next((row for row in reversed(rows) if row[0] not in lacks), None)
    course = Course(
        tuple(zip(yearly["annee"].astype(int), yearly["abattement_eur"], strict=True)),
        opened,
        ZERO if last is None else last[4],
        () if last is None else tuple(last[-1].split()),
        reader.decimal("revalorisation_bases"),
        lacks=tuple(lacks.items()),
        waiting_year=None if last is None else int(last[0]),
        changes=_changes(reader, [int(row[0]) for row in rows if row[0] not in lacks]),
        part=reader.decimal("taux_abattement"),
    )
    return yearly, course


def _changes(reader: Reader, years: list[int]) -> tuple[LegalChange, ...]:
    """List the values that move every amount and that change between the tax year and a year ahead."""
    found = []
    for key in _STATED:
        before = reader.law.value(key, reader.day)
        for year in (y for y in years if y > reader.day.year):
            value = reader.law.value(key, dt.date(year, 1, 1))
            if value.valeur != before.valeur:
                found.append(LegalChange(year, before, value))
            before = value
    return tuple(found)


def year_by_year(table: pd.DataFrame, residences: pd.DataFrame) -> pd.DataFrame:
    """Lay the years of `forecast` side by side: in which year, and why (`changement`), an amount changes.

    A column `a<year>` each year; a résidence that is out in every year is left out.
    """
    homes = {r.text("id_residence"): r for r in records(residences)}
    concerned = set(table.loc[table["statut"] != Statut.HORS_QPV, "id_residence"])
    kept = table[table["id_residence"].isin(concerned)].sort_values(
        ["id_residence", "annee"], kind="stable"
    )
    rows = []
    for key, lines in groupby(kept.to_dict("records"), key=lambda r: str(r["id_residence"])):
        home = homes.get(key, Record())
        row: dict[str, Any] = {
            "id_residence": key, "nom": home.text("nom"), "code_qpv": home.text("code_qpv")
        }  # fmt: skip
        before: tuple[str, Any] | None = None
        changes = []
        for line in lines:
            row[f"a{line['annee']}"] = line["abattement_eur"]
            # « abattu » this year and « éligible » the next are one right
            right = "" if line["statut"] in RIGHTS else str(line["statut"])
            now = (right, line["logements"])
            # only what changes is written, and what the first year lacks
            if (before != now if before else right) and line["motif_court"]:
                changes.append(f"{line['annee']} : {line['motif_court']}")
            before = now
        rows.append(row | {"changement": "\n".join(changes)})
    return pd.DataFrame(rows)


def _this_year(year: int, group: list[Premises]) -> dict[str, Any]:
    """Return the year of the dossier as computed, claims included: it is what is due."""
    statut = statut_of(group)
    main = next(i for i in group if i.statut == statut)
    unread = total(i.states.unread for i in group)
    due = total(i.states.claimed for i in group) - unread
    by_reason = {**reserves_of(group), **({UNREAD: unread} if unread else {})}
    renewing = by_reason.pop(Reserve.RENOUVELLEMENT, ZERO)
    waiting = total(by_reason.values())
    ended = [i for i in group if Reserve.RENOUVELLEMENT in i.standing.reserves]
    return {
        "logements": sum(
            i.abated_dwellings for i in group if i.states.claimed and not i.states.unread
        ),
        "statut": statut,
        "motif": main.motive,
        "motif_court": _short(main.right, year),
        "abattement_eur": None if not due and (waiting or renewing) else due,
        "nature": ESTIMATED if any(i.states.to_claim for i in group) else nature_of(group),
        WAITING: waiting,
        CAUSES: " ".join(sorted(r for r, amount in by_reason.items() if amount)),
        RENEWING: renewing,
        "logements_a_renouveler": sum(round(i.dwellings * i.right.share) for i in ended),
        "convention": _convention([i.right for i in ended]),
    }


def _joined(known: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Add to the year of the dossier what is foreseen of the dwellings of a résidence that no line bears."""
    if not more:
        return known
    joined = known | {c: known[c] + more[c] for c in ("logements", "logements_a_renouveler")}
    for column in ("abattement_eur", WAITING, RENEWING):
        amounts = [v for v in (known[column], more[column]) if v is not None]
        joined[column] = total(amounts) if amounts and more["note"] != "inconnu" else None
    return joined | {
        "motif": f"{known['motif']} {more['motif']}",
        "nature": ESTIMATED,
        CAUSES: " ".join(sorted({*known[CAUSES].split(), *more[CAUSES].split()})),
        "convention": known["convention"] or more["convention"],
    }


def _convention(ended: list[Right]) -> str:
    """Return the convention whose renewal is awaited; empty when none is."""
    return next((str(r.fields["convention"]) for r in ended), "")


@dataclass(frozen=True, slots=True)
class _Part:
    """A premises (or a résidence without any) in a coming year."""

    right: Right
    full: Decimal  # abatement if all its dwellings had the right; zero when its base is unknown
    dwellings: int
    standing: Decimal  # part of its dwellings that stand that year (0..1)
    demolished: bool  # whether some are demolished by then
    apart: bool = False
    """Whether no line carries them where lines carry other dwellings of the résidence."""
    rests_on: str = ""
    """What the right depends on and is unknown: a notice not read (`UNREAD`), an end of exemption."""

    @property
    def share(self) -> Decimal:
        """Part of the dwellings that have the right."""
        return ZERO if self.right.statut or self.rests_on else self.right.share

    @property
    def renewing(self) -> Decimal:
        """Part that hangs on the renewal of a convention."""
        ended = hangs_on(self.right) == Reserve.RENOUVELLEMENT
        return self.right.share if ended else ZERO

    @property
    def causes(self) -> set[str]:
        """Codes of `Reserve` of what hangs on something, renewals left out."""
        if is_lost(self.right):
            return set()
        found = {str(Reserve.COTE)} if self.right.doubt else set()
        reason = hangs_on(self.right)
        if self.right.share and reason not in {None, Reserve.RENOUVELLEMENT}:
            found.add(str(reason))
        if self.right.share and self.rests_on:
            found.add(self.rests_on)
        return found

    @property
    def hanging(self) -> Decimal:
        """Part that hangs on a check of location, a convention, a declaration, or what it rests on."""
        if is_lost(self.right):
            return ZERO
        reason = hangs_on(self.right)
        open_still = reason is not None and reason != Reserve.RENOUVELLEMENT
        open_still = open_still or bool(self.rests_on)
        return self.right.doubt + (self.right.share if open_still else ZERO)


def _parts(
    stock: Stock,
    holding: Holding,
    group: list[Premises],
    conventions: Conventions,
    *,
    then: Reader,
    reader: Reader,
    law: Terms,
) -> list[_Part]:
    """Weigh the right of each premises in a coming year, and of the dwellings that no line bears."""
    year = then.day.year
    rows = [i.row for i in group]
    bare = unlined(holding, rows, reader) if group else holding.units
    places: list[tuple[Holding, Premises | None]] = []
    for item in group:
        place = item.place(stock) or holding
        borne = tuple(u for u in place.units if u not in bare)
        places.append((place.part(borne) if len(borne) < len(place.units) else place, item))
    if bare or not group:
        places.append((holding.part(bare) if group else holding, None))
    rights = [
        right_on(line.row if line else Record(), place, conventions, then) for place, line in places
    ]
    counted = of_counts(holding, group, rights[: len(group)], then)
    parted = of_unnamed(group, counted)
    aged = of_young(group, parted, then, dated=stock.dated)
    rights[: len(group)] = of_excess(holding, group, aged)
    parts = []
    for (place, line), right in zip(places, rights, strict=True):
        standing, whole = (
            sum(u.weight for u in units)
            for units in (standing_units(place.units, year), place.units)
        )
        gone = any(u.demolition is not None and u.demolition < year for u in place.units)
        ratio = Decimal(standing) / whole if whole else ZERO
        full, dwellings = (line.under(law), line.dwellings) if line else (ZERO, place.dwellings)
        apart, rests = bool(group) and line is None, _rests_on(line, place, right, then)
        parts.append(_Part(right, full, dwellings, ratio, gone, apart, rests))
    return parts


def _rests_on(line: Premises | None, place: Holding, right: Right, then: Reader) -> str:
    """Return what a right that would hold rests on and is not known; empty where nothing is missing."""
    if right.statut or (line is not None and line.state != UNKNOWN):
        return ""
    if line is not None and line.statut == Statut.NON_LU:
        return UNREAD
    if may_be_young(place.units, right, then):
        return str(Reserve.EXONERATION)
    return "" if line is not None and line.base else UNLINED


def _foreseen(
    target: int, parts: list[_Part], mean: Decimal | None, quantum: Decimal, factor: Decimal
) -> dict[str, Any]:
    """Add the premises of a résidence in a coming year.

    `en_suspens` counts the dwellings that wait; `note` is how the amount was made.
    """
    due = waiting = renewing = ZERO
    homes = unsure = ended = 0
    note = "estime"
    for part in parts:
        homes += round(part.dwellings * part.share * part.standing)
        unsure += round(part.dwellings * part.hanging * part.standing)
        ended += round(part.dwellings * part.renewing * part.standing)
        full = part.full
        if not full and (part.share or part.hanging or part.renewing):
            note = "inconnu" if mean is None else "partie" if part.apart else "moyenne"
            full = (mean or ZERO) * part.dwellings
        due += (full * part.share * part.standing * factor).quantize(quantum, ROUND_HALF_UP)
        waiting += (full * part.hanging * part.standing * factor).quantize(quantum, ROUND_HALF_UP)
        renewing += (full * part.renewing * part.standing * factor).quantize(quantum, ROUND_HALF_UP)
    statut, motive, short = _status_words(parts, target, homes)
    unknown = note == "inconnu"
    return {
        "logements": homes,
        "statut": statut,
        "motif": motive,
        "motif_court": short,
        "abattement_eur": None if (unknown and homes) or (not due and (unsure or ended)) else due,
        "nature": ESTIMATED,
        WAITING: None if unknown and unsure else waiting,
        CAUSES: " ".join(sorted(set().union(*(p.causes for p in parts if p.standing)))),
        RENEWING: None if unknown and ended else renewing,
        "logements_a_renouveler": ended,
        "convention": _convention([p.right for p in parts if p.renewing]),
        "en_suspens": unsure + ended,
        "note": note,
    }


def _short(right: Right, target: int) -> str:
    """Write the motive of a right in a few words."""
    return state_words.SHORT[right.motive].filled(motive_fields(right, target))


def _status_words(parts: list[_Part], target: int, homes: int) -> tuple[str, str, str]:
    """Return status, motive and short motive of a résidence.

    They are those of the part that stands for it: one with a right first, then what asks a decision.
    """
    order = ("", *(str(s) for s in ATTENTION))
    main = min(parts, key=lambda p: order.index(str(p.right.statut)))
    right = main.right
    words = [state_words.MOTIVES[right.motive].filled(motive_fields(right, target))]
    statut = str(right.statut or Statut.ELIGIBLE)
    if not main.standing:
        statut = "demoli" if right.motive == "demolie" else "a_livrer"
    elif not right.statut:
        if any(p.demolished for p in parts):
            words.append(state_words.FORECAST["demolition_partielle"].format(logements=homes))
        if right.opens == target:
            words.append(state_words.FORECAST["debut"])
    return statut, " ".join(words), _short(right, target)


class _Means:
    """The mean full amount per dwelling, by commune and (key "") over all, by the terms of any year."""

    def __init__(self, items: list[Premises], stock: Stock, reader: Reader) -> None:
        once = grouped(filter(bears_homes, items), lambda i: i.id_residence)
        self._groups: list[tuple[list[Premises], str, int]] = []
        self._by_terms: list[tuple[Terms, dict[str, Decimal]]] = []
        for key, group in once.items():
            holding = stock.residence(key)
            if holding is not None:
                bare = unlined(holding, [i.row for i in group], reader)
                borne = holding.dwellings - sum(u.dwellings for u in bare)
                self._groups.append((group, holding.commune, borne))

    def under(self, law: Terms) -> dict[str, Decimal]:
        """Return the means by the terms of a year; of years whose terms are one, computed once."""
        found = next((means for known, means in self._by_terms if known == law), None)
        if found is None:
            found = self._means(law)
            self._by_terms.append((law, found))
        return found

    def _means(self, law: Terms) -> dict[str, Decimal]:
        amounts: dict[str, list[Decimal]] = {}
        dwellings: dict[str, int] = {}
        for group, commune, borne in self._groups:
            full = total(i.under(law) for i in group)
            if full and borne:
                for where in {commune, ""}:
                    amounts.setdefault(where, []).append(full)
                    dwellings[where] = dwellings.get(where, 0) + borne
        return {where: total(amounts[where]) / dwellings[where] for where in amounts}
