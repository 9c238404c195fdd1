"""Commands of `tfpb` in forked children of one process that has imported what they import.

Two seconds in three of a small dossier are imports. Nothing is run in the parent, so no state passes from one
run to the next; what a child imports beyond is imported again by each.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LISTING = """
import atexit, json, runpy, sys
out = sys.argv.pop(1)
atexit.register(lambda: open(out, "w").write(json.dumps(sorted(sys.modules))))
runpy.run_module("tfpb", run_name="__main__", alter_sys=True)
"""


def warm(modules: Path, command: list[str]) -> None:
    """Import what `command` imports: listed once in `modules` by a process of its own."""
    if not modules.is_file():
        subprocess.run(
            [sys.executable, "-c", LISTING, str(modules), *command],
            check=False,
            capture_output=True,
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in json.loads(modules.read_text(encoding="utf-8")):
            if name.endswith("__main__") or name in sys.modules:
                continue
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def run(*commands: list[str], timeout_s: float = 600.0) -> list[tuple[int, str]]:
    """Run commands in one forked child; returns the exit code of each and all that it printed."""
    with tempfile.TemporaryDirectory() as folder:
        printed = [Path(folder) / str(rank) for rank in range(len(commands))]
        codes = Path(folder) / "codes"
        codes.touch()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            for arguments, path in zip(commands, printed, strict=True):
                out = os.open(path, os.O_WRONLY | os.O_CREAT)
                os.dup2(out, 1)
                os.dup2(out, 2)
                code = _command(arguments, timeout_s)
                with codes.open("a") as ended:
                    ended.write(f"{code}\n")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        met = [int(line) for line in codes.read_text().split()]
        met += [os.waitstatus_to_exitcode(status) or 1] * (len(commands) - len(met))
        texts = [p.read_text("utf-8", errors="replace") if p.is_file() else "" for p in printed]
        return list(zip(met, texts, strict=True))


def _command(arguments: list[str], timeout_s: float) -> int:
    import signal  # noqa: PLC0415 - in the child alone

    signal.alarm(int(timeout_s))
    sys.argv = ["tfpb", *arguments]
    code = 0
    from tfpb.__main__ import main  # noqa: PLC0415 - `process` would leave before the next command

    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - a traceback is a result here
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code
