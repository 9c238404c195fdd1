"""The stock as the tax sees it: dwellings of each résidence and building, by side of the limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place
from tfpb.model.codes import Evolution, QpvStatut
from tfpb.model.tables import STOCK, contract
from tfpb.tax.plain_values import Record, grouped, records, repeats
from tfpb.words.money.accounts import SAME_RESIDENCE, YEAR_TO_GIVE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import pandas as pd

    from tfpb.law.values import Reader

_OVERSEAS: Final = ("97", "98")
_OLD: Final = 2015
_COUNTS: Final = {"nb_logements", "logements_dans", "logements_hors", "logements_a_verifier"}
LOCATED: Final = contract(
    "residences",
    *(
        replace(c, required=c.name == "id_residence", filled=c.name == "id_residence")
        for c in STOCK.columns
    ),
)
"""What `tfpb localiser` writes (entrances), or a table of résidences; only the key is required."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Dwellings that share one fate: an entrance, or one side of a résidence.

    Parameters
    ----------
    dwellings : int
    side : str
        `QpvStatut`.
    code_qpv, nom_qpv : str
        Quarter that holds them, or the nearest when in doubt.
    exempt_until : date, optional
        Last day of the long-term exemption.
    demolition, delivery : int, optional
        Planned years.
    building, reason, address, parcel : str
        Building, motive of eligibility, address, cadastral reference.
    built : int, optional
        Year of construction.
    left : str, optional
        Quarter of 2015 that the map of 2024 took it out of; empty when that quarter is not known.
    row : int
        Row of the stock's file; 0 when it is not known.
    counted : bool
        Whether its dwellings are told; when they are not, `dwellings` weighs nothing, or as any other.
    """

    dwellings: int
    side: str
    code_qpv: str = ""
    nom_qpv: str = ""
    exempt_until: dt.date | None = None
    demolition: int | None = None
    delivery: int | None = None
    building: str = ""
    reason: str = ""
    address: str = ""
    parcel: str = ""
    built: int | None = None
    left: str | None = None
    row: int = 0
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Holding:
    """A résidence, or one of its buildings, with its units."""

    id_residence: str
    nom: str
    bailleur: str
    commune: str
    code_insee: str
    code_qpv: str
    nom_qpv: str
    evolution: str
    units: tuple[Unit, ...]

    @property
    def dwellings(self) -> int:
        """All dwellings."""
        return sum(u.dwellings for u in self.units)

    @property
    def counted(self) -> bool:
        """Whether the dwellings of every unit are told."""
        return all(u.counted for u in self.units)

    def count(self, side: str) -> int:
        """Count the dwellings of a side."""
        return sum(u.dwellings for u in self.units if u.side == side)

    def part(self, units: tuple[Unit, ...]) -> Holding:
        """Return some of its units as a holding of their own, in the quarter of most of them."""
        code, name = _main_quarter(units)
        return replace(self, units=units, code_qpv=code, nom_qpv=name)

    @property
    def overseas(self) -> bool:
        """Whether it stands overseas."""
        return overseas(self.code_insee)


def overseas(code_insee: str) -> bool:
    """Return whether a commune is overseas."""
    return code_insee.startswith(_OVERSEAS)


class Stock:
    """Résidences and buildings by identifier, on the map that rules a tax year.

    Parameters
    ----------
    residences : list of dict
        Rows of `RESIDENCE_COLUMNS`.
    doors : mapping
        Located entrances by identifier.
    vintages : tuple of int
        The map that rules in metropolitan France, and overseas.
    """

    def __init__(
        self, residences: list[Record], doors: dict[str, list[Record]], vintages: tuple[int, int]
    ) -> None:
        self._by_id: dict[str, Holding] = {}
        for row in residences:
            holding = _holding(row, doors.get(row.text("id_residence"), []), vintages)
            self._by_id[holding.id_residence] = holding

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """Every résidence, in the order of the table."""
        return tuple(self._by_id.values())

    def residence(self, identifier: str) -> Holding | None:
        """Return a résidence."""
        return self._by_id.get(identifier)

    def find(self, identifier: str, building: str) -> Holding | None:
        """Return the building of a résidence when the stock knows it, else the whole résidence."""
        holding = self._by_id.get(identifier)
        if holding is None or not building:
            return holding
        units = tuple(u for u in holding.units if u.building == building)
        return holding.part(units) if units else holding


class Stocks:
    """The stock on the map of any tax year; made once a map.

    Parameters
    ----------
    residences : DataFrame
        `RESIDENCE_COLUMNS`.
    entrances : DataFrame or None
        Stock and `LOCATION_COLUMNS`; without it a résidence is known by its counts alone.
    """

    def __init__(self, residences: pd.DataFrame, entrances: pd.DataFrame | None) -> None:
        self._homes = records(residences)
        self._doors = grouped(records(entrances), lambda r: r.text("id_residence"))
        self._made: dict[tuple[int, int], Stock] = {}

    def on(self, reader: Reader) -> Stock:
        """Return the stock on the map that rules the reader's year."""
        key = (reader.whole("carte_qpv"), reader.whole("carte_qpv_outremer"))
        if key not in self._made:
            self._made[key] = Stock(self._homes, self._doors, key)
        return self._made[key]


def _holding(row: Record, doors: list[Record], vintages: tuple[int, int]) -> Holding:
    code_insee = row.text("code_insee")
    vintage = vintages[1] if overseas(code_insee) else vintages[0]
    units = tuple(_unit(d, vintage) for d in doors) or _units_of_counts(row, vintage)
    if doors and sum(u.dwellings for u in units) == 0:
        units = tuple(replace(u, dwellings=1) for u in units)  # sides count evenly, never by zero
    code, name = row.text("code_qpv"), row.text("nom_qpv")
    if doors and (not code or code not in {u.code_qpv for u in units}):
        code, name = _main_quarter(units)
    return Holding(
        id_residence=row.text("id_residence"),
        nom=row.text("nom"),
        bailleur=row.text("bailleur"),
        commune=row.text("commune"),
        code_insee=code_insee,
        code_qpv=code,
        nom_qpv=name,
        evolution=row.text("evolution"),
        units=units,
    )


def _unit(row: Record, vintage: int) -> Unit:
    side, code = row.text("qpv_statut"), row.text("qpv_code")
    name = row.text("qpv_nom")
    own = row.text(f"qpv{vintage}_statut")
    if own and row.whole("qpv_millesime") != vintage:
        side, code, name = own, row.text(f"qpv{vintage}_code"), ""
    if side == QpvStatut.A_VERIFIER and not code:
        code, name = row.text("qpv_proche_code"), row.text("qpv_proche_nom")
    if side == QpvStatut.HORS:
        code, name = "", ""
    leaves = side == QpvStatut.HORS and vintage != _OLD
    was_in = row.text(f"qpv{_OLD}_statut") == QpvStatut.DANS
    dwellings = row.whole("nb_logements")
    return Unit(
        dwellings=dwellings or 0,
        side=side or QpvStatut.A_VERIFIER,
        code_qpv=code,
        nom_qpv=name,
        exempt_until=row.day("fin_exoneration"),
        demolition=row.whole("annee_demolition"),
        delivery=row.whole("annee_livraison"),
        building=row.text("id_batiment"),
        reason=row.text("motif_eligibilite"),
        address=row.text("result_label") or row.text("adresse"),
        parcel=row.text("parcelle") or row.text("result_parcelle"),
        built=row.whole("annee_construction"),
        left=row.text(f"qpv{_OLD}_code") if leaves and was_in else None,
        row=row.place().row,
        counted=dwellings is not None,
    )


def _units_of_counts(row: Record, vintage: int) -> tuple[Unit, ...]:
    """Make one unit a side from the counts of a résidence."""
    code, name = row.text("code_qpv"), row.text("nom_qpv")
    gone = row.text("evolution") == Evolution.SORTANT and vintage != _OLD
    counts = {
        QpvStatut.DANS: row.whole("logements_dans") or 0,
        QpvStatut.HORS: row.whole("logements_hors") or 0,
        QpvStatut.A_VERIFIER: row.whole("logements_a_verifier") or 0,
    }
    told = any(counts.values()) or row.whole("nb_logements") is not None
    if not any(counts.values()):
        side = row.text("cote") or QpvStatut.A_VERIFIER
        counts = {QpvStatut(side): max(1, row.whole("nb_logements") or 0)}
    return tuple(
        Unit(
            n,
            side,
            "" if side == QpvStatut.HORS else code,
            "" if side == QpvStatut.HORS else name,
            exempt_until=row.day("fin_exoneration"),
            reason=row.text("motif_eligibilite"),
            built=row.whole("annee_construction"),
            left="" if side == QpvStatut.HORS and gone else None,
            row=row.place().row,
            counted=told,
        )
        for side, n in counts.items()
        if n
    )


def _main_quarter(units: tuple[Unit, ...]) -> tuple[str, str]:
    """Return the quarter of most dwellings, those in before those in doubt; first by code when even."""
    for side in (QpvStatut.DANS, QpvStatut.A_VERIFIER):
        weight: dict[tuple[str, str], int] = {}
        for unit in units:
            if unit.side == side and unit.code_qpv:
                key = (unit.code_qpv, unit.nom_qpv)
                weight[key] = weight.get(key, 0) + unit.dwellings
        if weight:
            return min(weight, key=lambda k: (-weight[k], k))
    return "", ""


def entrances_of(
    frame: pd.DataFrame, headers: Iterable[str]
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Return the entrances of a located stock; None when it counts dwellings by résidence.

    Parameters
    ----------
    frame : DataFrame
        Typed by `LOCATED`.
    headers : iterable of str
        Columns of the contract that the file holds.

    Returns
    -------
    entrances : DataFrame or None
        An entrance without a side is `a_verifier`.
    faults : list of Fault
        `cote_absent` when the file holds no side; `colonne_absente` when it counts no dwellings;
        `ligne_en_double` for a repeated résidence.
    """
    held = set(headers)
    here = replace(records(frame.head(1))[0].place(), row=0) if len(frame) else Place()
    if "qpv_statut" in held:
        if not held & _COUNTS:
            column = LOCATED.column("nb_logements")
            names = ", ".join(c.name for c in LOCATED.columns if c.name in held)
            fields = {
                "colonne": column.name,
                "signification": column.label,
                "lues": names,
                "aussi": "",
            }
            return None, [Fault("colonne_absente", here, "", fields)]
        side = frame["qpv_statut"].astype(object)
        known = side.where(side.notna() & (side != ""), str(QpvStatut.A_VERIFIER))
        return frame.assign(qpv_statut=known), []
    if held & {"logements_dans", "cote"}:
        return None, _repeated(frame)
    return None, [Fault("cote_absent", here, "", {"annee": YEAR_TO_GIVE})]


def _repeated(frame: pd.DataFrame) -> list[Fault]:
    twice = repeats(records(frame), lambda r: r.text("id_residence"), "id_residence")
    return [
        Fault("ligne_en_double", here, row.text("id_residence"), {"autre": first, **SAME_RESIDENCE})
        for row, here, first in twice
    ]
