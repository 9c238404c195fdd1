"""The programme and the abatement as others want them: bilan, list to key in again, premises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.columns import STAMP
from tfpb.model.legal.axis_table import AXES
from tfpb.tax.ledger.premises_known import ADDED_COLUMNS
from tfpb.tax.plain_values import Record, grouped, missing, records, total
from tfpb.tax.programme.balance import rate
from tfpb.words.money import programme_words
from tfpb.words.money.accounts import axis_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.model.money import Abatement, Programme

REENTRY_COLUMNS: Final = (
    "code_qpv", "annee", "id_action", "axe", "axe_libelle", "action", "description", "calendrier",
    "prevu_eur", "realise_eur", "bailleur_eur", "autres_eur", "valorise_eur", "taux_valorisation_pct",
    "piece", "date_piece", "bilan_qualitatif",
)  # fmt: skip


def bilan_frames(programme: Programme, *, year: int) -> dict[str, pd.DataFrame]:
    """Return the bilan as sheets: one a quarter, in the columns in use, the sums by axis, what to key in.

    Actions of other years are left out. Each quarter ends with a « Total » row; rates are proportions
    (0..1). When last year's actions are known, two more sheets compare both years. Last, `reentry_frame`.
    """
    quarters = grouped(_actions(programme, year), lambda r: r.text("code_qpv"))
    sheets = {programme_words.quarter_sheet(c): _bilan(rows) for c, rows in quarters.items()}
    axes = programme.by_axis
    everywhere = axes["code_qpv"].replace("total", programme_words.EVERYWHERE)
    sheets[programme_words.BY_AXIS] = _headed(
        _axes_in_words(axes).assign(code_qpv=everywhere), programme_words.AXES
    )
    by_axis, by_quarter = programme.both_years, programme.quarters_both_years
    if by_axis is not None and by_quarter is not None:
        headers, names = programme_words.both_years(year), programme_words.both_years_sheets(year)
        sheets[names[0]] = _headed(_axes_in_words(by_axis), headers)
        sheets[names[1]] = _headed(by_quarter, headers)
    sheets[programme_words.REENTRY] = reentry_frame(programme, year=year)
    return sheets


def reentry_frame(programme: Programme, *, year: int) -> pd.DataFrame:
    """Return one plain row an action of the year, stable names, for re-entry in a collaborative platform.

    `code_qpv, annee, id_action, axe, axe_libelle, action, description, calendrier, prevu_eur, realise_eur,
    bailleur_eur, autres_eur, valorise_eur, taux_valorisation_pct, piece, date_piece, bilan_qualitatif`, by
    quarter, axis and action.
    """
    out = []
    for row in _actions(programme, year):
        valued = row["taux_valorisation"]
        line = {c: _plain(row.get(c)) for c in REENTRY_COLUMNS if c in row}
        line["axe"] = int(row["axe"])
        line["axe_libelle"] = AXES[int(row["axe"])]["nom"]
        line["taux_valorisation_pct"] = None if missing(valued) else valued * 100
        line["date_piece"] = row.day("date_piece")
        line["bilan_qualitatif"] = row.text("texte_bilan")
        out.append(line)
    return pd.DataFrame(out, columns=list(REENTRY_COLUMNS))


def not_given(rows: pd.DataFrame) -> pd.DataFrame:
    """Return actions whose blank valued amounts say so: on a sheet, an empty cell reads as nothing."""
    cells = [programme_words.NOT_GIVEN if missing(v) else v for v in rows["valorise_eur"]]
    return rows.assign(valorise_eur=pd.Series(cells, index=rows.index, dtype=object))


def premises_frame(
    years: Sequence[Abatement], headers: Sequence[str], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return every premises in the order of the file: its own columns, then those of `locaux`.

    One abatement a tax year; `names` maps a header to its name in the contract. A column of the file that
    has the name of a computed one becomes `<nom>_entree`.
    """
    rows = pd.concat([m.locaux for m in years], ignore_index=True)
    rows = rows.sort_values(list(STAMP), kind="stable", ignore_index=True)
    own = [names.get(h, h) for h in headers]
    kept = [c if c in rows and c not in ADDED_COLUMNS else f"{c}_entree" for c in own]
    return rows[[*(c for c in kept if c in rows), *ADDED_COLUMNS]]


def _plain(value: Any) -> Any:
    return None if missing(value) else value


def _actions(programme: Programme, year: int) -> list[Record]:
    """Return the actions of a year by quarter, axis and action."""
    rows = [r for r in records(programme.actions) if int(r["annee"]) == year]
    return sorted(rows, key=lambda r: (r.text("code_qpv"), int(r["axe"]), r.text("id_action")))


def _bilan(rows: list[Record]) -> pd.DataFrame:
    """Return the actions of a quarter in the columns in use, and their sum."""
    named = programme_words.BILAN
    lines = [
        {
            **{key: _plain(row.get(key)) for key in named},
            "axe": axis_words(int(row["axe"])),
            "piece": row.text("piece"),
            "texte_bilan": row.text("texte_bilan"),
        }
        for row in rows
    ]
    # a sum of some rows would pass for the whole
    amounts = {c: [r[c] for r in lines] for c in named if c.endswith("_eur")}
    sums = {c: None if None in cells else total(cells) for c, cells in amounts.items()}
    share = rate(*(sums[c] for c in ("valorise_eur", "realise_eur")))
    last = {"axe": programme_words.TOTAL, **sums, "taux_valorisation": share}
    return pd.DataFrame([*lines, last], columns=list(named)).rename(columns=dict(named))


def _axes_in_words(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(axe=[axis_words(int(a)) for a in table["axe"]])


def _headed(table: pd.DataFrame, headers: Mapping[str, str]) -> pd.DataFrame:
    """Keep the columns that have a header, in the order of the headers."""
    return table[[c for c in headers if c in table]].rename(columns=dict(headers))
