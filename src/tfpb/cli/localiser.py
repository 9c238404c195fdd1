"""`tfpb localiser`: on which side of the quarters each row lies, with the doubt kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.model.legal.map_table import FIRST_YEAR, LAST_YEAR


def localiser(  # noqa: PLR0917 - options of a command
    entree: Annotated[Path, typer.Argument(help="Le fichier à localiser.")],
    sortie: terminal.Sortie,
    annee: Annotated[int, typer.Option(help=f"Année d’imposition, de {FIRST_YEAR} à {LAST_YEAR}.")],
    decisions: Annotated[
        Path | None, typer.Option(help="Fichier de vérification rempli (feuille « Limites »).")
    ] = None,
    rayon: Annotated[
        float, typer.Option(min=0, help="Incertitude des points qui n’en portent pas, en mètres.")
    ] = 30.0,
    feuille: terminal.Feuille = None,
    colonne: terminal.Colonne = None,
    reponses: terminal.Reponses = None,
    csv_brut: terminal.CsvBrut = False,
    geodonnees: terminal.Geodonnees = None,
) -> None:
    """Dit, pour chaque ligne, si elle est dans un QPV, hors QPV, ou à vérifier, et pourquoi.

    Une ligne en entrée, une ligne en sortie, dans le même ordre. L’entrée est la sortie de
    « tfpb geocoder », une couche de points (gpkg, geojson, shp, geoparquet), ou un fichier avec x et y
    (Lambert-93, projection légale outre-mer) ou longitude et latitude ; des adresses seules sont
    géocodées si la base d’adresses est importée.
    Les lignes douteuses vont dans SORTIE_a_verifier.xlsx, feuille « Limites » : décidez, puis relancez
    avec --decisions. La sortie peut être csv, xlsx, ods, parquet, gpkg ou geojson (QGIS) :
    un point que vous y déplacez est relu à sa nouvelle place.

    \b
    Exemple :
      tfpb localiser examples/valmont/patrimoine.xlsx --sortie sorties/localise.xlsx \\
        --annee 2025 --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        terminal.check_output(sortie, (entree, decisions, reponses), raw=csv_brut, layers=True)
        from tfpb.io.open_questions.reply_file import read_replies
        from tfpb.io.open_questions.table_questions import stock_questions
        from tfpb.io.sources.point_tables import POINTS
        from tfpb.io.tables.tabular import read_table
        from tfpb.pipeline.jobs.point_job import Task, run
        from tfpb.words.documents.command_words import LOCATION

        table = read_table(entree, sheet=feuille, known=POINTS.headers)
        task = Task(
            table=table, year=annee, radius_m=rayon, folder=terminal.geodata_folder(geodonnees),
            renames=terminal.renames(colonne), output=sortie, decisions=decisions, raw_csv=csv_brut,
        )  # fmt: skip
        with terminal.progress(LOCATION) as advance:
            lines, doubts = run(task, advance=advance)
        asked = stock_questions(table, read_replies(reponses), year=annee, renames=task.renames)
        terminal.show_questions(asked)
        terminal.print_line(*lines)
        terminal.show_doubts(doubts)
