"""What moved between two waves is named, with what it hangs on."""

from __future__ import annotations

from tfpb.words.survey.satisfaction import moved, moved_line

WAVES = ("2019", "2023")


def test_a_movement_names_both_gaps() -> None:
    said = moved_line("Gardien", moved(WAVES, (-0.02, 0.08)))
    assert said == "Gardien : passé de −2 (2019) à +8 (2023)"


def test_an_isolated_movement_is_perhaps() -> None:
    said = moved(WAVES, (-0.14, -0.08), alone=True)
    assert said == "peut-être, de −14 (2019) à −8 (2023)"


def test_a_dagger_marks_what_the_comparable_row_does_not_uphold() -> None:
    assert moved(WAVES, (-0.02, 0.08), doubt=True).endswith("(2023)\u202f†")
