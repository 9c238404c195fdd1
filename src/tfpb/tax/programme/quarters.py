"""Quarters of a programme: those that have an abatement, what they carry over, how much a dwelling gets."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tfpb.errors import Fault, Place, Severity
from tfpb.tax.plain_values import CENT, ZERO, Record, money, place, records, text, whole
from tfpb.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from tfpb.law.values import Reader
    from tfpb.model.money import Abatement


def check_quarters(
    read: list[Record],
    abatement: Abatement | None,
    residences: pd.DataFrame,
    npnru: frozenset[str],
    year: int,
) -> list[Fault]:
    """Refuse actions in a quarter without abatement; doubt axis 8 in a quarter under renewal."""
    sure, unsure = _abated_quarters(abatement)
    homes = homes_of(residences)
    faults = []
    for row in read:
        code, here = text(row["code_qpv"]), place(row, "code_qpv")
        if row["axe"] == 8 and code in npnru:  # noqa: PLR2004 - axis 8
            faults.append(Fault("axe8_npnru", place(row, "axe"), code, {}, Severity.DOUTE))
        if row["annee"] != year:
            continue
        if abatement is None:
            if code not in homes:
                doubt = Fault("action_qpv_hors_patrimoine", here, code, {}, Severity.DOUTE)
                faults.append(doubt)
        elif code in unsure:
            faults.append(Fault("action_abattement_incertain", here, code, {}, Severity.DOUTE))
        elif code not in sure:
            fields = {"codes": ", ".join(sorted(sure | unsure)) or "aucun"}
            faults.append(Fault("action_sans_abattement", here, code, fields))
    return faults


def _abated_quarters(abatement: Abatement | None) -> tuple[set[str], set[str]]:
    """Return the quarters whose abatement is counted, and those where it hangs on something."""
    if abatement is None:
        return set(), set()
    sure, unsure = set(), set()
    for row in records(abatement.by_qpv):
        code = text(row["code_qpv"])
        waiting = (
            "abattement_a_reclamer_eur", "abattement_a_risque_eur", "abattement_a_verifier_eur",
            "abattement_sans_convention_eur",
        )  # fmt: skip
        if row["abattement_eur"] > 0:
            sure.add(code)
        elif any((money(row.get(c)) or ZERO) > 0 for c in waiting):
            unsure.add(code)
    return sure, unsure


def read_carry(
    carry: Mapping[str, Any],
    read: list[Record],
    abatement: Abatement | None,
    residences: pd.DataFrame,
) -> tuple[dict[str, Decimal], list[Fault]]:
    """Read what each quarter carries over, in euros; what cannot be read is a fault."""
    known = {text(r["code_qpv"]) for r in read} | set(homes_of(residences))
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
            faults.append(Fault("report_inconnu", here, code, {}, Severity.DOUTE))
        owed[code] = Decimal(raw).quantize(CENT, ROUND_HALF_UP)
    return owed, faults


def check_heights(table: pd.DataFrame, reader: Reader) -> list[Fault]:
    """Doubt a valued spending per dwelling out of all known orders of magnitude."""
    high = reader.decimal("valorise_par_logement_max_eur")
    fields = {
        "haut": number(high),
        "region": reader.text("repere_valorise_region_eur"),
        "nom_region": reader.region,
        "national": reader.text("repere_valorise_national_eur"),
    }
    return [
        Fault(
            "valorise_inhabituel",
            got=text(row["code_qpv"]),
            fields={**fields, "par_logement": number(row["valorise_par_logement_eur"])},
            severity=Severity.DOUTE,
        )
        for row in records(table)
        if (row["valorise_par_logement_eur"] or ZERO) > high
    ]


def homes_of(residences: pd.DataFrame) -> dict[str, int]:
    """Count the dwellings that are in each quarter."""
    homes: dict[str, int] = {}
    for row in records(residences):
        code = text(row.get("code_qpv"))
        if code:
            homes[code] = homes.get(code, 0) + (whole(row.get("logements_dans")) or 0)
    return {code: homes[code] for code in sorted(homes) if homes[code]}
