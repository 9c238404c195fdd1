"""Words and their readers: none that nothing shows, none filled with other facts than it asks."""

from __future__ import annotations

import ast
import importlib
import re
import string
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tfpb.model.tables import CONTRACTS
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


def _imported(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Return what each imported name stands for, as (module, name)."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _read(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield what a module reads, as (module, name): imported by name, through a module, or its own."""
    imported = _imported(tree)
    yield from imported.values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield ".".join(imported.get(node.value.id, ())), node.attr
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
    for template in (SOURCE / "tfpb" / "page" / "templates").glob("*.jinja"):
        names = re.findall(r"\bmots\.([A-Z_]+)", template.read_text("utf-8"))
        read |= {("tfpb.words.page.screen_words", name) for name in names}
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


def test_every_table_beside_a_module_is_read_by_it() -> None:
    seen = 0
    for module in sorted((SOURCE / "tfpb").rglob("*.py")):
        source = module.read_text("utf-8")
        if re.search(r"^_T(?:EXTS|ABLES): Final = packaged", source, re.MULTILINE):
            written = tomllib.loads(module.with_suffix(".toml").read_text("utf-8"))
            read = set(re.findall(r'_T(?:EXTS|ABLES)\["(\w+)"\]', source))
            assert set(written) == read, module.name
            seen += len(written)
    assert seen > 80


def test_every_contract_of_a_table_is_made() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    made = set(re.findall(r'\b(?:contract|_understood)\(\s*"(\w+)"', text))
    assert set(CONTRACTS) == made


def _filled(module: str, tree: ast.Module) -> Iterator[tuple[str, str, set[str]]]:
    """Yield the words that a module fills by `format`: their module, name, and the facts given."""
    imported = _imported(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="format"), keywords=[*given]
            ):
                home, name = imported.get(name, (module, name))
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Attribute(value=ast.Name(id=room), attr=name), attr="format"
                ),
                keywords=[*given],
            ):
                home = ".".join(imported.get(room, ()))
            case _:
                continue
        if home.startswith("tfpb.words."):
            yield home, name, {str(k.arg) for k in given}


def _asked(text: str) -> set[str]:
    """Return the facts of a phrase, those within its conditions too."""
    parsed = [(field, spec or "") for _, field, spec, _ in string.Formatter().parse(text) if field]
    return {field for field, _ in parsed}.union(*(_asked(spec) for _, spec in parsed))


def test_words_are_filled_with_the_facts_they_ask() -> None:
    wrong, seen = [], 0
    for reader, tree in TREES.items():
        for module, name, given in _filled(reader, tree):
            text = getattr(importlib.import_module(module), name, None)
            if not isinstance(text, str):
                continue
            asked = _asked(text)
            seen += 1
            if asked != given:
                wrong.append(f"{reader}: {name} asks {sorted(asked)}, is given {sorted(given)}")
    assert seen > 60
    assert wrong == []
