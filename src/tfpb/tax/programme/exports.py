"""The programme as others want it: the columns of the bilans in use, and a neutral list to key in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.columns import STAMP
from tfpb.tax.abatement.abatement import ADDED_COLUMNS
from tfpb.tax.plain_values import ZERO, day, missing, records, text
from tfpb.words.documents.setting_words import legal_value
from tfpb.words.faults.sentences import say as in_french
from tfpb.words.money.accounts import AXES, axis_words, carry_argument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.errors import Fault
    from tfpb.model.money import Abatement, Programme

BILAN_COLUMNS: Final[Mapping[str, str]] = {
    "axe": "Axe",
    "action": "Action",
    "description": "Résidence/description",
    "calendrier": "Calendrier",
    "prevu_eur": "Dépense prévisionnelle",
    "realise_eur": "Dépense réalisée",
    "bailleur_eur": "Financement bailleur",
    "autres_eur": "Autre financement",
    "valorise_eur": "Dépense valorisée TFPB",
    "taux_valorisation": "Taux de valorisation TFPB",
}
"""Columns of programmes and bilans in use, in their order; the qualitative text follows."""
REENTRY_COLUMNS: Final = (
    "code_qpv", "annee", "id_action", "axe", "axe_libelle", "action", "description", "calendrier",
    "prevu_eur", "realise_eur", "bailleur_eur", "autres_eur", "valorise_eur", "taux_valorisation_pct",
    "piece", "date_piece", "bilan_qualitatif",
)  # fmt: skip
_SHEET: Final = 31


def bilan_frames(programme: Programme, *, year: int) -> dict[str, pd.DataFrame]:
    """Return the bilan as sheets: one a quarter, in the columns in use, then the sums by axis.

    Parameters
    ----------
    programme : Programme
    year : int
        Tax year; actions of other years are left out.

    Returns
    -------
    dict of str to DataFrame
        Sheet name → rows. Each quarter ends with a « Total » row; rates are proportions (0..1). When
        last year's actions are known, two more sheets set both years side by side.
    """
    rows = [r for r in records(programme.actions) if int(r["annee"]) == year]
    sheets = {}
    for code in sorted({text(r["code_qpv"]) for r in rows}):
        mine = sorted(
            (r for r in rows if text(r["code_qpv"]) == code),
            key=lambda r: (int(r["axe"]), text(r["id_action"])),
        )
        sheets[f"Bilan {code}"[:_SHEET]] = _bilan(mine)
    sheets["Par axe"] = _axes(programme)
    if programme.beside is not None and programme.beside_quarters is not None:
        sheets[f"{year - 1} et {year} par axe"] = _axes_beside(programme.beside, year)
        sheets[f"{year - 1} et {year} par quartier"] = _quarters_beside(
            programme.beside_quarters, year
        )
    return sheets


def reentry_frame(programme: Programme, *, year: int) -> pd.DataFrame:
    """Return one plain row an action, stable names, for re-entry in a collaborative platform.

    Returns
    -------
    DataFrame
        `code_qpv, annee, id_action, axe, axe_libelle, action, description, calendrier, prevu_eur,
        realise_eur, bailleur_eur, autres_eur, valorise_eur, taux_valorisation_pct, piece, date_piece,
        bilan_qualitatif`, by quarter, axis and action.
    """
    out = []
    for row in records(programme.actions):
        if int(row["annee"]) != year:
            continue
        rate = row["taux_valorisation"]
        line: dict[str, Any] = {c: _plain(row.get(c)) for c in REENTRY_COLUMNS if c in row}
        line["axe"] = int(row["axe"])
        line["axe_libelle"] = AXES[int(row["axe"])]
        line["taux_valorisation_pct"] = None if missing(rate) else rate * 100
        line["date_piece"] = day(row.get("date_piece"))
        line["bilan_qualitatif"] = text(row.get("texte_bilan"))
        out.append(line)
    out.sort(key=lambda r: (r["code_qpv"], r["axe"], r["id_action"]))
    return pd.DataFrame(out, columns=list(REENTRY_COLUMNS))


def premises_frame(
    made: Sequence[Abatement], headers: Sequence[str], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return every premises in the order of the file: its own columns, then what was computed.

    Parameters
    ----------
    made : sequence of Abatement
        One a tax year.
    headers : sequence of str
        Columns of the file, in order.
    names : mapping of str to str
        Header → name in the contract, for those it knows.
    """
    rows = pd.concat([m.premises for m in made], ignore_index=True)
    rows = rows.sort_values(list(STAMP), kind="stable", ignore_index=True)
    own = [names.get(h, h) for h in headers]
    kept = [c if c in rows and c not in ADDED_COLUMNS else f"{c}_entree" for c in own]
    return rows[[*(c for c in kept if c in rows), *ADDED_COLUMNS]]


def abatement_sheets(
    made: Sequence[Abatement], doubts: Sequence[Fault] = ()
) -> dict[str, pd.DataFrame]:
    """Return what goes beside the premises in a workbook: sums, notices, forecast, declaration, law."""
    last = made[-1]
    return {
        "Résidences": _years(made, "by_residence"),
        "Quartiers": _years(made, "by_qpv"),
        "Communes": _years(made, "by_commune"),
        "Collectivités": _years(made, "by_collectivity"),
        "Avis": _years(made, "checks"),
        "Prévision": last.forecast,
        "Prévision par année": last.by_year if last.by_year is not None else pd.DataFrame(),
        "Sortants": last.leavers if last.leavers is not None else pd.DataFrame(),
        "Déclaration": last.declaration,
        "Doutes": doubts_frame(doubts),
        "Sources et hypothèses": values_frame(last),
    }


def doubts_frame(doubts: Sequence[Fault]) -> pd.DataFrame:
    """Return doubts as rows: what, where, what was read, what was expected, what to do."""
    columns = ["doute", "fichier", "feuille", "ligne", "colonne", "lu", "attendu", "que_faire"]
    rows = []
    for fault in doubts:
        said, where = in_french(fault), fault.place
        rows.append(
            (
                said.title, where.file, where.sheet, where.row or None, where.column, said.got,
                said.expected, said.hint,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def values_frame(abatement: Abatement) -> pd.DataFrame:
    """Return the legal values used, what is not verified marked as such."""
    return pd.DataFrame(
        [
            {
                "libelle": v.libelle,
                "valeur": legal_value(v.valeur),
                "debut": v.debut,
                "fin": v.fin,
                "reference": v.reference,
                "verification": "" if v.verifie else "non vérifié",
                "origine": v.origine,
            }
            for v in abatement.values  # noqa: PD011 - legal values, not a frame's
        ]
    )


def _years(made: Sequence[Abatement], part: str) -> pd.DataFrame:
    frames = []
    for abatement in made:
        frame: pd.DataFrame = getattr(abatement, part)
        if "annee" not in frame:
            frame = frame.assign(annee=abatement.year)
        frames.append(frame[["annee", *(c for c in frame if c != "annee")]])
    together: pd.DataFrame = pd.concat(
        [f for f in frames if len(f)] or frames[:1], ignore_index=True
    )
    return together


def _plain(value: Any) -> Any:
    return None if missing(value) else value


def _bilan(rows: list[dict[str, Any]]) -> pd.DataFrame:
    out = []
    for row in rows:
        line = {label: _plain(row.get(key)) for key, label in BILAN_COLUMNS.items()}
        line["Axe"] = axis_words(int(row["axe"]))
        line["Pièce"] = text(row.get("piece"))
        line["Bilan qualitatif"] = text(row.get("texte_bilan"))
        out.append(line)
    sums: dict[str, Any] = {"Axe": "Total"}
    for key, label in BILAN_COLUMNS.items():
        if key.endswith("_eur"):
            sums[label] = sum((v for r in out if (v := r[label]) is not None), ZERO)
    spent, valued = sums["Dépense réalisée"], sums["Dépense valorisée TFPB"]
    sums["Taux de valorisation TFPB"] = round(valued / spent, 4) if spent else None
    return pd.DataFrame(
        [*out, sums], columns=[*BILAN_COLUMNS.values(), "Pièce", "Bilan qualitatif"]
    )


def _axes(programme: Programme) -> pd.DataFrame:
    table = programme.by_axis
    out = pd.DataFrame(
        {
            "Quartier": ["Tous" if c == "total" else c for c in table["code_qpv"]],
            "Axe": [axis_words(int(a)) for a in table["axe"]],
            "Actions": table["actions"],
        }
    )
    labels = {
        **BILAN_COLUMNS,
        "valorise_par_logement_eur": "Valorisé par logement",
        "pieces_jointes": "Pièces jointes",
    }
    for key in table.columns:
        if key in labels and key != "axe":
            out[labels[key]] = table[key].to_numpy(dtype=object)
    return out


def _axes_beside(table: pd.DataFrame, year: int) -> pd.DataFrame:
    out = pd.DataFrame({"Axe": [axis_words(int(a)) for a in table["axe"]]})
    return _both_years(out, table, year)


def _quarters_beside(table: pd.DataFrame, year: int) -> pd.DataFrame:
    out = pd.DataFrame(
        {
            "Quartier": table["code_qpv"],
            "Nom": table["nom_qpv"],
            f"Code(s) en {year - 1}": table["codes_precedents"],
        }
    )
    out = _both_years(out, table, year)
    out[f"Abattement {year}"] = table["abattement_eur"].to_numpy(dtype=object)
    out[f"Report venu de {year - 1}"] = table["report_eur"].to_numpy(dtype=object)
    out[f"À reporter sur {year + 1}"] = table["rattrapage_eur"].to_numpy(dtype=object)
    out["Ce qui le justifie"] = [carry_argument(r, year) for r in records(table)]
    return out


def _both_years(out: pd.DataFrame, table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Add actions, spent and valued of both years, last year's first."""
    for key, label in (("actions", "Actions"), ("realise", "Réalisé"), ("valorise", "Valorisé")):
        before, now = (
            ("actions_precedentes", "actions")
            if key == "actions"
            else (f"{key}_precedent_eur", f"{key}_eur")
        )
        out[f"{label} {year - 1}"] = table[before].to_numpy(dtype=object)
        out[f"{label} {year}"] = table[now].to_numpy(dtype=object)
    out["Différence valorisée"] = table["ecart_valorise_eur"].to_numpy(dtype=object)
    return out
