"""Doubts: every code has a kind or a reason, what is open suspends what it touches, an answer stays in bounds."""

from __future__ import annotations

import ast
from pathlib import Path

import tfpb
from tfpb.facts.doubts import HARMLESS, KIND_OF
from tfpb.words.faults.sentences import CATALOGUE

PACKAGE = Path(tfpb.__file__).parent
STOPPING = {
    "degres_au_lieu_de_metres", "degres_inverses", "lambert_2", "metres_inverses", "point_hors_france",
    "positions_discordantes",
}  # fmt: skip
"""Codes that stand beside doubts in a table of their module, and always stop the run."""


def _may_doubt(path: Path) -> set[str]:
    """List the codes of a module that may be of doubts: all those but what `fail` and a bare `Fault` raise."""
    text = path.read_text(encoding="utf-8")
    if not any(mark in text for mark in ("Severity.DOUTE", " doubt(", "fault_at(")):
        return set()
    nodes = list(ast.walk(ast.parse(text)))
    stopping = {
        id(code)
        for call in nodes
        if isinstance(call, ast.Call)
        and (
            (name := getattr(call.func, "id", getattr(call.func, "attr", ""))) == "fail"
            or (name == "Fault" and "severity" not in ast.unparse(call).lower())
        )
        for code in ast.walk(call)
    }
    return {
        str(node.value)
        for node in nodes
        if isinstance(node, ast.Constant) and node.value in CATALOGUE and id(node) not in stopping
    }


def test_every_code_of_doubt_suspends_claims_or_has_a_reason_not_to() -> None:
    codes = {c for path in PACKAGE.rglob("*.py") for c in _may_doubt(path)} - STOPPING
    assert len(codes) > 150
    assert codes - set(KIND_OF) - set(HARMLESS) == set()
    assert (set(KIND_OF) | set(HARMLESS)) - codes == set()
    assert set(KIND_OF) & set(HARMLESS) == set()
    assert all(HARMLESS.values())
