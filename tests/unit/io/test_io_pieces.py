"""The folder of pieces: names matched, bytes hashed, photographs bare, nothing read."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import pandas as pd
from PIL import Image
from test_io_photos import camera, settings

from tfpb.io.attachments.piece_files import read_pieces
from tfpb.io.sources.gathering import Gathering

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.model.settings import Settings

CITED = pd.DataFrame(
    {"piece": ["FA-101; FA-102", None, "FA-103"], "photo": ["hall.jpg", "oui", ""]}
)


def given(folder: Path, name: str = "pieces") -> Settings:
    made = settings(folder)
    return made.model_copy(update={"fichiers": made.fichiers.model_copy(update={"pieces": name})})


def test_cited_files_are_hashed_and_the_folder_is_one_source(tmp_path: Path) -> None:
    inner = tmp_path / "pieces" / "mars"
    inner.mkdir(parents=True)
    (inner / "fa 101.pdf").write_bytes(b"%PDF illisible")
    (inner / "sans rapport.pdf").write_bytes(b"autre")
    (inner / ".FA-102.pdf").write_bytes(b"cache")
    (inner / "~$FA-102.docx").write_bytes(b"verrou")
    (tmp_path / "FA-103.pdf").write_bytes(b"dehors")
    (inner / "FA-103.pdf").symlink_to(tmp_path / "FA-103.pdf")
    gathered = Gathering()
    files, copies = read_pieces(gathered, given(tmp_path), CITED)
    assert files is not None
    [one] = files
    digest = hashlib.sha256(b"%PDF illisible").hexdigest()
    assert (one.name, one.sha256, one.size_bytes, one.copy) == ("mars/fa 101.pdf", digest, 14, "")
    assert copies == {}
    [source] = gathered.sources
    assert (source.role, source.name, source.rows) == ("pieces", "pieces", 1)
    (inner / "fa 101.pdf").write_bytes(b"%PDF corrige !")
    again = Gathering()
    read_pieces(again, given(tmp_path), CITED)
    assert again.sources[0].sha256 != source.sha256


def test_a_photograph_goes_into_the_pack_as_pixels_alone(tmp_path: Path) -> None:
    (tmp_path / "pieces").mkdir()
    camera(tmp_path / "pieces" / "hall.jpg")
    original = (tmp_path / "pieces" / "hall.jpg").read_bytes()
    assert b"Untel" in original
    files, copies = read_pieces(Gathering(), given(tmp_path), CITED)
    assert files is not None
    [one] = files
    assert one.sha256 == hashlib.sha256(original).hexdigest()
    assert one.copy == f"pieces/{one.sha256[:12]}.jpg"
    copy = copies[one.copy]
    assert b"Untel" not in copy
    assert b"Marque" not in copy
    with Image.open(io.BytesIO(copy)) as picture:
        assert not picture.getexif()


def test_what_is_no_picture_has_no_copy(tmp_path: Path) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / "hall.jpg").write_bytes(b"rien")
    gathered = Gathering()
    files, copies = read_pieces(gathered, given(tmp_path), CITED)
    assert files is not None
    assert (files[0].copy, copies) == ("", {})
    assert [f.code for f in gathered.faults] == ["photo_illisible"]


def test_a_folder_that_is_not_there_is_a_fault_and_none_is_nothing(tmp_path: Path) -> None:
    gathered = Gathering()
    assert read_pieces(gathered, given(tmp_path), CITED) == (None, {})
    assert [f.code for f in gathered.faults] == ["pieces_sans_dossier"]
    assert read_pieces(Gathering(), settings(tmp_path), CITED) == (None, {})
    (tmp_path / "pieces").mkdir()
    assert read_pieces(Gathering(), given(tmp_path), None) == ((), {})
