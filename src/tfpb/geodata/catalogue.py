"""The catalogue of official sources, read from `catalogue.toml`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tfpb.model.legal.map_table import MAPS, VINTAGES
from tfpb.packaged import packaged
from tfpb.words.places.geodata_words import QUARTERS_TITLE as TITLE


@dataclass(frozen=True, slots=True)
class Entry:
    """One official source."""

    key: str
    title: str
    licence: str
    portal: str  # name of the portal in `[portals]`
    formats: tuple[str, ...]  # accepted endings, the best first
    columns: tuple[str, ...]  # columns that a good file has
    smallest: int  # least size, bytes
    largest: int  # largest size, bytes
    imports: str  # `qpv`, `adresses`, `communes` or `parcelles`
    vintage: int = 0  # 0 when the source has no fixed vintage
    date: str = ""
    dataset: str = ""  # slug of the dataset on an open-data portal; empty when `path` is used
    path: str = ""  # path under the portal, with `{departement}`; empty when `dataset` is used
    wanted: tuple[str, ...] = ()  # required in the title, address and format of the resource
    fallback: tuple[str, ...] = ()  # required when none has the words wanted
    optional: bool = False  # a failure to get it does not stop the others

    @property
    def address(self) -> str:
        """Official address of the dataset, for sources and notes."""
        base = _raw()["portals"].get(self.portal, "")
        if not base:
            return ""
        return f"{base}/fr/datasets/{self.dataset}/" if self.dataset else f"{base}/{self.path}"


@lru_cache(maxsize=1)
def _raw() -> dict[str, Any]:
    return packaged(__name__)


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Entry]:
    """Return every source by its key."""
    return _quarters() | {
        key: Entry(key, **{name: _frozen(value) for name, value in raw.items()})
        for key, raw in _raw()["sources"].items()
    }


def _quarters() -> dict[str, Entry]:
    """Return the official file of each map of the quarters, the newest first."""
    usual: dict[str, Any] = {
        "licence": "", "portal": "", "formats": [], "columns": [], "smallest": 0, "largest": 0,
    }  # fmt: skip
    return {
        f"qpv-{code}": Entry(
            f"qpv-{code}",
            TITLE.format(carte=code),
            vintage=code,
            imports="qpv",
            **{name: _frozen(v) for name, v in (usual | {**MAPS[code].catalogue}).items()},
        )
        for code in reversed(VINTAGES)
    }


def quarters() -> tuple[str, ...]:
    """Return the keys of the maps of the quarters whose official file a portal has, the newest first."""
    return tuple(key for key, one in _quarters().items() if one.portal)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def entry(key: str) -> Entry:
    """Return one source (KeyError if the catalogue has none of that name)."""
    return catalogue()[key]


def portal(name: str) -> str:
    """Return the base address of a portal; `TFPB_PORTAIL_<NOM>` replaces it (mirrors, tests)."""
    return os.environ.get(f"TFPB_PORTAIL_{name.upper()}", str(_raw()["portals"][name])).rstrip("/")
