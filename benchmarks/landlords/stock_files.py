"""The stock as a landlord exports it, and the same with the tool's own headers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from .sheets import Sheet, Written, write

if TYPE_CHECKING:
    from pathlib import Path

    from .layout import Layout
    from .world import Entrance, Residence, World

WORDS = {
    "id_residence": (
        "Code résidence",
        "N° groupe",
        "Groupe immobilier",
        "Code programme",
        "Réf. groupe",
        "Code ESI",
    ),
    "id_batiment": ("Code entrée", "Entrée", "Réf. entrée", "N° bâtiment", "Bât./Esc."),
    "nom": ("Nom résidence", "Libellé groupe", "Désignation", "Nom du programme"),
    "adresse": ("Adresse", "Adresse postale", "Adresse de l'entrée", "Localisation"),
    "code_postal": ("CP", "Code postal", "C.P."),
    "commune": ("Ville", "Commune", "Localité"),
    "nb_logements": (
        "Nb logts",
        "Nombre de logements",
        "Lgts",
        "Nb logements familiaux",
        "Logements",
    ),
    "annee_construction": ("Année de construction", "Mise en service", "Constr.", "Année MES"),
    "type_habitat": ("Type", "Type d'habitat", "Coll./Ind.", "Nature"),
    "fin_exoneration": (
        "Fin exo TFPB",
        "Fin d'exonération",
        "Exonéré jusqu'au",
        "Terme de l'exonération",
    ),
    "agence": ("Agence", "Antenne", "Secteur de gestion"),
}
SHORT = {
    "Rue ": "R. ",
    "Avenue ": "AV ",
    "Boulevard ": "BD ",
    "Place ": "PL ",
    "Allée ": "ALL ",
    "Allee ": "ALL ",
}


def _street(rng: random.Random, one: Entrance, style: str) -> str:
    street = one.street
    if style != "long" and rng.random() < 0.6:
        for word, short in SHORT.items():
            street = street.replace(word, short)
    return street.upper() if style == "majuscules" else street


def _line(rng: random.Random, residence: Residence, one: Entrance, style: str) -> dict[str, object]:
    street = _street(rng, one, style)
    kind = "Collectif" if residence.collective else "Individuel"
    return {
        "id_residence": residence.code,
        "id_batiment": one.code,
        "nom": residence.name,
        "adresse": f"{one.number}{rng.choice((' ', ' ', ', '))}{street}",
        "numero": one.number,
        "voie": street,
        "code_postal": one.postcode,
        "commune": one.commune.upper() if style == "majuscules" else one.commune,
        "nb_logements": one.dwellings,
        "annee_construction": residence.built,
        "type_habitat": kind,
        "fin_exoneration": f"31/12/{residence.exempt_until}",
        "agence": residence.agency,
    }


def stock(folder: Path, world: World, how: Layout) -> Written:
    """Write the stock in the landlord's layout."""
    rng = random.Random(how.seed + 1)
    fields = list(WORDS)
    words = {name: rng.choice(WORDS[name]) for name in fields}
    style = rng.choice(("long", "court", "majuscules"))
    lines = [
        _line(rng, residence, one, style)
        for residence in world.residences
        for one in residence.entrances
    ]
    columns = [name for name in fields if name != "agence" or rng.random() < 0.8]
    rng.shuffle(columns)
    columns.sort(key=lambda name: name not in {"id_residence", "nom"})
    shown = dict(words)
    if how.stock == "voie_en_colonnes":
        spot = columns.index("adresse")
        columns[spot : spot + 1] = ["numero", "voie"]
        shown |= {"numero": "N° voie", "voie": "Libellé voie"}
    if how.stock == "batiments":
        lines = _buildings(world, lines)
    headers = [shown[name] for name in columns]
    rows = [[line[name] for name in columns] for line in lines]
    if how.total_row and how.stock != "groupes":
        total: list[object] = [None] * len(columns)
        total[0] = "TOTAL"
        total[columns.index("nb_logements")] = sum(int(str(line["nb_logements"])) for line in lines)
        rows.append(total)
    titles = [f"{world.name} - état du patrimoine au 31/12/{world.year}", "Données fictives"]
    sheet = Sheet("Patrimoine", headers, rows, titles if rng.random() < 0.7 else [])
    sheets = [sheet]
    suffix = {"csv": ".csv", "ods": ".ods"}.get(how.stock, ".xlsx")
    if suffix == ".csv":
        sheet.titles = []
    if how.stock == "fusion":
        sheet.merged = tuple(columns.index(name) for name in ("id_residence", "nom"))
    elif how.stock == "groupes":
        sheet.rows = _grouped(world, lines, columns)
    elif how.stock == "feuilles":
        agencies = sorted({str(line["agence"]) for line in lines})
        sheets = [
            Sheet(
                name,
                headers,
                [[line[c] for c in columns] for line in lines if line["agence"] == name],
                list(sheet.titles),
            )
            for name in agencies
        ]
    elif how.stock == "entrees":
        sheets.append(
            Sheet("Lisez-moi", ["Feuille", "Contenu"], [["Patrimoine", "une ligne par entrée"]])
        )
    path = (
        folder
        / f"{rng.choice(('Patrimoine', 'export_patrimoine', 'PATR 04', 'Etat du parc'))} {world.year}{suffix}"
    )
    write(path, sheets)
    return Written("patrimoine", path.name, {name: shown[name] for name in columns})


def _buildings(world: World, lines: list[dict[str, object]]) -> list[dict[str, object]]:
    """One row for doors of one building on one side of one street: « 12-14-16 rue X »."""
    by_code = {one.code: one for residence in world.residences for one in residence.entrances}
    groups: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for line in lines:
        one = by_code[str(line["id_batiment"])]
        key = (line["id_residence"], one.street, one.quarter, one.number % 2)
        groups.setdefault(key, []).append(line)
    out = []
    for group in groups.values():
        first = dict(group[0])
        numbers = [str(line["numero"]) for line in group]
        first["adresse"] = f"{'-'.join(numbers)} {first['voie']}"
        first["nb_logements"] = sum(int(str(line["nb_logements"])) for line in group)
        out.append(first)
    return out


def _grouped(
    world: World, lines: list[dict[str, object]], columns: list[str]
) -> list[list[object]]:
    """Rows under a heading a residence, then its sum."""
    rows: list[list[object]] = []
    spot = columns.index("nb_logements")
    for residence in world.residences:
        own = [line for line in lines if line["id_residence"] == residence.code]
        rows += [[line[name] for name in columns] for line in own]
        total: list[object] = [None] * len(columns)
        total[columns.index("nom")] = f"Sous-total {residence.name}"
        total[spot] = residence.dwellings
        rows.append(total)
    return rows


def plain_stock(folder: Path, world: World) -> Written:
    """Write the stock with the tool's own headers."""
    names = [name for name in WORDS if name != "agence"]
    rng = random.Random(0)
    rows = [
        [_line(rng, residence, one, "long")[name] for name in names]
        for residence in world.residences
        for one in residence.entrances
    ]
    path = folder / "patrimoine_refait.xlsx"
    write(path, [Sheet("Patrimoine", names, rows)])
    return Written("patrimoine", path.name, {name: name for name in names})
