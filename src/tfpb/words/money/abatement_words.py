"""Sentences of the abatement: its amount, what may be claimed, what is at risk; what the command prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Reserve
from tfpb.packaged import packaged
from tfpb.words.money.state_words import (
    RATE_TO_CONFIRM,
    state_sentences,
    unknown_sentence,
    without_quarters,
)
from tfpb.words.numbers import euros, number, plural

if TYPE_CHECKING:
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


def quarter_notes(*, outside: Decimal) -> tuple[str, ...]:
    """Write how to read the abatement by quarter, and what stands in none of its lines."""
    notes = [
        (
            "Perte des collectivités : lignes de la commune, des syndicats et de l’intercommunalité, "
            "moins la compensation. Les autres lignes sont reportées sur les contribuables."
        )
    ]
    if outside > 0:
        notes.append(
            f"{euros(outside)} portés à tort par des avis, hors de tout quartier, ne sont dans aucune de "
            "ces lignes : voir « Abattement par résidence »."
        )
    return tuple(notes)


def source_file(file: str, sheet: str) -> str:
    """Write from which file, and which sheet of it, the lines of a table come."""
    return f"« {file} »" + (f", feuille « {sheet} »" if sheet else "")


def lead(money: Abatement) -> str:
    """Open the chapter of the abatement."""
    sums = money.totals
    if sums["abattement_eur"] is None:
        return unknown_sentence(money.states, money.year)
    return (
        f"L’abattement de {money.year} s’élève à {euros(sums['abattement_eur'])}"
        f"{without_quarters(money.unknown_quarters)} ; "
        f"l’État compense {euros(sums['compensation_etat_eur'])} aux collectivités "
        f"({RATE_TO_CONFIRM}), qui perdent {euros(sums['perte_collectivites_eur'])}."
    )


def leavers_sentence(
    year: int, residences: int, dwellings: int, *, risk: Decimal, lost: Decimal
) -> str:
    """Write what the change of map takes out, and what notices still abate of it."""
    verb = "sont sortis" if dwellings > 1 else "est sorti"
    text = (
        f"{plural(dwellings, 'logement')} de {plural(residences, 'résidence')} {verb} des quartiers "
        f"avec la carte 2024 : {euros(lost)} ne sont plus dus en {year}"
    )
    if risk:
        return f"{text}, dont {euros(risk)} que les avis portent encore : ce montant est à risque."
    return f"{text} ; aucun avis ne les porte encore."


def declaration_sentence(count: int, lacking: int) -> str:
    """Write how many premises are to be declared, and how many cannot be filed as they are."""
    head = plural(count, "bien à déclarer ou à vérifier", "biens à déclarer ou à vérifier")
    if not lacking:
        return f"{head}, sans rien qui manque pour déposer la liste."
    verb = "sont incomplets" if lacking > 1 else "est incomplet"
    return (
        f"{head}, dont {number(lacking)} {verb} : la colonne « Ce qui manque » de la feuille "
        "« Abattement » dit quoi compléter avant le dépôt."
    )


def summary(money: Abatement) -> list[str]:
    """Write the year in a few lines: amount, claims and risks, premises by status."""
    lines = [
        lead(money),
        *state_sentences(
            money.states, money.reserves, year=money.year, limit=money.claim_until, on=None
        ),
    ]
    if Reserve.CONVENTIONS in money.reserves:
        lines.append(CONVENTIONS_OPTION)
    lines += [
        f"  {STATUTS[statut]} : {plural(premises, 'local', 'locaux')}, "
        f"{plural(dwellings, 'logement')}"
        for statut, (premises, dwellings) in money.counts.items()
    ]
    return lines
