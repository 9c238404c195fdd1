"""Count the code lines and modules of each room: no comment, blank line or docstring.

python benchmarks/house.py [FOLDER]
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path

UNCOUNTED = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
    tokenize.ENDMARKER,
}  # fmt: skip


def code_lines(source: str) -> int:
    """Return the number of lines that hold code."""
    texts = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in UNCOUNTED
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - texts)


def main() -> None:
    """Print the table."""
    package = Path(__file__).parents[1] / "src" / "tfpb"
    root = Path(sys.argv[1]) if sys.argv[1:] else package
    lines, modules = Counter[str](), Counter[str]()
    for path in sorted(root.rglob("*.py")):
        room = path.relative_to(root).parts[0] if path.parent != root else "(top)"
        lines[room] += code_lines(path.read_text(encoding="utf-8"))
        modules[room] += path.name != "__init__.py"
    for room, count in lines.most_common():
        sys.stdout.write(f"| {room} | {count} | {modules[room]} |\n")
    sys.stdout.write(f"| all | {lines.total()} | {modules.total()} |\n")


if __name__ == "__main__":
    main()
