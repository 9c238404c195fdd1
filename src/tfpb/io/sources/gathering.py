"""Files of a dossier or a region read one after the other: every fault is kept, none stops the reading."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tfpb.errors import Fault, TfpbError
from tfpb.io.sources.deliveries import Delivery, read_delivery
from tfpb.io.tables.tabular import TextTable, read_table
from tfpb.model.record import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tfpb.model.plan import Plan

T = TypeVar("T")


@dataclass(slots=True)
class Gathering:
    """Faults met and sources read so far.

    Parameters
    ----------
    faults : list of Fault
    sources : list of Source
        Files that could be read.
    """

    faults: list[Fault] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Return what a reader returns; None where it raises faults, which join the list."""
        try:
            return read()
        except TfpbError as error:
            self.faults += error.faults
            return None

    def table(
        self, role: str, path: Path, *, sheet: str | None = None, known: tuple[str, ...] = ()
    ) -> TextTable | None:
        """Read a table and note it as a source."""
        table = self.attempt(lambda: read_table(path, sheet=sheet, known=known))
        if table is not None:
            self.note(role, path, len(table.frame))
        return table

    def delivery(self, path: Path, plan: Plan | None) -> Delivery | None:
        """Read a delivery of the survey and note it as a source; its doubts are left in it."""
        delivery = self.attempt(lambda: read_delivery(path, plan))
        if delivery is not None:
            self.note("enquete", path, len(delivery.table.frame))
        return delivery

    def note(self, role: str, path: Path, rows: int) -> None:
        """Note a file as a source: its name, hash, size and rows."""
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        self.sources.append(Source(role, path.name, digest, len(data), rows))
