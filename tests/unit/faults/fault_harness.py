"""Commands run in a child that is killed, refused or starved of disk at a chosen operation.

A server process imports the program and runs commands soundly once (mode `ici`), then forks a child for
each trial, which pays for neither imports nor fonts again. The child watches, by an audit hook, every
operation on files under the folders of the trial (open for writing, rename, make, remove, database)
and at the chosen one

- `tuer`: kills itself (SIGKILL), as a power cut or the task manager would;
- `refuser`: is refused (EACCES), as by a file open in a spreadsheet or rights taken away;
- `remplir`: finds the disk full (ENOSPC) from there on;

or, with `octets`, may write no file longer than so many bytes, whatever library writes it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

SRC = Path(__file__).parents[3] / "src"
SERVER = r"""
import errno, gc, json, os, resource, signal, sys
sys.path.insert(0, %(src)r)
import geopandas, matplotlib.pyplot, openpyxl, pandas, pyarrow.parquet, pyogrio, scipy.stats
from tfpb.cli.app import app, main
import tfpb.pipeline.stages, tfpb.review.review_workbook, tfpb.pipeline.jobs.point_job
import tfpb.region.run, tfpb.tax
import tfpb.addresses.imports, tfpb.geodata.qpv_imports, tfpb.geodata.ground_imports
WATCHED = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect",
           "tempfile.mkdtemp"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

def child(job):
    out = os.open(job["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(job["env"])
    seen = [0]
    def hook(event, args):
        if event not in WATCHED:
            return
        if event == "open" and not (isinstance(args[2], int) and args[2] & WRITES):
            return
        text = " ".join(str(a) for a in args[:2])
        if not any(f in text for f in job["watch"]):
            return
        seen[0] += 1
        if job["mode"] == "tuer" and seen[0] == job["at"]:
            os.kill(os.getpid(), signal.SIGKILL)
        if job["mode"] == "refuser" and seen[0] == job["at"]:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(args[0]))
        full = event not in ("os.remove", "os.rmdir") and seen[0] >= job["at"]
        if job["mode"] == "remplir" and full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(args[0]))
    sys.addaudithook(hook)
    if job["octets"]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["octets"],) * 2)
    sys.argv = ["tfpb", *job["args"]]
    code = 1
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if job["octets"]:
            code = min(code, 99)
        else:
            os.write(1, b"\n#operations %%d" %% seen[0])
    os._exit(code)

def here(job):
    out, own = os.open(job["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), os.dup(1)
    os.dup2(out, 1)
    sys.argv = ["tfpb", *job["args"]]
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    os.dup2(own, 1)
    os.close(own)
    os.close(out)
    gc.collect()
    gc.freeze()  # a child that collects touches, hence copies, none of what it was given
    return code

for line in sys.stdin:
    job = json.loads(line)
    if job["mode"] == "ici":
        print(json.dumps(here(job)), flush=True)
        continue
    pid = os.fork()
    if pid == 0:
        try:
            child(job)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(70)
    if job["apres_s"]:
        import time
        end = time.monotonic() + job["apres_s"]
        ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while time.monotonic() < end and os.waitid(os.P_PID, pid, ended) is None:
            time.sleep(0.005)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    _, status = os.waitpid(pid, 0)
    print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)
"""


@dataclass(frozen=True)
class Trial:
    """How a command ended: exit code (negative: killed), what it said, operations it made on files."""

    code: int
    said: str
    operations: int


class Server:
    """The process that forks a child for each trial."""

    def __init__(self, lent: Path) -> None:
        self._out = lent / "sortie.txt"
        env = {
            **os.environ,
            "PYTHONPATH": str(SRC),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER % {"src": str(SRC)}],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)

    def run(
        self, *args: object, watch: tuple[Path, ...] = (), mode: str = "", at: int = 0,
        octets: int = 0, apres_s: float = 0.0, env: dict[str, str] | None = None,
    ) -> Trial:  # fmt: skip
        """Run `tfpb` with arguments, at fault as asked."""
        job: dict[str, Any] = {
            "args": [str(a) for a in args], "watch": [str(w) for w in watch], "mode": mode, "at": at,
            "octets": octets, "apres_s": apres_s, "out": str(self._out),
            "env": {"TFPB_CACHE": "non", "TFPB_TRACE": "", **(env or {})},
        }  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        code = int(json.loads(self._process.stdout.readline()))
        said = self._out.read_text(encoding="utf-8", errors="replace")
        said, _, count = said.partition("\n#operations ")
        return Trial(code, said, int(count or 0))


def snapshot(*folders: Path) -> dict[str, str]:
    """Hash every file of folders, hidden ones included; an index of addresses by what it holds."""
    return {
        f"{folder.name}/{p.relative_to(folder)}": _digest(p)
        for folder in folders
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def standing(*folders: Path) -> frozenset[tuple[str, bytes]]:
    """Return every folder and file of folders, the latter with a hash of its bytes as they are."""
    return frozenset(
        (str(p), hashlib.sha256(p.read_bytes()).digest() if p.is_file() else b"")
        for folder in folders
        for p in folder.rglob("*")
    )


def _digest(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix == ".sqlite" and not path.with_name(f"{path.name}-journal").exists():
        with closing(sqlite3.connect(path)) as base:
            found = [
                base.execute("SELECT citycode, layer, addresses, blob FROM communes ORDER BY 1, 2"),
                base.execute("SELECT name, sha256, stored, finished FROM sources ORDER BY 1, 2"),
            ]
            data = repr([rows.fetchall() for rows in found]).encode()
    return hashlib.sha256(data).hexdigest()


def visible(found: dict[str, str]) -> dict[str, str]:
    """Leave out what bears a hidden name, and the timings of a run."""
    return {
        name: digest
        for name, digest in found.items()
        if not any(part.startswith(".") for part in name.split("/"))
        and not name.endswith("journal.json")
    }
