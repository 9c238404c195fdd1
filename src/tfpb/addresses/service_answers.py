"""Answers of the national service as an address source, so that the geocoder grades them itself.

The service's score only sorts its answers. Here each answer becomes a street with one number; the
geocoder then reads the line, compares commune, street and number, and grades as it does with the index.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from tfpb.geocode.source import CommuneAddresses, Street
from tfpb.model.projection import from_lonlat, legal_epsg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.addresses.communes import Communes
    from tfpb.addresses.replies import Answer

SERVICE_NAME: Final = "Service national des adresses"
_NUMBER: Final = re.compile(r"^\s*(\d+)\s*(.*)$")
_STREET_ID: Final = re.compile(r"^(.+?)_\d{5}(?:_.*)?$")
_KINDS: Final = {"housenumber": "street", "street": "street", "locality": "locality"}


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
