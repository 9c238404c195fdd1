"""The `tfpb` command: registers one file a command; heavy imports stay inside commands."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated, Final

import typer

from tfpb import __version__
from tfpb.cli.abattement import abattement
from tfpb.cli.comparer import comparer
from tfpb.cli.dossier import cartes, dossier
from tfpb.cli.geocoder import geocoder
from tfpb.cli.geodonnees import geodonnees
from tfpb.cli.handed_in import controler, expliquer
from tfpb.cli.localiser import localiser
from tfpb.cli.nouveau import nouveau
from tfpb.cli.ouvrir import ouvrir
from tfpb.cli.region import region
from tfpb.cli.terminal import typer_french
from tfpb.cli.terminal.console import settle_console
from tfpb.cli.terminal.shared import print_line, watch
from tfpb.cli.terminal.typer_french import FrenchTyper
from tfpb.cli.verifier import verifier

_COLLECTED: Final = (50_000, 20, 20)
_COMMANDS: Final = (
    dossier, nouveau, verifier, geocoder, localiser, comparer, abattement, cartes, region,
    controler, expliquer, ouvrir,
)  # fmt: skip

app = FrenchTyper(
    name="tfpb",
    epilog="\b\nExemple :\n  tfpb dossier examples/valmont/dossier.toml --sortie sorties/valmont "
    "--geodonnees sorties/geodonnees",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(asked: bool) -> None:
    if asked:
        print_line(f"tfpb {__version__}")
        raise typer.Exit


@app.callback()
def tfpb(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Affiche la version."),
    ] = False,
    _install: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            callback=typer_french.install,
            is_eager=True,
            help="Installe la complétion par la touche Tab dans ce terminal.",
        ),
    ] = False,
    _show: Annotated[
        bool,
        typer.Option(
            "--show-completion",
            callback=typer_french.show,
            is_eager=True,
            help="Affiche ce que --install-completion installerait.",
        ),
    ] = False,
) -> None:
    """Les preuves de l’abattement de TFPB en quartier prioritaire : adresses, périmètres, satisfaction,
    comptes, cartes et dossier.

    Sans habitude du terminal : « tfpb ouvrir » fait tout dans une page de votre navigateur.
    """


for command in _COMMANDS:
    app.command(no_args_is_help=command not in {dossier, verifier, ouvrir})(command)
app.add_typer(geodonnees, name="geodonnees")


def main() -> None:
    """Run the command line; without arguments, the help, which names the page first.

    One thread of linear algebra: sums are then added in the same order on every machine, and the
    small matrices of a survey go faster without helpers. The collector of cycles passes less often: a
    run makes millions of small values that it would visit in vain, a tenth of its time.
    """
    gc.set_threshold(*_COLLECTED)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    settle_console()
    typer_french.settle_descriptions()
    watch()
    app(sys.argv[1:] or ["--help"], prog_name="tfpb")
