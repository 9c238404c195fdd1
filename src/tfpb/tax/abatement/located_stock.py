"""A located stock read back from a file: entrances with their side, or counts by résidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables import STOCK
from tfpb.tax.plain_values import Record, place, records, text, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIDES: Final = tuple(str(s) for s in QpvStatut)
_ADDED: Final = (
    Column("qpv_statut", Kind.CHOICE, "côté du périmètre", choices=_SIDES),
    Column("qpv_code", Kind.CODE, "code du QPV"),
    Column("qpv_nom", Kind.TEXT, "nom du QPV"),
    Column("qpv_proche_code", Kind.CODE, "code du QPV le plus proche"),
    Column("qpv_proche_nom", Kind.TEXT, "nom du QPV le plus proche"),
    Column("qpv_millesime", Kind.YEAR, "millésime des périmètres", minimum=2015, maximum=2100),
    Column("qpv2015_statut", Kind.CHOICE, "côté sur la carte de 2015", choices=_SIDES),
    Column("qpv2015_code", Kind.CODE, "code du QPV de 2015"),
    Column("qpv2024_statut", Kind.CHOICE, "côté sur la carte de 2024", choices=_SIDES),
    Column("qpv2024_code", Kind.CODE, "code du QPV de 2024"),
    Column("qpv_evolution", Kind.TEXT, "évolution de 2015 à 2024"),
    Column("result_label", Kind.TEXT, "adresse trouvée"),
    Column("result_parcelle", Kind.CODE, "parcelle trouvée"),
    Column("logements_dans", Kind.INTEGER, "logements dans le quartier", minimum=0),
    Column("logements_hors", Kind.INTEGER, "logements hors du quartier", minimum=0),
    Column("logements_a_verifier", Kind.INTEGER, "logements à vérifier", minimum=0),
    Column("cote", Kind.CHOICE, "côté de la plupart des logements", choices=_SIDES),
    Column("code_qpv", Kind.CODE, "code du QPV de la résidence"),
    Column("nom_qpv", Kind.TEXT, "nom du QPV de la résidence"),
    Column("evolution", Kind.TEXT, "évolution de la résidence"),
)
LOCATED: Final = Contract(
    "residences",
    "Résidences",
    tuple(
        replace(c, required=c.name == "id_residence", filled=c.name == "id_residence")
        for c in STOCK.columns
    )
    + _ADDED,
)
"""What `tfpb localiser` writes (entrances), or a table of résidences; only the key is required."""


def split_located(
    frame: pd.DataFrame, headers: Iterable[str]
) -> tuple[pd.DataFrame, pd.DataFrame | None, list[Fault]]:
    """Return the two tables of a located stock: résidences, and entrances when it lists them.

    Parameters
    ----------
    frame : DataFrame
        Typed by `LOCATED`.
    headers : iterable of str
        Columns of the contract that the file holds.

    Returns
    -------
    residences : DataFrame
    entrances : DataFrame or None
        None when the file counts dwellings by résidence.
    faults : list of Fault
        `cote_absent` when the file holds no side; `ligne_en_double` for a repeated résidence.
    """
    held = set(headers)
    if "qpv_statut" in held:
        return residences_of(frame), frame, []
    if held & {"logements_dans", "cote"}:
        return frame, None, _repeated(frame)
    here = place(records(frame.head(1))[0]) if len(frame) else place({})
    fault = Fault("cote_absent", replace(here, row=0), "", {"annee": "ANNÉE"})
    return frame, None, [fault]


def residences_of(entrances: pd.DataFrame) -> pd.DataFrame:
    """Gather located entrances by résidence, in order of appearance.

    Returns
    -------
    DataFrame
        The columns of `RESIDENCE_COLUMNS` that money needs; names are those of the first entrance that
        has one, the quarter that of most dwellings in (else in doubt).
    """
    groups: dict[str, list[Record]] = {}
    for row in records(entrances):
        groups.setdefault(text(row["id_residence"]), []).append(row)
    rows = []
    for key, doors in groups.items():
        count = dict.fromkeys(_SIDES, 0)
        weight: dict[tuple[bool, str], int] = {}
        names: dict[str, str] = {}
        for door in doors:
            side = text(door.get("qpv_statut")) or str(QpvStatut.A_VERIFIER)
            homes = whole(door.get("nb_logements")) or 0
            count[side] += homes
            code = text(door.get("qpv_code"))
            if not code and side == QpvStatut.A_VERIFIER:
                code = text(door.get("qpv_proche_code"))
                names.setdefault(code, text(door.get("qpv_proche_nom")))
            names[code] = names.get(code) or text(door.get("qpv_nom"))
            if code and side != QpvStatut.HORS:
                doubt = side != QpvStatut.DANS
                weight[(doubt, code)] = weight.get((doubt, code), 0) + homes
        best = min(weight, key=lambda k: (k[0], -weight[k], k[1]), default=(False, ""))
        rows.append(_gathered(key, doors, count, best[1], names))
    return pd.DataFrame(rows)


def _gathered(
    key: str, doors: list[Record], count: dict[str, int], code: str, names: dict[str, str]
) -> dict[str, Any]:
    def first(column: str) -> str:
        return next((t for d in doors if (t := text(d.get(column)))), "")

    total = sum(count.values())
    return {
        "id_residence": key,
        "nom": first("nom"),
        "bailleur": first("bailleur"),
        "commune": first("commune"),
        "code_insee": first("code_insee"),
        "nb_entrees": len(doors),
        "nb_logements": total,
        **{f"logements_{side}": n for side, n in count.items()},
        "part_qpv": count[QpvStatut.DANS] / total if total else float("nan"),
        "cote": max(count, key=lambda s: count[s]),
        "code_qpv": code,
        "nom_qpv": names.get(code, "") if code else "",
        "evolution": first("qpv_evolution"),
        "type_habitat": first("type_habitat"),
    }


def _repeated(frame: pd.DataFrame) -> list[Fault]:
    seen: dict[str, int] = {}
    faults = []
    for row in records(frame):
        key, here = text(row["id_residence"]), place(row, "id_residence")
        if key in seen:
            fields = {"autre": seen[key], "cle": "même résidence", "objet": "résidence"}
            faults.append(Fault("ligne_en_double", here, key, fields, Severity.FAUTE))
        seen.setdefault(key, here.row)
    return faults
