"""Geography as values: maps of quarters, located stock, the layers and pages that maps are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    import geopandas as gpd
    import pandas as pd

    from tfpb.errors import Fault


_NATIONAL: Final = 1000
"""Quarters from which a map is the official one, under its licence; of an extract nothing is claimed."""
_OVERSEAS: Final = ("97", "98")


def department_of(citycode: str) -> str:
    """Return the département of a commune (INSEE code): « 59 », « 2A », « 971 »."""
    return citycode[: 3 if citycode.startswith(_OVERSEAS) else 2]


@dataclass(frozen=True, slots=True)
class QpvMap:
    """One vintage of the quarters."""

    vintage: int  # of `model.legal.map_table`
    frame: gpd.GeoDataFrame
    """`code_qpv, nom_qpv, communes` (text as published), `codes_insee` (tuple of str, empty if not
    published), `geometry` (valid MultiPolygons), CRS EPSG:4326."""
    source: str = ""
    licence: str = ""
    date: str = ""
    sha256: str = ""  # of the imported file
    mended: tuple[str, ...] = ()  # codes whose polygon was invalid and was mended

    @property
    def is_national(self) -> bool:
        """Whether it holds the quarters of the whole country: of an extract, what lacks is not known."""
        return len(self.frame) >= _NATIONAL

    @property
    def departments(self) -> frozenset[str]:
        """Départements of its quarters, which their codes bear."""
        return frozenset(code[2:5].removeprefix("0") for code in self.frame["code_qpv"])


@dataclass(frozen=True, slots=True)
class Located:
    """The stock, geocoded and located for one tax year."""

    year: int  # tax year
    vintage: int  # of the map that rules the year
    entrances: pd.DataFrame
    """One a row: stock columns + `RESULT_COLUMNS` + `LOCATION_COLUMNS` (+ stamp)."""
    residences: pd.DataFrame  # `RESIDENCE_COLUMNS`
    held: pd.DataFrame
    """Dwellings by quarter and side, as `facts.place.holds` gathers the entrances;
    `facts.place.located_stock` makes all of it."""
    correspondence: pd.DataFrame
    """The map before → the ruling one, by overlay: `code_<map>, nom_<map>` of both, `surface_commune_m2,
    part_<map>` of both, `logements, lien` (identique|modifie|scinde|fusionne|nouveau|disparu)."""
    notices: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground under the data, drawn from what is imported.

    Every frame is in EPSG:2154 (or the legal projection of the territory); empty frames allowed.
    """

    streets: gpd.GeoDataFrame  # `nom, rang (1 main … 3 small), geometry (LineString)`
    communes: gpd.GeoDataFrame  # `code_insee, nom, geometry`
    parcels: gpd.GeoDataFrame  # `geometry`
    places: tuple[Place, ...] = ()  # communes of the stock, by code


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
    """A commune, an EPCI or a région that has its own overview."""

    slug: str  # name of its file: `commune-…`, `epci-…`, `region-…`, unique in a model
    name: str
    codes: tuple[str, ...]  # its quarters, sorted


@dataclass(frozen=True, slots=True)
class GapLine:
    """One question on a page: levels here and elsewhere, their gap in words, how it moved."""

    label: str
    gap: float | None = None
    qpv: float | None = None
    hors: float | None = None
    words: str = ""
    n_qpv: float | None = None
    n_hors: float | None = None
    near: float | None = None  # half the margin of the level here, at 90 %
    masked: bool = False  # the figure exists, showing it would expose households
    otherwise: bool = False  # the comparable figure tells another story
    unsure: bool = False  # shown, and nothing is established
    alone: bool = False  # among so many questions, chance may be enough
    general: str = ""  # the theme that it is the general question of
    phrase: str = ""  # the gap as every medium prints it
    waits: bool = False  # while a question on the deliveries is open
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole and its parts, by claim: what is drawn under a figure."""

    parts: tuple[tuple[str, float], ...] = ()
    """(name of claim, size): what is known of each part, at least."""
    words: str = ""  # the same, written under it
    bounded: bool = False  # whether the whole is not known: its frame is dotted


@dataclass(frozen=True, slots=True)
class PageTask:
    """A line of what is left to do: what it is worth, until when; `home`, the résidence it is about."""

    text: str
    stake: str
    due: str
    home: str = ""


@dataclass(frozen=True, slots=True)
class QpvPage:
    """The A4 page of one quarter."""

    code_qpv: str
    nom: str
    commune: str
    bailleur: str
    year: int
    figures: tuple[tuple[str, str, str], ...]  # (label, value, detail): stock, then abatement
    bars: tuple[Bar, ...]  # one a figure
    lines: tuple[str, ...]  # what of the abatement is proved, and who pays
    gaps: tuple[GapLine, ...]
    tasks: tuple[PageTask, ...]  # those of the map first; numbered in this order
    unplaced: tuple[tuple[str, str, str], ...] = ()
    """(id_residence, words, why) not drawn: located to the commune only."""
    notes: tuple[str, ...] = ()
    margin: float = 0.05
    wave: str = ""  # of the lines
    gap_scope: str = ""  # over whom the lines are measured, or why none is shown
    doubtful: int = 0  # dwellings to check, in the quarter or next to it
    everyone: bool = False  # answers of all bailleurs, for want of this one's name in the survey
    unsure_names: tuple[str, ...] = ()  # of the résidences that have dwellings to check
    heard: str = ""  # answers for a hundred dwellings, here and elsewhere


@dataclass(frozen=True, slots=True)
class Sheet:
    """What both other pages of a quarter bear: title, what they are of, marks, foot, day of the dossier."""

    title: str
    subtitle: str
    mark: str
    foot: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class AxisLine:
    """An axis of the second face: what was done and is proved, what tenants answer."""

    title: str  # the axis
    actions: tuple[str, ...]  # its largest ones
    valued: str  # this year
    before: str  # last year
    bar: Bar  # what of it is proved
    proved: str
    missing: tuple[str, ...]  # the pieces to join, each with what it would prove
    answers: tuple[GapLine, ...]  # each question once, under the first axis that it is of
    silent: str = ""  # why there is no answer


@dataclass(frozen=True, slots=True)
class Face:
    """The second face of a quarter's page: action, proof, answers."""

    sheet: Sheet
    lead: str
    headers: tuple[str, ...]
    axes: tuple[AxisLine, ...]
    total: AxisLine | None  # all axes; its `silent` reads the abatement
    key: str
    changed: tuple[str, ...]
    photos: tuple[tuple[str, bytes], ...]  # (caption, JPEG)


@dataclass(frozen=True, slots=True)
class DoneLine:
    """What was done of one kind, on the page of residents, and what they answered of it."""

    label: str  # the kind
    detail: str  # its largest action
    amount: str  # its euros
    answers: tuple[tuple[str, GapLine], ...] = ()  # (sentence, line)
    silent: str = ""  # why there is no answer


@dataclass(frozen=True, slots=True)
class Leaflet:
    """The page for residents of a quarter."""

    sheet: Sheet
    lead: str
    money_title: str
    money: tuple[str, str]  # before the bar, then after it
    bar: Bar  # tax spared that is proved, declared, still due; no part if unknown
    bar_key: tuple[tuple[str, str], ...]  # each part of the bar, with its euros
    answers_title: str  # what the answers are of
    answers_intro: str  # why none is shown
    answers: tuple[tuple[str, GapLine], ...]  # (sentence, line): the general question
    answers_note: str  # what marks mean
    done_title: str
    done_heads: tuple[str, ...]
    """Of the lines of what was done: kind, euros, answers; without the last where none is shown."""
    done: tuple[DoneLine, ...]  # largest first; the others together, then all of them
    done_note: tuple[str, ...]  # under the lines, or in their place
    open: tuple[tuple[str, tuple[str, ...]], ...]
    """(title, lines): where, what is not known, whom to ask."""


@dataclass(frozen=True, slots=True)
class MapTask:
    """A thing to do as the web map lists it, in French."""

    title: str  # what to do
    stake: str  # how many euros
    names: str  # of the résidences or quarters it is about
    day: str  # by when
    homes: tuple[str, ...] = ()  # `id_residence` of the places it is about
    quarters: tuple[str, ...] = ()  # `code_qpv` of the places it is about


@dataclass(frozen=True, slots=True)
class MapModel:
    """All that the web map and the print maps need, in French and protected."""

    title: str
    bailleur: str
    year: int
    date: str
    vintage: int
    run_hash: str
    fictional: bool
    qpv: gpd.GeoDataFrame
    """`code_qpv, nom, commune, logements, residences, abattement_eur, valorise_eur,
    abattement_par_logement_eur, valorise_par_logement_eur` (float, NaN where unknown), `etats` (the states
    of the abatement, in words), `prouve`, `locataires` (words of the share proved, and of how many tenants
    are content with their résidence); EPSG:4326."""
    qpv_old: gpd.GeoDataFrame  # `code_qpv, nom`: the other vintage, ghosted; EPSG:4326
    residences: pd.DataFrame
    """`id_residence, nom, bailleur, commune, adresse, statut (dans|hors|a_verifier), code_qpv, logements,
    dessines, non_dessines, distance_m, motif, coupee, longitude, latitude`, grouping columns free;
    `dessines`: dwellings of its mark (those to check where it is in doubt), `non_dessines`: those to check
    that no mark counts; `coupee` (dwellings on each side, words) is empty but for a résidence that the
    limit cuts, placed on its declared side. With money: `acquis, a_reclamer, a_risque` (float, euros, NaN
    where unknown) and `etat_avis` (words)."""
    marks: pd.DataFrame
    gaps: pd.DataFrame
    """`code_qpv, vague, item, libelle, theme, ecart, ic90_bas, ic90_haut, n, verdict, phrase, publication,
    faible` (« fragile », « isolé »): per QPV, protected; `code_qpv` « total » is the convention."""
    pages: tuple[QpvPage, ...]
    ground: Ground
    sources: tuple[str, ...] = ()
    territories: tuple[Territory, ...] = ()
    """Those with an overview in addition to the whole stock's."""
    online: bool = False
    """Whether the web map offers the tiles of the Plan IGN under the data; off, it makes no request."""
    draft: bool = False
    tasks: tuple[MapTask, ...] = ()  # what is to do, as the panel lists it
    verdict: str = ""  # what is justified and proved, in a line
    claim_until: str = ""  # the last day to claim

    def dwellings_in(self, codes: Collection[str]) -> int | None:
        """Return the dwellings of some quarters together; None where one of them is not known."""
        own = self.qpv["logements"][self.qpv["code_qpv"].isin(list(codes))]
        return None if own.isna().any() else int(own.sum())
