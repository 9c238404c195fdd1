"""Three waves: a line a question on both sides, and what the gap did from the first to the last."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "survey"))

import numpy as np
import pytest
from report_dossier import make
from surveycases import make_delivery, make_plan

from tfpb.model.report import Chart, Table
from tfpb.report.charts.drawing import draw
from tfpb.report.sections.survey.evolution import evolution
from tfpb.report.sections.survey.satisfaction_section import satisfaction_section
from tfpb.survey import compare, protect, recode

WAVES = ("2015", "2019", "2023")


@cache
def drawn(waves: tuple[str, ...] = WAVES) -> tuple[Chart, Table]:
    """Tenants of QPV all come to be content of « q1 » in the last wave; nothing moves on « q2 »."""
    items = {"q1": "Propreté", "q2": "Calme"}
    listed = [
        {"colonnes": k, "libelle": v, "theme": t, "echelle": "s4", "tete_de_theme": True}
        for (k, v), t in zip(items.items(), ("residence", "quartier"), strict=True)
    ]
    plan = make_plan(items=(), more=listed)
    frame = make_delivery(3, waves=waves, residences=10, interviews=24)
    last = (frame["vague"] == "2023") & (frame["qpv"] == "1")
    frame["q1"] = np.where(last, "1", frame["q1"])
    dossier = make(survey=protect(compare(recode([frame], plan), plan)))
    (chart,) = [b for b in evolution(dossier).blocks if isinstance(b, Chart)]
    blocks = satisfaction_section(dossier).blocks
    (table,) = [b for b in blocks if isinstance(b, Table) and b.key == "satisfaction"]
    return chart, table


def test_a_question_is_a_line_of_three_points_and_says_the_change_of_all() -> None:
    chart, _ = drawn()
    for label, part in chart.rows.groupby("libelle"):
        assert list(part["vague"]) == list(WAVES), label
        assert part[["qpv", "hors"]].notna().all(axis=None)
        assert part["change"].nunique() == 1
    said = dict(zip(chart.rows["libelle"], chart.rows["change"], strict=True))
    assert "(2015)" in said["Propreté"]
    assert "(2023)" in said["Propreté"]
    assert said["Calme"] == "pas de changement démontré"


def test_the_change_said_is_that_of_the_table() -> None:
    chart, table = drawn()
    row = table.rows.set_index("libelle").loc["Propreté"]
    first, last = (f"{100 * row[c]:+.0f}".replace("-", "−") for c in ("ecart_2015", "ecart"))
    (said,) = set(chart.rows.loc[chart.rows["libelle"] == "Propreté", "change"])
    assert f"{first} (2015) à {last} (2023)" in said


def test_the_picture_of_three_waves_has_a_line_more_a_panel() -> None:
    two, three = (drawn(waves)[0] for waves in (WAVES[1:], WAVES))
    assert "change" not in two.rows
    assert [c for c in draw(three) if c.endswith("svg")]
    svg = next(v for k, v in draw(three).items() if k.endswith("svg")).decode()
    assert "Écart : passé de" in svg
    assert "Écart : " not in next(v for k, v in draw(two).items() if k.endswith("svg")).decode()


@pytest.mark.parametrize("pair", ["2015-2019", "2019-2023", "2015-2023"])
def test_the_table_has_every_pair_of_waves_and_prints_the_last(pair: str) -> None:
    _, table = drawn()
    keys = [c.key for c in table.columns]
    at = keys.index(f"evolution_ecart_{pair}")
    assert (at < table.printed_columns) == (pair == "2019-2023")
    titles = [c.header for c in table.columns]
    assert len(set(titles)) == len(titles)
