"""Report, words, evidence and page take figures by name: they read no column of money or dwellings."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import tfpb

ROOT = Path(tfpb.__file__).parent
ROOMS = ("report", "words", "evidence", "page")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
FIELD = re.compile(r"_eur$|^(nb_)?logements")
SUMS = {"sum", "nansum", "fsum", "cumsum", "groupby", "bincount", "add", "agg", "reduce"}
BLANKS = {"fillna", "nan_to_num", "fill_value"}


def faults(tree: ast.AST) -> list[tuple[int, str]]:
    """List the keys of the field, sums of figures and defaults of a module: line, what."""
    found = []
    for node in ast.walk(tree):
        if FIELD.search(_key(node)):
            found.append((node.lineno, f"key {_key(node)}"))  # type: ignore[attr-defined]
        elif isinstance(node, ast.Call):
            name = _name(node.func)
            if name in SUMS and any(_is_figure(n) for n in ast.walk(node)):
                found.append((node.lineno, name))
            if name in BLANKS and _fills_nil(node):
                found.append((node.lineno, name))
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            first, *_, last = node.values
            if _is_nil(last) and any(_is_figure(n) for n in ast.walk(first)):
                found.append((node.lineno, "or nil"))
    return found


def _name(func: ast.expr) -> str:
    return getattr(func, "attr", getattr(func, "id", ""))


def _key(node: ast.AST) -> str:
    """Return the text of `x["text"]` or `x.get("text")`."""
    asked = node.slice if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and _name(node.func) == "get" and node.args:
        asked = node.args[0]
    return asked.value if isinstance(asked, ast.Constant) and isinstance(asked.value, str) else ""


def _is_figure(node: ast.AST) -> bool:
    return bool(FIELD.search(_key(node))) or (
        isinstance(node, ast.Attribute) and node.attr in {"exact", "at_least", "amount"}
    )


def _is_nil(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and _name(node.func) == "Decimal":
        node = node.args[0]
    return isinstance(node, ast.Constant) and node.value in {0, "0"}


def _fills_nil(call: ast.Call) -> bool:
    """Return whether blanks become nil: `fillna(0)`, or `nan_to_num` that names nothing else."""
    given = [k.value for k in call.keywords if k.arg in {"nan", "value"}]
    given += call.args if _name(call.func) == "fillna" else []
    return all(_is_nil(value) for value in given)


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_a_room_above_facts_reads_no_figure_but_by_name(path: Path) -> None:
    assert faults(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        'row["abattement_eur"]', 'row.get("logements_dans")', 'row.get("solde_eur", 0)',
        'rows["nb_logements"]',
        'sum(r["x_eur"] for r in rows)', "sum(c.amount('acquis').exact for c in some)",
        'rows.groupby("code_qpv")["logements"].sum()', "values.fillna(0)", "np.nan_to_num(values)",
        "claims.amount('acquis').exact or 0", 'row["a_eur"] or Decimal(0)',
    ],
)  # fmt: skip
def test_each_way_round_it_is_seen(line: str) -> None:
    assert faults(ast.parse(line))


@pytest.mark.parametrize(
    "line", ['claims.amount("acquis", code)', 'row["nom"]', 'x.fillna("")', "len(rows) or 1"]
)
def test_what_takes_a_claim_passes(line: str) -> None:
    assert not faults(ast.parse(line))
