"""Geocoded stocks kept from one run to the next; answers of the survey never are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb import __version__
from tfpb.model.results import RESULT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tfpb.checks import Source

_ROLES: Final = ("patrimoine", "alias_voies")
Depends = tuple[int, "tuple[Source, ...]", "Mapping[str, str]", "tuple[Source, ...]"]


class Kept:
    """One bailleur's geocoded stock, kept under a hash of all that it depends on.

    Parameters
    ----------
    folder : Path or None
        None keeps nothing.
    name : str
        Bailleur: an older file of the same bailleur is replaced.
    """

    def __init__(self, folder: Path | None, name: str) -> None:
        self.folder = folder
        self.name = hashlib.sha256(name.encode()).hexdigest()[:12]

    def frame(self, depends: Depends, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return the frame kept for these inputs, or make it and keep it.

        A file that cannot be read, or whose columns are not those of the contract, is made again.
        """
        if self.folder is None:
            return make()
        path = self.folder / f"{self.name}-{_key(depends)}.parquet"
        if path.is_file():
            try:
                found = pd.read_parquet(path)
            except (OSError, ValueError):
                found = pd.DataFrame()
            if tuple(found.columns) == RESULT_COLUMNS:
                return found
        made = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(self.folder.glob(f"{self.name}-*.parquet")):
            old.unlink(missing_ok=True)
        part = path.with_suffix(".part")
        made.to_parquet(part)
        part.replace(path)
        return made


def _key(depends: Depends) -> str:
    version, files, aliases, geography = depends
    content: dict[str, Any] = {
        "version": [__version__, version],
        "fichiers": [(s.role, s.sha256) for s in files if s.role in _ROLES],
        "alias": sorted(aliases.items()),
        "geographie": [asdict(s) for s in geography],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
