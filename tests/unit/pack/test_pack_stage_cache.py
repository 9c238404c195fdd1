"""Results are kept by content, come back the same, and never get in the way."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tfpb.errors import Fault, Place, Severity
from tfpb.model.survey import _SEAL, Estimates, Published, WaveFacts
from tfpb.pipeline.kept import stage_cache
from tfpb.pipeline.kept.entry_files import cache_folder
from tfpb.pipeline.kept.kept_forms import FILES, PUBLICATION, TABLE, from_parts, to_parts
from tfpb.pipeline.kept.stage_cache import Memory, StageCache, fingerprint, stage_key
from tfpb.stage import Stage
from tfpb.survey import Survey

CALLS: list[str] = []


def double(text: str) -> dict[str, bytes]:
    CALLS.append(text)
    return {"a": text.encode() * 2, "b": b""}


STAGE = Stage("Double", ("text",), "twice", double, kept=FILES)


@pytest.fixture
def cache(tmp_path: Path) -> StageCache:
    CALLS.clear()
    return StageCache(tmp_path / "kept")


def entries(cache: StageCache) -> list[Path]:
    return sorted(cache.folder.iterdir())


def test_the_same_values_are_worked_on_once(cache: StageCache) -> None:
    first = cache(STAGE, ("x",))
    assert cache(STAGE, ("x",)) == first == {"a": b"xx", "b": b""}
    cache(STAGE, ("y",))
    assert CALLS == ["x", "y"]
    assert (cache.reused, cache.computed) == (["Double"], ["Double", "Double"])


def test_a_run_is_held_for_another_and_named_only_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    CALLS.clear()
    named: list[str] = []

    def name(stage: Stage, values: tuple[Any, ...]) -> str:
        named.append(stage.name)
        return stage_key(stage, values)

    monkeypatch.setattr(stage_cache, "stage_key", name)
    memory = Memory()
    first = memory(STAGE, ("x",))
    assert named == []
    assert memory.again(STAGE, ("x",)) is first
    memory.again(STAGE, ("y",))
    memory.again(STAGE, ("y",))
    assert CALLS == ["x", "y"]


def test_another_stage_works_anew(cache: StageCache) -> None:
    cache(STAGE, ("x",))
    cache(replace(STAGE, name="Triple"), ("x",))
    assert CALLS == ["x", "x"]


def test_another_program_or_library_works_anew(
    cache: StageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stage_key(STAGE, ("x",))
    monkeypatch.setattr("tfpb.pipeline.kept.stage_cache.package_fingerprint", lambda: "other")
    assert stage_key(STAGE, ("x",)) != before
    monkeypatch.undo()
    monkeypatch.setattr("tfpb.pipeline.kept.stage_cache.versions", lambda: {"pandas": "9"})
    assert stage_key(STAGE, ("x",)) != before


@pytest.mark.parametrize(
    "stage",
    [replace(STAGE, kept=""), replace(STAGE, keep_if=lambda text: text != "x")],
)
def test_a_stage_that_must_not_be_kept_is_not(cache: StageCache, stage: Stage) -> None:
    cache(stage, ("x",))
    cache(stage, ("x",))
    assert CALLS == ["x", "x"]
    assert not cache.folder.exists()


def test_values_without_fingerprint_are_worked_on_each_time(cache: StageCache) -> None:
    stage = replace(STAGE, run=lambda _value: {"a": b"1"})
    assert cache(stage, (object(),)) == {"a": b"1"}
    assert not cache.folder.exists()


def spoil_end(data: bytes) -> bytes:
    return data[:-1]


def spoil_nothing_left(_data: bytes) -> bytes:
    return b""


def spoil_bit(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def spoil_mark(data: bytes) -> bytes:
    return b"tfpb 9" + data[6:]


def spoil_wholly(_data: bytes) -> bytes:
    return b"\x80\x04\x95 pickled\n\n\n"


@pytest.mark.parametrize(
    "spoil", [spoil_end, spoil_nothing_left, spoil_bit, spoil_mark, spoil_wholly]
)
def test_a_broken_entry_is_made_again(cache: StageCache, spoil: Any) -> None:
    cache(STAGE, ("x",))
    (entry,) = entries(cache)
    entry.write_bytes(spoil(entry.read_bytes()))
    assert cache(STAGE, ("x",)) == {"a": b"xx", "b": b""}
    assert CALLS == ["x", "x"]
    cache(STAGE, ("x",))
    assert CALLS == ["x", "x"]


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = StageCache(tmp_path / "file" / "kept")
    assert cache(STAGE, ("x",)) == {"a": b"xx", "b": b""}
    cache.tidy()


def test_the_folder_is_bounded_and_what_serves_stays(cache: StageCache) -> None:
    for k in range(6):
        cache(STAGE, (str(k) * 500,))
    oldest_first = sorted(entries(cache), key=lambda p: p.stat().st_mtime_ns)
    for age, path in enumerate(oldest_first):
        os.utime(path, ns=(age * 10**9, age * 10**9))
    cache(STAGE, ("0" * 500,))  # used again: it is no longer the oldest
    size = oldest_first[0].stat().st_size
    (cache.folder / ".ecriture-left").write_bytes(b"half")
    replace(cache, most_bytes=3 * size + 10).tidy()
    kept = entries(cache)
    assert len(kept) == 3
    assert oldest_first[0] in kept
    assert oldest_first[1] not in kept
    assert sum(p.stat().st_size for p in kept) <= 3 * size + 10


def test_a_form_that_loses_something_is_found_where_every_result_is_read_back(
    cache: StageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_cache, "from_parts", lambda _form, parts: {"a": parts["a"]})
    cache(STAGE, ("x",))
    assert CALLS == ["x"]
    monkeypatch.setenv(stage_cache.VERIFIES, "1")
    with pytest.raises(AssertionError):
        cache(STAGE, ("y",))


def test_entries_are_for_their_owner_and_named_by_hashes(cache: StageCache) -> None:
    cache(STAGE, ("Résidence du Parc",))
    (entry,) = entries(cache)
    assert len(entry.stem) == 64
    if os.name == "posix":
        assert cache.folder.stat().st_mode & 0o077 == 0
        assert entry.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("said", "expected"), [("non", None), ("0", None), ("/x/y", Path("/x/y"))])
def test_the_user_says_where_or_that_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch, said: str, expected: Path | None
) -> None:
    monkeypatch.setenv("TFPB_CACHE", said)
    assert cache_folder() == expected
    monkeypatch.delenv("TFPB_CACHE")
    assert cache_folder() is not None


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text": ["é", ""],
            "none": pd.Series(["a", None], dtype=object, index=[4, 2]),
            "mixed": [("a", 1), None],
            "number": [1.5, math.nan],
            "whole": pd.array([1, None], dtype="Int64"),
            "flag": [True, False],
            "eur": [Decimal("1.10"), None],
        },
        index=[4, 2],
    )


def test_a_table_comes_back_to_the_cell() -> None:
    back = from_parts(TABLE, to_parts(TABLE, table()))
    pd.testing.assert_frame_equal(back, table())
    assert fingerprint(back) == fingerprint(table())
    assert back["mixed"].iloc[0] == ("a", 1)
    assert back["none"].iloc[1] is None


def published() -> Published:
    rows = pd.DataFrame(
        {
            "vague": ["2023", "2023"], "bailleur": ["b", "b"], "item": ["q", "r"],
            "groupe": ["qpv", "qpv"], "n": [math.nan, 40.0], "estimation": [math.nan, 0.5],
            "publication": ["masque", "publiable"],
        }
    )  # fmt: skip
    items = pd.DataFrame({"item": ["q"], "axes": [(3, 4)], "tete_de_theme": [True]})
    waves = (WaveFacts("2023", 40, 12, -1, -1, poids="p"),)
    notices = (
        Fault("sans_poids", Place("f.csv", "", 3, "c"), "lu", {"n": 3, "d": None}, Severity.DOUTE),
    )
    settings: dict[str, object] = {"strates": ("a", "b"), "marge": 5.0, "moyennes": ({"e": 1},)}
    empty = rows.iloc[:0]
    return Published(rows, empty, empty, items, waves, notices, settings, _SEAL)


def test_protected_tables_come_back_whole() -> None:
    back = from_parts(PUBLICATION, to_parts(PUBLICATION, published()))
    assert fingerprint(back) == fingerprint(published())
    assert back.notices[0].severity is Severity.DOUTE
    assert from_parts(PUBLICATION, to_parts(PUBLICATION, None)) is None


def test_a_masked_row_that_was_tampered_with_shows_nothing() -> None:
    rows = published().comparison.assign(n=[7.0, 40.0], estimation=[0.9, 0.5])
    spoilt = replace(published(), comparison=rows)
    back = from_parts(PUBLICATION, to_parts(PUBLICATION, spoilt))
    assert np.isnan(back.comparison.loc[0, ["n", "estimation"]].astype(float)).all()


@pytest.mark.parametrize("form", [TABLE, PUBLICATION, FILES])
def test_answers_and_unprotected_estimates_have_no_form(cache: StageCache, form: str) -> None:
    empty = pd.DataFrame()
    for value in (
        Survey(pd.DataFrame({"repondant": ["R1"]}), {}, {}, {}),
        Estimates(empty, empty, empty, empty),
    ):
        stage = Stage("Réponses", ("text",), "answers", lambda _t, v=value: v, kept=form)
        assert cache(stage, ("x",)) is value
    assert not cache.folder.exists()
