"""Calibration: post-stratification or raking of the weights on margins of the stock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.survey.reading.counted_tables import empty_cells, read_counts, repeated_rows
from tfpb.survey.reading.delivery_columns import (
    as_frame,
    find_column,
    identifier,
    parse_side,
    texts,
)
from tfpb.text import fold, squeeze
from tfpb.words.faults.input_words import ROW_OBJECTS
from tfpb.words.survey.survey_words import ROW_LABELS, WAVE_OF_EACH_ROW

if TYPE_CHECKING:
    from tfpb.model.arrays import Floats, Indices, Objects
    from tfpb.survey.reading.delivery_columns import AnyTable
    from tfpb.survey.respondents import Survey


CELL: Final = "_calage_"
"""Columns of the calibration cells of a survey, numbered."""
DELIVERED: Final = "_poids_avant_calage"
_CROSSING: Final = "*"
_SWEEPS: Final = 500
_TOLERANCE: Final = 1e-12
_LEFT: Final = 0.01
"""Share of the margins, of categories that nobody interviewed is of, from which it is doubted."""
_HELD: Final = 1e-4
"""Share of the whole by which a margin may be missed."""


def calibration_columns(survey: Survey) -> tuple[str, ...]:
    """Name the columns that hold calibration cells, none when the weights are as delivered."""
    return tuple(str(c) for c in survey.respondents if str(c).startswith(CELL))


def delivered_weight(frame: pd.DataFrame) -> Floats:
    """Return the weights before calibration (the weights themselves when there was none)."""
    return frame[DELIVERED if DELIVERED in frame else "poids"].to_numpy(dtype=float)


def calibrate(survey: Survey, margins: AnyTable) -> tuple[Survey, list[Fault]]:
    """Calibrate weights wave by wave on a margins file: `variable, modalite, effectif`, perhaps `vague`.

    A crossing is written « bailleur*qpv », its categories « Habitat*1 ». One variable: post-stratification.
    Several: raking, swept until the weights are still (relative change under 1e-12). Unchanged with the
    faults of a margin that cannot be read, occurs twice or names its wave on some rows only; with a doubt
    that gives the reason when a category of the sample has no margin, or margins do not agree. A category
    of the margins without any interview is doubted from a hundredth: weights represent the others alone.
    """
    frame = as_frame(margins)
    columns = {n: find_column(frame, (n,)) for n in ("variable", "modalite", "effectif", "vague")}
    if any(columns[n] is None for n in ("variable", "modalite", "effectif")):
        return survey, [_impossible("variable, modalite, effectif")]
    wanted_shares, faults = _read_margins(
        margins, {k: v for k, v in columns.items() if v is not None}
    )
    if faults:
        return survey, faults
    respondents = survey.respondents.copy()
    weights = respondents["poids"].to_numpy(dtype=float).copy()
    variables = list(dict.fromkeys(squeeze(str(v)) for v in frame[columns["variable"]]))
    for name in variables:
        lacking = [p for p in name.split(_CROSSING) if p.strip() not in respondents]
        if lacking:
            return survey, [_impossible(", ".join(lacking))]
    cells = np.column_stack([_categories(respondents, name) for name in variables])
    codes = np.zeros(cells.shape, dtype=np.intp)
    for wave in survey.waves:
        rows = np.flatnonzero((respondents["vague"] == wave).to_numpy())
        targets = []
        for k, name in enumerate(variables):
            both = (wanted_shares.get((at, name), {}) for at in (fold(wave), ""))
            wanted = {key: count for part in both for key, count in part.items() if count > 0}
            unknown = sorted({str(c) for c in cells[rows, k]} - set(wanted))
            if unknown:
                return survey, [_impossible(f"{name} : {', '.join(unknown[:5])} ({wave})")]
            code, names = pd.factorize(cells[rows, k], sort=True)
            left = sum(wanted[key] for key in wanted.keys() - set(names)) / sum(wanted.values())
            if left >= _LEFT:
                fields = {"vague": wave, "variable": name, "part": left}
                faults.append(Fault("calage_incomplet", fields=fields, severity=Severity.DOUTE))
            codes[rows, k] = code + codes[:, k].max() + 1
            targets.append((code, np.array([wanted[str(c)] for c in names])))
        weights[rows] = _rake(weights[rows], targets)
        if not _settled(weights[rows], targets):
            fields = {"vague": wave, "variables": ", ".join(variables)}
            doubt = Fault("calage_contradictoire", fields=fields, severity=Severity.DOUTE)
            return survey, [doubt]
    extra = {f"{CELL}{k}": codes[:, k] for k in range(len(variables))}
    extra[DELIVERED] = respondents["poids"].to_numpy(dtype=float)
    respondents = respondents.assign(poids=weights, **extra)
    return replace(survey, respondents=respondents), faults


def _impossible(reason: str) -> Fault:
    return Fault(
        "calage_impossible", got=reason, fields={"raison": reason}, severity=Severity.DOUTE
    )


def _categories(respondents: pd.DataFrame, name: str) -> Objects:
    first, *others = (respondents[p.strip()].astype(str).map(fold) for p in name.split(_CROSSING))
    for part in others:
        first = first + _CROSSING + part
    return first.to_numpy(dtype=object)


def _read_margins(
    margins: AnyTable, columns: dict[str, str]
) -> tuple[dict[tuple[str, str], dict[str, float]], list[Fault]]:
    """Return (wave, variable) → category → count, and every fault; a wave is folded, "" for all of them."""
    frame = as_frame(margins)
    variables, labels = (texts(frame, columns[n]) for n in ("variable", "modalite"))
    counts, faults = read_counts(margins, columns["effectif"])
    for name in ("variable", "modalite"):
        faults += empty_cells(margins, columns[name], ROW_LABELS[name])
    waves = np.full(len(frame), "", dtype=object)
    if "vague" in columns:
        waves = np.array(
            [fold(identifier(w)) for w in texts(frame, columns["vague"])], dtype=object
        )
        named = set(variables[waves != ""])
        here = np.array([v in named for v in variables], dtype=bool)
        faults += empty_cells(margins, columns["vague"], WAVE_OF_EACH_ROW, among=here)
    keys = [
        (str(wave), str(variable), _category(str(variable), str(label)))
        for wave, variable, label in zip(waves, variables, labels, strict=True)
    ]
    if not faults:  # without its wave a row repeats another's
        faults = repeated_rows(margins, keys, ROW_OBJECTS["calage"])
    out: dict[tuple[str, str], dict[str, float]] = {}
    for (wave, variable, category), count in zip(keys, counts, strict=True):
        out.setdefault((wave, variable), {})[category] = float(count)
    return out, faults


def _category(variable: str, label: str) -> str:
    names = [p.strip() for p in variable.split(_CROSSING)]
    parts = zip(names, map(squeeze, label.split(_CROSSING)), strict=False)
    return _CROSSING.join(_side(p) if name == "qpv" else fold(p) for name, p in parts)


def _side(text: str) -> str:
    side = parse_side(text)
    return str(side) if side is not None else fold(text)


def _rake(weights: Floats, targets: list[tuple[Indices, Floats]]) -> Floats:
    """Scale weights to each margin in turn until they are still."""
    for _ in range(_SWEEPS):
        before = weights
        for code, wanted in targets:
            now = np.bincount(code, weights=weights, minlength=len(wanted))
            weights = weights * (wanted / now)[code]
        if np.abs(weights / before - 1).max() < _TOLERANCE:
            break
    return weights


def _settled(weights: Floats, targets: list[tuple[Indices, Floats]]) -> bool:
    """Return whether weights hold every margin at once, as shares: margins may be of different totals."""
    held = (np.bincount(code, weights=weights, minlength=len(wanted)) for code, wanted in targets)
    return all(
        np.abs(now / now.sum() - wanted / wanted.sum()).max() < _HELD
        for now, (_, wanted) in zip(held, targets, strict=True)
    )
