"""Headers and names of sheets of the bilan and of the workbook of the abatement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.packaged import packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS: Final = packaged(__name__)
BILAN_TITLE: Final = "Bilan {year} du programme d’actions"
BILAN: Final[dict[str, str]] = _TEXTS["bilan"]
"""Columns of programmes and bilans in use, in their order; the qualitative text comes last."""
AXES: Final[Mapping[str, str]] = {
    "code_qpv": "Quartier",
    "axe": "Axe",
    "actions": "Actions",
    **{k: v for k, v in BILAN.items() if k.endswith("_eur")},
    "valorise_par_logement_eur": "Valorisé par logement",
    "taux_valorisation": "Taux de valorisation TFPB",
    "pieces_jointes": "Pièces jointes",
}
TOTAL: Final = "Total"
NAME: Final = "Nom"
ARGUMENT: Final = "Ce qui le justifie"
EVERYWHERE: Final = "Tous"
BY_AXIS: Final = "Par axe"
PREMISES_SHEETS: Final[dict[str, str]] = _TEXTS["premises_sheets"]
"""Sheets that add the years, by field of `Abatement`."""
COMING_SHEETS: Final[dict[str, str]] = _TEXTS["coming_sheets"]
"""Sheets of the last year alone, by field of `Abatement`."""
DOUBTS_SHEET: Final = "Doutes"
VALUES_SHEET: Final = "Sources et hypothèses"


def quarter_sheet(code: str) -> str:
    """Name the sheet of a quarter; a workbook allows 31 letters."""
    return f"Bilan {code}"[:31]


def both_years(year: int) -> dict[str, str]:
    """Return the headers that set last year's sums beside this year's, by column."""
    last = year - 1
    return {
        "axe": "Axe",
        "code_qpv": "Quartier",
        "nom_qpv": NAME,
        "codes_precedents": f"Code(s) en {last}",
        "actions_precedentes": f"Actions {last}",
        "actions": f"Actions {year}",
        "realise_precedent_eur": f"Réalisé {last}",
        "realise_eur": f"Réalisé {year}",
        "valorise_precedent_eur": f"Valorisé {last}",
        "valorise_eur": f"Valorisé {year}",
        "ecart_valorise_eur": "Différence valorisée",
        "abattement_eur": f"Abattement {year}",
        "report_eur": f"Report venu de {last}",
        "rattrapage_eur": f"À reporter sur {year + 1}",
        "argument": ARGUMENT,
    }


def both_years_sheets(year: int) -> tuple[str, str]:
    """Name the two sheets that set both years side by side, by axis and by quarter."""
    return f"{year - 1} et {year} par axe", f"{year - 1} et {year} par quartier"
