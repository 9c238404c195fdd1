"""A machine without memory: said as such, whatever the file; nothing is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUN = """
import resource, sys
from tfpb.cli.app import app
import tfpb.pipeline.jobs.address_job, tfpb.addresses.file_geocoder, pyarrow.parquet
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 40_000_000,) * 2)
app(["geocoder", sys.argv[1], "--sortie", sys.argv[2]], prog_name="tfpb")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux sets them")
def test_a_lack_of_memory_is_said(tmp_path: Path) -> None:
    source, out = tmp_path / "long.csv", tmp_path / "sortie.csv"
    line = "1 rue des Lilas;59000;Lille;" + "x" * 200 + "\n"
    source.write_text("adresse;code_postal;commune;note\n" + line * 100_000, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(source), str(out)],
        capture_output=True, env=env, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "La mémoire de ce poste ne suffit pas" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
