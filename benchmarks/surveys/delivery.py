"""Files of a survey: deliveries, plan, located stock, as a user would hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from surveys.population import filtered

if TYPE_CHECKING:
    from surveys.population import Population, Setting

MARGIN = 0.05
YEARS = {"avant 1970": 1964, "1970-1989": 1978, "1990 et après": 2004}


def survey(draw: np.random.Generator, people: Population, wave: str, rate: float) -> pd.DataFrame:
    """Ask a share of the households: few résidences are left out, some are asked more than others."""
    frames = []
    questions = [f"q{item + 1:02d}" for item in range(people.answers[wave].shape[1])]
    sizes = people.homes["logements"].to_numpy()
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    for place, home in enumerate(people.homes.itertuples(index=False)):
        if draw.random() < 0.04:
            continue
        count = int(np.clip(round(sizes[place] * rate * draw.lognormal(0, 0.35)), 1, sizes[place]))
        chosen = starts[place] + draw.choice(sizes[place], count, replace=False)
        weights = sizes[place] / count * draw.lognormal(-0.045, 0.3, count)
        frame = pd.DataFrame(people.answers[wave][chosen], columns=questions)
        frame.insert(0, "periode_construction", home.periode_construction)
        frame.insert(0, "type_habitat", home.type_habitat)
        frame.insert(0, "qpv", home.qpv)
        frame.insert(0, "poids", weights.round(4))
        frame.insert(0, "residence_id", home.residence)
        frame.insert(0, "bailleur", home.bailleur)
        frame.insert(0, "vague", wave)
        frames.append(frame)
    asked = pd.concat(frames, ignore_index=True)
    asked = asked.sample(frac=1, random_state=int(draw.integers(2**31))).reset_index(drop=True)
    asked.insert(0, "id_enquete", [f"{wave[2:]}{rank:06d}" for rank in range(len(asked))])
    return asked


def plan(setting: Setting) -> str:
    """Write the plan of these deliveries, by the contract."""
    lines = ["# DONNÉES FICTIVES (réponses simulées)", "[colonnes]", 'repondant = "id_enquete"']
    lines += ['vague = "vague"', 'bailleur = "bailleur"']
    lines += [
        'residence = "residence_id"',
        'poids = "poids"',
        'qpv = "qpv"',
        'strates = ["bailleur", "qpv"]',
    ]
    lines += ['ajustement = ["type_habitat", "periode_construction"]']
    lines += ["[reglages]", f'cible = "{setting.target}"', "carte = 2024"]
    lines += [f"marge_points = {100 * MARGIN:.1f}", 'marge_adoptee_par = "comité de pilotage"']
    lines += ["marge_adoptee_le = 2019-01-15"]
    lines += [
        "[variables.type_habitat]",
        'colonnes = ["type_habitat"]',
        'libelle = "Type d\'habitat"',
    ]
    lines += ["[variables.periode_construction]", 'colonnes = ["periode_construction"]']
    lines += [
        'libelle = "Période de construction"',
        "[echelles.satisfaction4]",
        "satisfait = [1, 2]",
    ]
    lines += ["insatisfait = [3, 4]", "non_concerne = [8]", "nsp = [9]"]
    for item in range(setting.items):
        lines += [
            "[[items]]",
            f'colonnes = ["q{item + 1:02d}"]',
            f'libelle = "Question {item + 1}"',
        ]
        lines += ['theme = "residence"', 'nature = "service"', 'echelle = "satisfaction4"']
        if filtered(item):
            lines.append('filtre = { colonne = "type_habitat", valeurs = ["collectif"] }')
    return "\n".join(lines) + "\n"


def stock(draw: np.random.Generator, people: Population, unsure: float) -> pd.DataFrame:
    """Write the stock as `tfpb localiser` leaves it, one entrance a résidence; a share is to be checked."""
    homes = people.homes
    inside = homes["qpv"] == 1
    side = np.where(inside, "dans", "hors").astype(object)
    doubtful = draw.random(len(homes)) < unsure if unsure else np.zeros(len(homes), dtype=bool)
    side[doubtful] = "a_verifier"
    code = homes["code_qpv"].mask(doubtful, "")
    return pd.DataFrame(
        {
            "id_residence": homes["residence"],
            "id_batiment": homes["residence"] + "-A",
            "nom": "Résidence " + homes["residence"],
            "bailleur": homes["bailleur"],
            "adresse": [f"{1 + 2 * rank} RUE DES ESSAIS" for rank in range(len(homes))],
            "code_postal": "59999",
            "commune": "VALMONT SUR ORVE",
            "code_insee": "59999",
            "nb_logements": homes["logements"],
            "annee_construction": homes["periode_construction"].map(YEARS),
            "type_habitat": homes["type_habitat"],
            "qpv_statut": side,
            "qpv_code": code,
            "qpv_nom": ("Quartier " + code).where(code != "", ""),
            "qpv_distance_m": 250.0,
            "qpv_proche_code": "QN05901I",
            "qpv_proche_nom": "Quartier QN05901I",
            "qpv_millesime": 2024,
            "qpv2024_statut": side,
            "qpv2024_code": code,
        }
    )
