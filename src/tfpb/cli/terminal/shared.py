"""What every command shares: options, the guard that speaks French, progress, the geography folder."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tfpb.stage import Steps
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType

    from tfpb.errors import Fault
    from tfpb.io.sources.region_inputs import RegionSettings
    from tfpb.model.question import Asked
    from tfpb.model.settings import Settings
    from tfpb.model.survey import Order, Published

_OUR_FAULT: Final = 1
_MOST_SHOWN: Final = 200
_MOST_KINDS: Final = 12
Sortie = Annotated[Path, typer.Option("--sortie", "-s", help="Fichier ou dossier à écrire.")]
Feuille = Annotated[
    str | None,
    typer.Option("--feuille", help="Feuille du classeur à lire (la bonne est cherchée sinon)."),
]
CsvBrut = Annotated[
    bool, typer.Option("--csv-brut", help="CSV pour programmes : virgule, point décimal, UTF-8.")
]
Geodonnees = Annotated[
    Path | None,
    typer.Option(
        "--geodonnees",
        envvar="TFPB_GEODONNEES",
        help="Dossier des géodonnées importées (par défaut celui de l’utilisateur).",
        show_envvar=True,
    ),
]
Diffuser = Annotated[
    bool,
    typer.Option(
        "--diffuser",
        help="Fait ce qui peut être transmis, et l’inscrit au registre des diffusions.",
    ),
]
EnvoyerQuandMeme = Annotated[
    bool,
    typer.Option(
        "--envoyer-quand-meme",
        help="Avec --diffuser : envoie ce qui reste ouvert (des doutes, une marge sans auteur, des "
        "conventions absentes), et le dit dans ce qui est écrit.",
    ),
]
Remplacer = Annotated[
    list[str] | None,
    typer.Option(
        "--remplacer",
        metavar='VAGUE="motif"',
        help="Avec --diffuser : la vague, déjà diffusée, est recalculée sur les fichiers d’aujourd’hui ; la "
        "première page dit quelle diffusion elle remplace, et pourquoi (répétable).",
    ),
]
Garder = Annotated[
    list[str] | None,
    typer.Option(
        "--garder",
        metavar="VAGUE",
        help="Avec --diffuser : les chiffres diffusés de la vague sont redits, bien que les fichiers "
        "d’aujourd’hui en donnent d’autres ; c’est écrit (répétable).",
    ),
]
Precedents = Annotated[
    list[Path] | None,
    typer.Option(
        "--precedents",
        help="Ce qui a été diffusé et que ce poste ne connaît pas : dossier.zip, dossier de région, "
        "…_diffusion.json (répétable).",
    ),
]
ToutRecalculer = Annotated[
    bool,
    typer.Option(
        "--tout-recalculer", help="Ne reprend rien des calculs gardés d’une fois sur l’autre."
    ),
]
Reponses = Annotated[
    Path | None,
    typer.Option(
        "--reponses",
        help="Fichier .toml dont la table [reponses] répond aux questions sur les fichiers.",
    ),
]
Colonne = Annotated[
    list[str] | None,
    typer.Option(
        "--colonne", help="Nom d’une colonne du fichier, par exemple adresse=ADR1 (répétable)."
    ),
]


STOPPED_CODE: Final = 130
_asked: Final = threading.Event()


def watch() -> None:
    """Note each Ctrl-C besides raising `KeyboardInterrupt`; only the main thread may ask for it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _note)


def was_asked() -> bool:
    """Say whether Ctrl-C was pressed since the last time this was asked."""
    asked = _asked.is_set()
    _asked.clear()
    return asked


def _note(_signal: int, _frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt


_copies: Final[list[list[str]]] = []


@contextlib.contextmanager
def copied_lines() -> Iterator[list[str]]:
    """Give a list that grows with each line printed for the user during a block."""
    copy: list[str] = []
    _copies.append(copy)
    try:
        yield copy
    finally:
        _copies.remove(copy)


def print_line(*lines: str) -> None:
    """Print lines for the user; signs that the console lacks are written plainly (see `console`)."""
    for copy in _copies:
        copy.extend(lines)
    for line in lines:
        print(line)  # noqa: T201 - the one place that prints


def warn_unused(option: str, why: str, *, given: object) -> None:
    """Tell an option that was given and cannot serve beside the others."""
    if given:
        print_line(words.UNUSED.format(option=option, why=why))


def warn_raw(sortie: Path, *, given: bool) -> None:
    """Tell `--csv-brut` where the output is no CSV."""
    named = sortie.suffix.lower()
    warn_unused("--csv-brut", words.NOT_CSV, given=given and named not in {"", ".csv"})


def check_output(
    output: Path,
    inputs: Iterable[Path | None],
    *,
    raw: bool,
    layers: bool = False,
    siblings: Callable[[Path], Iterable[Path]] = lambda _: (),
) -> None:
    """Refuse an output that is no table (nor layer) or would replace an input.

    Warns of a useless `--csv-brut`. The output may have no name at all; `siblings` names what is written
    next to one that has; `layers`: the command writes map layers too.
    """
    from tfpb.io.packs.output_files import refuse_inputs
    from tfpb.io.tables.tabular import WRITTEN_LAYERS, check_format

    warn_raw(output, given=raw)
    check_format(output, WRITTEN_LAYERS if layers else ())
    refuse_inputs((output, *siblings(output)), inputs)


def written(arguments: Sequence[str]) -> str:
    """Write a command line as the user could type or paste it, spaces in names included."""
    import shlex
    import subprocess

    return subprocess.list2cmdline(arguments) if os.name == "nt" else shlex.join(arguments)


def print_error(*lines: str) -> None:
    """Print lines on the error channel."""
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201


@contextlib.contextmanager
def guard() -> Iterator[None]:
    """Turn what goes wrong into French and an exit code: 2 the input, 1 ours; never a traceback.

    `TFPB_TRACE=1` shows the traceback to whoever mends the program.
    """
    from tfpb.errors import TfpbError

    try:
        yield
    except TfpbError as error:
        if was_asked():
            raise _stopped() from None
        show_faults(error.faults)
        raise typer.Exit(error.exit_code) from None
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except BrokenPipeError:  # the reader of our output has left (« | head »): nothing to say to it
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        was_asked()
        raise _stopped() from None
    except Exception as error:
        if was_asked():
            raise _stopped() from None
        if os.environ.get("TFPB_TRACE"):
            raise
        if (refused := _system_error(error)) is not None:
            show_faults([_refused(refused)])
            raise typer.Exit(TfpbError.exit_code) from None
        print_error(words.PROGRAM_ERROR.format(kind=type(error).__name__))
        raise typer.Exit(_OUR_FAULT) from None


def _stopped() -> typer.Exit:
    print_error(words.STOPPED)
    return typer.Exit(STOPPED_CODE)


def _system_error(error: BaseException | None) -> OSError | None:
    """Find what the system refused behind an error, whatever library met it."""
    while error is not None:
        if isinstance(error, OSError) and error.errno:
            return error
        # a library that the system could not map, for want of memory, is told so in words alone
        if isinstance(error, MemoryError) or (
            isinstance(error, ImportError) and "failed to map segment" in str(error)
        ):
            return OSError(errno.ENOMEM, "")
        if type(error).__name__ == "SerialisationError" and "IO_" in str(error):
            return OSError(errno.ENOSPC, "")  # how the XML library of workbooks says so
        error = error.__cause__ or error.__context__
    return None


def _refused(error: OSError) -> Fault:
    """Make the fault of a file or folder the system refuses, wherever in the program that was."""
    from tfpb.errors import Fault, Place
    from tfpb.words.faults.input_words import reason

    if error.errno == errno.ENOMEM:
        return Fault("memoire_insuffisante")
    known = "" if error.filename is None else str(error.filename)
    name = Path(known).name.removeprefix(".").removesuffix(".part")
    return Fault("acces_impossible", Place(name), reason(error))


def show_faults(faults: Iterable[Fault], *, block: bool = True) -> None:
    """List faults on the error channel in reading order, those alike together, with their count.

    What settles several of them follows, in one `block` to paste.
    """
    from tfpb.words.faults.paste_words import paste_lines
    from tfpb.words.faults.sentences import fault_texts

    faults = tuple(faults)
    listed = fault_texts(faults)
    print_error(words.FAULTS.format(count=len(listed)))
    for number, text in enumerate(listed[:_MOST_SHOWN], start=1):
        first, *rest = text.lines()
        print_error(f"{number}. {first}", *(f"  {line}" for line in rest))
    if len(listed) > _MOST_SHOWN:
        print_error(words.OTHER_FAULTS.format(count=len(listed) - _MOST_SHOWN))
    print_error(*(paste_lines(faults) if block else ()))


def list_doubts(doubts: Iterable[Fault]) -> None:
    """List every doubt in full, those alike together."""
    from tfpb.words.faults.sentences import fault_texts

    listed = fault_texts(doubts)
    if listed:
        print_line(words.DOUBTS.format(count=len(listed)))
    for text in listed:
        print_line(*(f"  {line}" for line in text.lines()))


def ordered(release: bool, remplacer: Sequence[str] | None, garder: Sequence[str] | None) -> Order:
    """Return what is asked about waves released before; said of a draft, it has not served."""
    from tfpb.model.survey import Order
    from tfpb.pipeline.published_before import replaced

    for option, given in (("--remplacer", remplacer), ("--garder", garder)):
        warn_unused(option, words.ONLY_DRAFTED, given=bool(given) and not release)
    if not release:
        return Order()
    return Order(release=True, replaced=replaced(remplacer or ()), kept=tuple(garder or ()))


def show_questions(asked: Sequence[Asked], *, whose: str = "") -> None:
    """List the questions of the files, of those of a bailleur if any, what hangs most first."""
    from tfpb.words.faults.question_words import question_lines

    lines = question_lines(asked)
    print_line(*([f"{whose} :"] if whose and lines else []), *lines)


def show_corrections(published: Published) -> None:
    """Say which waves released before are replaced, or kept as they were."""
    from tfpb.words.survey.release_words import correction_line

    print_line(*map(correction_line, published.corrections))


def show_held_back(notices: Iterable[Fault]) -> None:
    """Say, before anything is written, what two releases would tell together and is held back."""
    from tfpb.pipeline.published_before import HELD_BACK

    held_back = [n for n in notices if n.code in HELD_BACK]
    if held_back:
        print_line(words.HELD_BACK)
        show_doubts(held_back)


def show_doubts(faults: Iterable[Fault], *, where: str = "") -> None:
    """List doubts briefly on the standard channel, each kind once with the first as its example.

    What to do follows, unless all of them are listed elsewhere (`where`).
    """
    from tfpb.words.faults.sentences import fault_text

    kinds: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:  # each option that did not serve has its reason
        kinds.setdefault((fault.code, str(fault.fields.get("raison", ""))), []).append(fault)
    for alike in list(kinds.values())[:_MOST_KINDS]:
        text = fault_text(alike[0])
        print_line(words.short_doubt(text.title, text.where, len(alike) - 1))
        if not where and text.hint and not text.hint.startswith(words.NOTHING_TO_DO):
            print_line(words.WHAT_TO_DO.format(hint=text.hint))
    if len(kinds) > _MOST_KINDS:
        print_line(words.OTHER_KINDS.format(count=len(kinds) - _MOST_KINDS))
    if where and kinds:
        print_line(words.ALL_LISTED.format(where=where))


@contextlib.contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Steps]:
    """Show a progress bar on a terminal; elsewhere stay silent."""
    if not sys.stderr.isatty():
        yield Steps()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield Steps(
            lambda count: bar.advance(task, count), lambda count: bar.update(task, total=count)
        )


def geodata_folder(
    option: Path | None, settings: Settings | RegionSettings | None = None, *, new: bool = False
) -> Path:
    """Return the folder of imported geography: the option, the settings' own, or the user's.

    The option is `--geodonnees`, or the variable in its place; where it and the settings name two folders,
    the one that is read is printed. When the command makes the folder (`new`), a name near an existing one
    is warned of, not refused. Raises `geodonnees_mal_nommees` for a folder that does not exist next to one
    whose name is near.
    """
    if settings is not None and settings.reglages.geodonnees:
        named = settings.path(settings.reglages.geodonnees)
        if option is not None and option.resolve() != named.resolve():
            print_line(words.OTHER_GEODATA.format(read=option, named=settings.reglages.geodonnees))
        option = option or named
    if option is None:
        import platformdirs

        return Path(platformdirs.user_data_dir("tfpb", appauthor=False)) / "geodonnees"
    if not option.exists():
        from tfpb.errors import Place, fail
        from tfpb.io.tables.contents import near_folders
        from tfpb.words.faults.input_words import listed

        got, near = near_folders(option)
        if near and not new:
            where = Place(column="--geodonnees")
            raise fail("geodonnees_mal_nommees", place=where, got=got, proches=listed(near))
        if near:
            print_line(words.NEW_GEODATA.format(got=got, near=listed(near)))
    return option


def renames(pairs: Iterable[str] | None) -> dict[str, str]:
    """Read `--colonne adresse=NOM` options; typer.BadParameter if one has no « = »."""
    out = {}
    for pair in pairs or ():
        name, mark, header = pair.partition("=")
        if not mark or not header:
            raise typer.BadParameter(words.COLUMN_OPTION.format(pair=pair))
        out[name.strip()] = header.strip()
    return out
