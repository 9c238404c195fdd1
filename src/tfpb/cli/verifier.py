"""`tfpb verifier`: every fault and doubt of the inputs; or: is a pack whole, secret, what differs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.question import Asked
    from tfpb.model.record import Reading


def verifier(
    fichier: Annotated[
        Path | None,
        typer.Argument(
            help="Le dossier.toml à vérifier, ou son dossier (par défaut celui où l’on est)."
        ),
    ] = None,
    dossier: Annotated[Path | None, typer.Option(help="Un dossier.zip à contrôler.")] = None,
    avec: Annotated[Path | None, typer.Option(help="Un autre dossier.zip, à comparer.")] = None,
    precedents: Annotated[
        list[Path] | None,
        typer.Option(help="Un dossier déjà diffusé, que ses lecteurs ont encore (répétable)."),
    ] = None,
    geodonnees: terminal.Geodonnees = None,
) -> None:
    """Dit toutes les fautes et tous les doutes des fichiers, sans rien écrire ; ou contrôle un dossier.zip.

    D’un dossier.zip : s’il est entier, et si ses résultats d’enquête sont arrondis, et repris des dossiers
    antérieurs, comme la règle du secret le veut (code de sortie 2 sinon).

    \b
    Exemples :
      tfpb verifier examples/valmont/dossier.toml --geodonnees sorties/geodonnees
      tfpb verifier --dossier sorties/valmont/dossier.zip
    """
    with terminal.guard():
        if dossier is not None:
            _pack(dossier, avec, precedents or [])
        elif avec is None and not precedents:
            _inputs(fichier, geodonnees)
        else:
            terminal.print_error(words.SECOND_PACK)
            raise typer.Exit(2)


def _inputs(fichier: Path | None, geodonnees: Path | None) -> None:
    from tfpb.errors import Severity, TfpbError
    from tfpb.io.sources.toml_files import read_settings, settings_path
    from tfpb.words.faults.paste_words import paste_lines

    settings, faults = read_settings(settings_path(fichier))
    listed: tuple[Reading, ...] = ()
    asked: tuple[Asked, ...] = ()
    if settings is not None:
        from tfpb.io.sources.inputs import gather_inputs  # what a mistyped name need not wait for
        from tfpb.pipeline.assembling import examine
        from tfpb.pipeline.kept.stage_cache import users_cache
        from tfpb.pipeline.steps.checking import readings
        from tfpb.stage import directly

        try:
            folder = terminal.geodata_folder(geodonnees, settings)
        except TfpbError as error:  # the files are read without it
            inputs, found = gather_inputs(settings)
            faults, listed = [*faults, *error.faults, *found], readings(inputs)
            asked = inputs.asked
        else:
            # what « dossier » kept serves; this command writes nothing
            taken = users_cache(keeps=False) or directly
            examined = examine(settings, folder, execute=taken, whole=False)
            faults, listed = [*faults, *examined.faults], examined.readings
            asked = examined.asked
    _list_readings(listed)
    terminal.show_questions(asked)
    doubts = [f for f in faults if f.severity is Severity.DOUTE]
    wrong = [f for f in faults if f.severity is Severity.FAUTE]
    terminal.list_doubts(doubts)
    if wrong:
        terminal.show_faults(wrong, block=False)
    terminal.print_line(*paste_lines((*wrong, *doubts)))
    if wrong:
        raise typer.Exit(2)
    terminal.print_line(words.NO_FAULT)


def _list_readings(listed: Sequence[Reading]) -> None:
    from tfpb.words.documents.setting_words import TITLE, reading_line

    if listed:
        terminal.print_line(TITLE)
    for one in listed:
        several = len({r.bailleur for r in listed if r.file == one.file}) > 1
        terminal.print_line(f"  {reading_line(one, owners=several)}")


def _pack(path: Path, other: Path | None, earlier: Sequence[Path]) -> None:
    from tfpb.evidence.differences import differences
    from tfpb.io.packs.pack import read_pack, run_hash_of
    from tfpb.words.documents.pack_words import compared, difference_words

    pack = _whole(path)
    if other is not None:
        second = _whole(other)
        terminal.print_line(
            compared((str(path), run_hash_of(pack)), (str(other), run_hash_of(second)))
        )
        terminal.print_line(*difference_words(differences(pack, second)))
    elif not _printed(pack, [read_pack(p) for p in earlier]):
        raise typer.Exit(2)


def _printed(pack: dict[str, bytes], earlier: Sequence[dict[str, bytes]]) -> bool:
    """Say whether what a pack prints of a survey is rounded, and reprinted, as the rule of secrecy wants."""
    from tfpb.evidence.printed_survey import checked
    from tfpb.words.documents.pack_words import PRINTED, unlike_print

    rows, found = checked(pack, earlier)
    if not found:
        terminal.print_line(PRINTED.format(rows=rows))
    for fault in found:
        terminal.print_error(unlike_print(fault.code, fault.where, fault.found))
    return not found


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
        terminal.print_line(WHOLE.format(path=path, run_hash=run_hash_of(pack)))
        return pack
    terminal.print_error(f"{path} :", *wrong)
    raise typer.Exit(2)
