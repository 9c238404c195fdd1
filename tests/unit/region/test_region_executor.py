"""Where partitions run changes nothing; a lost worker's parts run again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tfpb.errors import TfpbError
from tfpb.executor import Dask, InProcess, Processes, executor

if TYPE_CHECKING:
    from pathlib import Path


def square(value: int) -> int:
    return value * value


def killed_once(task: tuple[int, str]) -> int:
    """Kill the process that runs part 3, the first time."""
    value, mark = task
    if value == 3 and not os.path.exists(mark):  # noqa: PTH110 - runs in a bare worker
        with open(mark, "w") as file:  # noqa: PTH123 - idem
            file.write("")
        os.kill(os.getpid(), signal.SIGKILL)
    return value * value


def slow_square(value: int) -> int:
    time.sleep(0.3)
    return value * value


def test_results_come_in_the_order_of_the_parts() -> None:
    seen: list[int] = []
    assert InProcess().map(square, range(7), seen.append) == [k * k for k in range(7)]
    assert sum(seen) == 7
    with closing(Processes(2)) as runs:
        assert runs.map(square, range(7)) == [k * k for k in range(7)]


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    tasks = [(k, str(tmp_path / "tue")) for k in range(6)]
    with closing(Processes(2)) as runs:
        assert runs.map(killed_once, tasks) == [k * k for k in range(6)]
    assert (tmp_path / "tue").exists()


def test_engines_by_name() -> None:
    assert isinstance(executor("local", workers=8), InProcess)
    assert isinstance(executor("processus", workers=1), InProcess)
    assert isinstance(executor("processus", workers=2), Processes)
    assert isinstance(executor("dask", workers=1, scheduler="tcp://a:1"), Dask)
    for engine, code in (("dask", "ordonnanceur_absent"), ("spark", "moteur_inconnu")):
        with pytest.raises(TfpbError) as error:
            executor(engine, workers=1)
        assert [f.code for f in error.value.faults] == [code]


@pytest.mark.slow
def test_dask_with_a_worker_lost_in_the_middle(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="l’option dask n’est pas installée")
    here = os.path.dirname(__file__)  # noqa: PTH120 - for a child's path
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([here, *sys.path])}
    address = tmp_path / "ordonnanceur.json"
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard",
             "--scheduler-file", str(address)],
            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
    ]  # fmt: skip
    try:
        children += [
            subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file",
                 str(address), "--nthreads", "1", "--no-nanny", "--no-dashboard",
                 "--local-directory", str(tmp_path)],
                env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for _ in range(2)
        ]  # fmt: skip
        scheduler = _address(address)
        lost: list[int] = []

        def kill_one(count: int) -> None:
            lost.append(count)
            if len(lost) == 3:
                children[1].kill()

        parts = list(range(20))
        assert Dask(scheduler).map(slow_square, parts, kill_one) == [k * k for k in parts]
        assert children[1].wait(timeout=20) != 0
    finally:
        for child in reversed(children):
            child.kill()
            child.wait()


def _address(path: Path) -> str:
    for _ in range(600):
        if path.exists() and path.stat().st_size:
            try:
                return str(json.loads(path.read_text())["address"])
            except ValueError:
                pass
        time.sleep(0.1)
    raise AssertionError("scheduler")


def pid(_value: int) -> int:
    return os.getpid()


def test_processes_give_way_to_new_ones() -> None:
    with closing(Processes(1, renew_after=12)) as runs:
        seen = runs.map(pid, range(30))
        assert len(set(seen)) == 3
        assert len(set(seen[:12])) == 1
