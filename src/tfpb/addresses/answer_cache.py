"""Answers of the national service kept from one run to the next: a convenience that never fails a run."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from tfpb.addresses.replies import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tfpb.addresses.replies import Query


class AnswerCache:
    """One file of answers by service and query; held in memory where the disk refuses it.

    Parameters
    ----------
    path : Path
        A file that is no longer a cache is made anew: all it held can be asked again.
    service : str
        Address of the service whose answers these are.
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
