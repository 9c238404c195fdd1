"""Words on packs: whole or not, what changed between two, what a figure is made of."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged
from tfpb.words.documents.report_words import CHECKS, ROLES, SETTINGS
from tfpb.words.numbers import euros, number, percent, plural, points
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tfpb.model.assembly import Cell, Difference, Explanation, Extract

_TEXTS: Final = packaged(__name__)
LEDGER: Final = "diffusions.jsonl"
"""The ledger of releases, one line each."""
DRAFT_NOTE: Final = (
    "PROJET : ces fichiers sont pour l’organisme seul. Pour les transmettre, refaites-les avec --diffuser : "
    "ils sont alors inscrits au registre des diffusions, et les suivants en tiennent compte."
)
"""What stands beside the data of a draft, which bear no foot."""
_STATES: Final[dict[str, str]] = _TEXTS["states"]
_MOST_BROKEN: Final = 12
_MOST: Final = 200
_PARTS: Final[tuple[tuple[str, str], ...]] = tuple(_TEXTS["parts"].items())
_FIGURES: Final = frozenset({"chiffre", "ligne_ajoutee", "ligne_retiree"})
_FORMATS: Final[dict[str, Callable[[Decimal, int], str]]] = {
    "entier": number,
    "nombre1": lambda v, more: number(v, 1 + more),
    "nombre2": lambda v, more: number(v, 2 + more),
    "euros": lambda v, more: euros(v, cents=more > 0),
    "centimes": lambda v, _: euros(v, cents=True),
    "pourcent": percent,
    "points": lambda v, more: points(v, 1 + more),
    "metres": lambda v, more: f"{number(v, more)} m",
}
_MORE_DIGITS: Final = 3
WRITTEN: Final[dict[str, str]] = _TEXTS["written"]
"""How a column of the data is to be read, by format."""

WHOLE: Final = (
    "{path} est entier (calcul {run_hash}) : chaque fichier est tel que noté quand il a été écrit."
)


PRINTED: Final = Phrase(
    "{rows:s résultat d’enquête imprimé/résultats d’enquête imprimés} : effectifs à la dizaine, parts au pas "
    "de leur effectif, lignes reprises comme diffusées."
)
_UNLIKE: Final = {
    "effectif": "effectif qui n’est pas arrondi à la dizaine",
    "base": "effectif qui n’est pas celui de son groupe pour les mêmes ménages",
    "pas": "part qui n’est pas au pas de son effectif",
    "reprise": "ligne dite reprise, qui n’est pas celle du dossier antérieur",
}


def unlike_print(code: str, where: str, found: str) -> str:
    """Say what a row prints against the rule of secrecy."""
    return f"{where} : {_UNLIKE[code]} ({found})."


def broken_words(broken: Iterable[tuple[str, str]]) -> list[str]:
    """Write which files of a pack are not as written."""
    lines = _listed([f"{name} : {_STATES[state]}" for name, state in broken])
    return ["Ce dossier n’est pas entier :", *lines, "Refaites-le avec « tfpb dossier »."]


def loose_words(names: Sequence[str]) -> list[str]:
    """Write which files beside an archive are no longer those it holds."""
    return [
        "Le dossier.zip est entier, mais ces fichiers, à côté, ont été modifiés ou ajoutés depuis :",
        *_listed(names),
        "C’est le dossier.zip qui fait foi.",
    ]


def _listed(texts: Sequence[str]) -> list[str]:
    lines = [f"  – {text}" for text in texts[:_MOST_BROKEN]]
    more = len(texts) - len(lines)
    return [*lines, f"  – … et {plural(more, 'autre')}"] if more else lines


def compared(first: tuple[str, str], second: tuple[str, str]) -> str:
    """Name the two packs: file, and the hash that every sheet's foot carries."""
    (a, one), (b, two) = first, second
    return f"De {a} (calcul {one}) à {b} (calcul {two}) :"


def difference_words(found: Sequence[Difference]) -> list[str]:
    """Write what differs between two packs: inputs first, then figure by figure, table by table."""
    figures = [d for d in found if d.kind in _FIGURES]
    lines: list[str] = []
    for kind, title in _PARTS:
        records = [_record(d) for d in found if d.kind == kind]
        lines += [title, *records] if records else []
    if not figures:
        return [*lines, "Les deux dossiers portent les mêmes chiffres."]
    lines.append(f"{plural(len(figures), 'différence')} dans les chiffres :")
    for title, group in groupby(figures[:_MOST], key=lambda d: d.table):
        lines += [f"  {title}", *(_figure(d) for d in group)]
    if len(figures) > _MOST:
        lines.append(f"  … et {len(figures) - _MOST} autres, à lire dans les fichiers de données.")
    return lines


def _record(one: Difference) -> str:
    if one.kind == "fichier":
        role = ROLES.get(one.table, one.table)
        if not one.before or not one.after:
            return f"  – {one.key} ({role}) : {'ajouté' if one.after else 'retiré'}"
        counts = (
            f"{one.before} → {one.after} lignes"
            if one.before != one.after
            else "même nombre de lignes"
        )
        return f"  – {one.key} ({role}) : contenu modifié, {counts}"
    names = {"reglage": SETTINGS, "controle": CHECKS}.get(str(one.kind), {})
    name = names.get(one.key.removeprefix("reglages."), one.key)
    return f"  – {name} : {one.before or 'vide'} → {one.after or 'vide'}"


def _figure(one: Difference) -> str:
    if one.kind == "ligne_ajoutee":
        return f"    – ligne ajoutée : {one.key}"
    if one.kind == "ligne_retiree":
        return f"    – ligne retirée : {one.key}"
    also = f" (et {plural(one.lines - 1, 'autre ligne', 'autres lignes')})" if one.lines > 1 else ""
    before, after = _both(one.before, one.after, one.format)
    return f"    – {one.key}{also}, {one.column} : {before} → {after}"


def _both(before: str, after: str, form: str) -> tuple[str, str]:
    """Write both values as the pack shows them, with as many more digits as part them."""
    for more in range(_MORE_DIGITS + 1):
        both = written(before, form, more), written(after, form, more)
        if both[0] != both[1]:
            return both
    return before, after


def written(text: str, form: str, more: int) -> str:
    """Write a cell of the data as pages show it, with so many more digits."""
    writer = _FORMATS.get(form)
    try:
        return writer(Decimal(text.replace(",", ".")), more) if writer else text or "vide"
    except InvalidOperation:
        return text or "vide"


_MOST_LINES: Final = 40
_NAMES: Final[dict[str, str]] = _TEXTS["names"]
_RULES: Final[dict[str, str]] = _TEXTS["rules"]
"""By `Subject`."""
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
    "Donnez le nom d’un fait (donnees/faits.csv), un numéro ou un nom de résidence, un code ou un nom de "
    "quartier, un numéro d’action, les mots d’une question, ou un montant comme il est imprimé."
)


def unknown_words(reference: str, near: Sequence[str]) -> list[str]:
    """Write that a pack has nothing of that name, and what is near."""
    names = ", ".join(f"« {name} »" for name in near)
    line = UNKNOWN.format(reference=reference)
    return [line, _NEAR.format(names=names) if near else HINT]


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
    lines = [f"  – {_line(line)}" for line in extract.lines[:_MOST_LINES]]
    rest = len(extract.lines) - len(lines)
    return [title, *lines, *([_MORE.format(count=plural(rest, "autre ligne"))] if rest else [])]


def _line(cells: Sequence[Cell]) -> str:
    return " ; ".join(f"{c.header} : {written(c.text, c.format, 0)}" for c in cells if c.text)
