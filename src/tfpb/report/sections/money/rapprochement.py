"""« Rapprochement »: from the notices to what may be due, per quarter, line by line, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.codes import Statut
from tfpb.model.report import ANNEX, BOTH, BOTH_ANNEX, Block, Section, Text
from tfpb.model.results import STATE_COLUMNS
from tfpb.report.sections.build import cut, lacking, section, source_of, table, tables, worded
from tfpb.words.money import abatement_words, state_words
from tfpb.words.money import state_words as words

if TYPE_CHECKING:
    from tfpb.facts.claim import Claims
    from tfpb.facts.dossier import Dossier
    from tfpb.model.money import Abatement


def rapprochement(dossier: Dossier) -> Section:
    """Return the section that reconciles the notices with what is due."""
    money = dossier.abatement
    if money is None or money.reconciliation is None:
        return lacking("rapprochement", subject="fiscalite")
    states = money.states
    leads = (state_words.borne_sentence(states), state_words.best_sentence(states))
    rows = money.reconciliation
    totals = {str(c): sum(rows[c], Decimal(0)) for c in rows if str(c).endswith("_eur")}
    shown = veiled(dossier.quarters.named(rows, nowhere=words.OUTSIDE))
    # a total of nothing but what is not known is not told either
    totals = {c: v for c, v in totals.items() if v or shown[c].notna().all()}
    blocks = tables("rapprochement", shown, annee=money.year, totals=totals)
    blocks.append(Text(_readings(money, dossier.claims), bullets=True, media=BOTH))
    if money.reserves:
        blocks.append(table("reserves", _reserves(money), annee=money.year))
    if money.owned is None or money.owned.empty:
        blocks.append(
            Text((words.NOT_OWNED if money.owned is None else words.ALL_NOTICED,), media=BOTH_ANNEX)
        )
    else:
        told = table("possedes", worded(money.owned, constat=words.FINDINGS), annee=money.year)
        blocks += [told, Text(tuple(money.owned["lecture"]), bullets=True, media=ANNEX)]
    blocks.append(_lines(money))
    if len(money.checks):
        agreed = money.checks["code_constat"] == "concordant"
        checks = money.checks.assign(_agreed=agreed).sort_values("_agreed", kind="stable")
        blocks.append(table("controle_avis", checks))
    return section("rapprochement", " ".join(filter(None, leads)), blocks)


def _readings(money: Abatement, claims: Claims) -> tuple[str, ...]:
    """Return the cases worst and best, the fees, who declared what, and the deficit after claims."""
    rows = money.reconciliation
    declared = Decimal(0) if rows is None else sum(rows["reclame_declare_eur"], Decimal(0))
    out = list(words.cases(money.states))
    if money.states.to_claim:
        out += state_words.declared_sentences(money.states.to_claim, declared)
        now, after = (claims.amount(name) for name in ("solde", "solde_apres_reclamation"))
        if now.is_known and after.is_known:
            out.append(words.after_claims(now.exact, after.exact))
    return tuple(out)


def _reserves(money: Abatement) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "raison": [state_words.REASONS[r] for r in money.reserves],
            "montant_eur": list(money.reserves.values()),
        }
    )


def _lines(money: Abatement) -> Block:
    """Return the premises that bear an amount in some state, each with its file and row."""
    rows = money.premises
    told = rows[list(STATE_COLUMNS)].map(bool).any(axis=1)
    kept = cut(rows, told)
    shown = worded(kept, statut=abatement_words.STATUTS)
    totals = {c: sum(kept[c], Decimal(0)) for c in STATE_COLUMNS}
    source = source_of(rows)  # of all, whatever is kept
    return table("rapprochement_lignes", shown, annee=money.year, source=source, totals=totals)


_COUNTED: Final = (Statut.ABATTU, Statut.ELIGIBLE)
_EACH_LINE: Final = tuple(
    {"ligne": line, "nom": name} for line, name in abatement_words.LINES.items()
)
_ON_NOTICES: Final = (
    "abattement_acquis_eur", "abattement_a_risque_eur", "au_pire_eur", "frais_acquis_eur",
    "apres_reclamation_eur",
)  # fmt: skip
_OFF_NOTICES: Final = (
    "abattement_a_reclamer_eur", "reclame_declare_eur", "apres_reclamation_eur", "frais_a_reclamer_eur",
)  # fmt: skip
_WAITING: Final = (
    "abattement_a_reclamer_eur", "abattement_a_risque_eur", "abattement_sous_reserve_eur",
    "abattement_perdu_eur",
)  # fmt: skip


def premises_blocks(money: Abatement) -> list[Block]:
    """Return each amount with its base, rates and line: one wide table for software, two on the sheet.

    Lines of the notice, and amounts in waiting, have a column only where one of them is not nil.
    """
    rows = money.premises
    is_counted = rows["statut"].isin([str(s) for s in _COUNTED])
    nothing = pd.Series([Decimal(0)] * len(rows), index=rows.index, dtype=object)
    counted = rows["abattement_eur"].where(is_counted, nothing)
    fees = rows["frais_gestion_eur"].where(is_counted, nothing)
    rates = [f"taux_{line}_pct" for line in abatement_words.LINES]
    shown = worded(rows, statut=abatement_words.STATUTS, nature=abatement_words.NATURES).assign(
        compte_eur=counted,
        frais_comptes_eur=fees,
        part=[float(p) for p in rows["part_logements"]],
        somme_taux_pct=[float(sum(_exact(v) for v in r)) for r in rows[rates].to_numpy().tolist()],
    )
    return tables(
        "abattement_locaux",
        shown,
        repeated=_EACH_LINE,
        annee=money.year,
        notes=abatement_words.CALCULATION_NOTES,
        totals={
            "compte_eur": sum(counted, Decimal(0)),
            "frais_comptes_eur": sum(fees, Decimal(0)),
            **{k: sum(rows[k], Decimal(0)) for k in _WAITING if any(rows[k])},
        },
    )


def veiled(rows: pd.DataFrame) -> pd.DataFrame:
    """Empty the zeros that may be something else: no « 0 » for what no file tells.

    What is acquired or at risk is not known while notices bear a doubtful amount; what is to claim, while
    an amount hangs that no notice bears; nor either where dwellings have no amount.

    Parameters
    ----------
    rows : DataFrame
        With `STATE_COLUMNS`.
    """
    doubtful = rows["abattement_douteux_eur"].map(bool)
    hanging = rows["abattement_sous_reserve_eur"] != rows["abattement_douteux_eur"]
    if "logements_sans_montant" in rows:
        missing = rows["logements_sans_montant"].map(bool)
        doubtful, hanging = doubtful | missing, hanging | missing
    out = rows.copy()
    for columns, unsure in ((_ON_NOTICES, doubtful), (_OFF_NOTICES, hanging)):
        for column in (c for c in columns if c in out):
            cells = out[column].astype(object)
            out[column] = cells.where(~unsure | cells.map(bool), None)
    if "logements_abattus" in out:
        abated = out["logements_abattus"].astype(object)
        out["logements_abattus"] = abated.where(out["abattement_eur"].notna(), None)
    return out


def _exact(value: float) -> Decimal:
    return Decimal(0) if value != value else Decimal(str(value))  # noqa: PLR0124 - NaN
