"""From text deliveries to one survey of ranks, with every fault and doubt on the way."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.columns import STAMP, stamped_place
from tfpb.model.record import Reading
from tfpb.survey.method import periods
from tfpb.survey.reading.delivery_columns import (
    Rows,
    distinct,
    find_column,
    identifier,
    parse_numbers,
    parse_side,
    texts,
)
from tfpb.survey.reading.located_residences import apply_located_side
from tfpb.survey.reading.scales import read_answers, read_variables, wanted_variables
from tfpb.survey.reading.surveyed_stock import PARC, surveyed_stock
from tfpb.survey.respondents import Survey
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Flags, Floats, Integers, Objects
    from tfpb.model.plan import Plan

_ROLES: Final = ("repondant", "vague", "bailleur", "residence", "poids", "qpv")
_PLAN: Final = Place("plan_enquete.toml")
_NO_WAVE: Final = "plan_vague_absente"


def recode(
    deliveries: Sequence[pd.DataFrame], plan: Plan, residences: pd.DataFrame | None = None
) -> Survey:
    """Read deliveries into one survey, following the plan.

    Parameters
    ----------
    deliveries : sequence of DataFrame
        One row an interview, columns as delivered. Text with the `STAMP` columns (file, sheet and
        line that faults name) is taken as it is; any other frame is turned into text, and its lines
        are numbered from 2, as in a sheet with a header.
    plan : Plan
        Which column is what.
    residences : DataFrame, optional
        `RESIDENCE_COLUMNS` (and the stock's grouping columns). Its located side then rules every
        wave; the delivered flag is only compared.

    Returns
    -------
    Survey
        Kept interviews. Rows left out (no weight, same interview twice, side unknown or to be
        checked) are each named by a doubt of `Survey.faults`, so that rows in = rows out + listed.

    Notes
    -----
    A résidence that the stock does not know keeps the delivered flag when there is one, and is
    listed; without a flag its interviews are left out and listed.

    Examples
    --------
    With `frame` and `plan` of the package's example:

    >>> answers = recode([frame], plan)
    >>> answers.waves, answers.items, len(answers.respondents)
    (('2023',), ('proprete',), 400)
    >>> [str(fault.code) for fault in recode([frame.assign(proprete=7)], plan).faults]
    ['code_reponse_inconnu']
    """
    faults: list[Fault] = []
    deliveries = [_stamped(frame, k) for k, frame in enumerate(deliveries, start=1)]
    parts = [_standard(frame, plan, faults, located=residences is not None) for frame in deliveries]
    frame = pd.concat([p for p, _ in parts], ignore_index=True)
    text = pd.concat([t for _, t in parts], ignore_index=True)
    for name in ("bailleur", "vague"):
        frame[name] = _one_spelling(frame[name].to_numpy(dtype=object))
    rows = Rows(frame, faults)
    keep = _usable_rows(rows, plan)
    why = np.where(keep, "", "poids_manquant").astype(object)
    once = _repeated_rows(rows, text, plan, keep)
    why[keep & ~once] = "interview_en_double"
    keep &= once
    side, listed = apply_located_side(frame, residences, keep)
    faults += listed
    frame["qpv"] = side
    why[keep & (side < 0)] = "qpv_manquant"
    keep &= side >= 0
    variables = read_variables(text, rows, plan, residences)
    scales, answers, marks = read_answers(text, rows, variables, plan)
    frame = pd.concat([frame, variables], axis=1)
    kept = np.flatnonzero(keep)
    out = frame.iloc[kept].reset_index(drop=True)
    stock, out[PARC], listed = surveyed_stock(out, residences)
    faults += listed
    has_clusters = bool((out["residence"] != "").any())
    out["strate"] = _strata(out, plan, faults)
    if has_clusters:
        Rows(out, faults).fault_at("residence_manquante", np.flatnonzero(out["residence"] == ""))
        faults += _clusters_in_two_strata(out)
    return Survey(
        respondents=out,
        answers={item: values[kept] for item, values in answers.items()},
        marks={item: values[kept] for item, values in marks.items()},
        scales=scales,
        stock=stock,
        faults=tuple(faults),
        readings=_readings(frame, why),
        periods=periods(plan, map(str, frame["vague"].unique())),
        has_clusters=has_clusters,
        has_weights=bool(frame["_poids_livre"].any()),
    )


def readings_without(frames: Sequence[pd.DataFrame], plan: Plan, why: str) -> tuple[Reading, ...]:
    """Count interviews that were left out before `recode`, all for one reason (`why`, the doubt's code)."""
    parts = [_standard(f, plan, [], located=True)[0] for f in frames if len(f)]
    if not parts:
        return ()
    frame = pd.concat(parts, ignore_index=True)
    return _readings(frame, np.full(len(frame), why, dtype=object))


def _readings(frame: pd.DataFrame, why: Objects) -> tuple[Reading, ...]:
    """Count the interviews of each file, bailleur and wave, kept or left out and why."""
    keys = [STAMP[0], STAMP[1], "bailleur", "vague"]
    met: dict[tuple[Any, ...], Counter[str]] = {}
    places = frame[keys].astype(str).itertuples(index=False, name=None)
    for place, reason in zip(places, why, strict=True):
        met.setdefault(place, Counter())[reason] += 1
    out = []
    for (file, sheet, owner, wave), left in met.items():
        read, kept = left.total(), left.pop("", 0)
        out.append(Reading("enquete", file, sheet, owner, wave, read, kept, dict(left)))
    return tuple(out)


def _stamped(frame: pd.DataFrame, position: int) -> pd.DataFrame:
    """Return a delivery as text with its stamp."""
    if set(STAMP) <= set(frame.columns):
        return frame
    text = frame.astype(object).where(frame.notna(), "").astype(str)
    rows = np.arange(2, len(frame) + 2)
    return text.assign(_fichier=f"livraison {position}", _feuille="", _ligne=rows)


def _standard(
    frame: pd.DataFrame, plan: Plan, faults: list[Fault], *, located: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read one delivery's roles; return (standard columns, the delivery with plan names)."""
    frame = frame.reset_index(drop=True)
    found = {role: find_column(frame, getattr(plan.colonnes, role)) for role in _ROLES}
    rows = Rows(frame, faults)
    fixed = {"vague": plan.colonnes.vague_fixe, "bailleur": plan.colonnes.bailleur_fixe}
    _missing_roles(found, fixed, plan, rows, located=located)
    out = frame[list(STAMP)].copy()
    for role in ("repondant", "vague", "bailleur", "residence"):
        written, there = fixed.get(role, ""), found[role]
        if there is None or (written and role != "vague"):
            out[role] = np.full(len(frame), written, dtype=object)
            continue
        codes, uniques = distinct(texts(frame, there))
        read = [identifier(u) or (written if role == "vague" else "") for u in uniques]
        named = np.array(read, dtype=object)[codes]
        out[role] = pd.Series(named, out.index, dtype=object)
    for role in ("vague", "bailleur"):
        if found[role] is not None:
            empty, header = np.flatnonzero(out[role] == ""), str(found[role])
            rows.fault_at("enquete_cellule_vide", empty, header, "", Severity.FAUTE, role=role)
    out["poids"], out["_poids_livre"] = _weights(rows, found["poids"])
    out["qpv"] = _flags(rows, found["qpv"]) if found["qpv"] else -1
    for role in ("poids", "qpv"):
        out[f"_colonne_{role}"] = found[role] or ""
    names = _plan_names(frame, plan)
    body = {plan_name: texts(frame, there) for plan_name, there in names.items()}
    sources = {f"_lu_{plan_name}": there for plan_name, there in names.items()}
    text = pd.DataFrame({"_vide": "", **body, **sources}, index=frame.index, dtype=object)
    return out, text


def _plan_names(frame: pd.DataFrame, plan: Plan) -> dict[str, str]:
    """Map what the plan calls a column to the header that bears it in this delivery."""
    wanted: dict[str, tuple[str, ...]] = {i.identifiant: i.colonnes for i in plan.items}
    for name in wanted_variables(plan):
        variable = plan.variables.get(name)
        wanted[f"@{name}"] = (*(variable.colonnes if variable else ()), name)
    found = {name: find_column(frame, columns) for name, columns in wanted.items()}
    return {name: there for name, there in found.items() if there is not None}


def _missing_roles(
    found: dict[str, str | None], fixed: dict[str, str], plan: Plan, rows: Rows, *, located: bool
) -> None:
    """List the roles the plan names but the delivery lacks, and those it cannot do without."""
    frame = rows.frame
    needed = {"vague", "bailleur"} | (set() if located else {"qpv"})
    headers = ", ".join(str(c) for c in frame.columns if c not in STAMP)
    place = (
        Place(str(frame[STAMP[0]].iloc[0]), str(frame[STAMP[1]].iloc[0])) if len(frame) else _PLAN
    )
    for role, column in found.items():
        if column is not None or fixed.get(role):
            continue
        named = getattr(plan.colonnes, role)
        if role == "vague" and not named:
            rows.faults.append(Fault(_NO_WAVE, _PLAN))
            continue
        unsaid = role == "qpv" and not named
        if named or role in needed:
            stops = role in needed or role in {"residence", "poids"}
            rows.faults.append(
                Fault(
                    "enquete_sans_cote" if unsaid else "enquete_colonne_absente",
                    place,
                    ", ".join(named),
                    {"role": role, "lues": headers},
                    Severity.FAUTE if stops else Severity.DOUTE,
                )
            )


def _weights(rows: Rows, column: str | None) -> tuple[Floats, bool]:
    """Return the weight of each row (NaN when it cannot be read) and whether they are delivered."""
    if column is None:
        return np.ones(len(rows.frame)), False
    codes, uniques = distinct(texts(rows.frame, column))
    weights = parse_numbers(uniques)
    wrong = (weights < 0) | (np.isnan(weights) & (np.array(uniques, dtype=object) != ""))
    rows.unread("poids_illisible", codes, uniques, np.flatnonzero(wrong), column)
    return weights[codes], True


def _flags(rows: Rows, column: str) -> Integers:
    codes, parsed = rows.parsed(texts(rows.frame, column), parse_side, "qpv_illisible", column)
    return np.array([-1 if s is None else s for s in parsed], dtype=np.int64)[codes]


def _one_spelling(names: Objects) -> Objects:
    """Give each name one spelling (the most frequent, then the first in order)."""
    codes, uniques = distinct(names)
    counts = np.bincount(codes, minlength=len(uniques))
    chosen: dict[str, tuple[int, str]] = {}
    for name, count in zip(uniques, counts.tolist(), strict=True):
        best = chosen.get(fold(name))
        if best is None or (-count, name) < (-best[0], best[1]):
            chosen[fold(name)] = (count, name)
    return np.array([chosen[fold(u)][1] for u in uniques], dtype=object)[codes]


def _usable_rows(rows: Rows, plan: Plan) -> Flags:
    """Leave out rows without a weight, and list them."""
    weights = rows.frame["poids"].to_numpy(dtype=float)
    usable: Flags = weights > 0
    lacking = np.flatnonzero(~usable & ~(weights < 0))
    rows.fault_at("poids_manquant", lacking, next(iter(plan.colonnes.poids), ""))
    return usable


def _repeated_rows(rows: Rows, text: pd.DataFrame, plan: Plan, keep: Flags) -> Flags:
    """Keep one of interviews delivered twice; two interviews under one identifier are a fault."""
    frame = rows.frame
    first_only = np.ones(len(frame), dtype=bool)
    key = frame[["vague", "bailleur", "repondant"]]
    repeated = np.flatnonzero(key.duplicated(keep=False) & (frame["repondant"] != "") & keep)
    if not repeated.size:
        return first_only
    body = [c for c in text.columns if not c.startswith("_lu_")]
    content = pd.concat([frame[["residence", "poids", "qpv"]], text[body]], axis=1)
    column = next(iter(plan.colonnes.repondant), "")
    for _, group in key.iloc[repeated].groupby(list(key.columns), sort=False):
        positions = group.index.to_numpy()
        original, *others = positions
        for other in others:
            same = content.iloc[original].equals(content.iloc[other])
            first_only[other] = False
            rows.faults.append(
                Fault(
                    "interview_en_double" if same else "identifiant_en_double",
                    stamped_place(frame, int(other), column),
                    str(frame["repondant"].iloc[other]),
                    {
                        "autre": int(frame[STAMP[2]].iloc[original]),
                        "fichier": str(frame[STAMP[0]].iloc[original]),
                    },
                    Severity.DOUTE if same else Severity.FAUTE,
                )
            )
    return first_only


def _strata(frame: pd.DataFrame, plan: Plan, faults: list[Fault]) -> Objects:
    """Join the strata columns into one label; the role `qpv` is the side that rules the wave."""
    roles = {name: role for role in _ROLES for name in (role, *getattr(plan.colonnes, role))}
    parts = []
    for name in plan.colonnes.strates:
        column = roles.get(name, name)
        if column not in frame.columns:
            faults.append(Fault("strate_absente", _PLAN, name, {"colonne": name}, Severity.FAUTE))
            continue
        parts.append(frame[column].astype(str).to_numpy(dtype=object))
    if not parts:
        return np.full(len(frame), "", dtype=object)
    return np.array([" × ".join(cells) for cells in zip(*parts, strict=True)], dtype=object)


def _clusters_in_two_strata(frame: pd.DataFrame) -> list[Fault]:
    """List the résidences whose interviews of one wave stand in two strata."""
    named = frame[(frame["residence"] != "") & (frame["vague"] != "")]
    keys = ["vague", "bailleur", "residence"]
    pairs = named.drop_duplicates([*keys, "strate"])
    doubled = pairs[pairs.duplicated(keys, keep=False)]
    faults = []
    for _, group in doubled.groupby(keys, sort=True):
        first = group.iloc[0]
        faults.append(
            Fault(
                "residence_deux_strates",
                stamped_place(group, 0),
                str(first["residence"]),
                {
                    "vague": str(first["vague"]),
                    "bailleur": str(first["bailleur"]),
                    "strates": " ; ".join(sorted(group["strate"].astype(str))),
                },
                Severity.DOUTE,
            )
        )
    return faults
