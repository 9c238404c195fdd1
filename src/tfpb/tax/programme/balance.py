"""Frames of the programme: by axis, by quarter against the abatement, beside last year's."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Place
from tfpb.facts.amount import known, quotient
from tfpb.facts.claim import axis_scope
from tfpb.facts.programme_claims import Action, actions_of, spent
from tfpb.model.codes import TOTAL
from tfpb.model.legal.axis_table import AXES, NOT_IN_RENEWAL
from tfpb.model.results import AXIS_COLUMNS, BALANCE_COLUMNS
from tfpb.tax.abatement.tallies import LACKING, RESERVED
from tfpb.tax.plain_values import CENT, RATE, Record, doubt, grouped, missing, records
from tfpb.words.money.accounts import MARKS, NO_CODE
from tfpb.words.money.programme_words import carry_argument
from tfpb.words.numbers import amount, number
from tfpb.words.places.region_names import in_region

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims
    from tfpb.law.values import Reader
    from tfpb.model.money import Abatement

Row = tuple[Record, Action]
"""An action as it was read, and as it counts."""
_PROOFS: Final = ("dates_jointes", "photos_jointes", "preuves_completes")
_CLAIMED: Final[dict[str, tuple[str, Decimal | None]]] = {
    "abattement_eur": ("acquis", None),
    "valorise_par_logement_eur": ("valorise_par_logement_qpv", CENT),
    "solde_eur": ("solde", None),
    "report_eur": ("reporte", None),
    "couverture": ("couverture", RATE),
    "logements_abattus": ("logements_abattus", None),
    "valorise_par_logement_abattu_eur": ("valorise_par_logement", CENT),
    "abattement_par_logement_abattu_eur": ("acquis_par_logement", CENT),
    "justifie_eur": ("justifie", None),
    "solde_apres_reclamation_eur": ("solde_apres_reclamation", None),
    "rattrapage_eur": ("a_programmer", None),
}
"""Columns of the balance that a claim fills, and what they are rounded to; empty where it is not known."""
_QUARTERS: Final = (
    "code_qpv", "nom_qpv", "codes_precedents", "actions_precedentes", "realise_precedent_eur",
    "valorise_precedent_eur", "actions", "realise_eur", "valorise_eur", "ecart_valorise_eur", "encore",
    "nouveau", "abattement_eur", "report_eur", "solde_eur", "rattrapage_eur", "argument",
)  # fmt: skip
_LAST: Final = ("realise_precedent_eur", "valorise_precedent_eur", "ecart_valorise_eur")
_ROWS: Final = 3
_K: Final = 1000
_FEW_PART: Final = Decimal("0.05")  # of the abatement: from it, small actions are taken for euros


def counted(rows: list[Record]) -> list[Row]:
    """Return actions as they were read, each with what it counts for."""
    return list(zip(rows, actions_of(pd.DataFrame(rows)), strict=True))


def rate(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return part / whole to four decimals, None when it has no meaning."""
    if part is None or not whole:
        return None
    return (part / whole).quantize(RATE, ROUND_HALF_UP)


def _cell(amount: Amount, to: Decimal | None = None) -> Decimal | None:
    """Return an amount as a cell holds it: empty where it is not known."""
    if not amount.is_known:
        return None
    return amount.exact if to is None else amount.exact.quantize(to, ROUND_HALF_UP)


def _quarter(row: Row) -> str:
    return row[1].code_qpv


def _tally(rows: list[Row]) -> dict[str, Any]:
    """Count actions, add their amounts, and count proofs: pieces, their dates, photos, piece and date."""
    sums = spent(action for _, action in rows)
    amounts = {
        "prevu_eur": sums.prevu, "realise_eur": sums.realise, "bailleur_eur": sums.bailleur,
        "autres_eur": sums.autres, "valorise_eur": sums.valorise,
    }  # fmt: skip
    return {
        "actions": sums.actions,
        **{column: _cell(amount) for column, amount in amounts.items()},
        "pieces_jointes": sums.with_piece,
        "dates_jointes": sum(not missing(r.get("date_piece")) for r, _ in rows),
        "photos_jointes": sums.with_photo,
        "preuves_completes": sums.proved,
    }


def by_axis(rows: list[Row], claims: Claims) -> pd.DataFrame:
    """Add by quarter × axis, then over all quarters (`code_qpv` « total », every axis shown).

    `AXIS_COLUMNS`, then `dates_jointes, photos_jointes, preuves_completes`; the last needs both piece and
    date.
    """
    groups = {TOTAL: rows} | grouped(rows, _quarter)
    out = []
    for code in (*sorted(groups.keys() - {TOTAL}), TOTAL):
        parts = grouped(groups[code], lambda r: r[1].axe)
        for axe in AXES:
            if axe in parts or code == TOTAL:
                sums = _tally(parts.get(axe, []))
                each = claims.amount("valorise_par_logement_qpv", axis_scope(axe, code))
                sums |= {"code_qpv": code, "axe": int(axe)}
                sums["valorise_par_logement_eur"] = _cell(each, CENT)
                sums["taux_valorisation"] = rate(sums["valorise_eur"], sums["realise_eur"])
                out.append(sums)
    return pd.DataFrame(out, columns=[*AXIS_COLUMNS, *_PROOFS])


def balance(
    rows: list[Row], claims: Claims, met: Collection[str], homes: Mapping[str, int], year: int
) -> pd.DataFrame:
    """Compare the programme with the abatement, by quarter and year: the claims of the year, a row a quarter.

    The abatement and the carry-over are those of the tax year; other years of the file show without them. A
    quarter of `met` has a line whatever its actions; `claims` come from `facts.programme`.
    `BALANCE_COLUMNS`, then `rattrapage_eur` (what is left to justify, zero when nothing is),
    `dates_jointes, photos_jointes, preuves_completes`.
    """
    actions = grouped(rows, lambda r: (r[0]["annee"], _quarter(r)))
    carried = {c for c in claims.scopes("reporte") if not claims.amount("reporte", c).is_nil}
    lines = set(actions) | {(year, c) for c in {*met, *carried}}
    out = []
    for when, code in sorted(lines):
        now, mine = when == year, actions.get((when, code), [])
        claimed = {
            column: _cell(claims.amount(name, code), to) if now else None
            for column, (name, to) in _CLAIMED.items()
        }
        if not now and homes.get(code):
            each = quotient(spent(action for _, action in mine).valorise, known(homes[code]))
            claimed["valorise_par_logement_eur"] = _cell(each, CENT)
        out.append(
            {
                **_tally(mine),
                **claimed,
                "code_qpv": code,
                "annee": when,
                "logements": homes.get(code),
            }
        )
    table = pd.DataFrame(out, columns=[*BALANCE_COLUMNS, "rattrapage_eur", *_PROOFS])
    return table.astype({"logements_abattus": "Int64", "logements": "Int64"})


def _both_years(now: Mapping[str, Any], last: list[Row]) -> dict[str, Any]:
    """Set the sums of a year beside those of the actions of the year before."""
    before = _tally(last)
    valued, then = now["valorise_eur"], before["valorise_eur"]
    return {
        "actions": now["actions"],
        "realise_eur": now["realise_eur"],
        "valorise_eur": valued,
        "actions_precedentes": len(last),
        "realise_precedent_eur": before["realise_eur"],
        "valorise_precedent_eur": then,
        "ecart_valorise_eur": None if valued is None or then is None else valued - then,
    }


def both_years(rows: list[Row], before: list[Row]) -> pd.DataFrame | None:
    """Put last year's bilan next to this year's, by axis; None without last year's actions.

    Columns are those of `Programme.both_years`.
    """
    if not before:
        return None
    now, then = (grouped(group, lambda r: r[1].axe) for group in (rows, before))
    return pd.DataFrame(
        [
            {"axe": int(axe), **_both_years(_tally(now.get(axe, [])), then.get(axe, []))}
            for axe in AXES
        ]
    )


def quarters_both_years(
    table: pd.DataFrame, before: list[Row], claims: Claims, year: int, new: frozenset[str]
) -> pd.DataFrame | None:
    """Put last year's bilan next to this year's, by quarter, with what is carried over (`argument`).

    `table` is as `balance` makes it, `before` as `inherited` does; `new` are quarters that were none the
    year before. `encore` is False for a quarter without action or abatement any more; `nouveau` is True for
    a new one without an action of last year: its euros of then are None, not 0. None without last year's
    actions. Columns are those of `Programme.quarters_both_years`.
    """
    if not before:
        return None
    now = {r.text("code_qpv"): r for r in records(table) if r["annee"] == year}
    groups = grouped(before, _quarter)
    out = []
    for code in sorted({*now, *groups}):
        last, still = groups.get(code, []), code in now
        fresh = code in new and not last
        mine = now[code] if still else Record(_tally([]))
        former = {r.text("code_precedent") for r, _ in last} - {code}
        out.append(
            {
                **{c: mine.get(c) for c in _QUARTERS},
                "code_qpv": code,
                "codes_precedents": ", ".join(sorted(former)),
                "encore": still,
                "nouveau": fresh,
                **_both_years(mine, last),
                **(dict.fromkeys(_LAST) if fresh else {}),
                "argument": carry_argument(claims, code, year, still=still, new=fresh),
            }
        )
    return pd.DataFrame(out, columns=list(_QUARTERS))


def inherited(
    before: list[Record], lines: Collection[str], heirs: Mapping[str, str]
) -> list[Record]:
    """Put last year's actions under the quarter that took most of the dwellings of theirs (`heirs`).

    Actions of a quarter that has a line this year (`lines`) remain its own; `code_precedent` is the quarter
    they were written under.
    """
    return [
        Record(
            {
                **row,
                "code_precedent": code,
                "code_qpv": code if code in lines else heirs.get(code, code),
            }
        )
        for row in before
        for code in (row.text("code_qpv"),)
    ]


def quarter_axes(rows: list[Row], before: list[Row] | None, new: frozenset[str]) -> pd.DataFrame:
    """Put both years side by side in each quarter, axis by axis, with the proofs of this one.

    A row where either year has an action; those of then are None without last year's actions, and where
    there was no quarter then. Columns are `code_qpv, axe, preuves_completes` and those of `both_years`.
    """
    now, then = (
        grouped(group, lambda r: (_quarter(r), r[1].axe)) for group in (rows, before or [])
    )
    held = {code for code, _ in then}
    out = []
    for code, axe in sorted({*now, *then}, key=lambda k: (k[0], k[1] or 0)):
        sums = _tally(now.get((code, axe), []))
        known_then = bool(before) and (code in held or code not in new)
        amounts = _both_years(sums, then.get((code, axe), []))
        if not known_then:
            amounts |= dict.fromkeys(("actions_precedentes", *_LAST))
        out.append(
            {
                "code_qpv": code,
                "axe": axe,
                "preuves_completes": sums["preuves_completes"],
                **amounts,
            }
        )
    columns = [
        "code_qpv", "axe", "actions", "preuves_completes", "realise_eur", "valorise_eur",
        "actions_precedentes", *_LAST,
    ]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def check_quarters(
    rows: list[Record],
    abatement: Abatement | None,
    claims: Claims,
    homes: Mapping[str, int],
    npnru: frozenset[str],
    year: int,
    covered: frozenset[str] = frozenset(),
) -> list[Fault]:
    """Refuse actions where neither abatement nor convention is; doubt axis 8 in a quarter under renewal."""
    given = [] if abatement is None else records(abatement.by_qpv)
    sure = {code for code in claims.scopes("acquis") if claims.amount("acquis", code).at_least}
    unsure = {
        code
        for code, nature in ((r.text("code_qpv"), r["nature"]) for r in given)
        if nature in (RESERVED, LACKING)
        or any(claims.amount(name, code).may_exceed_nil for name in ("porte", "au_mieux"))
    }
    faults = []
    for row in rows:
        code, here = row.text("code_qpv"), row.place("code_qpv")
        if row["axe"] in NOT_IN_RENEWAL and code in npnru:
            faults.append(doubt("axe8_npnru", row.place("axe"), code))
        if row["annee"] != year:
            continue
        if abatement is None:
            if code not in homes:
                faults.append(doubt("action_qpv_hors_patrimoine", here, code))
        elif code not in sure | unsure | covered:
            fields = {"codes": ", ".join(sorted(sure | unsure)) or NO_CODE}
            faults.append(Fault("action_sans_abattement", here, code, fields))
        elif code not in sure:
            faults.append(doubt("action_abattement_incertain", here, code))
    return faults


def read_carry(
    carry: Mapping[str, Any],
    read: list[Record],
    abatement: Abatement | None,
    homes: Mapping[str, int],
) -> tuple[dict[str, Decimal], list[Fault]]:
    """Read what each quarter carries over (`report_eur` of `dossier.toml`), in euros to the cent.

    What cannot be read is the fault `report_illisible`; a quarter met nowhere, the doubt `report_inconnu`.
    `homes` counts the dwellings of each quarter.
    """
    given = [] if abatement is None else records(abatement.by_qpv)
    met = {r.text("code_qpv") for r in (*read, *given)} | set(homes)
    owed: dict[str, Decimal] = {}
    faults = []
    for code, value in carry.items():
        here = Place("dossier.toml", column=f"report_eur.{code}")
        raw = re.sub(r"[\s\u00a0\u202f€]", "", str(value)).replace(",", ".").replace("−", "-")
        if not re.fullmatch(r"-?\d+(\.\d+)?", raw):
            faults.append(Fault("report_illisible", here, str(value)))
            continue
        euros = Decimal(raw).quantize(CENT, ROUND_HALF_UP)
        if code not in met and not euros:
            continue  # of a quarter that is gone, nothing was left
        if code not in met:
            faults.append(doubt("report_inconnu", here, code))
        owed[code] = euros
    return owed, faults


def untold_carry(before: list[Record], year: int) -> list[Fault]:
    """Doubt the carry-over of a year whose actions are given, which nothing tells: it counts for nothing."""
    here = Place("dossier.toml", column="report_eur")
    return [doubt("report_non_dit", here, annee=year - 1)] if before else []


def check_total(rows: list[Record], claims: Claims, year: int) -> list[Fault]:
    """Doubt a year valued under a hundredth of its abatement, or of the year before: another unit.

    Under a twentieth where no action comes to a thousand: spending of many times the abatement is so in k€.
    """
    valued = claims.amount("valorise")
    each = [value for r in rows if (value := r.money("valorise_eur"))]
    part = _FEW_PART if len(each) >= _ROWS and max(each) < _K else CENT
    names = {"abattement": "acquis", "precedent": "valorise_precedent"}
    marks = {mark: claims.amount(name).at_least for mark, name in names.items()}
    for mark, whole in marks.items():
        if valued.is_known and 0 < valued.exact < whole * part:
            here = next(r.place("valorise_eur") for r in rows if r.money("valorise_eur"))
            here = replace(here, row=0)  # the unit of a column is that of every quarter
            fields = {
                "annee": year, "repere": MARKS[mark], "montant": amount(whole), "part": number(100 * part),
            }  # fmt: skip
            return [doubt("programme_infime", here, amount(valued.exact), **fields)]
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
    heights = [(r.text("code_qpv"), r.money("valorise_par_logement_eur")) for r in records(table)]
    return [
        doubt("valorise_inhabituel", Place(), code, **usual, par_logement=number(height))
        for code, height in heights
        if height is not None and height > high
    ]
