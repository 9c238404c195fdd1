"""Sentences of the forecast of the abatement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.numbers import euros, percent, plural

if TYPE_CHECKING:
    from decimal import Decimal

FORECAST_NOTE: Final = (
    "Ce qui change : le statut de la première année s’il n’ouvre pas de droit, puis chaque année où "
    "il change ; le motif entier de l’année est dans « Abattement par résidence »."
)


def forecast_sentence(
    first: tuple[int, Decimal], last: tuple[int, Decimal], *, opened: int, waiting: Decimal
) -> str:
    """Read the forecast: from the first year to the last, what opens, what hangs on a decision."""
    (start, before), (end, after) = first, last
    gap = after - before
    if gap:
        way = "de plus" if gap > 0 else "de moins"
        text = (
            f"De {start} à {end}, l’abattement attendu passe de {euros(before)} à {euros(after)} par an, "
            f"soit {euros(abs(gap))} {way}"
        )
    else:
        text = f"De {start} à {end}, l’abattement attendu reste de {euros(before)} par an"
    if opened:
        verb = "ouvrent leur droit" if opened > 1 else "ouvre son droit"
        text += f" ; {plural(opened, 'résidence')} {verb} après {start}"
    if waiting:
        text += (
            f" ; {euros(waiting)} de plus en {end} dépendent d’une vérification ou d’une convention"
        )
    return f"{text}."


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
