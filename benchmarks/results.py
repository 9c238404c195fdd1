"""The measured figures: kept in results.toml, written by the benchmarks, printed in the pages.

    python benchmarks/results.py               writes the tables of docs/benchmarks*.md
    python benchmarks/results.py --verifier    exit 1 where a page is not what results.toml says

A benchmark calls `record` with what it measured. Nothing is written unless it was run with the command of
its entry: a figure and the command that is printed next to it always go together.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import tomlkit

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results.toml"
PAGES: Final = ROOT / "docs"
_BLOCK: Final = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_FRONT: Final = {
    "trust": ("question", "answer", "how", "command"),
    "speed": ("what", "measured", "command"),
    "missed": ("", "what", "aimed at", "reached"),
}


def read(path: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """Return every entry by its name, `page.entry`."""
    pages = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"{page}.{name}": entry
        for page, entries in pages.items()
        for name, entry in entries.items()
    }


def record(
    name: str, path: Path = RESULTS, argv: list[str] | None = None, **figures: float
) -> bool:
    """Write what was measured, if this run has the command of the entry; tell whether it was written."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    page, entry = name.split(".")
    kept: Any = document[page][entry]  # type: ignore[index]
    if unknown := set(figures) - set(kept["figures"]):
        raise KeyError(f"{name}: {sorted(unknown)}")
    script, *arguments = argv or sys.argv
    _, *wanted = kept["command"].removeprefix("python ").split()
    same = len(arguments) == len(wanted) and all(
        w.isupper() or w == a for a, w in zip(arguments, wanted, strict=True)
    )
    if not same:
        print(f"{Path(script).name}: {name} not recorded, its command is {kept['command']}")
        return False
    kept["figures"].update(figures)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return True


def answer(entry: dict[str, Any]) -> str:
    """Write an answer with its figures."""
    return filled(entry["answer"], entry)


def filled(template: str, entry: dict[str, Any]) -> str:
    """Put the figures of an entry in a text."""
    return template.format(**{name: _number(n) for name, n in entry["figures"].items()})


def _number(n: float | str) -> str:
    return f"{n:,}".replace(",", " ") if isinstance(n, int) else str(n)


def command(entry: dict[str, Any]) -> str:
    """Write a command and what it needs."""
    needs = f" (needs {entry['needs']})" if "needs" in entry else ""
    return f"`{entry['command']}`{needs}"


def rendered(block: str, entries: dict[str, dict[str, Any]]) -> str:
    """Return the tables of a block: one of the front page, or those of a page."""
    if block == "missed":
        subjects = dict.fromkeys(e["missed"] for e in entries.values() if "missed" in e)
        missed = {s: [e for e in entries.values() if e.get("missed") == s] for s in subjects}
        rows = [
            [s, *map("<br>".join, zip(*map(_missed, those), strict=True))]
            for s, those in missed.items()
        ]
        return _table(_FRONT[block], rows)
    if block in _FRONT:
        wanted = [e for e in entries.values() if e.get("front") == block]
        return _table(_FRONT[block], [_front_row(block, e) for e in wanted])
    own = [e for name, e in entries.items() if name.startswith(f"{block}.")]
    lines = [e for e in own if "answer" in e and "front" not in e]
    rows = [[e["question"], answer(e), e.get("aim", ""), command(e)] for e in lines]
    parts = [_table(("what", "measured", "aim", "command"), rows)] if rows else []
    parts += [
        f"{e['title']}: {command(e)}.\n\n{_table(e['columns'], e['rows'])}"
        for e in own
        if "rows" in e
    ]
    return "\n".join(parts)


def _missed(entry: dict[str, Any]) -> tuple[str, str, str]:
    return entry["short"], entry["aim"], filled(entry.get("reached", entry["answer"]), entry)


def _front_row(block: str, entry: dict[str, Any]) -> list[str]:
    how = [entry["how"]] if block == "trust" else []
    return [entry["question"], answer(entry), *how, command(entry)]


def _table(columns: Any, rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def page(text: str, entries: dict[str, dict[str, Any]]) -> str:
    """Return a page with its blocks written anew."""
    return _BLOCK.sub(lambda m: f"{m[1]}{rendered(m[2], entries)}{m[3]}", text)


def main() -> int:
    """Write the pages, or check them."""
    entries, stale = read(), []
    for path in sorted(PAGES.glob("benchmarks*.md")):
        text = path.read_text(encoding="utf-8")
        if (new := page(text, entries)) != text:
            stale.append(path.name)
            if "--verifier" not in sys.argv[1:]:
                path.write_text(new, encoding="utf-8")
    print("\n".join(stale) or "every page is what results.toml says")
    return 1 if stale and "--verifier" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
