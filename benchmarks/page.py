"""Processor seconds and memory of the page's screens: 12 000 résidences, 40 000 interviews.

Run from the root: `python benchmarks/page.py`. Files are invented, seeded; no check is run: its faults,
doubts and lines to do are made of the sizes that one gives.
"""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random

from results import record
from starlette.datastructures import UploadFile

from tfpb.errors import Fault, Place
from tfpb.evidence.tasks import KINDS, Task
from tfpb.facts.amount import known
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.model.record import Filled
from tfpb.page.application import SCREENS, _Page
from tfpb.page.desk import Desk
from tfpb.page.door import Keys
from tfpb.page.entries.filled_list import fill
from tfpb.page.outlook import Doubt, Outlook, SmallMap, ToDo
from tfpb.page.screens import drop_screen
from tfpb.review.doubts import POSITION, REVIEW_COLUMNS

HOMES, INTERVIEWS, QUESTIONS = 12_000, 40_000, 30


def stock(path: Path) -> None:
    """Write a stock of one entrance a résidence."""
    lines = ["id_residence;id_batiment;nom;adresse;code_postal;commune;nb_logements"]
    lines += [
        f"R{k};B1;Résidence {k};{k % 90 + 1} rue A{k % 400};59000;Lille;{k % 40 + 4}"
        for k in range(HOMES)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def survey(path: Path) -> None:
    """Write a delivery of the survey."""
    rng = Random(1)
    lines = [
        "id_enquete;vague;bailleur;residence;poids;" + ";".join(f"q{k}" for k in range(QUESTIONS))
    ]
    for k in range(INTERVIEWS):
        answers = ";".join(str(rng.randint(1, 4)) for _ in range(QUESTIONS))
        lines.append(f"{k};2023;B;R{k % HOMES};1,0;{answers}")
    path.write_text("\n".join(lines), encoding="utf-8")


def outlook() -> Outlook:
    """Make what a check of such a dossier may give."""
    shapes = tuple(
        ("parcelle", "M" + "L".join(f"{i}.5 {i}.5" for i in range(40)) + "Z") for _ in range(30)
    )
    numbers = tuple((float(k), float(k), k, 1) for k in range(160))
    drawn = SmallMap(0.0, 0.0, 1.0, 30.0, shapes, ((9.0, 9.0, "Rue A"),), (), numbers)
    doubts = tuple(
        Doubt(
            {**dict.fromkeys(REVIEW_COLUMNS, ""), "id_residence": f"R{k}", POSITION: k},
            {"identifiant": f"R{k}", "adresse": f"{k} rue A", "ligne": k, "commune": "Lille",
             "choix": ("a", "b")},
            listed=False, dwellings=known(12), euros=known(k), map=drawn, status="a_verifier",
        )
        for k in range(600)
    )  # fmt: skip
    faults = tuple(
        Fault(
            "valeur_illisible",
            Place("patrimoine.csv", "", k + 2, "nb_logements"),
            "douze",
            {"attendu": "un nombre"},
        )
        for k in range(400)
    )
    to_do = tuple(
        ToDo(Task(KINDS["reclamer"], f"R{k}", stake=known(k), proposed="A · date à fixer · à faire"),
             f"Résidence {k} (12 logements)", "Blanqui")
        for k in range(HOMES)
    )  # fmt: skip
    return Outlook(
        faults, doubts=doubts, quarters=tuple((f"QP059{k:03d}", f"Q{k}") for k in range(200)),
        to_do=to_do, computed=True,
    )  # fmt: skip


def main() -> None:
    """Time every screen, at its first reading and after."""
    root = Path(tempfile.mkdtemp(prefix="tfpb-banc-"))
    desk = Desk(root / "dossier", lambda _s: root / "geo")
    desk.check = lambda **_: None  # type: ignore[method-assign] # screens alone are timed
    desk.edit([(("dossier", "bailleur"), "B")])
    for name, write in (("patrimoine.csv", stock), ("enquete.csv", survey)):
        path = root / name
        write(path)
        start = time.process_time()
        with path.open("rb") as file:
            drop_screen.receive(desk, [UploadFile(file, filename=name)])
        print(f"{'déposer ' + name:28s} {time.process_time() - start:6.2f} s")
    edit_toml(desk.file, [(("dossier", "annee"), 2025)])
    desk.outlook = outlook()
    page = _Page(desk, Keys(), lambda: None)
    every = []
    for screen in SCREENS:
        times = []
        for _ in range(2):
            start = time.process_time()
            size = len(bytes(page._shown(desk, screen, {}).body))  # noqa: SLF001 - what the route calls
            times.append(time.process_time() - start)
        every.append(times)
        print(f"{screen:28s} {times[0]:6.2f} s, puis {times[1]:.2f} s ({size / 1e3:.0f} ko)")
    first = desk.outlook.doubts[0]
    start = time.process_time()
    decided = replace(
        first, limit=first.limit | {"decision": "dans", "auteur": "C. Roy", "piece": "plan"}
    )
    desk.decide((decided, *desk.outlook.doubts[1:]))
    print(f"{'décider (600 doutes)':28s} {time.process_time() - start:6.2f} s")
    start = time.process_time()
    fill(desk, {one.task.key: Filled("Agence Nord") for one in desk.outlook.to_do[:40]})
    print(f"{'remplir (40 lignes)':28s} {time.process_time() - start:6.2f} s")
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"mémoire : {memory} Mio")
    first_s, then_s = (round(max(column), 2) for column in zip(*every, strict=True))
    record("whole.page", first=first_s, then=then_s, memory=memory)


if __name__ == "__main__":
    main()
