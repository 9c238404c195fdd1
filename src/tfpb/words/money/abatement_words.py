"""Sentences of the abatement: amount, claims, risks, forecast; what the command prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import Reserve
from tfpb.packaged import packaged
from tfpb.words.money.state_words import (
    RATE_TO_CONFIRM,
    UNKNOWN_AMOUNT,
    WAITS,
    nature_words,
    nothing_acquired,
    state_sentences,
    unknown_sentence,
    without_quarters,
)
from tfpb.words.numbers import euros, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from tfpb.model.money import Abatement

_TEXTS: Final = packaged(__name__)
STATUTS: Final[dict[str, str]] = _TEXTS["statuts"]
NATURES: Final[dict[str, str]] = _TEXTS["natures"]
LINES: Final[dict[str, str]] = _TEXTS["lines"]
ROUNDINGS: Final[dict[str, str]] = _TEXTS["roundings"]
CONVENTIONS_OPTION: Final = "Pour donner la table des conventions : option --conventions."
ROUNDING: Final = "Arrondi : {rounding}."
UNKNOWN_QUARTER: Final = "non connu"
CALCULATION_NOTES: Final[tuple[str, ...]] = tuple(_TEXTS["calculation_notes"])


_LOSS_NOTE: Final = (
    "Perte des collectivités : lignes de la commune, des syndicats et de l’intercommunalité, moins la "
    "compensation. Les autres lignes sont reportées sur les contribuables."
)
_OUTSIDE: Final = Phrase(
    "{outside:€} portés à tort par des avis, hors de tout quartier, ne sont dans aucune de ces lignes : voir "
    "« Abattement par résidence »."
)


def quarter_notes(*, outside: Decimal) -> tuple[str, ...]:
    """Write how to read the abatement by quarter, and what stands in none of its lines."""
    return (_LOSS_NOTE, *([_OUTSIDE.format(outside=outside)] if outside > 0 else []))


def source_file(file: str, sheet: str) -> str:
    """Write from which file, and which sheet of it, the lines of a table come."""
    return f"« {file} »" + (f", feuille « {sheet} »" if sheet else "")


def lead(money: Abatement) -> str:
    """Open the chapter of the abatement."""
    sums = money.totals
    if sums["abattement_eur"] is None:
        return unknown_sentence(money.states, money.year)
    if not sums["abattement_eur"] and money.states.aside:
        return nothing_acquired(money.states, money.year)
    return (
        f"L’abattement de {money.year} s’élève à {euros(sums['abattement_eur'])}"
        f"{nature_words(sums['abattement_eur'], money.states)}"
        f"{without_quarters(money.unknown_quarters)} ; "
        f"l’État compense {euros(sums['compensation_etat_eur'])} aux collectivités "
        f"({RATE_TO_CONFIRM}), qui perdent {euros(sums['perte_collectivites_eur'])}."
    )


LEAVERS: Final = Phrase(
    "{homes:s logement} de {residences:s résidence} {homes:a est sorti/sont sortis} des quartiers avec la "
    "carte 2024 : {lost:€} ne sont plus dus en {year}{risk:?, dont {risk:€} que les avis portent encore : ce "
    "montant est à risque| ; aucun avis ne les porte encore}."
)
"""What the change of map takes out, and what notices still abate of it."""
LEFT_OUT: Final = Phrase(
    "{risk:?dont {risk:€} encore portés par les avis, à risque|aucun avis lu ne les porte}"
)
"""The same under its figure."""
DECLARATION: Final = Phrase(
    "{count:s bien à déclarer ou à vérifier/biens à déclarer ou à vérifier}, {lacking:?dont {lacking:n} "
    "{lacking:a est incomplet/sont incomplets} : la colonne « Ce qui manque » de la feuille « Abattement » "
    "dit quoi compléter avant le dépôt|sans rien qui manque pour déposer la liste}."
)


def summary(money: Abatement) -> list[str]:
    """Write the year in a few lines: amount, claims and risks, premises by status."""
    lines = [lead(money), *state_sentences(money, None)]
    if Reserve.CONVENTIONS in money.reserves:
        lines.append(CONVENTIONS_OPTION)
    lines += [
        f"  {STATUTS[statut]} : {plural(premises, 'local', 'locaux')}, "
        f"{plural(dwellings, 'logement')}"
        for statut, (premises, dwellings) in money.counts.items()
    ]
    return lines


UNKNOWN: Final = "non connu"
FORECAST_NOTE: Final = (
    "Ce qui change : le statut de la première année s’il n’ouvre pas de droit, puis chaque année où "
    "il change ; le motif entier de l’année est dans « Abattement par résidence »."
)


def forecast_sentence(
    years: Sequence[tuple[int, Decimal | None]], *, opened: int, waiting: Decimal, causes: str
) -> str:
    """Read the forecast over the years whose amount is known; what opens, what hangs on a decision.

    Parameters
    ----------
    years : sequence of (year, amount)
        None where all of the year hangs on something.
    opened : int
    waiting : Decimal
        What hangs on something in the last year.
    causes : str
        Codes of `Reserve` that it hangs on, with spaces between.
    """
    known = [(year, amount) for year, amount in years if amount is not None]
    if not known:
        text = f"De {years[0][0]} à {years[-1][0]}, aucun montant n’est établi"
    elif len(known) == 1:
        text = f"En {known[0][0]}, l’abattement attendu est de {euros(known[0][1])}"
    else:
        text = _course(known[0], known[-1])
    if opened:
        verb = "ouvrent leur droit" if opened > 1 else "ouvre son droit"
        text += f" ; {plural(opened, 'résidence')} {verb} après {years[0][0]}"
    if waiting:
        more = " de plus" if known else ""
        named = " ou ".join(words for code, words in WAITS.items() if code in causes.split())
        text += f" ; {euros(waiting)}{more} en {years[-1][0]} dépendent {named}"
    return f"{text}."


def _course(first: tuple[int, Decimal], last: tuple[int, Decimal]) -> str:
    (start, before), (end, after) = first, last
    gap = after - before
    if not gap:
        return f"De {start} à {end}, l’abattement attendu reste de {euros(before)} par an"
    return (
        f"De {start} à {end}, l’abattement attendu passe de {euros(before)} à {euros(after)} par an, "
        f"soit {euros(abs(gap))} {'de plus' if gap > 0 else 'de moins'}"
    )


EVENTS: Final[dict[str, str]] = _TEXTS["events"]
_SENTENCES: Final = Phrase.table(**_TEXTS["sentences"])
_TOO_LATE: Final = Phrase(
    "Exonération qui prend fin au plus tard le {date:d}, {quartier} : {homes} ; le droit s’ouvrirait en "
    "{annee}, après les dernières impositions du texte ({fin})."
)


def calendar_sentence(row: Mapping[Any, Any], last: int) -> str:
    """Read an event of the calendar: its day, whom it touches, what it weighs.

    Parameters
    ----------
    row : mapping
        A line of `Abatement.calendar`.
    last : int
        Last tax year of the law.
    """
    amount, name, code = row["montant_eur"], row["nom_qpv"], row["code_qpv"]
    facts = {
        **row,
        "convention": row["id_convention"],
        "quartier": f"{name} ({code})" if name else f"quartier {code or UNKNOWN}",
        "homes": f"{plural(row['logements'], 'logement')} de {plural(row['residences'], 'résidence')}",
        "montant": UNKNOWN_AMOUNT if amount is None else euros(amount),
        "fin": last,
    }
    late = row["evenement"] == "fin_exoneration" and row["annee"] > last
    return (_TOO_LATE if late else _SENTENCES[row["evenement"]]).filled(facts)


_ASSUMPTIONS: Final = tuple(map(Phrase, _TEXTS["assumptions"]))


def forecast_assumptions(year: int, growth: Decimal) -> tuple[str, ...]:
    """List what the forecast takes for granted."""
    bases = "inchangées" if not growth else f"relevées de {percent(growth, 1)} par an"
    return tuple(said.format(bases=bases, year=year) for said in _ASSUMPTIONS)
