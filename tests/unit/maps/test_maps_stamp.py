"""The hash of a run, set on a sheet that is drawn already."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from map_models import synthetic
from PIL import Image

from tfpb.region.publishing.atlas import AtlasPage, atlas_bytes
from tfpb.report.print_map import margins, sheets
from tfpb.report.print_map.views import atlas, page_view

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def day() -> dt.date:
    return dt.date(2026, 2, 10)


@pytest.fixture(scope="module")
def bare() -> dict[str, bytes]:
    model = synthetic(quarters=2, residences=30)
    return sheets.draw_sheet(page_view(model, model.pages[0], atlas(model, 2154), dpi=100))


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


def set_on(bare: dict[str, bytes], run_hash: str) -> dict[str, bytes]:
    made = sheets.stamped(bare, run_hash)
    return made | {"pdf": sheets.printed(made["svg"], "Îlot (QN05901N)")}


def dots_of(pdf: bytes, folder: Path) -> np.ndarray:
    """Render a PDF as its readers do, at 100 dots an inch."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "100", "-png", str(path), str(folder / "page")], check=True)
    return np.asarray(Image.open(folder / "page-1.png").convert("RGB")).astype(int)


def only_under_the_hash(one: np.ndarray, other: np.ndarray) -> bool:
    """Check that two pictures differ, and only where the hash stands."""
    rows, columns = np.nonzero((one != other).reshape(*one.shape[:2], -1).any(axis=2))
    dot = 25.4 / 100
    return bool(
        rows.min() * dot > margins.STAMP_Y - 3
        and rows.max() * dot < margins.STAMP_Y + 1
        and columns.min() * dot >= margins.STAMP_X - 0.5
        and columns.max() * dot < margins.STAMP_X + 14
    )


def test_the_hash_can_be_read_after_its_label(bare: dict[str, bytes], tmp_path: Path) -> None:
    assert "empreinte 3fa9c1d2" in text_of(set_on(bare, "3fa9c1d2")["pdf"], tmp_path).replace(
        "  ", " "
    )
    assert "0123456789abcdef"[8:] in text_of(set_on(bare, "89abcdef")["pdf"], tmp_path)


def test_nothing_else_of_the_sheet_moves(bare: dict[str, bytes], tmp_path: Path) -> None:
    first, second = (set_on(bare, h) for h in ("3fa9c1d2", "00000000"))
    one, other = (np.asarray(Image.open(io.BytesIO(p["png"]))) for p in (first, second))
    assert only_under_the_hash(one, other)
    assert only_under_the_hash(*(dots_of(p["pdf"], tmp_path) for p in (first, second)))
    said = [text_of(p["pdf"], tmp_path) for p in (first, second)]
    assert said[0].replace("3fa9c1d2", "00000000").split() == said[1].split()


def test_a_page_and_its_picture_look_alike(bare: dict[str, bytes], tmp_path: Path) -> None:
    """Two ways of drawing: soft edges differ, so squares of a millimetre are compared."""
    made = set_on(bare, "3fa9c1d2")
    page = Image.fromarray(dots_of(made["pdf"], tmp_path).astype(np.uint8))
    picture = Image.open(io.BytesIO(made["png"])).convert("RGB")
    one, other = (
        np.asarray(p.resize((297, 210), Image.Resampling.BOX)).astype(int) for p in (page, picture)
    )
    assert one.std() > 20
    assert (np.abs(one - other).max(axis=2) > 60).mean() < 0.001
    moved = np.roll(other, 1, axis=1)
    assert (np.abs(one - moved).max(axis=2) > 60).mean() > 0.01


def test_what_is_under_the_hash_is_paper(bare: dict[str, bytes]) -> None:
    picture = Image.open(io.BytesIO(bare["png"])).convert("L")
    dots = 100 / 25.4
    x, y = margins.STAMP_X, margins.STAMP_Y
    place = tuple(int(v * dots) for v in (x - 0.5, y - 2.5, x + 14, y + 0.5))
    assert np.asarray(picture.crop(place)).min() > 250


def test_a_stamped_sheet_can_be_bound(bare: dict[str, bytes], tmp_path: Path, day: dt.date) -> None:
    page = set_on(bare, "3fa9c1d2")["pdf"]
    pages = [AtlasPage("QN05901N", "Page", "Commune", page)]
    bound = atlas_bytes(pages, title="Atlas", author="tfpb", date=day, note="")
    assert "3fa9c1d2" in text_of(bound, tmp_path)


def test_no_clock_is_read(bare: dict[str, bytes]) -> None:
    first = set_on(bare, "3fa9c1d2")
    time.sleep(1.1)
    assert set_on(bare, "3fa9c1d2") == first
    assert b"CreationDate" not in first["pdf"]


def test_a_title_and_a_hash_are_text_whatever_they_hold(
    bare: dict[str, bytes], tmp_path: Path
) -> None:
    hostile = '#panic("x") \\ $1$ ") <b>'
    page = sheets.printed(sheets.stamped(bare, "#panic <b>&")["svg"], hostile)
    assert "#panic <b>&" in text_of(page, tmp_path)


def test_a_sheet_is_a_tagged_page_in_french(bare: dict[str, bytes]) -> None:
    page = set_on(bare, "3fa9c1d2")["pdf"]
    assert b"pdfuaid:part" in page
    assert re.search(rb"/Lang ?\(fr", page)
