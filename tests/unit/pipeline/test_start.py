"""A command loads what it needs before its first line, and no more."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_HEAVY = (
    "scipy",
    "geopandas",
    "matplotlib",
    "openpyxl",
    "statsmodels",
    "folium",
    "tfpb.survey",
    "tfpb.tax",
)


@pytest.mark.parametrize(
    ("modules", "loaded"),
    [
        (("tfpb.cli.app",), ()),
        (("tfpb.addresses.file_geocoder", "tfpb.pipeline.jobs.address_job"), ()),
        (
            ("tfpb.pipeline.jobs.point_job",),
            ("geopandas", "scipy"),
        ),  # limits are searched by its tree
    ],
)
def test_a_room_that_no_step_called_is_not_loaded(
    modules: tuple[str, ...], loaded: tuple[str, ...]
) -> None:
    program = f"import sys, json, {', '.join(modules)}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    found = set(json.loads(done.stdout))
    assert sorted(found.intersection(_HEAVY)) == sorted(loaded)
