"""Sentences of the programme, its balance, its bilan, its proofs, and droit commun."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.amount import lesser
from tfpb.packaged import packaged
from tfpb.text import capital
from tfpb.words.numbers import (
    AT_LEAST,
    UNKNOWN,
    euros,
    of_euros,
    percent,
    rounded_sum,
)
from tfpb.words.phrase import Phrase
from tfpb.words.terms import PIECES as TERMS
from tfpb.words.terms import PLAN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims

_TEXTS: Final = packaged(__name__)
PLANCHERS: Final[dict[str, str]] = _TEXTS["planchers"]
ORIGINS: Final[dict[str, str]] = _TEXTS["origins"]
"""From where a year of the convention is told."""
MARGES: Final[dict[str, str]] = _TEXTS["marges"]
PIECES: Final[dict[str, str]] = _TEXTS["pieces"]
PIECE_KINDS: Final[dict[str, str]] = _TEXTS["kinds"]
NOT_GIVEN: Final = "non renseigné"
"""In place of an amount that its cell leaves blank."""
_PERCENT: Final = Decimal("0.01")
_ALMOST: Final = Decimal("0.99")
PROGRAMME_FILE: Final = "programme d’actions"
NO_LAST_YEAR: Final = (
    "Le bilan de {year} n’est pas à côté : aucune action de {year} n’est donnée. Pour comparer, "
    "indiquez le fichier de l’année sous programme_precedent, ou ajoutez ses lignes au programme."
)


def _hides(balance: Amount, left: Amount) -> bool:
    """Return whether one quarter in excess makes up, in the balance of all, for what another lacks."""
    apart = not left.is_known or not balance.is_known or left.exact != -balance.exact
    return left.may_exceed_nil and apart


def balance_lead(claims: Claims) -> str:
    """Open the chapter of the programme: valued, abated, and what is left.

    What quarters lack, each by itself, rules where it differs from the balance of all.
    """
    head = f"Les actions valorisées s’élèvent à {euros(claims.amount('valorise'))}"
    if not claims.has("acquis"):
        return f"{head} ; l’abattement n’est pas connu."
    balance, left = claims.amount("solde"), claims.amount("a_programmer")
    if _hides(balance, left):
        tail = f"quartier par quartier, {_to_plan(left)}"
    elif balance.at_least > 0:
        tail = f"les actions dépassent l’abattement de {euros(balance)}, reporté compris"
    elif left.is_nil:
        tail = "rien n’est à programmer"  # whatever is acquired in the end
    else:
        tail = _to_plan(left)
    spent, acquired = claims.amount("valorise"), claims.amount("acquis")
    note = rounded_sum(acquired, spent, left) or rounded_sum(spent, acquired, balance)
    return f"{head} {_owed(acquired)} : {tail}.{f' {note}' if note else ''}"


def lacking(left: Amount) -> str:
    """Write what lacks this year; that it is not known, where nothing bounds it."""
    if not left.at_least and left.at_most is None:
        return "on ne sait pas ce qui manque"
    return "rien ne manque" if left.is_nil else f"il manque {euros(left)}"


def _to_plan(left: Amount) -> str:
    """Write what is to plan, carried over included; that it is not known, where nothing bounds it."""
    if not left.at_least and left.at_most is None:
        return f"on ne sait pas ce qui est {PLAN.a_programmer}"
    return f"{euros(left)} {PLAN.a_programmer}, {PLAN.reporte} compris"


def _owed(acquired: Amount) -> str:
    """Write for how much abatement something was spent."""
    text = euros(acquired)
    return f"pour un abattement {text}" if text == UNKNOWN else f"pour {text} acquis"


def share_words(share: Amount) -> str:
    """Write a share: never rounded up to the whole, its bounds outwards; « part non connue » without any."""
    if share.is_known:
        return percent(min(share.exact, _ALMOST) if share.exact < 1 else share.exact)
    low, high = (
        None if end is None else end.quantize(_PERCENT, rounding)
        for end, rounding in ((share.at_least, ROUND_DOWN), (share.at_most, ROUND_UP))
    )
    if high is None:
        return f"{AT_LEAST} {percent(low)}" if low else "une part non connue"
    return f"entre {percent(low)} et {percent(high)}" if low else f"au plus {percent(high)}"


def justified_words(claims: Claims) -> str:
    """Write how much of the abatement is justified, and with a dated piece: shares, euros where known."""
    if not claims.has("part_justifiee"):
        if not claims.has("acquis"):
            return "abattement inconnu"
        is_nil = claims.amount("acquis").is_nil
        return "aucun abattement acquis" if is_nil else "abattement non établi"
    parts = []
    for share, amount in (("part_justifiee", "justifie"), ("part_prouvee", "prouve")):
        part, euro = claims.amount(share), claims.amount(amount)
        in_euros = f" ({euros(euro)})" if part.is_known and euro.is_known else ""
        text = share_words(part)
        parts.append(f"{'' if text.startswith('entre') else 'à '}{text}{in_euros}")
    return f"justifié {parts[0]}, et {parts[1]} {TERMS.avec_en_entier}"


def justified_sentence(claims: Claims) -> str:
    """Write what of the abatement is justified, with a dated piece or without, and what lacks."""
    parts = (("a_revoir", f"avec une {TERMS.a_revoir}"), ("a_prouver", "déclarés sans pièce datée"))
    more = "".join(
        f" ; {euros(amount)} {words}"
        for name, words in parts
        if (amount := claims.amount(name)).may_exceed_nil
    )
    text = justified_words(claims)
    return (
        f"{capital(text)} : sur un abattement {of_euros(claims.amount('acquis'))}, "
        f"{lacking(claims.amount('reste_a_justifier'))}{more}."
    )


PROOF: Final = {"avec": TERMS.avec, "a_revoir": TERMS.a_revoir, "sans": TERMS.sans_court}
"""What the piece of an action is, by `Proof`."""
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
SURPLUS_BETWEEN: Final = Phrase(
    "à 95 %{several:? au moins|}, de {low:€} à {high:€}{either:? : on ne sait pas s’il y a un surcoût|}"
)
SURPLUS_UNSURE: Final = "sans marge d’incertitude calculable"
SURPLUS_REST: Final = Phrase(", {count:n} sans coût comparable")
SURPLUS_SHARE: Final = Phrase(", soit {share:%} de l’abattement")
UNKNOWN_QUARTERS: Final = Phrase(
    "{count:s quartier/quartiers} sans abattement connu : ce qui y est justifié ou y manque est borné ou "
    "inconnu."
)


DROIT_COMMUN: Final = Phrase(
    "{count:s indicateur comparé/indicateurs comparés} entre QPV et ailleurs"
    "{whole:?, avec la marge d’incertitude| ; marge d’incertitude calculable pour {computable:n}}."
)


def carry_argument(claims: Claims, code: str, year: int, *, still: bool, new: bool) -> str:
    """Argue the carry-over of a quarter: what was spent both years, what was owed, what is left.

    `still`: it has an action or an abatement this year; `new`: it was no quarter the year before.
    """
    before = claims.amount("valorise_precedent", code)
    if not still:
        gone = f"ni action ni abattement en {year} : rien ne se reporte."
        return f"{euros(before)} valorisés en {year - 1} ; {gone}"
    spent = f"{euros(claims.amount('valorise', code))} valorisés en {year}, "
    if new:
        spent += f"quartier nouveau en {year}"
    else:
        spent += f"après {euros(before)} en {year - 1}"
    acquired, left = claims.amount("acquis", code), claims.amount("a_programmer", code)
    if not acquired.at_least and not acquired.is_known:
        return f"{spent} ; l’abattement de {year} n’est pas connu."
    owed = _owed(acquired)
    carried = claims.amount("reporte", code)
    if not carried.is_nil:
        owed += f" et {euros(carried)} reportés de {year - 1}"
    if left.is_nil:
        return f"{spent}, {owed} : rien ne se reporte sur {year + 1}."
    if not left.at_least and left.at_most is None:
        return f"{spent}, {owed} : on ne sait pas ce qui se reporte sur {year + 1}."
    return f"{spent}, {owed}, soit {euros(left)} à programmer en {year + 1}."


def carry_sentence(name: str, left: Amount, carried: Amount, year: int) -> str:
    """Write what a quarter has left to justify, and what it had carried over; empty when nothing."""
    if left.at_least:
        text = f"{name} : {euros(left)} à programmer en {year + 1}"
        if carried.may_exceed_nil:
            text += f", dont {euros(lesser(left, carried))} venaient déjà de {year - 1}"
        return f"{text}."
    if left.is_nil and carried.at_least:
        return f"{name} : ce qui était reporté de {year - 1} ({euros(carried)}) est rattrapé."
    return ""


_PROOFS: Final = Phrase(
    "Pièces : {pieces:n} {pieces:a action/actions} sur {actions:n} {pieces:a cite/citent} une pièce, "
    "{complete:n} avec sa date ; {photos:?{photos:s photo jointe/photos jointes}|aucune photo jointe}."
)


def proofs_sentence(actions: Amount, pieces: Amount, complete: Amount, photos: Amount) -> str:
    """Count the pieces of the actions."""
    if actions.is_nil:
        return "Aucune action cette année : aucune pièce à joindre."
    return _PROOFS.format(actions=actions, pieces=pieces, complete=complete, photos=photos)


IN_FOLDER: Final = Phrase(
    "Dossier des pièces : {found:s fichier correspond/fichiers correspondent} à une pièce citée ; "
    "{lost:?{lost:s pièce citée n’y est pas/pièces citées n’y sont pas}, et {lost:a ne compte/ne comptent} "
    "pas|aucune pièce citée n’y manque}."
)
FINDINGS: Final = Phrase(
    "{found:s constat relevé/constats relevés} sur place ; {tied:?{tied:n} {tied:a est lié/sont liés}|aucun "
    "n’est lié} à une action."
)
FINDINGS_APART: Final = " ; "
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
REENTRY: Final = "À ressaisir"
"""Sheet of the actions to key in on a platform, under names that do not change."""
PREMISES_SHEET: Final = "Locaux"


def finding_line(row: Mapping[Any, Any]) -> str:
    """Write what was seen on the spot: its day, what it is, who is in charge, what was done."""
    day = row["date"]
    cells = (
        f"{day:%d/%m/%Y}" if isinstance(day, dt.date) else "",
        row["constat"],
        row["responsable"],
        row["suite"],
    )
    return ", ".join(str(cell).rstrip(" .") for cell in cells if cell)


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
