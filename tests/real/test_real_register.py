"""The register (RPLS) of a real commune is enough for a dossier: no fault, no dwelling lost."""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from register_bondy import HEADERS, NOBODY, write_register
from typer.testing import CliRunner

from everywhere import small_settings
from tfpb.cli.app import app
from tfpb.errors import Severity
from tfpb.io.packs.provenance import run_record
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import examine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tfpb.facts.whole_dossier import Dossier

pytestmark = [pytest.mark.real, pytest.mark.slow]
DWELLINGS = 10_862
ENTRANCES = 656
# Bounds that a change must not cross; what is reached is in docs/benchmarks-places.md.
PRECISION = 0.98
RECALL = {"2023": 0.95, "2022": 0.75}
"""With the file's own points, and where addresses are geocoded."""


@pytest.fixture(scope="module")
def geodata(tmp_path_factory: pytest.TempPathFactory, bondy_source: Path) -> Path:
    """Import Bondy's geography."""
    folder = tmp_path_factory.mktemp("bondy_rpls") / "geodonnees"
    outlines = bondy_source.parent / "contours" / "communes-93-seine-saint-denis.geojson"
    for words in (
        ("importer-adresses", bondy_source / "ban.csv"),
        ("importer-qpv", bondy_source / "qpv2015.geojson", "--millesime", "2015"),
        ("importer-communes", outlines),
    ):
        line = ["geodonnees", *map(str, words), "--geodonnees", str(folder)]
        assert CliRunner().invoke(app, line).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, bondy_source: Path, geodata: Path
) -> Callable[[str], Dossier]:
    """Return the dossier of the register under some headers, made once."""

    @cache
    def of(header: str) -> Dossier:
        folder = tmp_path_factory.mktemp(header)
        write_register(folder / "patrimoine.csv", bondy_source, header)
        toml = folder / "dossier.toml"
        toml.write_text(small_settings().replace("annee = 2025", "annee = 2023"), encoding="utf-8")
        found = examine(load_settings(toml), geodata)
        assert [f.code for f in found.faults if f.severity is Severity.FAUTE] == []
        assert found.dossier is not None
        return found.dossier

    return of


@pytest.mark.parametrize("header", list(HEADERS))
def test_no_dwelling_is_lost(made: Callable[[str], Dossier], header: str) -> None:
    whole = made(header)
    located = whole.located
    assert len(located.entrances) == ENTRANCES
    assert int(located.entrances["nb_logements"].sum()) == DWELLINGS
    sides = ["logements_dans", "logements_hors", "logements_a_verifier"]
    assert int(located.residences[sides].to_numpy().sum()) == DWELLINGS
    record = run_record(whole)
    assert all(check["tenu"] for check in record["controles"])
    assert [s["lignes"] for s in record["entrees"] if s["role"] == "patrimoine"] == [DWELLINGS]
    told = located.entrances.to_csv() + json.dumps(record, default=str)
    assert NOBODY not in told
    assert "LOYER" not in told.upper()


@pytest.mark.parametrize("header", list(RECALL))
def test_proposed_residences_are_the_real_programmes(
    made: Callable[[str], Dossier], header: str
) -> None:
    proposed, real = (made(name).located.entrances for name in (header, "bailleur"))
    assert proposed["adresse"].tolist() == real["adresse"].tolist()
    a, b = proposed["id_residence"].tolist(), real["id_residence"].tolist()
    pairs = list(combinations(range(len(a)), 2))
    together = sum(a[i] == a[j] for i, j in pairs)
    programmes = sum(b[i] == b[j] for i, j in pairs)
    both = sum(a[i] == a[j] and b[i] == b[j] for i, j in pairs)
    assert both / together >= PRECISION
    assert both / programmes >= RECALL[header]
