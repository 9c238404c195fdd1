"""`python -m tfpb`: the command line, where no `tfpb` command is installed."""

from tfpb.cli.app import main

main()
