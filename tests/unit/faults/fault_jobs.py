"""The commands put at fault: what each reads, where it writes, and what a sound run gives."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fault_harness import snapshot, standing, visible
from openpyxl import load_workbook

if TYPE_CHECKING:
    from fault_harness import Server, Trial

EXAMPLE = Path(__file__).parents[3] / "examples" / "valmont"
REGION = EXAMPLE.parent / "region" / "region.toml"
SOURCES = EXAMPLE / "geodonnees_sources"
HOMES = ("00111", "00148", "00370", "00592", "01036", "00962", "01110", "02146")
"""Résidences of the files of single commands: few, for a trial to be quick; one is near a limit."""
WARMED = ("geocoder", "localiser", "comparer", "abattement")
"""Commands that the server runs itself first: what they load and remember is not loaded at each trial.

None that makes a PDF: its compiler keeps threads, which a fork does not carry along.
"""


@dataclass(frozen=True)
class Job:
    """A command, the folder it writes to, the folders it may not touch, and what stands there before."""

    name: str
    args: tuple[object, ...]
    out: Path
    inputs: tuple[Path, ...]
    env: dict[str, str]
    reference: dict[str, str]
    operations: int
    sound_from: set[frozenset[tuple[str, bytes]]] = field(default_factory=set)
    """States of the disk from which a sound run gave the reference."""

    def again(self, server: Server, **fault: object) -> Trial:
        """Run it, at fault or not."""
        return server.run(*self.args, watch=(self.out,), env=self.env, **fault)  # type: ignore[arg-type]

    def state(self) -> dict[str, str]:
        """Hash what a user sees of the output."""
        return visible(snapshot(self.out))

    def standing(self) -> frozenset[tuple[str, bytes]]:
        """Return all that the next run may find: hidden files, empty folders and kept stages too."""
        return standing(self.out, *(Path(path) for path in self.env.values()))


def commands(lent: Path) -> dict[str, tuple[Path, tuple[object, ...]]]:
    """Return each command with its output folder; the later ones read what the earlier wrote."""
    near, geo = ("--geodonnees", lent / "geo"), lent / "imports"
    there = ("--geodonnees", geo)
    stock = lent / "patrimoine.xlsx"
    located = lent / "localiser" / "l.xlsx"
    return {
        "importer-adresses": (geo, ("geodonnees", "importer-adresses", lent / "lieux-dits.csv.gz", *there)),
        "importer-qpv": (geo, ("geodonnees", "importer-qpv", SOURCES / "qpv2024_valmont.geojson",
                               "--millesime", 2024, *there)),
        "importer-communes": (geo, ("geodonnees", "importer-communes",
                                    SOURCES / "commune_valmont.geojson", *there)),
        "geocoder": (lent / "geocoder", ("geocoder", stock, "--sortie", lent / "geocoder" / "g.csv", *near)),
        "localiser": (lent / "localiser", ("localiser", stock, "--sortie", located, "--annee", 2025, *near)),
        "comparer": (lent / "comparer", ("comparer", lent / "enquete_2019.csv", "--plan",
                                         lent / "plan_enquete.toml", "--sortie",
                                         lent / "comparer" / "c.csv")),
        "abattement": (lent / "abattement", ("abattement", lent / "fiscalite_2025.xlsx", "--residences",
                                             located, "--programme", lent / "programme_2025.xlsx",
                                             "--conventions", EXAMPLE / "conventions.csv",
                                             "--sortie", lent / "abattement" / "a.xlsx")),
        "nouveau": (lent / "nouveau", ("nouveau", lent / "nouveau" / "convention")),
        "dossier": (lent / "dossier", ("dossier", EXAMPLE / "dossier.toml", "--sortie",
                                       lent / "dossier" / "pack", *near)),
        "cartes": (lent / "cartes", ("cartes", EXAMPLE / "dossier.toml", "--sortie",
                                     lent / "cartes" / "c", *near)),
        "region": (lent / "region", ("region", REGION, "--sortie", lent / "region" / "r", "--moteur",
                                     "local", "--sans-documents", "--sans-pages", *near)),
    }  # fmt: skip


def prepare(server: Server, lent: Path) -> None:
    """Import the example's geography; keep it as it was before the imports that are put at fault."""
    _few_homes(lent)
    shutil.copy(SOURCES / "lieux-dits-59999.csv.gz", lent / "lieux-dits.csv.gz")
    near = ("--geodonnees", lent / "geo")
    steps: tuple[tuple[object, ...], ...] = (
        ("importer-adresses", SOURCES / "adresses-59999.csv.gz"),
        ("importer-qpv", SOURCES / "qpv2015_valmont.geojson", "--millesime", 2015),
        ("importer-qpv", SOURCES / "qpv2024_valmont.geojson", "--millesime", 2024),
        ("importer-communes", SOURCES / "commune_valmont.geojson"),
    )
    for rank, args in enumerate(steps):
        if rank == 2:  # addresses and one map
            shutil.copytree(lent / "geo", lent / "before")
        done = server.run("geodonnees", *args, *near)
        assert done.code == 0, done.said


def _few_homes(lent: Path) -> None:
    """Write the example's files with the lines of a few résidences, questions and actions."""
    for name, head, column in (("patrimoine.xlsx", 4, 1), ("fiscalite_2025.xlsx", 3, 3)):
        book = load_workbook(EXAMPLE / name)
        page = book.worksheets[0]
        for row in range(page.max_row, head, -1):
            if str(page.cell(row, column).value) not in HOMES:
                page.delete_rows(row)
        book.save(lent / name)
    header, *lines = (EXAMPLE / "enquete_2019.csv").read_bytes().splitlines(keepends=True)
    few = [line for line in lines if line.split(b";")[3].decode() in HOMES]
    (lent / "enquete_2019.csv").write_bytes(b"".join([header, *few]))
    items = (EXAMPLE / "plan_enquete.toml").read_text(encoding="utf-8").split("[[items]]")
    (lent / "plan_enquete.toml").write_text("[[items]]".join(items[:6]), encoding="utf-8")
    book = load_workbook(EXAMPLE / "programme_2025.xlsx")
    book.worksheets[0].delete_rows(12, book.worksheets[0].max_row)
    book.save(lent / "programme_2025.xlsx")


def job(server: Server, lent: Path, name: str) -> Job:
    """Run a command soundly once, to know what it gives and how many operations it takes."""
    out, args = commands(lent)[name]
    out.mkdir(exist_ok=True)
    _before(name, out)
    if name in WARMED:
        warmed = server.run(*args, mode="ici")
        assert warmed.code == 0, warmed.said
        shutil.rmtree(out)
        out.mkdir()
    env = {"TFPB_CACHE": str(lent / "cache")} if name in ("dossier", "cartes") else {}
    done = server.run(*args, watch=(out,), env=env)
    assert done.code == 0, done.said
    inputs = (EXAMPLE, REGION.parent, *(() if out.name == "imports" else (lent / "geo",)))
    return Job(name, args, out, inputs, env, visible(snapshot(out)), done.operations)


def _before(name: str, out: Path) -> None:
    """Bring back what stood before an import, or before a command that refuses to run twice."""
    if name == "nouveau" or name.startswith("importer"):
        shutil.rmtree(out)
        if name == "nouveau":
            out.mkdir()
        else:
            shutil.copytree(out.parent / "before", out)


def survives(server: Server, one: Job, **fault: object) -> Trial:
    """Put a command at fault, then run it soundly, and check all that was promised.

    A sound run depends on what stands on the disk alone: where a fault leaves all as it was, to the byte,
    and a sound run from there has been checked already, it is not made again. What else a fault leaves
    is always cleared by the sound run: the next trial would go on from it, with fewer operations.

    Raises
    ------
    AssertionError
        An input was touched, a half file is visible, English or a traceback was said, the next run
        does not give the same, or something stays behind.
    """
    _before(one.name, one.out)
    inputs, before, start = snapshot(*one.inputs), one.state(), one.standing()
    done = one.again(server, **fault)
    assert done.code in (-9, 0, 2), (one.name, fault, done)
    assert "Traceback" not in done.said, done.said
    if done.code == 2:
        assert "que faire" in done.said, (one.name, fault, done.said)
    assert snapshot(*one.inputs) == inputs, (one.name, fault)
    for name, digest in one.state().items():
        sound = ".sqlite" in name or digest in (one.reference.get(name), before.get(name))
        assert sound, (one.name, fault, name)  # of an index, the next run is the judge
    if done.code == 2 and one.out.name != "imports":
        assert one.state() in (before, one.reference), (one.name, fault)
    if one.state() == one.reference:
        _before(one.name, one.out)  # it had done its work
    left = one.standing()
    if left == start and left in one.sound_from:
        return done
    again = one.again(server)
    assert again.code == 0, (one.name, fault, again.said)
    assert one.state() == one.reference, (one.name, fault)
    assert snapshot(one.out).keys() - one.reference.keys() <= {
        n for n in snapshot(one.out) if n.endswith("journal.json")
    }, (one.name, fault)
    one.sound_from.add(left)
    return done
