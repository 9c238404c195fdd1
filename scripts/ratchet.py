"""What may only fall in src/tfpb: measured by package, printed, kept under `scripts/ratchet.toml`.

    python scripts/ratchet.py                      the table: what is, ceilings
    python scripts/ratchet.py --verifier           exit 1 where a package is above a ceiling
    python scripts/ratchet.py --figer              set the ceilings to what is
    python scripts/ratchet.py --lieux nil report   each place that counts: file, line, spelling
    python scripts/ratchet.py --temps FILE         with the check's processor time too

Each package has its own ceilings and the total has none: it is their sum, so that no package rises in
silence because another fell. A commit that raises one sets it by `--figer` and says why in its body.

The check's processor seconds stand in the file with the command that gave them. They are not
measured at each run: that takes the whole check, ten minutes, and the seconds of a loaded machine are
others. FILE holds what `time -p` wrote: its last `user` and `sys` are added.
"""

from __future__ import annotations

import argparse
import ast
import math
import re
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
"""Rooms where columns are read, added and named."""
VENDORED: Final = frozenset({"leaflet", "fonts"})
COMMENTS: Final = {".py": "#", ".toml": "#", ".js": "//", ".typ": "//", ".sql": "--"}
KINDS: Final = frozenset({*COMMENTS, ".jinja", ".css", ".json", ".html"})
TEMPLATES: Final = frozenset({".jinja", ".js", ".typ", ".html"})

MEASURES: Final = {
    "lines": "cut as many elsewhere in the room",
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
    room: str
    file: str
    line: int
    spelling: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What a source tree holds, by measure and room."""

    counts: Counter[tuple[str, str]]
    places: tuple[Place, ...]

    @property
    def rooms(self) -> set[str]:
        """The rooms where something was counted."""
        return {room for (_, room), count in self.counts.items() if count}


def measure(source: Path) -> Measured:
    """Read every file of a package once and count."""
    counts: Counter[tuple[str, str]] = Counter()
    places: list[Place] = []
    modules: dict[Path, spellings.Nodes] = {}
    for path in sorted(p for p in source.rglob("*") if p.suffix in KINDS):
        inside = path.relative_to(source)
        if VENDORED.intersection(inside.parts):
            continue
        text, room = path.read_text(encoding="utf-8"), _room(inside)
        lines = _written_lines(text, path.suffix)
        counts["lines", room] += lines
        counts["toml", room] += lines if path.suffix == ".toml" else 0
        if path.suffix in TEMPLATES:
            places += _template_nils(text, inside)
        if path.suffix == ".py":
            modules[inside] = spellings.Nodes(ast.parse(text))
            found = _counted_in(modules[inside], at_home=room in HOMES)
            places += (Place(name, room, inside.as_posix(), *at) for name, at in found)
    places += _circles(modules)
    places.sort(key=lambda p: (p.measure, p.file, p.line))
    counts.update((p.measure, p.room) for p in places)
    return Measured(counts, tuple(places))


def _room(inside: Path) -> str:
    return inside.parts[0] if len(inside.parts) > 1 else "top"


def _written_lines(text: str, suffix: str) -> int:
    """Count the lines that are neither blank nor a comment; docstrings count."""
    comment = COMMENTS.get(suffix)
    stripped = (line.strip() for line in text.splitlines())
    return sum(bool(s) and not (comment and s.startswith(comment)) for s in stripped)


def _template_nils(text: str, inside: Path) -> Iterator[Place]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in spellings.TEMPLATE.finditer(line):
            yield Place("nil", _room(inside), inside.as_posix(), number, match[0])


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
            yield Place("circles", _room(path), path.as_posix(), 1, name)


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(("tfpb", *(parts[:-1] if parts[-1] == "__init__" else parts)))


def _imported(nodes: spellings.Nodes, module: str, path: Path) -> set[str]:
    """Name what a module imports; a room's own `__init__` gives access and is no step of a circle."""
    out = {alias.name for node in nodes.of(ast.Import) for alias in node.names}
    package = module.split(".")[: None if path.stem == "__init__" else -1]
    for node in nodes.of(ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else []
        origin = ".".join([*above, *filter(None, [node.module])])
        out |= {f"{origin}.{alias.name}" for alias in node.names}
        out |= {origin} if origin.count(".") > 1 else set()
    return out


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The file: a ceiling by measure and package, and the check's processor time."""

    rooms: dict[tuple[str, str], int]
    command: str
    seconds: int | None

    @classmethod
    def read(cls, text: str) -> Ceilings:
        """Read the file's text."""
        kept = tomlkit.parse(text).unwrap()
        processor = kept.get("processor", {})
        return cls(_by_room(kept["rooms"]), processor.get("command", ""), processor.get("seconds"))

    def of(self, name: str, room: str) -> int:
        """Return the ceiling of a measure in a package: nothing is allowed to one that is not named."""
        return self.rooms.get((name, room), 0)


def _by_room(table: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, str], int]:
    return {(name, room): n for room, of in table.items() for name, n in of.items()}


def refusals(found: Measured, ceilings: Ceilings, seconds: int | None = None) -> list[str]:
    """Name each measure and room above its ceiling, and what to do."""
    out = [
        _refusal(name, room, found.counts[name, room], ceilings.of(name, room))
        for name in MEASURES
        for room in sorted(found.rooms)
        if found.counts[name, room] > ceilings.of(name, room)
    ]
    if seconds is not None and (ceilings.seconds is None or seconds > ceilings.seconds):
        out.append(
            f"processor, check: {seconds} s, ceiling {ceilings.seconds or 'not frozen yet'}. To do: find "
            "the slow tests (pytest --durations 20), or edit `seconds` and say why in the commit."
        )
    return out


def _refusal(name: str, room: str, got: int, ceiling: int) -> str:
    shown = "" if name in UNSEEN else f" Places: python scripts/ratchet.py --lieux {name} {room}"
    return (
        f"{name}, {room}: {got}, ceiling {ceiling}. To do: {MEASURES[name]}; "
        f"else set the ceiling by --figer, and say why in the commit.{shown}"
    )


def frozen(text: str, found: Measured, seconds: int | None = None) -> str:
    """Return the file's text with the ceilings at what is."""
    document = tomlkit.parse(text)
    rooms = tomlkit.table()
    for room in sorted(found.rooms):
        counts = {name: found.counts[name, room] for name in MEASURES if found.counts[name, room]}
        ceilings = tomlkit.inline_table()
        ceilings.update(counts)
        rooms[room] = ceilings
    document["rooms"] = rooms
    if seconds is not None:
        document["processor"]["seconds"] = seconds
    return tomlkit.dumps(document)


def table(found: Measured, ceilings: Ceilings, seconds: int | None = None) -> str:
    """Lay out what is, by room; « +n » stands above its ceiling, « -n » waits for `--figer`."""
    rooms = sorted(found.rooms | {room for _, room in ceilings.rooms})
    rows = [["", *MEASURES]]
    for room in rooms:
        cells = (_cell(found.counts[name, room], ceilings.of(name, room)) for name in MEASURES)
        rows.append([room, *cells])
    for label, of in (
        ("all", lambda name: sum(found.counts[name, room] for room in rooms)),
        ("ceilings", lambda name: sum(ceilings.of(name, room) for room in rooms)),
    ):
        rows.append([label, *(str(of(name)) for name in MEASURES)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    kept = "not frozen yet" if ceilings.seconds is None else f"{ceilings.seconds} s"
    now = "" if seconds is None else f", now {seconds} s"
    lines.append(f"processor of the check: {kept}{now} ({ceilings.command})")
    return "\n".join(lines)


def _cell(got: int, ceiling: int) -> str:
    return str(got) if got == ceiling else f"{got} ({got - ceiling:+})"


def processor_seconds(text: str) -> int:
    """Add the last `user` and `sys` that `time -p` wrote, in whole seconds; a ValueError where they lack."""
    found = [re.findall(rf"^{name} +([\d.,]+)$", text, re.MULTILINE) for name in ("user", "sys")]
    if not all(found):
        raise ValueError("no line « user » and « sys », as `time -p` writes them")
    return math.ceil(sum(float(times[-1].replace(",", ".")) for times in found))


def main(arguments: Sequence[str], source: Path = SOURCE, kept: Path = CEILINGS) -> int:
    """Print the table; refuse, lower or show places where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--verifier", action="store_true")
    parser.add_argument("--figer", action="store_true")
    parser.add_argument("--temps", type=Path, metavar="FILE")
    parser.add_argument("--lieux", nargs="+", metavar=("MEASURE", "ROOM"))
    asked = parser.parse_args(arguments)
    found = measure(source)
    if asked.lieux:
        name, *rooms = asked.lieux
        if name not in MEASURES or name in UNSEEN:
            parser.error(
                f"--lieux: a measure among {', '.join(m for m in MEASURES if m not in UNSEEN)}"
            )
        shown = [p for p in found.places if p.measure == name and (not rooms or p.room in rooms)]
        print("\n".join(f"{source / p.file}:{p.line} {p.spelling}" for p in shown))
        return 0
    seconds = processor_seconds(asked.temps.read_text("utf-8")) if asked.temps else None
    text = kept.read_text(encoding="utf-8")
    ceilings = Ceilings.read(text)
    if asked.figer:
        text = frozen(text, found, seconds)
        kept.write_text(text, encoding="utf-8")
        ceilings = Ceilings.read(text)
    wrong = refusals(found, ceilings, seconds)
    if asked.verifier:
        print("\n".join(wrong) or "ratchet: nothing rose")
        return 1 if wrong else 0
    print(table(found, ceilings, seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
