"""Clean deliveries: the four files of a landlord in layouts, words and codes of its own."""

# ruff: noqa: ARG001, E501, TC003

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from typing import Any

from .book import Book, Sheet
from .world import ITEMS, QUARTERS, RATES, World

STYLES = 3
ROLES = ("patrimoine", "fiscalite", "conventions", "programme", "enquete")
STOCK = {
    "id": ("Code programme", "Code résidence", "N° groupe immobilier"),
    "building": ("Code entrée", "Code bâtiment", "N° entrée"),
    "name": ("Nom du programme", "Résidence", "Libellé résidence"),
    "address": ("Adresse", "Adresse complète", "Adresse entrée"),
    "postcode": ("CP", "Code postal", "Code Postal"),
    "town": ("Ville", "Commune", "Localité"),
    "dwellings": ("Nb logements", "Logements", "Nombre de logements"),
    "year": ("Année de construction", "Année construction", "Année de mise en service"),
    "exempt": ("Fin d'exonération", "Fin exonération", "Date fin d'exonération"),
    "agency": ("Agence", "Secteur", "Antenne"),
}
TAX = {
    "notice": ("Avis", "N° avis", "Numéro d'avis"),
    "invariant": ("Invariant", "N° invariant", "Numéro invariant"),
    "id": ("Code programme", "Code résidence", "N° groupe immobilier"),
    "building": ("Code entrée", "Code bâtiment", "N° entrée"),
    "tax_year": ("Année", "Année d'imposition", "Exercice"),
    "dwellings": ("Logements", "Nb logements", "Nombre de logements"),
    "vlc": ("VLC", "Valeur locative cadastrale", "VLC (€)"),
    "commune": ("Taux commune", "Taux communal (%)", "Taux commune (%)"),
    "epci": ("Taux EPCI", "Taux intercommunal (%)", "Taux EPCI (%)"),
    "tse": ("Taux TSE", "TSE (%)", "Taux TSE (%)"),
    "gemapi": ("Taux GEMAPI", "GEMAPI (%)", "Taux GEMAPI (%)"),
    "charged": ("Cotisation", "Cotisation hors TEOM", "Cotisation (€)"),
    "reliefs": ("Dégrèvements", "Dégrèvement", "Dégrèvements (€)"),
    "teom": ("TEOM", "Ordures ménagères", "TEOM (€)"),
}
PROGRAMME = {
    "number": ("N°", "N° action", "Réf. action"),
    "axis": ("Axe", "Axe d'intervention", "Thématique"),
    "quarter": ("QPV", "Code QPV", "Quartier"),
    "title": ("Action", "Intitulé", "Intitulé de l'action"),
    "planned": ("Prévu", "Montant prévu", "Dépense prévisionnelle"),
    "spent": ("Réalisé", "Montant réalisé", "Dépense réalisée"),
    "valued": ("Valorisé", "Montant valorisé", "Dépense valorisée TFPB"),
    "piece": ("Pièce", "Justificatif", "N° facture"),
}
AXES = (
    "Renforcement de la présence du personnel de proximité", "Formation/soutien des personnels de proximité", "Sur-entretien",
    "Gestion des déchets et encombrants / épaves", "Tranquillité résidentielle", "Concertation / sensibilisation des locataires",
    "Animation, lien social, vivre ensemble", "Petits travaux d’amélioration de la qualité de service",
)  # fmt: skip
WORDS = {
    1: "Très satisfait",
    2: "Plutôt satisfait",
    3: "Plutôt pas satisfait",
    4: "Pas du tout satisfait",
}
OTHERS = {
    1: "Tout à fait satisfait(e)",
    2: "Assez satisfait(e)",
    3: "Peu satisfait(e)",
    4: "Pas du tout satisfait(e)",
}


@dataclasses.dataclass
class Delivery:
    """The files of one landlord, and the truth as the oddity leaves it."""

    world: World
    stock: Book
    tax: Book
    conventions: Book
    programme: Book
    survey: Book
    truth: dict[str, float]
    roles: tuple[str, ...] = ROLES

    def books(self) -> dict[str, Book]:
        """Return each file by the name it has under `[fichiers]`."""
        every = {
            "patrimoine": self.stock,
            "fiscalite": self.tax,
            "conventions": self.conventions,
            "programme": self.programme,
            "enquete": self.survey,
        }
        return {role: every[role] for role in self.roles}


def _table(
    rng: random.Random, name: str, heads: dict[str, tuple[str, ...]], rows: list[dict[str, Any]]
) -> Sheet:
    style = rng.randrange(STYLES)
    keys = list(heads)
    if rng.random() < 0.4:
        first, rest = keys[:2], keys[2:]
        rng.shuffle(rest)
        keys = first + rest
    return Sheet(
        name,
        keys,
        [heads[key][style] for key in keys],
        [[row[key] for key in keys] for row in rows],
    )


def _stock(world: World, rng: random.Random) -> Book:
    rows = [
        {
            "id": e.residence, "building": e.building, "name": e.name, "postcode": "59999", "town": "Valmont-sur-Orve",
            "address": e.street.upper() if at % 9 == 0 else e.street, "dwellings": e.dwellings, "year": e.year,
            "exempt": dt.date(e.exempt_until, 12, 31), "agency": e.agency,
        }
        for at, e in enumerate(world.stock)
    ]  # fmt: skip
    sheet = _table(rng, rng.choice(("Patrimoine", "Export", "Feuil1")), STOCK, rows)
    if rng.random() < 0.5:
        sheet.titles = [[f"{world.landlord} - état du patrimoine"], ["Édité le 12/01/2026"], []]
    return Book(
        "parc",
        [sheet],
        rng.choice((".xlsx", ".xlsx", ".csv", ".ods")),
        rng.choice(("utf-8-sig", "cp1252")),
    )


def _tax(world: World, rng: random.Random) -> Book:
    rows = [
        {
            "notice": p.notice, "invariant": p.invariant, "id": p.entrance.residence, "building": p.entrance.building,
            "tax_year": 2025, "dwellings": p.entrance.dwellings, "vlc": p.vlc, **RATES, "charged": p.charged(), "reliefs": 0, "teom": p.teom,
        }
        for p in world.tax
    ]  # fmt: skip
    sheet = _table(rng, rng.choice(("TF 2025", "Avis", "Feuil1")), TAX, rows)
    if rng.random() < 0.5:
        sheet.titles = [["Taxe foncière 2025 - locaux par avis"]]
    return Book(
        "taxe_fonciere_2025",
        [sheet],
        rng.choice((".xlsx", ".xlsx", ".csv")),
        rng.choice(("utf-8-sig", "cp1252")),
    )


def _conventions(world: World) -> Book:
    header = {
        "id": "Convention", "quarters": "Codes QPV", "contract": "Signature du contrat de ville", "signed": "Signature de la convention",
        "declared": "Date de déclaration", "end": "Date de fin",
    }  # fmt: skip
    row = [
        "CU-2024",
        ", ".join(QUARTERS),
        dt.date(2024, 4, 2),
        dt.date(2024, 11, 20),
        dt.date(2024, 12, 16),
        dt.date(2030, 12, 31),
    ]
    return Book("convention", [Sheet("Convention", list(header), list(header.values()), [row])])


def _programme(world: World, rng: random.Random) -> Book:
    written = rng.choice(("number", "words", "both"))
    names = rng.random() < 0.3
    rows = []
    for a in world.actions:
        axis = {
            "number": a.axis,
            "words": AXES[a.axis - 1],
            "both": f"Axe {a.axis} - {AXES[a.axis - 1]}",
        }[written]
        quarter = QUARTERS[a.quarter] if names else a.quarter
        rows.append(
            {"number": a.number, "axis": axis, "quarter": quarter, "title": a.title, "planned": a.planned, "spent": a.spent,
             "valued": a.valued, "piece": a.piece}
        )  # fmt: skip
    sheet = _table(rng, rng.choice(("Programme 2025", "Actions", "Bilan")), PROGRAMME, rows)
    if rng.random() < 0.5:
        sheet.titles = [["Bilan 2025 du programme d’actions"], []]
    return Book(
        "actions_2025",
        [sheet],
        rng.choice((".xlsx", ".xlsx", ".csv")),
        rng.choice(("utf-8-sig", "cp1252")),
    )


def survey(world: World, rng: random.Random, form: str) -> Book:
    """Return the pollster's delivery: `codes` with a dictionary sheet, or `words` (two vocabularies)."""
    words = WORDS if form != "other" else OTHERS
    table = {**words, 8: "Non concerné", 9: "Ne sait pas"}
    keys = [
        "number",
        "wave",
        "landlord",
        "id",
        "weight",
        "side",
        "day",
        *(k for k, *_ in ITEMS),
        "overall",
    ]
    coded = form == "codes"
    names = [f"Q{at + 1}" for at in range(len(ITEMS))]
    labels = [label for _k, label, *_ in ITEMS]
    last = "Q6" if coded else "Note globale de 0 à 10"
    header = [
        "N° questionnaire",
        "Vague",
        "Organisme",
        "Code résidence",
        "Poids",
        "QPV",
        "Date",
        *(names if coded else labels),
        last,
    ]
    rows: list[list[Any]] = []
    for i in world.interviews:
        marks = [m if coded else table[m] for m in i.marks]
        overall: Any = i.overall if coded or i.overall != 99 else "Ne sait pas"
        side = (
            ("oui" if i.entrance.quarter else "non") if not coded else int(bool(i.entrance.quarter))
        )
        rows.append(
            [
                i.number,
                2024,
                world.landlord,
                i.entrance.residence,
                i.weight,
                side,
                i.day,
                *marks,
                overall,
            ]
        )
    sheets = [Sheet("Données" if coded else "Réponses", keys, header, rows)]
    if coded:
        lines: list[list[Any]] = []
        for name, label in zip(names, labels, strict=True):
            lines += [[name, label, code, word] for code, word in table.items()]
        lines += [["Q6", "Note globale de 0 à 10", code, str(code)] for code in range(11)] + [
            ["Q6", "Note globale de 0 à 10", 99, "Ne sait pas"]
        ]
        sheets.append(
            Sheet(
                "Dictionnaire",
                ["v", "l", "c", "m"],
                ["Variable", "Libellé", "Code", "Modalité"],
                lines,
            )
        )
    suffix = ".xlsx" if coded or rng.random() < 0.5 else ".csv"
    return Book("enquete_2024", sheets, suffix, rng.choice(("utf-8-sig", "cp1252")))


def clean(world: World, rng: random.Random, form: str | None = None) -> Delivery:
    """Return a delivery without any oddity."""
    form = form or rng.choice(("codes", "words", "other"))
    return Delivery(
        world,
        _stock(world, rng),
        _tax(world, rng),
        _conventions(world),
        _programme(world, rng),
        survey(world, rng, form),
        world.truth(),
    )


def plain(world: World, rng: random.Random, form: str = "codes") -> Delivery:
    """Return a clean delivery of workbooks under plain headers, no titles: the ground an oddity is set on."""
    delivery = clean(world, rng, form)
    for role, book in delivery.books().items():
        book.suffix = ".xlsx"
        book.main.titles = []
        heads = {"patrimoine": STOCK, "fiscalite": TAX, "programme": PROGRAMME}.get(role, {})
        book.main.header = [
            heads[key][0] if key in heads else head
            for key, head in zip(book.main.keys, book.main.header, strict=True)
        ]
    return delivery
