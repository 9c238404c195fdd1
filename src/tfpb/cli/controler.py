"""`tfpb controler`: what many packs lack, for the State's delegate or the regional body."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal import shared as terminal


def controler(
    dossiers: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR|ZIP…",
            help="Les dossiers remis : archives, dossiers, ou le dossier où ils sont rangés.",
        ),
    ],
    sortie: terminal.Sortie,
    annee: Annotated[
        int | None,
        typer.Option(
            "--annee",
            help="Année d’imposition contrôlée (par défaut, chacun pour la sienne).",
            min=2016,
        ),
    ] = None,
) -> None:
    """Contrôle de nombreux dossiers remis : conventions, déclarations, programmes, bilans, pièces, soldes.

    Lit les dossiers de ce programme, ou des dossiers rangés comme eux (conventions, actions ou programme,
    bilan, declaration, en csv, xlsx ou ods). Écrit un classeur, et à côté une page PDF. Une archive
    n’est jamais extraite.

    \b
    Exemple :
      tfpb controler sorties/valmont/dossier.zip --sortie sorties/controle.xlsx
    """
    with terminal.guard():
        from tfpb.pipeline.jobs.control_job import control

        terminal.print_line(*control(dossiers, sortie, year=annee))
