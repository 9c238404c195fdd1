"""Rows `modele` of the long table: each quarter's published share, drawn towards the other quarters'.

Made from the protected table alone, as it is printed (n, share to the point, interval; the share of the
QPV together to the point): they tell nothing that it does not, and a quarter that is masked or not
published neither has such a row nor moves that of another.

The model is Fay and Herriot's on the share itself (`area_model`). Shares near 0 or 1 are held by
their variance, ψ = p̃(1 − p̃)D with p̃ the *synthetic* share: a raw or a shrunken share gives small
variances to high draws and pulls the whole estimate up (by 2 to 5 points with the raw one, 0.5 to 1
with the shrunken one or an arcsine: docs/benchmarks-survey.md).

An interval holds 95 % of the time *over quarters*, not for the one that differs most from the others:
shrinkage draws that one too near. Hence no verdict on a modelled figure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import SHOWN, TOTAL, Ajustement, Groupe
from tfpb.survey.estimation.area_model import (
    AreaData,
    AreaPrediction,
    Spread,
    model_spread,
    predict,
)
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.estimation.intervals import wilson_dispersion, z_quantile
from tfpb.survey.estimation.variance import PLANNED
from tfpb.survey.verdicts import CONFIDENCE, CONFIDENCE_MARGIN, PARC

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.arrays import Flags, Floats
    from tfpb.model.survey import WaveFacts


FEWEST_QUARTERS: Final = 12
"""Published quarters that a question needs: with fewer, what quarters are like is not known."""
_OF_ONE_SURVEY: Final = ["vague", "niveau", "bailleur"]
_ROW: Final = ["vague", "niveau", "territoire", "bailleur", "item"]
_KEPT: Final = ("theme", "nature", "n", "publication")
_POINT: Final = 2
FEWEST_AREAS: Final = 8
"""Areas a model takes."""
_ROUNDS: Final = 6
"""Variances read the synthetic share and A, that read the variances: a few rounds settle both."""
_MODERATE: Final = 0.02
"""A share is not thought nearer to 0 or 1 than this when its variance is computed."""
_LEAST_VARIANCE: Final = 0.25
"""Part of p̃(1 − p̃) that is kept at least when the spread between areas is taken off it."""
_LEAST_DISPERSION: Final = 1e-9
_EDGE: Final = 1e-3
"""A modelled share stays this far from 0 and 1."""
_WIDE: Final = 20.0
_HALVINGS: Final = 64


def interviews_a_home(waves: Iterable[WaveFacts], target: str) -> dict[str, float]:
    """Return, wave by wave, the interviews a résidence as printed; none but of these dwellings (`parc`)."""
    known = [w for w in waves if target == PARC and min(w.n, w.n_residences) > 0]
    return {w.vague: w.n / w.n_residences for w in known}


def with_modelled(table: pd.DataFrame, per_home: Mapping[str, float]) -> pd.DataFrame:
    """Add the modelled shares of quarters to a protected comparison.

    Parameters
    ----------
    table : DataFrame
        `COMPARISON_COLUMNS`, protected.
    per_home : mapping of str to float
        `interviews_a_home`: where the survey is about these dwellings, a quarter of few résidences differs
        from the others by these alone; how many they are is read from its printed count.

    Returns
    -------
    DataFrame
        With rows of group `qpv`, adjustment `modele`, after the others of their quarter and question: to
        the point, intervals too; without verdict. None for a question of which fewer than
        `FEWEST_QUARTERS` quarters, or not all QPV together, are published.
    """
    raw = table[
        (table["groupe"] == Groupe.QPV.value) & (table["ajustement"] == Ajustement.BRUT.value)
    ]
    quarters = raw[raw["niveau"].isin(QUARTER_COLUMNS)]
    whole = raw[(raw["niveau"] == TOTAL) & raw["publication"].isin(SHOWN)]
    parts = []
    for (wave, _, owner), rows in quarters.groupby(_OF_ONE_SURVEY, sort=False):
        same = whole[(whole["vague"] == wave) & (whole["bailleur"] == owner)]
        parts.append(_modelled(rows, same.set_index("item"), per_home.get(str(wave), 0.0)))
    modelled = pd.concat(parts) if parts else quarters.iloc[:0]
    if modelled.empty:
        return table
    last = table.reset_index().groupby(_ROW, sort=False)["index"].max()
    after = last.reindex(pd.MultiIndex.from_frame(modelled[_ROW])).to_numpy()
    order = np.argsort(np.concatenate([np.arange(len(table)), after]), kind="stable")
    both = pd.concat([table.reset_index(drop=True), modelled.reindex(columns=table.columns)])
    return both.iloc[order].reset_index(drop=True).astype(table.dtypes.to_dict())


def _modelled(rows: pd.DataFrame, whole: pd.DataFrame, per_home: float) -> pd.DataFrame:
    """Model the quarters of one survey: of a wave, over one bailleur or all."""
    shown = rows[rows["publication"].isin(SHOWN) & rows["estimation"].notna()]
    counts = shown["item"].value_counts()
    items = [i for i in whole.index if counts.get(i, 0) >= FEWEST_QUARTERS]
    shown = shown[shown["item"].isin(items)]
    if shown.empty:
        return shown
    names = ("estimation", "ic95_bas", "ic95_haut", "n")
    wide = {
        c: shown.pivot_table(index="territoire", columns="item", values=c)[items] for c in names
    }
    # one more line for the answers of the quarters that are not there: they count by their foretold share
    direct, low, high, n = (
        np.vstack([w.to_numpy(dtype=float), np.full(len(items), np.nan)]) for w in wide.values()
    )
    n[-1] = np.maximum(whole.loc[items, "n"].to_numpy(dtype=float) - np.nansum(n, axis=0), 0.0)
    dispersion = wilson_dispersion(direct, low, high, z_quantile(CONFIDENCE))
    unlike = PLANNED * per_home / np.maximum(n, max(per_home, 1.0))
    columns: dict[str, Floats] = {}
    for level, ends in (
        (CONFIDENCE, ("ic95_bas", "ic95_haut")),
        (CONFIDENCE_MARGIN, ("ic90_bas", "ic90_haut")),
    ):
        found = estimate_areas(
            direct,
            dispersion,
            entered=np.isfinite(direct),
            unlike=unlike,
            weights=np.nan_to_num(n),
            region=np.round(whole.loc[items, "estimation"].to_numpy(dtype=float), _POINT),
            level=level,
        )
        columns |= {"estimation": found.benchmarked, ends[0]: found.low, ends[1]: found.high}
    line = wide["n"].index.get_indexer(pd.Index(shown["territoire"]))
    column = pd.Index(items).get_indexer(pd.Index(shown["item"]))
    values = {name: np.round(v[line, column], _POINT) + 0.0 for name, v in columns.items()}
    kept = {name: shown[name] for name in (*_ROW, *_KEPT)}
    words = {
        "groupe": Groupe.QPV.value,
        "ajustement": Ajustement.MODELE.value,
        "verdict": "",
        "peu_de_reponses": "",
        "autre_histoire": "",
        "isole": "",
        "assurance": "",
    }
    return pd.DataFrame({**kept, **values, **words}, index=shown.index)


@dataclass(frozen=True, slots=True)
class SmallAreas:
    """Modelled shares, 0..1; NaN where an area does not enter or an item has no model.

    Parameters
    ----------
    estimate : float array, shape (areas, items)
        EBLUP: γ direct + (1 − γ) synthetic.
    mse : float array, shape (areas, items)
        Its mean squared error over areas, second order (Prasad and Rao).
    benchmarked, benchmarked_mse : float array, shape (areas, items)
        The estimate moved on the logit scale so that all areas together make the region's
        published share, and its error; both unmoved where there is no such share.
    low, high : float array, shape (areas, items)
        Interval about `benchmarked`. The variance of answers in it is that of the area's own
        modelled share: without it the quarters shown lowest are missed up to twice as often.
    shrinkage, synthetic, variance : float array, shape (areas, items)
        γ; x'β; smoothed variance of the direct share (NaN where the area does not enter).
    spread, moment : float array, shape (items,)
        A, the variance between areas; its raw moment, not above zero when it is not seen (A is then the
        mean of what it may be).
    shift, shift_error : float array, shape (items,)
        Region's share less what the areas made together before; standard error of that gap.
    """

    estimate: Floats
    mse: Floats
    benchmarked: Floats
    benchmarked_mse: Floats
    low: Floats
    high: Floats
    shrinkage: Floats
    synthetic: Floats
    variance: Floats
    spread: Floats
    moment: Floats
    shift: Floats
    shift_error: Floats

    @property
    def gain(self) -> Floats:
        """Part of the direct figure's error that the model takes away, never below 0."""
        out: Floats = np.maximum(1 - np.sqrt(self.benchmarked_mse / self.variance), 0.0)
        return out


def estimate_areas(
    direct: Floats,
    dispersion: Floats,
    *,
    entered: Flags,
    unlike: Floats | float = 0.0,
    weights: Floats | None = None,
    region: Floats | None = None,
    level: float = 0.95,
) -> SmallAreas:
    """Model the share of every area and item, benchmarked to the region's published share.

    Nothing of an area that does not enter is read: its share and its dispersion change no output
    by one bit, except through `region`. Masked areas must not enter; give `region` as it is
    printed: the estimates add up to it and so tell no further digit of it.

    Parameters
    ----------
    direct : float array, shape (areas, items)
        Direct shares, 0..1.
    dispersion : float array, shape (areas, items)
        D such that the variance of a share p is p(1 − p)D. It has to be right on average: made 10 %
        larger for caution, it takes 2 points off the coverage where areas differ little, as A is
        what it leaves.
    entered : bool array, shape (areas, items)
        Areas that the model reads, and that are given an estimate.
    unlike : float array, shape (areas, items), or 0
        How unlike the others an area is by its own make, over p(1 − p): ρ/k where it is k résidences,
        no more, and not the service that any résidences would have there.
    weights : float array, shape (areas,) or (areas, items), optional
        Areas' parts of the region, in any unit; masked ones too: they count by their synthetic share.
    region : float array, shape (items,), optional
        Published share of the region. Goes with `weights`. NaN, or next to 0 or 1: the estimates
        of that item are not moved, and `shift` is NaN.
    level : float
        Confidence of the interval.

    Raises
    ------
    ValueError
        Shapes that do not agree; a share or a dispersion missing or out of range where the area
        enters; weights that are not finite; `weights` without `region`.
    """
    _require(direct, dispersion, entered)
    parts, target = _region(weights, region, direct.shape)
    able = entered.sum(axis=0) >= FEWEST_AREAS
    visible = entered & able

    def shares(values: Floats) -> Floats:
        """Put the items that have a model among all, and hide what may not be shown."""
        out = np.full(direct.shape, np.nan)
        out[:, able] = values
        return np.where(visible, out, np.nan)

    def by_item(values: Floats) -> Floats:
        out = np.full(len(able), np.nan)
        out[able] = values
        return out

    # never what stands where an area does not enter, be it a missing value
    dispersion = np.where(entered, np.maximum(dispersion, _LEAST_DISPERSION), 1.0)[:, able]
    unlike = np.where(entered, unlike, 0.0)[:, able]
    every = np.ones((len(direct), 1))
    given = AreaData(direct[:, able], dispersion, every, entered[:, able], unlike)
    data, found, spread = _fit(given)
    estimate = np.clip(found.estimate, _EDGE, 1 - _EDGE)
    moved = _benchmark(estimate, data, found, parts[:, able], target[able])
    # the variance of its own answers, at its own modelled share rather than at that of all
    own = np.clip(moved.estimate, _MODERATE, 1 - _MODERATE)
    answers = found.shrinkage**2 * (own * (1 - own) * dispersion - data.variance)
    half = z_quantile(level) * np.sqrt(np.maximum(moved.mse + answers, 0.0))
    return SmallAreas(
        estimate=shares(estimate),
        mse=shares(found.mse),
        benchmarked=shares(moved.estimate),
        benchmarked_mse=shares(moved.mse),
        low=shares(np.maximum(moved.estimate - half, 0.0)),
        high=shares(np.minimum(moved.estimate + half, 1.0)),
        shrinkage=shares(found.shrinkage),
        synthetic=shares(found.synthetic),
        variance=shares(data.variance),
        spread=by_item(spread.value),
        moment=by_item(spread.moment),
        shift=by_item(moved.shift),
        shift_error=by_item(moved.shift_error),
    )


def _fit(data: AreaData) -> tuple[AreaData, AreaPrediction, Spread]:
    """Settle variances (what stands in their place in `data` is over p(1 − p)) and model on one another."""
    areas = data.entered.sum(axis=0)
    share = np.where(data.entered, data.direct, 0.0).sum(axis=0) / areas
    synthetic, between = np.broadcast_to(share, data.direct.shape), np.zeros(len(areas))
    dispersion, unlike = data.variance, data.own
    for _ in range(_ROUNDS):
        moderate = np.clip(synthetic, _MODERATE, 1 - _MODERATE)
        answer = moderate * (1 - moderate)
        # the mean of θ(1 − θ) over areas whose mean is p̃ and whose spread is A + r
        own = unlike * answer
        within = np.maximum(answer - between - own, _LEAST_VARIANCE * answer)
        data = replace(data, variance=within * dispersion, own=own)
        spread = model_spread(data)
        found = predict(data, spread.value, spread.variance)
        synthetic, between = found.synthetic, spread.value
    return data, found, spread


@dataclass(frozen=True, slots=True)
class _Benchmark:
    """Estimates that make the region's share, where there is one."""

    estimate: Floats
    mse: Floats
    shift: Floats
    shift_error: Floats


def _benchmark(
    estimate: Floats, data: AreaData, found: AreaPrediction, parts: Floats, target: Floats
) -> _Benchmark:
    """Move all estimates by one step on the logit scale (never out of 0..1), and say what it adds.

    The gap s to the region's share is a'(direct − Xβ) over the areas that enter, a = w(1 − γ), and
    w'(direct − Xβ) over the others, of which the region's share holds the answers and β does not.
    With ``P`` the variance of β: Var s = a'(V − XPX')a + w'(V + XPX')w; the error of area i and s
    have the covariance −(1 − γᵢ)xᵢ'P(X'w over the others): none when every area enters.
    """
    from scipy.special import expit, logit  # noqa: PLC0415 - slow to load, and many commands estimate nothing

    known = np.isfinite(target)
    goal = np.where(known, target, 0.5)
    logits = logit(estimate)
    low, high = np.full(len(goal), -_WIDE), np.full(len(goal), _WIDE)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = (parts * expit(logits + middle)).sum(axis=0) > goal
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    moved = np.where(known, expit(logits + (low + high) / 2), estimate)
    steep = moved * (1 - moved)
    give = np.where(known, steep / np.where(known, (parts * steep).sum(axis=0), 1.0), 0.0)

    rest = parts * (1 - found.shrinkage)
    inside, outside = np.where(data.entered, rest, 0.0), np.where(data.entered, 0.0, rest)
    total = np.where(data.entered, 1 / np.where(data.entered, found.precision, 1.0), 0.0)
    # nothing is known of the answers of the others: taken as the least sure of those that enter
    total = np.where(data.entered, total, total.max(axis=0))
    pulls = [
        np.einsum("ci,icd->di", data.covariates.T @ part, found.inverse)
        for part in (inside, outside)
    ]
    of_inside, of_outside = (data.covariates @ pull for pull in pulls)
    shift_variance = ((inside**2 + outside**2) * total).sum(axis=0)
    shift_variance += (outside * of_outside).sum(axis=0) - (inside * of_inside).sum(axis=0)
    covariance = -(1 - found.shrinkage) * of_outside
    return _Benchmark(
        estimate=moved,
        mse=found.mse + give**2 * shift_variance + 2 * give * covariance,
        shift=np.where(known, target - (parts * estimate).sum(axis=0), np.nan),
        shift_error=np.where(known, np.sqrt(np.maximum(shift_variance, 0.0)), np.nan),
    )


def _region(
    weights: Floats | None, region: Floats | None, shape: tuple[int, ...]
) -> tuple[Floats, Floats]:
    """Areas' parts of the region, of sum 1 by item, and the region's shares (NaN: none)."""
    if weights is None or region is None:
        if weights is not region:
            raise ValueError((weights is None, region is None))
        return np.zeros(shape), np.full(shape[1], np.nan)
    parts = np.broadcast_to(weights[:, None] if weights.ndim == 1 else weights, shape)
    if region.shape != shape[1:] or not (parts >= 0).all() or not (parts.sum(axis=0) > 0).all():
        raise ValueError((region.shape, shape))
    # a region where nearly all agree leaves no room to move its areas
    reachable = (region > 2 * _EDGE) & (region < 1 - 2 * _EDGE)
    return parts / parts.sum(axis=0), np.where(reachable, region, np.nan)


def _require(direct: Floats, dispersion: Floats, entered: Flags) -> None:
    shapes = {a.shape for a in (direct, dispersion, entered)}
    if len(shapes) != 1 or direct.ndim != 2:  # noqa: PLR2004 - areas and items
        raise ValueError(shapes)
    with np.errstate(invalid="ignore"):
        fit = (direct >= 0) & (direct <= 1) & (dispersion >= 0) & (dispersion < np.inf)
    if not fit[entered].all():
        raise ValueError(np.argwhere(entered & ~fit).tolist())
