"""`tfpb verifier`: every fault and doubt of the inputs; or: is a pack whole, what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfpb.cli.terminal.shared import (
    Geodonnees,
    geodata_folder,
    guard,
    list_doubts,
    print_error,
    print_line,
    show_faults,
)
from tfpb.words.documents import command_words as words


def verifier(
    fichier: Annotated[
        Path | None,
        typer.Argument(
            help="Le dossier.toml à vérifier, ou son dossier (par défaut celui où l’on est).",
            show_default=False,
        ),
    ] = None,
    dossier: Annotated[
        Path | None,
        typer.Option("--dossier", help="Un dossier.zip à contrôler.", show_default=False),
    ] = None,
    avec: Annotated[
        Path | None,
        typer.Option("--avec", help="Un autre dossier.zip, à comparer.", show_default=False),
    ] = None,
    geodonnees: Geodonnees = None,
) -> None:
    """Dit toutes les fautes et tous les doutes des fichiers, sans rien écrire ; ou contrôle un dossier.zip.

    \b
    Exemples :
      tfpb verifier examples/valmont/dossier.toml --geodonnees sorties/geodonnees
      tfpb verifier --dossier sorties/valmont/dossier.zip
    """
    with guard():
        if dossier is not None:
            _pack(dossier, avec)
        elif avec is None:
            _inputs(fichier, geodonnees)
        else:
            print_error(words.SECOND_PACK)
            raise typer.Exit(2)


def _inputs(fichier: Path | None, geodonnees: Path | None) -> None:
    from tfpb.errors import Severity, TfpbError
    from tfpb.io.sources.inputs import gather_inputs
    from tfpb.io.sources.toml_files import read_settings, settings_path
    from tfpb.pipeline.assembling import examine

    settings, faults = read_settings(settings_path(fichier))
    if settings is not None:
        try:
            folder = geodata_folder(geodonnees, settings)
        except TfpbError as error:  # the files are read without it
            faults = [*faults, *error.faults, *gather_inputs(settings)[1]]
        else:
            faults = [*faults, *examine(settings, folder)[0]]
    doubts = [f for f in faults if f.severity is Severity.DOUTE]
    wrong = [f for f in faults if f.severity is Severity.FAUTE]
    list_doubts(doubts)
    if wrong:
        show_faults(wrong)
        raise typer.Exit(2)
    print_line(words.NO_FAULT)


def _pack(path: Path, other: Path | None) -> None:
    from tfpb.evidence.differences import differences
    from tfpb.io.packs.pack import run_hash_of
    from tfpb.words.documents.pack_words import compared, difference_words

    pack = _whole(path)
    if other is not None:
        second = _whole(other)
        print_line(compared((str(path), run_hash_of(pack)), (str(other), run_hash_of(second))))
        for line in difference_words(differences(pack, second)):
            print_line(line)


def _whole(path: Path) -> dict[str, bytes]:
    """Read a pack and say that it is whole; stop when it is not."""
    from tfpb.io.packs.pack import broken_files, changed_by_hand, read_pack, run_hash_of
    from tfpb.words.documents.pack_words import WHOLE, broken_words, loose_words

    pack = read_pack(path)
    if broken := broken_files(pack):
        wrong = broken_words(broken)
    elif path.is_dir() and (loose := changed_by_hand(path)):
        wrong = loose_words(loose)
    else:
        print_line(WHOLE.format(path=path, run_hash=run_hash_of(pack)))
        return pack
    for line in (f"{path} :", *wrong):
        print_error(line)
    raise typer.Exit(2)
