"""The Windows package under Wine: made once, its geography imported once. Of the night (TFPB_ESSAIS=tous)."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "packaging" / "windows"))

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a prefix with the package and the example's geography, or skip by name.

    TFPB_WINE names a folder where wheels, zip and prefix are kept from one run to the next.
    """
    if os.environ.get("TFPB_ESSAIS") != "tous":
        pytest.skip("le paquet Windows ne s’essaie sous Wine que la nuit (TFPB_ESSAIS=tous)")
    import under_wine

    if not under_wine.available():
        pytest.skip("Wine absent : paquets Debian « wine » et « wine64 » non installés")
    from check import default_index

    kept = os.environ.get("TFPB_WINE")
    made = under_wine.ready(
        Path(kept) if kept else tmp_path_factory.mktemp("wine"), default_index()
    )
    for folder in ("exemples", "essais", "geo"):
        shutil.rmtree(made.drive / folder, ignore_errors=True)
    shutil.copytree(ROOT / "examples", made.drive / "exemples")
    (made.drive / "essais").mkdir()
    sources = r"C:\exemples\valmont\geodonnees_sources"
    for words in (
        (
            "importer-adresses",
            rf"{sources}\adresses-59999.csv.gz",
            rf"{sources}\lieux-dits-59999.csv.gz",
        ),
        ("importer-qpv", rf"{sources}\qpv2015_valmont.geojson", "--millesime", "2015"),
        ("importer-qpv", rf"{sources}\qpv2024_valmont.geojson", "--millesime", "2024"),
        ("importer-communes", rf"{sources}\commune_valmont.geojson"),
    ):
        done = made.tfpb("geodonnees", *words, "--geodonnees", r"C:\geo")
        assert done.returncode == 0, done.stdout + done.stderr
    yield made
    made.stop()
