"""Résidences of a release, through the ledger to the next run: whose they are, and where."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from tfpb.errors import TfpbError
from tfpb.io.packs.sent import sent_before
from tfpb.model.record import LISTING
from tfpb.pipeline import assembling
from tfpb.pipeline.published_before import (
    LEDGER_VARIABLE,
    ledger_with,
    precedents,
    release_of,
)
from tfpb.survey import Release, together
from tfpb.survey.secrecy.disclosure import TABLES, reopened
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS = ["bailleur", "id_residence", "cote", "code_qpv"]
JOINT = pd.DataFrame(
    [
        ("A", "R01", "dans", "QN05901M"),
        ("B", "R01", "dans", "QN05902M"),
        ("A", "R02", "dans", "QN05901M"),
        ("B", "R02", "hors", ""),
    ],
    columns=COLUMNS,
)
MOVED = JOINT.assign(cote="a_verifier", code_qpv="QN05909M")
"""The same résidences on a later map: what a release told of them holds."""
OLD = {
    "bailleurs": ["A"],
    "calcul": "abcd1234",
    "masquees": [["2023", "q1", "code_qpv", "QN05901M", "A", "qpv"]],
    "residences_par_bailleur": {
        "A": {
            "cote": {"R01": "dans", "R02": "hors", "R03": ""},
            "code_qpv": {"R01": "QN05901M", "R02": "", "R03": "QN05903M"},
        }
    },
}
"""A line of 0.2: what it masked, no printed row; two résidences of one name were R03."""


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "d.jsonl"
    monkeypatch.setenv(LEDGER_VARIABLE, str(path))
    return path


def line_of(owners: Sequence[str], run: str, homes: pd.DataFrame) -> dict[str, object]:
    """Return the line of a release that shows nothing: where its résidences stand."""
    shown = reopened(
        {
            **{t: pd.DataFrame() for t in TABLES}, "items": pd.DataFrame(), "waves": (), "notices": (),
            "settings": {},
        }
    )  # fmt: skip
    return release_of(owners, run, shown, homes)


def test_a_line_of_0_2_tells_no_row_and_is_read(ledger: Path) -> None:
    for path, data in ledger_with(OLD).items():
        path.write_bytes(data)
    [release] = precedents(["A"], "bb", ["R01"]).releases
    assert release.homes == {"A": ("R01", "R02", "R03")}
    assert not precedents(["A"], "bb", ["R01"]).released(["A"]).tables


def test_a_line_of_0_3_0_stands_with_the_steps_of_its_time() -> None:
    """Shares of 5, 2 or 1 points, bounds of nine digits: read, bounds rounded outwards."""
    row = {"vague": "2023", "item": "q", "niveau": "total", "territoire": "total", "bailleur": "A",
           "ajustement": "brut", "publication": "publiable", "verdict": ""}  # fmt: skip
    rows = pd.DataFrame(
        [
            {
                **row,
                "groupe": g,
                "n": n,
                "estimation": e,
                "ic95_bas": e - 0.1234,
                "ic95_haut": e + 0.1234,
            }
            for g, n, e in (("qpv", 60.0, 0.65), ("hors_qpv", 800.0, 0.71), ("ecart", 860.0, -0.06))
        ]
    )
    line = {
        "forme": 3, "bailleurs": ["A"], "calcul": "aa", "date": "2026-01-01",
        "residences_par_bailleur": {"A": {"cote": {"R01": "dans"}}},
        "groupes": {}, "questions": {"vague": ["2023"], "item": ["q"], "base": ["q"]},
        "imprime": {"comparison": {c: rows[c].tolist() for c in rows}},
        "vagues": {"2023": [860, 10, 60, 800]}, "empreintes": {"2023": ["a", "b"]},
    }  # fmt: skip
    held = together([Release.read(line)], ["A"]).tables["comparison"]
    assert held["_pas"].tolist() == [0.05, 0.01, 0.05]
    assert held["ic95_bas"].tolist() == [0.525, 0.585, -0.185]
    assert held["estimation"].tolist() == [0.65, 0.71, -0.06]


def test_a_line_older_than_that_is_refused_with_what_to_do(ledger: Path) -> None:
    line = {k: v for k, v in OLD.items() if k != "residences_par_bailleur"} | {"residences": {}}
    ledger.write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(TfpbError) as refused:
        precedents(["A"], "bb", ["R01"])
    [fault] = refused.value.faults
    assert fault.code == "diffusions_illisibles"
    assert "--precedents" in fault_text(fault).hint


def test_a_release_from_elsewhere_stands_at_its_day(ledger: Path, tmp_path: Path) -> None:
    """Sent last, it was read before an older line, whose rows were printed again in its place."""
    lines = {d: line_of(["A"], d, JOINT) | {"date": d} for d in ("2025-03-01", "2026-03-01")}
    packs = []
    for day in ("2026-09-01", "2025-06-01", "2024-01-01"):
        packs.append(tmp_path / f"{day}.json")
        packs[-1].write_text(json.dumps(line_of(["A"], day, JOINT) | {"date": day}))
    packs.append(tmp_path / "sans.json")
    packs[-1].write_text(json.dumps(line_of(["A"], "sans", JOINT)))
    ledger.write_text("".join(json.dumps(line) + "\n" for line in lines.values()))
    found = precedents(["A"], "bb", ["R01"], packs)
    assert [r.date for r in found.releases] == [
        "sans", "2024-01-01", "2025-03-01", "2025-06-01", "2026-03-01", "2026-09-01",
    ]  # fmt: skip
    again = precedents(["A"], "2026-03-01", ["R01"], packs)
    assert again.again
    assert again.releases[-1].date == "2025-06-01"


def test_a_release_given_that_is_of_another_name_is_refused(ledger: Path, tmp_path: Path) -> None:
    """It was left out without a word, and its answers told a second time."""
    pack = tmp_path / "a.json"
    pack.write_text(json.dumps(line_of(["Office A"], "aa", JOINT)))
    with pytest.raises(TfpbError) as refused:
        precedents(["A Habitat"], "bb", ["R01"], [pack])
    assert [(f.code, f.place.file) for f in refused.value.faults] == [
        ("precedent_d_un_autre", "a.json")
    ]
    assert precedents(["office a"], "bb", ["R01"], [pack]).releases
    with pytest.raises(TfpbError) as refused:  # résidences numbered anew
        precedents(["Office A"], "bb", ["0001"], [pack])
    assert [f.code for f in refused.value.faults] == ["precedent_autres_residences"]


def test_what_a_region_sent_is_a_precedent_and_what_another_did_is_looked_at(
    ledger: Path, tmp_path: Path
) -> None:
    """A region read none of its sends, whoever lacked the ledger; another name's were left out."""
    for name, owner in (("2025-2026-01-01", "A"), ("2025-2026-02-01", "Office A")):
        place = tmp_path / "envois" / name / "organisme"
        place.mkdir(parents=True)
        (place.parent / LISTING).write_text("")
        (place / "diffusion.json").write_text(json.dumps(line_of([owner, "B"], owner, JOINT)))
    found = precedents(["A"], "bb", ["R01"], sent=sent_before(tmp_path, None))
    assert [r.bailleurs for r in found.releases] == [("A", "B")]


@pytest.mark.parametrize(
    "names", [("technique/run.json", "technique/diffusion.json"), (LISTING, "diffusion.json")]
)
def test_a_send_renamed_or_without_its_archive_is_a_precedent(
    ledger: Path, tmp_path: Path, names: tuple[str, str]
) -> None:
    """Who moved the archive to send it, or named the folder by whom it went to, was told nothing of it."""
    send = tmp_path / "envois" / "2025-2026-01-01, envoyé au préfet"
    for name in names:
        (send / name).parent.mkdir(parents=True, exist_ok=True)
    (send / names[0]).write_text("")
    (send / names[1]).write_text(json.dumps(line_of(["A"], "aa", JOINT)))
    found = precedents(["A"], "bb", ["R01"], sent=sent_before(tmp_path, None))
    assert [r.bailleurs for r in found.releases] == [("A",)]


def test_sends_are_read_by_the_dossier_and_where_the_pack_stands(tmp_path: Path) -> None:
    """A pack written elsewhere keeps what is sent beside itself: no later run looked there."""
    for place, name in (("dossier", "2025-2026-02-01"), ("ailleurs", "2025-2026-01-01")):
        send = tmp_path / place / "envois" / name
        send.mkdir(parents=True)
        (send / LISTING).write_text("")
    folders = [tmp_path / place for place in ("dossier", "ailleurs", "dossier")]
    found = sent_before(*folders, None)
    assert [p.name for p in found] == ["2025-2026-01-01", "2025-2026-02-01"]


def test_a_run_looks_for_sends_beside_the_pack_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class LookedError(Exception):
        """Raised in place of the rest of a run."""

    def looked(*folders: Path) -> None:
        raise LookedError(folders)

    stock = pd.DataFrame({"id_residence": ["R01"]})
    inputs: Any = SimpleNamespace(
        sources=(), frames={"patrimoine": stock}, frame={"patrimoine": stock}.get
    )
    monkeypatch.setattr(assembling, "read", lambda *_: (inputs, SimpleNamespace(sources=()), ()))
    monkeypatch.setattr(assembling, "run_hash", lambda *_: "aa")
    monkeypatch.setattr(assembling.checking, "towns_written", lambda _: {})
    monkeypatch.setattr(assembling, "sent_before", looked)
    settings: Any = SimpleNamespace(dossier=SimpleNamespace(bailleur="A"), folder=tmp_path)
    with pytest.raises(LookedError) as found:
        assembling.examine(settings, tmp_path / "geo", place=tmp_path / "ailleurs")
    assert found.value.args[0] == (tmp_path, tmp_path / "ailleurs")
