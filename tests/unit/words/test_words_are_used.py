"""No word is left that nothing shows: a sentence that nobody reads is one more to keep true."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tfpb.words.places.map_words import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[3] / "src"
TREES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
    for path in sorted(SOURCE.rglob("*.py"))
}


def _made(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the names that a module makes, with the statement."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((t.id, node) for t in targets if isinstance(t, ast.Name))


def _read(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield what a module reads, as (module, name): imported by name, through a module, or its own."""
    through = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)
            through |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield through.get(node.value.id, ""), node.attr
    own = defaultdict(set)
    for name, made in _made(tree):
        own[name].add(made)
    for statement in tree.body:
        for node in ast.walk(statement):
            # a name that stands in its own definition alone is read by nobody
            if isinstance(node, ast.Name) and statement not in own.get(node.id, ()):
                yield module, node.id


def test_every_word_is_read() -> None:
    read = {pair for module, tree in TREES.items() for pair in _read(module, tree)}
    made = [
        (module, name)
        for module, tree in TREES.items()
        if module.startswith("tfpb.words.")
        for name, _ in _made(tree)
    ]
    assert len(made) > 400
    assert [f"{module}.{name}" for module, name in made if (module, name) not in read] == []


def test_every_word_of_the_web_page_is_read() -> None:
    report = SOURCE / "tfpb" / "report"
    files = [p for p in report.rglob("*") if p.suffix in {".js", ".jinja", ".py"}]
    text = "\n".join(path.read_text("utf-8") for path in files if "leaflet" not in path.parts)
    read = set(re.findall(r"\b(?:M|mots)\.(\w+)|\bPAGE\[['\"](\w+)", text))
    assert [key for key in PAGE if not any(key in pair for pair in read)] == []
