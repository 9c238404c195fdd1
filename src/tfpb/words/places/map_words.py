"""Words of the maps: legends, popups, panels of the web page, lines of the A4 page."""

from __future__ import annotations

from typing import Final

from tfpb.packaged import packaged
from tfpb.words.numbers import NOTHING, gap_number, number, plural
from tfpb.words.phrase import Phrase
from tfpb.words.survey.verdict_words import SIGNS, verdict_words
from tfpb.words.terms import PIECES, SIDES, VERDICTS

_TEXTS: Final = packaged(__name__)
GAP_CLASSES: Final[tuple[str, ...]] = tuple(_TEXTS["gap_classes"])

LAYERS: Final[dict[str, str]] = _TEXTS["layers"]
"""What each layer of the file for a GIS shows."""
LAYER_COLUMNS: Final[dict[str, str]] = _TEXTS["layer_columns"]
"""Titles of their columns there."""

CHART_EMPTY: Final = "Aucune donnée à représenter."
CHART_INSIDE: Final = "QPV"
CHART_OUTSIDE: Final = SIDES.ailleurs
CHART_GAP: Final = "écart"
CHART_CHANGE: Final = "Écart : {change}"
CHART_IN_POINTS: Final = "écart en points"
CHART_GAP_POINTS: Final = "écart QPV − ailleurs, points"
CHART_SPENT: Final = "dépense par logement en QPV"
PAGE_KIND: Final = "Quartier prioritaire de la politique de la ville"
"""Names a quarter that shows the results of all, its own being masked."""
PAGE_STOCK: Final = "Le parc et l’abattement"
PAGE_TENANTS: Final = "Ce que disent les locataires"
PAGE_TASKS: Final = "À faire ici"
PAGE_LOWER: Final = "QPV moins satisfait"
PAGE_HIGHER: Final = "QPV plus satisfait"
SHORT_LOWER: Final = "moins en QPV"
SHORT_HIGHER: Final = "plus en QPV"
OVERVIEW_KIND: Final = "Vue d’ensemble"
OVERVIEW_TABLE: Final = "Quartiers"
OVERVIEW_COLUMNS: Final = ("logements", "abattement\n(€/log. abattu)", "valorisé\n(€/log. abattu)")
OVERVIEW_OTHERS: Final = Phrase("Et {count:s quartier} (logements) : {names}.")
OVERVIEW_MORE: Final = Phrase("et {rest:s quartier} : voir le classeur")
OVERVIEW_SUBTITLE: Final = Phrase(
    "{bailleur} · {quarters:s quartier} · {dwellings:s logement} · année {year}"
)
UNKNOWN_HOMES: Final = "logements non connus"
OVERVIEW_GAP: Final = "Écart QPV − ailleurs : {label}, {wave}"
OVERVIEW_DOUBTS: Final = Phrase("{count:s résidence} à vérifier (losanges).")
OVERVIEW_UNNAMED: Final = Phrase(
    "{count:s nom} de quartier non {count:a dessiné/dessinés} sur la carte."
)
VERDICT: Final = Phrase("{justified} ; abattement acquis : {acquired:€}")
PROVED: Final = f"{PIECES.avec} : {{share}}"
NOT_MEASURED: Final = "non mesuré ici"
OVERVIEW_UNPLACED: Final = Phrase(
    "{count:s résidence} non {count:a située/situées} : rien n’est dessiné."
)
DOUBTFUL_DOOR: Final = "{address} : {reason}"
CUT_NAME: Final = Phrase("({inside:n}\u00a0dans,\u00a0{outside:n}\u00a0hors)")
"""Follows the name of a résidence that the limit cuts, on a printed map; kept on one line."""
CUT_REASON: Final = Phrase(
    "coupée par la limite : {inside:s logement} dans le QPV, {outside:n} hors"
)

LEGEND_STATUS: Final = "résidence {side}"
LEGEND_STATES: Final[dict[str, str]] = _TEXTS["legend"]
"""What each mark of a quarter's page is, by `Etat`; the order is that of the legend."""
LEGEND_CUT: Final = "coupée : une marque par côté"
LEGEND_NUMBER: Final = "renvoie à la liste"
TO_DO: Final[dict[str, str]] = _TEXTS["to_do"]
"""What follows the name of a résidence on the list of the page, by `Etat`."""
CUT_PLACE: Final = "{name}, n° {doors}"
CUT_SIDE: Final = Phrase("{homes:s logement} {side}")
CUT_SIDES: Final = Phrase("{inside:n} dans, {outside:n} hors")
LEGEND_QPV: Final = "limite du QPV (carte {vintage})"
LEGEND_OTHER: Final = "autre QPV"
LEGEND_OLD: Final = "limite de la carte {vintage}"
LEGEND_SIZE: Final = "logements"
LEGEND_SIZE_FAR: Final = "logements (groupés)"
LEGEND_COMMUNE: Final = "limite de commune"
SCALE: Final = "Échelle 1 : {scale} (A4)"
NORTH: Final = "N"
SOURCES: Final = "Sources : {sources}."
STAMP: Final = "empreinte"
FICTIONAL: Final = "DONNÉES FICTIVES"
_DRAFT: Final = "PROJET"
DRAFT_TITLE: Final = "PROJET · {title}"
TILES_CREDIT: Final = "IGN – Géoplateforme"
NO_GROUND: Final = "Fond de plan absent : aucune base d’adresses importée."


def tenants_title(wave: str) -> str:
    """Title the satisfaction lines with the survey they come from."""
    return f"{PAGE_TENANTS} ({PAGE['wave'].lower()} {wave})" if wave else PAGE_TENANTS


_Ends = tuple[float | None, float | None]


def gap_line(verdict: str, gap: float | None, ends: _Ends, n: float | None, weak: str = "") -> str:
    """Write a gap on one short line: sign, points, interval, n, what weakens it; or the verdict alone."""
    sign = SIGNS.get(verdict, NOTHING)
    if gap is None:  # « non publiable, n = 884 » would count those outside, and look like many
        return f"{sign} {verdict_words(verdict)}"
    size = "" if n is None else f", {interviews(int(n))}"
    bounds = [number(v * 100, 1, sign=True) for v in ends if v is not None]
    between = f" ({bounds[0]} à {bounds[1]})" if len(bounds) > 1 else ""
    return f"{sign} {gap_number(gap)} points{between}{size}{f', {weak}' if weak else ''}"


def page_subtitle(code: str, commune: str, bailleur: str, tax_year: int) -> str:
    """Second line of the A4 page: code, commune, bailleur, tax year."""
    parts = [code, commune, bailleur, f"année {tax_year}"]
    return " · ".join(p for p in parts if p)


def margin_band(margin: float) -> str:
    """Name the band of equivalence: « autant : à ± 5 points »."""
    points = margin * 100
    decimals = 0 if abs(points - round(points)) < 1e-9 else 1  # noqa: PLR2004
    return f"{VERDICTS['equivalent']} : à ± {number(points, decimals)} points"


def interviews(n: float, n_qpv: float | None = None, n_hors: float | None = None) -> str:
    """Write a sample size: « n = 1 460 », or both sides « n = 739 + 868 » (in QPV, then outside)."""
    if n_qpv and n_hors:
        return f"n = {number(n_qpv)} + {number(n_hors)}"
    return f"n = {number(n)}"


def sheets_made(pages: int, overviews: int) -> str:
    """Write what `tfpb cartes` has drawn."""
    views = f"{overviews} vues d’ensemble" if overviews > 1 else plural(overviews, "vue d’ensemble")
    return f"La carte web, {plural(pages, 'page')} de QPV et {views}"


PAGE: Final[dict[str, str]] = packaged("tfpb.words.places.web_page")
"""Words of the web page, by the key its script uses."""


def marks(*, draft: bool, fictional: bool) -> str:
    """Write what a sheet is marked with: a draft, fictional data."""
    return " · ".join(m for m, on in ((_DRAFT, draft), (FICTIONAL, fictional)) if on)
