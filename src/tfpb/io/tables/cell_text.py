"""Cells of spreadsheets as text: whole numbers without « .0 », dates in ISO form."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

import numpy as np
import pandas as pd

_THOUSANDS: Final = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_EXACT_WHOLE: Final = 1e15


def cell_text(value: Any) -> str:
    """Write a spreadsheet's cell as text."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if np.isnan(value):
            return ""
        if value.is_integer() and abs(value) < _EXACT_WHOLE:
            return str(int(value))
        return _float_text(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)


def _float_text(value: float) -> str:
    """Write a float so that it can never be taken for thousands: 1.234 becomes « 1.2340 »."""
    text = repr(value)
    return f"{text}0" if _THOUSANDS.fullmatch(text) else text


def plain(value: Any) -> Any:
    """Turn a value of numpy or pandas into one of Python's own."""
    return value.item() if isinstance(value, np.generic) else (None if value is pd.NA else value)
