"""Sentences of the programme, its balance, its bilan, its proofs, and droit commun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.packaged import packaged
from tfpb.words.money.state_words import without_quarters
from tfpb.words.numbers import THIN, euros, number, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


_TEXTS: Final = packaged(__name__)
PLANCHERS: Final[dict[str, str]] = _TEXTS["planchers"]
MARGES: Final[dict[str, str]] = _TEXTS["marges"]
EVERY_QUARTER: Final = "Tous les quartiers"
PROGRAMME_FILE: Final = "programme d’actions"
NO_LAST_YEAR: Final = (
    "Le bilan de {year} n’est pas à côté : aucune action de {year} n’est donnée. Pour comparer, "
    "indiquez le fichier de l’année sous programme_precedent, ou ajoutez ses lignes au programme."
)


def balance_words(balance: Decimal, left: Decimal | None) -> str:
    """Write how the balance is made, and what quarters have left where one in excess hides it."""
    made = "valorisé − abattement − report"
    if left and left != -balance:
        return f"{made} ; quartier par quartier, {euros(left)} à justifier"
    return made


def balance_lead(totals: Mapping[str, Decimal], abated: Decimal | None, *, unknown: int = 0) -> str:
    """Open the chapter of the programme.

    Parameters
    ----------
    totals : mapping of str to Decimal
        Of `Programme`: what quarters have left to justify, each by itself, rules where it differs from
        the balance of all, in which one makes up for what another lacks.
    unknown : int
        Quarters whose abatement is not known: the sums are those of the others.
    """
    valued = totals.get("valorise_eur", 0)
    balance, left = totals.get("solde_eur"), totals.get("rattrapage_eur")
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
        f"{euros(abated)}{without_quarters(unknown)} : {tail}."
    )


HEIGHTS: Final = Phrase(
    "Valorisé : {valued:€} par logement abattu{before} ; repères de dépense valorisée{dated} : "
    "{national:€} (France{national_dated}), {regional:€} ({region}{region_dated})."
)
ABATED_HEIGHT: Final = Phrase(
    "Abattement : {abated:€} par logement abattu{before} ; repère : {usual:€} ({share:%} de "
    "{regional:€}, déduit)."
)


def mark_references(national: str, regional: str) -> dict[str, str]:
    """Return where both marks of `HEIGHTS` come from: once if they share it, else each beside its own."""
    if national == regional:
        return {"dated": f", {national}", "national_dated": "", "region_dated": ""}
    return {"dated": "", "national_dated": f", {national}", "region_dated": f", {regional}"}


BEFORE: Final = Phrase(" ({amount:€} en {year})")
"""What last year's pack told, behind this year's."""
LAST_YEAR: Final = Phrase("En {year}, {valued:€} étaient valorisés, tous quartiers ensemble.")
SURPLUS: Final = Phrase(
    "Surcoût de droit commun en QPV{year} : {surplus:€} ({between}, {count:s indicateur}{rest}){share} ; "
    "jamais ajouté aux actions : une même dépense peut être dans les deux."
)
JUSTIFIED: Final = Phrase(
    "Justifié, quartier par quartier : {justified:€} sur {abated:€} d’abattement."
)
SURPLUS_BETWEEN: Final = Phrase(
    "à 95 %{several:? au moins|}, de {low:€} à {high:€}{either:? : on ne sait pas s’il y a un surcoût|}"
)
SURPLUS_UNSURE: Final = "sans marge d’incertitude calculable"
SURPLUS_REST: Final = Phrase(", {count:n} sans coût comparable")
SURPLUS_SHARE: Final = Phrase(", soit {share:%} de l’abattement")
UNKNOWN_QUARTERS: Final = Phrase(
    "{count:s quartier/quartiers} sans abattement connu : ni justifié ni solde pour ceux-là."
)


def coverage_words(valued: Decimal, abated: Decimal | None, unknown: int = 0) -> str:
    """Write how much of the abatement the programme covers; no share of a sum that is not whole."""
    if not abated or unknown:
        return "abattement inconnu" + (f" dans {plural(unknown, 'quartier')}" if abated else "")
    return f"soit {percent(valued / abated)} de l’abattement"


DROIT_COMMUN: Final = Phrase(
    "{count:s indicateur comparé/indicateurs comparés} entre les résidences en QPV et hors QPV"
    "{whole:?, avec la marge d’incertitude| ; marge d’incertitude calculable pour {computable:n}}."
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
    spent = f"{euros(row['valorise_eur'])} valorisés en {year}, "
    if row["nouveau"]:
        spent += f"quartier nouveau en {year}"
    else:
        spent += f"après {euros(row['valorise_precedent_eur'])} en {year - 1}"
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


FINDINGS: Final = Phrase(
    "{found:s constat relevé/constats relevés} sur place ; {tied:?{tied:n} {tied:a est lié/sont liés}|aucun "
    "n’est lié} à une action."
)
BILAN_TITLE: Final = "Bilan {year} du programme d’actions"
BILAN: Final[dict[str, str]] = _TEXTS["bilan"]
"""Columns of programmes and bilans in use, in their order; the qualitative text comes last."""
AXES: Final[Mapping[str, str]] = {
    "code_qpv": "Quartier",
    "axe": "Axe",
    "actions": "Actions",
    **{k: v for k, v in BILAN.items() if k.endswith("_eur")},
    "valorise_par_logement_eur": "Valorisé par logement en QPV",
    "taux_valorisation": "Taux de valorisation TFPB",
    "pieces_jointes": "Pièces jointes",
}
TOTAL: Final = "Total"
NAME: Final = "Nom"
ARGUMENT: Final = "Ce qui le justifie"
EVERYWHERE: Final = "Tous"
BY_AXIS: Final = "Par axe"
PREMISES_SHEETS: Final[dict[str, str]] = _TEXTS["premises_sheets"]
"""Sheets that add the years, by field of `Abatement`."""
COMING_SHEETS: Final[dict[str, str]] = _TEXTS["coming_sheets"]
"""Sheets of the last year alone, by field of `Abatement`."""
DOUBTS_SHEET: Final = "Doutes"
VALUES_SHEET: Final = "Sources et hypothèses"


def quarter_sheet(code: str) -> str:
    """Name the sheet of a quarter; a workbook allows 31 letters."""
    return f"Bilan {code}"[:31]


def both_years(year: int) -> dict[str, str]:
    """Return the headers that set last year's sums beside this year's, by column."""
    facts = {"last": year - 1, "year": year, "next": year + 1}
    return {column: text.format(**facts) for column, text in _TEXTS["both_years"].items()}


def both_years_sheets(year: int) -> tuple[str, str]:
    """Name the two sheets that set both years side by side, by axis and by quarter."""
    return f"{year - 1} et {year} par axe", f"{year - 1} et {year} par quartier"
