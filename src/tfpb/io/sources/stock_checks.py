"""Checks of the stock; names by their aliases, and the zeros that other files lost of identifiers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.columns import stamped_place
from tfpb.near_names import near_names
from tfpb.text import fold
from tfpb.words.faults.input_words import ROW_OBJECTS, SAME_ENTRANCE
from tfpb.words.faults.paste_words import ALIAS
from tfpb.words.faults.sentences import rows_words

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.plan import Plan
    from tfpb.model.settings import Settings

_AGENCIES: Final = frozenset(
    {"agence", "agences", "nom agence", "direction territoriale", "territoire"}
)
_COLUMNS: Final = {"patrimoine": ("bailleur", "commune"), "conventions": ("bailleur",)}
_WHAT: Final = {"bailleur": "bailleurs", "commune": "communes"}
_DIGITS: Final = re.compile(r"\d+")
_POSTCODE: Final = re.compile(r"\s*\d(?:\s?\d){3,4}(?:\.0)?\s*(?:cedex.*)?", re.IGNORECASE)
_INSEE: Final = re.compile(r"\s*\d?[0-9AB]\d{3}\s*", re.IGNORECASE)
_FORMS: Final = (("code_postal", _POSTCODE, "code postal"), ("code_insee", _INSEE, "code Insee"))
"""Four digits are a code that a spreadsheet took for a number: its zero is given back."""


def check_stock(
    frame: pd.DataFrame, bailleur: str, repeated: Container[int] = ()
) -> tuple[pd.DataFrame, list[Fault]]:
    """Check the keys of the stock: the same entrance twice is a fault, no address a doubt.

    `bailleur` is filled where it was empty. `repeated` rows are in a question, for they name an entrance
    again: no fault.
    """
    out = frame.copy()
    out["bailleur"] = [b or bailleur for b in out["bailleur"]]
    faults = [
        *_entrances(frame, repeated),
        *_shared_addresses(frame),
        *_owners(out),
        *_codes(frame),
    ]
    empty = [i for i, n in enumerate(frame["nb_logements"]) if n is not pd.NA and n == 0]
    if empty and len(empty) == len(frame):
        # money, shares and clusters follow dwellings: without any, every figure would be nil or wrong
        faults.append(
            Fault("patrimoine_sans_logement", stamped_place(frame, 0, "nb_logements"), "0")
        )
    elif empty:
        place = stamped_place(frame, empty[0], "nb_logements")
        fields = {"nombre": len(empty)}
        faults.append(Fault("logements_nuls", place, "0", fields, Severity.DOUTE))
    return out, faults


def _entrances(frame: pd.DataFrame, repeated: Container[int]) -> list[Fault]:
    """List entrances given twice (faults), without address or without commune (doubts)."""
    placed = frame["x"].notna() & frame["y"].notna()
    if not any(frame["adresse"]) and not placed.any():
        return (
            [Fault("patrimoine_sans_adresse", stamped_place(frame, 0, "adresse"))]
            if len(frame)
            else []
        )
    faults: list[Fault] = []
    seen: dict[tuple[str, str, str], int] = {}
    names = ("id_residence", "adresse", "id_batiment", "commune", "code_insee", "code_postal")
    for row, cells in enumerate(zip(*(frame[c] for c in names), strict=True)):
        residence, address, building, *commune = cells
        place = stamped_place(frame, row)
        key = (residence, fold(address), fold(building))
        if address and key in seen and place.row not in repeated:
            got = " ".join(filter(None, (residence, building, address)))
            fields = {"autre": seen[key], "cle": SAME_ENTRANCE, "objet": ROW_OBJECTS["patrimoine"]}
            faults.append(Fault("ligne_en_double", place, got, fields))
        seen.setdefault(key, place.row)
        if not address and not placed.iloc[row]:
            faults.append(Fault("adresse_absente", place, residence, {}, Severity.DOUTE))
        elif not any(commune):
            faults.append(Fault("commune_absente", place, address, {}, Severity.DOUTE))
    return faults


def _shared_addresses(frame: pd.DataFrame) -> list[Fault]:
    """Doubt a résidence at the addresses of another: one written under two codes counts twice.

    Two buildings of one address, each named, may well be of two résidences.
    """
    seen: dict[tuple[str, ...], list[tuple[str, str, int]]] = {}
    pairs: dict[tuple[str, str], tuple[set[int], set[int]]] = {}
    names = ("id_residence", "adresse", "id_batiment", "commune", "code_insee", "code_postal")
    for row, cells in enumerate(zip(*(frame[c] for c in names), strict=True)):
        residence, address, building, *commune = cells
        if not residence or not address:
            continue
        there = seen.setdefault((fold(address), *map(fold, commune)), [])
        for other, its_building, first in there:
            apart = building and its_building and fold(building) != fold(its_building)
            if other != residence and not apart:
                here, before = pairs.setdefault((residence, other), (set(), set()))
                here.add(row)
                before.add(first)
        there.append((residence, building, row))
    faults = []
    for (residence, other), (here, before) in pairs.items():
        fields = {
            "autre": other,
            "lignes": rows_words(_rows(frame, here)),
            "lignes_autre": rows_words(_rows(frame, before)),
            "logements": int(frame["nb_logements"].iloc[sorted(here)].sum()),
        }
        place = stamped_place(frame, min(here), "adresse")
        faults.append(Fault("adresses_communes", place, residence, fields, Severity.DOUTE))
    return faults


def _rows(frame: pd.DataFrame, positions: Iterable[int]) -> list[int]:
    return [stamped_place(frame, position).row for position in sorted(positions)]


def _owners(frame: pd.DataFrame) -> list[Fault]:
    """Doubt a résidence that two bailleurs hold: identifiers of two files may be equal by chance."""
    owners: dict[str, dict[str, str]] = {}
    first: dict[str, int] = {}
    pairs = zip(frame["id_residence"], frame["bailleur"], strict=True)
    for row, (residence, owner) in enumerate(pairs):
        held = owners.setdefault(residence, {})
        held.setdefault(fold(owner), owner)
        if residence and len(held) > 1:
            first.setdefault(residence, row)
    faults = []
    for residence, row in first.items():
        fields = {"organismes": ", ".join(owners[residence].values())}
        place = stamped_place(frame, row, "bailleur")
        faults.append(Fault("residence_deux_organismes", place, residence, fields, Severity.DOUTE))
    return faults


def _codes(frame: pd.DataFrame) -> list[Fault]:
    """Doubt codes of communes that have not the form of one: the address is sought without them."""
    faults = []
    for name, form, what in _FORMS:
        for row, text in enumerate(frame[name]):
            if text and not form.fullmatch(text):
                place, fields = stamped_place(frame, row, name), {"quoi": what}
                faults.append(Fault("code_commune_douteux", place, text, fields, Severity.DOUTE))
    return faults


class Identifiers:
    """Identifiers of the stock, and the ones a spreadsheet turned into numbers (« 111 » for « 00111 »)."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {k for k in known if k}
        self._bare: dict[str, str] = {}
        for name in sorted(self._known):
            if _DIGITS.fullmatch(name):
                bare = name.lstrip("0")
                # of identifiers that differ by their zeros alone, none is meant for sure
                self._bare[bare] = "" if bare in self._bare else name

    def _whole(self, text: str) -> str:
        if not text or text in self._known or not _DIGITS.fullmatch(text):
            return text
        return self._bare.get(text.lstrip("0")) or text

    def mend(self, frame: pd.DataFrame, column: str) -> tuple[pd.DataFrame, list[Fault]]:
        """Give back their zeros to the identifiers of a stamped frame, and report how many."""
        cells = list(frame[column])
        whole = [self._whole(c) for c in cells]
        changed = [i for i, (a, b) in enumerate(zip(cells, whole, strict=True)) if a != b]
        if not changed:
            return frame, []
        out = frame.copy()
        out[column] = pd.Series(whole, index=frame.index, dtype=object)
        first = changed[0]
        fields = {"nombre": len(changed), "lu": whole[first]}
        place = stamped_place(frame, first, column)
        return out, [Fault("zeros_retablis", place, cells[first], fields, Severity.DOUTE)]

    def mend_delivery(self, delivery: Delivery, columns: Iterable[str]) -> Delivery:
        """Do the same for a delivery of the survey."""
        column = delivery.column(columns)
        if column is None:
            return delivery
        frame, faults = self.mend(delivery.frame, column)
        if not faults:
            return delivery
        text = frame[list(delivery.table.frame.columns)]
        return replace(delivery.with_frame(text), notices=(*delivery.notices, *faults))


class Names:
    """The aliases of a dossier, and those of them that no file needed."""

    def __init__(self, settings: Settings) -> None:
        self._file = settings.file
        self._own = settings.dossier.bailleur
        self._levels = {fold(name) for name in settings.reglages.territoires}
        self._meant = {
            what: {fold(k): (k, v) for k, v in names.items()}
            for what, names in settings.alias.model_dump().items()
        }
        self._used: set[tuple[str, str]] = set()

    def _renamed(self, cells: Iterable[str], what: str) -> list[str]:
        meant = self._meant[what]
        out = []
        for cell in cells:
            written, name = meant.get(fold(cell), ("", cell))
            if written:
                self._used.add((what, written))
            out.append(name)
        return out

    def in_table(self, role: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
        """Apply the aliases to a typed table; doubt its names that are near others."""
        columns = {c: _WHAT[c] for c in _COLUMNS.get(role, ()) if c in frame}
        if role == "patrimoine":
            agencies = (str(c) for c in frame if fold(str(c)) in _AGENCIES | self._levels)
            columns |= {c: "agences" for c in agencies if c not in columns}
        out, doubts = frame.copy(), []
        for column, what in columns.items():
            cells = [str(c) for c in frame[column]]
            out[column] = pd.Series(self._renamed(cells, what), index=frame.index, dtype=object)
            counts = Counter(c for c in out[column] if c)
            if what == "bailleurs":
                doubts += _alike(out, column, dict.fromkeys(counts, self._own), what)
            elif what == "agences":
                doubts += _alike(out, column, _rarer(counts), what)
        return out, doubts

    def in_delivery(self, delivery: Delivery, plan: Plan) -> Delivery:
        """Write the bailleurs of a delivery of the survey as the dossier names them."""
        column = delivery.column(plan.colonnes.bailleur)
        if column is None or not self._meant["bailleurs"]:
            return delivery
        frame = delivery.table.frame.copy()
        frame[column] = self._renamed(frame[column], "bailleurs")
        return delivery.with_frame(frame)

    def unused(self) -> list[Fault]:
        """Doubt the aliases that no file needed; those of quarters are for whoever has the map."""
        return [
            Fault("alias_sans_effet", Place(self._file, column=ALIAS.format(what=what)), written,
                  severity=Severity.DOUTE)
            for what, names in self._meant.items()
            if what != "quartiers"
            for written, _ in names.values()
            if (what, written) not in self._used
        ]  # fmt: skip


def _rarer(counts: Counter[str]) -> dict[str, str]:
    """Return each name that is near a more frequent one, with that one."""
    out: dict[str, str] = {}
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    for k, name in enumerate(ranked):
        if near := near_names(name, [n for n in ranked[:k] if n not in out], most=1):
            out[name] = near[0]
    return out


def _alike(frame: pd.DataFrame, column: str, meant: Mapping[str, str], what: str) -> list[Fault]:
    """Doubt the names of a column that are near the one meant, and not the same but for case."""
    doubts = []
    cells = frame[column].tolist()
    for name, other in meant.items():
        same = fold(name) == fold(other)
        if name == other or (same and what == "bailleurs") or not near_names(name, (other,)):
            continue
        place = stamped_place(frame, cells.index(name), column)
        pasted = (ALIAS.format(what=what), name, other)
        fields = {"nombre": cells.count(name), "proche": other, "coller": pasted}
        doubts.append(Fault("nom_proche", place, name, fields, Severity.DOUTE))
    return doubts
