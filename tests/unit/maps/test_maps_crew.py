"""Calls shared between this process and others: order, lost processes, errors, a killed starter."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import crew_work
import pytest

from tfpb.executors import Crew

STARTER = """
import sys, threading
from tfpb.executors import Crew
import crew_work
if __name__ == "__main__":
    crew = Crew(2)
    crew.gather(lambda folder: crew.run(crew_work.wait_beside, folder), [sys.argv[1]] * 2)
"""


def test_one_call_at_a_time_here_the_others_elsewhere() -> None:
    crew = Crew(2)
    told: list[int] = []
    try:
        parts = [0.3] * 6
        found = crew.gather(lambda part: crew.run(crew_work.where, part), parts, told.append)
    finally:
        crew.close()
    assert len(found) == len(told) == 6
    assert os.getpid() in found
    assert 1 <= len(set(found) - {os.getpid()}) <= 1


def test_a_crew_of_one_starts_nothing() -> None:
    crew = Crew(1)
    assert set(crew.gather(lambda part: crew.run(crew_work.where, part), [0.0] * 4)) == {
        os.getpid()
    }
    assert crew._pool is None


def test_what_a_lost_process_held_is_done_here() -> None:
    crew = Crew(2)
    try:
        found = crew.gather(lambda part: crew.run(crew_work.fatal_elsewhere, part), list(range(5)))
    finally:
        crew.close()
    assert found == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_is_raised_here_and_ends_the_rest(workers: int) -> None:
    crew = Crew(workers)
    try:
        with pytest.raises(ValueError, match="3"):
            crew.gather(lambda part: crew.run(crew_work.refuse, part), list(range(6)))
    finally:
        crew.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    script = tmp_path / "starter.py"
    script.write_text(STARTER, encoding="utf-8")
    here = Path(__file__).parent
    path = os.pathsep.join([str(here.parents[2] / "src"), str(here)])
    starter = subprocess.Popen(
        [sys.executable, script, tmp_path], env={**os.environ, "PYTHONPATH": path}
    )
    deadline = time.monotonic() + 120
    while len(list(tmp_path.glob("*.pid"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    pids = {int(p.stem) for p in tmp_path.glob("*.pid")} - {starter.pid}
    assert len(pids) == 1
    starter.kill()
    starter.wait()
    (other,) = pids
    while _alive(other) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(other)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
