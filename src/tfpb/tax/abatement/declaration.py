"""The list of premises that goes with the declaration, in the order of the tax office."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut, Statut
from tfpb.model.results import DECLARATION_COLUMNS
from tfpb.tax.plain_values import text, whole
from tfpb.text import fold
from tfpb.words.money import status_reasons

if TYPE_CHECKING:
    from tfpb.tax.abatement import tallies
    from tfpb.tax.abatement.holdings import Holding, Stock

_PARCEL: Final = re.compile(r"(?:\d[\dAB]\d{3})?(\d{3})?\s*([A-Z]{2}|0?[A-Z]|\d{2})\s*(\d{1,4})")
_IDENTIFIED: Final = ("commune", "section", "parcelle", "invariant", "adresse", "nb_logements")


def declaration(pairs: tallies.Pairs, stock: Stock) -> pd.DataFrame:
    """List the premises of the quarters, with what each lacks to be declared.

    Premises whose every dwelling is outside are left out. Those in doubt are in, marked; a résidence of
    a quarter without any premises has one row that says so.

    Returns
    -------
    DataFrame
        `DECLARATION_COLUMNS`, sorted by commune, section, parcel, invariant.
    """
    rows = []
    seen = set()
    for item, done in pairs:
        seen.add(text(item.row["id_residence"]))
        if item.holding is None or item.right.motive in ("hors_qpv", "sortant"):
            continue
        fields: dict[str, Any] = {"annee": item.right.fields.get("annee", "")}
        section, parcel = _reference(item.holding, item.row)
        rows.append(
            _row(
                item.holding,
                statut=done.statut,
                section=section,
                parcel=parcel,
                invariant=text(item.row.get("invariant")),
                building=text(item.row.get("id_batiment")),
                dwellings=item.dwellings or whole(item.row.get("nb_logements")) or 0,
                code_qpv=item.right.code_qpv,
                fields=fields,
                exempt=item.right.motive == "exonere",
            )
        )
    for holding in stock.holdings:
        if holding.id_residence not in seen and holding.count(QpvStatut.DANS):
            section, parcel = _reference(holding, {})
            rows.append(
                _row(
                    holding,
                    statut="",
                    section=section,
                    parcel=parcel,
                    invariant="",
                    building="",
                    dwellings=holding.dwellings,
                    code_qpv=holding.code_qpv,
                    fields={},
                    exempt=False,
                )
            )
    rows.sort(key=_office_order)
    return pd.DataFrame(rows, columns=list(DECLARATION_COLUMNS))


def _row(
    holding: Holding,
    *,
    statut: str,
    section: str,
    parcel: str,
    invariant: str,
    building: str,
    dwellings: int,
    code_qpv: str,
    fields: dict[str, Any],
    exempt: bool,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "commune": holding.commune,
        "section": section,
        "parcelle": parcel,
        "invariant": invariant,
        "id_residence": holding.id_residence,
        "id_batiment": building,
        "adresse": next((u.address for u in holding.units if u.address), ""),
        "nb_logements": dwellings,
        "code_qpv": code_qpv,
        "statut": str(statut),
    }
    missing = [name for name in _IDENTIFIED if not row[name]]
    if not statut:
        missing.append("locaux")
    if statut == Statut.A_VERIFIER:
        missing.append("cote")
    if exempt:
        missing.append("exoneration")
    row["manque"] = status_reasons.lacks(tuple(missing), fields)
    return row


def _reference(holding: Holding, row: dict[str, Any]) -> tuple[str, str]:
    """Return section and parcel of a premises, else those of the stock's cadastral reference."""
    section, parcel = text(row.get("section")), text(row.get("parcelle"))
    if section and parcel:
        return section, parcel
    found = parcel or next((u.parcel for u in holding.units if u.parcel), "")
    match = _PARCEL.fullmatch(found.upper().replace("-", " ").strip())
    if match is None:
        return section, parcel
    prefix = match[1] if match[1] and match[1] != "000" else ""
    return section or f"{prefix}{match[2].lstrip('0')}", match[3].lstrip("0")


def _office_order(row: dict[str, Any]) -> tuple[Any, ...]:
    parcel = row["parcelle"]
    number = int(parcel) if parcel.isdigit() else 0
    return (fold(row["commune"]), row["section"], number, parcel, row["invariant"],
            row["id_residence"], row["id_batiment"])  # fmt: skip
