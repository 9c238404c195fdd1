"""What the program writes is what was frozen: see README.md of this folder."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import numpy as np
import pack_texts
import packs
import pytest

from effort import tries
from example_pack import undrawn
from tfpb.io.packs.provenance import versions

if TYPE_CHECKING:
    from pathlib import Path


DATA_ONLY = ("region", "desordre", "parc")[: tries(3, 1)]
"""By day: documents of a region take long; of a stock alone they are in test_cli_dossier.py, and those of
the example show each section."""
LOCK = packs.ROOT / "requirements" / "dev.txt"


def other_libraries() -> list[str]:
    """Return the libraries that are not those of the lock: they may write other bytes."""
    locked = set(re.findall(r"^([\w.-]+==[\w.]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    here = (f"{k}=={v}" for k, v in versions().items() if k not in ("tfpb", "python"))
    return [one for one in here if one not in locked]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    other = other_libraries()
    if sys.platform != "linux" or other:
        pytest.skip(f"frozen on Linux with the locked libraries: {sys.platform}, {other}")
    folder = tmp_path_factory.mktemp("figes")
    packs.prepare(folder)
    return folder


@pytest.mark.parametrize("name", list(packs.SUBJECTS))  # `--verifier` takes nothing that was kept
def test_what_is_written_is_what_was_frozen(
    name: str, work: Path, stages: Path, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    data_only = name in DATA_ONLY
    if data_only:
        undrawn(monkeypatch)
    if data_only and name == "region":
        pasted = request.getfixturevalue("pasted_region")  # as the help's example has it
        taken = pack_texts.take(pasted.parent, pictured=lambda _: False)
    else:
        taken = packs.run(name, work, data_only=data_only, kept=stages)
    pages = pack_texts.poppler().startswith(packs.POPPLER)
    told = list(packs.differences(name, taken, data_only=data_only, pages=pages))
    assert not told, "\n".join(["", *told, "", f"si c'est voulu : --figer --seulement {name}"])
    if not pages:
        pytest.skip(f"poppler {packs.POPPLER} is not installed: the PDF were left out")


def test_a_change_is_told_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "FROZEN", tmp_path)
    white = np.full((96, 96), 255, dtype=np.uint8)
    long = [f"ligne {k}" for k in range(10_000)]
    first = pack_texts.Taken({"a.csv": ["# utf-8", "loyer;12,5"], "b.csv": long}, {"c.png": white})
    packs.freeze("parc", first, tmp_path)
    assert not list(packs.differences("parc", first))
    dark = white.copy()
    dark[:16, :16] = 120
    moved = pack_texts.Taken(
        {"a.csv": ["# utf-8", "loyer;12,50"], "b.csv": [*long[:7], "autre", *long[8:]]},
        {"c.png": dark},
    )
    assert list(packs.differences("parc", moved)) == [
        "a.csv :", "    ligne 2 − loyer;12,5", "    ligne 2 + loyer;12,50",
        "b.csv :", "    ligne 8 − (empreinte seule)", "    ligne 8 + autre",
        "c.png : image, écart moyen 3.75 (≤ 1.5), plus grand bloc 135 (≤ 24)",
    ]  # fmt: skip
