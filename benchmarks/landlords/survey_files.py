"""Deliveries of the survey, one a wave, in each firm's coding."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from .sheets import Sheet, Written, write

if TYPE_CHECKING:
    from pathlib import Path

    from .layout import Layout
    from .world import Question, Wave, World

# from the worst to the best
WORDS = (
    ("Pas du tout satisfait", "Plutôt pas satisfait", "Plutôt satisfait", "Très satisfait"),
    ("Pas satisfait du tout", "Peu satisfait", "Assez satisfait", "Très satisfait"),
    ("Très mécontent", "Plutôt mécontent", "Plutôt content", "Très content"),
)
FIVE = (
    "Très insatisfait",
    "Plutôt insatisfait",
    "Ni satisfait ni insatisfait",
    "Plutôt satisfait",
    "Très satisfait",
)
FIELDS = {
    "repondant": ("id_enquete", "N° questionnaire", "Num", "ID"),
    "vague": ("vague", "Année d'enquête", "Vague"),
    "residence": ("code_residence", "Code résidence", "N° groupe", "Groupe"),
    "poids": ("poids", "Pondération", "Coef. redressement", "POND"),
    "qpv": ("qpv", "QPV", "Quartier prioritaire"),
}


def levels(coding: dict[str, object]) -> tuple[str, ...]:
    """Return the words of a wave's scale, from the worst to the best."""
    return FIVE if coding["levels"] == "five" else WORDS[int(str(coding["words"]))]


def code(coding: dict[str, object], rank: int) -> object:
    """How the wave writes a rank."""
    top = len(levels(coding)) - 1
    if coding["writing"] == "mots":
        return levels(coding)[rank]
    if coding["writing"] == "lettres":
        return "ABCDE"[top - rank]
    return rank + 1 if coding["best_high"] else top - rank + 1


def unknown(coding: dict[str, object], answer: object, *, mark: bool) -> object:
    """How the wave writes don't know and not concerned."""
    if coding["dk"] == "vide":
        return None
    words = coding["writing"] != "codes" or coding["dk"] == "mot"
    if answer == "na":
        return "Non concerné" if words else 8 if not mark else 98
    if words:
        return "Ne sait pas"
    return 99 if mark or coding["dk"] == "99" else 9


def delivery(  # noqa: C901 - a branch a habit
    folder: Path, world: World, wave: Wave, rank: int, how: Layout
) -> Written:
    """Write one wave; the dictionary is a second sheet, or a CSV has none."""
    rng = random.Random(how.seed + 10 + (0 if how.same_headers else rank))
    coding = wave.coding
    words = {name: rng.choice(choice) for name, choice in FIELDS.items()}
    if how.wave_told == "nom":
        del words["vague"]
    if not wave.weighted:
        words.pop("poids")
    if not how.flag:
        words.pop("qpv")
    for number, question in enumerate(world.questions):
        style = f"Q{number + 1}. {question.text}" if how.text_headers else f"q{number + 1:02d}"
        if not how.text_headers and not how.same_headers:
            style = f"{rng.choice(('Q', 'V', 'rep_'))}{number + 1 + 20 * rank}"
        if not how.text_headers:
            style = f"{style}_{question.key}"
        question.columns[wave.name] = style
    noise = how.noise
    extra = ["Tranche d'âge", "Ancienneté (années)"] if noise else []
    headers = [*words.values(), *extra, *[one.columns[wave.name] for one in world.questions]]
    side = {one.code: bool(one.quarter) for one in world.residences}
    body: list[list[object]] = []
    for number, residence, weight, answers in wave.rows:
        cells: dict[str, object] = {
            "repondant": number,
            "vague": int(wave.name),
            "residence": residence,
            "poids": weight,
            "qpv": "oui" if side[residence] else "non",
        }
        row: list[object] = [cells[name] for name in words]
        row += [rng.randrange(1, 6), rng.randrange(0, 31)] if noise else []
        for question in world.questions:
            row.append(_cell(coding, question, answers[question.key]))
        body.append(row)
    suffix = how.survey_file
    if coding["dictionary"] and suffix == "csv":
        suffix = "xlsx"
    sheets = [Sheet("Base", headers, body, [])]
    if coding["dictionary"]:
        sheets.append(
            Sheet(
                "Dictionnaire",
                ["Variable", "Libellé", "Code", "Modalité"],
                _dictionary(world, wave, words),
            )
        )
    path = folder / f"Enquete satisfaction {wave.name}.{suffix}"
    write(path, sheets)
    return Written("enquete", path.name, words, wave.name)


def _cell(coding: dict[str, object], question: Question, answer: object) -> object:
    if answer in {"dk", "na"}:
        return unknown(coding, answer, mark=question.scale == "mark")
    if question.scale == "mark":
        return answer
    return code(coding, int(str(answer)))


def _dictionary(world: World, wave: Wave, words: dict[str, str]) -> list[list[object]]:
    rows: list[list[object]] = [[header, name, None, None] for name, header in words.items()]
    coding = wave.coding
    for question in world.questions:
        rows.append([question.columns[wave.name], question.text, None, None])
        mark = question.scale == "mark"
        if not mark:
            listed = levels(coding)
            rows += sorted(
                ([None, None, code(coding, rank), word] for rank, word in enumerate(listed)),
                key=lambda row: str(row[2]),
            )
        for answer, word in (("na", "Non concerné"), ("dk", "Ne sait pas")):
            written = unknown(coding, answer, mark=mark)
            if written is not None and not isinstance(written, str):
                rows.append([None, None, written, word])
    return rows
