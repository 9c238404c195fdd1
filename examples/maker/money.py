"""Notices of tax, droit commun and conventions, consistent with the abatement they show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from maker.files import Sheet, csv_bytes, xlsx_bytes
from maker.stock import BAILLEUR

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from maker.stock import Residence

YEAR: Final = 2025
CODES: Final = ("QN05991I", "QN05992M", "QN05993N")
RATES: Final = {"commune": 52.34, "syndicats": 1.12, "epci": 4.05, "tse": 0.31, "gemapi": 0.52}
TITLES: Final = (
    "HABITAT VALMONTOIS - Taxe foncière 2025, locaux par avis",
    "DONNÉES FICTIVES - avis, invariants et montants inventés",
)
HEADER: Final = (
    "Avis", "Invariant", "Code résidence", "Id bâtiment", "Section", "Parcelle", "Année", "VLC (€)",
    "Logements", "Fin d'exonération", "Taux commune (%)", "Taux syndicats (%)", "Taux EPCI (%)",
    "Taux TSE (%)", "Taux GEMAPI (%)", "Cotisation (€)", "Dégrèvements (€)", "TEOM (€)",
)  # fmt: skip
OWNED_HEADER: Final = (
    "Numéro fiscal du local", "Groupe", "Département", "Nature du local", "Adresse du local",
    "Nom de l'occupant",
)  # fmt: skip
UNNOTICED: Final = 3
"""Dwellings of one building that no notice bears."""
INDICATORS: Final = {
    # quantity for 100 dwellings and cost of a dwelling (€), in and out of the quarters
    "gardiens (ETP)": (1.18, 0.86, 455, 372),
    "nettoyage des parties communes (heures)": (640, 470, 212, 168),
    "entretien des espaces extérieurs (passages)": (92, 78, 74, 66),
    "maintenance des équipements (interventions)": (118, 88, 96, 81),
    "enlèvement des encombrants (passages)": (61, 26, 49, 21),
}


def tax_workbook(stock: list[Residence], rng: Random) -> bytes:
    """Write the tax sheet: one row a premises, some résidences on two notices."""
    quiet = [r for r in stock if r.zone in {"tilleuls", "moulin", "moulin_entrant"} and _open(r)]
    missed = {quiet[4].id, quiet[-1].id}  # eligible, and nothing on the notice: to claim
    wrong = {
        next(r for r in stock if r.zone == "moulin_sortant").id
    }  # left the perimeter, still abated
    styles = {
        "VLC (€)": "#,##0",
        "Cotisation (€)": "#,##0",
        "Dégrèvements (€)": "#,##0",
        "TEOM (€)": "#,##0",
    }
    rows = premises(stock, rng, missed=missed, wrong=wrong)
    return xlsx_bytes(
        [Sheet("Avis 2025", TITLES, HEADER, rows, styles)], "Taxe foncière 2025 (données fictives)"
    )


def premises(
    stock: list[Residence],
    rng: Random,
    *,
    missed: set[str] = frozenset(),
    wrong: set[str] = frozenset(),
    owner: int = 0,
) -> list[list[Any]]:
    """Write the rows of notices: `missed` are not abated though they should, `wrong` the reverse."""
    rows: list[list[Any]] = []
    for order, r in enumerate(stock):
        notice = 1 + order // 6 + 100 * owner
        for i, e in enumerate(r.entrances):
            second = order % 9 == 4 and i == len(r.entrances) - 1 and i > 0
            vlc = round(e.dwellings * rng.uniform(2350, 2900) * (1.12 if r.built >= 1995 else 1.0))
            half = round(vlc / 2)
            abated = (bool(e.qpv_2024) and r.id not in missed) or r.id in wrong
            base = math.floor(half * 0.7 + 0.5) if abated else half
            due = sum(math.floor(base * rate / 100 + 0.5) for rate in RATES.values())
            rows.append(
                [
                    f"25 59 999 {notice + (40 if second else 0):03d} 1",
                    f"{599 + owner}{order + 1:03d}{i + 1:04d}",
                    r.id,
                    e.id_batiment,
                    "ABCDEFGH"[order % 8] + "K",
                    f"{101 + order * 4 + i:04d}",
                    YEAR,
                    vlc,
                    e.dwellings,
                    r.exempt_until,
                    *RATES.values(),
                    due if _open(r) else 0,
                    rng.choice((0, 0, 0, 0, 0, 412, 986)) if _open(r) else 0,
                    round(half * 0.1412),
                ]
            )
    return rows


def owned(stock: list[Residence]) -> bytes:
    """Write the export of what is owned (GMBI), a row a dwelling: the building's invariant, then others.

    One building of a quarter owns three dwellings more than its notice counts.
    """
    more = next(r for r in stock if r.zone == "tilleuls" and _open(r)).id
    rows: list[list[Any]] = []
    for order, r in enumerate(stock):
        nature = "Appartement" if r.kind == "Collectif" else "Maison"
        for i, e in enumerate(r.entrances):
            first = int(f"599{order + 1:03d}{i + 1:04d}")
            count = e.dwellings + (UNNOTICED if r.id == more and i == 0 else 0)
            for k in range(count):
                key = f"59{first + 9_000_000 * k % 400_000_000:010d}" if k else f"59{first}"
                rows.append([key, r.id, 59, nature, e.text, "FICTIF"])
    return csv_bytes(OWNED_HEADER, rows, "utf-8")


def _open(r: Residence) -> bool:
    """Say whether the long exemption has ended before the tax year."""
    return r.exempt_until is None or r.exempt_until.year < YEAR


def droit_commun(stock: list[Residence], rng: Random) -> bytes:
    """Write what the bailleur does everywhere, per résidence: cp1252, decimal commas."""
    rows: list[list[Any]] = []
    for r in stock:
        inside = bool(r.main_side(2024))
        for label, (qty_in, qty_out, cost_in, cost_out) in INDICATORS.items():
            if r.kind == "Individuel" and label.startswith(("nettoyage", "maintenance")):
                continue
            spread = math.exp(rng.gauss(0, 0.14))
            quantity = (qty_in if inside else qty_out) * r.dwellings / 100 * spread
            cost = (
                (cost_in if inside else cost_out)
                * r.dwellings
                * spread
                * math.exp(rng.gauss(0, 0.06))
            )
            rows.append([r.id, label, round(quantity, 2), round(cost, 2), YEAR])
    return csv_bytes(
        ("id_residence", "indicateur", "quantite", "cout_eur", "annee"), rows, "cp1252"
    )


def conventions(
    bailleur: str = BAILLEUR, identifier: str = "CONV-2024-01", codes: Iterable[str] = CODES
) -> bytes:
    """Write the convention: three styles of date, as people type them."""
    header = (
        "id_convention", "contrat_de_ville", "codes_qpv", "date_signature_contrat",
        "date_signature_convention", "date_declaration", "date_fin", "date_bilan", "bailleur",
    )  # fmt: skip
    row = [
        identifier, "Contrat de ville de Valmont-sur-Orve 2024-2030 (fictif)",
        ", ".join(codes), "28/03/2024", "12 décembre 2024", "2024-12-20", "31/12/2030",
        "31/03/2026", bailleur,
    ]  # fmt: skip
    return csv_bytes(header, [row], "utf-8-sig")
