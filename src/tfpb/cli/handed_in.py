"""What is done with packs handed in: `tfpb controler` tells what they lack, `tfpb expliquer` a figure."""

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
            help="Année d’imposition contrôlée (par défaut, chacun pour la sienne).", min=2016
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


def expliquer(
    pack: Annotated[Path, typer.Argument(help="Un dossier.zip, ou le dossier écrit.")],
    reference: Annotated[
        str,
        typer.Argument(
            help="Un local (invariant), un avis, une résidence, un quartier, une action, une question, un "
            "fait, ou un montant imprimé."
        ),
    ],
) -> None:
    """Dit en douze lignes d’où vient ce qu’un dossier imprime : chiffre, raison, lignes des fichiers.

    \b
    Exemples :
      tfpb expliquer sorties/valmont QN05991I
      tfpb expliquer sorties/valmont "a_reclamer QN05991I"
      tfpb expliquer sorties/valmont "260 354 €"
    """
    with terminal.guard():
        from tfpb.evidence.explanation import explain, near
        from tfpb.io.packs.pack import read_pack
        from tfpb.words.documents.pack_words import answer_lines, unknown_words

        files = read_pack(pack)
        found = explain(files, reference)
        if not found:
            terminal.print_error(*unknown_words(reference, near(files, reference)))
            raise typer.Exit(2)
        terminal.print_line(*answer_lines(found))
