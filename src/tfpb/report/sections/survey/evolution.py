"""« Évolution »: what moved between waves."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfpb.model.codes import SHOWN, TOTAL, Ajustement, Groupe, Verdict
from tfpb.model.report import BOTH_ANNEX, Block, Chart, Section, Text
from tfpb.model.survey import Published, pick
from tfpb.report.sections.build import charts, lacking, section, table
from tfpb.report.sections.survey import survey_view as view
from tfpb.survey.answer_rows import SIDES, joined
from tfpb.survey.verdicts import CHANGED
from tfpb.words.faults.sentences import fault_text
from tfpb.words.survey import satisfaction as words

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier


def evolution(dossier: Dossier) -> Section:
    """Return the section of the changes between waves: without a sheet, « Satisfaction » has its words."""
    survey = dossier.survey
    if survey is None:
        return lacking("evolution", subject="enquete")
    name = survey.name_of(dossier.settings.dossier.bailleur)
    rows = view.changes(survey, name)
    if len(survey.waves) < 2:  # noqa: PLR2004
        return lacking("evolution", subject="vagues")
    if rows.empty:
        return lacking("evolution", subject="vagues_masquees")
    whole = view.totals(rows)
    shown = view.shown(whole)
    broken = (words.BROKEN_LEVELS,) if rows["mode_change"].any() else ()
    of = view.source(survey)
    blocks: list[Block] = []
    if len(shown):
        alike = bool(shown["comparable"].notna().any())
        note = words.CHANGE_COMPARABLE if alike else words.NOT_COMPARABLE
        notes = (words.NO_CAUSE, *broken, note)
        blocks.append(table("evolution_document", shown, notes=notes, **of))
    blocks += _slopes(survey, name) if dossier.printed else ()
    doubts = map(fault_text, (f for f in survey.notices if f.code.startswith("vagues_")))
    warnings = dict.fromkeys(" ".join(part for part in (s.title, s.hint) if part) for s in doubts)
    if warnings:
        blocks += [Text((words.BEFORE_COMPARING,)), Text(tuple(warnings), bullets=True)]
    waves = (survey.waves[-2].vague, survey.last_wave)
    clash = view.contradicted(shown)
    if clash:
        blocks.insert(0, Text(clash, bullets=True, media=BOTH_ANNEX))
    if moved := _moved(survey, name):
        blocks.insert(0, Text((*moved, words.DAGGER), bullets=True, media=BOTH_ANNEX))
    lead = words.otherwise_first(len(clash), change=True)
    # a broken series has a word and no number
    read = pick(whole, vague="-".join(waves), publication=list(SHOWN))
    unsure = {m.item for m in movements(survey, name) if m.is_change and (m.alone or m.doubt)}
    reported = read["mot"].mask(read["item"].isin(unsure), words.PERHAPS_MOVED)
    lead += words.change_lead(*waves, Counter(reported), len(read))
    return section("evolution", lead, blocks)


@dataclass(frozen=True, slots=True)
class Movement:
    """What became of the gap of one question between the last two waves."""

    item: str
    label: str
    word: str  # of its verdict, or of why there is none
    is_change: bool  # whether the gap moved
    rises: bool  # whether it moved in favour of the quarters
    waves: tuple[str, str]
    ends: tuple[float, float] | None
    """The gap then and now, proportions; None where one is not shown."""
    alone: bool  # isolated
    doubt: bool  # the comparable figure is not reported, or differs
    mode: bool  # firm or mode changed


def movements(survey: Published, name: str, *, first: int = -2) -> list[Movement]:
    """Return what became of the gap of every question of the whole; nothing without two waves.

    `first` is the rank of the wave that the last one is compared with.
    """
    rows = view.totals(view.changes(survey, name))
    if len(survey.waves) < 2 or rows.empty:  # noqa: PLR2004
        return []
    waves = (survey.waves[first].vague, survey.last_wave)
    gaps = pick(
        survey.comparison, bailleur=name, ajustement=Ajustement.BRUT, niveau=TOTAL,
        groupe=Groupe.ECART, publication=SHOWN,
    )  # fmt: skip
    value = {(w, i): float(v) for w, i, v in gaps[["vague", "item", "estimation"]].to_numpy()}
    out = []
    for row in pick(rows, vague="-".join(waves)).to_dict("records"):
        before, after = (value.get((wave, row["item"]), math.nan) for wave in waves)
        known = not math.isnan(before + after)
        moved = row["verdict"] in CHANGED and row["publication"] in SHOWN and known
        marks = (bool(row["isole"]), math.isnan(row["comparable"]) or bool(row["autrement"]))
        out.append(
            Movement(
                row["item"], str(row["libelle"]), str(row["mot"]), moved, row["verdict"] == Verdict.HAUSSE,
                waves, (before, after) if known else None, *marks, bool(row["mode_change"]),
            )
        )  # fmt: skip
    return out


def _moved(survey: Published, name: str) -> tuple[str, ...]:
    """Name what moved between the last two waves: the gap then and now, a dagger where it is in doubt."""
    return tuple(
        words.moved_line(m.label, movement_words(m)) for m in movements(survey, name) if m.is_change
    )


def movement_words(one: Movement) -> str:
    """Write a movement as every medium prints it; the word of its verdict where nothing moved."""
    if not one.is_change or one.ends is None:
        return one.word
    return words.moved(one.waves, one.ends, alone=one.alone, doubt=one.doubt, mode=one.mode)


def _slopes(survey: Published, name: str) -> list[Chart]:
    """Return the levels of the headline questions drawn wave after wave; of three, what changed in all."""
    picked = pick(
        survey.comparison, bailleur=name, ajustement=Ajustement.BRUT, niveau=TOTAL,
        publication=SHOWN, vague=[w.vague for w in survey.waves],
    )  # fmt: skip
    broken = pick(survey.comparison, bailleur=name, niveau=TOTAL, groupe=Groupe.EVOLUTION_QPV)
    cut = broken.loc[broken["verdict"] == Verdict.INTERROMPUE, "item"]
    picked = picked[~picked["item"].isin(cut)]  # a line from one firm to another would be a trend
    keys = ("vague", "item")
    both = pick(picked, groupe=Groupe.QPV)[list(keys)]
    for group, prefix in SIDES:
        both = joined(both, pick(picked, groupe=group), prefix, keys=keys, how="inner")
    rows = both.merge(view.heads(survey), on="item", how="inner", validate="many_to_one")
    rows = rows[rows.groupby("item")["vague"].transform("nunique") > 1]  # one point is no change
    if rows.empty:
        return []
    rank = {w.vague: k for k, w in enumerate(survey.waves)}
    rows = rows.assign(_rang=rows["vague"].map(rank)).sort_values(["ordre", "_rang"], kind="stable")
    if len(survey.waves) > 2:  # noqa: PLR2004 - of two, the table beside says it
        moved = {m.item: movement_words(m) for m in movements(survey, name, first=0)}
        rows = rows.assign(change=[moved.get(item, "") for item in rows["item"]])
    return charts("vagues", rows.drop(columns=["_rang", "ordre", "item"]), **view.source(survey))
