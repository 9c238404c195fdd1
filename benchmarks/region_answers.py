"""The simulated survey of the region: résidences with their own level, two waves, four shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = tuple(f"q{k:02d}" for k in range(1, 21))
THEMES = ("residence", "quartier", "logement", "relation")
LABELS = {
    "q01": "Propreté des parties communes", "q02": "Calme du quartier", "q03": "Chauffage",
    "q04": "Accueil de votre bailleur", "q05": "Espaces verts", "q06": "Sécurité du quartier",
    "q07": "Isolation du logement", "q08": "Traitement des demandes", "q09": "Ascenseurs",
    "q10": "Commerces", "q11": "État des menuiseries", "q12": "Information donnée",
    "q13": "Encombrants", "q14": "Transports", "q15": "Salle de bains", "q16": "Présence du gardien",
    "q17": "Éclairage", "q18": "Image du quartier", "q19": "Taille du logement", "q20": "Interventions",
}  # fmt: skip
AXES = {"q01": 3, "q13": 4, "q06": 5, "q16": 1, "q12": 6, "q02": 7}
NATURES = {"quartier": "quartier"}
WORDS = {1: "Très satisfait", 2: "Plutôt satisfait", 3: "Plutôt pas satisfait",
         4: "Pas du tout satisfait", 8: "Non concerné", 9: "Ne sait pas"}  # fmt: skip
PERIODS = ("avant 1970", "1970-1989", "1990-2004", "2005 et après")


def simulate(
    homes: pd.DataFrame, wave: str, total: int, seed: int, items: tuple[str, ...] = ITEMS
) -> pd.DataFrame:
    """Simulate one bailleur's interviews of a wave.

    Parameters
    ----------
    homes : DataFrame
        `id_residence, qpv, type_habitat, annee_construction, effet` of its résidences.
    """
    rng = np.random.default_rng([seed, int(wave), len(homes)])
    at = rng.integers(0, len(homes), total)
    home = homes.iloc[at]
    qpv = home["qpv"].to_numpy(dtype=int)
    effect = home["effet"].to_numpy(dtype=float) + (0.1 if wave > "2020" else 0.0)
    period = np.digitize(home["annee_construction"].to_numpy(), (1970, 1990, 2005))
    out: dict[str, object] = {
        "id": np.arange(1, total + 1),
        "vague": wave,
        "residence": home["id_residence"].to_numpy(),
        "poids": np.round(np.exp(rng.normal(2.2, 0.4, total)), 4),
        "qpv": qpv,
        "type_habitat": home["type_habitat"].to_numpy(),
        "periode": np.array(PERIODS, dtype=object)[period],
    }
    for k, item in enumerate(items):
        logit = 1.0 - (0.05 + 0.03 * k) * qpv + effect
        good = rng.random(total) < 1 / (1 + np.exp(-logit))
        level = np.where(good, rng.integers(1, 3, total), rng.integers(3, 5, total))
        draw = rng.random(total)
        out[item] = np.where(draw < 0.03, 9, np.where(draw < 0.05, 8, level))
    mark = np.clip(np.round(7 + effect - 0.5 * qpv + rng.normal(0, 1.8, total)), 0, 10)
    out["note"] = np.where(rng.random(total) < 0.02, 99, mark).astype(int)
    return pd.DataFrame(out)


def write_delivery(frame: pd.DataFrame, name: str, folder: Path, shape: int) -> list[str]:
    """Write a bailleur's answers in one of the four shapes; return the names of the files."""
    frame = frame.assign(bailleur=name)
    asked = [q for q in ITEMS if q in frame]
    if shape == 0:  # one CSV, codes
        frame.to_csv(folder / "enquete.csv", sep=";", index=False, encoding="utf-8-sig")
        return ["enquete.csv"]
    if shape == 1:  # one CSV a wave, words, cp1252, decimal comma
        frame[asked] = frame[asked].replace(WORDS)
        frame["qpv"] = frame["qpv"].map({1: "QPV", 0: "hors QPV"})
        names = []
        for wave, part in frame.groupby("vague"):
            names.append(f"enquete_{wave}.csv")
            part.to_csv(folder / names[-1], sep=";", index=False, encoding="cp1252", decimal=",")
        return names
    renamed = {"id": "N° enquête", "vague": "Vague", "bailleur": "Organisme",
               "residence": "Code résidence", "poids": "Pondération",
               "qpv": "Quartier prioritaire"}  # fmt: skip
    renamed |= {q: f"{q.upper()}. {LABELS[q]}" for q in asked}
    frame = frame.rename(columns=renamed)
    if shape == 2:  # other headers
        frame.to_csv(folder / "livraison.csv", sep=",", index=False)
        return ["livraison.csv"]
    frame.to_parquet(folder / "livraison.parquet")
    return ["livraison.parquet"]


def plan_text(shape: int, carte: int = 2024, items: tuple[str, ...] = ITEMS) -> str:
    """Write the plan that reads a shape; `shape` 0 is the region's too."""
    first = shape < 2
    names = ("id", "vague", "bailleur", "residence", "poids", "qpv") if first else (
        "N° enquête", "Vague", "Organisme", "Code résidence", "Pondération", "Quartier prioritaire"
    )  # fmt: skip
    roles = ("repondant", "vague", "bailleur", "residence", "poids", "qpv")
    lines = ["# Plan de lecture - DONNÉES FICTIVES", "[colonnes]"]
    lines += [f'{role} = "{name}"' for role, name in zip(roles, names, strict=True)]
    lines += ['strates = ["bailleur", "qpv"]', 'ajustement = ["type_habitat", "periode"]',
              "[reglages]", f"carte = {carte}",
              'marge_adoptee_par = "comité fictif"', "marge_adoptee_le = 2025-01-15",
              "[enquete]", 'prestataire = "Institut fictif"', 'mode = "téléphone"',
              '[enquete."2019"]', 'dates = "hiver 2019"', '[enquete."2023"]', 'dates = "printemps 2023"',
              "[echelles.s4]", 'satisfait = [1, 2, "Très satisfait", "Plutôt satisfait"]',
              'insatisfait = [3, 4, "Plutôt pas satisfait", "Pas du tout satisfait"]',
              'non_concerne = [8, "Non concerné"]', 'nsp = [9, "Ne sait pas"]',
              "[echelles.note]", 'type = "note"', "satisfait_des = 7", "nsp = [99]"]  # fmt: skip
    for k in sorted(range(len(items)), key=lambda k: k % len(THEMES)):  # a theme after the other
        item = items[k]
        column = item if first else f"{item.upper()}. {LABELS[item]}"
        theme = THEMES[k % 4]
        lines += ["[[items]]", f'colonnes = ["{column}"]', f'libelle = "{LABELS[item]}"',
                  f'theme = "{theme}"', f'nature = "{NATURES.get(theme, "service")}"',
                  'echelle = "s4"', f"tete_de_theme = {str(k < 4).lower()}"]  # fmt: skip
        if item in AXES:
            lines.append(f"axes = [{AXES[item]}]")
    lines += ["[[items]]", 'colonnes = ["note"]', 'libelle = "Satisfaction d’ensemble"',
              'theme = "global"', 'nature = "autre"', 'echelle = "note"']  # fmt: skip
    return "\n".join(lines) + "\n"
