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
from dataclasses import dataclass, field
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
FILES = ("conventions", "programme", "fiscalite")


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
        return self.inside + self.out + self.doubt

    def taxed(self, year: int) -> bool:
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


@dataclass
class World:
    """A whole dossier."""

    year: int
    rounding: str
    homes: list[Home]
    papers: list[Paper]
    locaux: list[Local]
    spent: dict[str, Decimal] = field(default_factory=dict)


def invent(rng: random.Random, count: int) -> World:
    """Invent a dossier."""
    year = rng.choice([2025, 2026])
    papers = []
    for k, code in enumerate(QUARTERS):
        for copy in range(rng.choice([0, 1, 1, 1, 2])):
            start = rng.randint(2020, year)
            signed = dt.date(rng.choice([start - 1, year]), rng.randint(1, 12), rng.randint(1, 28))
            papers.append(
                Paper(
                    f"C{k}{copy}",
                    code,
                    rng.choice(
                        [dt.date(2024, 3, 28), dt.date(2024, 3, 28), None, dt.date(year, 6, 1)]
                    ),
                    rng.choice([signed, dt.date(2024, 12, 12), dt.date(2024, 12, 12), None]),
                    rng.choice(
                        [dt.date(2024, 12, 20), dt.date(2024, 12, 20), None, dt.date(year, 5, 2)]
                    ),
                    rng.choice([None, dt.date(start + rng.randint(0, 5), 12, 31)]),
                )
            )
    homes, locaux = [], []
    for k in range(count):
        total = rng.randint(1, 60)
        parts = [total, 0, 0]
        kind = rng.random()
        if kind < 0.12:
            parts = [0, total, 0]
        elif kind < 0.22:
            parts = [0, 0, total]
        elif kind < 0.5 and total > 6:
            cut = sorted(rng.sample(range(total + 1), 2))
            parts = [cut[0], cut[1] - cut[0], total - cut[1]]
            parts = [p if p > total // 6 else 0 for p in parts]
            if not any(parts):
                parts = [total, 0, 0]
        until = rng.choice(
            [None, None, None, dt.date(rng.randint(2023, 2029), rng.randint(1, 12), 9)]
        )
        home = Home(f"R{k}", *parts, rng.choice(QUARTERS) if parts[0] or parts[2] else "", until)
        homes.append(home)
        for n in range(rng.choice([0, 1, 1, 1, 2])):
            rates = tuple(D(rng.randint(*r)) / 100 for r in ((2500, 5500), (800, 2200), (0, 90)))
            truth = rng.choice(["rien", "droit", "droit", "tout", "absent"])
            if truth == "droit" and not (home.taxed(year) and home.inside):
                truth = "absent"
            if truth == "rien" and not home.taxed(year):
                truth = "absent"
            vlc = D(rng.randint(200_000, 9_000_000)) / 100 + 4000
            locaux.append(
                Local(f"{k}-{n}", home, vlc, rates, truth, rng.choice([None, None, True, False]))
            )
    spent = {q: D(rng.randint(0, 900_000)) / 100 for q in QUARTERS}
    return World(year, rng.choice(["centime", "avis"]), homes, papers, locaux, spent)


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
    full = {l.key: cut(l, D(1), world.rounding) for l in world.locaux}
    by_home: dict[str, list[Local]] = {}
    for l in world.locaux:
        by_home.setdefault(l.home.key, []).append(l)
    told = [h for h in world.homes if h.key in by_home]
    mean = sum(full.values(), NIL) / sum(h.dwellings for h in told) if told else None
    step = EURO if world.rounding == "avis" else CENT
    out = {}
    for year in range(world.year + 1, 2031):
        due = renew = NIL
        for h in world.homes:
            inside, _ = shares(h, year)
            if not inside or mean is None:
                continue
            paper = paper_state(world, h.quarter, year, given=given)[0]
            worth = [full[l.key] for l in by_home.get(h.key, [])] or [mean * h.dwellings]
            part = sum(((w * inside).quantize(step, ROUND_HALF_UP) for w in worth), NIL)
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
    step = EURO if world.rounding == "avis" else CENT
    return str(sum(((left * r / 100).quantize(step, ROUND_HALF_UP) for r in local.rates), NIL))


def run(world: World, *, conventions: bool) -> Any:
    """Run the program on a dossier."""
    from tfpb import tax  # noqa: PLC0415 - what is measured, apart from what measures it
    from tfpb.law.values import load  # noqa: PLC0415

    rows = pd.DataFrame(
        [
            {"avis": f"A{l.key}", "invariant": l.key, "id_residence": l.home.key, "id_batiment": "",
             "annee": world.year, "vlc_eur": l.vlc, "taux_commune_pct": l.rates[0],
             "taux_epci_pct": l.rates[1], "taux_tse_pct": l.rates[2],
             "cotisation_avis_eur": D(paid(world, l)) if paid(world, l) else None, "declare": l.sent,
             "_fichier": "f.xlsx", "_feuille": "F", "_ligne": k + 2}
            for k, l in enumerate(world.locaux)
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
        rounding=world.rounding,
    )  # fmt: skip
    return made, stock


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


def zeros(made: Any, unknown: set[str], whole_unknown: bool) -> list[str]:
    """List each zero said of what is not known: tables by quarter, sentences, A4 figures, forecast."""
    from tfpb.words.documents import quarter_page  # noqa: PLC0415
    from tfpb.words.money import abatement_words, forecast_words, state_words  # noqa: PLC0415

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
        for years in (made.by_year.to_dict("records"),):
            known = [(int(r["annee"]), r["abattement_eur"]) for r in years]
            lines.append(forecast_words.forecast_sentence(known, opened=0, waiting=NIL))
        wrong += [s for s in lines if re.search(r"(?<![\d\u202f])0\u202f€", s)]
        wrong += (
            [str(made.totals["abattement_eur"])]
            if made.totals["abattement_eur"] is not None
            else []
        )
    return wrong


def compare(world: World, lacking: tuple[str, ...]) -> tuple[int, list[str], list[str]]:
    """Compare one dossier, without some files: figures compared, differences, zeros for an unknown."""
    given = "conventions" not in lacking
    locaux = [] if "fiscalite" in lacking else world.locaux
    told = [again(world, l, given=given) for l in world.locaux]
    if not locaux:  # no tax sheet: the program computes no abatement at all, and says so
        return 0, [], []
    made, stock = run(world, conventions=given)
    wrong: list[str] = []
    seen = 0

    def check(what: str, expected: Any, got: Any) -> None:
        nonlocal seen
        seen += 1
        if (expected or NIL) != (got or NIL) or (got is None) != (expected is None):
            wrong.append(f"{what}: expected {expected}, got {got}")

    columns = {
        "acquis": "abattement_acquis_eur", "risque": "abattement_a_risque_eur",
        "douteux": "abattement_douteux_eur", "reclamer": "abattement_a_reclamer_eur",
        "perdu": "abattement_perdu_eur",
    }  # fmt: skip
    for local, mine, row in zip(world.locaux, told, made.premises.to_dict("records"), strict=True):
        for name, column in columns.items():
            check(f"{local.key} {local.truth} {name}", mine[name], row[column])
        hanging = row["abattement_sous_reserve_eur"] - row["abattement_douteux_eur"]
        check(f"{local.key} hors avis", mine["hors_avis"], hanging)
        check(
            f"{local.key} porté",
            mine["acquis"] + mine["risque"] + mine["douteux"],
            row["porte_avis_eur"],
        )
    whole = {s: sum((t[s] for t in told), NIL) for s in STATES}
    for name, attribute in KEYS.items():
        check(name, whole[name], getattr(made.states, attribute))
    check("porté", whole["acquis"] + whole["risque"] + whole["douteux"], made.states.borne)
    best = whole["acquis"] + whole["reclamer"] + whole["douteux"] + whole["hors_avis"]
    check("au mieux", best, made.states.best)
    check("réserves", whole["douteux"] + whole["hors_avis"], sum(made.reserves.values(), NIL))
    book = made.reconciliation
    for column in (
        "porte_avis_eur",
        "abattement_acquis_eur",
        "au_mieux_eur",
        "apres_reclamation_eur",
    ):
        expected = {
            "porte_avis_eur": made.states.borne, "abattement_acquis_eur": whole["acquis"],
            "au_mieux_eur": best, "apres_reclamation_eur": whole["acquis"] + whole["reclamer"],
        }[column]  # fmt: skip
        check(f"rapprochement {column}", expected, sum(book[column], NIL))
    unknown = set()
    on_sheet = {l.home.key for l in world.locaux}
    for code in QUARTERS:
        mine = [(l, t) for l, t in zip(world.locaux, told, strict=True) if l.home.quarter == code]
        lost = sum(
            h.inside for h in world.homes
            if h.quarter == code and h.key not in on_sheet and h.taxed(world.year)
        )  # fmt: skip
        # due on a notice, or due and its notice to come: what the year counts
        counted = sum((t["acquis"] for _, t in mine), NIL) + sum(
            (
                cut(l, shares(l.home, world.year)[0], world.rounding)
                for l, t in mine
                if _awaited(world, l, given)
            ),
            NIL,
        )
        hangs = any(t["douteux"] or t["hors_avis"] for _, t in mine) or lost
        if hangs and not counted:
            unknown.add(code)
    whole_unknown = (
        bool(unknown)
        and not any(r["abattement_eur"] for r in made.by_qpv.to_dict("records"))
        and (whole["douteux"] or whole["hors_avis"] or made.states.missing)
    )
    for year, (due, renew) in foresee(world, given=given).items():
        row = made.by_year[made.by_year["annee"] == year].iloc[0]
        check(f"prévision {year}", due, row["abattement_eur"] or NIL)
        check(f"à renouveler {year}", renew, row["a_renouveler_eur"])
        if renew and not due and row["abattement_eur"] is not None:
            wrong.append(f"prévision {year}: zero for what may be renewed")
    if "programme" not in lacking and (plan := spend(world, made, stock)) is not None:
        given_by = {r["code_qpv"]: r["abattement_eur"] for r in made.by_qpv.to_dict("records")}
        for r in plan.balance.to_dict("records"):
            amount = given_by.get(r["code_qpv"])
            valued = world.spent.get(r["code_qpv"], NIL) if r["actions"] else NIL
            check(
                f"justifié {r['code_qpv']}",
                None if amount is None else min(valued, amount),
                r["justifie_eur"],
            )
            check(
                f"solde {r['code_qpv']}",
                None if amount is None else valued - amount,
                r["solde_eur"],
            )
    return seen, wrong, zeros(made, unknown, bool(whole_unknown))


def _awaited(world: World, local: Local, given: bool) -> bool:
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
    rng = random.Random(asked.seed)  # noqa: S311 - inventions, not secrets
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
