"""What every test may use: where real data lies; and nothing kept between runs unless a test asks.

The process of the tests is set up as `tfpb` sets up its own: one thread of linear algebra (two, on two
cores that two workers share, double the time of the survey's tests) and a collector that passes less often.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
os.environ["TFPB_CACHE"] = "non"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when the library is loaded, hence here
gc.set_threshold(50_000, 20, 20)


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
