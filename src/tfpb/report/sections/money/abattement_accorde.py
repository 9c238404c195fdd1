"""« Abattement »: what is granted, to whom, what it costs, what is still due."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.report import Text
from tfpb.report.sections.build import BOTH, lacking, part, section, table, worded
from tfpb.report.sections.counts import leaver_facts
from tfpb.report.sections.money.locaux import premises_blocks, veiled
from tfpb.report.sections.money.prevision import forecast_blocks
from tfpb.words.money import abatement_words as words
from tfpb.words.money.state_words import state_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tfpb.model.assembly import Dossier
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement
    from tfpb.model.report import Block, Section

_BY_RESIDENCE = ("abattement_eur", "abattement_a_reclamer_eur", "abattement_a_risque_eur")
_BY_QUARTER = (
    "abattement_eur", "compensation_etat_eur", "perte_collectivites_eur", "reporte_contribuables_eur",
)  # fmt: skip


def abattement(dossier: Dossier) -> Section:
    """Return the section of the abatement of the tax year."""
    money = dossier.abatement
    if money is None:
        return lacking("abattement", subject="fiscalite")
    standing = state_sentences(
        money.states,
        money.reserves,
        year=money.year,
        limit=money.claim_until,
        on=dossier.settings.dossier.date,
    )
    blocks = [*_by_quarter(money), Text(standing, bullets=True)]
    blocks += _spread(money)
    blocks += _leavers(money, dossier.located)
    blocks += forecast_blocks(money, dossier.located)
    blocks += _by_residence(money)
    blocks += premises_blocks(money)
    if len(money.declaration):
        blocks.append(table("declaration", worded(money.declaration, statut=words.STATUTS)))
        lacks = sum(bool(text) for text in money.declaration["manque"])
        sentence = words.declaration_sentence(len(money.declaration), lacks)
        blocks.append(Text((sentence,), media=BOTH))
    rounding = words.ROUNDING.format(rounding=words.ROUNDINGS.get(money.rounding, money.rounding))
    blocks.append(Text((rounding,), media=BOTH))
    return section("abattement", words.lead(money), blocks)


def _totals(money: Abatement, keys: Iterable[str]) -> dict[str, Decimal]:
    """Return the totals that are known."""
    found = {key: money.totals.get(key) for key in keys}
    return {key: amount for key, amount in found.items() if amount is not None}


def _by_quarter(money: Abatement) -> list[Block]:
    inside = sum(money.by_qpv["abattement_a_risque_eur"], Decimal(0))
    # what notices abate outside every quarter stands on no line of a quarter
    outside = money.states.at_risk - inside
    whole = table(
        "abattement_qpv",
        worded(veiled(money.by_qpv), nature=words.NATURES),
        annee=money.year,
        totals={} if money.unknown_quarters else _totals(money, _BY_QUARTER),
        notes=words.quarter_notes(outside=outside),
    )
    return [whole, part(whole, "abattement_qpv_document")]


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


def _leavers(money: Abatement, located: Located) -> list[Block]:
    """Return what the map of 2024 took out of the quarters; nothing when it took nothing."""
    facts = leaver_facts(money)
    if facts is None or money.leavers is None:
        return []
    kin = located.correspondence
    names = dict(zip(kin["code_2015"], kin["nom_2015"], strict=True)) if len(kin) else {}
    rows = money.leavers.assign(
        nom_qpv=[names.get(code, "") or words.UNKNOWN_QUARTER for code in money.leavers["code_qpv"]]
    )
    sentence = words.leavers_sentence(
        money.year, facts.residences, facts.dwellings, risk=facts.risk, lost=facts.lost
    )
    return [Text((sentence,), media=BOTH), table("sortants", rows)]


def _by_residence(money: Abatement) -> list[Block]:
    whole = table(
        "abattement_residences",
        worded(veiled(money.by_residence), nature=words.NATURES, statut=words.STATUTS),
        annee=money.year,
        totals=_totals(money, _BY_RESIDENCE),
    )
    return [whole, part(whole, "abattement_residences_classeur")]
