"""Words on packs: whole or not, what changed between two, what a figure is made of."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import STATES, TITLES, State
from tfpb.packaged import packaged
from tfpb.text import is_number
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
_WHOLE: Final = {"ligne_ajoutee": "tableau ajouté", "ligne_retiree": "tableau retiré"}
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
    if one.kind in _WHOLE and not one.key:
        return f"    – {_WHOLE[one.kind]} : {plural(one.lines, 'ligne')}"
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


SCREEN: Final = 12
"""Lines of a screen that an answer takes at most, each of `WIDE` signs."""
WIDE: Final = 80
_LEAST: Final = 4
"""Lines of a screen that lines of a file take at least: two that say where, one, and how many more."""
_LINE: Final = "ligne_fichier"
_NAMES: Final[dict[str, str]] = _TEXTS["names"]
_ANSWER: Final[dict[str, str]] = _TEXTS["answer"]
_BY_UNIT: Final = {"part": "pourcent", "points": "points", "eur": "euros"}
UNKNOWN: Final = (
    "Rien ne s’appelle « {reference} » dans ce dossier, et aucun montant ne s’y écrit ainsi."
)
_NEAR: Final = "Le plus proche : {names}."
HINT: Final = (
    "Donnez le nom d’un fait (donnees/faits.csv), un invariant, un avis, un numéro ou un nom de résidence, "
    "un code ou un nom de quartier, un numéro d’action, les mots d’une question, ou un montant comme il est "
    "imprimé."
)


def unknown_words(reference: str, near: Sequence[str]) -> list[str]:
    """Write that a pack has nothing of that name, and what is near."""
    names = ", ".join(f"« {name} »" for name in near)
    line = UNKNOWN.format(reference=reference)
    return [line, _NEAR.format(names=names) if near else HINT]


def answer_lines(found: Sequence[Explanation]) -> list[str]:
    """Write an answer on one screen: the figure, why, the lines of the files that fit, what to name for more.

    Of the explanations of a reference, the first is answered, the others are named.
    """
    one, *others = found
    title = _figure_line(one)
    quarters = [_labelled(c) for c in one.quarters]
    more = [_fitted(_ANSWER["quarters"], quarters)] if quarters else []
    tail = [_fitted(_ANSWER["law"], one.law)] if one.law else []
    if others:
        tail.append(_fitted(_ANSWER["others"], [o.name for o in others]))
    if not one.extracts and one.sheet:
        tail.insert(0, _ANSWER["sheet"].format(sheet=one.sheet))
    room = SCREEN - _tall([title, *more, *tail])
    why = _shortened(_why(one), WIDE * (room - _LEAST))
    return [title, why, *more, *_rows(one.extracts, room - _tall([why])), *tail]


def _figure_line(one: Explanation) -> str:
    """Write what is named and its figures."""
    name = _NAMES[one.kind].format(name=one.name)
    figures = " ; ".join(_labelled(c) for c in one.figures)
    return _shortened(f"{name} : {figures}" if figures else name, 2 * WIDE)


def _why(one: Explanation) -> str:
    """Write why: what the figure counts and what is known of it, or the reason that the data give."""
    reasons = []
    if one.state in set(State):
        reasons.append(STATES[State(one.state)])
    if one.claim in TITLES:
        reasons.append(TITLES[one.claim].definition.rstrip("."))
    if one.states:
        states = ", ".join(f"{count} {state}" for state, count in one.states)
        reasons.append(_ANSWER["states"].format(states=states))
    reasons += [reason.rstrip(".") for reason in one.reasons]
    return f"{_ANSWER['why']} {'. '.join(reasons) or _ANSWER['listed']}."


def _labelled(cell: Cell) -> str:
    form = _BY_UNIT.get(cell.format, cell.format)
    if form not in _FORMATS and is_number(cell.text.partition(" ")[0]):
        form = "entier"
    values = [_exact(t, form) for t in cell.text.split(" ")] if form in _FORMATS else [cell.text]
    text = " à ".join(values) if cell.text else _ANSWER["none"]
    return f"{cell.header} : {text}" if cell.header else text


def _exact(text: str, form: str) -> str:
    """Write a figure as pages do, with its cents where it has some."""
    whole = (
        form != "euros"
        or not text.replace(",", ".").rpartition(".")[2].strip("0")
        or not set(text) & {",", "."}
    )
    return written(text, form, 0 if whole else 1)


def _rows(extracts: Sequence[Extract], room: int) -> list[str]:
    """Write the lines of the files that fit in so many lines of a screen, and how many are left out."""
    out: list[str] = []
    kept = extracts[: max(1, room // _LEAST)]
    for k, extract in enumerate(kept):
        share = (room - _tall(out)) // (len(kept) - k)
        lines = [_extract_head(extract)]
        for row in extract.lines:
            line = f"  – {_shortened(_row(row), WIDE - 4)}"
            if _tall([*lines, line]) > share - (row is not extract.lines[-1]):
                break
            lines.append(line)
        if left := len(extract.lines) - len(lines) + 1:
            count = plural(left, "autre ligne", "autres lignes")
            lines.append(_ANSWER["more"].format(count=count))
        out += lines
    return out


def _extract_head(extract: Extract) -> str:
    """Write where the lines are, and what their cells are."""
    kept = [c.header for c in _shown(extract.lines[0])]
    where = extract.source or extract.title
    return _shortened(_ANSWER["from"].format(source=where, columns=" ; ".join(kept)), 2 * WIDE)


def _row(cells: Sequence[Cell]) -> str:
    return " ; ".join(written(c.text, c.format, 0) for c in _shown(cells))


def _shown(cells: Sequence[Cell]) -> list[Cell]:
    """Put the row of the file first: it is what one looks for."""
    return sorted(cells, key=lambda c: c.key != _LINE)


def _fitted(words: str, items: Sequence[str]) -> str:
    """Write on a line of the screen as many items as fit, and how many are left out."""
    for kept in range(len(items), -1, -1):
        left = len(items) - kept
        rest = [f"… et {plural(left, 'autre')}" if kept else plural(left, "autre")] if left else []
        if len(line := words.format(items=" ; ".join([*items[:kept], *rest]))) <= WIDE:
            break
    return line


def _shortened(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"


def _tall(lines: Sequence[str]) -> int:
    """Return how many lines of a screen some lines take."""
    return sum(max(1, -(-len(line) // WIDE)) for line in lines)
