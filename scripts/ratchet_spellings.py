"""How Python spells what the ratchet counts: a column of the field, a sum over it, nil for an unknown.

Found on the syntax tree, so that layout and comments change nothing. Each finding has the name of its
spelling. What a variable carries is not followed: a column named by a loop's variable, or a mask
computed a line above (`np.where(known, x, 0)`), is not seen.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeGuard, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

Found = tuple[int, str]
"""The line and the spelling."""
Node = TypeVar("Node", bound=ast.AST)

FIELD: Final = re.compile(
    r"\w*_eur|(?:nb_)?logements(?:_\w*)?|(?:code|nom)_qpv|qpv_(?:code|nom|statut|proche_)\w*|cote"
)
COUNTED: Final = re.compile(r"\w*_eur|(?:nb_)?logements(?:_\w*)?")
"""Columns whose values are added with `+`: amounts and dwellings."""
WORDS_TOO: Final = frozenset({"logements", "cote"})
"""Also words of a sentence: keys only where something is read by them."""
MAKERS: Final = frozenset({"assign", "dict", "agg", "aggregate"})
"""Calls whose keywords name columns."""

SUMS: Final = frozenset({
    "sum", "sums", "summed", "nansum", "fsum", "cumsum", "total", "totals", "added", "reduce", "reduceat",
    "groupby", "grouped", "agg", "aggregate", "pivot_table", "crosstab", "value_counts", "Counter",
    "bincount", "mean", "nanmean", "average", "median", "max", "min", "nanmax", "nanmin", "idxmax", "idxmin",
    "argmax", "argmin", "nlargest", "nsmallest",
})  # fmt: skip
"""Calls that add, group or choose; a leading underscore is left out."""
ADDING: Final = frozenset({"sum", "sums", "summed", "fsum", "cumsum", "total", "totals", "added"})
CASTS: Final = frozenset({"int", "float", "Decimal", "round", "abs", "fillna", "astype"})

ZEROS: Final = frozenset({"ZERO", "_ZERO"})
NUMBERS: Final = frozenset({"int", "float", "Decimal", "float64", "int64"})
NAUGHT: Final = re.compile(r"'?0(?:\.0*)?'?")
BLANK: Final = frozenset({
    "isna", "isnull", "isnan", "notna", "notnull", "isfinite", "is_nan", "isdigit", "isdecimal", "isnumeric",
})  # fmt: skip
"""Calls that ask whether a value is there, or could be read."""
SKIPPING: Final = frozenset({"nansum", "nancumsum"})
SQL: Final = re.compile(r"\b(?:coalesce|ifnull)\s*\([^;]*?,\s*0(?:\.0)?\s*\)", re.IGNORECASE)
TEMPLATE: Final = re.compile(r"\bor 0\b|\|\| 0\b|\?\? 0\b|\bd(?:efault)?\(0\b|\bdefault: 0\b")
"""Nil for an unknown in a template or a script."""


class Nodes:
    """The nodes of a module by kind: walked once, each rule then reads the few kinds that it knows."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = tree
        self._kinds: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        ahead: list[ast.AST] = [tree]
        while ahead:
            node = ahead.pop()
            self._kinds[type(node)].append(node)
            for name in node._fields:
                value = getattr(node, name, None)
                if isinstance(value, ast.AST):
                    ahead.append(value)
                elif isinstance(value, list):
                    ahead += (item for item in value if isinstance(item, ast.AST))
        self.docstrings = {id(n.value) for n in self.of(ast.Expr)}

    def of(self, kind: type[Node]) -> list[Node]:
        """Return the nodes of one kind."""
        return cast("list[Node]", self._kinds[kind])

    def texts(self) -> Iterator[tuple[int, str]]:
        """Yield each text with its line, docstrings left out."""
        for node in self.of(ast.Constant):
            if isinstance(node.value, str) and id(node) not in self.docstrings:
                yield node.lineno, node.value


def called(node: ast.AST | None) -> str:
    """Return the last name of what a call calls, empty for another node."""
    return _name(node.func) if isinstance(node, ast.Call) else ""


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(k.value for k in call.keywords)]


def key_of(node: ast.AST) -> str:
    """Return the text of `x["text"]` or `x.get("text")`, else an empty one."""
    asked: ast.AST | None = node.slice if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and called(node) == "get" and node.args:
        asked = node.args[0]
    return asked.value if isinstance(asked, ast.Constant) and isinstance(asked.value, str) else ""


def subscripts(nodes: Nodes) -> Iterator[Found]:
    """Find each value taken by a text: `row["text"]`."""
    for node in nodes.of(ast.Subscript):
        if key_of(node):
            yield node.lineno, key_of(node)


def first_text(nodes: Nodes, word: str) -> Iterator[Found]:
    """Find a word in the texts and keywords of a file, once: files are counted."""
    named = ((k.value.lineno, k.arg or "") for k in nodes.of(ast.keyword))
    for line, text in chain(nodes.texts(), named):
        if re.search(rf"\b{word}\b", text):
            yield line, word
            return


def field_keys(nodes: Nodes) -> Iterator[Found]:
    """Find each name of a column of the field: read by it, listed, handed over or made."""
    yield from (found for found in nodes.texts() if _names_column(found[1]))
    for read in chain(nodes.of(ast.Subscript), nodes.of(ast.Call)):
        if key_of(read) in WORDS_TOO:
            yield read.lineno, key_of(read)
    for call in nodes.of(ast.Call):
        if called(call) in MAKERS:
            yield from ((k.value.lineno, k.arg) for k in call.keywords if _is_field(k.arg))


def _is_field(name: str | None) -> TypeGuard[str]:
    return name is not None and FIELD.fullmatch(name) is not None


def _names_column(text: str) -> bool:
    return text not in WORDS_TOO and FIELD.fullmatch(text) is not None


def sums(nodes: Nodes) -> Iterator[Found]:
    """Find each sum, grouping or choice over a key of the field; a chain of calls counts once."""
    over = [c for c in nodes.of(ast.Call) if called(c).lstrip("_") in SUMS and _holds_key(c)]
    in_chain = {id(link) for call in over for link in _receivers(call)}
    yield from ((call.lineno, called(call)) for call in over if id(call) not in in_chain)
    for node in nodes.of(ast.BinOp):
        if isinstance(node.op, ast.Add | ast.Sub) and (
            _is_counted(node.left) or _is_counted(node.right)
        ):
            yield node.lineno, "+"
    for step in nodes.of(ast.AugAssign):
        if isinstance(step.op, ast.Add | ast.Sub) and (
            _is_counted(step.value) or _is_counted(step.target)
        ):
            yield step.lineno, "+="


def _holds_key(call: ast.Call) -> bool:
    for node in ast.walk(call):
        text = node.value if isinstance(node, ast.Constant) else key_of(node)
        if isinstance(text, str) and (_names_column(text) or key_of(node) in WORDS_TOO):
            return True
    return any(_is_field(k.arg) for k in call.keywords)


def _receivers(call: ast.Call) -> Iterator[ast.AST]:
    """Walk back a chain: `a.groupby(b)[c]` of `a.groupby(b)[c].sum()`."""
    node: ast.AST = call.func
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
        yield node


def _is_counted(node: ast.AST) -> bool:
    """Whether a value is read by the name of an amount or of dwellings, perhaps cast or defaulted."""
    if isinstance(node, ast.BoolOp):
        return _is_counted(node.values[0])
    if isinstance(node, ast.Call) and called(node) in CASTS:
        inner = node.args[:1] if isinstance(node.func, ast.Name) else [node.func]
        return any(map(_is_counted, inner))
    if isinstance(node, ast.Attribute) and node.attr in CASTS:
        return _is_counted(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        asked = node.args[0]  # row.money("x_eur")
        return isinstance(asked, ast.Constant) and COUNTED.fullmatch(str(asked.value)) is not None
    return COUNTED.fullmatch(key_of(node)) is not None


@dataclass(frozen=True, slots=True)
class Nil:
    """Finds nil written where a value may be unknown; `names` are the file's own names of nil."""

    names: frozenset[str] = ZEROS

    @classmethod
    def of(cls, tree: ast.Module) -> Nil:
        """Know the names that a module gives to a nil amount."""
        steps = [s for s in tree.body if isinstance(s, ast.Assign | ast.AnnAssign)]
        own = {
            _name(target)
            for step in steps
            if called(step.value) == "Decimal" and cls().is_nil(step.value)
            for target in (step.targets if isinstance(step, ast.Assign) else [step.target])
        }
        return cls(ZEROS | own)

    def is_nil(self, node: ast.AST | None) -> bool:
        """Whether an expression is 0, in any type: `0`, `Decimal("0")`, `int()`, `ZERO`, `Amount.nil()`."""
        if isinstance(node, ast.Constant):
            return type(node.value) in {int, float} and node.value == 0
        if not isinstance(node, ast.Call):
            return node is not None and _name(node) in self.names
        if called(node) in NUMBERS:
            return not node.args or NAUGHT.fullmatch(ast.unparse(node.args[0])) is not None
        return called(node) == "nil"

    def defaults(self, nodes: Nodes) -> Iterator[Found]:
        """Find each nil by default, but those of fields and parameters (`fields`)."""
        for call in nodes.of(ast.Call):
            if self._is_call(call):
                yield call.lineno, called(call)
        yield from self._choices(nodes)
        yield from self._steps(nodes)
        yield from ((line, "coalesce") for line, text in nodes.texts() if SQL.search(text))

    def _choices(self, nodes: Nodes) -> Iterator[Found]:
        for chosen in nodes.of(ast.BoolOp):
            if isinstance(chosen.op, ast.Or) and self.is_nil(chosen.values[-1]):
                yield chosen.lineno, "or"
        for choice in nodes.of(ast.IfExp):
            if self._is_choice(choice):
                yield choice.lineno, "if else"

    def _steps(self, nodes: Nodes) -> Iterator[Found]:
        for branch in nodes.of(ast.If):
            if self._is_branch(branch):
                yield branch.lineno, "if"
        for caught in nodes.of(ast.ExceptHandler):
            if self._ends_nil(caught.body):
                yield caught.lineno, "except"
        for step in nodes.of(ast.Assign):
            if self.is_nil(step.value) and any(map(_is_blank_part, step.targets)):
                yield step.lineno, "[isna] ="

    def _is_call(self, call: ast.Call) -> bool:
        name, given = called(call), _arguments(call)
        named = {k.arg: k.value for k in call.keywords}
        second = call.args[1] if len(call.args) > 1 else named.get("default")
        return any(
            (
                name in {"get", "pop", "setdefault", "next"} and self.is_nil(second),
                name == "getattr" and self.is_nil(call.args[-1]),
                name == "fillna" and any(map(self._fills_nil, given)),
                name == "nan_to_num" and self.is_nil(named.get("nan", ast.Constant(0))),
                name == "defaultdict" and bool(given) and self._makes_nil(given[0]),
                name in {"max", "min"} and self.is_nil(named.get("default")),
                name in {"where", "mask", "select"}
                and any(map(self.is_nil, given))
                and any(map(_asks, given)),
                name in SKIPPING,
                name.lstrip("_") in ADDING and _skips_blanks(call),
                self.is_nil(named.get("fill_value", named.get("fillvalue"))),
            )
        )

    def _fills_nil(self, node: ast.AST) -> bool:
        inside = node.values if isinstance(node, ast.Dict) else [node]
        return any(map(self.is_nil, inside))

    def _makes_nil(self, node: ast.AST) -> bool:
        return _name(node) in NUMBERS or (isinstance(node, ast.Lambda) and self.is_nil(node.body))

    def _is_choice(self, node: ast.IfExp) -> bool:
        """`x if x is not None else 0`, `a / n if n else 0`: nil where what is read lacks."""
        other = node.body if self.is_nil(node.orelse) else node.orelse
        one_nil = self.is_nil(node.orelse) or self.is_nil(node.body)
        return one_nil and (_asks(node.test) or _reads(other, _bare(node.test)))

    def _is_branch(self, node: ast.If) -> bool:
        """`if x is None: return 0`, `if not x: x = 0`, and the same after `else`."""
        if self._ends_nil(node.orelse) and _asks(node.test):
            return True
        bare = isinstance(node.test, ast.UnaryOp)
        return self._ends_nil(node.body) and (_asks(node.test) or (bare and _sets(node)))

    def _ends_nil(self, body: list[ast.stmt]) -> bool:
        return any(
            self.is_nil(step.value)
            for step in body[-1:]
            if isinstance(step, ast.Return | ast.Assign | ast.AnnAssign)
        )

    def fields(self, nodes: Nodes) -> Iterator[Found]:
        """Find each field of a class and each parameter that is nil unless given."""
        for step in chain.from_iterable(n.body for n in nodes.of(ast.ClassDef)):
            if isinstance(step, ast.AnnAssign) and self._is_nil_field(step.value):
                yield step.lineno, "field"
        for default in chain.from_iterable(
            [*n.defaults, *n.kw_defaults] for n in nodes.of(ast.arguments)
        ):
            if default is not None and self.is_nil(default):
                yield default.lineno, "parameter"

    def _is_nil_field(self, value: ast.expr | None) -> bool:
        if isinstance(value, ast.Call) and called(value) in {"field", "Field"}:
            named = {k.arg: k.value for k in value.keywords}
            factory = named.get("default_factory")
            first = value.args[0] if value.args else named.get("default")
            return self.is_nil(first) or (factory is not None and self._makes_nil(factory))
        return self.is_nil(value)


def _is_blank_part(target: ast.AST) -> bool:
    """`x[x.isna()]`, where something is put in place of blanks."""
    return isinstance(target, ast.Subscript) and any(map(_finds_blank, ast.walk(target.slice)))


def _asks(test: ast.AST) -> bool:
    """Whether a condition asks if something is known: None, blank, a column that is there."""
    return any(_finds_blank(node) or _finds_column(node) for node in ast.walk(test))


def _finds_blank(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare):
        return called(node) in BLANK
    left, right = node.left, node.comparators[0]
    if isinstance(node.ops[0], ast.Is | ast.IsNot):
        return isinstance(right, ast.Constant) and right.value is None
    return ast.dump(left) == ast.dump(right)  # only a blank differs from itself


def _finds_column(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.In | ast.NotIn):
        return False
    return isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)


def _bare(test: ast.AST) -> ast.AST:
    """Return what is tested for its truth alone: `x` of `x`, `not x` and `len(x)`."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return test.args[0] if isinstance(test, ast.Call) and called(test) == "len" else test


def _reads(node: ast.AST, value: ast.AST) -> bool:
    if not isinstance(value, ast.Name | ast.Attribute):
        return False
    wanted = ast.dump(value)
    return any(ast.dump(n) == wanted for n in ast.walk(node) if isinstance(n, type(value)))


def _sets(node: ast.If) -> bool:
    """`if not x: x = 0`: the value tested is the one that becomes nil."""
    step, tested = node.body[-1], ast.unparse(_bare(node.test))
    return isinstance(step, ast.Assign) and any(ast.unparse(t) == tested for t in step.targets)


def _skips_blanks(call: ast.Call) -> bool:
    """`sum(v for v in values if v is not None)`, `column.dropna().sum()`: a blank counts for nothing."""
    loops = [a for a in call.args if isinstance(a, ast.GeneratorExp | ast.ListComp)]
    tests = [test for loop in loops for part in loop.generators for test in part.ifs]
    filtered = any(_finds_blank(node) for test in tests for node in ast.walk(test))
    return filtered or any(called(link) == "dropna" for link in _receivers(call))
