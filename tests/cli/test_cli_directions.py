"""Answers of a drawn survey, coded in any scale and direction: no figure is told as known that is not true.

The generator knows the truth; it writes deliveries of a layout of its own (sheets « Fichier » and « Codes »,
a title above the header), coded 1 to 4, 1 to 5, 0 to 10, A to D or in words, either way, with labels or not.
"""

from __future__ import annotations

import csv
import itertools
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from pack_reading import Pack, flat

from tfpb.io.sources.deliveries import read_delivery
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.survey.reading.drafting import draft_plan
from tfpb.survey.reading.plan_joining import plan_changes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

ASKED = ("Entretien des halls", "Tenue des abords", "Éclairage des allées", "Écoute des demandes")
WORDS = {
    4: ("Très satisfait", "Plutôt satisfait", "Plutôt pas satisfait", "Pas du tout satisfait"),
    5: ("Très satisfait", "Plutôt satisfait", "Moyennement satisfait", "Peu satisfait",
        "Pas du tout satisfait"),
}  # fmt: skip
LEVELS = {"1-4": 4, "1-5": 5, "A-D": 4, "mots": 4, "0-10": 11}


@dataclass(frozen=True)
class Coding:
    """How a wave is coded: `best_last` when its last code (4, 5, 10, D) is the best answer."""

    kind: str
    best_last: bool = False
    labelled: bool = False

    def write(self, level: int) -> object:
        """Write a level, 0 the best."""
        count = LEVELS[self.kind]
        if self.kind == "mots":
            return WORDS[4][level]
        at = count - 1 - level if self.best_last else level
        return {"A-D": "ABCD"[at % 4], "0-10": at}.get(self.kind, at + 1)

    @property
    def codebook(self) -> list[tuple[object, str]]:
        """What each code means, as a provider lists it."""
        count = LEVELS[self.kind]
        if self.kind == "0-10":
            ends = {0: WORDS[4][0], 10: WORDS[4][3]}
            return [(self.write(level), word) for level, word in ends.items()]
        return [(self.write(level), WORDS[count][level]) for level in range(count)]

    @property
    def answer(self) -> str:
        return "dernier" if self.best_last else "premier"

    @property
    def is_told(self) -> bool:
        """Whether the delivery itself says what its answers mean."""
        return self.labelled or self.kind == "mots"


def truth(rng: np.random.Generator, kind: str, homes: int = 24, each: int = 25) -> pd.DataFrame:
    """Draw levels of four questions: those in a quarter are less satisfied."""
    count, rows = LEVELS[kind], []
    for home in range(homes):
        inside = home % 2
        for _ in range(each):
            mood = rng.normal(0.9 - 0.5 * inside, 0.8)
            noise = mood + rng.normal(0.3, 0.7, len(ASKED))
            cuts = np.linspace(1.4, -1.0, count - 1)
            rows.append([f"G{home:02d}", inside, *(int((x < cuts).sum()) for x in noise)])
    return pd.DataFrame(rows, columns=["Groupe", "Quartier prioritaire", *ASKED])


def deliver(path: Path, wave: int, levels: pd.DataFrame, coding: Coding) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Fichier"
    page.append([f"Enquête locataires {wave} (fictive)"])
    page.append(["Num questionnaire", "Année enquête", "Bailleur", *levels.columns])
    for k, row in enumerate(levels.to_numpy().tolist(), start=1):
        answers = [coding.write(level) for level in row[2:]]
        page.append(
            [f"{wave}-{k}", wave, "Fictif Habitat", row[0], "Oui" if row[1] else "Non", *answers]
        )
    if coding.labelled:
        codes = book.create_sheet("Codes")
        codes.append(["Variable", "Code", "Modalité"])
        for name, (code, word) in itertools.product(ASKED, coding.codebook):
            codes.append([name, code, word])
    book.save(path)
    return path


def drafted(folder: Path, files: list[Path]) -> Path:
    """Draft the plan of deliveries as the page does: that of the first, joined to the others'."""
    path = folder / "plan_enquete.toml"
    for k, file in enumerate(files):
        read = read_delivery(file)
        draft = draft_plan(read.table, read.dictionary)
        if not k:
            path.write_text(draft, "utf-8")
            continue
        changes = plan_changes(tomllib.loads(path.read_text("utf-8")), tomllib.loads(draft))
        edit_toml(path, changes)
    return path


def share(levels: pd.DataFrame, item: str, inside: int, kind: str) -> float:
    """Return the true share satisfied: the best half of an even scale, two of five, marks from 7."""
    best = {"1-4": 1, "A-D": 1, "mots": 1, "1-5": 1, "0-10": 3}[kind]
    own = levels[levels["Quartier prioritaire"] == inside][item]
    return float((own <= best).mean())


def table_of(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")
    return rows[
        (rows["bailleur"] == "ensemble")
        & (rows["ajustement"] == "brut")
        & (rows["niveau"] == "total")
    ]


def wrong(rows: pd.DataFrame, levels: dict[int, pd.DataFrame], kinds: dict[int, str]) -> list[str]:
    """List the shares told as known that are not the truth, at the printed precision."""
    out = []
    sides = {"qpv": 1, "hors_qpv": 0}
    for row in rows[rows["groupe"].isin(list(sides))].to_dict("records"):
        if row["verdict"] == "a_confirmer" or row["publication"] != "publiable":
            continue
        wave = int(row["vague"])
        true = share(levels[wave], row["item"], sides[row["groupe"]], kinds[wave])
        if abs(row["estimation"] - true) > 0.026:
            out.append(f"{wave} {row['item']} {row['groupe']}: {row['estimation']} for {true:.3f}")
    return out


def keys_of(text: str) -> dict[str, str]:
    """Return the wave of each question asked about a direction → its key."""
    flat = re.sub(r"\s+", " ", text)
    found = re.findall(r"Que veut dire «[^»]*», vague (\d{4}) .*? Clé ([0-9a-f]{12})", flat)
    return dict(found)


def replied(path: Path, replies: dict[str, str]) -> Path:
    lines = ["[reponses]\n"]
    lines += [
        f'"{k}" = {{ reponse = "{v}", par = "enquete", le = 2026-02-01 }}\n'
        for k, v in replies.items()
    ]
    path.write_text("".join(lines), "utf-8")
    return path


def _named(codings: tuple[Coding, ...]) -> str:
    parts = (f"{c.kind}{'-dernier' * c.best_last}{'-dit' * c.labelled}" for c in codings)
    return "+".join(parts)


_CODED = [(kind, end) for kind in ("1-4", "1-5", "0-10", "A-D") for end in (False, True)]
UNTOLD = [Coding(kind, end) for kind, end in _CODED]
TOLD = [Coding("mots"), *(Coding(kind, end, labelled=True) for kind, end in _CODED)]
BESIDE = [
    (Coding("mots"), Coding("1-4")),
    (Coding("mots"), Coding("1-4", best_last=True)),
    (Coding("1-4", best_last=True), Coding("mots")),
    (Coding("1-4"), Coding("1-4", best_last=True)),
    (Coding("1-4", labelled=True), Coding("1-4", best_last=True)),
    (Coding("1-4", best_last=True), Coding("1-4", labelled=True)),
    (Coding("1-4", labelled=True), Coding("1-4", best_last=True, labelled=True)),
    (Coding("1-5", best_last=True), Coding("1-5")),
    (Coding("1-5", best_last=True, labelled=True), Coding("1-5")),
    (Coding("0-10"), Coding("0-10", best_last=True)),
    (Coding("0-10", labelled=True), Coding("0-10", best_last=True)),
    (Coding("A-D", best_last=True), Coding("A-D")),
]


@pytest.mark.parametrize("codings", [*((c,) for c in (*UNTOLD, *TOLD)), *BESIDE], ids=_named)
def test_no_share_is_told_as_known_that_is_not_the_truth(
    tmp_path: Path, run: Run, codings: tuple[Coding, ...]
) -> None:
    rng = np.random.default_rng(sum(map(ord, str(codings))))
    waves = {2019 + 3 * k: coding for k, coding in enumerate(codings)}
    kinds = {wave: coding.kind for wave, coding in waves.items()}
    levels = {wave: truth(rng, coding.kind) for wave, coding in waves.items()}
    files = [deliver(tmp_path / f"e{w}.xlsx", w, levels[w], c) for w, c in waves.items()]
    plan = drafted(tmp_path, files)
    out = tmp_path / "c.csv"
    command = ("comparer", *files, "--plan", plan, "--sortie", out)
    draft = run(*command)
    assert draft.exit_code == 0, draft.output
    rows = table_of(out)
    untold = {str(w) for w, c in waves.items() if not c.is_told}
    assert wrong(rows, levels, kinds) == []
    keys = keys_of(draft.output)
    assert set(keys) == untold
    heard = rows[rows["publication"] == "publiable"]
    assert len(heard[heard["groupe"] == "qpv"]) == len(ASKED) * len(waves)
    if untold:
        assert set(heard["verdict"]) == {"a_confirmer"}
        refused = run(*command, "--diffuser", "--envoyer-quand-meme")
        assert refused.exit_code != 0
        unknown = replied(tmp_path / "r.toml", dict.fromkeys(keys.values(), "inconnu"))
        assert (
            run(*command, "--reponses", unknown, "--diffuser", "--envoyer-quand-meme").exit_code
            != 0
        )
        niveaux = pd.read_csv(
            tmp_path / "c_niveaux.csv", sep=";", decimal=",", encoding="utf-8-sig"
        )
        assert niveaux["estimation"].isna().all()
    truly = {keys[str(w)]: c.answer for w, c in waves.items() if not c.is_told}
    given = replied(tmp_path / "r.toml", truly)
    sent = run(*command, "--reponses", given, "--diffuser", "--envoyer-quand-meme")
    assert sent.exit_code == 0, sent.output
    rows = table_of(out)
    assert "a_confirmer" not in set(rows["verdict"])
    assert wrong(rows, levels, kinds) == []


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("Note globale de 0 à 10", False),
        ("Votre résidence, sur 10", False),
        ("Votre résidence, de 0 à 10", True),
        ("Note de votre résidence, 0 étant très satisfait", True),
    ],
)
def test_a_header_that_says_a_mark_is_a_label(
    tmp_path: Path, run: Run, header: str, *, asked: bool
) -> None:
    levels = truth(np.random.default_rng(23), "0-10")
    kept = levels.drop(columns=list(ASKED[1:])).rename(columns={ASKED[0]: header})
    file = deliver(tmp_path / "e.xlsx", 2022, kept, Coding("0-10", best_last=True))
    plan, out = drafted(tmp_path, [file]), tmp_path / "c.csv"
    told = run("comparer", file, "--plan", plan, "--sortie", out)
    assert told.exit_code == 0, told.output
    assert bool(keys_of(told.output)) is asked
    rows = table_of(out)
    own = rows[(rows["publication"] == "publiable") & (rows["groupe"] == "qpv")]
    assert len(own) == 1
    if not asked:
        true = share(levels, ASKED[0], 1, "0-10")
        assert abs(float(own["estimation"].iloc[0]) - true) < 0.026


def test_the_same_answers_coded_the_other_way_give_the_same_figures(
    tmp_path: Path, run: Run
) -> None:
    """Once answered; and by a plan written by hand, which is an answer and is never refused."""
    levels = truth(np.random.default_rng(7), "1-4")
    tables = []
    for end, sides in ((False, ("[1, 2]", "[3, 4]")), (True, ("[4, 3]", "[2, 1]"))):
        folder = tmp_path / str(end)
        folder.mkdir()
        file = deliver(folder / "e.xlsx", 2022, levels, Coding("1-4", end))
        plan, out = drafted(folder, [file]), folder / "c.csv"
        command = ("comparer", file, "--plan", plan, "--sortie", out)
        keys = keys_of(run(*command).output)
        answer = {keys["2022"]: "dernier" if end else "premier"}
        assert run(*command, "--reponses", replied(folder / "r.toml", answer)).exit_code == 0
        tables.append(out.read_text("utf-8-sig"))
        tables.append((folder / "c_niveaux.csv").read_text("utf-8-sig"))
        text = re.sub(r"sens = .*", "", plan.read_text("utf-8"))
        text = re.sub(r"(?m)^satisfait = .*", f"satisfait = {sides[0]}", text)
        text = re.sub(r"(?m)^insatisfait = .*", f"insatisfait = {sides[1]}", text)
        plan.write_text(text, "utf-8")
        by_hand = run(*command)
        assert by_hand.exit_code == 0, by_hand.output
        assert "Que veut dire" not in by_hand.output
        tables.append(out.read_text("utf-8-sig"))
    assert tables[0] == tables[3]
    assert tables[1] == tables[4]
    assert tables[0] == tables[2] == tables[5]


@pytest.mark.parametrize("kind", ["1-4", "1-5", "A-D"])
def test_words_are_never_reversed_beside_codes(tmp_path: Path, run: Run, kind: str) -> None:
    """By hand, codes the other way: the wave in codes is the suspect, first or last."""
    rng = np.random.default_rng(11)
    count = LEVELS[kind]
    for words_first in (True, False):
        folder = tmp_path / str(words_first)
        folder.mkdir()
        waves = {2019: words_first, 2022: not words_first}
        files = []
        for wave, in_words in waves.items():
            levels = truth(rng, kind)
            coding = Coding(kind, best_last=True)
            file = deliver(folder / f"e{wave}.xlsx", wave, levels, coding)
            if in_words:
                book = openpyxl.load_workbook(file)
                named = {coding.write(k): WORDS[count][k] for k in range(count)}
                for row in book["Fichier"].iter_rows(min_row=3, min_col=6):
                    for cell in row:
                        cell.value = named[cell.value]
                book.save(file)
            files.append(file)
        codes = [Coding(kind).write(k) for k in range(count)]
        sides = (codes[:2], codes[2:])
        plan = drafted(folder, files)
        text = re.sub(r"sens = .*", "", plan.read_text("utf-8"))
        for name, own, words in zip(
            ("satisfait", "insatisfait"), sides, (WORDS[count][:2], WORDS[count][2:]), strict=True
        ):
            listed = ", ".join(f'"{v}"' if isinstance(v, str) else str(v) for v in (*own, *words))
            text = re.sub(rf"(?m)^{name} = .*", f"{name} = [{listed}]", text)
        plan.write_text(text, "utf-8")
        told = re.sub(
            r"\s+",
            " ",
            run("comparer", *files, "--plan", plan, "--sortie", folder / "c.csv").output,
        )
        suspect = 2022 if words_first else 2019
        asked = re.findall(r"Les réponses de la vague (\d+) sont-elles codées", told)
        if kind == "1-5":  # half are satisfied either way: too alike for a suspicion
            assert set(asked) <= {str(suspect)}, told
        else:
            assert asked == [str(suspect)], told


def test_every_file_of_a_draft_says_to_be_confirmed(
    copy: Path, run: Run, geodata: Path, kept: Path
) -> None:
    """The example, its last wave without its dictionary, its plan as drafted from the one before."""
    path, plan = copy / "enquete_2023.xlsx", copy / "plan_enquete.toml"
    book = openpyxl.load_workbook(path)
    del book["Dictionnaire"]
    book.save(path)
    known = 'nsp = [9, "Ne sait pas"]\n'
    text = plan.read_text("utf-8")
    plan.write_text(text.replace(known, f'{known}sens = "a_confirmer"\n', 1), "utf-8")
    out = copy / "pack"
    command = ("dossier", copy / "dossier.toml", "--geodonnees", geodata, "--sortie", out)
    made = run(*command)
    assert made.exit_code == 0, made.output
    assert "Que veut dire « 4 », vague 2023" in re.sub(r"\s+", " ", made.output)
    pack = Pack(out)
    judged = (
        "■ moins",
        "▽ moins",
        "◆ plus",
        "● autant",
        "on ne sait pas",
        "de moins (",
        "de plus (",
    )
    with_gaps = {"satisfaction.csv", "axes.csv", "satisfaction_niveaux.csv"}
    for name in with_gaps:
        rows = (out / "donnees" / name).read_text("utf-8-sig").splitlines()[1:]
        assert [r for r in rows if any(w in r for w in judged)] == [], name
    assert "à confirmer" in (out / "donnees" / "satisfaction.csv").read_text("utf-8-sig")
    with (out / "donnees" / "satisfaction_detail.csv").open(encoding="utf-8-sig") as file:
        rows = [r for r in csv.DictReader(file, delimiter=";") if r["publication"] == "publiable"]
    quarters = [r for r in rows if r["niveau"] == "code_qpv" and r["groupe"] == "ecart"]
    changes = [r for r in rows if r["groupe"] == "evolution_ecart"]
    for of in (quarters, changes):  # a doubt on a wave reaches its quarters and its changes
        assert {r["verdict"] for r in of} == {"a_confirmer"}
        assert {r["assurance"] for r in of} == {""}
    assert {r["verdict"] for r in rows} == {"a_confirmer"}  # the shares of a side too
    book = openpyxl.load_workbook(out / "dossier.xlsx", read_only=True)
    for sheet in ("Synthèse", "Satisfaction", "Axes"):
        cells = [str(v) for line in book[sheet].iter_rows(values_only=True) for v in line if v]
        assert any("à confirmer" in v for v in cells), sheet
        assert [v for v in cells if v.startswith(("■", "▼", "▲", "◆"))] == [], sheet
    for name in ("note.pdf", "habitants/QN05991I.pdf", "quartiers/QN05991I.pdf", "rapport.pdf"):
        assert flat("à confirmer") in flat(pack.pdf_in_order(name)), name
    assert flat("une question sur l’enquête attend") in flat(
        pack.pdf_in_order("habitants/QN05991I.pdf")
    )
    assert flat("Sans réponse, lu comme : 1 veut dire très satisfait") in flat(
        pack.pdf_in_order("rapport.pdf")
    )
    assert run(*command, "--diffuser", "--envoyer-quand-meme").exit_code != 0
