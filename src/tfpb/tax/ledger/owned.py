"""Premises owned against notices: owned in a quarter and on no notice, on a notice and not owned."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.model.results import OWNED_COLUMNS
from tfpb.tax.abatement.cadastre import cadastral
from tfpb.tax.abatement.rights import Right, is_home
from tfpb.tax.abatement.sent_list import premises_key
from tfpb.tax.plain_values import Record, cents, grouped, records, total
from tfpb.text import fold
from tfpb.words.money.state_words import EXTRAS, OWNED, UNKNOWN_AMOUNT
from tfpb.words.numbers import euros

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tfpb.tax.abatement.holdings import Holding, Stock
    from tfpb.tax.abatement.premises import Premises

_OUT: Final = frozenset({"hors_qpv", "sortant"})
_ALL: Final = Decimal(1)


def owned_premises(
    owned: pd.DataFrame, items: list[Premises], stock: Stock, right: Callable[[Holding], Right]
) -> pd.DataFrame:
    """Match the premises owned with those of the notices, résidence by résidence.

    A premises of the export (`GMBI`) is of a résidence by its notice, else by what the export says, else by
    a cadastral reference or an address that only one résidence has. Notices count by dwellings: one may be
    of a whole building, so that a résidence lacks no more than what it owns beyond them. `items` are
    settled; `right` is of a whole résidence, for the building of a premises on no notice is unknown.
    `places`: positions in `items` of the premises of a finding. One row without a figure when no key is
    common: nothing is concluded then.
    """
    homes = {
        premises_key(r.text("invariant")): r for r in records(owned) if is_home(r.text("nature"))
    }
    every = {premises_key(row.text("invariant")) for row in records(owned)}
    noticed = {premises_key(i.invariant): i for i in items if i.invariant}
    if not noticed.keys() & every:
        rows = [_row("sans_cle", None, locaux=len(homes))]
        return pd.DataFrame(rows, columns=list(OWNED_COLUMNS), dtype=object)
    places = _places(stock)
    mine: dict[str, list[str]] = {}
    for key, row in homes.items():
        where = noticed[key].id_residence if key in noticed else _residence(row, stock, places)
        mine.setdefault(where, []).append(key)
    by_home = grouped(items, lambda i: i.id_residence)
    rows = []
    for holding in stock.holdings:
        keys = mine.get(holding.id_residence, [])
        absent = [k for k in keys if k not in noticed]
        lines = by_home.get(holding.id_residence, [])
        strange = [
            i
            for i in lines
            if i.invariant and premises_key(i.invariant) not in every and i.dwellings <= 1
        ]
        covered = sum(i.dwellings for i in lines) - sum(i.dwellings for i in strange)
        lacking = max(0, min(len(absent), len(keys) - covered))
        held = right(holding)
        if lacking and held.motive not in _OUT:
            inside = [i for i in lines if i.right.motive not in _OUT]
            borne = sum(i.dwellings for i in inside if i.right.motive == "exonere")
            exempt = min(lacking, max(0, _exempt(holding, right) - borne))
            code = _finding(held, inside, free=lacking > exempt)
            amount = None
            if code == "sans_avis" and (each := _worth(holding, held, inside, items)) is not None:
                amount = cents(each * (lacking - exempt))
            facts = {"locaux_possedes": len(keys), "logements_avis": covered, "locaux": lacking}
            more = {"exoneres": exempt, "doute": held.doubt} if code == "sans_avis" else {}
            rows.append(_row(code, holding, montant_eur=amount, more=more, **facts))
        if strange:
            paid = [i.paid for i in strange]
            amount = None if None in paid else total(paid)
            mine_of = {id(one) for one in strange}
            theirs = [k for k, item in enumerate(items) if id(item) in mine_of]
            theirs.sort(key=lambda k: items[k].invariant)
            of: dict[str, Any] = {"locaux": len(strange), "montant_eur": amount, "places": theirs}
            rows.append(_row("sans_local", holding, **of))
    lost = [k for k in mine.get("", []) if k not in noticed]
    if lost:
        rows.append(_row("non_rattache", None, locaux=len(lost)))
    return pd.DataFrame(rows, columns=list(OWNED_COLUMNS), dtype=object)


def _finding(held: Right, lines: list[Premises], *, free: bool) -> str:
    """Return what is found of premises owned and on no notice: the side first, then the exemption.

    `free` is whether they are more than the dwellings still exempt.
    """
    if held.motive == "cote_a_verifier":
        return "a_verifier"
    exempt = held.motive == "exonere" or {i.right.motive for i in lines} == {"exonere"}
    return "sans_avis" if free and not exempt else "exonere"


def _exempt(holding: Holding, right: Callable[[Holding], Right]) -> int:
    """Count the dwellings in a quarter that are still exempt: they may have no notice."""
    each = ((u.dwellings, right(replace(holding, units=(u,)))) for u in holding.units)
    return sum(count for count, of in each if of.motive == "exonere")


def _worth(
    holding: Holding, held: Right, lines: list[Premises], items: list[Premises]
) -> Decimal | None:
    """Return the abatement that a dwelling on no notice would have, by the part that is in a quarter.

    None where the résidence has no right, or none of its lines has.
    """
    if held.statut or (lines and all(i.right.statut for i in lines)):
        return None
    each = _each(holding, items)
    return None if each is None else each * min(held.share, holding.share(QpvStatut.DANS))


def _row(
    code: str, holding: Holding | None, *, more: Mapping[str, Any] | None = None, **facts: Any
) -> dict[str, Any]:
    row = {
        "id_residence": holding.id_residence if holding else "",
        "nom": holding.nom if holding else "",
        "code_qpv": holding.code_qpv if holding else "",
        "constat": code,
        "montant_eur": None,
        "places": [],
        **facts,
    }
    worth = row["montant_eur"]
    part = holding.share(QpvStatut.DANS) if holding else _ALL
    figures = {**row, "montant": UNKNOWN_AMOUNT if worth is None else euros(worth), "part": part}
    parts = [OWNED[code].filled({**figures, "coupee": part < _ALL})]
    parts += [EXTRAS[key].filled({key: value}) for key, value in (more or {}).items() if value]
    return {**row, "lecture": " ".join(parts)}


def _places(stock: Stock) -> dict[str, str]:
    """Return the references and addresses that one résidence alone bears."""
    found: dict[str, set[str]] = {}
    for holding in stock.holdings:
        for unit in holding.units:
            section, parcel = cadastral(unit.parcel)
            for name in (f"{section} {parcel}" if parcel else "", fold(unit.address)):
                if name:
                    found.setdefault(name, set()).add(holding.id_residence)
    return {name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1}


def _residence(row: Record, stock: Stock, places: dict[str, str]) -> str:
    """Return the résidence of a premises that no notice bears; empty when nothing says it."""
    named = row.text("id_residence")
    if stock.residence(named) is not None:
        return named
    section, parcel = row.text("section"), row.text("parcelle")
    if not section:
        section, parcel = cadastral(parcel)
    reference = f"{section} {parcel.lstrip('0')}" if section and parcel else ""
    return places.get(reference) or places.get(fold(row.text("adresse"))) or ""


def _each(holding: Holding, items: list[Premises]) -> Decimal | None:
    """Return the mean abatement of a dwelling: of the résidence, else of its commune, else of the file."""
    for near in (
        [i for i in items if i.id_residence == holding.id_residence],
        [i for i in items if i.holding is not None and i.holding.commune == holding.commune],
        items,
    ):
        homes = sum(i.dwellings for i in near)
        worth = total(i.full for i in near)
        if homes and worth:
            return worth / homes
    return None
