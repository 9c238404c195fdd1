"""Sixty oddities, one a delivery: what a landlord, a tax office, a committee or a pollster does to a table."""

# ruff: noqa: ARG001, D401, E501, PLW2901

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import Any

from . import layouts
from .book import Sheet
from .layouts import AXES, Delivery
from .world import ITEMS, QUARTERS, RATES, World

Change = Callable[[Delivery, random.Random], None]
ODD: dict[str, tuple[str, Change]] = {}
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


def odd(name: str, form: str = "codes") -> Callable[[Change], Change]:
    """Enter an oddity under its name, on a survey of that form."""

    def enter(change: Change) -> Change:
        ODD[name] = (form, change)
        return change

    return enter


def deliver(name: str, world: World, rng: random.Random) -> Delivery:
    """Return the delivery with its one oddity."""
    form, change = ODD[name]
    delivery = layouts.plain(world, rng, form)
    change(delivery, rng)
    survey = name.startswith("survey")
    delivery.roles = ("patrimoine", "enquete") if survey else layouts.ROLES[:4]
    money = {"acquis", "a_reclamer", "a_risque", "valorise"}
    delivery.truth = {
        k: v for k, v in delivery.truth.items() if (k not in money if survey else ":" not in k)
    }
    return delivery


def _without(delivery: Delivery, gone: set[str]) -> None:
    """The truth when these entrances are no longer the landlord's."""
    world = delivery.world
    stock = tuple(e for e in world.stock if e.building not in gone)
    tax = tuple(p for p in world.tax if p.entrance.building not in gone)
    kept = {k: v for k, v in delivery.truth.items() if ":" in k}
    delivery.truth = dataclasses.replace(world, stock=stock, tax=tax).truth() | kept


# --- stock


@odd("stock: two header rows")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.main.upper = [
        "Identification",
        None,
        None,
        "Localisation",
        *[None] * (len(d.stock.main.keys) - 4),
    ]


@odd("stock: merged cells")
def _(d: Delivery, rng: random.Random) -> None:
    s, last = d.stock.main, None
    for row in s.rows:
        code = row[s.at("id")]
        if code == last:
            row[s.at("id")] = None
        last = code


@odd("stock: total général at the end")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.stock.main
    row: list[Any] = [None] * len(s.keys)
    row[s.at("name")] = "Total général"
    row[s.at("dwellings")] = sum(r[s.at("dwellings")] for r in s.rows)
    s.rows.append(row)


@odd("stock: sums a residence, no word")
def _(d: Delivery, rng: random.Random) -> None:
    s, out = d.stock.main, []
    for at, row in enumerate(s.rows):
        out.append(row)
        code = row[s.at("id")]
        if at + 1 == len(s.rows) or s.rows[at + 1][s.at("id")] != code:
            total = list(row)
            total[s.at("building")] = total[s.at("address")] = None
            total[s.at("dwellings")] = sum(
                r[s.at("dwellings")] for r in s.rows if r[s.at("id")] == code
            )
            out.append(total)
    s.rows = out


@odd("stock: hidden rows")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.stock.main
    s.hidden = set(rng.sample(range(len(s.rows)), 6))
    _without(d, {s.rows[at][s.at("building")] for at in s.hidden})


@odd("stock: a filter left on")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.stock.main
    s.hidden = {at for at, row in enumerate(s.rows) if row[s.at("agency")] == "Agence Nord"}
    s.filtered = True


@odd("stock: dwellings with a unit")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.main.each("dwellings", lambda n: f"{n} lgts")


@odd("stock: ids lost their zeros")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.main.each("id", int)


@odd("stock: an empty sheet first")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.sheets.insert(
        0, Sheet("Lisez-moi", [], [], [["État du parc, service informatique"], ["Ne pas diffuser"]])
    )


@odd("stock: one sheet an agency")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.stock.main
    sheets = []
    for name in ("Agence Nord", "Agence Centre"):
        rows = [r for r in s.rows if r[s.at("agency")] == name]
        sheets.append(Sheet(name, list(s.keys), list(s.header), rows))
    d.stock.sheets = sheets


@odd("stock: html called xls")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.suffix = ".xls"


@odd("stock: rows pasted twice")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.main.rows += [list(r) for r in d.stock.main.rows[5:14]]


@odd("stock: broken accents")
def _(d: Delivery, rng: random.Random) -> None:
    for key in ("name", "address"):
        d.stock.main.each(key, lambda t: t.encode().decode("cp1252", errors="replace"))


@odd("stock: sold entrances in a column")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.stock.main
    gone = set(rng.sample(range(len(s.rows)), 4))
    s.add("state", "Etat lot", ["V" if at in gone else "G" for at in range(len(s.rows))])
    _without(d, {s.rows[at][s.at("building")] for at in gone})


@odd("stock: two years of dwellings")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.stock.main
    at = s.at("dwellings")
    s.add("old", "Logements 31/12/2023", [r[at] + rng.choice((0, 0, 4)) for r in s.rows], before=at)
    s.header[s.at("dwellings")] = "Logements 31/12/2024"


@odd("stock: formulas never calculated")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.main.each("dwellings", lambda n: f"={n - 3}+3")


@odd("stock: postcodes and towns abridged")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.main.each("postcode", lambda _p: "59 999")
    d.stock.main.each("town", lambda _t: "VALMONT S/ ORVE CEDEX")


@odd("stock: footnotes")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.main.foot = [
        [],
        ["(1) hors foyers et logements de fonction"],
        ["Source : direction du patrimoine, extraction du 12/01/2026"],
    ]


@odd("stock: parking rows")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.stock.main
    s.add("lot", "Type de lot", ["Logement"] * len(s.rows))
    for row in [list(r) for r in s.rows[::5]]:
        row[s.at("building")] += "P"
        row[s.at("lot")], row[s.at("dwellings")] = "Parking", 12
        s.rows.append(row)


@odd("stock: agency rows between")
def _(d: Delivery, rng: random.Random) -> None:
    s, out = d.stock.main, []
    for name in ("Agence Nord", "Agence Centre"):
        out.append([name, *[None] * (len(s.keys) - 1)])
        out += [r for r in s.rows if r[s.at("agency")] == name]
    s.rows = out


# --- tax sheet and convention


@odd("tax: k€ unsaid")
def _(d: Delivery, rng: random.Random) -> None:
    for key in ("vlc", "charged", "teom"):
        d.tax.main.each(key, lambda n: n / 1000)


@odd("tax: k€ in the title")
def _(d: Delivery, rng: random.Random) -> None:
    d.tax.main.titles = [["Taxe foncière 2025, montants en milliers d’euros"]]
    for key in ("vlc", "charged", "teom"):
        d.tax.main.each(key, lambda n: n / 1000)


@odd("tax: rates as fractions")
def _(d: Delivery, rng: random.Random) -> None:
    for key in RATES:
        d.tax.main.each(key, lambda n: round(n / 100, 6))


@odd("tax: numbers as text")
def _(d: Delivery, rng: random.Random) -> None:
    for key in ("vlc", "charged", "teom"):
        d.tax.main.each(key, lambda n: f"{n:,}".replace(",", "\u202f") + ",00 €")
    d.tax.main.each("commune", lambda n: f"{n} %".replace(".", ","))


@odd("tax: ditto marks")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.tax.main
    s.rows.sort(key=lambda r: (r[s.at("notice")], r[s.at("invariant")]))
    for key in ("notice", "commune", "epci"):
        last, at = None, s.at(key)
        for row in s.rows:
            value = row[at]
            row[at] = '"' if value == last else value
            last = value


@odd("tax: base after abatement")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.tax.main
    s.header[s.at("vlc")] = "Base nette"
    at, code = s.at("vlc"), s.at("invariant")
    lines = {p.invariant: p for p in d.world.tax}
    for row in s.rows:
        line = lines[row[code]]
        row[at] = line.base - round(line.base * 0.3) if line.abated else line.base


@odd("tax: waste tax left in the sums")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.tax.main
    for row in s.rows:
        row[s.at("charged")] += row[s.at("teom")]


@odd("tax: last year's tab first")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.tax.main
    rows = [list(r) for r in s.rows]
    for row in rows:
        row[s.at("tax_year")] = 2024
        for key in ("vlc", "charged", "teom"):
            row[s.at(key)] = round(row[s.at(key)] * 0.96)
    s.name = "2025"
    d.tax.sheets = [Sheet("2024", list(s.keys), list(s.header), rows), s]


@odd("tax: one sheet a notice")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.tax.main
    at = s.at("notice")
    names = sorted({r[at] for r in s.rows})
    d.tax.sheets = [
        Sheet(f"Avis {i + 1}", list(s.keys), list(s.header), [r for r in s.rows if r[at] == n])
        for i, n in enumerate(names)
    ]


@odd("tax: a row Ensemble a notice")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.tax.main
    at, out = s.at("notice"), []
    for name in sorted({r[at] for r in s.rows}):
        rows = [r for r in s.rows if r[at] == name]
        total: list[Any] = [None] * len(s.keys)
        total[at], total[s.at("invariant")] = name, "Ensemble"
        for key in ("dwellings", "vlc", "charged", "teom"):
            total[s.at(key)] = sum(r[s.at(key)] for r in rows)
        out += [*rows, total]
    s.rows = out


@odd("tax: one overall rate")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.tax.main
    for key in ("epci", "tse", "gemapi"):
        s.drop(key)
    s.header[s.at("commune")] = "Taux (toutes collectivités)"
    s.each("commune", lambda _v: round(sum(RATES.values()), 2))


@odd("tax: sums in cents")
def _(d: Delivery, rng: random.Random) -> None:
    for key in ("vlc", "charged", "teom"):
        d.tax.main.each(key, lambda n: n * 100)


@odd("tax: two-digit text dates of exemption", "words")
def _(d: Delivery, rng: random.Random) -> None:
    d.stock.main.each("exempt", lambda day: f"{day:%d.%m.%y}")


@odd("convention: quarters with spaces")
def _(d: Delivery, rng: random.Random) -> None:
    d.conventions.main.rows[0][1] = "qn 05991 I / qn 05992 M / qn 05993 N"


@odd("tax: garage lines")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.tax.main
    s.add("kind", "Nature du local", ["Appartements"] * len(s.rows))
    for at, row in enumerate([list(r) for r in s.rows[::6]]):
        row[s.at("invariant")] = f"599888{at:04d}"
        row[s.at("kind")], row[s.at("dwellings")], row[s.at("vlc")], row[s.at("teom")] = (
            "Garage",
            0,
            2000,
            0,
        )
        row[s.at("charged")] = sum(round(1000 * r / 100) for r in RATES.values())
        s.rows.append(row)


@odd("tax: lines twice on a notice")
def _(d: Delivery, rng: random.Random) -> None:
    d.tax.main.rows += [list(r) for r in d.tax.main.rows[3:8]]


@odd("tax: fees in the sums")
def _(d: Delivery, rng: random.Random) -> None:
    d.tax.main.each("charged", lambda n: round(n * 1.03))


@odd("convention: month first")
def _(d: Delivery, rng: random.Random) -> None:
    d.conventions.main.rows[0][2:] = ["04/02/2024", "11/20/2024", "12/16/2024", "12/31/2030"]


# --- programme


@odd("programme: roman axes")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.programme.main
    for row, action in zip(s.rows, d.world.actions, strict=True):
        row[s.at("axis")] = ROMAN[action.axis - 1]


@odd("programme: section rows for axes")
def _(d: Delivery, rng: random.Random) -> None:
    s, out = d.programme.main, []
    order = sorted(zip(d.world.actions, s.rows, strict=True), key=lambda pair: pair[0].axis)
    place = s.at("axis")
    last = 0
    for action, row in order:
        row = [cell for at, cell in enumerate(row) if at != place]
        if action.axis != last:
            out.append(
                [f"AXE {action.axis} - {AXES[action.axis - 1].upper()}", *[None] * (len(row) - 1)]
            )
        last = action.axis
        out.append(row)
    del s.keys[place], s.header[place]
    s.rows = out


@odd("programme: sums inside, no word")
def _(d: Delivery, rng: random.Random) -> None:
    s, out = d.programme.main, []
    for at, row in enumerate(s.rows):
        out.append(row)
        if at in {7, 15}:
            total: list[Any] = [None] * len(s.keys)
            for key in ("planned", "spent", "valued"):
                total[s.at(key)] = round(sum(r[s.at(key)] for r in s.rows[at - 7 : at + 1]), 2)
            out.append(total)
    s.rows = out


@odd("programme: k€ unsaid")
def _(d: Delivery, rng: random.Random) -> None:
    for key in ("planned", "spent", "valued"):
        d.programme.main.each(key, lambda n: round(n / 1000, 3))
    d.truth["valorise"] = sum(round(a.valued / 1000, 3) for a in d.world.actions) * 1000


@odd("programme: two years stacked")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.programme.main
    old = [list(r) for r in s.rows]
    s.add("when", "Exercice", [2025] * len(s.rows))
    for row in old:
        for key in ("planned", "spent", "valued"):
            row[s.at(key)] = round(row[s.at(key)] * 0.9, 2)
        s.rows.append([*row, 2024])


@odd("programme: cancelled actions")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.programme.main
    gone = set(rng.sample(range(len(s.rows)), 3))
    s.add("state", "Suivi", ["annulée" if at in gone else "faite" for at in range(len(s.rows))])
    d.truth["valorise"] -= sum(d.world.actions[at].valued for at in gone)


@odd("programme: amounts as text")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.programme.main
    for key in ("planned", "spent", "valued"):
        s.each(key, lambda n: f"{n:,.2f}".replace(",", " ").replace(".", ",") + " € TTC")


@odd("programme: ditto marks")
def _(d: Delivery, rng: random.Random) -> None:
    s, last = d.programme.main, None
    at = s.at("quarter")
    for row in s.rows:
        value = row[at]
        row[at] = "idem" if value == last else value
        last = value


@odd("programme: without and with tax")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.programme.main
    at = s.at("valued")
    s.header[at] += " TTC"
    s.add(
        "net",
        s.header[at].replace(" TTC", " HT"),
        [round(r[at] / 1.2, 2) for r in s.rows],
        before=at,
    )


@odd("programme: a credit")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.programme.main
    row = list(s.rows[2])
    for key in ("spent", "valued"):
        row[s.at(key)] = -500
    row[s.at("planned")] = 0
    s.rows.append(row)
    d.truth["valorise"] -= 500


@odd("programme: every quarter at once")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.programme.main
    for at in (1, 9):
        s.rows[at][s.at("quarter")] = "Tous les QPV"


@odd("programme: quarter names misspelt")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.programme.main
    for row, action in zip(s.rows, d.world.actions, strict=True):
        row[s.at("quarter")] = (
            QUARTERS[action.quarter]
            .replace("Tilleuls", "Tilleul")
            .replace("Aunes", "Aulnes")
            .upper()
        )


# --- survey


def _bare(d: Delivery) -> Sheet:
    d.survey.sheets = d.survey.sheets[:1]
    return d.survey.main


@odd("survey: best is 4, no labels")
def _(d: Delivery, rng: random.Random) -> None:
    s = _bare(d)
    for key, *_rest in ITEMS:
        s.each(key, lambda m: 5 - m if m <= 4 else m)


@odd("survey: best is 4, labelled")
def _(d: Delivery, rng: random.Random) -> None:
    for key, *_rest in ITEMS:
        d.survey.main.each(key, lambda m: 5 - m if m <= 4 else m)
    for row in d.survey.sheets[1].rows:
        if row[0] != "Q6" and row[2] <= 4:
            row[2] = 5 - row[2]


@odd("survey: words, accents broken", "words")
def _(d: Delivery, rng: random.Random) -> None:
    for key, *_rest in ITEMS:
        d.survey.main.each(key, lambda t: t.encode().decode("cp1252", errors="replace"))


@odd("survey: words in capitals, spaces", "other")
def _(d: Delivery, rng: random.Random) -> None:
    for key, *_rest in ITEMS:
        d.survey.main.each(key, lambda t: f" {t.upper()}" if rng.random() < 0.5 else t)


@odd("survey: weights that sum to 100")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.survey.main
    total = sum(r[s.at("weight")] for r in s.rows)
    s.each("weight", lambda w: f"{w / total * 100:.5f} %".replace(".", ","))


@odd("survey: one weight times a thousand")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.survey.main
    s.rows[7][s.at("weight")] *= 1000


@odd("survey: interviews copied")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.survey.main
    for at, row in enumerate([list(r) for r in s.rows[40:120]]):
        row[0] = 249000 + at
        s.rows.append(row)


@odd("survey: abandoned interviews")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.survey.main
    s.add("state", "Statut", ["Complet"] * len(s.rows))
    for at in range(60):
        row = list(s.rows[at * 2 + 1])
        row[0], row[-1] = 248000 + at, "Abandon"
        for key, *_rest in ITEMS:
            row[s.at(key)] = rng.choice((3, 4))
        s.rows.append(row)


@odd("survey: ids lost their zeros", "words")
def _(d: Delivery, rng: random.Random) -> None:
    d.survey.main.each("id", int)


@odd("survey: side as letters, means below")
def _(d: Delivery, rng: random.Random) -> None:
    s = d.survey.main
    s.each("side", lambda v: "QPV" if v else "HQPV")
    row: list[Any] = ["Moyenne", *[None] * (len(s.keys) - 1)]
    for key, *_rest in ITEMS:
        row[s.at(key)] = 2.31
    s.rows.append(row)
