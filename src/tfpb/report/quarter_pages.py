"""What the A4 page of each quarter says: stock and money, satisfaction lines, what is left to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.amount import excess, known, unknown
from tfpb.facts.claim import State
from tfpb.facts.survey_claims import answers_scope, heard_in, page_items, released
from tfpb.model.codes import SHOWN, Ajustement, Groupe, Publication, QpvStatut, Verdict
from tfpb.model.location import Bar, GapLine, QpvPage, Task
from tfpb.model.survey import pick
from tfpb.survey.raw_gaps import key_of, mode_changed, stories_of
from tfpb.tax.programme.brought import first_to_prove
from tfpb.words.documents import quarter_page as words
from tfpb.words.money.evaluation_words import before_actions
from tfpb.words.numbers import euros
from tfpb.words.survey.satisfaction import otherwise
from tfpb.words.survey.survey_words import ON_PAGE
from tfpb.words.survey.verdict_words import gap_phrase, verdict_words, word_of_row

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims, Within
    from tfpb.facts.place import QuarterHeld
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.survey.raw_gaps import Disagreement, Key

_WRITTEN: Final = ("ecart", "satisfaits_qpv", "satisfaits_hors", "menages_qpv", "menages_hors")
"""Claims of a line of the page."""


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """What the survey says of a bailleur, gathered once for the pages of all its quarters.

    Parameters
    ----------
    rows, modelled : DataFrame
        Raw levels, gaps and changes, and modelled levels of the last wave, of `COMPARISON_COLUMNS`.
    items : sequence of str
        The three questions of a page.
    labels : mapping of str to str
        Wording of each item.
    general : mapping of str to str
        Theme of each item that is the general question of one.
    against : mapping
        Figures that one like with like contradicts, as `stories_of` lists them.
    waves : sequence of str
    margin : float
        Of equivalence, in points.
    everyone : bool
        Answers of all bailleurs: the survey does not name this one.
    """

    rows: pd.DataFrame
    modelled: pd.DataFrame
    items: Sequence[str]
    labels: Mapping[str, str]
    general: Mapping[str, str]
    against: Mapping[Key, Disagreement]
    waves: Sequence[str]
    margin: float
    everyone: bool = False


def own_answers(dossier: Dossier) -> OwnAnswers | None:
    """Gather what the survey says of the dossier's bailleur; None where it says nothing."""
    survey = dossier.survey
    if survey is None:
        return None
    own = pick(survey.comparison, bailleur=survey.name_of(dossier.settings.dossier.bailleur))
    items = survey.items
    rows = zip(items["item"], items["theme"], items["tete_de_theme"], strict=True)
    return OwnAnswers(
        pick(own, ajustement=Ajustement.BRUT),
        pick(own, ajustement=Ajustement.MODELE, vague=survey.last_wave),
        page_items(survey.items),
        survey.labels,
        {str(i): str(t) for i, t, head in rows if head},
        stories_of(survey),
        [wave.vague for wave in survey.waves],
        survey.margin,
        survey.of_others,
    )


def first(row: Mapping[Any, Any] | None, against: Mapping[Key, Disagreement], margin: float) -> str:
    """Say what the figure like with like says against a raw one, nothing where it does not."""
    clash = against.get(key_of(row)) if row is not None else None
    if clash is None:
        return ""
    return otherwise(*clash.figures, margin, change=clash.change)


def verdict(row: Mapping[Any, Any]) -> str:
    """Name the verdict of a gap, with what weakens it."""
    return word_of_row(row, float(row["marge_points"]))


def quarter_page(
    dossier: Dossier, answers: OwnAnswers | None, here: QuarterHeld, marks: pd.DataFrame
) -> QpvPage:
    """Make the page of a quarter, by what it holds and the marks of its map (`MARK_COLUMNS`)."""
    head, claims, code = dossier.settings.dossier, dossier.claims, here.code_qpv
    held = claims.within(code)
    why, gaps, modelled = _satisfaction(dossier, answers, code)
    everyone = answers is not None and answers.everyone
    here_marks = pick(marks, code_qpv=code)
    unsure = pick(here_marks, statut=QpvStatut.A_VERIFIER)
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
        tasks=tuple(_tasks(dossier, held, unsure)),
        unplaced=_unplaced(pick(here_marks, situee=False)),
        notes=_notes(dossier),
        modelled=modelled,
        doubtful=here.unsure,
        margin=(answers.margin if answers is not None else 5.0) / 100,
        gap_scope=words.gap_scope(why, everyone=everyone) if gaps else words.GAP_SCOPE_NONE,
        everyone=everyone,
        borrowed=bool(why),
        unasked=why == words.UNASKED,
        unsure_names=tuple(
            dict.fromkeys(row["nom"] or row["id_residence"] for row in unsure.to_dict("records"))
        ),
        wave=answers.waves[-1] if answers is not None and gaps else "",
    )


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
            words.UNPLACED_WHY.format(address=row["adresse"]),
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


def _tasks(dossier: Dossier, held: Within, unsure: pd.DataFrame) -> Iterator[Task]:
    """Yield what is left to do in a quarter: résidences first, which the map numbers; then its actions."""
    limit = held.get("a_reclamer").deadline
    for home, row, amount in _of_homes(dossier, held, "abattement_a_reclamer_eur"):
        named = {"name": row["nom"] or home, "homes": row["logements_dans"]}
        text = words.CLAIM_HOME.filled(named)
        yield Task(text, words.stake_words(amount), words.day_words(limit), home)
    report = _next_day(dossier, held.scope)
    reserved = {home: a for home, _, a in _of_homes(dossier, held, "abattement_sous_reserve_eur")}
    for mark in unsure.to_dict("records"):
        home = mark["id_residence"]
        text = words.PLACE_HOME.format(name=mark["nom"] or home, homes=mark["dessines"])
        stake = words.stake_words(reserved.get(home, unknown("sans_ligne")))
        yield Task(text, stake, report, home)
    yield from _of_quarter(dossier, held, report)


def _of_homes(
    dossier: Dossier, held: Within, column: str
) -> list[tuple[str, dict[Any, Any], Amount]]:
    """Return the résidences of a quarter that have an amount in a state, the largest first."""
    money = dossier.abatement
    if money is None or money.by_residence.empty:
        return []
    rows = [
        row
        for row in money.by_residence.to_dict("records")
        if held.scope in str(row["code_qpv"]).split(", ") and row[column]
    ]
    rows.sort(key=lambda row: (-row[column], row["id_residence"]))
    return [(str(row["id_residence"]), row, known(row[column])) for row in rows]


def _of_quarter(dossier: Dossier, held: Within, report: str) -> Iterator[Task]:
    """Yield what is left to do for the quarter as a whole."""
    money, plan = dossier.abatement, dossier.programme
    claimable, count = held.amount("a_reclamer"), held.amount("logements_a_reclamer")
    if claimable.exceeds_nil and (money is None or money.by_residence.empty):
        text, limit = words.CLAIM_HOMES.format(homes=count), held.get("a_reclamer").deadline
        yield Task(text, words.stake_words(claimable), words.day_words(limit))
    left, carried = held.amount("a_programmer"), held.amount("reporte")
    if left.exceeds_nil:
        before = euros(carried) if carried.exceeds_nil else ""
        text = words.PLAN.format(carried=before, before=dossier.settings.dossier.annee - 1)
        yield Task(text, words.stake_words(left), report)
    if held.amount("a_prouver").exceeds_nil:
        found = None
        if plan is not None and len(plan.actions):
            found = first_to_prove(pick(plan.actions, code_qpv=held.scope, annee=plan.year))
        begin = words.first_proof(found[0], known(found[2])) if found else ""
        lacking = excess(held.amount("actions"), held.amount("actions_prouvees"))
        text = words.PROVE.format(count=lacking, first=begin)
        yield Task(text, words.stake_words(held.amount("a_prouver")), report)


def _next_day(dossier: Dossier, code: str) -> str:
    """Return the next day on which a quarter's bilan is due."""
    days: list[dt.date] = []
    if dossier.calendar is not None:
        days = [
            row["date"]
            for row in pick(dossier.calendar, evenement="bilan").to_dict("records")
            if row["date"] and code in str(row["code_qpv"]).split(", ")
        ]
    ahead = [day for day in days if day >= dossier.settings.dossier.date]
    return words.day_words(min(ahead, default=None))


def _satisfaction(
    dossier: Dossier, answers: OwnAnswers | None, code: str
) -> tuple[str, tuple[GapLine, ...], str]:
    """Return why answers are those of all quarters (empty: its own), their lines, what is modelled."""
    if answers is None or answers.rows.empty:
        return "", (), ""
    wave = answers.waves[-1]
    place = heard_in(dossier.claims, code, answers.items, wave)
    why = ""
    if place != code:
        own = pick(answers.rows, territoire=code, vague=wave, groupe=Groupe.ECART)
        unasked = len(own) and own["publication"].eq(Publication.NON_CALCULABLE).all()
        why = words.UNASKED if unasked else words.WITHHELD
    lines = tuple(answer_line(dossier.claims, answers, item, place) for item in answers.items)
    best = next((k for k, line in enumerate(lines) if line.gap is not None), None)
    modelled = ""
    if best is not None:
        mine = pick(answers.modelled, territoire=code, groupe=Groupe.QPV)
        modelled = _modelled_sentence(mine, answers.items[best], lines[best].label)
    return why, lines, modelled


def _modelled_sentence(here: pd.DataFrame, item: str, label: str) -> str:
    """Write the modelled share of a quarter; nothing without one."""
    row = _one(here, item=item)
    if row is None:
        return ""
    share, low, high = (float(row[c]) for c in ("estimation", "ic90_bas", "ic90_haut"))
    return ON_PAGE.format(label=label, share=share, low=low, high=high)


def _one(table: pd.DataFrame, **where: object) -> dict[str, Any] | None:
    hit = pick(table, **where)
    return {str(k): v for k, v in hit.iloc[0].items()} if len(hit) else None


def answer_line(claims: Claims, answers: OwnAnswers, item: str, place: str) -> GapLine:
    """Return one question in a place: levels, gap, how it moved; from claims where it has some."""
    wave, there = answers.waves[-1], pick(answers.rows, territoire=place, item=item)
    row = _one(there, groupe=Groupe.ECART, vague=wave)
    scope, label = answers_scope(place, item, wave), str(answers.labels[item])
    if row is None:
        code = Publication.MASQUE
        return GapLine(label, words=verdict_words(code, code), masked=True)
    if claims.has("ecart", scope):
        seen = {name: released(claims, name, scope) for name in _WRITTEN}
        masked = claims.get("ecart", scope).state is State.MASQUE
    else:
        seen, masked = _of_rows(there, row, wave), row["publication"] not in SHOWN
    line = GapLine(label, words=verdict(row), masked=masked, general=answers.general.get(item, ""))
    if seen["ecart"] is None:
        return line
    return replace(
        line,
        gap=seen["ecart"],
        qpv=seen["satisfaits_qpv"],
        hors=seen["satisfaits_hors"],
        n_qpv=seen["menages_qpv"],
        n_hors=seen["menages_hors"],
        otherwise=bool(first(row, answers.against, answers.margin)),
        unsure=row["verdict"] == Verdict.NON_CONCLUANT,
        phrase=gap_phrase(row, answers.margin),
        moved=_movement(answers, there, seen["ecart"]),
    )


def _of_rows(there: pd.DataFrame, gap: Mapping[str, Any], wave: str) -> dict[str, float | None]:
    """Read what a line shows from the rows as released: no claim names the thousands of them."""
    if gap["publication"] not in SHOWN:
        return dict.fromkeys(_WRITTEN)
    sides = {
        side: _one(there, groupe=group, vague=wave)
        for side, group in (("qpv", Groupe.QPV), ("hors", Groupe.HORS_QPV))
    }
    out: dict[str, float | None] = {"ecart": float(gap["estimation"])}
    for side, row in sides.items():
        shown = row is not None and row["publication"] in SHOWN
        for name, column in (("satisfaits", "estimation"), ("menages", "n")):
            out[f"{name}_{side}"] = float(row[column]) if row is not None and shown else None
    return out


def _movement(answers: OwnAnswers, there: pd.DataFrame, late: float) -> str:
    """Write how the gap of a question moved between the last two waves; nothing without two."""
    if len(answers.waves) < 2:  # noqa: PLR2004
        return ""
    pair = "-".join(answers.waves[-2:])
    row = _one(there, vague=pair, groupe=Groupe.EVOLUTION_ECART)
    before = _one(there, vague=answers.waves[-2], groupe=Groupe.ECART)
    early = float(before["estimation"]) if before and before["publication"] in SHOWN else None
    text = words.movement(row, early, late)
    if not text or row is None:
        return ""
    moved = row["verdict"] in (Verdict.HAUSSE, Verdict.BAISSE)
    changed = moved and pair in mode_changed(answers.rows)
    clash = f" {words.DAGGER}" if first(row, answers.against, answers.margin) else ""
    return text + words.mode_note(changed=changed) + clash
