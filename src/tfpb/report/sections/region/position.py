"""« Position »: a bailleur beside the region without it and the quartiles of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.report import Format, Section, Table, Text
from tfpb.report.sections.build import ALL, column, cut, said, table
from tfpb.words.documents import region_words as words
from tfpb.words.survey.satisfaction import GROUPES, THEMES

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.report import Block

_SHARES = ("qpv", "hors_qpv")


def position(rows: pd.DataFrame, items: pd.DataFrame, wave: str) -> Section:
    """Make the section of a bailleur's position, for one wave.

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
    named = named.assign(
        theme_mot=said(named["theme"], THEMES),
        groupe_mot=said(named["groupe"], GROUPES),
        lecture_mot=said(named["lecture"], words.READINGS),
    ).sort_values(["ordre", "groupe"], kind="stable")
    gaps = cut(named, named["groupe"] == "ecart")
    counts = gaps["lecture"].value_counts()
    lead = words.position_lead(
        *(int(counts.get(k, 0)) for k in ("au_dessus", "en_dessous", "non_tranche"))
    )
    shares = cut(named, named["groupe"].isin(_SHARES))
    blocks: list[Block] = [
        _table("position_ecarts", f"Écart entre QPV et autres quartiers, vague {wave}", gaps,
               Format.POINTS, "points (QPV − hors QPV)"),
        _table("position_niveaux", f"Ménages satisfaits, vague {wave}", shares, Format.PERCENT,
               "% de ménages satisfaits"),
        Text((words.NO_RANK, words.QUARTILES), bullets=True),
    ]  # fmt: skip
    return Section("position", "Position", lead, tuple(blocks), sheet="Position")


def _table(key: str, title: str, rows: pd.DataFrame, fmt: Format, unit: str) -> Table:
    mark = "(points)" if fmt is Format.POINTS else "(%)"
    rounded = Format.WHOLE_POINTS if fmt is Format.POINTS else fmt
    group = () if fmt is Format.POINTS else (column("groupe_mot", "Ménages", width=10),)
    return table(
        key,
        title,
        (
            column("theme_mot", "Thème", width=14),
            column("libelle", "Question", width=26),
            *group,
            column("estimation", f"Vous {mark}", fmt, 9),
            column("ic95_bas", "bas à 95 %", fmt, 8),
            column("ic95_haut", "haut à 95 %", fmt, 8),
            column("region", f"Région sans vous {mark}", fmt, 9),
            column("quartile1", "1er quartile des autres", rounded, 9),
            column("mediane", "Médiane des autres", rounded, 9),
            column("quartile3", "3e quartile des autres", rounded, 9),
            column("lecture_mot", "Lecture", width=22),
        ),
        rows,
        unit=unit,
        scope="ménages interrogés, réponses valides ; les autres bailleurs ne sont pas nommés",
        source=f"enquête régionale de satisfaction, vague {rows['vague'].iloc[0]}"
        if len(rows)
        else "enquête régionale de satisfaction",
        media=ALL,
    )
