"""A dossier on Bondy for the tests that go the whole way on real addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from simulate_bondy import make_bondy, real_bondy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def bondy_source() -> Path:
    """Return the folder of the real files of Bondy, or skip."""
    folder = real_bondy()
    if not folder.is_dir():
        pytest.skip("les données réelles de Bondy ne sont pas là (TFPB_DONNEES_REELLES)")
    return folder


@pytest.fixture(scope="session")
def bondy_dossier(bondy_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the dossier once a session and return its `dossier.toml`."""
    return make_bondy(tmp_path_factory.mktemp("bondy_dossier"), source=bondy_source)
