"""The plan of the surveys whose statistics are held against R's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def golden_plan(
    items: Sequence[str],
    variables: Mapping[str, object] | None = None,
    *,
    note: bool = True,
    **columns: object,
) -> Plan:
    listed = [
        {"colonnes": i, "libelle": i, "theme": "residence", "echelle": "quatre"} for i in items
    ]
    if note:
        listed.append({"colonnes": "note", "libelle": "note", "theme": "global", "echelle": "note"})
    return Plan.model_validate(
        {
            "colonnes": {
                "repondant": "id",
                "vague": "vague",
                "bailleur": "bailleur",
                "residence": "residence",
                "poids": "poids",
                "qpv": "qpv",
                "strates": ["bailleur", "qpv"],
                "ajustement": ["type_habitat", "periode"],
            }
            | columns,
            "variables": variables or {},
            "echelles": {
                "quatre": {
                    "satisfait": [1, 2],
                    "insatisfait": [3, 4],
                    "non_concerne": [8],
                    "nsp": [9],
                },
                "note": {"type": "note", "satisfait_des": 7, "nsp": [99]},
            },
            "items": listed,
        }
    )
