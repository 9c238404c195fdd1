"""Every section and table declared in words/sections is asked for by a section's code, or says nothing."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src" / "tfpb"
DECLARED = sorted((SOURCE / "words" / "sections").glob("*.toml"))


NODES = [
    node
    for path in (SOURCE / "report" / "sections").rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
]


def asked_for() -> set[str]:
    """Return every text that the code of the sections holds."""
    return {n.value for n in NODES if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def asked_whole() -> set[str]:
    """Return the tables that are asked with their parts."""
    calls = [n for n in NODES if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    firsts = [n.args[0] for n in calls if isinstance(n.func, ast.Name) and n.func.id == "tables"]
    return {str(first.value) for first in firsts if isinstance(first, ast.Constant)}


@pytest.mark.parametrize("path", DECLARED, ids=lambda p: p.stem)
@pytest.mark.parametrize("kind", ["sections", "tableaux", "graphiques", "chiffres"])
def test_what_is_declared_is_asked_for(path: Path, kind: str) -> None:
    declared = tomllib.loads(path.read_text(encoding="utf-8")).get(kind, {})
    shared = {str(t.get("partie_de") or t.get("comme") or "") for t in declared.values()}
    parts = {key for key, t in declared.items() if t.get("partie_de") in asked_whole()}
    assert sorted(set(declared) - asked_for() - shared - parts) == []
