"""Words for geography."""

from __future__ import annotations

from tfpb.words.catalogue import FaultWords

FAULTS: dict[str, FaultWords] = {}
