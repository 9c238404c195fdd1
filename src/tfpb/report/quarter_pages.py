"""What the A4 page of each quarter says: stock and money, satisfaction lines, what is left to do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.evidence.tasks import BY_ACTION, BY_QUARTER, BY_RESIDENCE, DATING, REVIEW
from tfpb.facts.claim import TOTAL, State
from tfpb.facts.survey_claims import answers_scope, page_items, released
from tfpb.model.codes import SHOWN, Ajustement, Groupe, Publication, Verdict
from tfpb.model.columns import texts
from tfpb.model.location import Bar, GapLine, PageTask, QpvPage
from tfpb.model.survey import pick
from tfpb.survey.raw_gaps import key_of, mode_changed, stories_of
from tfpb.words.documents import quarter_page as words
from tfpb.words.documents.task_words import day_words
from tfpb.words.money.evaluation_words import before_actions
from tfpb.words.survey.satisfaction import otherwise
from tfpb.words.survey.verdict_words import gap_phrase, marks_of_row, verdict_words, word_of_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from tfpb.evidence.tasks import Task
    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims, Within
    from tfpb.facts.place import QuarterHeld
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.survey.raw_gaps import Disagreement, Key

_WRITTEN: Final = ("ecart", "satisfaits_qpv", "satisfaits_hors", "menages_qpv", "menages_hors")
"""Claims of a line of the page."""
_WITHHELD: Final = frozenset({Publication.MASQUE.value, Publication.NON_PUBLIABLE.value})
_KEYS: Final = ("territoire", "item", "groupe", "vague")
PROVE: Final = "prouver"
PLACE: Final = "situer"
"""Kinds of tasks that a page writes its own way."""


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """Answers of a bailleur's tenants, gathered once for the pages of all its quarters."""

    rows: pd.DataFrame  # raw levels, gaps and changes, of `COMPARISON_COLUMNS`
    items: Sequence[str]  # the three questions of a page
    labels: Mapping[str, str]  # wording of each item
    general: Mapping[str, str]  # theme of each item that is the general question of one
    against: Mapping[Key, Disagreement]
    """Figures that a comparable one contradicts, by `stories_of`."""
    waves: Sequence[str]
    margin: float  # of equivalence, in points
    everyone: bool = False  # answers of all bailleurs: the survey does not name this one
    found: Mapping[tuple[str, ...], dict[Any, Any]] = field(default_factory=dict)
    """Rows by territory, question, group and wave."""
    mode_changed: frozenset[str] = frozenset()  # pairs of waves over which firm or mode changed
    places: frozenset[str] = frozenset()  # territories that have rows


def own_answers(dossier: Dossier) -> OwnAnswers | None:
    """Gather what the survey says of the dossier's bailleur; None where it says nothing."""
    survey = dossier.survey
    if survey is None:
        return None
    own = pick(survey.comparison, bailleur=survey.name_of(dossier.settings.dossier.bailleur))
    items = survey.items
    themes = zip(items["item"], items["theme"], items["tete_de_theme"], strict=True)
    rows = pick(own, ajustement=Ajustement.BRUT)
    keys = zip(*(texts(rows, c).tolist() for c in _KEYS), strict=True)
    found: dict[tuple[str, ...], dict[Any, Any]] = {}
    for key, row in zip(keys, rows.to_dict("records"), strict=True):
        found.setdefault(key, row)
    return OwnAnswers(
        rows,
        page_items(survey.items),
        survey.labels,
        {str(i): str(t) for i, t, head in themes if head},
        stories_of(survey),
        [wave.vague for wave in survey.waves],
        survey.margin,
        survey.of_others,
        found,
        mode_changed(rows),
        frozenset(key[0] for key in found),
    )


def first(row: Mapping[Any, Any] | None, against: Mapping[Key, Disagreement], margin: float) -> str:
    """Say what the figure like with like says against a raw one, nothing where it does not."""
    clash = against.get(key_of(row)) if row is not None else None
    if clash is None:
        return ""
    return otherwise(*clash.figures, margin, change=clash.change)


def verdict(row: Mapping[Any, Any]) -> str:
    """Name the verdict of a gap, with what weakens it."""
    return word_of_row(row)


def quarter_page(
    dossier: Dossier,
    answers: OwnAnswers | None,
    here: QuarterHeld,
    marks: pd.DataFrame,
    tasks: Iterable[Task],
) -> QpvPage:
    """Make the page of a quarter, by what it holds, the marks of its map and what is to do (`tasks_of`)."""
    head, claims, code = dossier.settings.dossier, dossier.claims, here.code_qpv
    held = claims.within(code)
    scope, gaps = _satisfaction(dossier, answers, code)
    todo = [task for task in tasks if task.code_qpv == code and task.is_open]
    return QpvPage(
        code_qpv=code,
        nom=dossier.quarters[code].nom,
        commune=dossier.quarters[code].commune,
        bailleur=head.bailleur,
        year=dossier.located.year,
        figures=(
            words.dwellings_figure(claims, code),
            words.abatement_figure(held, dossier.located.year),
        ),
        bars=(_homes_bar(held), money_bar(held)),
        lines=words.money_lines(held),
        gaps=gaps,
        tasks=tuple(_tasks(dossier, held, todo)),
        unplaced=_unplaced(pick(marks, code_qpv=code, situee=False)),
        notes=_notes(dossier),
        doubtful=here.unsure,
        margin=(answers.margin if answers is not None else 5.0) / 100,
        gap_scope=scope,
        everyone=answers is not None and answers.everyone,
        unsure_names=tuple(dict.fromkeys(t.name for t in todo if t.kind.code == PLACE)),
        wave=answers.waves[-1] if answers is not None and not answers.rows.empty else "",
        heard=_heard(claims, answers, gaps, code),
    )


def _heard(claims: Claims, answers: OwnAnswers | None, lines: Sequence[GapLine], code: str) -> str:
    """Write the response here and elsewhere against the stock; not of all bailleurs together."""
    stock = (("logements_qpv", code), ("logements_hors", TOTAL))
    if answers is None or answers.everyone or not all(claims.has(*one) for one in stock):
        return ""
    return words.heard(lines, *(claims.amount(*one) for one in stock))


def _homes_bar(held: Within) -> Bar:
    """Return what notices make of the dwellings of a quarter; no bar where no file of them is read."""
    if not held.has("logements_abattus"):
        return Bar()
    counts = [(name, held.amount(name)) for name in words.HOMES]
    parts = [(name, count) for name, count in counts if count.may_exceed_nil]
    bounded = any(not count.is_known for _, count in parts)
    drawn = tuple((name, float(count.at_least)) for name, count in parts)
    return Bar(drawn, words.homes_words(parts, held.amount("logements_a_verifier")), bounded)


def money_bar(held: Within) -> Bar:
    """Return what of the abatement is proved, justified, left; no bar where nothing is counted."""
    parts = [(name, held.amount(name)) for name in words.MONEY if held.has(name)]
    if not any(amount.exceeds_nil for _, amount in parts):
        return Bar()
    drawn = tuple((name, float(amount.at_least)) for name, amount in parts)
    return Bar(drawn, bounded=any(not amount.is_known for _, amount in parts))


def _unplaced(marks: pd.DataFrame) -> tuple[tuple[str, str, str], ...]:
    """Return what a box of the map names: what no mark shows."""
    return tuple(
        (
            row["id_residence"],
            words.UNPLACED.format(name=row["nom"] or row["id_residence"], homes=row["dessines"]),
            words.UNPLACED_WHY.format(address=row["adresse"], reason=row["motif"]),
        )
        for row in marks.to_dict("records")
    )


def _notes(dossier: Dossier) -> tuple[str, ...]:
    survey, year = dossier.survey, dossier.settings.dossier.annee
    if survey is None or dossier.programme is None:
        return ()
    early = before_actions(survey.last_wave, year, survey.last_period)
    return (
        (words.TOO_EARLY.format(wave=survey.last_wave, year=year),) if early else (words.NO_CAUSE,)
    )


def _tasks(dossier: Dossier, held: Within, todo: Sequence[Task]) -> Iterator[PageTask]:
    """Yield the open lines of « À faire » of a quarter: proofs as one line, pieces to review as one."""
    proofs = [task for task in todo if task.kind.code in (PROVE, DATING)]
    reviews = [task for task in todo if task.kind.code == REVIEW]
    claimed = {task.kind.claim for task in todo}
    for task in todo:
        if task.kind.of == BY_ACTION and task not in (*proofs[:1], *reviews[:1]):
            continue
        day = day_words(task.day, at_once=task.at_once)
        stake: Amount | None = task.stake
        if task.kind.code == REVIEW:
            largest = max(reviews, key=lambda one: (one.weight, one.key))
            text = words.review(len(reviews), largest.name, largest.stake)
            stake = held.amount("a_revoir")
        elif task.kind.of == BY_ACTION:
            largest = max(proofs, key=lambda one: (one.weight, one.key))
            dated = [one.kind.code == DATING for one in proofs]
            text = words.prove(dated, largest.name, largest.stake)
            stake = held.amount("a_prouver")
        elif task.kind.of == BY_QUARTER:
            year = dossier.settings.dossier.annee
            text = words.quarter_line(task.kind.title, task.worth, year)
        else:
            text = words.home_line(task.kind.title, task.name, task.dwellings)
        home = task.subject if task.kind.of == BY_RESIDENCE else ""
        yield PageTask(text, words.stake_words(stake), day, home)
    if (
        "a_reclamer" not in claimed and held.amount("a_reclamer").exceeds_nil
    ):  # of several bailleurs
        text = words.CLAIM_HOMES.format(homes=held.amount("logements_a_reclamer"))
        limit = day_words(held.get("a_reclamer").deadline, at_once=False)
        yield PageTask(text, words.stake_words(held.amount("a_reclamer")), limit)


def _satisfaction(
    dossier: Dossier, answers: OwnAnswers | None, code: str
) -> tuple[str, tuple[GapLine, ...]]:
    """Return whose answers its lines are of, or why it has none to show; the lines."""
    if answers is None or answers.rows.empty or not answers.items:
        return words.GAP_SCOPE_NONE, ()
    lines = tuple(answer_line(dossier.claims, answers, item, code) for item in answers.items)
    if any(line.gap is not None for line in lines):
        return words.gap_scope(everyone=answers.everyone), lines
    own = pick(answers.rows, vague=answers.waves[-1], groupe=Groupe.ECART)
    here, quarters = pick(own, territoire=code), pick(own, niveau="code_qpv")
    if here["publication"].eq(Publication.NON_CALCULABLE).all():
        return words.UNASKED if len(quarters) else words.NOT_BY_QUARTER, ()
    return words.WITHHELD, lines


def answer_line(claims: Claims, answers: OwnAnswers, item: str, place: str) -> GapLine:
    """Return one question in a place: levels, gap, how it moved; from claims where it has some."""
    wave, found = answers.waves[-1], answers.found
    row = found.get((place, item, Groupe.ECART, wave))
    scope, label = answers_scope(place, item, wave), str(answers.labels[item])
    if row is None:  # of a place where nobody answered there is no row at all
        heard = place in answers.places
        code = Publication.MASQUE if heard else Publication.NON_CALCULABLE
        return GapLine(label, words=verdict_words(code, code), masked=heard)
    if claims.has("ecart", scope):
        seen = {name: released(claims, name, scope) for name in _WRITTEN}
        masked = claims.get("ecart", scope).state is State.MASQUE
    else:
        sides = (found.get((place, item, side, wave)) for side in (Groupe.QPV, Groupe.HORS_QPV))
        seen, masked = _of_rows(row, *sides), row["publication"] in _WITHHELD
    general, waits = answers.general.get(item, ""), row["verdict"] == Verdict.A_CONFIRMER
    line = GapLine(label, words=verdict(row), masked=masked, general=general, waits=waits)
    if seen["ecart"] is None:
        return line
    return replace(
        line,
        gap=seen["ecart"],
        qpv=seen["satisfaits_qpv"],
        hors=seen["satisfaits_hors"],
        n_qpv=seen["menages_qpv"],
        n_hors=seen["menages_hors"],
        near=_near(found.get((place, item, Groupe.QPV, wave))),
        otherwise=bool(first(row, answers.against, answers.margin)),
        unsure=row["verdict"] == Verdict.NON_CONCLUANT,
        alone=marks_of_row(row)["alone"],
        phrase=gap_phrase(row, answers.margin),
        moved=_movement(answers, place, item, seen["ecart"]),
    )


def _near(row: Mapping[str, Any] | None) -> float | None:
    """Return half the margin of a level at 90 %, as released."""
    if row is None or row["publication"] not in SHOWN:
        return None
    half = float(row["ic90_haut"] - row["ic90_bas"]) / 2
    return None if math.isnan(half) else half


def _of_rows(
    gap: Mapping[str, Any], qpv: Mapping[str, Any] | None, hors: Mapping[str, Any] | None
) -> dict[str, float | None]:
    """Read what a line shows from the rows as released: no claim names the thousands of them."""
    if gap["publication"] not in SHOWN:
        return dict.fromkeys(_WRITTEN)
    out: dict[str, float | None] = {"ecart": float(gap["estimation"])}
    for side, row in (("qpv", qpv), ("hors", hors)):
        shown = row is not None and row["publication"] in SHOWN
        for name, column in (("satisfaits", "estimation"), ("menages", "n")):
            out[f"{name}_{side}"] = float(row[column]) if row is not None and shown else None
    return out


def _movement(answers: OwnAnswers, place: str, item: str, late: float) -> str:
    """Write how the gap of a question moved between the last two waves; nothing without two."""
    if len(answers.waves) < 2:  # noqa: PLR2004
        return ""
    pair = "-".join(answers.waves[-2:])
    row = answers.found.get((place, item, Groupe.EVOLUTION_ECART, pair))
    before = answers.found.get((place, item, Groupe.ECART, answers.waves[-2]))
    early = float(before["estimation"]) if before and before["publication"] in SHOWN else None
    text = words.movement(row, early, late)
    if not text or row is None:
        return ""
    moved = row["verdict"] in (Verdict.HAUSSE, Verdict.BAISSE)
    changed = moved and pair in answers.mode_changed
    clash = f" {words.DAGGER}" if first(row, answers.against, answers.margin) else ""
    return text + words.mode_note(changed=changed) + clash
