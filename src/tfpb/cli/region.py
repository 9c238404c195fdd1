"""`tfpb region`: several bailleurs at once."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.executors import Executor
    from tfpb.io.sources.region_inputs import RegionSettings
    from tfpb.region.outputs import Rendered
    from tfpb.region.packs import Media


def region(
    fichier: Annotated[
        Path, typer.Argument(help="Le region.toml à traiter, ou son dossier.", show_default=False)
    ],
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
    documents: Annotated[
        bool,
        typer.Option(
            "--documents/--sans-documents",
            help="Écrire aussi classeurs, PDF, Word, cartes et atlas (les données sortent toujours).",
        ),
    ] = True,
    diffuser: terminal.Diffuser = False,
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
        from tfpb.io.packs.output_files import staged
        from tfpb.io.packs.pack import check_place, dumps, write_folder
        from tfpb.io.sources.region_inputs import load_region
        from tfpb.io.sources.toml_files import settings_path
        from tfpb.pipeline.published_before import ledger_with, refuse_release
        from tfpb.region.packs import Media

        settings = load_region(settings_path(fichier, "region.toml"))
        check_place(sortie)
        folder = terminal.geodata_folder(geodonnees, settings).resolve()
        start = time.perf_counter()
        terminal.tell_unused(
            "--ordonnanceur", words.NOT_DASK, given=ordonnanceur and moteur != "dask"
        )
        terminal.tell_unused(
            "--processus", words.ONE_PROCESS, given=processus and moteur == "local"
        )
        terminal.tell_unused("--pages", words.NO_DOCUMENTS, given=pages and not documents)
        workers = processus or os.cpu_count() or 1
        runs = executor(moteur, workers=workers, scheduler=ordonnanceur, documents=documents)
        with closing(runs):
            media = Media(documents, pages)
            made, timings = _run(
                settings, folder, runs, media, precedents or (), draft=not diffuser
            )
        terminal.show_held_back(made.notices)
        if diffuser:
            refuse_release(made.notices)
        with staged(ledger_with(made.line) if made.line else {}):
            written = write_folder(sortie, made.files)
        timings["total"] = round(time.perf_counter() - start, 3)
        (written.folder / "journal.json").write_bytes(dumps({"durees_s": timings}))
        _tell(made, written.folder, written.kept)
        terminal.print_line(words.RELEASED if diffuser else words.DRAFTED)


def _run(
    settings: RegionSettings,
    geography: Path,
    runs: Executor,
    media: Media,
    packs: Sequence[Path],
    *,
    draft: bool,
) -> tuple[Rendered, dict[str, float]]:
    """Compute, then render, their progress shown; return the files and the seconds each took."""
    from tfpb.pipeline.kept.stage_cache import StageCache, cache_folder
    from tfpb.region.outputs import outputs_count, render
    from tfpb.region.run import compute

    kept = cache_folder()
    timings: dict[str, float] = {}
    begun = time.perf_counter()
    with terminal.progress(words.OWNERS, len(settings.bailleurs)) as advance:
        computed = compute(
            settings,
            geography,
            executor=runs,
            kept=kept,
            packs=packs,
            draft=draft,
            tell=lambda _step, n: advance(n),
        )
    timings["calculs"] = round(time.perf_counter() - begun, 3)
    begun = time.perf_counter()
    with terminal.progress(words.DOCUMENTS, outputs_count(computed, media)) as advance:
        made = render(
            computed,
            geography,
            executor=runs,
            media=media,
            kept=kept,
            tell=lambda _step, n: advance(n),
        )
    if kept is not None:
        StageCache(kept).tidy()
    timings["documents"] = round(time.perf_counter() - begun, 3)
    return made, timings


def _tell(made: Rendered, folder: Path, kept: tuple[str, ...]) -> None:
    from tfpb.words.documents.region_words import closing_lines

    if kept:
        terminal.print_line(words.kept_files(kept))
    atlas = "region/atlas.pdf" in made.files
    terminal.print_line(*closing_lines(made.owners, made.contrats, folder.name, atlas=atlas))
    if made.notices:
        terminal.print_line(words.DOUBTS_OF_REGION)
        terminal.show_doubts(made.notices)
    doubts = sum(made.doubts.values())
    if doubts:
        terminal.print_line(words.DOUBTS_OF_OWNERS.format(count=doubts))
    terminal.print_line(words.REGION_WRITTEN.format(folder=folder))
