"""Words for location."""

from __future__ import annotations

from tfpb.words.catalogue import FaultWords

FAULTS: dict[str, FaultWords] = {}
