"""Seeded noise over real addresses: one class a hard case, as landlords' files write them.

Every class takes a real address and writes it as a file would; it returns None where the case does
not apply (an address without a suffix has no suffix to misspell). Nothing is drawn outside the
random generator handed in: a seed gives the same lines on every machine.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tfpb.addresses.store import AddressStore
from tfpb.geocode.line.cleaning import clean, flatten
from tfpb.geocode.line.street_names import name_of
from tfpb.geocode.line.vocabulary import LIGHT
from tfpb.text import strip_accents

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from tfpb.geocode import CommuneAddresses, Street


@dataclass(frozen=True)
class Case:
    """A noisy line and the truth behind it."""

    line: str
    postcode: str
    city: str
    citycode: str
    truth: Street
    number: int = 0
    suffix: str = ""
    others: tuple[tuple[int, str], ...] = ()  # all numbers of a range
    exists: bool = True
    with_code: bool = True


TITLES = {
    "Général": "GAL", "General": "GAL", "Maréchal": "MAL", "Marechal": "MAL", "Docteur": "DR",
    "Président": "PDT", "President": "PDT", "Commandant": "CDT", "Saint": "ST", "Sainte": "STE",
    "Monseigneur": "MGR", "Capitaine": "CPT", "Colonel": "COL", "Lieutenant": "LT", "Sergent": "SGT",
    "Professeur": "PR", "Abbé": "ABBE",
}  # fmt: skip
TYPES = {
    "Rue": ["R", "RUE", "R."], "Avenue": ["AV", "AVE", "AV."], "Boulevard": ["BD", "BLD", "BLVD"],
    "Place": ["PL", "PLC", "PL."], "Allée": ["ALL", "ALLEE"], "Allee": ["ALL"], "Impasse": ["IMP"],
    "Chemin": ["CHE", "CHEM", "CH"], "Route": ["RTE", "RT"], "Square": ["SQ"], "Passage": ["PASS", "PAS"],
    "Cours": ["CRS"], "Résidence": ["RES", "RES."], "Residence": ["RES"], "Lotissement": ["LOT"],
    "Ruelle": ["RLE"], "Faubourg": ["FG", "FBG"], "Quai": ["QU", "QUAI"], "Hameau": ["HAM"],
}  # fmt: skip
NUMBER_WORDS = {
    "8": "HUIT", "11": "ONZE", "4": "QUATRE", "14": "QUATORZE", "19": "DIX NEUF", "2": "DEUX",
    "1": "UN",
}  # fmt: skip
ROMANS = {"8": "VIII", "11": "XI", "4": "IV", "14": "XIV", "19": "XIX"}
COMPLEMENTS = (
    "BAT {l}", "BATIMENT {l}", "BAT. {l}{d}", "ENT {d}", "ENTREE {l}", "ESC {l}", "BAT {l} ENT {d}",
    "ESCALIER {d}", "- BAT {l}", "APPT {d}", "TOUR {l}", "HALL {d}", "CAGE {l}", "BAT {l} ESC {d} APT {d}",
    "(BAT {l})", ", BAT {l}", "IMM {l}", "PORTE {d}", "BT {d}",
)  # fmt: skip
RESIDENCES = (
    "LES HORTENSIAS", "LE BREUIL", "BELLEVUE", "LES ACACIAS", "LE CLOS FLEURI", "LA PLAINE", "LES TILLEULS",
    "DU STADE", "LES COQUELICOTS", "HENRI SELLIER", "LA ROSERAIE", "LES GRANDS CHENES",
)  # fmt: skip
NOT_ADDRESSES = (
    "NC", "Néant", "SANS OBJET", "à définir", "?", "---", "inconnue", "VOIR PLAN", "x",
    "non renseigné", "N/A",
)  # fmt: skip


def addresses(index: Path, prefixes: tuple[str, ...]) -> list[tuple[CommuneAddresses, Street, int]]:
    """List every numbered address of the départements asked for."""
    with AddressStore(index) as store:
        listed = []
        for code in store.citycodes():
            if code.startswith(prefixes):
                commune = store.commune(code)
                if commune is not None:
                    listed += [
                        (commune, street, i)
                        for street in commune.streets
                        for i in range(len(street.numbers))
                    ]
    return listed


def plain(commune: CommuneAddresses, street: Street, i: int, rng: random.Random) -> Case:
    """Write an address as files do at their best: capitals without accents."""
    number, suffix = int(street.numbers[i]), str(street.suffixes[i])
    name = strip_accents(street.name).upper() if rng.random() < 0.7 else street.name
    line = f"{number}{f' {suffix.upper()}' if suffix else ''} {name}"
    return Case(line, street.postcode, commune.city, commune.citycode, street, number, suffix)


def _name(case: Case) -> str:
    """Return the street of a line whose head is still « 12 BIS »."""
    head = re.match(rf"(?:N° )?0*{case.number}\s*(?:{case.suffix})?\s+", case.line, re.IGNORECASE)
    return case.line[head.end() :] if head else case.line


def _head(case: Case) -> str:
    return case.line[: len(case.line) - len(_name(case))]


def _street(case: Case, written: str) -> Case:
    """Write the street of a line another way."""
    return replace(case, line=f"{_head(case)}{written}")


def _letter(suffix: str) -> str:
    return {"bis": "B", "ter": "T", "quater": "Q"}.get(suffix, suffix.upper())


def _fill(template: str, rng: random.Random) -> str:
    return template.format(l=rng.choice("ABCDEFG"), d=rng.randint(1, 30))


def complement(case: Case, rng: random.Random) -> Case | None:
    """Case 1."""
    text = _fill(rng.choice(COMPLEMENTS), rng)
    glued = rng.random()
    if glued < 0.15 and case.line[-1:].isalpha():
        return replace(case, line=f"{case.line}.{text.strip('-( ,)').replace(' ', '.')}")
    if glued < 0.3:
        return replace(case, line=f"{text.strip('-, ')} {case.line}")
    return replace(case, line=f"{case.line} {text}")


def residence(case: Case, rng: random.Random) -> Case | None:
    """Case 2."""
    name = f"{rng.choice(['RES', 'RESIDENCE', 'RES.'])} {rng.choice(RESIDENCES)}"
    shape = rng.choice(["{n} {a}", "{a} {n}", "{a} - {n}", "{n}, {a}", "{a}, {n} BAT B"])
    return replace(case, line=shape.format(n=name, a=case.line))


def ranges(case: Case, rng: random.Random) -> Case | None:
    """Case 3: a range or list of numbers that exist."""
    pairs = zip(case.truth.numbers.tolist(), case.truth.suffixes, strict=True)
    same = sorted({n for n, s in pairs if n % 2 == case.number % 2 and not s})
    if case.suffix:
        return None
    at = same.index(case.number)
    further = same[at + 1 : at + 1 + rng.randint(1, 3)]
    if not further:
        return None
    numbers = [case.number, *further]
    low, high = numbers[0], numbers[-1]
    shape = rng.choice(
        ["{a}-{b}", "{a}/{b}", "{a} à {b}", "{a} A {b}", "{a} - {b}", "list", "et", "{a} -{b}"]
    )
    if shape == "list":
        text = "-".join(map(str, numbers))
    elif shape == "et":
        text = " et ".join(map(str, numbers[:2]))
    else:
        text = shape.format(a=low, b=high)
    glue = "" if rng.random() < 0.1 else " "
    return replace(
        case,
        line=f"{text}{glue}{_name(case)}",
        others=((low, ""), (numbers[1 if shape == "et" else -1], "")),
    )


def suffix(case: Case, rng: random.Random) -> Case | None:
    """Case 4."""
    if not case.suffix:
        if rng.random() < 0.9:
            return None
        return replace(case, line=f"{case.number:04d} {_name(case)}")
    letter = _letter(case.suffix)
    written = rng.choice([case.suffix.upper(), letter, case.suffix])
    glue = rng.choice(["", " "])
    return replace(case, line=f"{case.number}{glue}{written} {_name(case)}")


def kinds(case: Case, rng: random.Random) -> Case | None:
    """Case 5: abbreviated or doubled types."""
    first, _, rest = case.truth.name.partition(" ")
    short = TYPES.get(first.capitalize())
    if not short or not rest:
        return None
    rest = strip_accents(rest).upper()
    if rng.random() < 0.2:
        return _street(case, f"{first.capitalize()} {strip_accents(first).upper()} {rest}")
    return _street(case, f"{rng.choice(short)} {rest}")


def titles(case: Case, rng: random.Random) -> Case | None:
    """Case 6."""
    name = case.truth.name
    for full, short in TITLES.items():
        if re.search(rf"\b{full}\b", name):
            line = re.sub(rf"\b{full}\b", short + rng.choice(["", "."]), name)
            return _street(case, strip_accents(line).upper())
    return None


def initials(case: Case, rng: random.Random) -> Case | None:
    """Case 7."""
    words = strip_accents(case.truth.name).upper().split()
    if (
        len(words) != 3
        or words[1] in {"DE", "DU", "DES", "LA", "LE", "LES", "AU", "AUX", "A"}
        or not words[1].isalpha()
    ):
        return None
    if len(words[1]) < 3 or len(words[2]) < 4 or words[1] in {"SAINT", "SAINTE"}:
        return None
    mark = rng.choice([". ", ".", " "])
    return _street(case, f"{words[0]} {words[1][0]}{mark}{words[2]}")


def truncation(case: Case, rng: random.Random) -> Case | None:
    """Case 8."""
    line = strip_accents(case.line).upper()
    limit = rng.choice([26, 28, 32])
    if len(line) <= limit or len(line) - limit > 8:
        return None
    return replace(case, line=line[:limit].strip())


def number_words(case: Case, rng: random.Random) -> Case | None:
    """Case 9."""
    name = _name(case)
    match = re.search(r"\b(8|11|4|14|19|2)\b", name)
    if not match:
        return None
    table = rng.choice([NUMBER_WORDS, ROMANS])
    word = table.get(match[1])
    return word and _street(case, f"{name[: match.start()]}{word}{name[match.end() :]}")


def characters(case: Case, rng: random.Random) -> Case | None:
    """Case 10."""
    name = case.truth.name
    how = rng.choice(["mojibake", "quote", "nbsp", "space", "degree"])
    if how == "mojibake" and not name.isascii():
        try:
            name = name.encode("utf-8").decode("cp1252")
        except UnicodeDecodeError:
            return None
    elif how == "quote" and "'" in name.replace("’", "'"):
        name = name.replace("’", "'").replace("'", rng.choice("’´`‘"))
    elif how == "nbsp":
        name = name.replace(" ", "\u00a0")
    elif how == "space":
        name = name.replace(" ", "  ")
    elif how == "degree":
        return replace(case, line=f"N° {case.number}{case.suffix} {name}")
    else:
        return None
    return _street(case, name)


def glued(case: Case, rng: random.Random) -> Case | None:
    """Case 11."""
    name = _name(case)
    words = name.split()
    how = rng.choice(["number", "type", "both", "inside", "postcode"])
    if how == "postcode":
        return replace(case, line=f"{case.line}{case.postcode}")
    first = strip_accents(words[0]).capitalize()
    if len(words) < 2 or first not in {strip_accents(t) for t in TYPES} | {"Villa", "Cite"}:
        return None
    if how == "number" and not case.suffix:
        return replace(case, line=f"{case.number}{name}")
    if how == "type":
        return _street(case, f"{words[0]}{' '.join(words[1:])}")
    if how == "both" and not case.suffix:
        return replace(case, line=f"{case.number}{words[0]}{' '.join(words[1:])}")
    at = rng.randrange(1, len(words) - 1) if len(words) > 2 else 0
    if not at:
        return None
    return _street(case, f"{' '.join(words[:at])} {words[at]}{' '.join(words[at + 1 :])}")


def _mistype(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, max(2, len(word) - 1))
    how = rng.choice(["drop", "double", "swap", "change"])
    if how == "drop":
        return word[:at] + word[at + 1 :]
    if how == "double":
        return word[:at] + word[at] + word[at:]
    if how == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice(string.ascii_uppercase) + word[at + 1 :]


def _typo(case: Case, rng: random.Random, lengths: range, times: int) -> Case | None:
    """Mistype a word of some length behind the first; None where there is none, or nothing changed."""
    words = strip_accents(_name(case)).upper().split()
    able = [i for i, w in enumerate(words) if i and w.isalpha() and len(w) in lengths]
    if not able:
        return None
    at = rng.choice(able)
    word = words[at]
    for _ in range(times):
        word = _mistype(word, rng)
    if len(word) < 3 or word == words[at]:
        return None
    words[at] = word
    return _street(case, " ".join(words))


def typo(case: Case, rng: random.Random) -> Case | None:
    """Case 12: one typo in a word of five letters or more."""
    return _typo(case, rng, range(5, 99), 1)


def double_typo(case: Case, rng: random.Random) -> Case | None:
    """Case 12: two typos in one word of seven letters or more."""
    return _typo(case, rng, range(7, 99), 2)


def routing(case: Case, rng: random.Random) -> Case | None:
    """Case 13."""
    shape = rng.choice(
        [
            "{a} BP {d}",
            "{a} CS {d}",
            "{a} {p} {c} CEDEX",
            "{a} {p} {c}",
            "BP {d} {a}",
            "{a}, {p} {c}",
        ]
    )
    line = shape.format(a=case.line, d=rng.randint(10, 99999), p=case.postcode, c=case.city.upper())
    return replace(case, line=line)


def communes(case: Case, rng: random.Random) -> Case | None:
    """Case 14: no INSEE code; lost zero, short name, CEDEX, article behind."""
    city = strip_accents(case.city).upper()
    postcode = case.postcode.lstrip("0")
    how = rng.choice(["plain", "hyphen", "saint", "cedex", "article", "case"])
    if how == "hyphen":
        city = city.replace("-", " ").replace("'", " ")
    elif how == "saint":
        city = re.sub(r"\bSAINT\b", "ST", re.sub(r"\bSAINTE\b", "STE", city.replace("-", " ")))
    elif how == "cedex":
        city += " CEDEX"
    elif how == "article":
        match = re.match(r"(LES?|LA) (.+)", city)
        city = f"{match[2]} ({match[1]})" if match else city
    elif how == "case":
        city = case.city.lower()
    return replace(case, city=city, postcode=postcode, with_code=False)


def renamed(case: Case, rng: random.Random) -> Case | None:
    """Case 15: a former or second address on the same line."""
    other = rng.choice(["1 R BAUDELAIRE", "2 R ROBERT DOUVILLEZ", "14 AV DES PEUPLIERS"])
    return replace(
        case, line=f"{case.line} {rng.choice(['ANC', 'ACCES PAR', 'EX', 'ANCIENNEMENT'])} {other}"
    )


def unknown_number(case: Case, rng: random.Random) -> Case | None:
    """Case 16: a number the street does not have."""
    number = rng.randint(1, int(case.truth.numbers.max()) + 20)
    if number in case.truth.numbers:
        return None
    return replace(case, line=f"{number} {_name(case)}", number=number, suffix="", exists=False)


def rpls_codes(case: Case, _rng: random.Random) -> Case | None:
    """Case 19: an INDREP of 9 between number and street."""
    return None if case.suffix else replace(case, line=f"{case.number} 9 {_name(case)}")


def parcels(case: Case, rng: random.Random) -> Case | None:
    """Case 22: a cadastral reference, or the same address twice."""
    section = "".join(rng.choice(string.ascii_uppercase) for _ in range(2))
    shape = rng.choice(
        [
            "{a} - Parcelle : 000 / {s} / {n:04d}",
            "{a} 000 , {s} ,{n:04d}",
            "{a} {a}",
            "{a} - {a}",
            "{a} (section {s} n° {n})",
        ]
    )
    return replace(case, line=shape.format(a=case.line, s=section, n=rng.randint(1, 900)))


def wrong_kind(case: Case, rng: random.Random) -> Case | None:
    """Case 5: another type of street than the true one, where no other street bears the name."""
    first, _, rest = strip_accents(case.truth.name).partition(" ")
    if (
        first.capitalize()
        not in {"Rue", "Avenue", "Boulevard", "Place", "Allee", "Impasse", "Chemin"}
        or not rest
    ):
        return None
    kind = rng.choice([k for k in ("RUE", "AVENUE", "ALLEE", "IMPASSE", "") if k != first.upper()])
    return _street(case, f"{kind} {rest.upper()}".replace("  ", " ").lstrip())


def left_out(case: Case, _rng: random.Random) -> Case | None:
    """Case 7: the first name left out."""
    words = strip_accents(case.truth.name).upper().split()
    if len(words) != 3 or words[0].capitalize() not in {
        "Rue",
        "Avenue",
        "Place",
        "Boulevard",
        "Allee",
    }:
        return None
    if len(words[1]) < 4 or len(words[2]) < 4 or words[1] in {"SAINT", "SAINTE"}:
        return None
    return _street(case, f"{words[0]} {words[2]}")


def order(case: Case, _rng: random.Random) -> Case | None:
    """Case 7: the name before the first name."""
    words = strip_accents(case.truth.name).upper().split()
    if len(words) != 3 or len(words[1]) < 4 or len(words[2]) < 4 or "-" in case.truth.name:
        return None
    return _street(case, f"{words[0]} {words[2]} {words[1]}")


def landlord(case: Case, rng: random.Random) -> Case | None:
    """Mix two or three habits of landlords' files."""
    makers = rng.sample(
        [kinds, titles, complement, residence, ranges, initials, characters, suffix], 5
    )
    done = 0
    out = case
    for maker in sorted(
        makers,
        key=[kinds, titles, initials, characters, suffix, ranges, complement, residence].index,
    ):
        if done >= rng.choice([2, 3]) or (done and maker in {kinds, titles, initials, characters}):
            continue
        made = maker(out, rng)
        if made is not None:
            out, done = made, done + 1
    return out if done else None


def marked_suffix(case: Case, rng: random.Random) -> Case | None:
    """Case 4: the suffix behind a hyphen or a slash (« 2-BIS », « 18/B »)."""
    if not case.suffix:
        return None
    letter = _letter(case.suffix)
    written = rng.choice([case.suffix.upper(), case.suffix.upper(), letter])
    mark = rng.choice(["-", "-", "/", " - "])
    return replace(case, line=f"{case.number}{mark}{written} {_name(case)}")


SIZES = {
    "GRANDE": ["GDE", "GRDE"], "GRAND": ["GD", "GRD"], "PETITE": ["PTE"], "PETIT": ["PT"],
    "ANCIENNE": ["ANC", "ANC."],
    "ANCIEN": ["ANC", "ANC."], "VIEUX": ["VX"], "VIEILLE": ["VLE"], "VILLA": ["VLA"], "HAUTE": ["HTE"],
}  # fmt: skip


def sizes(case: Case, rng: random.Random) -> Case | None:
    """Case 5: what stands before the type shortened, the type too (« GDE R », « ANC RTE DE X »)."""
    words = strip_accents(case.truth.name).upper().split()
    short = [rng.choice(SIZES[w]) if w in SIZES else w for w in words]
    if short == words:
        return None
    for at, word in enumerate(short[:2]):
        kind = TYPES.get(word.capitalize())
        if kind and rng.random() < 0.6:
            short[at] = rng.choice(kind).rstrip(".")
    return _street(case, " ".join(short))


SAID = {
    "8": "HUIT", "11": "ONZE", "4": "QUATRE", "14": "QUATORZE", "19": "DIX-NEUF", "21": "VINGT ET UN",
    "22": "VINGT-DEUX",
    "1945": "MILLE NEUF CENT QUARANTE-CINQ", "1918": "MIL NEUF CENT DIX-HUIT",
    "1962": "MILLE NEUF CENT SOIXANTE DEUX",
    "27": "VINGT SEPT", "18": "DIX HUIT", "1ER": "PREMIER", "2E": "DEUXIEME",
    "3": "TROIS", "7": "SEPT", "12": "DOUZE",
}  # fmt: skip


def said(case: Case, _rng: random.Random) -> Case | None:
    """Case 9: every number of a name in words, or in figures where it is in words."""
    words = strip_accents(case.truth.name).upper().split()
    figures = {word: number for number, word in SAID.items() if " " not in word}
    other = [SAID.get(w) or figures.get(w) or w for w in words]
    return None if other == words else _street(case, " ".join(other))


def short_double_typo(case: Case, rng: random.Random) -> Case | None:
    """Case 12: two typing errors in a word of four to six letters."""
    return _typo(case, rng, range(4, 7), 2)


def _slipped_kind(case: Case, rng: random.Random, kinds: frozenset[str]) -> Case | None:
    """Mistype the type of the street once, its first letter included (« Reu », « cue », « ue »)."""
    words = strip_accents(_name(case)).upper().split()
    if len(words) < 2 or words[0] not in kinds:
        return None
    kind, at, letter = words[0], rng.randrange(len(words[0])), rng.choice(string.ascii_uppercase)
    ways = (
        kind[:at] + kind[at + 1 :],
        kind[:at] + letter + kind[at:],
        kind[:at] + letter + kind[at + 1 :],
    )
    swapped = kind[:at] + kind[at + 1 : at + 2] + kind[at] + kind[at + 2 :]
    written = rng.choice((*ways, swapped))
    return None if written == kind else _street(case, " ".join([written, *words[1:]]))


def slip_in_rue(case: Case, rng: random.Random) -> Case | None:
    """Case 12: one typing error inside « Rue »."""
    return _slipped_kind(case, rng, frozenset({"RUE"}))


def slip_in_kind(case: Case, rng: random.Random) -> Case | None:
    """Case 12: one typing error inside another type."""
    long = {"AVENUE", "ALLEE", "PLACE", "BOULEVARD", "CHEMIN", "ROUTE", "IMPASSE", "QUAI"}
    return _slipped_kind(case, rng, frozenset(long))


CLASSES: dict[str, Callable[[Case, random.Random], Case | None]] = {
    "plain": lambda case, _rng: case,
    "complement": complement,
    "residence": residence,
    "range": ranges,
    "suffix": suffix,
    "type": kinds,
    "title": titles,
    "initial": initials,
    "truncation": truncation,
    "number word": number_words,
    "characters": characters,
    "glued": glued,
    "typo": typo,
    "double typo": double_typo,
    "routing": routing,
    "commune": communes,
    "renamed": renamed,
    "unknown number": unknown_number,
    "rpls codes": rpls_codes,
    "parcel": parcels,
    "wrong type": wrong_kind,
    "first name left out": left_out,
    "order": order,
    "landlord mix": landlord,
    "marked suffix": marked_suffix,
    "size shortened": sizes,
    "number said": said,
    "short double typo": short_double_typo,
    "slip in rue": slip_in_rue,
    "slip in another type": slip_in_kind,
}


def draw(
    pool: list[tuple[CommuneAddresses, Street, int]], kind: str, count: int, rng: random.Random
) -> list[Case]:
    """Draw `count` cases of a class (fewer when the class applies to few addresses)."""
    out: list[Case] = []
    for _ in range(count * 60):
        if len(out) >= count:
            break
        case = CLASSES[kind](plain(*rng.choice(pool), rng), rng)
        if case:
            out.append(case)
    return out


def absent(
    pool: list[tuple[CommuneAddresses, Street, int]],
    count: int,
    rng: random.Random,
    streets: list[tuple[CommuneAddresses, Street, int]] | None = None,
) -> list[Case]:
    """Draw streets, of `streets` or the pool, that the commune has under no spelling that means the same."""
    cores: dict[str, list[tuple[set[str], str]]] = {}
    out: list[Case] = []
    while len(out) < count:
        commune, _, _ = rng.choice(pool)
        _, street, i = rng.choice(streets or pool)
        if commune.citycode not in cores:
            cores[commune.citycode] = list(map(_core, commune.streets))
        tokens, joined = _core(street)
        if not tokens or len(joined) < 4:
            continue
        if any(
            known and (tokens <= known or known <= tokens or joined == other)
            for known, other in cores[commune.citycode]
        ):
            continue
        case = plain(commune, street, i, rng)
        out.append(
            replace(
                case,
                postcode=commune.streets[0].postcode,
                city=commune.city,
                citycode=commune.citycode,
                exists=False,
            )
        )
    return out


def _core(street: Street) -> tuple[set[str], str]:
    """Return the words that tell a street, in the singular, and all of them without spaces.

    « Rue du Cerisier » and « Rue des Cerisiers », « Bel-Air » and « Bélair » are one name to whoever reads.
    """
    tokens = name_of(flatten(clean(street.name))).tokens
    told = [t.rstrip("sx") for t in tokens if t not in LIGHT and len(t) > 1 and t != "charles"]
    return set(told), "".join(told)
