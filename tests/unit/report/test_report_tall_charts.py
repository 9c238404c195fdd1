"""Sixty questions with long names: every picture stands on a page, no row is lost."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from tfpb.model.report import Chart, ChartKind
from tfpb.report.charts.drawing import draw
from tfpb.report.sections.build import over_pages

_HIGHEST_MM = 225.0
_LONG = (
    "Qualité et rapidité des interventions techniques dans les parties communes, hors ascenseurs"
)


def _rows(kind: ChartKind) -> pd.DataFrame:
    count = 60
    level = np.linspace(0.2, 0.9, count)
    rows = pd.DataFrame({"libelle": [f"Q{k:02d}. {_LONG}" for k in range(count)]})
    if kind is ChartKind.STACKED:
        parts = [
            rows.assign(groupe=group, modalite=f"niveau {rank}", rang=rank, part=0.25)
            for group in ("QPV", "hors QPV")
            for rank in range(4)
        ]
        return pd.concat(parts, ignore_index=True)
    if kind is ChartKind.SLOPES:
        names = ("qpv", "hors", "qpv_bas", "qpv_haut", "hors_bas", "hors_haut")
        return pd.concat(
            [rows.assign(vague=w, **dict.fromkeys(names, level)) for w in ("2019", "2023")]
        )
    return rows.assign(
        theme="residence", n=1234, verdict="écart défavorable, ampleur incertaine", sign="▽",
        ecart=level - 0.5, ic90_bas=level - 0.55, ic90_haut=level - 0.45,
        ic95_bas=level - 0.6, ic95_haut=level - 0.4, qpv=level, hors=level[::-1],
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        ChartKind.GAPS,
        ChartKind.STACKED,
        ChartKind.SLOPES,
    ],
)
def test_no_picture_is_higher_than_a_page(kind: ChartKind) -> None:
    whole = Chart("k", kind, "Ce que disent soixante questions", _rows(kind), "alt", margin=0.05)
    parts = over_pages(whole)
    assert len({c.key for c in parts}) == len({c.title for c in parts}) == len(parts)
    assert parts[0].key == whole.key
    together = pd.concat([c.rows for c in parts])
    assert sorted(together["libelle"]) == sorted(whole.rows["libelle"])
    for chart in parts:
        height = re.search(rb'<svg [^>]*\bheight="([\d.]+)pt"', draw(chart)["svg"])
        assert height is not None
        assert float(height[1]) / 72 * 25.4 <= _HIGHEST_MM


def test_a_chart_that_stands_on_a_page_is_left_alone() -> None:
    rows = _rows(ChartKind.GAPS).head(12)
    chart = Chart("k", ChartKind.GAPS, "Douze questions", rows, "alt", margin=0.05)
    assert over_pages(chart) == [chart]
