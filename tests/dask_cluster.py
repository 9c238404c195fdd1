"""A real Dask scheduler and its workers, each in a process of its own, for as long as a test lasts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STARTS_WITHIN_S = 120
"""A loaded machine of two cores takes long to import a library in three processes."""


@dataclass(frozen=True)
class Cluster:
    """A scheduler that answers, and its workers."""

    scheduler: str
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def dask_cluster(
    folder: Path,
    *,
    workers: int = 2,
    paths: tuple[Path, ...] = (),
    tls: tuple[str, ...] = (),
    losses: int = 5,
) -> Iterator[Cluster]:
    """Start a cluster whose workers import what this process does, and stop every process of it.

    Ports are those the system gives; nothing is taken for started before it has answered. `tls` is the files
    of an encrypted cluster: authority, certificate, key; `losses`, how many workers a part may lose.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "ordonnanceur.json"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, paths), *sys.path]),
           "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(losses)}  # fmt: skip
    names = ("--tls-ca-file", "--tls-cert", "--tls-key")
    secret = [word for pair in zip(names, tls, strict=False) for word in pair]
    protocol = ["--protocol", "tls"] if tls else []
    children: list[subprocess.Popen[bytes]] = []

    def start(module: str, *options: str) -> subprocess.Popen[bytes]:
        log = (folder / f"{module}-{len(children)}.log").open("wb")
        with log:
            child = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *options, *secret],
                env=env, stdout=log, stderr=subprocess.STDOUT, cwd=folder,
            )  # fmt: skip
        children.append(child)
        return child

    try:
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0",
              "--scheduler-file", str(written), *protocol)  # fmt: skip
        scheduler = _address(written, children[0])
        made = tuple(
            start("dask_worker", scheduler, "--nthreads", "1", "--no-nanny",
                  "--local-directory", str(folder))
            for _ in range(workers)
        )  # fmt: skip
        _wait_for_workers(scheduler, workers, tls)
        yield Cluster(scheduler, made)
    finally:
        for child in reversed(children):
            child.kill()
            child.wait()


def certificate(folder: Path) -> tuple[str, str, str]:
    """Make a certificate that is its own authority: authority, certificate, key; skip without OpenSSL."""
    program = shutil.which("openssl")
    if program is None:
        assert os.environ.get("CI") != "true", "openssl is missing under CI"
        pytest.skip("openssl is not installed")
    own, key = str(folder / "certificat.pem"), str(folder / "cle.pem")
    subprocess.run(
        [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=essai",
         "-keyout", key, "-out", own],
        check=True, capture_output=True,
    )  # fmt: skip
    return own, own, key


def _address(path: Path, child: subprocess.Popen[bytes]) -> str:
    ended = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < ended and child.poll() is None:
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError):
            time.sleep(0.1)
    raise AssertionError("scheduler")


def _wait_for_workers(scheduler: str, count: int, tls: tuple[str, ...]) -> None:
    from distributed import Client, Security

    names = ("tls_ca_file", "tls_client_cert", "tls_client_key")
    given = {"security": Security(**dict(zip(names, tls, strict=True)))} if tls else {}
    with Client(scheduler, timeout=f"{STARTS_WITHIN_S}s", set_as_default=False, **given) as client:
        client.wait_for_workers(count, timeout=STARTS_WITHIN_S)
