"""Four checks of what a pack prints of a survey: counts, one a base, steps, and released waves."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from tfpb.errors import fail
from tfpb.model.codes import SHOWN, Ajustement, Groupe
from tfpb.model.record import RELEASE, has_record, recorded
from tfpb.survey.printed import COUNTED_BY, POINT
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TABLES: Final = ("donnees/satisfaction_detail.csv", "donnees/comparaison_detail.csv")
"""The long table of a pack, and of one of 0.3.0."""
_PLACE: Final = ["vague", "niveau", "territoire", "bailleur", "groupe"]
_ROW: Final = [*_PLACE, "item", "ajustement"]
_SIDES: Final = (Groupe.QPV.value, Groupe.HORS_QPV.value)
_PRINTED: Final = ("n", "estimation", "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut")
_ASKED: Final = ("n", "estimation")
_SINCE: Final = "repris_du"
"""Column of a pack of 0.3.0 alone."""
_CLOSE: Final = 1e-6


class Unlike(NamedTuple):
    """A row against the rule: `effectif`, `base`, `pas` or `reprise`; where; what is found."""

    code: str
    where: str
    found: str


def checked(
    pack: Mapping[str, bytes], earlier: Sequence[Mapping[str, bytes]] = ()
) -> tuple[int, list[Unlike]]:
    """Check what a pack prints (name inside the pack → bytes): rows with a figure, and those at odds.

    Rows of a wave that the pack does not replace are compared with the last of the `earlier` releases, in
    order, that has them; what today's files give of a wave kept is in none. Raises `pack_illisible`.
    """
    rows = _rows(pack)
    if rows.empty:
        return 0, []
    shown = rows[rows["publication"].isin(SHOWN)]
    raw = shown[shown["ajustement"] == Ajustement.BRUT.value]
    n = raw["n"].to_numpy(dtype=float)
    found = [
        *_listed("effectif", raw[n % COUNTED_BY != 0], "n"),
        *_listed("base", raw[_apart(raw, _bases(pack))], "n"),
        *_listed("pas", shown[_off_step(shown)], "estimation"),
    ]
    before = [t for t in map(_rows, earlier) if not t.empty]
    if before and has_record(pack, RELEASE):
        old = pd.concat(before).drop_duplicates(_ROW, keep="last")
        old = old[old["publication"].isin(SHOWN)].set_index(_ROW)
        again = pd.MultiIndex.from_frame(shown[_ROW]).isin(old.index)
        again &= (~shown["vague"].isin(_replaced(pack)) & shown["groupe"].isin(_SIDES)).to_numpy()
        reprinted = shown[again]
        then = old.reindex(pd.MultiIndex.from_frame(reprinted[_ROW]))
        apart = np.zeros(len(reprinted), dtype=bool)
        for name in ("n", "estimation"):
            new, last = (t[name].to_numpy(dtype=float) for t in (reprinted, then))
            apart |= ~np.isclose(new, last, atol=_CLOSE, equal_nan=True)
        found += _listed("reprise", reprinted[apart], "estimation")
    return len(shown), found


def _replaced(pack: Mapping[str, bytes]) -> list[str]:
    """Return the waves that a release says to replace."""
    try:
        return [str(wave) for wave in json.loads(recorded(pack, RELEASE)).get("remplace", {})]
    except (ValueError, AttributeError, TypeError) as error:
        raise fail("pack_illisible", got=type(error).__name__) from error


def _bases(pack: Mapping[str, bytes]) -> dict[tuple[str, str], str]:
    """Return the base of each wave and question, as a release says it; nothing in a draft."""
    try:
        line = recorded(pack, RELEASE) if has_record(pack, RELEASE) else b"{}"
        printed = json.loads(line).get("questions", {})
        names = (printed.get(c, []) for c in ("vague", "item", "base"))
        return {(w, i): b for w, i, b in zip(*names, strict=True)}
    except (ValueError, AttributeError, TypeError) as error:
        raise fail("pack_illisible", got=type(error).__name__) from error


def _apart(rows: pd.DataFrame, bases: Mapping[tuple[str, str], str]) -> np.ndarray:
    """Return which rows bear another count than their group has on the base of their question."""
    pairs = zip(rows["vague"], rows["item"], strict=True)
    named = rows.assign(base=[bases.get(pair, "") for pair in pairs])
    one = named.groupby([*_PLACE, "base"])["n"].transform("max")
    out: np.ndarray = (named["base"] != "").to_numpy() & (one != named["n"]).to_numpy()
    return out


def _off_step(rows: pd.DataFrame) -> np.ndarray:
    """Return which rows bear a share or a gap that is not to the point, or a bound not to the half point."""
    out = np.zeros(len(rows), dtype=bool)
    old = _SINCE in rows  # 0.3.0: shares at 5, 2 or 1 points, bounds of sixteen digits
    for name in _PRINTED[1:2] if old else (c for c in _PRINTED[1:] if c in rows):
        steps = rows[name].to_numpy(dtype=float) / (POINT if name == "estimation" else POINT / 2)
        out |= ~np.isnan(steps) & ~np.isclose(steps, np.round(steps), atol=_CLOSE)
    return out


def _listed(code: str, rows: pd.DataFrame, column: str) -> list[Unlike]:
    cells = rows[[*_ROW, column]].astype(str).to_numpy().tolist()
    return [Unlike(code, " · ".join(place), value) for *place, value in cells]


def _rows(pack: Mapping[str, bytes]) -> pd.DataFrame:
    data = next((pack[name] for name in TABLES if name in pack), None)
    if data is None:
        return pd.DataFrame()
    try:
        text = data.decode("utf-8-sig")
        table = pd.read_csv(io.StringIO(text), sep=";", dtype=str, keep_default_na=False)
        numbers = {
            c: pd.to_numeric(table[c].str.replace(",", "."))
            for c in _PRINTED
            if c in table or c in _ASKED
        }
        table["bailleur"].map(fold)
        return table.assign(**numbers)
    except (ValueError, KeyError, AttributeError) as error:
        raise fail("pack_illisible", got=type(error).__name__) from error
