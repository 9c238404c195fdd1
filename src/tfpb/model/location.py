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
    """One vintage of the quarters.

    Parameters
    ----------
    vintage : int
        Of `model.legal.map_table`.
    frame : GeoDataFrame
        `code_qpv, nom_qpv, communes` (text as published), `codes_insee` (tuple of str, empty if not
        published), `geometry` (valid MultiPolygons), CRS EPSG:4326.
    source, licence, date : str
        Where it comes from.
    sha256 : str
        Hash of the imported file.
    mended : tuple of str
        Codes whose polygon was invalid and was mended.
    """

    vintage: int
    frame: gpd.GeoDataFrame
    source: str = ""
    licence: str = ""
    date: str = ""
    sha256: str = ""
    mended: tuple[str, ...] = ()

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
    """The stock, geocoded and located for one tax year.

    Parameters
    ----------
    year : int
        Tax year.
    vintage : int
        Map that rules the year.
    entrances : DataFrame
        Stock columns + `RESULT_COLUMNS` + `LOCATION_COLUMNS` (+ stamp): one row an entrance.
    residences : DataFrame
        `RESIDENCE_COLUMNS`.
    held : DataFrame
        Who holds what where, as `facts.place.holds` gathers the entrances; `facts.place.located_stock`
        makes all of it.
    correspondence : DataFrame
        The map before → the ruling one, by overlay: `code_<map>, nom_<map>` of both, `surface_commune_m2,
        part_<map>` of both, `logements, lien` (identique|modifie|scinde|fusionne|nouveau|disparu).
    """

    year: int
    vintage: int
    entrances: pd.DataFrame
    residences: pd.DataFrame
    held: pd.DataFrame
    correspondence: pd.DataFrame
    notices: tuple[Fault, ...] = ()


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
    codes : tuple of str
        Its quarters, sorted.
    """

    slug: str
    name: str
    codes: tuple[str, ...]


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
    """A whole and its parts, by claim: what is drawn under a figure.

    Parameters
    ----------
    parts : tuple of (name of claim, size)
        What is known of each part, at least.
    words : str
        The same, written under it.
    bounded : bool
        Whether the whole is not known: its frame is dotted.
    """

    parts: tuple[tuple[str, float], ...] = ()
    words: str = ""
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class PageTask:
    """A line of what is left to do: what it is worth, until when; `home`, the résidence it is about."""

    text: str
    stake: str
    due: str
    home: str = ""


@dataclass(frozen=True, slots=True)
class QpvPage:
    """The A4 page of one quarter.

    Parameters
    ----------
    figures : tuple of (label, value, detail)
        Stock, then abatement.
    bars : tuple of Bar
        One a figure.
    lines : tuple of str
        What of the abatement is proved, and who pays.
    tasks : tuple of PageTask
        Those of the map first; numbered in this order.
    unplaced : tuple of (id_residence, words, why)
        What is not drawn: its place is known to the commune alone.
    """

    code_qpv: str
    nom: str
    commune: str
    bailleur: str
    year: int
    figures: tuple[tuple[str, str, str], ...]
    bars: tuple[Bar, ...]
    lines: tuple[str, ...]
    gaps: tuple[GapLine, ...]
    tasks: tuple[PageTask, ...]
    unplaced: tuple[tuple[str, str, str], ...] = ()
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
    """An axis of the second face: what was done and is proved, what tenants answer.

    Parameters
    ----------
    title, actions : str
        The axis; its largest actions.
    valued, before : str
        This year and last.
    bar : Bar
        What of it is proved.
    missing : tuple of str
        The pieces to join, each with what it would prove.
    answers : tuple of GapLine
        Each question once, under the first axis that it is of.
    silent : str
        Why there is none.
    """

    title: str
    actions: tuple[str, ...]
    valued: str
    before: str
    bar: Bar
    proved: str
    missing: tuple[str, ...]
    answers: tuple[GapLine, ...]
    silent: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """The second face of a quarter's page: action, proof, answers.

    Parameters
    ----------
    total : AxisLine
        All axes; its `silent` reads the abatement.
    key, changed : tuple of str
    photos : tuple of (caption, JPEG)
    """

    sheet: Sheet
    lead: str
    headers: tuple[str, ...]
    axes: tuple[AxisLine, ...]
    total: AxisLine | None
    key: str
    changed: tuple[str, ...]
    photos: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class DoneLine:
    """What was done of one kind, on the page of residents, and what they answered of it.

    Parameters
    ----------
    label, detail, amount : str
        The kind, its largest action, its euros.
    answers : tuple of (sentence, line)
    silent : str
        Why there is none.
    """

    label: str
    detail: str
    amount: str
    answers: tuple[tuple[str, GapLine], ...] = ()
    silent: str = ""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """The page for who lives in a quarter.

    Parameters
    ----------
    money : tuple of str
        Before the bar, then after it.
    bar : Bar
        What of the tax that was spared has its proof, is declared, is still due; no part if it is not known.
    bar_key : tuple of (name, text)
        Each part of the bar, with its euros.
    answers : tuple of (sentence, line)
        The general question.
    answers_title, answers_intro, answers_note : str
        What they are of, why none is shown, what marks mean.
    done_title : str
    done_heads : tuple of str
        Of the lines of what was done: kind, euros, answers; without the last where none is shown.
    done : tuple of DoneLine
        Largest first; the others together, then all of them.
    done_note : tuple of str
        Under the lines, or in their place.
    open : tuple of (title, lines)
        Where, what is not known, whom to ask.
    """

    sheet: Sheet
    lead: str
    money_title: str
    money: tuple[str, str]
    bar: Bar
    bar_key: tuple[tuple[str, str], ...]
    answers_title: str
    answers_intro: str
    answers: tuple[tuple[str, GapLine], ...]
    answers_note: str
    done_title: str
    done_heads: tuple[str, ...]
    done: tuple[DoneLine, ...]
    done_note: tuple[str, ...]
    open: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class MapTask:
    """A thing to do as the web map lists it, in French.

    Parameters
    ----------
    title, stake, names, day : str
        What, how many euros, of which résidences or quarters, by when.
    homes, quarters : tuple of str
        `id_residence` and `code_qpv` of the places it is about.
    """

    title: str
    stake: str
    names: str
    day: str
    homes: tuple[str, ...] = ()
    quarters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapModel:
    """All that the web map and the print maps need, in French and protected.

    Parameters
    ----------
    qpv : GeoDataFrame (EPSG:4326)
        `code_qpv, nom, commune, logements, residences, abattement_eur, valorise_eur,
        abattement_par_logement_eur, valorise_par_logement_eur` (float, NaN where unknown), `etats` (the
        states of the abatement, in words), `prouve`, `locataires` (words of the share proved, and of how
        many tenants are content with their résidence).
    qpv_old : GeoDataFrame (EPSG:4326)
        `code_qpv, nom`: the other vintage, ghosted.
    residences : DataFrame
        `id_residence, nom, bailleur, commune, adresse, statut (dans|hors|a_verifier), code_qpv,
        logements, dessines, non_dessines, distance_m, motif, coupee, longitude, latitude`, grouping columns
        free; `dessines`: dwellings that its mark stands for (those to check where it is in doubt),
        `non_dessines`: those to check that no mark stands for; `coupee`
        (dwellings on each side, words) is empty but for a résidence that the limit cuts, placed on the side
        it is told. With money: `acquis, a_reclamer, a_risque` (float, euros, NaN where unknown) and
        `etat_avis` (words).
    gaps : DataFrame
        `code_qpv, vague, item, libelle, theme, ecart, ic90_bas, ic90_haut, n, verdict, phrase,
        publication, faible` (« fragile », « isolé »): per QPV, protected; `code_qpv` « total » is the
        convention.
    online : bool
        Whether the web map offers the tiles of the Plan IGN under the data; off, it makes no request.
    territories : tuple of Territory
        Those with an overview beside that of the whole stock.
    tasks : tuple of MapTask
        What is to do, as the panel lists it.
    verdict, claim_until : str
        What is justified and proved, in a line; the last day to claim.
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
    marks: pd.DataFrame
    gaps: pd.DataFrame
    pages: tuple[QpvPage, ...]
    ground: Ground
    sources: tuple[str, ...] = ()
    territories: tuple[Territory, ...] = ()
    online: bool = False
    draft: bool = False
    tasks: tuple[MapTask, ...] = ()
    verdict: str = ""
    claim_until: str = ""

    def dwellings_in(self, codes: Collection[str]) -> int | None:
        """Return the dwellings of some quarters together; None where one of them is not known."""
        own = self.qpv["logements"][self.qpv["code_qpv"].isin(list(codes))]
        return None if own.isna().any() else int(own.sum())
