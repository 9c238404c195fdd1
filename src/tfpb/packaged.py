"""Tables that stand in the package as TOML beside the module that reads them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def packaged(module: str) -> dict[str, Any]:
    """Return the TOML file of a module, by its `__name__`.

    `tfpb.words.places.map_words` has `words/places/map_words.toml`.
    """
    folder, _, name = module.rpartition(".")
    return tomllib.loads(files(folder).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
