"""`tfpb cartes`: the maps of a dossier, without the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tfpb.cli.dossier import PACK_FOLDER
from tfpb.cli.terminal.shared import (
    Geodonnees,
    Sortie,
    ToutRecalculer,
    geodata_folder,
    guard,
    print_line,
    progress,
)
from tfpb.words.documents import command_words as words


def cartes(
    fichier: Annotated[
        Path, typer.Argument(help="Le dossier.toml à traiter, ou son dossier.", show_default=False)
    ],
    sortie: Sortie,
    geodonnees: Geodonnees = None,
    tout_recalculer: ToutRecalculer = False,
) -> None:
    """Dessine les cartes d’un dossier : carte.html, une page A4 par QPV, les vues d’ensemble.

    \b
    Exemple :
      tfpb cartes examples/valmont/dossier.toml --sortie sorties/cartes \\
        --geodonnees sorties/geodonnees
    """
    with guard():
        from tfpb.executors import cores
        from tfpb.io.packs.pack import check_place, write_folder
        from tfpb.io.sources.toml_files import load_settings, settings_path
        from tfpb.pipeline.assembling import assemble
        from tfpb.pipeline.kept.stage_cache import StageCache, cache_folder
        from tfpb.pipeline.published_before import published_before
        from tfpb.pipeline.stages import STAGES
        from tfpb.report.map_model import map_model
        from tfpb.report.print_map.sheets import map_files, sheet_count
        from tfpb.stage import Stage, directly
        from tfpb.words.places.map_words import sheets_made

        settings = load_settings(settings_path(fichier))
        check_place(sortie)
        folder = geodata_folder(geodonnees, settings)
        kept = None if tout_recalculer else cache_folder()
        execute = directly if kept is None else StageCache(kept)
        with progress(words.CALCULATIONS, len(STAGES)) as advance:

            def counted(stage: Stage, values: tuple[Any, ...]) -> Any:
                result = execute(stage, values)
                advance(1)
                return result

            made = assemble(
                settings,
                folder,
                execute=counted,
                before=published_before(settings.folder / PACK_FOLDER, settings.dossier.bailleur),
            )
        model = map_model(made)
        with progress("Cartes", sheet_count(model) + 1) as advance:
            files = map_files(
                model,
                dpi=settings.reglages.dpi,
                workers=cores(),
                execute=execute,
                advance=advance,
            )
        if isinstance(execute, StageCache):
            execute.tidy()
        written = write_folder(sortie, files)
        sheets = sheets_made(len(model.pages), sheet_count(model) - len(model.pages))
        print_line(words.MAPS_WRITTEN.format(sheets=sheets, folder=written.folder))
        print_line(words.OPEN_MAP)
