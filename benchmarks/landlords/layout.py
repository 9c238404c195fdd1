"""How each landlord writes its files: every choice comes from its number and seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

SEED = 20261202
COUNT = 30
RESERVED = tuple(range(31, 40))  # not to be run before the merge that they judge

STOCK = ("entrees", "batiments", "fusion", "csv", "ods", "feuilles", "groupes", "voie_en_colonnes")
TAX = ("taux", "somme", "avis_par_feuille", "teom_dedans", "base", "residence")
PROGRAMME = ("prevu_realise", "trois", "sections", "milliers", "romains", "mots", "themes")


@dataclass(frozen=True)
class Layout:
    """The layouts of one landlord."""

    index: int
    seed: int
    place: str
    year: int
    size: int
    interviews: int
    near: int
    cut: int
    code: str
    stock: str
    total_row: bool
    waves: tuple[dict[str, object], ...]
    same_headers: bool
    text_headers: bool
    survey_file: str  # xlsx, csv, ods
    wave_told: str  # colonne | nom
    flag: bool
    noise: bool  # columns that are no question
    tax: str
    exempt_blank: bool
    garages: bool
    year_told: bool
    listed: bool
    programme: str
    numbered: bool
    shared: str
    dated_pieces: bool
    conventions: str  # codes, noms, lignes
    ordinary: str  # residences, totaux, rien


def _turn(values: tuple[object, ...], index: int, step: int) -> object:
    return values[(index * step + index // len(values)) % len(values)]


def _wave(rng: random.Random, name: str, coding: str) -> dict[str, object]:
    levels = "five" if coding.startswith("five") else "four"
    best_high = {"best1": False, "best4": True}.get(
        coding.split("_", maxsplit=1)[0], rng.random() < 0.6
    )
    if coding == "lettres":
        best_high = False
    return {
        "name": name,
        "levels": levels,
        "best_high": best_high,
        "writing": "lettres"
        if coding == "lettres"
        else "mots"
        if coding.endswith("mots") or coding == "mots"
        else "codes",
        "dictionary": coding.endswith("dico"),
        "words": rng.randrange(3),
        "dk": rng.choice(("9", "99", "vide", "mot")),
        "mark_from": 7,
        "weighted": rng.random() < 0.6,
    }


CODINGS = (
    ("best1",),
    ("best4", "best4_dico"),
    ("mots", "best4"),
    ("best1_dico",),
    ("five",),
    ("best1", "best4"),
    ("lettres", "mots"),
    ("best4",),
    ("mots",),
    ("best1_dico", "best1", "best1_dico"),
    ("five_dico", "five_dico"),
    ("best4_dico", "best1_dico"),
    ("best1", "best1", "mots"),
    ("lettres",),
    ("best4", "best4", "best4"),
)


def layout(index: int) -> Layout:
    """Return the layouts of landlord `index`, the same at each call."""
    seed = SEED * 100 + index
    rng = random.Random(seed)
    place, year = "valmont", 2025
    if index % 5 == 0:
        place, year = "bondy", 2024
    elif index % 7 == 3:
        place, year = "valmont2015", 2024
    elif index % 9 == 4:
        year = 2026
    codings = CODINGS[(index * 4) % len(CODINGS)] if index <= COUNT else rng.choice(CODINGS)
    names = ("2017", "2020", "2023")[-len(codings) :]
    return Layout(
        index=index,
        seed=seed,
        place=place,
        year=year,
        size=rng.randrange(22, 61),
        interviews=rng.randrange(420, 900),
        near=rng.choice((0, 0, 1, 2)),
        cut=rng.choice((0, 0, 1)),
        code=rng.choice(("0{}", "G{}", "{}", "R-{}", "00{}")),
        stock=str(_turn(STOCK, index, 3)),
        total_row=rng.random() < 0.4,
        waves=tuple(_wave(rng, name, coding) for name, coding in zip(names, codings, strict=True)),
        same_headers=rng.random() < 0.6,
        text_headers=rng.random() < 0.5,
        survey_file=("xlsx", "csv", "xlsx", "ods")[index % 4],
        wave_told=rng.choice(("colonne", "colonne", "nom")),
        flag=rng.random() < 0.5,
        noise=rng.random() < 0.5,
        tax=str(_turn(TAX, index, 5)),
        exempt_blank=rng.random() < 0.3,
        garages=rng.random() < 0.4,
        year_told=rng.random() < 0.6,
        listed=rng.random() < 0.5,
        programme=str(_turn(PROGRAMME, index, 2)),
        numbered=rng.random() < 0.6,
        shared=rng.choice(("", "deux", "tous")),
        dated_pieces=rng.random() < 0.7,
        conventions=rng.choice(("codes", "noms", "lignes")),
        ordinary=rng.choice(("residences", "totaux", "rien")),
    )
