"""Legal values as dated series with their reference; a date without a value is refused.

The series stand in `values.toml`. A user may override any of them with a reference of their own, for one year
or for every date the text covers; it shows as theirs.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, TfpbError, fail, stop_on_faults
from tfpb.model.legal.map_table import FIRST_YEAR, HOLE, LAST_YEAR, MAPS
from tfpb.model.legal.tax_lines import LINE, TAX_LINES
from tfpb.model.money import LegalValue
from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.model.settings import LoiUtilisateur

_DUE: Final = re.compile(r"N(-1)? (\d{2})-(\d{2})")
_NO_VALUE: Final = "loi_sans_valeur"
_REGION: Final = "repere_region"
_OF_REGION: Final = ("repere_valorise_region_eur", "repere_couverture_region")
"""Figures of the region of reference: under the name of another they would be false."""
_YES: Final = frozenset({"true", "oui", "vrai", "1"})
_NO: Final = frozenset({"false", "non", "faux", "0"})


@dataclass(frozen=True, slots=True)
class _Series:
    cle: str
    libelle: str
    kind: str
    values: tuple[LegalValue, ...]
    most: Decimal | None = None
    fixed: bool = False
    flattened: bool = False


@dataclass(frozen=True, slots=True)
class Law:
    """The legal values in use. Made by `load`."""

    series: Mapping[str, _Series]

    def value(self, key: str, on: dt.date) -> LegalValue:
        """Return the value in force on a day, with its reference.

        Raises
        ------
        TfpbError
            `loi_sans_valeur` if no period holds that day.
        KeyError
            If the key is not in `values.toml`: our own bug.
        """
        series = self.series[key]
        day = on.isoformat()
        for value in series.values:
            if value.debut <= day and (not value.fin or day <= value.fin):
                return value
        raise fail(
            _NO_VALUE,
            got=day,
            libelle=series.libelle,
            cle=key,
            debut=series.values[0].debut,
            fin=series.values[-1].fin or "en vigueur",
        )

    def covers(self, key: str, on: dt.date) -> bool:
        """Return whether a value is in force on a day."""
        try:
            self.value(key, on)
        except TfpbError:
            return False
        return True

    def on(self, day: dt.date, *, joining: Reader | None = None) -> Reader:
        """Return a reader of the values in force on a day, which remembers what it read.

        With `joining`, what is read joins the list of that reader.
        """
        return Reader(self, day, {} if joining is None else joining.read)

    def flattened(self) -> tuple[LegalValue, ...]:
        """Return the user's own values that stand for years to which the text gives several."""
        return tuple(s.values[0] for s in self.series.values() if s.flattened)

    def all_values(self) -> tuple[LegalValue, ...]:
        """Return every value of every period, in the order of the file."""
        return tuple(v for s in self.series.values() for v in s.values)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the law on one day and keeps the list of what was read, for « sources et hypothèses »."""

    law: Law
    day: dt.date
    read: dict[tuple[str, str], LegalValue]
    known: dict[str, str] = field(default_factory=dict, repr=False)

    def text(self, key: str) -> str:
        """Return a value as text."""
        if key not in self.known:
            value = self.law.value(key, self.day)
            self.read[(key, value.debut)] = value
            self.known[key] = value.valeur
        return self.known[key]

    def decimal(self, key: str) -> Decimal:
        """Return a value as an exact number."""
        return Decimal(self.text(key))

    def whole(self, key: str) -> int:
        """Return a value as a whole number."""
        return int(Decimal(self.text(key)))

    def flag(self, key: str) -> bool:
        """Return a yes or no."""
        return self.text(key) == "oui"

    @property
    def region(self) -> str:
        """The region of reference; listed as read where the user set it: else its figures name it."""
        value = self.law.value(_REGION, self.day)
        if value.origine == "utilisateur":
            self.read[(_REGION, value.debut)] = value
        return value.valeur

    def date(self, key: str) -> dt.date:
        """Return a value that is a day."""
        return dt.date.fromisoformat(self.text(key))

    def due(self, key: str) -> dt.date:
        """Return the day a due date falls on for the tax year of the reader's day."""
        match = _DUE.fullmatch(self.text(key))
        if match is None:  # settled when loading; kept for the reader of this code
            raise ValueError(key)
        year = self.day.year - (1 if match[1] else 0)
        return dt.date(year, int(match[2]), int(match[3]))

    def used(self) -> tuple[LegalValue, ...]:
        """Return the values read so far, in the order of `values.toml`."""
        rank = {key: i for i, key in enumerate(self.law.series)}
        return tuple(self.read[k] for k in sorted(self.read, key=lambda k: (rank[k[0]], k[1])))


def lacking_value(error: TfpbError) -> str:
    """Return what a year has no legal value for, in words; the error itself, raised, of any other fault."""
    found = [f.fields["libelle"] for f in error.faults if f.code == _NO_VALUE]
    if len(found) < len(error.faults):
        raise error
    return ", ".join(map(str, found))


def load(overrides: Mapping[str, LoiUtilisateur] | None = None) -> Law:
    """Load the legal values, with the user's own in place of the text's.

    Parameters
    ----------
    overrides : mapping of str to object with `valeur` and `reference`, optional
        Keys are those of `values.toml`.

    Raises
    ------
    TfpbError
        `loi_cle_inconnue`, `loi_valeur_illisible`, `loi_part_trop_grande`, `loi_valeur_sans_effet`,
        `loi_repere_sans_chiffres`: all of them at once.
    """
    named = (overrides or {}).get(_REGION)
    series = dict(_packaged(str(named.valeur) if named else ""))
    faults: list[Fault] = []
    for key, override in (overrides or {}).items():
        if key not in series:
            faults.append(
                Fault("loi_cle_inconnue", got=key, fields={"cles": ", ".join(sorted(series))})
            )
            continue
        old = series[key]
        fields = {"cle": key, "libelle": old.libelle, "attendu": old.values[-1].valeur}
        try:
            text = _as_text(override.valeur, old.kind)
        except (ValueError, InvalidOperation):
            faults.append(Fault("loi_valeur_illisible", got=str(override.valeur), fields=fields))
            continue
        if (code := _refused(old, text)) is not None:
            more_fields = fields | {"maximum": old.most}
            faults.append(Fault(code, got=str(override.valeur), fields=more_fields))
            continue
        series[key] = _overridden(old, text, override)
    if named is not None and (lacking := [k for k in _OF_REGION if k not in (overrides or {})]):
        fields = {"cles": ", ".join(lacking)}
        faults.append(Fault("loi_repere_sans_chiffres", got=str(named.valeur), fields=fields))
    stop_on_faults(faults)
    return Law(series)


def _refused(series: _Series, text: str) -> str | None:
    """Return the fault of a value that would mislead: a percent read as a part, or one that nothing obeys."""
    if series.most is not None and Decimal(text) > series.most:
        return "loi_part_trop_grande"
    if series.fixed and text not in {v.valeur for v in series.values}:
        return "loi_valeur_sans_effet"
    return None


def _overridden(series: _Series, text: str, override: LoiUtilisateur) -> _Series:
    """Put a value of the user's own in place of the text's: of one year, or of all that it covers."""
    year, every = override.annee, series.values
    first, last = every[0].debut, every[-1].fin
    if year is not None:
        first, last = f"{year}-01-01", f"{year}-12-31"
    own = LegalValue(
        cle=series.cle,
        libelle=series.libelle,
        valeur=text,
        debut=first,
        fin=last,
        reference=override.reference,
        verifie=True,
        origine="utilisateur",
    )
    if year is None:
        return replace(series, values=(own,), flattened=len({v.valeur for v in every}) > 1)
    before = (replace(v, fin=_before(v.fin, f"{year - 1}-12-31")) for v in every if v.debut < first)
    after = (
        replace(v, debut=max(v.debut, f"{year + 1}-01-01"))
        for v in every
        if not v.fin or v.fin > last
    )
    return replace(series, values=(*before, own, *after))


def _before(end: str, limit: str) -> str:
    """Return the earlier of two ends of a period, the first empty while in force."""
    return min(end, limit) if end else limit


@lru_cache(maxsize=8)
def _packaged(region: str) -> dict[str, _Series]:
    """Read `values.toml`, with a region's name in its labels (empty: that of the file)."""
    raw = packaged(__name__)
    name = region or raw[_REGION]["series"][-1]["valeur"]
    every = {}
    for key, entry in raw.items():
        several = _of_maps if "cartes" in entry else _of_lines if "lignes" in entry else None
        for named, whole in several(key, entry) if several else ((key, entry),):
            every[named] = _series(named, whole, name)
    return every


def _of_lines(key: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the values that `lines.toml` gives: the management fees of each line of a notice."""
    for line, facts in TAX_LINES.items():
        whole = {**entry, "libelle": facts["frais"], "series": facts["series"]}
        yield key.replace(LINE, line), whole


def _of_maps(key: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the values that `maps.toml` gives: the map of each year, and from when each map counts."""
    if entry["cartes"] == "effet":
        for code, one in MAPS.items():
            if one.effect:
                first = dt.date(one.mainland[0].first, 1, 1)
                since = dt.date(FIRST_YEAR, 1, 1)
                period = {"debut": since, "valeur": first, **one.effect}
                label = entry["libelle"].replace(HOLE, str(code))
                yield key.replace(HOLE, str(code)), {**entry, "libelle": label, "series": [period]}
        return
    series = [
        {
            "debut": dt.date(rule.first, 1, 1), "fin": dt.date(rule.last or LAST_YEAR, 12, 31),
            "valeur": code,
            "reference": rule.reference,
            "verifie": rule.verified,
        }
        for code, one in MAPS.items()
        for rule in one.rules(overseas=entry["cartes"] == "outremer")
    ]  # fmt: skip
    yield key, {**entry, "series": series}


def _series(key: str, entry: Mapping[str, Any], region: str) -> _Series:
    label = entry["libelle"].replace("{region}", region)
    values = tuple(
        LegalValue(
            cle=key,
            libelle=label,
            valeur=_as_text(period["valeur"], entry["type"]),
            debut=period["debut"].isoformat(),
            fin=period["fin"].isoformat() if "fin" in period else "",
            reference=period["reference"],
            verifie=period["verifie"],
            origine=period.get("origine", "texte"),
        )
        for period in entry["series"]
    )
    most = Decimal(entry["maximum"]) if "maximum" in entry else None
    return _Series(key, label, entry["type"], values, most, entry.get("fixe", False))


def _as_text(value: Any, kind: str) -> str:
    """Write a value as text in the form its type reads back; ValueError when it does not fit."""
    text = value.isoformat() if isinstance(value, dt.date) else str(value).strip()
    if kind == "decimal":
        return _number(text)
    if kind == "entier":
        number = Decimal(_number(text))
        if number != number.to_integral_value():
            raise ValueError(text)
        return str(int(number))
    if kind == "booleen":
        word = text.lower()
        if word not in _YES | _NO:
            raise ValueError(text)
        return "oui" if word in _YES else "non"
    if kind == "date":
        return dt.date.fromisoformat(text).isoformat()
    if kind == "echeance":
        match = _DUE.fullmatch(text)
        if match is None:
            raise ValueError(text)
        dt.date(2001, int(match[2]), int(match[3]))  # refuses a day no year has
        return text
    return text


def _number(text: str) -> str:
    """Read « 0,40 », « 0.40 » and « 40 % » alike; negative or endless numbers are refused."""
    percent = text.endswith("%")
    number = Decimal(text.rstrip("% \u202f\u00a0").replace(",", "."))
    if not number.is_finite() or number < 0:
        raise ValueError(text)
    return f"{number / 100 if percent else number:f}"
