"""Parts that touch are told apart in a grey copy, and by who does not see red, green or blue."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tfpb.report import theme

# Machado, Oliveira and Fernandes (2009), severity 1, in linear sRGB
SIGHTS = {
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.9505, 1.0, 1.089)
LEAST = 15
"""Of lightness, or of distance in CIE L*a*b*: two to three is what an eye can just tell side by side."""


def linear(colour: str) -> np.ndarray:
    """Return a colour in linear light, 0 to 1."""
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """Return linear light in CIE L*a*b*."""
    xyz = np.array(TO_XYZ) @ np.clip(light, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("parts", [theme.PAYERS, theme.HOMES], ids=["qui paie", "logements"])
def test_parts_of_a_bar_are_told_apart_in_grey_and_without_a_colour(parts: tuple[str, ...]) -> None:
    for one, other in combinations(map(linear, parts), 2):
        assert abs(lab(one)[0] - lab(other)[0]) >= LEAST  # a grey copy keeps lightness alone
        for name, matrix in SIGHTS.items():
            seen = [lab(np.array(matrix) @ light) for light in (one, other)]
            assert np.linalg.norm(seen[0] - seen[1]) >= LEAST, name
