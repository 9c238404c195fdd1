"""The margin of a gap, by interviews and résidences a side: the table of docs/lire-les-resultats.md.

python benchmarks/margins.py
"""

from __future__ import annotations

import numpy as np

from tfpb.survey.estimation.intervals import z_quantile
from tfpb.survey.estimation.variance import PLANNED, of_residences

INTERVIEWS = (60, 100, 200, 400, 800, 1500)
RESIDENCES = (5, 10, 20, 40, 80, 150)
LEVEL = 0.78
CONFIDENCE = 0.95


def half_width(interviews: int, residences: int) -> float:
    """Return the half-width of a gap, in points, as many résidences and interviews on either side."""
    shares = np.full(residences, 1 / residences)
    none = np.zeros(residences)  # résidences are examples of the service: no stock is aimed at
    factor = of_residences(shares, shares / interviews, none, np.ones(residences), PLANNED, PLANNED)
    return 100 * z_quantile(CONFIDENCE) * float(np.sqrt(2 * LEVEL * (1 - LEVEL) * factor))


def main() -> None:
    """Print the table; a cell of fewer than two interviews a résidence has none."""
    first, *more = RESIDENCES
    print(f"| Ménages | {first} résidences |", *(f"{k} |" for k in more))
    print("|---|" + "---|" * len(RESIDENCES))
    for n in INTERVIEWS:
        cells = (f"± {half_width(n, k):.0f}" if n >= 2 * k else "–" for k in RESIDENCES)
        shown = f"{n:,}".replace(",", "\u202f")
        print(f"| {shown} |", *(f"{cell} |" for cell in cells))


if __name__ == "__main__":
    main()
