"""Every fault has its words, every word its fault, and the page of messages is up to date."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import re
import string
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tfpb.errors import Fault, Place, Severity
from tfpb.words.faults.sentences import (
    BY_SUBJECT,
    CATALOGUE,
    FaultWords,
    fault_text,
    fault_texts,
    rows_words,
)

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "src" / "tfpb"
SOURCES = [p for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).parts[0] != "words"]
MADE_OF_PARTS = ("adresse_sans_", "_suite")
"""Codes made at run time: a prefix, a suffix."""


def _messages() -> Any:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _literals() -> set[str]:
    return {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _raised() -> list[tuple[str, str]]:
    """List the literal codes given to `Fault(…)` and `fail(…)`, with the file they stand in."""
    out = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in ("Fault", "fail", "fault_at"):
                continue
            given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "code")]
            choices = [
                c for g in given for c in ([g.body, g.orelse] if isinstance(g, ast.IfExp) else [g])
            ]
            out += [(str(c.value), path.name) for c in choices if isinstance(c, ast.Constant)]
    return out


def test_every_code_raised_has_its_words() -> None:
    raised = _raised()
    assert len(raised) > 100
    assert [pair for pair in raised if pair[0] not in CATALOGUE] == []


def test_every_word_has_its_fault() -> None:
    used = _literals()
    assert [
        code
        for code in CATALOGUE
        if code not in used and not any(part in code for part in MADE_OF_PARTS)
    ] == []


def test_no_code_is_said_in_two_ways() -> None:
    codes = Counter(code for faults in BY_SUBJECT.values() for code in faults)
    assert [code for code, count in codes.items() if count > 1] == []
    assert set(codes) == set(CATALOGUE)


def test_the_page_of_messages_is_up_to_date() -> None:
    messages = _messages()
    assert messages.TARGET.read_text(encoding="utf-8") == messages.render(), "scripts/messages.py"


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_words_are_whole_sentences(code: str) -> None:
    words = CATALOGUE[code]
    for text in (words.title, words.hint):
        assert not text or text[-1] in ".?…}" or " : tfpb " in text or " : --" in text, text
        assert not re.search(r"[a-zé]'[a-zéh]", text), text
    assert words.title
    parsed = [string.Formatter().parse(t) for t in (words.title, words.expected, words.hint)]
    names = {field for parts in parsed for _, field, _, _ in parts if field}
    assert all(re.fullmatch(r"\w+", name) for name in names)
    said = fault_text(
        Fault(code, Place("f.csv", "", 3, "c"), "lu", dict.fromkeys(names - {"got"}, 2))
    )
    assert "{" not in "".join(said.lines()).replace("{ ", "")


def test_counts_agree_and_numbers_are_french(monkeypatch: pytest.MonkeyPatch) -> None:
    words = FaultWords("{n:s ligne lue/lignes lues}, {somme} €, {an}, {part}.")
    monkeypatch.setitem(CATALOGUE, "essai", words)

    def told(n: int) -> str:
        return fault_text(
            Fault("essai", fields={"n": n, "somme": 1234567, "an": 2025, "part": 1.5})
        ).title

    assert told(1) == "1 ligne lue, 1\u202f234\u202f567 €, 2025, 1,5."
    assert told(12).startswith("12 lignes lues")


def test_faults_alike_are_one_with_their_rows() -> None:
    faults = [
        Fault("valeur_illisible", Place("f.csv", "", row, "n"), got, {"attendu": "un nombre"})
        for row, got in ((2, "a"), (3, "b"), (4, "a"), (9, "c"))
    ]
    (said,) = fault_texts([*faults, faults[0]])
    assert said.where == "fichier « f.csv », lignes 2 à 4, 9, colonne « n »"
    assert said.got == "a, b, c"
    assert len(fault_texts([*faults, Fault("valeur_vide", Place("f.csv", "", 2, "n"))])) == 2


def test_many_faults_of_one_cause_are_one_and_a_few_are_each_told() -> None:
    def doubts(count: int, column: str = "cotisation_avis_eur") -> list[Fault]:
        return [
            Fault("cotisation_avec_teom", Place("f.csv", "", row, column), str(row),
                  {"attendu": f"{row},00"}, Severity.DOUTE)
            for row in range(2, count + 2)
        ]  # fmt: skip

    (said,) = fault_texts(doubts(155))
    assert said.where.startswith("fichier « f.csv », lignes 2 à 156")
    assert said.title.endswith("(154 autres du même genre)")
    assert len(fault_texts(doubts(4))) == 4
    assert len(fault_texts([*doubts(20), *doubts(20, "autre")])) == 2
    stopping = [dataclasses.replace(f, severity=Severity.FAUTE) for f in doubts(20)]
    assert len(fault_texts([*doubts(20), *stopping])) == 2


def test_rows_are_told_by_runs() -> None:
    assert rows_words([1, 2, 3, 7]) == "lignes 1 à 3, 7"
    assert rows_words(list(range(1, 60, 2))).endswith("23 et 18 autres")


def test_settings_have_no_columns_and_odd_characters_do_not_show() -> None:
    said = fault_text(
        Fault("reglage_inconnu", Place("d.toml", "", 0, "a.b"), "x\u202ey\x1b[31m", {"cle": "a.b"})
    )
    assert said.where == "fichier « d.toml », réglage « a.b »"
    assert said.got == "x y [31m"
    assert fault_text(Fault("fichier_absent", got="n" * 5000)).got.endswith("…")
    assert len(fault_text(Fault("fichier_absent", got="n" * 5000)).got) == 160
