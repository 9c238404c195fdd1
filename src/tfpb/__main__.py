"""The command line: `tfpb`, or `python -m tfpb` where no such command is installed."""

import atexit
import gc
import os
import sys
import threading
from pathlib import Path

_OBJECTS = 50_000
"""New objects between two looks for cycles: at 700, a twentieth of a short command goes into them."""


def main() -> None:
    """Run the command line; Ctrl-C while it loads ends it as later, without a traceback.

    Without a console (`pythonw`, a double click), what would be said there is written to a file, which
    the browser shows when it tells why nothing was opened.
    """
    gc.set_threshold(_OBJECTS)
    written = _written() if sys.stderr is None else None
    try:
        if sys.argv[1:] in ([], ["--help"], ["-h"]):
            from tfpb.cli.terminal.console import show_help  # noqa: PLC0415 - for a help alone

            if show_help():
                return
        from tfpb.cli.app import main as run  # noqa: PLC0415 - what this guards

        run()
    except KeyboardInterrupt:
        from tfpb.cli.terminal.shared import STOPPED_CODE  # noqa: PLC0415
        from tfpb.words.documents.command_words import STOPPED  # noqa: PLC0415

        print(STOPPED, file=sys.stderr)  # noqa: T201
        sys.exit(STOPPED_CODE)
    except SystemExit as end:
        if written is not None and end.code:
            import webbrowser  # noqa: PLC0415 - where nothing else shows

            webbrowser.open(written.as_uri())
        raise


def process() -> None:
    """Run the command line as a whole process, and leave it without undoing what was loaded.

    To free libraries and tables value by value takes a fifth of a short command; the system frees them at
    once. Whatever asked to be called at the end is, and a process that still has threads, or an output that
    refuses what is left to write, ends in the ordinary way.
    """
    code: str | int | None = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    if not isinstance(code, int) or threading.active_count() > 1:
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001 - as the interpreter would
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


def _written() -> Path:
    """Write what is said to a file of the user's own."""
    import platformdirs  # noqa: PLC0415 - without a console only

    file = Path(platformdirs.user_cache_dir("tfpb", appauthor=False)) / "message.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    # its mark tells a browser how it is written
    sys.stdout = sys.stderr = file.open("w", encoding="utf-8-sig", buffering=1)
    return file


if __name__ == "__main__":
    process()
