"""`tfpb planifier`: the next wave of the survey, what to buy and what it could show."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal import shared as terminal


def planifier(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN",
            help="planification.toml (tfpb nouveau en écrit un modèle), ou un plan_enquete.toml.",
        ),
    ],
    patrimoine: Annotated[
        Path,
        typer.Option(
            help="Le patrimoine situé, tel que l’écrit tfpb localiser : une ligne par entrée."
        ),
    ],
    sortie: terminal.Sortie,
    precedent: Annotated[
        Path | None,
        typer.Option(
            help="La comparaison de la dernière enquête (donnees/comparaison_detail.csv d’un dossier, ou ce "
            "qu’écrit tfpb comparer) : son écart est supposé, à côté d’un écart nul."
        ),
    ] = None,
    feuille: terminal.Feuille = None,
    csv_brut: terminal.CsvBrut = False,
) -> None:
    """Prépare la prochaine enquête : combien de ménages interroger, où, et ce qu’on pourra en dire.

    Écrit un classeur (la feuille « Réponse » d’abord) et, à côté, une page PDF : les ménages et les
    résidences par bailleur et par quartier, les chances de démontrer, et ce qui ne pourra pas l’être quel
    que soit le budget. Avec --sortie en csv, ods ou parquet : la table des territoires, et la page.

    \b
    Exemple :
      tfpb localiser examples/valmont/patrimoine.xlsx --sortie sorties/localise.xlsx \\
        --annee 2025 --geodonnees sorties/geodonnees
      tfpb planifier examples/valmont/plan_enquete.toml \\
        --patrimoine sorties/localise.xlsx --sortie sorties/plan.xlsx
    """
    with terminal.guard():
        terminal.warn_raw(sortie, given=csv_brut)
        # matrices here are small: further threads of the algebra library wait more than they work
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from tfpb.pipeline.jobs.plan_job import plan as run

        lines, doubts = run(
            plan, patrimoine, sortie, previous=precedent, sheet=feuille, raw_csv=csv_brut
        )
        terminal.print_line(*lines)
        terminal.show_doubts(doubts)
