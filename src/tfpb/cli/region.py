"""`tfpb region`: several bailleurs at once."""

from __future__ import annotations

import os
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.executors import Tls
    from tfpb.region.computed import Region
    from tfpb.region.publishing.outputs import Rendered


T = TypeVar("T")


def region(
    fichier: Annotated[Path, typer.Argument(help="Le region.toml à traiter, ou son dossier.")],
    sortie: terminal.Sortie,
    *,
    geodonnees: terminal.Geodonnees = None,
    moteur: Annotated[
        str, typer.Option("--moteur", help="Où calculer : local, processus ou dask.")
    ] = "processus",
    processus: Annotated[
        int | None,
        typer.Option("--processus", min=1, help="Nombre de processus (par défaut, un par cœur)."),
    ] = None,
    ordonnanceur: Annotated[
        str, typer.Option("--ordonnanceur", help="Adresse de la grappe Dask, tcp://MACHINE:8786.")
    ] = "",
    tls_ca: Annotated[
        Path | None,
        typer.Option("--tls-ca", help="Autorité d’une grappe chiffrée (tls://), fichier PEM."),
    ] = None,
    tls_certificat: Annotated[
        Path | None, typer.Option("--tls-certificat", help="Votre certificat pour cette grappe.")
    ] = None,
    tls_cle: Annotated[
        Path | None, typer.Option("--tls-cle", help="Votre clé pour cette grappe.")
    ] = None,
    documents: Annotated[
        bool,
        typer.Option(
            "--documents/--sans-documents",
            help="Écrire aussi classeurs, PDF, Word, cartes et atlas (les données sortent toujours).",
        ),
    ] = True,
    diffuser: terminal.Diffuser = False,
    envoyer_quand_meme: terminal.EnvoyerQuandMeme = False,
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
        from tfpb.io.machine.held_place import held
        from tfpb.io.packs.output_files import staged
        from tfpb.io.packs.pack import GrowingFolder, check_place, dumps
        from tfpb.io.packs.sent import keep_sent
        from tfpb.io.sources.region_inputs import load_region
        from tfpb.io.sources.toml_files import settings_path
        from tfpb.pipeline.kept.stage_cache import StageCache, cache_folder
        from tfpb.pipeline.published_before import asked_first, ledger_with
        from tfpb.region.publishing.outputs import outputs_count, render
        from tfpb.region.publishing.packs import Media
        from tfpb.region.run import compute

        settings = load_region(settings_path(fichier, "region.toml"))
        check_place(sortie)
        folder = terminal.geodata_folder(geodonnees, settings).resolve()
        start = time.perf_counter()
        for option, note, given in (
            ("--ordonnanceur", words.NOT_DASK, ordonnanceur and moteur != "dask"),
            ("--processus", words.ONE_PROCESS, processus and moteur == "local"),
            ("--pages", words.NO_DOCUMENTS, pages and not documents),
            ("--envoyer-quand-meme", words.ONLY_DRAFTED, envoyer_quand_meme and not diffuser),
        ):
            terminal.warn_unused(option, note, given=given)
        workers = processus or os.cpu_count() or 1
        runs = executor(
            moteur,
            workers=workers,
            scheduler=ordonnanceur,
            tls=_tls(ordonnanceur, tls_ca, tls_certificat, tls_cle),
            documents=documents,
        )
        if moteur == "dask":
            note = words.TRAVELS_HIDDEN if tls_ca else words.TRAVELS_BARE
            terminal.print_line(words.TRAVELS, note)
        timings: dict[str, float] = {}
        media, kept = Media(documents, pages), cache_folder()
        with closing(runs), held(sortie):
            computed = _timed(
                "calculs", timings, words.OWNERS, len(settings.bailleurs),
                lambda advance: compute(
                    settings, folder, executor=runs, kept=kept, packs=precedents or (),
                    draft=not diffuser, advance=advance, list_read=_list_read,
                ),
            )  # fmt: skip
            terminal.show_questions(computed.asked)
            for part in computed.parts:
                terminal.show_questions(part.asked, whose=part.name)
            first = asked_first(computed.sources) if diffuser else ()
            terminal.show_held_back((*computed.notices, *first))
            if diffuser:
                computed = sent(computed, anyway=envoyer_quand_meme)
            with closing(GrowingFolder(sortie)) as out:
                done = _timed(
                    "documents", timings, words.DOCUMENTS, outputs_count(computed, media),
                    lambda advance: render(
                        computed, folder, executor=runs, media=media, out=out, kept=kept, advance=advance
                    ),
                )  # fmt: skip
                if kept is not None:
                    StageCache(kept).tidy()
                with staged(ledger_with(done.line) if done.line else {}):
                    written = out.finish()
            head = settings.region
            place = keep_sent(written.folder, head.annee, head.date) if diffuser else None
        timings["total"] = round(time.perf_counter() - start, 3)
        (written.folder / "journal.json").write_bytes(dumps({"durees_s": timings}))
        _show(done, written.folder, written.kept)
        if place is not None:
            terminal.print_line(words.SENT_KEPT.format(folder=place))
        terminal.print_line(words.RELEASED if diffuser else words.DRAFTED)


def _tls(scheduler: str, *files: Path | None) -> Tls | None:
    """Gather what opens an encrypted cluster; all of it, or nothing.

    Raises
    ------
    TfpbError
        `dask_tls_incomplet`, `fichier_absent`.
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


def _timed(
    name: str,
    timings: dict[str, float],
    label: str,
    total: int,
    work: Callable[[Callable[[str, int], None]], T],
) -> T:
    """Do a part of the run, its progress shown, and note the seconds it took."""
    begun = time.perf_counter()
    with terminal.progress(label, total) as advance:
        result = work(lambda _step, n: advance(n))
    timings[name] = round(time.perf_counter() - begun, 3)
    return result


def sent(computed: Region, *, anyway: bool) -> Region:
    """Return a region that may be released, with what it leaves open.

    Raises
    ------
    TfpbError
        As `refuse_release`.
    """
    from tfpb.pipeline.published_before import refuse_release

    whose = computed.left_open
    refuse_release(computed.notices, open_=() if anyway else tuple(whose), whose=whose)
    return replace(computed, sent_anyway=tuple(whose))


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
