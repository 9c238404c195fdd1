"""Sentences of the abatement: amount, claims, risks, forecast; what the command prints."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.legal.map_table import pair_in
from tfpb.model.legal.tax_lines import TAX_LINES
from tfpb.packaged import packaged
from tfpb.words.money.state_words import (
    NONE_DUE,
    RATE_TO_CONFIRM,
    UNKNOWN_AMOUNT,
    WAITS,
    is_aside,
    nature_words,
    none_acquired,
    standing,
    state_sentences,
    unknown_detail,
    without,
)
from tfpb.words.numbers import euros, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Within
    from tfpb.model.money import Abatement, Course

_TEXTS: Final = packaged(__name__)
STATUTS: Final[dict[str, str]] = _TEXTS["statuts"]
NATURES: Final[dict[str, str]] = _TEXTS["natures"]
LINES: Final[dict[str, str]] = {line: facts["nom"] for line, facts in TAX_LINES.items()}
PAYERS: Final[dict[str, str]] = LINES | _TEXTS["unsplit"]
"""Lines of a notice, and the whole of those whose rates are not parted."""
ROUNDINGS: Final[dict[str, str]] = _TEXTS["roundings"]
CONVENTIONS_OPTION: Final = "Pour donner la table des conventions : option --conventions."
ROUNDING: Final = "Arrondi : {rounding}."
UNKNOWN_QUARTER: Final = "non connu"
CALCULATION_NOTES: Final[tuple[str, ...]] = tuple(_TEXTS["calculation_notes"])


def source_file(file: str, sheet: str) -> str:
    """Write from which file, and which sheet of it, the lines of a table come."""
    return f"« {file} »" + (f", feuille « {sheet} »" if sheet else "")


_LEAD: Final = Phrase(
    "Abattement {year} acquis : {abated:€}{nature}{without} ; l’État compense {back:€} aux "
    "collectivités ({rate}), qui perdent {lost:€}."
)


def lead(held: Within, year: int) -> str:
    """Open the chapter of the abatement."""
    abated = held.amount("acquis")
    if not abated.exceeds_nil:
        return none_acquired(held, year)
    back, lost = held.amount("compensation"), held.amount("perte")
    return _LEAD.format(
        year=year, abated=abated, nature=nature_words(held), without=without(held), back=back, lost=lost,
        rate=RATE_TO_CONFIRM,
    )  # fmt: skip


_LEAVERS: Final = Phrase(
    "{homes:s logement} de {residences:s résidence} {homes:a est sorti/sont sortis} des quartiers avec la "
    "carte {carte} : {lost:€} ne sont plus dus en {year}{risk:?, dont {risk} que les avis portent "
    "encore : ce montant est à risque| ; aucun avis ne les porte encore}."
)
"""What the change of map takes out, and what notices still abate of it."""
_LEFT_OUT: Final = Phrase(
    "{risk:?dont {risk} encore portés par les avis, à risque|aucun avis lu ne les porte}"
)
"""The same under its figure."""
YES: Final = "oui"
DECLARATION: Final = Phrase(
    "{count:s bien à déclarer ou à vérifier/biens à déclarer ou à vérifier}, {lacking:?dont {lacking:n} "
    "{lacking:a est incomplet/sont incomplets}, à compléter avant le dépôt|sans rien qui manque pour "
    "déposer la liste}."
)


def summary(money: Abatement, held: Within) -> list[str]:
    """Write the year in a few lines, by its claims of the whole: amount, risks, premises by status."""
    lines = [lead(held, money.year), *state_sentences(held, money.year, None)]
    if held.amount("reserve_conventions").exceeds_nil:
        lines.append(CONVENTIONS_OPTION)
    lines += [
        f"  {STATUTS[statut]} : {plural(premises, 'local', 'locaux')}, "
        f"{plural(dwellings, 'logement')}"
        for statut, (premises, dwellings) in money.counts.items()
    ]
    return lines


def leavers_sentence(held: Within, year: int) -> str:
    """Write what the ruling map took out of the quarters, and what notices still abate of it."""
    facts = {
        "homes": held.amount("logements_sortants"),
        "residences": held.amount("residences_sorties"),
        "lost": held.amount("sortants_perdu"),
        "risk": _shown(held.amount("sortants_a_risque")),
    }
    return _LEAVERS.filled({"year": year, "carte": pair_in(year)[1], **facts})


def left_out_detail(held: Within) -> str:
    """Write the same under its figure."""
    return _LEFT_OUT.format(risk=_shown(held.amount("sortants_a_risque")))


def has_left(held: Within) -> bool:
    """Return whether what the ruling map took out weighs something."""
    return any(held.amount(f"sortants_{name}").exceeds_nil for name in ("perdu", "a_risque"))


def acquired_detail(held: Within) -> str:
    """Write under what is acquired what it rests on, and what it leaves out; else why it is not known."""
    abated = held.amount("acquis")
    if abated.is_nil:
        return standing(held) if is_aside(held) else NONE_DUE
    if not abated.exceeds_nil:
        return unknown_detail(held)
    rests = {"reel": held.amount("acquis_porte"), "estime": held.amount("estime")}
    parts = (f"{NATURES[n]} {euros(a)}" for n, a in rests.items() if a.exceeds_nil)
    return ", ".join(parts) + without(held)


def _shown(amount: Amount) -> str:
    """Write an amount that comes to something, nothing of another."""
    return euros(amount) if amount.exceeds_nil else ""


UNKNOWN: Final = "non connu"


def forecast_sentence(course: Course) -> str:
    """Read the forecast over the years whose amount is known; what opens, what hangs on a decision."""
    years, opened, waiting = course.years, course.opened, course.waiting
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
        named = " ou ".join(words for code, words in WAITS.items() if code in course.causes)
        text += f" ; {euros(waiting)}{more} en {course.waiting_year} dépendent {named}"
    return f"{text}."


_CHANGE: Final = Phrase(
    "À partir de {year}, {label} : {after:%1} au lieu de {before:%1} "
    "({reference}{verified:?| ; non vérifié})."
)
_BEYOND: Final = Phrase("L’abattement est non connu au-delà de {last}. {lacks}")
_GAP: Final = Phrase("L’abattement de {year} est non connu. {lacks}")
_WITHOUT: Final = Phrase("L’abattement à venir est non connu. {lacks}")


def forecast_law(course: Course) -> tuple[str, ...]:
    """Write what the law of a coming year changes, by which text, and the years it gives no value for."""
    out = []
    for change in course.changes:
        label = change.after.libelle
        values = {
            "after": Decimal(change.after.valeur), "before": Decimal(change.before.valeur),
        }  # fmt: skip
        facts = {"year": change.year, "label": label[0].lower() + label[1:], **values}
        sure = {"reference": change.after.reference, "verified": change.after.verifie}
        out.append(_CHANGE.filled(facts | sure))
    lacks = dict(course.lacks)
    valued = [year for year, _ in course.years if year not in lacks]
    if lacks and not valued:
        return (*out, _WITHOUT.format(lacks=next(iter(lacks.values()))))
    beyond = [year for year in lacks if year > valued[-1]] if valued else []
    out += [_GAP.format(year=y, lacks=lacks[y]) for y in lacks if y not in beyond]
    if beyond:
        out.append(_BEYOND.format(last=valued[-1], lacks=lacks[beyond[0]]))
    return tuple(out)


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
DEADLINES: Final = Phrase.table(**_TEXTS["deadlines"])
"""Sentences of the days that conventions and the law set, by kind of event."""
_TOO_LATE: Final = Phrase(
    "Exonération qui prend fin au plus tard le {date:d}, {quartier} : {logements:s logement} de "
    "{residences:s résidence} ; le droit s’ouvrirait en {annee}, après les dernières impositions du texte "
    "({fin})."
)


def calendar_sentence(
    event: Mapping[str, Any], last: int, amount: Decimal | None, name: str, code: str
) -> str:
    """Read an event of the calendar: its day, whom it touches, what it weighs.

    `event` is a line of `Abatement.calendar`, `convention` in it; `last` is the last tax year of the law;
    name and code are of the quarter.
    """
    facts = {
        **event,
        "quartier": f"{name} ({code})" if name else f"quartier {code or UNKNOWN}",
        "montant": UNKNOWN_AMOUNT if amount is None else euros(amount),
        "fin": last,
    }
    late = event["evenement"] == "fin_exoneration" and event["annee"] > last
    return (_TOO_LATE if late else _SENTENCES[event["evenement"]]).filled(facts)


_LATER_PART: Final = "par la loi de chaque année"
_SAME_PART: Final = Phrase("de {part:%1}")
_ASSUMPTIONS: Final = tuple(map(Phrase, _TEXTS["assumptions"]))


def forecast_assumptions(year: int, course: Course) -> tuple[str, ...]:
    """List what the forecast takes for granted, and the last year that the law knows."""
    growth, lacks = course.growth, dict(course.lacks)
    valued = [year for year, _ in course.years if year not in lacks]
    facts = {
        "bases": "inchangées" if not growth else f"relevées de {percent(growth, 1)} par an",
        "part": _LATER_PART if course.changes else _SAME_PART.format(part=course.part),
        "last": valued[-1] if valued else None,
        "year": year,
    }
    return tuple(phrase.filled(facts) for phrase in _ASSUMPTIONS)
