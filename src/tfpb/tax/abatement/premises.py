"""What a table of premises must satisfy before any amount is computed: every fault at once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Severity
from tfpb.tax.abatement.formula import LINES
from tfpb.tax.plain_values import Record, day, money, place, records, text, whole
from tfpb.words.numbers import amount as written
from tfpb.words.numbers import number

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.law.values import Law

AMOUNTS: Final = (
    "vlc_eur", "base_nette_eur", "cotisation_avis_eur", "degrevements_eur", "teom_eur",
)  # fmt: skip
_BASE_GAP_EUR: Final = Decimal(1)
_ABATED_BASE: Final = Decimal("0.7")


UNIT_VALUES: Final = ("vlc_par_logement_max_eur", "vlc_par_logement_min_eur", "franc_par_euro")
"""Legal values that units are doubted by."""


def check_premises(premises: pd.DataFrame, law: Law) -> list[Fault]:
    """List every fault and doubt of the premises of the notices.

    Parameters
    ----------
    premises : DataFrame
        Typed by `tfpb.model.tables.PREMISES`.
    law : Law

    Returns
    -------
    list of Fault
        `annee_hors_loi`, `base_absente`, `taux_commune_vide`, `montant_negatif`, `ligne_en_double`,
        `vlc_en_francs`; as doubts `vlc_suspecte`, `base_incoherente`,
        `base_deja_abattue`, `invariant_sur_deux_avis`, `taux_suspect`.
    """
    faults: list[Fault] = []
    rows = records(premises)
    heights: list[Decimal] = []
    for row in rows:
        faults += _one(row, law)
        height = _vlc_per_dwelling(row)
        if height is not None:
            heights.append(height)
    faults += _twice(rows)
    return faults + _unit(rows, heights, law)


def year_of(row: Record) -> int:
    """Return the tax year of a row (0 when it could not be read, already a fault)."""
    return whole(row.get("annee")) or 0


def rates_of(row: Record) -> tuple[Decimal, ...]:
    """Return the rates of a row, in percent, one a line of `LINES`; a missing rate is zero."""
    return tuple(money(row.get(f"taux_{line}_pct")) or Decimal(0) for line in LINES)


def _one(row: Record, law: Law) -> list[Fault]:
    faults = []
    year = year_of(row)
    if year and not law.covers("taux_abattement", dt.date(year, 1, 1)):
        faults.append(Fault("annee_hors_loi", place(row, "annee"), str(year)))
    vlc, base = money(row.get("vlc_eur")), money(row.get("base_nette_eur"))
    if vlc is None and base is None:
        faults.append(Fault("base_absente", place(row, "vlc_eur")))
    for column in AMOUNTS:
        amount = money(row.get(column))
        if amount is not None and amount < 0:
            faults.append(Fault("montant_negatif", place(row, column), str(amount)))
    if money(row.get("taux_commune_pct")) is None:
        faults.append(Fault("taux_commune_vide", place(row, "taux_commune_pct")))
    elif 0 < sum(rates_of(row)) < 1 or 0 < rates_of(row)[0] < 1:
        # a cell that shows « 38,97 % » holds 0.3897; no commune has so low a rate
        fields = {"commune": written(rates_of(row)[0]), "somme": written(sum(rates_of(row)))}
        faults.append(
            Fault("taux_suspect", place(row, "taux_commune_pct"), "", fields, Severity.DOUTE)
        )
    if vlc and base is not None:
        faults += _two_bases(row, vlc, base, dt.date(year or 2025, 1, 1), law)
    return faults


def _two_bases(row: Record, vlc: Decimal, base: Decimal, on: dt.date, law: Law) -> list[Fault]:
    if not law.covers("part_vlc", on):
        return []
    expected = vlc * Decimal(law.value("part_vlc", on).valeur)
    if abs(expected - base) <= _BASE_GAP_EUR:
        return []
    abated = abs(expected * _ABATED_BASE - base) <= _BASE_GAP_EUR
    code = "base_deja_abattue" if abated else "base_incoherente"
    fields = {"calculee": written(expected.quantize(Decimal("0.01")))}
    return [Fault(code, place(row, "base_nette_eur"), str(base), fields, Severity.DOUTE)]


def _vlc_per_dwelling(row: Record) -> Decimal | None:
    dwellings = whole(row.get("nb_logements"))
    vlc, base = money(row.get("vlc_eur")), money(row.get("base_nette_eur"))
    worth = vlc if vlc is not None else (None if base is None else base * 2)
    return worth / dwellings if dwellings and worth else None


def _unit(rows: list[Record], heights: list[Decimal], law: Law) -> list[Fault]:
    """Doubt the unit of values: a whole file in francs is a fault, a lone height a doubt."""
    if not heights:
        return []
    on = dt.date(2025, 1, 1)
    high = Decimal(law.value("vlc_par_logement_max_eur", on).valeur)
    low = Decimal(law.value("vlc_par_logement_min_eur", on).valeur)
    franc = law.value("franc_par_euro", on).valeur
    middle = median(heights)
    if middle > high:
        fields = {
            "moyenne": number(middle),
            "franc": franc.replace(".", ","),
            "seuil": number(high),
        }
        first = rows[0]
        return [Fault("vlc_en_francs", place(first, "vlc_eur"), number(middle), fields)]
    faults = []
    for row in rows:
        height = _vlc_per_dwelling(row)
        if height is not None and not low <= height <= high:
            fields = {"par_logement": number(height), "bas": number(low), "haut": number(high)}
            column = "vlc_eur" if money(row.get("vlc_eur")) is not None else "base_nette_eur"
            faults.append(
                Fault("vlc_suspecte", place(row, column), f"{height:.0f}", fields, Severity.DOUTE)
            )
    return faults


def _twice(rows: list[Record]) -> list[Fault]:
    """Refuse the same premises twice on a notice; doubt the same invariant on two notices of a year."""
    faults: list[Fault] = []
    seen: dict[tuple[Any, ...], int] = {}
    notices: dict[tuple[str, int], tuple[str, int]] = {}
    for row in rows:
        avis, invariant = text(row.get("avis")), text(row.get("invariant"))
        here = place(row, "invariant")
        if invariant:
            key: tuple[Any, ...] = (avis, invariant)
        else:  # without an invariant, only a line that repeats another wholly is the same premises
            key = (avis, "", *(text(row.get(c)) for c in _IDENTITY), year_of(row))
        if key in seen:
            fields = {"autre": seen[key], "cle": "même avis et même local", "objet": "local"}
            faults.append(Fault("ligne_en_double", here, invariant or avis, fields))
        seen.setdefault(key, here.row)
        if invariant:
            other = notices.setdefault((invariant, year_of(row)), (avis, here.row))
            if other[0] != avis:
                fields = {"avis": other[0], "autre": other[1]}
                faults.append(
                    Fault("invariant_sur_deux_avis", here, invariant, fields, Severity.DOUTE)
                )
    return faults


_IDENTITY: Final = (
    "id_residence", "id_batiment", "section", "parcelle", "vlc_eur", "base_nette_eur",
    "cotisation_avis_eur",
)  # fmt: skip


def exemption_of(row: Record) -> dt.date | None:
    """Return the end of exemption written on the premises."""
    return day(row.get("fin_exoneration"))
