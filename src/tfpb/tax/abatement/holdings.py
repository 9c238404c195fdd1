"""The stock as the tax sees it: dwellings of each résidence and building, by side of the limit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.errors import Fault, Place
from tfpb.facts.place import (
    evolution_between,
    holds_of_counts,
    main_of,
    on_map,
    quarter_of_door,
)
from tfpb.model.codes import Evolution, QpvStatut
from tfpb.model.columns import numbers, texts
from tfpb.model.legal.map_table import VINTAGES, before, pair_of
from tfpb.model.tables import STOCK, contract
from tfpb.tax.plain_values import Record, records, repeats
from tfpb.words.money.accounts import SAME_RESIDENCE, YEAR_TO_GIVE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from tfpb.facts.quarter import Quarters
    from tfpb.law.values import Reader
    from tfpb.model.arrays import Flags, Integers

    Named = Mapping[str, int | None]

_OVERSEAS: Final = ("97", "98")
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
    """Dwellings that share one fate: an entrance, or one side of a résidence."""

    dwellings: int
    side: str  # `QpvStatut`
    code_qpv: str = ""  # quarter that contains them, or the nearest when in doubt
    exempt_until: dt.date | None = None  # last day of the long-term exemption
    demolition: int | None = None  # year, planned or past, as for delivery and sale
    delivery: int | None = None
    sale: int | None = None
    building: str = ""
    reason: str = ""  # motive of eligibility
    address: str = ""
    parcel: str = ""
    built: int | None = None  # year of construction
    renewed: int | None = None  # year of the last réhabilitation
    left: str | None = None
    """Quarter of the earlier map that the ruling map took it out of; empty when unknown."""
    row: int = 0  # row of the stock's file; 0 when unknown
    counted: bool = True  # False when its dwellings are not given: `dwellings` is then 0
    even: bool = False  # whether all units weigh the same: its résidence counts no dwelling

    @property
    def weight(self) -> int:
        """What it weighs in a share of its résidence; never a number of dwellings to print."""
        return 1 if self.even else self.dwellings


@dataclass(frozen=True, slots=True)
class Holding:
    """A résidence, or one of its buildings, with its units."""

    id_residence: str
    nom: str
    bailleur: str
    commune: str
    code_insee: str
    code_qpv: str
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

    def stands(self, side: str) -> bool:
        """Return whether some of it is on a side, its dwellings counted or not."""
        return any(u.side == side and (u.weight or not u.counted) for u in self.units)

    def share(self, side: str) -> Decimal:
        """Return the part of its dwellings on a side; of its units where none counts any."""
        whole = sum(u.weight for u in self.units)
        return Decimal(sum(u.weight for u in self.units if u.side == side)) / whole

    def left_by(self, named: Named) -> tuple[Unit, ...]:
        """Return the units of the buildings that no line names: lines that name no building carry them.

        Where those lines count more dwellings, what the others leave of the buildings they name is theirs
        too; where they count more still, all of it is: a loge of one dwelling takes no building. A line
        that does not count leaves all of its building. `named`: dwellings counted by building, "" where
        none is named.
        """
        counts = {b: 0 for b in named if b}
        for unit in self.units:
            if unit.building in counts:
                counts[unit.building] += unit.dwellings
        free = tuple(u for u in self.units if u.building not in counts)
        short = {b: n for b, n in named.items() if b and n is not None and n < counts[b]}
        loose = named.get("")
        if "" in named and None in (n for b, n in named.items() if b and counts[b]):
            whole = {b for b, n in named.items() if n is not None and b not in short}
            return tuple(u for u in self.units if u.building not in whole)
        if not short or (loose is not None and loose <= sum(u.dwellings for u in free)):
            return free
        rest = self.dwellings - sum(short.get(b, n) for b, n in counts.items())
        if loose is not None and loose > rest:
            return tuple(u for u in self.units if u.building not in counts or u.building in short)
        return free + tuple(self._rest(short))

    def lacks(self, building: str, named: Named) -> bool:
        """Return whether a building is none of its own: lines that name each of these count all of it.

        Another spelling of one of them would leave that one short of lines; a building whose lines count
        no dwelling is not looked for, and one of a résidence out of every quarter is out with it.
        """
        if all(u.side == QpvStatut.HORS for u in self.units):
            return False
        own: Counter[str] = Counter()
        for unit in self.units:
            own[unit.building] += unit.dwellings
        if building in {"", *own} or not named.get(building) or "" in own or not self.counted:
            return False
        return all((named.get(b) or 0) >= max(count, 1) for b, count in own.items())

    def _rest(self, short: Mapping[str, int]) -> Iterator[Unit]:
        """Yield what lines that count few dwellings leave of the buildings they name.

        Of a building whose entrances do not share one fate, all of it: nothing says which the lines are of.
        """
        for building, count in short.items():
            own = [u for u in self.units if u.building == building]
            gone = count if len({(u.side, u.code_qpv, u.exempt_until) for u in own}) == 1 else 0
            for unit in own:
                out = min(gone, unit.dwellings)
                gone -= out
                if out < unit.dwellings:
                    yield replace(unit, dwellings=unit.dwellings - out) if out else unit

    def part(self, units: tuple[Unit, ...]) -> Holding:
        """Return some of its units as a holding of their own, in the quarter of most of them."""
        return replace(self, units=_evened(units), code_qpv=_main_quarter(units))

    @property
    def overseas(self) -> bool:
        """Whether it stands overseas."""
        return overseas(self.code_insee)


def overseas(code_insee: str) -> bool:
    """Return whether a commune is overseas."""
    return code_insee.startswith(_OVERSEAS)


class Stock:
    """Résidences and buildings by identifier, on the map that rules a tax year.

    `residences` are rows of `RESIDENCE_COLUMNS`; `moved` gives what became of a résidence where it is not
    what its row says.
    """

    def __init__(
        self,
        residences: list[Record],
        units: Mapping[str, tuple[Unit, ...]],
        quarters: Quarters,
        moved: Mapping[str, str],
    ) -> None:
        self.quarters = quarters
        self._by_id: dict[str, Holding] = {}
        for row in residences:
            key = row.text("id_residence")
            held = _holding(row, units.get(key, ()))
            self._by_id[key] = replace(held, evolution=moved[key]) if key in moved else held

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """Every résidence, in the order of the table."""
        return tuple(self._by_id.values())

    @property
    def dated(self) -> bool:
        """Whether it knows when some of it was built."""
        return any(u.built is not None for h in self.holdings for u in h.units)

    def residence(self, identifier: str) -> Holding | None:
        """Return a résidence."""
        return self._by_id.get(identifier)

    def find(self, identifier: str, building: str, named: Named | None = None) -> Holding | None:
        """Return the building of a résidence when the stock knows it, else what its other lines do not carry.

        None for a building that is not in the stock, nor another writing of one that is (`Holding.lacks`).
        Where `named` lines (see `left_by`) carry all of it, the whole résidence.
        """
        holding = self._by_id.get(identifier)
        if holding is None or holding.lacks(building, named or {}):
            return None
        own = tuple(u for u in holding.units if building and u.building == building)
        units = own or holding.left_by(named or {})
        return holding.part(units) if units and units != holding.units else holding


class Stocks:
    """The stock on the map of any tax year; made once a map.

    `residences` are `RESIDENCE_COLUMNS`; without `entrances` (stock and `LOCATION_COLUMNS`), a résidence is
    known by its counts alone.
    """

    def __init__(
        self, residences: pd.DataFrame, entrances: pd.DataFrame | None, quarters: Quarters
    ) -> None:
        self._homes = records(residences)
        self._residences, self._entrances, self._quarters = residences, entrances, quarters
        self._doors = records(entrances)
        self._stocks: dict[tuple[int, int], Stock] = {}

    def on(self, reader: Reader) -> Stock:
        """Return the stock on the map that rules the reader's year."""
        key = (reader.whole("carte_qpv"), reader.whole("carte_qpv_outremer"))
        if key not in self._stocks:
            units = self._units(key)
            self._stocks[key] = Stock(self._homes, units, self._quarters, self._moved(key))
        return self._stocks[key]

    def _moved(self, vintages: tuple[int, int]) -> dict[str, str]:
        """Return what became of each résidence by another pair of maps than the one it was located on.

        It is that of most of its dwellings, as of any résidence.
        """
        doors = self._entrances
        if doors is None or "qpv_millesime" not in doors or not self._doors:
            return {}
        rules = {
            r.text("id_residence"): _ruling(r.text("code_insee"), vintages) for r in self._homes
        }
        homes, own = texts(doors, "id_residence"), numbers(doors, "qpv_millesime")
        weighed: dict[str, Counter[str]] = {}
        for vintage in set(rules.values()) & set(VINTAGES):
            pair = pair_of(vintage)
            moved = (homes.map(rules) == vintage).to_numpy() & np.array(
                [not np.isnan(v) and v in VINTAGES and pair_of(int(v)) != pair for v in own], bool
            )
            became = evolution_between(doors[moved], pair)
            dwellings = np.nan_to_num(numbers(doors[moved], "nb_logements"), nan=0.0)
            for home, one, count in zip(homes[moved], became, dwellings, strict=True):
                weighed.setdefault(home, Counter())[one] += int(count)
        return {home: counts.most_common(1)[0][0] for home, counts in weighed.items()}

    def _units(self, vintages: tuple[int, int]) -> dict[str, tuple[Unit, ...]]:
        """Return the units of each résidence; those without entrances, by their counts."""
        rules = {
            r.text("id_residence"): _ruling(r.text("code_insee"), vintages) for r in self._homes
        }
        found: dict[str, list[Unit]] = {}
        for home, unit in self._of_doors(rules):
            found.setdefault(home, []).append(unit)
        bare = [r for r in self._homes if r.text("id_residence") not in found]
        if bare:
            known = texts(self._residences, "id_residence").isin(found).to_numpy()
            held = holds_of_counts(self._residences[~known])
            of_home = {r.text("id_residence"): r for r in bare}
            for part in records(held):
                home = part.text("id_residence")
                found.setdefault(home, []).append(_counted(part, of_home[home], rules[home]))
        return {home: _evened(tuple(units)) for home, units in found.items()}

    def _of_doors(self, rules: Mapping[str, int]) -> Iterator[tuple[str, Unit]]:
        """Return the unit of each entrance, with the résidence it is of."""
        if self._entrances is None or not self._doors:
            return
        homes = texts(self._entrances, "id_residence").tolist()
        vintages = np.array([rules.get(home, 0) for home in homes], dtype=np.int64)
        placed = on_map(self._entrances, vintages)
        unread = _unread(self._entrances, vintages)
        sides = texts(placed, "qpv_statut").mask(unread, str(QpvStatut.A_VERIFIER)).tolist()
        codes = quarter_of_door(placed).tolist()
        for home, row, side, code, vintage in zip(
            homes, self._doors, sides, codes, vintages.tolist(), strict=True
        ):
            yield home, _unit(row, side, code, vintage)


def _unread(doors: pd.DataFrame, vintages: Integers) -> Flags:
    """Return which doors were not located on the map that rules them: another map gives no answer."""
    own = numbers(doors, "qpv_millesime")
    off: Flags = ~np.isnan(own) & (own != vintages)
    for vintage in np.unique(vintages[off]).tolist():
        off &= (vintages != vintage) | (texts(doors, f"qpv{vintage}_statut") == "").to_numpy()
    return off


def _ruling(code_insee: str, vintages: tuple[int, int]) -> int:
    return vintages[1] if overseas(code_insee) else vintages[0]


def _evened(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Let units weigh evenly where their résidence, or building, counts no dwelling: no share is by zero."""
    if any(u.dwellings for u in units):
        return units
    return tuple(replace(u, even=True) for u in units)


def _holding(row: Record, units: tuple[Unit, ...]) -> Holding:
    return Holding(
        id_residence=row.text("id_residence"),
        nom=row.text("nom"),
        bailleur=row.text("bailleur"),
        commune=row.text("commune"),
        code_insee=row.text("code_insee"),
        code_qpv=_main_quarter(units),
        evolution=row.text("evolution"),
        units=units,
    )


def _unit(row: Record, side: str, code: str, vintage: int) -> Unit:
    old = before(vintage) if vintage in VINTAGES else None
    leaves = side == QpvStatut.HORS and old is not None
    was_in = row.text(f"qpv{old}_statut") == QpvStatut.DANS
    dwellings = row.whole("nb_logements")
    return Unit(
        dwellings=0 if dwellings is None else dwellings,
        side=side or QpvStatut.A_VERIFIER,
        code_qpv=code,
        exempt_until=row.day("fin_exoneration"),
        demolition=_year(row, "demolition"),
        delivery=_year(row, "livraison"),
        sale=_year(row, "vente"),
        building=row.text("id_batiment"),
        reason=row.text("motif_eligibilite"),
        address=row.text("result_label") or row.text("adresse"),
        parcel=row.text("parcelle") or row.text("result_parcelle"),
        built=row.whole("annee_construction"),
        renewed=row.whole("annee_rehabilitation"),
        left=row.text(f"qpv{old}_code") if leaves and was_in else None,
        row=row.place().row,
        counted=dwellings is not None,
    )


def _year(row: Record, what: str) -> int | None:
    """Return the year of what happens to an entrance: of its date, else as it is planned."""
    day = row.day(f"date_{what}")
    return row.whole(f"annee_{what}") if day is None else day.year


def _counted(part: Record, row: Record, vintage: int) -> Unit:
    """Make a unit of one side of a résidence, from its counts."""
    side = part.text("cote")
    gone = row.text("evolution") == Evolution.SORTANT and vintage != VINTAGES[0]
    return Unit(
        part["logements"],
        side,
        part.text("code_qpv"),
        exempt_until=row.day("fin_exoneration"),
        reason=row.text("motif_eligibilite"),
        built=row.whole("annee_construction"),
        renewed=row.whole("annee_rehabilitation"),
        left="" if side == QpvStatut.HORS and gone else None,
        row=row.place().row,
        counted=not part["sans_compte"],
    )


def _main_quarter(units: tuple[Unit, ...]) -> str:
    """Return the quarter of most dwellings, as of any résidence (`facts.place`)."""
    held: dict[tuple[str, str], tuple[int, int]] = {}
    for unit in units:
        dwellings, doors = held.get((unit.code_qpv, unit.side), (0, 0))
        held[unit.code_qpv, unit.side] = (dwellings + unit.dwellings, doors + 1)
    return main_of((code, side, *counts) for (code, side), counts in held.items())


def entrances_of(
    frame: pd.DataFrame, headers: Iterable[str]
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Return the entrances of a located stock; None when it counts dwellings by résidence.

    An entrance without a side is `a_verifier`. Faults: `cote_absent` when the file has no side,
    `colonne_absente` when it counts no dwellings, `ligne_en_double` for a repeated résidence.
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
