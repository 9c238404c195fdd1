"""The protected survey tables laid out for reading: one row an item, both sides and their gap."""

from __future__ import annotations

import math
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.amount import excess
from tfpb.model.codes import ALONE, ENSEMBLE, SHOWN, TOTAL, Groupe, Verdict
from tfpb.model.survey import Published, pick, rows_of
from tfpb.report.sections.build import number_of
from tfpb.survey.answer_rows import (
    CHANGED,
    INTERVALS,
    change_rows,
    ended,
    satisfaction,
    wave_rows,
)
from tfpb.survey.raw_gaps import key_of, stories_of
from tfpb.survey.sample_size import n_necessaire
from tfpb.survey.verdicts import CHANGED as MOVED
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
    from collections.abc import Mapping

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims
    from tfpb.facts.whole_dossier import Dossier

_ROW: Final = ("niveau", "territoire", "item")
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


def gaps(survey: Published, name: str, wave: str) -> pd.DataFrame:
    """Lay out the comparison of one wave for reading, one row a territory × item.

    `name` is the bailleur whose rows are read (`scope`). `wave_rows`, then `libelle, theme, nature, ordre,
    tete` of the item and, in words, `sign, mot, mot_entier, phrase, autrement`; `isole` is a flag.
    """
    return _gaps(survey, name, wave).copy(deep=False)


@lru_cache(maxsize=4)  # the sections of a report ask for the same waves in turn
def _gaps(survey: Published, name: str, wave: str) -> pd.DataFrame:
    return _labelled(wave_rows(survey, name, wave), survey, name)


def _short(publication: str) -> str:
    """Write a state of publication without its reason."""
    return PUBLICATIONS.get(publication, str(publication)).split(" :", maxsplit=1)[0]


def changes(survey: Published, name: str) -> pd.DataFrame:
    """Lay out the changes between waves (`change_rows`) with the labels and words of `gaps`."""
    return _changes(survey, name).copy(deep=False)


@lru_cache(maxsize=2)  # the note, the table and what moved are read one after the other
def _changes(survey: Published, name: str) -> pd.DataFrame:
    return _labelled(change_rows(survey, name), survey, name)


def _otherwise(rows: pd.DataFrame, survey: Published, name: str) -> list[str]:
    """Say where the figure like with like contradicts the raw one, « » elsewhere."""
    found = stories_of(survey)
    if not found:
        return [""] * len(rows)
    group = Groupe.EVOLUTION_ECART if "evolution_qpv" in rows else Groupe.ECART
    clashes = (
        found.get(key_of(row, groupe=str(group), bailleur=name))
        for row in rows_of(rows, "vague", *_ROW)
    )
    return [
        otherwise(*clash.figures, survey.margin, change=clash.change) if clash else ""
        for clash in clashes
    ]


def contradicted(rows: pd.DataFrame) -> tuple[str, ...]:
    """Write one sentence a question whose figure like with like tells another story."""
    pairs = zip(rows["libelle"], rows["autrement"], strict=True)
    return tuple(otherwise_sentence(str(label), text) for label, text in pairs if text)


def answers(survey: Published, name: str) -> pd.DataFrame:
    """Return the table of satisfaction (`satisfaction`) with labels, in reading order, and its words.

    `verdict_mot, phrase, publication_court`, of each wave and change under their own names; empty where
    that one has no row.
    """
    rows = satisfaction(survey, name)
    older = [("", ended(w.vague)) for w in survey.waves[:-1]]
    moved = [(CHANGED, ended(pair)) for pair in pairs_of(survey, name)]
    words: dict[str, list[str]] = {}
    for start, end in (("", ""), *older, *moved):
        read = ("ecart", *(c for c in _READ if c != "estimation"), *["mode_change"] * bool(start))
        part = rows[[f"{start}{c}{end}" for c in read]].set_axis(list(read), axis=1)
        there = part["publication"].notna()
        found = _worded(part[there], survey.margin)
        for column in _WORDS:
            texts = pd.Series(found[column], index=part.index[there], dtype=object)
            words[f"{start}{column}{end}"] = texts.reindex(rows.index).fillna("").tolist()
    return _ordered(_of_items(rows.assign(**words), survey), "ordre")


_WORDS: Final = ("verdict_mot", "phrase", "publication_court")


def pairs_of(survey: Published, name: str) -> tuple[str, ...]:
    """Return the pairs of waves that changes are told of: « 2019-2023 »."""
    return tuple(map(str, dict.fromkeys(change_rows(survey, name)["vague"])))


def _labelled(rows: pd.DataFrame, survey: Published, name: str) -> pd.DataFrame:
    """Add labels, order, words and signs; total first, then territories, items in survey order."""
    out = _of_items(rows.assign(autrement=_otherwise(rows, survey, name)), survey)
    out = _ordered(out, "vague", "ordre")
    return out.assign(**_worded(out, survey.margin), isole=out["isole"] == ALONE)


def _ordered(rows: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Put the whole first, then territories."""
    order = ["_rest", "niveau", "territoire", *by]
    out = rows.assign(_rest=rows["niveau"] != TOTAL).sort_values(order, kind="stable")
    return out.drop(columns="_rest").reset_index(drop=True)


def _worded(rows: pd.DataFrame, margin: float) -> dict[str, list[str]]:
    """Write the words of gaps, or of changes of gaps, row by row."""
    pairs = list(zip(rows["verdict"].fillna(""), rows["publication"], strict=True))
    read = list(rows_of(rows.assign(estimation=rows["ecart"]), *_READ))
    broken = (
        rows["mode_change"].astype(bool) & rows["verdict"].isin(MOVED)
        if "mode_change" in rows
        else [False] * len(rows)
    )
    signs = [sign(v, p) for v, p in pairs]
    words = [word_of_row(row, moved=bool(m)) for row, m in zip(read, broken, strict=True)]
    return {
        "mot": [plainly(v, p) for v, p in pairs],
        "sign": signs,
        "mot_entier": words,
        "phrase": [gap_phrase(row, margin) for row in read],
        "verdict_mot": [f"{mark} {word}" for mark, word in zip(signs, words, strict=True)],
        "publication_court": [_short(p) for _, p in pairs],
    }


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
