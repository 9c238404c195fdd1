"""Sentences of the abatement: its amount, what may be claimed, what is at risk; what the command prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Statut
from tfpb.words.numbers import euros, long_date, number, plural

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from tfpb.model.money import Abatement

STATUTS: Final[dict[str, str]] = {
    Statut.A_VERIFIER: "à vérifier",
    Statut.HORS_QPV: "hors QPV",
    Statut.EXONERE: "encore exonéré",
    Statut.SANS_CONVENTION: "sans convention",
    Statut.NON_DECLARE: "non déclaré",
    Statut.ELIGIBLE: "éligible, sans avis à ce jour",
    Statut.A_RECLAMER: "à réclamer",
    Statut.ABATTU: "abattu",
    Statut.A_RISQUE: "abattu à tort, à risque",
}
NATURES: Final[dict[str, str]] = {"reel": "réel", "estime": "estimé", "mixte": "réel et estimé"}
LINES: Final[dict[str, str]] = {
    "commune": "Commune",
    "syndicats": "Syndicats",
    "epci": "Intercommunalité",
    "tse": "Taxe spéciale d’équipement",
    "tasa": "Taxe additionnelle spéciale annuelle",
    "gemapi": "Taxe GEMAPI",
}
ROUNDINGS: Final[dict[str, str]] = {
    "centime": "au centime (estimation)",
    "avis": "à l’euro par ligne, comme sur un avis",
}
ROUNDING: Final = "Arrondi : {rounding}."
UNKNOWN_QUARTER: Final = "non connu"
CALCULATION_NOTES: Final = (
    (
        "Ligne d’un avis = 30 % × base nette × part des logements × taux de la ligne, arrondie ; le montant "
        "est la somme des lignes arrondies, le compté est celui des locaux abattus ou éligibles."
    ),
    (
        "La part est celle des logements imposables qui sont dans le quartier ; elle ne s’applique pas à un "
        "local abattu à tort. L’enlèvement des ordures ménagères n’est pas réduit."
    ),
)


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
    return (
        f"L’abattement de {money.year} s’élève à {euros(sums['abattement_eur'])} ; "
        f"l’État compense {euros(sums['compensation_etat_eur'])} aux collectivités, "
        f"qui perdent {euros(sums['perte_collectivites_eur'])}."
    )


def standing_sentences(
    claim: Decimal, risk: Decimal, verify: Decimal, *, limit: dt.date | None, on: dt.date | None
) -> tuple[str, ...]:
    """Write what may be claimed, what is at risk, what hangs on a check.

    Parameters
    ----------
    claim, risk, verify : Decimal
        Euros.
    limit : date or None
        Last day to claim.
    on : date or None
        Day of the dossier, to know whether that day has passed.
    """
    out = []
    if claim:
        out.append(
            f"{euros(claim)} restent à réclamer : l’abattement semble dû et l’avis ne le porte pas."
        )
        if limit is not None:
            late = on is not None and on > limit
            state = "Le délai de réclamation a pris fin" if late else "La réclamation est recevable"
            out[-1] += f" {state} {'le' if late else 'jusqu’au'} {long_date(limit)}."
    if risk:
        out.append(
            f"{euros(risk)} sont abattus alors qu’une condition manque : ce montant est à risque."
        )
    if verify:
        out.append(f"{euros(verify)} dépendent d’une vérification de la localisation.")
    return tuple(out)


def claim_until(limit: dt.date | None, on: dt.date) -> str:
    """Write until when a claim is open, in a detail under a figure."""
    if limit is None:
        return "dû et non porté par les avis"
    if on > limit:
        return f"délai de réclamation passé le {long_date(limit)}"
    return f"dû et non porté par les avis ; à réclamer jusqu’au {long_date(limit)}"


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
    sums = money.totals
    lines = [
        lead(money),
        *standing_sentences(
            sums["abattement_a_reclamer_eur"],
            sums["abattement_a_risque_eur"],
            sums["abattement_a_verifier_eur"],
            limit=money.claim_until,
            on=None,
        ),
    ]
    if sums["abattement_sans_convention_eur"]:
        lines.append(
            f"{euros(sums['abattement_sans_convention_eur'])} ne sont comptés nulle part : aucune "
            "table de conventions n’est donnée (option --conventions)."
        )
    lines += [
        f"  {STATUTS[statut]} : {plural(premises, 'local', 'locaux')}, "
        f"{plural(dwellings, 'logement')}"
        for statut, (premises, dwellings) in money.counts.items()
    ]
    return lines
