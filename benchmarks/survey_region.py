"""A simulated regional survey (fictional data): 26 bailleurs, 38 000 interviews a wave, 20 items."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tfpb.model.plan import Plan

SEED = 2023
INTERVIEWS = 38_000
OWNERS = 26
ITEMS = tuple(f"q{k:02d}" for k in range(1, 21))
THEMES = ("residence", "quartier", "logement", "relation")


def region_plan() -> Plan:
    """Make the plan of the simulated survey."""
    items: list[dict[str, Any]] = [
        {"colonnes": name, "libelle": name, "theme": THEMES[k % 4], "echelle": "s4"}
        for k, name in enumerate(ITEMS)
    ]
    items.append({"colonnes": "note", "libelle": "Note", "theme": "global", "echelle": "note"})
    return Plan.model_validate(
        {
            "colonnes": {
                "repondant": "id",
                "vague": "vague",
                "bailleur": "bailleur",
                "residence": "residence",
                "poids": "poids",
                "qpv": "qpv",
                "strates": ["bailleur", "qpv"],
                "ajustement": ["type_habitat", "periode"],
            },
            "echelles": {
                "s4": {
                    "satisfait": [1, 2],
                    "insatisfait": [3, 4],
                    "non_concerne": [8],
                    "nsp": [9],
                },
                "note": {"type": "note", "satisfait_des": 7, "nsp": [99]},
            },
            "items": items,
        }
    )


def region_frame(
    *, waves: tuple[str, ...] = ("2023",), interviews: int = INTERVIEWS
) -> pd.DataFrame:
    """Simulate the deliveries: résidences with their own level, one bailleur without QPV."""
    rng = np.random.default_rng(SEED)
    sizes = rng.dirichlet(np.full(OWNERS, 4.0))
    parts = []
    for o in range(OWNERS):
        total = max(300, int(interviews * sizes[o]))
        count = max(24, total // 19)
        qpv = (np.arange(count) < (0 if o == OWNERS - 1 else count // 4)).astype(int)
        effect = rng.normal(0, 0.35, count)
        home = np.where(rng.random(count) < 0.55 + 0.35 * qpv, "collectif", "individuel")
        period = rng.choice(["avant 1970", "1970-1989", "1990-2004", "2005 et après"], count)
        for wave in waves:
            at = rng.integers(0, count, total)
            frame = pd.DataFrame(
                {
                    "vague": wave,
                    "bailleur": f"Bailleur {o + 1:02d}",
                    "residence": [f"R{o:02d}{r:04d}" for r in at],
                    "poids": np.round(np.exp(rng.normal(2.2, 0.4, total)), 4),
                    "qpv": qpv[at],
                    "type_habitat": home[at],
                    "periode": period[at],
                }
            )
            for k, item in enumerate(ITEMS):
                logit = 0.9 - (0.1 + 0.03 * k) * qpv[at] + effect[at]
                good = rng.random(total) < 1 / (1 + np.exp(-logit))
                level = np.where(good, rng.integers(1, 3, total), rng.integers(3, 5, total))
                draw = rng.random(total)
                frame[item] = np.where(draw < 0.03, 9, np.where(draw < 0.05, 8, level))
            mark = np.clip(
                np.round(7 + effect[at] - 0.6 * qpv[at] + rng.normal(0, 1.8, total)), 0, 10
            )
            frame["note"] = np.where(rng.random(total) < 0.02, 99, mark).astype(int)
            parts.append(frame)
    out = pd.concat(parts, ignore_index=True)
    out.insert(0, "id", np.arange(1, len(out) + 1))
    return out


def as_delivery(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn it into the text a reader gives, with its stamp."""
    text = frame.astype(str).astype(object)
    return text.assign(_fichier="region.csv", _feuille="", _ligne=np.arange(2, len(frame) + 2))


def region_stock(frame: pd.DataFrame, quarters: int = 174, sectors: int = 9) -> pd.DataFrame:
    """Make the located stock of its résidences, each in a sector and, in QPV, in a quarter."""
    homes = frame.drop_duplicates("residence")
    owner, number = homes["bailleur"].str[-2:].astype(int), homes["residence"].str[3:].astype(int)
    quarter = "QN" + ((owner * 7 + number % 9) % quarters).astype(str).str.zfill(4)
    return pd.DataFrame(
        {
            "id_residence": homes["residence"],
            "bailleur": homes["bailleur"],
            "cote": np.where(homes["qpv"] == 1, "dans", "hors"),
            "code_qpv": quarter.where(homes["qpv"] == 1, ""),
            "secteur": "S" + ((owner + number) % sectors).astype(str),
            "nb_logements": "40",
        }
    )
