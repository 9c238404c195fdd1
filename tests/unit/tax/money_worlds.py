"""Drawn dossiers of money, and what may be taken away from one: a cell, a row, a file.

A world is four small tables as a landlord hands them in. Its truth is drawn first (side, end of exemption,
dates, what each notice abates), so that its sums are those of a tax office; nothing here knows what is due.
"""

from __future__ import annotations

import copy
import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from tax_builders import conventions, door, home, premises, table

from tfpb import tax
from tfpb.facts.claim import Claims
from tfpb.facts.money_claims import money_claims
from tfpb.facts.place import holds
from tfpb.facts.programme_claims import actions_of, programme_claims
from tfpb.law.values import load
from tfpb.model import tables
from tfpb.model.record import PieceFile
from tfpb.tax.programme.brought import Brought, brought

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tfpb.errors import Fault

Row = dict[str, Any]
QUARTERS: Final = ("QN05991I", "QN05992M", "QN05993N")
YEAR: Final = 2025
LANDLORD: Final = "Habitat Valmontois"
_RATES: Final = {"taux_commune_pct": "52,34", "taux_epci_pct": "4,05", "taux_tse_pct": "0,31"}
_LAW: Final = load()
SOUND: Final = {
    "date_signature_contrat": "2024-03-28", "date_signature_convention": "2024-12-12",
    "date_declaration": "2024-12-20", "date_fin": "2030-12-31",
}  # fmt: skip
"""Dates of a convention that holds."""
_EUR: Final = Decimal(1)


@dataclass
class World:
    """Four tables, and the folder of pieces; None is a file or a folder that is not there."""

    doors: list[Row]
    lines: list[Row]
    conventions: list[Row] | None
    actions: list[Row]
    pieces: list[str] | None = None
    gone: list[str] = field(default_factory=list)

    def less(self, what: str, change: Callable[[World], object]) -> World:
        """Return a copy with something taken away."""
        out = copy.deepcopy(self)
        change(out)
        out.gone.append(what)
        return out


@dataclass(frozen=True)
class Told:
    """What is told of a world: its claims, its doubts, and what each action brings."""

    claims: Claims
    doubts: tuple[Fault, ...]
    shares: dict[str, Brought]


def drawn(seed: int) -> World:
    """Draw a world."""
    chance = random.Random(seed)  # noqa: S311 - a world, not a secret
    quarters = QUARTERS[: chance.randint(1, 3)]
    doors, lines = [], []
    for k in range(chance.randint(3, 7)):
        for n in range(chance.randint(1, 3)):
            made = _door(chance, f"R{k}", f"R{k}-{n}", quarters)
            doors.append(made)
    if not any(d["qpv_code"] for d in doors):
        doors[0] |= {"qpv_statut": "dans", "qpv_code": quarters[0]}
    signed = [_convention(chance, k, code) for k, code in enumerate(quarters)]
    notices = [f"A{k}" for k in range(max(1, len(doors) // chance.randint(1, 4)))]
    for k, made in enumerate(doors):
        lines.append(_line(chance, k, made, notices))
    _pay(chance, lines, signed, doors)
    held = {d["qpv_code"] for d in doors}
    actions = [a for code in quarters if code in held for a in _actions(chance, code)]
    cited = [f"{a['piece']}.pdf" for a in actions if a["piece"]]
    return World(doors, lines, signed, actions, cited if chance.random() < 0.5 else None)


def _door(chance: random.Random, residence: str, building: str, quarters: tuple[str, ...]) -> Row:
    side = chance.choices(("dans", "hors", "a_verifier"), (6, 2, 1))[0]
    code = chance.choice(quarters)
    exempt = chance.random() < 0.25
    built = chance.randint(2003, 2020) if exempt else chance.randint(1955, 1985)
    end = dt.date(chance.randint(2025, 2034), 12, 31) if exempt else dt.date(built + 25, 12, 31)
    return door(
        residence, building, side, qpv_code=code if side == "dans" else "", qpv_proche_code=code,
        nb_logements=chance.randint(4, 60), annee_construction=built,
        fin_exoneration=end if exempt or chance.random() < 0.6 else None, bailleur=LANDLORD,
    )  # fmt: skip


def _convention(chance: random.Random, k: int, code: str) -> Row:
    """Draw a convention: most in time, some late, some ended."""
    row = {"id_convention": f"C{k}", "codes_qpv": code, "bailleur": LANDLORD, **SOUND}
    kind = chance.random()
    if kind < 0.1:
        row |= {"date_signature_contrat": "2015-07-01", "date_signature_convention": "2015-12-01",
                "date_declaration": "2015-12-20", "date_fin": "2023-12-31"}  # fmt: skip
    elif kind < 0.2:
        row["date_declaration"] = "2025-06-30"
    elif kind < 0.3:
        row |= {"date_signature_convention": "2025-05-12", "date_declaration": "2025-05-20"}
    elif kind < 0.35:
        row["date_signature_contrat"] = "2025-04-01"
    return row


def _line(chance: random.Random, k: int, made: Row, notices: list[str]) -> Row:
    homes = made["nb_logements"]
    return {
        "avis": chance.choice(notices), "invariant": f"{k:04d}", "id_residence": made["id_residence"],
        "id_batiment": made["id_batiment"], "annee": YEAR, "vlc_eur": homes * chance.randint(1800, 2900),
        "nb_logements": homes, **_RATES,
    }  # fmt: skip


def _pay(chance: random.Random, lines: list[Row], signed: list[Row], doors: list[Row]) -> None:
    """Ask for what a tax office would: most that have the right are abated, and some that have none."""
    places = {d["id_batiment"]: d for d in doors}
    fine = {
        c["codes_qpv"] for c in signed if c["date_fin"] > "2025" and c["date_declaration"] < "2025"
    }
    sums: dict[str, list[tuple[Row, int]]] = {}
    for line in lines:
        place = places[line["id_batiment"]]
        end = place["fin_exoneration"]
        full = Decimal(line["vlc_eur"]) / 2 * Decimal("0.567")
        right = place["qpv_statut"] == "dans" and place["qpv_code"] in fine
        odds = 0.85 if right else 0.12 if place["qpv_statut"] != "a_verifier" else 0.4
        paid = full * (Decimal("0.7") if chance.random() < odds else 1)
        if end is not None and end.year >= YEAR:
            paid = Decimal(0)
        sums.setdefault(line["avis"], []).append((line, int(paid.quantize(_EUR, ROUND_HALF_UP))))
    for group in sums.values():
        if chance.random() < 0.25:  # one sum for the notice, on its first line
            group[0][0]["cotisation_avis_eur"] = sum(paid for _, paid in group)
        else:
            for line, paid in group:
                line["cotisation_avis_eur"] = paid


def _actions(chance: random.Random, code: str) -> Iterator[Row]:
    for k in range(chance.randint(1, 4)):
        spent = chance.randint(500, 9000)
        proof = chance.random() < 0.7
        yield {
            "id_action": f"{code}-{k}", "code_qpv": code, "axe": str(chance.randint(1, 8)),
            "action": f"Action {k}",
            "realise_eur": spent, "valorise_eur": spent, "bailleur_eur": spent,
            "piece": f"facture {code} {k}" if proof else "", "date_piece": "2025-06-01" if proof else "",
        }  # fmt: skip


def told(world: World) -> Told:
    """Compute a world, from its tables to its claims.

    Raises
    ------
    TfpbError
        Where what is left is a fault.
    """
    signed = None if world.conventions is None else conventions(*world.conventions)
    made = tax.abate(
        premises(*world.lines), _homes(world.doors), pd.DataFrame(world.doors), signed, _LAW,
        year=YEAR, bailleur=LANDLORD,
    )  # fmt: skip
    base = Claims(money_claims(made))
    actions = table(tables.PROGRAMME, *world.actions, file="programme.xlsx")
    files = None if world.pieces is None else tuple(PieceFile(n, n, 1) for n in world.pieces)
    plan = tax.programme(actions, made, holds(pd.DataFrame(world.doors)), year=YEAR, pieces=files)
    claims = Claims((*base, *programme_claims(plan, base)))
    mine = actions_of(plan.actions)
    named = zip((a.id_action for a in mine), brought(mine, claims), strict=True)
    shares = {name: one for name, one in named if one is not None}
    return Told(claims, (*made.notices, *plan.notices), shares)


def _homes(doors: list[Row]) -> pd.DataFrame:
    """Return the résidences that some doors make."""
    found: dict[str, list[Row]] = {}
    for one in doors:
        found.setdefault(one["id_residence"], []).append(one)
    rows = []
    for name, group in found.items():
        counts = {
            side: sum(d["nb_logements"] or 0 for d in group if d["qpv_statut"] == side)
            for side in ("dans", "hors", "a_verifier")
        }
        inside = [d["qpv_code"] for d in group if d["qpv_code"]]
        rows.append(
            home(
                name, bailleur=group[0]["bailleur"], nb_logements=sum(counts.values()),
                code_qpv=inside[0] if inside else "",
                **{f"logements_{side}": n for side, n in counts.items()},
            )
        )  # fmt: skip
    return pd.DataFrame(rows)


DATES: Final = (
    "date_signature_contrat",
    "date_signature_convention",
    "date_declaration",
    "date_fin",
)


def taken_away(world: World, seed: int) -> Iterator[World]:
    """Yield the world with one thing less, each kind of thing once, at a drawn place."""
    chance = random.Random(seed)  # noqa: S311 - a place, not a secret

    def blank(name: str, column: str, value: object = "", *, of: str = "") -> World | None:
        rows: list[Row] = getattr(world, name) or []
        full = [k for k, row in enumerate(rows) if row.get(column) not in ("", None, value)]
        if not full:
            return None
        k = chance.choice(full)
        new = value(rows[k]) if callable(value) else value
        what = f"{name}[{k}].{column} {of or 'vide'}"
        return world.less(what, lambda w: getattr(w, name)[k].__setitem__(column, new))

    kinds = [
        *(blank("conventions", column) for column in DATES),
        blank("conventions", "date_declaration", "2024-12-01", of="avant la convention"),
        blank("conventions", "date_signature_contrat", "2024-12-19", of="après la convention"),
        blank("conventions", "bailleur", "Sté Habitat Valmontois", of="autre nom"),
        blank("lines", "cotisation_avis_eur"),
        blank(
            "lines",
            "cotisation_avis_eur",
            lambda r: r["cotisation_avis_eur"] * 9 + 7,
            of="illisible",
        ),
        blank("lines", "cotisation_avis_eur", 7, of="illisible"),
        blank("lines", "taux_epci_pct"),
        blank("lines", "taux_tse_pct"),
        blank("lines", "nb_logements"),
        blank("lines", "id_batiment"),
        blank("lines", "fin_exoneration"),
        blank("doors", "fin_exoneration", None),
        blank("doors", "annee_construction", None),
        blank("doors", "nb_logements", None),
        blank("doors", "bailleur", "HABITAT VALMONTOIS SA", of="autre nom"),
        blank("actions", "valorise_eur"),
        blank("actions", "piece"),
        blank("actions", "date_piece"),
        blank("actions", "bailleur_eur"),
        blank("actions", "date_piece", "2024-06-01", of="une autre année"),
        world.less("conventions absentes", lambda w: setattr(w, "conventions", None)),
    ]
    if world.pieces:
        name = chance.choice(world.pieces)
        kinds.append(world.less(f"pièce {name} absente", lambda w: w.pieces.remove(name)))
        kinds.append(world.less("dossier des pièces vide", lambda w: w.pieces.clear()))
    yield from (w for w in kinds if w is not None)
    k = chance.randrange(len(world.doors))
    doubt = {"qpv_statut": "a_verifier", "qpv_code": ""}
    yield world.less(f"doors[{k}] à vérifier", lambda w: w.doors[k].update(doubt))
    other = dt.date(2031, 12, 31) if chance.random() < 0.5 else dt.date(2019, 12, 31)
    n = chance.randrange(len(world.lines))
    yield world.less(
        f"lines[{n}].fin_exoneration {other}",
        lambda w: w.lines[n].__setitem__("fin_exoneration", str(other)),
    )
    yield world.less(
        "taux_epci_pct vide", lambda w: [r.__setitem__("taux_epci_pct", "") for r in w.lines]
    )
    yield world.less(
        "taux_tse_pct vide", lambda w: [r.__setitem__("taux_tse_pct", "") for r in w.lines]
    )
    yield world.less(
        "cotisations vides", lambda w: [r.__setitem__("cotisation_avis_eur", "") for r in w.lines]
    )
    # of a notice that bears one sum for all its lines, a line less makes of it another sum, read otherwise
    if len(world.lines) > 1 and all(
        "cotisation_avis_eur" in r for r in world.lines if r["avis"] == world.lines[n]["avis"]
    ):
        yield world.less(f"lines[{n}] absente", lambda w: w.lines.pop(n))
    if world.conventions and len(world.conventions) > 1:
        yield world.less("conventions[0] absente", lambda w: w.conventions.pop(0))
