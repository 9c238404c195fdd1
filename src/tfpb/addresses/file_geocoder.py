"""Geocoding a whole file: index, service or both, by groups of rows.

What the service answered before a cut is kept with its other answers: it is not asked again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from tfpb.addresses.communes import Communes
from tfpb.addresses.replies import Answer, Query
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.errors import TfpbError
from tfpb.geocode.line.parser import parse
from tfpb.geocode.matcher import Geocoder
from tfpb.geocode.source import AddressSource, CommuneAddresses, Street
from tfpb.geocode.table_run import answered, doubt_shared_points, frame_of, geocode
from tfpb.geocode.town.commune_finder import CommuneFinder
from tfpb.io.sources.address_columns import ALIAS_COLUMNS, renamed_streets
from tfpb.io.tables.tabular import read_table
from tfpb.model.codes import GeocodeVerdict, ResultType
from tfpb.model.projection import from_lonlat, legal_epsg
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS
from tfpb.words.places.address_words import SERVICE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from tfpb.addresses.service import AddressService

_SURE_CODE: Final = 0.95
_POINT: Final = ("latitude", "longitude", "result_x", "result_y", "result_radius_m")
_NUMBER: Final = re.compile(r"^\s*(\d+)\s*(.*)$")
_STREET_ID: Final = re.compile(r"^([^_]+_[^_]+)_\d{5}(?:_.*)?$")
_KINDS: Final = {"housenumber": "street", "street": "street", "locality": "locality"}
Mode = Literal["index", "api", "auto"]
CACHE: Final = "service_adresses.sqlite"
"""File of the service's answers, in the folder of geography."""
CHUNK_ROWS: Final = 5_000
JOIN: Final = " | "
_APART_M: Final = 100.0
_NOWHERE: Final = frozenset({ResultType.MUNICIPALITY, ResultType.NONE})
_EXACT: Final = frozenset({ResultType.HOUSENUMBER, ResultType.RANGE})


class ServiceGeocoder:
    """Geocodes rows by the service's answers, graded as those of the index.

    `aliases`: old street name → current one.
    """

    def __init__(
        self, service: AddressService, communes: Communes, aliases: Mapping[str, str]
    ) -> None:
        self._service = service
        self._communes = communes
        self._aliases = aliases
        self._finder = CommuneFinder(communes)

    def run(self, addresses: pd.DataFrame) -> pd.DataFrame:
        """Geocode rows (`ADDRESS_COLUMNS`, text) by the service; it raises as `AddressService.ask`.

        `RESULT_COLUMNS`, same index.
        """
        # coordinates are checked against the extent of a commune, which a few answers do not give
        given = (addresses["x"] != "") & (addresses["y"] != "")
        nothing = AnsweredAddresses((), self._communes)
        known = geocode(addresses[given], nothing, self._communes)
        found = self._answered(addresses[~given])
        return pd.concat([known, found]).loc[addresses.index] if given.any() else found

    def _answered(self, addresses: pd.DataFrame) -> pd.DataFrame:
        rows = addresses[list(ADDRESS_COLUMNS)].itertuples(index=False, name=None)
        queries = [self._queries(*row[:4]) for row in rows]
        answers = self._service.ask(query for asked in queries for query in asked)
        source = AnsweredAddresses(answers.values(), self._communes)
        graded = geocode(addresses, source, self._communes, aliases=self._aliases)
        out = {name: graded[name].tolist() for name in RESULT_COLUMNS}
        for position, (asked, kind) in enumerate(zip(queries, out["result_type"], strict=True)):
            heard = [answers[query] for query in asked]
            if kind == ResultType.MUNICIPALITY:
                # the mean of a few answers is not the centre of the commune
                out["result_type"][position] = str(ResultType.NONE)
                for name in _POINT:
                    out[name][position] = np.nan
            if heard and all(answer.status == "error" for answer in heard):
                out["result_status"][position] = "error"
                out["result_reasons"][position] = "service_en_erreur"
            elif kind in _NOWHERE:
                others = out["result_alternatives"]
                others[position] = _refused(heard) or others[position]
        frame = pd.DataFrame(out, index=addresses.index)
        return frame.astype({name: graded[name].dtype for name in RESULT_COLUMNS})

    def _queries(self, address: str, postcode: str, commune: str, code: str) -> list[Query]:
        """Write what is sent: first number, and the other end of a range, with the street."""
        parsed = parse(address)
        if not parsed.query.strip():
            return []
        place = self._finder.place(code, postcode or parsed.postcode, commune or parsed.town)
        lines = [parsed.query]
        if len(parsed.numbers) > 1:
            lines.append(parsed.query_of(parsed.numbers[-1]))
        sure = place.codes and place.certainty >= _SURE_CODE
        if sure and not self._communes.arrondissements(place.codes[0]):
            return [Query(line, place.codes[0]) for line in lines]
        town = " ".join(t for t in (postcode or parsed.postcode, commune or parsed.town) if t)
        return [Query(f"{line} {town}".strip(), "") for line in lines]


def _refused(answers: list[Answer]) -> str:
    """List the addresses that the service answered and the grading refused: the user may choose one."""
    labels = dict.fromkeys(a.label for a in answers if a.status == "ok" and a.label)
    return " | ".join(f"{label} (0.00)" for label in labels)


class AnsweredAddresses:
    """An `AddressSource` made of answers, those without a street (communes, not found, in error) left out.

    `communes` turns the codes of the answers into current ones.
    """

    def __init__(self, answers: Iterable[Answer], communes: Communes) -> None:
        grouped: dict[str, dict[tuple[str, str, str], list[Answer]]] = {}
        for answer in dict.fromkeys(answers):
            if answer.status != "ok" or answer.type not in _KINDS:
                continue
            code = communes.resolve(answer.citycode) or answer.citycode
            name = answer.street or answer.name
            if answer.type == "housenumber" and not answer.street:
                name = answer.name.removeprefix(answer.number).strip()
            grouped.setdefault(code, {}).setdefault(
                (name, answer.postcode, answer.old_city), []
            ).append(answer)
        self._communes = {
            code: CommuneAddresses(
                code,
                communes.name(code) or next(iter(streets.values()))[0].city,
                tuple(_street(code, name, found) for (name, _, _), found in streets.items()),
            )
            for code, streets in grouped.items()
        }

    @property
    def vintage(self) -> str:
        """Name of the service: it publishes no date."""
        return SERVICE_NAME

    def commune(self, citycode: str) -> CommuneAddresses | None:
        """Return what was answered in a commune."""
        return self._communes.get(citycode)


def _street(citycode: str, name: str, answers: list[Answer]) -> Street:
    epsg = legal_epsg(citycode)
    x, y = from_lonlat([float(a.lon) for a in answers], [float(a.lat) for a in answers], epsg)
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    rows: dict[tuple[int, str], int] = {}
    for position, answer in enumerate(answers):
        found = _NUMBER.match(answer.number) if answer.type == "housenumber" else None
        if found:
            rows.setdefault((int(found[1]), found[2].strip().lower()), position)
    keys = sorted(rows)
    at = np.array([rows[key] for key in keys], dtype=np.intp)
    first = answers[0]
    cut = _STREET_ID.match(first.id) if first.type == "housenumber" else None
    return Street(
        id=cut[1] if cut else first.id,
        name=name,
        kind=_KINDS[first.type],
        postcode=first.postcode,
        citycode=citycode,
        old_city=first.old_city,
        numbers=np.array([number for number, _ in keys], dtype=np.int32),
        suffixes=tuple(suffix for _, suffix in keys),
        x=x[at],
        y=y[at],
        ids=tuple(answers[position].id for position in at.tolist()) or None,
        parcels=None,
        centre=(float(x.mean()), float(y.mean())),
    )


@dataclass(eq=False, kw_only=True)
class FileGeocoder:
    """Geocodes the addresses of a file, `CHUNK_ROWS` at a time."""

    mode: Mode  # `index`, `api`, or `auto`: the index first, the service for rows not accepted
    communes: Communes
    source: AddressSource | None = None  # the index; None only in mode `api`
    service: AddressService | None = None  # None only in mode `index`
    aliases: Mapping[str, str] = field(default_factory=dict)  # old street name → current one

    @cached_property
    def _by_service(self) -> ServiceGeocoder:
        assert self.service is not None  # noqa: S101 - modes that ask have one
        return ServiceGeocoder(self.service, self.communes, self.aliases)

    @cached_property
    def _geocoder(self) -> Geocoder | None:
        if self.source is None:
            return None
        return Geocoder(self.source, self.communes, self.aliases)

    def identity(self) -> tuple[object, ...]:
        """Return what its answers depend on: mode, content of the index, renamed streets."""
        index = self.source.identity() if isinstance(self.source, AddressStore) else self.source
        return (self.mode, index, sorted(self.aliases.items()))

    def run(
        self,
        addresses: pd.DataFrame,
        *,
        chunk_rows: int = CHUNK_ROWS,
        progress: Callable[[int], None] | None = None,
    ) -> pd.DataFrame:
        """Geocode all rows (`ADDRESS_COLUMNS`, text): `RESULT_COLUMNS`, same index, one row a row."""
        advance = progress or (lambda _: None)
        parts = []
        for start in range(0, len(addresses), chunk_rows):
            stretch = addresses.iloc[start : start + chunk_rows]
            parts.append(self._stretch(stretch))
            advance(len(stretch))
        if not parts:
            return frame_of([], index=addresses.index, source="")
        # over all stretches: rows that bear one point may stand far apart
        return doubt_shared_points(pd.concat(parts)[list(RESULT_COLUMNS)], addresses)

    def _stretch(self, addresses: pd.DataFrame) -> pd.DataFrame:
        if self._geocoder is None:
            return self._by_service.run(addresses)
        first = answered(self._geocoder, addresses)
        if self.mode == "index" or self.service is None:
            return first
        unsettled = (
            (first["result_verdict"] != GeocodeVerdict.ACCEPTE)
            & (first["result_type"] != ResultType.GIVEN)
            & (first["result_status"] != "skipped")
        )
        if not unsettled.any():
            return first
        second = self._by_service.run(addresses[unsettled])
        first.loc[unsettled] = combined(first[unsettled], second)
        return first


def open_geocoder(
    stack: ExitStack, *, mode: Mode, folder: Path, aliases: Path | None = None
) -> FileGeocoder:
    """Open the index and the service that a mode needs; `stack` closes them.

    `index` needs an index, `auto` uses it if there is one; only `api` and `auto` call the service.
    `aliases` is a table of renamed streets. Raises `adresses_absentes`, or when the aliases cannot be read.
    """
    renamed = read_aliases(aliases) if aliases else {}
    store = None
    if mode == "index" or (mode == "auto" and (folder / FILE_NAME).is_file()):
        store = stack.enter_context(AddressStore(folder / FILE_NAME))
    service = None
    if mode != "index":
        from tfpb.addresses.service import AddressService  # noqa: PLC0415 - loads the network's libraries

        service = stack.enter_context(AddressService(folder / CACHE))
    communes = store.communes() if store else Communes.load()
    return FileGeocoder(
        mode=mode, communes=communes, source=store, service=service, aliases=renamed
    )


def read_aliases(path: Path) -> dict[str, str]:
    """Read renamed streets: old name, current name, in the first two columns.

    Raises for one column only, a name without the other, or one old name for two streets.
    """
    out, faults = renamed_streets(read_table(path, known=ALIAS_COLUMNS))
    if faults:
        raise TfpbError(faults)
    return out


def combined(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Choose between the answers of the index and of the service, row by row: same shape and index.

    The service's is taken when its grade is better; two answers more than 100 m apart are a reason to
    check, whichever is taken.
    """
    taken = (second["result_status"] == "ok") & (
        _rank(second) + second["result_confidence"] > _rank(first) + first["result_confidence"]
    )
    out = first.copy()
    out[taken] = second[taken]
    apart = np.hypot(first["result_x"] - second["result_x"], first["result_y"] - second["result_y"])
    both = ~first["result_type"].isin(_NOWHERE) & ~second["result_type"].isin(_NOWHERE)
    elsewhere = first["result_citycode"] != second["result_citycode"]
    clash = both & ((apart > _APART_M) | elsewhere)
    other = second["result_label"].where(~taken, first["result_label"])
    for row in clash[clash].index:
        out.loc[row, "result_verdict"] = GeocodeVerdict.A_VERIFIER
        out.loc[row, "result_reasons"] = _with(out.loc[row, "result_reasons"], "desaccord_service")
        out.loc[row, "result_alternatives"] = _with(
            f"{other[row]} (0.00)", out.loc[row, "result_alternatives"]
        )
    return out


def _rank(frame: pd.DataFrame) -> pd.Series[float]:
    """Rank answers: accepted ones first, then those at a number, then any that stand somewhere."""
    accepted = (frame["result_verdict"] == GeocodeVerdict.ACCEPTE).astype(float)
    exact = frame["result_type"].isin(_EXACT).astype(float)
    placed = frame["result_x"].notna().astype(float)
    return accepted * 4 + exact * 2 + placed


def _with(left: object, right: object) -> str:
    return JOIN.join(str(text) for text in (left, right) if text)
