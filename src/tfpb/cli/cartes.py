"""`tfpb cartes`: the maps of a dossier, without the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words


def cartes(
    fichier: Annotated[Path, typer.Argument(help="Le dossier.toml à traiter, ou son dossier.")],
    sortie: terminal.Sortie,
    geodonnees: terminal.Geodonnees = None,
    tout_recalculer: terminal.ToutRecalculer = False,
) -> None:
    """Dessine les cartes d’un dossier : carte.html, une page A4 par QPV, les vues d’ensemble.

    \b
    Exemple :
      tfpb cartes examples/valmont/dossier.toml --sortie sorties/cartes \\
        --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.executors import cores
        from tfpb.io.packs.pack import check_place, write_folder
        from tfpb.io.sources.toml_files import load_settings, settings_path
        from tfpb.pipeline.kept.stage_cache import users_cache
        from tfpb.pipeline.pack_run import Follower, computed
        from tfpb.report.map_model import map_model
        from tfpb.report.print_map.sheets import map_files, sheet_count
        from tfpb.stage import Making, directly
        from tfpb.words.places.map_words import sheets_made

        settings = load_settings(settings_path(fichier))
        check_place(sortie)
        folder = terminal.geodata_folder(geodonnees, settings)
        keep = None if tout_recalculer else users_cache()
        made = replace(
            computed(settings, folder, keep, follower=Follower(terminal.progress))[0], draft=True
        )
        model = map_model(made)
        with terminal.progress(words.MAPS, sheet_count(model) + 1) as advance:
            making = Making(keep or directly, cores(), advance)
            files = map_files(model, making, dpi=settings.reglages.dpi)
        if keep is not None:
            keep.tidy()
        written = write_folder(sortie, files)
        sheets = sheets_made(len(model.pages), sheet_count(model) - len(model.pages))
        terminal.print_line(words.MAPS_WRITTEN.format(sheets=sheets, folder=written.folder))
        terminal.print_line(words.OPEN_MAP)
