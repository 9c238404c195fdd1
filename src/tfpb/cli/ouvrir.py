"""`tfpb ouvrir`: the local page of a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfpb.cli.terminal.shared import Geodonnees, geodata_folder, guard, print_line

if TYPE_CHECKING:
    from tfpb.model.settings import Settings


def ouvrir(
    dossier: Annotated[
        Path | None,
        typer.Argument(
            help="Le dossier à ouvrir, nouveau ou non, ou une région (par défaut celui où l’on est, s’il en "
            "est un ; sinon « Dossier TFPB » dans vos documents)."
        ),
    ] = None,
    geodonnees: Geodonnees = None,
    navigateur: Annotated[
        bool,
        typer.Option("--navigateur/--sans-navigateur", help="Ouvre la page dans le navigateur."),
    ] = True,
) -> None:
    """Ouvre la page d’un dossier, ou d’une région, dans le navigateur : tout s’y fait sans commande.

    Rien ne sort du poste ; ce que la page écrit, les commandes le lisent, et l’inverse.

    \b
    Exemple :
      tfpb ouvrir convention-2025
      tfpb ouvrir region.toml
    """
    with guard():
        from tfpb.errors import fail
        from tfpb.io.sources.toml_files import SETTINGS
        from tfpb.page.serve import AlreadyOpenError, serve
        from tfpb.page.union.region_desk import REGION
        from tfpb.words.page.screen_words import ALREADY, OWN_FOLDER

        if dossier is None:
            here = Path()
            documents = Path.home() / "Documents"
            own = (documents if documents.is_dir() else Path.home()) / OWN_FOLDER
            dossier = here if any((here / n).is_file() for n in (SETTINGS, REGION)) else own
        if dossier.name in {SETTINGS, REGION}:
            dossier = dossier.parent
        if dossier.exists() and not dossier.is_dir():
            raise fail("sortie_est_fichier", got=dossier.name)
        places: dict[str, Path] = {}

        def place(settings: Settings | None) -> Path:
            named = settings.reglages.geodonnees if settings is not None else ""
            if named not in places:  # what is said of it is said once
                places[named] = geodata_folder(geodonnees, settings, new=True)
            return places[named]

        try:
            serve(
                dossier,
                place,
                print_line=print_line,
                browse=navigateur,
            )
        except AlreadyOpenError:
            print_line(ALREADY)
