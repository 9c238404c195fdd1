"""`tfpb geodonnees`: import, list and check the geography that runs rest on."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.cli.terminal.typer_french import FrenchTyper
from tfpb.model.legal.map_table import listed
from tfpb.words.documents import command_words as words

geodonnees = FrenchTyper(
    help="Importer, installer, lister et vérifier les géodonnées : adresses, QPV, communes, parcelles.",
    epilog="\b\nExemple :\n  tfpb geodonnees lister --geodonnees sorties/geodonnees",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)

_Fichiers = Annotated[list[Path], typer.Argument(metavar="FICHIER…", help="Fichiers à importer.")]
_Fichier = Annotated[Path, typer.Argument(metavar="FICHIER", help="Fichier à importer.")]


@geodonnees.command("importer-adresses", no_args_is_help=True)
def importer_adresses(
    fichiers: _Fichiers,
    millesime: Annotated[
        str,
        typer.Option(help="Date des adresses, par exemple 2025-06-01 (lue dans le fichier sinon)."),
    ] = "",
    geodonnees: terminal.Geodonnees = None,
) -> None:
    """Importer des adresses : BAN, lieux-dits, BAL 1.x ou BANO, en .csv ou .csv.gz.

    Plusieurs départements s’ajoutent ; un fichier plus récent remplace les communes qu’il contient ;
    le même fichier importé deux fois ne change rien ; un import interrompu reprend où il en était.

    \b
    Exemple :
      tfpb geodonnees importer-adresses examples/valmont/geodonnees_sources/adresses-59999.csv.gz \\
        --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.addresses.imports import import_addresses
        from tfpb.words.places.geodata_words import address_import_lines

        with terminal.progress(words.IMPORT) as advance:
            reports = import_addresses(
                fichiers,
                folder=terminal.geodata_folder(geodonnees, new=True),
                vintage=millesime,
                progress=advance,
            )
        for report in reports:
            terminal.print_line(*address_import_lines(report))
            terminal.show_doubts(report.examples)


@geodonnees.command("importer-qpv", no_args_is_help=True)
def importer_qpv(
    fichier: _Fichier,
    millesime: Annotated[int, typer.Option(help=f"Carte : {listed()}.")],
    geodonnees: terminal.Geodonnees = None,
) -> None:
    """Importer les périmètres des QPV : shp, geojson, gpkg ou l’archive officielle .zip.

    \b
    Exemple :
      tfpb geodonnees importer-qpv examples/valmont/geodonnees_sources/qpv2024_valmont.geojson \\
        --millesime 2024 --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.geodata.qpv_imports import import_qpv
        from tfpb.words.places.geodata_words import quarters_import_lines

        found = import_qpv(
            fichier, vintage=millesime, folder=terminal.geodata_folder(geodonnees, new=True)
        )
        terminal.print_line(*quarters_import_lines(fichier.name, found))


@geodonnees.command("importer-communes", no_args_is_help=True)
def importer_communes(fichier: _Fichier, geodonnees: terminal.Geodonnees = None) -> None:
    """Importer les contours de communes (fond de carte) : shp, geojson, gpkg ou .zip.

    \b
    Exemple :
      tfpb geodonnees importer-communes examples/valmont/geodonnees_sources/commune_valmont.geojson \\
        --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.geodata.ground_imports import import_communes_outlines
        from tfpb.words.numbers import plural

        found = import_communes_outlines(
            fichier, folder=terminal.geodata_folder(geodonnees, new=True)
        )
        terminal.print_line(
            f"{fichier.name} : {plural(len(found), 'contour de commune', 'contours de communes')}."
        )


@geodonnees.command("importer-parcelles", no_args_is_help=True)
def importer_parcelles(fichier: _Fichier, geodonnees: terminal.Geodonnees = None) -> None:
    """Importer les parcelles du cadastre : json ou json.gz, geojson, shp, gpkg.

    \b
    Exemple, avec le fichier d’une commune pris sur cadastre.data.gouv.fr :
      tfpb geodonnees importer-parcelles cadastre-93010-parcelles.json.gz
    """
    with terminal.guard():
        from tfpb.geodata.ground_imports import import_parcels
        from tfpb.words.numbers import plural

        found = import_parcels(fichier, folder=terminal.geodata_folder(geodonnees, new=True))
        terminal.print_line(f"{fichier.name} : {plural(len(found), 'parcelle')}.")


@geodonnees.command("importer-insee", no_args_is_help=True)
def importer_insee(
    fichier: _Fichier,
    millesime: Annotated[int, typer.Option(help=f"Carte des quartiers : {listed()}.")],
    feuille: terminal.Feuille = None,
    colonne: terminal.Colonne = None,
    geodonnees: terminal.Geodonnees = None,
) -> None:
    """Importer le nombre de logements sociaux par QPV selon l’Insee : le dossier s’y compare.

    \b
    Exemple (le vrai fichier : « Logement social dans les quartiers », sur insee.fr) :
      tfpb geodonnees importer-insee \\
        examples/valmont/geodonnees_sources/insee_qpv2024_valmont.csv \\
        --millesime 2024 --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.geodata.qpv_imports import counted, import_insee
        from tfpb.words.places.geodata_words import insee_import_line

        folder = terminal.geodata_folder(geodonnees, new=True)
        found = import_insee(
            fichier,
            vintage=millesime,
            folder=folder,
            sheet=feuille,
            renames=terminal.renames(colonne),
        )
        terminal.print_line(insee_import_line(fichier.name, millesime, **asdict(counted(found))))


@geodonnees.command("installer", no_args_is_help=True)
def installer(
    departement: Annotated[
        list[str], typer.Option(help="Code du département (répétable), par exemple 59.")
    ],
    geodonnees: terminal.Geodonnees = None,
) -> None:
    """Télécharger et importer les fichiers officiels d’un département : adresses et cartes des QPV.

    \b
    Exemple :
      tfpb geodonnees installer --departement 59
    """
    with terminal.guard():
        from tfpb.geodata.download import install

        folder = terminal.geodata_folder(geodonnees, new=True)
        for code in departement:
            with terminal.progress(words.DOWNLOAD.format(code=code)) as advance:
                lines = install(code, folder=folder, show=terminal.print_error, advance=advance)
            terminal.print_line(*lines)


@geodonnees.command("lister")
def lister(geodonnees: terminal.Geodonnees = None) -> None:
    """Lister ce qui est importé, avec sa date et son nombre de lignes.

    \b
    Exemple :
      tfpb geodonnees lister --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.addresses.store import files_in
        from tfpb.geodata.stored_layers import list_installed
        from tfpb.words.places.geodata_words import NOTHING_INSTALLED, address_file_line

        folder = terminal.geodata_folder(geodonnees)
        files = files_in(folder)
        others = list_installed(folder)
        if not files and not others:
            terminal.print_line(NOTHING_INSTALLED)
        if files:
            terminal.print_line("Adresses")
        terminal.print_line(*map(address_file_line, files), *others)


@geodonnees.command("verifier")
def verifier(geodonnees: terminal.Geodonnees = None) -> None:
    """Vérifier que les géodonnées importées sont entières.

    \b
    Exemple :
      tfpb geodonnees verifier --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.addresses.store import FILE_NAME, verify
        from tfpb.geodata.stored_layers import verify_installed
        from tfpb.words.places.geodata_words import ALL_WHOLE, WRONG

        folder = terminal.geodata_folder(geodonnees)
        wrong = [WRONG[code].format(got=got) for code, got in verify(folder / FILE_NAME)]
        wrong += verify_installed(folder)
        terminal.print_error(*(f"– {line}" for line in wrong))
        if wrong:
            raise typer.Exit(2)
        terminal.print_line(ALL_WHOLE)
