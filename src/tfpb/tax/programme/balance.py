"""Sums of the programme: by axis, by quarter against the abatement, beside last year's."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Place
from tfpb.model.codes import TOTAL, Axe
from tfpb.model.results import AXIS_COLUMNS, BALANCE_COLUMNS
from tfpb.tax.abatement.tallies import LACKING, RESERVED
from tfpb.tax.plain_values import CENT, RATE, ZERO, Record, doubt, grouped, missing, records, total
from tfpb.words.money.accounts import MARKS, NO_CODE
from tfpb.words.numbers import amount, number
from tfpb.words.places.region_names import in_region

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.law.values import Reader
    from tfpb.model.money import Abatement

SUMS: Final = ("prevu_eur", "realise_eur", "bailleur_eur", "autres_eur", "valorise_eur")
_LEFT: Final = (
    "solde_eur", "rattrapage_eur", "justifie_eur", "solde_apres_reclamation_eur", "logements_abattus",
)  # fmt: skip
"""What is added over the quarters whose abatement is known."""
_PROOFS: Final = ("dates_jointes", "photos_jointes", "preuves_completes")
_QUARTERS: Final = (
    "code_qpv", "nom_qpv", "codes_precedents", "actions_precedentes", "realise_precedent_eur",
    "valorise_precedent_eur", "actions", "realise_eur", "valorise_eur", "ecart_valorise_eur", "encore",
    "nouveau", "abattement_eur", "report_eur", "solde_eur", "rattrapage_eur",
)  # fmt: skip

_LAST: Final = ("realise_precedent_eur", "valorise_precedent_eur", "ecart_valorise_eur")


def rate(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return part / whole to four decimals, None when it has no meaning."""
    if part is None or not whole:
        return None
    return (part / whole).quantize(RATE, ROUND_HALF_UP)


def _each(amount: Decimal, dwellings: int) -> Decimal | None:
    """Return euros per dwelling, to the cent."""
    return (amount / dwellings).quantize(CENT, ROUND_HALF_UP) if dwellings else None


def _quarter(row: Record) -> str:
    return row.text("code_qpv")


def _tally(rows: list[Record]) -> dict[str, Any]:
    """Count actions, add their amounts, and count proofs: pieces, their dates, photos, piece and date."""
    pieces = [bool(r.text("piece")) for r in rows]
    dated = [not missing(r.get("date_piece")) for r in rows]
    return {
        "actions": len(rows),
        **{c: total(r[c] for r in rows) for c in SUMS},
        "pieces_jointes": sum(pieces),
        "dates_jointes": sum(dated),
        "photos_jointes": sum(bool(r.text("photo")) for r in rows),
        "preuves_completes": sum(a and b for a, b in zip(pieces, dated, strict=True)),
    }


def by_axis(rows: list[Record], homes: Mapping[str, int]) -> pd.DataFrame:
    """Add by quarter × axis, then over all quarters (`code_qpv` « total », every axis shown).

    Returns
    -------
    DataFrame
        `AXIS_COLUMNS`, then `dates_jointes, photos_jointes, preuves_completes` (piece and date).
    """
    groups = {TOTAL: rows} | grouped(rows, _quarter)
    out = []
    for code in (*sorted(groups.keys() - {TOTAL}), TOTAL):
        dwellings = sum(homes.values()) if code == TOTAL else homes.get(code, 0)
        parts = grouped(groups[code], lambda r: r["axe"])
        for axe in Axe:
            if axe in parts or code == TOTAL:
                sums = _tally(parts.get(axe, []))
                valued = sums["valorise_eur"]
                sums |= {"code_qpv": code, "axe": int(axe)}
                sums["valorise_par_logement_eur"] = _each(valued, dwellings)
                sums["taux_valorisation"] = rate(valued, sums["realise_eur"])
                out.append(sums)
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
        given = {_quarter(r): r for r in records(abatement.by_qpv)}
    actions = grouped(rows, lambda r: (r["annee"], _quarter(r)))
    lines = set(actions) | {(year, c) for c in owed}
    lines |= {(year, c) for c, r in given.items() if r["abattement_eur"] or c in homes}
    out = []
    for when, code in sorted(lines):
        sums = _tally(actions.get((when, code), []))
        valued, quarter, now = sums["valorise_eur"], given.get(code, Record()), when == year
        known = abatement is not None and now
        due = quarter.get("abattement_eur", ZERO) if known else None
        report = owed.get(code, ZERO) if now else ZERO
        left = None if due is None else valued - due - report
        abated = quarter.get("logements_abattus", 0) if due is not None else 0
        claim = quarter.get("abattement_a_reclamer_eur", ZERO)
        sums |= {
            "code_qpv": code,
            "annee": when,
            "logements": homes.get(code, 0 if now else None),
            "abattement_eur": due,
            "valorise_par_logement_eur": _each(valued, homes.get(code, 0)),
            "solde_eur": left,
            "report_eur": report,
            "couverture": rate(valued, due),
            "rattrapage_eur": None if left is None else max(ZERO, -left),
            "logements_abattus": None if due is None else abated,
            "valorise_par_logement_abattu_eur": _each(valued, abated),
            "abattement_par_logement_abattu_eur": None if due is None else _each(due, abated),
            "justifie_eur": None if due is None else min(valued, due),
            "solde_apres_reclamation_eur": None if left is None else left - claim,
        }
        out.append(sums)
    table = pd.DataFrame(out, columns=[*BALANCE_COLUMNS, "rattrapage_eur", *_PROOFS])
    return table.astype({"logements_abattus": "Int64"})


def totals(rows: list[Record], table: pd.DataFrame, year: int) -> dict[str, Decimal]:
    """Add the year; `solde_eur` is there only when the abatement is known."""
    out = {c: total(r[c] for r in rows) for c in SUMS}
    current = [r for r in records(table) if r["annee"] == year]
    if any(r["solde_eur"] is not None for r in current):
        for column in _LEFT:
            out[column] = total(r[column] for r in current)
    out["report_eur"] = total(r["report_eur"] for r in current)
    return out


def _both_years(now: Mapping[str, Any], last: list[Record]) -> dict[str, Any]:
    """Set the sums of a year beside those of the actions of the year before."""
    before = _tally(last)
    valued = now.get("valorise_eur", ZERO)
    return {
        "actions": now.get("actions", 0),
        "realise_eur": now.get("realise_eur", ZERO),
        "valorise_eur": valued,
        "actions_precedentes": len(last),
        "realise_precedent_eur": before["realise_eur"],
        "valorise_precedent_eur": before["valorise_eur"],
        "ecart_valorise_eur": valued - before["valorise_eur"],
    }


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
    now, then = (grouped(group, lambda r: r["axe"]) for group in (rows, before))
    return pd.DataFrame(
        [
            {"axe": int(axe), **_both_years(_tally(now.get(axe, [])), then.get(axe, []))}
            for axe in Axe
        ]
    )


def beside_quarters(
    table: pd.DataFrame,
    before: list[Record],
    year: int,
    heirs: Mapping[str, str],
    new: frozenset[str],
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
    new : frozenset of str
        Quarters that were none the year before.

    Returns
    -------
    DataFrame or None
        `code_qpv, nom_qpv, codes_precedents, actions_precedentes, realise_precedent_eur,
        valorise_precedent_eur, actions, realise_eur, valorise_eur, ecart_valorise_eur,
        encore, nouveau, abattement_eur, report_eur, solde_eur, rattrapage_eur`; `encore` is False for a
        quarter that has neither action nor abatement any more; `nouveau` is True for one that was none the
        year before and has no action of it: its euros of then are None, not 0. None without last year's
        actions.
    """
    if not before:
        return None
    now, groups = _inherited(table, before, year, heirs)
    out = []
    for code in sorted({*now, *groups}):
        mine, last = now.get(code, Record()), groups.get(code, [])
        fresh = code in new and not last
        out.append(
            {
                **{c: mine.get(c) for c in _QUARTERS},
                "code_qpv": code,
                "codes_precedents": ", ".join(sorted({_quarter(r) for r in last} - {code})),
                "encore": bool(mine),
                "nouveau": fresh,
                "report_eur": mine.get("report_eur", ZERO),
                **_both_years(mine, last),
                **(dict.fromkeys(_LAST) if fresh else {}),
            }
        )
    return pd.DataFrame(out, columns=list(_QUARTERS))


def _inherited(
    table: pd.DataFrame, before: list[Record], year: int, heirs: Mapping[str, str]
) -> tuple[dict[str, Record], dict[str, list[Record]]]:
    """Return this year's line of each quarter, and last year's actions under the quarter's heir."""
    now = {_quarter(r): r for r in records(table) if r["annee"] == year}

    def line_of(row: Record) -> str:
        code = _quarter(row)
        return code if code in now else heirs.get(code, code)

    return now, grouped(before, line_of)


def axes_before(
    table: pd.DataFrame, before: list[Record], year: int, heirs: Mapping[str, str]
) -> pd.DataFrame | None:
    """Sum last year's actions by quarter and axis, an older quarter's under its heir.

    Returns
    -------
    DataFrame or None
        `code_qpv, axe, actions_precedentes, valorise_precedent_eur`; None without last year's actions.
    """
    if not before:
        return None
    _, groups = _inherited(table, before, year, heirs)
    return pd.DataFrame(
        [
            {
                "code_qpv": code,
                "axe": int(axe),
                "actions_precedentes": len(rows),
                "valorise_precedent_eur": _tally(rows)["valorise_eur"],
            }
            for code, actions in sorted(groups.items())
            for axe, rows in sorted(grouped(actions, lambda r: r["axe"]).items())
        ]
    )


def check_quarters(
    rows: list[Record],
    abatement: Abatement | None,
    homes: Mapping[str, int],
    npnru: frozenset[str],
    year: int,
) -> list[Fault]:
    """Refuse actions in a quarter without abatement; doubt axis 8 in a quarter under renewal."""
    given = [] if abatement is None else records(abatement.by_qpv)
    sure = {_quarter(r) for r in given if (r["abattement_eur"] or ZERO) > 0}
    unsure = {_quarter(r) for r in given if r["nature"] in (RESERVED, LACKING) or _stake(r)}
    faults = []
    for row in rows:
        code, here = _quarter(row), row.place("code_qpv")
        if row["axe"] == Axe.TRAVAUX and code in npnru:
            faults.append(doubt("axe8_npnru", row.place("axe"), code))
        if row["annee"] != year:
            continue
        if abatement is None:
            if code not in homes:
                faults.append(doubt("action_qpv_hors_patrimoine", here, code))
        elif code not in sure | unsure:
            fields = {"codes": ", ".join(sorted(sure | unsure)) or NO_CODE}
            faults.append(Fault("action_sans_abattement", here, code, fields))
        elif code not in sure:
            faults.append(doubt("action_abattement_incertain", here, code))
    return faults


def _stake(row: Record) -> Decimal:
    """Return what a quarter has beside what is counted: borne, to claim or hanging, euros."""
    return total(row.money(c) for c in ("porte_avis_eur", "au_mieux_eur"))


def read_carry(
    carry: Mapping[str, Any],
    read: list[Record],
    abatement: Abatement | None,
    homes: Mapping[str, int],
) -> tuple[dict[str, Decimal], list[Fault]]:
    """Read what each quarter carries over, in euros; what cannot be read is a fault.

    Parameters
    ----------
    carry : mapping of str to str, int or Decimal
        Quarter → euros, as written in `dossier.toml` (`report_eur`).
    read : list of Record
        Actions.
    abatement : Abatement or None
    homes : mapping of str to int
        Dwellings of each quarter.

    Returns
    -------
    owed : dict of str to Decimal
        Euros, to the cent.
    faults : list of Fault
        `report_illisible`; `report_inconnu`, a doubt, for a quarter met nowhere.
    """
    known = {_quarter(r) for r in read} | set(homes)
    if abatement is not None:
        known |= set(abatement.by_qpv["code_qpv"])
    owed: dict[str, Decimal] = {}
    faults = []
    for code, value in carry.items():
        here = Place("dossier.toml", column=f"report_eur.{code}")
        raw = re.sub(r"[\s\u00a0\u202f€]", "", str(value)).replace(",", ".").replace("−", "-")
        if not re.fullmatch(r"-?\d+(\.\d+)?", raw):
            faults.append(Fault("report_illisible", here, str(value)))
            continue
        if code not in known:
            faults.append(doubt("report_inconnu", here, code))
        owed[code] = Decimal(raw).quantize(CENT, ROUND_HALF_UP)
    return owed, faults


def check_total(
    rows: list[Record], before: list[Record], abatement: Abatement | None, year: int
) -> list[Fault]:
    """Doubt a year valued under a hundredth of its abatement, or of the year before: another unit."""
    valued = total(r["valorise_eur"] for r in rows)
    due = None if abatement is None else abatement.totals.get("abattement_eur")
    marks = {"abattement": due or ZERO, "precedent": total(r["valorise_eur"] for r in before)}
    for mark, whole in marks.items():
        if 0 < valued < whole * CENT:
            here = next(r.place("valorise_eur") for r in rows if r["valorise_eur"])
            fields = {"annee": year, "repere": MARKS[mark], "montant": amount(whole)}
            return [doubt("programme_infime", here, amount(valued), **fields)]
    return []


def check_heights(table: pd.DataFrame, reader: Reader) -> list[Fault]:
    """Doubt a valued spending per dwelling out of all known orders of magnitude."""
    high = reader.decimal("valorise_par_logement_max_eur")
    for key in ("repere_couverture_region", "repere_region"):
        reader.text(key)  # the marks that heights are shown beside
    usual = {
        "haut": number(high),
        "region": reader.text("repere_valorise_region_eur"),
        "ou_region": in_region(reader.region),
        "national": reader.text("repere_valorise_national_eur"),
    }
    heights = [(_quarter(r), r["valorise_par_logement_eur"]) for r in records(table)]
    return [
        doubt("valorise_inhabituel", Place(), code, **usual, par_logement=number(height))
        for code, height in heights
        if (height or ZERO) > high
    ]
