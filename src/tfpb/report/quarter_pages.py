"""What the A4 page of each quarter says: figures, three satisfaction lines, sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import TOTAL, Ajustement, Groupe
from tfpb.model.location import GapLine, QpvPage
from tfpb.model.survey import Published, only
from tfpb.report.sections.survey.survey_view import ALONE, SHOWN
from tfpb.report.theme import verdict_sign
from tfpb.survey.raw_gaps import disagreements, key_of
from tfpb.words.documents import quarter_page as words
from tfpb.words.money.evaluation_words import before_actions
from tfpb.words.money.state_words import quarter_sentence
from tfpb.words.survey.satisfaction import otherwise
from tfpb.words.survey.survey_words import ON_PAGE
from tfpb.words.survey.verdict_words import plainly, verdict_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from tfpb.facts.dossier import Dossier
    from tfpb.facts.place import QuarterDoubt, QuarterHeld
    from tfpb.survey.raw_gaps import Disagreement, Key

_LINES: Final = 3
_BORROWED: Final = (words.GAP_SCOPE_CONVENTION, words.EVERYONE[words.GAP_SCOPE_CONVENTION])
_THEMES: Final = ("residence", "relation", "quartier", "logement")


def money(dossier: Dossier, code: str) -> dict[str, Any]:
    """Return the abatement of a quarter, a value a column; empty without one."""
    return _line_of(dossier.abatement.by_qpv, code) if dossier.abatement is not None else {}


def balance(dossier: Dossier, code: str) -> dict[str, Any]:
    """Return the year's balance of a quarter, a value a column; empty without a programme or a line."""
    if dossier.programme is None:
        return {}
    return _line_of(only(dossier.programme.balance, annee=dossier.settings.dossier.annee), code)


def _line_of(rows: pd.DataFrame, code: str) -> dict[str, Any]:
    hit = only(rows, code_qpv=code)
    return {str(k): v for k, v in hit.iloc[0].items()} if len(hit) else {}


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
        Figures that one like with like contradicts, as `disagreements` lists them.
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
    own = only(survey.comparison, bailleur=survey.name_of(dossier.settings.dossier.bailleur))
    return OwnAnswers(
        only(own, ajustement=Ajustement.BRUT),
        only(own, ajustement=Ajustement.MODELE, vague=survey.last_wave),
        _headline_items(survey),
        survey.labels,
        disagreements(survey.comparison),
        [wave.vague for wave in survey.waves],
        survey.margin,
        survey.of_others,
    )


def first(row: Mapping[Any, Any] | None, against: Mapping[Key, Disagreement]) -> str:
    """Say what the figure like with like says against a raw one, nothing where it does not."""
    told = against.get(key_of(row)) if row is not None else None
    if told is None:
        return ""
    return otherwise(told.story, told.estimate, told.low, told.high, change=told.change)


def verdict(row: Mapping[Any, Any]) -> str:
    """Name the verdict of a gap, with what weakens it."""
    margin = float(row["marge_points"]) if "marge_points" in row else math.nan
    return plainly(
        str(row["verdict"]), str(row["publication"]), margin, alone=row["isole"] == ALONE
    )


def quarter_page(
    dossier: Dossier,
    answers: OwnAnswers | None,
    here: QuarterHeld,
    doubt: QuarterDoubt | None,
) -> QpvPage:
    """Make the page of a quarter, by what it holds and what is to check there."""
    head, claims, code = dossier.settings.dossier, dossier.claims, here.code_qpv
    given, done = money(dossier, code), balance(dossier, code)
    if dossier.programme is not None and not done:
        done = {"actions": 0, "valorise_eur": Decimal(0)}
    actions = int(done.get("actions", 0) or 0)
    abated = int(given.get("logements_abattus", 0))
    scope, gaps, sentence, change, modelled = _satisfaction(dossier, answers, code)
    return QpvPage(
        code_qpv=code,
        nom=dossier.quarters[code].nom,
        commune=dossier.quarters[code].commune,
        bailleur=head.bailleur,
        year=dossier.located.year,
        figures=(
            words.dwellings_figure(claims, code),
            words.abatement_figure(given, here.inside),
            words.loss_figure(given),
            words.programme_figure(done, given, abated),
            words.doubt_figure(claims, code, doubt),
        ),
        gaps=gaps,
        sentences=(
            words.done_sentence(
                spent(dossier, code), actions, done.get("rattrapage_eur"), dossier.located.year
            ),
            *filter(None, (quarter_sentence(given),)),  # what is to check is a figure above
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


def spent(dossier: Dossier, code: str) -> list[tuple[int, Decimal]] | None:
    """Return what each axis was given in a quarter, largest first; None without a programme."""
    if dossier.programme is None:
        return None
    mine = only(dossier.programme.by_axis, code_qpv=code)
    pairs = zip(mine["axe"].astype(int), mine["valorise_eur"], strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _headline_items(survey: Published) -> list[str]:
    """Choose three items: the headline of each theme, service first, quartier kept for contrast."""
    items = survey.items.sort_values("ordre", kind="stable")
    chosen: list[str] = []
    for theme in _THEMES:
        of_theme = only(items, theme=theme)
        heads = of_theme[of_theme["tete_de_theme"].astype(bool)]
        chosen += (heads if len(heads) else of_theme)["item"].head(1).astype(str).tolist()
    return chosen[:_LINES]


def _satisfaction(
    dossier: Dossier, answers: OwnAnswers | None, code: str
) -> tuple[str, tuple[GapLine, ...], str, str, str]:
    """Return whose answers are shown, their lines, what tenants say, what changed, what is modelled."""
    if answers is None or answers.rows.empty:
        silent = words.change_sentence("", None)
        return words.GAP_SCOPE_NONE, (), words.NOTHING_HEARD, silent, ""
    items, against = answers.items, answers.against
    said, scope = words.QUARTER_SCOPE, words.GAP_SCOPE_QUARTER
    there = only(answers.rows, territoire=code)
    here = only(there, vague=answers.waves[-1])
    if only(here, groupe=Groupe.ECART, item=list(items), publication=SHOWN).empty:
        said, scope = words.CONVENTION_SCOPE, words.GAP_SCOPE_CONVENTION
        there = only(answers.rows, territoire=TOTAL)
        here = only(there, vague=answers.waves[-1])
    if answers.everyone:
        said, scope = words.EVERYONE[said], words.EVERYONE[scope]
    lines = tuple(_line(here, item, str(answers.labels[item]), against) for item in items)
    best = next((line for line in lines if line.gap is not None), None)
    chosen = items[lines.index(best)] if best is not None else ""
    label = str(answers.labels.get(chosen, ""))
    told = first(_one(here, chosen, Groupe.ECART), against)
    return (
        scope,
        lines,
        words.tenants_sentence(best, said, first=told),
        _change(dossier, answers, there, chosen),
        _modelled_sentence(only(answers.modelled, territoire=code), chosen, label),
    )


def _modelled_sentence(here: pd.DataFrame, item: str, label: str) -> str:
    """Write the modelled share of a quarter; nothing without one."""
    row = _one(here, item, Groupe.QPV)
    if row is None:
        return ""
    share, low, high = (float(row[c]) for c in ("estimation", "ic95_bas", "ic95_haut"))
    return ON_PAGE.format(label=label, share=share, low=low, high=high)


def _one(table: pd.DataFrame, item: str, group: Groupe) -> dict[str, Any] | None:
    hit = only(table, item=item, groupe=group)
    return {str(k): v for k, v in hit.iloc[0].items()} if len(hit) else None


def _line(
    here: pd.DataFrame, item: str, label: str, against: Mapping[Key, Disagreement]
) -> GapLine:
    """Return one gap, with the two levels it is the difference of."""
    shown = only(here, publication=SHOWN)
    groups = (Groupe.ECART, Groupe.QPV, Groupe.HORS_QPV)
    gap, inside, outside = (_one(shown, item, group) for group in groups)
    if gap is None:
        hidden = _one(here, item, Groupe.ECART)
        code = "non_publiable" if hidden is None else str(hidden["verdict"])
        return GapLine(label, sign=verdict_sign(code), words=verdict_words(code))
    return GapLine(
        label,
        gap=float(gap["estimation"]),
        ic90=(float(gap["ic90_bas"]), float(gap["ic90_haut"])),
        ic95=(float(gap["ic95_bas"]), float(gap["ic95_haut"])),
        qpv=float(inside["estimation"]) if inside else None,
        hors=float(outside["estimation"]) if outside else None,
        n=int(gap["n"]),
        sign=verdict_sign(str(gap["verdict"])),
        words=verdict(gap),
        n_qpv=int(inside["n"]) if inside else 0,
        n_hors=int(outside["n"]) if outside else 0,
        otherwise=bool(first(gap, against)),
    )


def _change(dossier: Dossier, answers: OwnAnswers, rows: pd.DataFrame, item: str) -> str:
    """Write what moved on a question between the last two waves."""
    waves, label = answers.waves, str(answers.labels.get(item, ""))
    if len(waves) > 1 and item:
        pair = only(rows, vague=f"{waves[-2]}-{waves[-1]}")
        row = _one(pair, item, Groupe.EVOLUTION_ECART)
        if row is not None and row["publication"] in SHOWN:
            year = dossier.located.year if dossier.programme is not None else 0
            period = dossier.survey.last_period if dossier.survey is not None else ""
            early = str(year) if year and before_actions(waves[-1], year, period) else ""
            beside = first(row, answers.against)
            return words.change_sentence(label, row, early=early, first=beside)
    return words.change_sentence(label, None)
