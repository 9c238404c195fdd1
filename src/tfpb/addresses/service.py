"""Client of the national address service: batches, single queries, retries and a cache.

Only what is asked leaves the machine: the cleaned address line and the code of its commune. The
service answers « ok » to nearly anything, so nothing here judges an answer: see `file_geocoder`.
"""

from __future__ import annotations

import csv
import io
import logging
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import httpx
import stamina

from tfpb.addresses.network import Limits, open_client, reason
from tfpb.addresses.replies import FIELDS, Answer, AnswerCache, Query, of_feature, of_row
from tfpb.errors import Place, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

BASE_URL: Final = "https://data.geopf.fr/geocodage"
URL_VARIABLE: Final = "TFPB_SERVICE_ADRESSES"
_QUERY_LENGTH: Final = (3, 200)
_UNIT_ROWS: Final = 4
_TOO_MANY: Final = 429
_SERVER: Final = 500
_LONGEST_WAIT_S: Final = 120.0
_WAITS: Final = 6
_FAILURES: Final = 5
# one bad row among thousands refuses about ten batches in a row before it stands alone; more than
# that, and it is the service that takes no batch
_REFUSALS: Final = 14
_BATCH_ATTEMPTS: Final = 2
_MOST_BYTES: Final = 64 << 20
# each retry would otherwise be logged in English on the user's console
logging.getLogger("stamina").addHandler(logging.NullHandler())


_ERROR: Final = Answer("error")


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Address and pace of the service."""

    base_url: str = BASE_URL  # without a last slash
    rows: int = 2_000  # rows of a batch (the service takes 200 000; small batches resume better)
    rate_per_s: float = 40.0  # requests a second, under the service's own 50
    timeout_s: float = 120.0  # of one batch
    attempts: int = 4  # tries of a request that fails for a passing reason
    wait_s: float = 1.0  # first wait between two tries; it doubles

    @classmethod
    def from_environment(cls) -> ServiceSettings:
        """Return the settings, the address taken from `TFPB_SERVICE_ADRESSES` when it is set."""
        return cls(base_url=os.environ.get(URL_VARIABLE, BASE_URL).rstrip("/"))


class BatchRefusedError(Exception):
    """A batch that did not come back right: too few rows, unchanged, or refused."""


class AddressService:
    """The service, with its cache, a SQLite file made if need be.

    `sleep` and `now` are the clock used for waits only; tests give their own.
    """

    def __init__(
        self,
        cache: Path,
        settings: ServiceSettings | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings or ServiceSettings.from_environment()
        self.sent = 0
        self._sleep = sleep
        self._now = now
        self._free_at = 0.0
        self._reached = False
        self._failures = 0
        self._refusals = 0
        self._cache = AnswerCache(cache, self.settings.base_url)
        # addresses go to the named host alone: a redirect is not followed
        seconds = self.settings.timeout_s
        limits = Limits(seconds, seconds, window_s=seconds, most_bytes=_MOST_BYTES)
        self._client = open_client(limits, redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close connection and cache."""
        self._client.close()
        self._cache.close()

    def ask(
        self, queries: Iterable[Query], *, progress: Callable[[int], None] | None = None
    ) -> dict[Query, Answer]:
        """Answer queries, from the cache first; repeated ones are sent once.

        Every query has an answer; those that could not be settled have status `error` and are not kept in
        the cache, so that the next run sends them again. `progress` is called with the number of queries
        settled since the last call. Raises `service_injoignable` when nothing could be reached at all;
        `service_redirige`.
        """
        wanted = list(dict.fromkeys(queries))
        found = {query: answer for query in wanted if (answer := self._known(query)) is not None}
        left = [query for query in wanted if query not in found]
        advance = progress or (lambda _: None)
        advance(len(found))
        for start in range(0, len(left), self.settings.rows):
            batch = left[start : start + self.settings.rows]
            answers: dict[Query, Answer] = {}
            try:
                self._settle(batch, answers)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if not self._reached:
                    raise fail(
                        "service_injoignable",
                        place=Place(),
                        got=reason(error),
                        adresse=self.settings.base_url,
                    ) from error
            self._cache.put(answers)
            found.update({query: answers.get(query, _ERROR) for query in batch})
            advance(len(batch))
        return found

    def _known(self, query: Query) -> Answer | None:
        if len(query.text) < _QUERY_LENGTH[0]:
            return Answer("not-found")
        return self._cache.get(query)

    def _settle(self, batch: Sequence[Query], into: dict[Query, Answer]) -> None:
        """Send a batch; one that does not come back right is cut in two, down to single queries.

        A single bad row can fail a whole file, so a batch in fault is no proof that the service is
        down; single queries that fail one after the other are.
        """
        if len(batch) <= _UNIT_ROWS or self._refusals >= _REFUSALS:
            for query in batch:
                into[query] = self._unit(query)
            return
        try:
            into.update(self._batch(batch))
            self._reached, self._failures, self._refusals = True, 0, 0
        except (BatchRefusedError, httpx.HTTPStatusError, httpx.TimeoutException):
            self._refusals += 1
            half = len(batch) // 2
            self._settle(batch[:half], into)
            self._settle(batch[half:], into)

    def _batch(self, batch: Sequence[Query]) -> dict[Query, Answer]:
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["rang", "q", "code"])
        writer.writerows([i, q.text[: _QUERY_LENGTH[1]], q.citycode] for i, q in enumerate(batch))
        response = self._send(
            "POST",
            "/search/csv",
            files={"data": ("adresses.csv", out.getvalue().encode("utf-8"), "text/csv")},
            # columns are always named: left out, every column would be searched
            data={
                "columns": ["q"],
                "citycode": "code",
                "result_columns": [*FIELDS.values(), "result_status"],
            },
        )
        if response.status_code != httpx.codes.OK:
            raise BatchRefusedError(response.status_code)
        rows = list(
            csv.DictReader(io.StringIO(response.content.decode("utf-8-sig", errors="replace")))
        )
        # the service has been seen to hand a file back unchanged, or short, with 200 OK
        if [row.get("rang") for row in rows] != [str(i) for i in range(len(batch))]:
            raise BatchRefusedError(len(rows))
        if any(row.get("result_status") is None for row in rows):
            raise BatchRefusedError("result_status")
        return {query: of_row(row) for query, row in zip(batch, rows, strict=True)}

    def _unit(self, query: Query) -> Answer:
        parameters = {"q": query.text[: _QUERY_LENGTH[1]], "limit": "1", "autocomplete": "0"}
        if query.citycode:
            parameters["citycode"] = query.citycode
        try:
            response = self._send("GET", "/search", params=parameters)
        except (httpx.HTTPStatusError, httpx.TimeoutException):
            self._failures += 1
            if self._failures >= _FAILURES:
                raise
            return _ERROR
        self._reached, self._failures = True, 0
        if response.status_code != httpx.codes.OK:
            return _ERROR
        try:
            features = response.json()["features"]
            return of_feature(features[0]) if features else Answer("not-found")
        except (ValueError, LookupError, TypeError, AttributeError):
            return _ERROR

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Send a request at the allowed rate, and again when it fails for a passing reason."""
        settings = self.settings
        most = _BATCH_ATTEMPTS if method == "POST" else settings.attempts
        for attempt in stamina.retry_context(
            on=httpx.HTTPError,
            attempts=min(most, settings.attempts),
            timeout=None,
            wait_initial=settings.wait_s,
            wait_jitter=0.0,
            wait_max=_LONGEST_WAIT_S,
        ):
            with attempt:
                response = self._patient(method, path, **content)
                if response.status_code >= _SERVER:
                    response.raise_for_status()
        return response

    def _patient(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Send a request, waiting as long as the service asks: calls made meanwhile reset its count."""
        for _ in range(_WAITS):
            pause = self._free_at - self._now()
            if pause > 0:
                self._sleep(pause)
            self._free_at = self._now() + 1.0 / self.settings.rate_per_s
            self.sent += 1
            response = self._client.request(method, self.settings.base_url + path, **content)
            if response.is_redirect:
                raise fail(
                    "service_redirige",
                    got=response.url.join(response.headers.get("location", "")).host,
                    adresse=self.settings.base_url,
                )
            if response.status_code != _TOO_MANY:
                return response
            self._free_at = self._now() + _retry_after(response)
        response.raise_for_status()
        return response


def _retry_after(response: httpx.Response) -> float:
    try:
        seconds = float(response.headers.get("retry-after", "1"))
    except ValueError:
        seconds = 5.0
    return min(max(seconds, 0.0), _LONGEST_WAIT_S)
