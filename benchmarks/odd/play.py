"""Play a delivery by the commands and class what came of it."""

# ruff: noqa: E501, TC001, TC003

from __future__ import annotations

import csv
import dataclasses
import os
import re
import shutil
import subprocess
from pathlib import Path

from .layouts import Delivery
from .world import ITEMS, SOURCES

LANDS = (
    ("importer-adresses", "adresses-59999.csv.gz", "lieux-dits-59999.csv.gz"),
    ("importer-qpv", "qpv2015_valmont.geojson", "--millesime", "2015"),
    ("importer-qpv", "qpv2024_valmont.geojson", "--millesime", "2024"),
    ("importer-communes", "commune_valmont.geojson"),
)
LABELS = {label: key for key, label, *_ in ITEMS}
NUMBERED = {f"q{at + 1}": key for at, (key, *_rest) in enumerate(ITEMS)}
SURE = {
    "masque",
    "suspendu",
    "a_confirmer",
    "a_verifier",
    "non_lu",
    "inconnu",
    "sous_reserve",
    "borne",
}


@dataclasses.dataclass
class Outcome:
    """What a delivery became."""

    name: str
    verdict: str
    messages: int
    questions: list[str]
    wrong: list[str]
    open: list[str]
    text: str


class Player:
    """Runs the commands in a folder apart, with its own geography and ledger."""

    def __init__(self, tfpb: Path, work: Path) -> None:
        """Import the geography once."""
        self.tfpb, self.work = tfpb.absolute(), work.absolute()
        self.work.mkdir(parents=True, exist_ok=True)
        self.env = os.environ | {
            "TFPB_GEODONNEES": str(self.work / "geo"), "TFPB_CACHE": str(self.work / "cache"), "TFPB_DIFFUSIONS": str(self.work / "ledger.jsonl"), "COLUMNS": "200",
        }  # fmt: skip
        if not (self.work / "geo").exists():
            (self.work / "geo").mkdir()
            for command, *rest in LANDS:
                self.run(
                    "geodonnees",
                    command,
                    *(str((SOURCES / r).absolute()) if "." in r else r for r in rest),
                )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run one command; return its exit code and all it printed."""
        done = subprocess.run(
            [str(self.tfpb), *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return done.returncode, done.stdout + done.stderr

    def play(self, name: str, delivery: Delivery) -> Outcome:
        """Write the folder, check it, make it, compare it."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        files = self.work / "files" / name
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir(parents=True)
        for book in delivery.books().values():
            book.write(files)
        said = ""
        if "enquete" in delivery.roles:
            code, text = self.run(
                "nouveau", str(folder), "--depuis", str(files / delivery.survey.filename)
            )
            said = f"--- nouveau {code}\n{text}"
        plan = folder / "plan_enquete.toml"
        planned = plan.exists()
        if planned:  # the committee's margin, as the plan's own comment asks
            kept = [
                line
                for line in plan.read_text("utf-8").splitlines()
                if not re.match(r"#?\s*marge_adoptee", line)
            ]
            signed = '[reglages]\nmarge_adoptee_par = "comité de pilotage"\nmarge_adoptee_le = 2023-10-02'
            plan.write_text("\n".join(kept).replace("[reglages]", signed, 1), "utf-8")
        folder.mkdir(exist_ok=True)
        for path in files.iterdir():
            shutil.copy(path, folder / path.name)
        (folder / "dossier.toml").write_text(_settings(delivery, planned=planned), "utf-8")
        code, text = self.run("dossier", str(folder), "--sortie", str(folder / "sortie"))
        messages = count(text)
        said += f"--- dossier {code}\n{text}"
        (folder / "said.txt").write_text(said, "utf-8")
        if code:
            return Outcome(name, "refused" if code == 2 else "crash", messages, [], [], [], said)
        return self._compare(name, delivery, folder, messages, said)

    def _compare(
        self, name: str, delivery: Delivery, folder: Path, messages: int, said: str
    ) -> Outcome:
        data = folder / "sortie" / "donnees"
        questions = [
            f"{row['code']} ({row['fichier']}) : {row['titre']}"
            for row in _rows(data / "a_regler.csv")
            if row["cle"] and not row["reponse"]
        ]
        wrong, opened = [], []
        for fact, low, high, state in facts(_rows(data / "faits.csv")):
            truth = delivery.truth.get(fact)
            if truth is None:
                continue
            room = (
                0.012
                if ":" in fact
                else max(1.0, truth * 0.003)
                if fact in {"acquis", "a_reclamer", "a_risque", "valorise"}
                else 0.0
            )
            kept = low is not None and high is not None and low - room <= truth <= high + room
            if not kept and low is not None and state not in SURE:
                wrong.append(f"{fact}: {low} to {high} ({state}) for {truth:.4f}")
            elif not kept and low is not None:
                opened.append(f"{fact}: {low} to {high} ({state}) for {truth:.4f} OUTSIDE")
            elif low is None or low != high or state in SURE:
                opened.append(f"{fact}: {low} to {high} ({state})")
        seen = {fact for fact, *_ in facts(_rows(data / "faits.csv"))}
        opened += [f"{fact}: absent" for fact in delivery.truth if fact not in seen]
        verdict = "wrong" if wrong else "asked" if questions else "bounded" if opened else "right"
        return Outcome(name, verdict, messages, questions, wrong, opened, said)


def count(text: str) -> int:
    """Return how many messages the command printed: doubts and questions, one a list entry."""
    return len(re.findall(r"^\s*(?:–|-|•|\d+\.) ", text, re.MULTILINE))


def facts(rows: list[dict[str, str]]) -> list[tuple[str, float | None, float | None, str]]:
    """Return name, bounds and state of the facts that are compared: totals, and shares of the wave."""
    found = []
    for row in rows:
        name = row["nom"]
        if row["portee"] != "total":
            if name not in {"satisfaits_qpv", "satisfaits_hors"} or not row["portee"].startswith(
                "total "
            ):
                continue
            key = item(row["portee"])
            if key is None:
                continue
            name = f"{name}:{key}"
        found.append((name, _number(row["valeur_bas"]), _number(row["valeur_haut"]), row["etat"]))
    return found


def item(scope: str) -> str | None:
    """Return the question of a scope, by its number or its label."""
    text = scope.lower()
    for number, key in NUMBERED.items():
        if re.search(rf"\b{number}\b", text):
            return key
    return next(
        (
            key
            for label, key in LABELS.items()
            if label.lower()[:8] in text or label.lower()[:8].replace(" ", "_") in text
        ),
        None,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None


def _settings(delivery: Delivery, *, planned: bool) -> str:
    lines = ["[dossier]", 'titre = "Abattement (données fictives)"', "annee = 2025", "date = 2026-02-10",
             f'bailleur = "{delivery.world.landlord}"', "donnees_fictives = true", "", "[fichiers]"]  # fmt: skip
    for role, book in delivery.books().items():
        lines.append(
            f'{role} = ["{book.filename}"]' if role == "enquete" else f'{role} = "{book.filename}"'
        )
    if planned:
        lines.append('plan = "plan_enquete.toml"')
    return "\n".join([*lines, "", "[reglages]", 'arrondi = "avis"', "dpi = 72", ""])
