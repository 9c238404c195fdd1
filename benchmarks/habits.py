"""Count what a notice file kept in an odd way makes the abatement say: wrong in silence, asked, unread.

    PYTHONPATH=src python benchmarks/habits.py --seed 3401 --worlds 38 [--kind teom] [--verbose]
    PYTHONPATH=src python benchmarks/habits.py --clean 300      # false questions on files without oddity
    PYTHONPATH=src python benchmarks/habits.py --lines 12000    # time

Worlds are written from the law (base = half of the cadastral value, 30 % off, lines rounded to the euro,
TEOM on the whole base and never abated), not from the program: each has communes with rates of their own,
résidences in, out, cut, in doubt and exempt, notices abated or not, sums by premises or by notice. One
oddity is then put in its columns, and what the program tells of each premises is held against the truth.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd
from results import record

from tfpb import tax
from tfpb.errors import TfpbError
from tfpb.io.tables.tabular import TextTable
from tfpb.io.tables.typed import typed
from tfpb.law.values import load
from tfpb.model import tables

D = Decimal
NIL = D(0)
TAXES = ("commune", "syndicats", "epci", "tse", "gemapi")
FEES = {
    "commune": D("0.03"),
    "syndicats": D("0.08"),
    "epci": D("0.03"),
    "tse": D("0.09"),
    "gemapi": D("0.03"),
}
QUARTERS = ("QN05991I", "QN05992M")
LAW = load()


def euro(value: Decimal) -> Decimal:
    """Round to the euro, halves up."""
    return value.quantize(D(1), ROUND_HALF_UP)


@dataclass
class Town:
    """A commune: its rates in percent, the rate of its TEOM, the rates of the year before."""

    code: str
    rates: dict[str, Decimal]
    teom: Decimal
    before: dict[str, Decimal]


@dataclass
class Home:
    """A résidence: its town, dwellings in, out and in doubt, whether it is exempt."""

    key: str
    town: Town
    inside: int
    out: int
    doubt: int
    exempt: bool


@dataclass
class Local:
    """A premises: its notice, its value, what its notice truly abates (0, the right, all)."""

    key: str
    avis: str
    home: Home
    homes: int
    vlc: Decimal
    abated: Decimal
    lissage: Decimal = NIL
    odd: bool = False

    @property
    def base(self) -> Decimal:
        """Return the net base, before the abatement."""
        return euro(self.vlc / 2)

    @property
    def right(self) -> Decimal:
        """Return the part of its dwellings that have the right."""
        one = self.home
        return NIL if one.exempt else D(one.inside) / (one.inside + one.out + one.doubt)

    def lines(self, *, fees: bool, old: bool = False) -> Decimal:
        """Return the sum of the lines of its notice, TEOM apart."""
        if self.home.exempt:
            return NIL
        base = euro(self.base * (1 - D("0.3") * self.abated))
        rates = self.home.town.before if old else self.home.town.rates
        due = {t: euro(base * r / 100) for t, r in rates.items()}
        more = sum((euro(v * FEES[t]) for t, v in due.items()), NIL) if fees else NIL
        return sum(due.values(), NIL) + more + self.lissage

    def worth(self, part: Decimal) -> Decimal:
        """Return the abatement of a part of its dwellings."""
        return self.base * part * D("0.3") * sum(self.home.town.rates.values(), NIL) / 100

    @property
    def teom(self) -> Decimal:
        """Return its TEOM."""
        return euro(self.base * self.home.town.teom)


@dataclass
class World:
    """A landlord's tax sheet of a year."""

    locaux: list[Local]
    homes: list[Home]
    valued: str  # vlc | base | both
    sums: str  # premises | repeated | once
    fees: bool
    teom: bool
    rng: random.Random
    cuts: dict[str, Decimal] = field(default_factory=dict)


def world(rng: random.Random, lines: int = 0) -> World:
    """Invent a file without oddity."""
    towns = [_town(rng, k) for k in range(rng.choice([1, 1, 2, 3, 4]))]
    homes = [_home(rng, k, towns) for k in range(lines // 3 or rng.randint(6, 25))]
    granted = rng.choice([0.85, 0.85, 0.85, 0.97, 0.4])
    by_home = rng.random() < 0.6
    locaux = []
    for home in homes:
        given = rng.random() < granted
        for k in range(rng.choice([1, 1, 2, 3, 4, 6])):
            count = rng.randint(8, 60)
            vlc = D(count * rng.randint(2200, 4500) + rng.randint(0, 999))
            number = home.key if by_home else home.town.code
            one = Local(f"{home.key}-{k}", f"A{number}", home, count, vlc, NIL)
            if one.right:
                mine = given if rng.random() < 0.97 else not given
                one.abated = one.right if mine else NIL
                if mine and one.right < 1 and rng.random() < 0.1:
                    one.abated = D(1)
            elif home.doubt and not home.exempt:
                one.abated = D(rng.random() < 0.5)
            elif rng.random() < 0.02 and not home.exempt:
                one.abated = D(1)
            locaux.append(one)
    made = World(
        locaux, homes, rng.choice(["vlc", "vlc", "base", "both"]),
        rng.choice(["premises", "premises", "premises", "repeated", "once"]),
        rng.random() < 0.4, rng.random() < 0.75, rng,
    )  # fmt: skip
    for one in locaux:
        if rng.random() < 0.05:
            made.cuts[one.key] = D(rng.randint(100, 2500))
    return made


def _town(rng: random.Random, k: int) -> Town:
    bounds = {
        "commune": (25, 60),
        "syndicats": (0, 2),
        "epci": (1, 8),
        "tse": (0.1, 0.6),
        "gemapi": (0, 1),
    }
    rates = {t: D(str(round(rng.uniform(*b), 2))) for t, b in bounds.items()}
    if rng.random() < 0.3:
        rates["syndicats"] = NIL
    teom = D(str(round(rng.uniform(0.05, 0.30), 4)))
    drift = D(str(round(rng.choice([-1, 1]) * rng.uniform(0.01, 0.05), 4)))
    before = {t: (r * (1 + drift)).quantize(D("0.01")) for t, r in rates.items()}
    return Town(f"590{k:02d}", rates, teom, before)


def _home(rng: random.Random, k: int, towns: list[Town]) -> Home:
    town, count = rng.choice(towns), rng.randint(10, 120)
    kind = rng.choices(["in", "out", "cut", "doubt", "exempt"], [70, 15, 4, 4, 7])[0]
    part = rng.randint(count // 5, count - 1)
    inside = {"in": count, "cut": part, "exempt": count}.get(kind, 0)
    out = count - inside if kind in ("out", "cut") else 0
    return Home(f"R{k:04d}", town, inside, out, count - inside - out, kind == "exempt")


# ---------------------------------------------------------------- the file


def rows_of(made: World) -> list[dict[str, Any]]:
    """Write the sheet as the contract asks."""
    rows = []
    for one in made.locaux:
        row: dict[str, Any] = {
            "avis": one.avis, "invariant": one.key, "id_residence": one.home.key, "annee": 2025,
            "nb_logements": one.homes, "vlc_eur": one.vlc, "base_nette_eur": one.base,
            "cotisation_avis_eur": one.lines(fees=made.fees), "degrevements_eur": made.cuts.get(one.key, NIL),
            "teom_eur": one.teom if made.teom else None,
        }  # fmt: skip
        row |= {f"taux_{t}_pct": r for t, r in one.home.town.rates.items()}
        if made.valued == "vlc":
            row["base_nette_eur"] = None
        if made.valued == "base":
            row["vlc_eur"] = None
        rows.append(row)
    return rows


def summed(made: World, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write the sums of notices instead of premises', where the file is kept so."""
    if made.sums == "premises":
        return rows
    by_notice: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_notice.setdefault(row["avis"], []).append(row)
    for group in by_notice.values():
        whole = sum((r["cotisation_avis_eur"] for r in group), NIL)
        for k, row in enumerate(group):
            row["cotisation_avis_eur"] = whole if k == 0 or made.sums == "repeated" else None
    return rows


def teom_in(made: World, rows: list[dict[str, Any]], factor: str, chosen: Any) -> None:
    """Leave the TEOM in the sums of some premises."""
    for one, row in zip(made.locaux, rows, strict=True):
        if chosen(one):
            row["cotisation_avis_eur"] += euro(one.teom * D(factor))


def _times(rows: list[dict[str, Any]], column: str, factor: str, step: str = "") -> None:
    for row in rows:
        if row[column] is not None:
            value = row[column] * D(factor)
            row[column] = value.quantize(D(step), ROUND_HALF_UP) if step else value


def odd(  # noqa: C901, PLR0912 - a branch an oddity
    kind: str, made: World, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Put one oddity in the columns."""
    rng = made.rng
    if kind == "teom":
        teom_in(made, rows, "1", lambda _: True)
    elif kind == "teom_frais":
        teom_in(made, rows, "1.08", lambda _: True)
    elif kind == "teom_tiers":
        names = sorted({one.avis if made.sums != "premises" else one.key for one in made.locaux})
        some = set(rng.sample(names, min(len(names), max(2, len(names) // 3))))
        teom_in(made, rows, "1", lambda o: (o.avis if made.sums != "premises" else o.key) in some)
    elif kind == "teom_commune":
        town = made.locaux[0].home.town
        teom_in(made, rows, "1", lambda o: o.home.town is town)
    elif kind == "base_apres":
        for one, row in zip(made.locaux, rows, strict=True):
            row["base_nette_eur"] = euro(one.base * (1 - D("0.3") * one.abated))
    elif kind == "base_vlc":
        _times(rows, "base_nette_eur", "2")
    elif kind == "vlc_moitie":
        _times(rows, "vlc_eur", "0.5", "1")
    elif kind == "degrevements":
        for row in rows:
            row["cotisation_avis_eur"] -= min(row["degrevements_eur"], row["cotisation_avis_eur"])
    elif kind == "taux":
        for k, town in enumerate({id(o.home.town): o.home.town for o in made.locaux}.values()):
            off = 1 + D(str((-1) ** k * round(rng.uniform(0.02, 0.03), 4)))
            for one, row in zip(made.locaux, rows, strict=True):
                if one.home.town is town:
                    for t, rate in town.rates.items():
                        row[f"taux_{t}_pct"] = (rate * off).quantize(D("0.01"))
    elif kind == "deux_ans":
        names = sorted({one.avis for one in made.locaux})
        some = set(rng.sample(names, max(1, len(names) // 2)))
        for one, row in zip(made.locaux, rows, strict=True):
            if one.avis in some:
                row["cotisation_avis_eur"] = one.lines(fees=made.fees, old=True)
    elif kind == "lissage":
        for one, row in zip(made.locaux, rows, strict=True):
            if rng.random() < 0.5:
                row["cotisation_avis_eur"] += euro(
                    one.lines(fees=made.fees) * D(str(rng.uniform(-0.1, 0.1)))
                )
    rows = summed(made, rows)
    if kind == "centimes":
        _times(rows, "cotisation_avis_eur", "100")
    elif kind == "milliers":
        _times(rows, "cotisation_avis_eur", "0.001")
    elif kind == "milliers_arrondis":
        _times(rows, "cotisation_avis_eur", "0.001", "0.01")
    elif kind == "abime":
        row = rng.choice([r for r in rows if r["cotisation_avis_eur"]])
        text = str(row["cotisation_avis_eur"])
        at = rng.randrange(len(text))
        row["cotisation_avis_eur"] = D(
            text[:at] + str((int(text[at]) + rng.randint(1, 9)) % 10) + text[at + 1 :]
        )
    return rows


KINDS: dict[str, dict[str, Any]] = {
    "rien": {},
    "teom": {"teom": True},
    "teom_frais": {"teom": True, "fees": True},
    "teom_sans_colonne": {"teom": False},
    "teom_tiers": {"teom": True},
    "base_apres": {"valued": "base", "teom": True},
    "base_apres_sans_teom": {"valued": "base", "teom": False},
    "base_apres_vlc": {"valued": "both"},
    "base_vlc": {"valued": "base"},
    "vlc_moitie": {"valued": "vlc"},
    "degrevements": {},
    "centimes": {},
    "milliers": {},
    "milliers_arrondis": {},
    "taux": {},
    "abime": {},
    "lissage": {},
    "teom_commune": {"teom": True},
    "deux_ans": {},
}
"""Oddities, and what a file must have to be kept so."""
AS = {
    "teom_sans_colonne": "teom",
    "base_apres_sans_teom": "base_apres",
    "base_apres_vlc": "base_apres",
}


# ---------------------------------------------------------------- the program


def frames(
    made: World, rows: list[dict[str, Any]]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Type the tables as the program reads them."""

    def table(contract: Any, given: list[dict[str, Any]], file: str) -> pd.DataFrame:
        text = [
            {k: "" if v is None else str(v).replace(".", ",") for k, v in r.items()} for r in given
        ]
        frame = pd.DataFrame(text, dtype=object)
        out, _ = typed(TextTable(frame, file, "Avis", np.arange(2, len(given) + 2)), contract)
        return out

    stock = pd.DataFrame(
        {
            "id_residence": h.key, "nom": h.key, "bailleur": "", "commune": h.town.code,
            "code_insee": h.town.code, "nb_logements": h.inside + h.out + h.doubt,
            "logements_dans": h.inside, "logements_hors": h.out, "logements_a_verifier": h.doubt,
            "code_qpv": QUARTERS[int(h.key[1:]) % 2] if h.inside or h.doubt else "", "nom_qpv": "",
            "cote": "dans" if h.inside else "a_verifier" if h.doubt else "hors", "evolution": "maintenu",
            "fin_exoneration": "2034-12-31" if h.exempt else "",
        }
        for h in made.homes
    )  # fmt: skip
    for row, one in zip(rows, made.locaux, strict=True):
        row["fin_exoneration"] = "2034-12-31" if one.home.exempt else None
    signed = [
        {
            "id_convention": q, "codes_qpv": q, "date_signature_contrat": "2024-03-28",
            "date_signature_convention": "2024-12-12", "date_declaration": "2024-12-20",
            "date_fin": "2030-12-31",
        }
        for q in QUARTERS
    ]  # fmt: skip
    return (
        table(tables.PREMISES, rows, "avis.xlsx"),
        stock,
        table(tables.CONVENTIONS, signed, "conventions.csv"),
    )


@dataclass
class Told:
    """What the program says of a world: euros by premises, questions, and what each answer gives."""

    acquired: dict[str, Decimal]
    claim: dict[str, Decimal]
    unread: set[str]
    questions: tuple[Any, ...]
    warned: bool


def run(made: World, rows: list[dict[str, Any]], replies: dict[str, str] | None = None) -> Told:
    """Run the abatement."""
    notices, stock, signed = frames(made, [dict(r) for r in rows])
    more = {"replies": replies} if replies else {}
    got = tax.abate(notices, stock, None, signed, LAW, year=2025, **more)
    frame = got.premises
    keys = list(frame["invariant"])
    lines = dict(zip(keys, frame["statut"], strict=True))
    return Told(
        dict(zip(keys, frame["abattement_acquis_eur"], strict=True)),
        dict(zip(keys, frame["abattement_a_reclamer_eur"], strict=True)),
        {k for k, s in lines.items() if s == "non_lu"},
        tuple(getattr(got, "questions", ())),
        any(n.code in ("avis_lus_autrement", "avis_deux_lectures") for n in got.notices),
    )


def false_euros(made: World, told: Told) -> tuple[Decimal, Decimal, Decimal]:
    """Return what is told acquired and to claim beyond the truth, and what is due in all, in euros."""
    acquired = claim = due = NIL
    for one in made.locaux:
        worth = one.worth(one.right) if not one.home.doubt else NIL
        slack = 5 + worth / 100
        due += worth
        true = worth if one.abated else NIL
        more = (told.acquired[one.key] or NIL) - true  # what is not known is told as nothing
        acquired += more if more > slack else NIL
        more = (told.claim[one.key] or NIL) - (worth - true)
        claim += more if more > slack else NIL
    return acquired, claim, due


def judge(made: World, kind: str) -> tuple[str, Decimal, bool, Decimal]:
    """Return what becomes of a world, false euros to claim, whether an answer is right, part unread."""
    rows = odd(AS.get(kind, kind), made, rows_of(made))
    try:
        told = run(made, rows)
    except (
        TfpbError
    ) as error:  # a rate that looks like a proportion: a line of the settings answers
        if any(f.code != "taux_suspect" for f in error.faults):
            raise
        return "stopped", NIL, False, NIL
    acquired, claim, due = false_euros(made, told)
    wrong = acquired + claim > max(D(50), due / 100)
    unread = sum((o.worth(o.right) for o in made.locaux if o.key in told.unread), NIL)
    share = unread / due if due else NIL
    if not told.questions:
        return ("wrong" if wrong else "right"), (claim if wrong else NIL), True, share
    exact = False
    for question in told.questions:
        for answer in question.answers:
            given = run(made, rows, {question.key: answer.code})
            a, c, _ = false_euros(made, given)
            missed = sum((o.worth(o.right) for o in made.locaux if o.key in given.unread), NIL)
            exact |= a + c <= max(D(50), due / 100) and missed <= due / 5
    return ("asked wrong" if wrong else "asked"), claim if wrong else NIL, exact, share


def made_for(kind: str, seed: int) -> World:
    """Invent the world of an oddity."""
    made = world(random.Random(seed))
    made = replace(made, **KINDS[kind])
    if kind == "teom_commune" and len({o.home.town.code for o in made.locaux}) == 1:
        return made_for(kind, seed + 7919)
    return made


def main() -> None:
    """Run the worlds and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=3401)
    parser.add_argument("--worlds", type=int, default=38)
    parser.add_argument("--clean", type=int, default=0)
    parser.add_argument("--lines", type=int, default=0)
    parser.add_argument("--kind", action="append")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    if given.lines:
        made = world(random.Random(given.seed), given.lines)
        notices, stock, signed = frames(made, odd("rien", made, rows_of(made)))
        start = time.process_time()
        tax.abate(notices, stock, None, signed, LAW, year=2025)
        print(f"{len(made.locaux)} lines: {time.process_time() - start:.1f} s of processor")
        return
    whole: Counter[str] = Counter()
    for kind in ["rien"] if given.clean else given.kind or list(KINDS):
        counts: Counter[str] = Counter()
        euros, exact, shares = NIL, 0, []
        for k in range(given.clean or given.worlds):
            seed = given.seed * 1000 + k
            state, claim, found, share = judge(made_for(kind, seed), kind)
            counts[state] += 1
            euros += claim
            exact += found and state.startswith("asked")
            shares.append(share)
            if given.verbose:
                print(kind, seed, state, round(claim), found, f"{share:.0%}")
        asked = counts["asked"] + counts["asked wrong"]
        whole += counts
        print(
            f"{kind:22} wrong {counts['wrong']:3} ({euros:9.0f} EUR)  asked {asked:3} "
            f"(an answer is right: {exact}; wrong {counts['asked wrong']})  "
            f"stopped {counts['stopped']:3}  right {counts['right']:3}  "
            f"unread {sum(shares) / len(shares):.0%}",
            flush=True,
        )
    if given.clean:
        asked = whole["asked"] + whole["asked wrong"]
        record("money.clean", asked=asked, stopped=whole["stopped"], worlds=given.clean)
    else:
        record("money.habits", wrong=whole["wrong"], worlds=whole.total())


if __name__ == "__main__":
    main()
