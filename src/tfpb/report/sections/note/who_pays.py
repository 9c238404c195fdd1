"""« Qui paie ? »: the State, communes, their neighbours, other taxpayers; and what was done for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import known, quotient
from tfpb.facts.claim import axis_scope
from tfpb.model.legal.axis_table import AXES
from tfpb.model.report import Answer, Payers
from tfpb.words.documents import note_words as words
from tfpb.words.numbers import rounded_sum

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier

_PAYERS: Final = ("compensation", "perte_communes", "perte_intercommunale", "reporte_contribuables")
_NAMED: Final = 4
"""Axes that are named, those given most; the others are added up."""


def who_pays(dossier: Dossier) -> Answer:
    """Return the second answer."""
    held = dossier.claims.within()
    whole = held.amount("acquis")
    if not (whole.exceeds_nil and any(held.amount(name).exceeds_nil for name in _PAYERS)):
        unknown = words.PARTLY_KNOWN if whole.exceeds_nil else words.NOBODY_KNOWN
        answer = words.NOTHING_PAID if whole.is_nil else unknown
        return Answer(words.WHO_PAYS, (answer,), notes=_done(dossier))
    towns = 0 if dossier.abatement is None else dossier.abatement.towns
    parts = []
    for name in _PAYERS:
        amount = held.amount(name)
        if amount.may_exceed_nil:
            drawn = quotient(known(amount.at_least), known(whole.at_least)).exact
            share = quotient(amount, whole) if amount.is_known and whole.is_known else None
            parts.append((words.payer(name, towns), *words.paid(amount, share), float(drawn)))
    note = rounded_sum(whole, *(held.amount(name) for name in _PAYERS))
    notes = (*_done(dossier), *_terms(dossier), *([note] if note else []))
    return Answer(words.WHO_PAYS, (), Payers(tuple(parts)), notes=notes)


def _done(dossier: Dossier) -> tuple[str, ...]:
    """Return what was done in exchange: the axes given most, the others in one amount."""
    if dossier.programme is None:
        return ()
    claims = dossier.claims
    given = {a: claims.amount("valorise", axis_scope(a)) for a in AXES}
    named = sorted((a for a in given if given[a].exceeds_nil), key=lambda a: -given[a].at_least)
    rest = named[_NAMED:]
    axes = [(int(a), given[a]) for a in named[:_NAMED]]
    others = claims.sum("valorise", [axis_scope(a) for a in rest]) if rest else None
    parts = [amount for _, amount in axes] + ([] if others is None else [others])
    note = rounded_sum(claims.amount("valorise"), *parts) if parts else ""
    return tuple(filter(None, (words.in_exchange(claims.within(), axes, others), note)))


def _terms(dossier: Dossier) -> list[str]:
    """Return what each commune gives a dwelling, on what the State’s part rests, who the others are."""
    held, money = dossier.claims.within(), dossier.abatement
    lost, homes = held.amount("perte_communes"), held.amount("logements_abattus")
    if money is None:
        return []
    whole, several = (
        lost.is_known and homes.is_known and homes.exceeds_nil,
        money.towns > 1,
    )
    out = [words.A_HOME.format(lost=quotient(lost, homes), several=several)] if whole else []
    back = (v for v in money.values if v.cle == "part_compensation")
    out += [words.state_part(v.valeur, verified=v.verifie) for v in back][:1]
    if held.amount("reporte_contribuables").may_exceed_nil:
        out.append(words.OTHER_PAYERS)
    return [*out, *([] if held.amount("acquis").is_known else [words.READ_ALONE])]
