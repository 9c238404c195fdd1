"""`tfpb geocoder`: one row in, one row out."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal import shared as terminal


class Mode(StrEnum):
    """Where addresses are looked for."""

    INDEX = "index"
    API = "api"
    AUTO = "auto"


def geocoder(  # noqa: PLR0917 - options of the contract
    entree: Annotated[
        Path, typer.Argument(metavar="ENTREE", help="Fichier d’adresses à géocoder.")
    ],
    sortie: terminal.Sortie,
    mode: Annotated[
        Mode,
        typer.Option(
            help="index : adresses importées, rien ne sort du poste ; api : service national ; "
            "auto : l’index d’abord, le service pour le reste."
        ),
    ] = Mode.INDEX,
    colonne: terminal.Colonne = None,
    reponses: terminal.Reponses = None,
    commune: Annotated[
        str, typer.Option(help="Code Insee des lignes qui ne disent pas leur commune.")
    ] = "",
    decisions: Annotated[
        Path | None, typer.Option(help="Fichier de vérification rempli (…_a_verifier.xlsx).")
    ] = None,
    alias_voies: Annotated[
        Path | None, typer.Option(help="Voies renommées : ancien nom, nouveau nom.")
    ] = None,
    feuille: terminal.Feuille = None,
    geodonnees: terminal.Geodonnees = None,
    csv_brut: terminal.CsvBrut = False,
) -> None:
    """Situer les adresses d’un fichier : une ligne lue, une ligne rendue, dans le même ordre.

    Les colonnes du fichier ne changent pas ; les colonnes result_* s’ajoutent. Les colonnes du RPLS
    sont reconnues. Ce qui reste douteux est listé dans SORTIE_a_verifier.xlsx. Entrée et sortie peuvent
    être une couche de points (gpkg, geojson).

    \b
    Exemple :
      tfpb geocoder examples/valmont/patrimoine.xlsx --sortie sorties/geocode.xlsx \\
        --geodonnees sorties/geodonnees
    """
    with terminal.guard(), ExitStack() as opened:
        terminal.check_output(
            sortie, (entree, decisions, alias_voies, reponses), raw=csv_brut, layers=True
        )
        from tfpb.addresses.file_geocoder import open_geocoder
        from tfpb.io.open_questions.reply_file import read_replies
        from tfpb.io.open_questions.table_questions import stock_questions
        from tfpb.pipeline.jobs.address_job import prepare_job, refuse_tenants, run_job
        from tfpb.words.documents.command_words import GEOCODING

        job = prepare_job(
            entree,
            sheet=feuille,
            renames=terminal.renames(colonne),
            commune=commune,
            decisions=decisions,
        )
        if mode.value != "index":
            refuse_tenants(job)
        geocoder = open_geocoder(
            opened, mode=mode.value, folder=terminal.geodata_folder(geodonnees), aliases=alias_voies
        )
        with terminal.progress(GEOCODING, len(job.addresses.frame)) as advance:
            lines, doubts, first = run_job(
                job, geocoder, output=sortie, raw_csv=csv_brut, progress=advance
            )
        replies, named = read_replies(reponses), terminal.renames(colonne)
        terminal.show_questions(stock_questions(job.table, replies, renames=named))
        terminal.print_line(*lines)
        terminal.show_doubts(doubts)
        terminal.print_line(*first)
