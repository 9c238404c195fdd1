"""The example's geography, imported once for the tests of packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tfpb.addresses.imports import import_addresses
from tfpb.geodata.ground_imports import import_communes_outlines
from tfpb.geodata.qpv_imports import import_qpv

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def geodata_of_example(tmp_path_factory: pytest.TempPathFactory, example: Path) -> Path:
    folder = tmp_path_factory.mktemp("geodonnees_exemple")
    sources = example / "geodonnees_sources"
    import_addresses(
        [sources / "adresses-59999.csv.gz", sources / "lieux-dits-59999.csv.gz"], folder=folder
    )
    for vintage in (2015, 2024):
        import_qpv(sources / f"qpv{vintage}_valmont.geojson", vintage=vintage, folder=folder)
    import_communes_outlines(sources / "commune_valmont.geojson", folder=folder)
    return folder
