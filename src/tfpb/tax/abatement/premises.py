"""A premises from its row to its status: its right, its notice, its money in states, its motive."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.decimals import apportion
from tfpb.model.codes import Reserve, Statut
from tfpb.model.legal.tax_lines import LINES
from tfpb.model.money import States
from tfpb.tax.abatement.formula import NOTHING, Amounts, Terms, amounts, net_base
from tfpb.tax.abatement.rights import Right, bears_no_dwelling, right_of, without_dwellings
from tfpb.tax.abatement.sent_list import PARTED, UNKEYED
from tfpb.tax.abatement.signatures import LATE
from tfpb.tax.plain_values import ZERO, Record, grouped
from tfpb.text import number_key
from tfpb.words.money import state_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.holdings import Holding, Named, Stock
    from tfpb.tax.abatement.signatures import Conventions


NONE: Final = "aucun"
RIGHT: Final = "du"
FULL: Final = "entier"
UNKNOWN: Final = ""
"""What a notice abates of a premises: nothing, its right, all of it, or unknown: no figure, or one that
nothing explains."""
BORNE: Final = frozenset({RIGHT, FULL})
_READ: Final = (NONE, RIGHT, FULL)
_HANGS: Final[Mapping[str, Reserve]] = {
    "convention_non_fournie": Reserve.CONVENTIONS,
    "convention_absente": Reserve.CONVENTION,
    "convention_autre_organisme": Reserve.CONVENTION,
    "convention_organisme_inconnu": Reserve.CONVENTION,
    "convention_sans_date": Reserve.CONVENTION,
    "convention_echue": Reserve.RENOUVELLEMENT,
    "declaration_absente": Reserve.DECLARATION,
    "declaration_sans_local": Reserve.DECLARATION,
    "declaration_contraire": Reserve.DECLARATION,
    "declaration_sans_cle": Reserve.DECLARATION,
    "contrat_sans_date": Reserve.CONVENTION,
    "convention_sans_fin": Reserve.CONVENTION,
    "convention_dates_contraires": Reserve.CONVENTION,
    "exonerations_contraires": Reserve.EXONERATION,
    "exoneration_possible": Reserve.EXONERATION,
    "deux_cotes": Reserve.COTE,
}
"""Motives that a paper not seen yet may still mend; a date that is past mends nothing."""
_UNSURE: Final = {PARTED: "declaration_contraire", UNKEYED: "declaration_sans_cle"}
"""What `declare` holds where the list sent does not settle it, and the motive of the line."""
REAL: Final = "reel"
ESTIMATED: Final = "estime"
COUNTED: Final = frozenset({Statut.ABATTU, Statut.ELIGIBLE})
"""Statuses whose amount is counted in the abatement of the year."""
UNSETTLED: Final = frozenset({Statut.SANS_CONVENTION, Statut.NON_DECLARE, Statut.DROIT_INCONNU})
"""Statuses whose right is not established, whatever its side."""
HELD: Final = "droit_exoneration_echue"
"""Motive of a right that is not known, were it held."""
TWICE: Final = "local_deux_avis"
"""Motive of a premises that an earlier notice of the year bears."""
OTHER_BUILDING: Final = "batiment_hors_patrimoine"
"""Motive of a premises whose building is none of its résidence’s."""
WHOLE_RATE: Final = "taux_global_pct"
_ALL: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Standing:
    """States of a premises, and what its reserve hangs on.

    `outcomes` are the states that it may come to, where no notice that is read says what it bears, or where
    its right is not known.
    """

    states: States
    reserves: Mapping[Reserve, Decimal] = field(default_factory=dict)
    outcomes: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Premises:
    """One row of a notice; the fields after `dwellings` are filled by the notice, then by `settle`."""

    row: Record  # as typed by `tables.PREMISES`
    holding: Holding | None  # résidence or building; None when the stock does not know it
    right: Right
    base: Decimal  # net base, euros
    taxed: Decimal  # base that the notice taxes, euros (zero for a premises exempt and not taxed)
    full: Decimal  # abatement if every dwelling had the right, euros
    rates: tuple[Decimal, ...]  # percent, one a line of `LINES`
    terms: Terms  # of its tax year
    paid: Decimal | None  # `cotisation_avis_eur`, when the row is of the tax year
    current: bool  # whether the row is of the tax year
    named: Named = field(default_factory=dict)
    """Dwellings that lines of its résidence count, by building (`Holding.left_by`)."""
    dwellings: int = 0
    state: str = UNKNOWN  # `NONE`, `RIGHT`, `FULL` or `UNKNOWN`
    noticed: bool = False  # whether a sum was read for it, its own or its notice's
    statut: str = ""
    nature: str = ESTIMATED
    motive: str = ""
    amounts: Amounts = NOTHING
    """Of the right; of the stake while pending; of what was wrongly abated."""
    share: Decimal = ZERO  # part of the base that `amounts` are computed on (0..1)
    standing: Standing = Standing(States())
    """Its money in states, and what the pending part depends on."""
    stretch: Decimal = _ALL  # upper-bound multiplier of its amounts when a rate is blank
    relieved: bool = False
    """Whether a dégrèvement of its notice gives back what it refuses (« obtenu ? »)."""

    @property
    def id_residence(self) -> str:
        """Résidence of the premises."""
        return self.row.text("id_residence")

    @property
    def building(self) -> str:
        """Building of the premises, empty when the row names none."""
        return self.row.text("id_batiment")

    def place(self, stock: Stock) -> Holding | None:
        """Return what it is in a stock: its building, else what no other line names."""
        return stock.find(self.id_residence, self.building, self.named)

    @property
    def invariant(self) -> str:
        """Invariant of the premises, empty when the row names none."""
        return self.row.text("invariant")

    @property
    def avis(self) -> str:
        """Notice of the premises."""
        return self.row.text("avis")

    @property
    def unsplit(self) -> bool:
        """Whether the sum of its rates alone is known."""
        return is_unsplit(self.row)

    @property
    def entitled(self) -> bool:
        """Whether every condition holds."""
        return not self.right.statut

    def entitled_to(self, right: Right) -> Premises:
        """Return it with another right; a notice that abates the whole of a right abates all of it."""
        whole = self.state == RIGHT and self.right.share == 1
        return replace(self, right=right, state=FULL if whole and right.share < 1 else self.state)

    @property
    def proof(self) -> str:
        """What is known of its declaration, where it is to claim."""
        return "obtenu" if self.relieved else "declare" if self.declared else "sans_preuve"

    @property
    def states(self) -> States:
        """Its money in states."""
        return self.standing.states

    def base_under(self, law: Terms) -> Decimal:
        """Return its net base by the terms of another year; one given without a cadastral value is scaled."""
        given = self.row.money("base_nette_eur")
        scaled = None if given is None else given * law.base_part / self.terms.base_part
        return net_base(self.row.money("vlc_eur"), scaled, law)

    def under(self, law: Terms) -> Decimal:
        """Return the abatement by the terms of another year, if every dwelling had the right."""
        return self.full if law == self.terms else self.abated(_ALL, law).abatement

    def abated(self, share: Decimal, law: Terms | None = None) -> Amounts:
        """Return what the law abates of a part of its base, by the terms of its year or of another."""
        if law is None or law == self.terms:
            return amounts(self.base, self.rates, self.terms, share=share)
        return amounts(self.base_under(law), self.rates, law, share=share)

    def most_abated(self, share: Decimal) -> Amounts:
        """Return the most that it may abate, with the rates that are blank."""
        return amounts(self.base * self.stretch, self.rates, self.terms, share=share)

    @property
    def declared(self) -> bool | None:
        """Whether the list sent to the tax office bears it; None when the file does not say."""
        return _declared(self.row)

    @property
    def counted(self) -> Amounts:
        """Amounts that are counted in the abatement of the year."""
        return self.amounts if self.statut in COUNTED else NOTHING

    @property
    def abated_dwellings(self) -> int:
        """Dwellings of the premises that its amounts stand for."""
        return round(self.dwellings * self.share)


def year_of(row: Record) -> int:
    """Return the tax year of a row (0 when it could not be read, already a fault)."""
    return row.whole("annee") or 0


def rates_of(row: Record) -> tuple[Decimal, ...]:
    """Return the rates of a row, in percent, one a line of `LINES`; a missing rate is zero.

    A sum of rates that nothing parts stands alone, in the first line.
    """
    if is_unsplit(row):
        return (row.money(WHOLE_RATE) or ZERO, *[ZERO] * (len(LINES) - 1))
    return tuple(row.money(f"taux_{line}_pct") or ZERO for line in LINES)


def is_unsplit(row: Record) -> bool:
    """Return whether a row gives the sum of its rates alone: who bears what is not known."""
    return row.money("taux_commune_pct") is None and row.money(WHOLE_RATE) is not None


def exemption_of(row: Record) -> dt.date | None:
    """Return the end of exemption written on the premises."""
    return row.day("fin_exoneration")


def premises_of(
    rows: Iterable[Record], stock: Stock, conventions: Conventions, *, terms: Terms, reader: Reader
) -> list[Premises]:
    """Return the premises of a tax year with their rights and dwellings, in the order of the rows."""
    items = []
    seen: dict[tuple[str, int], Record] = {}
    rows = list(rows)
    of_homes = (row for row in rows if not bears_no_dwelling(row))
    named: dict[str, Named] = {
        key: {b: dwellings_of(of) for b, of in grouped(group, _building).items()}
        for key, group in grouped(of_homes, lambda row: row.text("id_residence")).items()
    }
    for row in rows:
        others = named.get(row.text("id_residence"), {})
        holding = stock.find(row.text("id_residence"), row.text("id_batiment"), others)
        right = right_on(row, holding, conventions, reader)
        if holding is None and stock.residence(row.text("id_residence")) is not None:
            right = replace(right, motive=OTHER_BUILDING)
        right = _once(right, row, seen)
        base = net_base(row.money("vlc_eur"), row.money("base_nette_eur"), terms)
        rates, current = rates_of(row), year_of(row) == reader.day.year
        paid = row.money("cotisation_avis_eur") if current else None
        paid = (
            None if paid is not None and paid < 0 else paid
        )  # a credit says nothing of what was due
        items.append(
            Premises(
                row=row,
                holding=holding,
                right=right,
                base=base,
                taxed=base if right.taxable or paid else ZERO,
                full=amounts(base, rates, terms).abatement,
                rates=rates,
                terms=terms,
                paid=paid,
                current=current,
                named=others,
            )
        )
    dwellings = _dwellings(items, stock)
    return [replace(i, dwellings=n) for i, n in zip(items, dwellings, strict=True)]


def right_on(
    row: Record, holding: Holding | None, conventions: Conventions, reader: Reader
) -> Right:
    """Return the right of a premises on the reader's 1 January; off the list declared, it is of no year.

    `row` gives its end of exemption, its nature and whether the list has it; `holding` is on the map that
    rules that year, None when the stock does not know it.
    """
    covers = holding is not None and 0 < holding.dwellings <= (written_dwellings(row) or 0)
    right = right_of(
        holding,
        own_exemption=exemption_of(row),
        conventions=conventions,
        reader=reader,
        covers=covers,
    )
    if bears_no_dwelling(row) and holding is not None:
        return without_dwellings(right, row)
    if right.statut and (right.known or right.statut not in UNSETTLED):
        return right
    if _declared(row) is False:  # lost, whatever is not known of the convention
        motive = "declaration_sans_local"
        return replace(right, statut=Statut.NON_DECLARE, motive=motive, known=True)
    if right.statut:
        return right
    if unsure := _UNSURE.get(row.text("declare")):
        return replace(right, statut=Statut.DROIT_INCONNU, motive=unsure, known=False)
    sent, last = row.day("declare_le"), reader.due("limite_declaration")
    if sent is None or sent <= last or right.fields.get("condition") == "convention_outremer":
        return right
    fields = {"date": sent, "limite": last, "annee": reader.day.year}
    return replace(right, statut=Statut.NON_DECLARE, motive="declaration_tardive", fields=fields)


def _once(right: Right, row: Record, seen: dict[tuple[str, int], Record]) -> Right:
    """Doubt the right of a premises that an earlier notice of the year bears: it is abated once."""
    if not row.text("invariant"):
        return right
    first = seen.setdefault((number_key(row.text("invariant")), year_of(row)), row)
    doubted = right.share + right.doubt
    if not doubted or number_key(first.text("avis")) == number_key(row.text("avis")):
        return right
    fields = {"avis": first.text("avis"), "ligne": first.place().row}
    return replace(
        right,
        statut=Statut.A_VERIFIER,
        share=ZERO,
        doubt=doubted,
        motive=TWICE,
        fields=fields,
        known=True,
    )


def _declared(row: Record) -> bool | None:
    return row.truth("declare") if row.text("declare") not in {"", *_UNSURE} else None


def _dwellings(items: list[Premises], stock: Stock) -> list[int]:
    """Count the dwellings of each premises: those of its row, never more than the stock holds in all."""
    out = [0] * len(items)
    other = {p for p, item in enumerate(items) if item.right.motive == OTHER_BUILDING}
    own = (p for p in range(len(items)) if p not in other)
    for key, places in grouped(own, lambda p: items[p].id_residence).items():
        holding = stock.residence(key)
        known = holding.dwellings if holding is not None and holding.counted else None
        written = [0 if is_repeated(items[p]) else written_dwellings(items[p].row) for p in places]
        counted = sum(n for n in written if n is not None)
        shares = [n or 0 for n in written]
        if known is not None and counted > known:
            shares = apportion(known, [Decimal(n) for n in shares])
        elif known is not None and None in written:
            blank = [
                items[p].base if n is None else ZERO for p, n in zip(places, written, strict=True)
            ]
            more = apportion(known - counted, blank) if any(blank) else [0] * len(blank)
            shares = [n + k for n, k in zip(shares, more, strict=True)]
        for position, count in zip(places, shares, strict=True):
            out[position] = count
    for position in other:
        out[position] = written_dwellings(items[position].row) or 0
    return out


def _building(row: Record) -> str:
    return row.text("id_batiment")


def bears_homes(item: Premises) -> bool:
    """Return whether a premises is of dwellings, and no earlier notice of the year bears it."""
    return not is_repeated(item) and not bears_no_dwelling(item.row)


def is_repeated(item: Premises) -> bool:
    """Return whether an earlier notice of the year bears the premises."""
    return item.right.motive == TWICE


def written_dwellings(row: Record) -> int | None:
    """Return the dwellings that a row counts; of what is no dwelling, none."""
    return 0 if bears_no_dwelling(row) else row.whole("nb_logements") or None


def dwellings_of(rows: Iterable[Record]) -> int | None:
    """Return the dwellings that lines count; None where one does not."""
    counts = [written_dwellings(row) for row in rows]
    known = [n for n in counts if n is not None]
    return sum(known) if len(known) == len(counts) else None


def settle(item: Premises, reader: Reader, on: dt.date | None) -> Premises:
    """Fill in the status, amounts and motive of a premises whose notice has been read.

    `on`, the day of the dossier, decides whether the time to claim has passed.
    """
    right = item.right
    statut = _statut(item)
    share = _share(item, statut)
    abated = item.abated(share) if share else NOTHING
    mended = right.statut == Statut.NON_DECLARE and reader.flag("reclamation_sans_declaration")
    standing = standing_of(right, item.state, item.abated, mended=mended, noticed=item.current)
    if is_repeated(item) and item.state not in BORNE:
        standing = Standing(States())  # its other line has what is due
    elif right.taxable and (item.state == UNKNOWN or not right.known or item.stretch > 1):
        shown = (item.state, *_READ) if item.state == UNKNOWN else (item.state,)
        rights = (right,) if right.known else (right, replace(right, statut="", motive=HELD))
        outcomes = tuple(
            standing_of(one, state, item.most_abated, mended=mended, noticed=item.current)
            for one in rights
            for state in shown
        )
        standing = replace(standing, outcomes=outcomes)
    elif right.doubt and standing.states.lost:  # of what is of either side, nothing or all is lost
        parts = (
            replace(right, share=share, doubt=ZERO)
            for share in (right.share, right.share + right.doubt)
        )
        sure, best = (standing_of(one, item.state, item.abated, mended=mended) for one in parts)
        standing = replace(sure, outcomes=(sure, best))
    settled = replace(
        item,
        statut=statut,
        nature=ESTIMATED if item.state == UNKNOWN else REAL,
        amounts=abated,
        share=share,
        standing=standing,
    )
    risk = standing.states.at_risk
    motive = motive_of(settled, reader, on, amount=abated.abatement, risk=risk)
    return replace(settled, motive=motive)


def _statut(item: Premises) -> str:
    """Apply the order of the contract; what is abated without right is at risk, where that is known."""
    right = item.right
    if right.statut == Statut.A_VERIFIER or (right.statut == Statut.SANS_LOGEMENT and right.doubt):
        return right.statut
    if right.statut:
        if item.state in BORNE:
            return Statut.A_RISQUE if right.known else Statut.DROIT_INCONNU
        return Statut.NON_LU if may_be_lost(item) else right.statut
    if item.state == UNKNOWN:
        return Statut.NON_LU if item.current else Statut.ELIGIBLE
    return Statut.A_RECLAMER if item.state == NONE else Statut.ABATTU


def _share(item: Premises, statut: str) -> Decimal:
    """Return the part of the base that an amount is computed on."""
    if statut == Statut.A_RISQUE:
        return _ALL if item.state == FULL else item.right.share
    if statut == Statut.A_VERIFIER or (statut == Statut.SANS_LOGEMENT and item.state in BORNE):
        return item.right.doubt
    return ZERO if is_lost(item.right) else item.right.share


def motive_of(
    item: Premises, reader: Reader, on: dt.date | None, *, amount: Decimal, risk: Decimal
) -> str:
    """Write the motive: why this right, what the notice shows, what else to know.

    `amount` and `risk` are those of the premises, or of all the premises of a résidence that share the
    status.
    """
    right, year = item.right, reader.day.year
    limit = claim_limit(reader)
    fields = {**motive_fields(right, year), "montant": amount, "risque": risk}
    parts = [state_words.MOTIVES[right.motive].filled(fields)]
    fields |= {"annee": year, "limite": limit, "part": right.share, "doute": right.doubt}
    states: dict[str, str] = {
        Statut.ELIGIBLE: "eligible",
        Statut.NON_LU: "non_lu" if item.noticed else "non_lu_sans_cotisation",
        Statut.A_RECLAMER: "a_reclamer_passe" if on is not None and on > limit else "a_reclamer",
        Statut.ABATTU: "abattu_trop" if risk else "abattu",
        Statut.A_RISQUE: "a_risque",
    }
    given_back = item.statut == Statut.A_RECLAMER and not amount
    state = "" if given_back else states.get(item.statut)
    if state:
        parts.append(state_words.STATES[state].filled(fields))
    if item.entitled:
        shown = {
            "part": right.share < 1,
            "doute": right.doubt > 0,
            "entrant": bool(right.fields.get("entrant")),
        }
        parts += [
            state_words.EXTRAS[code].filled(fields) for code, applies in shown.items() if applies
        ]
        condition = right.fields.get("condition")
        if condition in state_words.EXTRAS:
            parts.append(state_words.EXTRAS[condition].filled(fields))
    elif item.statut in UNSETTLED:
        if item.state in BORNE:
            parts.append(state_words.STATES["sous_reserve"].filled(fields))
        missed = item.abated(right.share).abatement
        parts.append(state_words.EXTRAS["manque"].format(manque=missed))
    return " ".join(parts)


def motive_fields(right: Right, year: int) -> dict[str, Any]:
    """Return the values of a motive; its year is the tax year unless the right names another."""
    return {"annee": year, **right.fields}


def claim_limit(reader: Reader) -> dt.date:
    """Return the last day to claim a year: 31 December, one year after the notice (LPF R*196-2)."""
    return dt.date(reader.day.year + reader.whole("delai_reclamation_ans"), 12, 31)


def hangs_on(right: Right) -> Reserve | None:
    """Return what the right hangs on besides its side; None when it holds, or is lost for the year."""
    return _HANGS.get(right.motive)


def may_be_lost(item: Premises) -> bool:
    """Return whether a notice that is not read bears what is lost for the year: it is at risk, or lost."""
    right = item.right
    lacks = right.statut in (Statut.SANS_CONVENTION, Statut.NON_DECLARE) and right.known
    return (
        lacks
        and hangs_on(right) is None
        and item.state == UNKNOWN
        and item.current
        and right.taxable
    )


def is_lost(right: Right) -> bool:
    """Return whether a condition was met too late for this year: a fact, not a thing unknown."""
    return right.motive in LATE


def standing_of(
    right: Right,
    state: str,
    abated: Callable[[Decimal], Amounts],
    *,
    mended: bool = False,
    noticed: bool = False,
) -> Standing:
    """Split the abatement of a premises into states.

    The cuts fall on cumulated shares (due, then due or doubtful, then all), each rounded as a notice rounds
    its lines: so the states add up to what the notice carries, to the cent. `abated` gives what the law
    abates of a part of its base; `mended`: a claim makes up for a missing declaration (a setting of the
    law); `noticed`: a notice carries it though what it abates is unknown, so it is no estimate.
    """

    def part(share: Decimal) -> Amounts:
        return abated(share) if share else NOTHING

    right_due = part(right.share)
    sure, best = right_due.abatement, part(min(_ALL, right.share + right.doubt)).abatement
    side = best - sure
    on = {FULL: part(_ALL).abatement, RIGHT: sure}.get(state, ZERO)
    if right.statut == Statut.SANS_LOGEMENT:  # never claimed
        kept = on if right.doubt else ZERO
        return _standing(States(at_risk=on - kept, doubtful=kept), {Reserve.NATURE: kept})
    reason = hangs_on(right)
    if right.statut in (Statut.SANS_CONVENTION, Statut.NON_DECLARE) and right.known:
        if state == NONE and mended and right.statut == Statut.NON_DECLARE:
            return _standing(
                States(to_claim=sure, claim_fees=right_due.fees, hanging=side), {Reserve.COTE: side}
            )
        if state in BORNE or reason is None:
            unread = state == UNKNOWN and noticed  # at risk, or lost
            return _standing(
                States(at_risk=on) if state in BORNE else States(lost=ZERO if unread else best)
            )
        return _standing(States(hanging=best), {reason: sure, Reserve.COTE: side})
    borne = min(on, best)
    wrong = on - borne
    if reason is not None:  # not known: what the notice bears is neither right nor wrong
        states = States(at_risk=wrong, doubtful=borne, hanging=best - borne)
        return _standing(
            states, {Reserve.COTE: side} | {reason: best if reason == Reserve.COTE else sure}
        )
    if state in BORNE:
        held = borne - sure
        states = States(
            acquired=sure, at_risk=wrong, doubtful=held, hanging=side - held, fees=right_due.fees
        )
        return _standing(states, {Reserve.COTE: side})
    if state == NONE:
        return _standing(
            States(to_claim=sure, claim_fees=right_due.fees, hanging=side), {Reserve.COTE: side}
        )
    due = States(unread=sure) if noticed else States(estimated=sure)
    return _standing(due + States(hanging=side), {Reserve.COTE: side})


def _standing(states: States, reserves: Mapping[Reserve, Decimal] | None = None) -> Standing:
    return Standing(states, {k: v for k, v in (reserves or {}).items() if v})
