"""Ctrl-C at any moment: the same sentence and code, whatever is loading or a library makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from effort import tries
from tfpb.cli.terminal.shared import guard, watch
from tfpb.errors import fail
from tfpb.words.documents.command_words import STOPPED

SRC = Path(__file__).parents[2] / "src"


@pytest.mark.parametrize("error", [ValueError("no array"), fail("fichier_illisible", format="x")])
def test_what_a_library_makes_of_control_c_is_still_control_c(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    watch()
    try:
        with pytest.raises(typer.Exit) as left, guard():  # noqa: PT012
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                raise error from None
        assert left.value.exit_code == 130
        assert capsys.readouterr().err == f"{STOPPED}\n"
        with pytest.raises(typer.Exit) as left, guard():
            raise error  # the next command of the same process is judged by itself
        assert left.value.exit_code in (1, 2)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="a process is not interrupted this way there")
@pytest.mark.parametrize("seconds", [0.2, 0.12, 0.16][: tries(1, 3)])
def test_control_c_while_the_program_loads_shows_no_traceback(seconds: float) -> None:
    # what a shell starts in the background is born deaf to Ctrl-C
    heard = "import signal, sys, time; signal.signal(signal.SIGINT, signal.default_int_handler); "
    slow = f"{heard}sys.meta_path.insert(0, type('S', (), {{'find_spec': staticmethod("
    slow += "lambda name, *_: time.sleep(0.05 if name.startswith('tfpb.') else 0))})); "
    with subprocess.Popen(
        [sys.executable, "-c", f"{slow}print(1, flush=True); from tfpb.__main__ import main; main()"],
        env={**os.environ, "PYTHONPATH": str(SRC)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.read(1)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1].decode()
    assert (process.returncode, said) == (130, f"{STOPPED}\n")
