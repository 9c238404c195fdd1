"""« L’essentiel »: the answer first: what is owed and justified, what tenants say, what lacks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.facts.amount import excess
from tfpb.facts.claim import TOTAL
from tfpb.facts.quarter import codes_of
from tfpb.facts.survey_claims import SERVICE, released
from tfpb.model.report import DOCUMENT, Block, Section, Table, Text
from tfpb.report.sections.build import chart, cut, section, table
from tfpb.report.sections.money.programme import surplus, totals_of
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.sections.survey.comparaison import headline_rows, headline_sentences
from tfpb.report.sections.synthese import missing
from tfpb.tax.programme.brought import first_to_prove
from tfpb.words.documents import note_words as words
from tfpb.words.documents.report_words import MISSING
from tfpb.words.money import state_words
from tfpb.words.money.programme_words import justified_to
from tfpb.words.numbers import percent
from tfpb.words.survey import satisfaction
from tfpb.words.survey.satisfaction import join
from tfpb.words.survey.survey_words import response_rate
from tfpb.words.survey.verdict_words import margin_words

if TYPE_CHECKING:
    import datetime as dt

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.money import Programme

NOTE_ROWS: Final = (10, 8, 6, 4, 2)
"""Quarters that the page holds, by how much else it has to say."""
_MOST_POINTS: Final = 5


def note(dossier: Dossier) -> Section:
    """Return the one page of the élu: a sentence of money, one of satisfaction, then what they rest on."""
    quarters = _quarters(dossier)
    asked = _questions(dossier)
    blocks: list[Block] = [Text((*_loss(dossier), *_satisfaction(dossier, asked)), media=DOCUMENT)]
    if len(quarters):
        blocks.append(_table(dossier, quarters))
    blocks += _gaps(dossier, asked)
    for title, lines in (
        (words.ARGUMENT, surplus(dossier, gains_only=True)),
        (words.BEFORE_SIGNING, _before_signing(dossier)),
        (words.DEADLINES, _deadlines(dossier)),
    ):
        if lines:
            blocks.append(Text(tuple(lines), bullets=True, title=title, media=DOCUMENT))
    return section("note", " ".join(_money(dossier)), blocks)


def shortened(whole: Section, most: int) -> Section:
    """Return the section with so many rows in its tables at most, and a word on the others."""

    def rest(left: int) -> str:
        return words.OTHER_QUARTERS.format(count=left)

    kept = (b.shortened(most, rest) if isinstance(b, Table) else b for b in whole.blocks)
    return replace(whole, blocks=tuple(kept))


def _quarters(dossier: Dossier) -> pd.DataFrame:
    """Return a row a quarter of the year: what is not known first, then the most to justify."""
    plan, money, claims = dossier.programme, dossier.abatement, dossier.claims
    if plan is not None:
        year, weight = dossier.settings.dossier.annee, "a_programmer"
        rows = cut(plan.balance, plan.balance["annee"] == year)
    elif money is not None:
        rows, weight = money.by_qpv.copy(), "acquis"
    else:
        return pd.DataFrame()
    rows = dossier.quarters.named(rows)
    amounts = [claims.amount(weight, code) for code in codes_of(rows)]
    order = [-float(a.exact) if a.is_known else -math.inf for a in amounts]
    return rows.assign(_order=order).sort_values(["_order", "code_qpv"], kind="stable")


def _table(dossier: Dossier, rows: pd.DataFrame) -> Table:
    claims = dossier.claims
    pairs = [[claims.amount(n, c) for n in ("valorise", "justifie")] for c in codes_of(rows)]
    drawn = table(
        "note_quartiers",
        rows,
        totals=totals_of(claims),
        annee=dossier.settings.dossier.annee,
    )
    beyond = any(excess(valued, enough).exceeds_nil for valued, enough in pairs)
    short = claims.amount("a_programmer").exceeds_nil
    return replace(drawn, notes=(*drawn.notes, words.SURPLUS)) if beyond and short else drawn


def _money(dossier: Dossier) -> tuple[str, ...]:
    held, year = dossier.claims.within(), dossier.settings.dossier.annee
    if dossier.abatement is None:
        return (MISSING["fiscalite"][0],)
    abated = held.amount("acquis")
    if not abated.exceeds_nil:
        return (state_words.none_acquired(held, year),)
    nature = state_words.nature_words(held) + state_words.without(held)
    facts: dict[str, object] = {"year": year, "abated": abated, "nature": nature}
    if dossier.programme is None:
        return (words.NO_PROGRAMME.filled(facts),)
    left, owed = held.amount("reste_a_justifier"), held.amount("a_programmer")
    if owed.is_nil:
        return (words.ALL_JUSTIFIED.filled(facts),)
    phrase, name = words.JUSTIFIED, "reste_a_justifier"
    if left.is_nil:
        phrase, name = words.CARRIED_ALONE, "a_programmer"
    facts |= {"before": year - 1, "with_carried": owed, "left": left}
    facts |= {
        "justified": justified_to(held.amount("part_justifiee")),
        "count": dossier.claims.count_above_nil(name),
        "carried": words.CARRIED.filled(facts) if owed != left else "",
    }
    facts["rest"] = words.LEFT.filled(facts) if left.exceeds_nil else words.LEFT_UNKNOWN
    unknown = dossier.claims.count_unknown("acquis")
    doubt = (words.UNKNOWN_QUARTERS.format(count=unknown),) if unknown else ()
    return (phrase.filled(facts), *doubt)


def _loss(dossier: Dossier) -> tuple[str, ...]:
    """Return what the abatement takes from the town and its neighbours, once the State has paid its part."""
    held = dossier.claims.within()
    if not held.amount("acquis").exceeds_nil:
        return ()
    names = {"lost": "perte", "back": "compensation", "spread": "reporte_contribuables"}
    amounts = {hole: held.amount(name) for hole, name in names.items()}
    spread = words.SPREAD.filled(amounts) if amounts["spread"].may_exceed_nil else ""
    return (words.LOSS.filled({**amounts, "spread": spread, "rate": state_words.RATE_TO_CONFIRM}),)


def _questions(dossier: Dossier) -> pd.DataFrame:
    """Return the questions of the last wave over all quarters, those without figure included."""
    survey = dossier.survey
    if survey is None:
        return pd.DataFrame()
    name = survey.name_of(dossier.settings.dossier.bailleur)
    return view.totals(view.gaps(survey, name, survey.last_wave))


def _satisfaction(dossier: Dossier, rows: pd.DataFrame) -> tuple[str, ...]:
    if rows.empty:
        return (MISSING["enquete"][0],)
    margin = margin_words(view.margin_of(rows))
    others = view.not_named(dossier)
    out = [*others, words.SATISFACTION.filled(_counts(dossier, TOTAL) | {"margin": margin})]
    if dossier.claims.amount("questions", SERVICE).may_exceed_nil and not others:  # whose service?
        out.append(words.SERVICE.filled(_counts(dossier, SERVICE) | {"margin": margin}))
    if apart := int((view.shown(rows)["autrement"] != "").sum()):
        out.append(words.LIKE_WITH_LIKE.format(count=apart))
    elif rows["comparable"].notna().any():
        out.append(words.NO_OTHER_STORY)
    out += filter(None, (_answered(dossier), satisfaction.fragile_sentence(headline_rows(rows))))
    if dossier.programme is not None:
        when = {"wave": rows["vague"].iloc[0], "year": dossier.located.year}
        early = view.too_early(dossier)
        out.append(words.TOO_EARLY.filled(when) if early else words.NOT_SHOWN_HERE)
    return (" ".join(out),)


def _counts(dossier: Dossier, scope: str) -> dict[str, object]:
    """Return the claims on questions that the two sentences count."""
    return {
        hole: dossier.claims.amount(name, scope)
        for hole, name in (
            ("lower", "questions_plus_basses"),
            ("sure", "questions_plus_basses_sures"),
            ("level", "questions_aussi_bien"),
            ("alone", "questions_isolees"),
            ("unknown", "questions_incertaines"),
            ("masked", "questions_masquees"),
            ("total", "questions"),
        )
    }


def _gaps(dossier: Dossier, rows: pd.DataFrame) -> list[Block]:
    """Return the picture of the headline questions, and which themes have no figure to show."""
    if rows.empty:
        return []
    heads = view.headlines(rows)
    shown = view.shown(heads)
    out: list[Block] = []
    if len(shown):
        margin = view.margin_of(shown)
        out.append(
            chart(
                "note_ecarts",
                view.to_draw(shown),
                margin=margin / 100,
                phrases=" ".join(headline_sentences(rows)),
                marge=margin_words(margin),
                **view.source(dossier.survey, str(shown["vague"].iloc[0])),
            )
        )
    hidden = heads[~heads["item"].isin(shown["item"])]
    if len(hidden):
        themes = join([str(t) for t in hidden["theme_mot"]])
        out.append(Text((words.NOT_SHOWN.format(themes=themes),), media=DOCUMENT))
    return out


def _answered(dossier: Dossier) -> str:
    """Return who answered the last wave, and out of how many; nothing where that is hidden."""
    last = dossier.survey.waves[-1] if dossier.survey is not None else None
    count = released(dossier.claims, "menages", f"vague {last.vague}") if last else None
    if last is None or count is None:
        return ""
    rate = response_rate(
        last.n, last.contactes if count == last.n else 0
    )  # the delivery may hold others
    shown = rate if isinstance(rate, str) else percent(rate)
    return words.ANSWERED.format(count=int(count), wave=last.vague, rate=shown)


def _before_signing(dossier: Dossier) -> list[str]:
    """Return what lacks, files first, then euros, proofs and doubts; the last lines counted."""
    out = [MISSING[key][0] for key in missing(dossier)]
    money, plan, claims = dossier.abatement, dossier.programme, dossier.claims
    year = dossier.settings.dossier.annee
    if money is not None:
        held, on = dossier.claims.within(), dossier.settings.dossier.date
        out += state_words.reason_sentences(held, year, on)
    if plan is not None:
        rows = plan.balance[plan.balance["annee"] == year]
        actions = int(rows["actions"].sum())
        lacking = (
            actions - int(rows["preuves_completes"].sum()) if "preuves_completes" in rows else 0
        )
        if lacking:
            known = claims.has("a_prouver")
            stake = words.TO_PROVE.format(stake=claims.amount("a_prouver")) if known else ""
            facts = {"worth": claims.amount("valorise_sans_preuve"), "to_prove": stake}
            facts |= {"first": _first_proof(dossier, plan), "count": lacking, "actions": actions}
            out.append(words.UNPROVED.filled(facts))
    dwellings = dossier.claims.amount("logements_a_verifier")
    if dwellings.may_exceed_nil:
        homes = dossier.claims.amount("residences_a_verifier")
        out.append(words.DOUBTFUL.format(homes=homes, dwellings=dwellings))
    if len(out) > _MOST_POINTS:
        out[_MOST_POINTS - 1 :] = [words.MORE.format(count=len(out) - _MOST_POINTS + 1)]
    return out or [words.NOTHING_LACKS]


def _deadlines(dossier: Dossier) -> list[str]:
    """Return in one line the next day of each kind that is ahead, then those that nobody dated."""
    if dossier.calendar is None:
        return []
    ahead: dict[str, dt.date] = {}
    undated: dict[str, None] = {}
    for row in dossier.calendar.to_dict("records"):  # by date
        what, day = words.NEXT_DAYS.get(row["evenement"]), row["date"]
        if what is None:
            continue
        if day is None:
            undated[what] = None
        elif day >= dossier.settings.dossier.date:
            ahead.setdefault(what, day)
    lines = [words.NEXT_DAY.format(what=what, day=day) for what, day in ahead.items()]
    lines += [words.NO_DAY.format(what=what) for what in undated if what not in ahead]
    line = " ; ".join(lines)
    return [f"{line[:1].upper()}{line[1:]}."] if line else []


def _first_proof(dossier: Dossier, plan: Programme) -> str:
    """Name the action whose missing piece is worth most, and its quarter; nothing where none is known."""
    first = first_to_prove(plan.actions)
    if first is None:
        return ""
    title, code, stake = first
    quarter = dossier.quarters[code].shown
    return words.FIRST_PROOF.format(action=title, quarter=quarter, stake=stake)
