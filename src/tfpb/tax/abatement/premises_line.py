"""One premises from its row to its status, its amounts and the words of both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import Statut
from tfpb.tax.abatement import notices
from tfpb.tax.abatement.formula import NOTHING, Amounts, Terms, amounts
from tfpb.tax.plain_values import ZERO, Record, cents
from tfpb.words.money import status_reasons

if TYPE_CHECKING:
    from tfpb.law.values import Reader
    from tfpb.tax.abatement.holdings import Holding
    from tfpb.tax.abatement.rights import Right

REAL: Final = "reel"
ESTIMATED: Final = "estime"
COUNTED: Final = frozenset({Statut.ABATTU, Statut.ELIGIBLE})
"""Statuses whose amount is counted in the abatement of the year."""
_ALL: Final = Decimal(1)


@dataclass(slots=True)
class Premises:
    """A premises on its way: row, holding, right, then what its notice shows.

    `full` is what the premises would give if all its dwellings had the right; `current` says that its
    row is of the tax year; `issued` that its notice is out, a figure being read on one of its rows.
    """

    row: Record
    holding: Holding | None
    right: Right
    base: Decimal
    full: Decimal
    rates: tuple[Decimal, ...]
    paid: Decimal | None
    current: bool
    dwellings: int = 0
    state: str = notices.UNKNOWN
    unexplained: bool = False
    issued: bool = False

    @property
    def entitled(self) -> bool:
        """Whether every condition holds."""
        return not self.right.statut


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a premises comes to.

    Parameters
    ----------
    amounts : Amounts
        Of its right, of the stake when a check or a convention is awaited, of what was wrongly abated.
    counted : Amounts
        Part of it that is counted in the year's abatement.
    claim, risk, verify, unsigned : Decimal
        To claim, at risk, hanging on a check of location, hanging on a table of conventions.
    """

    statut: str
    nature: str
    amounts: Amounts
    counted: Amounts
    share: Decimal
    base_counted: Decimal
    claim: Decimal
    risk: Decimal
    verify: Decimal
    unsigned: Decimal
    motive: str


def notice_line(item: Premises) -> notices.Line:
    """Return what the cross-check needs of a premises; exempt and untaxed, it weighs nothing."""
    untaxed = not item.right.taxable and not item.paid
    return notices.Line(
        avis=str(item.row["avis"]),
        id_residence=str(item.row["id_residence"]),
        base=ZERO if untaxed else item.base,
        rates=item.rates,
        share=item.right.share,
        entitled=item.entitled,
        paid=item.paid,
        doubtful=item.right.statut == Statut.A_VERIFIER,
    )


def outcome(item: Premises, terms: Terms, reader: Reader, on: dt.date | None) -> Outcome:
    """Settle status, amounts and motive of a premises.

    Parameters
    ----------
    on : date, optional
        Day of the dossier: says whether the time to claim has passed.
    """
    right = item.right
    statut = _statut(item)
    share = _share(item, statut)
    made = amounts(item.base, item.rates, terms, share=share) if share else NOTHING
    counted = made if statut in COUNTED else NOTHING
    doubt = (
        amounts(item.base, item.rates, terms, share=right.doubt).abatement if right.doubt else ZERO
    )
    risk = made.abatement if statut == Statut.A_RISQUE else ZERO
    if statut == Statut.ABATTU and item.state == notices.FULL:
        rest = max(ZERO, _ALL - right.share - right.doubt)
        risk = amounts(item.base, item.rates, terms, share=rest).abatement
    claim = made.abatement if statut == Statut.A_RECLAMER else ZERO
    if statut == Statut.NON_DECLARE and reader.flag("reclamation_sans_declaration"):
        not_read = item.state != notices.NONE
        claim = (
            ZERO if not_read else amounts(item.base, item.rates, terms, share=right.share).abatement
        )
    verify = made.abatement if statut == Statut.A_VERIFIER else (doubt if not risk else ZERO)
    unsigned = made.abatement if statut == Statut.SANS_CONVENTION and not right.known else ZERO
    return Outcome(
        statut=statut,
        nature=REAL if item.issued else ESTIMATED,
        amounts=made,
        counted=counted,
        share=share,
        base_counted=cents(item.base * share) if counted is not NOTHING else ZERO,
        claim=claim,
        risk=risk,
        verify=verify,
        unsigned=unsigned,
        motive=motive_words(
            item, statut, reader, on, amount=made.abatement, risk=risk, terms=terms
        ),
    )


def _statut(item: Premises) -> str:
    """Apply the order of the contract; abated without right is at risk."""
    right = item.right
    if right.statut == Statut.A_VERIFIER:
        return Statut.A_VERIFIER
    if right.statut:
        return Statut.A_RISQUE if item.state == notices.FULL else right.statut
    if item.state == notices.UNKNOWN:
        return Statut.ELIGIBLE
    return Statut.A_RECLAMER if item.state == notices.NONE else Statut.ABATTU


def _share(item: Premises, statut: str) -> Decimal:
    """Return the part of the base that an amount is computed on."""
    if statut == Statut.A_RISQUE:
        return _ALL
    if statut == Statut.A_VERIFIER:
        return item.right.doubt
    if item.entitled or (statut == Statut.SANS_CONVENTION and not item.right.known):
        return item.right.share
    return ZERO


def motive_words(
    item: Premises,
    statut: str,
    reader: Reader,
    on: dt.date | None,
    *,
    amount: Decimal,
    risk: Decimal,
    terms: Terms,
) -> str:
    """Put together the motive: why this right, what the notice shows, what else to know.

    `amount` and `risk` are those of the premises, or of all the premises of a résidence that share the
    status.
    """
    right = item.right
    limit = claim_limit(reader)
    fields: dict[str, Any] = {
        **right.fields,
        "annee": right.fields.get("annee", reader.day.year),
        "montant": amount,
        "risque": risk,
    }
    said = [status_reasons.motive(right.motive, fields)]
    fields |= {"annee": reader.day.year, "limite": limit, "part": right.share, "doute": right.doubt}
    if statut == Statut.ELIGIBLE:
        said.append(
            status_reasons.state("eligible_inexplique" if item.unexplained else "eligible", fields)
        )
    elif statut == Statut.A_RECLAMER:
        passed = on is not None and on > limit
        said.append(status_reasons.state("a_reclamer_passe" if passed else "a_reclamer", fields))
    elif statut == Statut.ABATTU:
        said.append(status_reasons.state("abattu_trop" if risk else "abattu", fields))
    elif statut == Statut.A_RISQUE:
        said.append(status_reasons.state("a_risque", fields))
    if item.entitled:
        said += [
            status_reasons.precision(code, fields)
            for code, shown in (
                ("part", right.share < 1),
                ("doute", right.doubt > 0),
                ("entrant", bool(right.fields.get("entrant"))),
            )
            if shown
        ]
        condition = right.fields.get("condition")
        if condition in status_reasons.EXTRAS:
            said.append(status_reasons.precision(condition, fields))
    elif statut in (Statut.SANS_CONVENTION, Statut.NON_DECLARE):
        missed = amounts(item.base, item.rates, terms, share=right.share).abatement
        said.append(status_reasons.precision("manque", {"manque": missed}))
    return " ".join(said)


def claim_limit(reader: Reader) -> dt.date:
    """Return the last day to claim a year: 31 December, one year after the notice (LPF R*196-2)."""
    return dt.date(reader.day.year + reader.whole("delai_reclamation_ans"), 12, 31)
