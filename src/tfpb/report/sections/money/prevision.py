"""The forecast of the abatement: year by year, résidence by résidence, and what it assumes."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import Statut
from tfpb.model.report import Text
from tfpb.report.sections.build import BOTH, DOCUMENT, chart, part, table, worded
from tfpb.words.money import forecast_words as words
from tfpb.words.money.abatement_words import NATURES

if TYPE_CHECKING:
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement
    from tfpb.model.report import Block

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
    drawn = pd.DataFrame(
        {
            "libelle": [str(int(v)) for v in yearly["annee"]],
            "valeur": _drawn(yearly["abattement_eur"]),
        }
    )
    if waits:
        drawn["valeur2"] = _drawn(yearly["en_attente_eur"])
        drawn["valeur3"] = _drawn(yearly["a_renouveler_eur"])
    rows = yearly.to_dict("records")
    reading = words.forecast_sentence(
        [(int(r["annee"]), r["abattement_eur"]) for r in rows],
        opened=sum(int(r["nouvelles"]) for r in rows[1:]),
        waiting=rows[-1]["en_attente_eur"],
    )
    calendar: list[Block] = []
    if money.calendar is not None and len(money.calendar):
        whole = table("calendrier", worded(money.calendar, evenement=words.EVENTS))
        told = money.calendar[money.calendar["annee"] <= max(yearly["annee"])]
        read = Text(tuple(told["lecture"]), bullets=True, media=DOCUMENT)
        calendar = [whole, part(whole, "calendrier_classeur"), read]
    growth = next((Decimal(v.valeur) for v in money.values if v.cle == _GROWTH), Decimal(0))  # noqa: PD011  # a tuple
    return [
        table("prevision", worded(_known_years(yearly), nature=NATURES)),
        chart("prevision_annees", drawn),
        Text((reading,), media=BOTH),
        *calendar,
        Text(words.forecast_assumptions(money.year, growth), bullets=True, media=BOTH),
        _by_residence(money, located),
    ]


def _known_years(yearly: pd.DataFrame) -> pd.DataFrame:
    """Empty the counts of years of which all hangs on something."""
    known = yearly["abattement_eur"].notna()
    counts = ("residences", "nouvelles", "logements")
    cells = {c: yearly[c].astype(object).where(known, None) for c in counts}
    natures = yearly["nature"].where(known, "sous_reserve")
    return yearly.assign(**cells, nature=natures)


def _drawn(amounts: pd.Series[Any]) -> list[float]:
    """Return amounts to draw; one that is not known has no bar, never one of nil."""
    return [math.nan if v is None else float(v) for v in amounts]


def _by_residence(money: Abatement, located: Located) -> Block:
    """Return the years side by side, with the reason: in which year and why an amount changes."""
    names = ("id_residence", "nom", "code_qpv")
    homes = {
        str(k): (n, c) for k, n, c in zip(*(located.residences[c] for c in names), strict=True)
    }
    years = sorted({int(y) for y in money.forecast["annee"]})
    rows = []
    concerned = money.forecast[money.forecast["statut"] != Statut.HORS_QPV]
    kept = money.forecast[money.forecast["id_residence"].isin(concerned["id_residence"])]
    records = kept.sort_values(["id_residence", "annee"], kind="stable").to_dict("records")
    for key, lines in groupby(records, key=lambda r: str(r["id_residence"])):
        name, quarter = homes.get(key, ("", ""))
        row: dict[str, Any] = {"id_residence": key, "nom": name, "code_qpv": quarter}
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
