"""Sentences of the forecast of the abatement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.words.numbers import euros, long_date, percent, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

FORECAST_NOTE: Final = (
    "Ce qui change : le statut de la première année s’il n’ouvre pas de droit, puis chaque année où "
    "il change ; le motif entier de l’année est dans « Abattement par résidence »."
)


def forecast_sentence(
    years: Sequence[tuple[int, Decimal | None]], *, opened: int, waiting: Decimal
) -> str:
    """Read the forecast over the years whose amount is known; what opens, what hangs on a decision.

    Parameters
    ----------
    years : sequence of (year, amount)
        None where all of the year hangs on something.
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
        text += (
            f" ; {euros(waiting)}{more} en {years[-1][0]} dépendent d’une vérification, d’une convention "
            "ou d’une déclaration"
        )
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


def renewal_sentence(row: Mapping[Any, Any]) -> str:
    """Write what hangs on the renewal of a convention, with the day it ends.

    Parameters
    ----------
    row : mapping
        A line of `Abatement.renewals`.
    """
    amount = row["a_renouveler_eur"]
    stake = "un montant non estimé" if amount is None else f"{euros(amount)} par an"
    return (
        f"La convention {row['id_convention']} prend fin le {long_date(row['date_fin'])} : à partir de "
        f"{row['annee']}, {stake} à renouveler ({plural(row['logements'], 'logement')}, "
        f"{plural(row['residences'], 'résidence')})."
    )


def forecast_assumptions(year: int, growth: Decimal) -> tuple[str, ...]:
    """List what the forecast takes for granted."""
    bases = "inchangées" if not growth else f"relevées de {percent(growth, 1)} par an"
    return (
        f"Bases {bases}, taux du dernier avis connu, part abattue de 30 % jusqu’à la fin du texte.",
        f"Le montant de {year} compte ce qui reste à réclamer ; ce qui est abattu à tort n’y est pas.",
        (
            "Le droit d’une résidence s’ouvre au 1er janvier qui suit la fin de son exonération de "
            "longue durée, et tient tant que sa convention court."
        ),
        (
            "Les périmètres, démolitions et livraisons sont ceux que donnent les géographies et le "
            "patrimoine ; un projet qui n’y est pas écrit n’est pas prévu."
        ),
        (
            "Une résidence sans base connue compte pour l’abattement moyen par logement de sa commune, "
            "sinon du fichier."
        ),
    )
