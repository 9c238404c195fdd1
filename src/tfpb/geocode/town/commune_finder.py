"""Which commune a row lies in: code, name and postcode weighed together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz

from tfpb.geocode.town.commune_names import names_of, tidy
from tfpb.text import fold

if TYPE_CHECKING:
    from tfpb.geocode.source import CommuneTable

_CODE: Final = re.compile(r"^(\d[\dabAB]\d{2,3}|\d{4})(?:\.0)?$")
_CEDEX: Final = re.compile(r"\bcedex\b.*$")
_NUMBERED: Final = re.compile(r"^(paris|lyon|marseille)\b\D*(\d{1,2})?")
_ARTICLE_LAST: Final = re.compile(r"^(.*\S)\s+(le|la|les|l)$")
_CITIES: Final = {
    "paris": ("75056", 75100, 20, "750"),
    "lyon": ("69123", 69380, 9, "6900"),
    "marseille": ("13055", 13200, 16, "130"),
}
"""Code of the city, code and number of its arrondissements, and how their postcodes begin."""
_ALIKE: Final = 78.0
_SIXTEENTH_SOUTH: Final = "75116"
_MOST_HOMONYMS: Final = 16
"""More than any name has."""
_HOMONYM_CERTAINTY: Final = 0.5
_CODE_CERTAINTY: Final = 0.85
SHARED: Final = {
    "commune_homonyme": _HOMONYM_CERTAINTY, "commune_par_code_postal": _CODE_CERTAINTY,
}  # fmt: skip
"""Why a row may mean several communes, and how sure the first of them is: the street tells which."""
_ONE_CODE: Final = 0.97
"""A postal code that serves one commune, or one arrondissement."""
_NEXT_TO: Final = 0.06
_WHOLE_CITY: Final = 0.98
"""A street's name is borne once in a city: the arrondissement that has it is the right one."""
_NEAR_CERTAINTY: Final = 0.97


class Place(NamedTuple):
    """Where to look for a street."""

    codes: tuple[str, ...]  # INSEE codes, best first; empty when the commune is unknown
    certainty: float = 1.0  # how sure the first code is (0..1)
    postcode: str = ""  # five digits, or empty
    old_city: str = ""  # folded name of the old commune written, or empty
    reasons: tuple[str, ...] = ()


class CommuneFinder:
    """Resolves communes; answers are kept, a file names few of them."""

    def __init__(self, communes: CommuneTable) -> None:
        self.communes = communes
        self.names = names_of(communes)
        self._known: dict[tuple[str, str, str], Place] = {}

    def place(self, code: str, postcode: str, name: str) -> Place:
        """Resolve what a row says of its commune.

        A lost zero, CEDEX, old names and codes, arrondissements are understood.
        """
        key = (code, postcode, name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._place(code.strip(), postcode.strip(), name.strip())
        return known

    def _place(self, code: str, postcode: str, name: str) -> Place:
        postal = _five(postcode)
        words = _tidy(name)
        written = self._by_code(_five(code), postal)
        if len(written) == 1 and fold(self.communes.name(written[0])) == words:
            named: Place | None = Place(written)  # the name of all communes need not be looked up
        else:
            named = self._by_name(words, postal)
        if written:
            if named is not None and not postal and "commune_corrigee" in named.reasons:
                named = None  # the code says it better than a name that is none
            return self._checked(written, named, words, postal)
        reasons = ("code_insee_inconnu",) if code else ()
        if named is not None:
            return named._replace(reasons=(*named.reasons, *reasons))
        district = self._city(postal, "")
        codes = district or (self.communes.by_postcode(postal) if postal else ())
        if not codes:
            return Place((), 0.0, postal, "", ("commune_inconnue", *reasons))
        unknown = ("nom_commune_inconnu",) if words else ()
        return Place(
            tuple(codes), _ONE_CODE if district or len(codes) == 1 else _CODE_CERTAINTY, postal, "",
            ("commune_par_code_postal", *unknown, *reasons),
        )  # fmt: skip

    def _by_code(self, code: str, postal: str) -> tuple[str, ...]:
        for city, (whole, base, count, _) in _CITIES.items():
            if code == whole:
                return self._city(postal, city)
            if code.isdigit() and base < int(code) <= base + count:
                return tuple(dict.fromkeys((code, self.communes.resolve(code) or code)))
        if code and (current := self.communes.resolve(code)):
            return (current,)
        islands = ("2A", "2B") if code.startswith("20") else ()  # Corsica before 1976
        both = [self.communes.resolve(f"{island}{code[2:]}") for island in islands]
        return tuple(c for c in both if c)

    def _city(self, postal: str, city: str) -> tuple[str, ...]:
        """Return the codes of an arrondissement from its postcode, of the whole city without one."""
        for name, (whole, base, count, prefix) in _CITIES.items():
            number = int(postal[-2:]) if postal.isdigit() and postal.startswith(prefix) else 0
            if name == "paris" and postal == _SIXTEENTH_SOUTH:
                number = 16
            if 0 < number <= count and city in {"", name}:
                return (f"{base + number}", whole)
            if city == name:
                return (*self.communes.arrondissements(whole), whole)
        return ()

    def _by_name(self, words: str, postal: str) -> Place | None:
        if not words:
            return None
        numbered = _NUMBERED.match(words)
        if numbered:
            city, number = numbered[1], numbered[2]
            whole, base, count, _ = _CITIES[city]
            if number and 0 < int(number) <= count:
                return Place((f"{base + int(number)}", whole), 1.0, postal)
            if words == city or number:
                codes = self._city(postal, city)
                return Place(codes, 1.0 if len(codes) <= 2 else _WHOLE_CITY, postal)  # noqa: PLR2004
        codes = self._spelt(words)
        if not codes:
            return self._alike(words, postal)
        if postal:
            served = set(self.communes.by_postcode(postal))
            both = tuple(c for c in codes if c in served)
            kept = both or tuple(c for c in codes if in_department(c, postal))
            if kept:
                agrees = bool(both) or not served  # a CEDEX code serves no commune of the list
                return Place(
                    kept, 1.0 if agrees and len(kept) == 1 else 0.9, postal,
                    self._old(words, kept[0]), () if agrees else ("code_postal_discordant",),
                )  # fmt: skip
            alike = self._alike(words, postal)
            if alike is not None:
                return alike
        if len(codes) == 1:
            odd = ("code_postal_discordant",) if postal else ()
            return Place(codes, 0.8 if postal else 0.98, postal, self._old(words, codes[0]), odd)
        return Place(codes[:_MOST_HOMONYMS], _HOMONYM_CERTAINTY, postal, "", ("commune_homonyme",))

    def _spelt(self, words: str) -> tuple[str, ...]:
        """Look a name up, with its article put back in front, or taken off."""
        if codes := self.communes.by_name(words):
            return codes
        if last := _ARTICLE_LAST.match(words):
            return self.communes.by_name(f"{last[2]} {last[1]}")
        return self.communes.by_name(self.names.exact(words))

    def _alike(self, words: str, postal: str) -> Place | None:
        """Find a mistyped or shortened name: among the communes of the postcode, or of all."""
        if not postal:
            return self._resembling(words)
        served = self.communes.by_postcode(postal) if postal else ()
        scored = [(fuzz.ratio(words, fold(self.communes.name(c))), c) for c in served]
        scored += [
            (90.0, c)
            for c in served
            if len(words) > 4 and fold(self.communes.name(c)).startswith(words)  # noqa: PLR2004
        ]
        best = max(scored, default=(0.0, ""))
        if best[0] < _ALIKE:
            return None
        return Place((best[1],), 0.98, postal, "", ("commune_corrigee",))

    def _resembling(self, words: str) -> Place | None:
        near = self.names.near(words)
        if not near:
            return None
        least = near[0].likeness - _NEXT_TO
        codes = [c for n in near if n.likeness >= least for c in self.communes.by_name(n.name)]
        return Place(
            tuple(dict.fromkeys(codes))[:_MOST_HOMONYMS], _NEAR_CERTAINTY if len(codes) == 1 else 0.5,
            "", "", ("commune_corrigee",),
        )  # fmt: skip

    def _old(self, words: str, code: str) -> str:
        return words if words and fold(self.communes.name(code)) != words else ""

    def _checked(
        self, codes: tuple[str, ...], named: Place | None, words: str, postal: str
    ) -> Place:
        """Hold a valid code against the name and postcode written beside it."""
        reasons: list[str] = []
        certainty = 1.0
        old_city = ""
        if named is not None and not set(named.codes) & set(codes):
            if fuzz.ratio(words, fold(self.communes.name(codes[0]))) < _ALIKE:
                reasons.append("commune_discordante")
                certainty = 0.7
                codes = (*codes, *named.codes[:2])
        elif named is not None:
            old_city = named.old_city or self._old(words, codes[0])
            codes = tuple(c for c in codes if c in named.codes) or codes
        if postal and not reasons:
            served = self.communes.by_postcode(postal)
            if served and not set(served) & set(codes) and not in_department(codes[0], postal):
                reasons.append("code_postal_discordant")
                certainty = min(certainty, 0.9)
        return Place(codes, certainty, postal, old_city, tuple(reasons))


def _five(code: str) -> str:
    """Give a code its lost zero back; empty when it is no code."""
    match = _CODE.match(code.replace(" ", ""))
    return match[1].upper().zfill(5) if match else ""


def in_department(code: str, postal: str) -> bool:
    """Tell whether a commune lies in the département of a postcode."""
    if postal.startswith("20"):
        return code.startswith("2A" if postal[2] in "01" else "2B")
    width = 3 if postal.startswith("97") else 2
    return code[:width] == postal[:width]


def _tidy(name: str) -> str:
    """Fold the name of a commune, without its postcode, and write its short words out."""
    words = _CEDEX.sub("", fold(name)).strip()
    words = re.sub(r"^\d{5}\s+", "", words)
    return tidy(words)
