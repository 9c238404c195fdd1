"""What who knows answers: each proposed line kept, corrected or dropped, each question answered."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import money_files, survey_files

if TYPE_CHECKING:
    from .layout import Layout
    from .sheets import Written
    from .world import Wave, World

CALLED = {
    "programme": "programme",
    "fiscalite": "fiscalite",
    "patrimoine": "patrimoine",
    "conventions": "conventions",
    "declaration": "declaration",
    "droit_commun": "droit_commun",
}
FAULT = re.compile(r"(?m)^\d+\. (?P<what>.+)\n\s+où : (?P<where>.+)$")
FILE = re.compile(r"fichier « ([^»]+) »")
UNREAD = re.compile(r"« ([^»]+) »")
QUESTION = re.compile(r"(?m)^(\d+)\. (.+?) \((fichier[^\n]*|[^\n]*)\)[^\n]*\n((?:   .*\n)+)")
KEY = re.compile(r"Clé ([0-9a-f]{8,})")
WAY = re.compile(r"« ([^»]+) » : ([^;.]+)")


@dataclass
class Reading:
    """What one output of « verifier » asks."""

    faults: list[tuple[str, str]] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)  # file, header
    block: str = ""
    questions: list[str] = field(default_factory=list)
    sheets: list[tuple[str, str]] = field(default_factory=list)  # sheets to be gathered on one


def read(text: str) -> Reading:
    """Cut the output into faults, unread columns, proposed lines and questions."""
    out = Reading()
    tail = text.split("fautes à corriger", 1)[-1] if "à corriger avant de continuer" in text else ""
    if (not tail and "faute à corriger" in text) or (
        "faute à corriger" in text and "fautes à corriger" not in text
    ):
        tail = text.split("faute à corriger", 1)[-1]
    out.faults = [(one["what"], one["where"]) for one in FAULT.finditer(tail)]
    for match in re.finditer(r"(?m)^  Ces colonnes ne sont pas lues : (.+)\n\s+où : (.+)$", text):
        file = FILE.search(match[2])
        out.unread += [(file[1] if file else "", name) for name in UNREAD.findall(match[1])]
    out.sheets = [
        (one[1], one[2])
        for one in re.finditer(
            r"(?m)^  (D’autres feuilles ont les mêmes colonnes[^\n]*)\n\s+où : (.+)$", text
        )
    ]
    if "À coller à la fin du dossier.toml" in text:
        rest = text.split("À coller à la fin du dossier.toml", 1)[1].split("\n", 1)[1]
        lines = []
        for line in rest.splitlines():
            if re.match(r"^\s*\d+ fautes? à corriger", line) or line.startswith(
                ("Rien n", "À ouvrir")
            ):
                break
            lines.append(line)
        out.block = "\n".join(lines)
    for match in re.finditer(
        r"(?m)^\d+\. [^\n]*\n(?:   [^\n]*\n)*?   [^\n]*Clé [0-9a-f]+[^\n]*\n?", text
    ):
        out.questions.append(match[0])
    return out


def _norm(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip().lower()


def block(  # noqa: C901, PLR0912 - a branch a section
    asked: Reading, world: World, how: Layout, files: list[Written], log: dict[str, int]
) -> str:
    """Return the lines to paste, corrected by who knows."""
    out: dict[str, list[str]] = {}
    section = ""
    known = {one.role: one for one in files if one.role != "enquete"}
    for raw in asked.block.splitlines():
        line = raw.strip()
        if head := re.fullmatch(r"\[(.+)\]", line):
            section = head[1]
            continue
        blank = line.startswith("#")
        if not (match := re.match(r'^(?:# )?("?[^"=]+"?|"[^"]+") = (.+?)(?:\s{2,}#.*)?$', line)):
            continue
        name, value = match[1].strip().strip('"'), match[2].strip()
        kept: str | None = None
        if section == "reglages.colonnes":
            role, canonical = name.split(".", 1)
            true = known[role].columns.get(canonical) if role in known else None
            if true is None:
                log["fausses"] += not blank
            elif not blank and _norm(value.strip('"')) == _norm(true):
                kept, log["collees"] = value, log["collees"] + 1
            else:
                kept, log["completees"] = f'"{true}"', log["completees"] + 1
        elif section == "reglages" and name == "recopier":
            kept, log["collees"] = value, log["collees"] + 1
        elif section == "reglages.lectures":
            true_unit = "milliers" if how.programme == "milliers" else "euros"
            true_value = (
                true_unit
                if name.startswith("programme") and name.endswith("_eur")
                else value.strip('"')
            )
            if not blank or name.startswith("programme"):
                kept, log["collees"] = f'"{true_value}"', log["collees"] + 1
        elif section == "themes":
            axis = _axis(name)
            if axis:
                right = not blank and re.search(rf"(?<!\d){axis}(?!\d)", value)
                log["collees" if right else "completees"] += 1
                kept = value if right else str(axis)
            else:
                log["fausses"] += 1
        elif section.startswith("alias.quartiers"):
            code = next((c for c, label in world.names.items() if _norm(label) == _norm(name)), "")
            if code:
                kept, log["collees"] = f'"{code}"', log["collees"] + 1
        elif section.startswith("enquete"):
            continue  # filled at the start from what is known
        elif section.startswith("alias"):
            log["fausses"] += not blank
        elif not blank:
            kept, log["collees"] = value, log["collees"] + 1
        if kept is not None:
            key = name if re.fullmatch(r"[a-zA-Z0-9_]+", name) else f'"{name}"'
            out.setdefault(section, []).append(f"{key} = {kept}")
    return "\n".join(f"[{name}]\n" + "\n".join(lines) for name, lines in out.items())


def _axis(name: str) -> int:
    for table in (money_files.AXES, money_files.SHORT_AXES, money_files.THEMES, money_files.ROMAN):
        for axis, word in enumerate(table):
            if axis and _norm(word) == _norm(name):
                return axis
    match = re.fullmatch(r"(?:axe )?(\d)", _norm(name))
    return int(match[1]) if match else 0


def unread(asked: Reading, files: list[Written], text: str, log: dict[str, int]) -> str:
    """Name the unread columns that mean something; the tool gave their names, not the line."""
    lines = []
    for one in files:
        if one.role == "enquete":
            continue
        for canonical, header in one.columns.items():
            if canonical in {"numero", "voie", "agence"} or re.search(
                rf'(?m)^"{one.role}\.{canonical}" =', text
            ):
                continue
            if any(
                file == one.name and _norm(name) == _norm(header) for file, name in asked.unread
            ):
                lines.append(f'"{one.role}.{canonical}" = "{header}"')
    log["a_la_main"] += len(lines)
    return "[reglages.colonnes]\n" + "\n".join(lines) if lines else ""


def themes(asked: Reading, how: Layout, text: str, log: dict[str, int]) -> str:
    """Link the landlord's own words to the eight axes, where a fault says that they may be."""
    if not any("axe ou le thème" in what for what, _ in asked.faults) or "\n[themes]" in text:
        return text
    table = {
        "romains": money_files.ROMAN,
        "mots": money_files.SHORT_AXES,
        "themes": money_files.THEMES,
    }
    words = table.get(how.programme, money_files.AXES)
    log["a_la_main"] += 8
    return merge(
        text, "[themes]\n" + "\n".join(f'"{words[axis]}" = {axis}' for axis in range(1, 9))
    )


def _whole_table(low: str, question: str, world: World, files: list[Written]) -> str:
    """Return a pattern of the true answer about a whole table: oui, non, or none."""
    yes = None
    if "est-elle la colonne qui manque" in low:
        lacking = re.search(r"« (\w+) » manque ; « ([^»]+) » n", question.replace("\u00a0", " "))
        known = [
            one.columns.get(lacking[1])
            for one in files
            if lacking and f"« {one.name} »" in question
        ]
        yes = bool(lacking and known and known[0] and _norm(known[0]) == _norm(lacking[2]))
    elif "d'un meme avis" in low or "d'un même avis" in low:
        yes = len({one.notice for one in world.premises}) == 1
    elif "feuilles de même en-tête" in low:
        yes = True
    elif asked := re.search(r"toutes les lignes sont-elles de (\d{4})", low):
        yes = int(asked[1]) == world.year
    elif "tout ce qui est réalisé est-il valorisé" in low:
        yes = all(one.valued == one.spent for one in world.actions)
    return "" if yes is None else "^oui" if yes else "^non"


def choose(question: str, world: World, how: Layout, files: list[Written]) -> str:
    """Return a pattern of the true answer of a question, empty where who knows cannot tell."""
    low = _norm(question)
    if table := _whole_table(low, question, world, files):
        return table
    if "milliers" in low:
        return (
            r"milliers"
            if how.programme == "milliers" and "programme" not in low
            else "milliers"
            if how.programme == "milliers"
            else r"en euros"
        )
    if "teom" in low or "ordures" in low:
        inside = how.tax == "teom_dedans"
        return r"compren|dedans|avec|oui" if inside else r"ne compren|hors|sans|non"
    if asked := re.search(r"que veut dire « (\w+) »", low):
        named = [one for one in world.waves if f"vague {one.name}" in question]
        if len(named) == 1:
            return rf"^{best_end(named[0], asked[1]).lower()} veut dire"
    if "envers" in low or "sens" in low:
        named = [one for one in world.waves if one.name in question]
        if len(named) == 1 and "autre sens" in low:
            return r"autre sens" if named[0].coding["reversed"] else r"dans le sens"
    if "compter" in low:
        return r"ne comptent pas|ecarter"
    return ""


def best_end(wave: Wave, asked: str) -> str:
    """Return the end of a wave's scale that means very satisfied."""
    if asked in {"0", "10"}:
        return "10"
    return str(survey_files.code(wave.coding, len(survey_files.levels(wave.coding)) - 1))


def merge(text: str, addition: str) -> str:
    """Add lines under their sections, a section that is there already is continued."""
    current = ""
    for raw in addition.splitlines():
        line = raw.strip()
        if not line:
            continue
        if head := re.fullmatch(r"\[(.+)\]", line):
            current = head[1]
            continue
        key = line.split(" = ", 1)[0]
        sections = re.split(r"(?m)^(?=\[)", text)
        for number, part in enumerate(sections):
            if part.startswith(f"[{current}]\n"):
                kept = re.sub(rf"(?m)^{re.escape(key)} = .*\n", "", part)
                head_line, rest = kept.split("\n", 1)
                sections[number] = f"{head_line}\n{line}\n{rest}"
                break
        else:
            sections.append(f"\n[{current}]\n{line}\n")
        text = "".join(sections)
    tomllib.loads(text)
    return text
