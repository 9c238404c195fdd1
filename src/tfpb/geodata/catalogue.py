"""The catalogue of official sources, read from `catalogue.toml`."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One official source.

    Parameters
    ----------
    key, title, layer, licence, date : str
    vintage : int
        0 when the source has no fixed vintage.
    portal : str
        Name of the portal in `[portails]`.
    dataset : str
        Slug of the dataset on an open-data portal; empty when `path` is used.
    path : str
        Path under the portal, with `{departement}`; empty when `dataset` is used.
    wanted, fallback : tuple of str
        Words the title, address and format of the resource must hold; the second if none holds the
        first.
    formats : tuple of str
        Accepted endings, the best first.
    columns : tuple of str
        Columns a good file bears.
    smallest, largest : int
        Bounds of its size, bytes.
    imports : str
        `qpv`, `adresses`, `communes` or `parcelles`.
    optional : bool
        A failure to get it does not stop the others.
    """

    key: str
    title: str
    layer: str
    vintage: int
    date: str
    licence: str
    portal: str
    dataset: str
    path: str
    wanted: tuple[str, ...]
    fallback: tuple[str, ...]
    formats: tuple[str, ...]
    columns: tuple[str, ...]
    smallest: int
    largest: int
    imports: str
    optional: bool

    @property
    def address(self) -> str:
        """Official address of the dataset, for sources and notes."""
        base = _raw()["portails"][self.portal]
        return f"{base}/fr/datasets/{self.dataset}/" if self.dataset else f"{base}/{self.path}"


@lru_cache(maxsize=1)
def _raw() -> dict[str, Any]:
    return tomllib.loads(files("tfpb.geodata").joinpath("catalogue.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Entry]:
    """Return every source by its key."""
    return {
        key: Entry(
            key=key, title=raw["titre"], layer=raw["couche"], vintage=raw["millesime"], date=raw["date"],
            licence=raw["licence"], portal=raw["portail"], dataset=raw.get("jeu", ""),
            path=raw.get("chemin", ""), wanted=tuple(raw.get("choisir", ())),
            fallback=tuple(raw.get("sinon", ())), formats=tuple(raw["formats"]),
            columns=tuple(raw["colonnes"]), smallest=raw["taille_min"], largest=raw["taille_max"],
            imports=raw["importe"], optional=bool(raw.get("facultatif", False)),
        )
        for key, raw in _raw()["sources"].items()
    }  # fmt: skip


def entry(key: str) -> Entry:
    """Return one source (KeyError if the catalogue has none of that name)."""
    return catalogue()[key]


def portal(name: str) -> str:
    """Return the base address of a portal; `TFPB_PORTAIL_<NOM>` replaces it (mirrors, tests)."""
    return os.environ.get(f"TFPB_PORTAIL_{name.upper()}", str(_raw()["portails"][name])).rstrip("/")
