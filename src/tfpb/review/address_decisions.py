"""Decisions of persons on doubtful addresses: applied before geocoding, and to its verdicts after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.geocode.coordinates import GIVEN_RADIUS_M
from tfpb.geocode.line.parser import parse
from tfpb.model.codes import GeocodeVerdict, ResultType
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS
from tfpb.text import fold
from tfpb.words.places.address_words import ACCEPT, NOWHERE, chosen_words, without_likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


DECIDED: Final = "decision"
_AWAY: Final = ("coordonnees_loin_adresse", "coordonnees_ecartees")
"""Reasons of coordinates that are not where their address is."""
_TOWN: Final = re.compile(r"^(.*?)[\s,]*\b(\d{5})\s+(\D.*)$")
_KEPT_NUMBERS: Final = ("result_score", "result_confidence")
_NUMERIC: Final = (
    "latitude",
    "longitude",
    *_KEPT_NUMBERS,
    "result_x",
    "result_y",
    "result_radius_m",
)


class AddressKey(NamedTuple):
    """What identifies an address of a file: its words, whatever its row."""

    address: str
    postcode: str
    commune: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class AddressDecision:
    """One row that someone filled in the sheet « Adresses »."""

    key: AddressKey
    choice: str  # `accepter`, `introuvable`, or an address chosen from the list
    corrected: str  # address written by hand; it prevails over `choice`
    x: str  # given by hand, like y; they prevail over both
    y: str
    author: str
    date: str
    piece: str
    place: Place  # file, sheet and row


def key_of(address: str, postcode: str, commune: str, code: str, name: str) -> AddressKey:
    """Make the key of an address; spelling of case and accents does not count."""
    return AddressKey(fold(address), postcode.strip(), fold(commune), code.strip(), fold(name))


def keys_of(addresses: pd.DataFrame) -> list[AddressKey]:
    """Make the key of each row of an address table."""
    columns = ("adresse", "code_postal", "commune", "code_insee", "nom")
    return [key_of(*cells) for cells in addresses[list(columns)].itertuples(index=False, name=None)]


@dataclass(frozen=True, slots=True)
class DecidedAddresses:
    """Addresses to geocode, with the decisions taken on them."""

    frame: pd.DataFrame  # `ADDRESS_COLUMNS`, decisions written in
    rows: list[AddressDecision | None]  # the decision on each row
    lost: tuple[Fault, ...] = ()  # a doubt for each decision whose address is no longer in the file
    placed: tuple[Place | None, ...] = ()
    """Of each row whose coordinates are the geometry of a layer, its place there; empty for a table."""


def decided(
    addresses: pd.DataFrame,
    decisions: Iterable[AddressDecision],
    placed: Sequence[Place | None] = (),
) -> DecidedAddresses:
    """Return the addresses to geocode (`ADDRESS_COLUMNS`), decisions written in.

    `placed` as in `DecidedAddresses`.
    """
    by_key = {decision.key: decision for decision in decisions}
    rows = [by_key.get(key) for key in keys_of(addresses)]
    used = {decision.key for decision in rows if decision is not None}
    lost = tuple(
        Fault("decision_sans_adresse", d.place, d.key.address, severity=Severity.DOUTE)
        for d in by_key.values()
        if d.key not in used
    )
    cells = {name: addresses[name].tolist() for name in ADDRESS_COLUMNS}
    for position, decision in enumerate(rows):
        if decision is None:
            continue
        if decision.x and decision.y:
            cells["x"][position], cells["y"][position] = decision.x, decision.y
            continue
        line, postcode, commune = _rewritten(cells["adresse"][position], decision)
        if line:
            cells["adresse"][position] = line
            cells["nom"][position] = ""
        if commune:
            cells["code_postal"][position], cells["commune"][position] = postcode, commune
            cells["code_insee"][position] = ""
    kept = tuple(None if d else p for p, d in zip(placed, rows, strict=True)) if placed else ()
    frame = pd.DataFrame(cells, index=addresses.index, dtype=object)
    return DecidedAddresses(frame, rows, lost, kept)


def _rewritten(written: str, decision: AddressDecision) -> tuple[str, str, str]:
    """Return line, postcode and commune of the address someone chose; empty when they kept it."""
    chosen = decision.corrected or without_likeness(decision.choice)
    if not decision.corrected and fold(chosen) in {"", ACCEPT, NOWHERE}:
        return "", "", ""
    town = _TOWN.match(chosen)
    line, postcode, commune = (town[1], town[2], town[3]) if town else (chosen, "", "")
    if line[:1].isdigit() or decision.corrected:
        return line, postcode, commune
    head = parse(written).head
    spans = [f"{low[0]}{low[1]}-{high[0]}{high[1]}" for low, high in head.ranges]
    inside = {end for span in head.ranges for end in span}
    singles = [
        f"{number}{suffix}" for number, suffix in head.singles if (number, suffix) not in inside
    ]
    return " ".join(filter(None, (", ".join((*singles, *spans)), line))), postcode, commune


def settled(
    results: pd.DataFrame, rows: Sequence[AddressDecision | None]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the geocoded rows with the verdicts of the decisions (`rows`, one a row).

    Same index; a doubt for each decision that leads to no point.
    """
    if not any(rows):
        return results, []
    out = {name: results[name].tolist() for name in RESULT_COLUMNS}
    doubts = []
    for position, decision in enumerate(rows):
        if decision is None:
            continue
        if not decision.corrected and not decision.x and fold(decision.choice) == NOWHERE:
            for name in RESULT_COLUMNS:
                out[name][position] = np.nan if name in _NUMERIC else ""
            for name in _KEPT_NUMBERS:
                out[name][position] = 0.0
            out["result_type"][position] = str(ResultType.NONE)
            out["result_status"][position] = "not-found"
            out["result_verdict"][position] = str(GeocodeVerdict.REJETE)
            out["result_source"][position] = results["result_source"].iloc[position]
        elif out["result_type"][position] in {ResultType.NONE, ResultType.MUNICIPALITY}:
            doubts.append(
                Fault(
                    "decision_sans_resultat",
                    decision.place,
                    decision.corrected or decision.choice,
                    severity=Severity.DOUTE,
                )
            )
            continue
        else:
            out["result_verdict"][position] = str(GeocodeVerdict.ACCEPTE)
            out["result_confidence"][position] = np.nan  # nobody computed it
            out["result_source"][position] = chosen_words(decision.date, decision.piece)
        reasons = [r for r in str(out["result_reasons"][position]).split(" | ") if r]
        out["result_reasons"][position] = " | ".join([*reasons, DECIDED])
    frame = pd.DataFrame(out, index=results.index)
    return frame.astype({n: results[n].dtype for n in RESULT_COLUMNS}), doubts


def as_placed(
    results: pd.DataFrame, placed: Sequence[Place | None]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Let points of a layer rule where their addresses are elsewhere; one doubt counts them.

    Same index; `point_deplace`, or nothing. `placed` as in `DecidedAddresses`. `results` are
    `RESULT_COLUMNS`.
    """
    if not placed:
        return results, []
    held = np.array([place is not None for place in placed])
    away = results["result_reasons"].str.contains("|".join(_AWAY)).to_numpy(dtype=bool)
    rows = held & away & (results["result_type"] == ResultType.GIVEN.value).to_numpy()
    if not rows.any():
        return results, []
    out = results.copy()
    out.loc[rows, "result_verdict"] = GeocodeVerdict.ACCEPTE.value
    out.loc[rows, "result_radius_m"] = GIVEN_RADIUS_M
    kept = [
        [r for r in cell.split(" | ") if r and r not in _AWAY]
        for cell in out["result_reasons"][rows]
    ]
    from tfpb.perimeters.geometry import MOVED, moved_doubt  # noqa: PLC0415 - loads geopandas

    out.loc[rows, "result_reasons"] = [" | ".join((*reasons, MOVED)) for reasons in kept]
    return out, [moved_doubt([p for p, row in zip(placed, rows, strict=True) if p and row])]
