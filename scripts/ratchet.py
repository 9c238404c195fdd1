"""What may only fall in src/tfpb: measured by package, printed, kept in `scripts/ratchet.toml`.

    python scripts/ratchet.py                      the table: what is, ceilings
    python scripts/ratchet.py --verifier           exit 1 where a package is above a ceiling
    python scripts/ratchet.py --figer              set the ceilings to what is
    python scripts/ratchet.py --lieux nil report   each place that counts: file, line, spelling

Each package has its own ceilings and the total has none: it is their sum, so that no package rises in
silence because another fell. A commit that raises one sets it by `--figer` and says why in its body.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ratchet_spellings as spellings
import tomlkit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCE: Final = ROOT / "src" / "tfpb"
CEILINGS: Final = ROOT / "scripts" / "ratchet.toml"

HOMES: Final = frozenset({"facts", "io"})
"""Packages where columns are read, added and named."""
VENDORED: Final = frozenset({"leaflet", "fonts"})
COMMENTS: Final = {".py": "#", ".toml": "#", ".js": "//", ".typ": "//", ".sql": "--"}
KINDS: Final = frozenset({*COMMENTS, ".jinja", ".css", ".json", ".html"})
TEMPLATES: Final = frozenset({".jinja", ".js", ".typ", ".html"})

MEASURES: Final = {
    "lines": "cut as many elsewhere in the package",
    "toml": "a table moved out of Python is as long as it was: shorten it",
    "subscripts": "read columns once, where the table is read, into values with names",
    "field_keys": "take the claim or the value by name; columns are read in facts and io",
    "sums": "take the sum from facts, where the fact has its home",
    "nil": "let what is not known stay unknown (Amount, None, a state): it is never 0",
    "nil_fields": "ask for the value: a field that is nil unless given hides that nobody knew",
    "qpv_code": "say code_qpv; qpv_code stands in contract columns at the edge only",
    "circles": "move what both modules import to a module below them",
}
"""What is counted, and what to do rather than count more of it."""
UNSEEN: Final = ("lines", "toml")
"""Counted by whole files: no place to show."""


@dataclass(frozen=True, slots=True)
class Place:
    """One thing counted."""

    measure: str
    package: str
    file: str
    line: int
    spelling: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What a source tree holds, by measure and package."""

    counts: Counter[tuple[str, str]]
    places: tuple[Place, ...]

    @property
    def packages(self) -> set[str]:
        """The packages where something was counted."""
        return {package for (_, package), count in self.counts.items() if count}


def measure(source: Path) -> Measured:
    """Read every file of a package once and count."""
    counts: Counter[tuple[str, str]] = Counter()
    places: list[Place] = []
    modules: dict[Path, spellings.Nodes] = {}
    for path in sorted(p for p in source.rglob("*") if p.suffix in KINDS):
        inside = path.relative_to(source)
        if VENDORED.intersection(inside.parts):
            continue
        text, package = path.read_text(encoding="utf-8"), _package(inside)
        lines = _written_lines(text, path.suffix)
        counts["lines", package] += lines
        counts["toml", package] += lines if path.suffix == ".toml" else 0
        if path.suffix in TEMPLATES:
            places += _template_nils(text, inside)
        if path.suffix == ".py":
            modules[inside] = spellings.Nodes(ast.parse(text))
            found = _counted_in(modules[inside], at_home=package in HOMES)
            places += (Place(name, package, inside.as_posix(), *at) for name, at in found)
    places += _circles(modules)
    places.sort(key=lambda p: (p.measure, p.file, p.line))
    counts.update((p.measure, p.package) for p in places)
    return Measured(counts, tuple(places))


def _package(inside: Path) -> str:
    return inside.parts[0] if len(inside.parts) > 1 else "top"


def _written_lines(text: str, suffix: str) -> int:
    """Count the lines that are neither blank nor a comment; docstrings count."""
    comment = COMMENTS.get(suffix)
    stripped = (line.strip() for line in text.splitlines())
    return sum(bool(s) and not (comment and s.startswith(comment)) for s in stripped)


def _template_nils(text: str, inside: Path) -> Iterator[Place]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in spellings.TEMPLATE.finditer(line):
            yield Place("nil", _package(inside), inside.as_posix(), number, match[0])


def _counted_in(nodes: spellings.Nodes, *, at_home: bool) -> Iterator[tuple[str, spellings.Found]]:
    nil = spellings.Nil.of(nodes.module)
    found = {
        "subscripts": spellings.subscripts(nodes),
        "nil": nil.defaults(nodes),
        "nil_fields": nil.fields(nodes),
    }
    if not at_home:
        found["field_keys"] = spellings.field_keys(nodes)
        found["sums"] = spellings.sums(nodes)
        found["qpv_code"] = spellings.first_text(nodes, "qpv_code")
    for name, places in found.items():
        yield from ((name, place) for place in places)


def _circles(files: Mapping[Path, spellings.Nodes]) -> Iterator[Place]:
    """Find the modules that reach themselves by imports, those for types and late ones included."""
    modules = {_module(path): path for path in files}
    arrows = {
        name: _imported(files[path], name, path) & modules.keys() for name, path in modules.items()
    }
    for name, path in modules.items():
        reached, ahead = set[str](), list(arrows[name])
        while ahead:
            module = ahead.pop()
            if module not in reached:
                reached.add(module)
                ahead += arrows[module]
        if name in reached:
            yield Place("circles", _package(path), path.as_posix(), 1, name)


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(("tfpb", *(parts[:-1] if parts[-1] == "__init__" else parts)))


def _imported(nodes: spellings.Nodes, module: str, path: Path) -> set[str]:
    """Name what a module imports; a package's own `__init__` gives access and is no step of a circle."""
    out = {alias.name for node in nodes.of(ast.Import) for alias in node.names}
    package = module.split(".")[: None if path.stem == "__init__" else -1]
    for node in nodes.of(ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else []
        origin = ".".join([*above, *filter(None, [node.module])])
        out |= {f"{origin}.{alias.name}" for alias in node.names}
        out |= {origin} if origin.count(".") > 1 else set()
    return out


Ceilings = dict[tuple[str, str], int]
"""A ceiling by measure and package; nothing is allowed to one that is not named."""


def read(text: str) -> Ceilings:
    """Read the file's text."""
    packages = tomlkit.parse(text).unwrap()["packages"]
    return {(name, package): n for package, of in packages.items() for name, n in of.items()}


def refusals(found: Measured, ceilings: Ceilings) -> list[str]:
    """Name each measure and package above its ceiling, and what to do."""
    return [
        _refusal(name, package, found.counts[name, package], ceilings.get((name, package), 0))
        for name in MEASURES
        for package in sorted(found.packages)
        if found.counts[name, package] > ceilings.get((name, package), 0)
    ]


def _refusal(name: str, package: str, got: int, ceiling: int) -> str:
    shown = "" if name in UNSEEN else f" Places: python scripts/ratchet.py --lieux {name} {package}"
    return (
        f"{name}, {package}: {got}, ceiling {ceiling}. To do: {MEASURES[name]}; "
        f"else set the ceiling by --figer, and say why in the commit.{shown}"
    )


def frozen(text: str, found: Measured) -> str:
    """Return the file's text with the ceilings at what is."""
    document = tomlkit.parse(text)
    packages = tomlkit.table()
    for package in sorted(found.packages):
        ceilings = tomlkit.inline_table()
        ceilings.update({n: found.counts[n, package] for n in MEASURES if found.counts[n, package]})
        packages[package] = ceilings
    document["packages"] = packages
    return tomlkit.dumps(document)


def table(found: Measured, ceilings: Ceilings) -> str:
    """Lay out what is, by package; « +n » is above its ceiling, « -n » waits for `--figer`."""
    packages = sorted(found.packages | {package for _, package in ceilings})
    rows = [["", *MEASURES]]
    for package in packages:
        cells = (_cell(found.counts[n, package], ceilings.get((n, package), 0)) for n in MEASURES)
        rows.append([package, *cells])
    for label, counted in (("all", found.counts), ("ceilings", ceilings)):
        rows.append(
            [label, *(str(sum(counted.get((n, p), 0) for p in packages)) for n in MEASURES)]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows
    )


def _cell(got: int, ceiling: int) -> str:
    return str(got) if got == ceiling else f"{got} ({got - ceiling:+})"


def main(arguments: Sequence[str], source: Path = SOURCE, kept: Path = CEILINGS) -> int:
    """Print the table; refuse, lower or show places where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--verifier", action="store_true")
    parser.add_argument("--figer", action="store_true")
    parser.add_argument("--lieux", nargs="+", metavar=("MEASURE", "PACKAGE"))
    asked = parser.parse_args(arguments)
    found = measure(source)
    if asked.lieux:
        name, *packages = asked.lieux
        if name not in MEASURES or name in UNSEEN:
            parser.error(
                f"--lieux: a measure among {', '.join(m for m in MEASURES if m not in UNSEEN)}"
            )
        shown = [
            p for p in found.places if p.measure == name and (not packages or p.package in packages)
        ]
        print("\n".join(f"{source / p.file}:{p.line} {p.spelling}" for p in shown))
        return 0
    text = kept.read_text(encoding="utf-8")
    ceilings = read(text)
    if asked.figer:
        text = frozen(text, found)
        kept.write_text(text, encoding="utf-8")
        ceilings = read(text)
    wrong = refusals(found, ceilings)
    if asked.verifier:
        print("\n".join(wrong) or "ratchet: nothing rose")
        return 1 if wrong else 0
    print(table(found, ceilings))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
