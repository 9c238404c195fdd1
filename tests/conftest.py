"""What every test may use: where real data lies; and nothing kept between runs unless a test asks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
os.environ["TFPB_CACHE"] = "non"


def real_folder() -> Path:
    """Return the folder of real files: TFPB_DONNEES_REELLES, or `shared/data` beside the clone."""
    return Path(os.environ.get("TFPB_DONNEES_REELLES", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = real_folder()
    if not folder.is_dir():
        pytest.skip("les données réelles ne sont pas là (TFPB_DONNEES_REELLES)")
    return folder


@pytest.fixture(scope="session")
def example() -> Path:
    return ROOT / "examples" / "valmont"
