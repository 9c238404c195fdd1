"""« Position »: a bailleur beside the region without it and the quartiles of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.report import Text
from tfpb.report.sections.build import cut, section, table, worded
from tfpb.words.documents import region_words as words
from tfpb.words.survey.satisfaction import GROUPES, THEMES

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.report import Block, Section

_SHARES = ("qpv", "hors_qpv")


def position(rows: pd.DataFrame, items: pd.DataFrame, wave: str) -> Section:
    """Return the section of a bailleur's position, for one wave.

    Parameters
    ----------
    rows : DataFrame
        `vague, item, groupe, estimation, ic95_bas, ic95_haut, region, region_bas, region_haut,
        quartile1, mediane, quartile3, autres, lecture`, protected.
    items : DataFrame
        `item, libelle, theme, ordre`.
    wave : str
    """
    named = cut(rows, rows["vague"] == wave).merge(
        items[["item", "libelle", "theme", "ordre"]], on="item", how="inner", validate="many_to_one"
    )
    named = worded(
        named,
        theme_mot=("theme", THEMES),
        groupe_mot=("groupe", GROUPES),
        lecture_mot=("lecture", words.READINGS),
    ).sort_values(["ordre", "groupe"], kind="stable")
    gaps = cut(named, named["groupe"] == "ecart")
    shares = cut(named, named["groupe"].isin(_SHARES))
    blocks: list[Block] = [
        table(key, part, vague=wave, de_vague=words.of_wave(wave) if len(part) else "")
        for key, part in (("position_ecarts", gaps), ("position_niveaux", shares))
    ]
    blocks.append(Text((words.NO_RANK, words.QUARTILES), bullets=True))
    counts = gaps["lecture"].value_counts()
    above, under, unsettled = (
        int(counts.get(k, 0)) for k in ("au_dessus", "en_dessous", "non_tranche")
    )
    return section("position", words.position_lead(above, under, unsettled), blocks)
