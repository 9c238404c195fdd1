"""The quarters of a dossier, each once: what stands there, what was done there, and in other years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.claim import OUTSIDE, is_quarter
from tfpb.facts.place import quarters as counted
from tfpb.tax.plain_values import records, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.facts.claim import Claims
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.money import Programme
    from tfpb.tax.plain_values import Record

_HELD: Final = ("logements_qpv", "acquis", "a_programmer", "logements_a_verifier")
"""Claims that a quarter of the dossier has one of."""
_LEFT: Final = ("reste_a_justifier", "a_revoir", "a_prouver")
_OUTSIDE: Final = ("porte", "au_mieux", "perdu")
"""Claims one of which is more than nil where what lies out of every quarter has a row."""
_MONEY: Final = ("logements_exoneres", "logements_sans_montant", "nature")
_BALANCE: Final = (
    "annee", "actions", "pieces_jointes", "dates_jointes", "preuves_completes", "photos_jointes",
    "abattement_par_logement_abattu_eur", "valorise_par_logement_abattu_eur", "couverture",
)  # fmt: skip
_BOTH: Final = (
    "codes_precedents", "actions_precedentes", "realise_precedent_eur", "valorise_precedent_eur",
    "ecart_valorise_eur", "argument",
)  # fmt: skip
_LAST: Final = {
    "prevu_eur": "prevu_precedent_eur", "pieces_jointes": "pieces_jointes_precedentes",
    "preuves_completes": "preuves_completes_precedentes",
}  # fmt: skip
"""Columns of the balance of the year before, and the name that each has beside those of the year."""
OTHER_YEARS: Final = {
    "actions": "actions_{an}", "prevu_eur": "prevu_{an}_eur", "realise_eur": "realise_{an}_eur",
    "valorise_eur": "valorise_{an}_eur", "pieces_jointes": "pieces_jointes_{an}",
    "preuves_completes": "preuves_completes_{an}",
}  # fmt: skip
"""Columns of the balance of any other year of the programme, and their names."""

_DOUBTFUL: Final = ("sous_reserve", "sous_reserve_porte", "non_lu", "estime")
_ON_NOTICES: Final = (
    "abattement_eur", "abattement_a_risque_eur", "au_pire_eur", "frais_acquis_eur",
    "apres_reclamation_eur",
)  # fmt: skip
_OFF_NOTICES: Final = (
    "abattement_a_reclamer_eur", "reclame_declare_eur", "apres_reclamation_eur", "frais_a_reclamer_eur",
)  # fmt: skip

_Rows = dict[str, dict[str, Any]]


def quartiers(dossier: Dossier) -> pd.DataFrame:
    """Return a row a quarter, the most to justify first; then those of other years, then what is in none.

    `code_qpv` is empty out of every quarter; `scope` is that of the claims of the row, which fill the
    amounts, but a nil of `incertains`. `annee` is filled where the programme has a line this year. Actions
    of another year are in the quarter that took the place of theirs, where that is known.
    """
    claims, money, plan = dossier.claims, dossier.abatement, dossier.programme
    rows: _Rows = {code: {} for code in _by_weight(claims)}
    _add(rows, records(counted(dossier.located.held)), ("residences",))
    if money is not None:
        _add(rows, records(money.by_qpv), _MONEY)
    if plan is not None:
        _programme(rows, plan, dossier.settings.dossier.annee)
    if any(claims.has(n, OUTSIDE) and claims.amount(n, OUTSIDE).may_exceed_nil for n in _OUTSIDE):
        rows[""] = {"logements_sans_montant": 0}
    for code, cells in rows.items():
        cells["incertains"] = _unsettled(cells, claims, code or OUTSIDE)
    return pd.DataFrame(
        [{"code_qpv": code, "scope": code or OUTSIDE, **cells} for code, cells in rows.items()],
        columns=["code_qpv", "scope", *dict.fromkeys(c for cells in rows.values() for c in cells)],
        dtype=object,
    )


def _unsettled(cells: Mapping[str, Any], claims: Claims, scope: str) -> tuple[str, ...]:
    """Return the amounts of a quarter that may be something else where they are nil.

    What is acquired or at risk, while notices bear a doubtful amount; what is to claim, while an amount
    hangs that no notice bears; either, where dwellings have no amount.
    """
    held = {name: claims.amount(name, scope) for name in _DOUBTFUL if claims.has(name, scope)}
    if not held:
        return ()
    may = {name: amount.may_exceed_nil for name, amount in held.items()}
    whole, borne = held["sous_reserve"], held["sous_reserve_porte"]
    apart = not (whole.is_known and borne.is_known and whole.exact == borne.exact)
    lacking = may["non_lu"] or bool(cells.get("logements_sans_montant"))
    return (
        *(_ON_NOTICES if may["sous_reserve_porte"] or lacking else ()),
        *(_OFF_NOTICES if apart or lacking or may["estime"] else ()),
    )


def other_years(plan: Programme | None, year: int) -> list[int]:
    """Return the years of a programme besides its own and the one before, which have columns of their own."""
    found = set() if plan is None else {int(y) for y in plan.balance["annee"]}
    return sorted(found - {year, year - 1})


def _by_weight(claims: Claims) -> list[str]:
    """Return the quarters that a claim names, those with the most to justify, then to prove, first."""
    codes = dict.fromkeys(c for name in _HELD for c in claims.scopes(name) if is_quarter(c))
    left = {code: [-claims.amount(name, code).at_least for name in _LEFT] for code in codes}
    return sorted(codes, key=lambda code: (*left[code], code))


def _add(rows: _Rows, lines: Iterable[Record], columns: Iterable[str]) -> None:
    """Write columns of each line on the row of its quarter."""
    kept = tuple(columns)
    for line in lines:
        rows.setdefault(line.text("code_qpv"), {}).update({c: line.get(c) for c in kept})


def _programme(rows: _Rows, plan: Programme, year: int) -> None:
    """Write what was done in each quarter this year, the year before, and in other years."""
    lines = records(plan.balance)
    _add(rows, [line for line in lines if line["annee"] == year], _BALANCE)
    both = [] if plan.quarters_both_years is None else records(plan.quarters_both_years)
    _add(rows, both, _BOTH)
    heirs = {old: r.text("code_qpv") for r in both for old in _codes(r.text("codes_precedents"))}
    groups: dict[tuple[str, int], list[Record]] = {}
    for line in lines:
        code, then = line.text("code_qpv"), int(line["annee"])
        if then != year:
            groups.setdefault((heirs.get(code, code), then), []).append(line)
    for (code, then), some in groups.items():
        names = _LAST if then == year - 1 else OTHER_YEARS
        rows.setdefault(code, {}).update(_sums(some, names, then))


def _codes(listed: str) -> list[str]:
    return [code for code in listed.split(", ") if code]


def _sums(lines: list[Record], names: Mapping[str, str], year: int) -> dict[str, Any]:
    """Add the lines of a year in a quarter; what one of them does not know, the sum does not."""
    cells = {name.format(an=year): [line.get(c) for line in lines] for c, name in names.items()}
    return {
        name: None if any(v is None for v in found) else
        total(found) if name.endswith("_eur") else sum(found)
        for name, found in cells.items()
    }  # fmt: skip
