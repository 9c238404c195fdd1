"""Judge a blind corpus of deliveries: right, refused clearly, asked, wrong and told, wrong in silence.

    python benchmarks/judge_deliveries.py --sortie DIR [--graine 34] [--seulement MOT] [--limite N] [--table]

Each delivery of `deliveries.corpus` is written with its truth apart, then read by `tfpb verifier` and by
`tfpb dossier`, in one forked child (`warm`). What they gave is kept in `essais` and `paquets`: an
interrupted run goes on where it stood, and `--table` classes again what is there without running anything.
Only tables are judged: `--documents` renders workbook, PDF, Word and maps too, to see that none breaks.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deliveries.corpus import Written, cases, write
from deliveries.grounds import prepare
from warm import ROOT, run, warm

if TYPE_CHECKING:
    from tfpb.model.settings import Settings
    from tfpb.pipeline.assembling import Examined

TFPB = [sys.executable, "-m", "tfpb"]
MONEY_SHARE, MONEY_EUR = 0.003, 30.0
"""An amount within this share or these euros of its truth is right: roundings of each line."""
GAP_POINTS = 0.06
"""Shares are released by steps of 1, 2 or 5 points: two of them put a gap this far from its exact value."""
PEOPLE = 10
"""Households are released to ten."""
CLASSES = [
    "juste",
    "refusé",
    "refus obscur",
    "demandé",
    "borné",
    "faux et dit",
    "faux en silence",
    "panne",
]
RESERVED = {
    "acquis": "sous_reserve",
    "a_reclamer": "sous_reserve",
    "logements_qpv": "logements_a_verifier",
    "logements_hors": "logements_a_verifier",
}
"""What is told apart as not settled leaves room above a claim: it is known less, not wrongly."""
DONE, REFUSED = 0, 2
SPOKEN = {
    "conventions": "[Cc]onvention",
    "patrimoine": "[Pp]atrimoine",
    "fiscalite": r"\bavis\b",
    "programme": "[Pp]rogramme",
    "enquete": "[Ee]nquête",
}
"""How a message speaks of a file without its name, when it stands between two."""
KEPT = ("faits.csv", "a_regler.csv")
UNREAD = "ne sont pas lues"
"""The standing list of unread columns names any column: it is no doubt on one of them."""


@dataclass
class Facts:
    """Claims of the whole as a pack tells them, by name: bounds (None when open) and state."""

    claims: dict[str, tuple[float | None, float | None, str]]
    gaps: dict[str, tuple[float | None, float | None, str]]


@dataclass(frozen=True)
class Tried:
    """What both commands gave on a delivery: exit code, all they printed; and the time taken, seconds."""

    verifier: tuple[int, str]
    dossier: tuple[int, str]
    s: float


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None


def facts_of(pack: Path) -> Facts | None:
    """Read `donnees/faits.csv` of a pack, if it was written."""
    file = pack / "donnees" / "faits.csv"
    if not file.is_file():
        return None
    claims, gaps = {}, {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            told = (_number(row["valeur_bas"]), _number(row["valeur_haut"]), row["etat"])
            words = row["portee"].split()
            if row["nom"] == "ecart" and len(words) == 3 and words[0] == "total":
                gaps[words[1]] = told
            elif row["nom"] == "menages" and words[:1] == ["vague"]:
                claims["menages"] = told
            elif row["portee"] == "total":
                claims[row["nom"]] = told
    return Facts(claims, gaps)


def _margin(name: str, truth: float) -> float:
    if name in ("acquis", "a_reclamer", "valorise"):
        return max(MONEY_EUR, MONEY_SHARE * abs(truth))
    return PEOPLE if name == "menages" else 0.5


def compare(truth: Written, facts: Facts) -> tuple[list[str], list[str]]:
    """Say what is wrong and what is only bounded.

    Returns
    -------
    tuple of list of str
        Claims told as another figure than the truth; claims whose bounds, or lack of figure, leave room.
    """
    wrong, bounded = [], []
    pairs = [
        (name, value, facts.claims.get(name), _margin(name, value))
        for name, value in truth.claims.items()
    ]
    pairs += [
        (f"écart {name}", value, facts.gaps.get(name), GAP_POINTS)
        for name, value in truth.gaps.items()
    ]
    for name, value, told, margin in pairs:
        if told is None:
            continue
        low, high, state = told
        if truth.clean and state in ("masque", "peu_de_reponses"):
            continue
        if high is not None and name in RESERVED:
            high += facts.claims.get(RESERVED[name], (0.0, 0.0, ""))[1] or 0.0
        if (
            low is not None
            and high is not None
            and abs(low - value) <= margin
            and abs(high - value) <= margin
        ):
            continue
        if (low is None or low - margin <= value) and (high is None or value <= high + margin):
            bounded.append(f"{name} {value:g} dans [{low}; {high}]")
        else:
            wrong.append(f"{name} {value:g} → {low}{'' if low == high else f' à {high}'}")
    return wrong, bounded


def blocks(text: str, head: str = "") -> list[str]:
    """Cut what `verifier` prints into messages; with `head`, only those below a line that matches it."""
    found: list[str] = []
    inside = not head
    for line in text.splitlines():
        if line and not line.startswith(" ") and not re.match(r"\d+\. ", line):
            inside = bool(re.search(head, line)) if head else True
            continue
        if inside and (
            re.match(r"\d+\. ", line) or (line.startswith("  ") and not line.startswith("   "))
        ):
            found.append(line.strip())
        elif line.strip() and found and inside:
            found[-1] += "\n" + line.strip()
    return found


def _to_settle(pack: Path, *, asked: bool) -> list[str]:
    """Rows of what is to settle: questions, or the others."""
    file = pack / "donnees" / "a_regler.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    return ["\n".join(row.values()) for row in rows if bool(row["cle"]) is asked]


def names_it(truth: Written, messages: list[str]) -> str:
    """Find a message that names the trap: its file, and a word or a row by which it would be known."""
    for message in messages if truth.role else []:
        if (
            (truth.file in message or re.search(SPOKEN[truth.role], message))
            and UNREAD not in message
            and not re.search(r"\d+ gardées?$", message)
            and any(re.search(word, message) for word in truth.words)
        ):
            return message.splitlines()[0]
    return ""


def questions(told: str, pack: Path) -> list[str]:
    """Questions that `verifier` asks, and those of the pack's own table."""
    return blocks(told, r"^\d+ questions?\b") + _to_settle(pack, asked=True)


def classify(truth: Written, runs: dict[str, tuple[int, str]], pack: Path) -> dict[str, object]:
    """Class a delivery by what was printed and what was written."""
    verifier, dossier = runs["verifier"], runs["dossier"]
    messages = blocks(verifier[1]) + _to_settle(pack, asked=False)
    asked = questions(verifier[1], pack)
    facts = facts_of(pack)
    found: dict[str, object] = {
        "questions": len(asked),
        "doutes": len(blocks(verifier[1], r"\bdoutes?\b")),
    }
    if dossier[0] not in (DONE, REFUSED) or verifier[0] not in (DONE, REFUSED):
        return found | {"classe": "panne", "detail": [dossier[1][-400:]]}
    if facts is None:
        faults = [
            message
            for message in blocks(verifier[1], r"\bfautes?\b")
            if "que faire" in message and "fichier" in message
        ]
        clear = [message for message in faults if not truth.file or truth.file in message]
        detail = [message.splitlines()[0] for message in (clear or faults)[:2]] or [
            dossier[1][:300]
        ]
        return found | {"classe": "refusé" if clear else "refus obscur", "detail": detail}
    wrong, bounded = compare(truth, facts)
    named = names_it(truth, messages)
    if wrong:
        on_it = [question for question in asked if not truth.file or truth.file in question]
        return found | {
            "classe": "faux et dit" if named or on_it else "faux en silence",
            "detail": wrong,
            "dit": named,
        }
    if bounded:
        return found | {"classe": "demandé" if asked else "borné", "detail": bounded, "dit": named}
    return found | {"classe": "juste", "detail": [], "dit": named}


def try_out(folder: Path, truth: Written, geography: Path, base: Path) -> Tried:
    """Run both commands on a delivery; of the pack only the tables that are judged are kept."""
    pack = base / "paquets" / truth.name
    shutil.rmtree(pack, ignore_errors=True)
    start = time.perf_counter()
    where = ["--geodonnees", str(geography)]
    checked, made = run(
        ["verifier", str(folder), *where],
        ["dossier", str(folder), "--sortie", str(pack), *where],
    )
    kept = {
        file: (pack / "donnees" / file).read_bytes()
        for file in KEPT
        if (pack / "donnees" / file).is_file()
    }
    shutil.rmtree(pack, ignore_errors=True)
    for file, content in kept.items():
        (pack / "donnees").mkdir(parents=True, exist_ok=True)
        (pack / "donnees" / file).write_bytes(content)
    return Tried(checked, made, round(time.perf_counter() - start, 1))


def without_documents() -> None:
    """Make packs of their data alone, in the children to come: what is judged, without what draws."""
    from tfpb.addresses.communes import Communes  # noqa: PLC0415 - once warm
    from tfpb.pipeline import assembling, pack_files, pack_run  # noqa: PLC0415
    from tfpb.report.sections import report  # noqa: PLC0415

    Communes.load()
    pack_files.pack_of = lambda dossier, _making: pack_files.data_files(report(dossier))
    pack_run._review = lambda *_made: {}  # noqa: SLF001
    examine, known = assembling.examine, []

    def once(settings: Settings, folder: Path, **_how: object) -> Examined:
        """Examine the one dossier of a child once for both of its commands."""
        if not known:
            known.append(examine(settings, folder))
        return known[0]

    assembling.examine = once


def judge(base: Path, name: str) -> dict[str, object]:
    """Class a delivery from what was kept of its trial."""
    tried = json.loads((base / "essais" / f"{name}.json").read_text(encoding="utf-8"))
    truth = Written(**json.loads((base / "verites" / f"{name}.json").read_text(encoding="utf-8")))
    runs = {"verifier": tried["verifier"], "dossier": tried["dossier"]}
    kept = {
        "nom": name,
        "genre": truth.kind,
        "fichier": truth.role,
        "net": truth.clean,
        "anodin": truth.harmless,
    }
    return kept | classify(truth, runs, base / "paquets" / name) | {"s": tried["s"]}


def table(results: list[dict[str, object]]) -> None:
    """Print classes by kind, totals, then each silent error and each false question."""
    by_kind: dict[tuple[bool, str, str], Counter[str]] = defaultdict(Counter)
    for result in results:
        by_kind[bool(result["net"]), str(result["fichier"]), str(result["genre"])][
            str(result["classe"])
        ] += 1
    print(f"{'genre':<58}" + "".join(f"{name:>16}" for name in CLASSES))
    for clean in (False, True):
        total: Counter[str] = Counter()
        for (is_clean, _, kind), counts in sorted(by_kind.items()):
            if is_clean == clean:
                total += counts
                print(
                    f"{kind[:57]:<58}" + "".join(f"{counts[name] or '·':>16}" for name in CLASSES)
                )
        title = f"{'NETS' if clean else 'PIÈGES'} ({sum(total.values())})"
        print(f"{title:<58}" + "".join(f"{total[name]:>16}" for name in CLASSES) + "\n")
    silent = [one for one in results if one["classe"] == "faux en silence"]
    trapped = [one for one in results if not one["net"]]
    if trapped:
        share = 100 * sum(not one["net"] for one in silent) / len(trapped)
        print(f"faux en silence : {share:.1f} % des livraisons piégées")
    for one in silent:
        print(f"  {one['nom']} : {' ; '.join(str(line) for line in list(one['detail'])[:4])}")  # type: ignore[call-overload]
    clean_ones = [one for one in results if one["net"] or one["anodin"]]
    bad = [one for one in clean_ones if one["questions"] or one["classe"] != "juste"]
    print(
        f"nets ou anodins dérangés (question, refus, autre chiffre) : {len(bad)} sur {len(clean_ones)}"
    )
    for one in bad:
        lines = [str(line) for line in list(one["detail"])[:2]]  # type: ignore[call-overload]
        print(
            f"  {one['nom']} : {one['classe']}, {one['questions']} question(s) ; {' ; '.join(lines)}"
        )


def main() -> None:
    """Write, run, judge, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sortie", type=Path, required=True, help="dossier de travail, repris s'il existe"
    )
    parser.add_argument("--graine", type=int, default=34)
    parser.add_argument(
        "--seulement",
        default="",
        help="genres ou noms qui contiennent un de ces mots, entre virgules",
    )
    parser.add_argument(
        "--limite", type=int, default=0, help="au plus ce nombre de livraisons nouvelles"
    )
    parser.add_argument("--refaire", action="store_true", help="juge de nouveau ce qui l'est déjà")
    parser.add_argument(
        "--table", action="store_true", help="n'écrit que la table de ce qui est jugé"
    )
    parser.add_argument("--documents", action="store_true", help="fait aussi les documents")
    parser.add_argument("--lister", action="store_true", help="liste les livraisons et s'arrête")
    asked = parser.parse_args()
    os.environ["TFPB_CACHE"] = "non"
    base = asked.sortie / f"graine-{asked.graine}"
    wanted = [
        case
        for case in cases(asked.graine)
        if any(w in case.kind or w in case.name for w in asked.seulement.split(","))
    ]
    if asked.lister:
        for case in wanted:
            print(f"{case.name:<56}{case.kind}")
        print(
            f"{sum(not case.clean for case in wanted)} piégées, {sum(case.clean for case in wanted)} nettes"
        )
        return
    trials = base / "essais"
    trials.mkdir(parents=True, exist_ok=True)
    left = [
        case for case in wanted if asked.refaire or not (trials / f"{case.name}.json").is_file()
    ]
    left = [] if asked.table else left[: asked.limite or None]
    if left:
        geography = prepare("valmont", asked.sortie / "geo", TFPB)
        example = [str(ROOT / "examples" / "valmont"), "--sortie", str(asked.sortie / "essai")]
        warm(asked.sortie / "modules.json", ["dossier", *example, "--geodonnees", str(geography)])
        if not asked.documents:
            without_documents()
    for rank, case in enumerate(left):
        folder = base / "livraisons" / case.name
        shutil.rmtree(folder, ignore_errors=True)
        truth = write(case, folder, base / "verites")
        tried = try_out(folder, truth, prepare(truth.place, asked.sortie / "geo", TFPB), base)
        text = json.dumps(asdict(tried), ensure_ascii=False, indent=1)
        (trials / f"{case.name}.json").write_text(text, encoding="utf-8")
        print(
            f"{rank + 1}/{len(left)} {case.name} : {judge(base, case.name)['classe']}, {tried.s} s",
            flush=True,
        )
    table([judge(base, case.name) for case in wanted if (trials / f"{case.name}.json").is_file()])


if __name__ == "__main__":
    main()
