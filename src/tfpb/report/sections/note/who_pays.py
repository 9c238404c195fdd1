"""« Qui paie ? »: the State, communes, their neighbours, other taxpayers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import known, quotient
from tfpb.model.report import Answer, Payers
from tfpb.words.documents import note_words as words
from tfpb.words.numbers import rounded_sum

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier

_PAYERS: Final = ("compensation", "perte_communes", "perte_intercommunale", "reporte_contribuables")


def who_pays(dossier: Dossier) -> Answer:
    """Return the second answer."""
    held = dossier.claims.within()
    whole = held.amount("acquis")
    if not (whole.exceeds_nil and any(held.amount(name).exceeds_nil for name in _PAYERS)):
        unknown = words.PARTLY_KNOWN if whole.exceeds_nil else words.NOBODY_KNOWN
        answer = words.NOTHING_PAID if whole.is_nil else unknown
        return Answer(words.WHO_PAYS, (answer,))
    towns = 0 if dossier.abatement is None else dossier.abatement.towns
    parts = []
    for name in _PAYERS:
        amount = held.amount(name)
        if amount.may_exceed_nil:
            drawn = quotient(known(amount.at_least), known(whole.at_least)).exact
            share = quotient(amount, whole) if amount.is_known and whole.is_known else None
            parts.append((words.payer(name, towns), *words.paid(amount, share), float(drawn)))
    note = rounded_sum(whole, *(held.amount(name) for name in _PAYERS))
    notes = (*_terms(dossier), *([note] if note else []))
    return Answer(words.WHO_PAYS, (), Payers(tuple(parts)), notes=notes)


def _terms(dossier: Dossier) -> list[str]:
    """Return what each commune gives a dwelling, and on what the State’s part rests."""
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
    return [*out, *([] if held.amount("acquis").is_known else [words.READ_ALONE])]
