"""Play one landlord as a careful manager by the commands, and compare the pack with the truth."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from . import answers, draw, folder, money_files, plan, stock_files, survey_files, truth
from .compare import compare
from .settle import settle

if TYPE_CHECKING:
    from pathlib import Path

    from .sheets import Written

ROUNDS = 12
LIMIT_S = 300


class Play:
    """One landlord, its folder, and what was done to it."""

    def __init__(
        self, index: int, work: Path, tfpb: Path, geography: Path, *, trusting: bool = False
    ) -> None:
        self.world, self.how = draw.landlord(index)
        self.tfpb, self.geography, self.trusting = tfpb, geography, trusting
        self.folder = work / f"{index:02d}"
        self.log: Counter[str] = Counter()
        self.notes: list[str] = []
        self.trips: list[str] = []
        self.asked: list[str] = []
        self.mended: Counter[str] = Counter()
        self.files: list[Written] = []
        self.draft = ""
        self.stuck: list[str] = []
        self.chosen: dict[str, int] = {}  # key of a question: rank of the true answer

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command and keep what it printed."""
        env = os.environ | {
            "TFPB_DIFFUSIONS": str(self.folder / "diffusions.jsonl"),
            "TFPB_CACHE": "non",
            "COLUMNS": "400",
        }
        done = subprocess.run(
            ["nice", "-n", "10", str(self.tfpb), *words],
            capture_output=True,
            text=True,
            env=env,
            timeout=LIMIT_S,
            check=False,
        )
        with (self.folder / "journal.txt").open("a", encoding="utf-8") as out:
            out.write(
                f"$ tfpb {' '.join(words)}\n[{done.returncode}]\n{done.stdout}{done.stderr}\n"
            )
        if "Traceback" in done.stderr or done.returncode == 1:
            self.notes.append(f"erreur du programme : {done.stderr.strip().splitlines()[-1:]}")
        return done

    def prepare(self) -> None:
        """Draw the files, draft the plan, name the files."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        given = self.folder / "remis"
        self.files = draw.files(given, self.world, self.how)
        home = self.folder / "dossier"
        latest = [one for one in self.files if one.role == "enquete"][-1]
        self.run("nouveau", str(home), "--depuis", str(given / latest.name))
        for one in self.files:
            shutil.copy(given / one.name, home / one.name)
        folder.named(home, self.world, self.files)
        self.draft = (home / "plan_enquete.toml").read_text(encoding="utf-8")
        self.plan()
        self.waves()

    def plan(self) -> None:
        """Reread the drafted plan."""
        deliveries = [one for one in self.files if one.role == "enquete"]
        text, changes = plan.reread(self.draft, self.world, deliveries, trusting=self.trusting)
        (self.folder / "dossier" / "plan_enquete.toml").write_text(text, encoding="utf-8")
        self.log["plan"] = len(changes)
        self.notes += [one for one in changes if one not in self.notes]

    def waves(self) -> None:
        """Name the wave and the landlord of each delivery, as the guide shows."""
        path = self.folder / "dossier" / "dossier.toml"
        text = path.read_text(encoding="utf-8")
        for one in self.files:
            if one.role == "enquete":
                told = {"bailleur": self.world.name} | (
                    {} if "vague" in one.columns else {"vague": one.wave}
                )
                inner = ", ".join(
                    f"{key} = {json.dumps(value, ensure_ascii=False)}"
                    for key, value in told.items()
                )
                text = answers.merge(text, f'[enquete.fichiers]\n"{one.name}" = {{ {inner} }}')
        path.write_text(text, encoding="utf-8")

    def verify(self) -> None:
        """Answer and mend until nothing stops."""
        path = self.folder / "dossier" / "dossier.toml"
        for number in range(ROUNDS):
            done = self.run("verifier", str(path.parent), "--geodonnees", str(self.geography))
            asked = answers.read(done.stdout + done.stderr)
            if number == 0:
                self.log["fautes_au_debut"] = len(asked.faults)
                self.notes.append(f"colonnes non lues : {len(asked.unread)}")
            before = text = path.read_text(encoding="utf-8")
            text = answers.merge(
                text, answers.block(asked, self.world, self.how, self.files, self.log)
            )
            text = answers.merge(text, answers.unread(asked, self.files, text, self.log))
            text = self.respond(asked, text)
            text = self.recode(done.stdout + done.stderr, text)
            text = answers.themes(asked, self.how, text, self.log)
            path.write_text(text, encoding="utf-8")
            if text != before:
                continue
            if asked.sheets and self.mend(asked.sheets):
                continue
            if not asked.faults:
                if done.returncode != 0:
                    self.stuck.append((done.stdout + done.stderr)[-600:])
                return
            if not self.mend(asked.faults):
                self.stuck += [f"{what} ({where})" for what, where in asked.faults]
                return
        self.stuck.append("toujours des fautes après douze tours")

    def respond(self, asked: answers.Reading, text: str) -> str:
        """Answer the questions."""
        for question in asked.questions:
            keys = answers.KEY.findall(question)
            if not keys or re.search(rf"(?m)^{keys[0]} = ", text):
                continue
            self.asked.append(question.split("\n", 1)[0][:160])
            lines = re.findall(rf"(?m)^\s*({keys[0]} = \{{.*\}})", question)
            ways = answers.WAY.findall(question.replace("\u202f", " "))
            pattern = answers.choose(question, self.world, self.how, self.files)
            words = [way for way, _ in ways if pattern and re.search(pattern, way.lower())]
            self.notes.append(f"question : {question.strip()[:700]} → {words or 'inconnu'}")
            rank = [way for way, _ in ways].index(words[0]) if words else len(lines)
            found = lines[rank] if rank < len(lines) else ""
            day = f"{self.world.year + 1}-02-10"
            said = "inconnu"
            if words:
                self.chosen[keys[0]] = rank
                said = words[0][:40].replace('"', "")
            line = (
                found.replace("AAAA-MM-JJ", day)
                or f'{keys[0]} = {{ reponse = "{said}", par = "patrimoine", le = {day} }}'
            )
            text = answers.merge(text, f"[reponses]\n{line}")
        return text

    def recode(self, printed: str, text: str) -> str:
        """Write the code of an answer, which only the refusal of its words gives."""
        refused = r"réglage « reponses\.([0-9a-f]+) »\n\s+lu : .+\n\s+attendu : (.+)"
        for match in re.finditer(refused, printed):
            codes = re.findall(r"« (\w+) » \(", match[2])
            if match[1] not in self.chosen or len(codes) <= self.chosen[match[1]]:
                continue
            self.log["codes_par_refus"] += 1
            right = f'{match[1]} = {{ reponse = "{codes[self.chosen[match[1]]]}"'
            text = re.sub(
                rf'(?m)^{match[1]} = \{{ reponse = "[^"]*"', lambda _, right=right: right, text
            )
        return text

    def mend(self, faults: list[tuple[str, str]]) -> bool:
        """Go back to the files that still stop: the missing thing first, then the tool's own headers."""
        home = self.folder / "dossier"
        moved = False
        faults = [one for one in faults if "reponses." not in one[1]]
        first_hand = [one for one in faults if not one[0].startswith("Rien ne dit de quel côté")]
        faults = first_hand or faults
        names = {match[1] for _, where in faults for match in answers.FILE.finditer(where)}
        if any("plan_enquete.toml" in name for name in names):
            names |= {one.name for one in self.files if one.role == "enquete"}
        for number, one in enumerate(self.files):
            if one.name not in names or self.mended[one.role + one.wave] > 1:
                continue
            times = self.mended[one.role + one.wave]
            self.mended[one.role + one.wave] += 1
            first = next(
                what for what, where in faults if one.name in where or "plan_enquete" in where
            )
            made = self.again(one, times, home, first)
            if made is None:
                continue
            self.trips.append(
                f"{one.role} {one.wave} ({'retouché' if times == 0 else 'refait'}) : {first[:150]}"
            )
            self.files[number] = made
            moved = True
        if moved:
            self.files_named()
        return moved

    def again(  # noqa: C901, PLR0912 - a branch a kind of file
        self, one: Written, times: int, home: Path, fault: str
    ) -> Written | None:
        """Write a file again: its own layout with what was missing, then plain."""
        mended = replace(
            self.how,
            numbered=True,
            year_told=True,
            exempt_blank=False,
            total_row=False,
            conventions="codes",
        )
        if self.how.programme in {"prevu_realise", "sections"}:
            mended = replace(mended, programme="trois")
        if self.how.tax in {"avis_par_feuille", "somme"}:
            mended = replace(mended, tax="taux")
        if self.how.stock in {"groupes", "feuilles", "fusion"}:
            mended = replace(mended, stock="entrees")
        if times == 0:
            fresh = {
                "patrimoine": stock_files.stock,
                "fiscalite": money_files.taxes,
                "programme": money_files.programme,
                "conventions": money_files.conventions,
                "declaration": money_files.declaration,
            }.get(one.role)
            if fresh:
                return fresh(home, self.world, mended)
        if one.role == "patrimoine":
            return stock_files.plain_stock(home, self.world)
        if one.role == "fiscalite":
            return money_files.plain_taxes(home, self.world, self.how)
        if one.role == "programme":
            return money_files.plain_programme(home, self.world)
        if one.role == "conventions":
            return money_files.plain_conventions(home, self.world)
        if one.role == "declaration":
            return money_files.plain_declaration(home, self.world, self.how)
        if one.role == "enquete":
            wave = next(w for w in self.world.waves if w.name == one.wave)
            if "poids" in fault:
                wave.weighted = True
                wave.rows = [(number, code, 1.0, said) for number, code, _, said in wave.rows]
            else:
                wave.coding |= {"writing": "mots", "words": 0, "dk": "mot", "dictionary": False}
            rank = self.world.waves.index(wave)
            return survey_files.delivery(home, self.world, wave, rank, self.how)
        return None

    def files_named(self) -> None:
        """Name the files again; lines about headers that are gone go too."""
        path = self.folder / "dossier" / "dossier.toml"
        text = path.read_text(encoding="utf-8")
        by_role: dict[str, list[str]] = {}
        for one in self.files:
            by_role.setdefault(one.role, []).append(one.name)
        for role, names in by_role.items():
            shown = json.dumps(names if role == "enquete" else names[0], ensure_ascii=False)
            text = re.sub(
                rf"(?m)^{role} = .*$",
                lambda _, role=role, shown=shown: f"{role} = {shown}",
                text,
                count=1,
            )
        for one in self.files:
            for match in re.finditer(rf'(?m)^"{one.role}\.(\w+)" = "(.*)"\n', text):
                true = one.columns.get(match[1])
                if true != match[2] and match[2] not in {"milliers", "euros"}:
                    text = text.replace(match[0], "")
        waves = {one.name for one in self.files if one.role == "enquete"}
        for match in re.finditer(r'(?m)^"([^"]+)" = \{ .*(?:vague|bailleur) = .*\n', text):
            if match[1] not in waves:
                text = text.replace(match[0], "")
        path.write_text(text, encoding="utf-8")
        self.plan()
        self.waves()

    def pack(self) -> Path | None:
        """Make the pack, settle the sides that it asks, make it again."""
        home, out = self.folder / "dossier", self.folder / "pack"
        words = ("dossier", str(home), "--sortie", str(out), "--geodonnees", str(self.geography))
        done = self.run(*words)
        if done.returncode:
            self.stuck.append((done.stdout + done.stderr)[-800:])
            return None
        if count := settle(self.folder, self.world):
            self.log["cotes_tranches"] = count
            text = (home / "dossier.toml").read_text(encoding="utf-8")
            text = answers.merge(text, '[fichiers]\ndecisions = "decisions_tranchees.xlsx"')
            (home / "dossier.toml").write_text(text, encoding="utf-8")
            again = self.run(*words)
            if again.returncode:
                self.stuck.append(again.stdout[-500:])
        return out

    def whole(self) -> dict[str, object]:
        """Play it all and return the record."""
        start = time.monotonic()
        self.prepare()
        self.verify()
        out = self.pack() if not self.stuck else None
        figures = truth.figures(self.world)
        results = compare(out, figures, self.world) if out else []
        tally = Counter(one["verdict"] for one in results)
        return {
            "index": self.how.index,
            "seed": self.how.seed,
            "layout": " ".join(
                str(getattr(self.how, name))
                for name in ("place", "year", "stock", "tax", "programme")
            ),
            "waves": [dict(one) for one in self.how.waves],
            "figures": len(figures),
            "tally": dict(tally),
            "gestures": dict(self.log),
            "questions": self.asked,
            "trips": self.trips,
            "stuck": self.stuck,
            "notes": self.notes,
            "wrong": [one for one in results if one["verdict"].startswith("FAUX")],
            "others": [
                one
                for one in results
                if one["verdict"] != "juste" and not one["verdict"].startswith("FAUX")
            ],
            "seconds": round(time.monotonic() - start, 1),
        }
