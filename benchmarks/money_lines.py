"""Hold the money told as known against worlds of notices with lines of every kind, drawn from the law.

    PYTHONPATH=src python benchmarks/money_lines.py --seed 53001 --worlds 300 [--verbose]

To the worlds of `money_reference.py` are added garages, loges and shops (named, counted 0, or blank), a
résidence cut by a limit or of two quarters on one line, with a loge of its own or not, an exempt part (left
off the sheet, or in the count and the value of a line that is not taxed on it), relief for vacancy, a renewal
signed after the end of a convention, notices of several lines (each has its own sum and relief, or the first
has all, or each repeats all), and columns of natures or of dwellings left out of the sheet.
Truth is drawn first. What is told of each premises (acquired, to claim, at risk, lost) is compared with it;
claims by notice, where its relief may be of all its lines.
Euros told as known beyond the truth are the only fault counted as *more*; euros that the truth has and that
are not told are *less*.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from money_reference import FEES, LIMITS, NIL, OWNER, QUARTERS, D, euro
from results import record

if TYPE_CHECKING:
    from decimal import Decimal

TOLD = {
    "acquired": "abattement_acquis_eur", "claim": "abattement_a_reclamer_eur",
    "risk": "abattement_a_risque_eur", "lost": "abattement_perdu_eur",
}  # fmt: skip
GARBLED = [D("0.31"), D("0.43"), D("1.67"), D("2.9")]


@dataclass
class Cell:
    """An entrance of the stock."""

    home: str
    key: str
    quarter: str
    side: str
    homes: int
    built: int
    exempt: str = ""
    gone: dict[str, str] = field(default_factory=dict)


@dataclass
class Line:
    """A line of the tax sheet, what its notice does, and what it is of."""

    number: str
    home: str
    building: str
    kind: str  # home | garage | shop | loge | unsaid
    vlc: Decimal
    rates: dict[str, Decimal]
    count: int | None
    cells: list[Cell]
    notice: str  # right | nothing | full | vacant | garbled | blank
    sent: str
    teom: Decimal = NIL
    given: Decimal = NIL
    avis: str = ""
    exempt_homes: int = 0
    garbled: Decimal = NIL

    @property
    def taxed(self) -> Decimal:
        """Return the part of its value that is taxed."""
        whole = sum(c.homes for c in self.cells) + self.exempt_homes
        return 1 - D(self.exempt_homes) / whole

    def worth(self, part: Decimal) -> Decimal:
        """Return the abatement of a part of it: 30 % of half its cadastral value, by the rates."""
        return self.vlc * self.taxed / 2 * part * D("0.3") * sum(self.rates.values(), NIL) / 100

    def asked(self, part: Decimal, *, fees: bool) -> Decimal:
        """Return the sum of a notice that abates a part, TEOM apart."""
        base = euro(euro(self.vlc * self.taxed / 2) * (1 - D("0.3") * part))
        due = {name: euro(base * rate / 100) for name, rate in self.rates.items()}
        more = [euro(v * FEES[name] / 100) for name, v in due.items()] if fees else []
        return sum([*due.values(), *more], NIL)


@dataclass
class World:
    """The files of a landlord."""

    year: int
    papers: dict[str, tuple[str, list[dict[str, str]]]]
    cells: list[Cell] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    fees: bool = False
    teom_in: bool = False
    natures: bool = True
    counts: bool = True
    built: bool = True
    sums: str = "own"  # own | once | repeated
    relief: str = "own"


def _papers(rng: random.Random, quarter: str, year: int) -> tuple[str, list[dict[str, str]]]:
    kind = rng.choices(
        ["good", "late", "late_sent", "no_signature", "no_sending", "ended", "none", "avenant"],
        [12, 2, 1, 1, 1, 1, 2, 2],
    )[0]
    cells = {
        "id_convention": f"C-{quarter}", "codes_qpv": quarter, "bailleur": OWNER,
        "date_signature_contrat": "2024-03-28", "date_signature_convention": "2024-11-12",
        "date_declaration": "2024-12-10", "date_fin": "2030-12-31",
    }  # fmt: skip
    after = (LIMITS[year] + dt.timedelta(rng.randint(20, 150))).isoformat()
    ended = {"date_fin": f"{year - 1}-12-31"}
    late = {"date_signature_convention": after, "date_declaration": after}
    changes: dict[str, list[dict[str, str]]] = {
        "good": [{}], "late": [late], "late_sent": [{"date_declaration": after}],
        "no_signature": [{"date_signature_convention": ""}], "no_sending": [{"date_declaration": ""}],
        "ended": [ended], "none": [], "avenant": [ended, {**late, "id_convention": f"A-{quarter}"}],
    }  # fmt: skip
    return kind, [cells | change for change in changes[kind]]


def invent(seed: int) -> World:
    """Invent a landlord."""
    rng = random.Random(seed)
    year = rng.choice([2025, 2026])
    world = World(year, {q: _papers(rng, q, year) for q in QUARTERS})
    world.fees, world.teom_in = rng.random() < 0.4, rng.random() < 0.3
    world.natures, world.counts = rng.random() < 0.6, rng.random() < 0.85
    world.built = rng.random() < 0.7
    spans = {
        "commune": (25, 60),
        "syndicats": (0, 2),
        "epci": (1, 8),
        "tse": (0.1, 0.6),
        "gemapi": (0, 1),
    }
    rates = {name: D(str(round(rng.uniform(*span), 2))) for name, span in spans.items()}
    teom = D(str(round(rng.uniform(0.05, 0.30), 4)))
    granted, listed = rng.choice([0.9, 0.8, 0.5]), rng.random() < 0.5
    for number in range(rng.randint(10, 24)):
        _residence(rng, world, f"R{number:03d}", rates, granted=granted, listed=listed)
    world.sums = rng.choice(["own", "own", "once", "repeated"])
    world.relief = rng.choice(["own", world.sums])
    several = rng.choice([NIL, D("0.7")]) if world.sums == "own" else D("0.8")
    joined = {
        home for home in sorted({line.home for line in world.lines}) if rng.random() < several
    }
    for k, line in enumerate(world.lines):
        line.number = f"59{k:05d}"
        line.avis = line.home if line.home in joined else f"A{line.number}"
        line.teom = euro(line.vlc * line.taxed / 2 * teom)
    if world.sums != "own":  # what is not read of one line is not of its notice
        for avis in joined:
            lines = [line for line in world.lines if line.avis == avis]
            odd = next((x.notice for x in lines if x.notice in ("garbled", "blank")), "")
            by = rng.choice(GARBLED)
            for line in lines:
                line.notice, line.garbled = odd or line.notice, by
    return world


def _residence(
    rng: random.Random,
    world: World,
    home: str,
    rates: dict[str, Decimal],
    *,
    granted: float,
    listed: bool,
) -> None:
    kind = rng.choices(
        ["plain", "out", "check", "cut", "two", "exempt", "sold", "demolished", "part"],
        [50, 8, 5, 14, 8, 8, 3, 3, 8],
    )[0]
    doors = rng.randint(2, 4) if kind in ("cut", "two", "part") else rng.choice([1, 1, 2, 3])
    quarter, other = rng.sample(QUARTERS, 2)
    cells = []
    for k in range(doors):
        side = {"out": "hors", "check": "a_verifier"}.get(kind, "dans")
        if kind == "cut" and k:
            side = rng.choice(["dans", "hors", "hors"])
        at = other if kind == "two" and k else quarter
        exempt = "2034-12-31" if kind == "exempt" or (kind == "part" and k) else ""
        built = rng.randint(2005, 2018) if exempt else rng.randint(1955, 1985)
        gone = {
            "sold": {"date_vente": f"{world.year - 1}-06-30"},
            "demolished": {"date_demolition": f"{world.year - 1}-04-01"},
        }.get(kind, {})
        cells.append(Cell(home, f"{home}-{k}", at, side, rng.randint(5, 40), built, exempt, gone))
    world.cells += cells
    sent = ("oui" if rng.random() < 0.9 else "non") if listed else ""
    whole = kind == "part" or (kind in ("cut", "two") and rng.random() < 0.6)
    taxed = [c for c in cells if not c.exempt] or cells
    inside = kind == "part" and rng.random() < 0.5
    groups = [taxed] if whole else [[c] for c in cells]
    loge = whole and kind != "part" and rng.random() < 0.4
    for group in groups:
        more = sum(c.homes for c in cells if c.exempt) if inside else 0
        count = sum(c.homes for c in group) + more - (1 if loge else 0)
        vlc = D(count * rng.randint(2200, 4500) + rng.randint(0, 999))
        building = "" if whole else group[0].key
        line = Line("", home, building, "home", vlc, rates, count, group, "", sent)
        line.exempt_homes = more
        line.notice = _notice(rng, world, line, granted)
        world.lines.append(line)
    if (
        loge
    ):  # a dwelling that the sheet does not name: it is of the building that it names, and no more
        at = rng.choice(cells)
        one = Line("", home, at.key, "home", D(rng.randint(1500, 3000)), rates, 1, [at], "", sent)
        one.notice = _notice(rng, world, one, granted)
        world.lines.append(one)
        main = world.lines[-2]
        main.cells = [Cell(**{**vars(c), "homes": c.homes - (c is at)}) for c in cells]
        main.notice = _notice(rng, world, main, granted)
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
        at = rng.choice(cells)
        named = at.key if rng.random() < 0.5 else ""
        what = rng.choice(["garage", "shop", "loge"] if world.natures else ["unsaid"])
        count = rng.choice([0, 0, None]) if what != "loge" or rng.random() < 0.5 else 1
        vlc = D(rng.randint(100, 4000))
        notice = "full" if rng.random() < 0.1 else "nothing" if rng.random() < 0.9 else "garbled"
        world.lines.append(Line("", home, named, what, vlc, rates, count, [at], notice, sent))


def part_of(world: World, line: Line, year: int) -> tuple[Decimal, bool, Decimal, Decimal]:
    """Return the part that has the right, whether it is known, the part that lacks it, that lost late."""
    whole = sum(c.homes for c in line.cells)
    due = lacks = late = D(0)
    sure = True
    for cell in line.cells:
        share = D(cell.homes) / whole
        kind = world.papers[cell.quarter][0]
        if cell.side == "hors":
            lacks += share
        elif cell.side == "a_verifier" or kind in ("no_signature", "no_sending"):
            sure = False
        elif kind == "none" or (kind == "ended" and year >= world.year):
            lacks += share
        elif kind in ("late", "late_sent", "avenant") and year == world.year:
            lacks += share
            late += share
        elif kind in ("late", "late_sent") and year < world.year:
            lacks += share
        else:
            due += share
    if line.sent == "non":
        return NIL, sure, D(1), late
    return due, sure, lacks, late


def _notice(rng: random.Random, world: World, line: Line, granted: float) -> str:
    odd = rng.random()
    if odd < 0.06:
        return "garbled" if odd < 0.03 else "blank"
    due, sure, *_ = part_of(world, line, world.year)
    if due and sure:
        if rng.random() < granted:
            return rng.choice(["right", "right", "right", "full"]) if due < 1 else "right"
        return "vacant" if rng.random() < 0.25 else "nothing"
    return "full" if rng.random() < 0.2 else "nothing"


def _taxed(line: Line, year: int) -> bool:
    gone = (day for c in line.cells for day in c.gone.values())
    return not any(c.exempt for c in line.cells) and all(int(day[:4]) >= year for day in gone)


def _sum(rng: random.Random, world: World, line: Line) -> Decimal | None:
    """Return the sum of a line, and give what it is given back."""
    if any(c.exempt for c in line.cells):
        return NIL
    if line.notice == "blank":
        return None
    due = part_of(world, line, world.year)[0]
    part = {"right": due, "full": D(1)}.get(line.notice, NIL)
    asked = line.asked(part, fees=world.fees) + (line.teom if world.teom_in else NIL)
    if line.notice == "garbled":
        asked = euro(asked * (line.garbled or rng.choice(GARBLED)))
    if line.notice == "vacant":
        line.given = euro(
            line.asked(NIL, fees=world.fees) * D(str(round(rng.uniform(0.03, 0.6), 2)))
        )
    return asked


def _written(world: World, values: dict[str, Decimal | None], how: str) -> dict[str, str]:
    """Return the cell of each line: its own amount, or that of its notice, on the first line or on each."""
    cells = {}
    for avis in dict.fromkeys(line.avis for line in world.lines):
        numbers = [line.number for line in world.lines if line.avis == avis]
        given = [v for n in numbers if (v := values[n]) is not None]
        whole = str(sum(given, NIL)) if given else ""
        for k, number in enumerate(numbers):
            own = values[number]
            one = whole if how == "repeated" or not k else ""
            cells[number] = one if how != "own" else "" if own is None else str(own)
    return cells


def write(world: World, folder: Path, seed: int) -> None:
    """Write the files of a world."""
    rng = random.Random(seed)
    stock: list[dict[str, Any]] = [
        {"id_residence": c.home, "id_batiment": c.key, "nom": c.home, "bailleur": OWNER,
         "adresse": f"{k} rue des Aulnes", "code_postal": "59990", "commune": "Valmont",
         "code_insee": "59999", "nb_logements": c.homes, "fin_exoneration": c.exempt,
         **({"annee_construction": c.built} if world.built else {}),
         "date_vente": c.gone.get("date_vente", ""), "date_demolition": c.gone.get("date_demolition", ""),
         "qpv_statut": c.side, "qpv_code": c.quarter if c.side == "dans" else "", "qpv_nom": "",
         "qpv_distance_m": "4" if c.side == "a_verifier" else "150", "qpv_proche_code": c.quarter,
         "qpv_millesime": 2024}
        for k, c in enumerate(world.cells, 1)
    ]  # fmt: skip
    natures = {
        "garage": "Garage",
        "shop": "Local commercial",
        "loge": "Loge de gardien",
        "unsaid": "",
    }
    sheet = []
    paid = _written(world, {x.number: _sum(rng, world, x) for x in world.lines}, world.sums)
    given = _written(world, {x.number: x.given or None for x in world.lines}, world.relief)
    for line in world.lines:
        row: dict[str, Any] = {
            "avis": line.avis, "invariant": line.number, "id_residence": line.home,
            "id_batiment": line.building, "annee": world.year, "vlc_eur": line.vlc,
            "cotisation_avis_eur": paid[line.number], "degrevements_eur": given[line.number],
            "declare": line.sent, "teom_eur": line.teom,
        }  # fmt: skip
        if world.natures:
            row["type_local"] = natures.get(line.kind, "Appartement")
        if world.counts:
            row["nb_logements"] = "" if line.count is None else line.count
        sheet.append(row | {f"taux_{name}_pct": rate for name, rate in line.rates.items()})
    papers = [row for _, rows in world.papers.values() for row in rows]
    papers = papers or [{"id_convention": "C-AUTRE", "codes_qpv": "QN05999I", "bailleur": OWNER}]
    for name, rows in (("s", stock), ("f", sheet), ("c", papers)):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows({k: str(v).replace(".", ",") for k, v in r.items()} for r in rows)
        (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8-sig")


def truth(world: World, line: Line) -> dict[str, Decimal]:
    """Return what is true of a line, in euros: acquired, to claim, at risk, lost."""
    out = dict.fromkeys(TOLD, NIL)
    due, _, lacks, late = part_of(world, line, world.year)
    if line.notice in ("garbled", "blank"):
        # true one way or the other: nothing of it may be told as known
        return out
    if any(c.exempt for c in line.cells):
        return out
    if any(c.gone for c in line.cells):
        return out | ({"risk": line.worth(D(1))} if line.notice in ("right", "full") else {})
    if line.kind != "home":
        # a garage may go with a dwelling: at risk where its building has no right at all
        return out | ({"risk": line.worth(lacks)} if line.notice == "full" else {})
    borne = {"right": due, "full": D(1)}.get(line.notice, NIL)
    out["acquired"] = line.worth(min(borne, due))
    out["risk"] = line.worth(min(max(borne - due, NIL), lacks))
    if line.notice in ("nothing", "vacant"):
        tax = line.asked(NIL, fees=world.fees)
        out["claim"] = line.worth(due) * (1 - line.given / tax)
        out["lost"] = line.worth(late)
    return out


def run(world: World, seed: int) -> tuple[list[tuple[str, str, str, Decimal, Decimal]], str]:
    """Run the command on a world; return what is told beyond the truth or less, and a refusal."""
    import openpyxl  # noqa: PLC0415
    from typer.testing import CliRunner  # noqa: PLC0415

    from tfpb.cli.app import app  # noqa: PLC0415 - what is measured, apart from what measures it

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(world, folder, seed)
        options = ["--residences", f"{folder}/s.csv", "--conventions", f"{folder}/c.csv"]
        done = CliRunner().invoke(
            app, ["abattement", f"{folder}/f.csv", *options, "--sortie", f"{folder}/o.xlsx"]
        )
        if done.exit_code:
            return [], done.output
        book = openpyxl.load_workbook(folder / "o.xlsx", read_only=True, data_only=True)
        rows = {str(r["invariant"]): r for r in _rows(book["Locaux"])}
    out: list[tuple[str, str, str, Decimal, Decimal]] = []
    firsts = {line.avis: line for line in reversed(world.lines)}.values()
    later = any(line.given for line in world.lines if not any(line is one for one in firsts))
    by_line = world.relief == "own" and later  # on first lines alone, it may be of all the notice
    claims: dict[str, list[tuple[str, Decimal, Decimal, Decimal, bool]]] = {}
    for line in world.lines:
        row, real = rows[line.number], truth(world, line)
        of = f"{line.kind} {line.notice} {line.number} {row['statut']}"
        slack = 6 + line.worth(D(1)) / 150
        for name, column in TOLD.items():
            more = D(str(row.get(column) or 0)) - real[name]
            if name != "claim":
                out.append((name, of, _word(more, slack), more, real[name]))
                continue
            notice = line.number if by_line else line.avis
            back = "obtenu" in str(row["motif"])  # told as what may have been given back already
            claims.setdefault(notice, []).append((of, more, slack, real[name], back))
    for told in claims.values():
        if not any(back for *_, back in told):
            more = sum((more for _, more, *_ in told), NIL)
            slack = sum((slack for _, _, slack, *_ in told), NIL)
            due = sum((due for *_, due, _ in told), NIL)
            out.append(("claim", " + ".join(of for of, *_ in told), _word(more, slack), more, due))
    return out, ""


def _word(more: Decimal, slack: Decimal) -> str:
    return "more" if more > slack else "less" if more < -slack else "same"


def _rows(sheet: Any) -> list[dict[str, Any]]:
    cells = list(sheet.iter_rows(values_only=True))
    start = next(k for k, row in enumerate(cells) if "id_residence" in row)
    return [dict(zip(cells[start], row, strict=True)) for row in cells[start + 1 :] if any(row)]


def main() -> None:
    """Run the worlds and print the table."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--seed", type=int, default=53001)
    reader.add_argument("--worlds", type=int, default=300)
    reader.add_argument("--only", type=int)
    reader.add_argument("--verbose", action="store_true")
    asked = reader.parse_args()
    seen: Counter[tuple[str, str]] = Counter()
    euros: Counter[str] = Counter()
    true: Counter[str] = Counter()
    told: Counter[str] = Counter()
    false: Counter[str] = Counter()
    refused = 0
    numbers = [asked.only] if asked.only is not None else range(asked.worlds)
    for number in numbers:
        seed = asked.seed * 1000 + number
        world = invent(seed)
        found, refusal = run(world, seed)
        if refusal:
            refused += 1
            print(f"world {number}: refused\n{refusal[:500]}")
        for name in {n for n, _, word, *_ in found if word == "more"}:
            false[name] += 1
        for name, what, word, more, real in found:
            seen[name, word] += 1
            true[name] += int(real)
            told[name] += int(real + more)
            euros[name] += int(more) if word == "more" else 0
            if asked.verbose and word == "more":
                facts = f"natures={world.natures} counts={world.counts} built={world.built}"
                print(f"world {number}: {name} {what} {more:.0f} EUR ({facts})")
    print(f"{len(list(numbers))} worlds, {refused} refused")
    heads = f"{'EUR true':>12}{'EUR told':>12}{'EUR too many':>14}{'worlds':>9}"
    print(f"{'figure':10}{'same':>9}{'less':>9}{'more':>9}{heads}")
    for name in TOLD:
        counts = "".join(f"{seen[name, word]:9}" for word in ("same", "less", "more"))
        print(f"{name:10}{counts}{true[name]:12}{told[name]:12}{euros[name]:14}{false[name]:9}")
    record("money.lines", euros=euros.total(), worlds=len(list(numbers)))


if __name__ == "__main__":
    main()
