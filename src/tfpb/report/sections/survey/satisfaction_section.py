"""« Satisfaction »: QPV beside the other quarters, raw and like with like, wave after wave."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.survey_claims import SERVICE
from tfpb.model.codes import ENSEMBLE, HIGHER, LOWER, SHOWN, TOTAL, Groupe, Theme, Verdict, outcome
from tfpb.model.report import ANNEX, BOTH_ANNEX, SHEET, Block, Section, Text
from tfpb.model.results import COMPARISON_COLUMNS, LEVEL_COLUMNS
from tfpb.model.survey import Published, pick
from tfpb.report.sections.build import charts, cut, lacking, long_table, section, table, worded
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.sections.survey.evolution import evolution
from tfpb.survey.answer_rows import SIDES
from tfpb.survey.raw_gaps import exploration
from tfpb.words.documents.report_words import unreadable_quarters
from tfpb.words.places.map_words import interviews
from tfpb.words.survey import satisfaction, survey_words, verdict_words

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier

_NEVER_TIPPED: Final = {math.inf: math.nan}
"""Of a factor that no non-response reaches."""
_MODE: Final = "evolution_mode_change"
_MOST: Final = 20
"""Rows of the exploration that a reader looks at, the clearest first."""


def satisfaction_section(dossier: Dossier) -> Section:
    """Return the section of satisfaction; what `evolution` says, which has no sheet, stands there too."""
    survey = dossier.survey
    if survey is None:
        return lacking("satisfaction", subject="enquete")
    wave = survey.last_wave
    of = view.source(survey, wave)
    name = survey.name_of(dossier.settings.dossier.bailleur)
    names = dossier.quarters.names
    rows = view.placed(view.gaps(survey, name, wave), names, survey.segments)
    whole = view.totals(rows)
    shown = view.shown(whole)
    margin = view.margin_of(whole)
    met = pd.concat(
        part
        for of_wave in (view.gaps(survey, name, w.vague) for w in survey.waves)
        for part in (view.totals(of_wave), view.shown(view.quarters(of_wave)))
    )
    key = Text(_verdict_key(met, margin), bullets=True, title=verdict_words.KEY)
    others = view.not_named(dossier)
    blocks: list[Block] = [
        *([Text(others)] if others else []),
        _whole(survey, name, names, of),
        *_counted(dossier, whole),
        *([key] if len(whole) else []),
        *(_charts(shown, of, margin) if dossier.printed else ()),
    ]
    if len(shown):
        alike = bool(shown["comparable"].notna().any())
        short = table(
            "comparaison_document",
            shown.replace({"bascule": _NEVER_TIPPED}),
            **of,
            comparable=satisfaction.AND_COMPARABLE if alike else "",
            notes=(
                satisfaction.COMPARABLE if alike else satisfaction.NOT_COMPARABLE,
                satisfaction.HOLDS_UP_TO,
            ),
        )
        blocks.append(short)
    if tipping := tuple(filter(None, map(satisfaction.tipping_line, headline_rows(whole)))):
        head = satisfaction.WHO_ANSWERED
        blocks.append(Text(tipping, bullets=True, title=head, media=BOTH_ANNEX))
    blocks += _quarters(rows, of, name)
    blocks += _segments(survey, rows, of)
    blocks += _first_looks(survey, name, wave, names)
    if len(whole):
        unclear = view.unclear(shown, margin)
        if unclear:
            sentences = tuple(satisfaction.unclear_sentence(*each) for each in unclear)
            blocks.append(Text(sentences, bullets=True, media=BOTH_ANNEX))
    blocks += _levels(survey, name, wave)
    benchmark = pick(survey.benchmark, vague=wave)
    if len(benchmark):
        named = worded(
            view.labelled(benchmark, survey).sort_values("ordre", kind="stable"),
            repere=satisfaction.REPERES,
            groupe=satisfaction.GROUPES,
        )
        blocks.append(table("reperes", named))
    blocks += _on_the_sheet(evolution(dossier))
    # the long table of the contract, protected, without any other bailleur
    own = view.visible(survey.comparison, name)
    blocks.append(long_table("satisfaction_detail", own, COMPARISON_COLUMNS))
    clash = view.contradicted(shown)
    if clash:
        blocks.insert(1, Text(clash, bullets=True, media=BOTH_ANNEX))
    lead = satisfaction.otherwise_first(len(clash))
    lead += satisfaction.comparison_lead(wave, Counter(whole["mot"]), len(whole))
    return section("satisfaction", lead, blocks)


def _on_the_sheet(changed: Section) -> list[Block]:
    """Return what a section without a sheet says, for a sheet."""
    texts = [b for b in changed.blocks if isinstance(b, Text) and b.media & SHEET]
    return [Text((changed.lead,), media=SHEET), *(replace(b, media=SHEET) for b in texts)]


def _whole(survey: Published, name: str, names: dict[str, str], of: dict[str, Any]) -> Block:
    """Return the one table of what tenants answered: the last wave, older ones, what changed."""
    rows = view.placed(view.answers(survey, name), names, survey.segments)
    older, pairs = [w.vague for w in survey.waves[:-1]], view.pairs_of(survey, name)
    last = f"{older[-1]}-{survey.last_wave}" if older else ""
    each = [{"change" if pair == last else "autre": pair} for pair in pairs]
    each += [{"avant": wave} for wave in reversed(older)]
    broken = any(rows[c].eq(True).any() for c in rows if str(c).startswith(_MODE))  # noqa: FBT003
    notes = (*satisfaction.TABLE, *satisfaction.CHANGE_TABLE * bool(pairs))
    notes += (satisfaction.BROKEN_LEVELS,) * broken
    never = {c: _NEVER_TIPPED for c in rows if str(c).startswith("bascule")}
    return table("satisfaction", rows.replace(never), repeated=each, notes=notes, **of)


def _counted(dossier: Dossier, whole: pd.DataFrame) -> list[Block]:
    """Count the questions of service alone, and say where like with like shows no other gap."""
    out = []
    if dossier.claims.amount("questions", SERVICE).may_exceed_nil and not view.not_named(dossier):
        out.append(satisfaction.SERVICE.filled(view.counts(dossier.claims, SERVICE)))
    if (
        len(whole)
        and whole["comparable"].notna().any()
        and not view.contradicted(view.shown(whole))
    ):
        out.append(satisfaction.NO_OTHER_STORY)
    return [Text(tuple(out))] if out else []


_LEVEL: Final = (Verdict.EQUIVALENT,)


def headline_rows(whole: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return the headline question of each theme that may be shown."""
    rows = view.shown(view.headlines(whole)) if len(whole) else whole
    return rows.to_dict("records")


def headline_sentences(whole: pd.DataFrame) -> tuple[str, ...]:
    """Write the headline question of each theme, both shares, the gap, the verdict."""
    return tuple(map(satisfaction.gap_sentence, headline_rows(whole)))


def _verdict_key(read: pd.DataFrame, margin: float) -> tuple[str, ...]:
    """Return what each verdict met means, once, in the order of the codes."""
    columns = (read["verdict"], read["publication"], read["sign"], read["mot"])
    met = {(outcome(v, p), f"{sign} {word}") for v, p, sign, word in zip(*columns, strict=True)}
    return tuple(
        f"{word} : {verdict_words.verdict_meaning(code, margin)}."
        for code in Verdict
        for found, word in sorted(met)
        if found == code
    )


def _charts(shown: pd.DataFrame, of: dict[str, Any], margin: float) -> list[Block]:
    out: list[Block] = []
    reach = float(shown[["ic95_bas", "ic95_haut"]].abs().max().max()) if len(shown) else 0.0
    for code in Theme:
        part = cut(shown, shown["theme"] == code).sort_values("ecart", kind="stable")
        if len(part) < 2:  # noqa: PLR2004  # a chart compares: one question stands in the table
            continue
        title = satisfaction.chart_title(
            code,
            lower=[str(x) for x in part.loc[part["verdict"].isin(LOWER), "libelle"]],
            level=[str(x) for x in part.loc[part["verdict"].isin(_LEVEL), "libelle"]],
            better=[str(x) for x in part.loc[part["verdict"].isin(HIGHER), "libelle"]],
        )
        rows = view.to_draw(part)
        facts = {"message": title, "phrases": " ".join(headline_sentences(part)), **of}
        out += charts(
            "ecarts", rows, name=f"ecarts_{code}", margin=margin / 100, reach=reach, **facts
        )
    if len(shown):
        out += charts("satisfaits", shown[["libelle", "theme", "qpv", "hors", "n"]], **of)
    return out


def _quarters(rows: pd.DataFrame, of: dict[str, Any], name: str) -> list[Block]:
    """Return the headline questions of each quarter that may be shown, and how many may not."""
    parts = view.quarters(rows)
    shown = view.shown(parts)
    out: list[Block] = []
    if len(shown):
        heads = shown[shown["tete"].astype(bool)]
        whose = satisfaction.OF_ALL if name == ENSEMBLE else satisfaction.OF_BAILLEUR
        picked = heads if len(heads) else shown
        out.append(table("comparaison_quartiers", picked, **of, bailleurs=whose))
    if len(parts) > len(shown):
        out.append(Text((unreadable_quarters(len(parts) - len(shown)),)))
    return out


def _segments(survey: Published, rows: pd.DataFrame, of: dict[str, Any]) -> list[Block]:
    """Return the headline questions of each declared segment, and how many gaps are masked."""
    parts = view.of_segments(rows, survey.segments)
    shown = view.shown(parts)
    heads = cut(shown, shown["tete"].astype(bool))
    out: list[Block] = []
    if len(shown):
        out.append(table("comparaison_segments", heads if len(heads) else shown, **of))
    if hidden := len(parts) - len(shown):
        out.append(Text((satisfaction.MASKED_SEGMENTS.format(count=hidden),)))
    return out


def _first_looks(survey: Published, name: str, wave: str, names: dict[str, str]) -> list[Block]:
    """Return the gaps of territories that stand out among many, none without territories."""
    kinds = survey.segments
    rows = exploration(survey.comparison, wave=wave, bailleur=name, segments=kinds)
    if len(rows) < 2:  # noqa: PLR2004 - one comparison is no exploration
        return []
    found = rows[rows["ressort"]]
    out: list[Block] = [
        Text((survey_words.explored(len(rows), len(found)),), media=ANNEX),
    ]
    if len(found):
        shown = view.placed(view.labelled(found.head(_MOST), survey), names)
        title, notes = survey_words.WHERE_TO_LOOK, (survey_words.NOT_A_PROOF,)
        out.append(
            table("ou_regarder", shown, titre=title, **view.source(survey, wave), notes=notes)
        )
    return out


def _levels(survey: Published, name: str, wave: str) -> list[Block]:
    """Return the levels as data, and the four levels of the headline questions drawn."""
    rows = view.visible(survey.levels, name)
    if rows.empty:
        return []
    out: list[Block] = [long_table("satisfaction_niveaux", rows, LEVEL_COLUMNS)]
    picked = pick(
        rows, vague=wave, bailleur=name, niveau=TOTAL, mesure="niveau",
        groupe=[group for group, _ in SIDES], publication=SHOWN,
    ).merge(view.heads(survey), on="item", how="inner", validate="many_to_one")  # fmt: skip
    if len(picked):
        pairs = zip(picked["groupe"], picked["n"], strict=True)
        drawn = picked.assign(
            groupe=[f"{satisfaction.GROUPES[group]}, {interviews(int(n))}" for group, n in pairs],
            part=picked["estimation"],
            _hors=picked["groupe"] == Groupe.HORS_QPV,  # QPV above hors QPV
        ).sort_values(["ordre", "_hors", "rang"], kind="stable")
        columns = ["libelle", "groupe", "modalite", "rang", "part"]
        out += charts("quatre_niveaux", drawn[columns], **view.source(survey, wave))
    return out
