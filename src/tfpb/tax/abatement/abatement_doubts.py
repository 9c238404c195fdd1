"""Faults and doubts of an abatement: of the rows before any amount, then of what was computed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Place, Severity
from tfpb.model.codes import QpvStatut
from tfpb.model.legal.map_table import FIRST_YEAR, LAST_YEAR
from tfpb.model.legal.tax_lines import LINES
from tfpb.tax.abatement.line_scope import overcounted
from tfpb.tax.abatement.missing_rates import blank_rates
from tfpb.tax.abatement.premises import (
    OTHER_BUILDING,
    UNKNOWN,
    UNSETTLED,
    Premises,
    bears_homes,
    is_unsplit,
    rates_of,
    year_of,
)
from tfpb.tax.abatement.rights import (
    EITHER_SIDE,
    TWO_QUARTERS,
    end_of_exemption,
    exempt,
    standing_units,
)
from tfpb.tax.plain_values import Record, doubt, grouped, percent_text, records, repeats, total
from tfpb.text import number_key
from tfpb.words.faults.paste_words import asked
from tfpb.words.faults.sentences import rows_words
from tfpb.words.money.accounts import SAME_PREMISES, UNCOUNTED
from tfpb.words.money.state_words import MOTIVES
from tfpb.words.numbers import amount, long_date, number, plural
from tfpb.words.places.region_names import in_region

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator, Sequence

    import pandas as pd

    from tfpb.law.values import Law, Reader
    from tfpb.tax.abatement.holdings import Holding, Stock, Unit
    from tfpb.tax.abatement.rights import Right
    from tfpb.tax.abatement.signatures import Conventions

UNIT_VALUES: Final = ("vlc_par_logement_max_eur", "vlc_par_logement_min_eur", "franc_par_euro")
"""Legal values that units are doubted by."""
_AMOUNTS: Final = (
    "vlc_eur", "base_nette_eur", "teom_eur",
)  # fmt: skip
_IDENTITY: Final = (
    "id_residence", "id_batiment", "section", "parcelle", "vlc_eur", "base_nette_eur",
    "cotisation_avis_eur", "annee",
)  # fmt: skip
"""Without an invariant, only a line that repeats another wholly is the same premises."""
_BASE_GAP_EUR: Final = Decimal(1)
_ABATED_BASE: Final = Decimal("0.7")
_EXCESS: Final = Decimal("1.25")
"""Dwellings of the stock for one of the notices, from which one of both numbers is mistyped."""
_ASKED_APART: Final = frozenset({
    "convention_non_fournie", "convention_dates_contraires", "exonerations_contraires",
    "exoneration_possible",
})  # fmt: skip
"""Motives that a doubt of their own asks about: of the file, a convention, a résidence."""
_UNIT_DAY: Final = dt.date(2025, 1, 1)
_TABLE: Final = "fiscalite"
_SMALL: Final = 100
"""Euros a dwelling under which cents are told: 1,54 is no 2."""
_TINY: Final = Decimal("0.01")
"""Percent under which a whole column of rates may be proportions that a workbook showed as percentages."""


def check_premises(
    premises: pd.DataFrame,
    law: Law,
    *,
    as_written: Collection[str] = (),
    repeated: Container[int] = (),
) -> list[Fault]:
    """List every fault and doubt of the premises of the notices.

    A rate column in `as_written` (the user confirmed percentages) is only doubted when low; a row in
    `repeated` (already in a question) is no `ligne_en_double`. Premises are typed `PREMISES`. Faults:
    `annee_hors_loi`, `base_absente`, `taux_commune_vide`, `montant_negatif`, `ligne_en_double`,
    `vlc_en_francs`, `vlc_trop_haute`; doubts: `vlc_suspecte`, `base_incoherente`, `base_deja_abattue`,
    `invariant_sur_deux_avis`, `taux_suspect`, `taux_infime`.
    """
    rows = records(premises)
    found = (
        *(f for row in rows for f in _of_row(row, law)),
        *_rates(rows),
        *_repeated(rows, repeated),
        *_unit(rows, law),
    )
    answered = {"taux_suspect", "taux_infime"}
    return [
        replace(f, severity=Severity.DOUTE, fields={})
        if f.code in answered and f.place.column in as_written
        else f
        for f in found
    ]


def _of_row(row: Record, law: Law) -> Iterator[Fault]:
    year = year_of(row)
    if year and not law.covers("taux_abattement", dt.date(year, 1, 1)):
        fields = {"premiere": FIRST_YEAR, "derniere": LAST_YEAR, "avant": FIRST_YEAR - 1}
        yield Fault("annee_hors_loi", row.place("annee"), str(year), fields)
    vlc, base = row.money("vlc_eur"), row.money("base_nette_eur")
    if vlc is None and base is None:
        yield Fault("base_absente", row.place("vlc_eur"))
    for column in _AMOUNTS:
        value = row.money(column)
        if value is not None and value < 0:
            yield Fault("montant_negatif", row.place(column), str(value))
    paid = row.money("cotisation_avis_eur")
    if paid is not None and paid < 0:
        yield doubt("cotisation_negative", row.place("cotisation_avis_eur"), str(paid))
    here, rates = row.place("taux_commune_pct"), rates_of(row)
    if row.money("taux_commune_pct") is None and not is_unsplit(row):
        yield Fault("taux_commune_vide", here)
    elif 0 < total(rates) < 1 or 0 < rates[0] < 1:
        # no commune has so low a rate: asked about, never used 100 times too small
        yield Fault("taux_suspect", here, percent_text(rates[0]), asked(_TABLE, "taux_commune_pct"))
    on = dt.date(year or _UNIT_DAY.year, 1, 1)
    if vlc and base is not None and law.covers("part_vlc", on):
        expected = vlc * Decimal(law.value("part_vlc", on).valeur)
        if abs(expected - base) > _BASE_GAP_EUR:
            abated = abs(expected * _ABATED_BASE - base) <= _BASE_GAP_EUR
            code = "base_deja_abattue" if abated else "base_incoherente"
            here = row.place("base_nette_eur")
            yield doubt(code, here, str(base), calculee=amount(expected.quantize(Decimal("0.01"))))


def _rates(rows: Sequence[Record]) -> Iterator[Fault]:
    """Ask about a rate that looks like a proportion: 0,39 among 40; doubt a whole column that low."""
    for index, line in enumerate(LINES):
        if index:  # the commune's own is asked about whatever the others are
            column = f"taux_{line}_pct"
            fields = asked(_TABLE, column)
            known = [(row, rate) for row in rows if (rate := rates_of(row)[index])]
            usual = median(rate for _, rate in known) if known else Decimal(0)
            if known and usual < _TINY:
                row, rate = known[0]
                yield doubt("taux_infime", row.place(column), percent_text(rate), **fields)
            for row, rate in known:
                if rate < 1 <= usual and usual / 2 <= rate * 100 <= usual * 2:
                    yield Fault("taux_suspect", row.place(column), percent_text(rate), fields)


def _repeated(rows: Sequence[Record], answered: Container[int]) -> Iterator[Fault]:
    """Refuse the same premises twice on a notice; doubt the same invariant on two notices of a year."""
    notices: dict[tuple[str, int], tuple[str, int]] = {}
    for row, here, first in repeats(rows, _named, "invariant"):
        if here.row in answered:
            continue
        got = row.text("invariant") or row.text("avis")
        yield Fault("ligne_en_double", here, got, {"autre": first, **SAME_PREMISES})
    for row in rows:
        avis, invariant = row.text("avis"), row.text("invariant")
        here = row.place("invariant")
        if invariant:
            key = number_key(invariant), year_of(row)
            other, line = notices.setdefault(key, (avis, here.row))
            if number_key(other) != number_key(avis):
                yield doubt("invariant_sur_deux_avis", here, invariant, avis=other, autre=line)


def _named(row: Record) -> tuple[str, ...]:
    """Return what names a premises: notice and invariant; without an invariant, the whole line."""
    named = number_key(row.text("avis")), number_key(row.text("invariant"))
    return named if named[1] else (*named, *(row.text(c) for c in _IDENTITY))


def _unit(rows: Sequence[Record], law: Law) -> Iterator[Fault]:
    """Doubt the unit of values: a whole file in francs is a fault, a lone height a doubt."""
    heights = [(row, h) for row in rows if (h := _vlc_per_dwelling(row)) is not None]
    high, low, franc = (law.value(key, _UNIT_DAY).valeur for key in UNIT_VALUES)
    middle = median(h for _, h in heights) if heights else Decimal(0)
    if middle > Decimal(high):
        fields = {"moyenne": number(middle), "seuil": number(Decimal(high))}
        if middle > Decimal(high) * Decimal(franc):  # too high for francs too
            yield Fault("vlc_trop_haute", rows[0].place("vlc_eur"), number(middle), fields)
            return
        fields["franc"] = franc.replace(".", ",")
        yield Fault("vlc_en_francs", rows[0].place("vlc_eur"), number(middle), fields)
        return
    usual = {"bas": number(Decimal(low)), "haut": number(Decimal(high))}
    for row, height in heights:
        if not Decimal(low) <= height <= Decimal(high):
            column = "base_nette_eur" if row.money("vlc_eur") is None else "vlc_eur"
            each = number(height, 2 if height < _SMALL else 0)
            read = percent_text(row.money(column) or Decimal(0))
            yield doubt("vlc_suspecte", row.place(column), read, par_logement=each, **usual)


def _vlc_per_dwelling(row: Record) -> Decimal | None:
    dwellings = row.whole("nb_logements")
    vlc, base = row.money("vlc_eur"), row.money("base_nette_eur")
    value = 2 * base if vlc is None and base is not None else vlc
    return value / dwellings if dwellings and value else None


def doubts_of(
    items: list[Premises], stock: Stock, conventions: Conventions, reader: Reader
) -> list[Fault]:
    """List what deserves a look in an abatement: with its figures, never a stop.

    Conditions that fail, rates left blank, résidences without premises or unknown to the stock, counts of
    dwellings, buildings, young constructions, unusual amounts.
    """
    doubts = [] if conventions.given else [doubt("conventions_non_fournies", Place())]
    doubts += [
        doubt("convention_dates_contraires", Place(), name) for name in conventions.contradicted()
    ]
    doubts += _contracts_of_the_year(conventions, reader)
    doubts += [
        doubt(
            "loi_toutes_annees",
            Place("dossier.toml", column=f"reglages.loi.{value.cle}"),
            value.valeur,
            libelle=value.libelle,
        )
        for value in reader.law.flattened()
    ]
    doubts += _conditions(items, reader)
    doubts += blank_rates(items)
    doubts += _blank_sums(items)
    groups = grouped(items, lambda i: i.id_residence)
    for key, group in groups.items():
        here, holding = group[0].row.place("id_residence"), stock.residence(key)
        if holding is None:
            doubts.append(doubt("local_hors_patrimoine", here, key))
        else:
            held = [i for i in group if i.holding is not None]
            doubts += _of_residence(key, held, holding, reader, here)
            doubts += [
                doubt(
                    "batiment_hors_patrimoine",
                    i.row.place("id_batiment"),
                    i.building,
                    residence=key,
                )
                for i in group
                if i.right.motive == OTHER_BUILDING
            ]
    for holding in stock.holdings:
        key = holding.id_residence
        if holding.stands(QpvStatut.DANS) and not any(map(bears_homes, groups.get(key, []))):
            inside = holding.count(QpvStatut.DANS)
            homes = plural(inside, "logement") if inside else UNCOUNTED
            doubts.append(doubt("residence_sans_local", Place(), key, logements=homes))
    return doubts


def _contracts_of_the_year(conventions: Conventions, reader: Reader) -> Iterator[Fault]:
    """Doubt that a contract opens the very year it was signed in, until the user says what was read."""
    year, limit = reader.day.year, reader.due("limite_signature")
    value = reader.law.value("effet_apres_annee_contrat", reader.day)
    for one in conventions.every:
        in_time = one.signs_in(year) and one.contract is not None and one.contract <= limit
        if in_time and not value.verifie:
            fields = {"annee": year, "suivante": year + 1}
            yield doubt("contrat_annee_effet", Place(), one.identifier, **fields)


def _conditions(items: list[Premises], reader: Reader) -> list[Fault]:
    """Name once a quarter the condition its abatement lacks, or of which it is not known whether it holds."""
    rights: dict[tuple[str, str], Right] = {}
    for right in (i.right for i in items):
        if right.statut in UNSETTLED and right.motive not in _ASKED_APART:
            rights.setdefault((right.code_qpv, right.motive), right)
    return [
        doubt(
            "abattement_non_acquis" if rights[code, why].known else "droit_inconnu",
            Place(),
            code,
            annee=reader.day.year,
            raison=MOTIVES[why].filled(rights[code, why].fields),
        )
        for code, why in sorted(rights)
    ]


def _blank_sums(items: list[Premises]) -> Iterator[Fault]:
    """Doubt the notices of the year of which no sum is given: one doubt each, or one where none has any."""
    notices = grouped((i for i in items if i.current), lambda i: i.avis)
    blank = [group[0] for group in notices.values() if not any(i.noticed for i in group)]
    whole = len(blank) == len(notices)
    for item in blank[:1] if whole else blank:
        others = len(blank) - 1 if whole else 0
        yield doubt(
            "cotisation_vide", item.row.place("cotisation_avis_eur"), item.avis, autres=others
        )


def _of_residence(
    key: str, group: list[Premises], holding: Holding, reader: Reader, here: Place
) -> Iterator[Fault]:
    yield from _of_counts(key, group, holding, reader, here)
    yield from _unknown_buildings(group, holding)
    for item in group:
        if item.right.motive == TWO_QUARTERS and not item.building:
            quarters = item.right.fields["quartiers"]
            there = item.row.place("id_batiment")
            yield doubt("batiment_a_preciser", there, key, quartiers=quarters)
    either = [i for i in group if i.right.motive == EITHER_SIDE]
    if either:
        stake = total(i.amounts.abatement for i in either)
        there = either[0].row.place("id_batiment")
        yield doubt("batiment_absent", there, key, montant=stake)
    for motive in ("exoneration_possible", "exonerations_contraires"):
        right = next((i.right for i in group if i.right.motive == motive), None)
        if right is not None:
            yield doubt(motive, here, key, **{k: _shown(v) for k, v in right.fields.items()})
    if (renewed := _second_life(group, reader)) is not None:
        yield doubt("seconde_vie_possible", here, key, rehabilitation=renewed)
    homes = sum(i.dwellings for i in group)
    if homes and any(i.amounts.abatement for i in group):
        height = total(i.full for i in group) / homes
        low = reader.decimal("abattement_par_logement_min_eur")
        high = reader.decimal("abattement_par_logement_max_eur")
        if not low <= height <= high:
            usual = reader.decimal("repere_valorise_region_eur")
            usual *= reader.decimal("repere_couverture_region")
            yield doubt(
                "abattement_inhabituel",
                here,
                key,
                # « 40 €, entre 40 et 700 € » would read as a mistake
                par_logement=number(height, 2 if low <= round(height) <= high else 0),
                bas=number(low),
                haut=number(high),
                repere=number(usual),
                ou_region=in_region(reader.region),
            )


def _second_life(group: list[Premises], reader: Reader) -> int | None:
    """Return when dwellings due were renewed, if late enough to be exempt again and no notice shows them."""
    since = reader.whole("seconde_vie_depuis")
    years = [
        unit.renewed
        for item in group
        if item.state == UNKNOWN and not item.right.statut and item.holding is not None
        for unit in item.holding.units
        if unit.side == QpvStatut.DANS and unit.renewed and since <= unit.renewed < reader.day.year
    ]
    return max(years, default=None)


def _shown(value: Any) -> Any:
    """Write a day as a sentence does."""
    return long_date(value) if isinstance(value, dt.date) else value


def _of_counts(
    key: str, group: list[Premises], holding: Holding, reader: Reader, here: Place
) -> Iterator[Fault]:
    """Doubt dwellings that the stock does not count, or that its lines count otherwise."""
    lines = [i.row for i in group if bears_homes(i)]
    written = [row.whole("nb_logements") for row in lines]
    read = sum(n for n in written if n is not None)
    if not holding.counted:
        rows = rows_words(sorted({u.row for u in holding.units if u.row and not u.counted}))
        yield doubt("logements_vides", here, key, lignes=rows)
    elif None not in written and read > holding.dwellings:
        yield doubt("logements_divergents", here, key, lus=read, connus=holding.dwellings)
    elif None not in written and (known := _taxable(holding, reader)):
        inside = sum(u.dwellings for u in known)
        if inside > read * _EXCESS:
            rows = rows_words(sorted({u.row for u in known if u.row}))
            yield doubt("logements_en_trop", here, key, lus=read, connus=inside, lignes=rows)
    for _, exempted, free in overcounted(holding, lines, reader):
        yield doubt("logements_exoneres", here, key, lus=exempted, imposables=free)


def _taxable(holding: Holding, reader: Reader) -> list[Unit]:
    """Return what a notice should bear of a résidence in a quarter, or in doubt of it."""
    return [
        u
        for u in standing_units(holding.units, reader.day.year)
        if u.side != QpvStatut.HORS and not exempt(end_of_exemption(u, reader), reader.day)
    ]


def _unknown_buildings(group: list[Premises], holding: Holding) -> Iterator[Fault]:
    """Doubt a building the stock does not know, where buildings of the résidence do not share one fate."""
    known = {u.building for u in holding.units if u.building}
    fates = {(u.side, u.code_qpv, u.exempt_until) for u in holding.units}
    if not known or len(fates) == 1:  # whichever building it is, the amount is the same
        return
    for item in group:
        if item.building and item.building not in known:
            yield doubt(
                "batiment_inconnu",
                item.row.place("id_batiment"),
                item.building,
                residence=holding.id_residence,
                connus=", ".join(sorted(known)),
            )
