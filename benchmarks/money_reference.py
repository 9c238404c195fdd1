"""Hold what `tfpb abattement` writes against the rules of the field, written again from its text alone.

    PYTHONPATH=src python benchmarks/money_reference.py --seed 35001 --worlds 450 [--verbose]

Worlds are files as the contract words them: located entrances, notices, conventions. Half of them leave
the TEOM (5 to 30 % of the base) in every sum. Each premises belongs to a class, the first rule that
decides it. What is written of it is *same*, *less* (fewer euros, a word for what is not known), *more*
(euros acquired or to claim that the truth lacks), *risk* (a notice that bears what is not due, not told so)
or *word* (the right euros under another status).
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from results import record

D = Decimal
NIL = D(0)
QUARTERS = ("QN05991I", "QN05992M", "QN05993N", "QN05994C")
OWNER = "Habitat Valmontois"
FEES = {"commune": 3, "syndicats": 8, "epci": 3, "tse": 9, "gemapi": 3}
LIMITS = {2025: dt.date(2025, 3, 31), 2026: dt.date(2026, 1, 1)}
"""Last day of signature; the declaration of 2025 has the same, that of 2026 the day before (CGI 1388 bis)."""
UNKNOWN = {"droit_inconnu", "sans_convention", "non_declare"}
WITHHELD = {"droit_inconnu", "a_verifier", "non_lu", "eligible", "sans_convention", "non_declare"}


def euro(value: Decimal) -> Decimal:
    """Round to the euro, halves up (article 1657)."""
    return value.quantize(D(1), ROUND_HALF_UP)


@dataclass
class Paper:
    """The convention of a quarter, by what is odd in it."""

    quarter: str
    kind: str
    cells: dict[str, str]


@dataclass
class Door:
    """An entrance, and the one premises of its notice."""

    home: str
    key: str
    quarter: str
    side: str
    homes: int
    vlc: Decimal
    rates: dict[str, Decimal]
    teom: Decimal
    fate: str  # kept | sold | demolished | sold_later
    exempt: str  # no | yes | two (the files differ)
    notice: str  # right | nothing | garbled | blank | full | credited
    sent: str  # oui | non | empty
    part: Decimal = field(default=D(1))
    named: bool = True

    def lines(self, part: Decimal, *, fees: bool) -> Decimal:
        """Return the sum of a notice that abates this part of the premises, TEOM apart."""
        base = euro(euro(self.vlc / 2) * (1 - D("0.3") * part))
        due = {name: euro(base * rate / 100) for name, rate in self.rates.items()}
        more = [euro(value * FEES[name] / 100) for name, value in due.items()] if fees else []
        return sum([*due.values(), *more], NIL)

    def worth(self, part: Decimal) -> Decimal:
        """Return the abatement of this part: 30 % of half the cadastral value, by the rates, fees apart."""
        return self.vlc / 2 * part * D("0.3") * sum(self.rates.values(), NIL) / 100


@dataclass
class World:
    """A landlord's files of a year."""

    year: int
    papers: list[Paper]
    doors: list[Door]
    fees: bool
    teom_in: bool
    listed: bool
    random: random.Random
    rate: Decimal = NIL
    wrong: list[str] = field(default_factory=list)


def invent(seed: int, *, teom_in: bool) -> World:
    """Invent the files of a landlord."""
    rng = random.Random(seed)
    year = rng.choice([2025, 2026])
    papers = [_paper(rng, quarter, year) for quarter in QUARTERS]
    rate = D(str(round(rng.uniform(0.05, 0.30), 4)))
    spans = {
        "commune": (25, 60),
        "syndicats": (0, 2),
        "epci": (1, 8),
        "tse": (0.1, 0.6),
        "gemapi": (0, 1),
    }
    towns = [
        {name: D(str(round(rng.uniform(*span), 2))) for name, span in spans.items()}
        for _ in range(rng.choice([1, 1, 2, 3]))
    ]
    granted, listed = rng.choice([0.85, 0.85, 0.97, 0.4]), rng.random() < 0.5
    world = World(year, papers, [], rng.random() < 0.4, teom_in, listed, rng, rate)
    for number in range(rng.randint(10, 30)):
        world.doors += _home(rng, number, rng.choice(towns), world, granted)
    return world


def _paper(rng: random.Random, quarter: str, year: int) -> Paper:
    kind = rng.choices(
        ["good", "late", "late_sent", "no_signature", "no_sending", "ended", "no_end", "none",
         "sent_before", "contract_after", "spelt"],
        [12, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    )[0]  # fmt: skip
    cells = {
        "id_convention": f"C-{quarter}", "codes_qpv": quarter, "bailleur": OWNER,
        "date_signature_contrat": "2024-03-28", "date_signature_convention": "2024-11-12",
        "date_declaration": "2024-12-10", "date_fin": "2030-12-31",
    }  # fmt: skip
    after = (LIMITS[year] + dt.timedelta(rng.randint(20, 150))).isoformat()
    cells |= {
        "late": {"date_signature_convention": after, "date_declaration": after},
        "late_sent": {"date_declaration": after},
        "no_signature": {"date_signature_convention": ""},
        "no_sending": {"date_declaration": ""},
        "ended": {"date_fin": f"{year - 1}-12-31"},
        "no_end": {"date_fin": ""},
        "sent_before": {"date_declaration": "2024-10-02"},
        "contract_after": {"date_signature_contrat": "2024-12-05"},
        "spelt": {"bailleur": "SA d'HLM " + OWNER},
    }.get(kind, {})
    return Paper(quarter, kind, cells)


def _home(
    rng: random.Random, number: int, rates: dict[str, Decimal], world: World, granted: float
) -> list[Door]:
    kind = rng.choices(["dans", "hors", "a_verifier", "cut"], [72, 12, 6, 10])[0]
    doors = rng.randint(2, 4) if kind == "cut" else rng.choice([1, 1, 2, 3])
    fate = rng.choices(["kept", "sold", "demolished", "sold_later"], [92, 3, 3, 2])[0]
    exempt = rng.choices(["no", "yes", "two"], [88, 9, 3])[0]
    quarter, given = rng.choice(QUARTERS), rng.random() < granted
    sent = ("oui" if rng.random() < 0.9 else "non") if world.listed else ""
    named = kind != "cut" or rng.random() < 0.5
    made = []
    for k in range(doors):
        side = ("dans" if k == 0 else rng.choice(["dans", "hors"])) if kind == "cut" else kind
        count = rng.randint(6, 50)
        vlc = D(count * rng.randint(2200, 4500) + rng.randint(0, 999))
        notice = "right" if (given if rng.random() < 0.97 else not given) else "nothing"
        odd = rng.random()
        notice = "garbled" if odd < 0.03 else "blank" if odd < 0.06 else notice
        notice = "credited" if notice == "nothing" and rng.random() < 0.15 else notice
        if side != "dans" and notice == "right":
            notice = "full" if rng.random() < 0.15 or side == "a_verifier" else "nothing"
        made.append(
            Door(f"R{number:03d}", f"{number:03d}{k:03d}", quarter, side, count, vlc, rates,
                 euro(vlc / 2 * world.rate), fate, exempt, notice, sent, named=named)
        )  # fmt: skip
    if (
        not named
    ):  # the notice names the résidence alone: each premises has the part of its dwellings
        inside = sum(one.homes for one in made if one.side == "dans")
        for one in made:
            one.part = D(inside) / sum(other.homes for other in made)
            if one.notice in ("right", "full"):
                one.notice = rng.choice(["right", "right", "full"]) if one.part < 1 else "right"
    else:
        for one in made:
            one.part = D(one.side == "dans")
    return made


# ---------------------------------------------------------------- the files


def _sum(world: World, one: Door) -> tuple[str, str]:
    """Write the sum of a notice and its dégrèvements."""
    if one.exempt == "yes":
        return "0", ""
    if one.notice == "blank":
        return "", ""
    held = {"right": one.part, "full": D(1)}.get(one.notice, NIL)
    due = one.lines(held, fees=world.fees) + (one.teom if world.teom_in else NIL)
    cut = NIL
    if one.notice == "garbled":
        due = euro(due * D(str(world.random.choice([0.31, 0.43, 1.67, 2.9]))))
    if one.notice == "credited":
        cut = one.lines(NIL, fees=world.fees) - one.lines(one.part, fees=world.fees)
    return str(due), str(cut) if cut else ""


def write(world: World, folder: Path) -> None:
    """Write the three files of a world."""
    gone = {"sold": f"{world.year - 1}-06-30", "sold_later": f"{world.year}-05-15"}
    stock, sheet = [], []
    for one in world.doors:
        until = {"yes": "2034-12-31", "two": "2034-12-31"}.get(one.exempt, "")
        stock.append(
            {"id_residence": one.home, "id_batiment": one.key, "nom": one.home, "bailleur": OWNER,
             "adresse": f"{int(one.key)} rue des Aulnes", "code_postal": "59990", "commune": "Valmont",
             "code_insee": "59999", "nb_logements": one.homes, "fin_exoneration": until,
             "date_vente": gone.get(one.fate, ""),
             "date_demolition": f"{world.year - 1}-04-01" if one.fate == "demolished" else "",
             "qpv_statut": one.side, "qpv_code": one.quarter if one.side != "hors" else "",
             "qpv_nom": "", "qpv_distance_m": "4" if one.side == "a_verifier" else "150",
             "qpv_proche_code": one.quarter, "qpv_millesime": 2024}
        )  # fmt: skip
        paid, cut = _sum(world, one)
        row: dict[str, object] = {
            "avis": f"A{one.home}", "invariant": f"59{one.key}", "id_residence": one.home,
            "id_batiment": one.key if one.named else "", "annee": world.year, "vlc_eur": one.vlc,
            "nb_logements": one.homes, "cotisation_avis_eur": paid, "degrevements_eur": cut,
            "fin_exoneration": {"yes": "2034-12-31", "two": "2020-12-31"}.get(one.exempt, ""),
            "teom_eur": one.teom if one.exempt != "yes" else "", "declare": one.sent,
        }  # fmt: skip
        sheet.append(row | {f"taux_{name}_pct": rate for name, rate in one.rates.items()})
    kept = [paper.cells for paper in world.papers if paper.kind != "none"]
    absent = {"id_convention": "C-AUTRE", "codes_qpv": "QN05999I", "bailleur": OWNER}
    for name, rows in (("s", stock), ("f", sheet), ("c", kept or [absent])):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows({k: str(v).replace(".", ",") for k, v in r.items()} for r in rows)
        (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8-sig")


# ---------------------------------------------------------------- the rules


def expected(  # noqa: PLR0911 - a rule a return
    world: World, one: Door
) -> tuple[str, set[str], Decimal, Decimal]:
    """Return the class of a premises, the statuses that suit it, what is acquired and to claim, in euros."""
    paper = next(p.kind for p in world.papers if p.quarter == one.quarter)
    held = one.notice in ("right", "full") and one.exempt != "yes"
    risk = {"a_risque"} if held else set()
    if one.fate in ("sold", "demolished"):
        return one.fate, set(), NIL, NIL
    if one.part == 0 and one.side == "a_verifier":
        return "side in doubt", {"a_verifier"}, NIL, NIL
    if one.part == 0:
        return "out", risk or {"hors_qpv"}, NIL, NIL
    if one.exempt == "yes":
        return "exempt", {"exonere"}, NIL, NIL
    if paper in ("late", "none", "ended"):
        return f"convention {paper}", risk or {"sans_convention"}, NIL, NIL
    if paper == "late_sent" or one.sent == "non":
        return "not declared", risk or {"non_declare"}, NIL, NIL
    if one.exempt == "two":
        return "exempt, files differ", {"droit_inconnu"} if held else UNKNOWN, NIL, NIL
    if paper != "good":
        return f"convention {paper}", {"droit_inconnu"} if held else UNKNOWN, NIL, NIL
    due = one.worth(one.part)
    cut = ", cut" if one.part < 1 else ""
    return {
        "garbled": ("garbled sum", {"non_lu"}, NIL, NIL),
        "blank": ("blank sum", {"non_lu", "eligible"}, NIL, NIL),
        "right": (f"abated{cut}", {"abattu"}, due, NIL),
        "full": (f"abated beyond{cut}", {"abattu", "a_risque"}, due, NIL),
        "nothing": (f"refused{cut}", {"a_reclamer"}, NIL, due),
        "credited": (f"refused, then credited{cut}", {"a_reclamer"}, NIL, due),
    }[one.notice]


def judge(
    expectation: tuple[str, set[str], Decimal, Decimal], row: dict[str, str]
) -> tuple[str, Decimal]:
    """Compare what is written of a premises; return the word for it, and the euros told beyond the truth."""
    _, statuses, acquired, claim = expectation
    told = _number(row["abattement_acquis_eur"]), _number(row["abattement_a_reclamer_eur"])
    slack = 6 + (acquired + claim) / 200  # sums of notices are whole euros a line
    more = max(told[0] - acquired, NIL) + max(told[1] - claim, NIL)
    if more > slack:
        return "more", more
    if told[0] < acquired - slack or told[1] < claim - slack:
        return ("less" if row["statut"] in WITHHELD else "silent less"), NIL
    if not statuses or row["statut"] in statuses:
        return "same", NIL
    return ("risk" if statuses == {"a_risque"} else "word"), NIL


def _number(text: str) -> Decimal:
    return D(text.replace(",", ".")) if text.strip() else NIL


def run(world: World) -> list[tuple[str, str, Decimal, str]]:
    """Run the command on a world; return the class, the word, the euros and the status of each premises."""
    from typer.testing import CliRunner  # noqa: PLC0415

    from tfpb.cli.app import app  # noqa: PLC0415 - what is measured, apart from what measures it

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(world, folder)
        given = {"--residences": "s", "--conventions": "c", "--sortie": "o"}
        options = [part for name, file in given.items() for part in (name, f"{folder}/{file}.csv")]
        done = CliRunner().invoke(app, ["abattement", f"{folder}/f.csv", *options])
        if done.exit_code:
            world.wrong.append(done.output)
            return []
        text = (folder / "o.csv").read_text(encoding="utf-8-sig")
    rows = {r["invariant"]: r for r in csv.DictReader(io.StringIO(text), delimiter=";")}
    out = []
    for one in world.doors:
        row, wanted = rows[f"59{one.key}"], expected(world, one)
        word, euros = judge(wanted, row)
        if "credited" in wanted[0] and word == "same" and "obtenu" not in row["motif"]:
            word = "word"
        out.append((wanted[0], word, euros, row["statut"]))
    return out


def main() -> None:
    """Run the worlds and print the table."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--seed", type=int, default=35001)
    reader.add_argument("--worlds", type=int, default=450)
    reader.add_argument("--verbose", action="store_true")
    asked = reader.parse_args()
    seen: Counter[tuple[str, bool, str]] = Counter()
    false: Counter[bool] = Counter()
    every: Counter[bool] = Counter()
    euros: Counter[tuple[str, bool]] = Counter()
    for number in range(asked.worlds):
        world = invent(asked.seed * 1000 + number, teom_in=number % 2 == 1)
        found = run(world)
        every[world.teom_in] += 1
        false[world.teom_in] += any(word == "more" for _, word, _, _ in found)
        for text in world.wrong:
            print(f"world {number}: refused\n{text[:600]}")
        for (name, word, more, status), one in zip(found, world.doors, strict=False):
            seen[name, world.teom_in, word] += 1
            euros[name, world.teom_in] += int(more)
            if asked.verbose and word not in ("same", "less"):
                print(f"{number} {one.key} {name}: {word} ({status}, {more:.0f} EUR)")
    words = ("same", "less", "word", "risk", "silent less", "more")
    print(f"{'class':34} TEOM   " + "".join(f"{word:>12}" for word in words) + "   EUR too many")
    for name, inside in sorted({key[:2] for key in seen}):
        counts = "".join(f"{seen[name, inside, word]:12}" for word in words)
        print(f"{name:34} {'in   ' if inside else 'apart'}  {counts}   {euros[name, inside]:12}")
    for inside in (False, True):
        print(
            f"TEOM {'in' if inside else 'apart'}: {false[inside]} of {every[inside]} worlds tell "
            f"euros that the truth lacks"
        )
    record("money.reference", wrong=sum(false.values()), worlds=asked.worlds)


if __name__ == "__main__":
    main()
