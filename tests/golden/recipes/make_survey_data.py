"""Make the simulated HLM survey the golden numbers of the statistics rest on (fictional data).

Run once: ``python tests/golden/recipes/make_survey_data.py``; the CSV is committed. Edge cases held:
a bailleur without QPV (Delta), a stratum of a single résidence (Gamma in QPV), an item nobody
answers in a cell (Beta in QPV, item `rare`), shares of 0 and 1 (Alpha hors QPV on `tous`, Beta in
QPV on `aucun`), character strata, weights that count a population for wave 2023 and weights of mean
one for wave 2019, résidences met in both waves, a bailleur met in one wave only (Epsilon).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20230323
ITEMS = ("proprete", "quartier", "accueil", "rare", "tous", "aucun")
LEVELS = {
    "proprete": 0.62,
    "quartier": 0.74,
    "accueil": 0.71,
    "rare": 0.5,
    "tous": 0.9,
    "aucun": 0.2,
}
GAPS = {
    "proprete": -0.08,
    "quartier": -0.16,
    "accueil": -0.01,
    "rare": 0.03,
    "tous": -0.1,
    "aucun": 0.0,
}
OWNERS = {  # bailleur: (résidences en QPV, hors QPV)
    "Alpha": (14, 18),
    "Beta": (9, 12),
    "Gamma": (1, 15),
    "Delta": (0, 10),
    "Epsilon": (6, 7),
}
WAVES = {"2019": 18, "2023": 16}


def main() -> None:
    """Write the survey and say how many rows it holds."""
    rng = np.random.default_rng(SEED)
    rows = []
    number = 0
    for owner, sides in OWNERS.items():
        for qpv, count in zip((1, 0), sides, strict=True):
            for k in range(count):
                residence = f"{owner[:2].upper()}{'Q' if qpv else 'H'}{k:02d}"
                shift = rng.normal(0, 0.10)
                collective = rng.random() < (0.9 if qpv else 0.6)
                period = rng.choice(["avant 1970", "1970-1989", "1990 et apres"], p=_ages(qpv))
                for wave, size in WAVES.items():
                    if (owner == "Epsilon" and wave == "2019") or rng.random() < 0.1:
                        continue
                    for _ in range(int(rng.poisson(size)) + 2):
                        number += 1
                        rows.append(
                            _interview(rng, number, wave, owner, qpv, residence, shift)
                            | {"type_habitat": "collectif" if collective else "individuel",
                               "periode": str(period)}
                        )  # fmt: skip
    frame = pd.DataFrame(rows)
    out = Path(__file__).parents[1] / "data" / "survey_hlm.csv"
    frame.to_csv(out, index=False, lineterminator="\n")
    print(f"{len(frame)} interviews, {frame['residence'].nunique()} résidences → {out.name}")  # noqa: T201


def _ages(qpv: int) -> tuple[float, float, float]:
    return (0.5, 0.4, 0.1) if qpv else (0.3, 0.3, 0.4)


def _interview(
    rng: np.random.Generator,
    number: int,
    wave: str,
    owner: str,
    qpv: int,
    residence: str,
    shift: float,
) -> dict[str, object]:
    weight = float(np.round(np.exp(rng.normal(0, 0.35)) * (12.0 if wave == "2023" else 1.0), 4))
    row: dict[str, object] = {
        "id": number, "vague": wave, "bailleur": owner, "qpv": qpv, "residence": residence,
        "poids": weight,
    }  # fmt: skip
    for item in ITEMS:
        p = min(0.97, max(0.03, LEVELS[item] + GAPS[item] * qpv + shift))
        satisfied = rng.random() < p
        level = (1 + (rng.random() < 0.6)) if satisfied else (3 + (rng.random() < 0.35))
        draw = rng.random()
        code = 8 if draw < 0.03 else 9 if draw < 0.06 else int(level)
        if item == "rare" and owner == "Beta" and qpv:
            code = 8
        if item == "tous" and owner == "Alpha" and not qpv:
            code = 1
        if item == "aucun" and owner == "Beta" and qpv:
            code = 4
        row[item] = code
    mark = int(np.clip(np.round(rng.normal(7 - 0.7 * qpv + 4 * shift, 2)), 0, 10))
    row["note"] = 99 if rng.random() < 0.03 else mark
    return row


if __name__ == "__main__":
    main()
