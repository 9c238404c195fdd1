"""Freeze what the program writes for five subjects, and compare a fresh run with it.

`python tests/golden/packs.py --verifier` prints the first lines that differ, file by file;
`--figer` writes `frozen/` again. Both take `--seulement valmont` (a subject) and `--sortie folder`
(keep the lines and pictures of this run, to compare two commits whole with `diff -r`).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Final

import messy_maker
import numpy as np
import pack_texts
from PIL import Image
from typer.testing import CliRunner

from tfpb.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from pack_texts import Lines, Taken

ROOT: Final = Path(__file__).parents[2]
FROZEN: Final = Path(__file__).parent / "frozen"
WHOLE: Final = 40_000
WHOLE_DOCUMENT: Final = 92_000
"""Signs up to which the lines of a part are kept as they are; beyond, a short hash a line."""
MEAN: Final = 1.5
"""Largest mean difference between two small pictures, in grey levels of 255."""
BLOCK: Final = 24.0
"""Largest mean difference of a block of 8 × 8 pixels."""
POPPLER: Final = "25.03"
"""Version that read the frozen PDF: another may cut lines and words otherwise."""
SHOWN: Final = 6
_ROOM: Final = 150
_DATA: Final = re.compile(r"/donnees/|/run\.json$|/masques\.csv$|/repere_")


@dataclass(frozen=True)
class Subject:
    """Commands run in one folder, where `entrees` holds the inputs and `sortie` what is written."""

    commands: tuple[str, ...]
    readable: Callable[[str], bool] = lambda _: True
    """Parts whose lines are kept; of others a hash."""
    data_only: str = ""
    """Option that leaves the documents out, where they take long."""


_COMMANDS: Final = """\
geodonnees lister
verifier {v}/dossier.toml
verifier {d}/dossier.toml
geocoder {v}/patrimoine.xlsx --sortie {s}/geocode.csv
geocoder {d}/patrimoine.csv --sortie {s}/geocode_desordre.xlsx
localiser {s}/geocode.csv --annee 2025 --sortie {s}/localise.csv
localiser {d}/patrimoine.csv --annee 2025 --decisions {d}/decisions.xlsx --sortie {s}/desordre.gpkg
comparer {v}/enquete_2019.csv {v}/enquete_2023.xlsx --plan {v}/plan_enquete.toml --sortie {s}/comparaison.csv
comparer {d}/enquete.csv --plan {d}/plan.toml --residences {s}/localise.csv --par code_qpv --csv-brut \
--sortie {s}/par_qpv.csv
abattement {v}/fiscalite_2025.xlsx --residences {s}/localise.csv --conventions {v}/conventions.csv \
--programme {v}/programme_2025.xlsx --arrondi avis --sortie {s}/abattement.csv
abattement {v}/fiscalite_2025.xlsx --residences {s}/localise.csv --sortie {s}/abattement.xlsx
nouveau {s}/nouveau
"""
SUBJECTS: Final = {
    "valmont": Subject(("dossier entrees/valmont/dossier.toml --sortie sortie/valmont",)),
    "region": Subject(
        ("region entrees/region/region.toml --sortie sortie/region --moteur local",),
        lambda part: "/bailleurs/" not in part,
        " --sans-documents",
    ),
    "desordre": Subject(("dossier entrees/desordre/dossier.toml --sortie sortie/desordre",)),
    "parc": Subject(("dossier entrees/desordre/parc.toml --sortie sortie/parc",)),
    "commandes": Subject(
        tuple(
            line.format(v="entrees/valmont", d="entrees/desordre", s="sortie")
            for line in _COMMANDS.splitlines()
        )
    ),
}
_SOURCES: Final = "entrees/valmont/geodonnees_sources"
_GEOGRAPHY: Final = (
    f"importer-adresses {_SOURCES}/adresses-59999.csv.gz {_SOURCES}/lieux-dits-59999.csv.gz",
    f"importer-qpv {_SOURCES}/qpv2015_valmont.geojson --millesime 2015",
    f"importer-qpv {_SOURCES}/qpv2024_valmont.geojson --millesime 2024",
    f"importer-communes {_SOURCES}/commune_valmont.geojson",
)


def prepare(work: Path) -> None:
    """Copy the inputs of every subject under `work/entrees` and import the example's geography."""
    for name in ("valmont", "region"):
        shutil.copytree(ROOT / "examples" / name, work / "entrees" / name)
    messy_maker.make(work / "entrees" / "desordre")
    for command in _GEOGRAPHY:
        told = _tfpb(f"geodonnees {command}", work)
        assert "code 0" in told[0], told


def run(name: str, work: Path, *, data_only: bool = False, kept: Path | None = None) -> Taken:
    """Run the commands of a subject in a prepared folder and read all they wrote and printed.

    With `data_only`, a subject that has an option for it is run without documents; with `kept`, stages
    whose results lie there are not run again.
    """
    shutil.rmtree(work / "sortie", ignore_errors=True)
    (work / "sortie").mkdir()
    printed: Lines = []
    for command in SUBJECTS[name].commands:
        printed += _tfpb(command + (SUBJECTS[name].data_only if data_only else ""), work, kept)
    taken = pack_texts.take(
        work / "sortie",
        made=(work / "entrees" / "desordre").glob("*.xlsx"),
        pictured=lambda file: SUBJECTS[name].readable(f"/{file}"),
    )
    taken.lines["ecran"] = printed
    return taken


def _tfpb(command: str, work: Path, kept: Path | None = None) -> Lines:
    """Run one command there and return what it printed, its exit code first."""
    keep = {
        "TFPB_CACHE": str(kept or "non"), "TFPB_GEODONNEES": "geodonnees",
        "TFPB_DIFFUSIONS": "diffusions.jsonl",
        "COLUMNS": "100", "NO_COLOR": "1",
    }  # fmt: skip
    with contextlib.chdir(work):
        done = CliRunner(env=keep).invoke(app, command.split())
    return [f"$ tfpb {command} · code {done.exit_code}", *done.output.split("\n")]


def freeze(name: str, taken: Taken, top: Path = FROZEN) -> None:
    """Write the frozen lines and pictures of a subject in place of the former ones."""
    folder = top / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    index = []
    for part, lines in taken.lines.items():
        text = "\n".join(lines)
        index.append(f"{part}\t{len(lines)}\t{hashlib.sha256(text.encode()).hexdigest()[:16]}")
        if SUBJECTS[name].readable(f"/{part}"):
            whole = len(text) <= (WHOLE if part.endswith(".csv") else WHOLE_DOCUMENT)
            path = folder / "parts" / (pack_texts.plain(part) + (".txt" if whole else ".lines"))
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = text if whole else "\n".join(_short(line) for line in lines)
            path.write_text(kept + "\n", encoding="utf-8", newline="\n")
    (folder / "index.tsv").write_text("\n".join(index) + "\n", encoding="utf-8", newline="\n")
    np.savez_compressed(folder / "pictures.npz", **taken.pictures)


def _short(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()[:6]


def differences(
    name: str, taken: Taken, *, data_only: bool = False, pages: bool = True
) -> Iterator[str]:
    """Yield what differs from the frozen subject: a heading a file, then its first lines.

    Without `pages` the PDF are left out on both sides; with `data_only`, all but data files.
    """
    folder = FROZEN / name
    rows = (folder / "index.tsv").read_text(encoding="utf-8").splitlines()
    frozen = {part: digest for part, _, digest in (row.split("\t") for row in rows)}
    with np.load(folder / "pictures.npz") as held:
        pictures = dict(held)
    if not pages:
        frozen = {k: v for k, v in frozen.items() if ".pdf" not in k}
        pictures = {k: v for k, v in pictures.items() if ".pdf" not in k}
        taken = pack_texts.Taken(
            {k: v for k, v in taken.lines.items() if ".pdf" not in k},
            {k: v for k, v in taken.pictures.items() if ".pdf" not in k},
        )
    if data_only:
        frozen = {k: v for k, v in frozen.items() if _DATA.search(k)}
        taken = pack_texts.Taken({k: v for k, v in taken.lines.items() if _DATA.search(k)})
        pictures = {}
    yield from (f"{part} : n’est plus écrit" for part in frozen if part not in taken.lines)
    for part, lines in taken.lines.items():
        if part not in frozen:
            yield f"{part} : est nouveau ({len(lines)} lignes)"
        elif hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] != frozen[part]:
            yield f"{part} :"
            yield from _lines_that_differ(folder, part, lines)
    for part in sorted(set(pictures) | set(taken.pictures), key=pack_texts.natural):
        told = _pictures_differ(pictures.get(part), taken.pictures.get(part))
        if told:
            yield f"{part} : image, {told}"


def _lines_that_differ(folder: Path, part: str, lines: Lines) -> Iterator[str]:
    path = folder / "parts" / pack_texts.plain(part)
    texts, hashes = path.with_name(path.name + ".txt"), path.with_name(path.name + ".lines")
    if texts.is_file():
        before = texts.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        old, new = before, lines
    elif hashes.is_file():
        before = []
        old, new = hashes.read_text(encoding="utf-8").split(), [_short(line) for line in lines]
    else:
        yield "    (empreinte seule : comparez deux --sortie par diff -r)"
        return
    shown = 0
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for k in range(max(b - a, d - c)):
            was = before[a + k] if before and a + k < b else None
            now = lines[c + k] if c + k < d else None
            if shown == SHOWN:
                yield "    …"
                return
            shown += 1
            start = _first_difference(was or "", now or "") if was and now else 0
            if was is not None:
                yield f"    ligne {a + k + 1} − {_window(was, start)}"
            elif a + k < b:
                yield f"    ligne {a + k + 1} − (empreinte seule)"
            if now is not None:
                yield f"    ligne {c + k + 1} + {_window(now, start)}"


def _first_difference(one: str, two: str) -> int:
    return next((k for k, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)


def _window(line: str, start: int) -> str:
    left = max(0, start - _ROOM // 3) if len(line) > _ROOM else 0
    cut = line[left : left + _ROOM]
    return f"{'…' if left else ''}{cut}{'…' if left + _ROOM < len(line) else ''}"


def _pictures_differ(old: NDArray[np.uint8] | None, new: NDArray[np.uint8] | None) -> str:
    """Return how two small pictures differ, or nothing when they are near enough."""
    if old is None or new is None:
        return "nouvelle" if old is None else "n’est plus là"
    if old.shape != new.shape:
        return f"{old.shape[::-1]} devient {new.shape[::-1]} pixels"
    gap = np.abs(old.astype(float) - new.astype(float))
    tall, wide = (n - n % 8 for n in gap.shape)
    blocks = gap[:tall, :wide].reshape(tall // 8, 8, wide // 8, 8).mean(axis=(1, 3))
    worst = float(blocks.max(initial=0.0))
    if gap.mean() <= MEAN and worst <= BLOCK:
        return ""
    return f"écart moyen {gap.mean():.2f} (≤ {MEAN}), plus grand bloc {worst:.0f} (≤ {BLOCK:.0f})"


def _keep(name: str, taken: Taken, top: Path) -> None:
    """Write all lines and pictures of a run, whatever their length."""
    for part, lines in taken.lines.items():
        path = top / name / (pack_texts.plain(part) + ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    for part, pixels in taken.pictures.items():
        path = top / name / (pack_texts.plain(part) + ".grey.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Freeze or check; return 1 when something differs."""
    parser = argparse.ArgumentParser(description="Dossiers de référence : figer ou vérifier.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--verifier", action="store_true")
    what.add_argument("--figer", action="store_true")
    parser.add_argument("--seulement", choices=SUBJECTS, action="append")
    parser.add_argument("--sortie", type=Path)
    asked = parser.parse_args()
    failed, poppler = 0, pack_texts.poppler()
    with tempfile.TemporaryDirectory() as place:
        prepare(Path(place))
        for name in asked.seulement or SUBJECTS:
            start, used = time.perf_counter(), time.process_time()
            taken = run(name, Path(place))
            if asked.sortie:
                _keep(name, taken, asked.sortie)
            told = [] if asked.figer else list(differences(name, taken, pages=bool(poppler)))
            if asked.figer:
                freeze(name, taken)
            failed += bool(told)
            word = "figé" if asked.figer else "diffère" if told else "conforme"
            spent = f"{time.perf_counter() - start:.0f} s, {time.process_time() - used:.0f} s CPU"
            _say(f"{name} : {word} ({spent})", *(f"  {line}" for line in told))
    if not poppler:
        _say("Les PDF n’ont pas été lus : pdftotext, pdftoppm ou pdfinfo n’est pas installé.")
    elif not poppler.startswith(POPPLER):
        _say(
            f"Les PDF ont été lus par poppler {poppler}, figés avec {POPPLER} : il peut couper autrement."
        )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
