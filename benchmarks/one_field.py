"""Measure whole addresses written in one field, the commune in words, as public suites of lines write them.

    PYTHONPATH=src:benchmarks python benchmarks/one_field.py INDEX_FOLDER --seed 7 --count 1000 [--nation]

Lines follow the habits of the geocoders' public suites (`geocoder-tester`: « 29BIS Avenue des Abbesses
Chelles », what people type, misspelt names) and are drawn by rules of this file alone: no word list of
the parser is read. `--nation` adds, under the name of every other commune of France, a town of thirty
streets drawn from the index, so that homonyms and near names compete. `--lines FILE` writes the lines for
the peer.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from geocode import number_right, street_right
from noise import Case, absent, addresses

from tfpb.addresses.communes import Communes
from tfpb.addresses.store import AddressStore
from tfpb.geocode import CommuneAddresses
from tfpb.geocode.matcher import Geocoder
from tfpb.geocode.table_run import frame_of
from tfpb.text import fold, strip_accents

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.geocode import Street

Drawn = tuple[CommuneAddresses, "Street", int]
_STREETS = 30


class Nation:
    """The index, and a town made of its streets under every other code of the list."""

    vintage = "nation"

    def __init__(self, store: AddressStore, communes: Communes, pool: list[Drawn]) -> None:
        self.store, self.communes, self.pool = store, communes, pool
        self.held = set(store.citycodes())

    def commune(self, citycode: str) -> CommuneAddresses | None:
        """Return a true commune, or an invented one: the same streets at each call."""
        if citycode in self.held or citycode not in self.communes.current:
            return self.store.commune(citycode)
        rng = random.Random(citycode)
        drawn = {s.name: s for _, s, _ in (rng.choice(self.pool) for _ in range(_STREETS))}
        served = self.communes.current[citycode].postcodes or ("",)
        streets = [
            replace(s, id=f"{citycode}_{i:04d}", citycode=citycode, postcode=served[0], old_city="")
            for i, s in enumerate(drawn.values())
        ]
        return CommuneAddresses(citycode, self.communes.name(citycode), tuple(streets))


def _case(drawn: Drawn, line: str) -> Case:
    commune, street, i = drawn
    number, suffix = int(street.numbers[i]), str(street.suffixes[i])
    return Case(line, "", "", commune.citycode, street, number, suffix)


def _parts(drawn: Drawn) -> tuple[str, str, str]:
    commune, street, i = drawn
    number = f"{street.numbers[i]}{str(street.suffixes[i]).upper()}"
    return number, street.name, commune.city


def _flat(text: str) -> str:
    return re.sub(r"[-']", " ", strip_accents(text.replace("’", "'")).lower())


def plain(drawn: Drawn, _rng: random.Random) -> str | None:
    """« 34 Avenue de l'Opéra Paris »."""
    return " ".join(_parts(drawn))


def postcode(drawn: Drawn, rng: random.Random) -> str | None:
    """« 34 Avenue de l'Opéra 75002 », the town before or behind."""
    number, street, city = _parts(drawn)
    code = drawn[1].postcode
    shape = rng.choice(["{n} {s} {p} {c}", "{n} {s}, {p} {c}", "{n} {s} {c} {p}", "{n} {s}{p} {c}"])
    return shape.format(n=number, s=street, p=code, c=city)


def typed(drawn: Drawn, rng: random.Random) -> str | None:
    """« 3 rue richan à lyon », « 13, rue de la gare, domont »."""
    number, street, city = map(_flat, _parts(drawn))
    shape = rng.choice(
        ["{n} {s} {c}", "{n}, {s} {c}", "{n} {s}, {c}", "{n} {s} à {c}", "{n} {s} - {c}",
         "{n} {s} {c} france"]
    )  # fmt: skip
    return shape.format(n=number, s=street, c=city)


def capitals(drawn: Drawn, _rng: random.Random) -> str | None:
    """« 13 RUE DE LA GARE DOMONT »."""
    return " ".join(map(_flat, _parts(drawn))).upper()


def before(drawn: Drawn, rng: random.Random) -> str | None:
    """« PANTIN 12 rue de Paris »."""
    number, street, city = _parts(drawn)
    shape = rng.choice(["{c} {n} {s}", "{c}, {n} {s}", "{c} - {n} {s}", "{c} {s} {n}"])
    if "{s} {n}" in shape and not number.isdigit():
        return None
    return shape.format(n=number, s=_flat(street), c=rng.choice([city, _flat(city).upper()]))


def shortened(drawn: Drawn, rng: random.Random) -> str | None:
    """« ST CLAUDE », « HAM S/ MEUSE »."""
    number, street, city = _parts(drawn)
    town = _flat(city).upper()
    town = re.sub(r"\bSAINTE\b", "STE", re.sub(r"\bSAINT\b", "ST", town))
    town = re.sub(r"\bSUR\b", rng.choice(["S/", "S"]), town)
    if town == _flat(city).upper():
        return None
    return f"{number} {_flat(street).upper()} {town}"


def old(drawn: Drawn, _rng: random.Random) -> str | None:
    """Write an old commune's name in place of today's."""
    number, street, _ = _parts(drawn)
    return f"{number} {street} {drawn[1].old_city}" if drawn[1].old_city else None


def glued(drawn: Drawn, rng: random.Random) -> str | None:
    """« 60 Cours GambettaLyon », « 12 rue X CharlevilleMézières »."""
    number, street, city = _parts(drawn)
    how = rng.choice(["town", "words", "lower"])
    if how == "town":
        return f"{number} {street}{city}"
    if how == "lower":
        return _flat(f"{number} {street}") + _flat(city)
    joined = re.sub(r"[-' ]", "", city)
    return None if joined == city else f"{number} {street} {joined}"


def _slip(word: str, rng: random.Random) -> str:
    letters = string.ascii_uppercase if word.isupper() else string.ascii_lowercase
    at = rng.randrange(1, len(word))
    how = rng.randrange(4)
    if how == 0:
        return word[:at] + word[at + 1 :]
    if how == 1:
        return word[:at] + rng.choice(letters) + word[at:]
    if how == 2 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice(letters) + word[at + 1 :]


def _slipped(text: str, rng: random.Random, least: int = 5) -> str:
    """Mistype one word of a text once, or glue two of its words."""
    words = re.split(r"([ -])", text)
    able = [i for i, w in enumerate(words) if len(w) >= least and w.isalpha()]
    gaps = [i for i, w in enumerate(words) if w == " " and i > 1]
    if gaps and rng.random() < 0.15:
        words[rng.choice(gaps)] = ""
    elif able:
        at = rng.choice(able)
        words[at] = _slip(words[at], rng)
    return "".join(words)


def misspelt(drawn: Drawn, rng: random.Random) -> str | None:
    """« 12 MaréchalJoffre Vairs-sur-Marne »: the town mistyped once, half the time the street too."""
    number, street, city = _parts(drawn)
    town = _slipped(city, rng)
    if town == city:
        return None
    kind, _, name = street.partition(" ")
    return f"{number} {kind} {_slipped(name, rng) if rng.random() < 0.5 else name} {town}"


def misspelt_street(drawn: Drawn, rng: random.Random) -> str | None:
    """Mistype the street once, leave the town as it is."""
    number, street, city = _parts(drawn)
    kind, _, name = street.partition(" ")
    slipped = _slipped(name, rng)
    return None if slipped == name else f"{number} {kind} {slipped} {city}"


def code_alone(drawn: Drawn, rng: random.Random) -> str | None:
    """« 29 Rue Croix de la Comtesse 28400 »: a postal code and no commune."""
    number, street, _ = _parts(drawn)
    shape = rng.choice(["{n} {s} {p}", "{n} {s}, {p}", "{n}, {s} {p}", "{p} {n} {s}"])
    written = rng.choice([street, _flat(street), _flat(street).upper()])
    return shape.format(n=number, s=written, p=drawn[1].postcode) if drawn[1].postcode else None


def code_alone_misspelt(drawn: Drawn, rng: random.Random) -> str | None:
    """Mistype the street once, write the postal code and no commune."""
    number, street, _ = _parts(drawn)
    kind, _, name = street.partition(" ")
    slipped = _slipped(name, rng)
    if slipped == name or not drawn[1].postcode:
        return None
    return f"{number} {kind} {slipped} {drawn[1].postcode}"


def two_slips(drawn: Drawn, rng: random.Random) -> str | None:
    """Mistype a short name twice (« MASEL PAUL », « GBAETTA », « LBFORT »), with commune and code."""
    number, street, city = _parts(drawn)
    words = strip_accents(street).upper().split()
    short = [i for i, w in enumerate(words) if i and w.isalpha() and 4 <= len(w) <= 7]
    if not short:
        return None
    at = rng.choice(short)
    slipped = _slip(_slip(words[at], rng), rng)
    if slipped == words[at]:
        return None
    words[at] = slipped
    return f"{number} {' '.join(words)} {drawn[1].postcode} {city.upper()}"


def two_slips_no_code(drawn: Drawn, rng: random.Random) -> str | None:
    """Mistype a short name twice, commune alone."""
    line = two_slips(drawn, rng)
    return line and line.replace(f" {drawn[1].postcode} ", " ")


_NAMED: set[str] = set()


def trap(drawn: Drawn, rng: random.Random) -> str | None:
    """Keep a street that bears a commune's name: « 12 Rue de Paris PANTIN »."""
    number, street, city = _parts(drawn)
    name = fold(street).split(" ", 1)[-1]
    name = re.sub(r"^((de|du|des|la|le|les|l|d) )+", "", name)
    if not _NAMED:
        _NAMED.update(fold(c.name) for c in Communes.load().current.values())
    if name not in _NAMED:
        return None
    return rng.choice([f"{number} {street} {city}", f"{number} {street}, {city}".upper()])


CLASSES: dict[str, Callable[[Drawn, random.Random], str | None]] = {
    "plain": plain, "postcode": postcode, "typed": typed, "capitals": capitals, "town first": before,
    "shortened": shortened, "old commune": old, "glued": glued, "trap": trap,
    "misspelt street": misspelt_street, "misspelt town": misspelt,
    "code alone": code_alone, "code alone, misspelt": code_alone_misspelt,
    "two slips in a short name": two_slips, "two slips, no code": two_slips_no_code,
}  # fmt: skip


def draw(pool: list[Drawn], kind: str, count: int, rng: random.Random) -> list[Case]:
    """Draw lines of a class."""
    out: list[Case] = []
    for _ in range(count * 200):
        if len(out) >= count:
            break
        drawn = rng.choice(pool)
        line = CLASSES[kind](drawn, rng)
        if line:
            out.append(_case(drawn, line))
    return out


def answers(geocoder: Geocoder, cases: list[Case]) -> pd.DataFrame:
    """Geocode whole lines."""
    listed = [geocoder.row(c.line, "", "", "") for c in cases]
    return frame_of(listed, index=pd.RangeIndex(len(cases)), source="")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--nation", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--lines", type=Path)
    options = parser.parse_args()
    index = options.index / "adresses.sqlite"
    pool = addresses(index, ("08", "971", "93"))
    rng = random.Random(options.seed)
    store, communes = AddressStore(index), Communes.load()
    source = Nation(store, communes, pool) if options.nation else store
    geocoder = Geocoder(source, communes)
    drawn = {kind: draw(pool, kind, options.count, rng) for kind in CLASSES}
    if options.lines:
        rows = [
            {"class": kind, "line": c.line, "citycode": c.citycode, "street": c.truth.name,
             "number": f"{c.number}{c.suffix}"}
            for kind, cases in drawn.items() for c in cases
        ]  # fmt: skip
        options.lines.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    print(
        "| lines | n | found | found or proposed | accepted | right of accepted | refused | lines/s |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for kind, cases in drawn.items():
        start = time.perf_counter()
        frame = answers(geocoder, cases)
        seconds = time.perf_counter() - start
        rows = [row for _, row in frame.iterrows()]
        right = [
            street_right(c, r) and number_right(c, r) for c, r in zip(cases, rows, strict=True)
        ]
        accepted = [r["result_verdict"] == "accepte" for r in rows]
        good = [a and street_right(c, r) for a, c, r in zip(accepted, cases, rows, strict=True)]
        named = [
            street_right(c, r) or c.truth.name in r["result_alternatives"]
            for c, r in zip(cases, rows, strict=True)
        ]
        refused = [r["result_verdict"] == "rejete" for r in rows]
        n = max(1, len(cases))
        shares = [sum(x) / n for x in (right, named, accepted)]
        precision = sum(good) / max(1, sum(accepted))
        cells = [*shares, precision, sum(refused) / n]
        told = " | ".join(f"{cell:.4f}" for cell in cells)
        print(f"| {kind} | {len(cases)} | {told} | {len(cases) / seconds:.0f} |")
        if options.wrong:
            for case, row, found in zip(cases, rows, right, strict=True):
                if not found:
                    _show(case, row)
    _refusals(geocoder, pool, options.count, rng, wrong=options.wrong)


def _show(case: Case, row: pd.Series) -> None:
    print(
        f"    {case.line!r} [{case.citycode}] -> {row['result_label']!r} {row['result_type']}"
        f" {row['result_confidence']:.3f} {row['result_verdict']} {row['result_reasons']}"
        f" {row['result_alternatives'][:120]}"
    )


def _refusals(
    geocoder: Geocoder, pool: list[Drawn], count: int, rng: random.Random, *, wrong: bool
) -> None:
    """Count streets chosen where there is nothing to find: absent streets, towns not held, no town at all."""
    drawn = absent(pool, count, rng)
    missing = [replace(c, line=f"{c.line} {c.city}") for c in drawn]
    coded = [replace(c, line=f"{c.line} {c.postcode}") for c in drawn]
    towns = [
        "Toulouse",
        "Brest",
        "Annecy",
        "Lille",
        "Vichy",
        "Laon",
        "Metz",
        "Pantin",
        "Orange",
        "Montluçon",
    ]
    elsewhere = [
        _case(d, f"{_parts(d)[0]} {d[1].name} {rng.choice(towns)}") for d in rng.sample(pool, count)
    ]
    nowhere = [_case(d, f"{_parts(d)[0]} {d[1].name}") for d in rng.sample(pool, count)]
    for label, cases in (
        ("absent street", missing),
        ("absent street, code alone", coded),
        ("town not held", elsewhere),
        ("no town", nowhere),
    ):
        frame = answers(geocoder, cases)
        chosen = ~frame["result_type"].isin(["municipality", "none"])
        accepted = frame["result_verdict"] == "accepte"
        print(
            f"{label}: {len(cases)}, no street chosen {1 - chosen.mean():.4f}, accepted {accepted.mean():.4f}"
        )
        if wrong:
            for case, (_, row), is_chosen in zip(cases, frame.iterrows(), chosen, strict=True):
                if is_chosen:
                    _show(case, row)


if __name__ == "__main__":
    main()
