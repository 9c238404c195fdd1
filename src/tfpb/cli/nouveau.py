"""`tfpb nouveau`: a dossier folder to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal.shared import guard, print_line, show_doubts, written
from tfpb.words.documents import command_words as words


def nouveau(
    dossier: Annotated[Path, typer.Argument(help="Le dossier à créer.")],
    depuis: Annotated[
        Path | None, typer.Option(help="Une livraison d’enquête : le plan d’enquête en est tiré.")
    ] = None,
) -> None:
    """Crée un dossier prêt à remplir : réglages commentés et modèles Excel à listes déroulantes.

    Dans un dossier qui sert déjà, --depuis n’y ajoute que le plan d’enquête, sans rien remplacer.

    \b
    Exemple :
      tfpb nouveau convention-2025
    """
    with guard():
        from tfpb.errors import fail
        from tfpb.io.packs.output_files import numbered
        from tfpb.io.packs.pack import new_folder
        from tfpb.report.documents.workbook_forms import templates
        from tfpb.words.documents.setting_words import settings_file

        in_use = dossier.exists() and (not dossier.is_dir() or _holds_files(dossier))
        if in_use and (depuis is None or not dossier.is_dir()):
            raise fail("commande_depuis", got=dossier.name)
        files = {} if in_use else {"dossier.toml": settings_file("dossier.toml"), **templates()}
        plan, doubts = settings_file("plan_enquete.toml"), []
        if depuis is not None:
            from tfpb.io.sources.deliveries import read_delivery
            from tfpb.survey.reading.drafting import draft_plan

            delivery = read_delivery(depuis)
            plan = draft_plan(delivery.table, delivery.dictionary).encode()
            doubts = list(delivery.notices)
        places = numbered(dossier / "plan_enquete.toml")
        name = next(p.name for p in places if not (in_use and p.exists()))
        files[name] = plan
        new_folder(dossier, files)
        print_line((words.PLAN_ADDED if in_use else words.NEW_DOSSIER).format(folder=dossier))
        print_line(*(f"  – {file}" for file in files))
        if doubts:
            show_doubts(doubts)
        if depuis is not None:
            print_line(words.PLAN_TO_REVIEW.format(name=name))
        if in_use:
            print_line(words.NAME_PLAN.format(name=name))
        then = written(["tfpb", "verifier", str(dossier / "dossier.toml")])
        print_line(words.FILL_THEN.format(command=then))


def _holds_files(folder: Path) -> bool:
    """Tell a folder in use from an empty one, or one that a killed run had begun to fill."""
    return any(not (p.name.startswith(".") and p.suffix == ".part") for p in folder.iterdir())
