"""Answers of the national service as an address source, so that the geocoder grades them itself.

The service's score only sorts its answers. Here each answer becomes a street with one number; the
geocoder then reads the line, compares commune, street and number, and grades as it does with the index.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.addresses.replies import Query
from tfpb.geocode.line.parser import parse
from tfpb.geocode.source import CommuneAddresses, Street
from tfpb.geocode.table_run import geocode
from tfpb.geocode.town.commune_finder import CommuneFinder
from tfpb.model.codes import ResultType
from tfpb.model.projection import from_lonlat, legal_epsg
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS
from tfpb.words.places.address_words import SERVICE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.addresses.communes import Communes
    from tfpb.addresses.replies import Answer
    from tfpb.addresses.service import AddressService

_SURE_CODE: Final = 0.95
_NOWHERE: Final = frozenset({ResultType.MUNICIPALITY, ResultType.NONE})
_POINT: Final = ("latitude", "longitude", "result_x", "result_y", "result_radius_m")
_NUMBER: Final = re.compile(r"^\s*(\d+)\s*(.*)$")
_STREET_ID: Final = re.compile(r"^([^_]+_[^_]+)_\d{5}(?:_.*)?$")
_KINDS: Final = {"housenumber": "street", "street": "street", "locality": "locality"}


class ServiceGeocoder:
    """Geocodes rows by the service's answers, graded as those of the index.

    Parameters
    ----------
    service : AddressService
    communes : Communes
    aliases : mapping of str to str
        Old street name to current one.
    """

    def __init__(
        self, service: AddressService, communes: Communes, aliases: Mapping[str, str]
    ) -> None:
        self._service = service
        self._communes = communes
        self._aliases = aliases
        self._finder = CommuneFinder(communes)

    def run(self, addresses: pd.DataFrame) -> pd.DataFrame:
        """Geocode rows by the service.

        Parameters
        ----------
        addresses : DataFrame
            `ADDRESS_COLUMNS`, text.

        Returns
        -------
        DataFrame
            `RESULT_COLUMNS`, same index.

        Raises
        ------
        TfpbError
            As `AddressService.ask`.
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
    """An `AddressSource` made of answers.

    Parameters
    ----------
    answers : iterable of Answer
        Those without a street (whole communes, not found, in error) are left out.
    communes : Communes
        Turns the codes of the answers into current ones.
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
