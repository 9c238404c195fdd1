"""The stock of the invented bailleur: résidences, their entrances, and how the file writes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from maker import names, spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from maker.addresses import Address
    from maker.quarters import Quarters

BAILLEUR: Final = "Habitat Valmontois"
LOST: Final = "Le Belvédère"
CLEAR_M: Final = 62.0
NEAR_M: Final = {"limite": (6.0, 14.0), "proche": (15.0, 30.0)}
# zone: (how many résidences, entrances at least and at most, dwellings an entrance)
ZONES: Final = {
    "tilleuls": (12, 2, 4, (26, 52)),
    "moulin": (7, 2, 4, (28, 56)),
    "moulin_entrant": (4, 2, 3, (24, 40)),
    "moulin_sortant": (2, 2, 2, (22, 34)),
    "pres": (2, 2, 2, (12, 18)),
    "gare": (4, 2, 3, (22, 36)),
    "hors": (24, 2, 4, (26, 54)),
    "limite": (3, 1, 2, (16, 30)),
    "proche": (3, 1, 2, (16, 30)),
    "coupee": (1, 4, 4, (24, 30)),
}
HEADER: Final = (
    "Code résidence", "Code entrée", "Nom résidence", "Organisme", "Adresse", "CP", "Ville",
    "Code INSEE", "Nb logts", "Année de construction", "Réhabilitation", "Type d'habitat",
    "Fin d'exonération", "Motif éligibilité", "NPNRU", "Agence", "Prestataire propreté",
)  # fmt: skip
TITLES: Final = (
    "HABITAT VALMONTOIS - Extraction du patrimoine locatif au 31/12/2025",
    "DONNÉES FICTIVES - commune, organisme, résidences et adresses inventés",
    "Édition : logiciel de gestion locative, état PATR-04",
)
CLEANERS: Final = (
    "Nord Propreté Services (fictif)",
    "Clarté 59 (fictif)",
    "Régie de quartier de l'Orve (fictive)",
)


@dataclass
class Entrance:
    """One row of the stock, with the truth about where it stands."""

    id_batiment: str
    spots: list[Address]
    text: str
    dwellings: int
    qpv_2015: str
    qpv_2024: str
    limit_m: float
    city: str = names.COMMUNE.upper().replace("-", " ")


@dataclass
class Residence:
    """One résidence of the stock."""

    id: str
    name: str
    zone: str
    built: int
    kind: str
    exempt_until: dt.date | None
    reason: str
    rehabilitated: int | None
    agency: str
    cleaner: str
    entrances: list[Entrance] = field(default_factory=list)

    @property
    def dwellings(self) -> int:
        """Dwellings of all its entrances."""
        return sum(e.dwellings for e in self.entrances)

    def main_side(self, vintage: int) -> str:
        """Code of the quarter that holds most dwellings, "" when most stand outside."""
        key = "qpv_2015" if vintage == 2015 else "qpv_2024"
        weight: dict[str, int] = {}
        for e in self.entrances:
            weight[getattr(e, key)] = weight.get(getattr(e, key), 0) + e.dwellings
        return max(sorted(weight), key=lambda c: weight[c])


def make_stock(addresses: list[Address], quarters: Quarters, rng: Random) -> list[Residence]:
    """Choose where the résidences stand, then write their rows."""
    out = place_stock(addresses, quarters, rng, zones=ZONES, labels=names.RESIDENCES, used=set())
    _hard_cases(out)
    return out


def place_stock(
    addresses: list[Address],
    quarters: Quarters,
    rng: Random,
    *,
    zones: Mapping[str, tuple[int, int, int, tuple[int, int]]],
    labels: Sequence[str],
    used: set[str],
) -> list[Residence]:
    """Choose where résidences stand, away from the addresses already `used`, which grow."""
    pools = _pools(addresses, quarters)
    left = list(labels)
    out: list[Residence] = []
    for zone, (count, low, high, sizes) in zones.items():
        for _ in range(count):
            wanted = rng.randint(low, high)
            spots = _run(pools[zone], used, wanted, rng, mixed=zone == "coupee")
            used |= {a.id for a in spots}
            out.append(_residence(len(out), left.pop(0), zone, spots, sizes, quarters, rng))
    _write_addresses(out, rng)
    return out


def _pools(addresses: list[Address], quarters: Quarters) -> dict[str, list[Address]]:
    pools: dict[str, list[Address]] = {zone: [] for zone in ZONES}
    for a in addresses:
        if a.suffix or a.rank == 1:
            continue
        old, old_m = quarters.side(a.x, a.y, 2015)
        new, new_m = quarters.side(a.x, a.y, 2024)
        for zone, (low, high) in NEAR_M.items():
            # the small quarter keeps few dwellings: its answers must stay too few to publish
            if low <= new_m <= high and quarters.metres_to("QN05993N", a.x, a.y) > CLEAR_M:
                pools[zone].append(a)
        pools["coupee"].append(a)
        if new_m < CLEAR_M or (old_m < CLEAR_M and not new):
            continue
        zone = {
            ("QP059901", "QN05991I"): "tilleuls",
            ("QP059902", "QN05992M"): "moulin",
            ("", "QN05992M"): "moulin_entrant",
            ("QP059902", ""): "moulin_sortant",
            ("", "QN05993N"): "pres",
            ("QP059903", ""): "gare",
            ("", ""): "hors",
        }.get((old, new))
        if zone:
            pools[zone].append(a)
    pools["coupee"] = _crossing(pools["coupee"], quarters)
    return pools


def _crossing(addresses: list[Address], quarters: Quarters) -> list[Address]:
    """Keep one side of a street that leaves a quarter: two numbers well inside, two well outside."""
    lines: dict[tuple[str, int], list[Address]] = {}
    for a in addresses:
        lines.setdefault((a.street, a.number % 2), []).append(a)
    for line in lines.values():
        marks = [(a, *quarters.side(a.x, a.y, 2024)) for a in sorted(line, key=lambda a: a.number)]
        inside = [a for a, code, metres in marks if code == "QN05991I" and metres > 34]
        outside = [a for a, code, metres in marks if not code and 34 < metres < 120]
        if len(inside) >= 2 and len(outside) >= 2:
            return [*inside[-2:], *outside[:2]]
    raise RuntimeError("no street crosses the limit")


def _run(
    pool: list[Address], used: set[str], wanted: int, rng: Random, *, mixed: bool
) -> list[Address]:
    """Take neighbouring numbers of one side of a street."""
    if mixed:
        return pool[:wanted]
    free = [a for a in pool if a.id not in used]
    lines: dict[tuple[str, int], list[Address]] = {}
    for a in free:
        lines.setdefault((a.street, a.number % 2), []).append(a)
    fit = [line for line in lines.values() if len(line) >= wanted] or [max(lines.values(), key=len)]
    line = sorted(rng.choice(fit), key=lambda a: a.number)
    start = rng.randrange(0, len(line) - min(wanted, len(line)) + 1)
    run = line[start : start + wanted]
    jumps = [i for i in range(1, len(run)) if run[i].number - run[i - 1].number > 6]
    return run[: jumps[0]] if jumps else run


def _residence(
    order: int,
    name: str,
    zone: str,
    spots: list[Address],
    sizes: tuple[int, int],
    quarters: Quarters,
    rng: Random,
) -> Residence:
    house = zone in {"hors", "pres"} and order % 6 == 5
    tower = zone in {"tilleuls", "moulin"} and order % 4 == 1
    if zone in {"tilleuls", "moulin", "moulin_entrant", "gare", "coupee"}:
        built = rng.choice((1958, 1962, 1964, 1967, 1969, 1971, 1973, 1976))
    else:
        built = rng.choice((1964, 1971, 1978, 1983, 1987, 1991, 1995, 1999, 2004))
    recent = {3: 2009, 13: 2012, 19: 2000, 33: 2011, 40: 2016}.get(order)
    built = recent or built
    exempt = dt.date(built + 25, 12, 31) if built >= 1987 else dt.date(built + 15, 12, 31)
    reason = "Acquis avant 1998" if order % 11 == 7 else "Exonération échue"
    identifier = f"{(order + 3) * 37:05d}"
    entrances = []
    for i, spot in enumerate(_grouped(spots, rng, keep=zone in {"coupee", *NEAR_M})):
        old, _ = quarters.side(spot[0].x, spot[0].y, 2015)
        new, metres = quarters.side(spot[0].x, spot[0].y, 2024)
        dwellings = rng.randint(*sizes) * len(spot)
        dwellings = rng.randint(5, 9) * len(spot) if house else dwellings
        dwellings = rng.randint(74, 112) if tower and i == 0 else dwellings
        code = f"{identifier}-{chr(65 + i)}"
        entrances.append(Entrance(code, spot, "", dwellings, old, new, metres))
    return Residence(
        identifier,
        name,
        zone,
        built,
        "Individuel" if house else "Collectif",
        None if reason == "Acquis avant 1998" else exempt,
        reason if exempt.year < 2025 else "",
        rng.choice((None, None, 2006, 2013, 2018)) if built < 1990 else None,
        "Agence Est" if spots[0].x > 732_000 else "Agence Ouest",
        CLEANERS[2] if zone.startswith("moulin") else rng.choice(CLEANERS[:2]),
        entrances,
    )


def _grouped(spots: list[Address], rng: Random, *, keep: bool) -> list[list[Address]]:
    """Let some rows of the file stand for two numbers (« 12-14 »)."""
    out: list[list[Address]] = []
    left = list(spots)
    while left:
        size = 2 if len(left) > 1 and not keep and rng.random() < 0.1 else 1
        out.append(left[:size])
        left = left[size:]
    return out


def _write_addresses(stock: list[Residence], rng: Random) -> None:
    """Write each entrance as the software holds it; a few rows are hard on purpose."""
    styles = (
        "plain",
        "short",
        "short",
        "block",
        "initial",
        "named",
        "lower",
        "typo",
        "plain",
        "door",
    )
    order = 0
    for residence in stock:
        for i, entrance in enumerate(residence.entrances):
            style = styles[order % len(styles)]
            entrance.text = _style(style, residence, entrance, i, rng)
            if order % 29 == 11:
                entrance.city = f"{names.COMMUNE.upper()} CEDEX"
            order += 1


def _style(style: str, residence: Residence, entrance: Entrance, i: int, rng: Random) -> str:
    spots = entrance.spots
    number = "-".join(str(a.number) for a in spots)
    street = spots[0].street
    short = spelling.shortened(street)
    match style:
        case "short":
            return f"{number} {short}"
        case "block":
            return f"{number} {short} BAT {chr(65 + i)} ENT {i + 1}"
        case "initial":
            return f"{number} {spelling.initialled(street)}"
        case "named":
            return f"RES {spelling.capitals(residence.name.removeprefix('Résidence '))} {number} {short}"
        case "lower":
            return f"{number}, {street.replace(chr(39), chr(8217))}"
        case "typo":
            return f"{number} {spelling.slipped(spelling.capitals(street), rng)}"
        case "door":
            return f"{number} {spelling.capitals(street)} ENTREE {i + 1}"
        case _:
            return f"{number} {spelling.capitals(street)}"


def _hard_cases(stock: list[Residence]) -> None:
    """Place the few rows every real file holds: glued, garbled, truncated, doubled, unfindable."""
    rows = [(r, e) for r in stock if r.zone in {"hors", "tilleuls"} for e in r.entrances]
    texts = {
        2: lambda n, s: f"{n}{spelling.capitals(s).replace(' ', '', 1)}",
        7: lambda n, s: f"{n} Rue {spelling.capitals(s)}" if s.startswith("Rue") else f"{n} {s}",
        12: lambda n, s: f"{n:04d} {spelling.capitals(s)}",
        17: lambda n, s: f"{n} {spelling.capitals(s)} - Parcelle : 000 / AB / 0119",
        31: lambda n, s: f"{n} {spelling.capitals(s)} BP 20014",
        38: lambda _n, s: spelling.capitals(s),  # no number at all
    }
    for at, make in texts.items():
        _, entrance = rows[at]
        spot = entrance.spots[0]
        entrance.spots = entrance.spots[:1]
        entrance.text = make(spot.number, spot.street)
    # a street the commune does not have, on a résidence whose name is no help
    lost = next(r for r in stock if r.name == LOST).entrances[-1]
    lost.spots = lost.spots[:1]
    lost.text = f"{lost.spots[0].number} SQUARE DES IMAGINAIRES"
    accented = [e for _, e in rows if "é" in e.spots[0].street and e.text[-3:].isupper()]
    for entrance in accented[:2]:
        spot = entrance.spots[0]
        entrance.spots = entrance.spots[:1]
        entrance.text = f"{spot.number} {spelling.garbled(spot.street)}"


def stock_rows(stock: list[Residence], bailleur: str = BAILLEUR) -> list[list[Any]]:
    """Write the stock as rows of `HEADER`."""
    return [
        [
            r.id,
            e.id_batiment,
            r.name,
            bailleur,
            e.text,
            names.POSTCODE,
            e.city,
            names.INSEE,
            e.dwellings,
            r.built,
            r.rehabilitated,
            r.kind,
            r.exempt_until,
            r.reason,
            "oui" if e.qpv_2024 == "QN05992M" else "non",
            r.agency,
            r.cleaner,
        ]
        for r in stock
        for e in r.entrances
    ]
