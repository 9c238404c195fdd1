"""Words of `tfpb expliquer`: where a figure stands, the lines it is made of, the rule and its article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.assembly import Cell, Explanation, Extract, Subject
from tfpb.words.documents.pack_words import written
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Sequence


_MOST: Final = 40
_NAMES: Final = {
    Subject.HOME: "Résidence {name}",
    Subject.QUARTER: "Quartier {name}",
    Subject.ACTION: "Action {name}",
    Subject.QUESTION: "Question « {name} »",
    Subject.AMOUNT: "« {name} » se lit ici :",
}
_RULES: Final = {
    Subject.HOME: "une résidence est du côté de la limite où le point de chaque entrée la place ; un doute, "
    "ou une décision, est dit au motif.",
    Subject.QUARTER: "abattement = somme des montants comptés des locaux ci-dessus ; chaque montant = base "
    "nette × part abattue × taux. Solde = valorisé − abattement − report.",
    Subject.ACTION: "le valorisé est celui du fichier, ou le réalisé là où il n’est pas donné ; l’axe est "
    "l’un des huit du cadre national.",
    Subject.QUESTION: "écart = part de satisfaits en QPV − part hors QPV ; le verdict compare son intervalle "
    "à la marge du dossier (feuille « Méthode »).",
}
_RULE: Final = "Règle : {rule}"
_LAW: Final = "  – {what} : {value} ({reference})"
_ARTICLES: Final = "Textes et valeurs lus pour ce calcul :"
_FROM: Final = "{title} ({source}) :"
_MORE: Final = "  – … et {count}, dans le fichier de données."
UNKNOWN: Final = (
    "Rien ne s’appelle « {reference} » dans ce dossier, et aucun montant ne s’y écrit ainsi."
)
_NEAR: Final = "Le plus proche : {names}."
HINT: Final = (
    "Donnez un numéro ou un nom de résidence, un code ou un nom de quartier, un numéro d’action, les mots "
    "d’une question, ou un montant comme il est imprimé."
)


def unknown_words(reference: str, near: Sequence[str]) -> list[str]:
    """Write that a pack has nothing of that name, and what is near."""
    names = ", ".join(f"« {name} »" for name in near)
    said = UNKNOWN.format(reference=reference)
    return [said, _NEAR.format(names=names) if near else HINT]


def explanation_lines(found: Explanation) -> list[str]:
    """Write an explanation: name, lines with their file and row, rule, articles."""
    out = [_NAMES[found.kind].format(name=found.name)]
    for extract in found.extracts:
        out += _extract(extract)
    if rule := _RULES.get(found.kind):
        out.append(_RULE.format(rule=rule))
    if found.law:
        out.append(_ARTICLES)
        out += [_LAW.format(what=w, value=v, reference=r) for w, v, r in found.law]
    return out


def _extract(extract: Extract) -> list[str]:
    title = _FROM.format(title=extract.title, source=extract.source or "ce dossier")
    lines = [f"  – {_line(line)}" for line in extract.lines[:_MOST]]
    rest = len(extract.lines) - len(lines)
    return [title, *lines, *([_MORE.format(count=plural(rest, "autre ligne"))] if rest else [])]


def _line(cells: Sequence[Cell]) -> str:
    return " ; ".join(f"{c.header} : {written(c.text, c.format, 0)}" for c in cells if c.text)
