"""Columns that were confirmed for a landlord, proposed again in its other dossiers on this machine.

One small file in the user's own folder: names of landlords, headers, and what these mean; no cell.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from tfpb.errors import TfpbError
from tfpb.io.packs.output_files import write_bytes
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

Meanings = dict[str, dict[str, str]]
"""Role of a file → its headers → the column that each is."""


def _file() -> Path:
    return Path(platformdirs.user_config_dir("tfpb", appauthor=False)) / "colonnes.json"


def _all() -> dict[str, Meanings]:
    """Read what is remembered; a file that says nothing is as if there were none."""
    with suppress(OSError, ValueError):
        read = json.loads(_file().read_text(encoding="utf-8"))
        return {
            str(who): {
                str(role): {str(h): str(c) for h, c in headers.items()}
                for role, headers in roles.items()
            }
            for who, roles in read.items()
        }
    return {}


def remembered(bailleur: str) -> Meanings:
    """Return what was confirmed for a landlord, however its name is spelt."""
    return _all().get(fold(bailleur), {})


def remember(bailleur: str, role: str, meant: Mapping[str, str]) -> None:
    """Keep what headers of a landlord's file mean; "" takes a meaning back."""
    whole = _all()
    before = whole.get(fold(bailleur), {}).get(role, {})
    after = {h: c for h, c in {**before, **meant}.items() if c}
    if after != before:
        whole.setdefault(fold(bailleur), {})[role] = after
        _write(whole)


def forget(bailleur: str) -> None:
    """Forget what was confirmed for a landlord."""
    whole = _all()
    if whole.pop(fold(bailleur), None) is not None:
        _write(whole)


def _write(whole: Mapping[str, Meanings]) -> None:
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True)
    with suppress(OSError, TfpbError):  # a comfort: it stops no work
        write_bytes(_file(), text.encode())
