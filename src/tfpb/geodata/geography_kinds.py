"""Which geography a file brought by the user holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tfpb.addresses.formats import sniff
from tfpb.errors import TfpbError
from tfpb.io.sources.geofiles import ARCHIVES, LAYER_FILES
from tfpb.text import fold

if TYPE_CHECKING:
    from pathlib import Path

ADDRESSES: Final = "adresses"
KINDS: Final = (ADDRESSES, "qpv2024", "qpv2015", "communes", "parcelles")
"""What can be imported, as the page names it."""
_HEAD: Final = 20_000
_QUARTERS: Final = re.compile(rb'"(?:code_qp|CODE_QP|code_qpv)"', re.IGNORECASE)
_PARCELS: Final = re.compile(rb'"(?:arpente|contenance|prefixe)"')


def geography_of(path: Path, name: str = "") -> str:
    """Return one of `KINDS`; empty for a file that is no geography.

    Of quarters, the name tells the map, 2024 otherwise.
    """
    said, suffix = fold(name or path.name), path.suffix.lower()
    if suffix in {".csv", ".gz", ".txt"} and "json" not in said:
        try:
            sniff(path)
        except TfpbError:
            return ""
        return ADDRESSES
    if suffix not in LAYER_FILES | ARCHIVES:
        return ""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    map_of = "qpv2015" if "2015" in said else "qpv2024"
    if _QUARTERS.search(head) or re.search(r"\bqp|quartier", said):
        return map_of
    if _PARCELS.search(head) or "parcelle" in said:
        return "parcelles"
    return "communes" if suffix in LAYER_FILES or "commune" in said else map_of
