"""Two pages a quarter beside its map: the one for its residents, and what proves each action there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.facts.place import inside, within
from tfpb.model.codes import Evolution
from tfpb.model.columns import numbers, texts
from tfpb.model.report import Block, KeyFigure, KeyFigures, Photos, Report, Section, Text
from tfpb.model.survey import pick
from tfpb.report.quarter_pages import spent
from tfpb.report.sections.build import of_dossier, table
from tfpb.report.sections.survey.evaluation_sensibilite import verdict_of
from tfpb.tax.programme.exports import not_given
from tfpb.words.documents import quarter_page as page_words
from tfpb.words.documents import residents_words as words
from tfpb.words.money.accounts import axis_short, axis_words
from tfpb.words.money.evaluation_words import before_actions
from tfpb.words.places.side_words import is_decided
from tfpb.words.survey.satisfaction import OF_ALL, OF_BAILLEUR

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import QpvPage

_ON_THE_MAP: Final = (Evolution.ENTRANT, Evolution.MAINTENU)
"""What became of a dwelling that is in a quarter, where it is known."""


def residents_page(dossier: Dossier, page: QpvPage) -> Report:
    """Return the page for who lives in a quarter: money, actions, answers, what is not known, whom to ask."""
    code, year, head = page.code_qpv, dossier.settings.dossier.annee, dossier.settings.dossier
    held = dossier.claims.within(code)
    survey = dossier.survey
    wave = survey.last_wave if survey is not None else ""
    period = survey.last_period if survey is not None else ""
    early = bool(wave) and dossier.programme is not None and before_actions(wave, year, period)
    pending = words.open_points(held, doubtful=page.doubtful, wave=wave, early=early)
    blocks = [
        Text((words.spared(held, year),), title=words.SPARED),
        Text((words.done(spent(dossier, code), held, year),), title=words.DONE),
        *_answers(page, wave),
        Text(pending, bullets=True, title=words.OPEN),
        Text(
            (words.ASKED.format(bailleur=head.bailleur, title=head.titre),), title=words.ASK
        ),
    ]  # fmt: skip
    title = page.nom or code
    return _report(
        dossier, page, words.SUBTITLE, Section("habitants", title, words.LEAD, tuple(blocks))
    )


def _answers(page: QpvPage, wave: str) -> list[Text]:
    """Return what tenants say: whose answers they are, a line a question, how to read them."""
    shown = [line for line in page.gaps if line.gap is not None]
    if not shown:
        return [Text((words.NOT_SHOWN if wave else words.NO_SURVEY,), title=words.ANSWERS_TITLE)]
    whose = (
        (words.HERE_EVERYONE, words.BORROWED_EVERYONE)
        if page.everyone
        else (words.HERE, words.BORROWED)
    )
    weak = any("(" in line.words for line in shown)
    return [
        Text((whose[page.borrowed].format(wave=wave),), title=words.ANSWERS_TITLE),
        Text(tuple(words.line(line) for line in page.gaps), bullets=True),
        Text((words.POINTS + (words.WEAK if weak else ""),)),
    ]


def quarter_report(dossier: Dossier, page: QpvPage) -> Report:
    """Return the page of a quarter: what changed, then action, proof and what tenants say, axis by axis."""
    code = page.code_qpv
    figures = tuple(KeyFigure(*figure) for figure in page.figures)
    blocks: list[Block] = [
        KeyFigures(figures),
        Text(changes(dossier, page), bullets=True, title=page_words.CHANGED),
        *_axes(dossier, code),
        *_actions(dossier, code),
    ]
    lead = page.sentences[0]
    return _report(
        dossier, page, page_words.SUBTITLE, Section("quartier", page.nom or code, lead, tuple(blocks))
    )  # fmt: skip


def changes(dossier: Dossier, page: QpvPage) -> tuple[str, ...]:
    """Write what changed since the last dossier: money, limits, decisions, answers; a sentence each."""
    located, plan, year = dossier.located, dossier.programme, dossier.settings.dossier.annee
    out = []
    if plan is not None:
        rows = plan.quarters_both_years
        argued = [] if rows is None else pick(rows, code_qpv=page.code_qpv)["argument"].tolist()
        out += argued[:1] or [page_words.NOTHING_BESIDE.format(year=year - 1)]
    doors = located.entrances[within(located.entrances, page.code_qpv)]
    if located.vintage != 2015:  # noqa: PLR2004
        out += _entered(doors[inside(doors)])
    if count := sum(map(is_decided, doors["qpv_motif"])):
        out.append(page_words.SETTLED.format(count=count))
    return (*out, page.sentences[-1])


def _entered(doors: pd.DataFrame) -> list[str]:
    """Write how many dwellings the map of 2024 took in; that none did, only where all were on both."""
    evolution = texts(doors, "qpv_evolution")
    if not (evolution != "").any():
        return []
    homes = numbers(doors, "nb_logements")
    come, unsure = (
        int(np.nansum(homes[found]))
        for found in (evolution == Evolution.ENTRANT, ~evolution.isin(_ON_THE_MAP))
    )
    out = [page_words.ENTERED.format(homes=come)] if come else []
    out += [page_words.ENTERED_UNKNOWN.format(homes=unsure)] if unsure else []
    return out or [page_words.NONE_ENTERED]


def _axes(dossier: Dossier, code: str) -> list[Block]:
    """Return a row an axis: actions proved, what they cost, last year's beside, what tenants say of it."""
    plan = dossier.programme
    if plan is None or plan.quarter_axes is None:
        return []
    rows = pick(plan.quarter_axes, code_qpv=code)
    shown = rows.assign(
        axe_mot=[axis_words(int(a)) for a in rows["axe"]],
        preuves=[
            page_words.PROVED.format(proved=int(p), actions=int(n)) if n else page_words.NO_ACTION
            for p, n in zip(rows["preuves_completes"], rows["actions"], strict=True)
        ],
        dit=[_answers_on_axis(dossier, code, int(a)) for a in rows["axe"]],
    )  # fmt: skip
    wave = dossier.survey.last_wave if dossier.survey is not None else ""
    year = dossier.settings.dossier.annee
    if shown.empty:
        return []
    others = dossier.survey is not None and dossier.survey.of_others
    whose = OF_ALL if others else OF_BAILLEUR
    facts: dict[str, Any] = {"annee": year, "precedente": year - 1, "vague": wave}
    return [table("quartier_axes", shown, bailleurs=whose, **facts)]


def _answers_on_axis(dossier: Dossier, code: str, axis: int) -> str:
    """Write the questions tied to an axis with their verdict in the quarter, else why there is none."""
    survey, found = dossier.survey, dossier.evaluation
    if survey is None or found is None:
        return page_words.NO_SURVEY
    rows = pick(found.table, niveau="qpv", code_qpv=code, axe=axis)
    lines = []
    for row in rows[rows["item"].isin(list(survey.labels))].to_dict("records"):
        word = verdict_of(row, survey.margin)
        against = f" ({page_words.OTHERWISE})" if "|ecart_" in row["lecture"] else ""
        lines.append(f"{survey.labels[row['item']]} : {word}{against}")
    asked = any(axis in axes for axes in survey.items["axes"])
    return " ; ".join(lines) or (page_words.WITHHELD if asked else page_words.NOT_ASKED)


def _actions(dossier: Dossier, code: str) -> list[Block]:
    """Return each action of the year with its piece, then what was found on the spot."""
    plan, year = dossier.programme, dossier.settings.dossier.annee
    if plan is None:
        return []
    rows = pick(plan.actions, code_qpv=code, annee=year)
    rows = rows.assign(axe_mot=[axis_short(int(a)) for a in rows["axe"]])
    out: list[Block] = []
    if len(rows):
        rows = not_given(rows)
        out.append(table("quartier_actions", rows.sort_values("axe", kind="stable"), annee=year))
    walked = pick(plan.diagnostics, code_qpv=code)
    if len(walked):
        out.append(table("quartier_constats", walked))
    taken = tuple(
        (
            page_words.PHOTO.format(day=row["date"], found=row["constat"]),
            dossier.photos[row["photo"]],
        )
        for row in walked.to_dict("records")
        if row["photo"] in dossier.photos
    )
    return [*out, Photos(taken, page_words.PHOTOS)] if taken else out


def _report(dossier: Dossier, page: QpvPage, subtitle: str, section: Section) -> Report:
    facts = {"commune": page.commune, "bailleur": page.bailleur, "year": page.year}
    heading = subtitle.format(**facts, code=page.code_qpv)
    return of_dossier(dossier, section.title, heading, [section])
