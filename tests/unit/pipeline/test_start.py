"""A command loads what it needs before its first line, and no more."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_HEAVY = (
    "pandas",
    "pydantic",
    "pyogrio",
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
        # asked before anything is read: is the pack in place the one that would be written?
        (("tfpb.pipeline.kept.standing_pack",), ()),
        (
            (
                "tfpb.addresses.file_geocoder",
                "tfpb.io.open_questions.table_questions",
                "tfpb.pipeline.jobs.address_job",
            ),
            ("pandas",),
        ),
        (
            ("tfpb.pipeline.jobs.point_job",),
            ("geopandas", "pandas"),
        ),
        # what works for the page is loaded in a process of its own; its screens read tables and plans
        (("tfpb.page.serve",), ("geopandas", "pandas", "pydantic", "tfpb.survey")),
    ],
)
def test_a_room_that_no_step_called_is_not_loaded(
    modules: tuple[str, ...], loaded: tuple[str, ...]
) -> None:
    program = f"import sys, json, {', '.join(modules)}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    found = set(json.loads(done.stdout))
    assert sorted(found.intersection(_HEAVY)) == sorted(loaded)
