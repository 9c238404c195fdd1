"""The answer first: sentences of the note, on one page, and the last words of a run."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import between, known
from tfpb.facts.claim import STATES, State
from tfpb.facts.survey_claims import verdict_scope
from tfpb.model.codes import Publication
from tfpb.model.report import Headed
from tfpb.packaged import packaged
from tfpb.text import capital
from tfpb.words.money.accounts import axis_name
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
    long_date,
    number,
    percent,
    rounded_sum,
)
from tfpb.words.phrase import Phrase
from tfpb.words.places.side_words import stock_facts
from tfpb.words.survey.satisfaction import join
from tfpb.words.survey.verdict_words import VERDICTS, plainly

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claim, Claims, Within
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Cell
    from tfpb.model.survey import WaveFacts

_TEXTS: Final = packaged(__name__)
TITLE: Final = "Abattement de taxe foncière {year} : {bailleur}"
QUARTERS: Final = Phrase("{count:s quartier prioritaire/quartiers prioritaires} (QPV)")
CONVENTION: Final = "convention {name}"
AS_OF: Final = Phrase("état au {day:d}")
_TOWNS: Final = Phrase("{count:s commune}")
_DUE: Final = Phrase("bilan dû au préfet le {day:d}")
_DUES: Final = Phrase("{count:s bilan} à remettre, le premier le {day:d}")
_DUES_AT_ONCE: Final = Phrase("{count:s bilan} à remettre le {day:d}")
_UNDATED: Final = "bilan à dater"
IS_JUSTIFIED: Final = "1. L’abattement est-il justifié, et prouvé ?"
WHO_PAYS: Final = "2. Qui paie ?"
OF_TENANTS: Final = "3. Qu’en disent les locataires, et qu’est-ce qui bouge ?"
WHAT_TO_DO: Final = "4. Que faire, qui, pour quand ?"
COLUMNS: Final = (
    "Quartier", "Logements abattus / QPV", "Abattement acquis (€)", "= prouvé (€)",
    "+ justifié, à prouver (€)", "+ reste à justifier (€)", "", "Part prouvée · justifiée",
    "Contents de leur résidence",
)  # fmt: skip
PROVED: Final = "prouvé : pièce, avec sa date"
UNPROVED: Final = "justifié, preuve à joindre"
UNJUSTIFIED: Final = "reste à justifier (pointillé : abattement en partie inconnu)"
LEFT: Final = Phrase(
    "Sur {whole}{nature}, il reste {reste_a_justifier:€} à justifier dans {count:s quartier}. D’abord "
    "{name} : {largest:€}."
)
LEFT_BOUNDED: Final = Phrase(
    "Sur {whole}{nature}, il reste {reste_a_justifier:€} à justifier. D’abord {name} : {largest:€}."
)
LEFT_IN_ONE: Final = Phrase(
    "Sur {whole}{nature}, il reste {reste_a_justifier:€} à justifier : {name}."
)
NOTHING_LEFT: Final = Phrase(
    "Sur {whole}{nature}, il ne reste rien à justifier, quartier par quartier."
)
LEFT_UNKNOWN: Final = Phrase("Sur {whole}{nature}, on ne sait pas ce qui reste à justifier.")
LEFT_AT_MOST: Final = Phrase("Sur {whole}{nature}, il reste {reste_a_justifier:€} à justifier.")
RESERVED_TOO: Final = Phrase("Encore sous réserve : {amount:€}.")
BARE: Final = Phrase("Dans ce qui est justifié, {bare} attendent leur preuve.")
NO_PROGRAMME: Final = Phrase(
    "Abattement {year} acquis : {acquis:€}{nature} ; sans programme d’actions, rien ne dit ce qui le "
    "justifie."
)
HOMES: Final = ("logements_abattus", "logements_qpv")
TOTAL: Final = "Total"
OTHERS: Final = Phrase("{count:s autre quartier/autres quartiers}")
OTHERS_LACK: Final = Phrase(
    "Des {others:n} autres quartiers, {count:n} {count:a manque/manquent} de justification, {largest:€} au "
    "plus chacun."
)
WHAT_JUSTIFIES: Final = "Justifié : ce que les actions valent, au plus l’abattement du quartier."
TO_CONFIRM: Final = "À confirmer : un doute peut changer ces parts (feuille « À régler »)."
SURPLUS: Final = Phrase(
    "{name} a valorisé {more:€} de plus que le sien : cela ne compense pas les autres."
)
SURPLUSES: Final = Phrase(
    "{count:s quartier} ont valorisé plus que le leur, d’abord {name} ({more:€}) : cela ne compense pas les "
    "autres."
)
_ELSEWHERE: Final = "Contents de leur résidence : enquête {wave} ; ailleurs, {level}."
_SATISFIED: Final = "Satisfaits (question dessous)"
_ELSEWHERE_OF_ONE: Final = "Satisfaits : « {subject} », enquête {wave} ; ailleurs, {level}."
NOBODY: Final = "sans réponse"
MASKED: Final = (
    "Masqué : moins de 30 ménages, une seule résidence ou 1 à 10 ménages d’autres bailleurs."
)
_ASIDE: Final = Phrase.table(**_TEXTS["aside"])
_WITHOUT: Final = "Logements en QPV dont l’abattement n’est pas acquis : {parts}."
NOBODY_KNOWN: Final = "On ne sait pas : l’abattement acquis n’est pas connu."
PARTLY_KNOWN: Final = (
    "L’abattement acquis n’est connu qu’en partie : ce que chacun paie ne l’est pas."
)
NOTHING_PAID: Final = "Personne : aucun abattement n’est acquis."
_PAYERS: Final[dict[str, str]] = _TEXTS["payers"]
_EXCHANGE: Final = Phrase(
    "{nothing:?Sans abattement acquis|En échange} : {actions:s action}, valorisées {valued:€}{axes}."
)
_OTHER_AXES: Final = Phrase("autres {valued:€}")
A_HOME: Final = Phrase(
    "Coût pour {several:?les communes|la commune} : {lost:€} par logement abattu."
)
_STATE_PART: Final = Phrase(
    "* L’État rembourse {share:%} aux collectivités{unsure:?, taux à confirmer} ; leurs parts sont "
    "ce qui leur reste."
)
OTHER_PAYERS: Final = "Autres contribuables : taxes GEMAPI et d’équipement, reportées sur eux."
READ_ALONE: Final = "Montants : de la seule part connue."
ROSE: Final = "Depuis {wave}, écart plus favorable aux QPV : {names}."
FELL: Final = "Depuis {wave}, écart moins favorable aux QPV : {names}."
_ASKED: Final = (
    "Part de locataires satisfaits", "● QPV", "", "○ ailleurs",
    "Écart, en points (marge à 90 %)",
)  # fmt: skip
_SINCE: Final = "Écart depuis {wave}"
_AXIS: Final = "{label} (axe {axe})"
_ANSWERED: Final = Phrase("Enquête {when} : {count:s ménage}{sides}{rate}.")
_OF_REGION: Final = ", toute la région"
_SIDES: Final = Phrase(" ({here:n} en QPV, {elsewhere:n} ailleurs)")
_RATE: Final = Phrase(", {rate:n} réponses pour 100 ménages contactés")
DAGGER: Final = "† Entre immeubles comparables, autre écart, ou pas de réponse possible."
NONE_ALIKE: Final = "Entre immeubles comparables, pas de réponse possible."
SIGNS: Final = "▲ l’écart a bougé en faveur des QPV, ▼ en leur défaveur."
SURE: Final = "Sûres : trop nettes, même parmi tant de questions, pour être dues au hasard."
OTHER_QUESTIONS: Final = Phrase(
    "{count:s autre question/autres questions} : feuille « Comparaison »."
)
TOO_EARLY: Final = (
    "Les actions servent-elles ? L’enquête précède celles de {year} : elle ne le dit pas encore."
)
NOT_SHOWN_HERE: Final = "Les actions servent-elles ? Cette enquête ne peut pas le montrer."
TO_DO: Final = ("Quoi", "Enjeu (€)", "Qui", "Pour quand", "Voir")
STAKE: Final = Phrase(
    "Enjeu : l’abattement que la ligne change ; ces montants ne s’additionnent pas. Voir : "
    "{shared:?|page de rapport.pdf, où la carte du quartier porte la ligne, ou }feuille du classeur."
)
_MORE: Final = Phrase("{count:s autre ligne/autres lignes} non {count:a montrée/montrées} ici.")
_EVERY: Final = Phrase("Feuille « À faire » : {count:s ligne}.")
NOTHING_LACKS: Final = "Rien de ce que ce dossier vérifie ne manque."
NEXT_SURVEY: Final = (
    "Fixer la prochaine enquête :", "la seule façon de savoir si les actions servent.",
)  # fmt: skip
MOVED_SHEET: Final = "Évolution"
NO_STAKE: Final = "–"
UNKNOWN_STAKE: Final = "inconnu"
GIVE_FILE: Final = "Fournir « {name} » :"
_AT_ONCE: Final = "sans attendre"
_OPEN_DAY: Final = "date à fixer"
_TO: Final = "{first} au {last}"
_TASKS: Final[dict[str, list[str]]] = _TEXTS["tasks"]
"""What is to do, by kind: what stands out, then the rest."""
_ON_NOTICES: Final = Phrase(" {borne:€} sont déjà sur un avis : à rendre si c’est hors.")
_OF_HOMES: Final = Phrase("{name} ({homes:n})")
_OF_EUROS: Final = Phrase("{name} ({stake:€})")
_OF_ACTION: Final = Phrase("« {name} », {quarter} ({stake:€})")
_CARRIED: Final = Phrase("{name} {stake:€} (dont {carried:€} reportés de {year})")
_CARRIED_ALL: Final = Phrase(" En tout, {carried:€} sont reportés de {year}.")
_ALONE: Final = Phrase("{name} {stake:€}")
_ACQUIRED: Final = "de l’abattement acquis"
_ACTION: Final = 60
_NAME: Final = 26
"""Signs of a quarter’s name that the page holds."""
_LABEL: Final = 46
NAMED: Final = 3
_OTHER_NAMES: Final = Phrase("{count:s autre}")
_PAGES: Final = "p. {pages}"
_HIDDEN: Final = STATES[State.MASQUE]
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


def verdict(claims: Claims) -> str:
    """Open the page: how much is justified and proved, in the words of every medium."""
    text = justified_words(claims)
    return f"{capital(text)}."


def bare(amount: Amount) -> str:
    """Write what is valued without proof, as a sentence."""
    return BARE.format(bare=euros(amount))


def on_top_of(acquired: Amount) -> str:
    """Write on top of what something is; empty where nothing is acquired."""
    if acquired.is_nil:
        return ""
    return f", en plus {f'des {euros(acquired)} acquis' if acquired.is_known else _ACQUIRED}"


def whole(acquired: Amount) -> str:
    """Write after « sur » what is acquired: an amount, or an abattement between its bounds."""
    text = euros(acquired)
    return f"un abattement {text}" if text.startswith("de ") else text


def unread(held: Within) -> str:
    """Write which dwellings leave the abatement open, as a sentence; empty when none does."""
    left = left_out(held)
    return f"{left[0].upper()}{left[1:]}." if left else ""


def dwellings(amounts: Mapping[str, Amount]) -> str:
    """Write the dwellings abated among those in the quarter: « 1 128/1 483 »."""
    whole = all(amounts[name].is_known for name in HOMES)
    return ("/" if whole else " / ").join(bounded(amounts[name], number) for name in HOMES)


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


_PARTS: Final = ("acquis", "prouve", "a_prouver", "reste_a_justifier")


def balance(amounts: Mapping[str, Amount]) -> tuple[str, ...]:
    """Write what is acquired, then its parts, each rounded as every medium rounds it: half up, alone.

    Printed parts may differ by a euro or two from the printed sum: `rounding_note` says so.
    """
    return tuple(bounded(amounts[n], number) for n in _PARTS)


def rounding_note(rows: Iterable[Mapping[str, Amount]]) -> str:
    """Write that printed euros do not add up where, in some line or column, they do not."""
    lines = [[amounts[n] for n in _PARTS] for amounts in rows]
    *parts, last = lines
    across = [rounded_sum(*line) for line in lines]
    down = [rounded_sum(*column) for column in zip(last, *parts, strict=True)] if parts else []
    return next(filter(None, (*across, *down)), "")


def shares(proved: Amount, justified: Amount) -> str:
    """Write both shares: « 78 · 87 % », « au plus 66 · 82 % », « ? · 100 % » where nothing bounds one."""
    written = [_end(share) for share in (proved, justified)]
    if set(written) == {_UNBOUNDED}:
        return _UNBOUNDED
    ends = zip((proved, justified), written, strict=True)
    least = f"{AT_MOST} " if any(not a.is_known and end != _UNBOUNDED for a, end in ends) else ""
    unit = f"{THIN}%"
    first = unit if written[1] == _UNBOUNDED else ""  # a « ? » bears no sign
    return f"{least}{written[0]}{first}{_TIED}·{_TIED}{written[1]}{'' if first else unit}"


_UNBOUNDED: Final = "?"
_TIED: Final = "\u00a0"
AT_MOST: Final = "au plus"


def _end(share: Amount) -> str:
    """Write a share, or the most that it may be, without its sign: outwards, and never the whole for less."""
    most = share.exact if share.is_known else share.at_most
    if most is None or (most >= 1 and not share.is_known):
        return _UNBOUNDED
    if not share.is_known:
        most = most.quantize(Decimal("0.01"), ROUND_UP)
    return share_words(known(most)).removesuffix(f"{THIN}%")


def content(claim: Claim) -> str:
    """Write a share of tenants as its state has it: a figure, « masqué », « à confirmer »."""
    if claim.value is None or not claim.value.is_known:
        return STATES[claim.state]
    marked = claim.state in (State.PEU_DE_REPONSES, State.A_CONFIRMER)
    mark = f", {STATES[claim.state]}" if marked else ""
    return f"{percent(claim.value.exact)}{mark}"


def column(place: int, subject: str) -> str:
    """Return the heading of a column; what tenants say of one `subject` is no content with the résidence."""
    return _SATISFIED if subject and place == len(COLUMNS) - 1 else COLUMNS[place]


def elsewhere(level: Claim, subject: str, wave: str) -> str:
    """Write the share out of quarters, and the question where the heading leaves it to this note."""
    shown = content(level)
    if subject:
        return _ELSEWHERE_OF_ONE.format(subject=subject, wave=wave, level=shown)
    return _ELSEWHERE.format(wave=wave, level=shown)


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
    return euros(amount), "" if share is None else f"· {percent(share.exact)}"


def in_exchange(held: Within, axes: Sequence[tuple[int, Amount]], others: Amount | None) -> str:
    """Write what was done: actions, what they are valued, the axes given most, the others added up."""
    parts = [f"{axis_name(axe).lower()} {euros(amount)}" for axe, amount in axes]
    parts += [_OTHER_AXES.format(valued=others)] if others is not None else []
    return _EXCHANGE.format(
        nothing=held.amount("acquis").is_nil,
        actions=held.amount("actions"),
        valued=held.amount("valorise"),
        axes=f" : {' ; '.join(parts)}" if parts else "",
    )


def state_part(share: str, *, verified: bool) -> str:
    """Write what the State returns of what collectivities lose."""
    return _STATE_PART.format(share=Decimal(share), unsure=not verified)


def questions_asked(before: str) -> tuple[str, ...]:
    """Title the columns of questions; the last goes without a wave before."""
    return (*_ASKED, _SINCE.format(wave=before)) if before else _ASKED


def question(label: str, axes: Sequence[int]) -> str:
    """Write a question, cut to what the page holds, with its axis."""
    cut = short(label, _LABEL)
    return _AXIS.format(label=cut, axe=axes[0]) if axes else cut


def level(share: float, state: State) -> str:
    """Write a share of tenants; where it is not shown, « masqué », or that nobody was asked or answered."""
    if not math.isnan(share):
        return percent(share)
    return NOBODY if state is State.INCONNU else STATES[State.MASQUE]


def pages(numbers: Sequence[int]) -> str:
    """Write the pages of the report where a line is spoken of, in order."""
    return _PAGES.format(pages=", ".join(map(str, sorted(set(numbers)))))


def sheet(name: str) -> str:
    """Write the sheet of the workbook where a line is spoken of."""
    return f"« {name} »"


def carried_over(amount: Amount, year: int) -> str:
    """Write how much of what is to be planned comes from the year before; nothing where none does."""
    return _CARRIED_ALL.format(carried=amount, year=year) if amount.exceeds_nil else ""


def gap(phrase: str, *, doubt: bool) -> tuple[str, str]:
    """Cut a gap after what it comes to; a dagger where like with like says otherwise or nothing."""
    end = min((k for k in (phrase.find(", "), phrase.find(" (")) if k >= 0), default=len(phrase))
    return phrase[
        : end + (phrase[end : end + 1] == ",")
    ], f"{phrase[end:].lstrip(' ,')}{f'{THIN}†' * doubt}"


def moved(word: str, *, sure: bool, rises: bool) -> str:
    """Write a movement, with its sign where it is one that all the questions keep."""
    return f"{_UP if rises else _DOWN}{word}" if sure else word


def named(labels: Sequence[str]) -> str:
    """Name some questions, three at most; the others are counted."""
    shown = [f"« {short(one, _LABEL)} »" for one in labels[:NAMED]]
    rest = len(labels) - len(shown)
    return join([*shown, *([_OTHER_NAMES.format(count=rest)] if rest else [])])


def answered(
    wave: WaveFacts, households: int, rate: float | str | None, *, shared: bool = False
) -> str:
    """Write how many answered a wave; its sides and out of how many, where the delivery holds no others."""
    sides = households == wave.n and min(wave.n_qpv, wave.n_hors) > 0
    return _ANSWERED.format(
        when=f"{wave.periode or wave.vague}{_OF_REGION * shared}",
        count=households,
        sides=_SIDES.format(here=wave.n_qpv, elsewhere=wave.n_hors) if sides else "",
        rate=_RATE.format(rate=rate * 100) if isinstance(rate, float) else "",
    )


def stake(amount: Amount) -> str:
    """Write what hangs on a line, without its sign; « inconnu » where nothing bounds it."""
    text = bounded(amount, number)
    return UNKNOWN_STAKE if text == UNKNOWN else text


def by_when(days: Sequence[dt.date], *, at_once: bool) -> str:
    """Write by when: at once, a day, from the first day to the last, or that nobody dated it."""
    if at_once or not days:
        return _AT_ONCE if at_once else _OPEN_DAY
    first, last = (long_date(day) for day in (days[0], days[-1]))
    if first == last:
        return last
    same = f" {days[-1].year}"
    return _TO.format(first=first.removesuffix(same) if first.endswith(same) else first, last=last)


def rest_to_do(left: int, every: int) -> list[str]:
    """Count what the page does not hold, and the lines of the list."""
    out = [_MORE.format(count=left)] if left > 0 else []
    return [*out, _EVERY.format(count=every)] if every else out


def on_notices(amount: Amount | None) -> str:
    """Write what notices bear already of what waits for a side; nothing where that is not known."""
    return "" if amount is None else _ON_NOTICES.format(borne=amount)


def subjects(names: Sequence[str]) -> str:
    """Name the first things that something is to be done about; the others are counted."""
    rest = len(names) - NAMED
    between = " ; " if any("," in name for name in names) else ", "
    return between.join([*names[:NAMED], *([_OTHER_NAMES.format(count=rest)] if rest > 0 else [])])


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
    """Write a résidence or a quarter with what hangs on it."""
    return name if amount is None else _OF_EUROS.format(name=name, stake=amount)


def of_action(name: str, quarter: str, amount: Amount | None) -> str:
    """Write an action with its quarter and what its proof is worth."""
    return _OF_ACTION.format(name=short(name, _ACTION), quarter=quarter, stake=amount)


def of_quarter(name: str, amount: Amount | None, *, carried: Amount | None, year: int) -> str:
    """Write a quarter with what is to be planned there, and how much of it is carried over."""
    facts = {"name": name, "stake": amount, "carried": carried, "year": year}
    return (_ALONE if carried is None else _CARRIED).filled(facts)


def closing(dossier: Dossier, folder: str, review: str = "") -> list[str]:
    """Sum a run up in lines of plain French.

    Parameters
    ----------
    folder : str
        Name of the folder written.
    review : str
        Name of the workbook of what is left to decide, if there is one.
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
    counts = [
        f"{plainly(code, Publication.PUBLIABLE, dossier.survey.margin)} : "
        f"{bounded(claims.amount('questions', scope), number)}"
        for code in VERDICTS
        if claims.has("questions", scope := verdict_scope(code))
    ]
    counted = " ; ".join(counts)
    head = (
        f"Satisfaction {last}, QPV comparés aux autres quartiers, nombre de questions par verdict"
    )
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
