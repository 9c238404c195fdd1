"""Words of the two faces of a quarter's page: stock and money, what tenants answer, what is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.claim import Nature
from tfpb.model.codes import ALONE, SHOWN
from tfpb.packaged import packaged
from tfpb.words.money.programme_words import lacking
from tfpb.words.money.state_words import (
    RATE_TO_CONFIRM,
    abated_share,
    acquired,
    is_aside,
    quarter_sentence,
    standing,
    unknown_detail,
    without,
)
from tfpb.words.numbers import NOTHING, euros, number, percent, plain_date, rounded_sum
from tfpb.words.phrase import Phrase
from tfpb.words.survey.verdict_words import (
    ISOLATED_MEANS,
    LEVEL,
    MODE_CHANGED,
    SIGNS,
    VERDICTS,
)
from tfpb.words.terms import PIECES, PLAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims, Within
    from tfpb.model.location import GapLine, QpvPage

_TEXTS: Final = packaged(__name__)
NATURE: Final = {Nature.REEL: "réel (avis)", Nature.ESTIME: "estimé"}
PARTLY: Final = "montant non établi chez un bailleur au moins"
"""Of a sum over bailleurs that lacks one."""
NO_TAX_FILE: Final = ("non calculé", "le fichier fiscal n’est pas fourni")
_STOCK: Final = Phrase("{homes:s résidence}, {share:%} du patrimoine du bailleur")
_VALUE: Final = Phrase("{count:n}")
HOMES: Final = Phrase.table(**_TEXTS["homes"])
"""Dwellings of a bar by what notices make of them, by name of claim; the order is that of the bar."""
_UNKNOWN: Final[dict[str, str]] = _TEXTS["unknown"]
MONEY: Final = {
    "prouve": PIECES.avec_en_entier,
    "a_revoir": PIECES.a_revoir,
    "a_prouver": PIECES.sans,
    "reste_a_justifier": PLAN.manque,
}
"""Key of the bar of money, by name of claim."""
_PLUS: Final = Phrase("plus {count:n} à vérifier")


def dwellings_figure(claims: Claims, code: str) -> tuple[str, str, str]:
    """Write the stock of the quarter and its weight in the bailleur's."""
    homes, share = (claims.amount(name, code) for name in ("residences_qpv", "part_qpv"))
    value = _VALUE.format(count=claims.amount("logements_qpv", code))
    return "logements en QPV", value, _STOCK.format(homes=homes, share=share)


def homes_words(counts: Iterable[tuple[str, Amount]], doubtful: Amount) -> str:
    """Write what notices make of the dwellings of a quarter: « 1 128 abattus · 190 encore exonérés »."""
    out = [
        HOMES[name].format(count=count) if count.is_known or count.at_least else _UNKNOWN[name]
        for name, count in counts
    ]
    out += [_PLUS.format(count=doubtful)] if doubtful.exceeds_nil else []
    return " · ".join(out)


def abatement_figure(held: Within, year: int) -> tuple[str, str, str]:
    """Write the abatement, whether real or estimated, and per abated dwelling.

    Of the claims of the quarter, an amount that is not known gives its reason, never zero.
    """
    label, claim = f"d’abattement acquis en {year}", held.get("acquis")
    if not held.has("acquis"):
        return f"abattement {year}", *NO_TAX_FILE
    value, amount = acquired(held), claim.amount
    partly = [PARTLY] if "bailleur_absent" in amount.why else []
    if not amount.exceeds_nil:
        known = amount.is_nil and not is_aside(held)
        detail = (
            NATURE[Nature.REEL]
            if known
            else standing(held)
            if amount.is_nil
            else unknown_detail(held)
        )
        return f"abattement {year}", value, " ; ".join([detail, *partly])
    per_home, homes = held.amount("acquis_par_logement"), held.amount("logements_abattus")
    how = NATURE[claim.nature or Nature.ESTIME]
    if per_home.is_known and homes.is_known:
        inside = held.amount("logements_qpv")
        how += f", {abated_share(per_home, homes, inside)}"
    return label, value, " ; ".join([how + without(held), *partly])


NO_PROGRAMME: Final = (
    "Le programme d’actions n’est pas fourni : ce qui est justifié n’est pas connu."
)
_PROVED: Final = Phrase("{actions:s action}, {valued:€} valorisés. {covered}.")
_VALUED: Final = Phrase("{actions:s action}, {valued:€} valorisés.")
_PAYERS: Final = Phrase(
    "Qui paie : État {back:€} ({rate}), collectivités {lost:€}, autres contribuables {spread:€}."
)


def money_lines(held: Within) -> tuple[str, ...]:
    """Write what of the abatement is justified and what lacks, who pays it, what is separate.

    Of the claims of the quarter, one that is not known is written so.
    """
    out, note = [], ""
    if not held.has("valorise"):
        out.append(NO_PROGRAMME)
    else:
        names = {"actions": "actions", "valued": "valorise", "left": "reste_a_justifier"}
        phrase = _PROVED if held.has("part_prouvee") else _VALUED
        facts = {hole: held.amount(name) for hole, name in names.items()}
        out.append(phrase.filled({**facts, "covered": covered(held)}))
        if phrase is _PROVED:
            note = rounded_sum(held.amount("acquis"), facts["valued"], facts["left"])
    if held.amount("acquis").exceeds_nil and held.has("perte"):
        names = {"back": "compensation", "lost": "perte", "spread": "reporte_contribuables"}
        facts = {hole: held.amount(name) for hole, name in names.items()}
        out.append(_PAYERS.filled({**facts, "rate": RATE_TO_CONFIRM}))
        note = note or rounded_sum(held.amount("acquis"), *facts.values())
    return (*out, *filter(None, [note, quarter_sentence(held)]))


def covered(held: Within) -> str:
    """Write what of the abatement is justified, of it what has a dated piece, and what lacks."""
    facts = {"justified": held.amount("part_justifiee"), "proved": held.amount("part_prouvee")}
    return _COVERED.filled({**facts, "lacking": lacking(held.amount("reste_a_justifier"))})


_COVERED: Final = Phrase(
    f"Abattement justifié à {{justified:%}}, à {{proved:%}} {PIECES.avec_en_entier} ; {{lacking}}"
)
WITHHELD: Final = (
    "Masqué : moins de 30 ménages, une seule résidence ou 1 à 10 ménages d’autres bailleurs."
)
NOT_BY_QUARTER: Final = "L’enquête n’est pas lue par quartier."
UNASKED: Final = "Ici, personne n’a été interrogé ou n’a répondu."
DAGGER: Final = "†"
DAGGER_NOTE: Final = "† entre immeubles comparables, l’enquête ne dit pas la même chose"
_MOVED: Final = Phrase("{mark} passé de {early} ({before}) à {late} ({after})")
_MAYBE: Final = Phrase("peut-être : de {early} à {late}")
_ENOUGH: Final = 100
"""Fewest answers of a movement of one quarter that bears figures."""


def movement(row: Mapping[Any, Any] | None, early: float | None, late: float | None) -> str:
    """Write how a gap moved between the last two waves; nothing without a change that is shown.

    `row` is of the comparison; `early` and `late` are the gaps of the two waves, as released.
    """
    if row is None or row["publication"] not in SHOWN or early is None or late is None:
        return ""
    verdict = str(row["verdict"])
    if verdict not in ("hausse", "baisse") or int(row["n"]) < _ENOUGH:
        return VERDICTS.get(verdict, "")
    before, _, after = str(row["vague"]).partition("-")
    start, end = _points(early), _points(late)
    if row["isole"] == ALONE:
        return _MAYBE.format(early=start, late=end)
    return _MOVED.format(mark=SIGNS[verdict], before=before, after=after, early=start, late=end)


def _points(gap: float) -> str:
    return number(100 * gap, sign=True)


def mode_note(*, changed: bool) -> str:
    """Write after a movement that the firm or the mode changed; nothing where they did not."""
    return f", {MODE_CHANGED}" if changed else ""


_HEARD: Final = Phrase("● ici, {here} ○ ailleurs, {elsewhere} · écart en points, {level}")
_RATES: Final = Phrase("environ {here:s réponse} pour 100 logements ici, {elsewhere:n} ailleurs")
_SPAN: Final = Phrase("{low:n} à {high:s ménage}")
_ONE: Final = Phrase("{low:s ménage}")


def answered(lines: Sequence[GapLine]) -> tuple[str, str]:
    """Write how many answered here and elsewhere, over the questions that are shown."""
    shown = [line for line in lines if line.gap is not None and line.n_qpv and line.n_hors]
    if not shown:
        return "", ""
    return _between(line.n_qpv for line in shown), _between(line.n_hors for line in shown)


def heard(lines: Sequence[GapLine], here: Amount, elsewhere: Amount) -> str:
    """Write the answers for a hundred dwellings of each side; nothing where a side is not known.

    `here` and `elsewhere` are dwellings of the stock.
    """
    counts = [[line.n_qpv for line in lines], [line.n_hors for line in lines]]
    met = [max((float(n) for n in side if n), default=0.0) for side in counts]
    homes = [float(a.exact) if a.is_known else 0.0 for a in (here, elsewhere)]
    if not all((*met, *homes)):
        return ""
    rates = [100 * n / held for n, held in zip(met, homes, strict=True)]
    return _RATES.format(here=round(rates[0]), elsewhere=round(rates[1]))


def answers_note(page: QpvPage) -> str:
    """Write what marks mean, and how many answered on each side; nothing where no line has figures."""
    lines = page.gaps
    here, elsewhere = answered(lines)
    if not here:
        return ""
    notes = [_HEARD.format(here=here, elsewhere=elsewhere, level=LEVEL)]
    notes += [page.heard] * bool(page.heard)
    notes += [DAGGER_NOTE] * any(line.otherwise for line in lines)
    notes += [ISOLATED_MEANS] * any(line.alone for line in lines)
    return " · ".join(notes)


def _between(counts: Iterable[float | None]) -> str:
    found = [int(n) for n in counts if n]
    low, high = min(found), max(found)
    return (_ONE if low == high else _SPAN).format(low=low, high=high)


CLAIM_HOMES: Final = Phrase("Réclamer : {homes:s logement}")
_OF_HOME: Final = Phrase("{title} : {name}{homes:? ({homes})}")
_HOMES: Final = Phrase("{count:s logement}")
_PLAN: Final = Phrase("{title}{carried:? ({carried} viennent de {before})}")
_REVIEW: Final = Phrase(
    "Revoir la date de {count:s pièce}{several:?, d’abord| :} {action}{stake:? ({stake})}"
)
_PROVE: Final = Phrase(
    "{join:?Joindre|}{both:? ou dater|}{join:?|Dater} {count:s pièce}{several:?, d’abord| :} "
    "{action}{stake:? ({stake})}"
)
OUT_OF_FRAME: Final = ", hors du cadre"
MORE_TASKS: Final = Phrase("et {count:s ligne} de plus : voir « À faire »")
NUMBERED: Final = "Sur la carte : {names}."
NOTHING_TO_DO: Final = "Rien à réclamer, à situer, à programmer ni à joindre ici."


def home_line(title: str, name: str, dwellings: Amount | None) -> str:
    """Write what is to do about a résidence, with its dwellings where they are known."""
    homes = "" if dwellings is None else _HOMES.format(count=dwellings)
    return _OF_HOME.format(title=title, name=name, homes=homes)


def quarter_line(title: str, carried: Amount | None, year: int) -> str:
    """Write what is to do in the whole quarter, with what of it comes from the year before."""
    amount = "" if carried is None or not carried.exceeds_nil else euros(carried)
    return _PLAN.format(title=title, carried=amount, before=year - 1)


def prove(dated: Sequence[bool], action: str, stake: Amount | None) -> str:
    """Write how many proofs lack in a quarter, the one that is worth most first.

    `dated`: of each, whether its date alone lacks.
    """
    join = not all(dated)
    return _PROVE.format(
        join=join,
        both=join and any(dated),
        count=len(dated),
        several=len(dated) > 1,
        action=action,
        stake="" if stake is None else stake_words(stake),
    )


def review(count: int, action: str, stake: Amount | None) -> str:
    """Write how many pieces of a quarter are to review, the one that is worth most first."""
    shown = "" if stake is None else stake_words(stake)
    return _REVIEW.format(count=count, several=count > 1, action=action, stake=shown)


def stake_words(amount: Amount | None) -> str:
    """Write what a line is worth; « – » where it changes no amount."""
    return euros(amount) if amount is not None and amount.may_exceed_nil else NOTHING


UNPLACED: Final = Phrase("{name}, {homes:s logement} : non {homes:a situé/situés}")
UNPLACED_WHY: Final = "{address} : {reason} Rien n’est dessiné."
MORE_UNPLACED: Final = Phrase("et {count:s autre} : voir « À faire »")
TOO_EARLY: Final = Phrase(
    "L’enquête de {wave} précède les actions de {year} : elle ne dit pas encore leur effet."
)
NO_CAUSE: Final = "Actions et réponses sont mises côte à côte : l’une n’explique pas l’autre."


def page_in_words(page: QpvPage) -> str:
    """Write the whole page in sentences: for a reader who cannot see it."""
    figures = [f"{value} {label}, {detail}." for label, value, detail in page.figures]
    bars = [f"{bar.words}." for bar in page.bars if bar.words]
    scope = [f"{page.gap_scope.removesuffix('.')}."] if page.gap_scope else []
    tasks = [f"{k}. {t.text} : {t.stake}, {t.due}." for k, t in enumerate(page.tasks, 1)]
    rates = [f"{page.heard.capitalize()}."] if page.heard else []
    rest = (*page.lines, *scope, *map(_gap_in_words, page.gaps), *rates, *tasks, *page.notes)
    return " ".join([*figures, *bars, *rest])


def _gap_in_words(line: GapLine) -> str:
    if line.gap is None:
        return f"{line.label} : {line.words}."
    levels = ""
    if line.qpv is not None and line.hors is not None:
        levels = f"{percent(line.qpv)} de satisfaits en QPV, {percent(line.hors)} ailleurs, "
    moved = f" ; {line.moved}" if line.moved else ""
    return f"{line.label} : {levels}{line.phrase}, en points ({LEVEL}){moved}."


GAP_SCOPE_QUARTER: Final = "Ménages de ce quartier, comparés à ceux d’ailleurs"
_EVERYONE: Final = "Tous bailleurs (l’enquête ne nomme pas celui-ci) : ici et ailleurs"


def gap_scope(*, everyone: bool) -> str:
    """Write whose answers are shown: of the bailleur's tenants in the quarter, or of every bailleur's."""
    return _EVERYONE if everyone else GAP_SCOPE_QUARTER


GAP_SCOPE_NONE: Final = "Enquête absente ou résultats non publiables"
TAX_SOURCE: Final = "fichier de fiscalité {year}"
PROGRAMME_SOURCE: Final = "programme d’actions {year}"
"""Names of sources under a map."""


def against(first: str) -> str:
    """Put what figures like with like say before the raw ones."""
    return f"{first} ; en brut, " if first else ""


def survey_source(wave: str, target: str) -> str:
    """Name the survey under a map, and what its intervals are about."""
    about = f" (cible : {target})" if target else ""
    return f"enquête {wave}{about}"


def source_words(role: str, reference: str, date: str) -> str:
    """Name a geography under a map: what it is and its date."""
    name = f"périmètres des QPV {role.removeprefix('qpv')}" if role.startswith("qpv") else reference
    return f"{name} ({plain_date(date)})" if date else name
