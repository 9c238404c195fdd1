"""Words for geocoding: what a reason, a type and a verdict mean to the reader."""

from __future__ import annotations

from typing import Final

from tfpb.packaged import packaged

_TEXTS: Final = packaged(__name__)
SERVICE_NAME: Final = "Service national des adresses"
REFERENCES: Final[dict[str, str]] = _TEXTS["references"]
"""What a kind of file of addresses is, for the list of sources."""


REASONS: Final[dict[str, str]] = _TEXTS["reasons"]
"""Code of `result_reasons` to what it means."""

TYPES: Final[dict[str, str]] = _TEXTS["types"]
"""`result_type` to words."""
