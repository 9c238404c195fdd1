# ruff: noqa: ARG001 - every trap takes the same two values, some draw nothing
"""Traps of a survey: codes the other way, copies, abandoned interviews, weights, waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deliveries.dossier import ITEMS, Dossier, Shape, dictionary, gaps
from deliveries.trap import as_form, landlord, places_of, sheet_of, trap

if TYPE_CHECKING:
    import random as randoms

    from deliveries.book import Row, Sheet

ROLE = "enquete"
ASKED = [item[0] for item in ITEMS]
SHAPE = Shape(inside=7, outside=8, survey=True, tax=False, programme=False)
REVERSED = ("Pas du tout satisfait", "Plutôt pas satisfait", "Plutôt satisfait", "Très satisfait")


def _flip(sheet: Sheet, names: list[str]) -> None:
    for name in names:
        sheet.put(
            name,
            [5 - int(str(cell)) if str(cell) in "1234" else cell for cell in sheet.column(name)],
        )


def _form(random: randoms.Random) -> str:
    return random.choice(["xlsx", "csv"])


def _count(dossier: Dossier, sheet: Sheet) -> None:
    dossier.truth.claims["menages"] = len(sheet.rows)
    dossier.truth.gaps = gaps(sheet)


@trap("enquête : codes inversés, dictionnaire joint", ROLE, shape=SHAPE, repeats=3)
def reversed_told(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Code 4 as the best, and say so in the codebook sheet."""
    sheet = sheet_of(dossier, ROLE)
    _flip(sheet, ASKED)
    dossier.books[ROLE].sheets = [sheet, dictionary(REVERSED)]
    return ["sens", "invers", "[Dd]ictionnaire"]


@trap("enquête : codes inversés, sans dictionnaire", ROLE, shape=SHAPE, repeats=3)
def reversed_mute(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Code 4 as the best, said nowhere; the overall mark still runs the right way."""
    sheet = sheet_of(dossier, ROLE, "csv")
    dossier.books[ROLE].sheets = [sheet]
    _flip(sheet, ASKED)
    return ["sens", "invers"]


@trap("enquête : une question inversée", ROLE, shape=SHAPE)
def one_reversed(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Turn one question round."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    name = random.choice(ASKED[:4])
    _flip(sheet, [name])
    return ["sens", "invers", name]


@trap("enquête : note sur 20", ROLE, shape=SHAPE)
def mark_of_twenty(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give the overall mark out of 20."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.put("q07_note", [2 * int(str(cell)) for cell in sheet.column("q07_note")])
    return ["note", "q07"]


@trap("enquête : note sur 5", ROLE, shape=SHAPE)
def mark_of_five(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give the overall mark out of 5: every household looks unhappy."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.put("q07_note", [round(int(str(cell)) / 2) for cell in sheet.column("q07_note")])
    return ["note", "q07"]


@trap("enquête : interviews copiées", ROLE, shape=SHAPE)
def copied(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Copy many interviews of quarters under new numbers."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    held = [row for row in sheet.rows if int(str(row[sheet.at("qpv")])) == 1]
    copies = [list(row) for row in random.sample(held, max(10, len(held) // 2))]
    start = len(sheet.rows)
    for rank, row in enumerate(copies):
        row[sheet.at("id_enquete")] = 2390001 + rank
    sheet.rows += copies
    return [
        "copi",
        "identiques",
        "mêmes",
        "répète",
        *places_of(sheet, list(range(start, start + 8))),
    ]


@trap("enquête : questionnaires abandonnés", ROLE, shape=SHAPE)
def abandoned(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep interviews that were broken off, all answers « 4 », with a word in a column of the firm's."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    chosen = set(landlord(dossier, 0.12, random, ROLE))
    for place in chosen:
        for name in ASKED:
            sheet.rows[place][sheet.at(name)] = 4
    kept = [row for place, row in enumerate(sheet.rows) if place not in chosen]
    whole = sheet.rows
    sheet.rows = kept
    _count(dossier, sheet)
    sheet.rows = whole
    sheet.add(
        "",
        "Statut du questionnaire",
        ["Abandon" if i in chosen else "Complet" for i in range(len(whole))],
    )
    return ["Statut", "Abandon"]


@trap("enquête : lignes masquées", ROLE, shape=SHAPE)
def hidden_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Hide interviews that the firm's check refused."""
    sheet = sheet_of(dossier, ROLE)
    held = [place for place, cell in enumerate(sheet.column("qpv")) if int(str(cell)) == 1]
    sheet.hidden = set(random.sample(held, len(held) // 4))
    for place in sheet.hidden:
        for name in ASKED:
            sheet.rows[place][sheet.at(name)] = 4
    whole = sheet.rows
    sheet.rows = [row for place, row in enumerate(whole) if place not in sheet.hidden]
    _count(dossier, sheet)
    sheet.rows = whole
    return ["masqu", *places_of(sheet, sorted(sheet.hidden)[:5])]


@trap("enquête : interviews d'essai", ROLE, shape=SHAPE)
def tests_left(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave the firm's trial interviews, in a row of the same number « TEST »."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    first = sheet.rows[0]
    for rank in range(max(12, len(sheet.rows) // 10)):
        row = list(first)
        row[sheet.at("id_enquete")] = f"TEST{rank + 1}"
        for name in ASKED:
            row[sheet.at(name)] = 1
        sheet.rows.append(row)
    return ["TEST", "identiques", "répète"]


@trap("enquête : un poids × 1 000", ROLE, shape=SHAPE, repeats=3)
def one_weight(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Lose the comma of one weight."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    place = random.randrange(len(sheet.rows))
    sheet.rows[place][sheet.at("poids")] = round(
        float(str(sheet.rows[place][sheet.at("poids")])) * 1000, 1
    )
    return ["[Pp]oids", "pondération", *places_of(sheet, [place])]


@trap("enquête : poids d'effectif total en pied", ROLE, shape=SHAPE)
def mean_row(dossier: Dossier, random: randoms.Random) -> list[str]:
    """End by a row of means without a word."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    row: Row = sheet.blank(poids=round(sum(float(str(cell)) for cell in sheet.column("poids")), 2))
    for name in ASKED:
        row[sheet.at(name)] = 2
    sheet.rows.append(row)
    return places_of(sheet, [len(sheet.rows) - 1])


@trap("enquête : drapeau QPV à l'envers", ROLE, shape=SHAPE)
def flag_turned(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Code 1 as elsewhere: the map contradicts it."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.put("qpv", [1 - int(str(cell)) for cell in sheet.column("qpv")])
    return ["qpv", "livrée", "carte"]


@trap("enquête : NSP codé 5", ROLE, shape=SHAPE)
def other_unknown(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Code the don't-knows 5, absent from the plan."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for name in ASKED:
        sheet.put(name, [5 if str(cell) == "9" else cell for cell in sheet.column(name)])
    return [r"\b5\b"]


@trap("enquête : zéro pour non-réponse", ROLE, shape=SHAPE)
def zero_for_none(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write 0 where the mark was not given: on a scale of 0 to 10 it is read as the worst."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    chosen = landlord(dossier, 0.3, random, ROLE)
    whole = sheet.rows
    sheet.rows = [row for place, row in enumerate(whole) if place not in chosen]
    mark = gaps(sheet)["q07_note"]
    sheet.rows = whole
    dossier.truth.gaps["q07_note"] = mark
    for place in chosen:
        sheet.rows[place][sheet.at("q07_note")] = 0
    return ["q07", "note", "zéro"]


@trap("enquête : vague précédente mêlée", ROLE, shape=SHAPE)
def older_wave(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep interviews of 2019 in the delivery, told by their date alone."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    extra = [list(row) for row in random.sample(sheet.rows, len(sheet.rows) // 2)]
    for rank, row in enumerate(extra):
        row[sheet.at("id_enquete")] = 1900001 + rank
        day = row[sheet.at("date_entretien")]
        row[sheet.at("date_entretien")] = day.replace(year=2019)  # type: ignore[union-attr]
        for name in ASKED:
            row[sheet.at(name)] = random.choice([3, 4, 4, 2])
    sheet.rows += extra
    random.shuffle(sheet.rows)
    return ["2019", "date"]


@trap("enquête : ligne de libellés sous l'en-tête", ROLE, shape=SHAPE)
def label_row(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Put the questions' text below their names."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    labels = {item[0]: item[1] for item in ITEMS}
    sheet.under = [[labels.get(key, f"Libellé de {key}") for key in sheet.keys]]
    return ["libell", "en-tête", *places_of(sheet, [-1])]


@trap("enquête : deux en-têtes", ROLE, shape=SHAPE)
def theme_header(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Put themes over the header, merged."""
    sheet = sheet_of(dossier, ROLE)
    over: Row = [None] * len(sheet.header)
    over[0], over[7] = "Identification", "Satisfaction"
    sheet.over = [over]
    sheet.merged_over = [(0, 6), (7, len(sheet.header) - 1)]
    return ["en-tête"]


@trap("enquête : résidences décalées d'une ligne", ROLE, shape=SHAPE)
def shifted(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Sort the résidences alone: answers are no longer their tenants'."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.put("residence_id", sorted(sheet.column("residence_id"), key=str))
    return ["qpv", "livrée", "carte", "[Rr]ésidence"]


@trap("enquête : réponses toutes pareilles (honnêtes)", ROLE, shape=SHAPE, harmless=True)
def straight_lines(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Let one household in five answer the same to everything."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for place in landlord(dossier, 0.2, random, ROLE):
        answer = random.choice([1, 2, 2, 2, 3])
        for name in ASKED:
            sheet.rows[place][sheet.at(name)] = answer
    _count(dossier, sheet)
    return []


@trap("enquête : deux bailleurs dans la livraison", ROLE, shape=SHAPE)
def other_landlord(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave the neighbour's interviews in the file, in résidences of theirs."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    extra = [list(row) for row in random.sample(sheet.rows, len(sheet.rows) // 3)]
    for rank, row in enumerate(extra):
        row[sheet.at("id_enquete")] = 2380001 + rank
        row[sheet.at("bailleur")] = "Office voisin (fictif)"
        row[sheet.at("residence_id")] = f"V{rank % 5:03d}"
    sheet.rows += extra
    return ["voisin", "[Rr]ésidence"]


@trap("enquête : libellés d'une autre échelle", ROLE, shape=SHAPE)
def other_labels(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give labels in words, one of them not the plan's."""
    sheet = sheet_of(dossier, ROLE, "csv")
    words = {
        "1": "Tout à fait satisfait",
        "2": "Plutôt satisfait",
        "3": "Plutôt pas satisfait",
        "4": "Pas du tout satisfait",
        "9": "Ne sait pas",
    }
    for name in ASKED:
        sheet.put(name, [words[str(cell)] for cell in sheet.column(name)])
    return ["Tout à fait"]


@trap("enquête : HTML nommé .xls", ROLE, shape=SHAPE)
def html_xls(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Name an HTML page .xls."""
    as_form(dossier.books[ROLE], "html", "xls")
    return ["format", "lu comme"]


@trap("enquête : échelle décalée de zéro à trois", ROLE, shape=SHAPE)
def zero_based(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Export positions of answers (0 to 3) for their codes (1 to 4)."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for name in ASKED:
        sheet.put(
            name,
            [int(str(cell)) - 1 if str(cell) in "1234" else cell for cell in sheet.column(name)],
        )
    return [r"\b0\b", "échelle"]
