"""What is true of a fictional landlord: stock, interviews, notices, actions; no file is written here."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

if TYPE_CHECKING:
    import random

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "valmont" / "geodonnees_sources"
REAL = Path(os.environ.get("TFPB_DONNEES_REELLES", ROOT.parent / "shared" / "data"))
CLEAR_M = 26  # an address this far from every limit leaves no doubt
NEAR_M = (4, 12)  # an address at this distance is to be settled by a decision
RATES = ("commune", "syndicats", "epci", "tse", "gemapi")


@dataclass(frozen=True)
class Place:
    """A commune with its addresses and its quarters of one map."""

    name: str
    vintage: int
    files: tuple[tuple[str, ...], ...]  # arguments of « tfpb geodonnees »
    addresses: Path
    quarters: Path
    code: str
    label: str


VALMONT_FILES = (
    (
        "importer-adresses",
        str(EXAMPLE / "adresses-59999.csv.gz"),
        str(EXAMPLE / "lieux-dits-59999.csv.gz"),
    ),
    ("importer-qpv", str(EXAMPLE / "qpv2015_valmont.geojson"), "--millesime", "2015"),
    ("importer-qpv", str(EXAMPLE / "qpv2024_valmont.geojson"), "--millesime", "2024"),
    ("importer-communes", str(EXAMPLE / "commune_valmont.geojson")),
)
BONDY = REAL / "bondy_93010"
PLACES = {
    "valmont": Place(
        "valmont",
        2024,
        VALMONT_FILES,
        EXAMPLE / "adresses-59999.csv.gz",
        EXAMPLE / "qpv2024_valmont.geojson",
        "code_qp",
        "lib_qp",
    ),
    "valmont2015": Place(
        "valmont2015",
        2015,
        VALMONT_FILES,
        EXAMPLE / "adresses-59999.csv.gz",
        EXAMPLE / "qpv2015_valmont.geojson",
        "CODE_QP",
        "NOM_QP",
    ),
    "bondy": Place(
        "bondy",
        2015,
        (
            ("importer-adresses", str(BONDY / "ban_utf8.csv")),
            ("importer-qpv", str(BONDY / "qpv2015.geojson"), "--millesime", "2015"),
        ),
        BONDY / "ban_utf8.csv",
        BONDY / "qpv2015.geojson",
        "CODE_QP",
        "NOM_QP",
    ),
}


@dataclass
class Entrance:
    """One door with its dwellings and the quarter whose polygon holds it."""

    code: str
    number: int
    street: str
    postcode: str
    commune: str
    insee: str
    dwellings: int
    quarter: str
    near: bool = False


@dataclass
class Residence:
    """A group of doors built together."""

    code: str
    name: str
    collective: bool
    built: int
    exempt_until: int
    agency: str
    entrances: list[Entrance] = field(default_factory=list)

    @property
    def dwellings(self) -> int:
        """All dwellings of the residence."""
        return sum(one.dwellings for one in self.entrances)

    @property
    def quarter(self) -> str:
        """The side of most dwellings: a quarter's code, or nothing."""
        sides: dict[str, int] = {}
        for one in self.entrances:
            sides[one.quarter] = sides.get(one.quarter, 0) + one.dwellings
        inside = sum(n for code, n in sides.items() if code)
        if inside * 2 <= self.dwellings:
            return ""
        return max((n, code) for code, n in sides.items() if code)[1]


@dataclass
class Premises:
    """One line of a notice."""

    notice: str
    invariant: str
    residence: str
    entrance: str  # empty: the line stands for the whole residence
    dwellings: int
    kind: str  # logement | garage
    rental: int
    share: float  # of its dwellings that stand in the quarter
    quarter: str
    exempt: bool
    declared: bool
    abated: bool
    covered: bool
    teom: int
    exempt_until: int

    def paid(self, rates: dict[str, float]) -> int:
        """Return the sum on the notice, without waste tax, to the euro."""
        if self.exempt:
            return 0
        base = (
            self.rental
            / 2
            * (1 - 0.3 * (self.share if self.abated and self.share else self.abated))
        )
        return round(base * sum(rates.values()) / 100)

    def abatement(self, rates: dict[str, float]) -> float:
        """Return what the abatement of the line is worth, over the share that has it or may have it."""
        return 0.3 * self.rental / 2 * sum(rates.values()) / 100 * (self.share or 1)

    @property
    def state(self) -> str:
        """acquis, a_reclamer, a_risque or nothing."""
        right = (
            self.kind == "logement"
            and self.share > 0
            and not self.exempt
            and self.covered
            and self.declared
        )
        if right:
            return "acquis" if self.abated else "a_reclamer"
        return "a_risque" if self.abated and not self.exempt else ""


@dataclass
class Question:
    """A question of the survey, with its column in each wave."""

    key: str
    text: str
    scale: str  # rank | mark
    columns: dict[str, str] = field(default_factory=dict)


@dataclass
class Wave:
    """One wave: interviews are rows of (number, residence, weight, answers by key)."""

    name: str
    rows: list[tuple[str, str, float, dict[str, object]]]
    coding: dict[str, object]
    weighted: bool


@dataclass
class Action:
    """A line of the programme; quarters lists every quarter that it serves."""

    number: str
    axis: int
    quarters: tuple[str, ...]
    title: str
    planned: int
    spent: int
    valued: int
    piece: str
    dated: str


@dataclass
class World:
    """All that is true of one landlord."""

    index: int
    seed: int
    place: Place
    year: int
    name: str
    residences: list[Residence]
    names: dict[str, str]  # quarters
    rates: dict[str, float]
    premises: list[Premises] = field(default_factory=list)
    covered: tuple[str, ...] = ()
    questions: list[Question] = field(default_factory=list)
    waves: list[Wave] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    def quarters(self) -> dict[str, int]:
        """Dwellings by quarter where the landlord has some."""
        held: dict[str, int] = {}
        for residence in self.residences:
            for one in residence.entrances:
                if one.quarter:
                    held[one.quarter] = held.get(one.quarter, 0) + one.dwellings
        return dict(sorted(held.items()))


@cache
def grounds(name: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the addresses of a place: quarter that holds each, distance to the nearest limit."""
    place = PLACES[name]
    table = pd.read_csv(place.addresses, sep=";", dtype=str, keep_default_na=False)
    table = table[table["numero"].str.fullmatch(r"\d+") & (table["rep"] == "")]
    table = table.drop_duplicates(["nom_voie", "numero"], keep=False)
    points = gpd.GeoDataFrame(
        table,
        geometry=gpd.points_from_xy(table["x"].astype(float), table["y"].astype(float)),
        crs=2154,
    )
    polygons = gpd.read_file(place.quarters).to_crs(2154)
    held = gpd.sjoin(points, polygons[[place.code, "geometry"]], how="left", predicate="within")
    held = held[~held.index.duplicated()]
    edges = polygons.geometry.boundary
    far = points.geometry.apply(lambda point: edges.distance(point).min())
    out = table.assign(
        quarter=held[place.code].fillna("").astype(str), far=far, number=table["numero"].astype(int)
    )
    return out, dict(zip(polygons[place.code], polygons[place.label], strict=True))


NAMES = [
    "Les Acacias",
    "Le Clos des Vignes",
    "Jean Jaurès",
    "Résidence du Parc",
    "Les Glycines",
    "Le Verger",
    "Les Érables",
    "Pierre Loti",
    "La Sablonnière",
    "Les Mésanges",
    "Le Rond-Point",
    "Bel Air",
    "Les Bleuets",
    "La Fontaine",
    "Les Coquelicots",
    "La Roseraie",
    "Le Beffroi",
    "Marcel Pagnol",
    "Les Peupliers",
    "Le Château d'Eau",
    "La Closerie",
    "Les Marronniers",
    "Ambroise Croizat",
    "Les Hirondelles",
    "Le Lavoir",
    "Les Charmes",
    "La Tuilerie",
    "Les Capucines",
    "Edith Piaf",
    "Le Grand Pré",
    "Les Ormes",
    "La Cerisaie",
    "Paul Éluard",
    "Les Lilas",
    "Le Fournil",
    "Les Saules",
    "Bellevue",
    "Les Noisetiers",
    "La Passerelle",
    "Les Jonquilles",
    "Le Colombier",
    "La Chênaie",
]
FIRMS = [
    "Habitat des Deux Rives",
    "Logis de l'Orve",
    "SA HLM Le Toit Commun",
    "OPH du Val",
    "Foyer Moderne",
    "Solidarité Logement",
    "Coopérative L'Abri",
    "SEM Habiter Ici",
    "Maisons et Cités d'Orve",
    "Nouveau Foyer",
]


def _doors(rng: random.Random, table: pd.DataFrame, used: set[int], many: int) -> list[int]:
    """Pick neighbouring doors of one street that no residence has yet."""
    streets = sorted(set(table.loc[~table.index.isin(used), "nom_voie"]))
    rng.shuffle(streets)
    for street in streets:
        free = table[(table["nom_voie"] == street) & ~table.index.isin(used)].sort_values("number")
        parity = [free[free["number"] % 2 == side] for side in rng.sample([0, 1], 2)]
        for doors in parity:
            if len(doors) >= many:
                start = rng.randrange(len(doors) - many + 1)
                return list(doors.index[start : start + many])
    return []


def residences(  # noqa: C901 - inside, near, cut, outside
    rng: random.Random, place: Place, *, size: int, near: int, cut: int, code: str
) -> list[Residence]:
    """Draw a stock: some two fifths of the residences in quarters, a few near a limit or cut by it."""
    table, _ = grounds(place.name)
    clear = table[table["far"] >= CLEAR_M]
    inside, outside = clear[clear["quarter"] != ""], clear[clear["quarter"] == ""]
    served = rng.sample(sorted(set(inside["quarter"])), rng.choice((1, 2, 2, 3)))
    inside = inside[inside["quarter"].isin(served)]
    table = table[table["quarter"].isin(["", *served])]
    used: set[int] = set()
    found: list[Residence] = []
    names = rng.sample(NAMES, len(NAMES))
    names += [f"{name} 2" for name in names]
    agencies = rng.choice(
        (
            ("Agence Nord", "Agence Sud"),
            ("Centre", "Les Coteaux", "Vallée"),
            ("Antenne A", "Antenne B"),
        )
    )
    codes = rng.sample(range(101, 990), size)

    def add(doors: list[int], *, near: bool = False) -> None:
        number = len(found)
        collective = len(doors) > 1 or rng.random() < 0.75
        built = rng.choice((1958, 1964, 1968, 1972, 1975, 1978, 1984, 1989, 1996, 2006, 2012, 2018))
        ends = built + (25 if built > 2004 else 15)
        found.append(
            Residence(
                code.format(codes[number]),
                names[number],
                collective,
                built,
                ends,
                rng.choice(agencies),
            )
        )
        for letter, door in zip("ABCDEFG", doors, strict=False):
            row = table.loc[door]
            used.add(door)
            dwellings = rng.randrange(8, 41) if collective else rng.randrange(1, 3)
            found[-1].entrances.append(
                Entrance(
                    f"{found[-1].code}-{letter}",
                    int(row["number"]),
                    str(row["nom_voie"]),
                    str(row["code_postal"]),
                    str(row["nom_commune"]),
                    str(row["code_insee"]),
                    dwellings,
                    str(row["quarter"]),
                    near,
                )
            )

    for quarter in sorted(set(inside["quarter"])):
        here = inside[inside["quarter"] == quarter]
        for _ in range(min(round(size * 0.42 / len(served)) + rng.randrange(2), 14)):
            if len(found) < size and (doors := _doors(rng, here, used, rng.randrange(1, 5))):
                add(doors)
    close = table[(table["far"] >= NEAR_M[0]) & (table["far"] <= NEAR_M[1])]
    for _ in range(near):
        if len(found) < size and (doors := _doors(rng, close, used, 1)):
            add(doors, near=True)
    for _ in range(cut):  # a residence over the limit, each door clear of it
        streets = sorted(set(inside["nom_voie"]) & set(outside["nom_voie"]))
        rng.shuffle(streets)
        for street in streets:
            one = [i for i in inside.index[inside["nom_voie"] == street] if i not in used]
            two = [i for i in outside.index[outside["nom_voie"] == street] if i not in used]
            if len(one) > 1 and two and len(found) < size:
                add([*one[:2], two[0]])
                break
    while len(found) < size:
        doors = _doors(rng, outside, used, rng.randrange(1, 5)) or _doors(rng, outside, used, 1)
        add(doors)
    rng.shuffle(found)
    return found


def notices(
    rng: random.Random, world: World, *, by_residence: bool, garages: bool, listed: bool
) -> None:
    """Draw the premises of the year's notices, with a few mistakes of the tax office."""
    held = world.quarters()
    world.covered = tuple(held)
    if len(held) > 2 and rng.random() < 0.4:
        world.covered = tuple(sorted(held, key=lambda code: held[code])[1:])
    serial = 0
    for rank, residence in enumerate(world.residences):
        insee, book = residence.entrances[0].insee, rank // 9
        notice = f"{world.year % 100} {insee[:2]} {insee[2:]} {1 + book:03d} {book % 7}"
        groups = [residence.entrances] if by_residence else [[one] for one in residence.entrances]
        for group in groups:
            serial += 1
            dwellings = sum(one.dwellings for one in group)
            inside = [one for one in group if one.quarter]
            share = sum(one.dwellings for one in inside) / dwellings
            quarter = inside[0].quarter if inside else ""
            rental = 2 * round(dwellings * rng.uniform(1100, 1700))
            exempt = residence.exempt_until >= world.year
            world.premises.append(
                Premises(
                    notice,
                    f"{residence.entrances[0].insee}{serial:05d}",
                    residence.code,
                    "" if by_residence else group[0].code,
                    dwellings,
                    "logement",
                    rental,
                    share,
                    quarter,
                    exempt,
                    declared=True,
                    abated=False,
                    covered=quarter in world.covered,
                    teom=0 if exempt else round(rental / 2 * rng.uniform(0.09, 0.12)),
                    exempt_until=residence.exempt_until,
                )
            )
        if garages and rng.random() < 0.3:
            serial += 1
            one = residence.entrances[0]
            world.premises.append(
                Premises(
                    notice,
                    f"{one.insee}{serial:05d}",
                    residence.code,
                    "" if by_residence else one.code,
                    0,
                    "garage",
                    2 * rng.randrange(400, 3000),
                    float(bool(one.quarter)),
                    one.quarter,
                    exempt=False,
                    declared=False,
                    abated=False,
                    covered=one.quarter in world.covered,
                    teom=0,
                    exempt_until=0,
                )
            )
    homes = [one for one in world.premises if one.kind == "logement"]
    due = [one for one in homes if one.share > 0 and not one.exempt and one.covered]
    for one in due:
        one.abated = True
    for one in rng.sample(due, min(len(due), rng.randrange(1, 4))):
        one.abated = False
    wrong = [one for one in homes if one.share == 0 and not one.exempt]
    for one in rng.sample(wrong, rng.randrange(3)):
        one.abated = True
    if listed:
        for one in rng.sample(due, min(len(due), 1)):
            one.declared = False


QUESTIONS = (
    ("proprete", "Propreté des parties communes"),
    ("abords", "Propreté des abords et espaces extérieurs"),
    ("verts", "Entretien des espaces verts"),
    ("dechets", "Gestion des déchets et des encombrants"),
    ("ascenseur", "Fonctionnement de l'ascenseur"),
    ("eclairage", "Éclairage des parties communes"),
    ("tranquillite", "Tranquillité et sécurité dans le quartier"),
    ("voisins", "Relations avec le voisinage"),
    ("logement", "Votre logement en général"),
    ("chauffage", "Chauffage du logement"),
    ("accueil", "Accueil par votre bailleur"),
    ("gardien", "Présence du gardien ou du personnel de proximité"),
    ("demandes", "Traitement de vos demandes"),
    ("information", "Information donnée par votre bailleur"),
)
LEVELS = {"four": 4, "five": 5}


def survey(
    rng: random.Random, world: World, plans: list[dict[str, object]], *, per_wave: int
) -> None:
    """Draw the interviews of each wave: ranks from 0 (worst), don't know and not concerned."""
    chosen = sorted(rng.sample(range(len(QUESTIONS)), rng.randrange(7, 12)))
    world.questions = [Question(*QUESTIONS[number], "rank") for number in chosen]
    if rng.random() < 0.8:
        world.questions.append(
            Question("globale", "Note globale donnée à votre bailleur, de 0 à 10", "mark")
        )
    gap = {one.key: rng.uniform(-0.28, 0.05) for one in world.questions}
    level = {one.key: rng.uniform(0.45, 0.9) for one in world.questions}
    effect = {one.code: rng.gauss(0, 0.06) for one in world.residences}
    for number, plan in enumerate(plans):
        rows: list[tuple[str, str, float, dict[str, object]]] = []
        many = max(300, round(per_wave * rng.uniform(0.85, 1.1)))
        pool = [one for one in world.residences for _ in range(one.dwellings)]
        inside = [one for one in pool if one.quarter]
        outside = [one for one in pool if not one.quarter]
        moves = {one.key: rng.gauss(0, 0.05) for one in world.questions}
        for serial in range(many):
            home = rng.choice(inside if rng.random() < 0.48 else outside)
            weight = round(rng.uniform(0.5, 1.6) * (0.8 if home.quarter else 1.2), 3)
            answers: dict[str, object] = {}
            for one in world.questions:
                chance = level[one.key] + effect[home.code] + moves[one.key]
                chance += gap[one.key] if home.quarter else 0
                chance = min(0.96, max(0.06, chance))
                draw = rng.random()
                if one.key == "ascenseur" and (not home.collective or draw < 0.3):
                    answers[one.key] = "na"
                elif draw > 0.96:
                    answers[one.key] = "dk"
                elif one.scale == "mark":
                    good = rng.random() < chance
                    answers[one.key] = (
                        rng.choice((7, 7, 8, 8, 9, 10))
                        if good
                        else rng.choice((0, 2, 3, 4, 5, 5, 6, 6))
                    )
                else:
                    good = rng.random() < chance
                    top = LEVELS[str(plan["levels"])] - 1
                    answers[one.key] = (
                        rng.choice((top, top - 1, top - 1))
                        if good
                        else rng.choice((0, 1, 1) if top == 3 else (0, 1, 2, 2))
                    )
            rows.append((f"{number + 1}{serial + 1:05d}", home.code, weight, answers))
        rng.shuffle(rows)
        world.waves.append(Wave(str(plan["name"]), rows, plan, bool(plan["weighted"])))


TITLES = {
    1: ("Gardien supplémentaire", "Renfort de présence le soir", "Agent d'accueil de secteur"),
    2: ("Formation à la gestion des conflits", "Formation des gardiens"),
    3: (
        "Passages de nettoyage supplémentaires",
        "Réparation du vandalisme",
        "Nettoyage des halls renforcé",
    ),
    4: ("Enlèvement des encombrants", "Épaves de véhicules", "Bacs enterrés, entretien renforcé"),
    5: ("Médiation de nuit", "Vidéoprotection des halls", "Correspondants de nuit"),
    6: ("Réunions de locataires", "Campagne sur le tri", "Enquête en pied d'immeuble"),
    7: ("Fête des voisins", "Jardin partagé", "Soutien aux associations"),
    8: ("Petits travaux d'éclairage", "Reprise des boîtes aux lettres", "Peinture des halls"),
}


def programme(rng: random.Random, world: World, *, shared: str) -> None:
    """Draw the actions; `shared` actions serve two quarters or all of them."""
    held = list(world.quarters())
    for number in range(rng.randrange(9, 24)):
        axis = 1 + number % 8 if number < 8 else rng.randrange(1, 9)
        planned = rng.randrange(1200, 38000, 100)
        spent = round(planned * rng.uniform(0.6, 1.15))
        quarters: tuple[str, ...] = (rng.choice(held),)
        if shared == "deux" and len(held) == 2 and number % 5 == 2:
            quarters = tuple(held)
        if shared == "tous" and len(held) > 1 and number % 6 == 3:
            quarters = tuple(held)
        world.actions.append(
            Action(
                f"{number + 1:02d}",
                axis,
                quarters,
                f"{rng.choice(TITLES[axis])} ({number + 1})",
                planned,
                spent,
                round(spent * rng.choice((1, 1, 1, 0.8, 0.5))),
                f"FA-{world.year}-{1000 + 7 * number}",
                f"{1 + number % 28:02d}/{1 + number % 12:02d}/{world.year}",
            )
        )
