"""Households interviewed in a wave, counted by résidence: what the rule of secrecy is applied to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Groupe
from tfpb.model.survey import Households
from tfpb.survey.estimation.design import indicator
from tfpb.survey.reading.scales import ABSENT, NOT_CONCERNED, NSP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse

    from tfpb.model.arrays import Flags, Integers, Objects
    from tfpb.model.plan import Item
    from tfpb.survey.respondents import Survey

_OWN: Final = ("bailleur", "residence", "groupe")


def households(
    survey: Survey, items: Sequence[Item], wave: str, by: Sequence[str], alike: Sequence[str] = ()
) -> Households:
    """Count the households of one wave by bailleur, résidence, side, level, and variable like with like.

    The base of a question is who was asked: every household of the sides of the bailleurs that ask it, or
    those that its filter keeps. Questions of one base share one count.
    """
    rows = np.flatnonzero((survey.respondents["vague"] == wave).to_numpy())
    frame = survey.respondents.iloc[rows]
    groupe = np.where(
        frame["qpv"].to_numpy(dtype=int) == 1, Groupe.QPV.value, Groupe.HORS_QPV.value
    )
    levels = [c for c in dict.fromkeys((*by, *alike)) if c in frame]
    named = frame.assign(groupe=groupe)[[*_OWN, *levels]].astype(str)
    codes, places = pd.factorize(pd.MultiIndex.from_frame(named), sort=True)
    spread = indicator(codes, len(places))
    names = tuple(i.identifiant for i in items)
    ranks = np.array([survey.answers[n][rows] for n in names]).reshape(len(names), len(rows))
    asking = frame["bailleur"].astype(str).to_numpy() + "\x1f" + groupe
    asked = _asked(ranks != ABSENT, items, asking)
    first: dict[bytes, int] = {}
    label = [first.setdefault(a.tobytes(), k) for k, a in enumerate(asked)]
    bases = sorted(set(label))
    return Households(
        vague=wave,
        items=names,
        base=tuple(bases.index(k) for k in label),
        places=pd.DataFrame(list(places), columns=list(named), dtype=object),
        alike=tuple(c for c in alike if c in levels),
        asked=_summed(spread, asked[bases]),
        valid=_summed(spread, ranks >= 0),
        unsure=_summed(spread, ranks == NSP),
        unconcerned=_summed(spread, ranks == NOT_CONCERNED),
    )


def _asked(answered: Flags, items: Sequence[Item], owner: Objects) -> Flags:
    """Return which interviews are in the base of each question, shape (items, interviews)."""
    out = np.zeros_like(answered)
    filters: dict[object, list[int]] = {}
    for k, item in enumerate(items):
        filters.setdefault(item.filtre, []).append(k)
    for kept, members in filters.items():
        for k in members:
            asking = np.isin(owner, np.unique(owner[answered[k]].astype(str)))
            out[k] = asking & (answered[members].any(axis=0) if kept is not None else True)
    return out


def _summed(spread: sparse.csc_array, flags: Flags) -> Integers:
    out: Integers = (spread @ flags.T.astype(float)).astype(np.int64)
    return out
