"""Names never meet: on streets, beside points, in the frame."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from tfpb.report.canvas import POINT_MM, text_width_mm
from tfpb.report.print_map.labels import (
    Label,
    Named,
    Taken,
    line_discs,
    name_points,
    name_streets,
    text_discs,
)


def _discs(label: Label) -> np.ndarray:
    lines = label.text.split("\n")
    lead = label.size_pt * POINT_MM * 1.15
    return np.vstack(
        [
            text_discs(
                label.x,
                label.y + ((len(lines) - 1) / 2 - i) * lead,
                text_width_mm(t, label.size_pt, italic=label.kind == "street"),
                label.size_pt,
                label.angle,
            )
            for i, t in enumerate(lines)
        ]
    )


def _apart(labels: list[Label]) -> bool:
    for i, a in enumerate(labels):
        for b in labels[:i]:
            one, two = _discs(a), _discs(b)
            gap = np.hypot(one[:, None, 0] - two[:, 0], one[:, None, 1] - two[:, 1])
            if (gap < one[:, None, 2] + two[:, 2] - 1e-6).any():
                return False
    return True


@settings(deadline=None, max_examples=tries(15, 40))
@given(st.integers(0, 2**32 - 1))
def test_labels_never_overlap_and_stay_in_the_frame(seed: int) -> None:
    rng = np.random.default_rng(seed)
    taken = Taken(120.0, 90.0)
    spots = rng.uniform(5, 85, (14, 2))
    taken.add(np.column_stack([spots, np.full(14, 1.5)]))
    streets = []
    for k in range(12):
        start, turn = rng.uniform(0, 90, 2), rng.uniform(0, np.pi)
        along = np.linspace(0, rng.uniform(20, 90), 12)[:, None]
        line = start + along * [np.cos(turn), np.sin(turn)] + rng.normal(0, 0.2, (12, 2))
        streets.append((f"Rue du Quartier {k}", int(rng.integers(1, 4)), [line]))
    labels = name_streets(streets, taken)
    points = [
        Named([f"Résidence {i}", "des Lilas"][: 1 + i % 2], *s, 1.5) for i, s in enumerate(spots)
    ]
    labels += name_points(points, taken, kind="outside")[0]
    assert _apart(labels)
    for label in labels:
        x, y, r = _discs(label).T
        assert (x - r).min() >= 0
        assert (y + r).max() <= 90
        assert -90 <= label.angle <= 90
        # no name covers a symbol
        gap = np.hypot(x[:, None] - spots[:, 0], y[:, None] - spots[:, 1])
        assert (gap >= r[:, None] + 1.5 - 1e-6).all()


def test_a_street_too_short_for_its_name_stays_without() -> None:
    line = np.array([[10.0, 10.0], [14.0, 10.0]])
    assert name_streets([("Rue du Général Leclerc", 1, [line])], Taken(100, 100)) == []


def test_a_long_street_is_named_again_and_reads_left_to_right() -> None:
    line = np.column_stack([np.linspace(280, 5, 60), np.full(60, 50.0)])
    labels = name_streets([("Avenue Longue", 1, [line])], Taken(290, 100))
    assert len(labels) >= 2
    assert all(abs(label.angle) < 1 for label in labels)


def test_a_name_steps_aside_from_a_perimeter_on_its_street() -> None:
    taken = Taken(120, 60)
    line = np.column_stack([np.linspace(5, 110, 40), np.full(40, 30.0)])
    taken.add(line_discs(line, 0.5), soft=True)
    (label,) = name_streets([("Rue de la Limite", 2, [line])], taken)
    assert abs(label.y - 30) > 1


def test_names_of_the_quarter_may_cross_its_perimeter_the_others_may_not() -> None:
    wall = line_discs(np.column_stack([np.linspace(0, 60, 50), np.full(50, 5.0)]), 30.0)
    for kind in ("outside", "point"):
        taken = Taken(60, 30)
        taken.add(wall, soft=True)
        got, rest = name_points([Named(["Tour C"], 30.0, 15.0, 1.0)], taken, kind=kind)
        assert [label.text for label in got] == ["Tour C"] * (kind == "point")
        assert not rest


def test_a_name_without_room_leaves_its_number_next_to_its_mark() -> None:
    taken = Taken(60, 30)
    taken.add(np.array([[30.0, 15.0, 1.0]]))
    wall = [(x, y, 2.0) for x in range(0, 60, 2) for y in (3, 7, 11, 19, 23, 27)]
    taken.add(np.array([*wall, *((x, 15, 2.0) for x in range(0, 60, 2) if abs(x - 30) >= 8)]))
    names = [Named(["Tour C"], 30.0, 15.0, 1.0, number=4), Named(["Tour D"], 30.0, 15.0, 1.0)]
    got, rest = name_points(names, taken)
    assert [(label.text, label.badge and label.badge[0]) for label in got] == [("", 4), ("", 5)]
    assert rest == [(5, "Tour D")]
    assert all(label.badge and np.hypot(label.badge[1] - 30, label.y - 15) < 12 for label in got)
