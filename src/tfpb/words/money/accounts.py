"""Sentences of the abatement, the programme, its balance and droit commun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import Axe, Statut
from tfpb.words.numbers import THIN, euros, long_date, number, percent, plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

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
AXES: Final[dict[int, str]] = {
    Axe.PRESENCE: "Renforcement de la présence du personnel de proximité",
    Axe.FORMATION: "Formation/soutien des personnels de proximité",
    Axe.SUR_ENTRETIEN: "Sur-entretien",
    Axe.DECHETS: "Gestion des déchets et encombrants / épaves",
    Axe.TRANQUILLITE: "Tranquillité résidentielle",
    Axe.CONCERTATION: "Concertation / sensibilisation des locataires",
    Axe.ANIMATION: "Animation, lien social, vivre ensemble",
    Axe.TRAVAUX: "Petits travaux d’amélioration de la qualité de service",
}
PLANCHERS: Final[dict[str, str]] = {
    "au_plancher": "au plancher légal",
    "au_dessus": "au-dessus du plancher légal",
    "sous": "sous le plancher légal",
    "sans_objet": "sans objet",
}
MARGES: Final[dict[str, str]] = {
    "calculee": "calculée",
    "non_calculable": "non calculable : totaux seuls",
}
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


FORECAST_NOTE: Final = (
    "Ce qui change : le statut de la première année s’il n’ouvre pas de droit, puis chaque année où "
    "il change ; le motif entier de l’année est dans « Abattement par résidence »."
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


def source_file(file: str, sheet: str) -> str:
    """Write from which file, and which sheet of it, the lines of a table come."""
    return f"« {file} »" + (f", feuille « {sheet} »" if sheet else "")


def axis_words(axe: int) -> str:
    """Write an axis with its number: « 3 · Sur-entretien »."""
    return f"{axe} · {AXES.get(axe, 'axe inconnu')}"


def axis_name(axe: int) -> str:
    """Name an axis in a few words, without its number."""
    short = {1: "Présence de proximité", 2: "Formation, soutien", 6: "Concertation"}
    short |= {4: "Déchets, encombrants", 7: "Animation, lien social", 8: "Petits travaux"}
    return short.get(axe, AXES.get(axe, "axe inconnu"))


def axis_short(axe: int) -> str:
    """Write an axis in a few words, for a chart."""
    return f"{axe} · {axis_name(axe)}"


def near_names(names: Sequence[tuple[str, int]]) -> str:
    """List the names nearest to an axis that is not known; empty when nothing resembles."""
    if not names:
        return ""
    return " ; les plus proches : " + ", ".join(f"« {name} » (axe {axe})" for name, axe in names)


def abatement_lead(year: int, amount: Decimal, lost: Decimal, compensated: Decimal) -> str:
    """Open the chapter of the abatement."""
    return (
        f"L’abattement de {year} s’élève à {euros(amount)} ; l’État compense {euros(compensated)} "
        f"aux collectivités, qui perdent {euros(lost)}."
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


def balance_words(balance: Decimal, left: Decimal | None) -> str:
    """Write how the balance is made, and what quarters have left where one in excess hides it."""
    made = "valorisé − abattement − report"
    if left and left != -balance:
        return f"{made} ; quartier par quartier, {euros(left)} à justifier"
    return made


def balance_lead(
    valued: Decimal,
    abated: Decimal | None,
    balance: Decimal | None,
    left: Decimal | None = None,
) -> str:
    """Open the chapter of the programme.

    Parameters
    ----------
    balance : Decimal or None
        Over all quarters, what one exceeds by making up for what another lacks.
    left : Decimal or None
        What quarters have left to justify, each by itself: it rules where the two differ.
    """
    if abated is None:
        return f"Les actions valorisées s’élèvent à {euros(valued)} ; l’abattement n’est pas connu."
    if balance is not None and left and left != -balance:
        whole = number(balance, sign=True)
        tail = (
            f"quartier par quartier, il reste {euros(left)} à justifier, report compris ; "
            f"tous quartiers ensemble, le solde est de {whole}{THIN}€"
        )
    elif balance is None or balance == 0:
        tail = "le solde est nul"
    elif balance > 0:
        tail = f"les actions dépassent l’abattement de {euros(balance)}, report compris"
    else:
        tail = f"il reste {euros(-balance)} à justifier, report compris"
    return (
        f"Les actions valorisées s’élèvent à {euros(valued)} pour un abattement de "
        f"{euros(abated)} : {tail}."
    )


def coverage_words(valued: Decimal, abated: Decimal | None) -> str:
    """Write how much of the abatement the programme covers."""
    if not abated:
        return "abattement inconnu"
    return f"soit {percent(valued / abated)} de l’abattement"


def droit_commun_lead(count: int, computable: int) -> str:
    """Open the chapter of droit commun."""
    head = plural(count, "indicateur comparé", "indicateurs comparés")
    if computable == count:
        return f"{head} entre les résidences en QPV et hors QPV, avec la marge d’incertitude."
    return (
        f"{head} entre les résidences en QPV et hors QPV ; marge d’incertitude calculable pour "
        f"{number(computable)}."
    )


def sensitivity_sentence(low: int, kept: int, high: int) -> str:
    """Write how the dwellings move with the doubts."""
    if low == high:
        return (
            f"Aucun doute de localisation ne fait varier le nombre de logements en QPV "
            f"({number(kept)})."
        )
    return (
        f"Selon le sort des logements à vérifier, le nombre de logements en QPV va de {number(low)} "
        f"à {number(high)} ; {number(kept)} sont retenus."
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


def carry_argument(row: Mapping[Any, Any], year: int) -> str:
    """Argue the carry-over of a quarter: what was spent both years, what was owed, what is left.

    Parameters
    ----------
    row : mapping
        A row of `Programme.beside_quarters`; `solde_eur` is None when the abatement is unknown.
    year : int
    """
    if not row["encore"]:
        return (
            f"{euros(row['valorise_precedent_eur'])} valorisés en {year - 1} ; ni action ni abattement "
            f"en {year} : rien ne se reporte."
        )
    spent = (
        f"{euros(row['valorise_eur'])} valorisés en {year}, après "
        f"{euros(row['valorise_precedent_eur'])} en {year - 1}"
    )
    if row["solde_eur"] is None:
        return f"{spent} ; l’abattement de {year} n’est pas connu."
    owed = f"pour un abattement de {euros(row['abattement_eur'])}"
    if row["report_eur"]:
        owed += f" et un report de {euros(row['report_eur'])} venu de {year - 1}"
    if row["rattrapage_eur"]:
        return f"{spent}, {owed} : {euros(row['rattrapage_eur'])} se reportent sur {year + 1}."
    return f"{spent}, {owed} : rien ne se reporte sur {year + 1}."


def carry_sentence(name: str, left: Decimal, report: Decimal, year: int) -> str:
    """Write what a quarter has left to justify, and what it had carried over; empty when nothing."""
    if left:
        text = f"{name} : {euros(left)} restent à justifier et se reportent sur {year + 1}"
        if report:
            text += f", dont {euros(min(left, report))} venaient déjà de {year - 1}"
        return f"{text}."
    if report:
        return f"{name} : le report de {euros(report)} venu de {year - 1} est rattrapé."
    return ""


def proofs_sentence(actions: int, pieces: int, complete: int, photos: int) -> str:
    """Count the proofs of the actions."""
    if not actions:
        return "Aucune action cette année : aucune pièce à joindre."
    return (
        f"Preuves : {number(pieces)} {'actions' if pieces > 1 else 'action'} sur {number(actions)} "
        f"{'citent' if pieces > 1 else 'cite'} une pièce, {number(complete)} avec sa date ; "
        f"{plural(photos, 'photo jointe', 'photos jointes') if photos else 'aucune photo jointe'}."
    )


def no_last_year(year: int) -> str:
    """Write why last year's bilan is not beside, and how to have it."""
    return (
        f"Le bilan de {year} n’est pas à côté : aucune action de {year} n’est donnée. Pour comparer, "
        "indiquez le fichier de l’année sous programme_precedent, ou ajoutez ses lignes au programme."
    )


def diagnostics_sentence(found: int, tied: int) -> str:
    """Write how many findings of the walking diagnostics led to an action of the programme."""
    verb = "sont liés" if tied > 1 else "est lié"
    linked = f"{number(tied)} {verb}" if tied else "aucun n’est lié"
    return (
        f"{plural(found, 'constat relevé', 'constats relevés')} sur place ; {linked} à une action."
    )


UNKNOWN_QUARTER: Final = "non connu"
EVERY_QUARTER: Final = "Tous les quartiers"
PROGRAMME_FILE: Final = "programme d’actions"


def rounding_sentence(code: str) -> str:
    """Write how amounts are rounded."""
    return f"Arrondi : {ROUNDINGS.get(code, code)}."
