"""A drawn landlord on the example's fictional commune, with the truth of each figure computed apart from the tool."""

# ruff: noqa: D401, E501

from __future__ import annotations

import dataclasses
import gzip
import random
from pathlib import Path

import geopandas as gpd
import pandas as pd

SOURCES = Path("examples/valmont/geodonnees_sources")
QUARTERS = {
    "QN05991I": "Les Tilleuls - Pasteur",
    "QN05992M": "Le Moulin - Les Aunes",
    "QN05993N": "Les Prés Fleuris",
}
NAMES = [
    "Les Acacias",
    "Le Hameau",
    "Résidence Ronsard",
    "Les Peupliers",
    "La Roseraie",
    "Belle Vue",
    "Les Lilas",
    "Les Marronniers",
    "Le Verger",
    "Les Cerisiers",
    "Le Parc",
    "La Prairie",
    "Les Coquelicots",
    "Le Bosquet",
    "Les Glycines",
    "Clos Saint-Éloi",
    "Les Bleuets",
    "La Source",
    "Les Érables",
    "Le Château d’Eau",
    "Les Églantines",
    "Le Petit Bois",
    "Les Hêtres",
    "La Fontaine",
]
RATES = {"commune": 47.63, "epci": 5.17, "tse": 0.44, "gemapi": 0.37}
ITEMS = (
    ("proprete", "Propreté des parties communes", 0.62, 0.74),
    ("espaces", "Entretien des espaces verts", 0.71, 0.77),
    ("reclamations", "Traitement de vos réclamations", 0.55, 0.60),
    ("accueil", "Accueil à l’agence", 0.80, 0.82),
    ("ascenseur", "Fonctionnement de l’ascenseur", 0.58, 0.69),
)
DEEP_M = 60.0


@dataclasses.dataclass(frozen=True)
class Entrance:
    """One entrance of the stock, with its side by geometry."""

    residence: str
    building: str
    name: str
    street: str
    agency: str
    dwellings: int
    year: int
    exempt_until: int
    quarter: str | None


@dataclasses.dataclass(frozen=True)
class Premises:
    """One line of a tax notice, with what the notice charged."""

    entrance: Entrance
    notice: str
    invariant: str
    vlc: int
    teom: int
    abated: bool

    @property
    def base(self) -> int:
        """Half the rental value, in whole euros."""
        return (self.vlc + 1) // 2

    def charged(self) -> int:
        """Sum of the four shares, each in whole euros."""
        taxed = self.base - round(self.base * 0.3) if self.abated else self.base
        return sum(round(taxed * rate / 100) for rate in RATES.values())

    def relief(self) -> float:
        """The abatement at stake on this line."""
        return self.base * 0.3 * sum(RATES.values()) / 100


@dataclasses.dataclass(frozen=True)
class Action:
    """One action of the programme."""

    number: str
    axis: int
    quarter: str
    title: str
    planned: int
    spent: float
    valued: float
    piece: str


@dataclasses.dataclass(frozen=True)
class Interview:
    """One interview: marks 1 (best) to 4, 8 not concerned, 9 no opinion; overall mark 0 to 10, 99 no opinion."""

    number: int
    entrance: Entrance
    weight: float
    marks: tuple[int, ...]
    overall: int
    day: pd.Timestamp


@dataclasses.dataclass(frozen=True)
class World:
    """A landlord: stock, tax lines, actions, interviews."""

    landlord: str
    stock: tuple[Entrance, ...]
    tax: tuple[Premises, ...]
    actions: tuple[Action, ...]
    interviews: tuple[Interview, ...]

    def truth(self) -> dict[str, float]:
        """Return each figure that is compared, by the name of its fact."""
        inside = [e for e in self.stock if e.quarter]
        found: dict[str, float] = {
            "logements": sum(e.dwellings for e in self.stock),
            "logements_qpv": sum(e.dwellings for e in inside),
            "logements_hors": sum(e.dwellings for e in self.stock if not e.quarter),
            "residences": len({e.residence for e in self.stock}),
            "acquis": sum(p.relief() for p in self.tax if p.abated and p.entrance.quarter),
            "a_reclamer": sum(p.relief() for p in self.tax if not p.abated and p.entrance.quarter),
            "a_risque": sum(p.relief() for p in self.tax if p.abated and not p.entrance.quarter),
            "valorise": sum(a.valued for a in self.actions),
        }
        for at, (key, *_rest) in enumerate(ITEMS):
            for side, label in ((True, "qpv"), (False, "hors")):
                rows = [
                    i
                    for i in self.interviews
                    if bool(i.entrance.quarter) is side and i.marks[at] in (1, 2, 3, 4)
                ]
                found[f"satisfaits_{label}:{key}"] = sum(
                    i.weight for i in rows if i.marks[at] <= 2
                ) / sum(i.weight for i in rows)
        return found


def _places() -> pd.DataFrame:
    with gzip.open(SOURCES / "adresses-59999.csv.gz", "rt", encoding="utf-8") as opened:
        table = pd.read_csv(opened, sep=";", dtype=str)
    table = table[table["rep"].isna() & table["type_position"].eq("entrée")]
    points = gpd.GeoSeries.from_xy(
        table["x"].astype(float), table["y"].astype(float), crs=2154, index=table.index
    )
    quarters = gpd.read_file(SOURCES / "qpv2024_valmont.geojson").to_crs(2154)
    table["side"] = ""
    keep = pd.Series(data=True, index=table.index)
    for quarter in quarters.itertuples():
        keep &= points.distance(quarter.geometry.boundary) > DEEP_M
        table.loc[points.within(quarter.geometry), "side"] = quarter.code_qp
    return table[keep]


def _stock(rng: random.Random, places: pd.DataFrame) -> list[Entrance]:
    stock: list[Entrance] = []
    used: set[int] = set()
    names = rng.sample(NAMES, 20)
    codes = sorted(rng.sample(range(101, 3999), 20))
    for at, (name, code) in enumerate(zip(names, codes, strict=True)):
        side = ("QN05991I", "", "QN05992M", "")[at % 4]
        pool = places[places["side"].eq(side) & ~places.index.isin(used)]
        counts = pool["nom_voie"].value_counts()
        street = rng.choice(sorted(counts[counts >= 3].index))
        rows = pool[pool["nom_voie"].eq(street)].sort_values("numero", key=lambda c: c.astype(int))
        start = rng.randrange(0, max(1, len(rows) - 3))
        year, exempt = (
            rng.choice((1964, 1969, 1973, 1978, 1984)),
            rng.choice((1988, 1993, 2001, 2009)),
        )
        agency = ("Agence Nord", "Agence Centre")[at % 2 if at < 10 else 1 - at % 2]
        taken = rows.iloc[start : start + rng.choice((2, 3))]
        used |= set(taken.index)
        for letter, place in zip("ABC", taken.itertuples(), strict=False):
            stock.append(
                Entrance(
                    f"{code:05d}",
                    f"{code:05d}{letter}",
                    name,
                    f"{place.numero} {place.nom_voie}",
                    agency,
                    rng.randrange(9, 41),
                    year,
                    exempt,
                    side or None,
                )
            )
    return stock


def _tax(rng: random.Random, stock: list[Entrance]) -> list[Premises]:
    lines = []
    inside = [e for e in stock if e.quarter]
    outside = [e for e in stock if not e.quarter]
    forgotten, wrongly = set(rng.sample(inside, 2)), {rng.choice(outside)}
    for at, entrance in enumerate(stock):
        vlc = sum(rng.randrange(1900, 2900) for _ in range(entrance.dwellings))
        abated = (entrance.quarter is not None and entrance not in forgotten) or entrance in wrongly
        number = f"25 59 999 {40 + int(entrance.residence) % 5:03d} 7"
        lines.append(
            Premises(
                entrance,
                number,
                f"599{7000000 + at * 13:07d}",
                vlc,
                round(vlc / 2 * 0.1417),
                abated,
            )
        )
    return lines


def _actions(rng: random.Random) -> list[Action]:
    titles = (
        "Présence d’un gardien le samedi", "Formation à l’accueil des publics fragiles", "Second passage de nettoyage des halls",
        "Ramassage des encombrants", "Médiation de nuit", "Réunions de pied d’immeuble", "Jardin partagé", "Remplacement des boîtes aux lettres",
    )  # fmt: skip
    actions = []
    for at in range(16):
        spent = rng.randrange(200_000, 4_000_000) / 100
        valued = spent if rng.random() < 0.7 else round(spent * 0.8, 2)
        quarter = ("QN05991I", "QN05992M")[at // 8]
        planned = round(spent * rng.uniform(0.9, 1.2), -2)
        piece = f"FAC{rng.randrange(1000, 9999)}-{at}"
        actions.append(
            Action(
                f"{at + 1}", at % 8 + 1, quarter, titles[at % 8], int(planned), spent, valued, piece
            )
        )
    return actions


def _interviews(rng: random.Random, stock: list[Entrance]) -> list[Interview]:
    rows = []
    sides = ([e for e in stock if e.quarter], [e for e in stock if not e.quarter])
    places = [[e for e in side for _ in range(e.dwellings // 2)] for side in sides]
    for side in places:
        rng.shuffle(side)
    for number in range(400):
        entrance = places[number % 2].pop()
        mood = rng.gauss(0, 0.12)
        marks = []
        for _key, _label, low, high in ITEMS:
            good = rng.random() < (low if entrance.quarter else high) + mood
            mark = rng.choice((1, 2, 2)) if good else rng.choice((3, 3, 4))
            marks.append(9 if rng.random() < 0.03 else 8 if rng.random() < 0.02 else mark)
        overall = (
            99 if rng.random() < 0.02 else min(10, max(0, round(7 + mood * 15 + rng.gauss(0, 1.5))))
        )
        day = pd.Timestamp("2024-03-04") + pd.Timedelta(days=rng.randrange(0, 60))
        rows.append(
            Interview(
                240001 + number,
                entrance,
                round(rng.uniform(0.7, 1.6), 3),
                tuple(marks),
                overall,
                day,
            )
        )
    return rows


def draw(seed: int) -> World:
    """Return the landlord of a seed."""
    rng = random.Random(seed)
    stock = _stock(rng, _places())
    name = rng.choice(("Orve Habitat", "Val d’Orve Logement", "Coopérative de l’Orve"))
    return World(
        name,
        tuple(stock),
        tuple(_tax(rng, stock)),
        tuple(_actions(rng)),
        tuple(_interviews(rng, stock)),
    )
