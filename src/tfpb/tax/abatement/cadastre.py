"""Where the tax office files a premises: section and number of its parcel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tfpb.tax.abatement.holdings import Holding
    from tfpb.tax.plain_values import Record

_PARCEL: Final = re.compile(r"(?:\d[\dAB]\d{3})?(\d{3})?\s*([A-Z]{2}|0?[A-Z]|\d{2})\s*(\d{1,4})")


def cadastral(reference: str) -> tuple[str, str]:
    """Read section and number of a cadastral reference; both empty when it is none."""
    match = _PARCEL.fullmatch(reference.upper().replace("-", " ").strip())
    if match is None:
        return "", ""
    prefix = match[1] if match[1] and match[1] != "000" else ""
    return f"{prefix}{match[2].lstrip('0')}", match[3].lstrip("0")


def parcel_of(holding: Holding, row: Record) -> tuple[str, str]:
    """Return section and parcel of a premises, else those of the stock's cadastral reference."""
    section, parcel = row.text("section"), row.text("parcelle")
    if section and parcel:
        return section, parcel
    found = cadastral(parcel or next((u.parcel for u in holding.units if u.parcel), ""))
    return (section or found[0], found[1]) if found[1] else (section, parcel)
