"""Where partitions run changes nothing; a lost worker's parts run again."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from effort import by_night, tries
from tfpb.cli.region import _tls
from tfpb.errors import TfpbError
from tfpb.executors import Dask, InProcess, Processes, executor

if TYPE_CHECKING:
    from collections.abc import Iterator


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


def test_results_are_taken_while_the_next_are_made(tmp_path: Path) -> None:
    """Parts are asked for as they are needed, and one that is long to come holds no more than a few."""
    asked: list[int] = []

    def parts() -> Iterator[tuple[int, str]]:
        for k in range(40):
            asked.append(k)
            yield k, str(tmp_path / "tue")

    with closing(Processes(2)) as runs:
        made = runs.stream(killed_once, parts())
        first = [next(made) for _ in range(6)]
        assert len(asked) < 6 + 9
        assert [*first, *made] == [k * k for k in range(40)]


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
@pytest.mark.skipif(not tries(0, 1), reason="une grappe dont un ouvrier se perd : TFPB_ESSAIS=tous")
def test_dask_with_a_worker_lost_in_the_middle(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="l’option dask n’est pas installée")
    from dask_cluster import dask_cluster

    parts = list(range(20))
    lost: list[int] = []
    with dask_cluster(tmp_path / "grappe", paths=(Path(__file__).parent,)) as cluster:

        def kill_one(count: int) -> None:
            lost.append(count)
            if len(lost) == 3:
                cluster.workers[0].kill()

        assert Dask(cluster.scheduler).map(slow_square, parts, kill_one) == [k * k for k in parts]
        assert cluster.workers[0].wait(timeout=60) != 0
        assert cluster.workers[1].poll() is None
    assert sum(lost) == len(parts)
    assert all(w.poll() is not None for w in cluster.workers)


@pytest.mark.slow
def test_a_cluster_whose_workers_are_all_lost_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="l’option dask n’est pas installée")
    from dask_cluster import dask_cluster

    with dask_cluster(tmp_path / "grappe", paths=(Path(__file__).parent,)) as cluster:
        begun: list[float] = []

        def kill_all(_count: int) -> None:
            begun.append(time.monotonic())
            for worker in cluster.workers:
                worker.kill()

        with pytest.raises(TfpbError) as error:
            Dask(cluster.scheduler, lost_s=2).map(slow_square, range(20), kill_all)
        assert [f.code for f in error.value.faults] == ["dask_sans_ouvrier"]
        assert error.value.faults[0].fields["reste"] > 0
        assert time.monotonic() - begun[0] < 30


def deadly(_value: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@by_night("test_a_killed_worker_loses_nothing, test_a_cluster_whose_workers_are_all_lost_is_told")
@pytest.mark.slow
def test_a_part_that_kills_its_workers_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="l’option dask n’est pas installée")
    from dask_cluster import dask_cluster

    home = Path(__file__).parent
    with dask_cluster(tmp_path / "grappe", workers=3, paths=(home,), losses=1) as cluster:
        with pytest.raises(TfpbError) as error:
            Dask(cluster.scheduler).map(deadly, [1])
        assert [f.code for f in error.value.faults] == ["dask_part_tuee"]


@pytest.mark.parametrize(
    ("scheduler", "files", "lacking"),
    [
        ("tls://a:1", ("ca.pem", None, None), "--tls-certificat, --tls-cle"),
        ("tcp://a:1", ("ca.pem", "c.pem", "k.pem"), "tls://"),
    ],
)
def test_an_encrypted_cluster_takes_three_files_and_its_address(
    scheduler: str, files: tuple[str | None, ...], lacking: str
) -> None:
    with pytest.raises(TfpbError) as error:
        _tls(scheduler, *(None if f is None else Path(f) for f in files))
    assert [f.code for f in error.value.faults] == ["dask_tls_incomplet"]
    assert error.value.faults[0].fields["manque"] == lacking


@pytest.mark.slow
def test_an_encrypted_cluster_is_opened_by_its_files_alone(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="l’option dask n’est pas installée")
    from dask_cluster import certificate, dask_cluster

    files = certificate(tmp_path)
    home = Path(__file__).parent
    with dask_cluster(tmp_path / "grappe", workers=1, paths=(home,), tls=files) as cluster:
        assert cluster.scheduler.startswith("tls://")
        assert Dask(cluster.scheduler, files).map(square, range(5)) == [0, 1, 4, 9, 16]
        for scheduler in (cluster.scheduler, cluster.scheduler.replace("tls", "tcp")):
            with pytest.raises(TfpbError) as error:
                Dask(scheduler, patience_s=2).map(square, [1])
            assert [f.code for f in error.value.faults] == ["dask_injoignable"]


def test_a_scheduler_that_does_not_answer_is_told() -> None:
    pytest.importorskip("distributed", reason="l’option dask n’est pas installée")
    with pytest.raises(TfpbError) as error:
        Dask("tcp://127.0.0.1:9", patience_s=1).map(square, [1])
    assert [f.code for f in error.value.faults] == ["dask_injoignable"]


def pid(_value: int) -> int:
    return os.getpid()


def test_processes_give_way_to_new_ones() -> None:
    with closing(Processes(1, renew_after=12)) as runs:
        seen = runs.map(pid, range(30))
        assert len(set(seen)) == 3
        assert len(set(seen[:12])) == 1
