"""Make a simulated survey meant to break the statistics (fictional data).

Run once: ``python tests/golden/recipes/make_survey_attacks.py``; the CSV is committed. It holds: weights
from 0.1 to 29, résidences whose interviews stand on both sides of a limit, résidences met in one wave or
both, quarters of a few résidences, agencies that cross quarters, a share near 3 % (q4), an item asked
of collective housing only (q3), a kind of housing where everyone is satisfied (q2), and a bailleur
(Zeta) whose QPV tenants all live in a period met nowhere else.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20261125
OWNERS = {"Kappa": (13, 16), "Lambda": (11, 12), "Sigma": (9, 14), "Zeta": (8, 9)}
WAVES = {"2021": 13, "2024": 15}
LEVELS = {"q1": 0.3, "q2": 0.9, "q3": 0.6, "q4": -3.3}


def main() -> None:
    """Write the survey and say how many rows it holds."""
    rng = np.random.default_rng(SEED)
    rows = []
    for owner, sides in OWNERS.items():
        for qpv, count in zip((1, 0), sides, strict=True):
            for k in range(count):
                home = str(rng.choice(["tour", "barre", "pavillon"], p=(0.45, 0.4, 0.15)))
                period = str(rng.choice(["avant 1975", "1975-1999", "2000 et apres"]))
                if owner == "Zeta":
                    period = "1948" if qpv else "1975-1999"
                place = {
                    "residence": f"{owner[0]}{'Q' if qpv else 'H'}{k:02d}",
                    "quartier": f"QN{owner[0]}{k % 3}" if owner == "Zeta" else f"QN{k % 3}",
                    "agence": f"ag{(k + qpv) % 2}",
                    "type_habitat": home,
                    "periode": period,
                    "both": rng.random() < 0.12,
                    "shift": rng.normal(0, 0.6),
                }
                for wave, size in WAVES.items():
                    if rng.random() < 0.15:
                        continue
                    rows += [
                        _interview(rng, wave, owner, qpv, place)
                        for _ in range(2 + int(rng.poisson(size)))
                    ]
    frame = pd.DataFrame(rows)
    frame.insert(0, "id", np.arange(1, len(frame) + 1))
    out = Path(__file__).parents[1] / "data" / "survey_attacks.csv"
    frame.to_csv(out, index=False, lineterminator="\n")
    print(f"{len(frame)} interviews, {frame['residence'].nunique()} résidences → {out.name}")  # noqa: T201


def _interview(
    rng: np.random.Generator, wave: str, owner: str, qpv: int, place: dict[str, object]
) -> dict[str, object]:
    side = 1 - qpv if place["both"] and rng.random() < 0.4 else qpv
    row: dict[str, object] = {
        "vague": wave,
        "bailleur": owner,
        "residence": place["residence"],
        "poids": float(np.round(np.exp(rng.normal(0.4, 0.7)), 4)),
        "qpv": side,
        "quartier": place["quartier"] if side else "",
        "agence": place["agence"],
        "type_habitat": place["type_habitat"],
        "periode": place["periode"],
    }
    for item, level in LEVELS.items():
        logit = level - 0.5 * side + float(str(place["shift"])) + 0.2 * (wave == "2024")
        logit += 0.7 * (place["type_habitat"] == "pavillon") - 0.4 * (
            place["type_habitat"] == "tour"
        )
        good = rng.random() < 1 / (1 + np.exp(-logit))
        if item == "q2" and place["type_habitat"] == "pavillon":
            good = True
        code = int(rng.integers(1, 3)) if good else int(rng.integers(3, 5))
        draw = rng.random()
        row[item] = 9 if draw < 0.03 else 8 if draw < 0.06 else code
    if place["type_habitat"] == "pavillon":
        row["q3"] = 8
    mark = int(
        np.clip(np.round(rng.normal(6.5 - 0.5 * side + float(str(place["shift"])), 2)), 0, 10)
    )
    row["note"] = 99 if rng.random() < 0.04 else mark
    return row


if __name__ == "__main__":
    main()
