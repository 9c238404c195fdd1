"""« Abattement »: what is granted, to whom, what it costs, what is still due, what comes next."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import Statut
from tfpb.model.report import ANNEX, BOTH, BOTH_ANNEX, Block, Section, Text
from tfpb.report.sections.build import chart, lacking, section, table, tables, worded
from tfpb.report.sections.money.rapprochement import premises_blocks, veiled
from tfpb.report.sections.patrimoine import leaver_facts
from tfpb.words.money import abatement_words as words
from tfpb.words.money.state_words import state_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.facts.dossier import Dossier
    from tfpb.facts.quarter import Quarters
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement

_BY_RESIDENCE = ("abattement_eur", "abattement_a_reclamer_eur", "abattement_a_risque_eur")
_BY_QUARTER = (
    "abattement_eur", "compensation_etat_eur", "perte_collectivites_eur", "reporte_contribuables_eur",
)  # fmt: skip


def abattement(dossier: Dossier) -> Section:
    """Return the section of the abatement of the tax year."""
    money = dossier.abatement
    if money is None:
        return lacking("abattement", subject="fiscalite")
    standing = state_sentences(money, dossier.settings.dossier.date)
    blocks = [*_by_quarter(money), Text(standing, bullets=True, media=BOTH_ANNEX)]
    blocks += _spread(money)
    blocks += _leavers(money, dossier.quarters)
    blocks += forecast_blocks(money, dossier.located)
    blocks += _by_residence(money)
    blocks += premises_blocks(money)
    if len(money.declaration):
        blocks.append(table("declaration", worded(money.declaration, statut=words.STATUTS)))
        lacks = sum(bool(text) for text in money.declaration["manque"])
        sentence = words.DECLARATION.format(count=len(money.declaration), lacking=lacks)
        blocks.append(Text((sentence,), media=BOTH_ANNEX))
    rounding = words.ROUNDING.format(rounding=words.ROUNDINGS.get(money.rounding, money.rounding))
    blocks.append(Text((rounding,), media=BOTH_ANNEX))
    return section("abattement", words.lead(money), blocks)


def _totals(money: Abatement, keys: Iterable[str]) -> dict[str, Decimal]:
    """Return the totals that are known."""
    found = {key: money.totals.get(key) for key in keys}
    return {key: amount for key, amount in found.items() if amount is not None}


def _by_quarter(money: Abatement) -> list[Block]:
    inside = sum(money.by_qpv["abattement_a_risque_eur"], Decimal(0))
    # what notices abate outside every quarter stands on no line of a quarter
    outside = money.states.at_risk - inside
    return tables(
        "abattement_qpv",
        worded(veiled(money.by_qpv), nature=words.NATURES),
        annee=money.year,
        totals={} if money.unknown_quarters else _totals(money, _BY_QUARTER),
        notes=words.quarter_notes(outside=outside),
    )


def _spread(money: Abatement) -> list[Block]:
    """Return the abatement by status of the premises, by commune, by collectivity."""
    counts = [(words.STATUTS.get(code, code), *both) for code, both in money.counts.items()]
    statuses = pd.DataFrame(counts, columns=["statut", "locaux", "logements"])
    blocks: list[Block] = [
        table("abattement_statuts", statuses, annee=money.year),
        table("abattement_communes", _known_communes(money.by_commune), annee=money.year),
    ]
    rows = money.by_collectivity
    if rows is not None and len(rows):
        named = worded(rows, collectivite=("ligne", words.LINES))
        blocks.append(table("abattement_collectivites", named, annee=money.year))
    return blocks


def _known_communes(rows: pd.DataFrame) -> pd.DataFrame:
    """Empty the count of dwellings where the amount is not known."""
    known = rows["abattement_eur"].notna()
    return rows.assign(logements=rows["logements"].astype(object).where(known, None))


def _leavers(money: Abatement, quarters: Quarters) -> list[Block]:
    """Return what the map of 2024 took out of the quarters; nothing when it took nothing."""
    facts = leaver_facts(money)
    if not facts or money.leavers is None:
        return []
    rows = quarters.named(money.leavers, nowhere=words.UNKNOWN_QUARTER)
    sentence = words.LEAVERS.filled({"year": money.year, **facts})
    return [Text((sentence,), media=BOTH), table("sortants", rows)]


def _by_residence(money: Abatement) -> list[Block]:
    return tables(
        "abattement_residences",
        worded(veiled(money.by_residence), nature=words.NATURES, statut=words.STATUTS),
        annee=money.year,
        totals=_totals(money, _BY_RESIDENCE),
    )


_GROWTH = "revalorisation_bases"
_SAME_RIGHT: Final = frozenset({Statut.ABATTU, Statut.ELIGIBLE, Statut.A_RECLAMER})


def forecast_blocks(money: Abatement, located: Located) -> list[Block]:
    """Return the forecast: table and chart by year, sentence, assumptions, table by résidence.

    Nothing when the stage foresaw no year.
    """
    yearly = money.by_year
    if yearly is None or yearly.empty:
        return []
    waits = any(map(bool, yearly["en_attente_eur"])) or any(map(bool, yearly["a_renouveler_eur"]))
    drawn = pd.DataFrame({"libelle": [str(int(v)) for v in yearly["annee"]]})
    bars = {"valeur": "abattement_eur", "valeur2": "en_attente_eur", "valeur3": "a_renouveler_eur"}
    for bar, column in bars.items() if waits else [("valeur", "abattement_eur")]:
        # an amount that is not known has no bar, never one of nil
        drawn[bar] = [math.nan if v is None else float(v) for v in yearly[column]]
    rows = yearly.to_dict("records")
    reading = words.forecast_sentence(
        [(int(r["annee"]), r["abattement_eur"]) for r in rows],
        opened=sum(int(r["nouvelles"]) for r in rows[1:]),
        waiting=rows[-1]["en_attente_eur"],
        causes=rows[-1]["en_attente_de"],
    )
    calendar: list[Block] = []
    if money.calendar is not None and len(money.calendar):
        calendar = tables("calendrier", worded(money.calendar, evenement=words.EVENTS))
        told = money.calendar[money.calendar["annee"] <= max(yearly["annee"])]
        calendar.append(Text(tuple(told["lecture"]), bullets=True, media=ANNEX))
    growth = next((Decimal(v.valeur) for v in money.values if v.cle == _GROWTH), Decimal(0))  # noqa: PD011  # a tuple
    return [
        table("prevision", worded(_known_years(yearly), nature=words.NATURES)),
        chart("prevision_annees", drawn),
        Text((reading,), media=BOTH),
        *calendar,
        Text(words.forecast_assumptions(money.year, growth), bullets=True, media=BOTH_ANNEX),
        _year_by_year(money, located),
    ]


def _known_years(yearly: pd.DataFrame) -> pd.DataFrame:
    """Empty the counts of years of which all hangs on something."""
    known = yearly["abattement_eur"].notna()
    counts = ("residences", "nouvelles", "logements")
    cells = {c: yearly[c].astype(object).where(known, None) for c in counts}
    natures = yearly["nature"].where(known, "sous_reserve")
    return yearly.assign(**cells, nature=natures)


def _year_by_year(money: Abatement, located: Located) -> Block:
    """Return the years side by side, with the reason: in which year and why an amount changes."""
    homes = located.residences.set_index("id_residence")[["nom", "code_qpv"]].to_dict("index")
    years = sorted({int(y) for y in money.forecast["annee"]})
    rows = []
    concerned = money.forecast[money.forecast["statut"] != Statut.HORS_QPV]
    kept = money.forecast[money.forecast["id_residence"].isin(concerned["id_residence"])]
    records = kept.sort_values(["id_residence", "annee"], kind="stable").to_dict("records")
    for key, lines in groupby(records, key=lambda r: str(r["id_residence"])):
        row = {"id_residence": key, "nom": "", "code_qpv": "", **homes.get(key, {})}
        before: tuple[Any, Any] | None = None
        changes = []
        for record in lines:
            year = int(record["annee"])
            row[f"a{year}"] = record["abattement_eur"]
            now = (record["statut"], record["logements"])
            # only what changes is written, and what the first year lacks
            moved = _right(before) != _right(now) if before else now[0] not in _SAME_RIGHT
            if moved and record["motif_court"]:
                changes.append(f"{year} : {record['motif_court']}")
            before = now
        row["changement"] = "\n".join(changes)
        rows.append(row)
    return table(
        "prevision_residences",
        pd.DataFrame(rows),
        repeated=[{"an": year} for year in years],
        notes=(words.FORECAST_NOTE,),
    )


def _right(state: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return what counts as a change; « abattu » this year and « éligible » the next are one right."""
    status, dwellings = state
    return ("droit" if status in _SAME_RIGHT else status, dwellings)
