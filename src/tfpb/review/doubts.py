"""The doubts of a run as rows to decide on: addresses not accepted, entrances too near a limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.facts.place import quarter_near, to_verify
from tfpb.facts.quarter import quarters_of
from tfpb.geocode.line.parser import parse
from tfpb.model.codes import GeocodeVerdict
from tfpb.model.columns import numbers, texts
from tfpb.model.tables import DECISIONS_LIMITES
from tfpb.words.places.address_words import REASONS, TYPES, proposal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from tfpb.model.location import QpvMap
    from tfpb.review.address_decisions import AddressDecision

DECIDED_COLUMNS: Final = {
    "decision": "choice",
    "adresse_corrigee": "corrected",
    "x": "x",
    "y": "y",
    "auteur": "author",
    "date": "date",
    "piece": "piece",
}
"""Column of the sheet « Adresses » to the field of `AddressDecision`."""
REVIEW_COLUMNS: Final = (
    "id_residence", "id_batiment", "adresse", "commune", "nb_logements", "quartier", "distance_m",
    "incertitude_m", "motif", "decision", "code_qpv", "auteur", "date", "piece",
)  # fmt: skip
"""Sheet « Limites »: those of `DECISIONS_LIMITES` are read back, the others help to decide."""
POSITION: Final = "_position"
"""Position (0-based) of the entrance in the located frame, −1 for a decision without entrance."""
_MOST_ALTERNATIVES: Final = 5
_SCORED: Final = re.compile(r"(?P<address>.+) \((?P<score>\d\.\d\d)\)")
_FILLED: Final = ("decision", "code_qpv", "auteur", "date", "piece")
_DESCRIBED: Final = (
    "id_residence", "id_batiment", "adresse", "commune", "result_city", "qpv_motif",
)  # fmt: skip
_FIGURES: Final = {
    "nb_logements": "nb_logements", "qpv_distance_m": "distance_m", "result_radius_m": "incertitude_m",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terrain:
    """Located entrances, and what a picture shows around those to decide on."""

    entrances: pd.DataFrame
    maps: Mapping[int, QpvMap]
    radius_m: float  # uncertainty of points that have none, in metres
    parcels: gpd.GeoDataFrame | None = None  # in any CRS it declares
    streets: gpd.GeoDataFrame | None = None  # in any CRS it declares; `nom` and lines


def address_doubts(
    results: pd.DataFrame,
    original: pd.DataFrame,
    decisions: Sequence[AddressDecision | None],
    *,
    lines: Sequence[int],
    identifiers: Sequence[str] | None = None,
) -> pd.DataFrame:
    """List the rows that are not accepted or already decided, each with its possible addresses.

    `results` (`RESULT_COLUMNS`) have decisions applied; `original` is `adresse, code_postal, commune,
    code_insee, nom` as the file has them, same rows as `decisions` and `lines`, as a spreadsheet numbers
    them. Columns of the review sheet, and `choix` (tuple of str).
    """
    waits = (results["result_verdict"] != GeocodeVerdict.ACCEPTE) & (
        results["result_status"] != "skipped"
    )
    was_decided = pd.Series([row is not None for row in decisions], index=results.index)
    shown = (waits | was_decided).to_numpy()
    found, asked = results[shown], original[shown]
    out = pd.DataFrame({"ligne": pd.Series(lines)[shown].to_numpy()}, index=found.index)
    if identifiers is not None:
        out["identifiant"] = pd.Series(identifiers)[shown].to_numpy()
    for name in ("adresse", "code_postal", "commune", "code_insee", "nom"):
        out[name] = asked[name].to_numpy()
    out["trouvee"] = found["result_label"].to_numpy()
    out["precision"] = [TYPES.get(kind, kind) for kind in found["result_type"]]
    out["confiance"] = found["result_confidence"].round(2).to_numpy()
    out["motifs"] = [
        " ; ".join(REASONS.get(code, code) for code in reasons.split(" | ") if code)
        for reasons in found["result_reasons"]
    ]
    kept = [row for row, is_shown in zip(decisions, shown, strict=True) if is_shown]
    for name, field in DECIDED_COLUMNS.items():
        out[name] = [getattr(row, field) if row else "" for row in kept]
    out["choix"] = [
        tuple(_proposed(one, line) for one in filter(None, text.split(" | ")))[:_MOST_ALTERNATIVES]
        for text, line in zip(found["result_alternatives"], asked["adresse"], strict=True)
    ]
    return out


def _proposed(alternative: str, line: str) -> str:
    """Write an alternative with what of it is like the line and what is not, in place of its score."""
    scored = _SCORED.fullmatch(alternative)
    if scored is None:
        return alternative
    number = scored["address"].partition(" ")[0].lower()
    written = {f"{n}{suffix}".lower() for n, suffix in parse(line).numbers}
    other = number[0].isdigit() and bool(written) and written.isdisjoint(number.split("-"))
    return proposal(scored["address"], float(scored["score"]), other_number=other)


def row_keys(entrances: pd.DataFrame) -> pd.Series[Any]:
    """Return the identifier each row is decided by: its résidence, or its row where it has none."""
    ids = texts(entrances, "id_residence")
    rows = (
        entrances["_ligne"].tolist()
        if "_ligne" in entrances.columns
        else range(2, len(entrances) + 2)
    )
    return pd.Series(
        [i or f"ligne {r}" for i, r in zip(ids, rows, strict=True)],
        index=entrances.index,
        dtype="str",
    )


def limit_doubts(entrances: pd.DataFrame, decisions: pd.DataFrame | None = None) -> pd.DataFrame:
    """List the entrances to decide on and those already decided: the sheet can be handed back as it is.

    Stock columns (or any table), `RESULT_COLUMNS` as far as known, `LOCATION_COLUMNS`. Every line of the
    `decisions` (`DECISIONS_LIMITES`) of the run before is found again in the sheet, those that match no
    entrance at the end. An entrance that contrary ones leave in doubt is to decide anew: the last one
    alone, handed back, would rule. `REVIEW_COLUMNS` + `POSITION`, entrances in order.
    """
    keyed = entrances.assign(id_residence=row_keys(entrances))
    taken: dict[int, int] = {}
    torn: set[int] = set()
    orphans: list[int] = []
    if decisions is not None and len(decisions):
        from tfpb.perimeters.decisions import match_decisions  # noqa: PLC0415 - a run that locates

        answers = list(zip(texts(decisions, "decision"), texts(decisions, "code_qpv"), strict=True))
        for line, ruled in match_decisions(keyed, decisions).items():
            torn |= {i for i in ruled if i in taken and answers[taken[i]] != answers[line]}
            taken.update(dict.fromkeys(ruled, line))
            if not ruled:
                orphans.append(line)
    unsure = to_verify(entrances).to_numpy()
    rows = sorted({*np.flatnonzero(unsure).tolist(), *taken})
    kept = keyed.iloc[rows]
    described = {c: texts(kept, c).tolist() for c in _DESCRIBED}
    codes, named = quarter_near(kept).tolist(), quarters_of(stock=[kept])
    figures = {c: numbers(kept, c).tolist() for c in _FIGURES}
    out: list[dict[str, Any]] = []
    for place, position in enumerate(rows):
        cells = _described({c: values[place] for c, values in described.items()})
        cells |= {"code_qpv": codes[place], "quartier": named[codes[place]].shown}
        cells |= {_FIGURES[c]: values[place] for c, values in figures.items()}
        if position in taken and decisions is not None:
            filled = _filled(decisions, taken[position])
            cells |= {k: v for k, v in filled.items() if v or k != "code_qpv"}
            if position in torn and unsure[position]:
                cells["decision"] = ""
        out.append({**cells, POSITION: position})
    if decisions is not None:
        out += [_without_entrance(decisions, line) for line in orphans]
    columns = [*REVIEW_COLUMNS, POSITION]
    return pd.DataFrame([[cells.get(c, "") for c in columns] for cells in out], columns=columns)


def _described(entrance: dict[str, str]) -> dict[str, Any]:
    """Return the cells that describe an entrance."""
    return {
        "id_residence": entrance["id_residence"], "id_batiment": entrance["id_batiment"],
        "adresse": entrance["adresse"], "commune": entrance["commune"] or entrance["result_city"],
        "motif": entrance["qpv_motif"],
    }  # fmt: skip


def quarter_of(row: Mapping[str, Any]) -> str:
    """Return the quarter that a row of the sheet is about, as a map or a person wrote it."""
    return str(row["code_qpv"])


def _without_entrance(decisions: pd.DataFrame, line: int) -> dict[str, Any]:
    """Return the cells of a decision that matches no entrance."""
    known = {
        c: str(texts(decisions, c).iloc[line]) for c in ("id_residence", "id_batiment", "adresse")
    }
    unknown = dict.fromkeys(_FIGURES.values(), float("nan"))
    return {**unknown, **known, **_filled(decisions, line), POSITION: -1}


def _filled(decisions: pd.DataFrame, line: int) -> dict[str, Any]:
    """Return what someone wrote on a line of decisions; the date stays a date."""
    out: dict[str, Any] = {c: str(texts(decisions, c).iloc[line]) for c in _FILLED}
    day = decisions["date"].iloc[line] if "date" in decisions.columns else None
    out["date"] = "" if day is None or pd.isna(day) else day
    return out


def lost_decisions(filled: pd.DataFrame, used: pd.DataFrame | None) -> list[int]:
    """Find decisions of a review file (positions in `filled`) that the run does not use (`used`).

    They must not be written over.
    """
    columns = [c for c in DECISIONS_LIMITES.names if c in filled.columns]
    known = set() if used is None else set(_lines(used, columns))
    side = texts(filled, "decision").tolist()
    lines = _lines(filled, columns)
    return [i for i, line in enumerate(lines) if line not in known and side[i]]


def _lines(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(texts(frame, c).tolist() for c in columns), strict=True))
