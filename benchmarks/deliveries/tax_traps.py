# ruff: noqa: ARG001 - every trap takes the same two values, some draw nothing
"""Traps of a tax sheet: what a sum holds, what a base is, whose year and whose unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deliveries.dossier import Dossier, Shape
from deliveries.trap import landlord, places_of, sheet_of, trap

if TYPE_CHECKING:
    import random as randoms

    from deliveries.book import Row, Sheet

ROLE = "fiscalite"
MANY = Shape(inside=7, outside=6, programme=False)


def _number(cell: object) -> float:
    return float(str(cell))


def _scale(sheet: Sheet, key: str, factor: float, digits: int = 0) -> None:
    cells = [round(_number(cell) * factor, digits) for cell in sheet.column(key)]
    sheet.put(key, [int(cell) if digits == 0 else cell for cell in cells])


def _rates(sheet: Sheet) -> list[str]:
    return [key for key in sheet.keys if key.startswith("taux_")]


def _total_row(sheet: Sheet, rows: list[Row], **words: str) -> Row:
    row = sheet.blank(**words)
    for key in ("vlc_eur", "nb_logements", "cotisation_avis_eur", "degrevements_eur", "teom_eur"):
        row[sheet.at(key)] = sum(int(_number(one[sheet.at(key)])) for one in rows)
    return row


def _form(random: randoms.Random) -> str:
    return random.choice(["xlsx", "csv"])


@trap("fiscalité : ligne « Ensemble »", ROLE, shape=MANY)
def whole_row(dossier: Dossier, random: randoms.Random) -> list[str]:
    """End the table by its sum, under the landlord's word."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    word = random.choice(["Ensemble", "Tous avis", "Récapitulatif"])
    row = _total_row(sheet, sheet.rows, avis=word)
    for key in ("id_residence", "annee", *_rates(sheet)):
        row[sheet.at(key)] = sheet.rows[0][sheet.at(key)]
    sheet.rows.append(row)
    return [word, *places_of(sheet, [len(sheet.rows) - 1])]


@trap("fiscalité : somme par avis", ROLE, shape=MANY)
def notice_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Close each notice by its sum, all columns filled but the premises."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    rows: list[Row] = []
    for notice in dict.fromkeys(str(cell) for cell in sheet.column("avis")):
        held = [row for row in sheet.rows if row[sheet.at("avis")] == notice]
        row = _total_row(sheet, held, avis=notice)
        for key in ("id_residence", "annee", "fin_exoneration", *_rates(sheet)):
            row[sheet.at(key)] = held[0][sheet.at(key)]
        rows += [*held, row]
    sheet.rows = rows
    return ["somme", "total", "avis"]


@trap("fiscalité : total au pied sans mot", ROLE, shape=MANY)
def bare_total(dossier: Dossier, random: randoms.Random) -> list[str]:
    """End by bare sums below a blank row."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.rows += [sheet.blank(), _total_row(sheet, sheet.rows)]
    return places_of(sheet, [len(sheet.rows) - 1])


@trap("fiscalité : lignes masquées", ROLE, shape=MANY)
def hidden_rows(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Hide a corrected version of premises under a new notice, the old one left visible elsewhere."""
    sheet = sheet_of(dossier, ROLE)
    copies = [list(sheet.rows[place]) for place in landlord(dossier, 0.25, random, ROLE)]
    for row in copies:
        row[sheet.at("avis")] = "ANNULE ET REMPLACE"
        row[sheet.at("invariant")] = f"{row[sheet.at('invariant')]}9"
    start = len(sheet.rows)
    sheet.rows += copies
    sheet.hidden = set(range(start, len(sheet.rows)))
    return ["masqu", "ANNULE", *places_of(sheet, sorted(sheet.hidden))]


@trap("fiscalité : TEOM dans la cotisation", ROLE, shape=MANY)
def waste_tax_in(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give the sum to pay, TEOM in it."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sums = [
        int(_number(a) + _number(b))
        for a, b in zip(sheet.column("cotisation_avis_eur"), sheet.column("teom_eur"), strict=True)
    ]
    sheet.put("cotisation_avis_eur", list(sums))
    return ["TEOM", "ordures", "cotisation", "Cotisation"]


@trap("fiscalité : TEOM dans un tiers des lignes", ROLE, shape=MANY)
def waste_tax_third(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Add TEOM on a third of the notices only."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    notices = list(dict.fromkeys(sheet.column("avis")))
    chosen = notices[:: 3 if len(notices) > 2 else 1][: max(1, len(notices) // 3)]
    for row in sheet.rows:
        if row[sheet.at("avis")] in chosen:
            row[sheet.at("cotisation_avis_eur")] = int(
                _number(row[sheet.at("cotisation_avis_eur")]) + _number(row[sheet.at("teom_eur")])
            )
    return ["TEOM", "ordures", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : TEOM dans une commune", ROLE, shape=MANY, places=("ardennes", "guadeloupe"))
def waste_tax_town(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Add TEOM in one commune of the two, where the town votes it on the notice."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    towns = sorted({str(cell)[:8] for cell in sheet.column("avis")})
    for row in sheet.rows:
        if str(row[sheet.at("avis")]).startswith(towns[0]):
            row[sheet.at("cotisation_avis_eur")] = int(
                _number(row[sheet.at("cotisation_avis_eur")]) + _number(row[sheet.at("teom_eur")])
            )
    return ["TEOM", "ordures", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : TEOM dedans, colonne absente", ROLE, shape=MANY)
def waste_tax_unknown(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give the sum to pay and no column of TEOM."""
    waste_tax_in(dossier, random)
    dossier.books[ROLE].main.drop("teom_eur")
    return ["TEOM", "ordures", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : frais de gestion dedans", ROLE, shape=MANY)
def fees_in(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give the sum with management fees."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    _scale(sheet, "cotisation_avis_eur", random.choice([1.03, 1.08]))
    return ["frais", "cotisation", "Cotisation"]


@trap("fiscalité : VLC donnée pour base nette", ROLE, shape=MANY)
def value_for_base(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Head the rental value « Base nette (€) »."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    place = sheet.at("vlc_eur")
    sheet.keys[place], sheet.header[place] = "base_nette_eur", "Base nette (€)"
    return ["[Bb]ase", "VLC", "cotisation", "Cotisation"]


@trap("fiscalité : base donnée pour VLC", ROLE, shape=MANY)
def base_for_value(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Head half the rental value « VLC (€) »."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    _scale(sheet, "vlc_eur", 0.5, 1)
    return ["[Bb]ase", "VLC", "cotisation", "Cotisation"]


@trap("fiscalité : base après abattement", ROLE, shape=MANY)
def base_after(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Copy the base that the notice prints, already reduced by 30 % where it is."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    bases = _bases_after(sheet)
    place = sheet.at("vlc_eur")
    sheet.put("vlc_eur", list(bases))
    sheet.keys[place], sheet.header[place] = "base_nette_eur", "Base nette (€)"
    return ["[Bb]ase", "abattue", "cotisation", "Cotisation"]


def _bases_after(sheet: Sheet) -> list[int]:
    bases = []
    for row in sheet.rows:
        half = _number(row[sheet.at("vlc_eur")]) / 2
        full = half * sum(_number(row[sheet.at(key)]) for key in _rates(sheet)) / 100
        paid = _number(row[sheet.at("cotisation_avis_eur")])
        bases.append(round(half * (0.7 if 0 < paid < 0.85 * full else 1.0)))
    return bases


@trap("fiscalité : base après, à côté de la VLC", ROLE, shape=MANY)
def base_after_beside(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give both the rental value and the reduced base."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.add(
        "base_nette_eur", "Base nette (€)", list(_bases_after(sheet)), sheet.at("vlc_eur") + 1
    )
    return ["[Bb]ase", "VLC"]


@trap("fiscalité : k€ dits dans le titre", ROLE, shape=MANY)
def thousands_titled(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give amounts in k€, said in the title alone."""
    sheet = sheet_of(dossier, ROLE)
    sheet.title = ["Taxe foncière - montants en k€", "DONNÉES FICTIVES"]
    for key in ("vlc_eur", "cotisation_avis_eur", "teom_eur"):
        _scale(sheet, key, 0.001, 3)
        sheet.header[sheet.at(key)] = sheet.header[sheet.at(key)].replace(" (€)", "")
    return ["k€", "millier"]


@trap("fiscalité : k€ sans un mot", ROLE, shape=MANY)
def thousands_silent(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give amounts in k€ to one decimal, said nowhere."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for key in ("vlc_eur", "cotisation_avis_eur", "teom_eur"):
        _scale(sheet, key, 0.001, 1)
    return ["millier", "VLC", "faible", "unité"]


@trap("fiscalité : centimes", ROLE, shape=MANY)
def cents(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Lose the decimal point: amounts in cents."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for key in ("vlc_eur", "cotisation_avis_eur", "teom_eur"):
        _scale(sheet, key, 100)
    return ["centime", "VLC", "élevé", "unité"]


@trap("fiscalité : virgule des taux perdue", ROLE, shape=MANY)
def lost_comma(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Lose the comma of a rate: 52,34 becomes 5234."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    _scale(sheet, "taux_commune_pct", 100)
    return ["[Tt]aux"]


@trap("fiscalité : taux en proportion sur la moitié", ROLE, shape=MANY)
def mixed_rates(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write half the rates of the commune as proportions."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for place in landlord(dossier, 0.5, random, ROLE):
        row = sheet.rows[place]
        row[sheet.at("taux_commune_pct")] = round(
            _number(row[sheet.at("taux_commune_pct")]) / 100, 4
        )
    return ["[Tt]aux"]


@trap("fiscalité : taux de l'an passé", ROLE, shape=MANY)
def old_rates(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep last year's rates, 2 to 3 % lower, beside this year's sums."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    _scale(sheet, "taux_commune_pct", random.uniform(0.968, 0.982), 2)
    return ["[Tt]aux", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : deux années de taux", ROLE, shape=MANY)
def two_rates(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Copy half the lines with last year's rates."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for row in sheet.rows[len(sheet.rows) // 2 :]:
        row[sheet.at("taux_commune_pct")] = round(
            _number(row[sheet.at("taux_commune_pct")]) * 0.93, 2
        )
    return ["[Tt]aux", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : lissage", ROLE, shape=MANY)
def smoothing(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Add to each sum what smooths the rates of merged towns, another share each line."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.put(
        "cotisation_avis_eur",
        [
            round(_number(cell) * random.uniform(0.93, 1.07))
            for cell in sheet.column("cotisation_avis_eur")
        ],
    )
    return ["lissage", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : dégrèvements déjà déduits", ROLE, shape=MANY)
def reliefs_out(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Give the sum less reliefs, and the reliefs too."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    for place in landlord(dossier, 0.4, random, ROLE):
        row = sheet.rows[place]
        relief = round(_number(row[sheet.at("cotisation_avis_eur")]) * random.uniform(0.15, 0.45))
        row[sheet.at("degrevements_eur")] = relief
        row[sheet.at("cotisation_avis_eur")] = (
            int(_number(row[sheet.at("cotisation_avis_eur")])) - relief
        )
    return ["dégrèvement", "Dégrèvement", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : somme de l'avis répétée", ROLE, shape=MANY)
def repeated_sum(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write the sum of the notice on each of its lines."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sums: dict[object, float] = {}
    for row in sheet.rows:
        sums[row[sheet.at("avis")]] = sums.get(row[sheet.at("avis")], 0) + _number(
            row[sheet.at("cotisation_avis_eur")]
        )
    sheet.put("cotisation_avis_eur", [int(sums[cell]) for cell in sheet.column("avis")])
    return ["répét", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : lignes de l'an passé mêlées", ROLE, shape=MANY)
def two_years(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep both years in the sheet, each with its year."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    older = [list(row) for row in sheet.rows]
    year = dossier.place.tax_year
    for row in older:
        row[sheet.at("annee")] = year - 1
        row[sheet.at("avis")] = f"{(year - 1) % 100}{str(row[sheet.at('avis')])[2:]}"
    sheet.rows += older
    return [str(year - 1), "[Aa]nnée"]


@trap("fiscalité : deux années sans colonne d'année", ROLE, shape=MANY)
def two_years_mute(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Keep both years in the sheet; only the notice's number tells."""
    two_years(dossier, random)
    sheet = dossier.books[ROLE].main
    sheet.drop("annee")
    return ["[Aa]nnée", "deux fois", "invariant", "Invariant", "répète"]


@trap("fiscalité : VLC de deux années", ROLE, shape=MANY)
def value_years(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Head two rental values by their years."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    year = dossier.place.tax_year
    place = sheet.at("vlc_eur")
    sheet.header[place] = f"VLC {year}"
    sheet.add(
        "",
        f"VLC {year - 1}",
        [round(_number(cell) * 0.962) for cell in sheet.column("vlc_eur")],
        place,
    )
    return [str(year - 1), "VLC"]


@trap("fiscalité : VLC triée à part", ROLE, shape=MANY)
def sorted_apart(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Sort the rental values alone."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    sheet.put("vlc_eur", sorted(sheet.column("vlc_eur"), key=lambda cell: -_number(cell)))
    return ["VLC", "cotisation", "Cotisation", "avis"]


@trap("fiscalité : garages et commerces", ROLE, shape=MANY)
def garages(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Leave garages and shops of a quarter among the premises, never abated, with a column that says so."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    extra = [list(sheet.rows[place]) for place in landlord(dossier, 0.3, random, ROLE)]
    start = len(sheet.rows)
    for rank, row in enumerate(extra):
        value = random.randint(3000, 20000)
        row[sheet.at("invariant")] = f"{str(row[sheet.at('invariant')])[:5]}9{rank:04d}"
        row[sheet.at("vlc_eur")] = value
        row[sheet.at("nb_logements")] = 0
        row[sheet.at("fin_exoneration")] = None
        row[sheet.at("cotisation_avis_eur")] = round(
            value / 2 * sum(_number(row[sheet.at(key)]) for key in _rates(sheet)) / 100
        )
    sheet.rows += extra
    words = [
        random.choice(["Garage", "Parking", "Commerce"]) if i >= start else "Appartement"
        for i in range(len(sheet.rows))
    ]
    sheet.add("", "Nature", list(words))
    return ["Garage", "Parking", "Commerce", "Nature"]


@trap("fiscalité : locaux en double sous deux avis", ROLE, shape=MANY)
def twice_noticed(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Copy premises again under a corrective notice."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    extra = [list(sheet.rows[place]) for place in landlord(dossier, 0.4, random, ROLE)]
    start = len(sheet.rows)
    for row in extra:
        row[sheet.at("avis")] = f"{str(row[sheet.at('avis')])[:-1]}7"
    sheet.rows += extra
    return [
        "deux",
        "répète",
        "invariant",
        "Invariant",
        *places_of(sheet, list(range(start, len(sheet.rows)))),
    ]


@trap("fiscalité : invariants en 5,99E+09", ROLE, shape=MANY)
def scientific(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Let the suite write invariants as powers of ten: several premises share one."""
    sheet = sheet_of(dossier, ROLE, "csv")
    sheet.put(
        "invariant",
        [f"{float(str(cell)):.2E}".replace(".", ",") for cell in sheet.column("invariant")],
    )
    return [r"E\+", "[Ii]nvariant"]


@trap("fiscalité : négatifs entre parenthèses", ROLE, shape=MANY)
def brackets(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Write reliefs in brackets, as accountants do."""
    sheet = sheet_of(dossier, ROLE, "csv")
    sheet.put(
        "degrevements_eur",
        ["(412,00)" if _number(cell) else "-" for cell in sheet.column("degrevements_eur")],
    )
    return ["dégrèvement", "Dégrèvement"]


@trap("fiscalité : une cotisation abîmée", ROLE, shape=MANY)
def one_garbled(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Type one sum with a digit too many."""
    sheet = sheet_of(dossier, ROLE, _form(random))
    held = [
        place for place, cell in enumerate(sheet.column("cotisation_avis_eur")) if _number(cell) > 0
    ]
    place = random.choice(held)
    sheet.rows[place][sheet.at("cotisation_avis_eur")] = int(
        _number(sheet.rows[place][sheet.at("cotisation_avis_eur")]) * 10 + 3
    )
    return [*places_of(sheet, [place]), "avis", "cotisation"]


@trap("fiscalité : codes sans leurs zéros", ROLE, shape=MANY, harmless=True)
def lost_zeros(dossier: Dossier, random: randoms.Random) -> list[str]:
    """Lose the zeros of the résidence's code in the tax sheet alone."""
    sheet = sheet_of(dossier, ROLE)
    sheet.put("id_residence", [int(str(cell)) for cell in sheet.column("id_residence")])
    return ["zéro", "[Rr]ésidence"]
