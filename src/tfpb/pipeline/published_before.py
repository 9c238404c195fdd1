"""Cells that packs already written masked or showed: the next pack masks the former too."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import TfpbError
from tfpb.io.packs.pack import RUN, earlier_packs, read_pack
from tfpb.survey import Disclosed, disclosed_in
from tfpb.text import fold

if TYPE_CHECKING:
    from pathlib import Path

_TABLE: Final = "donnees/comparaison_detail.csv"
_READ: Final = (
    "vague", "niveau", "territoire", "bailleur", "item", "groupe", "ajustement", "publication", "n",
)  # fmt: skip


def published_before(folder: Path, bailleur: str) -> Disclosed:
    """Read what is masked and shown by the packs of the same bailleur that stand in `DIR` or `DIR.2`.

    Parameters
    ----------
    folder : Path
        Where the next pack is to go.
    bailleur : str
        As the dossier writes it. Packs of other bailleurs do not count.

    Returns
    -------
    Disclosed
        Empty when there is no pack, or none that can be read.
    """
    found: list[pd.DataFrame] = []
    for path in earlier_packs(folder):
        try:
            pack = read_pack(path)
            owner = json.loads(pack[RUN])["reglages"]["dossier"]["bailleur"]
            if fold(str(owner)) == fold(bailleur) and _TABLE in pack:
                found.append(_comparison(pack[_TABLE]))
        except (TfpbError, ValueError, KeyError, TypeError):
            continue  # not a pack of ours, or one that a hand has spoilt: it masks nothing
    return disclosed_in(found)


def _comparison(data: bytes) -> pd.DataFrame:
    return pd.read_csv(
        io.BytesIO(data), sep=";", dtype=str, usecols=list(_READ), keep_default_na=False,
        encoding="utf-8-sig",
    )  # fmt: skip
