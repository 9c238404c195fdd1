"""`tfpb dossier`: the main job; `tfpb cartes`: its maps, without the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.io.packs.pack import Written


def dossier(
    fichier: Annotated[
        Path | None,
        typer.Argument(
            help="Le dossier.toml à traiter, ou son dossier (par défaut celui où l’on est)."
        ),
    ] = None,
    sortie: Annotated[
        Path | None,
        typer.Option("--sortie", "-s", help="Dossier à écrire (par défaut « dossier », à côté)."),
    ] = None,
    geodonnees: terminal.Geodonnees = None,
    diffuser: terminal.Diffuser = False,
    envoyer_quand_meme: terminal.EnvoyerQuandMeme = False,
    *,
    remplacer: terminal.Remplacer = None,
    garder: terminal.Garder = None,
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
        --geodonnees sorties/geodonnees
    """
    with terminal.guard(), terminal.copied_lines() as lines:
        from tfpb.pipeline.kept.standing_pack import StandingPack

        drafted = not (diffuser or envoyer_quand_meme or precedents or remplacer or garder)
        standing = StandingPack.of(fichier, sortie, geodonnees) if drafted else None
        if standing and not tout_recalculer and (again := standing.lines()):
            terminal.print_line(*again, words.UNCHANGED)
            return
        from tfpb.io.packs.pack import PACK_FOLDER
        from tfpb.io.sources.toml_files import load_settings, settings_path
        from tfpb.pipeline.kept.stage_cache import users_cache
        from tfpb.pipeline.pack_run import Follower, run_pack

        unused = envoyer_quand_meme and not diffuser
        terminal.warn_unused("--envoyer-quand-meme", words.ONLY_DRAFTED, given=unused)
        settings = load_settings(settings_path(fichier))
        folder = terminal.geodata_folder(geodonnees, settings)
        run = run_pack(
            settings,
            folder,
            sortie or settings.folder / PACK_FOLDER,
            keep=None if tout_recalculer else users_cache(),
            packs=tuple(precedents or ()),
            release=diffuser,
            anyway=envoyer_quand_meme,
            order=terminal.ordered(diffuser, remplacer, garder),
            follower=Follower(terminal.progress, held_back=terminal.show_held_back),
        )
        _show(run.dossier, run.written, run.review_name)
        if run.sent is not None:
            terminal.print_line(words.SENT_KEPT.format(folder=run.sent))
        terminal.print_line(words.RELEASED if diffuser else words.DRAFTED)
        if standing:
            standing.remember(run, lines)


def _show(done: Dossier, written: Written, review: str) -> None:
    from tfpb.words.documents.note_words import closing

    if written.kept:
        terminal.print_line(words.kept_files(written.kept))
    terminal.print_line(*closing(done, written.folder.name, review))
    terminal.show_questions(done.asked)
    if done.notices:
        terminal.print_line(words.DOUBTS_OF_FILES)
        terminal.show_doubts(done.notices, where=words.DOUBTS_SHEET)
    terminal.print_line(words.PACK_WRITTEN.format(folder=written.folder))


def cartes(
    fichier: Annotated[Path, typer.Argument(help="Le dossier.toml à traiter, ou son dossier.")],
    sortie: terminal.Sortie,
    geodonnees: terminal.Geodonnees = None,
    tout_recalculer: terminal.ToutRecalculer = False,
) -> None:
    """Dessine les cartes d’un dossier : carte.html, une page A4 par QPV, les vues d’ensemble.

    \b
    Exemple :
      tfpb cartes examples/valmont/dossier.toml --sortie sorties/cartes \\
        --geodonnees sorties/geodonnees
    """
    with terminal.guard():
        from tfpb.executors import cores
        from tfpb.io.machine.held_place import held
        from tfpb.io.packs.pack import check_place, write_folder
        from tfpb.io.sources.toml_files import load_settings, settings_path
        from tfpb.pipeline.kept.stage_cache import users_cache
        from tfpb.pipeline.pack_run import Follower, computed
        from tfpb.report.map_model import map_model
        from tfpb.report.print_map.sheets import map_files, sheet_count
        from tfpb.stage import Making, directly
        from tfpb.words.places.map_words import sheets_made

        settings = load_settings(settings_path(fichier))
        check_place(sortie)
        folder = terminal.geodata_folder(geodonnees, settings)
        keep = None if tout_recalculer else users_cache()
        with held(sortie):
            draft = replace(
                computed(settings, folder, keep, follower=Follower(terminal.progress))[0],
                draft=True,
            )
            model = map_model(draft)
            with terminal.progress(words.MAPS, sheet_count(model) + 1) as advance:
                making = Making(keep or directly, cores(), advance)
                drawn = map_files(model, making, dpi=settings.reglages.dpi)
                files = {name: data for name, data in drawn.items() if not name.endswith(".svg")}
            if keep is not None:
                keep.tidy()
            written = write_folder(sortie, files)
        sheets = sheets_made(len(model.pages), sheet_count(model) - len(model.pages))
        terminal.print_line(words.MAPS_WRITTEN.format(sheets=sheets, folder=written.folder))
        terminal.print_line(words.OPEN_MAP)
