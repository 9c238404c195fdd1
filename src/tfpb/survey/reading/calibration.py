"""Calibration: post-stratification or raking of the weights on margins of the stock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.survey.reading.delivery_columns import as_frame, find_column, parse_number, parse_side
from tfpb.text import fold, squeeze

if TYPE_CHECKING:
    from tfpb.model.arrays import Floats, Indices, Texts
    from tfpb.survey.reading.delivery_columns import AnyTable
    from tfpb.survey.respondents import Survey


CELL: Final = "_calage_"
"""Columns of the calibration cells of a survey, numbered."""
DELIVERED: Final = "_poids_avant_calage"
_CROSSING: Final = "*"
_SWEEPS: Final = 500
_TOLERANCE: Final = 1e-12


def calibration_columns(survey: Survey) -> tuple[str, ...]:
    """Name the columns that hold calibration cells, none when the weights are as delivered."""
    return tuple(str(c) for c in survey.respondents if str(c).startswith(CELL))


def delivered_weight(frame: pd.DataFrame) -> Floats:
    """Return the weights before calibration (the weights themselves when there was none)."""
    return frame[DELIVERED if DELIVERED in frame else "poids"].to_numpy(dtype=float)


def calibrate(survey: Survey, margins: AnyTable) -> tuple[Survey, list[Fault]]:
    """Calibrate weights wave by wave on a margins file.

    Parameters
    ----------
    survey : Survey
    margins : DataFrame or ReadTable
        `variable, modalite, effectif`, and `vague` when margins differ. A crossing is written
        « bailleur*qpv », its categories « Habitat*1 ». One variable: post-stratification. Several:
        raking, swept until the weights are still (relative change under 1e-12).

    Returns
    -------
    Survey, list of Fault
        The survey with calibrated `poids`; unchanged, with a doubt that gives the reason, when a category
        of the sample has no margin.
    """
    frame = as_frame(margins)
    columns = {n: find_column(frame, (n,)) for n in ("variable", "modalite", "effectif", "vague")}
    if any(columns[n] is None for n in ("variable", "modalite", "effectif")):
        return survey, [_impossible("variable, modalite, effectif")]
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
        part = _of_wave(frame, columns, wave)
        targets = []
        for k, name in enumerate(variables):
            wanted = _targets(part, columns, name)
            unknown = sorted({str(c) for c in cells[rows, k]} - set(wanted))
            if unknown:
                return survey, [_impossible(f"{name} : {', '.join(unknown[:5])} ({wave})")]
            code, names = pd.factorize(cells[rows, k], sort=True)
            codes[rows, k] = code + codes[:, k].max() + 1
            targets.append((code, np.array([wanted[str(c)] for c in names])))
        weights[rows] = _rake(weights[rows], targets)
    extra = {f"{CELL}{k}": codes[:, k] for k in range(len(variables))}
    extra[DELIVERED] = respondents["poids"].to_numpy(dtype=float)
    respondents = respondents.assign(poids=weights, **extra)
    return replace(survey, respondents=respondents), []


def _impossible(reason: str) -> Fault:
    return Fault(
        "calage_impossible", got=reason, fields={"raison": reason}, severity=Severity.DOUTE
    )


def _of_wave(frame: pd.DataFrame, columns: dict[str, str | None], wave: str) -> pd.DataFrame:
    if columns["vague"] is None:
        return frame
    named = frame[columns["vague"]].astype(str).map(squeeze)
    return frame[(named == wave) | (named == "")]


def _categories(respondents: pd.DataFrame, name: str) -> Texts:
    first, *others = (respondents[p.strip()].astype(str).map(fold) for p in name.split(_CROSSING))
    for part in others:
        first = first + _CROSSING + part
    return first.to_numpy(dtype=object)


def _targets(
    frame: pd.DataFrame, columns: dict[str, str | None], variable: str
) -> dict[str, float]:
    """Read the margin of one variable: category → count (zero and unreadable counts left out)."""
    here = frame[frame[columns["variable"]].astype(str).map(squeeze) == variable]
    out: dict[str, float] = {}
    names = [p.strip() for p in variable.split(_CROSSING)]
    for label, count in zip(here[columns["modalite"]], here[columns["effectif"]], strict=True):
        parts = zip(names, map(squeeze, str(label).split(_CROSSING)), strict=False)
        key = _CROSSING.join(_side(p) if name == "qpv" else fold(p) for name, p in parts)
        if (number := parse_number(str(count))) > 0:
            out[key] = out.get(key, 0.0) + number
    return out


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
