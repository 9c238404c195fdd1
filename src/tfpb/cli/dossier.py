"""`tfpb dossier`: the main job."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from tfpb.io.packs.pack import Written
    from tfpb.model.assembly import Dossier
    from tfpb.model.settings import Settings
    from tfpb.pipeline.kept.stage_cache import StageCache
    from tfpb.stage import Stage

PACK_FOLDER: Final = "dossier"
"""Where a pack goes when nothing is said, beside the dossier.toml."""


def dossier(
    fichier: Annotated[
        Path | None,
        typer.Argument(
            help="Le dossier.toml à traiter, ou son dossier (par défaut celui où l’on est).",
            show_default=False,
        ),
    ] = None,
    sortie: Annotated[
        Path | None,
        typer.Option("--sortie", "-s", help="Dossier à écrire (par défaut « dossier », à côté)."),
    ] = None,
    geodonnees: terminal.Geodonnees = None,
    diffuser: terminal.Diffuser = False,
    precedents: terminal.Precedents = None,
    tout_recalculer: terminal.ToutRecalculer = False,
) -> None:
    """Fait tout : lit, situe les adresses, compare, calcule, dessine et écrit le dossier de preuves.

    Sans --diffuser, le dossier est un PROJET, pour l’organisme seul : on décide, on corrige, on refait
    autant de fois qu’on veut. Avec --diffuser, il peut être transmis : il est inscrit au registre des
    diffusions, et ce que deux diffusions soustraites diraient de quelques ménages est retenu.

    \b
    Exemple :
      tfpb dossier examples/valmont/dossier.toml --sortie sorties/valmont \\
        --geodonnees sorties/geodonnees --diffuser
    """
    with terminal.guard():
        from tfpb.io.packs.output_files import staged
        from tfpb.io.packs.pack import check_place, free_place, write_pack
        from tfpb.io.sources.toml_files import load_settings, settings_path
        from tfpb.pipeline.kept.stage_cache import users_cache
        from tfpb.pipeline.published_before import ledger_with, refuse_release

        settings = load_settings(settings_path(fichier))
        folder = terminal.geodata_folder(geodonnees, settings)
        target = sortie or settings.folder / PACK_FOLDER
        check_place(target)
        keep = None if tout_recalculer else users_cache()
        start = time.perf_counter()
        made, timings = computed(settings, folder, keep, tuple(precedents or ()))
        made = replace(made, draft=not diffuser)
        terminal.show_held_back(made.notices)
        if diffuser:
            refuse_release(made.notices)
        files, journal = _rendered(made, keep, timings)
        timings["total"] = round(time.perf_counter() - start, 3)
        review = _review(made, folder, free_place(target), keep)
        new = diffuser and bool(made.release) and not made.released_before
        ledger = ledger_with(made.release) if new else {}
        # a workbook held open is met before the pack is replaced
        with staged({**review, **ledger}):
            written = write_pack(target, files, journal)
        _tell(made, written, _named(made, review))
        terminal.print_line(words.RELEASED if diffuser else words.DRAFTED)


def computed(
    settings: Settings, folder: Path, keep: StageCache | None, packs: tuple[Path, ...] = ()
) -> tuple[Dossier, dict[str, float]]:
    """Run every stage, its progress shown; return the dossier, and the seconds that each stage took."""
    from tfpb.pipeline.assembling import assemble
    from tfpb.pipeline.stages import STAGES
    from tfpb.stage import directly

    timings: dict[str, float] = {}
    execute = keep or directly
    with terminal.progress(words.CALCULATIONS, len(STAGES)) as advance:

        def timed(stage: Stage, values: tuple[Any, ...]) -> Any:
            begun = time.perf_counter()
            result = execute(stage, values)
            timings[stage.name] = round(time.perf_counter() - begun, 3)
            advance(1)
            return result

        return assemble(settings, folder, execute=timed, packs=packs), timings


def _rendered(
    made: Dossier, keep: StageCache | None, timings: dict[str, float]
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Make the files of the pack and its journal."""
    from tfpb.executors import cores
    from tfpb.pipeline.assembling import render
    from tfpb.stage import Making, directly

    begun = time.perf_counter()
    with terminal.progress(words.DOCUMENTS) as steps:
        files = render(made, Making(keep or directly, cores(), steps, steps.expect))
    timings["Documents"] = round(time.perf_counter() - begun, 3)
    journal: dict[str, Any] = {"durees_s": timings}
    if keep is not None:
        keep.tidy()
        journal["repris"] = dict(Counter(keep.reused))
    return files, journal


def _review(
    made: Dossier, geography: Path, pack: Path, keep: StageCache | None
) -> dict[Path, bytes]:
    """Make the workbook of what is left to decide, which stands beside the pack."""
    from tfpb.geodata.ground_imports import load_parcels
    from tfpb.pipeline.steps.geocoding import chosen_addresses, doubtful_addresses
    from tfpb.review.review_workbook import read_limit_decisions, review_file
    from tfpb.stage import directly

    entrances = made.located.entrances
    given = made.settings.fichiers.decisions
    return review_file(
        pack,
        entrances,
        made.maps,
        parcels=load_parcels(geography, communes=set(entrances["result_citycode"]) - {""}),
        streets=lambda _rows: made.ground.streets,
        decisions=read_limit_decisions(made.settings.path(given)) if given else None,
        radius_m=made.settings.reglages.rayon_defaut_m,
        addresses=doubtful_addresses(made),
        chosen=chosen_addresses(made.settings),
        execute=keep or directly,
    )


def _named(made: Dossier, review: dict[Path, bytes]) -> str:
    """Name the review from the dossier's folder, as `decisions` would; empty when there is none."""
    for path in review:
        try:
            return Path(os.path.relpath(path.resolve(), made.settings.folder)).as_posix()
        except ValueError:  # another drive
            return path.resolve().as_posix()
    return ""


def _tell(made: Dossier, written: Written, review: str) -> None:
    from tfpb.words.documents.closing import closing

    if written.kept:
        terminal.print_line(words.kept_files(written.kept))
    terminal.print_line(*closing(made, written.folder.name, review))
    if made.notices:
        terminal.print_line(words.DOUBTS_OF_FILES)
        terminal.show_doubts(made.notices, where=words.DOUBTS_SHEET)
    terminal.print_line(words.PACK_WRITTEN.format(folder=written.folder))
