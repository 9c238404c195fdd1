"""Documents: the set and its lengths, links and names that exist, one value a figure."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from effort import tries

ROOT: Final = Path(__file__).parents[3]
LINES: Final = {
    "README.md": 70,
    "LISEZMOI.md": 45,
    "CONTRIBUTING.md": 90,
    "docs/guide.md": 160,
    "docs/lire-les-resultats.md": 90,
    "docs/commandes.md": 220,
    "docs/fichiers.md": 150,
    "docs/guide-region.md": 150,
    "docs/limites.md": 60,
    "docs/rgpd.md": 150,
    "docs/postes.md": 40,
    "docs/api.md": 200,
    "docs/architecture.md": 110,
    "docs/benchmarks.md": 60,
    **{
        f"docs/benchmarks-{page}.md": 60
        for page in ("addresses", "places", "money", "survey", "secrecy", "region")
    },
    **{
        f"docs/designs/{subject}.md": 70
        for subject in ("facts", "findings", "secrecy", "estimand", "money", "addresses", "page")
    },
}
"""Every document, and the lines it may have; two more are counted otherwise."""
MESSAGES: Final = "docs/messages.md"
CHANGES: Final = "CHANGELOG.md"
WORDS: Final = {"all": 26_000, MESSAGES: 6_000}
BESIDE: Final = (
    "requirements",
    "tests/golden",
    "tests/golden/data",
    "examples/valmont",
    "examples/region",
)
"""Folders that have a README of their own."""
DOCUMENTS: Final = [*LINES, MESSAGES, CHANGES, *(f"{folder}/README.md" for folder in BESIDE)]
PAGES: Final = [name for name in LINES if "/benchmarks" in name]
_FENCED: Final = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_NAMED: Final = re.compile(
    r"(?:docs|src|tests|scripts|benchmarks|examples|packaging|requirements)/[\w./-]*\w"
)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(name: str) -> str:
    return _FENCED.sub("", text(name))


@pytest.fixture(scope="module")
def results() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        yield importlib.import_module("results")
    del sys.modules["results"]


def test_the_set_is_this_one() -> None:
    there = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/**/*.md")}
    there |= {p.name for p in ROOT.glob("*.md")}
    assert there == {*LINES, MESSAGES, CHANGES}


@pytest.mark.parametrize("name", LINES)
def test_a_document_keeps_to_its_length(name: str) -> None:
    assert len(text(name).splitlines()) <= LINES[name]


def test_versions_take_sixty_lines_and_all_words_keep_to_their_number() -> None:
    for version in re.split(r"^## ", text(CHANGES), flags=re.MULTILINE)[1:]:
        assert len(version.splitlines()) < 60, version[:20]
    assert len(text(MESSAGES).split()) <= WORDS[MESSAGES]
    counted = [name for name in DOCUMENTS if name not in (MESSAGES, CHANGES)]
    assert sum(len(text(name).split()) for name in counted) <= WORDS["all"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_paragraph_is_a_page(name: str) -> None:
    parts = re.split(r"\n\s*\n|\n(?=[-*|#>]|\d+\.)", prose(name))
    assert [part[:60] for part in parts if len(part.split()) > 160] == []


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_and_names_of_files_exist(name: str) -> None:
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(name)):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists():
            lost.append(link)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            if anchor not in map(slug, headings):
                lost.append(link)
    for code in re.findall(r"`([^`\n]+)`", prose(name)):
        lost += [path for path in _NAMED.findall(code) if code.startswith(path) and not found(path)]
    assert lost == []


def found(path: str) -> bool:
    return (ROOT / path).exists() or any((ROOT / "src" / "tfpb").glob(f"**/{path}"))


def test_pictures_that_no_document_shows_are_gone() -> None:
    shown = {Path(p).name for n in DOCUMENTS for p in re.findall(r"images/([\w-]+\.png)", text(n))}
    assert {p.name for p in (ROOT / "docs" / "images").iterdir()} == shown


def test_the_first_two_blocks_of_the_readme_are_the_two_commands() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", text("README.md"), re.DOTALL | re.MULTILINE)
    assert blocks[:2] == ["sh scripts/example.sh\n", "sh scripts/check.sh\n"]


def test_pages_of_figures_are_what_the_results_say(results: Any) -> None:
    entries = results.read()
    for name in PAGES:
        assert results.page(text(name), entries) == text(name), "python benchmarks/results.py"


def test_a_figure_is_written_in_the_results_alone(results: Any) -> None:
    for name in PAGES:
        alone = re.sub(r"<!-- figures.*?<!-- end -->|`[^`]+`", "", text(name), flags=re.DOTALL)
        assert re.findall(r"\d[\d.,]*\s?(?:%|ms\b|MB\b|MiB\b|times\b)|\d+ of \d+", alone) == [], (
            name
        )
    for name, entry in results.read().items():
        for document, quotes in entry.get("quotes", {}).items():
            for quote in quotes:
                said = results.filled(quote, entry)
                assert " ".join(said.split()) in " ".join(text(document).split()), (name, said)


def test_an_entry_says_what_it_is_and_its_script_is_there(results: Any) -> None:
    for name, entry in results.read().items():
        command = re.sub(r"-m benchmarks\.(\w+)", r"benchmarks/\1/__main__.py", entry["command"])
        script = re.search(r"(?:benchmarks|tests|scripts)/[\w/]+\.(?:py|sh)", command)
        assert script is not None, name
        assert (ROOT / script[0]).is_file(), name
        assert "needs" in entry or "tiny" in entry or "rows" in entry, name
        assert {"question", "answer", "figures"} <= entry.keys() or "rows" in entry, name
        assert entry.get("front") != "trust" or "how" in entry, name
        assert "missed" not in entry or {"aim", "short"} <= entry.keys(), name
        assert all(len(row) == len(entry["columns"]) for row in entry.get("rows", ())), name


def test_a_figure_is_recorded_with_its_own_command_alone(results: Any, tmp_path: Path) -> None:
    path = tmp_path / "results.toml"
    path.write_text(
        '[money.a]\ncommand = "benchmarks/a.py FOLDER --seed 1"\n[money.a.figures]\nn = 1\n',
        "utf-8",
    )
    assert not results.record("money.a", path, ["a.py", "x", "--seed", "2"], n=5)
    assert results.record("money.a", path, ["a.py", "x", "--seed", "1"], n=7)
    assert results.read(path)["money.a"]["figures"] == {"n": 7}
    with pytest.raises(KeyError):
        results.record("money.a", path, ["a.py", "x", "--seed", "1"], other=7)


EVERYDAY: Final = ("region.messy",)
"""Benchmarks that take a second."""


@pytest.mark.slow
def test_printed_benchmarks_run_when_tiny(results: Any, tmp_path: Path) -> None:
    for name, entry in results.read().items():
        if "tiny" not in entry or (name not in EVERYDAY and not tries(0, 1)):
            continue
        script = entry["command"].split()[0]
        words = [str(tmp_path / w) if w.isupper() else w for w in shlex.split(entry["tiny"])]
        line = [sys.executable, "-W", "ignore", str(ROOT / script), *words]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (name, done.stderr[-600:])
