"""`tfpb expliquer`: from a printed figure to its lines, its rule and its article."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal.shared import guard, print_error, print_line


def expliquer(
    pack: Annotated[Path, typer.Argument(help="Un dossier.zip, ou le dossier écrit.")],
    reference: Annotated[
        str,
        typer.Argument(
            help="Une résidence, un quartier, une action, une question, ou un montant imprimé."
        ),
    ],
) -> None:
    """Dit d’où vient ce qu’un dossier imprime : lignes des fichiers, règle, article.

    \b
    Exemples :
      tfpb expliquer sorties/valmont QN05991I
      tfpb expliquer sorties/valmont "260 354 €"
    """
    with guard():
        from tfpb.evidence.explanation import explain, near
        from tfpb.io.packs.pack import read_pack
        from tfpb.words.documents.explanation_words import explanation_lines, unknown_words

        files = read_pack(pack)
        found = explain(files, reference)
        if not found:
            print_error(*unknown_words(reference, near(files, reference)))
            raise typer.Exit(2)
        for one in found:
            print_line(*explanation_lines(one))
