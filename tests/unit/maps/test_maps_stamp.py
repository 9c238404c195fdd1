"""The hash of a run, set on a sheet that is drawn already."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from map_models import synthetic
from PIL import Image

from tfpb.region.pdf_atlas import AtlasPage, atlas_bytes
from tfpb.report.print_map import map_panel, map_print
from tfpb.report.print_map.map_layers import atlas
from tfpb.report.print_map.map_view import page_view
from tfpb.report.print_map.stamp import stamp_pdf, with_room

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.report.print_map.map_print import MapPicture


@pytest.fixture
def day() -> dt.date:
    return dt.date(2026, 2, 10)


@pytest.fixture(scope="module")
def bare() -> MapPicture:
    model = synthetic(quarters=2, residences=30)
    return map_print.draw_view(page_view(model, model.pages[0], atlas(model, 2154), dpi=100))


def text_of(pdf: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout


def test_the_hash_can_be_read_after_its_label(bare: MapPicture, tmp_path: Path) -> None:
    assert "empreinte 3fa9c1d2" in text_of(
        map_print.stamped(bare, "3fa9c1d2").pdf, tmp_path
    ).replace("  ", " ")
    assert "0123456789abcdef"[8:] in text_of(map_print.stamped(bare, "89abcdef").pdf, tmp_path)


def test_nothing_else_of_the_sheet_moves(bare: MapPicture) -> None:
    first, second = (map_print.stamped(bare, h) for h in ("3fa9c1d2", "00000000"))
    assert len(first.pdf) == len(second.pdf)
    assert sum(a != b for a, b in zip(first.pdf, second.pdf, strict=True)) == 8
    one, other = (np.asarray(Image.open(io.BytesIO(p.png))) for p in (first, second))
    rows, columns = np.nonzero(one != other)
    dot = 25.4 / 100
    assert rows.min() * dot > map_panel.STAMP_Y - 3
    assert rows.max() * dot < map_panel.STAMP_Y + 1
    assert columns.min() * dot >= map_panel.STAMP_X - 0.5
    assert columns.max() * dot < map_panel.STAMP_X + 14


def test_what_is_under_the_hash_is_paper(bare: MapPicture) -> None:
    picture = Image.open(io.BytesIO(bare.png)).convert("L")
    dots = 100 / 25.4
    x, y = map_panel.STAMP_X, map_panel.STAMP_Y
    place = tuple(int(v * dots) for v in (x - 0.5, y - 2.5, x + 14, y + 0.5))
    assert np.asarray(picture.crop(place)).min() > 250


def test_a_stamped_sheet_can_be_bound(bare: MapPicture, tmp_path: Path, day: dt.date) -> None:
    page = map_print.stamped(bare, "3fa9c1d2").pdf
    sheets = [AtlasPage("QN05901N", "Page", "Commune", page)]
    bound = atlas_bytes(sheets, title="Atlas", author="tfpb", date=day, note="")
    assert "3fa9c1d2" in text_of(bound, tmp_path)


@pytest.mark.parametrize("wrong", ["", "3fa9c1d2e", "zz", ") Tj ET"])
def test_what_is_no_hash_is_refused(bare: MapPicture, wrong: str) -> None:
    with pytest.raises(ValueError, match="hash"):
        stamp_pdf(bare.pdf, wrong)


def test_another_file_is_refused(bare: MapPicture) -> None:
    with pytest.raises(ValueError, match="no room"):
        stamp_pdf(b"%PDF-1.7", "3fa9c1d2")
    for cut in (b"%PDF-1.7", bare.pdf.replace(b"/MediaBox", b"/MediaBix"), bare.pdf[:-20]):
        with pytest.raises(ValueError, match="pdf"):
            with_room(cut, x_mm=1, y_mm=1)
