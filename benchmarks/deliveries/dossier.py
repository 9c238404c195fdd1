"""A clean dossier of its own: tables as a landlord fills them, and its truth, made before any file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deliveries.book import Book, Sheet
from deliveries.grounds import PLACES, Place, doors, quarters

if TYPE_CHECKING:
    import random as randoms

    import pandas as pd

    from deliveries.book import Cell, Row

STOCK = {
    "id_residence": "Code résidence",
    "id_batiment": "Code entrée",
    "nom": "Nom résidence",
    "bailleur": "Organisme",
    "adresse": "Adresse",
    "code_postal": "CP",
    "commune": "Ville",
    "code_insee": "Code INSEE",
    "nb_logements": "Nb logts",
    "annee_construction": "Année de construction",
    "type_habitat": "Type d'habitat",
    "fin_exoneration": "Fin d'exonération",
    "agence": "Agence",
}
TAX = {
    "avis": "Avis",
    "invariant": "Invariant",
    "id_residence": "Code résidence",
    "id_batiment": "Id bâtiment",
    "annee": "Année",
    "vlc_eur": "VLC (€)",
    "nb_logements": "Logements",
    "fin_exoneration": "Fin d'exonération",
    "taux_commune_pct": "Taux commune (%)",
    "taux_syndicats_pct": "Taux syndicats (%)",
    "taux_epci_pct": "Taux EPCI (%)",
    "taux_tse_pct": "Taux TSE (%)",
    "taux_tasa_pct": "Taux TASA (%)",
    "taux_gemapi_pct": "Taux GEMAPI (%)",
    "cotisation_avis_eur": "Cotisation (€)",
    "degrevements_eur": "Dégrèvements (€)",
    "teom_eur": "TEOM (€)",
    "declare": "Déclaré",
}
PROGRAMME = {
    "id_action": "N° action",
    "axe": "Axe",
    "code_qpv": "Code QPV",
    "action": "Action",
    "description": "Résidence / description",
    "calendrier": "Calendrier",
    "prevu_eur": "Dépense prévisionnelle",
    "realise_eur": "Dépense réalisée",
    "bailleur_eur": "Financement bailleur",
    "autres_eur": "Autre financement",
    "valorise_eur": "Dépense valorisée TFPB",
    "piece": "Pièce",
    "date_piece": "Date pièce",
    "annee": "Année",
}
ITEMS = [
    ("q01_proprete", "Q01. Propreté des parties communes", "residence", "service", 0.55, 0.82),
    ("q02_encombrants", "Q02. Gestion des encombrants", "residence", "service", 0.48, 0.72),
    ("q03_tranquillite", "Q03. Tranquillité du quartier", "quartier", "quartier", 0.44, 0.79),
    ("q04_gardien", "Q04. Présence du gardien", "relation", "service", 0.86, 0.61),
    ("q05_demandes", "Q05. Traitement des demandes", "relation", "service", 0.63, 0.64),
    ("q06_logement", "Q06. Satisfaction sur le logement", "logement", "autre", 0.71, 0.74),
]
GESTURES = {
    1: "Gardien supplémentaire",
    2: "Formation des personnels de proximité",
    3: "Passage de nettoyage supplémentaire",
    4: "Enlèvement des encombrants",
    5: "Médiation de nuit",
    6: "Réunions de locataires en pied d'immeuble",
    7: "Fête de quartier et jardin partagé",
    8: "Réfection des halls",
}


@dataclass
class Truth:
    """What a right reading yields; kept in a file of its own, never in the delivery.

    Attributes
    ----------
    claims : dict
        Dwellings, euros, households, by name of a claim.
    gaps : dict
        QPV less elsewhere, weighted, by item, -1 to 1.
    """

    claims: dict[str, float] = field(default_factory=dict)
    gaps: dict[str, float] = field(default_factory=dict)


@dataclass
class Dossier:
    """Files of a dossier, its settings, its truth, and what a message that finds the trap would name."""

    place: Place
    bailleur: str
    books: dict[str, Book]
    truth: Truth
    plan: str = ""
    settings: str = ""
    spelt: str = ""

    def toml(self, name: str) -> str:
        """Write `dossier.toml` as `tfpb nouveau` lays it out."""
        files = []
        for role, book in self.books.items():
            files.append(
                f'enquete = ["{book.name}"]\nplan = "plan_enquete.toml"'
                if role == "enquete"
                else f'{role} = "{book.name}"'
            )
        return "\n".join(
            [
                "# DONNÉES FICTIVES : bailleur, logements, réponses et montants inventés.",
                "[dossier]",
                f'titre = "Abattement de TFPB - {name} (données fictives)"',
                f"annee = {self.place.tax_year}",
                f"date = {self.place.tax_year + 1}-02-10",
                f'bailleur = "{self.bailleur}"',
                "donnees_fictives = true",
                "[fichiers]",
                *files,
                self.settings,
                "",
            ]
        )


@dataclass(frozen=True)
class Shape:
    """What a dossier holds.

    Attributes
    ----------
    inside, outside : int
        Résidences in quarters and elsewhere.
    forms : tuple of str
        Form of each file, drawn from these.
    equal : bool
        All entrances alike: same dwellings, same rental value.
    """

    inside: int = 5
    outside: int = 5
    forms: tuple[str, ...] = ("xlsx", "csv")
    survey: bool = False
    tax: bool = True
    programme: bool = True
    equal: bool = False
    big: bool = False
    plain_headers: bool = False


def _pick(random: randoms.Random, frame: pd.DataFrame, count: int) -> list[pd.DataFrame]:
    """Draw résidences: two to four following doors of one street each."""
    streets = [
        held
        for _, held in frame.groupby(["code_insee", "voie", "qpv"], sort=True)
        if len(held) >= 2
    ]
    random.shuffle(streets)
    pieces = []
    for held in streets:
        size = random.choice([1, 2, 2, 3, 4])
        pieces += [
            held.iloc[start : start + size] for start in range(0, len(held) - size + 1, size + 2)
        ][:2]
    random.shuffle(pieces)
    return pieces[:count]


def _day(random: randoms.Random, year: int) -> dt.date:
    return (
        dt.date(year, 12, 31)
        if random.random() < 0.8
        else dt.date(year, random.randint(1, 12), random.randint(1, 28))
    )


def _sheet(
    name: str,
    titles: dict[str, str],
    records: list[dict[str, Cell]],
    title: list[str],
    *,
    plain: bool,
) -> Sheet:
    keys = [key for key in titles if any(key in record for record in records)]
    rows: list[Row] = [[record.get(key) for key in keys] for record in records]
    header = [key if plain else titles[key] for key in keys]
    return Sheet(name, keys, header, rows, title=title)


def _book(random: randoms.Random, stem: str, sheet: Sheet, forms: tuple[str, ...]) -> Book:
    form = random.choice(forms)
    if form == "csv":
        sheet.title = []
        return Book(
            f"{stem}.csv",
            [sheet],
            "csv",
            random.choice(["cp1252", "utf-8-sig"]),
            random.choice([";", ";", "\t"]),
        )
    return Book(f"{stem}.{form}", [sheet], form)


def make(random: randoms.Random, place: str, shape: Shape) -> Dossier:
    """Draw a clean dossier: its tables and its truth.

    Parameters
    ----------
    random : random.Random
        The only source of chance: same seed, same dossier.
    place : str
        A name of `grounds.PLACES`.
    """
    ground = PLACES[place]
    bailleur = random.choice(
        ["Habitat du Val", "OPH des Trois Rives", "SA d'HLM Le Logis", "Vivre Ensemble Habitat"]
    )
    clear = doors(place)
    chosen = [
        *_pick(random, clear[clear["qpv"] != ""], shape.inside),
        *_pick(random, clear[clear["qpv"] == ""], shape.outside),
    ]
    random.shuffle(chosen)
    truth = Truth()
    entrances = _entrances(random, bailleur, chosen, shape)
    title = [
        f"{bailleur.upper()} - Extraction du patrimoine au 31/12/{ground.tax_year}",
        "DONNÉES FICTIVES",
    ]
    titles = {**STOCK, **({"x": "X", "y": "Y"} if ground.points_given else {})}
    stock = [{key: record[key] for key in titles} for record in entrances]
    title = title if random.random() < 0.6 else []
    sheet = _sheet("Patrimoine", titles, stock, title, plain=shape.plain_headers)
    books = {"patrimoine": _book(random, "patrimoine", sheet, shape.forms)}
    count = {
        side: sum(int(e["nb_logements"]) for e in entrances if bool(e["qpv"]) == side)
        for side in (True, False)
    }
    truth.claims |= {
        "logements": count[True] + count[False],
        "logements_qpv": count[True],
        "logements_hors": count[False],
    }
    codes = sorted({e["qpv"] for e in entrances if e["qpv"]})
    if shape.tax:
        books["fiscalite"] = _tax(random, ground, entrances, truth, shape)
        covered = codes or [str(quarters(place)["code"].iloc[0])]
        books["conventions"] = _conventions(ground, bailleur, covered)
    abated: dict[str, int] = {}
    for entrance in entrances:
        if entrance["qpv"] and entrance["fin_exoneration"].year < ground.tax_year:
            abated[entrance["qpv"]] = abated.get(entrance["qpv"], 0) + int(entrance["nb_logements"])
    if shape.programme and abated:
        books["programme"] = _programme(random, ground, abated, truth, shape)
    plan = ""
    if shape.survey:
        books["enquete"] = _survey(random, bailleur, entrances, truth, shape)
        plan = survey_plan(ground.vintage)
    return Dossier(ground, bailleur, books, truth, plan)


def _entrances(
    random: randoms.Random, bailleur: str, chosen: list[pd.DataFrame], shape: Shape
) -> list[dict]:
    records = []
    names = [
        "Les Tilleuls",
        "Pasteur",
        "Les Glycines",
        "Jean Moulin",
        "Les Prés",
        "La Plaine",
        "Voltaire",
        "Les Lilas",
        "Mermoz",
        "Bellevue",
    ]
    base = random.randrange(1, 80)
    for rank, held in enumerate(chosen):
        code = f"{(base + 3 * rank) * 37:05d}"
        built = random.randint(1955, 1990) if random.random() < 0.8 else random.randint(2004, 2014)
        ended = built + random.choice([15, 20, 25]) if built < 1991 else 2035
        name = f"{names[rank % 10]} {'' if rank < 10 else rank // 10 + 1}".strip()
        ends = _day(random, ended)
        for letter, door in zip("ABCDEFGH", held.itertuples(index=False), strict=False):
            records.append(
                {
                    "id_residence": code,
                    "id_batiment": f"{code}-{letter}",
                    "nom": name,
                    "bailleur": bailleur,
                    "adresse": f"{door.numero} {door.voie.upper() if rank % 2 else door.voie}",
                    "code_postal": door.code_postal,
                    "commune": door.commune,
                    "code_insee": door.code_insee,
                    "nb_logements": 20
                    if shape.equal
                    else random.randint(4, 60) * (5 if shape.big else 1),
                    "annee_construction": built,
                    "type_habitat": "Collectif",
                    "fin_exoneration": ends,
                    "agence": f"Agence {'Nord' if rank % 2 else 'Sud'}",
                    "x": round(door.x, 1),
                    "y": round(door.y, 1),
                    "qpv": door.qpv,
                }
            )
    return records


def abatement(vlc: float, rates: float) -> float:
    """Give 30 % of half the rental value times the rates (percent), euros (CGI 1388 and 1388 bis)."""
    return 0.3 * vlc / 2 * rates / 100


def _tax(
    random: randoms.Random, ground: Place, entrances: list[dict], truth: Truth, shape: Shape
) -> Book:
    records = []
    claims = {"acquis": 0.0, "a_reclamer": 0.0}
    seen: dict[str, int] = {}
    forgotten = {e["id_batiment"] for e in entrances if random.random() < 0.12}
    for rank, entrance in enumerate(entrances):
        commune = str(entrance["code_insee"])
        seen[commune] = seen.get(commune, -1) + 1
        rates = ground.rates[commune]
        total = sum(rates.values())
        dwellings = int(entrance["nb_logements"])
        vlc = dwellings * (2400 if shape.equal else random.randint(1700, 3300)) + (
            0 if shape.equal else random.randint(0, 99)
        )
        exempt = entrance["fin_exoneration"].year >= ground.tax_year
        due = bool(entrance["qpv"]) and not exempt
        abated = due and entrance["id_batiment"] not in forgotten
        if due:
            claims["acquis" if abated else "a_reclamer"] += abatement(vlc, total)
        sum_of_line = 0.0 if exempt else vlc / 2 * (0.7 if abated else 1.0) * total / 100
        records.append(
            {
                "avis": f"{ground.tax_year % 100} {commune[:2]} {commune[2:]} {1 + seen[commune] // 8:03d} 1",
                "invariant": f"{commune}{10001 + rank * 7:05d}",
                "id_residence": entrance["id_residence"],
                "id_batiment": entrance["id_batiment"],
                "annee": ground.tax_year,
                "vlc_eur": vlc,
                "nb_logements": dwellings,
                "fin_exoneration": entrance["fin_exoneration"],
                **{f"taux_{name}_pct": rate for name, rate in rates.items()},
                "cotisation_avis_eur": round(sum_of_line),
                "degrevements_eur": 412 if random.random() < 0.04 and sum_of_line > 1000 else 0,
                "teom_eur": round(vlc / 2 * random.choice([0.09, 0.0912])),
                "declare": "oui" if entrance["qpv"] else "non",
            }
        )
    truth.claims |= {name: round(value, 2) for name, value in claims.items()}
    title = (
        [f"Taxe foncière {ground.tax_year}, locaux par avis", "DONNÉES FICTIVES"]
        if random.random() < 0.5
        else []
    )
    sheet = _sheet(f"Avis {ground.tax_year}", TAX, records, title, plain=shape.plain_headers)
    return _book(random, f"fiscalite_{ground.tax_year}", sheet, shape.forms)


def _conventions(ground: Place, bailleur: str, codes: list[str]) -> Book:
    start = 2015 if ground.vintage == 2015 and ground.tax_year < 2025 else 2024
    titles = [
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
    row: Row = [
        "CONV-01",
        f"Contrat de ville {start} (fictif)",
        ", ".join(codes),
        f"28/03/{start}",
        f"12/12/{start}",
        f"20/12/{start}",
        "31/12/2030" if start == 2024 else "31/12/2024",
        f"31/03/{ground.tax_year + 1}",
        bailleur,
    ]
    return Book("conventions.csv", [Sheet("Conventions", titles, list(titles), [row])], "csv")


def _programme(
    random: randoms.Random, ground: Place, dwellings: dict[str, int], truth: Truth, shape: Shape
) -> Book:
    records = []
    total = 0.0
    for code in sorted(dwellings)[:3]:
        axes = random.sample(range(1, 9), random.randint(4, 8))
        for axis in axes:
            done = round(dwellings[code] * 170 / len(axes) * random.uniform(0.4, 1.7), 2)
            other = round(done * 0.2, 2) if random.random() < 0.2 else 0.0
            valued = round((done - other) * random.choice([1, 1, 0.8]), 2)
            total += valued
            month = random.randint(2, 11)
            records.append(
                {
                    "id_action": f"A{len(records) + 1:02d}",
                    "axe": axis,
                    "code_qpv": code,
                    "action": GESTURES[axis],
                    "description": "Ensemble du quartier",
                    "calendrier": f"Année {ground.tax_year}",
                    "prevu_eur": round(done * random.uniform(0.9, 1.1), -1),
                    "realise_eur": done,
                    "bailleur_eur": round(done - other, 2),
                    "autres_eur": other,
                    "valorise_eur": valued,
                    "piece": f"FAC-{ground.tax_year}-{1001 + 7 * len(records)}",
                    "date_piece": f"{random.randint(1, 28):02d}/{month:02d}/{ground.tax_year}",
                    "annee": ground.tax_year,
                }
            )
    truth.claims["valorise"] = round(total, 2)
    title = (
        [f"Programme d'actions TFPB {ground.tax_year}", "DONNÉES FICTIVES"]
        if random.random() < 0.5
        else []
    )
    sheet = _sheet("Programme", PROGRAMME, records, title, plain=shape.plain_headers)
    return _book(random, f"programme_{ground.tax_year}", sheet, shape.forms)


def _survey(
    random: randoms.Random, bailleur: str, entrances: list[dict], truth: Truth, shape: Shape
) -> Book:
    homes: dict[str, int] = {}
    inside: dict[str, bool] = {}
    for entrance in entrances:
        homes[entrance["id_residence"]] = homes.get(entrance["id_residence"], 0) + int(
            entrance["nb_logements"]
        )
        inside[entrance["id_residence"]] = bool(entrance["qpv"])
    keys = [
        "id_enquete",
        "vague",
        "bailleur",
        "residence_id",
        "poids",
        "qpv",
        "date_entretien",
        *(item[0] for item in ITEMS),
        "q07_note",
    ]
    rows: list[Row] = []
    for code, count in homes.items():
        asked = max(2, min(count, round(count * random.uniform(0.3, 0.6))))
        moods = [random.gauss(0, 0.07) for _ in ITEMS]
        for _ in range(asked):
            answers = [
                _answer(random, (item[4] if inside[code] else item[5]) + mood)
                for item, mood in zip(ITEMS, moods, strict=True)
            ]
            content = sum(answer in (1, 2) for answer in answers) / len(answers)
            mark = max(0, min(10, round(random.gauss(3.5 + 5 * content, 1.5))))
            weight = round(count / asked * random.uniform(0.7, 1.4), 4)
            day = dt.date(2023, 3, 6) + dt.timedelta(days=random.randrange(75))
            rows.append(
                [None, "2023", bailleur, code, weight, int(inside[code]), day, *answers, mark]
            )
    random.shuffle(rows)
    for rank, row in enumerate(rows):
        row[0] = 2300001 + rank
    sheet = Sheet("Base", keys, list(keys), rows)
    truth.gaps = gaps(sheet)
    truth.claims["menages"] = len(rows)
    book = _book(random, "enquete_2023", sheet, shape.forms)
    if book.form == "xlsx":
        book.sheets.append(dictionary())
    return book


def _answer(random: randoms.Random, share: float) -> int:
    if random.random() < 0.02:
        return 9
    content = random.random() < min(0.97, max(0.03, share))
    return random.choice([1, 2, 2]) if content else random.choice([3, 3, 4])


def dictionary(
    labels: tuple[str, ...] = (
        "Très satisfait",
        "Plutôt satisfait",
        "Plutôt pas satisfait",
        "Pas du tout satisfait",
    ),
) -> Sheet:
    """Write the codebook of the firm: `labels` are those of codes 1 to 4."""
    rows: list[Row] = []
    for name, label, *_ in ITEMS:
        rows += [
            [name, label, code, text]
            for code, text in zip((1, 2, 3, 4, 9), (*labels, "Ne sait pas"), strict=True)
        ]
    rows.append(["q07_note", "Note globale donnée au bailleur (0 à 10)", None, None])
    return Sheet(
        "Dictionnaire", ["", "", "", ""], ["Variable", "Libellé", "Code", "Modalité"], rows
    )


def gaps(sheet: Sheet) -> dict[str, float]:
    """Weighted share of content households, quarters less elsewhere, by item; don't-knows out of the base."""
    weight, side = sheet.at("poids"), sheet.at("qpv")
    found = {}
    for name in [item[0] for item in ITEMS] + ["q07_note"]:
        sums = {1: [0.0, 0.0], 0: [0.0, 0.0]}
        place = sheet.at(name)
        for row in sheet.rows:
            mark = int(str(row[place]))
            if name != "q07_note" and mark == 9:
                continue
            held = sums[int(str(row[side]))]
            held[1] += float(str(row[weight]))
            held[0] += float(str(row[weight])) * (
                (mark >= 7) if name == "q07_note" else (mark <= 2)
            )
        if sums[1][1] and sums[0][1]:
            found[name] = round(sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1], 4)
    return found


def survey_plan(vintage: int) -> str:
    """Write the `plan_enquete.toml` of these deliveries."""
    lines = [
        "# DONNÉES FICTIVES (réponses simulées)",
        "[colonnes]",
        'repondant = "id_enquete"',
        'vague = "vague"',
        'bailleur = "bailleur"',
        'residence = "residence_id"',
        'poids = "poids"',
        'qpv = "qpv"',
        'strates = ["bailleur", "qpv"]',
        "[reglages]",
        f"carte = {vintage}",
        "marge_points = 5.0",
        'marge_adoptee_par = "comité de pilotage"',
        "marge_adoptee_le = 2023-01-15",
        "[enquete]",
        'dates = "du 6 mars au 19 mai 2023"',
        "[echelles.satisfaction4]",
        'satisfait = [1, 2, "Très satisfait", "Plutôt satisfait"]',
        'insatisfait = [3, 4, "Plutôt pas satisfait", "Pas du tout satisfait"]',
        'nsp = [9, "Ne sait pas"]',
        "[echelles.note10]",
        'type = "note"',
        "satisfait_des = 7",
    ]
    for name, label, theme, nature, *_ in ITEMS:
        lines += [
            "[[items]]",
            f'colonnes = ["{name}", "{label}"]',
            f'libelle = "{label[5:]}"',
            f'theme = "{theme}"',
        ]
        lines += [f'nature = "{nature}"', 'echelle = "satisfaction4"']
    lines += [
        "[[items]]",
        'colonnes = ["q07_note"]',
        'libelle = "Note globale"',
        'theme = "global"',
        'nature = "autre"',
        'echelle = "note10"',
    ]
    return "\n".join(lines) + "\n"
