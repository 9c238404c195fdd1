"""Compute the money of random dossiers again, sharing no code with the program, and count differences.

    PYTHONPATH=src python benchmarks/money_again.py --seed 18 --dossiers 60 [--premises 35]

Each dossier has premises whose notice abates nothing, the right, all or is not there; résidences cut by
the limit, in doubt, out, exempt, or on no notice; conventions of one to six years, some late, undated or
absent. Each is run whole, then without its files one by one and in pairs. Three things are counted:
differences to the cent (states of each premises, quarter and year; forecast), states that do not add up
to the two totals, and « 0 € » said of what this file, on its own, knows to be unknown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Any

import pandas as pd

D = Decimal
CENT, EURO, NIL = D("0.01"), D(1), D(0)
QUARTERS = ("QN05991I", "QN05992M", "QN05993N")
STATES = ("acquis", "risque", "douteux", "reclamer", "hors_avis", "perdu")
KEYS = {
    "acquis": "acquired", "risque": "at_risk", "douteux": "doubtful", "reclamer": "to_claim",
    "hors_avis": "hanging", "perdu": "lost",
}  # fmt: skip
LIMITS = {
    2025: (dt.date(2025, 3, 31), dt.date(2025, 3, 31)),
    **{y: (dt.date(y, 1, 1), dt.date(y - 1, 12, 31)) for y in range(2026, 2031)},
}
FILES = ("conventions", "programme", "fiscalite", "gmbi")


@dataclass
class Home:
    """A résidence: dwellings in, out and in doubt, quarter, last day of exemption."""

    key: str
    inside: int
    out: int
    doubt: int
    quarter: str
    until: dt.date | None

    @property
    def dwellings(self) -> int:
        """All dwellings."""
        return self.inside + self.out + self.doubt

    def taxed(self, year: int) -> bool:
        """Whether the exemption is over on 1 January."""
        return self.until is None or self.until < dt.date(year, 1, 1)


@dataclass
class Paper:
    """A convention."""

    key: str
    quarter: str
    contract: dt.date | None
    signed: dt.date | None
    declared: dt.date | None
    end: dt.date | None


@dataclass
class Local:
    """A premises: what it is worth, and what its notice truly abates."""

    key: str
    home: Home
    vlc: Decimal
    rates: tuple[Decimal, Decimal, Decimal]
    truth: str  # rien | droit | tout | absent
    sent: bool | None
    homes: int = 0


@dataclass
class World:
    """A whole dossier."""

    year: int
    rounding: str
    homes: list[Home]
    papers: list[Paper]
    locaux: list[Local]
    spent: dict[str, Decimal]
    owned: dict[str, list[str]]

    @property
    def step(self) -> Decimal:
        """To what each line is rounded."""
        return EURO if self.rounding == "avis" else CENT

    def of(self, home: Home) -> list[Local]:
        """Return the premises of a résidence."""
        return [one for one in self.locaux if one.home is home]

    def worth(self, home: Home, part: Decimal, *, sent: bool = False) -> Decimal | None:
        """Return what a part of a résidence gives in a coming year, each premises rounded.

        One without premises is worth the mean dwelling of the others. `sent`: only premises that no list
        declared leaves out.
        """
        full = {one.key: cut(one, D(1), self.rounding) for one in self.locaux}
        told = {one.home.key: one.home.dwellings for one in self.locaux}
        if not told:
            return None
        every = self.of(home)
        mine = [full[one.key] for one in every if not sent or one.sent is not False]
        if not every:
            mine = [sum(full.values(), NIL) / sum(told.values()) * home.dwellings]
        return sum(((w * part).quantize(self.step, ROUND_HALF_UP) for w in mine), NIL)


def invent(rng: random.Random, count: int) -> World:
    """Invent a dossier."""
    year = rng.choice([2025, 2026])
    papers = [p for k, code in enumerate(QUARTERS) for p in _papers(rng, k, code, year)]
    homes = [_home(rng, k) for k in range(count)]
    locaux = [one for k, home in enumerate(homes) for one in _locaux(rng, k, home, year)]
    spent = {q: D(rng.randint(0, 900_000)) / 100 for q in QUARTERS}
    owned = {h.key: _owned(rng, h, [one for one in locaux if one.home is h]) for h in homes}
    return World(year, rng.choice(["centime", "avis"]), homes, papers, locaux, spent, owned)


def _owned(rng: random.Random, home: Home, locaux: list[Local]) -> list[str]:
    """Invent the fiscal numbers that the landlord owns in a résidence: some of its notices, some of none."""
    kept = [one.key for one in locaux if rng.random() < 0.8]
    return kept + [f"{home.key}x{n}" for n in range(rng.randint(0, home.dwellings + 3))]


def _papers(rng: random.Random, k: int, code: str, year: int) -> list[Paper]:
    """Invent the conventions of a quarter: none, one or two, of one to six years."""
    out = []
    usual, late = dt.date(2024, 12, 12), dt.date(year, 5, 2)
    for copy in range(rng.choice([0, 1, 1, 1, 2])):
        start = rng.randint(2020, year)
        day = dt.date(rng.choice([start - 1, year]), rng.randint(1, 12), rng.randint(1, 28))
        contract = rng.choice(
            [dt.date(2024, 3, 28), dt.date(2024, 3, 28), None, dt.date(year, 6, 1)]
        )
        signed = rng.choice([day, usual, usual, None])
        declared = rng.choice([dt.date(2024, 12, 20), dt.date(2024, 12, 20), None, late])
        end = rng.choice([None, dt.date(start + rng.randint(0, 5), 12, 31)])
        out.append(Paper(f"C{k}{copy}", code, contract, signed, declared, end))
    return out


def _home(rng: random.Random, k: int) -> Home:
    """Invent a résidence: in, out, in doubt, or cut by the limit."""
    total, kind = rng.randint(1, 60), rng.random()
    parts = [total, 0, 0]
    if kind < 0.12:
        parts = [0, total, 0]
    elif kind < 0.22:
        parts = [0, 0, total]
    elif kind < 0.5 and total > 6:
        low, high = sorted(rng.sample(range(total + 1), 2))
        cuts = [low, high - low, total - high]
        parts = [p if p > total // 6 else 0 for p in cuts]
        parts = parts if any(parts) else [total, 0, 0]
    until = rng.choice([None, None, None, dt.date(rng.randint(2023, 2029), rng.randint(1, 12), 9)])
    quarter = rng.choice(QUARTERS) if parts[0] or parts[2] else ""
    return Home(f"R{k}", parts[0], parts[1], parts[2], quarter, until)


def _locaux(rng: random.Random, k: int, home: Home, year: int) -> list[Local]:
    """Invent the premises of a résidence: none, one or two."""
    out = []
    many = rng.choice([0, 1, 1, 1, 2])
    for n in range(many):
        commune, epci, tse = (
            D(rng.randint(*r)) / 100 for r in ((2500, 5500), (800, 2200), (0, 90))
        )
        truth = rng.choice(["rien", "droit", "droit", "tout", "absent"])
        taxed = home.taxed(year)
        if (truth == "droit" and not (taxed and home.inside)) or (truth == "rien" and not taxed):
            truth = "absent"
        vlc = D(rng.randint(200_000, 9_000_000)) / 100 + 4000
        sent = rng.choice([None, None, True, False])
        out.append(
            Local(f"{k}-{n}", home, vlc, (commune, epci, tse), truth, sent, home.dwellings // many)
        )
    return out


# ---------------------------------------------------------------- again, from the law alone


def paper_state(world: World, quarter: str, year: int, *, given: bool) -> tuple[str, str]:
    """Say what the conventions are worth: « bon », « fichier », « ouvert », « fini » or « perdu »."""
    if not given:
        return "fichier", ""
    sign_by, declare_by = LIMITS[year]
    found = []
    for order, p in enumerate(q for q in world.papers if q.quarter == quarter):
        if p.signed is None:
            state = (2, 0, 0, order, "ouvert")
        elif p.signed > sign_by or (p.contract is not None and p.contract > sign_by):
            state = (2, 1, 0, order, "perdu")
        elif p.end is not None and p.end < dt.date(year, 1, 1):
            state = (2, 0, -p.end.toordinal(), order, "fini")
        elif p.declared is None:
            state = (1, 0, 0, order, "ouvert")
        elif p.declared > declare_by:
            state = (1, 1, 0, order, "perdu")
        else:
            state = (0, 0, 0, order, "bon")
        found.append((*state, p.key))
    if not found:
        return "ouvert", ""
    best = min(found)
    return str(best[4]), str(best[5])


def cut(local: Local, part: Decimal, rounding: str) -> Decimal:
    """Abate a part of a premises, line by line."""
    base = local.vlc / 2
    step = CENT
    if rounding == "avis":
        base, step = base.quantize(EURO, ROUND_HALF_UP), EURO
    return sum(
        ((D("0.3") * base * part * r / 100).quantize(step, ROUND_HALF_UP) for r in local.rates), NIL
    )


def shares(home: Home, year: int) -> tuple[Decimal, Decimal]:
    """Return the parts that are in, and in doubt, of the taxed dwellings."""
    if not home.taxed(year):
        return NIL, NIL
    return D(home.inside) / home.dwellings, D(home.doubt) / home.dwellings


def again(world: World, local: Local, *, given: bool) -> dict[str, Decimal]:
    """Tell the money of a premises in states."""
    home, year = local.home, world.year
    inside, doubt = shares(home, year)
    out = dict.fromkeys(STATES, NIL)

    def euros(part: Decimal) -> Decimal:
        return cut(local, part, world.rounding)

    due, best = euros(inside), euros(min(D(1), inside + doubt))
    held = {"tout": euros(D(1)), "droit": due}.get(local.truth, NIL)
    asked = bool(home.inside) and home.taxed(year)
    paper = paper_state(world, home.quarter, year, given=given)[0] if asked and inside else "bon"
    if asked and inside and paper == "bon" and local.sent is False:
        paper = "ouvert"
    if paper in ("ouvert", "fini", "perdu"):
        if held:
            out["risque"] = held
        else:
            out["perdu" if paper == "perdu" else "hors_avis"] = best
    elif paper == "fichier":
        out["douteux"] = min(held, best)
        out["risque"] = held - out["douteux"]
        out["hors_avis"] = best - out["douteux"]
    elif held:
        out["acquis"] = due
        out["douteux"] = min(held, best) - due
        out["risque"] = held - min(held, best)
        out["hors_avis"] = best - min(held, best)
    elif local.truth == "rien":
        out["reclamer"], out["hors_avis"] = due, best - due
    else:
        out["hors_avis"] = best
    return out


def foresee(world: World, *, given: bool) -> dict[int, tuple[Decimal, Decimal]]:
    """Return what is due and what hangs on a renewal, by coming year."""
    out = {}
    for year in range(world.year + 1, 2031):
        due = renew = NIL
        for h in world.homes:
            inside, _ = shares(h, year)
            paper = paper_state(world, h.quarter, year, given=given)[0]
            part = world.worth(h, inside, sent=paper == "bon") if inside else None
            if part is None:
                continue
            due += part if paper == "bon" else NIL
            renew += part if paper == "fini" else NIL
        out[year] = (due, renew)
    return out


# ---------------------------------------------------------------- the program, from the same dossier


def paid(world: World, local: Local) -> str:
    """Write what the notice asks, rounded as notices are; empty without a notice."""
    if local.truth == "absent":
        return ""
    part = {"rien": NIL, "tout": D(1), "droit": shares(local.home, world.year)[0]}[local.truth]
    base = local.vlc / 2
    left = base * (1 - D("0.3") * part)
    if world.rounding == "avis":
        left = left.quantize(EURO, ROUND_HALF_UP)
    return str(
        sum(((left * r / 100).quantize(world.step, ROUND_HALF_UP) for r in local.rates), NIL)
    )


def run(world: World, *, conventions: bool, gmbi: bool = True) -> Any:
    """Run the program on a dossier."""
    from tfpb import tax  # noqa: PLC0415 - what is measured, apart from what measures it
    from tfpb.law.values import load  # noqa: PLC0415

    rows = pd.DataFrame(
        [
            {"avis": f"A{one.key}", "invariant": one.key, "id_residence": one.home.key, "id_batiment": "",
             "nb_logements": one.homes, "annee": world.year, "vlc_eur": one.vlc,
             "taux_commune_pct": one.rates[0], "taux_epci_pct": one.rates[1], "taux_tse_pct": one.rates[2],
             "cotisation_avis_eur": D(paid(world, one)) if paid(world, one) else None, "declare": one.sent,
             "_fichier": "f.xlsx", "_feuille": "F", "_ligne": k + 2}
            for k, one in enumerate(world.locaux)
        ],
        dtype=object,
    )  # fmt: skip
    stock = pd.DataFrame(
        [
            {"id_residence": h.key, "nom": h.key, "bailleur": "", "commune": "Valmont",
             "code_insee": "59999", "nb_logements": h.dwellings, "logements_dans": h.inside,
             "logements_hors": h.out, "logements_a_verifier": h.doubt, "code_qpv": h.quarter,
             "nom_qpv": h.quarter, "evolution": "maintenu", "fin_exoneration": h.until}
            for h in world.homes
        ]
    )  # fmt: skip
    signed = pd.DataFrame(
        [
            {"id_convention": p.key, "codes_qpv": (p.quarter,), "date_signature_contrat": p.contract,
             "date_signature_convention": p.signed, "date_declaration": p.declared, "date_fin": p.end,
             "bailleur": ""}
            for p in world.papers
        ],
        columns=["id_convention", "codes_qpv", "date_signature_contrat", "date_signature_convention",
                 "date_declaration", "date_fin", "bailleur"],
    )  # fmt: skip
    made = tax.abate(
        rows, stock, None, signed if conventions else None, load(), year=world.year,
        rounding=world.rounding, owned=_export(world) if gmbi else None,
    )  # fmt: skip
    return made, stock


def _export(world: World) -> pd.DataFrame:
    """Write the export of the premises owned."""
    pairs = [(number, key) for key, numbers in world.owned.items() for number in numbers]
    return pd.DataFrame(pairs, columns=["invariant", "id_residence"], dtype=object)


def spend(world: World, made: Any, stock: pd.DataFrame) -> Any:
    """Balance a programme of one action a quarter; None where the program refuses one."""
    from tfpb import tax  # noqa: PLC0415
    from tfpb.errors import TfpbError  # noqa: PLC0415

    held = {h.quarter for h in world.homes if h.inside}
    actions = pd.DataFrame(
        [
            {"id_action": q, "code_qpv": q, "axe": "3", "action": "x", "realise_eur": v, "valorise_eur": v}
            for q, v in world.spent.items() if q in held and v
        ]
    )  # fmt: skip
    try:
        return tax.programme(actions, made, stock, year=world.year)
    except TfpbError:
        return None


def zeros(made: Any, unknown: set[str], *, whole_unknown: bool) -> list[str]:
    """List each zero said of what is not known: tables by quarter, sentences, A4 figures, forecast."""
    from tfpb.words.documents import quarter_page  # noqa: PLC0415
    from tfpb.words.money import abatement_words, state_words  # noqa: PLC0415

    wrong = []
    for row in made.by_qpv.to_dict("records"):
        if row["code_qpv"] not in unknown:
            continue
        figures = [quarter_page.abatement_figure(row, 1), quarter_page.loss_figure(row)]
        said = " ".join(" ".join(f) for f in figures) + state_words.quarter_sentence(row)
        if row["abattement_eur"] is not None or re.search(r"(?<![\d\u202f])0\u202f€", said):
            wrong.append(f"{row['code_qpv']} {row['abattement_eur']} {said}")
    if whole_unknown:
        lines = abatement_words.summary(made)
        years = made.by_year.to_dict("records")
        known = [(int(r["annee"]), r["abattement_eur"]) for r in years]
        lines.append(abatement_words.forecast_sentence(known, opened=0, waiting=NIL, causes=""))
        wrong += [s for s in lines if re.search(r"(?<![\d\u202f])0\u202f€", s)]
        if made.totals["abattement_eur"] is not None:
            wrong.append(str(made.totals["abattement_eur"]))
    return wrong


class Tally:
    """What was compared, and what differs."""

    def __init__(self) -> None:
        self.seen = 0
        self.wrong: list[str] = []

    def check(self, what: str, expected: Decimal | None, got: Any) -> None:
        """Compare two amounts to the cent; an unknown is not a zero."""
        self.seen += 1
        if (expected or NIL) != (got or NIL) or (got is None) != (expected is None):
            self.wrong.append(f"{what}: expected {expected}, got {got}")


def compare(world: World, lacking: tuple[str, ...]) -> tuple[int, list[str], list[str]]:
    """Compare one dossier, without some files: figures compared, differences, zeros for an unknown."""
    if "fiscalite" in lacking:  # no abatement is computed at all, and the pack says so
        return 0, [], []
    given = "conventions" not in lacking
    told = [again(world, one, given=given) for one in world.locaux]
    made, stock = run(world, conventions=given, gmbi="gmbi" not in lacking)
    tally = Tally()
    _premises(tally, world, told, made)
    whole = {s: sum((t[s] for t in told), NIL) for s in STATES}
    _totals(tally, whole, made)
    for year, (due, renew) in foresee(world, given=given).items():
        row = made.by_year[made.by_year["annee"] == year].iloc[0]
        tally.check(f"prévision {year}", due, row["abattement_eur"] or NIL)
        tally.check(f"à renouveler {year}", renew, row["a_renouveler_eur"])
        if renew and not due and row["abattement_eur"] is not None:
            tally.wrong.append(f"prévision {year}: zero for what may be renewed")
    _calendar(tally, world, made, given=given)
    if "gmbi" not in lacking:
        _possessions(tally, world, made, given=given)
    _partial(tally, made)
    if "programme" not in lacking:
        _balance(tally, world, made, stock)
    unknown = _unknown(world, told, given=given)
    counted = any(r["abattement_eur"] for r in made.by_qpv.to_dict("records"))
    nothing = bool(unknown) and not counted
    return tally.seen, tally.wrong, zeros(made, unknown, whole_unknown=nothing)


def _premises(tally: Tally, world: World, told: list[dict[str, Decimal]], made: Any) -> None:
    columns = {
        "acquis": "abattement_acquis_eur", "risque": "abattement_a_risque_eur",
        "douteux": "abattement_douteux_eur", "reclamer": "abattement_a_reclamer_eur",
        "perdu": "abattement_perdu_eur",
    }  # fmt: skip
    rows = made.premises.to_dict("records")
    for local, mine, row in zip(world.locaux, told, rows, strict=True):
        for name, column in columns.items():
            tally.check(f"{local.key} {local.truth} {name}", mine[name], row[column])
        hanging = row["abattement_sous_reserve_eur"] - row["abattement_douteux_eur"]
        tally.check(f"{local.key} hors avis", mine["hors_avis"], hanging)
        borne = mine["acquis"] + mine["risque"] + mine["douteux"]
        tally.check(f"{local.key} porté", borne, row["porte_avis_eur"])


def _totals(tally: Tally, whole: dict[str, Decimal], made: Any) -> None:
    for name, attribute in KEYS.items():
        tally.check(name, whole[name], getattr(made.states, attribute))
    borne = whole["acquis"] + whole["risque"] + whole["douteux"]
    reserved = whole["douteux"] + whole["hors_avis"]
    claimed = whole["acquis"] + whole["reclamer"]
    tally.check("porté", borne, made.states.borne)
    tally.check("au mieux", claimed + reserved, made.states.best)
    tally.check("réserves", reserved, sum(made.reserves.values(), NIL))
    expected = {
        "porte_avis_eur": borne, "abattement_acquis_eur": whole["acquis"],
        "au_mieux_eur": claimed + reserved, "apres_reclamation_eur": claimed,
    }  # fmt: skip
    for column, amount in expected.items():
        tally.check(f"rapprochement {column}", amount, sum(made.reconciliation[column], NIL))


def _added(amounts: list[Decimal | None]) -> Decimal | None:
    known = [a for a in amounts if a is not None]
    return sum(known, NIL) if len(known) == len(amounts) and amounts else None


def _calendar(tally: Tally, world: World, made: Any, *, given: bool) -> None:
    """Compare what each end of exemption opens, the claims, then renewals."""
    rows = made.calendar.to_dict("records")
    opened: dict[tuple[int, str], list[Home]] = {}
    for home in world.homes:
        if home.inside and home.until is not None and home.until >= dt.date(world.year, 1, 1):
            opened.setdefault((home.until.year + 1, home.quarter), []).append(home)
    ends = {(r["annee"], r["code_qpv"]): r for r in rows if r["evenement"] == "fin_exoneration"}
    tally.check("exonérations", D(len(opened)), D(len(ends)))
    for (year, code), homes in opened.items():
        row = ends.get((year, code), {})
        tally.check(
            f"exonérations {year} {code}", D(sum(h.inside for h in homes)), row.get("logements")
        )
        worth: Decimal | None = None
        if year <= 2030:
            state = paper_state(world, code, year, given=given)[0]
            sides = []
            for home in homes:
                inside, doubt = shares(home, year)
                parts = {"bon": (inside, doubt), "fini": (inside, doubt), "perdu": (NIL,)}
                sides += [world.worth(home, p) for p in parts.get(state, (inside + doubt,))]
            worth = _added(sides)
        tally.check(f"ouvert {year} {code}", worth, row.get("montant_eur"))
    claims = [r["montant_eur"] for r in rows if r["evenement"] == "reclamation"]
    tally.check("calendrier, à réclamer", made.states.to_claim, sum(claims, NIL))
    renewed = {r["id_convention"]: r for r in rows if r["evenement"] == "renouvellement"}
    _renewals(tally, world, renewed, given=given)


def _renewals(tally: Tally, world: World, renewed: dict[str, Any], *, given: bool) -> None:
    """Compare what hangs on each convention, the first year without it; the tax year's stands elsewhere."""
    for paper in world.papers:
        hung: dict[int, list[Home]] = {}
        for year in range(world.year, 2031):
            for home in world.homes:
                state = (
                    paper_state(world, home.quarter, year, given=given) if home.inside else ("", "")
                )
                if state == ("fini", paper.key) and home.taxed(year):
                    hung.setdefault(year, []).append(home)
        if hung and min(hung) > world.year:
            row, homes = renewed.get(paper.key, {}), hung[min(hung)]
            tally.check(f"renouveler {paper.key}", D(min(hung)), row.get("annee"))
            parts = _added([world.worth(h, shares(h, min(hung))[0]) for h in homes])
            tally.check(f"renouveler {paper.key} €", parts, row.get("montant_eur"))


def _possessions(tally: Tally, world: World, made: Any, *, given: bool) -> None:
    """Compare the premises owned and on no notice, résidence by résidence, in number and in euros."""
    noticed = {one.key for one in world.locaux}
    every = {number for numbers in world.owned.values() for number in numbers}
    rows = [
        r
        for r in made.owned.to_dict("records")
        if r["constat"] in ("sans_avis", "exonere", "a_verifier")
    ]
    told = {r["id_residence"]: r for r in rows}
    full = {one.key: cut(one, D(1), world.rounding) for one in world.locaux}
    for home in world.homes:
        mine = world.of(home)
        numbers = world.owned[home.key]
        covered = sum(one.homes for one in mine if one.key in every or one.homes > 1)
        lacking = max(0, min(len([n for n in numbers if n not in noticed]), len(numbers) - covered))
        if not noticed & every or not (home.inside or home.doubt):
            lacking = 0
        tally.check(f"possédés {home.key}", D(lacking), D(told.get(home.key, {}).get("locaux", 0)))
        near = mine if sum(one.homes for one in mine) else world.locaux
        homes, part = sum(one.homes for one in near), shares(home, world.year)[0]
        good = paper_state(world, home.quarter, world.year, given=given)[0] == "bon"
        unsent = bool(mine) and all(one.sent is False for one in mine)
        worth = None
        if lacking and home.inside and part and good and not unsent and homes:
            each = sum((full[one.key] for one in near), NIL) / homes
            worth = (each * lacking * part).quantize(CENT, ROUND_HALF_UP)
        if lacking:
            tally.check(f"possédés {home.key} €", worth, told.get(home.key, {}).get("montant_eur"))


def _partial(tally: Tally, made: Any) -> None:
    """See that a sum that leaves a quarter out says so, and that one that does not says nothing."""
    from tfpb.words.money.abatement_words import lead  # noqa: PLC0415

    unknown = sum(r["abattement_eur"] is None for r in made.by_qpv.to_dict("records"))
    told = made.totals["abattement_eur"] is not None and unknown
    tally.check(
        "somme partielle", D(bool(told)), D("dont le montant n’est pas connu" in lead(made))
    )


def _balance(tally: Tally, world: World, made: Any, stock: pd.DataFrame) -> None:
    plan = spend(world, made, stock)
    given = {r["code_qpv"]: r["abattement_eur"] for r in made.by_qpv.to_dict("records")}
    for row in plan.balance.to_dict("records") if plan is not None else []:
        code = row["code_qpv"]
        amount, valued = given.get(code), world.spent[code] if row["actions"] else NIL
        justified = None if amount is None else min(valued, amount)
        tally.check(f"justifié {code}", justified, row["justifie_eur"])
        left = None if amount is None else valued - amount
        tally.check(f"solde {code}", left, row["solde_eur"])


def _unknown(world: World, told: list[dict[str, Decimal]], *, given: bool) -> set[str]:
    """List the quarters of which nothing counts while something hangs or lacks."""
    on_sheet = {one.home.key for one in world.locaux}
    out = set()
    for code in QUARTERS:
        pairs = zip(world.locaux, told, strict=True)
        mine = [(one, t) for one, t in pairs if one.home.quarter == code]
        lost = any(
            h.inside and h.quarter == code and h.key not in on_sheet and h.taxed(world.year)
            for h in world.homes
        )
        counted = any(t["acquis"] or _awaited(world, one, given=given) for one, t in mine)
        hangs = any(t["douteux"] or t["hors_avis"] for _, t in mine)
        if (hangs or lost) and not counted:
            out.add(code)
    return out


def _awaited(world: World, local: Local, *, given: bool) -> bool:
    """Return whether a premises is due and its notice to come."""
    inside, _ = shares(local.home, world.year)
    good = inside and paper_state(world, local.home.quarter, world.year, given=given)[0] == "bon"
    return bool(good) and local.truth == "absent" and local.sent is not False


def main() -> None:
    """Run and count."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    reader.add_argument("--seed", type=int, default=18)
    reader.add_argument("--dossiers", type=int, default=60)
    reader.add_argument("--premises", type=int, default=35)
    asked = reader.parse_args()
    rng = random.Random(asked.seed)
    ways = [(), *((f,) for f in FILES), *combinations(FILES, 2)]
    locaux = figures = 0
    wrong: list[str] = []
    said: list[str] = []
    for number in range(asked.dossiers):
        world = invent(rng, asked.premises)
        locaux += len(world.locaux)
        for lacking in ways:
            seen, bad, nil = compare(world, lacking)
            figures += seen
            where = f"dossier {number}, sans {', '.join(lacking) or 'rien'}: "
            wrong += [where + b for b in bad]
            said += [where + z for z in nil]
    for line in (*wrong[:15], *said[:15]):
        print(line)
    print(
        f"{asked.dossiers} dossiers, {locaux} premises, {len(ways)} ways, {figures} figures compared:"
    )
    print(f"{len(wrong)} differences, {len(said)} « 0 € » for an unknown")


if __name__ == "__main__":
    main()
