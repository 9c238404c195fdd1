"""Sums of the programme: by axis, by quarter against the abatement, beside last year's."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import TOTAL, Axe
from tfpb.model.results import AXIS_COLUMNS, BALANCE_COLUMNS
from tfpb.tax.plain_values import CENT, RATE, ZERO, Record, missing, records, text, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.money import Abatement

SUMS: Final = ("prevu_eur", "realise_eur", "bailleur_eur", "autres_eur", "valorise_eur")
_PROOFS: Final = ("dates_jointes", "photos_jointes", "preuves_completes")


def rate(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return part / whole to four decimals, None when it has no meaning."""
    if part is None or not whole:
        return None
    return (part / whole).quantize(RATE, ROUND_HALF_UP)


def each(amount: Decimal, dwellings: int) -> Decimal | None:
    """Return euros per dwelling, to the cent."""
    return (amount / dwellings).quantize(CENT, ROUND_HALF_UP) if dwellings else None


def by_axis(rows: list[Record], homes: Mapping[str, int]) -> pd.DataFrame:
    """Add by quarter × axis, then over all quarters (`code_qpv` « total », every axis shown).

    Returns
    -------
    DataFrame
        `AXIS_COLUMNS`, then `dates_jointes, photos_jointes, preuves_completes` (piece and date).
    """
    codes = sorted({text(r["code_qpv"]) for r in rows})
    out = []
    for code in (*codes, TOTAL):
        mine = rows if code == TOTAL else [r for r in rows if text(r["code_qpv"]) == code]
        dwellings = sum(homes.values()) if code == TOTAL else homes.get(code, 0)
        for axe in Axe:
            part = [r for r in mine if r["axe"] == axe]
            if part or code == TOTAL:
                sums = _sums(part)
                out.append(
                    {
                        "code_qpv": code,
                        "axe": int(axe),
                        "actions": len(part),
                        **sums,
                        "valorise_par_logement_eur": each(sums["valorise_eur"], dwellings),
                        "taux_valorisation": rate(sums["valorise_eur"], sums["realise_eur"]),
                        **_proofs(part),
                    }
                )
    return pd.DataFrame(out, columns=[*AXIS_COLUMNS, *_PROOFS])


def balance(
    rows: list[Record],
    abatement: Abatement | None,
    homes: Mapping[str, int],
    owed: Mapping[str, Decimal],
    year: int,
) -> pd.DataFrame:
    """Set the programme against the abatement, by quarter and year.

    `solde_eur` = valued − abatement − carry-over: below zero, what is left to justify. The abatement and
    the carry-over are those of the tax year; other years of the file show without them.

    Returns
    -------
    DataFrame
        `BALANCE_COLUMNS`, then `rattrapage_eur` (what is left to justify, zero when nothing is), and
        `dates_jointes, photos_jointes, preuves_completes`.
    """
    given: dict[str, Record] = {}
    if abatement is not None:
        given = {text(r["code_qpv"]): r for r in records(abatement.by_qpv)}
    names = {c: text(r["nom_qpv"]) for c, r in given.items()}
    years = sorted({r["annee"] for r in rows} | {year})
    out = []
    for when in years:
        mine = [r for r in rows if r["annee"] == when]
        codes = {text(r["code_qpv"]) for r in mine}
        if when == year:
            codes |= {c for c, r in given.items() if r["abattement_eur"] or c in homes}
            codes |= set(owed)
        for code in sorted(codes):
            part = [r for r in mine if text(r["code_qpv"]) == code]
            sums = _sums(part)
            known = abatement is not None and when == year
            due = given[code]["abattement_eur"] if known and code in given else ZERO
            report = owed.get(code, ZERO) if when == year else ZERO
            left = sums["valorise_eur"] - due - report if known else None
            out.append(
                {
                    "code_qpv": code,
                    "nom_qpv": names.get(code, ""),
                    "annee": when,
                    "logements": homes.get(code, 0 if when == year else None),
                    "abattement_eur": due if known else None,
                    "prevu_eur": sums["prevu_eur"],
                    "realise_eur": sums["realise_eur"],
                    "valorise_eur": sums["valorise_eur"],
                    "valorise_par_logement_eur": each(sums["valorise_eur"], homes.get(code, 0)),
                    "solde_eur": left,
                    "report_eur": report,
                    "couverture": rate(sums["valorise_eur"], due) if known else None,
                    "actions": len(part),
                    "rattrapage_eur": None if left is None else max(ZERO, -left),
                    **_proofs(part),
                }
            )
    return pd.DataFrame(out, columns=[*BALANCE_COLUMNS, "rattrapage_eur", *_PROOFS])


def totals(rows: list[Record], table: pd.DataFrame, year: int) -> dict[str, Decimal]:
    """Add the year; `solde_eur` is there only when the abatement is known."""
    out = _sums(rows)
    current = [r for r in records(table) if r["annee"] == year]
    balances = [r["solde_eur"] for r in current if r["solde_eur"] is not None]
    if balances:
        out["solde_eur"] = total(balances)
        out["rattrapage_eur"] = total(r["rattrapage_eur"] for r in current)
    out["report_eur"] = total(r["report_eur"] for r in current)
    return out


def beside(rows: list[Record], before: list[Record]) -> pd.DataFrame | None:
    """Set last year's bilan beside this year's, by axis.

    Returns
    -------
    DataFrame or None
        `axe, actions, realise_eur, valorise_eur, actions_precedentes, realise_precedent_eur,
        valorise_precedent_eur, ecart_valorise_eur`; None without last year's actions.
    """
    if not before:
        return None
    out = []
    for axe in Axe:
        now, then = ([r for r in group if r["axe"] == axe] for group in (rows, before))
        mine, last = _sums(now), _sums(then)
        out.append(
            {
                "axe": int(axe),
                "actions": len(now),
                "realise_eur": mine["realise_eur"],
                "valorise_eur": mine["valorise_eur"],
                "actions_precedentes": len(then),
                "realise_precedent_eur": last["realise_eur"],
                "valorise_precedent_eur": last["valorise_eur"],
                "ecart_valorise_eur": mine["valorise_eur"] - last["valorise_eur"],
            }
        )
    return pd.DataFrame(out)


def beside_quarters(
    table: pd.DataFrame, before: list[Record], year: int, heirs: Mapping[str, str]
) -> pd.DataFrame | None:
    """Set last year's bilan beside this year's, by quarter, with what is carried over.

    Parameters
    ----------
    table : DataFrame
        As `balance` makes it.
    before : list of Record
        Actions of the year before.
    year : int
    heirs : mapping of str to str
        Quarter of an older map → its heir: last year's actions stand on the heir's line.

    Returns
    -------
    DataFrame or None
        `code_qpv, nom_qpv, codes_precedents, actions_precedentes, realise_precedent_eur,
        valorise_precedent_eur, actions, realise_eur, valorise_eur, ecart_valorise_eur,
        encore, abattement_eur, report_eur, solde_eur, rattrapage_eur`; `encore` is False for a
        quarter that has neither action nor abatement any more. None without last year's actions.
    """
    if not before:
        return None
    now = {text(r["code_qpv"]): r for r in records(table) if r["annee"] == year}
    groups: dict[str, list[Record]] = {}
    for row in before:
        code = text(row["code_qpv"])
        place = code if code in now else heirs.get(code, code)
        groups.setdefault(place, []).append(row)
    out = []
    for code in sorted({*now, *groups}):
        mine, last = now.get(code, {}), groups.get(code, [])
        sums = _sums(last)
        others = {text(r["code_qpv"]) for r in last} - {code}
        out.append(
            {
                "code_qpv": code,
                "nom_qpv": mine.get("nom_qpv", ""),
                "codes_precedents": ", ".join(sorted(others)),
                "actions_precedentes": len(last),
                "realise_precedent_eur": sums["realise_eur"],
                "valorise_precedent_eur": sums["valorise_eur"],
                "actions": mine.get("actions", 0),
                "realise_eur": mine.get("realise_eur", ZERO),
                "valorise_eur": mine.get("valorise_eur", ZERO),
                "ecart_valorise_eur": mine.get("valorise_eur", ZERO) - sums["valorise_eur"],
                "encore": bool(mine),
                "abattement_eur": mine.get("abattement_eur"),
                "report_eur": mine.get("report_eur", ZERO),
                "solde_eur": mine.get("solde_eur"),
                "rattrapage_eur": mine.get("rattrapage_eur"),
            }
        )
    return pd.DataFrame(out)


def _sums(rows: Iterable[Record]) -> dict[str, Decimal]:
    listed = list(rows)
    return {c: total(r[c] for r in listed) for c in SUMS}


def _proofs(rows: Iterable[Record]) -> dict[str, Any]:
    """Count proofs: pieces, dates of pieces, photos, and actions that have both piece and date."""
    kept = list(rows)
    pieces = [bool(text(r.get("piece"))) for r in kept]
    dated = [not missing(r.get("date_piece")) for r in kept]
    return {
        "pieces_jointes": sum(pieces),
        "dates_jointes": sum(dated),
        "photos_jointes": sum(bool(text(r.get("photo"))) for r in kept),
        "preuves_completes": sum(a and b for a, b in zip(pieces, dated, strict=True)),
    }
