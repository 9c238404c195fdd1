"""Change one thing at a time in a module and check that its tests fail.

A mutant is a module with one change: a boundary moved, a rule dropped, a constant shifted. It is
killed when a test of its subject fails, and survives when all pass. `mutants.toml` names modules,
tests, floors and the survivors that are explained. No file is changed: each mutant is compiled in
memory and tested in a process forked from one where the libraries are loaded already (Linux, macOS).

    python scripts/mutants.py [module …]
"""

from __future__ import annotations

import ast
import difflib
import gc
import importlib.abc
import importlib.util
import os
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType, ModuleType

ROOT: Final = Path(__file__).resolve().parent.parent
LIBRARIES: Final = (
    "pytest",
    "hypothesis",
    "geopandas",
    "scipy.stats",
    "scipy.optimize",
    "pydantic",
)
"""Loaded once, before forking."""
OPTIONS: Final = ("-x", "-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider")
LONGEST_S: Final = 600
"""A test that waits so long is stopped, and its mutant counts as killed."""

COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
PAIRS: Final = (
    ("min", "max"), ("any", "all"), ("minimum", "maximum"), ("floor", "ceil"), ("isdisjoint", "issubset"),
    ("ROUND_HALF_UP", "ROUND_HALF_EVEN"),
)  # fmt: skip
SWAPS: Final = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}
Place = tuple[ast.AST, str, int | None]
"""A node's parent, the field and the position where it stands."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: its name does not depend on line numbers."""

    name: str
    diff: str
    code: CodeType


def sites(node: ast.AST, scope: str) -> Iterator[tuple[ast.AST, Place, str]]:
    """Walk what rules: annotations, decorators, imports, docstrings and type-checking are left out."""
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "ctx"}:
            continue
        for at, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or isinstance(child, ast.Import | ast.ImportFrom):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            named = isinstance(child, ast.FunctionDef | ast.ClassDef)
            inner = f"{scope}.{child.name}".lstrip(".") if named else scope  # type: ignore[attr-defined]
            yield child, (node, field, at), inner
            yield from sites(child, inner)


def replacements(node: ast.AST, place: Place) -> Iterator[ast.AST]:  # noqa: C901, PLR0912
    """List what may stand in the place of a node."""
    match node:
        case ast.Compare(left, ops, comparators):
            for at, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield ast.Compare(left, [*ops[:at], other(), *ops[at + 1 :]], comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for at in range(len(values)):  # one condition dropped
                left = values[:at] + values[at + 1 :]
                yield ast.BoolOp(op, left) if len(left) > 1 else left[0]
        case ast.BinOp(left, op, right) if type(op) in ARITHMETIC:
            yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.AugAssign(target, op, value):
            yield ast.Pass()
            if type(op) in ARITHMETIC:
                yield ast.AugAssign(target, ARITHMETIC[type(op)](), value)
        case ast.UnaryOp(ast.Not() | ast.USub() | ast.Invert(), operand):
            yield operand
        case ast.Constant(bool() as truth):
            yield ast.Constant(not truth)
        case ast.Constant(int() as whole):
            yield from (ast.Constant(whole + 1), ast.Constant(whole - 1))
        case ast.Constant(float() as number):
            yield from (
                ast.Constant(n) for n in ((number * 0.9, number * 1.1) if number else (1.0,))
            )
        case ast.Constant(str() as text) if not isinstance(place[0], ast.JoinedStr):
            yield ast.Constant(text + "!")
        case ast.Name(name) if name in SWAPS:
            yield ast.Name(SWAPS[name])
        case ast.Attribute(value, name) if name in SWAPS:
            yield ast.Attribute(value, SWAPS[name])
        case ast.Return(value):
            if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
                yield ast.Return(ast.Constant(None))
        case ast.If(_, body, orelse):
            yield from (ast.If(ast.Constant(t), body, orelse) for t in (True, False))
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.comprehension(target, source, [_, *_], is_async):
            yield ast.comprehension(target, source, [], is_async)
        case ast.Break() | ast.Continue() | ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.Assign([ast.Subscript() | ast.Attribute()], _):
            yield ast.Pass()
        case ast.Call(func, args, keywords):
            for at in range(len(keywords)):
                yield ast.Call(func, args, keywords[:at] + keywords[at + 1 :])


def put(place: Place, node: ast.AST) -> None:
    """Set a node in its place."""
    parent, field, at = place
    if at is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[at] = node


def mutants(source: str, file: str) -> list[Mutant]:
    """Make every mutant of a module that differs from it, named by what it changes."""
    tree = ast.parse(source)
    before = ast.unparse(tree).splitlines()
    made: list[Mutant] = []
    names: Counter[str] = Counter()
    for node, place, scope in list(sites(tree, "")):
        for other in list(replacements(node, place)):
            put(place, other)
            after = ast.unparse(tree).splitlines()
            code = compile("\n".join(after), file, "exec")
            put(place, node)
            changed = [
                line for line in difflib.unified_diff(before, after, lineterm="", n=0)
                if not line.startswith(("---", "+++", "@@"))
            ]  # fmt: skip
            old, new = (" ".join(c[1:].strip() for c in changed if c[0] == s) for s in "-+")
            name = f"{scope}: {shortened(old, new)}"
            names[name] += 1
            number = f" #{names[name]}" if names[name] > 1 else ""
            if changed:
                made.append(Mutant(name + number, "\n".join(changed), code))
    return made


def shortened(old: str, new: str) -> str:
    """Write what differs between two lines, with some words around it."""
    first = len(os.path.commonprefix([old, new]))  # noqa: RUF071 - of characters
    last = len(os.path.commonprefix([old[first:][::-1], new[first:][::-1]]))  # noqa: RUF071
    gone, come = old[first : len(old) - last], new[first : len(new) - last]
    return f"{old[max(0, first - 30) : first]}[{gone} → {come}]{old[len(old) - last :][:15]}"


class Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the mutant when the module is imported."""

    def __init__(self, module: str, mutant: Mutant) -> None:
        self.module, self.mutant = module, mutant

    def find_spec(self, name: str, *_: object) -> Any:
        """Answer for the one module."""
        return importlib.util.spec_from_loader(name, self) if name == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant as the module."""
        exec(self.mutant.code, module.__dict__)  # noqa: S102


def start(module: str, tests: Sequence[str], mutant: Mutant | None, cpu_s: int) -> int:
    """Fork a process that runs the tests on a mutant; its exit code is pytest's."""
    if pid := os.fork():
        return pid
    signal.alarm(LONGEST_S)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1) if not os.environ.get("DBG") else 0
    os.dup2(silent, 2) if not os.environ.get("DBG") else 0
    import hypothesis  # noqa: PLC0415
    import pytest  # noqa: PLC0415

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # no time spent on shrinking
    hypothesis.settings.register_profile("mutants", derandomize=True, database=None, phases=phases)
    hypothesis.settings.load_profile("mutants")
    if mutant is not None:
        sys.meta_path.insert(0, Planted(module, mutant))
    code = 1
    try:
        code = int(pytest.main([*OPTIONS, *tests]))
    finally:
        os._exit(code)


def survivors(module: str, tests: Sequence[str], changes: Sequence[Mutant]) -> Iterator[Mutant]:
    """Return the mutants that every test accepts, as they are found, one tested a processor."""
    gc.freeze()  # collected by no child: libraries are many objects
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    _, status = os.waitpid(start(module, tests, None, LONGEST_S), 0)
    if status:
        raise SystemExit(f"{module}: tests fail or none is found before any change: {tests}")
    cpu_s = int(3 + 4 * (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - spent))
    running: dict[int, Mutant] = {}
    left = list(reversed(changes))
    while left or running:
        while left and len(running) < (os.cpu_count() or 1):
            mutant = left.pop()
            running[start(module, tests, mutant, cpu_s)] = mutant
        pid, status = os.wait()
        tested = running.pop(pid)
        if status == 0:
            yield tested


def main(wanted: Sequence[str]) -> int:
    """Test the mutants of every target, print scores and survivors."""
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # their loading would take most of the time
    sys.path.insert(0, str(ROOT / "src"))
    for library in LIBRARIES:
        importlib.import_module(library)
    targets = tomllib.loads((ROOT / "scripts" / "mutants.toml").read_text("utf-8"))["target"]
    table: list[str] = []
    wrong: list[str] = []
    for target in targets:
        module = target["module"]
        if wanted and module not in wanted:
            continue
        began = time.monotonic()
        path = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
        changes = mutants(path.read_text("utf-8"), str(path))
        explained: dict[str, str] = target.get("explained", {})
        print(f"\n{module}: {len(changes)} mutants", flush=True)
        alive: list[Mutant] = []
        for mutant in survivors(module, target["tests"], changes):
            alive.append(mutant)
            if mutant.name not in explained:
                print(f"  {mutant.name}\n{mutant.diff}", flush=True)
        plain = [m for m in alive if m.name not in explained]
        counted = len(changes) - (len(alive) - len(plain))
        score = 100 * (counted - len(plain)) / counted
        table.append(
            f"{module:28} {len(changes):7} {len(changes) - len(alive):6} {len(plain):8} "
            f"{len(alive) - len(plain):9} {score:6.1f} % {(time.monotonic() - began) / 60:6.1f} min"
        )
        names = {m.name for m in alive}
        wrong += [
            f"{module}: explained, and killed or gone: {n}" for n in explained if n not in names
        ]
        if score < target.get("floor", 0):
            wrong.append(f"{module}: {score:.1f} % killed, {target['floor']} % asked")
    head = (
        f"{'module':28} {'mutants':>7} {'killed':>6} {'survived':>8} {'explained':>9} {'score':>8}"
    )
    print("\n" + "\n".join([head, *table, *wrong]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
