"""The command line: `tfpb`, or `python -m tfpb` where no such command is installed."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it loads ends it as later, without a traceback."""
    try:
        from tfpb.cli.app import main as run  # noqa: PLC0415 - what this guards

        run()
    except KeyboardInterrupt:
        from tfpb.cli.terminal.shared import STOPPED_CODE  # noqa: PLC0415
        from tfpb.words.documents.command_words import STOPPED  # noqa: PLC0415

        print(STOPPED, file=sys.stderr)  # noqa: T201
        sys.exit(STOPPED_CODE)


if __name__ == "__main__":
    main()
