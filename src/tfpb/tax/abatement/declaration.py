"""The list of premises that goes with the declaration, in the order of the tax office."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut, Statut
from tfpb.model.results import DECLARATION_COLUMNS
from tfpb.tax.plain_values import Record
from tfpb.text import fold
from tfpb.words.money import state_words

if TYPE_CHECKING:
    from tfpb.tax.abatement.holdings import Holding, Stock
    from tfpb.tax.abatement.premises import Premises

_PARCEL: Final = re.compile(r"(?:\d[\dAB]\d{3})?(\d{3})?\s*([A-Z]{2}|0?[A-Z]|\d{2})\s*(\d{1,4})")
_IDENTIFIED: Final = ("commune", "section", "parcelle", "invariant", "adresse", "nb_logements")


def declaration(items: list[Premises], stock: Stock) -> pd.DataFrame:
    """List the premises of the quarters, with what each lacks to be declared.

    Premises whose every dwelling is outside are left out. Those in doubt are in, marked; a résidence of
    a quarter without any premises has one row that says so.

    Returns
    -------
    DataFrame
        `DECLARATION_COLUMNS`, sorted by commune, section, parcel, invariant.
    """
    rows = [
        _row(item.holding, item)
        for item in items
        if item.holding is not None and item.right.motive not in ("hors_qpv", "sortant")
    ]
    listed = {i.id_residence for i in items}
    rows += [
        _row(holding, None)
        for holding in stock.holdings
        if holding.id_residence not in listed and holding.stands(QpvStatut.DANS)
    ]
    rows.sort(key=_office_order)
    return pd.DataFrame(rows, columns=list(DECLARATION_COLUMNS))


def _row(holding: Holding, item: Premises | None) -> dict[str, Any]:
    """Return one row: of a premises, or of a résidence that has none."""
    source = Record() if item is None else item.row
    section, parcel = _reference(holding, source)
    row: dict[str, Any] = {
        "commune": holding.commune,
        "section": section,
        "parcelle": parcel,
        "invariant": source.text("invariant"),
        "id_residence": holding.id_residence,
        "id_batiment": source.text("id_batiment"),
        "adresse": next((u.address for u in holding.units if u.address), ""),
        "nb_logements": holding.dwellings,
        "code_qpv": holding.code_qpv,
        "statut": "",
    }
    if item is not None:
        row["nb_logements"] = item.dwellings or source.whole("nb_logements") or 0
        row["code_qpv"], row["statut"] = item.right.code_qpv, str(item.statut)
    missing = [name for name in _IDENTIFIED if not row[name]]
    if item is None:
        missing.append("locaux")
    elif item.statut == Statut.A_VERIFIER:
        missing.append("cote")
    fields = {"annee": item.right.fields.get("annee", "") if item else ""}
    if item is not None and item.right.motive == "exonere":
        missing.append("exoneration")
    row["manque"] = state_words.lacks(tuple(missing), fields)
    return row


def _reference(holding: Holding, row: Record) -> tuple[str, str]:
    """Return section and parcel of a premises, else those of the stock's cadastral reference."""
    section, parcel = row.text("section"), row.text("parcelle")
    if section and parcel:
        return section, parcel
    found = cadastral(parcel or next((u.parcel for u in holding.units if u.parcel), ""))
    return (section or found[0], found[1]) if found[1] else (section, parcel)


def cadastral(reference: str) -> tuple[str, str]:
    """Read section and number of a cadastral reference; both empty when it is none."""
    match = _PARCEL.fullmatch(reference.upper().replace("-", " ").strip())
    if match is None:
        return "", ""
    prefix = match[1] if match[1] and match[1] != "000" else ""
    return f"{prefix}{match[2].lstrip('0')}", match[3].lstrip("0")


def _office_order(row: dict[str, Any]) -> tuple[Any, ...]:
    parcel = row["parcelle"]
    number = int(parcel) if parcel.isdigit() else 0
    return (fold(row["commune"]), row["section"], number, parcel, row["invariant"],
            row["id_residence"], row["id_batiment"])  # fmt: skip
