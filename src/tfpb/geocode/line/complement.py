"""What a line holds beside number and street: buildings, entrances, routing, parcels, second streets."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tfpb.geocode.line.vocabulary import ADJECTIVES, ARTICLES, PREPOSITIONS, STRONG, TYPES

_PARCEL_WORDED: Final = re.compile(
    r"[-,\s(]*\b(?:parcelles?|cadastre|ref(?:erence)?\.?\s*cad(?:astrale|\.)?|section(?:\s+cadastrale)?|cad\.?)(?![a-z])"
    r"\s*:?\s*(?:n\s*°)?\s*(?:(\d{3})\s*[/, ]\s*)?([a-z]{1,2}|0[a-z])\s*[/, -]*(?:parcelle\s*)?(?:n\s*°\s*)?"
    r"(\d{1,4})(?![\d])\)?"
)
_PARCEL_BARE: Final = re.compile(
    r"(?<![a-z0-9])(\d{3})\s*[/,]\s*([a-z]{1,2}|0[a-z])\s*[/,]\s*(\d{1,4})(?!\d)"
)
_PARCEL_FULL: Final = re.compile(
    r"(?<![a-z0-9])(?:\d{5}|2[ab]\d{3})(\d{3})([0-9a-z]{2})(\d{4})(?![a-z0-9])"
)
_ROUTING: Final = re.compile(
    r"\b(?:b\.?\s?p\.?|c\.?s\.?|t\.?s\.?a\.?|boite postale)\s*(?:n\s*°\s*)?\d{1,6}\b|\bcidex\s*\d*\b"
)
_PARCEL_HINT: Final = re.compile(r"parc|cad|sect|ref|\d{3}\s*[/,]|\d{8}")
_ROUTING_HINT: Final = re.compile(r"c[ei]dex|b\.?\s?p|c\.?s|t\.?s|postale|\d{5}")
_CEDEX: Final = re.compile(r"\bcedex(?:\s*\d{1,2})?\b")
_POSTCODE: Final = re.compile(
    r"(?:^|(?<=\D))(?:f\s?-\s?)?(\d{5})(?!\d)[\s,-]*([a-z][a-z' .-]*(?:\d{1,2}\s*(?:er|e|eme)?)?)?[\s,.-]*$"
)
_SECOND: Final = re.compile(
    r"[\s(,;-]*(?<![a-z])(anciennement|anc(?:ien)?\.?(?=\s*\d)|anc\.?|ex|acces(?:\s+par)?|angle(?:\s+de\s+la|\s+du)?)"
    r"\s+(?=(\d)|([a-z]+))"
)
_ONLY_NUMBER: Final = re.compile(r"[\d\s,/-]*(?:bis|ter|quater|[a-z])?[\s,]*$")
_SLASH: Final = re.compile(r"(?<=[a-z]{3})\s*/\s*(?=\d|[a-z]{3})")

_CERTAIN: Final = frozenset({
    "bat", "bats", "batiment", "batiments", "bt", "btm", "esc", "escalier", "escaliers", "apt",
    "app", "appt", "appts", "appart", "appartement", "appartements", "etg", "logt", "logts",
    "logement", "logements", "lgt", "lgts",
})  # fmt: skip
_IDENTIFIED: Final = re.compile(
    r"(?<![a-z0-9'])(bat(?:iment)?s?|btm?|esc(?:alier)?s?|ent(?:ree)?s?|apt|appt?s?|appart(?:ement)?s?|etg|etage"
    r"|porte|pte|halls?|cage|bloc|log(?:t|ement)s?|lgts?|imm(?:euble)?s?|tour|pav(?:illon)?s?|ilot|box|local"
    r"|parking|lot|groupe|rdc)(?![a-z])"
    r"[\s.:]*(?:n\s*°|no\.?|numero)?[\s.:]*"
    r"((?:[a-z]?\d{1,4}(?:\s?[a-z](?![a-z'.]))?|[a-z]{1,2})(?![a-z0-9'°.])|[a-z]?\d{0,4}(?=\.)|)"
)
_FLOOR: Final = re.compile(
    r"(?<![a-z0-9])\d{1,2}\s*(?:er|e|eme|nd)\s+etage\b|\brez[ -]de[ -]chaussee\b"
)
_NAMED: Final = re.compile(
    r"(?<![a-z0-9'])(res|resid|residences?|imm|immeuble|cite|lot|lotissement|hameau|quartier|domaine|ensemble"
    r"|foyer|zac|zup|hlm|chez|lieu[ -]?dit|ldt?|groupe|villas?|copropriete|copro)\b\.?(?=\s*[a-z0-9])"
)
_SEPARATOR: Final = re.compile(r"\s+-+\s+|[,;:|]")
_GAP: Final = re.compile(r"[\s,;.-]*")
_AND_STREET: Final = re.compile(r"\s+(?:et|&|x)\s+(?:d[ue]s?\s+)?(?:l[ae]s?\s+|l')?(?=([a-z]+))")
_LAST_WORD: Final = re.compile(r"([a-z0-9]+)['\s.]*$")
_WORDS: Final = re.compile(r"[a-z0-9]+")


class Parcel(NamedTuple):
    """A cadastral reference: prefix of the absorbed commune, section, number (`000`, `AB`, `0119`)."""

    prefix: str
    section: str
    number: str


def blank(flat: str, start: int, stop: int) -> str:
    """Replace a part by spaces, so that other positions hold."""
    return f"{flat[:start]}{' ' * (stop - start)}{flat[stop:]}"


def take_parcels(flat: str) -> tuple[str, list[Parcel]]:
    """Take cadastral references out of a flat line, with spaces in their place: its length is unchanged."""
    found: list[Parcel] = []
    if not _PARCEL_HINT.search(flat):
        return flat, found
    for pattern in (_PARCEL_FULL, _PARCEL_WORDED, _PARCEL_BARE):
        for match in list(pattern.finditer(flat)):
            parcel = Parcel(
                (match[1] or "000").zfill(3), match[2].upper().zfill(2), match[3].zfill(4)
            )
            if parcel not in found:
                found.append(parcel)
            flat = blank(flat, match.start(), match.end())
    return flat, found


def take_routing(flat: str) -> tuple[str, list[tuple[int, int]], str, str]:
    """Take postal routing out: boxes and CEDEX (kept as complements), postcode and town at the end.

    Returns the line, the spans of boxes, the postcode, the town.
    """
    spans: list[tuple[int, int]] = []
    if not _ROUTING_HINT.search(flat):
        return flat, spans, "", ""
    for pattern in (_ROUTING, _CEDEX):
        for match in list(pattern.finditer(flat)):
            spans.append((match.start(), match.end()))
            flat = blank(flat, match.start(), match.end())
    last = _POSTCODE.search(flat)
    if last is None:
        return flat, spans, "", ""
    town = (last[2] or "").strip(" ,.-")
    words = town.split()
    if words and words[0] in (TYPES if last.start() == 0 else STRONG):
        return flat, spans, "", ""
    cut = tail_cut(town, 0) if town else None
    if cut:
        spans.append((last.start(2) + cut, last.end(2)))
        town = town[:cut].strip(" ,.-")
    town = town.removesuffix(" france").strip()
    return blank(flat, last.start(), len(flat)), spans, last[1], town


def second_address(flat: str) -> tuple[int, int, str] | None:
    """Find where the first address ends, where another of the same place begins, and the reason.

    None when there is one only.
    """
    for match in _SECOND.finditer(flat):
        word = match[1].rstrip(".")
        followed = bool(match[2]) or match[3] in STRONG
        if not followed or (
            word in {"anc", "ex"} and not match[2] and _ONLY_NUMBER.match(flat[: match.start()])
        ):
            continue
        if word == "acces" and _word_before(flat, 0, match.start(1)) in PREPOSITIONS:
            continue
        reason = "acces_par" if word.startswith("acces") else "ancienne_adresse"
        return match.start(), match.end(), "deux_voies" if word.startswith("angle") else reason
    for match in _AND_STREET.finditer(flat):
        if match[1] in STRONG and len(match[1]) > 1 and _named(flat, 0, match.start()):
            return match.start(), match.end(), "deux_voies"
    slash = _SLASH.search(flat)
    if slash:
        return slash.start(), slash.end(), "deux_voies"
    return None


def tail_cut(flat: str, start: int) -> int | None:
    """Find where the complement begins after a street name that begins at `start`; None if nowhere."""
    cuts = (f(flat, start) for f in (_separator_cut, _identified_cut, _named_cut))
    return min((cut for cut in cuts if cut is not None), default=None)


def leading_complement(flat: str) -> int:
    """Return where the line goes on after complements that stand at its head (0 when none do)."""
    pos = 0
    while match := _IDENTIFIED.match(flat, pos):
        if not match[2] or match[2] in ARTICLES:
            break
        stop = match.end(1) if match[1] == "rdc" else match.end()
        rest = _GAP.match(flat, stop)
        pos = rest.end() if rest else stop
    return pos


def _named(flat: str, start: int, stop: int) -> bool:
    """Tell whether a whole street name stands between two positions: a name, or a type and a word."""
    words = [w for w in _WORDS.findall(flat, start, stop) if w not in PREPOSITIONS]
    return len(words) > 1 or any(word not in TYPES for word in words)


def _word_before(flat: str, start: int, stop: int) -> str:
    """Return the last word between two positions; empty when there is none."""
    before = _LAST_WORD.search(flat[start:stop])
    return before[1] if before else ""


def _separator_cut(flat: str, start: int) -> int | None:
    for match in _SEPARATOR.finditer(flat, start):
        if _named(flat, start, match.start()):
            return match.start()
    return None


def _identified_cut(flat: str, start: int) -> int | None:
    for match in _IDENTIFIED.finditer(flat, start):
        word, ident = match[1], match[2]
        previous = _word_before(flat, start, match.start())
        if previous in PREPOSITIONS or not _named(flat, start, match.start()):
            continue
        if word in _CERTAIN or word == "rdc":
            if ident in ARTICLES and ident not in {"l", "d"}:
                continue
            return match.start()
        if len(ident) == 1 or any(c.isdigit() for c in ident):
            return match.start()
    floor = _FLOOR.search(flat, start)
    return floor.start() if floor and _named(flat, start, floor.start()) else None


def _named_cut(flat: str, start: int) -> int | None:
    for match in _NAMED.finditer(flat, start):
        previous = _word_before(flat, start, match.start())
        certain = match[1].startswith("res")
        if previous in PREPOSITIONS or (previous in ADJECTIVES and not certain):
            continue
        if _named(flat, start, match.start()):
            return match.start()
    return None
