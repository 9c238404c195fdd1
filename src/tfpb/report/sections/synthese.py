"""« Synthèse »: the table of claims in the order of the note, then tenants; the sheet to print."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.evidence.tasks import BY_RESIDENCE
from tfpb.facts.claim import STATES, State
from tfpb.facts.survey_claims import state_of_few
from tfpb.model.codes import Verdict
from tfpb.model.question import Unit
from tfpb.model.report import Block, Format, KeyFigure, Linked, Section, Text
from tfpb.packaged import packaged
from tfpb.report.sections.build import counted, figure, section, table
from tfpb.report.sections.survey import survey_view as view
from tfpb.text import capital
from tfpb.words.claim_words import claim_value
from tfpb.words.documents import summary_words as words
from tfpb.words.documents.report_words import MISSING, SENSITIVITY
from tfpb.words.money import abatement_words, programme_words, state_words
from tfpb.words.money.evaluation_words import DOES_IT_WORK
from tfpb.words.numbers import euros, percent
from tfpb.words.places.side_words import DWELLINGS, RESIDENCES, inside_share, stock_lead
from tfpb.words.survey import satisfaction, verdict_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.evidence.tasks import Task
    from tfpb.facts.claim import Claim, Claims, Within
    from tfpb.facts.whole_dossier import Dossier


_GROUPS: Final[dict[str, list[list[str]]]] = packaged(__name__)["groupes"]
_BLANK: Final[dict[str, object]] = dict.fromkeys(
    ("fait", "valeur", "part", "etat", "sens", "ou", "qui", "pour_quand")
)


def synthese(dossier: Dossier, tasks: Sequence[Task]) -> Section:
    """Return the sheet to print: every claim in the order of the note, each with where its rows stand."""
    named: dict[str, list[str]] = {}
    for task in tasks:
        if task.kind.of == BY_RESIDENCE and task.stake is not None:
            named.setdefault(task.kind.claim, []).append(task.name)
    *money, last = ([*_group(title, lines, dossier, named)] for title, lines in _GROUPS.items())
    groups = (*money, _tenants(dossier), last, _either_side(dossier))
    rows = [row for group in groups for row in group]
    whole = pd.DataFrame(rows, columns=list(_BLANK), dtype=object)
    blocks: list[Block] = [table("synthese", whole), *_satisfaction(dossier)]
    lacks = tuple(MISSING[key][0] for key in missing(dossier))
    blocks += [Text(lacks, bullets=True)] if lacks else []
    course = None if dossier.abatement is None else dossier.abatement.course
    ahead = () if course is None else abatement_words.forecast_law(course)
    lead = stock_lead(dossier.claims)
    blocks.append(Text((lead, *ahead, DOES_IT_WORK, *view.too_early(dossier))))
    # the note answers first in documents
    return section("synthese", _verdict(dossier, tasks), blocks, in_document=False)


def _verdict(dossier: Dossier, tasks: Iterable[Task]) -> str:
    """Write the answer of the sheet: what is justified and proved, what is left, how much there is to do."""
    claims = dossier.claims
    text = words.VERDICT.filled({
        "justified": programme_words.justified_words(claims),
        "left": claims.amount("reste_a_justifier"),
        "is_left": claims.amount("reste_a_justifier").may_exceed_nil,
        "reserved": claims.amount("sous_reserve"),
        "waits": claims.amount("sous_reserve").exceeds_nil,
        "tasks": sum(task.is_open for task in tasks),
    })  # fmt: skip
    return capital(text)


def _group(
    title: str, lines: list[list[str]], dossier: Dossier, named: Mapping[str, list[str]]
) -> list[dict[str, object]]:
    """Return the rows of a question: its title, then its claims, with the résidences each names."""
    held = dossier.claims.within()
    rows: list[dict[str, object]] = [_BLANK | {"fait": title}]
    for label, name, share, sheet, column, wanted in lines:
        claim, known = held.get(name), held.has(name)
        where = words.FILTERED.format(sheet=sheet, filter=wanted) if wanted else sheet
        of = share.removeprefix("/")
        part = held.share(name, of) if share.startswith("/") else held.amount(of) if of else None
        if (
            part is not None
            and claim.value is not None
            and claim.amount.is_nil
            and not part.is_known
        ):
            part = None  # of nothing, no share is left to be known
        meaning = claim.title.definition
        if names := named.get(name):
            meaning = words.OBJECTS.format(meaning=meaning, names=words.some_of(names))
        rows.append({
            "fait": label,
            "valeur": Linked(_value(claim), sheet if known else "", column=column, format=_format(claim)),
            "part": part if known else None,
            "etat": words.state_of(claim),
            "sens": meaning,
            "ou": Linked(where, sheet, column=column) if known else "",
            "qui": claim.owner,
            "pour_quand": claim.deadline,
        })  # fmt: skip
    return rows


def _value(claim: Claim) -> Any:
    """Return a claim as a cell holds it: its number, else its bounds or its state in words."""
    sure = claim.value is not None and claim.value.is_known
    return claim.amount.exact if sure else claim_value(claim)


def _format(claim: Claim) -> Format:
    return Format.EUROS if claim.title.unit is Unit.EUR else Format.INTEGER


def _tenants(dossier: Dossier) -> list[dict[str, object]]:
    """Return the rows of the tenants: a general question a theme, as released."""
    rows: list[dict[str, object]] = [_BLANK | {"fait": words.TENANTS}]
    survey = dossier.survey
    if survey is None:
        return []
    name = survey.name_of(dossier.settings.dossier.bailleur)
    heads = view.headlines(view.gaps(survey, name, survey.last_wave))
    shown = set(view.shown(heads)["item"])
    for row in heads.to_dict("records"):
        is_shown = row["item"] in shown
        little = row["peu_de_reponses"]
        few = state_of_few(little) if little else State.CONNU
        few = State.A_CONFIRMER if row["verdict"] == Verdict.A_CONFIRMER else few
        state = STATES[few if is_shown else State.MASQUE]
        verdict = words.ELSEWHERE.format(elsewhere=percent(row["hors"]), verdict=row["mot"])
        value = row["qpv"] if is_shown else state
        rows.append(_BLANK | {
            "fait": row["libelle"],
            "valeur": Linked(value, words.COMPARED, column="qpv", format=Format.PERCENT),
            "etat": state,
            "sens": verdict if is_shown else row["mot"],
            "ou": Linked(words.COMPARED, words.COMPARED, column="libelle"),
        })  # fmt: skip
    return rows


def _either_side(dossier: Dossier) -> list[dict[str, object]]:
    """Return what is due if every doubt on a side falls in the quarter, or out of it; none without doubts."""
    found = dossier.sensitivity
    if found is None or found.empty:
        return []
    rows: list[dict[str, object]] = [_BLANK | {"fait": words.EITHER_SIDE}]
    names = ["hypothese", "logements_dans", "abattement_eur", "au_mieux_eur"]
    for hypothesis, homes, due, best in found[names].itertuples(index=False):
        rows.append(_BLANK | {
            "fait": SENSITIVITY[hypothesis],
            "valeur": Linked(due, words.PLACED, column="statut", format=Format.EUROS),
            "sens": words.either_side(homes, best),
            "ou": Linked(words.PLACED, words.PLACED, column="statut"),
        })  # fmt: skip
    return rows


def missing(dossier: Dossier) -> list[str]:
    """Name the files that were not given, as the settings do."""
    given = {
        "fiscalite": dossier.abatement,
        "programme": dossier.programme,
        "enquete": dossier.survey,
        "droit_commun": dossier.droit_commun,
        "conventions": dossier.conventions,
    }
    return [key for key, value in given.items() if value is None]


def key_figures(dossier: Dossier) -> list[KeyFigure]:
    """Return the figures that the screen of the local page shows."""
    held = dossier.claims.within()
    whole = DWELLINGS.format(count=held.amount("logements"))
    part = inside_share(dossier.claims)
    out = [counted("logements_qpv", dossier.claims, part=part, logements=whole)]
    if dossier.abatement is not None:
        out += _abated(held, dossier.abatement.year, dossier.settings.dossier.date)
    if dossier.programme is not None:
        out += _spent(dossier.claims)
    homes = RESIDENCES.format(count=held.amount("residences_a_verifier"))
    dwellings = DWELLINGS.format(count=held.amount("logements_a_verifier"))
    doubts = figure("a_verifier", None, Format.TEXT, value=homes, logements=dwellings)
    return [*out, doubts]


def _abated(held: Within, year: int, day: dt.date) -> list[KeyFigure]:
    """Return the figures of money, each a claim; one that comes to nothing is left out."""
    acquired, detail = held.amount("acquis"), abatement_words.acquired_detail(held)
    value = state_words.acquired(held)
    out = [figure("abattement", acquired, value=value, annee=year, natures=detail)]
    if value == euros(acquired):
        back = euros(held.amount("compensation"))
        out.append(figure("perte_collectivites", held.amount("perte"), compensation=back))
    if (borne := held.amount("porte")).exceeds_nil:
        split = _after_colon(state_words.borne_sentence(held))
        out.append(figure("porte_avis", borne, etats=split))
    if (claim := held.get("a_reclamer")).amount.exceeds_nil:
        until = state_words.claim_until(claim.deadline, day)
        out.append(figure("a_reclamer", claim.amount, delai=until))
    if state_words.named(held, "a_reclamer", "sous_reserve", "non_lu"):
        split = _after_colon(state_words.best_sentence(held))
        out.append(figure("au_mieux", held.amount("au_mieux"), etats=split))
    if held.has("sortants_perdu") and abatement_words.has_left(held):
        gone = abatement_words.left_out_detail(held)
        out.append(figure("sortants", held.amount("sortants_perdu"), annee=year, portes=gone))
    return out


def _after_colon(sentence: str) -> str:
    return sentence.partition(" : ")[2].removesuffix(".")


def _spent(claims: Claims) -> list[KeyFigure]:
    covered = programme_words.justified_words(claims)
    return [figure("valorise", claims.amount("valorise"), couverture=covered)]


def _satisfaction(dossier: Dossier) -> list[Block]:
    survey = dossier.survey
    if survey is None:
        return []
    wave = survey.last_wave
    rows = view.gaps(survey, survey.name_of(dossier.settings.dossier.bailleur), wave)
    heads = view.headlines(rows)
    if heads.empty:
        return []
    margin = view.margin_of(heads)
    sentences = (*view.not_named(dossier), *_reading(view.totals(rows), margin))
    return [Text(sentences)]


def _reading(rows: pd.DataFrame, margin: float) -> tuple[str, ...]:
    clash = view.contradicted(view.shown(rows))
    first = satisfaction.otherwise_first(len(clash))
    out = [first + satisfaction.count_sentence(Counter(rows["mot"]), len(rows))]
    unclear = view.unclear(view.shown(rows), margin)
    if unclear:
        meaning = verdict_words.verdict_meaning("non_concluant", margin)
        out.append(satisfaction.first_unclear(meaning, *unclear[0]))
    return tuple(out)
