"""Helpers shared by the tests of perimeters."""

from __future__ import annotations

import pandas as pd

X0, Y0 = 660_000.0, 6_860_000.0
"""South-west corner of the play ground, Lambert-93."""


def at(*places: tuple[float, float], **columns: object) -> pd.DataFrame:
    """Make points from metres relative to (X0, Y0)."""
    frame = pd.DataFrame(
        {
            "result_x": [X0 + p[0] for p in places],
            "result_y": [Y0 + p[1] for p in places],
            "result_citycode": ["93999"] * len(places),
        }
    )
    return frame.assign(**columns)
