"""What each premises weighs in each fact of money: one row a premises, one column a fact, to be added."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.codes import Reserve, Statut
from tfpb.model.results import (
    DECIDED,
    MORE,
    PREMISES_FACT_COLUMNS,
    PREMISES_TEXTS,
    RESERVE_FACTS,
    UNREAD_FACTS,
)
from tfpb.tax.abatement.formula import NOTHING, Amounts
from tfpb.tax.abatement.premises import (
    COUNTED,
    NONE,
    OTHER_BUILDING,
    UNKNOWN,
    UNSETTLED,
    Premises,
    hangs_on,
)
from tfpb.tax.plain_values import ZERO, cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.tax.abatement.premises import Standing

_ALL: Final = Decimal(1)
TO_SEND: Final = "a_envoyer"
_SENDING: Final = {TO_SEND: ("reclame_a_envoyer",), "envoyee": ("reclame_en_cours",)}
"""Where a claim stands, and the facts that it is of."""
_AFTER_DECISION: Final = (
    "estime", "perdu", "acquis_porte", "a_reclamer", "apres_reclamation", "non_lu",
)  # fmt: skip
"""States that the amount of a door to check may be in once its side is decided."""
_HOMES_DECIDED: Final = tuple(f"logements_{name}{DECIDED}" for name in ("abattus", "a_reclamer"))
_SIDE: Final = frozenset(
    {"cote_a_verifier", "residence_hors_patrimoine", OTHER_BUILDING, "logements_inconnus"}
)
"""Motives in doubt of a side: their dwellings are to check, and in no count of the quarter."""


def premises_facts(items: Iterable[Premises], suites: Mapping[int, str]) -> pd.DataFrame:
    """Return what each premises adds to each claim of money, in order.

    Euros are whole cents (int64): sums are exact. `suites` gives, by position of a premises to claim, how
    far its claim is (`FOLLOW_UP_COLUMNS`).
    """
    rows = [_row(item, suites.get(k, TO_SEND)) for k, item in enumerate(items)]
    texts = {c: [r[c] for r in rows] for c in PREMISES_TEXTS}
    columns = {c: pd.Series(v, dtype=object) for c, v in texts.items()}
    for name in PREMISES_FACT_COLUMNS:
        if name not in columns:
            columns[name] = pd.Series([r.get(name, 0) for r in rows], dtype="int64")
    return pd.DataFrame(columns, columns=list(PREMISES_FACT_COLUMNS))


def _row(item: Premises, suite: str) -> dict[str, object]:
    """Return what a premises adds, nil left out."""
    counted, claimed = (
        item.statut in COUNTED,
        (f"a_reclamer_{item.proof}", *_SENDING.get(suite, ())),
    )
    named = {
        **_right(item.amounts if counted else NOTHING, item.base * item.share if counted else ZERO),
        **_standing(item.standing, claimed),
    }
    most = _most(item, claimed)
    more = _beyond(named, most, MORE)
    reached = {n: max(named.get(n, ZERO), most.get(n, ZERO)) for n in {**named, **most}}
    doubt = ZERO if item.right.statut == Statut.SANS_LOGEMENT else item.right.doubt
    side = _beyond(reached, _decided(item, claimed), DECIDED) if doubt else {}
    amounts = {**named, **more, **side}
    euros = {name: int(amount.scaleb(2)) for name, amount in amounts.items() if amount}
    return {
        **euros,
        **_dwellings(item),
        **dict.fromkeys(_HOMES_DECIDED, round(item.dwellings * doubt)),
        "id_residence": item.id_residence,
        "code_qpv": item.right.code_qpv,
        "code_insee": item.holding.code_insee if item.holding is not None else "",
        "ouvert": _open(item),
    }


def _beyond(
    named: Mapping[str, Decimal], most: Mapping[str, Decimal], mark: str
) -> dict[str, Decimal]:
    """Name by how much facts may exceed what they are, where nothing keeps them from it."""
    return {
        name + mark: amount - named.get(name, ZERO)
        for name, amount in most.items()
        if name in UNREAD_FACTS and amount > named.get(name, ZERO)
    }


def _right(due: Amounts, base: Decimal) -> dict[str, Decimal]:
    """Name the amounts of what is counted."""
    return {
        "acquis": due.abatement, "base": cents(base), "frais_gestion": due.fees, "economie": due.total,
        "compensation": due.compensation, "perte": due.lost, "reporte_contribuables": due.spread,
        "perte_communes": due.town_lost, "perte_intercommunale": due.lost - due.town_lost,
    }  # fmt: skip


def _standing(standing: Standing, claimed: tuple[str, ...]) -> dict[str, Decimal]:
    """Name the amounts of the states, and of what hangs; what is to claim is in each part of `claimed`."""
    states, reserves = standing.states, standing.reserves
    return {
        "estime": states.estimated, "sous_reserve": states.reserved, "perdu": states.lost,
        "au_mieux": states.best,
        "acquis_porte": states.acquired, "a_risque": states.at_risk, "porte": states.borne,
        "sous_reserve_porte": states.doubtful, "a_reclamer": states.to_claim,
        "frais_a_reclamer": states.claim_fees,
        "apres_reclamation": states.claimed,
        **dict.fromkeys(claimed, states.to_claim),
        **{name: reserves.get(reason, ZERO) for name, reason in RESERVE_FACTS.items()},
    }  # fmt: skip


def _most(item: Premises, claimed: tuple[str, ...]) -> dict[str, Decimal]:
    """Return the most that each fact may come to, by the notice or the right that is not known.

    What is at risk stays what is known to be without right.
    """
    right, unread = item.right, item.statut == Statut.NON_LU
    stretched = item.stretch > 1 and item.statut in COUNTED
    counts = (unread and item.entitled) or stretched or (not right.known and item.state != NONE)
    share = right.share if counts else ZERO
    due = item.most_abated(share) if share else NOTHING
    found = _right(due, item.base * share)
    if unread:
        found["non_lu"] = item.most_abated(right.share).abatement if right.share else ZERO
    for outcome in item.standing.outcomes:
        for name, amount in _standing(outcome, claimed).items():
            found[name] = max(found.get(name, ZERO), amount)
    return found


def _decided(item: Premises, claimed: tuple[str, ...]) -> dict[str, Decimal]:
    """Return the most that each fact may come to once the side of a door to check is decided.

    In the quarter, any state may have the whole amount; out of it, what the notice bears is at risk.
    """
    share = item.right.share + item.right.doubt
    due = item.most_abated(share)
    return {
        **_right(due, item.base * item.stretch * share),
        **dict.fromkeys((*_AFTER_DECISION, *claimed), due.abatement),
        **dict.fromkeys(("a_risque", "porte"), item.most_abated(_ALL).abatement),
        "frais_a_reclamer": due.fees,
    }


def _dwellings(item: Premises) -> dict[str, int]:
    """Count the dwellings in the quarter, under what they are; those whose side is in doubt under none."""
    right = item.right
    inside = round(item.dwellings * right.share)
    if item.statut in COUNTED:
        return {"logements_abattus": item.abated_dwellings}
    if item.statut == Statut.NON_LU and item.entitled:
        return {
            "logements_non_lus": inside, f"logements_abattus{MORE}": inside,
            f"logements_a_reclamer{MORE}": inside,
        }  # fmt: skip
    if item.statut == Statut.A_RECLAMER:
        return {"logements_a_reclamer": inside}
    if right.statut in {*UNSETTLED, Statut.A_VERIFIER} and right.motive not in _SIDE:
        share = right.doubt if right.statut == Statut.A_VERIFIER else right.share
        homes = {"logements_droit_non_etabli": round(item.dwellings * share)}
        if not right.known:
            may = {NONE: ("a_reclamer",), UNKNOWN: ("abattus", "a_reclamer")}.get(
                item.state, ("abattus",)
            )
            homes |= {f"logements_{name}{MORE}": inside for name in may}
        return homes
    return {}


def _open(item: Premises) -> str:
    """Return why a fact of a premises may be more: what its right hangs on, else its notice."""
    if not item.right.known:
        return str(hangs_on(item.right))
    if item.state != UNKNOWN and item.stretch > 1:
        return "sans_taux"
    if item.state != UNKNOWN:  # lost for the dwellings of one side
        return str(Reserve.COTE) if item.standing.outcomes else ""
    return "avis_non_lu" if item.current else "sans_avis"
