"""Counts of the field sheet, from a release through the ledger to the next run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tfpb.pipeline.published_before import LEDGER_VARIABLE, ledger_with, precedents, release_of

if TYPE_CHECKING:
    from pathlib import Path

COMPARISON = pd.DataFrame(
    [("2023", "q1", "total", "total", "ensemble", "qpv", "brut", 60, "publiable")],
    columns=["vague", "item", "niveau", "territoire", "bailleur", "groupe", "ajustement", "n",
             "publication"],
)  # fmt: skip
HOMES = pd.DataFrame({"id_residence": ["r"], "cote": ["dans"]})


def counted(*owners: str) -> pd.DataFrame:
    """Return the protected sheet of some bailleurs: a count told, one hidden."""
    return pd.DataFrame(
        [
            {"vague": "2023", "bailleur": owner, "cote": "qpv", "type_habitat": kind,
             "periode_construction": "1975-1989", "n": n}
            for owner in owners
            for kind, n in (("Collectif", 40.0), ("Individuel", float("nan")))
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("released", "rows", "asked", "known"),
    [
        (("Habitat",), ("ensemble",), ("HABITAT",), {"HABITAT"}),  # its delivery is its own
        (("Habitat",), ("Habitat",), ("Habitat",), {"Habitat"}),
        (("A", "B"), ("A", "B"), ("b", "C"), {"b"}),  # a region, then one of its bailleurs
    ],
)
def test_the_next_run_knows_its_bailleurs_counts(
    released: tuple[str, ...], rows: tuple[str, ...], asked: tuple[str, ...], known: set[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(LEDGER_VARIABLE, str(tmp_path / "d.jsonl"))
    line = release_of(released, "aa", COMPARISON, HOMES, counted(*rows))
    for path, data in ledger_with(line).items():
        path.write_bytes(data)
    found = precedents(asked, "bb", ["r"])
    assert [r.line() for r in found.releases] == [json.loads(json.dumps(line))]
    (counts,) = found.disclosed(asked).counts
    assert {c.bailleur for c in counts} == known
    assert [(c.cote, c.type_habitat, c.periode_construction, c.n) for c in counts] == [
        ("qpv", "Collectif", "1975-1989", 40), ("qpv", "Individuel", "1975-1989", -1),
    ]  # fmt: skip


def test_a_release_without_field_sheet_has_the_line_it_always_had() -> None:
    for sheet in (None, counted()):
        assert list(release_of(["A"], "aa", COMPARISON, HOMES, sheet)) == [
            "bailleurs", "calcul", "residences", "masquees", "montrees",
        ]  # fmt: skip
