"""French that a user reads stands in `tfpb.words` and `tfpb.law`; elsewhere only code is written.

Any constant with an accent, a French typographic sign or several French words is prose, docstrings and the
help of commands excepted. `KEPT` names the modules whose French is data: what recognises the user's files.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE: Final = Path(__file__).parents[3] / "src" / "tfpb"
FRENCH_ROOMS: Final = ("words/", "law/")
SIGNS: Final = re.compile("[àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ’«»…]")
WORD: Final = re.compile(
    r"(?<![\w-])(?:à|adresses?|au|aux|aucune?|avec|cet?|cette|chaque|d[eu]|des|deux|dans|en|est|et|fichiers?|"
    r"hors|l[ae]|les|leur|lignes?|logements?|mais|ni|nombre|nom|ou|par|pas|pour|que|quartiers?|qui|sans|sont|"
    r"sous|sur|une?|votre|vous)(?![\w-])",
    re.IGNORECASE,
)
HELP: Final = frozenset({"help", "epilog", "metavar"})

# why the French of these modules stays: a module, or a folder
KEPT: Final = {
    "text.py": "typographic signs and broken accents that texts are mended of",
    "model/tables.py": "words by which an action for all quarters is recognised",
    "io/sources/address_columns.py": "words by which columns of addresses are recognised",
    "tax/programme/axes.py": "wording of the cadre national and of users, by which an axis is recognised",
    "addresses/commune_rows.py": "values of the BAL format",
    "geocode/": "vocabulary by which French addresses are read",
    "cli/terminal/typer_french.py": "the help and errors of the command-line library",
    "io/sources/personal.py": "words by which personal columns are recognised",
    "io/sources/deliveries.py": "words by which a dictionary of codes is recognised",
    "io/tables/asides.py": "words by which rows of totals and units are recognised",
    "survey/reading/delivery_columns.py": "words by which the sides of a survey are recognised",
    "survey/reading/guessing.py": "words by which columns of a survey are recognised",
}


def is_french(text: object) -> bool:
    """Return whether a constant is French prose: more than one sign, and an accent or two of its words."""
    if not isinstance(text, str) or len(text) == 1:
        return False
    return bool(SIGNS.search(text)) or len(WORD.findall(text)) > 1


def french_in(tree: ast.Module, *, cli: bool) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each French constant; an f-string counts once, its values left out."""
    passed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(node.value)
        elif isinstance(node, ast.keyword) and cli and node.arg in HELP:
            passed.update(ast.walk(node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = [part for part in node.values if isinstance(part, ast.Constant)]
            passed.update(parts)
            text = "{}".join(str(part.value) for part in parts)
            if node not in passed and is_french(text):
                yield node.lineno, text
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "").lower() == "stage":
            passed.add(node.args[0])  # its name is a key of journal.json
        elif isinstance(node, ast.Constant) and node not in passed and is_french(node.value):
            yield node.lineno, node.value


@pytest.fixture(scope="module")
def found() -> dict[str, list[tuple[int, str]]]:
    """Return the French constants of each module outside the French rooms."""
    names = {p.relative_to(SOURCE).as_posix(): p for p in sorted(SOURCE.rglob("*.py"))}
    return {
        name: list(french_in(ast.parse(path.read_text("utf-8")), cli=name.startswith("cli/")))
        for name, path in names.items()
        if not name.startswith(FRENCH_ROOMS)
    }


def test_french_prose_stands_in_words(found: dict[str, list[tuple[int, str]]]) -> None:
    lines = [
        f"{name}:{line}: {text[:80]!r}"
        for name, texts in found.items()
        if not name.startswith(tuple(KEPT))
        for line, text in texts
    ]
    assert not lines, "move to tfpb.words:\n" + "\n".join(lines)


def test_the_table_names_only_modules_that_hold_french(
    found: dict[str, list[tuple[int, str]]],
) -> None:
    held = [name for name, texts in found.items() if texts]
    unused = [kept for kept in KEPT if not any(name.startswith(kept) for name in held)]
    assert not unused, f"remove from the table: {unused}"


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('say("Dossier écrit")', 1),
        ('say(f"dans {place} sur {line}")', 1),
        ('say("Remplissez " "le fichier, puis la ligne")', 1),
        ('say("a_verifier", "code_qpv")', 0),
        ('"""Prose « française » d’une docstring."""', 0),
        ('x = typer.Option("--sortie", help="Dossier à écrire.")', 0),
        ('stage("Adresses décidées", run)', 0),
        ('x = "’"', 0),
    ],
)
def test_what_counts_as_french(code: str, count: int) -> None:
    assert len(list(french_in(ast.parse(code), cli=True))) == count
