"""What « masqué » says is the rule, in one sentence: a second one would tell which group is small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REASON = "moins de 30 ménages, une seule résidence ou 1 à 10 ménages d’autres bailleurs"
WORDS = sorted(
    p
    for folder in ("src/tfpb/words", "src/tfpb/facts")
    for p in (ROOT / folder).rglob("*")
    if p.suffix in {".py", ".toml"}
)
RULE = "peut y isoler moins de 11 ménages des autres"


def plain(path: Path) -> str:
    """Join what is written over several lines."""
    text = re.sub(r'"\n\s*"', "", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", text)


def test_a_masked_figure_has_one_reason() -> None:
    said = [
        plain(path) for path in (*WORDS, ROOT / "docs/lire-les-resultats.md", ROOT / "docs/rgpd.md")
    ]
    assert [
        text for text in said if re.search(r"territoire voisin|moins de 30 réponses", text)
    ] == []
    assert sum(text.count(REASON) for text in said) >= 14


@pytest.mark.parametrize("path", ["words/documents/report_words.py", "rgpd.md", "limites.md"])
def test_the_rule_is_one_wherever_it_is_written(path: str) -> None:
    folder = "src/tfpb" if path.endswith(".py") else "docs"
    assert RULE in plain(ROOT / folder / path)
