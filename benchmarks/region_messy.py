"""A messy region of eight bailleurs, its truth apart: what `tfpb region` gets wrong in silence.

    python benchmarks/region_messy.py FOLDER [--propre] [--sauf mess,mess] [--vagues 2]

Written from the guide and the examples, not from the code that it judges: fictional data, a seed, no
network. It writes `region.toml`, a folder for each bailleur, the files delivered to the union, addresses and
perimeters to import (`geodonnees/`) and `verite.json`: dwellings, euros and answers as they are before anybody
spoils them, by bailleur, quarter, contrat, EPCI and département, then each mess. `--propre` writes the same
region unspoilt.
"""

# ruff: noqa: E501, S101 - tables of headers stand as their files have them

import argparse
import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pyproj import Transformer

MESSES = {
    "jumeaux": "quatre résidences chez Logis de la Lys et chez Foyer Artois, qui les a achetées",
    "double_code": "une résidence de Coopérative du Bassin sous deux codes",
    "total": "une ligne de total par agence dans le patrimoine de Coopérative du Bassin",
    "echelle": "réponses de Foyer Artois codées à l'envers (1 = pas du tout satisfait)",
    "poids": "poids de Coopérative du Bassin multipliés par 1 000",
    "vague": "Coopérative du Bassin écrit « Vague 2023 (T2) »",
    "fusion": "OPH de l'Escaut, né en 2021 de deux organismes que 2019 nomme, un seul sous [alias]",
    "en_deux": "Logis de la Lys dans la livraison commune de 2023 et dans la sienne",
    "deux_fois": "SIA Nord Habitat livré deux fois en 2023, la seconde renumérotée et plus longue de 30",
    "retard": "Résidences Scarpe : livraison de 2023 vide (en-tête seul)",
    "sans_fiscalite": "Résidences Scarpe : pas de fichier fiscal",
    "voisin": "un organisme hors région dans la livraison commune",
    "graphie": "SIA Nord Habitat écrit « S.I.A. NORD HABITAT » en 2019",
    "facture": "une même facture valorisée par Habitat du Marais et par Logis de la Lys",
    "milliers": "programme de Coopérative du Bassin en k€, sans le dire",
    "contrat": "un contrat de ville écrit de deux façons",
    "reserve": "Logis de la Lys : dates de déclaration blanches",
}
BAILLEURS = (
    "Habitat du Marais",
    "Logis de la Lys",
    "Foyer Artois",
    "OPH de l'Escaut",
    "Maisons du Littoral",
    "Coopérative du Bassin",
    "SIA Nord Habitat",
    "Résidences Scarpe",
)
COMMUNES = (
    ("59901", "59901", "MARCHELLES", "200099901", "Communauté du Marais (fictive)", "59", "Nord"),
    ("59902", "59902", "LYSCOURT", "200099901", "Communauté du Marais (fictive)", "59", "Nord"),
    (
        "59903",
        "59903",
        "ESCAUDAIN LES BOIS",
        "200099902",
        "Communauté de l'Escaut (fictive)",
        "59",
        "Nord",
    ),
    ("59904", "59904", "SCARPEL", "200099902", "Communauté de l'Escaut (fictive)", "59", "Nord"),
    (
        "62901",
        "62901",
        "BASSIGNY",
        "200099903",
        "Communauté du Bassin (fictive)",
        "62",
        "Pas-de-Calais",
    ),
    (
        "62902",
        "62902",
        "ARTONVAL",
        "200099903",
        "Communauté du Bassin (fictive)",
        "62",
        "Pas-de-Calais",
    ),
)
CONTRATS = {
    "200099901": "Contrat de ville du Marais 2024-2030",
    "200099902": "Contrat de ville de l'Escaut 2024-2030",
    "200099903": "Contrat de ville du Bassin 2024-2030",
}
STREETS = (
    "RUE DES LILAS", "RUE DESCARTES", "AVENUE JEAN JAURES", "RUE DU MOULIN", "RUE PASTEUR", "RUE DES ECOLES", "BOULEVARD GAMBETTA",
    "RUE EMILE ZOLA", "RUE DE LA MAIRIE", "ALLEE DES TILLEULS", "RUE VICTOR HUGO", "RUE DU STADE",
)  # fmt: skip
QUARTERS = ("Les Lilas", "Le Moulin", "La Fosse", "Les Écoles")
ITEMS = (
    (
        "q01_residence",
        "Satisfaction générale sur la résidence",
        "residence",
        "autre",
        "[]",
        0.72,
        -0.09,
    ),
    ("q02_parties", "Propreté des parties communes", "residence", "service", "[3]", 0.64, -0.10),
    ("q03_abords", "Propreté des abords", "residence", "service", "[3]", 0.60, -0.02),
    ("q04_encombrants", "Gestion des encombrants", "residence", "service", "[4]", 0.58, -0.12),
    (
        "q05_tranquillite",
        "Tranquillité dans le quartier",
        "quartier",
        "quartier",
        "[5]",
        0.70,
        -0.18,
    ),
    ("q06_logement", "Satisfaction sur le logement", "logement", "autre", "[]", 0.75, -0.04),
    ("q07_accueil", "Accueil à l'agence", "relation", "service", "[1]", 0.78, 0.00),
    ("q08_interventions", "Délai des interventions", "relation", "service", "[8]", 0.55, -0.03),
)
RATES = {"commune": 44.10, "syndicats": 1.20, "epci": 6.30, "tse": 0.35, "gemapi": 0.45}
ACTIONS = ((1, 0.26), (3, 0.31), (4, 0.17), (5, 0.11), (8, 0.09))
LABELS = {
    1: "Gardien supplémentaire",
    3: "Nettoyage renforcé",
    4: "Enlèvement des encombrants",
    5: "Médiation",
    8: "Petits travaux",
}


@dataclass
class Residence:
    """A résidence: whose, where, its entrances (street, number, dwellings), how content its tenants are."""

    key: str
    bailleur: str
    commune: int
    quarter: str | None
    street: str
    entrances: list[tuple[int, int]]
    year: int
    effect: float
    points: list[tuple[float, float]] = field(default_factory=list)

    @property
    def dwellings(self) -> int:
        """Of all its entrances."""
        return sum(count for _, count in self.entrances)


def quarter_of(commune: int, street: int) -> str | None:
    """Streets 0–2 and 4–6 of each commune are in a quarter, the others are not."""
    if street % 4 == 3 or street > 6:
        return None
    dep = COMMUNES[commune][0][:2]
    first = 1 + 2 * (commune if dep == "59" else commune - 4) + street // 4
    return f"QN0{dep}{first:02d}I"


class Town:
    """Where each address is, and which numbers are still free."""

    def __init__(self) -> None:
        self.free = {
            (c, s): iter(range(1, 121)) for c in range(len(COMMUNES)) for s in range(len(STREETS))
        }

    @staticmethod
    def point(commune: int, street: int, number: int) -> tuple[float, float]:
        """Metres, Lambert-93: streets 150 m apart, a number each 12 m."""
        return 700_000 + 6_000 * commune + 12.0 * number, 7_040_000 + 150.0 * street

    def take(self, commune: int, street: int) -> int:
        """Return the next free number of a street."""
        return next(self.free[commune, street])


def build(draw: random.Random) -> list[Residence]:
    """Draw who holds what: every quarter has three bailleurs or more, Maisons du Littoral is in none."""
    town, made = Town(), []
    for rank, bailleur in enumerate(BAILLEURS):
        size = (90, 70, 60, 70, 30, 50, 60, 40)[rank]
        for number in range(size):
            commune = draw.choice([(rank + shift) % len(COMMUNES) for shift in (0, 1, 2)])
            inside = draw.random() < 0.45 and bailleur != "Maisons du Littoral"
            street = draw.choice([0, 1, 2, 4, 5, 6] if inside else [8, 9, 10])
            doors = [
                (town.take(commune, street), draw.choice([8, 10, 12, 16, 20, 24]))
                for _ in range(draw.choice([1, 2, 2]))
            ]
            made.append(
                Residence(
                    f"R{number:03d}", bailleur, commune, quarter_of(commune, street), STREETS[street], doors,
                    draw.choice([1962, 1968, 1974, 1983, 1991]), draw.gauss(0, 0.06),
                    [town.point(commune, street, n) for n, _ in doors],
                )
            )  # fmt: skip
    return made


def tax(residences: Iterable[Residence], draw: random.Random) -> list[dict[str, object]]:
    """Return a row a premises: 45 to 60 € of base a square metre or so, abated in a quarter but for one in twelve."""
    rows = []
    for one in residences:
        for rank, (_, count) in enumerate(one.entrances):
            vlc = count * draw.randint(2_300, 3_100)
            base = vlc / 2
            granted = one.quarter is not None and draw.random() > 1 / 12
            kept = round(base * (0.7 if granted else 1.0))
            due = sum(round(kept * rate / 100) for rate in RATES.values())
            full = sum(round(base * rate / 100) for rate in RATES.values())
            rows.append(
                {"one": one, "entrance": rank, "vlc": vlc, "cotisation": due, "teom": round(base * 0.12), "granted": granted,
                 "abattement": 0.3 * base * sum(RATES.values()) / 100, "count": count, "full": full}
            )  # fmt: skip
    return rows


def programme(money: list[dict[str, object]], draw: random.Random) -> list[dict[str, object]]:
    """Return the actions of each bailleur and quarter: some 94 % of what it abates there."""
    due: dict[tuple[str, str], float] = defaultdict(float)
    for row in money:
        one = row["one"]
        if row["granted"] and isinstance(one, Residence) and one.quarter:
            due[one.bailleur, one.quarter] += float(str(row["abattement"]))
    return [
        {"bailleur": bailleur, "quarter": quarter, "axe": axe, "value": round(amount * share * draw.uniform(0.9, 1.1), 2),
         "piece": f"F-{BAILLEURS.index(bailleur)}{quarter[2:7]}-{axe}"}
        for (bailleur, quarter), amount in sorted(due.items())
        for axe, share in ACTIONS
    ]  # fmt: skip


def interviews(
    residences: list[Residence], waves: list[str], draw: random.Random
) -> list[dict[str, object]]:
    """Draw one dwelling in six of each résidence, each wave; a tenant's temper moves all of its answers."""
    rows, number = [], 100_000
    for rank, wave in enumerate(waves):
        for one in residences:
            asked = max(2, round(one.dwellings / 6))
            for _ in range(asked):
                number += 1
                temper = draw.gauss(0, 0.9)
                answers = {}
                for name, _, _, _, _, level, gap in ITEMS:
                    drift = 0.03 * rank if one.quarter else 0.01 * rank
                    level_here = level + (gap if one.quarter else 0) + one.effect + drift
                    answers[name] = grade(level_here, temper, draw)
                mark = min(
                    10,
                    max(
                        0,
                        round(
                            6.6
                            + 1.5 * temper
                            + 6 * one.effect
                            + (-0.6 if one.quarter else 0)
                            + draw.gauss(0, 1)
                        ),
                    ),
                )
                rows.append(
                    {"id": number, "wave": wave, "one": one, "bailleur": one.bailleur, "weight": one.dwellings / asked,
                     "answers": answers, "mark": mark}
                )  # fmt: skip
    return rows


def grade(level: float, temper: float, draw: random.Random) -> int:
    """Return 1 (very content) to 4, or 9 (does not know) once in thirty."""
    if draw.random() < 1 / 30:
        return 9
    here = min(0.97, max(0.03, level)) + 0.13 * temper
    if draw.random() < here:
        return 1 if draw.random() < here / 2 else 2
    return 4 if draw.random() < (1 - here) / 2 else 3


def truth(
    residences: list[Residence], money: list[dict[str, object]], actions: list[dict[str, object]]
) -> dict[str, object]:
    """Return what is so, by place: dwellings in a quarter, abatement held or to be claimed, valued actions."""
    out: dict[str, dict[str, dict[str, float]]] = {
        level: defaultdict(lambda: defaultdict(float))
        for level in ("region", "bailleur", "quartier", "contrat", "epci", "departement")
    }

    def places(one: Residence) -> list[tuple[str, str]]:
        town = COMMUNES[one.commune]
        shown = [
            ("region", "region"),
            ("bailleur", one.bailleur),
            ("epci", town[3]),
            ("departement", town[5]),
        ]
        return (
            [*shown, ("quartier", one.quarter), ("contrat", CONTRATS[town[3]])]
            if one.quarter
            else shown
        )

    for one in residences:
        for level, name in places(one):
            out[level][name]["logements"] += one.dwellings
            out[level][name]["logements_dans"] += one.dwellings if one.quarter else 0
    for row in money:
        one = row["one"]
        if not isinstance(one, Residence) or not one.quarter:
            continue
        for level, name in places(one):
            out[level][name]["acquis" if row["granted"] else "a_reclamer"] += float(
                str(row["abattement"])
            )
    where = {quarter_of(c, s): c for c in range(len(COMMUNES)) for s in range(len(STREETS))}
    for action in actions:
        town = COMMUNES[where[str(action["quarter"])]]
        for level, name in [("region", "region"), ("bailleur", action["bailleur"]), ("quartier", action["quarter"]),
                            ("contrat", CONTRATS[town[3]]), ("epci", town[3]), ("departement", town[5])]:  # fmt: skip
            out[level][str(name)]["valorise"] += float(str(action["value"]))
    return {
        level: {
            name: {k: round(v, 2) for k, v in figures.items()} for name, figures in rows.items()
        }
        for level, rows in out.items()
    }


def levels(rows: list[dict[str, object]]) -> dict[str, object]:
    """Return weighted satisfied shares by wave, place, item and side, over those who answered."""
    sums: dict[tuple[str, str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for row in rows:
        one, answers = row["one"], row["answers"]
        if not isinstance(one, Residence) or not isinstance(answers, dict):
            continue
        town = COMMUNES[one.commune]
        side = "qpv" if one.quarter else "hors_qpv"
        for place in (
            "region",
            one.bailleur,
            CONTRATS[town[3]],
            *([one.quarter] if one.quarter else []),
        ):
            for item, answer in answers.items():
                if answer != 9:
                    held = sums[str(row["wave"]), place, item, side]
                    held[0] += float(str(row["weight"])) * (answer <= 2)
                    held[1] += float(str(row["weight"]))
                    held[2] += 1
    return {
        "|".join(key): {"part": round(a / b, 4), "n": int(n)}
        for key, (a, b, n) in sorted(sums.items())
    }


class Writer:
    """Write the region's files, spoilt by the messes that are on."""

    def __init__(self, top: Path, messes: set[str], waves: list[str]) -> None:
        self.top, self.on, self.waves = top, messes, waves

    def table(self, where: str, rows: list[list[object]]) -> None:
        """Write a csv as French Excel does."""
        path = self.top / where
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8-sig") as out:
            csv.writer(out, delimiter=";").writerows(
                [
                    [str(v).replace(".", ",") if isinstance(v, float) else v for v in row]
                    for row in rows
                ]
            )

    @staticmethod
    def slug(bailleur: str) -> str:
        """Return the folder of a bailleur."""
        return f"b{BAILLEURS.index(bailleur) + 1}"

    def stock(self, bailleur: str, residences: list[Residence]) -> None:
        """Write the stock; twins, a second code and totals where they are on."""
        mine = [one for one in residences if one.bailleur == bailleur]
        if "jumeaux" in self.on and bailleur == "Logis de la Lys":
            mine += self.sold(residences)
        rows = [["Code résidence", "Code entrée", "Nom résidence", "Organisme", "Adresse", "CP", "Ville", "Code INSEE", "Nb logts",
                 "Année de construction", "Type d'habitat", "Fin d'exonération", "Motif éligibilité", "Agence"]]  # fmt: skip
        out: list[list[object]] = []
        for rank, one in enumerate(mine):
            code = one.key if one.bailleur == bailleur else f"V{one.key[1:]}"
            for door, (number, count) in enumerate(one.entrances):
                town = COMMUNES[one.commune]
                out.append([code, f"{code}-{door + 1}", f"Résidence {code}", bailleur, f"{number} {one.street}", town[1], town[2], town[0],
                            count, one.year, "Collectif", "1990-12-31", "Exonération échue", f"Agence {1 + rank * 3 // len(mine)}"])  # fmt: skip
        if bailleur == "Coopérative du Bassin":
            if "double_code" in self.on:
                twice = next(one for one in mine if one.quarter)
                out += [
                    [f"{row[0]}B", f"{row[0]}B-{i}", f"{row[2]} (ancien code)", *row[3:]]
                    for i, row in enumerate(out)
                    if row[0] == twice.key
                ]
            if "total" in self.on:
                spoilt: list[list[object]] = []
                for agency in ("Agence 1", "Agence 2", "Agence 3"):
                    part = [row for row in out if row[-1] == agency]
                    total = sum(int(str(row[8])) for row in part)
                    spoilt += [
                        *part,
                        [
                            "",
                            "",
                            f"TOTAL {agency}",
                            bailleur,
                            part[0][4],
                            part[0][5],
                            part[0][6],
                            part[0][7],
                            total,
                            "",
                            "",
                            "",
                            "",
                            agency,
                        ],
                    ]
                out = spoilt
        self.table(f"{self.slug(bailleur)}/patrimoine.csv", [*rows, *out])

    @staticmethod
    def sold(residences: list[Residence]) -> list[Residence]:
        """Return what Foyer Artois bought of Logis de la Lys: four of its own, two in a quarter."""
        theirs = [one for one in residences if one.bailleur == "Foyer Artois"]
        return [one for one in theirs if one.quarter][:2] + [
            one for one in theirs if not one.quarter
        ][:2]

    def taxes(self, bailleur: str, money: list[dict[str, object]]) -> None:
        """Write the notices."""
        rows: list[list[object]] = [["Avis", "Invariant", "Code résidence", "Id bâtiment", "Section", "Parcelle", "Année", "VLC (€)", "Logements", "Fin d'exonération",
                 "Taux commune (%)", "Taux syndicats (%)", "Taux EPCI (%)", "Taux TSE (%)", "Taux GEMAPI (%)", "Cotisation (€)", "Dégrèvements (€)", "TEOM (€)"]]  # fmt: skip
        for rank, row in enumerate(money):
            one = row["one"]
            if isinstance(one, Residence) and one.bailleur == bailleur:
                rows.append([f"25 {COMMUNES[one.commune][0]} {one.key[1:]} {row['entrance']}", f"{BAILLEURS.index(bailleur) + 1}{rank:09d}", one.key,
                             f"{one.key}-{int(str(row['entrance'])) + 1}", "AB", f"{rank:04d}", 2025, row["vlc"], row["count"], "1990-12-31",
                             *[float(v) for v in RATES.values()], row["cotisation"], 0, row["teom"]])  # fmt: skip
        self.table(f"{self.slug(bailleur)}/fiscalite.csv", rows)

    def actions(self, bailleur: str, actions: list[dict[str, object]]) -> None:
        """Write the programme."""
        rows: list[list[object]] = [
            [
                "N° action",
                "Axe",
                "Code QPV",
                "Action",
                "Dépense réalisée",
                "Financement bailleur",
                "Autre financement",
                "Dépense valorisée TFPB",
                "Pièce",
                "Date pièce",
                "Année",
            ]
        ]
        scale = 1000 if "milliers" in self.on and bailleur == "Coopérative du Bassin" else 1
        mine = [action for action in actions if action["bailleur"] == bailleur]
        for rank, action in enumerate(mine):
            value = round(float(str(action["value"])) / scale, 2 if scale == 1 else 3)
            rows.append(
                [
                    f"A{rank:03d}",
                    action["axe"],
                    action["quarter"],
                    LABELS[int(str(action["axe"]))],
                    value,
                    value,
                    0.0,
                    value,
                    action["piece"],
                    "12/06/2025",
                    2025,
                ]
            )
        if "facture" in self.on and bailleur == "Logis de la Lys":
            here = {one["quarter"] for one in mine}
            theirs = [
                one
                for one in actions
                if one["bailleur"] == "Habitat du Marais"
                and one["axe"] == 3
                and one["quarter"] in here
            ]
            shared = max(theirs, key=lambda one: float(str(one["value"])))
            value = float(str(shared["value"]))
            rows.append(
                [
                    f"A{len(mine):03d}",
                    3,
                    shared["quarter"],
                    LABELS[3],
                    value,
                    value,
                    0.0,
                    value,
                    shared["piece"],
                    "12/06/2025",
                    2025,
                ]
            )
        self.table(f"{self.slug(bailleur)}/programme.csv", rows)

    def conventions(self, bailleur: str, residences: list[Residence]) -> None:
        """Write a convention a contrat."""
        rows: list[list[object]] = [
            [
                "id_convention",
                "contrat_de_ville",
                "codes_qpv",
                "date_signature_contrat",
                "date_signature_convention",
                "date_declaration",
                "date_fin",
                "date_bilan",
                "bailleur",
            ]
        ]
        by: dict[str, set[str]] = defaultdict(set)
        for one in residences:
            if one.bailleur == bailleur and one.quarter:
                by[COMMUNES[one.commune][3]].add(one.quarter)
        for epci, codes in sorted(by.items()):
            name = CONTRATS[epci]
            if "contrat" in self.on and bailleur == "Coopérative du Bassin" and epci == "200099903":
                name = "CONTRAT DE VILLE BASSIN"
            declared = (
                "" if "reserve" in self.on and bailleur == "Logis de la Lys" else "2024-12-20"
            )
            rows.append(
                [
                    f"C-{self.slug(bailleur)}-{epci[-1]}",
                    name,
                    ", ".join(sorted(codes)),
                    "28/03/2024",
                    "12/12/2024",
                    declared,
                    "31/12/2030",
                    "31/03/2026",
                    bailleur,
                ]
            )
        self.table(f"{self.slug(bailleur)}/conventions.csv", rows)

    HEADER = (
        "id_enquete",
        "vague",
        "bailleur",
        "residence_id",
        "poids",
        "type_habitat",
        *[item[0] for item in ITEMS],
        "q99_note",
    )

    def line(self, row: dict[str, object], shift: int = 0) -> list[object]:
        """Write an interview as its firm does."""
        one, answers = row["one"], row["answers"]
        assert isinstance(one, Residence)
        assert isinstance(answers, dict)
        name, wave, weight = str(row["bailleur"]), str(row["wave"]), float(str(row["weight"]))
        given = list(answers.values())
        last = self.waves[-1]
        if "echelle" in self.on and name == "Foyer Artois" and wave == last:
            given = [5 - v if v <= 4 else v for v in given]
        if "poids" in self.on and name == "Coopérative du Bassin":
            weight *= 1000
        if "vague" in self.on and name == "Coopérative du Bassin" and wave == last:
            wave = f"Vague {last} (T2)"
        if "fusion" in self.on and name == "OPH de l'Escaut" and wave != last:
            name = "OPH de Tournelle" if int(one.key[1:]) % 2 else "SA Escaut Logement"
        if "graphie" in self.on and name == "SIA Nord Habitat" and wave != last:
            name = "S.I.A. NORD HABITAT"
        return [
            int(str(row["id"])) + shift,
            wave,
            name,
            one.key,
            round(weight, 4),
            1,
            *given,
            row["mark"],
        ]

    def survey(self, rows: list[dict[str, object]], draw: random.Random) -> dict[str, list[str]]:
        """Write the deliveries: one joint file a wave for four bailleurs, one each for the others."""
        joint = ("Habitat du Marais", "Logis de la Lys", "OPH de l'Escaut", "SIA Nord Habitat")
        named: dict[str, list[str]] = defaultdict(list)
        for wave in self.waves:
            part = [row for row in rows if row["wave"] == wave]
            together = [self.line(row) for row in part if row["bailleur"] in joint]
            if "voisin" in self.on:
                other = [row for row in part if row["bailleur"] == "Habitat du Marais"][:120]
                together += [
                    [
                        900_000 + i,
                        wave,
                        "Logis du Voisin",
                        f"X{i:03d}",
                        9.5,
                        1,
                        *[draw.choice([1, 2, 3]) for _ in ITEMS],
                        6,
                    ]
                    for i, _ in enumerate(other)
                ]
            self.table(f"commun/livraison_{wave}.csv", [list(self.HEADER), *together])
            for bailleur in BAILLEURS:
                mine = [row for row in part if row["bailleur"] == bailleur]
                files = []
                if bailleur in joint:
                    named[bailleur].append(f"../commun/livraison_{wave}.csv")
                    if (
                        "en_deux" in self.on
                        and bailleur == "Logis de la Lys"
                        and wave == self.waves[-1]
                    ):
                        files = [("enquete", [self.line(row) for row in mine])]
                    if (
                        "deux_fois" in self.on
                        and bailleur == "SIA Nord Habitat"
                        and wave == self.waves[-1]
                    ):
                        again = [self.line(row, 500_000) for row in mine]
                        files = [
                            (
                                "enquete_v2",
                                [
                                    *again,
                                    *[self.line(row, 700_000) for row in draw.sample(mine, 30)],
                                ],
                            )
                        ]
                else:
                    late = (
                        "retard" in self.on
                        and bailleur == "Résidences Scarpe"
                        and wave == self.waves[-1]
                    )
                    files = [("enquete", [] if late else [self.line(row) for row in mine])]
                for stem, lines in files:
                    name = f"{stem}_{wave}.csv"
                    self.table(f"{self.slug(bailleur)}/{name}", [list(self.HEADER), *lines])
                    named[bailleur].append(name)
        return named

    def settings(self, named: dict[str, list[str]]) -> None:
        """Write the plan, a dossier for each bailleur and `region.toml`."""
        items = "\n".join(
            f'[[items]]\ncolonnes = ["{name}"]\nlibelle = "{label}"\ntheme = "{theme}"\nnature = "{nature}"\nechelle = "satisfaction4"\naxes = {axes}\n'
            for name, label, theme, nature, axes, _, _ in ITEMS
        )
        self.text(
            "commun/plan.toml",
            f"""# DONNÉES FICTIVES
[colonnes]
repondant = "id_enquete"
vague = "vague"
bailleur = "bailleur"
residence = "residence_id"
poids = "poids"
strates = ["bailleur", "qpv"]

[reglages]
carte = 2024
marge_points = 5.0
marge_adoptee_par = "comité régional"
marge_adoptee_le = 2019-01-15

[echelles.satisfaction4]
satisfait = [1, 2]
insatisfait = [3, 4]
nsp = [9]

[echelles.note10]
type = "note"
satisfait_des = 7

{items}
[[items]]
colonnes = ["q99_note"]
libelle = "Note générale au bailleur"
theme = "global"
nature = "autre"
echelle = "note10"
tete_de_theme = true
""",
        )
        for bailleur in BAILLEURS:
            slug = self.slug(bailleur)
            bare = "sans_fiscalite" in self.on and bailleur == "Résidences Scarpe"
            none = bailleur == "Maisons du Littoral"
            files = [
                'patrimoine = "patrimoine.csv"',
                "enquete = [" + ", ".join(f'"{one}"' for one in named[bailleur]) + "]",
                'plan = "../commun/plan.toml"',
                *([] if bare else ['fiscalite = "fiscalite.csv"']),
                *(
                    []
                    if none
                    else ['programme = "programme.csv"', 'conventions = "conventions.csv"']
                ),
            ]
            self.text(
                f"{slug}/dossier.toml",
                f"""# DONNÉES FICTIVES
[dossier]
titre = "Abattement de TFPB - {bailleur} (données fictives)"
annee = 2025
date = 2026-02-10
bailleur = "{bailleur}"
donnees_fictives = true

[fichiers]
{chr(10).join(files)}

[reglages]
arrondi = "avis"
""",
            )
        listed = "\n".join(
            f'[[bailleurs]]\nnom = "{one}"\ndossier = "{self.slug(one)}/dossier.toml"\n'
            for one in BAILLEURS
        )
        alias = (
            '\n[alias.bailleurs]\n"OPH de Tournelle" = "OPH de l\'Escaut"\n'
            if "fusion" in self.on
            else ""
        )
        self.text(
            "region.toml",
            f"""# DONNÉES FICTIVES
[region]
titre = "Région de huit bailleurs (données fictives)"
annee = 2025
date = 2026-02-10
organisme_regional = "Union régionale fictive"
donnees_fictives = true

[fichiers]
plan = "commun/plan.toml"
communes = "commun/communes.csv"

{listed}{alias}""",
        )
        self.table(
            "commun/communes.csv",
            [
                ["code_insee", "siren_epci", "nom_epci", "departement", "nom_departement"],
                *[[c[0], *c[3:]] for c in COMMUNES],
            ],
        )

    def text(self, where: str, what: str) -> None:
        """Write a text file."""
        path = self.top / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(what, encoding="utf-8")

    def land(self) -> None:
        """Write the address base of six towns and their quarters."""
        back = Transformer.from_crs(2154, 4326, always_xy=True)
        head = ["id", "id_fantoir", "numero", "rep", "nom_voie", "code_postal", "code_insee", "nom_commune", "code_insee_ancienne_commune", "nom_ancienne_commune", "x", "y", "lon", "lat", "type_position", "alias", "nom_ld", "libelle_acheminement", "nom_afnor", "source_position", "source_nom_voie", "certification_commune", "cad_parcelles"]  # fmt: skip
        path = self.top / "geodonnees/adresses.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as out:
            write = csv.writer(out, delimiter=";")
            write.writerow(head)
            for rank, town in enumerate(COMMUNES):
                for street, name in enumerate(STREETS):
                    for number in range(1, 121):
                        x, y = Town.point(rank, street, number)
                        lon, lat = back.transform(x, y)
                        write.writerow([f"{town[0]}_{street:04d}_{number:05d}", f"{town[0]}_{street:04d}", number, "", name.title(), town[1], town[0], town[2].title(), "", "",
                                        round(x, 2), round(y, 2), round(lon, 6), round(lat, 6), "entrée", "", "", town[2], name, "commune", "commune", 1, ""])  # fmt: skip
        shapes = []
        for rank, town in enumerate(COMMUNES):
            for first in (0, 4):
                code = quarter_of(rank, first)
                x0, y0 = 700_000 + 6_000 * rank - 60, 7_040_000 + 150.0 * first - 75
                ring = [
                    (x0, y0),
                    (x0 + 1_600, y0),
                    (x0 + 1_600, y0 + 450),
                    (x0, y0 + 450),
                    (x0, y0),
                ]
                shapes.append({"type": "Feature", "properties": {"code_qp": code, "lib_qp": QUARTERS[first // 4 + 2 * (rank % 2)] + f" ({town[2].title()})",
                               "insee_reg": "32", "lib_reg": "Hauts-de-France", "insee_dep": town[5], "lib_dep": town[6], "insee_com": town[0], "lib_com": town[2].title(),
                               "siren_epci": town[3]}, "geometry": {"type": "Polygon", "coordinates": [[back.transform(*p) for p in ring]]}})  # fmt: skip
        self.text(
            "geodonnees/qpv2024.geojson",
            json.dumps({"type": "FeatureCollection", "features": shapes}, ensure_ascii=False),
        )


def main() -> None:
    """Write the region that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--propre", action="store_true")
    parser.add_argument("--sauf", default="")
    parser.add_argument("--seuls", default="")
    parser.add_argument("--vagues", type=int, default=2)
    parser.add_argument("--graine", type=int, default=83)
    asked = parser.parse_args()
    waves = ["2017", "2019", "2023"][-asked.vagues :]
    kept = set(asked.seuls.split(",")) if asked.seuls else set(MESSES)
    messes = set() if asked.propre else kept - set(asked.sauf.split(","))
    draw = random.Random(asked.graine)
    residences = build(draw)
    money = tax(residences, draw)
    actions = programme(money, draw)
    rows = interviews(residences, waves, draw)
    pen = Writer(asked.folder, messes, waves)
    for bailleur in BAILLEURS:
        pen.stock(bailleur, residences)
        pen.taxes(bailleur, money)
        if bailleur != "Maisons du Littoral":
            pen.actions(bailleur, actions)
            pen.conventions(bailleur, residences)
    pen.settings(pen.survey(rows, draw))
    pen.land()
    known = {
        "messes": {name: MESSES[name] for name in sorted(messes)},
        "lieux": truth(residences, money, actions),
        "niveaux": levels(rows),
    }
    pen.text("verite.json", json.dumps(known, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
