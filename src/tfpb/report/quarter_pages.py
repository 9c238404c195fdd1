"""What the A4 page of each quarter says: figures, three satisfaction lines, sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.claim import State, axis_scope
from tfpb.facts.survey_claims import answers_scope, heard_in, page_items, released
from tfpb.model.codes import SHOWN, Ajustement, Axe, Groupe, Publication, Verdict
from tfpb.model.location import GapLine, QpvPage
from tfpb.model.survey import pick
from tfpb.survey.raw_gaps import key_of, mode_changed, stories_of
from tfpb.words.documents import quarter_page as words
from tfpb.words.money.evaluation_words import before_actions
from tfpb.words.money.state_words import quarter_sentence
from tfpb.words.survey.satisfaction import otherwise
from tfpb.words.survey.survey_words import ON_PAGE
from tfpb.words.survey.verdict_words import gap_phrase, sign, verdict_words, word_of_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims
    from tfpb.facts.place import QuarterDoubt, QuarterHeld
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.survey.raw_gaps import Disagreement, Key

_BORROWED: Final = (words.GAP_SCOPE_CONVENTION, words.EVERYONE[words.GAP_SCOPE_CONVENTION])


_WRITTEN: Final = (
    "ecart", "ecart_bas", "ecart_haut", "ecart_bas_90", "ecart_haut_90", "satisfaits_qpv", "satisfaits_hors",
    "menages", "menages_qpv", "menages_hors",
)  # fmt: skip
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
    return OwnAnswers(
        pick(own, ajustement=Ajustement.BRUT),
        pick(own, ajustement=Ajustement.MODELE, vague=survey.last_wave),
        page_items(survey.items),
        survey.labels,
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
    dossier: Dossier,
    answers: OwnAnswers | None,
    here: QuarterHeld,
    doubt: QuarterDoubt | None,
) -> QpvPage:
    """Make the page of a quarter, by what it holds and what is to check there."""
    head, claims, code = dossier.settings.dossier, dossier.claims, here.code_qpv
    held = claims.within(code)
    scope, gaps, sentence, change, modelled = _satisfaction(dossier, answers, code)
    return QpvPage(
        code_qpv=code,
        nom=dossier.quarters[code].nom,
        commune=dossier.quarters[code].commune,
        bailleur=head.bailleur,
        year=dossier.located.year,
        figures=(
            words.dwellings_figure(claims, code),
            words.abatement_figure(held),
            words.loss_figure(held),
            words.programme_figure(held),
            words.doubt_figure(claims, code, doubt),
        ),
        gaps=gaps,
        sentences=(
            words.done_sentence(spent(dossier, code), held, dossier.located.year),
            *filter(None, (quarter_sentence(held),)),  # what is to check is a figure above
            sentence,
            change,
        ),
        modelled=modelled,
        doubtful=here.unsure,
        margin=(answers.margin if answers is not None else 5.0) / 100,
        gap_scope=scope,
        everyone=answers is not None and answers.everyone,
        borrowed=scope in _BORROWED,
        wave=answers.waves[-1] if answers is not None and gaps else "",
    )


def spent(dossier: Dossier, code: str) -> list[tuple[int, Amount]] | None:
    """Return what each axis was given in a quarter, largest first; None without a programme."""
    if dossier.programme is None:
        return None
    pairs = [(int(axe), dossier.claims.amount("valorise", axis_scope(axe, code))) for axe in Axe]
    return sorted(pairs, key=lambda pair: (-pair[1].at_least, pair[0]))


def _satisfaction(
    dossier: Dossier, answers: OwnAnswers | None, code: str
) -> tuple[str, tuple[GapLine, ...], str, str, str]:
    """Return whose answers are shown, their lines, what tenants say, what changed, what is modelled."""
    if answers is None or answers.rows.empty:
        silent = words.change_sentence("", None)
        return words.GAP_SCOPE_NONE, (), words.NOTHING_HEARD, silent, ""
    items, wave, claims = answers.items, answers.waves[-1], dossier.claims
    place = heard_in(claims, code, items, wave)
    whom, scope = words.QUARTER_SCOPE, words.GAP_SCOPE_QUARTER
    if place != code:
        whom, scope = words.CONVENTION_SCOPE, words.GAP_SCOPE_CONVENTION
    if answers.everyone:
        whom, scope = words.EVERYONE[whom], words.EVERYONE[scope]
    there = pick(answers.rows, territoire=place)
    here = pick(there, groupe=Groupe.ECART, vague=wave)
    lines = tuple(_line(claims, answers, item, place, _one(here, item)) for item in items)
    best = next((line for line in lines if line.gap is not None), None)
    chosen = items[lines.index(best)] if best is not None else ""
    label = str(answers.labels.get(chosen, ""))
    clash = first(_one(here, chosen), answers.against, answers.margin)
    return (
        scope,
        lines,
        words.tenants_sentence(best, whom, first=clash, masked=any(line.masked for line in lines)),
        _change(dossier, answers, there, chosen),
        _modelled_sentence(
            pick(answers.modelled, territoire=code, groupe=Groupe.QPV), chosen, label
        ),
    )


def _modelled_sentence(here: pd.DataFrame, item: str, label: str) -> str:
    """Write the modelled share of a quarter; nothing without one."""
    row = _one(here, item)
    if row is None:
        return ""
    share, low, high = (float(row[c]) for c in ("estimation", "ic90_bas", "ic90_haut"))
    return ON_PAGE.format(label=label, share=share, low=low, high=high)


def _one(table: pd.DataFrame, item: str) -> dict[str, Any] | None:
    hit = pick(table, item=item)
    return {str(k): v for k, v in hit.iloc[0].items()} if len(hit) else None


def _line(
    claims: Claims, answers: OwnAnswers, item: str, place: str, row: Mapping[str, Any] | None
) -> GapLine:
    """Return one gap, with the two levels it is the difference of; `row` gives its words."""
    scope, label = answers_scope(place, item, answers.waves[-1]), str(answers.labels[item])
    if row is None:
        code = Publication.MASQUE
        return GapLine(label, sign=sign(code, code), words=verdict_words(code, code), masked=True)
    seen = {name: released(claims, name, scope) for name in _WRITTEN}
    masked = claims.get("ecart", scope).state is State.MASQUE
    mark = sign(row["verdict"], row["publication"])
    line = GapLine(label, sign=mark, words=verdict(row), masked=masked)
    if seen["ecart"] is None:
        return line
    return replace(
        line,
        gap=seen["ecart"],
        ic90=_ends(seen["ecart_bas_90"], seen["ecart_haut_90"]),
        ic95=_ends(seen["ecart_bas"], seen["ecart_haut"]),
        qpv=seen["satisfaits_qpv"],
        hors=seen["satisfaits_hors"],
        n=seen["menages"],
        n_qpv=seen["menages_qpv"],
        n_hors=seen["menages_hors"],
        otherwise=bool(first(row, answers.against, answers.margin)),
        phrase=gap_phrase(row, answers.margin),
    )


def _ends(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _change(dossier: Dossier, answers: OwnAnswers, rows: pd.DataFrame, item: str) -> str:
    """Write what moved on a question between the last two waves."""
    waves, label = answers.waves, str(answers.labels.get(item, ""))
    if len(waves) > 1 and item:
        pair_of = f"{waves[-2]}-{waves[-1]}"
        row = _one(pick(rows, vague=pair_of, groupe=Groupe.EVOLUTION_ECART), item)
        shown = row is not None and row["publication"] in SHOWN
        if row is not None and shown and row["verdict"] != Verdict.INTERROMPUE:
            year = dossier.located.year if dossier.programme is not None else 0
            period = dossier.survey.last_period if dossier.survey is not None else ""
            early = str(year) if year and before_actions(waves[-1], year, period) else ""
            clash = first(row, answers.against, answers.margin)
            mode = pair_of in mode_changed(answers.rows)
            return words.change_sentence(label, row, early=early, first=clash, mode=mode)
    return words.change_sentence(label, None)
