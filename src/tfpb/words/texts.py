"""Texts that stand beside a module of words, in the TOML file of its name."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def texts(module: str) -> dict[str, Any]:
    """Return the texts of a module: a text, a list of texts, or a text by code.

    Parameters
    ----------
    module : str
        Its `__name__`: `tfpb.words.places.map_words` has `places/map_words.toml`.
    """
    *folders, name = module.split(".")[2:]
    file = files("tfpb.words").joinpath(*folders, f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
