"""The list of deliveries: traps and clean dossiers, each drawn from its own seed."""

from __future__ import annotations

import json
import random as randoms
import re
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from deliveries import field_traps, programme_traps, stock_traps, survey_traps, tax_traps
from deliveries.dossier import Dossier, Shape, make
from deliveries.grounds import present
from deliveries.oddities import ODDITIES, Oddity
from deliveries.trap import TRAPS, Trap

if TYPE_CHECKING:
    from pathlib import Path

ENTERED = (stock_traps, tax_traps, programme_traps, survey_traps, field_traps)
"""Modules whose import fills `TRAPS`."""

SHAPES = {
    "petit": Shape(inside=2, outside=2, programme=False),
    "deux résidences": Shape(inside=1, outside=1),
    "moyen": Shape(inside=6, outside=7),
    "enquête": Shape(inside=7, outside=8, survey=True),
    "enquête seule": Shape(inside=6, outside=6, survey=True, tax=False, programme=False),
    "déséquilibré": Shape(inside=2, outside=14),
    "logements identiques": Shape(inside=6, outside=6, equal=True),
    "grandes entrées": Shape(inside=6, outside=6, big=True),
    "en-têtes du modèle": Shape(inside=5, outside=5, plain_headers=True, forms=("xlsx",)),
    "ods": Shape(inside=4, outside=4, forms=("ods",)),
    "patrimoine seul": Shape(inside=4, outside=4, tax=False, programme=False),
    "sans quartier": Shape(inside=0, outside=6, programme=False),
}


@dataclass(frozen=True)
class Case:
    """One delivery to be made.

    Attributes
    ----------
    variant : int
        Which draw of its kind, from 0.
    clean : bool
        Nothing is wrong in it: a question there is a false one.
    """

    name: str
    kind: str
    variant: int
    seed: str
    clean: bool
    shape: Shape
    places: tuple[str, ...]
    trap: Trap | None = None
    oddity: Oddity | None = None

    @property
    def role(self) -> str:
        """The spoiled file, empty for a clean dossier."""
        return self.trap.role if self.trap else ""

    def draw(self) -> tuple[Dossier, list[str]]:
        """Make the dossier, and the words that would name its trap."""
        random = randoms.Random(self.seed)
        dossier = make(random, random.choice(self.places), self.shape)
        if self.oddity:
            self.oddity(dossier, random)
        words = self.trap.spoil(dossier, random) if self.trap else []
        return dossier, words


@dataclass
class Written:
    """What the judge reads: the truth of a delivery, apart from it."""

    name: str
    kind: str
    role: str
    clean: bool
    harmless: bool
    place: str
    file: str
    words: list[str]
    claims: dict[str, float] = field(default_factory=dict)
    gaps: dict[str, float] = field(default_factory=dict)


def slug(text: str) -> str:
    """Make a folder's name of a kind."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48]


def cases(seed: int) -> list[Case]:
    """List all deliveries of a seed: first draws first, files in turn, so that a part is a fair part."""
    at = present()
    found = []
    for trap in TRAPS:
        places = tuple(place for place in (trap.places or at) if place in at)
        for variant in range(trap.repeats if places else 0):
            name = f"{slug(trap.kind)}-{variant}"
            found.append(
                Case(
                    name,
                    trap.kind,
                    variant,
                    f"{seed}/{name}",
                    clean=False,
                    shape=trap.shape,
                    places=places,
                    trap=trap,
                )
            )
    for title, shape in SHAPES.items():
        for variant in range(2):
            name = f"net-{slug(title)}-{variant}"
            found.append(
                Case(
                    name,
                    f"net : {title}",
                    variant,
                    f"{seed}/{name}",
                    clean=True,
                    shape=shape,
                    places=tuple(at),
                )
            )
    for oddity in ODDITIES:
        for variant in range(2):
            name = f"net-{slug(oddity.__name__)}-{variant}"
            kind = f"net : {(oddity.__doc__ or '').splitlines()[0].rstrip('.')}"
            shape = Shape(survey=oddity.__name__.startswith("survey"))
            found.append(
                Case(
                    name,
                    kind,
                    variant,
                    f"{seed}/{name}",
                    clean=True,
                    shape=shape,
                    places=tuple(at),
                    oddity=oddity,
                )
            )
    seen: dict[tuple[int, str], int] = {}
    order = {}
    for case in found:
        order[case.name] = (case.variant, seen.get((case.variant, case.role), 0))
        seen[case.variant, case.role] = order[case.name][1] + 1
    return sorted(found, key=lambda case: order[case.name])


def write(case: Case, folder: Path, truths: Path) -> Written:
    """Write a delivery as a user would hold it, and its truth elsewhere."""
    dossier, words = case.draw()
    folder.mkdir(parents=True, exist_ok=True)
    for book in dossier.books.values():
        book.write(folder)
    (folder / "dossier.toml").write_text(dossier.toml(case.name), encoding="utf-8")
    if "enquete" in dossier.books:
        (folder / "plan_enquete.toml").write_text(dossier.plan, encoding="utf-8")
    written = Written(
        case.name,
        case.kind,
        case.role,
        case.clean,
        case.trap.harmless if case.trap else True,
        dossier.place.name,
        dossier.books[case.role].name if case.role else "",
        words,
        dossier.truth.claims,
        dossier.truth.gaps,
    )
    truths.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(written), ensure_ascii=False, indent=1)
    (truths / f"{case.name}.json").write_text(text, encoding="utf-8")
    return written
