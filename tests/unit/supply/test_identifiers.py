"""A name is found by what it does: it bears verbs of the field (warn, list, mask, print), no vague word."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[3] / "src" / "tfpb"
NOWHERE = {"tell", "tells", "telling", "told", "say", "says", "saying", "said"}
"""Words of no name."""
NOT_ALONE = {"around", "beside", "made", "only"}
"""Words that are no name by themselves; beside a noun they may be."""


def bound(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the names that a module gives: line and name."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.arg():
                yield node.lineno, node.arg
            case ast.alias(asname=str(name)):
                yield node.lineno, name
            case (
                ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.ExceptHandler(name=str(name))
            ):
                yield node.lineno, name


def is_vague(name: str) -> bool:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_")
    return not NOWHERE.isdisjoint(words) or (len(words) == 1 and words[0] in NOT_ALONE)


def test_no_name_is_vague() -> None:
    modules = sorted(SOURCE.rglob("*.py"))
    found = [
        f"{path.relative_to(SOURCE).as_posix()}:{line} {name}"
        for path in modules
        for line, name in [(0, path.stem), *bound(ast.parse(path.read_text(encoding="utf-8")))]
        if is_vague(name)
    ]
    assert len(modules) > 200  # the folder was found
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "told = 1", "def _tell(): ...", "def f(*, beside): ...", "class Around: ...", "a.made = 1",
        "import x as said", "[only for only in x]", "f'{(said := 1)}'", "class A:\n    made: int",
        "match x:\n    case [*told]: ...", "spread_told = 1", "toldSoFar = 1",
    ],
)  # fmt: skip
def test_a_vague_name_is_seen_wherever_it_is_bound(text: str) -> None:
    assert any(is_vague(name) for _, name in bound(ast.parse(text)))


@pytest.mark.parametrize(
    "name", ["tellurium", "beside_quarters", "READ_ONLY", "essay", "_AROUND_M"]
)
def test_a_word_within_another_or_beside_a_noun_is_none(name: str) -> None:
    assert not is_vague(name)
