"""The premises of a tax year, each once: what is due, what its notice bears, what is claimed, what lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut, Statut
from tfpb.model.legal.tax_lines import LINES
from tfpb.model.results import (
    LOCAUX_COLUMNS,
    PREMISES_RESULT_COLUMNS,
    RESERVE_COLUMNS,
    STATE_COLUMNS,
)
from tfpb.tax.abatement import tallies
from tfpb.tax.abatement.cadastre import parcel_of
from tfpb.tax.abatement.formula import NOTHING
from tfpb.tax.abatement.premises import COUNTED, Premises, claim_limit
from tfpb.tax.plain_values import SHARE, ZERO, Record, cents, records, total
from tfpb.words.money import state_words
from tfpb.words.money.abatement_words import YES
from tfpb.words.money.state_words import named_states

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.holdings import Holding, Stock
    from tfpb.tax.abatement.missing_rates import Checks
    from tfpb.tax.abatement.notices.notice_reading import Check

Cells = dict[str, Any]

ADDED_COLUMNS: Final = (
    *PREMISES_RESULT_COLUMNS, "code_qpv", "part_logements", "logements_retenus", *STATE_COLUMNS,
    *RESERVE_COLUMNS, "etat", *LOCAUX_COLUMNS,
)  # fmt: skip
"""Columns that a premises gains: those of the contract, then what leads a figure to its source."""
_KINDS: Final[dict[Any, Any]] = {"logements_retenus": "int64", "sur_avis": "bool"}
_CLAIMED: Final = ("envoyee_le", "repondue_le", "accorde_eur", "preuve", "limite", "suite")
_OF_CLAIM: Final = ("avis", "invariant", "annee", "id_residence", "nom", "code_qpv", *_CLAIMED)
_OWNED: Final = {
    "constat": "constat_gmbi", "locaux_possedes": "locaux_possedes", "logements_avis": "logements_avis",
    "locaux": "locaux", "montant_eur": "montant_gmbi_eur", "lecture": "lecture",
}  # fmt: skip
"""Columns of a finding on premises owned, and of the premises that it is of."""
_OUT: Final = ("hors_qpv", "sortant")


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of premises besides their notices."""

    checks: Checks  # result of each sum read, with the positions of its premises
    followed: pd.DataFrame
    """`follow_up`: under the position of each premises to claim, then other claims."""
    owned: pd.DataFrame | None  # `owned_premises`


def locaux(
    frame: pd.DataFrame, items: Sequence[Premises], stock: Stock, ledger: Ledger, reader: Reader
) -> pd.DataFrame:
    """Add to each premises of the file all that is known of it; then what no notice of the year carries.

    `frame` has one row an item. The last rows, where `sur_avis` is False, are of no notice of the year: a
    résidence of a quarter without premises, dwellings owned, claims of other years.
    """
    rows: list[Cells] = [_cells(item) for item in items]
    _check(rows, items, ledger.checks, reader)
    others = _bare(items, stock, reader)
    for row in records(ledger.owned):
        _find(row, rows, others, reader)
    for position, line in zip(ledger.followed.index, records(ledger.followed), strict=True):
        if position < len(rows):
            rows[position] |= {c: line[c] for c in _CLAIMED}
        else:
            others.append({c: line.get(c) for c in _OF_CLAIM})
    out = frame.copy()
    for name in ADDED_COLUMNS:
        out[name] = pd.Series([r.get(name) for r in rows], dtype=_KINDS.get(name, object))
    return added(out, others)


def added(rows: pd.DataFrame, others: Sequence[Cells]) -> pd.DataFrame:
    """Return premises, then rows that no notice of the year bears: a text that a row lacks is empty."""
    if not others:
        return rows
    blank = {
        name: "" if _is_text(rows[name]) else None
        for name in rows
        if name not in _KINDS and not str(name).startswith("_")
    }
    more = pd.DataFrame(
        [blank | {"sur_avis": False, "logements_retenus": 0} | one for one in others],
        columns=rows.columns, dtype=object,
    )  # fmt: skip
    whole = pd.concat([rows.astype(object), more], ignore_index=True)
    kinds = {c: "Int64" if rows[c].dtype == "int64" else rows[c].dtype for c in rows}
    return whole.astype(kinds | _KINDS)


def _is_text(cells: pd.Series[Any]) -> bool:
    """Return whether a column is of texts, by its first cell that is one or a figure."""
    first = next((v for v in cells if v is not None), None)
    return isinstance(first, str)


def _cells(item: Premises) -> Cells:
    """Return all that a premises is, by column."""
    counted = item.amounts if item.statut in COUNTED else NOTHING
    cells: Cells = {
        "base_eur": cents(item.base), "nature": item.nature, "statut": str(item.statut),
        "motif": item.motive, "code_qpv": item.right.code_qpv, "etat": named_states(item.states),
        "part_logements": item.share.quantize(SHARE), "logements_retenus": item.dwellings,
        "compte_eur": counted.abatement, "frais_comptes_eur": counted.fees,
        "somme_taux_pct": float(sum(item.rates, ZERO)), "sur_avis": True,
        **dict.fromkeys(("groupe_lu", "constat_avis", "code_constat", "constat_gmbi", "lecture"), ""),
        **dict.fromkeys(("preuve", "suite", "constat_precedent", "statut_precedent"), ""),
    }  # fmt: skip
    for index, line in enumerate(LINES):
        blank = item.unsplit or item.row.money(f"taux_{line}_pct") is None  # no rate, no nil
        cells[f"abattement_{line}_eur"] = None if blank else item.amounts.lines[index]
    for column, name in tallies.AMOUNTS.items():
        parted = item.unsplit and column in tallies.SPLIT
        cells[column] = None if parted else getattr(item.amounts, name)
    return cells | _states(item) | tallies.reserve_cells([item]) | _listed(item.holding, item)


def _states(item: Premises) -> dict[str, Decimal | None]:
    """Return the states of a premises as cells; a nil that may be something else is no zero."""
    may = [outcome.states for outcome in item.standing.outcomes]
    return {
        column: None if not value and any(getattr(s, name) for s in may) else value
        for (column, value), name in zip(
            tallies.state_cells(item.states).items(), STATE_COLUMNS.values(), strict=True
        )
    }


def _listed(holding: Holding | None, item: Premises | None) -> Cells:
    """Return where a premises stands, and what it lacks to be declared; `a_declarer` of those to declare."""
    if holding is None:
        name = "" if item is None else item.id_residence
        return {"nom": name, **dict.fromkeys(("commune", "adresse", "reference_cadastrale"), ""),
                "a_declarer": "", "manque": ""}  # fmt: skip
    source = Record() if item is None else item.row
    section, parcel = parcel_of(holding, source)
    count = holding.dwellings if item is None else item.dwellings or source.whole("nb_logements")
    row: Cells = {
        "commune": holding.commune, "section": section, "parcelle": parcel,
        "invariant": source.text("invariant"),
        "adresse": next((u.address for u in holding.units if u.address), ""), "nb_logements": count,
    }  # fmt: skip
    missing = [name for name, value in row.items() if not value]
    if item is None:
        missing.append("locaux")
    elif item.statut == Statut.A_VERIFIER:
        missing.append("cote")
    if item is not None and item.right.motive == "exonere":
        missing.append("exoneration")
    fields = {"annee": item.right.fields.get("annee", "") if item else ""}
    listed = item is None or item.right.motive not in _OUT
    return {
        "nom": holding.nom or holding.id_residence, "commune": row["commune"], "adresse": row["adresse"],
        "reference_cadastrale": " ".join(filter(None, (section, parcel))),
        "a_declarer": YES if listed else "",
        "manque": state_words.lacks(tuple(missing), fields) if listed else "",
    }  # fmt: skip


def _bare(items: Sequence[Premises], stock: Stock, reader: Reader) -> list[Cells]:
    """Return a row of each résidence of a quarter that no premises is of."""
    listed = {i.id_residence for i in items}
    return [
        {
            "id_residence": holding.id_residence, "code_qpv": holding.code_qpv,
            "nb_logements": holding.dwellings, "annee": reader.day.year, **_listed(holding, None),
        }
        for holding in stock.holdings
        if holding.id_residence not in listed and holding.stands(QpvStatut.DANS)
    ]  # fmt: skip


def _check(rows: list[Cells], items: Sequence[Premises], checks: Checks, reader: Reader) -> None:
    """Write each sum read on the first of its premises by number; of several, its name on each."""
    limit = claim_limit(reader)
    tolerance = reader.decimal("tolerance_ligne_eur") * len(LINES)
    for check, places in checks:
        # whole euros make the ratio a little more or less than nil: it cannot show that none was due
        bare = check.constat == "concordant" and not check.awaited
        code = "concordant_sans" if bare else check.constat
        stake = _stake(check, [items[p] for p in places], tolerance)
        first = min(places, key=lambda p: items[p].invariant)
        rows[first] |= {
            "attendu_eur": cents(check.expected), "lu_eur": check.read, "ecart_eur": cents(check.gap),
            "constat_avis": state_words.NOTICES[code].format(ecart=stake, limite=limit),
            "code_constat": check.constat,
        }  # fmt: skip
        if len(places) > 1:
            group = items[first].invariant or check.avis
            for place in places:
                rows[place]["groupe_lu"] = group


def _stake(check: Check, items: list[Premises], tolerance: Decimal) -> Decimal:
    """Return what is to claim or at risk, as every other table: the sum of the rounded lines.

    Where it differs from the notice by more than roundings, the difference with the notice.
    """
    gap = abs(cents(check.gap))
    lines = total((i.states.to_claim if check.gap > 0 else i.states.at_risk) for i in items)
    return lines if abs(lines - gap) <= tolerance * len(items) else gap


def _find(found: Mapping[str, Any], rows: list[Cells], others: list[Cells], reader: Reader) -> None:
    """Write a finding on premises owned: on the first premises that it is of, else on a row of its own."""
    cells = {column: found.get(name) for name, column in _OWNED.items()}
    if places := found["places"]:
        rows[places[0]] |= cells
        return
    home = found["id_residence"]
    mine = next((r for r in others if home and r["id_residence"] == home), None)
    if mine is not None:
        mine |= cells
        return
    own = {"id_residence": home, "nom": found["nom"], "code_qpv": found["code_qpv"]}
    others.append({**own, "annee": reader.day.year, **cells})
