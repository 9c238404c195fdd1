"""`tfpb cartes`: the maps of a dossier, without the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.common import Geodonnees, Sortie, guard, progress, say
from tfpb.cli.dossier import geography_folder


def cartes(
    fichier: Annotated[Path, typer.Argument(help="Le dossier.toml à traiter.", show_default=False)],
    sortie: Sortie,
    geodonnees: Geodonnees = None,
) -> None:
    """Dessine les cartes d’un dossier : carte.html et une page A4 par QPV.

    \b
    Exemple :
      tfpb cartes examples/valmont/dossier.toml --sortie sorties/cartes
    """
    with guard():
        from tfpb.io.pack import check_place, write_folder
        from tfpb.io.toml_files import load_settings
        from tfpb.pipeline import STAGES, assemble
        from tfpb.report.map_model import map_model
        from tfpb.report.pack_files import map_files
        from tfpb.stage import directly

        settings = load_settings(fichier)
        check_place(sortie)
        with progress("Calculs", len(STAGES)) as advance:

            def counted(stage, values):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
                result = directly(stage, values)
                advance(1)
                return result

            made = assemble(settings, geography_folder(settings, geodonnees), execute=counted)
        model = map_model(made)
        with progress("Cartes", len(model.pages) + 1) as advance:
            files = map_files(model, advance=advance)
        written = write_folder(sortie, files)
        say(f"{len(model.pages)} pages de QPV et la carte web sont écrites dans : {written.folder}")
        say("Ouvrez d’abord carte.html, par un double clic.")
