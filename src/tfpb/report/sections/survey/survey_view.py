"""The protected survey tables laid out for reading: one row an item, both sides and their gap."""

from __future__ import annotations

import math
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from tfpb.facts.amount import excess
from tfpb.model.codes import ALONE, ENSEMBLE, SHOWN, TOTAL, Ajustement, Groupe, Verdict
from tfpb.model.survey import Published, pick, rows_of
from tfpb.report.sections.build import number_of
from tfpb.survey.raw_gaps import key_of, mode_changed, stories_of
from tfpb.survey.sample_size import n_necessaire
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

    import pandas as pd

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims
    from tfpb.facts.whole_dossier import Dossier

SIDES: Final = ((Groupe.QPV, "qpv"), (Groupe.HORS_QPV, "hors"))
INTERVALS: Final = ("ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut")
_MARKS: Final = ("isole", "peu_de_reponses", "assurance")
_KEYS: Final = ("vague", "niveau", "territoire", "item")
_CHANGES: Final = (Groupe.EVOLUTION_ECART, Groupe.EVOLUTION_QPV, Groupe.EVOLUTION_HORS)
_READ: Final = (
    "verdict", "publication", "isole", "peu_de_reponses", "estimation", "ic90_bas", "ic90_haut",
)  # fmt: skip
"""What the words of a row are read from."""


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
    "empty": "questions_sans_reponse", "total": "questions",
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
    return rows[rows["bailleur"].isin([name, ENSEMBLE])]


def joined(
    out: pd.DataFrame, rows: pd.DataFrame, prefix: str, *, keys: Sequence[str] = _KEYS,
    how: Literal["left", "inner"] = "left", more: tuple[str, ...] = (),
) -> pd.DataFrame:  # fmt: skip
    """Set estimates and their intervals at 90 % beside rows of the same keys, under a prefix.

    Raises
    ------
    ValueError
        Two rows of one key.
    """
    ends = {"estimation": prefix, "ic90_bas": f"{prefix}_bas", "ic90_haut": f"{prefix}_haut"}
    there = _keyed(rows, keys)
    at = np.array([there.get(key, -1) for key in _keyed(out, keys)], dtype=int)
    if how == "inner":
        out, at = out[at >= 0], at[at >= 0]
    figures = {
        title: np.append(rows[name].to_numpy(dtype=float), np.nan)[at]  # of no row, no number
        for name, title in {**{name: name for name in more}, **ends}.items()
    }
    return out.assign(**figures)


def _keyed(rows: pd.DataFrame, keys: Sequence[str]) -> dict[tuple[Any, ...], int]:
    """Return where the row of each key stands: a merge would sort out texts at every call."""
    found = zip(*(rows[key].to_numpy(dtype=object) for key in keys), strict=True)
    there = {key: k for k, key in enumerate(found)}
    if len(there) < len(rows):
        raise ValueError("two rows of one key")
    return there


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
    return _gaps(survey, name, wave).copy(deep=False)


@lru_cache(maxsize=4)  # the sections of a report ask for the same waves in turn
def _gaps(survey: Published, name: str, wave: str) -> pd.DataFrame:
    mine = pick(survey.comparison, vague=wave, bailleur=name)
    mine = pick(mine, ajustement=[Ajustement.BRUT, Ajustement.COMPARABLE])
    raw = pick(mine, ajustement=Ajustement.BRUT)
    kept = ["n", *INTERVALS, *_MARKS, "bascule"]
    kept += ["marge_points", "marge_demontree_points", "verdict", "publication", "estimation"]
    out = pick(raw, groupe=Groupe.ECART)[[*_KEYS, *kept]].rename(columns={"estimation": "ecart"})
    for group, prefix in SIDES:
        part = pick(raw, groupe=group).rename(columns={"n": f"n_{prefix}"})
        out = joined(out, part, prefix, more=(f"n_{prefix}",))
    return _labelled(_with_comparable(out, mine, Groupe.ECART), survey, name)


def _short(publication: str) -> str:
    """Write a state of publication without its reason."""
    return PUBLICATIONS.get(publication, str(publication)).split(" :", maxsplit=1)[0]


def changes(survey: Published, name: str) -> pd.DataFrame:
    """Lay out the changes between waves, one row a pair of waves × territory × item.

    Returns
    -------
    DataFrame
        `vague` (« 2019-2023 »), keys and labels as `gaps`, then `evolution_qpv, evolution_hors`
        (with `_bas`, `_haut`), `ecart` (change of the gap), its intervals, `n`, `verdict`;
        `comparable` (with `_bas`, `_haut`): change of the gap like with like; `mode_change`: firm or mode
        changed between the two.
    """
    return _changes(survey, name).copy(deep=False)


@lru_cache(maxsize=2)  # the note, the table and what moved are read one after the other
def _changes(survey: Published, name: str) -> pd.DataFrame:
    ways = [Ajustement.BRUT, Ajustement.COMPARABLE]
    own = pick(survey.comparison, bailleur=name, ajustement=ways, groupe=list(_CHANGES))
    mine = pick(own, ajustement=Ajustement.BRUT)
    kept = ["n", *INTERVALS, *_MARKS, "verdict", "publication", "estimation"]
    out = pick(mine, groupe=Groupe.EVOLUTION_ECART)[[*_KEYS, *kept]]
    out = out.rename(columns={"estimation": "ecart"})
    for group in _CHANGES[1:]:
        out = joined(out, pick(mine, groupe=group), str(group))
    out = out.assign(mode_change=out["vague"].isin(list(mode_changed(mine))))
    return _labelled(_with_comparable(out, own, Groupe.EVOLUTION_ECART), survey, name)


def _with_comparable(out: pd.DataFrame, mine: pd.DataFrame, group: Groupe) -> pd.DataFrame:
    """Set the comparable figure of a gap, or of its change, beside the raw one."""
    kind = Ajustement.COMPARABLE
    return joined(out, pick(mine, groupe=group, ajustement=kind), str(kind))


def _otherwise(rows: pd.DataFrame, survey: Published, name: str) -> list[str]:
    """Say where the figure like with like contradicts the raw one, « » elsewhere."""
    found = stories_of(survey)
    if not found:
        return [""] * len(rows)
    group = Groupe.EVOLUTION_ECART if "evolution_qpv" in rows else Groupe.ECART
    clashes = (
        found.get(key_of(row, groupe=str(group), bailleur=name)) for row in rows_of(rows, *_KEYS)
    )
    return [
        otherwise(*clash.figures, survey.margin, change=clash.change) if clash else ""
        for clash in clashes
    ]


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
    margin = survey.margin
    read = list(rows_of(out.assign(estimation=out["ecart"]), *_READ))
    broken = (
        out["mode_change"] & out["verdict"].isin(CHANGED)
        if "mode_change" in out
        else [False] * len(out)
    )
    signs = [sign(v, p) for v, p in pairs]
    words = [word_of_row(row, margin, moved=bool(m)) for row, m in zip(read, broken, strict=True)]
    return out.assign(
        mot=[plainly(v, p, margin) for v, p in pairs],
        sign=signs,
        mot_entier=words,
        phrase=[gap_phrase(row, margin) for row in read],
        isole=out["isole"] == ALONE,
        verdict_mot=[f"{mark} {word}" for mark, word in zip(signs, words, strict=True)],
        publication_court=[_short(p) for _, p in pairs],
    )


def _of_items(rows: pd.DataFrame, survey: Published) -> pd.DataFrame:
    """Return rows with what the plan says of their question."""
    items = survey.items.set_index("item")
    items = items[["libelle", "theme", "nature", "ordre", "tete_de_theme"]]
    items = items.rename(columns={"tete_de_theme": "tete"})
    items = items.assign(theme_mot=[THEMES.get(t, str(t)) for t in items["theme"]])
    found = items.reindex(rows["item"])
    return rows.assign(**{str(name): found[name].array for name in found})


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that may be shown with their numbers."""
    return rows[rows["publication"].isin(SHOWN) & rows["ecart"].notna()]


def to_draw(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what a chart of gaps reads of rows: the verdict in words."""
    drawn = rows.assign(verdict=rows["mot_entier"])
    return drawn[["libelle", "ecart", *INTERVALS, "n", "verdict", "sign"]]


def totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that are not split by territory."""
    return pick(rows, niveau=TOTAL)


def quarters(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of one quarter each."""
    return pick(rows, niveau="code_qpv")


def headlines(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep each theme's headline item among the total rows, or the theme's first item."""
    whole = totals(rows)
    first: dict[str, int] = {}
    heads: dict[str, int] = {}
    for k, (theme, head) in enumerate(zip(whole["theme"], whole["tete"].astype(bool), strict=True)):
        first.setdefault(theme, k)
        if head:
            heads.setdefault(theme, k)
    return whole.iloc[list((first | heads).values())].sort_values("ordre", kind="stable")


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
    return pick(rows, niveau=list(segments))


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
