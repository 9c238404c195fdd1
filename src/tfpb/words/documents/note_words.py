"""The answer first: sentences of the note, on one page, and the last words of a run."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.amount import between, known, total
from tfpb.facts.claim import STATES, State
from tfpb.facts.survey_claims import FEW, verdict_scope
from tfpb.model.codes import ALONE, SHOWN, Verdict
from tfpb.model.report import Headed
from tfpb.packaged import packaged
from tfpb.text import capital
from tfpb.words.money.programme_words import justified_words, share_words
from tfpb.words.money.state_words import (
    RESERVED,
    UNSETTLED,
    acquired,
    left_out,
    nature_words,
    without,
)
from tfpb.words.numbers import (
    ON_REPLY,
    THIN,
    UNKNOWN,
    bounded,
    euros,
    gap_number,
    number,
    percent,
    rough,
    rounded_sum,
    whole_percent,
)
from tfpb.words.phrase import Phrase
from tfpb.words.places.side_words import stock_facts
from tfpb.words.survey.satisfaction import join
from tfpb.words.survey.verdict_words import (
    MODE_CHANGED,
    VERDICTS,
    margin_words,
    marks_of_row,
    printed_ends,
    verdict_words,
    weakness,
)
from tfpb.words.terms import PIECES, PLAN, SIDES
from tfpb.words.terms import VERDICTS as READERS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claim, Claims, Within
    from tfpb.facts.surplus import Surplus
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Cell
    from tfpb.model.survey import WaveFacts

_TEXTS: Final = packaged(__name__)
TITLE: Final = "Abattement de taxe foncière {year} : {bailleur}"
QUARTERS: Final = Phrase("{count:s quartier prioritaire/quartiers prioritaires} (QPV)")
AS_OF: Final = Phrase("état au {day:d}")
_TOWNS: Final = Phrase("{count:s commune}")
_DUE: Final = Phrase("bilan dû au préfet le {day:d}")
_DUES: Final = Phrase("{count:s bilan} à remettre, le premier le {day:d}")
_DUES_AT_ONCE: Final = Phrase("{count:s bilan} à remettre le {day:d}")
_UNDATED: Final = "bilan à dater"
IS_JUSTIFIED: Final = "1. L’abattement est-il justifié ?"
WHO_PAYS: Final = "2. Qui paie ?"
OF_TENANTS: Final = "3. Les locataires des QPV sont-ils moins satisfaits ?"
WHAT_TO_DO: Final = "4. Que faire ?"
COLUMNS: Final = (
    "Quartier", "Abattement (€)", "", capital(PIECES.avec), capital(PIECES.a_revoir),
    capital(PIECES.sans_court), capital(PLAN.manque), "Contents de leur résidence",
)  # fmt: skip
WITH_PIECE: Final = PIECES.avec_en_entier
TO_REVIEW: Final = PIECES.a_revoir
WITHOUT_PIECE: Final = PIECES.sans
LACKING: Final = PLAN.manque
OPEN_ABATEMENT: Final = "abattement en partie inconnu"
LEFT: Final = Phrase(
    "il manque {reste_a_justifier:€≈} dans {count:s quartier}. D’abord {name} ({largest:€≈})"
)
LEFT_BOUNDED: Final = Phrase("il manque {reste_a_justifier:€≈}. D’abord {name} ({largest:€≈})")
LEFT_IN_ONE: Final = Phrase("il manque {reste_a_justifier:€≈} : {name}")
NOTHING_LEFT: Final = Phrase("rien ne manque, quartier par quartier")
LEFT_UNKNOWN: Final = Phrase("on ne sait pas ce qui manque")
LEFT_AT_MOST: Final = Phrase("il manque {reste_a_justifier:€≈}")
RESERVED_TOO: Final = Phrase("En plus, sous réserve : {amount:€≈}.")
SPENT: Final = Phrase("Actions : {realise:€≈} réalisés, {valorise:€≈} valorisés.")
PLACED: Final = Phrase(
    "En QPV : {logements_qpv:n} logements sur {logements:n} ; {entrees_situees:n} entrées situées sur "
    "{entrees:n}."
)
_VERDICT: Final = Phrase(
    "Les actions déclarées justifient {justified} de l’abattement{known:? : {justifie:€} sur {acquis:€}"
    "{nature}|}, {proved}."
)
_PROVED: Final = Phrase(f"dont {{prouve:€}} ({{share}}) {WITH_PIECE}")
_PROVED_AT: Final = Phrase(f"et {{share}} {WITH_PIECE}")
NO_PROGRAMME: Final = Phrase(
    "Abattement {year} acquis : {acquis:€≈}{nature} ; sans programme d’actions, rien ne dit ce qui le "
    "justifie."
)
TOTAL: Final = "Total"
OTHERS: Final = Phrase("{count:s autre quartier/autres quartiers}")
TO_CONFIRM: Final = "Montants à confirmer : feuille « À régler »."
SURPLUS: Final = Phrase("{name} : {more:€≈} de plus que le sien, sans compenser les autres.")
SURPLUSES: Final = Phrase(
    "{count:s quartier} dépassent le leur, d’abord {name} ({more:€≈}), sans compenser les autres."
)
_DROIT_COMMUN: Final = Phrase(
    "Droit commun{year}, au-delà de l’ordinaire : {surplus:€≈} de plus en QPV{to_confirm:?, à confirmer|}"
    "{margin}{share} ; hors actions."
)
_MARGIN: Final = Phrase(
    " (marge : {between:€≈}{rest:?, {rest:n} sans coût comparable|}"
    "{either:? : on ne sait pas si c’est plus|})"
)
_NO_MARGIN: Final = Phrase(
    " (sans marge d’incertitude calculable{rest:?, {rest:n} sans coût comparable|})"
)
_ELSEWHERE: Final = "Contents de leur résidence ailleurs, {wave} : {level}."
_ELSEWHERE_HIDDEN: Final = (
    "Contents de leur résidence, {wave} : {here} en QPV, {level} ailleurs ; par quartier, {span} (feuille "
    "« Satisfaction »)."
)
_SATISFIED: Final = "Satisfaits (question dessous)"
_ELSEWHERE_OF_ONE: Final = "Satisfaits, « {subject} », {wave} : ailleurs, {level}."
_ELSEWHERE_OF_ONE_HIDDEN: Final = (
    "Satisfaits, « {subject} », {wave} : {here} en QPV, {level} ailleurs ; par quartier, {span} (feuille "
    "« Satisfaction »)."
)
MASKED: Final = "Masqué : trop peu de ménages ou de résidences."
_ASIDE: Final = Phrase.table(**_TEXTS["aside"])
_WITHOUT: Final = "Logements dont l’abattement n’est pas acquis : {parts}."
NOBODY_KNOWN: Final = "On ne sait pas : l’abattement acquis n’est pas connu."
PARTLY_KNOWN: Final = (
    "L’abattement acquis n’est connu qu’en partie : ce que chacun paie ne l’est pas."
)
NOTHING_PAID: Final = "Personne : aucun abattement n’est acquis."
_PAYERS: Final[dict[str, str]] = _TEXTS["payers"]
A_HOME: Final = Phrase(
    "{several:?Les communes perdent|La commune perd} {lost:€} par logement abattu."
)
_STATE_PART: Final = Phrase(
    "* L’État rembourse {share:%} aux collectivités{unsure:?, taux à confirmer}."
)
READ_ALONE: Final = "Montants : de la seule part connue."
_COUNTED: Final = Phrase(
    "En QPV, moins satisfaits sur {lower:n} {lower:a question/questions} sur {total:n}"
    "{unsure:? (dont {sure:s sûre})|}, autant (à {margin} près) ou plus sur {level:n}"
    "{alone:?, peut-être sur {alone:n} (isolé)|}{unknown:?, on ne sait pas sur "
    "{unknown:n}|}{masked:?, masqué sur {masked:n}|}{empty:?, sans réponse sur {empty:n}|}."
)
_CHANGED: Final = Phrase("Depuis {wave}, {count:s écart} en {side} des QPV ({sign}){names}.")
_ASKED: Final = (
    "Satisfaits", "", "Écart en points (marge à 90 %)",
)  # fmt: skip
_SINCE: Final = "Depuis {wave}"
_ANSWERED: Final = Phrase("Enquête {when} : {count:s ménage}{rate}.")
BAND: Final = "Bande grise : autant."
_BEFORE: Final = Phrase("○ {wave} ; – pas de changement démontré.")
_OF_REGION: Final = ", toute la région"
_RATE: Final = Phrase(", {rate:n} réponses pour 100 contactés")
DAGGER: Final = "† Entre immeubles comparables, autre écart, ou pas de réponse possible."
NONE_ALIKE: Final = "Entre immeubles comparables, pas de réponse possible."
SURE: Final = "Sûres : trop nettes, même parmi tant de questions, pour être dues au hasard."
OTHER_QUESTIONS: Final = Phrase(
    "{count:s autre question/autres questions} : feuille « Satisfaction »."
)
TOO_EARLY: Final = "L’enquête précède les actions de {year} : elle ne dit pas encore leur effet."
NOT_SHOWN_HERE: Final = "Cette enquête ne peut pas montrer si les actions servent."
TO_DO: Final = ("Avant le", "Quoi", "Enjeu (€)", "Qui")
STAKE: Final = "Les enjeux ne s’additionnent pas."
_MORE: Final = "Pas la place ici : {names}."
_EVERY: Final = Phrase("Feuille « À faire » : {count:s ligne}.")
NOTHING_LACKS: Final = "Rien de ce que ce dossier vérifie ne manque."
NEXT_SURVEY: Final = ("Fixer la prochaine enquête", "")
NO_STAKE: Final = "–"
UNKNOWN_STAKE: Final = "inconnu"
GIVE_FILE: Final = "Fournir « {name} » :"
_AT_ONCE: Final = "sans attendre"
_OPEN_DAY: Final = "date à fixer"
_TO: Final = "{first} au {last}"
_TASKS: Final[dict[str, list[str]]] = _TEXTS["tasks"]
"""What is to do, by kind: what stands out, then the rest."""
_ON_NOTICES: Final = Phrase(" ; {borne:€} déjà sur avis, à rendre si hors QPV")
_OF_HOMES: Final = Phrase("{name} ({homes:n})")
_OF_EUROS: Final = Phrase("{name} ({stake:€≈})")
_OF_ACTION: Final = "« {name} », {quarter}"
_PLANNED: Final = Phrase("manque {lacking:n} + reporté de {year} {carried:n} = {whole:n} ; ")
_ALONE: Final = Phrase("{name} {stake:€≈}")
_ACQUIRED: Final = "de l’abattement acquis"
_ACTION: Final = 46
_NAME: Final = 26
"""Signs of a quarter’s name that the page holds."""
_LABEL: Final = 46
NAMED: Final = 3
MOST_NAMED: Final = 2
"""Subjects that a line of what is to do names: the others are counted."""
_OTHER_NAMES: Final = Phrase("{count:s autre}")
_HIDDEN: Final = STATES[State.MASQUE]
NOT_SHOWN: Final = VERDICTS[Verdict.NON_DEMONTRE]
_UP: Final = "▲ "
_DOWN: Final = "▼ "


def short(name: str, most: int = _NAME) -> str:
    """Cut a name to what the page holds."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip(_LOOSE)}…"


_LOOSE: Final = " -–,("
"""Signs that a cut name does not end with."""


def cut_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Cut the names of quarters, by code: in their middle those that would look alike."""
    cut = {code: short(name) for code, name in names.items()}
    alike = {name for name, count in Counter(cut.values()).items() if count > 1}
    for code, name in names.items():
        if cut[code] in alike and len(name) > _NAME:
            tail = name[-_TAIL:].lstrip(_LOOSE)
            cut[code] = f"{name[: _NAME - 1 - len(tail)].rstrip(_LOOSE)}…{tail}"
    return cut


_TAIL: Final = 13
"""Last signs that a name cut in its middle keeps."""


def towns(names: Iterable[str]) -> str:
    """Name the communes of quarters, or count them beyond three."""
    each = sorted({one.strip() for name in names for one in name.split(",") if one.strip()})
    return ", ".join(each) if len(each) <= NAMED else _TOWNS.format(count=len(each))


def account_due(days: Sequence[dt.date], undated: Sequence[object]) -> str:
    """Write when the yearly account is due; empty where no convention asks for one."""
    if not days:
        return _UNDATED if undated else ""
    several = _DUES if len(set(days)) > 1 else _DUES_AT_ONCE
    return (several if len(days) > 1 else _DUE).format(count=len(days), day=days[0])


def is_share_known(claims: Claims) -> bool:
    """Return whether the verdict has what is justified in euros: then of how much is said there."""
    held = claims.within()
    return claims.has("part_justifiee") and all(
        held.amount(n).is_known for n in ("part_justifiee", "justifie", "acquis")
    )


def verdict(claims: Claims, facts: Mapping[str, object]) -> str:
    """Open the page: how much the actions justify, how much of it with a dated piece; euros where known."""
    if not claims.has("part_justifiee"):
        return f"{capital(justified_words(claims))}."
    proof, amount = claims.amount("part_prouvee"), claims.amount("prouve")
    own = {**facts, "share": share_words(proof)}
    is_known = is_share_known(claims)
    both = is_known and proof.is_known and amount.is_known
    own |= {
        "justified": share_words(claims.amount("part_justifiee")),
        "known": is_known,
        "proved": (_PROVED if both else _PROVED_AT).filled(own),
    }
    return _VERDICT.filled(own)


def second(left: str, whole: str) -> str:
    """Write what lacks, of how much where the first sentence does not say it."""
    return f"Sur {whole}, {left}." if whole else f"{capital(left)}."


def droit_commun(
    found: Surplus, amount: Amount, share: Amount | None, *, to_confirm: bool, bounded: bool
) -> str:
    """Write the surplus of droit commun in one line, with its margin.

    `amount` is between its bounds where a question is open (`bounded`); `share` is of the abatement, None
    where it argues nothing.
    """
    wide = found.low < found.high
    facts = {
        "between": between(found.low, found.high, "echantillon") if wide else known(found.low),
        "rest": found.uncounted,
        "either": found.low <= 0 <= found.high,
    }
    margin = "" if bounded else (_MARGIN if found.is_bounded else _NO_MARGIN).filled(facts)
    return _DROIT_COMMUN.filled({
        "year": "" if found.year is None else f" {found.year}",
        "surplus": amount,
        "to_confirm": to_confirm,
        "margin": margin,
        "share": "" if share is None else f", {share_words(share)} de l’abattement",
    })  # fmt: skip


def on_top_of(acquired: Amount) -> str:
    """Write on top of what something is; empty where nothing is acquired."""
    if acquired.is_nil:
        return ""
    return f", en plus {f'des {euros(acquired)}' if acquired.is_known else _ACQUIRED}"


def whole(acquired: Amount) -> str:
    """Write after « sur » what is acquired: an amount, or an abattement between its bounds."""
    text = rough(acquired)
    return f"un abattement {text}" if text.startswith("de ") else text


def unread(held: Within) -> str:
    """Write which dwellings leave the abatement open, as a sentence; empty when none does."""
    left = left_out(held)
    return f"{left[0].upper()}{left[1:]}." if left else ""


def signed(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Write a sign for « selon une réponse » in cells: a narrow one would give it lines of its own."""
    return tuple(
        replace(cell, head=_signed(cell.head))
        if isinstance(cell, Headed)
        else _signed(cell)
        if isinstance(cell, str)
        else cell
        for cell in row
    )


def sign_note(rows: Iterable[tuple[Cell, ...]]) -> str:
    """Write what the sign means, where some cell bears it."""
    heads = (c.head if isinstance(c, Headed) else c for row in rows for c in row)
    return _SIGN_NOTE if any(isinstance(h, str) and _SIGN in h for h in heads) else ""


def _signed(text: str) -> str:
    return text.replace(f" {ON_REPLY}", f"{THIN}{_SIGN}")


_SIGN: Final = "‡"
_SIGN_NOTE: Final = f"{_SIGN} {ON_REPLY}."


_PARTS: Final = ("acquis", "prouve", "a_revoir", "a_prouver", "reste_a_justifier")


def balance(amounts: Mapping[str, Amount]) -> tuple[str, ...]:
    """Write what is acquired, then its parts, each rounded as every medium rounds it: half up, alone.

    Printed parts may differ by a euro or two from the printed sum: `rounding_note` says so.
    """
    return tuple(rough(amounts[n], "") for n in _PARTS)


def rounding_note(rows: Iterable[Mapping[str, Amount]]) -> str:
    """Write that printed euros do not add up where, in some line or column, they do not."""
    lines = [[amounts[n] for n in _PARTS] for amounts in rows]
    *parts, last = lines
    across = [rounded_sum(*line) for line in lines]
    down = [rounded_sum(*column) for column in zip(last, *parts, strict=True)] if parts else []
    return next(filter(None, (*across, *down)), "")


def content(claim: Claim) -> str:
    """Write a share of tenants as its state has it: a figure, « masqué », « à confirmer »."""
    if claim.value is None or not claim.value.is_known:
        return STATES[claim.state]
    marked = claim.state in {*FEW, State.A_CONFIRMER}
    mark = f", {STATES[claim.state]}" if marked else ""
    return f"{percent(claim.value.exact)}{mark}"


def column(place: int, subject: str) -> str:
    """Return the heading of a column; what tenants say of one `subject` is no content with the résidence."""
    return _SATISFIED if subject and place == len(COLUMNS) - 1 else COLUMNS[place]


def elsewhere(
    level: Claim, subject: str, wave: str, here: Claim, levels: Sequence[Claim] = ()
) -> str:
    """Write the share out of quarters, and the question where the heading leaves it to this note.

    Without their column, `levels` of the quarters are written by their span, and how many are not shown.
    """
    facts = {"wave": wave, "subject": subject, "level": content(level), "here": content(here)}
    if levels:
        phrase = _ELSEWHERE_OF_ONE_HIDDEN if subject else _ELSEWHERE_HIDDEN
        return phrase.format(**facts, span=span(levels))
    return (_ELSEWHERE_OF_ONE if subject else _ELSEWHERE).format(**facts)


def span(levels: Sequence[Claim]) -> str:
    """Write between what shares some quarters lie, and how many are not shown."""
    known_ones = sorted(c.value.exact for c in levels if c.value is not None and c.value.is_known)
    hidden = Counter(STATES[c.state] for c in levels if c.value is None or not c.value.is_known)
    parts = [
        f"{number(count)} {word}{'s' * (count > 1 and word == _HIDDEN)}"
        for word, count in hidden.items()
    ]
    if known_ones:
        low, high = (percent(v) for v in (known_ones[0], known_ones[-1]))
        parts.insert(0, high if low == high else f"{low.removesuffix(f'{THIN}%')} à {high}")
    return ", ".join(parts)


def aside(held: Within) -> str:
    """Write which dwellings of the quarters have no settled abatement, by why; empty when none is known.

    What a notice or a right leaves open stands once, by its own name: elsewhere it is counted at least.
    """
    every = {name: held.amount(name) for name in _ASIDE}
    homes = {
        name: n if n.is_known else between(n.at_least, None, *n.why) for name, n in every.items()
    }
    parts = [_ASIDE[name].format(homes=n) for name, n in homes.items() if n.exceeds_nil]
    return _WITHOUT.format(parts=", ".join(parts)) if parts else ""


def payer(name: str, towns: int) -> str:
    """Name who pays a part; communes are counted where there are several."""
    if name == "perte_communes" and towns > 1:
        return _TOWNS.format(count=towns)
    return _PAYERS[name]


def paid(amount: Amount, share: Amount | None) -> tuple[str, str]:
    """Write what is paid, then its share where both are known."""
    return rough(amount), "" if share is None else f"· {percent(share.exact)}"


def state_part(share: str, *, verified: bool) -> str:
    """Write what the State returns of what collectivities lose."""
    return _STATE_PART.format(share=Decimal(share), unsure=not verified)


def questions_asked(before: str) -> tuple[str, ...]:
    """Title the columns of questions; the last goes without a wave before."""
    return (*_ASKED, _SINCE.format(wave=before)) if before else _ASKED


def question(label: str) -> str:
    """Write a question, cut to what the page holds."""
    return short(label, _LABEL)


def counted(counts: Mapping[str, object], margin: float) -> str:
    """Count the questions by what they come to, in the words of readers."""
    return _COUNTED.filled({**counts, "margin": margin_words(margin)})


def changed(wave: str, count: int, names: Sequence[str], *, up: bool) -> str:
    """Count the gaps that moved, for sure; `names` are those that the page does not show."""
    facts = {"wave": wave, "count": count, "side": "faveur" if up else "défaveur"}
    facts |= {
        "sign": (_UP if up else _DOWN).strip(),
        "names": f" : {named(names)}" if names else "",
    }
    return _CHANGED.filled(facts)


def before_sign(wave: str) -> str:
    """Write what stands for the wave before, and what a dash is."""
    return _BEFORE.format(wave=wave)


def tick(points: int) -> str:
    """Write a tick of the axis of gaps."""
    return number(points, sign=True)


def of_sides(*, shared: bool) -> str:
    """Define « ailleurs », once on the page."""
    return SIDES.ailleurs_de_tous if shared else SIDES.ailleurs_du_bailleur


def gap(phrase: str, *, doubt: bool) -> tuple[str, str]:
    """Cut a gap after what it comes to; a dagger where like with like says otherwise or nothing."""
    end = min((k for k in (phrase.find(", "), phrase.find(" (")) if k >= 0), default=len(phrase))
    return phrase[
        : end + (phrase[end : end + 1] == ",")
    ], f"{phrase[end:].lstrip(' ,')}{f'{THIN}†' * doubt}"


def read_gap(row: Mapping[Any, Any], margin: float, *, doubt: bool) -> tuple[str, str]:
    """Write a gap in the reader's words: « moins », then « −17 (−20 à −12) »; its own word where not shown.

    `row` is a line of `survey_view.gaps`.
    """
    code, low, high = str(row["verdict"]), float(row["ic90_bas"]), float(row["ic90_haut"])
    hidden = row["publication"] not in SHOWN or code not in READERS or math.isnan(low + high)
    if hidden:
        return verdict_words(code, str(row["publication"])), ""
    ends = " à ".join(_signed_points(end) for end in printed_ends(low, high, margin))
    size = f"{_signed_points(100 * row['ecart'])} " if code in _SIZED else ""
    marks = marks_of_row({**row, "isole": ALONE if row["isole"] is True else row["isole"]})
    weak = weakness(str(row["publication"]), **marks)
    return f"{READERS[code]},", f"{size}({ends}){f', {weak}' if weak else ''}{f'{THIN}†' * doubt}"


_SIZED: Final = (Verdict.INFERIEUR, Verdict.ECART_DEFAVORABLE, Verdict.MEILLEUR)
"""Verdicts of a gap whose size is written, not its margin alone."""


def _signed_points(points: float) -> str:
    exact = round(points, 1)
    return number(exact, 0 if float(exact).is_integer() else 1, sign=True)


def moved(
    word: str, gaps: tuple[float, float] | None, levels: tuple[float, float] | None, *, alone: bool,
    doubt: bool, mode: bool, rises: bool,
) -> str:  # fmt: skip
    """Write what became of a gap, and of the level in QPV where both waves show it.

    `word` is of a gap without established change: « – » of one that was looked at; `gaps` are then and now,
    None where no change is established.
    """
    if gaps is None:
        return NO_STAKE if word == NOT_SHOWN else word
    before, after = map(gap_number, gaps)
    text = f"peut-être, de {before} à {after}" if alone else f"de {before} à {after}"
    sign = "" if alone else (_UP if rises else _DOWN)
    marks = f", {MODE_CHANGED}" * mode + f"{THIN}†" * doubt
    then = "" if levels is None else f" ; QPV {whole_percent(levels[0])} → {percent(levels[1])}"
    return f"{sign}{text}{marks}{then}"


def named(labels: Sequence[str]) -> str:
    """Name some questions, three at most; the others are counted."""
    shown = [f"« {short(one, _LABEL)} »" for one in labels[:NAMED]]
    rest = len(labels) - len(shown)
    return join([*shown, *([_OTHER_NAMES.format(count=rest)] if rest else [])])


def answered(
    wave: WaveFacts, households: int, rate: float | str | None, *, shared: bool = False
) -> str:
    """Write how many answered a wave; out of how many, where the delivery holds no others."""
    return _ANSWERED.format(
        when=f"{wave.periode or wave.vague}{_OF_REGION * shared}",
        count=households,
        rate=_RATE.format(rate=rate * 100) if isinstance(rate, float) else "",
    )


def stake(amount: Amount) -> str:
    """Write what hangs on a line, without its sign; « inconnu » where nothing bounds it."""
    text = rough(amount, "")
    return UNKNOWN_STAKE if text == UNKNOWN else text


def by_when(days: Sequence[dt.date], *, at_once: bool) -> str:
    """Write by when: at once, a day, from the first day to the last, or that nobody dated it."""
    if at_once or not days:
        return _AT_ONCE if at_once else _OPEN_DAY
    first, last = (f"{day:%d/%m/%Y}" for day in (days[0], days[-1]))
    return last if first == last else _TO.format(first=first, last=last)


def rest_to_do(left: Sequence[str], every: int) -> list[str]:
    """Name what the page does not hold with its euros, and count the lines of the list."""
    out = [_MORE.format(names=", ".join(left))] if left else []
    return [*out, _EVERY.format(count=every)] if every else out


def on_notices(amount: Amount | None) -> str:
    """Write what notices bear already of what waits for a side; nothing where that is not known."""
    return "" if amount is None else _ON_NOTICES.format(borne=amount)


def subjects(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Name the first things that something is to be done about; the others are counted."""
    rest = len(names) - most
    between = " ; " if any("," in name for name in names[:most]) else ", "
    return between.join([*names[:most], *([_OTHER_NAMES.format(count=rest)] if rest > 0 else [])])


def task(code: str, title: str, facts: Mapping[str, object]) -> tuple[str, str]:
    """Write what is to do of a kind: what stands out, then the rest."""
    head, text = _TASKS.get(code, (f"{title} :", "{names}."))
    return Phrase(head).filled(facts), Phrase(text).filled(facts)


def at(name: str, home: str) -> str:
    """Write the name of a résidence, and its identifier where another has the same."""
    return f"{short(name)} n° {home}" if home else short(name)


def of_homes(name: str, homes: Amount | None) -> str:
    """Write a résidence with its dwellings."""
    return name if homes is None else _OF_HOMES.format(name=name, homes=homes)


def of_euros(name: str, amount: Amount | None) -> str:
    """Write a résidence, a quarter or an action with what hangs on it."""
    return name if amount is None else _OF_EUROS.format(name=name, stake=amount)


def of_action(name: str, quarter: str, amount: Amount | None) -> str:
    """Write an action with its quarter and what its proof is worth."""
    return of_euros(_OF_ACTION.format(name=short(name, _ACTION), quarter=quarter), amount)


def of_quarter(name: str, amount: Amount | None) -> str:
    """Write a quarter with what is to be planned there."""
    return name if amount is None else _ALONE.format(name=name, stake=amount)


def planned(whole: Amount, lacking: Amount, carried: Amount, year: int) -> str:
    """Write what is to plan as the sum of what lacks and what is carried over; nothing where it is not."""
    known_ones = all(amount.is_known for amount in (whole, lacking, carried))
    if not (known_ones and carried.exceeds_nil and lacking.exact + carried.exact == whole.exact):
        return ""
    return _PLANNED.format(whole=whole, lacking=lacking, carried=carried, year=year)


def closing(dossier: Dossier, folder: str, review: str = "") -> list[str]:
    """Sum a run up in lines of plain French.

    `folder` and `review` are the names of the folder and of the workbook of what is left to decide, if any.
    """
    lines = [*_stock(dossier), *_money(dossier), *_survey(dossier)]
    lacking = [
        label
        for label, value in (
            ("l’enquête", dossier.survey),
            ("la fiscalité", dossier.abatement),
            ("le programme d’actions", dossier.programme),
            ("le droit commun", dossier.droit_commun),
            ("les conventions", dossier.conventions),
        )
        if value is None
    ]
    if lacking:
        lines.append(
            f"Il manque : {', '.join(lacking)}. Le dossier le dit à chaque page concernée."
        )
    if review:
        lines.append(_to_decide(review, dossier.settings.fichiers.decisions.replace("\\", "/")))
    lines.append(
        f"À ouvrir d’abord : {folder}/note.pdf (une page) ; puis {folder}/dossier.xlsx, feuilles "
        "« Synthèse » et « À régler »."
    )
    return lines


_STOCK: Final = Phrase(
    "Patrimoine : {residences:s résidence}, {entrees:s entrée}, {logements:s logement}, dont "
    "{logements_qpv:n} en QPV ({part})."
)
_TO_CHECK: Final = Phrase(
    "À vérifier : {entrees_a_verifier:s entrée}, {logements_a_verifier:s logement}"
    "{lost:?, dont {lost:s adresse introuvable/adresses introuvables}}."
)


def _stock(dossier: Dossier) -> list[str]:
    facts = stock_facts(dossier.claims)
    lines = [_STOCK.filled(facts)]
    if not dossier.claims.amount("entrees_a_verifier").may_exceed_nil:
        return lines
    unfound = int((dossier.located.entrances["result_verdict"] == "rejete").sum())
    return [*lines, _TO_CHECK.filled(facts | {"lost": unfound})]


def _money(dossier: Dossier) -> list[str]:
    lines, held = [], dossier.claims.within()
    if dossier.abatement is not None:
        value = acquired(held)
        whole = euros(held.amount("acquis")) == value
        # « sous réserve » follows with its amount
        head = (
            UNSETTLED if value == RESERVED else value + (nature_words(held) + without(held)) * whole
        )
        amounts = ((name, held.amount(code)) for code, name in _OTHER_AMOUNTS.items())
        parts = [
            f"{name} : {euros(amount)}"
            for name, amount in amounts
            if amount.exceeds_nil
            or (name == _UNREAD and held.has("non_lu") and amount.may_exceed_nil)
        ]
        named = f"Abattement {dossier.abatement.year}{' acquis' * whole}"
        line = " ; ".join([f"{named} : {head}", *parts])
        lines.append(line + ".")
    if dossier.programme is not None:
        count, valued = (dossier.claims.amount(name) for name in ("actions", "valorise"))
        lines.append(_ACTIONS.format(count=count, valued=valued))
    return lines


_ACTIONS: Final = Phrase("Programme : {count:s action}, {valued:€} valorisés.")
_UNREAD: Final = "sur des avis non lus"
_OTHER_AMOUNTS: Final = {
    "a_reclamer": "à réclamer", "a_risque": "à risque", "sous_reserve": "sous réserve", "perdu": "perdu",
    "non_lu": _UNREAD,
}  # fmt: skip
"""Claims that are told after the abatement."""


def _survey(dossier: Dossier) -> list[str]:
    if dossier.survey is None:
        return []
    last, claims = dossier.survey.last_wave, dossier.claims
    by_word: dict[str, list[Amount]] = {}
    for code, word in VERDICTS.items():
        if claims.has("questions", scope := verdict_scope(code)):
            by_word.setdefault(word, []).append(claims.amount("questions", scope))
    counted = " ; ".join(f"{w} : {bounded(total(of), number)}" for w, of in by_word.items())
    head = f"Satisfaction {last}, QPV comparés à ailleurs, nombre de questions par verdict"
    return [f"{head} – {counted}."]


def _to_decide(review: str, given: str) -> str:
    """Write what to do with the workbook of doubts; `given` is what dossier.toml names as decisions."""
    name = review.rpartition("/")[2]
    if given == review:
        return (
            f"Vos décisions restent dans {name} : s’il y a encore des lignes sans décision, remplissez-les "
            "et relancez."
        )
    put = f'ajoutez decisions = "{review}" sous [fichiers] du dossier.toml'
    if given:
        put = f'écrivez decisions = "{review}" au lieu de « {given} » dans dossier.toml'
    return f"Pour trancher ces doutes : remplissez {name} (une petite carte par ligne), {put}, et relancez."
