"""`tfpb nouveau`: a dossier folder to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal.shared import guard, print_line, show_doubts, written
from tfpb.words.documents import command_words as words


def nouveau(
    dossier: Annotated[Path, typer.Argument(help="Le dossier à créer.", show_default=False)],
    depuis: Annotated[
        Path | None,
        typer.Option(
            "--depuis",
            help="Une livraison d’enquête : le plan d’enquête en est tiré.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Crée un dossier prêt à remplir : réglages commentés et modèles Excel à listes déroulantes.

    \b
    Exemple :
      tfpb nouveau convention-2025
    """
    with guard():
        from tfpb.errors import fail
        from tfpb.io.packs.pack import new_folder
        from tfpb.report.documents.workbook_forms import templates
        from tfpb.words.documents.new_dossier import settings_file

        if dossier.exists() and (not dossier.is_dir() or _holds_files(dossier)):
            raise fail("commande_depuis", got=dossier.name)
        files = {"dossier.toml": settings_file("dossier.toml"), **templates()}
        plan, doubts = settings_file("plan_enquete.toml"), []
        if depuis is not None:
            from tfpb.io.sources.deliveries import read_delivery
            from tfpb.survey.reading.drafting import draft_plan

            delivery = read_delivery(depuis)
            plan = draft_plan(delivery.table, delivery.dictionary).encode()
            doubts = list(delivery.notices)
        files["plan_enquete.toml"] = plan
        files["planification.toml"] = settings_file("planification.toml")
        new_folder(dossier, files)
        print_line(words.NEW_DOSSIER.format(folder=dossier))
        for name in files:
            print_line(f"  – {name}")
        if doubts:
            show_doubts(doubts)
        if depuis is not None:
            print_line(words.PLAN_TO_REVIEW)
        then = written(["tfpb", "verifier", str(dossier / "dossier.toml")])
        print_line(words.FILL_THEN.format(command=then))


def _holds_files(folder: Path) -> bool:
    """Tell a folder in use from an empty one, or one that a killed run had begun to fill."""
    return any(not (p.name.startswith(".") and p.suffix == ".part") for p in folder.iterdir())
