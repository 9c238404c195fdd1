"""The marks of résidences on maps: side, tax state, dwellings, what is cut and what is not placed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.facts.place import cut_homes, doubtful, located, mean_weights, quarter_of_door
from tfpb.model.codes import Etat, QpvStatut, Statut
from tfpb.model.columns import numbers, texts

if TYPE_CHECKING:
    from tfpb.model.location import Located


def drawn(homes: pd.DataFrame, held: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """Return résidences as maps draw them.

    From `RESIDENCE_COLUMNS`, `holds` and doors (`LOCATION_COLUMNS`, `longitude, latitude`): `statut` is
    that of its dwellings, `a_verifier` where a located door is in doubt; `dessines` are the dwellings of
    its mark (those to check where it is in doubt, else all), `non_dessines` those to check that no mark
    counts; `moitie`: drawn in two halves (cut, no located door in doubt). A doubtful door that is not
    located is listed, never drawn: its dwellings are no part of a mark (of a résidence without a point,
    `dessines` is what is to check). One drawn in halves is placed among its doors of `statut`: the mean of
    all may lie across the limit, where a hollow disc reads as an error of the map.
    """
    sure = located(doors)
    unsure = homes["id_residence"].isin(doors["id_residence"][doubtful(doors) & sure])
    lost = _dwellings_of(homes, doors[doubtful(doors) & ~sure])
    cut = cut_homes(held)
    split = homes["id_residence"].isin(cut.index[cut]) & ~unsure
    checked = homes["logements_a_verifier"]
    shown = checked.where(unsure, homes["nb_logements"]) - lost
    out = homes.assign(
        statut=homes["cote"].where(~unsure, str(QpvStatut.A_VERIFIER)),
        dessines=shown.where(homes["longitude"].notna(), checked),
        non_dessines=lost.where(homes["longitude"].notna(), 0),
        moitie=split,
    )
    for row in out.index[split & out["longitude"].notna()]:
        own = doors[sure & (doors["id_residence"] == out.loc[row, "id_residence"])]
        own = own[(own["qpv_statut"] == out.loc[row, "statut"]) & own["longitude"].notna()]
        if len(own):
            for axis in ("longitude", "latitude"):
                out.loc[row, axis] = np.average(numbers(own, axis), weights=mean_weights(own))
    return out


def _dwellings_of(homes: pd.DataFrame, doors: pd.DataFrame) -> pd.Series[int]:
    """Count the dwellings of some doors by résidence, in the order of `homes`."""
    count = np.nan_to_num(numbers(doors, "nb_logements")).round()
    counted = pd.Series(count).groupby(texts(doors, "id_residence").to_numpy()).sum()
    return homes["id_residence"].map(counted).fillna(0).astype(np.int64)


MARK_COLUMNS: Final = (
    "id_residence", "nom", "code_qpv", "statut", "etat", "dessines", "coupee", "numeros", "adresse", "motif",
    "situee", "longitude", "latitude",
)  # fmt: skip
_FIRST: Final = (Statut.A_RECLAMER, Statut.A_RISQUE)
"""States to act on: one premises in them is enough for the mark of its résidence."""
_ETATS: Final = {
    Statut.A_RECLAMER: Etat.A_RECLAMER, Statut.A_RISQUE: Etat.A_RISQUE, Statut.EXONERE: Etat.EXONEREE,
    Statut.ABATTU: Etat.ABATTUE, Statut.ELIGIBLE: Etat.ABATTUE,
}  # fmt: skip
_SIDE_ETATS: Final = {QpvStatut.A_VERIFIER: Etat.A_VERIFIER, QpvStatut.HORS: Etat.HORS}


def marks(stock: Located, premises: pd.DataFrame | None) -> pd.DataFrame:
    """Return the marks of a printed map: one a résidence, quarter and side, at its entrances there.

    In the order of the doors. `premises` are `id_residence, code_qpv, statut, nb_logements`; None or empty
    where no notice is read: what is inside is then no more than inside. `statut`: the side; `etat`: what
    notices make of it (`Etat`); `dessines`: its dwellings (NaN where a door has no count); `coupee`: of a
    résidence that has a mark on both sides; `numeros`: numbers of its entrances, « 17-19 », where they are
    in one street; `situee`: False for doors that are not `facts.place.located`: nothing is drawn, and each
    has a row, with its `adresse` and its `motif`.
    """
    doors, homes = stock.entrances, stock.residences
    names = dict(zip(texts(homes, "id_residence"), texts(homes, "nom"), strict=True))
    sides = texts(doors, "qpv_statut").where(~doubtful(doors), str(QpvStatut.A_VERIFIER))
    placed = np.asarray(located(doors)) & ~np.isnan(numbers(doors, "longitude"))
    count = numbers(doors, "nb_logements")
    table = pd.DataFrame(
        {
            "id_residence": texts(doors, "id_residence"),
            "code_qpv": quarter_of_door(doors), "statut": sides, "dessines": count,
            "numero": texts(doors, "result_housenumber"), "voie": texts(doors, "result_name"),
            "adresse": texts(doors, "adresse"), "motif": texts(doors, "qpv_motif"),
            "situee": placed, "weight": mean_weights(doors), "sans_compte": np.isnan(count),
            "alone": np.where(placed, -1, np.arange(len(doors))),  # an undrawn door has a row of its own
        }
    ).assign(**{c: numbers(doors, c) for c in ("longitude", "latitude")})  # fmt: skip
    for axis in ("longitude", "latitude"):
        table[axis] *= table["weight"]
    keys = ["id_residence", "code_qpv", "statut", "situee", "alone"]
    groups = table.groupby(keys, sort=False)
    out = groups[["dessines", "weight", "longitude", "latitude"]].sum(min_count=1).reset_index()
    lacking = groups["sans_compte"].any().reset_index(drop=True)
    first = groups[["adresse", "motif"]].first().reset_index(drop=True)
    out = out.assign(
        **{c: out[c] / out["weight"].where(out["weight"] > 0) for c in ("longitude", "latitude")},
        nom=[names.get(home, "") for home in out["id_residence"]],
        adresse=first["adresse"],
        motif=first["motif"],
    )  # fmt: skip
    drawn_sides = out[out["situee"]].groupby("id_residence")["statut"].agg(set)
    both = drawn_sides[drawn_sides.map({str(QpvStatut.DANS), str(QpvStatut.HORS)}.issubset)].index
    cut = out["id_residence"].isin(both) & out["statut"].ne(QpvStatut.A_VERIFIER)
    states = _states(premises)
    pairs = zip(out["id_residence"], out["code_qpv"], out["statut"], strict=True)
    spelt = table[table["id_residence"].isin(both)].groupby(keys, sort=False)
    named = {key: _numbers(rows) for key, rows in spelt}
    return out.assign(
        coupee=cut,
        numeros=[named.get(key, "") for key in out[keys].itertuples(index=False, name=None)],
        etat=[_etat(states, *pair) for pair in pairs],
        dessines=out["dessines"].mask(lacking),
    )[list(MARK_COLUMNS)]


def _numbers(doors: pd.DataFrame) -> str:
    """Write the numbers of some doors, « 17-19 »; nothing where they are in several streets, or have none."""
    found = sorted({int(n) for n in doors["numero"] if n.isdigit()})
    if not found or len(set(doors["voie"])) > 1:
        return ""
    return f"{found[0]}-{found[-1]}" if len(found) > 1 else str(found[0])


def _states(premises: pd.DataFrame | None) -> dict[tuple[str, str], Etat] | None:
    """Return what the premises of a résidence come to in a quarter; None where there are none at all.

    One to act on prevails; then one whose right is not established; else the state of most dwellings.
    """
    if premises is None or premises.empty:
        return None
    weight: dict[tuple[str, str], Counter[str]] = {}
    columns = (
        *(texts(premises, c) for c in ("id_residence", "code_qpv", "statut")),
        numbers(premises, "nb_logements"),
    )
    for home, code, statut, homes in zip(*columns, strict=True):
        weight.setdefault((home, code), Counter())[statut] += homes if homes > 0 else 1
    return {key: _of_premises(found) for key, found in weight.items()}


def _of_premises(found: Counter[str]) -> Etat:
    for statut in _FIRST:
        if found[statut]:
            return _ETATS[statut]
    if any(statut not in _ETATS for statut in found):
        return Etat.A_ETABLIR
    return _ETATS[Statut(found.most_common(1)[0][0])]


def _etat(states: dict[tuple[str, str], Etat] | None, home: str, code: str, side: str) -> Etat:
    own = None if states is None else states.get((home, code))
    if side in _SIDE_ETATS:
        risk = side == QpvStatut.HORS and own is Etat.A_RISQUE
        return Etat.A_RISQUE if risk else _SIDE_ETATS[QpvStatut(side)]
    if states is None:
        return Etat.DANS
    return own or Etat.A_ETABLIR
