"""The protected survey tables laid out for reading: one row an item, both sides and their gap."""

from __future__ import annotations

import math
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from tfpb.facts.amount import excess
from tfpb.model.codes import ALONE, ENSEMBLE, SHOWN, TOTAL, Ajustement, Groupe, Verdict
from tfpb.model.survey import Published, pick
from tfpb.report.sections.build import number_of
from tfpb.survey.planning.precision import n_necessaire
from tfpb.survey.raw_gaps import key_of, mode_changed, stories_of
from tfpb.survey.verdicts import CHANGED
from tfpb.words.money.evaluation_words import before_actions, survey_too_early
from tfpb.words.survey.satisfaction import NOT_NAMED, THEMES, otherwise, otherwise_sentence
from tfpb.words.survey.verdict_words import (
    PUBLICATIONS,
    gap_phrase,
    plainly,
    sign,
    target_words,
    word_of_row,
    would_have_taken,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims
    from tfpb.facts.whole_dossier import Dossier

SIDES: Final = ((Groupe.QPV, "qpv"), (Groupe.HORS_QPV, "hors"))
INTERVALS: Final = ("ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut")
_MARKS: Final = ("isole", "peu_de_reponses", "assurance")
_KEYS: Final = ("vague", "niveau", "territoire", "item")


def source(survey: Published | None, wave: str = "") -> dict[str, Any]:
    """Return what source lines of the survey's tables say: the wave, and what intervals are about."""
    return {"vague": wave, "cible": target_words(survey.target if survey is not None else "")}


def too_early(dossier: Dossier) -> tuple[str, ...]:
    """Warn when the last survey was held before the actions that stand beside it."""
    year = dossier.located.year
    if dossier.survey is None or dossier.programme is None:
        return ()
    wave, period = dossier.survey.last_wave, dossier.survey.last_period
    return (survey_too_early(wave, year),) if before_actions(wave, year, period) else ()


def not_named(dossier: Dossier) -> tuple[str, ...]:
    """Warn when results are those of other bailleurs: the survey does not name the dossier's."""
    if dossier.survey is None or not dossier.survey.of_others:
        return ()
    return (NOT_NAMED.format(bailleur=dossier.settings.dossier.bailleur),)


_COUNTS: Final = {
    "lower": "questions_plus_basses", "sure": "questions_plus_basses_sures", "level": "questions_aussi_bien",
    "alone": "questions_isolees", "unknown": "questions_incertaines", "masked": "questions_masquees",
    "total": "questions",
}  # fmt: skip
"""Holes of the sentence that counts questions, and the claims that fill them."""


def counts(claims: Claims, scope: str = TOTAL) -> dict[str, Amount]:
    """Return what the questions of a scope come to, for the sentence that counts them."""
    out = {hole: claims.amount(name, scope) for hole, name in _COUNTS.items()}
    return out | {"unsure": unsure(claims, scope)}


def unsure(claims: Claims, scope: str = TOTAL) -> Amount:
    """Return how many questions judged lower chance could give among so many."""
    lower, sure = (claims.amount(f"questions_plus_basses{of}", scope) for of in ("", "_sures"))
    return excess(lower, sure)


def margin_of(rows: pd.DataFrame) -> float:
    """Return the margin of equivalence of some rows, in points; NaN without one."""
    return number_of(rows["marge_points"].iloc[0]) if len(rows) else math.nan


def visible(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Keep the rows of the dossier's bailleur and of all bailleurs: never another one's."""
    return rows[rows["bailleur"].isin([name, ENSEMBLE])].copy()


def joined(
    out: pd.DataFrame, rows: pd.DataFrame, prefix: str, *, keys: Sequence[str] = _KEYS,
    how: Literal["left", "inner"] = "left", more: tuple[str, ...] = (),
) -> pd.DataFrame:  # fmt: skip
    """Set estimates and their intervals at 90 % beside rows of the same keys, under a prefix."""
    ends = {"estimation": prefix, "ic90_bas": f"{prefix}_bas", "ic90_haut": f"{prefix}_haut"}
    part = rows[[*keys, *more, *ends]].rename(columns=ends)
    return out.merge(part, on=list(keys), how=how, validate="one_to_one")


def gaps(survey: Published, name: str, wave: str) -> pd.DataFrame:
    """Lay out the comparison of one wave, one row a territory × item.

    Parameters
    ----------
    name : str
        Bailleur whose rows are read (`scope`).

    Returns
    -------
    DataFrame
        `vague, niveau, territoire, item, libelle, theme, nature, ordre, tete, n_qpv, n_hors, n, qpv,
        qpv_bas, qpv_haut, hors, hors_bas, hors_haut, ecart, ic90_bas, ic90_haut, ic95_bas,
        ic95_haut, comparable, comparable_bas, comparable_haut, marge_points, marge_demontree_points,
        verdict, publication, peu_de_reponses, assurance, bascule, sign, mot, mot_entier, phrase, isole,
        autrement` (words); proportions 0..1. What is not shown holds no number.
    """
    return _gaps(survey, name, wave).copy()


@lru_cache(maxsize=4)  # the sections of a report ask for the same waves in turn
def _gaps(survey: Published, name: str, wave: str) -> pd.DataFrame:
    mine = pick(survey.comparison, vague=wave, bailleur=name)
    raw = pick(mine, ajustement=Ajustement.BRUT)
    kept = ["n", *INTERVALS, *_MARKS, "bascule"]
    kept += ["marge_points", "marge_demontree_points", "verdict", "publication", "estimation"]
    out = pick(raw, groupe=Groupe.ECART)[[*_KEYS, *kept]].rename(columns={"estimation": "ecart"})
    for group, prefix in SIDES:
        part = pick(raw, groupe=group).rename(columns={"n": f"n_{prefix}"})
        out = joined(out, part, prefix, more=(f"n_{prefix}",))
    return _labelled(_with_comparable(out, mine, Groupe.ECART), survey, name)


def modelled(survey: Published, name: str, wave: str) -> pd.DataFrame:
    """Lay out the modelled shares of quarters beside the measured ones, one row a quarter × item.

    Returns
    -------
    DataFrame
        `vague, niveau, territoire, item, n, publication, publication_court, qpv, qpv_bas, qpv_haut`
        (measured), `modele, modele_bas, modele_haut`, `ensemble` (share of all QPV), labels as `gaps`.
    """
    mine = pick(survey.comparison, vague=wave, bailleur=name, groupe=Groupe.QPV)
    raw, model = (pick(mine, ajustement=kind) for kind in (Ajustement.BRUT, Ajustement.MODELE))
    out = joined(model[[*_KEYS, "n", "publication"]], raw, "qpv")
    out = joined(out, model, "modele")
    whole = pick(raw, niveau=TOTAL).set_index("item")["estimation"]
    out["ensemble"] = out["item"].map(whole)
    out["publication_court"] = [_short(p) for p in out["publication"]]
    return (
        _of_items(out, survey)
        .sort_values(["ordre", "territoire"], kind="stable")
        .reset_index(drop=True)
    )


def _short(publication: str) -> str:
    """Write a state of publication without its reason."""
    return PUBLICATIONS.get(publication, str(publication)).split(" :", maxsplit=1)[0]


def changes(survey: Published, name: str, **wanted: str) -> pd.DataFrame:
    """Lay out the changes between waves, one row a pair of waves × territory × item, of the rows `wanted`.

    Returns
    -------
    DataFrame
        `vague` (« 2019-2023 »), keys and labels as `gaps`, then `evolution_qpv, evolution_hors`
        (with `_bas`, `_haut`), `ecart` (change of the gap), its intervals, `n`, `verdict`;
        `comparable` (with `_bas`, `_haut`): change of the gap like with like; `mode_change`: firm or mode
        changed between the two.
    """
    every = pick(survey.comparison, bailleur=name)
    own = pick(every, **wanted)
    mine = pick(own, ajustement=Ajustement.BRUT)
    kept = ["n", *INTERVALS, *_MARKS, "verdict", "publication", "estimation"]
    out = pick(mine, groupe=Groupe.EVOLUTION_ECART)[[*_KEYS, *kept]]
    out = out.rename(columns={"estimation": "ecart"})
    for group in (Groupe.EVOLUTION_QPV, Groupe.EVOLUTION_HORS):
        out = joined(out, pick(mine, groupe=group), str(group))
    broken = mode_changed(pick(every, ajustement=Ajustement.BRUT))
    out = out.assign(mode_change=out["vague"].isin(list(broken)))
    return _labelled(_with_comparable(out, own, Groupe.EVOLUTION_ECART), survey, name)


def _with_comparable(out: pd.DataFrame, mine: pd.DataFrame, group: Groupe) -> pd.DataFrame:
    """Set the comparable figure of a gap, or of its change, beside the raw one."""
    kind = Ajustement.COMPARABLE
    return joined(out, pick(mine, groupe=group, ajustement=kind), str(kind))


def _otherwise(rows: pd.DataFrame, survey: Published, name: str) -> list[str]:
    """Say where the figure like with like contradicts the raw one, « » elsewhere."""
    found = stories_of(survey)
    out = []
    for row in rows.to_dict("records"):
        group = Groupe.EVOLUTION_ECART if "evolution_qpv" in row else Groupe.ECART
        clash = found.get(key_of(row, groupe=str(group), bailleur=name))
        out.append(otherwise(*clash.figures, survey.margin, change=clash.change) if clash else "")
    return out


def contradicted(rows: pd.DataFrame) -> tuple[str, ...]:
    """Write one sentence a question whose figure like with like tells another story."""
    pairs = zip(rows["libelle"], rows["autrement"], strict=True)
    return tuple(otherwise_sentence(str(label), text) for label, text in pairs if text)


def _labelled(rows: pd.DataFrame, survey: Published, name: str) -> pd.DataFrame:
    """Add labels, order, words and signs; total first, then territories, items in survey order."""
    out = _of_items(rows.assign(autrement=_otherwise(rows, survey, name)), survey)
    total = out["niveau"] != TOTAL
    out = out.assign(_rest=total).sort_values(
        ["_rest", "niveau", "territoire", "vague", "ordre"], kind="stable"
    )
    out = out.drop(columns="_rest").reset_index(drop=True)
    pairs = list(zip(out["verdict"].fillna(""), out["publication"], strict=True))
    margins = [survey.margin] * len(out)
    out["mot"] = [plainly(v, p, m) for (v, p), m in zip(pairs, margins, strict=True)]
    out["sign"] = [sign(v, p) for v, p in pairs]
    whole = list(zip(out.assign(estimation=out["ecart"]).to_dict("records"), margins, strict=True))
    out["mot_entier"] = [
        word_of_row(row, m, moved=row.get("mode_change", False) and row["verdict"] in CHANGED)
        for row, m in whole
    ]
    out["phrase"] = [gap_phrase(row, m) for row, m in whole]
    out["isole"] = out["isole"] == ALONE
    out["verdict_mot"] = [
        f"{mark} {word}" for mark, word in zip(out["sign"], out["mot_entier"], strict=True)
    ]
    out["publication_court"] = [_short(p) for p in out["publication"]]
    return out


def _of_items(rows: pd.DataFrame, survey: Published) -> pd.DataFrame:
    """Return rows with what the plan says of their question."""
    items = survey.items[["item", "libelle", "theme", "nature", "ordre", "tete_de_theme"]]
    items = items.rename(columns={"tete_de_theme": "tete"})
    items = items.assign(theme_mot=[THEMES.get(t, str(t)) for t in items["theme"]])
    return rows.merge(items, on="item", how="left", validate="many_to_one")


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that may be shown with their numbers."""
    return rows[rows["publication"].isin(SHOWN) & rows["ecart"].notna()].copy()


def to_draw(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what a chart of gaps reads of rows: the verdict in words."""
    drawn = rows.assign(verdict=rows["mot_entier"])
    return drawn[["libelle", "ecart", *INTERVALS, "n", "verdict", "sign"]]


def totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that are not split by territory."""
    return pick(rows, niveau=TOTAL).copy()


def quarters(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of one quarter each."""
    return pick(rows, niveau="code_qpv").copy()


def headlines(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep each theme's headline item among the total rows, or the theme's first item."""
    whole = totals(rows)
    picked = []
    for _, part in whole.groupby("theme", sort=False):
        heads = part[part["tete"].astype(bool)]
        picked.append((heads if len(heads) else part).iloc[[0]])
    return pd.concat(picked).sort_values("ordre", kind="stable") if picked else whole


def needed(level: float, margin_points: float) -> int:
    """Return the interviews per group it takes to show equivalence at that margin.

    A missing level counts as one half.
    """
    share = 0.5 if math.isnan(level) else min(max(level, 0.02), 0.98)
    return n_necessaire(share, marge_points=margin_points)


def placed(
    rows: pd.DataFrame, names: dict[str, str], segments: Mapping[str, str] = MappingProxyType({})
) -> pd.DataFrame:
    """Return rows with their territory, or segment, named as readers do (`territoire_mot`)."""
    known = {code: f"{name} ({code})" for code, name in names.items() if name}
    pairs = zip(rows["niveau"], rows["territoire"].astype(str), strict=True)
    texts = [
        "Ensemble" if n == TOTAL else f"{segments[n]} : {t}" if n in segments else known.get(t, t)
        for n, t in pairs
    ]
    return rows.assign(territoire_mot=texts)


def of_segments(rows: pd.DataFrame, segments: Mapping[str, str]) -> pd.DataFrame:
    """Keep the rows of segments, those of one variable together, categories by name."""
    return pick(rows, niveau=list(segments)).copy()


def unclear(rows: pd.DataFrame, margin: float) -> list[tuple[str, str]]:
    """Return each question on which nothing can be concluded, with what it would have taken."""
    out = []
    for r in rows[rows["verdict"] == Verdict.NON_CONCLUANT].to_dict("records"):
        detail = would_have_taken(
            margin,
            number_of(r["marge_demontree_points"]),
            needed(number_of(r["qpv"]), margin),
            int(min(r["n_qpv"], r["n_hors"])),
        )
        out.append((str(r["libelle"]), detail))
    return out


def heads(survey: Published) -> pd.DataFrame:
    """Return `item, libelle, ordre` of the headline questions."""
    items = survey.items
    return items.loc[items["tete_de_theme"].astype(bool), ["item", "libelle", "ordre"]]


def labelled(rows: pd.DataFrame, survey: Published) -> pd.DataFrame:
    """Return rows with `libelle, ordre` of their question."""
    labels = survey.items[["item", "libelle", "ordre"]]
    return rows.merge(labels, on="item", how="left", validate="many_to_one")
