"""What was sent: a copy beside the pack that no later run, draft or release, writes again."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from tfpb.io.packs.pack import read_pack, write_pack
from tfpb.io.packs.sent import keep_sent, sent_before
from tfpb.pipeline.last_pack import past_years
from tfpb.pipeline.published_before import bailleurs_of, precedents

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2026, 2, 10)
RECORD = json.dumps({"reglages": {"dossier": {"bailleur": "Habitat"}}}).encode()


def made(folder: Path, text: bytes) -> Path:
    files = {"technique/run.json": RECORD, "donnees/a.csv": text}
    return write_pack(folder / "dossier", files, {"durees_s": {}}).folder


def test_a_send_is_never_written_again(tmp_path: Path) -> None:
    sends = [
        keep_sent(made(tmp_path, text), 2025, DAY) for text in (b"un", b"deux", b"un", b"trois")
    ]
    assert [s.name for s in sends] == [
        "2025-2026-02-10", "2025-2026-02-10-2", "2025-2026-02-10", "2025-2026-02-10-3",
    ]  # fmt: skip
    assert sent_before(tmp_path, tmp_path) == tuple(dict.fromkeys(sends))
    assert (sends[0] / "donnees" / "a.csv").read_bytes() == b"un"
    assert not (sends[0] / "technique" / "journal.json").exists()
    assert read_pack(sends[1])["donnees/a.csv"] == b"deux"
    with pytest.raises(PermissionError):
        _as_someone(sends[0] / "donnees" / "a.csv")
    (tmp_path / "envois" / "notes").mkdir()
    assert len(sent_before(tmp_path)) == 3


def _as_someone(path: Path) -> None:
    """Write as one who is not root: root writes whatever its mode says."""
    if not path.stat().st_mode & 0o222:
        raise PermissionError(path.name)
    path.write_bytes(b"")


def test_ten_sends_of_a_day_are_in_their_order(tmp_path: Path) -> None:
    for k in range(11):
        keep_sent(made(tmp_path, b"%d" % k), 2025, DAY)
    last = sent_before(tmp_path)[-1]
    assert last.name == "2025-2026-02-10-11"


def test_a_send_without_survey_is_no_precedent_and_tells_its_money(tmp_path: Path) -> None:
    sent = keep_sent(made(tmp_path, b"un"), 2025, DAY)
    assert bailleurs_of(sent) == ("Habitat",)
    assert precedents(["Habitat"], "bb", [], (), (sent,)).releases == ()
    assert past_years("Habitat", 2026, (sent,)) == {}
