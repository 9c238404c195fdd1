"""Two pages a quarter beside its map: its second face, from action to answers, and its residents' page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tfpb.facts.amount import known, quotient, total
from tfpb.facts.claim import axis_scope
from tfpb.facts.place import inside, within
from tfpb.facts.programme_claims import Proof, actions_of
from tfpb.model.codes import Evolution
from tfpb.model.columns import numbers, texts
from tfpb.model.legal.axis_table import AXES
from tfpb.model.legal.map_table import before, pair_of
from tfpb.model.location import AxisLine, Bar, DoneLine, Face, Leaflet, Sheet
from tfpb.model.survey import pick
from tfpb.report.quarter_pages import answer_line, money_bar, own_answers
from tfpb.tax.programme.brought import to_prove
from tfpb.words.documents import face_words as words
from tfpb.words.documents import residents_words as plain
from tfpb.words.documents.quarter_page import NO_CAUSE, answered
from tfpb.words.documents.report_words import footer
from tfpb.words.money.evaluation_words import before_actions
from tfpb.words.numbers import euros
from tfpb.words.places.map_words import marks
from tfpb.words.places.side_words import is_decided

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    import pandas as pd

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims
    from tfpb.facts.programme_claims import Action
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import GapLine, QpvPage
    from tfpb.report.quarter_pages import OwnAnswers

_ON_THE_MAP: Final = (Evolution.ENTRANT, Evolution.MAINTENU)
"""What became of a dwelling that is in a quarter, where it is known."""


def second_face(dossier: Dossier, page: QpvPage, answers: OwnAnswers | None) -> Face:
    """Return the second face of a quarter's page: axis by axis, each question once.

    Of the bailleur's answers, the quarter's own rows alone are read here, masked or not.
    """
    code, year, head = page.code_qpv, dossier.settings.dossier.annee, dossier.settings.dossier
    held, plan = dossier.claims.within(code), dossier.programme
    axes = tuple(_axes(dossier, code, answers)) if plan is not None else ()
    total = None
    if axes:
        title, valued, before, proved, acquired = words.total_texts(held, year)
        total = AxisLine(
            title, (), valued, before, _proof_bar(dossier.claims, code), proved, (), (), acquired
        )
    lines = [line for axis in axes for line in axis.answers]
    survey = ""
    if answers is not None:
        survey = words.survey_words(answers.waves[-1], lines, answered(lines), page.heard)
    subtitle = words.SUBTITLE.format(code=code, bailleur=head.bailleur, year=year, survey=survey)
    return Face(
        sheet=_sheet(dossier, words.TITLE.format(name=page.nom or code), subtitle),
        lead=words.lead(held, year),
        headers=words.headers(year, answers.waves if answers is not None else ()),
        axes=axes,
        total=total,
        key=words.key(answers.margin if answers is not None else 5.0),
        changed=changes(dossier, page),
        photos=_photos(dossier, code),
    )


def _axes(dossier: Dossier, code: str, answers: OwnAnswers | None) -> Iterator[AxisLine]:
    """Yield the axes that have actions or questions; a question stands under the first axis it is of."""
    year = dossier.settings.dossier.annee
    rows = _actions(dossier, code)
    bare = [] if rows is None or rows.empty else to_prove(rows, year)
    bare = [one for one in bare if one[0].proof is Proof.SANS]
    pairs = _largest_first(rows)
    seen: dict[str, int] = {}
    for axe in AXES:
        mine = tuple(
            words.action_words(name, one.valorise) for name, one in pairs if one.axe == axe
        )
        asked = _items_of(dossier, int(axe))
        fresh = [item for item in asked if item not in seen]
        lines: tuple[GapLine, ...] = ()
        if answers is not None:
            lines = tuple(answer_line(dossier.claims, answers, item, code) for item in fresh)
        if not mine and not lines:
            continue
        again = dict.fromkeys(str(seen[item]) for item in asked if item in seen)
        silent = words.NO_SURVEY if answers is None else words.NOT_ASKED
        if again and not lines:
            silent = words.ALREADY.format(axes=", ".join(again))
        if together := words.hidden(lines):
            lines, silent = (), together
        seen |= dict.fromkeys(fresh, int(axe))
        title, valued, before, proved = words.axis_texts(dossier.claims, int(axe), code)
        scope = axis_scope(int(axe), code)
        missing = _pieces([b for b in bare if b[0].axe == axe])
        bar = _proof_bar(dossier.claims, scope)
        yield AxisLine(title, mine, valued, before, bar, proved, missing, lines, silent)


def _items_of(dossier: Dossier, axis: int) -> list[str]:
    """Return the questions that the plan ties to an axis, in its order."""
    if dossier.survey is None:
        return []
    items = dossier.survey.items
    pairs = zip(items["item"], items["axes"], strict=True)
    return [str(item) for item, axes in pairs if axis in axes]


def _actions(dossier: Dossier, code: str) -> pd.DataFrame | None:
    """Return the actions of the year in a quarter; None without a programme."""
    plan = dossier.programme
    if plan is None:
        return None
    return pick(plan.actions, code_qpv=code, annee=dossier.settings.dossier.annee)


def _largest_first(rows: pd.DataFrame | None) -> list[tuple[Any, Action]]:
    """Return actions with their labels, largest first."""
    if rows is None or rows.empty:
        return []
    pairs = zip(rows["action"], actions_of(rows), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1].valorise.at_least, pair[1].id_action))


def _pieces(bare: list[tuple[Action, str, Decimal | None]]) -> tuple[str, ...]:
    """Name the pieces that lack, of the largest actions first."""
    bare.sort(key=lambda b: (-b[0].valorise.at_least, b[0].id_action))
    stakes = ((title, None if stake is None else known(stake)) for _, title, stake in bare)
    return tuple(words.piece_words(a, s) for a, s in stakes if s is None or not s.is_nil)


def _proof_bar(claims: Claims, scope: str) -> Bar:
    """Return what of the valued bears its proof, and the rest of it; no bar where it is not known."""
    valued, proved = claims.amount("valorise", scope), claims.amount("prouve", scope)
    if not valued.exceeds_nil or not claims.has("prouve", scope):
        return Bar()
    share = min(float(quotient(proved, valued).at_least), 1.0)
    return Bar((("prouve", share), ("a_prouver", 1 - share)), bounded=not proved.is_known)


def _sheet(dossier: Dossier, title: str, subtitle: str) -> Sheet:
    head = dossier.settings.dossier
    facts = {"fictional": head.donnees_fictives, "draft": bool(dossier.draft)}
    return Sheet(title, subtitle, marks(**facts), footer(dossier.run_hash, **facts), head.date)


def changes(dossier: Dossier, page: QpvPage) -> tuple[str, ...]:
    """Write what changed since the last dossier: money, limits, decisions; what was found on the spot."""
    located, plan, year = dossier.located, dossier.programme, dossier.settings.dossier.annee
    out = []
    if plan is not None:
        rows = plan.quarters_both_years
        argued = [] if rows is None else pick(rows, code_qpv=page.code_qpv)["argument"].tolist()
        out += argued[:1] or [words.NOTHING_BESIDE.format(year=year - 1)]
    doors = located.entrances[within(located.entrances, page.code_qpv)]
    if before(located.vintage) is not None:
        out += _entered(doors[inside(doors)], *pair_of(located.vintage))
    if count := sum(map(is_decided, doors["qpv_motif"])):
        out.append(words.SETTLED.format(count=count))
    walked = _walked(dossier, page.code_qpv)
    if walked:
        found = " ; ".join(dict.fromkeys(str(row["constat"]) for row in walked))
        out.append(words.WALKED.format(count=len(walked), found=found))
    return (*out, *(note for note in page.notes[:1] if note != NO_CAUSE), NO_CAUSE)


def _entered(doors: pd.DataFrame, old: int, new: int) -> list[str]:
    """Write how many dwellings the newer map took in; that none did, only where all were on both."""
    evolution = texts(doors, "qpv_evolution")
    if not (evolution != "").any():
        return []
    homes = numbers(doors, "nb_logements")
    come, unsure = (
        int(np.nansum(homes[found]))
        for found in (evolution == Evolution.ENTRANT, ~evolution.isin(_ON_THE_MAP))
    )
    out = [words.ENTERED.format(homes=come, carte=new)] if come else []
    out += [words.ENTERED_UNKNOWN.format(homes=unsure, avant=old)] if unsure else []
    return out or [words.NONE_ENTERED.format(avant=old)]


def _walked(dossier: Dossier, code: str) -> list[dict[Any, Any]]:
    plan = dossier.programme
    return [] if plan is None else pick(plan.diagnostics, code_qpv=code).to_dict("records")


def _photos(dossier: Dossier, code: str) -> tuple[tuple[str, bytes], ...]:
    return tuple(
        (words.PHOTO.format(found=row["constat"], day=row["date"]), dossier.photos[row["photo"]])
        for row in _walked(dossier, code)
        if row["photo"] in dossier.photos
    )


def residents_page(dossier: Dossier, page: QpvPage, answers: OwnAnswers | None = None) -> Leaflet:
    """Return the page for who lives in a quarter: as many kinds and places named as its words allow."""
    own = answers if answers is not None else own_answers(dossier)
    for room in _ROOMS:
        leaflet = _leaflet(dossier, page, own, room)
        if plain.count(leaflet) <= plain.MOST_WORDS:
            break
    return leaflet


@dataclass(frozen=True, slots=True)
class _Room:
    """How many kinds of actions a leaflet names, questions of each, and actions that name résidences."""

    kinds: int
    questions: int
    places: int
    mostly: bool = False


_ROOMS: Final = (
    _Room(4, 2, 4, mostly=True), _Room(4, 1, 3, mostly=True), _Room(4, 1, 2), _Room(3, 1, 1), _Room(2, 1, 0),
    _Room(1, 1, 0), _Room(0, 0, 0),
)  # fmt: skip
"""What a leaflet may hold, the most first."""


def _leaflet(dossier: Dossier, page: QpvPage, answers: OwnAnswers | None, room: _Room) -> Leaflet:
    code, head, survey = page.code_qpv, dossier.settings.dossier, dossier.survey
    year, held = head.annee, dossier.claims.within(code)
    wave, period = (survey.last_wave, survey.last_period) if survey is not None else ("", "")
    early = bool(wave) and dossier.programme is not None and before_actions(wave, year, period)
    spent = [pair for pair in _spent(dossier, code) if pair[1].may_exceed_nil]
    shown, others = spent[: room.kinds], [amount for _, amount in spent[room.kinds :]]
    is_answered = any(line.gap is not None or line.waits for line in page.gaps)
    done = tuple(_done_lines(dossier, page, answers if is_answered else None, shown, room))
    answered_lines = [line for row in done for _, line in row.answers]
    if others:
        done += (DoneLine(plain.OTHERS, "", euros(total(others))),)
    places, every = _places(dossier, code), _largest_first(_actions(dossier, code))
    where = plain.where(places, room.places, others=len(places) < len(every))
    if done:
        done += (DoneLine(plain.TOTAL, "", euros(held.amount("valorise"))),)
    general = plain.general(page)
    bar = money_bar(held)
    names = ", ".join(page.unsure_names)
    unknown = plain.open_points(held, doubtful=page.doubtful, names=names, wave=wave, early=early)
    return Leaflet(
        sheet=_sheet(
            dossier, page.nom or code, plain.SUBTITLE.format(bailleur=head.bailleur, year=year)
        ),
        lead=plain.lead(held),
        money_title=plain.MONEY.format(year=year),
        money=(plain.spared(held, year), plain.counted(held, year, drawn=bool(bar.parts))),
        bar=bar,
        bar_key=plain.parts(held) if bar.parts else (),
        answers_title=plain.answers_title(wave),
        answers_intro=plain.answers_intro(page, wave=wave),
        answers=general,
        answers_note=plain.answers_note([*answered_lines, *(line for _, line in general)]),
        done_title=plain.done_title(held, year, wave if answered_lines else ""),
        done_heads=plain.done_heads(answered=bool(answered_lines)),
        done=done,
        done_note=plain.done_note(held, year, done, [*(amount for _, amount in shown), *others]),
        open=(
            *(((plain.WHERE, where),) if where else ()),
            (plain.OPEN, unknown),
            (plain.ASK, (plain.asked(dossier.settings.habitants.contact),)),
        ),
    )


def _done_lines(
    dossier: Dossier,
    page: QpvPage,
    answers: OwnAnswers | None,
    shown: list[tuple[int, Amount]],
    room: _Room,
) -> Iterator[DoneLine]:
    """Yield what was done of each kind, beside the questions it is for, the least content first."""
    pairs = _largest_first(_actions(dossier, page.code_qpv))
    general = {line.label for _, line in plain.general(page)}
    seen: set[str] = set()
    for axe, amount in shown:
        lines: list[GapLine] = []
        if answers is not None:
            fresh = [item for item in _items_of(dossier, axe) if item not in seen]
            seen |= set(fresh)
            lines = [answer_line(dossier.claims, answers, item, page.code_qpv) for item in fresh]
            lines = [line for line in lines if line.label not in general]
            lines.sort(key=lambda line: (line.qpv is None, line.qpv))
        first = next((str(action) for action, one in pairs if one.axe == axe), "")
        yield DoneLine(
            plain.kind(axe),
            plain.mostly(first) if room.mostly and first else "",
            euros(amount),
            tuple((plain.sentence(line), line) for line in lines[: room.questions]),
            plain.NOT_ASKED if answers is not None and not lines else "",
        )


def _spent(dossier: Dossier, code: str) -> list[tuple[int, Amount]]:
    """Return what each axis was given in a quarter, largest first; nothing without a programme."""
    if dossier.programme is None:
        return []
    pairs = [(int(axe), dossier.claims.amount("valorise", axis_scope(axe, code))) for axe in AXES]
    return sorted(pairs, key=lambda pair: (-pair[1].at_least, pair[0]))


def _places(dossier: Dossier, code: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the actions that name résidences, in their own labels with these names, largest first.

    A place is told only where the file names résidences.
    """
    rows = _actions(dossier, code)
    if rows is None or rows.empty:
        return []
    homes = dossier.located.residences
    names = dict(zip(texts(homes, "id_residence"), texts(homes, "nom"), strict=True))
    cited = texts(rows, "id_residence").map(
        lambda cell: tuple(names.get(one, one) or one for one in _CITED.findall(cell))
    )
    order = sorted(
        zip(texts(rows, "action"), cited, actions_of(rows), strict=True),
        key=lambda one: (-one[2].valorise.at_least, one[2].id_action),
    )
    return [(label, named) for label, named, _ in order if named]


_CITED: Final = re.compile(r"[^\s,;/|+]+")
