"""Photographs: reduced, upright, without what the camera wrote; what cannot be read is a doubt."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import pandas as pd
from PIL import Image

from tfpb.io.attachments.photos import read_photos
from tfpb.io.sources.gathering import Gathering
from tfpb.model.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def settings(folder: Path) -> Settings:
    head = {"titre": "t", "annee": 2025, "date": dt.date(2026, 1, 1), "bailleur": "B"}
    files = {"patrimoine": "p.xlsx"}
    made = Settings.model_validate({"dossier": head, "fichiers": files})
    return made.model_copy(update={"folder": folder})


def camera(path: Path) -> None:
    picture = Image.new("RGB", (1600, 1200), "white")
    picture.paste("black", (0, 0, 800, 1200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Marque de telephone"
    exif.get_ifd(0x8825)[1] = "N"  # the place
    picture.save(path, exif=exif, comment=b"Mme Untel")


def test_a_photograph_is_reduced_upright_and_bare(tmp_path: Path) -> None:
    camera(tmp_path / "hall.jpg")
    walked = pd.DataFrame({"photo": ["hall.jpg", "oui", None, "hall.jpg"]})
    gathered = Gathering()
    found = read_photos(gathered, settings(tmp_path), walked)
    assert list(found) == ["hall.jpg"]
    with Image.open(io.BytesIO(found["hall.jpg"])) as picture:
        assert picture.size == (675, 900)
        assert not picture.getexif()
        assert "comment" not in picture.info
    assert b"Marque" not in found["hall.jpg"]
    assert b"Untel" not in found["hall.jpg"]
    assert [(s.role, s.name) for s in gathered.sources] == [("photo", "hall.jpg")]
    assert gathered.faults == []
    assert read_photos(Gathering(), settings(tmp_path), walked) == found


def test_what_is_no_picture_is_a_doubt_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "faux.png").write_bytes(b"rien")
    walked = pd.DataFrame(
        {
            "photo": ["faux.png", "absente.jpg"],
            "_fichier": "d.csv",
            "_feuille": "",
            "_ligne": [2, 3],
        }
    )
    gathered = Gathering()
    assert read_photos(gathered, settings(tmp_path), walked) == {}
    assert [(f.code, f.place.row) for f in gathered.faults] == [
        ("photo_illisible", 2), ("photo_illisible", 3),
    ]  # fmt: skip
    assert gathered.sources == []
