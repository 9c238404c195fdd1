"""Charts: every kind draws, the same twice, and no label covers another."""

from __future__ import annotations

import dataclasses
import re
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from effort import tries
from tfpb.model.report import Chart, ChartKind
from tfpb.report import theme
from tfpb.report.canvas import Sheet, style
from tfpb.report.charts import plot
from tfpb.report.charts.drawing import _DRAWERS, draw
from tfpb.report.charts.scatter import apart
from tfpb.words.places.map_words import CHART_EMPTY

if TYPE_CHECKING:
    from matplotlib.text import Text

LABELS = [
    "Propreté des parties communes",
    "Entretien des espaces extérieurs et des aires de jeux de la résidence",
    "Prix $10$ à <b>\\frac{1}{2}</b> & «100 %»",
    "Accueil et écoute du bailleur",
    "Traitement des demandes techniques, délais et qualité des interventions des prestataires",
    "Tranquillité du quartier",
    "Image",
]
DRAWN = list(_DRAWERS)  # a workbook alone has the others
THEMES = ["residence", "residence", "residence", "relation", "relation", "quartier", "quartier"]


def _gaps() -> pd.DataFrame:
    gap = np.array([-0.104, -0.07, 0.012, 0.02, -0.03, -0.16, np.nan])
    return pd.DataFrame(
        {
            "libelle": LABELS,
            "theme": THEMES,
            "ecart": gap,
            "ic90_bas": gap - 0.03,
            "ic90_haut": gap + 0.03,
            "ic95_bas": gap - 0.04,
            "ic95_haut": gap + 0.04,
            "n": [1460, 1443, 820, 1455, 1302, 1460, 14],
            "verdict": ["inférieur au-delà de la marge"] * 6 + ["non publiable"],
            "sign": ["▼"] * 6 + ["–"],
        }
    )


def _chart(kind: ChartKind) -> Chart:
    gaps = _gaps()
    rows = {
        ChartKind.GAPS: gaps,
        ChartKind.STACKED: pd.DataFrame(
            [
                {"libelle": t, "groupe": g, "modalite": m, "rang": r, "part": p}
                for t in LABELS[:3]
                for g in ("QPV", "hors QPV")
                for r, (m, p) in enumerate(
                    (("Très satisfait", 0.02), ("Plutôt", 0.6), ("Plutôt pas", 0.3), ("Pas", 0.08)),
                    1,
                )
            ]
        ),
        ChartKind.SLOPES: pd.DataFrame(
            [
                {
                    "libelle": t,
                    "vague": v,
                    "qpv": 0.6 + 0.01 * i,
                    "hors": 0.6 + 0.1 * (k % 2),
                    "qpv_bas": 0.55,
                    "qpv_haut": 0.66,
                    "hors_bas": 0.57,
                    "hors_haut": 0.75,
                }
                for k, t in enumerate(LABELS[:5])
                for i, v in enumerate(("2016", "2019", "2023"))
            ]
        ),
        ChartKind.NEED: gaps.rename(columns={"libelle": "label"}).assign(
            depense=[0, 12.5, 80, 41, np.nan, 7, 66]
        ),
        ChartKind.SPENDING: pd.DataFrame(
            {
                "repere": ["A1", "A3", "B1", "B3", "B8", "C1", "C4"],
                "quartier": [LABELS[0]] * 2 + [LABELS[1]] * 3 + [LABELS[2]] * 2,
                "axe": [f"{n} · {label}" for n, label in zip("1313814", LABELS, strict=True)],
                "depense": [0, 12.5, 80, 41, 41, 7, 66],
                "ecart": [-0.1, 0.02, -0.2, -0.05, -0.05, 0.08, 0.0],
            }
        ).assign(ic95_bas=-0.3, ic95_haut=0.15),
        ChartKind.FUNNEL: pd.DataFrame(
            {
                "libelle": LABELS,
                "comparable": "brut",
                "n": 640,
                "ecart": gaps["ecart"],
                "region": -0.05,
            }
        ).assign(erreur=0.03, quartile1=[-0.09] * 6 + [np.nan], mediane=-0.06, quartile3=-0.02),
    }[kind]
    return Chart("c", kind, "Titre", rows, "alt", margin=0.05)


@pytest.mark.parametrize("kind", list(DRAWN)[:: tries(3, 1)])
def test_each_kind_draws_the_same_twice(kind: ChartKind) -> None:
    chart = _chart(kind)
    image = draw(chart)
    assert image == draw(chart)
    width = re.search(rb'<svg [^>]*\bwidth="([\d.]+)pt"', image["svg"])
    assert width is not None
    assert float(width[1]) == pytest.approx(plot.WIDTH / 25.4 * 72, abs=1)
    assert len(set(re.findall(rb"#[0-9a-f]{6}", image["svg"]))) > 2
    assert image["svg"].lstrip().startswith(b"<?xml")
    assert b"dc:date" not in image["svg"]


@pytest.mark.parametrize("kind", DRAWN)
def test_no_label_covers_another_nor_leaves_the_picture(kind: ChartKind) -> None:
    with style():
        sheet = _DRAWERS[kind](_chart(kind))
        figure = sheet.figure
        figure.set_dpi(200)
        FigureCanvasAgg(figure).draw()
        width, height = figure.get_size_inches() * 200
        boxes = [(t.get_text(), t.get_window_extent()) for t in shown(sheet)]
    assert len(boxes) > 8
    for text, box in boxes:
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= height + 1, text
    for (one, a), (two, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        # boxes hold the room of accents and tails: two lines may touch by a hair
        assert across <= 2 or down <= 6, (one, two)


@pytest.mark.parametrize("kind", DRAWN)
def test_nothing_to_draw_is_said(kind: ChartKind) -> None:
    chart = _chart(kind)
    empty = Chart("c", kind, "Titre", chart.rows.iloc[:0], "alt")
    assert CHART_EMPTY in draw(empty)["svg"].decode()


@pytest.mark.parametrize("kind", DRAWN)
def test_one_row_draws(kind: ChartKind) -> None:
    chart = _chart(kind)
    draw(Chart("c", kind, "Titre", chart.rows.iloc[:1], "alt", unit=chart.unit))


def shown(sheet: Sheet) -> list[Text]:
    """Every text of a chart that is drawn: its own, ticks in view, names of axes, keys."""
    out: list[Text] = []
    for axes in sheet.figure.axes:
        out += axes.texts
        if legend := axes.get_legend():
            out += legend.get_texts()
        if not axes.axison:
            continue
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
            out += [label for at, label in ticks if low - 1e-9 <= at <= high + 1e-9]
            out.append(axis.label)
    return [text for text in out if text.get_text().strip()]


def _texts(kind: ChartKind, rows: pd.DataFrame | None = None) -> list[str]:
    chart = _chart(kind)
    chart = Chart(
        "c", kind, "T", chart.rows if rows is None else rows, "", margin=0.05, unit=chart.unit
    )
    with style():
        return [t.get_text() for t in shown(_DRAWERS[kind](chart))]


def test_gaps_say_points_n_verdict_and_the_margin() -> None:
    texts = _texts(ChartKind.GAPS)
    assert "−10,4" in texts
    assert "1\u202f460" in texts
    assert "▼ inférieur au-delà de la marge" in texts
    assert "autant : à ± 5 points" in texts
    assert texts.count("–") == 1  # the gap that may not be shown


def test_charts_of_one_section_are_read_with_one_ruler() -> None:
    near = _gaps().iloc[2:4]
    alone, beside = (
        dataclasses.replace(_chart(ChartKind.GAPS), rows=near, reach=reach) for reach in (0.0, 0.2)
    )
    with style():
        first, second = (shown(_DRAWERS[ChartKind.GAPS](c)) for c in (alone, beside))
    assert "+20" not in [t.get_text() for t in first]
    assert {"−20", "+20"} <= {t.get_text() for t in second}


def test_rows_keep_the_order_given() -> None:
    rows = _gaps().iloc[::-1]
    texts = _texts(ChartKind.GAPS, rows)
    assert texts.index("Image") < texts.index("Tranquillité du quartier")


def test_bars_start_at_zero_even_when_all_are_high() -> None:
    rows = _chart(ChartKind.NEED).rows.iloc[:2].assign(depense=[900.0, 1000.0])
    assert "0\u202f€" in _texts(ChartKind.NEED, rows)


def test_missing_value_shows_as_missing() -> None:
    assert "–" in _texts(ChartKind.NEED)


def test_axes_hold_every_value() -> None:
    with style():
        axes = plot.gap_axes(Sheet(100, 50), (0, 80, 5, 40), [-0.31, 0.12], 0.05)
        low, high = axes.get_xlim()
        ticks = [t for t in axes.get_xticks() if low <= t <= high]
    assert low <= -0.31
    assert high >= 0.31
    assert np.diff(ticks) == pytest.approx([0.2] * (len(ticks) - 1))
    low, high = plot.limits([0.42, 0.43], least=0.2)
    assert high - low >= 0.2
    assert plot.limits([], least=0.1)[0] <= 0


def test_numbers_are_pushed_apart() -> None:
    spots = apart(np.array([(10.0, 10.0)] * 5 + [(12.0, 10.0)]))
    for a, b in combinations(spots, 2):
        assert np.hypot(a[0] - b[0], a[1] - b[1]) > 4.0


def test_levels_of_four_answers_differ_in_grey() -> None:
    from tfpb.report.charts.shares import LEVELS

    light = [theme.luminance(c) for c in LEVELS[4]]
    assert all(abs(a - b) > 0.08 for a, b in pairwise(light))
