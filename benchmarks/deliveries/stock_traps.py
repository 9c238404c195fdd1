# ruff: noqa: ARG001 - every trap takes the same two values, some draw nothing
"""Traps of a stock: rows that are no dwellings, counts that are not theirs, odd files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pyproj

from deliveries.book import Book, Sheet
from deliveries.dossier import Dossier, Shape
from deliveries.trap import as_form, landlord, places_of, sheet_of, trap

if TYPE_CHECKING:
    import random as randoms

    from deliveries.book import Row

ROLE = "patrimoine"
STOCK_ALONE = Shape(tax=False, programme=False)


def _strangers(
    dossier: Dossier, random: randoms.Random, count: int, name: str = "Ancien programme"
) -> list[Row]:
    """Rows of dwellings that the landlord no longer has, at doors that another row does not use."""
    sheet = dossier.books[ROLE].main
    rows = []
    for rank, source in enumerate(random.sample(sheet.rows, min(count, len(sheet.rows)))):
        row = list(source)
        row[sheet.at("id_residence")] = f"9{rank:04d}"
        row[sheet.at("id_batiment")] = f"9{rank:04d}-A"
        row[sheet.at("nom")] = f"{name} {rank + 1}"
        number, street = str(row[sheet.at("adresse")]).split(" ", 1)
        row[sheet.at("adresse")] = f"{int(number) + 2} {street}"
        row[sheet.at("nb_logements")] = random.randint(10, 60)
        rows.append(row)
    return rows


def _slip_in(dossier: Dossier, random: randoms.Random, rows: list[Row]) -> list[int]:
    sheet = dossier.books[ROLE].main
    for row in rows:
        sheet.rows.insert(random.randrange(1, len(sheet.rows)), row)
    return [place for place, row in enumerate(sheet.rows) if any(row is one for one in rows)]


@trap("lignes masquées (programmes vendus)", ROLE)
def hidden_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Hide rows instead of deleting them when a programme is sold."""
    sheet = sheet_of(dossier, ROLE)
    sheet.hidden = set(_slip_in(dossier, random, _strangers(dossier, random, 3)))
    return [*places_of(sheet, sorted(sheet.hidden)), "masqu"]


@trap("lignes barrées", ROLE)
def struck_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Strike rows out by hand."""
    sheet = sheet_of(dossier, ROLE)
    sheet.struck = set(_slip_in(dossier, random, _strangers(dossier, random, 3)))
    return [*places_of(sheet, sorted(sheet.struck)), "barr"]


@trap("plan replié (données réelles)", ROLE, harmless=True)
def folded_outline(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Fold the entrances of résidences: hidden on the screen, still the stock."""
    sheet = sheet_of(dossier, ROLE)
    sheet.outlined = set(landlord(dossier, 0.4, random, ROLE))
    return ["repli", "masqu"]


@trap("filtre laissé actif (données réelles)", ROLE)
def filter_left(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Save the workbook with a filter on one agency: the other's rows are hidden and are dwellings."""
    sheet = sheet_of(dossier, ROLE)
    sheet.filtered = True
    sheet.hidden = {
        place for place, cell in enumerate(sheet.column("agence")) if cell == "Agence Nord"
    }
    return ["masqu", "filtr"]


@trap("ligne « Ensemble »", ROLE)
def whole_row(dossier: Dossier, random: randoms.Random) -> list[str]:
    """End the table by a row whose word is no « total »."""
    sheet = sheet_of(dossier, ROLE)
    total = sum(int(str(cell)) for cell in sheet.column("nb_logements"))
    word = random.choice(["Ensemble", "Parc complet", "Toutes communes", "Σ"])
    sheet.rows.append(sheet.blank(nom=word, nb_logements=total))
    return [*places_of(sheet, [len(sheet.rows) - 1]), word]


@trap("total au pied sans mot", ROLE)
def bare_total(dossier: Dossier, random: randoms.Random) -> list[str]:
    """End the table by a bare sum, one blank row below."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    total = sum(int(str(cell)) for cell in sheet.column("nb_logements"))
    sheet.rows += [sheet.blank(), sheet.blank(nb_logements=total)]
    return places_of(sheet, [len(sheet.rows) - 1])


@trap("lignes de groupe", ROLE)
def group_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Head each résidence by a row with its dwellings, then its entrances."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    rows: list[Row] = []
    heads = []
    codes = sheet.column("id_residence")
    for place, row in enumerate(sheet.rows):
        if place == 0 or codes[place] != codes[place - 1]:
            held = [
                one for one, code in zip(sheet.rows, codes, strict=True) if code == codes[place]
            ]
            head = list(row)
            head[sheet.at("id_batiment")] = None
            head[sheet.at("nb_logements")] = sum(
                int(str(one[sheet.at("nb_logements")])) for one in held
            )
            heads.append(len(rows))
            rows.append(head)
        rows.append(row)
    sheet.rows = rows
    return [*places_of(sheet, heads), "group", "somme", "total", "même nombre de logements"]


@trap("lignes de groupe sans adresse", ROLE)
def group_rows_bare(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Close each commune and agency by a sub-total without the word."""
    sheet = sheet_of(dossier, ROLE)
    place = sheet.at("agence")
    sheet.rows.sort(key=lambda row: str(row[place]))
    rows: list[Row] = []
    for agency in sorted({str(cell) for cell in sheet.column("agence")}):
        held = [row for row in sheet.rows if row[place] == agency]
        rows += [
            *held,
            sheet.blank(
                agence=agency, nb_logements=sum(int(str(r[sheet.at("nb_logements")])) for r in held)
            ),
        ]
    sheet.rows = rows
    return ["Agence", "somme", "total"]


@trap("colonne Statut : vendu, démoli", ROLE)
def sold_status(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep sold and demolished programmes with a word in a column of the landlord's own."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    placed = _slip_in(dossier, random, _strangers(dossier, random, 4))
    words = ["Vendu 2022", "Démoli", "VENDU", "démolition 2021", "Cédé"]
    cells = [
        random.choice(words) if place in placed else "En service"
        for place in range(len(sheet.rows))
    ]
    sheet.add("", "Statut", list(cells))
    return ["Statut", "[Vv]endu", "[Dd]émoli", *places_of(sheet, placed)]


@trap("démoli dans le nom", ROLE)
def demolished_name(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write the demolition in the name of the résidence."""
    sheet = sheet_of(dossier, ROLE)
    rows = _strangers(dossier, random, 2)
    for row in rows:
        row[sheet.at("nom")] = f"{row[sheet.at('nom')]} (DÉMOLIE 2022)"
    placed = _slip_in(dossier, random, rows)
    return ["(?i)démoli", *places_of(sheet, placed)]


@trap("parkings et commerces", ROLE)
def parking_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave garages and shops in the extract, counted in the same column."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    sheet.put("type_habitat", ["Collectif"] * len(sheet.rows))
    rows = _strangers(dossier, random, 4, "Parc")
    for row in rows:
        row[sheet.at("type_habitat")] = random.choice(["Parking", "Box fermé", "Local commercial"])
    placed = _slip_in(dossier, random, rows)
    return ["Parking", "Box", "commercial", *places_of(sheet, placed)]


@trap("Nb logts 2024 | Nb logts 2025", ROLE)
def years_in_headers(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Head two counts by their years; the older comes first."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    year = dossier.place.tax_year
    cells = sheet.column("nb_logements")
    older = [int(str(cell)) + (random.choice([0, 0, 12, 25])) for cell in cells]
    place = sheet.at("nb_logements")
    sheet.header[place] = f"Nb logts {year}"
    sheet.add("", f"Nb logts {year - 1}", list(older), place)
    return [str(year - 1), str(year)]


@trap("deux lignes d'en-tête, années fusionnées", ROLE)
def two_headers(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write years over a merged header and the same word below each."""
    sheet = sheet_of(dossier, ROLE)
    year = dossier.place.tax_year
    place = sheet.at("nb_logements")
    sheet.header[place] = "Nb logts"
    sheet.add(
        "",
        "Nb logts",
        [int(str(cell)) + random.choice([0, 8]) for cell in sheet.column("nb_logements")],
        place,
    )
    over: Row = [None] * len(sheet.header)
    over[place], over[place + 1] = year - 1, year
    sheet.over = [over]
    return [str(year - 1), "en double", "Nb logts"]


@trap("grands en-têtes fusionnés", ROLE, harmless=True)
def banner_headers(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Put « Identification », « Localisation »… over the header, merged."""
    sheet = sheet_of(dossier, ROLE)
    over: Row = [None] * len(sheet.header)
    over[0], over[4], over[8] = "IDENTIFICATION", "LOCALISATION", "CARACTÉRISTIQUES"
    sheet.over = [over]
    sheet.merged_over = [(0, 3), (4, 7), (8, len(sheet.header) - 1)]
    return ["en-tête", "fusion"]


@trap("cellules fusionnées", ROLE)
def merged_codes(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Merge code and name of a résidence over its entrances."""
    sheet = sheet_of(dossier, ROLE)
    codes = sheet.column("id_residence")
    start = 0
    for place in range(1, len(codes) + 1):
        if place == len(codes) or codes[place] != codes[start]:
            if place - start > 1:
                for key in ("id_residence", "nom", "bailleur"):
                    sheet.merged.append((sheet.at(key), start, place - 1))
            start = place
    for column, top, bottom in sheet.merged:
        for position in range(top + 1, bottom + 1):
            sheet.rows[position][column] = None
    return ["fusion", "id_residence", "Code résidence"]


@trap("ligne de libellés sous l'en-tête", ROLE)
def label_row(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Put technical names on top and what they mean in the row below."""
    sheet = sheet_of(dossier, ROLE)
    sheet.under = [list(sheet.header)]
    sheet.header = list(sheet.keys)
    return [*places_of(sheet, [-1]), "libell", "en-tête"]


@trap("ligne de types sous l'en-tête", ROLE)
def type_row(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Put « texte », « numérique » below the header, as a database export does."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    sheet.under = [
        ["numérique" if isinstance(cell, int | float) else "texte" for cell in sheet.rows[0]]
    ]
    return [*places_of(sheet, [-1]), "texte", "numérique"]


@trap("HTML nommé .xls", ROLE)
def html_xls(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Name an HTML page .xls, as many ERPs do."""
    as_form(dossier.books[ROLE], "html", "xls")
    return ["format", "HTML", "illisible", "lu comme"]


@trap("SpreadsheetML nommé .xls", ROLE)
def xml_xls(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Name an XML workbook of 2003 .xls."""
    as_form(dossier.books[ROLE], "spreadsheetml", "xls")
    return ["format", "lu comme"]


@trap("texte tabulé nommé .xls", ROLE)
def text_xls(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Name a tabulated text .xls."""
    book = as_form(dossier.books[ROLE], "csv", "xls")
    book.separator, book.encoding = "\t", "cp1252"
    return ["format", "lu comme"]


@trap("CSV nommé .xlsx", ROLE)
def csv_xlsx(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Rename a CSV to please a form that wants .xlsx."""
    as_form(dossier.books[ROLE], "csv", "xlsx")
    return ["format", "lu comme"]


@trap("numéro, type et voie en colonnes", ROLE)
def split_address(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give number, suffix, type and name of the street columns of their own."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    cells = [str(cell) for cell in sheet.column("adresse")]
    place = sheet.at("adresse")
    sheet.drop("adresse")
    parts = [
        cell.split(" ", 2) if cell.count(" ") > 1 else [*cell.split(" ", 1), ""] for cell in cells
    ]
    names = random.choice(
        [("NUMVOIE", "INDREP", "TYPVOIE", "NOMVOIE"), ("N°", "Indice", "Type voie", "Libellé voie")]
    )
    for shift, (head, column) in enumerate(
        zip(
            names,
            [
                [p[0] for p in parts],
                [None] * len(parts),
                [p[1] for p in parts],
                [p[2] for p in parts],
            ],
            strict=True,
        )
    ):
        sheet.add("", head, list(column), place + shift)
    return ["adresse", "voie"]


@trap("« n.c. » dans une colonne facultative", ROLE, harmless=True)
def not_known(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write « n.c. » or « - » where a year is not known."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    for place in landlord(dossier, 0.3, random, ROLE):
        sheet.rows[place][sheet.at("annee_construction")] = random.choice(["n.c.", "NC", "-", "?"])
    return ["n.c.", "NC", "construction"]


@trap("« 46 logts »", ROLE)
def counts_with_words(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write the unit in the cell."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    word = random.choice(["logts", "lgts", "logements"])
    sheet.put("nb_logements", [f"{cell} {word}" for cell in sheet.column("nb_logements")])
    return [word, "logements", "Nb logts"]


@trap(
    "zéros perdus : CP, Insee, codes",
    ROLE,
    places=("ardennes", "bondy", "guadeloupe"),
    harmless=True,
)
def lost_zeros(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Let the office suite make numbers of codes, in the stock alone."""
    sheet = sheet_of(dossier, ROLE)
    for key in ("code_postal", "code_insee", "id_residence"):
        sheet.put(key, [int(str(cell)) for cell in sheet.column(key)])
    return ["zéro", "code"]


@trap("colonne triée à part", ROLE)
def sorted_apart(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Sort one column without the others: the tax sheet still knows whose dwellings they are."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    sheet.put(
        "nb_logements", sorted(sheet.column("nb_logements"), key=lambda cell: -int(str(cell)))
    )
    return ["logements", "Nb logts"]


@trap("export collé deux fois", ROLE)
def pasted_twice(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Paste part of the export again under its other entrance codes."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    half = [list(row) for row in sheet.rows[: max(5, len(sheet.rows) // 2)]]
    start = len(sheet.rows)
    for row in half:
        row[sheet.at("id_batiment")] = str(row[sheet.at("id_batiment")]).replace("-", "/E")
    sheet.rows += half
    return ["répète", "deux fois", "même", *places_of(sheet, list(range(start, len(sheet.rows))))]


@trap("même résidence sous deux codes", ROLE)
def two_codes(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep a résidence under its old and its new code."""
    sheet = sheet_of(dossier, ROLE)
    code = str(random.choice(sheet.column("id_residence")))
    held = [list(row) for row in sheet.rows if row[sheet.at("id_residence")] == code]
    start = len(sheet.rows)
    for row in held:
        row[sheet.at("id_residence")] = f"X{code}"
        row[sheet.at("id_batiment")] = f"X{row[sheet.at('id_batiment')]}"
        row[sheet.at("nom")] = f"RES. {str(row[sheet.at('nom')]).upper()}"
    sheet.rows += held
    return [code, "mêmes adresses", *places_of(sheet, list(range(start, len(sheet.rows))))]


@trap("deux tables sur la feuille", ROLE)
def two_tables(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Put a second table below, its columns in another order: managed for another landlord."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    keys = [key for key in sheet.keys if key != "nb_logements"]
    order = ["nb_logements", *keys]
    rows = _strangers(dossier, random, 4, "Gestion pour tiers")
    sheet.foot = [
        [],
        ["Logements gérés pour compte de tiers"],
        [sheet.header[sheet.at(key)] for key in order],
        *[[row[sheet.at(key)] for key in order] for row in rows],
    ]
    return [
        "tiers",
        "table",
        "en-tête",
        *places_of(sheet, list(range(len(sheet.rows), len(sheet.rows) + 7))),
    ]


@trap("notes sous le tableau", ROLE, harmless=True)
def notes_below(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write notes below the table."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    sheet.foot = [
        [],
        ["(1) dont 12 logements réservés"],
        ["Source : logiciel de gestion, état PATR-04"],
        ["Édité le 05/01/2026 à 09:12"],
    ]
    return ["Source", "phrase"]


@trap("x, y dans une autre projection", ROLE, places=("belfort",), repeats=3)
def other_projection(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Export x and y in the projection of the SIG next door, without saying so."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    target = random.choice([3948, 27572, 32632, 4326])
    change = pyproj.Transformer.from_crs(2154, target, always_xy=True)
    pairs = [
        change.transform(x, y) for x, y in zip(sheet.column("x"), sheet.column("y"), strict=True)
    ]
    sheet.put("x", [round(pair[0], 6) for pair in pairs])
    sheet.put("y", [round(pair[1], 6) for pair in pairs])
    return ["projection", "coordonn", r"\bx\b", "EPSG"]


@trap("x et y intervertis", ROLE, places=("belfort",))
def swapped_points(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Swap x and y."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    x, y = sheet.at("x"), sheet.at("y")
    for row in sheet.rows:
        row[x], row[y] = row[y], row[x]
    return ["projection", "coordonn", "inters?", "interver"]


@trap("points copiés sur cinq lignes", ROLE, places=("belfort",))
def one_point(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give one point, the agency's, to many entrances."""
    sheet = sheet_of(dossier, ROLE)
    first = sheet.rows[0]
    for place in landlord(dossier, 0.5, random, ROLE):
        for key in ("x", "y"):
            sheet.rows[place][sheet.at(key)] = first[sheet.at(key)]
    return ["même point", "coordonn", r"\bpoint"]


@trap("dates de trois façons", ROLE, harmless=True)
def mixed_dates(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write the end of exemption in three styles."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    cells = []
    for cell in sheet.column("fin_exoneration"):
        day = cell if isinstance(cell, dt.date) else dt.date(2000, 1, 1)
        cells.append(
            random.choice(
                [
                    f"{day:%d/%m/%Y}",
                    f"{day:%Y-%m-%d}",
                    f"{day:%Y}" if (day.month, day.day) == (12, 31) else f"{day:%d.%m.%Y}",
                ]
            )
        )
    sheet.put("fin_exoneration", list(cells))
    return ["dates", "façons", "exonération"]


@trap("dates mois d'abord", ROLE)
def month_first(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Export dates the American way."""
    sheet = sheet_of(dossier, ROLE, "csv")
    sheet.put(
        "fin_exoneration",
        [
            f"{cell:%m/%d/%Y}"
            for cell in sheet.column("fin_exoneration")
            if isinstance(cell, dt.date)
        ],
    )
    return ["mois", "date"]


@trap("feuilles de deux années", ROLE)
def two_years_sheets(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep last year's sheet first in the workbook."""
    sheet = sheet_of(dossier, ROLE)
    book = dossier.books[ROLE]
    year = dossier.place.tax_year
    older = Sheet(
        f"Parc {year - 1}", list(sheet.keys), list(sheet.header), [list(row) for row in sheet.rows]
    )
    older.rows = older.rows[: -max(2, len(older.rows) // 5)]
    older.put(
        "nb_logements",
        [int(str(cell)) + random.choice([0, 5]) for cell in older.column("nb_logements")],
    )
    sheet.name = f"Parc {year}"
    book.sheets = [older, sheet]
    return ["feuille", str(year - 1)]


@trap("en-tête répété par agence", ROLE, harmless=True)
def repeated_header(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Print by agency: its name, the header again, its rows."""
    sheet = sheet_of(dossier, ROLE)
    place = sheet.at("agence")
    sheet.rows.sort(key=lambda row: str(row[place]))
    cut = [i for i in range(1, len(sheet.rows)) if sheet.rows[i][place] != sheet.rows[i - 1][place]]
    for position in reversed(cut):
        agency: Row = [str(sheet.rows[position][place])]
        sheet.rows[position:position] = [
            [*agency, *[None] * (len(sheet.keys) - 1)],
            list(sheet.header),
        ]
    return ["en-tête", "Agence"]


@trap("« idem » et guillemets", ROLE)
def ditto(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write « idem » where the town is that of the row above."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    for place in range(1, len(sheet.rows)):
        if (
            random.random() < 0.6
            and sheet.rows[place][sheet.at("commune")] == sheet.rows[place - 1][sheet.at("commune")]
        ):
            sheet.rows[place][sheet.at("commune")] = random.choice(["idem", "id.", "″"])
    return ["idem", "id", "commune", "Ville"]


@trap("« Nb lots » pour logements", ROLE)
def lots_for_dwellings(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give lots (dwellings and garages) in the only column of counts."""
    sheet = sheet_of(dossier, ROLE)
    sheet.put(
        "nb_logements",
        [int(str(cell)) + random.randint(3, 20) for cell in sheet.column("nb_logements")],
    )
    sheet.header[sheet.at("nb_logements")] = "Nb lots"
    return ["lots", "logements"]


@trap("#N/A et #REF!", ROLE)
def broken_cells(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave broken look-ups in the counts."""
    sheet = sheet_of(dossier, ROLE, random.choice(["xlsx", "csv"]))
    for place in landlord(dossier, 0.1, random, ROLE):
        sheet.rows[place][sheet.at("nb_logements")] = random.choice(["#N/A", "#REF!", "#VALEUR!"])
    return ["#"]


@trap("formules jamais calculées", ROLE)
def formulas(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write counts as formulas that no suite has computed."""
    sheet = sheet_of(dossier, ROLE)
    sheet.put("nb_logements", [f"={cell}+0" for cell in sheet.column("nb_logements")])
    return ["[Ff]ormule"]


@trap("colonne masquée d'anciens logements", ROLE)
def hidden_column(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Hide the old counts under the very name of the column, the current ones aside."""
    sheet = sheet_of(dossier, ROLE)
    place = sheet.at("nb_logements")
    sheet.header[place] = "Logements actuels"
    sheet.add(
        "",
        "Nb logts",
        [int(str(cell)) + random.randint(0, 15) for cell in sheet.column("nb_logements")],
        place,
    )
    sheet.hidden_columns = {place}
    return ["masqu", "Logements actuels", "Nb logts"]


@trap("séparateur de milliers", ROLE, shape=Shape(big=True, programme=False), harmless=True)
def thousands(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write « 1 024 » with a thin space."""
    sheet = sheet_of(dossier, ROLE, "csv")
    sheet.put(
        "nb_logements",
        [
            f"{int(str(cell)):,}".replace(",", random.choice(["\u202f", "\u00a0", " "]))
            for cell in sheet.column("nb_logements")
        ],
    )
    dossier.books[ROLE].encoding = "utf-8-sig"
    return ["milliers", "espace"]


@trap("un nombre de logements × 100", ROLE)
def one_outlier(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Type two zeros too many once."""
    sheet = sheet_of(dossier, ROLE)
    place = random.randrange(len(sheet.rows))
    sheet.rows[place][sheet.at("nb_logements")] = (
        int(str(sheet.rows[place][sheet.at("nb_logements")])) * 100
    )
    return [*places_of(sheet, [place]), "logements"]


@trap("RPLS, une ligne par logement", ROLE, shape=STOCK_ALONE, places=("bondy", "ardennes"))
def rpls(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Hand the file that each landlord declares every year in as the stock."""
    sheet = dossier.books[ROLE].main
    late = random.random() < 0.5
    old = [
        "DROIT",
        "DEPCOM",
        "CODEPOSTAL",
        "LIBCOM",
        "NUMVOIE",
        "INDREP",
        "TYPVOIE",
        "NOMVOIE",
        "NUMAPPT",
        "ETAGE",
        "ENTREE",
        "BAT",
    ]
    old += [
        "QPV",
        "TYPECONST",
        "NBPIECE",
        "SURFHAB",
        "CONSTRUCT",
        "LOCAT",
        "PATRIMOINE",
        "FINAN",
        "CONV",
        "NUMCONV",
    ]
    new = {name: f"{name}_CODE" for name in ("DROIT", "DEPCOM", "QPV", "TYPECONST", "FINAN")}
    head = [new.get(name, name) if late else name for name in old]
    rows: list[Row] = []
    for row in sheet.rows:
        number, kind, street = [*str(row[sheet.at("adresse")]).split(" ", 2), ""][:3]
        for home in range(int(str(row[sheet.at("nb_logements")]))):
            built = row[sheet.at("annee_construction")]
            cells = [
                1,
                row[sheet.at("code_insee")],
                row[sheet.at("code_postal")],
                str(row[sheet.at("commune")]).upper(),
                number,
                None,
            ]
            cells += [
                kind.upper(),
                street.upper(),
                home + 1,
                home // 4,
                str(row[sheet.at("id_batiment")])[-1],
                str(row[sheet.at("id_residence")]),
            ]
            rows.append(
                [
                    *cells,
                    None,
                    "C",
                    3,
                    60 + home % 5,
                    built,
                    int(str(built)) + 1,
                    "1",
                    "13",
                    1,
                    f"CV{row[sheet.at('id_residence')]}",
                ]
            )
    dossier.books[ROLE] = Book(
        "rpls.csv", [Sheet("RPLS", [""] * len(head), head, rows)], "csv", "cp1252"
    )
    return ["RPLS", "colonne"]
