"""What a map is made of, before it is drawn: layers, and the figures of one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground under the data, drawn from what is imported.

    Every frame is in EPSG:2154 (or the legal projection of the territory); empty frames allowed.

    Parameters
    ----------
    streets : GeoDataFrame
        `nom, rang (1 main … 3 small), geometry (LineString)`.
    communes : GeoDataFrame
        `code_insee, nom, geometry`.
    parcels : GeoDataFrame
        `geometry`.
    places : tuple of Place
        Communes of the stock, by code.
    """

    streets: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    source: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A commune and what it belongs to; texts are empty where it is not known."""

    code_insee: str
    commune: str
    siren_epci: str
    epci: str
    code_region: str
    region: str


@dataclass(frozen=True, slots=True)
class Territory:
    """A commune, an EPCI or a région that has its own overview.

    Parameters
    ----------
    slug : str
        Name of its file: `commune-…`, `epci-…`, `region-…`, unique in a model.
    name : str
    codes : tuple of str
        Its quarters, sorted.
    """

    slug: str
    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapLine:
    """One satisfaction line of the A4 page: dot, whiskers, band, words."""

    label: str
    gap: float | None
    ic90: tuple[float, float] | None
    ic95: tuple[float, float] | None
    qpv: float | None
    hors: float | None
    n: int
    sign: str
    words: str
    n_qpv: int = 0
    n_hors: int = 0


@dataclass(frozen=True, slots=True)
class QpvPage:
    """The A4 page of one quarter: five figures and three sentences.

    Parameters
    ----------
    figures : tuple of (label, value, detail)
    gaps : tuple of GapLine
        Three satisfaction lines.
    sentences : tuple of str
        Three sentences.
    modelled : str
        The modelled share of the quarter: left out where the page has no room for it.
    """

    code_qpv: str
    nom: str
    commune: str
    bailleur: str
    year: int
    figures: tuple[tuple[str, str, str], ...]
    gaps: tuple[GapLine, ...]
    sentences: tuple[str, ...]
    modelled: str = ""
    doubts: tuple[str, ...] = ()
    margin: float = 0.05
    wave: str = ""  # of the three lines
    gap_scope: str = ""  # over whom the three lines are measured (the quarter, or the convention)


@dataclass(frozen=True, slots=True)
class MapModel:
    """All that the web map and the print maps need, in French and protected.

    Parameters
    ----------
    qpv : GeoDataFrame (EPSG:4326)
        `code_qpv, nom, commune, logements, residences, abattement_eur, valorise_eur,
        abattement_par_logement_eur, valorise_par_logement_eur` (float, NaN where unknown), `etats` (the
        states of the abatement, in words).
    qpv_old : GeoDataFrame (EPSG:4326)
        `code_qpv, nom`: the other vintage, ghosted.
    residences : DataFrame
        `id_residence, nom, bailleur, commune, adresse, statut (dans|hors|a_verifier), code_qpv,
        logements, distance_m, motif, coupee, longitude, latitude`, grouping columns free; `coupee` (dwellings
        on each side, words) is empty but for a résidence that the limit cuts, placed on the side it is told.
    gaps : DataFrame
        `code_qpv, vague, item, libelle, theme, ecart, ic95_bas, ic95_haut, n, verdict, phrase,
        publication`: per QPV, protected; `code_qpv` « total » is the convention.
    pages : tuple of QpvPage
    ground : Ground
    online : bool
        Whether the web map offers the tiles of the Plan IGN under the data; off, it makes no request.
    territories : tuple of Territory
        Those with an overview beside that of the whole stock.
    """

    title: str
    bailleur: str
    year: int
    date: str
    vintage: int
    run_hash: str
    fictional: bool
    qpv: gpd.GeoDataFrame
    qpv_old: gpd.GeoDataFrame
    residences: pd.DataFrame
    gaps: pd.DataFrame
    pages: tuple[QpvPage, ...]
    ground: Ground
    sources: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    territories: tuple[Territory, ...] = ()
    online: bool = False
    draft: bool = False
