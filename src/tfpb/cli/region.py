"""`tfpb region`: several bailleurs at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.executors import Tls
    from tfpb.region.computed import Region
    from tfpb.region.publishing.outputs import Rendered


def region(
    fichier: Annotated[Path, typer.Argument(help="Le region.toml à traiter, ou son dossier.")],
    sortie: terminal.Sortie,
    *,
    geodonnees: terminal.Geodonnees = None,
    moteur: Annotated[
        str, typer.Option(help="Où calculer : local, processus ou dask.")
    ] = "processus",
    processus: Annotated[
        int | None, typer.Option(min=1, help="Nombre de processus (par défaut, un par cœur).")
    ] = None,
    ordonnanceur: Annotated[
        str, typer.Option(help="Adresse de la grappe Dask, tcp://MACHINE:8786.")
    ] = "",
    tls_ca: Annotated[
        Path | None, typer.Option(help="Autorité d’une grappe chiffrée (tls://), fichier PEM.")
    ] = None,
    tls_certificat: Annotated[
        Path | None, typer.Option(help="Votre certificat pour cette grappe.")
    ] = None,
    tls_cle: Annotated[Path | None, typer.Option(help="Votre clé pour cette grappe.")] = None,
    documents: Annotated[
        bool,
        typer.Option(
            "--documents/--sans-documents",
            help="Écrire aussi classeurs, PDF, Word, cartes et atlas (les données sortent toujours).",
        ),
    ] = True,
    diffuser: terminal.Diffuser = False,
    envoyer_quand_meme: terminal.EnvoyerQuandMeme = False,
    remplacer: terminal.Remplacer = None,
    garder: terminal.Garder = None,
    precedents: terminal.Precedents = None,
    pages: Annotated[
        bool,
        typer.Option(
            "--pages/--sans-pages",
            help="Dessiner aussi, dans le dossier de chaque bailleur, la page A4 de ses QPV (long).",
        ),
    ] = False,
) -> None:
    """Traite plusieurs bailleurs : restitution régionale, un dossier par bailleur, fiches des contrats.

    Sans --diffuser, c’est un PROJET, pour l’organisme régional seul ; avec, la région est inscrite au
    registre des diffusions, et ce que deux diffusions soustraites diraient est retenu.

    \b
    Exemple :
      tfpb region examples/region/region.toml --sortie sorties/region --sans-documents \\
        --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.executors import executor
        from tfpb.io.sources.region_inputs import load_region
        from tfpb.io.sources.toml_files import settings_path
        from tfpb.pipeline.kept.entry_files import cache_folder
        from tfpb.pipeline.pack_run import Follower
        from tfpb.region.publishing.packs import Media
        from tfpb.region.publishing.region_run import run_region

        settings = load_region(settings_path(fichier, "region.toml"))
        folder = terminal.geodata_folder(geodonnees, settings).resolve()
        for option, note, given in (
            ("--ordonnanceur", words.NOT_DASK, ordonnanceur and moteur != "dask"),
            ("--processus", words.ONE_PROCESS, processus and moteur == "local"),
            ("--pages", words.NO_DOCUMENTS, pages and not documents),
            ("--envoyer-quand-meme", words.ONLY_DRAFTED, envoyer_quand_meme and not diffuser),
        ):
            terminal.warn_unused(option, note, given=given)
        runs = executor(
            moteur,
            workers=processus or os.cpu_count() or 1,
            scheduler=ordonnanceur,
            tls=_tls(ordonnanceur, tls_ca, tls_certificat, tls_cle),
            documents=documents,
        )
        if moteur == "dask":
            note = words.TRAVELS_HIDDEN if tls_ca else words.TRAVELS_BARE
            terminal.print_line(words.TRAVELS, note)
        run = run_region(
            settings, folder, sortie,
            executor=runs, media=Media(documents, pages), kept=cache_folder(),
            packs=precedents or (), release=diffuser, anyway=envoyer_quand_meme,
            order=terminal.ordered(diffuser, remplacer, garder),
            follower=Follower(terminal.progress, held_back=terminal.show_held_back),
            list_read=_list_read, list_asked=_list_asked,
        )  # fmt: skip
        _show(run.done, run.written.folder, run.written.kept)
        if run.sent is not None:
            terminal.print_line(words.SENT_KEPT.format(folder=run.sent))
        terminal.print_line(words.RELEASED if diffuser else words.DRAFTED)


def _tls(scheduler: str, *files: Path | None) -> Tls | None:
    """Gather what opens an encrypted cluster; all of it, or nothing.

    Raises `dask_tls_incomplet`, `fichier_absent`.
    """
    from tfpb.errors import fail
    from tfpb.io.tables.contents import require_file

    encrypted = scheduler.startswith("tls://")
    if not encrypted and not any(files):
        return None
    options = ("--tls-ca", "--tls-certificat", "--tls-cle")
    lacking = [o for o, file in zip(options, files, strict=True) if file is None]
    if lacking or not encrypted:
        raise fail("dask_tls_incomplet", manque=", ".join(lacking) or "tls://")
    given = [file for file in files if file is not None]
    for file in given:
        require_file(file)
    ca, certificate, key = (str(file.resolve()) for file in given)
    return ca, certificate, key


def _list_asked(computed: Region) -> None:
    terminal.show_questions(computed.asked)
    for part in computed.parts:
        terminal.show_questions(part.asked, whose=part.name)


def _list_read(table: pd.DataFrame, doubts: Sequence[Fault]) -> None:
    """Say what became of the interviews, before anything rests on them, and what settles their names."""
    from tfpb.report.sections.restitution import read_counts
    from tfpb.words.faults.paste_words import paste_lines

    if len(table):
        terminal.print_line(read_counts(table))
        terminal.show_doubts(doubts)
        terminal.print_line(*paste_lines(doubts))


def _show(done: Rendered, folder: Path, kept: tuple[str, ...]) -> None:
    from tfpb.words.documents.region_words import closing_lines

    if kept:
        terminal.print_line(words.kept_files(kept))
    atlas = "region/atlas.pdf" in done.names
    terminal.print_line(*closing_lines(done.owners, done.contrats, folder.name, atlas=atlas))
    if done.notices:
        terminal.print_line(words.DOUBTS_OF_REGION)
        terminal.show_doubts(done.notices)
    doubts = sum(done.doubts.values())
    if doubts:
        terminal.print_line(words.DOUBTS_OF_OWNERS.format(count=doubts))
    terminal.print_line(words.REGION_WRITTEN.format(folder=folder))
