"""What is said to the national service and what it answers: queries, answers, their columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

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
"""Our name of what is answered to the service's."""


class Query(NamedTuple):
    """One question: the cleaned line, and the INSEE code that holds the answer (or empty)."""

    text: str
    citycode: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said; all text, as received. `status` is `ok`, `not-found` or `error`."""

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
    lon: str = ""
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

    Raises
    ------
    KeyError, TypeError, ValueError
        The feature is not of the protocol.
    """
    found = feature.get("properties", {})
    lon, lat = feature["geometry"]["coordinates"][:2]

    def text(key: str) -> str:
        return str(found.get(key) or "")

    return Answer(
        "ok",
        text("label"),
        text("score"),
        text("type"),
        text("id"),
        text("housenumber"),
        text("name"),
        text("street"),
        text("postcode"),
        text("city"),
        text("citycode"),
        text("oldcity"),
        str(lon),
        str(lat),
    )
