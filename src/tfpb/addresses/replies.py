"""Queries to the national service and its answers: read from what it sends, kept between two runs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIELDS: Final = {
    "label": "result_label",
    "score": "result_score",
    "type": "result_type",
    "id": "result_id",
    "number": "result_housenumber",
    "name": "result_name",
    "street": "result_street",
    "postcode": "result_postcode",
    "city": "result_city",
    "citycode": "result_citycode",
    "old_city": "result_oldcity",
    "lon": "longitude",
    "lat": "latitude",
}
"""Our name of a field to the service's name of its column in a batch; a feature has no `result_`."""


class Query(NamedTuple):
    """One question: the cleaned line, and the INSEE code that holds the answer (or empty)."""

    text: str
    citycode: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of the service; all text, as received. `status` is `ok`, `not-found` or `error`."""

    status: str
    label: str = ""
    score: str = ""
    type: str = ""
    id: str = ""
    number: str = ""
    name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    citycode: str = ""
    old_city: str = ""
    lon: str = ""  # degrees, EPSG:4326, like lat
    lat: str = ""


def of_row(row: dict[str, str]) -> Answer:
    """Read an answer from a row of a batch; one without a point is not found."""
    status = row.get("result_status") or "error"
    if status not in {"ok", "not-found"}:
        return Answer("not-found" if status == "skipped" else "error")
    if not row.get("latitude") or not row.get("longitude"):
        return Answer("not-found")
    return Answer(status, **{ours: row.get(theirs) or "" for ours, theirs in FIELDS.items()})


def of_feature(feature: dict[str, Any]) -> Answer:
    """Read an answer from a feature of a single query.

    KeyError, TypeError or ValueError when the feature is not of the protocol.
    """
    found = feature.get("properties", {})
    lon, lat = feature["geometry"]["coordinates"][:2]
    fields = {
        ours: str(found.get(theirs.removeprefix("result_")) or "")
        for ours, theirs in FIELDS.items()
        if ours not in {"lon", "lat"}
    }
    return Answer("ok", lon=str(lon), lat=str(lat), **fields)


class AnswerCache:
    """Answers kept by service (its address) and query in one file, or in memory where the disk refuses it.

    A convenience: nothing that happens to it stops a run. A file that is no longer a cache is replaced: its
    answers can be requested again.
    """

    def __init__(self, path: Path, service: str) -> None:
        self._service = service
        self._file = _opened(path)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def get(self, query: Query) -> Answer | None:
        """Return the answer kept for a query."""
        with suppress(sqlite3.Error, ValueError, TypeError):  # what is spoiled is asked again
            row = self._file.execute(
                "SELECT answer FROM answers WHERE service = ? AND text = ? AND citycode = ?",
                (self._service, query.text, query.citycode),
            ).fetchone()
            return Answer(**json.loads(row[0])) if row else None
        return None

    def put(self, answers: Mapping[Query, Answer]) -> None:
        """Keep answers, those of a service in trouble left out."""
        rows = [
            (self._service, q.text, q.citycode, json.dumps(asdict(a), ensure_ascii=False))
            for q, a in answers.items()
            if a.status != "error"
        ]
        with suppress(sqlite3.Error):
            self._file.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", rows)
            self._file.commit()


def _opened(path: Path) -> sqlite3.Connection:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    for place in (path, path, ":memory:"):
        found = None
        try:
            found = sqlite3.connect(place)
            found.execute(
                "CREATE TABLE IF NOT EXISTS answers (service TEXT, text TEXT, citycode TEXT,"
                " answer TEXT, PRIMARY KEY (service, text, citycode))"
            )
        except sqlite3.Error as error:
            if found is not None:
                found.close()
            if error.sqlite_errorcode in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                with suppress(OSError):
                    path.unlink()
        else:
            return found
    raise AssertionError(path)  # memory takes a table
