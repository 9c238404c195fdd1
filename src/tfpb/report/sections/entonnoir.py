"""« Entonnoir »: gaps within the limits that chance alone sets, for one bailleur and for the region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.model.codes import Publication
from tfpb.model.report import Format, Text
from tfpb.report.sections.build import chart, cut, over_pages, section, table, worded
from tfpb.words.survey import funnel_words as words
from tfpb.words.survey.satisfaction import THEMES
from tfpb.words.survey.verdict_words import FRAGILE_WORD, target_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from tfpb.model.report import Block, Chart, Section

REACH: Final = 2400.0
"""Interviews up to which the region's limits are drawn: beyond, no bailleur of it stands."""


def own_funnel(
    rows: pd.DataFrame, items: pd.DataFrame, wave: str, *, fewest: int, target: str = ""
) -> Section:
    """Return the section of one bailleur: its gaps, the limits at its numbers, the others' quartiles.

    Parameters
    ----------
    rows : DataFrame
        `tfpb.region.positions.FUNNEL_COLUMNS`, protected.
    items : DataFrame
    wave : str
    fewest : int
        Other bailleurs that a quartile needs.
    target : str
        What the survey speaks of (`cible`).
    """
    of = _said(wave, target)
    named = _named(rows, items)
    beyond = {
        end: named.loc[named["lecture"].isin([f"dessous{end}", f"dessus{end}"]), "libelle"].tolist()
        for end in ("95", "998")
    }
    inside = int((named["lecture"] == "dedans").sum())
    blocks: list[Block] = [table("entonnoir_bailleur", named, **of)]
    if len(named):
        blocks += [*_charts(named, "entonnoir", of), _notes(named, fewest)]
    return section("entonnoir", words.lead(inside, beyond["95"], beyond["998"]), blocks)


def region_funnel(
    rows: pd.DataFrame,
    items: pd.DataFrame,
    wave: str,
    *,
    fewest: int,
    halves: Mapping[tuple[int, str], pd.Series[float]],
    target: str = "",
) -> Section:
    """Return the section of the region: limits by number of interviews; no bailleur is on it.

    Parameters
    ----------
    rows, items, wave, fewest, target
        As for `own_funnel`.
    halves : mapping of (interviews, level) to Series
        Half-widths of the limits, one a row.
    """
    of = _said(wave, target)
    columns = {f"demi_{level}_{n}": values for (n, level), values in halves.items()}
    named = _named(rows.assign(**columns), items)
    titles = [
        {"cle": f"{level}_{n}", "titre": words.WITH_N.format(level=level.replace("998", "99,8"), n=n),
         "format": Format.POINTS}
        for n, level in halves
    ]  # fmt: skip
    blocks: list[Block] = [table("entonnoir_region", named, repeated=titles, **of)]
    if len(named):
        charts = _charts(named, "entonnoir_limites", of, reach=REACH)
        blocks += [*charts, _notes(named, fewest)]
    return section("entonnoir", words.REGION_LEAD, blocks)


def _said(wave: str, target: str) -> dict[str, Any]:
    """Return what titles and source lines say of the survey."""
    return {"vague": wave, "cible": target_words(target)}


def _named(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    labels = items[["item", "libelle", "theme", "ordre", "tete_de_theme"]]
    named = worded(
        rows.merge(labels, on="item", how="inner", validate="one_to_one"),
        theme_mot=("theme", THEMES),
        comparable=("ajustement", words.WAYS),
        lecture_mot=("lecture", words.READINGS),
    )
    weak = named["publication"] == Publication.FRAGILE
    named["comparable"] += np.where(weak, f", {FRAGILE_WORD}", "")
    return named.sort_values("ordre", kind="stable").reset_index(drop=True)


def _charts(
    named: pd.DataFrame, key: str, of: dict[str, Any], *, reach: float = 0.0
) -> list[Chart]:
    """Draw the headline questions, or all when none is."""
    heads = cut(named, named["tete_de_theme"].astype(bool))
    return over_pages(chart(key, heads if len(heads) else named, **of, reach=reach))


def _notes(named: pd.DataFrame, fewest: int) -> Text:
    hidden = int(named["mediane"].isna().sum())
    others = words.others(fewest, hidden, len(named))
    return Text((words.EXPLAIN, words.CHANCE, words.LIKE, others), bullets=True)
