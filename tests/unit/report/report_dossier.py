"""A seeded, fictional dossier: realistic values, parts that may be missing, hostile names."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from tfpb import tax
from tfpb.errors import Fault, Place, Severity
from tfpb.facts.place import located_stock, with_doors
from tfpb.facts.quarter import quarters_of
from tfpb.facts.table import claims_of
from tfpb.facts.whole_dossier import Dossier
from tfpb.law.values import load
from tfpb.model import survey as survey_model
from tfpb.model.assembly import Evaluation
from tfpb.model.location import Ground, Located, QpvMap
from tfpb.model.money import Abatement, Course, DroitCommun, LegalValue, Programme, States
from tfpb.model.record import Check, Source
from tfpb.model.results import (
    BENCHMARK_COLUMNS,
    CALENDAR_COLUMNS,
    COMPARISON_COLUMNS,
    LEVEL_COLUMNS,
    LOCAUX_COLUMNS,
    PREMISES_FACT_COLUMNS,
    STATE_COLUMNS,
)
from tfpb.model.settings import Settings
from tfpb.model.survey import Published, WaveFacts
from tfpb.report import sections
from tfpb.report.sections import report
from tfpb.survey.printed import words_of
from tfpb.tax.abatement.forecast import year_by_year
from tfpb.tax.abatement.tallies import state_cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.report import Report

HOSTILE = '=HYPERLINK("http://x","Les Lilas")'
HOSTILE_TYPST = '#panic("non") *gras* $x$ @ref <l> \\ [x] // été œuvre \u200f\U0001f600'
BAILLEUR = "Habitat Fictif du Nord"
OTHER = "Autre Bailleur Secret"
QUARTERS = {"QN05991I": "Les Tilleuls", "QN05992M": "Le Moulin – Gare"}
ITEMS = [
    ("q01", "Propreté des parties communes", "residence", "service", (3,), True, 0.58, -0.104),
    ("q02", "Propreté des espaces extérieurs", "residence", "service", (3, 4), False, 0.55, -0.06),
    ("q03", "Enlèvement des encombrants", "residence", "service", (4,), False, 0.6, -0.02),
    ("q04", "Tranquillité dans le quartier", "quartier", "quartier", (5,), True, 0.62, -0.15),
    ("q05", "Qualité de vie dans le quartier", "quartier", "quartier", (), False, 0.68, -0.14),
    ("q06", "État du logement", "logement", "service", (), True, 0.71, -0.05),
    ("q07", "Accueil par le bailleur", "relation", "service", (1,), True, 0.8, 0.004),
    ("q08", "Traitement des demandes", "relation", "service", (1, 2), False, 0.66, -0.03),
    ("q09", "Satisfaction d’ensemble", "global", "service", (), True, 0.72, -0.06),
]
WAVES = ("2019", "2023")


def _verdict(gap: float, se: float, margin: float = 0.05) -> str:
    ends = (np.array([gap + side * 1.66 * se]) for side in (-1, 1))
    return str(words_of(*ends, margin).item())


def _row(estimate: float, se: float, n: int, **head: Any) -> dict[str, Any]:
    base: dict[str, Any] = dict.fromkeys(COMPARISON_COLUMNS, math.nan)
    base |= {"verdict": "", "publication": "publiable", "marge_points": 5.0, "isole": ""}
    base |= {"peu_de_reponses": "", "autre_histoire": "", "assurance": ""}
    base |= {"n": float(n), "estimation": estimate}
    base |= {"part_nsp": 0.02, "part_non_concerne": 0.01}
    base |= {"ic95_bas": estimate - 1.98 * se, "ic95_haut": estimate + 1.98 * se}
    base |= {"ic90_bas": estimate - 1.66 * se, "ic90_haut": estimate + 1.66 * se}
    return base | head


def comparison() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows: list[dict[str, Any]] = []
    for wave in WAVES:
        for item, _, theme, nature, _, _, level, gap in ITEMS:
            shift = 0.02 if wave == "2023" else 0.0
            n_q, n_h = int(rng.integers(560, 640)), int(rng.integers(780, 860))
            se = float(rng.uniform(0.015, 0.035))
            for bailleur in ("ensemble", BAILLEUR, OTHER):
                head = {"vague": wave, "niveau": "total", "territoire": "total", "item": item}
                head |= {"bailleur": bailleur, "theme": theme, "nature": nature}
                delta = gap + shift
                brut = {"ajustement": "brut"}
                q, h = level + shift, level + shift - delta
                rows.append(_row(q, se * 0.8, n_q, **head, **brut, groupe="qpv"))
                rows.append(_row(h, se * 0.7, n_h, **head, **brut, groupe="hors_qpv"))
                rows.append(
                    _row((q + h) / 2, se * 0.5, n_q + n_h, **head, **brut, groupe="ensemble")
                )
                for adjustment, move in (
                    ("brut", 0.0),
                    ("comparable", 0.015),
                ):
                    value = delta + move
                    rows.append(
                        _row(
                            value, se, n_q + n_h, **head, ajustement=adjustment, groupe="ecart",
                            verdict=_verdict(value, se), isole="oui" if item == "q07" else "",
                            assurance="" if item == "q07" else "sure",
                            marge_demontree_points=max(0.0, -100 * (value - 1.66 * se)),
                        )
                    )  # fmt: skip
    for item, _, theme, nature, *_ in ITEMS:
        for bailleur in ("ensemble", BAILLEUR):
            head = {"vague": "2019-2023", "niveau": "total", "territoire": "total", "item": item}
            head |= {"bailleur": bailleur, "theme": theme, "nature": nature, "ajustement": "brut"}
            rows += [
                _row(0.03, 0.03, 2800, **head, groupe="evolution_qpv"),
                _row(0.01, 0.03, 2800, **head, groupe="evolution_hors"),
                _row(0.02, 0.04, 2800, **head, groupe="evolution_ecart", verdict="non_demontre"),
            ]
    for code in QUARTERS:
        for item, _, theme, nature, _, _, level, gap in ITEMS[:5]:
            head = {"vague": "2023", "niveau": "code_qpv", "territoire": code, "item": item}
            head |= {"bailleur": BAILLEUR, "theme": theme, "nature": nature, "ajustement": "brut"}
            hidden = item == "q05"
            for group in ("qpv", "hors_qpv", "ecart"):
                row = _row(gap if group == "ecart" else level, 0.05, 70, **head, groupe=group)
                row["verdict"] = _verdict(gap, 0.05) if group == "ecart" else ""
                row["peu_de_reponses"] = "oui"
                if hidden:
                    numbers = [c for c, v in row.items() if isinstance(v, float)]
                    row |= dict.fromkeys(numbers, math.nan) | {"publication": "masque"}
                    row["verdict"] = "masque" if group == "ecart" else ""
                rows.append(row)
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))


def published() -> Published:
    items = pd.DataFrame(
        [
            {"item": i, "libelle": label, "theme": t, "nature": nat, "echelle": "satisfaction4",
             "axes": axes, "ordre": k, "tete_de_theme": head}
            for k, (i, label, t, nat, axes, head, _, _) in enumerate(ITEMS)
        ]
    )  # fmt: skip
    levels = []
    for item, _, theme, nature, *_ in ITEMS:
        for group, shares in (("qpv", (0.2, 0.4, 0.25, 0.15)), ("hors_qpv", (0.3, 0.4, 0.2, 0.1))):
            for rank, (share, label) in enumerate(
                zip(shares, ("Très satisfait", "Plutôt satisfait", "Plutôt pas satisfait",
                             "Pas du tout satisfait"), strict=True), 1
            ):  # fmt: skip
                levels.append(
                    {"vague": "2023", "niveau": "total", "territoire": "total", "bailleur": BAILLEUR,
                     "item": item, "theme": theme, "nature": nature, "groupe": group,
                     "mesure": "niveau", "modalite": label, "rang": rank, "n": 600,
                     "estimation": share,
                     "ic95_bas": share - 0.04, "ic95_haut": share + 0.04,
                     "ic90_bas": share - 0.03, "ic90_haut": share + 0.03,
                     "publication": "publiable"}
                )  # fmt: skip
    benchmark = pd.DataFrame(
        [{"vague": "2023", "item": "q01", "groupe": "ensemble", "repere": "national", "valeur": 0.69,
          "ic95_bas": math.nan, "ic95_haut": math.nan, "n": math.nan,
          "reference": "Repère fictif"}],
        columns=list(BENCHMARK_COLUMNS),
    )  # fmt: skip
    waves = (
        WaveFacts("2019", 1512, 58, 610, 902, "poids", 1.5, "Cabinet A", "téléphone",
                  "novembre 2019 à juillet 2020", "titulaires du bail", "âge, taille du ménage"),
        WaveFacts("2023", 1548, 60, 640, 908, "poids", 1.62, "Cabinet B", "téléphone",
                  "mars 2023", "titulaires du bail", "âge"),
    )  # fmt: skip
    settings: dict[str, object] = {"marge_points": 5.0, "masquage_n": 11, "carte": 2024}
    return Published(
        comparison(), pd.DataFrame(levels, columns=list(LEVEL_COLUMNS)), benchmark,
        items, waves, (), settings, survey_model._SEAL,
    )  # fmt: skip


def located(count: int = 14) -> Located:
    rng = np.random.default_rng(3)
    codes = list(QUARTERS)
    homes, doors = [], []
    for k in range(count):
        side = ("dans", "hors", "dans", "a_verifier")[k % 4] if k % 7 else "dans"
        code = codes[k % 2] if side != "hors" else ""
        dwellings = int(rng.integers(12, 90))
        name = {0: HOSTILE, 1: HOSTILE_TYPST, 2: "+33 Résidence\x07 des Œillets"}.get(
            k, f"Résidence n° {k}"
        )
        split = {f"logements_{s}": dwellings * (s == side) for s in ("dans", "hors", "a_verifier")}
        homes.append(
            {"id_residence": f"R{k:04d}", "nom": name, "bailleur": BAILLEUR, "commune": "Valfictif",
             "code_insee": "59999", "nb_entrees": 1, "nb_logements": dwellings, **split,
             "part_qpv": split["logements_dans"] / dwellings, "cote": side, "code_qpv": code,
             "nom_qpv": QUARTERS.get(code, ""), "evolution": "maintenu" if code else "hors",
             "distance_min_m": float(rng.uniform(3, 900)), "x": 7e5, "y": 7e6, "longitude": 3.0,
             "latitude": 50.0, "annee_construction": pd.NA if k == 3 else 1960 + k,
             "type_habitat": "collectif", "agence": "Agence Nord"}
        )  # fmt: skip
        doors.append(
            {"id_residence": f"R{k:04d}", "id_batiment": "", "nom": name, "nb_logements": dwellings,
             "adresse": f"{k} rue du Général Leclerc", "commune": "Valfictif",
             "code_postal": "59999", "result_label": f"{k} Rue du Général Leclerc 59999 Valfictif",
             "result_type": "housenumber", "result_score": 0.97, "result_confidence": 0.99,
             "result_verdict": "accepte", "result_radius_m": 10.0, "result_reasons": "",
             "qpv_statut": side, "qpv_code": code, "qpv_nom": QUARTERS.get(code, ""),
             "qpv_distance_m": homes[-1]["distance_min_m"], "qpv_proche_code": codes[0],
             "qpv_proche_nom": QUARTERS[codes[0]], "qpv_evolution": "maintenu",
             "qpv2015_statut": "dans", "qpv2015_code": "QP059901", "qpv2024_statut": side,
             "qpv2024_code": code, "qpv_millesime": 2024,
             "qpv_motif": "À 4 m de la limite, moins que l’incertitude de 10 m."
             if side == "a_verifier" else "", "_fichier": "patrimoine.xlsx", "_feuille": "Export",
             "_ligne": k + 4}
        )  # fmt: skip
    correspondence = pd.DataFrame(
        [{"code_2015": "QP059901", "nom_2015": "Tilleuls", "code_2024": "QN05991I",
          "nom_2024": "Les Tilleuls", "surface_commune_m2": 120000.0, "part_2015": 1.0,
          "part_2024": 0.98, "logements": 210, "logements_a_verifier": 12, "lien": "identique"}]
    )  # fmt: skip
    notice = Fault(
        "code_devine", Place("programme.xlsx", "Programme", 18, "axe"), "Sur entretien",
        {"lu": "3 · Sur-entretien", "attendu": "un axe de 1 à 8"}, Severity.DOUTE,
    )  # fmt: skip
    return located_stock(
        2025, 2024, pd.DataFrame(doors), pd.DataFrame(homes), correspondence, (notice,)
    )


def settled(money: Abatement) -> Abatement:
    """Leave out the premises under reserve: alone in their quarter, they open the whole by their amount."""
    rows = money.by_premises
    assert rows is not None
    kept = rows[rows["sous_reserve"] == 0].reset_index(drop=True)
    return dataclasses.replace(money, by_premises=kept)


def abatement(stock: Located) -> Abatement:
    homes = stock.residences
    rows = []
    for home in homes.to_dict("records"):
        inside = home["cote"] == "dans"
        amount = Decimal("247.50") * int(home["nb_logements"]) if inside else Decimal(0)
        rows.append(
            {"id_residence": home["id_residence"], "nom": home["nom"], "code_qpv": home["code_qpv"],
             "nb_logements": home["nb_logements"], "abattement_eur": amount,
             "frais_gestion_eur": Decimal("0.00"), "total_eur": amount, "nature": "reel",
             "statut": "abattu" if inside else "hors_qpv", "motif": "",
             "ouverture_abattement_annee": 2025,
             **dict.fromkeys(("abattement_a_reclamer_eur", "abattement_a_risque_eur"), Decimal(0)),
             "abattement_sous_reserve_eur": Decimal(0)}
        )  # fmt: skip
    by_residence = pd.DataFrame(rows)
    total = sum(by_residence["abattement_eur"], Decimal(0))
    by_qpv = pd.DataFrame(
        [
            {"code_qpv": code, "logements_exoneres": 0, "logements_sans_montant": 0, "nature": "reel"}
            for code in QUARTERS
        ]
    )  # fmt: skip
    forecast = pd.DataFrame(
        [{"annee": year, "id_residence": r["id_residence"], "logements": r["nb_logements"],
          "statut": r["statut"], "motif": "", "motif_court": "", "abattement_eur": r["abattement_eur"],
          "nature": "estime"} for year in (2025, 2026) for r in rows]
    )  # fmt: skip
    by_year = pd.DataFrame(
        [{"annee": year, "residences": 7, "logements": 300, "abattement_eur": total + extra,
          "en_attente_eur": Decimal("5321.25"), "a_renouveler_eur": Decimal(0), "nouvelles": new,
          "nature": "estime", "en_attente_de": "cote"}
         for year, extra, new in ((2025, Decimal(0), 0), (2026, Decimal(1000), 1))]
    )  # fmt: skip
    by_collectivity = pd.DataFrame(
        [{"commune": "Valfictif", "code_insee": "59999", "ligne": "commune",
          "abattement_eur": Decimal(46000), "compensation_etat_eur": Decimal(18000),
          "perte_eur": Decimal(28000), "reporte_contribuables_eur": Decimal(0), "logements": 500,
          "nature": "reel"}]
    )  # fmt: skip
    values = (
        LegalValue("taux_abattement", "Taux de l’abattement", "30 %", "2025-01-01", "2030-12-31",
                   "CGI, art. 1388 bis", verifie=True),
        LegalValue("frais_tse", "Frais de gestion TSE", "9 %", "2016-01-01", "", "mémoire",
                   verifie=False),
    )  # fmt: skip
    doubtful = Decimal("5321.25")
    doubtful = Decimal("5321.25")
    return Abatement(
        2025, "centime", _with_others(_premises(by_residence)), by_residence, by_qpv, forecast, values,
        (), by_collectivity, by_year,
        course=Course(
            tuple(zip(by_year["annee"], by_year["abattement_eur"], strict=True)), 1,
            Decimal("5321.25"), ("cote",),
        ),
        year_by_year=year_by_year(forecast, homes),
        claim_until=dt.date(2026, 12, 31), by_premises=_by_premises(by_residence, doubtful),
    )  # fmt: skip


_DECIDED = (
    "acquis", "base", "frais_gestion", "economie", "compensation", "perte", "perte_communes",
    "perte_intercommunale", "reporte_contribuables",
)  # fmt: skip
"""Facts that deciding the side of what is under reserve may raise, by that much at most here."""


def premises_facts(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return facts of premises by hand, in euros; what a row does not name adds nothing."""
    counts = {c for c in PREMISES_FACT_COLUMNS if c.startswith("logements")}
    empty = {"id_residence": "", "code_qpv": "", "code_insee": "59999", "avis_non_lu": False}
    made = []
    for row in rows:
        cents = {
            k: v if k in counts or k in empty else int(Decimal(v) * 100) for k, v in row.items()
        }
        decided = {f"{name}_cote_decide": cents.get("reserve_cote", 0) for name in _DECIDED}
        made.append(dict.fromkeys(PREMISES_FACT_COLUMNS, 0) | empty | decided | cents)
    return pd.DataFrame(made, columns=list(PREMISES_FACT_COLUMNS))


def facts_of(states: States, code: str = "") -> dict[str, Any]:
    """Return the facts of a premises of some states; what is under reserve hangs on a side."""
    return {
        "code_qpv": code, "acquis": states.granted, "acquis_porte": states.acquired,
        "estime": states.estimated, "a_reclamer": states.to_claim, "a_risque": states.at_risk,
        "a_reclamer_sans_preuve": states.to_claim, "apres_reclamation": states.claimed,
        "sous_reserve": states.reserved, "sous_reserve_porte": states.doubtful,
        "reserve_cote": states.reserved, "perdu": states.lost, "porte": states.borne,
        "au_mieux": states.best, "frais_gestion": states.fees, "frais_a_reclamer": states.claim_fees,
        "avis_non_lu": bool(states.unread), "acquis_de_plus": states.unread,
        "non_lu_de_plus": states.unread, "a_reclamer_de_plus": states.unread,
    }  # fmt: skip


def _by_premises(homes: pd.DataFrame, doubtful: Decimal) -> pd.DataFrame:
    """Make one premises a résidence, one to claim a quarter, and one out of every quarter."""
    rows: list[dict[str, Any]] = []
    for home in homes.to_dict("records"):
        due = home["abattement_eur"]
        abated = int(home["nb_logements"]) if due else 0
        rows.append(
            {"id_residence": home["id_residence"], "code_qpv": home["code_qpv"],
             "logements_abattus": abated,
             "apres_reclamation": due,
             **dict.fromkeys(("acquis", "acquis_porte", "porte", "economie", "au_mieux"), due)}
        )  # fmt: skip
    rows += [
        {"code_qpv": code, "base": 1500000, "compensation": 9000, "perte": 14000,
         "perte_communes": 13000, "perte_intercommunale": 1000,
         "reporte_contribuables": 800, "frais_a_reclamer": 35, "a_reclamer": 1200, "au_mieux": 1200,
         "a_reclamer_sans_preuve": 1200, "apres_reclamation": 1200, "id_residence": f"R000{rank}"}
        for rank, code in enumerate(QUARTERS)
    ]  # fmt: skip
    out = {"a_risque": 310, "porte": 310, "sous_reserve": doubtful, "reserve_cote": doubtful}
    out |= {"id_residence": "R0003"}
    return premises_facts([*rows, out | {"au_mieux": doubtful, "frais_gestion": 90}])


def _with_others(lines: pd.DataFrame) -> pd.DataFrame:
    """Add the premises that `_by_premises` adds: one to claim a quarter, one out of every quarter."""
    named = (("R0000", "QN05991I"), ("R0001", "QN05992M"), ("R0003", ""))
    bare = {
        "base_eur": Decimal(0),
        "abattement_commune_eur": Decimal(0),
        "abattement_eur": Decimal(0),
        "compte_eur": Decimal(0),
    }
    bare |= state_cells(States()) | {"part_logements": Decimal(0)}
    first = lines.iloc[0].to_dict()
    more = [
        first
        | bare
        | {"invariant": f"58{k:05d}", "id_residence": home, "code_qpv": code, "_ligne": 90 + k}
        for k, (home, code) in enumerate(named)
    ]
    return pd.concat([lines, pd.DataFrame(more)], ignore_index=True)


LOCAUX_TEXTS = (
    "commune", "adresse", "reference_cadastrale", "a_declarer", "manque", "groupe_lu", "constat_avis",
    "code_constat", "constat_gmbi", "lecture", "preuve", "suite", "statut_precedent", "constat_precedent",
)  # fmt: skip


def _premises(homes: pd.DataFrame) -> pd.DataFrame:
    """Make one premises a résidence: VLC such that the line of the commune gives its abatement."""
    nothing: dict[str, Any] = dict.fromkeys(LOCAUX_COLUMNS, None) | dict.fromkeys(
        (
            "abattement_syndicats_eur", "abattement_epci_eur", "abattement_tse_eur",
            "abattement_tasa_eur", "abattement_gemapi_eur", "frais_gestion_eur",
            "compensation_etat_eur",
            *STATE_COLUMNS, "abattement_a_verifier_eur", "abattement_sans_convention_eur",
        ),
        Decimal(0),
    )  # fmt: skip
    rows = [
        {**nothing, "avis": "A1", "invariant": f"59{k:05d}", "id_residence": r["id_residence"],
         "id_batiment": "", "code_qpv": r["code_qpv"], "base_eur": Decimal(1500) * int(r["nb_logements"]),
         "part_logements": Decimal(r["statut"] == "abattu"), "taux_commune_pct": 55.0,
         "taux_syndicats_pct": 0.0, "taux_epci_pct": 0.0, "taux_tse_pct": 0.0, "taux_tasa_pct": 0.0,
         "taux_gemapi_pct": float("nan"), "abattement_commune_eur": r["abattement_eur"],
         "abattement_eur": r["abattement_eur"], "statut": r["statut"], "nature": "reel",
         **state_cells(States(acquired=r["abattement_eur"])),
         "annee": 2025, "sur_avis": True, "compte_eur": r["abattement_eur"], "somme_taux_pct": 55.0,
         "nom": r["nom"], "logements_retenus": int(r["nb_logements"]), "nb_logements": r["nb_logements"],
         **dict.fromkeys(LOCAUX_TEXTS, ""), "motif": "",
         "_fichier": "fiscalite.xlsx", "_feuille": "Avis", "_ligne": k + 4}
        for k, r in enumerate(homes.to_dict("records"))
    ]  # fmt: skip
    rows[0] |= {
        "attendu_eur": Decimal("1000.00"), "lu_eur": Decimal("1002.00"), "ecart_eur": Decimal("2.00"),
        "constat_avis": "concordant", "code_constat": "concordant",
    }  # fmt: skip
    return pd.DataFrame(rows)


def programme(abated: Abatement) -> Programme:
    actions = []
    for k in range(16):
        axe = k % 8 + 1
        actions.append(
            {"id_action": f"A{k}", "axe": axe, "axe_lu": str(axe), "code_qpv": list(QUARTERS)[k % 2],
             "action": f"Action {k} @SUM(A1)", "description": "Tour C", "calendrier": "2025",
             "prevu_eur": Decimal(2000), "realise_eur": Decimal(2100), "bailleur_eur": Decimal(2100),
             "autres_eur": Decimal(0), "valorise_eur": Decimal(1900), "heures": 20.0,
             "cout_horaire_eur": None, "piece": f"F{k}", "texte_bilan": "Réalisé.", "annee": 2025,
             "date_piece": dt.date(2025, 5, 1) if k > 1 else None, "photo": "hall.jpg" if k < 2 else "",
             "_fichier": "programme.xlsx",
             "_feuille": "Programme", "_ligne": k + 4}
        )  # fmt: skip
    diagnostics = pd.DataFrame(
        [{"date": dt.date(2025, 4, 3), "code_qpv": "QN05991I", "constat": "Dépôts sauvages",
          "responsable": "gestionnaire de secteur", "suite": "Enlèvement hebdomadaire", "photo": "",
          "id_action": "A3"}]
    )  # fmt: skip
    written = pd.DataFrame(actions)
    made = tax.programme(written, abated, located().held, year=2025, diagnostics=diagnostics)
    return dataclasses.replace(made, values=())


def evaluation() -> Evaluation:
    rows = []
    for level, code in (("convention", "total"), ("qpv", "QN05991I")):
        for axe, item in ((1, "q07"), (3, "q01"), (4, "q03"), (7, "")):
            rows.append(
                {"niveau": level, "code_qpv": code, "nom_qpv": QUARTERS.get(code, ""), "axe": axe,
                 "logements": 300, "valorise_eur": Decimal(3800),
                 "valorise_par_logement_eur": Decimal("12.67"), "depense": 12.67,
                 "repere": f"A{axe}" if code in QUARTERS else "", "item": item, "vague": "2023",
                 "n": 1400.0 if item else math.nan, "ecart": -0.08 if item else math.nan,
                 "ecart_ic90_bas": -0.13 if item else math.nan,
                 "ecart_ic90_haut": -0.03 if item else math.nan,
                 "verdict": "ecart_defavorable" if item else "",
                 "evolution": 0.02 if item else math.nan,
                 "evolution_ic90_bas": -0.05 if item else math.nan,
                 "evolution_ic90_haut": 0.09 if item else math.nan,
                 "evolution_verdict": "non_demontre" if item else "",
                 "publication": "publiable" if item else "non_calculable", "isole": "",
                 "peu_de_reponses": "",
                 "lecture": "ecart_defavorable|evolution_non_demontree" if item else "sans_item"}
            )  # fmt: skip
    return Evaluation(pd.DataFrame(rows))


def sensitivity() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"hypothese": "retenu", "logements_dans": 300, "logements_a_verifier": 60,
             "abattement_eur": Decimal("74250.00"), "au_mieux_eur": Decimal("89100.00")},
            {"hypothese": "tous_dans", "logements_dans": 360, "logements_a_verifier": 0,
             "abattement_eur": Decimal("89100.00"), "au_mieux_eur": Decimal("89100.00")},
            {"hypothese": "tous_hors", "logements_dans": 300, "logements_a_verifier": 0,
             "abattement_eur": Decimal("74250.00"), "au_mieux_eur": Decimal("89100.00")},
        ]
    )  # fmt: skip


def make(**changes: Any) -> Dossier:
    """Return the whole dossier with changes; what is not changed is one for all tests."""
    return claimed(dataclasses.replace(_unclaimed(), **changes))


@functools.cache
def _unclaimed() -> Dossier:
    settings = Settings.model_validate(
        {
            "dossier": {
                "titre": "Bilan 2025 – Les Tilleuls & Le Moulin", "annee": 2025,
                "date": dt.date(2026, 2, 10), "bailleur": BAILLEUR, "convention": "C59-01",
                "donnees_fictives": True,
            },
            "fichiers": {"patrimoine": "patrimoine.xlsx"},
        }
    )  # fmt: skip
    stock = located()
    money = abatement(stock)
    shape = gpd.GeoDataFrame(
        {"code_qpv": list(QUARTERS), "nom_qpv": list(QUARTERS.values()), "communes": "Valfictif",
         "codes_insee": [("59999",)] * 2},
        geometry=[box(3, 50, 3.01, 50.01), box(3.02, 50, 3.03, 50.01)], crs=4326,
    )  # fmt: skip
    empty = gpd.GeoDataFrame({"nom": []}, geometry=[], crs=2154)
    usages = pd.DataFrame(
        [
            {"indicateur": "Gardiens", "annee": 2025, "unite": "postes", "n_residences_qpv": 8,
             "n_residences_hors": 6, "logements_qpv": 300, "logements_hors": 180,
             "quantite_par_100_logements_qpv": 1.2, "quantite_par_100_logements_hors": 0.8,
             "cout_par_logement_qpv_eur": Decimal("210.00"),
             "cout_par_logement_hors_eur": Decimal("150.00"),
             "surcout_par_logement_eur": Decimal("60.00"), "surcout_eur": Decimal(18000),
             "surcout_ic95_bas_eur": Decimal(9000), "surcout_ic95_haut_eur": Decimal(26000),
             "marge": "calculee", "plancher": "au_dessus"}
        ]
    )  # fmt: skip
    conventions = pd.DataFrame(
        [
            {"id_convention": "C59-01", "contrat_de_ville": "Contrat fictif",
             "codes_qpv": tuple(QUARTERS), "date_signature_contrat": dt.date(2024, 6, 1),
             "date_signature_convention": dt.date(2024, 12, 20),
             "date_declaration": dt.date(2024, 12, 28), "date_fin": dt.date(2030, 12, 31),
             "date_bilan": None, "bailleur": BAILLEUR}
        ]
    )  # fmt: skip
    whole = Dossier(
        settings, "0a1b2c3d", {2024: QpvMap(2024, shape)}, stock, Ground(empty, empty, empty),
        published(), money, programme(money), DroitCommun(usages), conventions, evaluation(),
        sensitivity(),
        (Source("patrimoine", "patrimoine.xlsx", "ab" * 32, 12000, 14),
         Source("qpv2024", "qpv2024.geojson", "cd" * 32, 9000, 4, "2024", "Licence Ouverte 2.0",
                "Carte fictive")),
        (Check("lignes_patrimoine", passed=True, got="14", expected="14"),),
        (Fault("code_devine", Place("programme.xlsx", "Programme", 18, "axe"), "Sur entretien",
               {"lu": "3 · Sur-entretien", "attendu": "un axe de 1 à 8"}, Severity.DOUTE),),
    )  # fmt: skip
    events = pd.DataFrame(columns=list(CALENDAR_COLUMNS))
    days = tax.with_deadlines(events, conventions, load(), year=2025, on=settings.dossier.date)
    return dataclasses.replace(whole, calendar=days)


@functools.cache
def complete() -> Dossier:
    """Return the dossier that lacks nothing, one for all who change nothing of it."""
    return make()


_last: list[tuple[Dossier, tuple[str, ...], Report]] = []
SURVEYED = ("note", "satisfaction_section", "evolution")
"""Sections that most of a report's time goes to: left out where nothing is looked for in them."""


def reported(dossier: Dossier, *, left_out: tuple[str, ...] = ()) -> Report:
    """Return the report of a dossier but some sections: the whole one, and the last, are kept."""
    for known, without, read in _last:
        if known is dossier and without == left_out:
            return read
    _last[:] = [each for each in _last if each[0] is complete()]
    with pytest.MonkeyPatch.context() as patch:
        for name in left_out:
            patch.setattr(sections, name, lambda *_: None)
        read = report(dossier)
    _last.append((dossier, left_out, read))
    return read


def claimed(dossier: Dossier) -> Dossier:
    """Return a dossier with its claims and the names of its quarters, as the pipeline makes them."""
    located, bailleur = dossier.located, dossier.settings.dossier.bailleur
    money = (dossier.abatement, dossier.programme)
    held = (located, *money, dossier.survey, dossier.droit_commun)
    stock = (located.entrances, located.residences)
    return dataclasses.replace(
        dossier,
        claims=claims_of(*held, bailleur=bailleur),
        quarters=quarters_of(dossier.maps.values(), stock, dossier.conventions),
    )


def restocked(
    dossier: Dossier,
    entrances: pd.DataFrame | None = None,
    residences: pd.DataFrame | None = None,
) -> Dossier:
    """Return a dossier whose stock has other entrances or résidences."""
    old = dossier.located
    doors = old.entrances if entrances is None else entrances
    homes = old.residences if residences is None else residences
    return claimed(dataclasses.replace(dossier, located=with_doors(old, doors, homes)))


def bare() -> Dossier:
    return make(
        survey=None, abatement=None, programme=None, droit_commun=None, conventions=None,
        evaluation=None, sensitivity=None, notices=(), checks=(), sources=(),
    )  # fmt: skip
