"""Photographs that walking diagnostics name: reduced, without what the camera wrote in them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Severity
from tfpb.io.tables.contents import max_file_bytes
from tfpb.model.columns import stamped_place

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tfpb.io.sources.gathering import Gathering
    from tfpb.model.settings import Settings

ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".heic")
_SIDE_PX: Final = 900
_QUALITY: Final = 80


def read_photos(gathered: Gathering, settings: Settings, walked: pd.DataFrame) -> dict[str, bytes]:
    """Read the photographs of a table of diagnostics, by name as written.

    Each is a JPEG of 900 pixels at most, upright, without place, date or device. `photo` names a file next
    to the dossier; any other text (« oui ») names none. `gathered` gets a source each, and a doubt where
    there is no picture to read.
    """
    out: dict[str, bytes] = {}
    cells = walked["photo"].fillna("").astype(str) if "photo" in walked else ()
    for row, name in enumerate(cells):
        if name in out or not name.lower().endswith(ENDINGS):
            continue
        path = settings.path(name)
        try:
            out[name] = reduced(path)
        except (OSError, ValueError):
            place = stamped_place(walked, row, "photo")
            gathered.faults.append(Fault("photo_illisible", place, name, severity=Severity.DOUTE))
        else:
            gathered.note("photo", path, 1)
    return out


def reduced(path: Path) -> bytes:
    """Return a photograph as a JPEG of its pixels alone: no place, date, device nor comment goes with it.

    OSError or ValueError for what is no picture, or too large a one.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - where there is a photograph

    if path.stat().st_size > max_file_bytes():
        raise ValueError(path)
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Image.DecompressionBombError as error:
        raise ValueError(path) from error
    upright.thumbnail((_SIDE_PX, _SIDE_PX))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)  # the picture alone: what else the file held stays behind
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
